package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Real;
import lanegrad.Var;

/// The smooth ReLU: `y = log(1 + exp(x))`.
///
/// **Method.** `max(x, 0) + log1p(exp(-|x|))`: nothing overflows, and below 0 the relative accuracy is kept
/// ([lanegrad.math.Softplus]).
///
/// **Derivative.** `dx = dy * sigmoid(x)`.
///
/// **Domain.** Every float. **Special values.** softplus(-100) = 3.7835e-44; softplus(1000) = 1000; NaN stays NaN.
/// softplus(-inf) = 0, softplus(inf) = inf.
///
/// **Error.** 1.65 ulp; of the slope, that of the sigmoid, 0.967 ulp.
///
/// **Cost.** Forward and backward about a sigmoid each.
///
/// Source: C. Dugas et al., *Incorporating Second-Order Functional Knowledge for Better Option Pricing* (2000).
public final class Softplus extends UnaryOp {
    /// The largest error of the derivative, in ulp: that of the sigmoid.
    public static final double MAX_SLOPE_ULP = lanegrad.math.Sigmoid.MAX_ULP;
    /// The operation.
    public static final Softplus OP = new Softplus();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ACTIVATION,
            """
            formula: y = log(1 + exp(x))
            derivative: dx = dy * sigmoid(x)
            domain: every float
            special: softplus(-100) = 3.7835e-44; softplus(1000) = 1000; NaN stays NaN
            cost: forward and backward about a sigmoid each
            """,
            Operation.Bound.ulps(lanegrad.math.Softplus.MAX_ULP), Operation.Bound.ulps(MAX_SLOPE_ULP),
            List.of(Operation.Case.of(Operation.Range.of(-9, 9, 7, 19)),
                    Operation.Case.of(Operation.Range.of(-110, 30, 3, 33))));

    private Softplus() {
        super("softplus");
    }

    /// `log(1 + exp(x))` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public Real exact(Real x) {
        return x.softplus();
    }

    @Override
    public float scalar(float x) {
        return lanegrad.math.Softplus.scalar(x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return dy * lanegrad.math.Sigmoid.scalar(x);
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return lanegrad.math.Softplus.Lanes.vector(x);
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy.mul(lanegrad.math.Sigmoid.Lanes.vector(x));
        }
    }
}
