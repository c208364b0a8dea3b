package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Real;
import lanegrad.Var;

/// The logarithm of the sigmoid: `y = log(1 / (1 + exp(-x)))`.
///
/// **Method.** `-softplus(-x)`, with softplus as in [Softplus].
///
/// **Derivative.** `dx = dy * sigmoid(-x)`.
///
/// **Domain.** Every float. **Special values.** log-sigmoid(100) = -3.7835e-44; log-sigmoid(-1000) = -1000; -0 at inf;
/// NaN stays NaN. log-sigmoid(-inf) = -inf.
///
/// **Error.** 1.65 ulp, that of softplus; of the slope, that of the sigmoid, 0.967 ulp.
///
/// **Cost.** Forward and backward about a sigmoid each.
public final class LogSigmoid extends UnaryOp {
    /// The largest error of the derivative, in ulp: that of the sigmoid.
    public static final double MAX_SLOPE_ULP = lanegrad.math.Sigmoid.MAX_ULP;
    /// The operation.
    public static final LogSigmoid OP = new LogSigmoid();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ACTIVATION,
            """
            formula: y = log(1 / (1 + exp(-x)))
            derivative: dx = dy * sigmoid(-x)
            domain: every float
            special: log-sigmoid(100) = -3.7835e-44; log-sigmoid(-1000) = -1000; -0 at inf; NaN stays NaN
            cost: forward and backward about a sigmoid each
            """,
            Operation.Bound.ulps(lanegrad.math.Softplus.MAX_ULP), Operation.Bound.ulps(MAX_SLOPE_ULP),
            List.of(Operation.Case.of(Operation.Range.of(-9, 9, 7, 19)),
                    Operation.Case.of(Operation.Range.of(-30, 110, 3, 33))));

    private LogSigmoid() {
        super("log-sigmoid");
    }

    /// `log(sigmoid(x))` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public Real exact(Real x) {
        return x.negated().softplus().negated();
    }

    @Override
    public float scalar(float x) {
        return -lanegrad.math.Softplus.scalar(-x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return dy * lanegrad.math.Sigmoid.scalar(-x);
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return lanegrad.math.Softplus.Lanes.vector(x.neg()).neg();
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy.mul(lanegrad.math.Sigmoid.Lanes.vector(x.neg()));
        }
    }
}
