package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Tape;
import lanegrad.Var;

/// The smaller of two tensors, element by element: `y = min(a, b)`.
///
/// **Shapes.** Equal, or one of the two a scalar.
///
/// **Derivative.** `da = a < b ? dy : a == b ? dy / 2 : 0, db = b < a ? dy : a == b ? dy / 2 : 0`; of a scalar, the sum
/// over all elements. The side not taken gets exactly 0, whatever dy is; a NaN is taken, and two NaNs are a tie.
///
/// **Domain.** Every float. **Special values.** NaN wins; min(-0, 0) = -0, a tie; a tie gives half to each.
///
/// **Error.** 0.0 ulp.
///
/// **Cost.** One operation and what NaN and -0 need; backward three comparisons and two blends.
public final class Minimum extends BinaryOp {
    /// The operation.
    public static final Minimum OP = new Minimum();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ELEMENTWISE,
            """
            formula: y = min(a, b)
            derivative: da = a < b ? dy : a == b ? dy / 2 : 0, db = b < a ? dy : a == b ? dy / 2 : 0
            domain: every float
            special: NaN wins; min(-0, 0) = -0, a tie; a tie gives half to each
            cost: one operation and what NaN and -0 need; backward three comparisons and two blends
            """,
            Operation.Bound.ulps(0),
            List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 19), Operation.Range.of(-4, 4, 7, 19))
                            .kinks(Operation.Case.Kinks.difference(0f)),
                    Operation.Case.of(Operation.Range.of(-4, 4, 3, 5).kink(1f), Operation.Range.of(1, 1)),
                    Operation.Case.of(Operation.Range.of(1, 1), Operation.Range.of(-4, 4, 3, 5).kink(1f))));

    private Minimum() {
        super("minimum");
    }

    /// `min(a, b)` for each element.
    ///
    /// @throws IllegalArgumentException for shapes that differ, neither of them a scalar
    public static Var of(Var a, Var b) {
        return Tape.of(a, b).record(OP, a, b);
    }

    @Override
    public Real exact(Real a, Real b) {
        return a.min(b);
    }

    @Override
    public float scalar(float a, float b) {
        return Math.min(a, b);
    }

    @Override
    public float vjpA(float a, float b, float dy) {
        return !takes(a, b) ? 0 : takes(b, a) ? dy * 0.5f : dy;
    }

    @Override
    public float vjpB(float a, float b, float dy) {
        return vjpA(b, a, dy);
    }

    // Whether y is a: not where b is smaller, or the only NaN.
    private static boolean takes(float a, float b) {
        return a <= b || a != a;
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector a, FloatVector b) {
            return a.min(b);
        }

        @Override
        public FloatVector vjpA(FloatVector a, FloatVector b, FloatVector dy) {
            VectorMask<Float> isA = a.compare(VectorOperators.LE, b).or(a.compare(VectorOperators.NE, a));
            VectorMask<Float> isB = b.compare(VectorOperators.LE, a).or(b.compare(VectorOperators.NE, b));
            return dy.blend(dy.mul(0.5f), isB).blend(0, isA.not());
        }

        @Override
        public FloatVector vjpB(FloatVector a, FloatVector b, FloatVector dy) {
            return vjpA(b, a, dy);
        }
    }
}
