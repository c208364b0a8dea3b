package lanegrad.op;

import java.util.List;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;

/// The sum of all elements, a scalar: `y = sum of x`.
///
/// **Derivative.** `dx = dy` for each element.
///
/// **Domain.** Every float, any number of them. **Special values.** The sum of nothing is 0; NaN gives NaN; inf - inf
/// gives NaN.
///
/// **Error.** Pairwise over fixed virtual lanes ([lanegrad.kernel.Sums]): at most `(log2(n) + 10) 2^-24 times the sum
/// of |x|`. 2^25 ones give 33554432, where a running float sum stops at 16777216.
///
/// **Cost.** One addition an element; backward copies or adds dy.
public final class Sum extends Total {
    /// The operation.
    public static final Sum OP = new Sum();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.REDUCTION, 
            """
            formula: y = sum of x
            derivative: dx = dy
            domain: every float, any number of them
            special: the sum of nothing is 0; NaN gives NaN; inf - inf gives NaN
            cost: one addition an element; backward copies or adds dy
            """,
            bound(false),
            List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 19)),
                    Operation.Case.of(Operation.Range.of(0, 1, 5000))));

    private Sum() {
        super("sum");
    }

    /// The sum of all elements of `x`.
    public static Var of(Var x) {
        return Tape.of(x).record(OP, x);
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        return Shape.SCALAR;
    }

    @Override
    int divisor(int n) {
        return 1;
    }
}
