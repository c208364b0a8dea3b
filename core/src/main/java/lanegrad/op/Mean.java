package lanegrad.op;

import java.util.List;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;

/// The mean of all elements, a scalar: `y = (sum of x) / n`.
///
/// **Derivative.** `dx = dy / n` for each element.
///
/// **Domain.** Every float, one or more of them. **Special values.** The mean of nothing is an exception; NaN gives
/// NaN.
///
/// **Error.** That of [Sum], divided by n in double and rounded once: `(log2(n) + 10) 2^-24 times the mean of |x|`.
///
/// **Cost.** One addition an element; backward copies or adds dy / n.
public final class Mean extends Total {
    /// The operation.
    public static final Mean OP = new Mean();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.REDUCTION, 
            """
            formula: y = (sum of x) / n
            derivative: dx = dy / n
            domain: every float, one or more of them
            special: the mean of nothing is an exception; NaN gives NaN
            cost: one addition an element; backward copies or adds dy / n
            """,
            bound(true),
            List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 19)),
                    Operation.Case.of(Operation.Range.of(0, 1, 5000))));

    private Mean() {
        super("mean");
    }

    /// The mean of all elements of `x`.
    ///
    /// @throws IllegalArgumentException for an empty tensor
    public static Var of(Var x) {
        return Tape.of(x).record(OP, x);
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        if (inputs[0].size() == 0) {
            throw new IllegalArgumentException("mean: x has shape " + inputs[0]
                    + "; the mean of no elements is undefined, leave it out");
        }
        return Shape.SCALAR;
    }

    @Override
    int divisor(int n) {
        return n;
    }
}
