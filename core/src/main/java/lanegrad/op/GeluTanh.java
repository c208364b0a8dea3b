package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Real;
import lanegrad.Var;

/// GELU by its tanh formula: `y = x s(2 u), u = sqrt(2/pi) (x + 0.044715 x^3)`, s the sigmoid. An operation of its own:
/// it differs from [Gelu] by up to 5e-4.
///
/// **Method.** `x s(2 u)` is `x (1 + tanh(u)) / 2` without the cancellation on the left side
/// ([lanegrad.math.GeluTanh]).
///
/// **Derivative.** `dx = dy * s(2 u) (1 + 2 x u' s(-2 u))`. From the input.
///
/// **Domain.** Every float. **Special values.** gelu-tanh(-10) = -1.2041e-37; -0 at -inf; slope 1 or 0 at +-1e20; NaN
/// stays NaN.
///
/// **Error.** 1.74 ulp; of the slope, which has a zero at -0.752, 1.2E-7 absolute.
///
/// **Cost.** Forward and backward about a sigmoid and a half each.
///
/// Source: D. Hendrycks, K. Gimpel, *Gaussian Error Linear Units* (2016).
public final class GeluTanh extends UnaryOp {
    /// The operation.
    public static final GeluTanh OP = new GeluTanh();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ACTIVATION,
            """
            formula: y = x s(2 u), u = sqrt(2/pi) (x + 0.044715 x^3)
            derivative: dx = dy * s(2 u) (1 + 2 x u' s(-2 u))
            domain: every float
            special: gelu-tanh(-10) = -1.2041e-37; -0 at -inf; slope 1 or 0 at +-1e20; NaN stays NaN
            cost: forward and backward about a sigmoid and a half each
            """,
            Operation.Bound.ulps(lanegrad.math.GeluTanh.MAX_ULP),
            Operation.Bound.absolute(lanegrad.math.GeluTanh.MAX_SLOPE_ERROR),
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
    public Real exact(Real x) {
        double v = x.value();
        return x.function(lanegrad.math.GeluTanh.exact(v), lanegrad.math.GeluTanh.exactDerivative(v),
                lanegrad.math.GeluTanh.exactBend(v), 0x1p-22);
    }

    @Override
    public float scalar(float x) {
        return lanegrad.math.GeluTanh.scalar(x);
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
