package lanegrad.op;

import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.Axis;

/// The sum of all elements, a scalar: `y = sum of x`; of each row, `y[i] = sum of row i of x`, so that `[m, n]` gives
/// `[m]`; of each column, `y[j] = sum of column j of x`, `[n]`.
///
/// **Derivative.** `dx = dy` of its line, for each element.
///
/// **Domain.** Every float, any number of them. **Special values.** The sum of nothing is 0; NaN gives NaN; inf - inf
/// gives NaN.
///
/// **Error.** All elements: pairwise over fixed virtual lanes ([lanegrad.kernel.Sums]), at most `(log2(n) + 10) 2^-24
/// times the sum of |x|`. 2^25 ones give 33554432, where a running float sum stops at 16777216. A row or column: `its
/// roundings times 2^-24 times the sum of |x|`: that is n / 4 + 3 for rows of up to 64 and columns of up to 8192, which
/// are summed in four chains, and log2(n) + 11 beyond ([lanegrad.kernel.Lines]).
///
/// **Cost.** One addition an element; backward copies or adds dy.
public final class Sum extends Total {
    /// Of all elements.
    public static final Sum OP = new Sum(Axis.ALL);
    /// Of each row.
    public static final Sum ROWS = new Sum(Axis.ROWS);
    /// Of each column.
    public static final Sum COLUMNS = new Sum(Axis.COLUMNS);
    static final Operation OPERATION = operation(OP);
    static final Operation ROWS_OPERATION = operation(ROWS);
    static final Operation COLUMNS_OPERATION = operation(COLUMNS);

    private Sum(Axis axis) {
        super("sum", axis, false);
    }

    private static Operation operation(Sum op) {
        return new Operation(op, op.kind(),
                """
                formula: %s
                derivative: dx = dy of its line
                domain: every float, any number of them
                special: the sum of nothing is 0; NaN gives NaN; inf - inf gives NaN
                cost: one addition an element; backward copies or adds dy
                """.formatted(formula(op.axis, "sum of %s")),
                op.bound(), cases(op.axis));
    }

    /// The sum of all elements of `x`.
    public static Var of(Var x) {
        return Tape.of(x).record(OP, x);
    }

    /// The sum of each row of `x`, a number for each row.
    ///
    /// @throws IllegalArgumentException when x is no matrix
    public static Var ofRows(Var x) {
        return Tape.of(x).record(ROWS, x);
    }

    /// The sum of each column of `x`, a number for each column.
    ///
    /// @throws IllegalArgumentException when x is no matrix
    public static Var ofColumns(Var x) {
        return Tape.of(x).record(COLUMNS, x);
    }
}
