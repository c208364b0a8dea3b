package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Var;

/// The logarithm of the sigmoid: `y = log(1 / (1 + exp(-x)))`.
///
/// **Formula.** `-softplus(-x)`, with softplus as in [Softplus].
///
/// **Derivative.** The sigmoid of -x.
///
/// **Domain.** All floats.
///
/// **Special values.** log-sigmoid(100) = -3.7835e-44, log-sigmoid(-1000) = -1000, log-sigmoid(-inf) = -inf, log-
/// sigmoid(inf) = -0, NaN stays NaN.
///
/// **Error.** That of softplus; of the derivative that of the sigmoid.
///
/// **Cost.** Forward and backward about a sigmoid each.
///
/// Source: the method is that of softplus.
public final class LogSigmoid extends UnaryOp {
    /// The largest error of the derivative, in ulp: that of the sigmoid.
    public static final double MAX_SLOPE_ULP = lanegrad.math.Sigmoid.MAX_ULP;
    /// The operation.
    public static final LogSigmoid OP = new LogSigmoid();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ACTIVATION,
            "y = log(1 / (1 + exp(-x)))", "dx = dy * sigmoid(-x)",
            "log-sigmoid(100) = -3.7835e-44; log-sigmoid(-1000) = -1000; -0 at inf; NaN stays NaN",
            Operation.Bound.ulps(lanegrad.math.Softplus.MAX_ULP),
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
    public double exact(double x) {
        return -lanegrad.math.Softplus.exact(-x);
    }

    @Override
    public float scalar(float x) {
        return -lanegrad.math.Softplus.scalar(-x);
    }

    @Override
    public double exactDerivative(double x) {
        return lanegrad.math.Sigmoid.exact(-x);
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
