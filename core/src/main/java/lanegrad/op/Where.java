package lanegrad.op;

import java.util.Arrays;
import java.util.List;
import lanegrad.Op;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.Select;

/// A choice between two tensors, element by element: `y = c != 0 ? a : b`.
///
/// **Shapes.** Equal, all three.
///
/// **Derivative.** `da = c != 0 ? dy : 0, db = c != 0 ? 0 : dy`; the condition has the gradient 0. The branch not taken
/// gets exactly 0, even where its own derivative is infinite or NaN: operations with such derivatives leave an exactly
/// zero dy zero, so that `where(x > 0, sqrt(x), x)` has the gradient 1 at -1.
///
/// **Domain.** Every float; c a condition, as from greater-than ([GreaterThan]). **Special values.** c of 0 or -0 takes
/// b, any other number a; a NaN in c gives NaN; one in the branch not taken vanishes.
///
/// **Error.** 0.0 ulp.
///
/// **Cost.** Two comparisons and blends, forward and for each side backward.
public final class Where implements Op {
    /// The operation.
    public static final Where OP = new Where();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ELEMENTWISE,
            """
            formula: y = c != 0 ? a : b
            derivative: da = c != 0 ? dy : 0, db = c != 0 ? 0 : dy
            domain: every float; c a condition, as from greater-than
            special: c of 0 or -0 takes b, any other number a; a NaN in c gives NaN; one in the branch not taken
              vanishes
            cost: two comparisons and blends, forward and for each side backward
            """,
            Operation.Bound.ulps(0),
            List.of(on(7, 19), on(3, 33), on(2, 16)));

    private Where() {
    }

    // A third of the conditions are multiples of 1/8, 0 among them.
    private static Operation.Case on(int... extents) {
        return Operation.Case.of(Operation.Range.of(-0.25f, 0.25f, extents).constant(),
                Operation.Range.of(-4, 4, extents), Operation.Range.of(-4, 4, extents));
    }

    /// `c != 0 ? a : b` for each element.
    ///
    /// @throws IllegalArgumentException for shapes that differ
    public static Var of(Var c, Var a, Var b) {
        return (c.tape() == null ? Tape.of(a, b) : c.tape()).record(OP, c, a, b);
    }

    @Override
    public String name() {
        return "where";
    }

    @Override
    public int arity() {
        return 3;
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        if (!inputs[0].equals(inputs[1]) || !inputs[0].equals(inputs[2])) {
            throw new IllegalArgumentException(name() + ": the condition has shape " + inputs[0] + ", a has shape "
                    + inputs[1] + ", b has shape " + inputs[2] + "; all three must be equal; reshape or repeat the "
                    + "smaller one");
        }
        return inputs[0];
    }

    @Override
    public void forward(Tape.Entry e) {
        Select.forward(e.backend(), e.x(0).data(), e.x(1).data(), e.x(2).data(), e.y().data(), e.y().size());
    }

    @Override
    public void backward(Tape.Entry e) {
        // A condition that was computed from a variable is walked through, too.
        if (e.wants(0) && !e.adds(0)) {
            Arrays.fill(e.dx(0).data(), 0, e.y().size(), 0);
        }
        for (int k = 1; k <= 2; k++) {
            if (e.wants(k)) {
                Select.backward(e.backend(), k == 1, e.x(0).data(), e.dy().data(), e.dx(k).data(), e.adds(k),
                        e.y().size());
            }
        }
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        Real[] y = new Real[x[0].length];
        for (int i = 0; i < y.length; i++) {
            double c = x[0][i].value();
            y[i] = c != c ? Real.of(c) : c != 0 ? x[1][i] : x[2][i];
        }
        return y;
    }
}
