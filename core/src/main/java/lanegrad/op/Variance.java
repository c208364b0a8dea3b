package lanegrad.op;

import java.util.List;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.Axis;

/// The variance of the n elements themselves, not that of a population they are drawn from (which would divide by n -
/// 1): `y = mean of (x - mean)^2 over x`, a scalar; of each row, `y[i] = mean of (x - mean)^2 over row i of x`, so that
/// `[m, n]` gives `[m]`; of each column, `y[j] = mean of (x - mean)^2 over column j of x`, `[n]`.
///
/// **Method.** Two passes, never the mean of squares less the square of the mean. All is taken from the first element
/// of the line: d = x - first, then the mean of d, then the mean of (d - mean)^2, sums in the order of
/// [lanegrad.kernel.Lines]. Numbers near each other are subtracted exactly, so that a line of equal numbers has
/// variance 0 and [40000, 40001, 40002, 40003] has 1.25.
///
/// **Derivative.** `dx = 2 dy / n (x - mean)`, the mean of its line.
///
/// **Domain.** Finite floats, one or more of them. **Special values.** The variance of nothing is an exception; NaN or
/// an infinity gives NaN, unless a square overflows before: then infinity.
///
/// **Error.** With d and the roundings of a sum as in [Sum], r being the root of the mean of d^2: `2^-24 ((roundings +
/// 8) y + 2 r sqrt(y)) + ((roundings + 2) 2^-24 r)^2`.
///
/// **Cost.** Two subtractions, a square and two sums an element; backward two operations.
public final class Variance extends LineOp {
    /// Of all elements.
    public static final Variance OP = new Variance(Axis.ALL);
    /// Of each row.
    public static final Variance ROWS = new Variance(Axis.ROWS);
    /// Of each column.
    public static final Variance COLUMNS = new Variance(Axis.COLUMNS);
    static final Operation OPERATION = operation(OP);
    static final Operation ROWS_OPERATION = operation(ROWS);
    static final Operation COLUMNS_OPERATION = operation(COLUMNS);

    private static final int DIFFERENCES = OWN;
    private static final int SQUARES = OWN + 1;
    private static final int MEANS = OWN + 2;
    private static final int NUMBERS = OWN + 3;

    private Variance(Axis axis) {
        super("variance" + axis.suffix(), axis, true, false);
    }

    private static Operation operation(Variance op) {
        return new Operation(op, op.kind(),
                """
                formula: %s
                derivative: dx = 2 dy / n (x - mean)
                domain: finite floats, one or more of them
                special: the variance of nothing is an exception; NaN or an infinity gives NaN
                cost: two subtractions, a square and two sums an element; backward two operations
                """.formatted(formula(op.axis, "mean of (x - mean)^2 over %s")),
                new Operation.Bound("2^-24 ((roundings + 8) y + 2 r sqrt(y)) + ((roundings + 2) 2^-24 r)^2", op::limit),
                List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 5)),
                        Operation.Case.of(Operation.Range.of(6, 8, 19, 3)),
                        Operation.Case.of(Operation.Range.of(-2, 2, 3, 67))));
    }

    /// The variance of all elements of `x`.
    ///
    /// @throws IllegalArgumentException for an empty tensor
    public static Var of(Var x) {
        return Tape.of(x).record(OP, x);
    }

    /// The variance of each row of `x`.
    ///
    /// @throws IllegalArgumentException when x is no matrix, or its rows are empty
    public static Var ofRows(Var x) {
        return Tape.of(x).record(ROWS, x);
    }

    /// The variance of each column of `x`.
    ///
    /// @throws IllegalArgumentException when x is no matrix, or its columns are empty
    public static Var ofColumns(Var x) {
        return Tape.of(x).record(COLUMNS, x);
    }

    @Override
    public void forward(Tape.Entry e) {
        if (lines(e) == 0) {
            return;
        }
        float[] s = numbers(e, NUMBERS);
        squares(e, matrix(e, DIFFERENCES), matrix(e, SQUARES), numbers(e, MEANS), s);
        divide(s, e.y().data(), lines(e), length(e));
    }

    @Override
    public void backward(Tape.Entry e) {
        if (!e.wants(0)) {
            return;
        }
        float[] d = matrix(e, DIFFERENCES);
        float[] scale = numbers(e, NUMBERS);
        for (int i = 0; i < lines(e); i++) {
            scale[i] = (float) (2 * (double) e.dy().data()[i] / length(e));
        }
        mapOut(e, CENTRED, d, d, numbers(e, MEANS), scale, e.dx(0).data(), e.adds(0));
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        Real[][] lines = lines(shapes[0], x[0]);
        Real[] y = new Real[lines.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = variance(lines[i]);
        }
        return y;
    }

    /// The variance of a line exactly.
    static Real variance(Real[] x) {
        Real mean = Real.sum(x).over(x.length);
        Real[] squares = new Real[x.length];
        for (int k = 0; k < squares.length; k++) {
            squares[k] = x[k].minus(mean).square();
        }
        return Real.sum(squares).over(x.length);
    }

    /// The variance of a line in double.
    static double variance(double[] x) {
        double mean = 0;
        for (double v : x) {
            mean += v / x.length;
        }
        double sum = 0;
        for (double v : x) {
            sum += (v - mean) * (v - mean);
        }
        return sum / x.length;
    }

    private double[] limit(Object attribute, Shape[] shapes, double[][] x, double[] y) {
        double[][] lines = lines(shapes[0], x[0]);
        double[] limit = new double[y.length];
        for (int i = 0; i < y.length; i++) {
            limit[i] = error(roundings(shapes[0]), lines[i], y[i]);
        }
        return limit;
    }

    /// The bound of the error of a variance y of these.
    static double error(double roundings, double[] x, double y) {
        double r = 0;
        for (double v : x) {
            r += (v - x[0]) * (v - x[0]) / x.length;
        }
        r = Math.sqrt(r);
        double ofMean = (roundings + 2) * 0x1p-24 * r;
        return 0x1p-24 * ((roundings + 8) * y + 2 * r * Math.sqrt(y)) + ofMean * ofMean + Float.MIN_VALUE;
    }
}
