package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Tape;
import lanegrad.Var;

/// The product of two tensors of one shape, element by element: `y = a * b`.
///
/// **Derivative.** `da = dy * b`, `db = dy * a`. **Error.** Correctly rounded. **Special values.** IEEE 754:
/// `0 * inf` is NaN.
public final class Multiply extends BinaryOp {
    /// The operation.
    public static final Multiply OP = new Multiply();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ELEMENTWISE,
            "y = a * b", "da = dy * b, db = dy * a", "IEEE 754: 0 * inf is NaN", Operation.Bound.ulps(0.5),
            List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 19), Operation.Range.of(-4, 4, 7, 19))));

    private Multiply() {
        super("multiply");
    }

    /// `a * b`.
    ///
    /// @throws IllegalArgumentException for shapes that differ
    public static Var of(Var a, Var b) {
        return Tape.of(a, b).record(OP, a, b);
    }

    @Override
    public double exact(double a, double b) {
        return a * b;
    }

    @Override
    public float scalar(float a, float b) {
        return a * b;
    }

    @Override
    public float vjpA(float a, float b, float dy) {
        return dy * b;
    }

    @Override
    public float vjpB(float a, float b, float dy) {
        return dy * a;
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector a, FloatVector b) {
            return a.mul(b);
        }

        @Override
        public FloatVector vjpA(FloatVector a, FloatVector b, FloatVector dy) {
            return dy.mul(b);
        }

        @Override
        public FloatVector vjpB(FloatVector a, FloatVector b, FloatVector dy) {
            return dy.mul(a);
        }
    }
}
