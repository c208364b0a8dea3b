package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Tape;
import lanegrad.Var;

/// The quotient of two tensors, element by element: `y = a / b`.
///
/// **Shapes.** Equal, or one of the two a scalar.
///
/// **Derivative.** `da = dy == 0 ? 0 : dy / b, db = dy == 0 ? 0 : -(dy / b) * (a / b)`; of a scalar, the sum over all
/// elements. An exactly zero dy stays zero, also where the slope is infinite or NaN: so a branch that [Where] does not
/// take adds nothing.
///
/// **Domain.** b other than 0. **Special values.** a / 0 is infinite, with the sign of both; 0 / 0 and inf / inf are
/// NaN.
///
/// **Error.** Correctly rounded: 0.5 ulp.
///
/// **Cost.** One division; backward one for a, two and a multiplication for b.
public final class Divide extends BinaryOp {
    /// The operation.
    public static final Divide OP = new Divide();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ELEMENTWISE,
            """
            formula: y = a / b
            derivative: da = dy == 0 ? 0 : dy / b, db = dy == 0 ? 0 : -(dy / b) * (a / b)
            domain: b other than 0
            special: a / 0 is infinite, with the sign of both; 0 / 0 and inf / inf are NaN
            cost: one division; backward one for a, two and a multiplication for b
            """,
            Operation.Bound.ulps(0.5),
            List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 19), Operation.Range.of(1, 4, 7, 19)),
                    Operation.Case.of(Operation.Range.of(-4, 4, 3, 5), Operation.Range.of(1, 4)),
                    Operation.Case.of(Operation.Range.of(1, 4), Operation.Range.of(1, 4, 3, 5))));

    private Divide() {
        super("divide");
    }

    /// `a / b` for each element.
    ///
    /// @throws IllegalArgumentException for shapes that differ, neither of them a scalar
    public static Var of(Var a, Var b) {
        return Tape.of(a, b).record(OP, a, b);
    }

    @Override
    public Real exact(Real a, Real b) {
        return a.over(b);
    }

    @Override
    public float scalar(float a, float b) {
        return a / b;
    }

    @Override
    public float vjpA(float a, float b, float dy) {
        return dy == 0 ? 0 : dy / b;
    }

    @Override
    public float vjpB(float a, float b, float dy) {
        return dy == 0 ? 0 : -(dy / b) * (a / b);
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector a, FloatVector b) {
            return a.div(b);
        }

        @Override
        public FloatVector vjpA(FloatVector a, FloatVector b, FloatVector dy) {
            return dy.div(b).blend(0, dy.compare(VectorOperators.EQ, 0));
        }

        @Override
        public FloatVector vjpB(FloatVector a, FloatVector b, FloatVector dy) {
            return dy.div(b).neg().mul(a.div(b)).blend(0, dy.compare(VectorOperators.EQ, 0));
        }
    }
}
