package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Real;
import lanegrad.Var;

/// The negative: `y = -x`.
///
/// **Derivative.** `dx = -dy`.
///
/// **Domain.** Every float. **Special values.** neg(0) = -0; NaN stays NaN.
///
/// **Error.** 0.0 ulp: value and slope are exact.
///
/// **Cost.** One operation, forward and backward.
public final class Neg extends UnaryOp {
    /// The operation.
    public static final Neg OP = new Neg();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ELEMENTWISE,
            """
            formula: y = -x
            derivative: dx = -dy
            domain: every float
            special: neg(0) = -0; NaN stays NaN
            cost: one operation, forward and backward
            """,
            Operation.Bound.ulps(0), Operation.Bound.ulps(0),
            List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 19))));

    private Neg() {
        super("neg");
    }

    /// `-x` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public Real exact(Real x) {
        return x.negated();
    }

    @Override
    public float scalar(float x) {
        return -x;
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return -dy;
    }

    @Override
    public boolean derivativeFromOutput() {
        return true;
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return x.neg();
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy.neg();
        }
    }
}
