package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Real;
import lanegrad.Var;

/// The logistic sigmoid: `y = 1 / (1 + exp(-x))`.
///
/// **Derivative.** `dx = dy * s(x) * s(-x)`. The textbook's `y * (1 - y)` is the same number, but loses it when y
/// approaches 1: it is exactly 0 from x = 17.33 on, where the slope is still 3e-8.
///
/// **Domain.** Every float. **Special values.** 1 from 17.32868; s(-100) = 3.7835e-44; 0 from -104; NaN stays NaN.
///
/// **Error, method.** Those of the lane function, [lanegrad.math.Sigmoid]: 0.967 ulp; of the slope 2.1 ulp.
///
/// **Cost.** Forward an exp and a division; backward the same again.
public final class Sigmoid extends UnaryOp {
    /// The error of the slope in ulp. Measured over all floats: 2.0867 at 1.7764212 (3fe361c5).
    public static final double MAX_SLOPE_ULP = 2.1;

    /// The operation.
    public static final Sigmoid OP = new Sigmoid();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ACTIVATION,
            """
            formula: y = 1 / (1 + exp(-x))
            derivative: dx = dy * s(x) * s(-x)
            domain: every float
            special: 1 from 17.32868; s(-100) = 3.7835e-44; 0 from -104; NaN stays NaN
            cost: forward an exp and a division; backward the same again
            """,
            Operation.Bound.ulps(lanegrad.math.Sigmoid.MAX_ULP), Operation.Bound.ulps(MAX_SLOPE_ULP),
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
    public Real exact(Real x) {
        return x.sigmoid();
    }

    @Override
    public float scalar(float x) {
        return lanegrad.math.Sigmoid.scalar(x);
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

        @Override
        public boolean canonical() {
            return true;
        }
    }
}
