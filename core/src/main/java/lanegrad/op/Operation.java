package lanegrad.op;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import lanegrad.Op;
import lanegrad.Shape;

/// What the registry knows of an operation: its row of the operation table, and where to test it.
///
/// The text has one line for each column of the table, `label: words`; a line that begins with blanks goes on with the
/// one before. A test holds that the words also stand in the Javadoc of the operation's class.
///
///     formula:     y = max(x, 0)
///     derivative:  dx = x > 0 ? dy : 0
///     domain:      every float
///     special:     relu(-0) = 0; slope 0 at 0; NaN stays NaN
///     cost:        a comparison and a blend
///
/// @param op the operation
/// @param kind what it is used as
/// @param text the columns of the table that are words
/// @param bound the error of the forward against [Op#exact]
/// @param slope the error of the backward for `dy = 1` against the exact derivative; of operations on one tensor
///        element by element, else `null`
/// @param cases shapes and ranges that tests and benchmarks draw from; at least one
public record Operation(Op op, Kind kind, String text, Bound bound, Bound slope, List<Case> cases) {
    /// The labels of the columns that are words, in order.
    public static final List<String> COLUMNS = List.of("formula", "derivative", "domain", "special", "cost");

    /// What an operation is used as.
    public enum Kind {
        /// One tensor in, the same shape out, usable as the activation of a layer.
        ACTIVATION,
        /// Element by element.
        ELEMENTWISE,
        /// Many elements in, one out.
        REDUCTION,
        /// Each row or column by itself: one number of it, or a row or column again.
        ROWS,
        /// Elements change their places, or are left out.
        SHAPE,
        /// Matrix products.
        MATRIX,
        /// Predictions and targets in, one number out.
        LOSS
    }

    /// An operation whose backward has no bound of its own.
    public Operation(Op op, Kind kind, String text, Bound bound, List<Case> cases) {
        this(op, kind, text, bound, null, cases);
    }

    /// The forward, in the letters of the code: x, a, b in, y out.
    public String formula() {
        return column("formula");
    }

    /// The backward, likewise: dx from dy.
    public String derivative() {
        return column("derivative");
    }

    /// Which inputs are meant.
    public String domain() {
        return column("domain");
    }

    /// Values worth knowing: infinities, NaN, saturation, kinks.
    public String special() {
        return column("special");
    }

    /// What it costs, forward and backward.
    public String cost() {
        return column("cost");
    }

    // The one of this name among some, whatever the case of its letters.
    static Operation find(String name, String what, List<Operation> among) {
        String wanted = name.toLowerCase(Locale.ROOT);
        for (Operation operation : among) {
            if (operation.op().name().equals(wanted)) {
                return operation;
            }
        }
        throw new IllegalArgumentException(what + " '" + name + "' is unknown; choose one of "
                + String.join(", ", among.stream().map(Operation::op).map(Op::name).toList()));
    }

    private String column(String label) {
        for (String line : text.replaceAll("\\s*\n\\s+", " ").split("\n")) {
            if (line.startsWith(label + ":")) {
                return line.substring(label.length() + 1).strip();
            }
        }
        throw new IllegalStateException("operation " + op.name() + ": its text has no line '" + label + ": …'; the "
                + "table needs " + String.join(", ", COLUMNS));
    }

    /// One way to call the operation.
    ///
    /// @param inputs shape and range of each input
    /// @param attribute labels and the like, or `null`
    /// @param kinks where the derivative jumps, beyond what each input's own [Range#kinks] say; or `null`
    public record Case(List<Range> inputs, Object attribute, Kinks kinks) {
        /// Where inputs together meet a kink.
        public interface Kinks {
            /// Ties among the elements of input 0: kinks of a maximum.
            Kinks TIES = (x, i) -> {
                for (int j = 0; j < x[0].length; j++) {
                    if (j != i && Math.abs(x[0][j] - x[0][i]) < Range.AWAY) {
                        return true;
                    }
                }
                return false;
            };

            /// Whether element i of input 0 is within [Range#AWAY] of a kink, the other elements being as they are.
            boolean near(float[][] x, int i);

            /// Kinks where elements i of inputs 0 and 1 differ by one of these values.
            static Kinks difference(float... values) {
                return (x, i) -> {
                    for (float v : values) {
                        if (Math.abs(x[0][i] - x[1][i] - v) < Range.AWAY) {
                            return true;
                        }
                    }
                    return false;
                };
            }
        }

        /// A case without attribute.
        public static Case of(Range... inputs) {
            return new Case(List.of(inputs), null, null);
        }

        /// The same with an attribute.
        public Case with(Object attribute) {
            return new Case(inputs, attribute, kinks);
        }

        /// The same with kinks.
        public Case kinks(Kinks kinks) {
            return new Case(inputs, attribute, kinks);
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
        /// How far finite differences keep away from a kink: 2^-4, more than the longest step.
        public static final float AWAY = 0x1p-4f;

        /// A differentiable input without kinks.
        public static Range of(float low, float high, int... extents) {
            return new Range(Shape.of(extents), low, high, true, List.of());
        }

        /// The same with kinks at these values.
        public Range kink(Float... values) {
            return new Range(shape, low, high, differentiable, List.of(values));
        }

        /// The same without a gradient.
        public Range constant() {
            return new Range(shape, low, high, false, kinks);
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

        /// `ulps` units in the last place of the exact result; that unit is never less than 2^-149.
        public static Bound ulps(double ulps) {
            return new Bound(ulps + " ulp", (attribute, shapes, x, y) -> {
                double[] limit = new double[y.length];
                for (int i = 0; i < y.length; i++) {
                    limit[i] = ulps * ulp(y[i]);
                }
                return limit;
            });
        }

        /// `error`, whatever the size of the result.
        public static Bound absolute(double error) {
            return new Bound(error + " absolute", (attribute, shapes, x, y) -> {
                double[] limit = new double[y.length];
                Arrays.fill(limit, error);
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
