package lanegrad.op;

import java.util.List;
import lanegrad.Op;
import lanegrad.Shape;

/// What the registry knows of an operation: its row of the operation table, and where to test it.
///
/// @param op the operation
/// @param kind what it is used as
/// @param formula the forward, in the letters of the code: x, a, b in, y out
/// @param derivative the backward, likewise: dx from dy
/// @param edges values worth knowing: infinities, NaN, saturation, kinks
/// @param bound the error of the forward against [Op#exact]
/// @param cases shapes and ranges that tests and benchmarks draw from; at least one
public record Operation(Op op, Kind kind, String formula, String derivative, String edges, Bound bound,
        List<Case> cases) {
    /// What an operation is used as.
    public enum Kind {
        /// One tensor in, the same shape out, usable as the activation of a layer.
        ACTIVATION,
        /// Element by element.
        ELEMENTWISE,
        /// Many elements in, one out.
        REDUCTION,
        /// Matrix products.
        MATRIX,
        /// Predictions and targets in, one number out.
        LOSS
    }

    /// One way to call the operation.
    ///
    /// @param inputs shape and range of each input
    /// @param attribute labels and the like, or `null`
    public record Case(List<Range> inputs, Object attribute) {
        /// A case without attribute.
        public static Case of(Range... inputs) {
            return new Case(List.of(inputs), null);
        }

        /// The inputs' shapes.
        public Shape[] shapes() {
            return inputs.stream().map(Range::shape).toArray(Shape[]::new);
        }
    }

    /// The shape of an input and the values to draw for it.
    ///
    /// @param low the least value
    /// @param high the greatest value
    /// @param differentiable whether a gradient for this input is defined; not for targets of some losses
    /// @param kinks values where the derivative jumps; finite differences keep away from them
    public record Range(Shape shape, float low, float high, boolean differentiable, List<Float> kinks) {
        /// A differentiable input without kinks.
        public static Range of(float low, float high, int... extents) {
            return new Range(Shape.of(extents), low, high, true, List.of());
        }

        /// The same with a kink at `value`.
        public Range kink(float value) {
            return new Range(shape, low, high, differentiable, List.of(value));
        }
    }

    /// An upper bound of the forward's error.
    ///
    /// @param text for the operation table
    /// @param limit the bound itself
    public record Bound(String text, Limit limit) {
        /// The absolute error allowed per element of the output.
        public interface Limit {
            /// @param x the inputs
            /// @param y the exact output
            /// @return one bound per element of the output
            double[] of(Object attribute, Shape[] shapes, double[][] x, double[] y);
        }

        /// `ulps` units in the last place of the exact result, not less than of the smallest normal number's
        /// subnormal neighbours.
        public static Bound ulps(double ulps) {
            return new Bound(ulps + " ulp", (attribute, shapes, x, y) -> {
                double[] limit = new double[y.length];
                for (int i = 0; i < y.length; i++) {
                    limit[i] = ulps * ulp(y[i]);
                }
                return limit;
            });
        }

        /// The distance of neighbouring floats at `y`: `2^-149` below the normal range.
        public static double ulp(double y) {
            int exponent = Math.max(Math.getExponent(y), Float.MIN_EXPONENT);
            return Math.scalb(1.0, Math.min(exponent, Float.MAX_EXPONENT) - 23);
        }
    }
}
