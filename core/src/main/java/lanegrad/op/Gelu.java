package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Real;
import lanegrad.Var;

/// The Gaussian error linear unit: `y = x Phi(x)`, Phi the normal distribution.
///
/// **Method.** `x (1 + erf(x / sqrt(2))) / 2`, on the left side by way of erfc, so that the relative accuracy is kept
/// ([lanegrad.math.Gelu]).
///
/// **Derivative.** `dx = dy * (Phi(x) + x phi(x))`. From the input; phi is the normal density.
///
/// **Domain.** Every float. **Special values.** gelu(-10) = -7.6199e-23; gelu(-inf) = -0; slope 1 or 0 at +-1e20; NaN
/// stays NaN.
///
/// **Error.** 1.96 ulp; of the slope, which has a zero at -0.752, 1.2E-7 absolute.
///
/// **Cost.** Forward and backward about two exp and a division each.
///
/// Source: D. Hendrycks, K. Gimpel, *Gaussian Error Linear Units* (2016).
public final class Gelu extends UnaryOp {
    /// The operation.
    public static final Gelu OP = new Gelu();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ACTIVATION,
            """
            formula: y = x Phi(x)
            derivative: dx = dy * (Phi(x) + x phi(x))
            domain: every float
            special: gelu(-10) = -7.6199e-23; gelu(-inf) = -0; slope 1 or 0 at +-1e20; NaN stays NaN
            cost: forward and backward about two exp and a division each
            """,
            Operation.Bound.ulps(lanegrad.math.Gelu.MAX_ULP),
            Operation.Bound.absolute(lanegrad.math.Gelu.MAX_SLOPE_ERROR),
            List.of(Operation.Case.of(Operation.Range.of(-5, 5, 7, 19)),
                    Operation.Case.of(Operation.Range.of(-15, 9, 3, 33))));

    private Gelu() {
        super("gelu");
    }

    /// `x Phi(x)` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public Real exact(Real x) {
        double v = x.value();
        return x.function(lanegrad.math.Gelu.exact(v), lanegrad.math.Gelu.exactDerivative(v),
                lanegrad.math.Gelu.exactBend(v), 0x1p-22);
    }

    @Override
    public float scalar(float x) {
        return lanegrad.math.Gelu.scalar(x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return dy * lanegrad.math.Gelu.derivative(x);
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return lanegrad.math.Gelu.Lanes.vector(x);
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy.mul(lanegrad.math.Gelu.Lanes.derivative(x));
        }
    }
}
