package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Var;

/// GELU by its tanh formula: `y = x (1 + tanh(u)) / 2`, `u = sqrt(2 / pi) (x + 0.044715 x^3)`.
///
/// **Formula.** `y = x s(2 u)`, s the sigmoid: the same number, without the cancellation on the left side.
///
/// **Derivative.** `s(2 u) (1 + 2 x u' s(-2 u))`, from the input.
///
/// **Domain.** All floats.
///
/// **Special values.** -0 at -inf; the slope is 1 at 1e20 and 0 at -1e20; NaN stays NaN. It is an operation of its
/// own: it differs from [Gelu] by up to 5e-4.
///
/// **Error.** Those of [lanegrad.math.GeluTanh].
///
/// **Cost.** Forward and backward about a sigmoid and a half each.
///
/// Source: D. Hendrycks, K. Gimpel, *Gaussian Error Linear Units* (2016).
public final class GeluTanh extends UnaryOp {
    /// The operation.
    public static final GeluTanh OP = new GeluTanh();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ACTIVATION,
            "y = x s(2 u), u = sqrt(2/pi) (x + 0.044715 x^3)", "dx = dy * s(2 u) (1 + 2 x u' s(-2 u))",
            "gelu-tanh(-10) = -1.2041e-37, -0 at -inf; slope 1 or 0 at +-1e20; NaN stays NaN",
            Operation.Bound.ulps(lanegrad.math.GeluTanh.MAX_ULP),
            List.of(Operation.Case.of(Operation.Range.of(-5, 5, 7, 19)),
                    Operation.Case.of(Operation.Range.of(-12, 9, 3, 33))));

    private GeluTanh() {
        super("gelu-tanh");
    }

    /// `x s(2 u)` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public double exact(double x) {
        return lanegrad.math.GeluTanh.exact(x);
    }

    @Override
    public float scalar(float x) {
        return lanegrad.math.GeluTanh.scalar(x);
    }

    @Override
    public double exactDerivative(double x) {
        return lanegrad.math.GeluTanh.exactDerivative(x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return dy * lanegrad.math.GeluTanh.derivative(x);
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return lanegrad.math.GeluTanh.Lanes.vector(x);
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy.mul(lanegrad.math.GeluTanh.Lanes.derivative(x));
        }
    }
}
