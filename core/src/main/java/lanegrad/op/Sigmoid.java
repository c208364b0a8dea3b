package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Var;

/// The logistic sigmoid: `y = 1 / (1 + exp(-x))`.
///
/// **Derivative.** `s(x) * s(-x)`. The textbook's `y * (1 - y)` is the same number, but loses it when y
/// approaches 1: it is exactly 0 from x = 17.33 on, where the slope is still 3e-8.
///
/// **Special values, error, method.** Those of the lane function, [lanegrad.math.Sigmoid].
///
/// **Cost.** Forward one exp and one division; backward two of each.
public final class Sigmoid extends UnaryOp {
    /// The operation.
    public static final Sigmoid OP = new Sigmoid();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ACTIVATION,
            "y = 1 / (1 + exp(-x))", "dx = dy * s(x) * s(-x)",
            "never overflows; 1 from 17.32868; s(-100) = 3.7835e-44; 0 from -104; NaN stays NaN",
            Operation.Bound.ulps(lanegrad.math.Sigmoid.MAX_ULP),
            List.of(Operation.Case.of(Operation.Range.of(-9, 9, 7, 19)),
                    Operation.Case.of(Operation.Range.of(-110, 30, 3, 33))));

    private Sigmoid() {
        super("sigmoid");
    }

    /// `1 / (1 + exp(-x))` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public double exact(double x) {
        return lanegrad.math.Sigmoid.exact(x);
    }

    @Override
    public float scalar(float x) {
        return lanegrad.math.Sigmoid.scalar(x);
    }

    @Override
    public double exactDerivative(double x) {
        return lanegrad.math.Sigmoid.exact(x) * lanegrad.math.Sigmoid.exact(-x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return dy * (y * lanegrad.math.Sigmoid.scalar(-x));
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return lanegrad.math.Sigmoid.Lanes.vector(x);
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy.mul(y.mul(lanegrad.math.Sigmoid.Lanes.vector(x.neg())));
        }
    }
}
