package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.Axis;
import lanegrad.kernel.LineMap;
import lanegrad.kernel.Lines;

/// Probabilities in the ratio of exponentials: `y = softmax of x` over all elements, `y[i] = softmax of row i of x`,
/// `y[j] = softmax of column j of x`: of each line, `exp(x - max) / s`, s the sum of `exp(x - max)` in the order of
/// [lanegrad.kernel.Lines].
///
/// As the last step before a loss, [SoftmaxCrossEntropy] from the logits is more accurate and faster.
///
/// **Shapes.** That of x.
///
/// **Derivative.** `dx = y (dy - sum of y dy)`, the sum over its line.
///
/// **Domain.** Every float, any number of them.
///
/// **Special values.** Adding the same to a line changes nothing, as long as that is exact: [0, 1, 2, 3] and the same +
/// 10000 give the same bits. [0, -inf] gives [1, 0]; a line of -inf, one with inf, or with NaN gives NaN.
///
/// **Error.** With the roundings of the sum as in [Sum], `(|x - max| + roundings + 8) 2^-24 y`, and 2^-148.
///
/// **Cost.** An exp and two multiplications an element; backward four operations an element, and a sum.
public final class Softmax extends Exponentials {
    /// Of all elements.
    public static final Softmax OP = new Softmax(Axis.ALL);
    /// Of each row.
    public static final Softmax ROWS = new Softmax(Axis.ROWS);
    /// Of each column.
    public static final Softmax COLUMNS = new Softmax(Axis.COLUMNS);
    static final Operation OPERATION = operation(OP);
    static final Operation ROWS_OPERATION = operation(ROWS);
    static final Operation COLUMNS_OPERATION = operation(COLUMNS);

    private static final int PRODUCTS = MORE;

    private static final LineMap SLOPE = new LineMap() {
        @Override
        public float scalar(float x, float z, float p, float q) {
            return x * (z - p);
        }

        @Override
        public Lanes lanes() {
            return new VectorSlope();
        }
    };

    private Softmax(Axis axis) {
        super("softmax", axis, false);
    }

    private static Operation operation(Softmax op) {
        return new Operation(op, op.kind(),
                """
                formula: %s
                derivative: dx = y (dy - sum of y dy)
                domain: every float, any number of them
                special: [0, -inf] gives [1, 0]; a line of -inf, one with inf, or with NaN gives NaN
                cost: an exp and two multiplications an element; backward four operations an element, and a sum
                """.formatted(formula(op.axis, "softmax of %s")),
                new Operation.Bound("(|x - max| + roundings + 8) 2^-24 y", op::limit),
                List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 5)),
                        Operation.Case.of(Operation.Range.of(-2, 2, 19, 3)),
                        Operation.Case.of(Operation.Range.of(-2, 2, 2, 67))));
    }

    /// The softmax of all elements of `x`.
    public static Var of(Var x) {
        return Tape.of(x).record(OP, x);
    }

    /// The softmax of each row of `x`.
    ///
    /// @throws IllegalArgumentException when x is no matrix
    public static Var ofRows(Var x) {
        return Tape.of(x).record(ROWS, x);
    }

    /// The softmax of each column of `x`.
    ///
    /// @throws IllegalArgumentException when x is no matrix
    public static Var ofColumns(Var x) {
        return Tape.of(x).record(COLUMNS, x);
    }

    @Override
    public void forward(Tape.Entry e) {
        if (e.x(0).size() > 0) {
            float[] y = laidOut(e);
            softmax(e, in(e, e.x(0).data()), y);
            Lines.out(e.backend(), axis, rows(e), columns(e), y, e.y().data());
        }
    }

    // y as the kernels want it: y itself, or what forward leaves in scratch.
    private float[] laidOut(Tape.Entry e) {
        return Lines.transposes(e.backend(), axis, columns(e)) ? matrix(e, SOFTMAX) : e.y().data();
    }

    @Override
    public void backward(Tape.Entry e) {
        if (e.wants(0)) {
            float[] y = laidOut(e);
            float[] dy = in(e, e.dy().data());
            float[] products = matrix(e, PRODUCTS);
            float[] s = numbers(e, SUMS);
            map(e, PRODUCT, y, dy, s, s, products);
            sum(e, products, s);
            mapOut(e, SLOPE, y, dy, s, s, e.dx(0).data(), e.adds(0));
        }
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        Real[][] lines = lines(shapes[0], x[0]);
        for (Real[] line : lines) {
            Exact of = Exact.of(line);
            for (int k = 0; k < line.length; k++) {
                line[k] = line[k].minus(of.max()).minus(of.log()).exp();
            }
        }
        return joined(shapes[0], lines);
    }

    private double[] limit(Object attribute, Shape[] shapes, double[][] x, double[] y) {
        double[][] lines = lines(shapes[0], x[0]);
        double[][] results = lines(shapes[0], y);
        for (int i = 0; i < lines.length; i++) {
            double max = Line.of(lines[i]).max();
            for (int k = 0; k < lines[i].length; k++) {
                lines[i][k] = (max - lines[i][k] + roundings(shapes[0]) + 8) * 0x1p-24 * results[i][k] + 0x1p-148;
            }
        }
        return joined(shapes[0], lines);
    }

    private static final class VectorSlope implements LineMap.Lanes {
        @Override
        public FloatVector vector(FloatVector x, FloatVector z, FloatVector p, FloatVector q) {
            return x.mul(z.sub(p));
        }
    }
}
