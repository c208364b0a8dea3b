package lanegrad.op;

import java.util.Arrays;
import java.util.List;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.Axis;

/// Where the greatest element stands, as a float: `y = place of the max of x` among all elements, row-major, a scalar;
/// in each row, `y[i] = place of the max of row i of x`, so that `[m, n]` gives `[m]`: the class that a row of logits
/// names; in each column, `y[j] = place of the max of column j of x`, `[n]`. Places count from 0; of equal elements, -0
/// and +0 among them, the first.
///
/// **Derivative.** `dx = 0`: a place does not move with x, until it jumps.
///
/// **Domain.** Every float, one to 2^24 of them: a float holds no greater places exactly.
///
/// **Special values.** argmax of nothing is an exception; NaN gives NaN: what has a NaN has no greatest element.
///
/// **Error.** Exact: `0.0 ulp`.
///
/// **Cost.** A comparison an element for the max, another to find it.
public final class ArgMax extends LineOp {
    /// Of all elements.
    public static final ArgMax OP = new ArgMax(Axis.ALL);
    /// Of each row.
    public static final ArgMax ROWS = new ArgMax(Axis.ROWS);
    /// Of each column.
    public static final ArgMax COLUMNS = new ArgMax(Axis.COLUMNS);
    static final Operation OPERATION = operation(OP);
    static final Operation ROWS_OPERATION = operation(ROWS);
    static final Operation COLUMNS_OPERATION = operation(COLUMNS);

    private static final int LONGEST = 1 << 24;

    private ArgMax(Axis axis) {
        super("argmax" + axis.suffix(), axis, true, false);
    }

    private static Operation operation(ArgMax op) {
        return new Operation(op, op.kind(),
                """
                formula: %s
                derivative: dx = 0
                domain: every float, one to 2^24 of them
                special: argmax of nothing is an exception; NaN gives NaN
                cost: a comparison an element for the max, another to find it
                """.formatted(formula(op.axis, "place of the max of %s")),
                Operation.Bound.ulps(0),
                List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 10).constant()),
                        Operation.Case.of(Operation.Range.of(-1, 1, 33, 3).constant()),
                        Operation.Case.of(Operation.Range.of(-4, 4, 3, 130).constant())));
    }

    /// The place of the greatest of all elements of `x`.
    ///
    /// @throws IllegalArgumentException for an empty tensor, or more than 2^24 elements
    public static Var of(Var x) {
        return Tape.of(x).record(OP, x);
    }

    /// The column of the greatest element of each row of `x`.
    ///
    /// @throws IllegalArgumentException when x is no matrix, or its rows are empty or longer than 2^24
    public static Var ofRows(Var x) {
        return Tape.of(x).record(ROWS, x);
    }

    /// The row of the greatest element of each column of `x`.
    ///
    /// @throws IllegalArgumentException when x is no matrix, or its columns are empty or longer than 2^24
    public static Var ofColumns(Var x) {
        return Tape.of(x).record(COLUMNS, x);
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        Shape y = super.shape(attribute, inputs);
        if (axis.length(inputs[0]) > LONGEST) {
            throw new IllegalArgumentException(name() + ": x has shape " + inputs[0]
                    + "; a float counts no further than "
                    + LONGEST + " places, split x");
        }
        return y;
    }

    @Override
    public void forward(Tape.Entry e) {
        float[] max = numbers(e, OWN);
        float[] x = e.x(0).data();
        float[] y = e.y().data();
        int m = rows(e);
        int n = columns(e);
        if (lines(e) == 0) {
            return;
        }
        max(e, in(e, x), max);
        if (axis == Axis.COLUMNS) {
            // From the last row up, so that the first of equals remains: rows lie in memory as they are read.
            Arrays.fill(y, 0, n, Float.NaN);
            for (int i = m - 1; i >= 0; i--) {
                for (int j = 0; j < n; j++) {
                    y[j] = x[i * n + j] == max[j] ? i : y[j];
                }
            }
            return;
        }
        for (int i = 0; i < m; i++) {
            int at = i * n;
            y[i] = Float.NaN;
            // The max is in the row, unless it is NaN.
            for (int j = 0; j < n && max[i] == max[i]; j++) {
                if (x[at + j] == max[i]) {
                    y[i] = j;
                    break;
                }
            }
        }
    }

    @Override
    public void backward(Tape.Entry e) {
        if (e.wants(0) && !e.adds(0)) {
            Arrays.fill(e.dx(0).data(), 0, e.x(0).size(), 0);
        }
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        Real[][] lines = lines(shapes[0], x[0]);
        Real[] y = new Real[lines.length];
        for (int i = 0; i < y.length; i++) {
            int place = 0;
            boolean isNaN = false;
            for (int k = 0; k < lines[i].length; k++) {
                place = lines[i][k].value() > lines[i][place].value() ? k : place;
                isNaN |= Double.isNaN(lines[i][k].value());
            }
            y[i] = Real.of(isNaN ? Double.NaN : place);
        }
        return y;
    }
}
