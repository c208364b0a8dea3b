package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Real;
import lanegrad.Var;

/// Mish: `y = x tanh(softplus(x))`.
///
/// **Method.** With `e = exp(x)`: `x e (e + 2) / (e (e + 2) + 2)`, which needs neither tanh nor a logarithm
/// ([lanegrad.math.Mish]).
///
/// **Derivative.** `dx = dy * (tanh(softplus(x)) + x s(x) sech(softplus(x))^2)`. Rational in e, from the input.
///
/// **Domain.** Every float. **Special values.** mish(1000) = 1000; mish(-1000) = -0; NaN stays NaN. mish(-inf) = -0.
///
/// **Error.** 1.84 ulp; of the slope, which has a zero at -1.192, 1.8E-7 absolute.
///
/// **Cost.** Forward and backward an exp and a division each.
///
/// Source: D. Misra, *Mish: A Self Regularized Non-Monotonic Activation Function* (2019).
public final class Mish extends UnaryOp {
    /// The operation.
    public static final Mish OP = new Mish();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ACTIVATION,
            """
            formula: y = x tanh(softplus(x))
            derivative: dx = dy * (tanh(softplus(x)) + x s(x) sech(softplus(x))^2)
            domain: every float
            special: mish(1000) = 1000; mish(-1000) = -0; NaN stays NaN
            cost: forward and backward an exp and a division each
            """,
            Operation.Bound.ulps(lanegrad.math.Mish.MAX_ULP),
            Operation.Bound.absolute(lanegrad.math.Mish.MAX_SLOPE_ERROR),
            List.of(Operation.Case.of(Operation.Range.of(-9, 9, 7, 19)),
                    Operation.Case.of(Operation.Range.of(-112, 30, 3, 33))));

    private Mish() {
        super("mish");
    }

    /// `x tanh(softplus(x))` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public Real exact(Real x) {
        double v = x.value();
        return x.function(lanegrad.math.Mish.exact(v), lanegrad.math.Mish.exactDerivative(v),
                lanegrad.math.Mish.exactBend(v), 0x1p-22);
    }

    @Override
    public float scalar(float x) {
        return lanegrad.math.Mish.scalar(x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return dy * lanegrad.math.Mish.derivative(x);
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return lanegrad.math.Mish.Lanes.vector(x);
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy.mul(lanegrad.math.Mish.Lanes.derivative(x));
        }
    }
}
