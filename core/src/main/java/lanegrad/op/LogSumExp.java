package lanegrad.op;

import java.util.Arrays;
import java.util.List;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.Axis;

/// The logarithm of the sum of exponentials, without overflow: `y = log of the sum of exp of x` over all elements, a
/// scalar; of each row, `y[i] = log of the sum of exp of row i of x`, so that `[m, n]` gives `[m]`; of each column,
/// `y[j] = log of the sum of exp of column j of x`, `[n]`.
///
/// **Method.** `max + log(s)`, s the sum of `exp(x - max)` in the order of [lanegrad.kernel.Lines].
///
/// **Derivative.** `dx = softmax(x) dy`, the softmax of its line; forward leaves it in scratch.
///
/// **Domain.** Every float, any number of them.
///
/// **Special values.** A line of -inf, or of nothing, gives -inf; one with inf gives inf; NaN gives NaN. The gradient
/// of a line whose maximum is infinite is NaN.
///
/// **Error.** With the roundings of the sum as in [Sum], `(|y| + |max| + 2 log s + roundings + 4) 2^-24`.
///
/// **Cost.** An exp and two multiplications an element, a log a line; backward a multiplication an element.
public final class LogSumExp extends Exponentials {
    /// Of all elements.
    public static final LogSumExp OP = new LogSumExp(Axis.ALL);
    /// Of each row.
    public static final LogSumExp ROWS = new LogSumExp(Axis.ROWS);
    /// Of each column.
    public static final LogSumExp COLUMNS = new LogSumExp(Axis.COLUMNS);
    static final Operation OPERATION = operation(OP);
    static final Operation ROWS_OPERATION = operation(ROWS);
    static final Operation COLUMNS_OPERATION = operation(COLUMNS);

    private LogSumExp(Axis axis) {
        super("logsumexp", axis, true);
    }

    private static Operation operation(LogSumExp op) {
        return new Operation(op, op.kind(),
                """
                formula: %s
                derivative: dx = softmax(x) dy
                domain: every float, any number of them
                special: a line of -inf, or of nothing, gives -inf; one with inf gives inf; NaN gives NaN
                cost: an exp and two multiplications an element, a log a line; backward a multiplication an element
                """.formatted(formula(op.axis, "log of the sum of exp of %s")),
                new Operation.Bound("(|y| + |max| + 2 log s + roundings + 4) 2^-24", op::limit),
                List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 5)),
                        Operation.Case.of(Operation.Range.of(-2, 2, 19, 3)),
                        Operation.Case.of(Operation.Range.of(-2, 2, 2, 67))));
    }

    /// The logarithm of the sum of the exponentials of all elements of `x`.
    public static Var of(Var x) {
        return Tape.of(x).record(OP, x);
    }

    /// The logarithm of the sum of the exponentials of each row of `x`.
    ///
    /// @throws IllegalArgumentException when x is no matrix
    public static Var ofRows(Var x) {
        return Tape.of(x).record(ROWS, x);
    }

    /// The logarithm of the sum of the exponentials of each column of `x`.
    ///
    /// @throws IllegalArgumentException when x is no matrix
    public static Var ofColumns(Var x) {
        return Tape.of(x).record(COLUMNS, x);
    }

    @Override
    public void forward(Tape.Entry e) {
        float[] y = e.y().data();
        if (e.x(0).size() == 0) {
            Arrays.fill(y, 0, lines(e), Float.NEGATIVE_INFINITY);
            return;
        }
        float[] x = e.x(0).data();
        softmax(e, in(e, x), matrix(e, SOFTMAX));
        float[] max = numbers(e, MAXIMA);
        float[] logs = logs(e);
        for (int i = 0; i < lines(e); i++) {
            // An infinite maximum, less itself, is NaN: there y is the maximum.
            y[i] = Float.isInfinite(max[i]) ? infinite(e, i, max[i]) : max[i] + logs[i];
        }
    }

    private float infinite(Tape.Entry e, int line, float max) {
        float[] x = e.x(0).data();
        int at = axis == Axis.COLUMNS ? line : line * columns(e);
        int step = axis == Axis.COLUMNS ? columns(e) : 1;
        for (int k = 0; k < length(e); k++) {
            if (x[at + k * step] != x[at + k * step]) {
                return Float.NaN;
            }
        }
        return max;
    }

    @Override
    public void backward(Tape.Entry e) {
        if (e.wants(0)) {
            float[] dy = e.dy().data();
            float[] softmax = matrix(e, SOFTMAX);
            mapOut(e, TIMES, softmax, softmax, dy, dy, e.dx(0).data(), e.adds(0));
        }
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        Real[][] lines = lines(shapes[0], x[0]);
        Real[] y = new Real[lines.length];
        for (int i = 0; i < y.length; i++) {
            Exact line = Exact.of(lines[i]);
            y[i] = Double.isInfinite(line.max()) ? Real.of(line.max()) : line.log().plus(line.max());
        }
        return y;
    }

    private double[] limit(Object attribute, Shape[] shapes, double[][] x, double[] y) {
        double[][] lines = lines(shapes[0], x[0]);
        double[] limit = new double[y.length];
        for (int i = 0; i < y.length; i++) {
            Line line = Line.of(lines[i]);
            limit[i] = (Math.abs(y[i]) + Math.abs(line.max()) + 2 * line.log() + roundings(shapes[0]) + 4) * 0x1p-24;
        }
        return limit;
    }
}
