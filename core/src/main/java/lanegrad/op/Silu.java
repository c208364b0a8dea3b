package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Real;
import lanegrad.Var;

/// The sigmoid linear unit, or swish: `y = x s(x)`, s the sigmoid.
///
/// **Method.** `x / (1 + exp(-x))` ([lanegrad.math.Silu]).
///
/// **Derivative.** `dx = dy * s(x) (1 + x s(-x))`. From the input.
///
/// **Domain.** Every float. **Special values.** silu(-1000) = -0; silu(-inf) = -0; silu(-0) = -0; NaN stays NaN.
/// Subnormal results are not flushed.
///
/// **Error.** 1.73 ulp; of the slope, which has a zero at -1.278, 9.4E-8 absolute.
///
/// **Cost.** Forward and backward about a sigmoid each.
///
/// Source: S. Elfwing et al., *Sigmoid-Weighted Linear Units for Neural Network Function Approximation in Reinforcement
/// Learning* (2017).
public final class Silu extends UnaryOp {
    /// The operation.
    public static final Silu OP = new Silu();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ACTIVATION,
            """
            formula: y = x s(x)
            derivative: dx = dy * s(x) (1 + x s(-x))
            domain: every float
            special: silu(-1000) = -0; silu(-inf) = -0; silu(-0) = -0; NaN stays NaN
            cost: forward and backward about a sigmoid each
            """,
            Operation.Bound.ulps(lanegrad.math.Silu.MAX_ULP),
            Operation.Bound.absolute(lanegrad.math.Silu.MAX_SLOPE_ERROR),
            List.of(Operation.Case.of(Operation.Range.of(-9, 9, 7, 19)),
                    Operation.Case.of(Operation.Range.of(-112, 30, 3, 33))));

    private Silu() {
        super("silu");
    }

    /// `x s(x)` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public Real exact(Real x) {
        double v = x.value();
        return x.function(lanegrad.math.Silu.exact(v), lanegrad.math.Silu.exactDerivative(v),
                lanegrad.math.Silu.exactBend(v), 0x1p-22);
    }

    @Override
    public float scalar(float x) {
        return lanegrad.math.Silu.scalar(x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return dy * lanegrad.math.Silu.derivative(x);
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return lanegrad.math.Silu.Lanes.vector(x);
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy.mul(lanegrad.math.Silu.Lanes.derivative(x));
        }
    }
}
