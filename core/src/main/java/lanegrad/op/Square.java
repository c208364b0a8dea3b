package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Real;
import lanegrad.Var;

/// The square: `y = x * x`.
///
/// **Derivative.** `dx = dy * 2 x`.
///
/// **Domain.** Every float. **Special values.** square(-0) = 0; infinite beyond 1.8446743e19; NaN stays NaN.
///
/// **Error.** Correctly rounded: 0.5 ulp; of the slope 0.0 ulp.
///
/// **Cost.** One multiplication; backward an addition and a multiplication.
public final class Square extends UnaryOp {
    /// The operation.
    public static final Square OP = new Square();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ELEMENTWISE,
            """
            formula: y = x * x
            derivative: dx = dy * 2 x
            domain: every float
            special: square(-0) = 0; infinite beyond 1.8446743e19; NaN stays NaN
            cost: one multiplication; backward an addition and a multiplication
            """,
            Operation.Bound.ulps(0.5), Operation.Bound.ulps(0),
            List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 19))));

    private Square() {
        super("square");
    }

    /// `x * x` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public Real exact(Real x) {
        return x.square();
    }

    @Override
    public float scalar(float x) {
        return x * x;
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return dy * (x + x);
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return x.mul(x);
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy.mul(x.add(x));
        }
    }
}
