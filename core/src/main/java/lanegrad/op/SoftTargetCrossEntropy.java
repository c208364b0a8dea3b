package lanegrad.op;

import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import lanegrad.Backend;
import lanegrad.Op;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.kernel.Lanes;
import lanegrad.kernel.RowSoftmax;
import lanegrad.kernel.Sums;
import lanegrad.kernel.Transpose;

/// Softmax and cross-entropy in one, from logits X and a distribution per row, T, both `[m, classes]`: `y = mean over
/// rows of sum t[c] (log(sum exp x) - x[c])`; for SUM `y = sum over rows of sum t[c] (log(sum exp x) - x[c])`. For
/// smoothed labels, for mixed examples, for the output of another network; [SoftmaxCrossEntropy] takes labels.
///
/// **Method.** The softmax p of a row, its s and its maximum are those of [SoftmaxCrossEntropy]. With `l[c] = log s -
/// (x[c] - max)` the loss of a row is `sum t[c] l[c]`, each product rounded and then added, c ascending; the gradient
/// `p[c] sum t - t[c]`, an fma. With T of one 1 a row both have the bits that the label gives.
///
/// **Lanes.** Across the rows, one row a lane.
///
/// **Derivative.** `dx[c] = (softmax(x)[c] sum t - t[c]) dy / m, dt[c] = l[c] dy / m`; for SUM `dx[c] = (softmax(x)[c]
/// sum t - t[c]) dy, dt[c] = l[c] dy`. Targets need not sum to 1.
///
/// **Domain.** x: every float; t: finite, meant as rows of sum 1. **Special values.** A target 0 contributes 0, even of
/// -inf, but for NaN; [0, 200], t = [1, 0]: 200; NaN gives NaN.
///
/// **Error.** `(classes + log2(m) + 16) 2^-24 times the sum of t[c] (|log s| + |x[c] - max|)`, for the mean divided by
/// m.
///
/// **Cost.** An exp and five operations an element, a log a row, three transposes; backward a multiplication.
public final class SoftTargetCrossEntropy implements Op {
    /// The mean over the rows.
    public static final SoftTargetCrossEntropy MEAN = new SoftTargetCrossEntropy(Reduction.MEAN);
    /// The sum over the rows.
    public static final SoftTargetCrossEntropy SUM = new SoftTargetCrossEntropy(Reduction.SUM);
    static final Operation OPERATION = operation(MEAN, "mean", " / m");
    static final Operation SUM_OPERATION = operation(SUM, "sum", "");

    private final String name;
    private final Reduction reduction;

    private SoftTargetCrossEntropy(Reduction reduction) {
        this.name = reduction.name("soft-target-cross-entropy");
        this.reduction = reduction;
    }

    private static Operation operation(SoftTargetCrossEntropy op, String reduction, String share) {
        return new Operation(op, Operation.Kind.LOSS,
                """
                formula: y = %s over rows of sum t[c] (log(sum exp x) - x[c])
                derivative: dx[c] = (softmax(x)[c] sum t - t[c]) dy%s, dt[c] = l[c] dy%s
                domain: x: every float; t: finite, meant as rows of sum 1
                special: a target 0 contributes 0, even of -inf, but for NaN; [0, 200], t = [1, 0]: 200; NaN gives NaN
                cost: an exp and five operations an element, a log a row, three transposes; backward a multiplication
                """.formatted(reduction, share, share),
                new Operation.Bound("(classes + log2(m) + 16) 2^-24 times the sum of t[c] (|log s| + |x[c] - max|)",
                        (attribute, shapes, x, y) -> op.limit(shapes[0], x)),
                List.of(Operation.Case.of(Operation.Range.of(-8, 8, 7, 10), Operation.Range.of(0, 1, 7, 10)),
                        Operation.Case.of(Operation.Range.of(-20, 20, 33, 3), Operation.Range.of(0, 1, 33, 3))));
    }

    /// The mean cross-entropy of the softmax of `logits` against `targets`.
    ///
    /// @throws IllegalArgumentException for shapes that differ or are no matrix, or an empty batch
    public static Var of(Var logits, Var targets) {
        return MEAN.apply(logits, targets);
    }

