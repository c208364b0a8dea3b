package lanegrad.op;

import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.Axis;

/// The mean of all n elements, a scalar: `y = (sum of x) / n`; of each row, `y[i] = (sum of row i of x) / n`, so that
/// `[m, n]` gives `[m]`; of each column, `y[j] = (sum of column j of x) / n`, n being the length of the column.
///
/// **Derivative.** `dx = dy / n` with the dy of its line, for each element.
///
/// **Domain.** Every float, one or more of them. **Special values.** The mean of nothing is an exception; NaN gives
/// NaN.
///
/// **Error.** That of [Sum], divided by n in double and rounded once: of all elements, `(log2(n) + 10) 2^-24 times the
/// mean of |x|`; of a row or column, `its roundings times 2^-24 times the mean of |x|`.
///
/// **Cost.** One addition an element; backward copies or adds dy / n.
public final class Mean extends Total {
    /// Of all elements.
    public static final Mean OP = new Mean(Axis.ALL);
    /// Of each row.
    public static final Mean ROWS = new Mean(Axis.ROWS);
    /// Of each column.
    public static final Mean COLUMNS = new Mean(Axis.COLUMNS);
    static final Operation OPERATION = operation(OP);
    static final Operation ROWS_OPERATION = operation(ROWS);
    static final Operation COLUMNS_OPERATION = operation(COLUMNS);

    private Mean(Axis axis) {
        super("mean", axis, true);
    }

    private static Operation operation(Mean op) {
        return new Operation(op, op.kind(),
                """
                formula: %s
                derivative: dx = dy / n
                domain: every float, one or more of them
                special: the mean of nothing is an exception; NaN gives NaN
                cost: one addition an element; backward copies or adds dy / n
                """.formatted(formula(op.axis, "(sum of %s) / n")),
                op.bound(), cases(op.axis));
    }

    /// The mean of all elements of `x`.
    ///
    /// @throws IllegalArgumentException for an empty tensor
    public static Var of(Var x) {
        return Tape.of(x).record(OP, x);
    }

    /// The mean of each row of `x`, a number for each row.
    ///
    /// @throws IllegalArgumentException when x is no matrix, or its rows are empty
    public static Var ofRows(Var x) {
        return Tape.of(x).record(ROWS, x);
    }

    /// The mean of each column of `x`, a number for each column.
    ///
    /// @throws IllegalArgumentException when x is no matrix, or its columns are empty
    public static Var ofColumns(Var x) {
        return Tape.of(x).record(COLUMNS, x);
    }
}
