package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.Axis;
import lanegrad.kernel.LineMap;

/// The logarithm of [Softmax], where that itself would round to 0 or 1: `y = log of softmax of x` over all elements,
/// `y[i] = log of softmax of row i of x`, `y[j] = log of softmax of column j of x`.
///
/// **Method.** `(x - max) - log(s)`, s the sum of `exp(x - max)` of the line in the order of [lanegrad.kernel.Lines].
///
/// **Shapes.** That of x.
///
/// **Derivative.** `dx = dy - softmax(x) (sum of dy)`, the sum over its line; forward leaves the softmax in scratch.
///
/// **Domain.** Every float, any number of them.
///
/// **Special values.** [0, -inf] gives [0, -inf]; [0, -200] gives [0, -200]; a line of -inf, one with inf, or with NaN
/// gives NaN.
///
/// **Error.** With the roundings of the sum as in [Sum], `(|x - max| + |y| + 2 log s + roundings + 4) 2^-24`.
///
/// **Cost.** An exp and four operations an element, a log a line; backward two operations an element, and a sum.
public final class LogSoftmax extends Exponentials {
    /// Of all elements.
    public static final LogSoftmax OP = new LogSoftmax(Axis.ALL);
    /// Of each row.
    public static final LogSoftmax ROWS = new LogSoftmax(Axis.ROWS);
    /// Of each column.
    public static final LogSoftmax COLUMNS = new LogSoftmax(Axis.COLUMNS);
    static final Operation OPERATION = operation(OP);
    static final Operation ROWS_OPERATION = operation(ROWS);
    static final Operation COLUMNS_OPERATION = operation(COLUMNS);

    private static final LineMap SLOPE = new LineMap() {
        @Override
        public float scalar(float x, float z, float p, float q) {
            return z - x * p;
        }

        @Override
        public Lanes lanes() {
            return new VectorSlope();
        }
    };

    private LogSoftmax(Axis axis) {
        super("log-softmax", axis, false);
    }

    private static Operation operation(LogSoftmax op) {
        return new Operation(op, op.kind(),
                """
                formula: %s
                derivative: dx = dy - softmax(x) (sum of dy)
                domain: every float, any number of them
                special: [0, -200] gives [0, -200]; a line of -inf, one with inf, or with NaN gives NaN
                cost: an exp and four operations an element, a log a line; backward two operations an element, and a sum
                """.formatted(formula(op.axis, "log of softmax of %s")),
                new Operation.Bound("(|x - max| + |y| + 2 log s + roundings + 4) 2^-24", op::limit),
                List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 5)),
                        Operation.Case.of(Operation.Range.of(-2, 2, 19, 3)),
                        Operation.Case.of(Operation.Range.of(-2, 2, 2, 67))));
    }

    /// The logarithm of the softmax of all elements of `x`.
    public static Var of(Var x) {
        return Tape.of(x).record(OP, x);
    }

    /// The logarithm of the softmax of each row of `x`.
    ///
    /// @throws IllegalArgumentException when x is no matrix
    public static Var ofRows(Var x) {
        return Tape.of(x).record(ROWS, x);
    }

    /// The logarithm of the softmax of each column of `x`.
    ///
    /// @throws IllegalArgumentException when x is no matrix
    public static Var ofColumns(Var x) {
        return Tape.of(x).record(COLUMNS, x);
    }

    @Override
    public void forward(Tape.Entry e) {
        if (e.x(0).size() > 0) {
            float[] x = in(e, e.x(0).data());
            softmax(e, x, matrix(e, SOFTMAX));
            mapOut(e, LESS, x, x, numbers(e, MAXIMA), logs(e), e.y().data(), false);
        }
    }

    @Override
    public void backward(Tape.Entry e) {
        if (e.wants(0)) {
            float[] dy = in(e, e.dy().data());
            float[] s = numbers(e, OTHER);
            sum(e, dy, s);
            mapOut(e, SLOPE, matrix(e, SOFTMAX), dy, s, s, e.dx(0).data(), e.adds(0));
        }
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        Real[][] lines = lines(shapes[0], x[0]);
        for (Real[] line : lines) {
            Exact of = Exact.of(line);
            for (int k = 0; k < line.length; k++) {
                line[k] = line[k].minus(of.max()).minus(of.log());
            }
        }
        return joined(shapes[0], lines);
    }

    private double[] limit(Object attribute, Shape[] shapes, double[][] x, double[] y) {
        double[][] lines = lines(shapes[0], x[0]);
        double[][] results = lines(shapes[0], y);
        for (int i = 0; i < lines.length; i++) {
            Line of = Line.of(lines[i]);
            for (int k = 0; k < lines[i].length; k++) {
                lines[i][k] = (of.max() - lines[i][k] + Math.abs(results[i][k]) + 2 * of.log()
                        + roundings(shapes[0]) + 4) * 0x1p-24;
            }
        }
        return joined(shapes[0], lines);
    }

    private static final class VectorSlope implements LineMap.Lanes {
        @Override
        public FloatVector vector(FloatVector x, FloatVector z, FloatVector p, FloatVector q) {
            return z.sub(x.mul(p));
        }
    }
}