    /// This loss of `logits` against `targets`.
    ///
    /// @throws IllegalArgumentException as [#of]
    public Var apply(Var logits, Var targets) {
        return Tape.of(logits, targets).record(this, logits, targets);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int arity() {
        return 2;
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        return ElementwiseLoss.checkedRows(name, inputs);
    }

    // Scratch 0 and 1 keep dx and dt, but for dy / m; on the vector backend dt is transposed.
    @Override
    public void forward(Tape.Entry e) {
        int m = e.x(0).shape().extent(0);
        int classes = e.x(0).shape().extent(1);
        float[] x = e.x(0).data();
        float[] targets = e.x(1).data();
        float[] dx = e.scratch(0, m * classes + Tensor.PADDING);
        float[] losses = e.scratch(2, m + Tensor.PADDING);
        int width = SoftmaxCrossEntropy.width(e.backend(), m);
        float[] l = e.scratch(1, classes * width);
        float[] t = e.scratch(3, (classes + 2) * width);
        if (e.backend() == Backend.VECTOR) {
            Vectors.rows(x, targets, m, classes, dx, l, t, e.scratch(4, classes * width), losses, width);
        } else {
            SoftmaxCrossEntropy.softmax(Backend.SCALAR, x, m, classes, dx, t, width);
            for (int i = 0; i < m; i++) {
                losses[i] = row(x, targets, i * classes, classes, dx, l, t[classes * width + i],
                        t[(classes + 1) * width + i]);
            }
        }
        float sum = Sums.loop(e.backend()).sum(losses, 0, m, e.scratch(5, Sums.SCRATCH));
        e.y().data()[0] = reduction.of(sum, m);
    }

    // One row, from x[at] on: its loss; makes of its softmax in dx the gradient.
    private static float row(float[] x, float[] targets, int at, int classes, float[] dx, float[] l, float s,
            float max) {
        float log = lanegrad.math.Log.scalar(s);
        float loss = 0;
        float total = 0;
        for (int c = at; c < at + classes; c++) {
            float t = targets[c];
            l[c] = log - (x[c] - max);
            loss += t == 0 && l[c] == l[c] ? 0 : t * l[c];
            total += t;
        }
        for (int c = at; c < at + classes; c++) {
            dx[c] = Math.fma(dx[c], total, -targets[c]);
        }
        return loss;
    }

    @Override
    public void backward(Tape.Entry e) {
        int n = e.x(0).size();
        int m = e.x(0).shape().extent(0);
        int classes = e.x(0).shape().extent(1);
        float each = reduction.share(e.dy().data()[0], m);
        if (e.wants(0)) {
            SoftmaxCrossEntropy.scale(e.backend(), e.scratch(0, n), each, 1, e.dx(0).data(), e.adds(0), n);
        }
        if (e.wants(1)) {
            int width = SoftmaxCrossEntropy.width(e.backend(), m);
            float[] l = e.scratch(1, classes * width);
            if (e.backend() == Backend.VECTOR) {
                float[] dt = e.scratch(6, n);
                Transpose.of(Backend.VECTOR, classes, m, l, 0, width, dt, 0, classes);
                l = dt;
            }
            SoftmaxCrossEntropy.scale(e.backend(), l, each, 1, e.dx(1).data(), e.adds(1), n);
        }
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        int classes = shapes[0].extent(1);
        Real[] y = new Real[x[0].length];
        for (int i = 0; i < y.length; i += classes) {
            Exponentials.Exact of = Exponentials.Exact.of(Arrays.copyOfRange(x[0], i, i + classes));
            for (int c = i; c < i + classes; c++) {
                Real l = of.log().minus(x[0][c].minus(of.max()));
                // A target of 0 contributes nothing, whatever the loss.
                y[c] = x[1][c].value() == 0 && !Double.isNaN(l.value()) ? x[1][c].function(0, l.value(), 0)
                        : x[1][c].times(l);
            }
        }
        return new Real[] {reduction.of(Real.sum(y), shapes[0].extent(0))};
    }

    // What the losses are added up from, as magnitudes.
    private static double size(Shape shape, double[][] x) {
        int classes = shape.extent(1);
        double sum = 0;
        for (int i = 0; i < x[0].length; i += classes) {
            double max = Double.NEGATIVE_INFINITY;
            for (int c = i; c < i + classes; c++) {
                max = Math.max(max, x[0][c]);
            }
            double s = 0;
            for (int c = i; c < i + classes; c++) {
                s += Math.exp(x[0][c] - max);
            }
            for (int c = i; c < i + classes; c++) {
                double l = Math.log(s) + Math.abs(x[0][c] - max);
                sum += x[1][c] == 0 && !Double.isNaN(l) ? 0 : x[1][c] * l;
            }
        }
        return sum;
    }

    private double[] limit(Shape shape, double[][] x) {
        int m = shape.extent(0);
        double roundings = shape.extent(1) + Math.log(m) / Math.log(2) + 16;
        return new double[] {reduction.of(roundings * 0x1p-24 * size(shape, x), m)};
    }

    private static final class Vectors {
        static final VectorSpecies<Float> S = Lanes.SPECIES;
        static final int L = S.length();

        // t holds the softmax transposed, then s and max, later the gradient in place of the softmax.
        static void rows(float[] x, float[] targets, int m, int classes, float[] dx, float[] l, float[] t, float[] q,
                float[] losses, int width) {
            int logs = classes * width;
            Transpose.of(Backend.VECTOR, m, classes, x, 0, classes, l, 0, width);
            System.arraycopy(l, 0, t, 0, logs);
            RowSoftmax.across(Exp.OP.loop(Backend.VECTOR), t, classes, width, t, logs, t, logs + width);
            Transpose.of(Backend.VECTOR, m, classes, targets, 0, classes, q, 0, width);
            // As a loop: RowSoftmax says why.
            Log.OP.loop(Backend.VECTOR).forward(t, t, logs, logs + m);
            for (int i = 0; i < m; i += L) {
                rows(i, width, classes, l, t, q, losses);
            }
            Transpose.of(Backend.VECTOR, classes, m, t, 0, width, dx, 0, classes);
        }

        // The rows from i on, one a lane. Lanes without a row hold what an earlier batch left.
        private static void rows(int i, int width, int classes, float[] l, float[] t, float[] q, float[] losses) {
            FloatVector log = FloatVector.fromArray(S, t, classes * width + i);
            FloatVector max = FloatVector.fromArray(S, t, (classes + 1) * width + i);
            FloatVector loss = FloatVector.zero(S);
            FloatVector total = loss;
            for (int c = 0; c < classes; c++) {
                FloatVector target = FloatVector.fromArray(S, q, c * width + i);
                FloatVector v = log.sub(FloatVector.fromArray(S, l, c * width + i).sub(max));
                v.intoArray(l, c * width + i);
                loss = loss.add(target.mul(v).blend(0, target.compare(VectorOperators.EQ, 0)
                        .and(v.compare(VectorOperators.EQ, v))));
                total = total.add(target);
            }
            for (int c = 0; c < classes; c++) {
                FloatVector.fromArray(S, t, c * width + i)
                        .fma(total, FloatVector.fromArray(S, q, c * width + i).neg()).intoArray(t, c * width + i);
            }
            loss.intoArray(losses, i);
        }
    }
}
