package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Real;
import lanegrad.Tape;
import lanegrad.Var;

/// The difference of two tensors, element by element: `y = a - b`.
///
/// **Shapes.** Equal, or one of the two a scalar.
///
/// **Derivative.** `da = dy, db = -dy`; of a scalar, the sum over all elements.
///
/// **Domain.** Every float. **Special values.** Inf - inf is NaN.
///
/// **Error.** Correctly rounded: 0.5 ulp.
///
/// **Cost.** One subtraction; backward copies or adds dy.
public final class Subtract extends BinaryOp {
    /// The operation.
    public static final Subtract OP = new Subtract();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ELEMENTWISE,
            """
            formula: y = a - b
            derivative: da = dy, db = -dy
            domain: every float
            special: inf - inf is NaN
            cost: one subtraction; backward copies or adds dy
            """,
            Operation.Bound.ulps(0.5),
            List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 19), Operation.Range.of(-4, 4, 7, 19)),
                    Operation.Case.of(Operation.Range.of(-4, 4, 3, 5), Operation.Range.of(1, 4)),
                    Operation.Case.of(Operation.Range.of(1, 4), Operation.Range.of(-4, 4, 3, 5))));

    private Subtract() {
        super("subtract");
    }

    /// `a - b` for each element.
    ///
    /// @throws IllegalArgumentException for shapes that differ, neither of them a scalar
    public static Var of(Var a, Var b) {
        return Tape.of(a, b).record(OP, a, b);
    }

    @Override
    public Real exact(Real a, Real b) {
        return a.minus(b);
    }

    @Override
    public float scalar(float a, float b) {
        return a - b;
    }

    @Override
    public float vjpA(float a, float b, float dy) {
        return dy;
    }

    @Override
    public float vjpB(float a, float b, float dy) {
        return -dy;
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector a, FloatVector b) {
            return a.sub(b);
        }

        @Override
        public FloatVector vjpA(FloatVector a, FloatVector b, FloatVector dy) {
            return dy;
        }

        @Override
        public FloatVector vjpB(FloatVector a, FloatVector b, FloatVector dy) {
            return dy.neg();
        }
    }
}
