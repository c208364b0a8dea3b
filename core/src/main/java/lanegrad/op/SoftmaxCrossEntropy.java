package lanegrad.op;

import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import lanegrad.Backend;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.kernel.Lanes;
import lanegrad.kernel.RowSoftmax;
import lanegrad.kernel.Sums;
import lanegrad.kernel.Transpose;
import lanegrad.kernel.UnaryLoop;

/// Softmax and cross-entropy in one, from logits X `[m, classes]` and m labels: `y = mean over rows of log(sum exp
/// x[c]) - x[label]`; for SUM `y = sum over rows of log(sum exp x[c]) - x[label]`. For targets that are probabilities:
/// [SoftTargetCrossEntropy].
///
/// **Method.** Per row, with the maximum u: `e[c] = exp(x[c] - u)`, `s` = their sum in four chains (class c to
/// chain `c mod 4`, then `(s0 + s1) + (s2 + s3)`), loss `log(s) - (x[label] - u)`. The gradient costs little more
/// at that moment, so forward leaves `e[c] / s - [c = label]` in scratch, and backward multiplies it by 1 / m and
/// by dy.
///
/// **Lanes.** Vectors lie along rows of a vector of eight and more, and across shorter ones, one row a lane
/// ([RowSoftmax]); logarithms are taken of many rows at once. Rows do not meet, and chains have an order of their own,
/// so the width of the hardware has no part in the result.
///
/// **Derivative.** `dx[c] = (softmax(x)[c] - [c = label]) dy / m`; for SUM `dx[c] = (softmax(x)[c] - [c = label]) dy`.
///
/// **Domain.** Every float; one label from 0 to classes - 1 a row.
///
/// **Special values.** [0, 200], label 0: 200; a NaN gives NaN, in the loss and in that row's gradient. Adding the same
/// to all logits of a row changes nothing. The gradient of [0, 200], label 0, is [-1, 1]. [0, -inf], label 0: loss 0,
/// gradient [0, 0]. A row of -inf makes loss and that row's gradient NaN.
///
/// **Error.** 4 ulp of |log s| + |x[label] - max| a row, then log2(m) + 10 for the sum.
///
/// **Cost.** An exp an element and a log a row; backward a multiplication.
public final class SoftmaxCrossEntropy extends LabelLoss {
    /// The mean over the rows.
    public static final SoftmaxCrossEntropy MEAN = new SoftmaxCrossEntropy(Reduction.MEAN);
    /// The sum over the rows.
    public static final SoftmaxCrossEntropy SUM = new SoftmaxCrossEntropy(Reduction.SUM);
    static final Operation OPERATION = operation(MEAN, "mean", " / m");
    static final Operation SUM_OPERATION = operation(SUM, "sum", "");

    private SoftmaxCrossEntropy(Reduction reduction) {
        super("softmax-cross-entropy", reduction, "logits");
    }

    private static Operation operation(SoftmaxCrossEntropy op, String reduction, String share) {
        return new Operation(op, Operation.Kind.LOSS,
                """
                formula: y = %s over rows of log(sum exp x[c]) - x[label]
                derivative: dx[c] = (softmax(x)[c] - [c = label]) dy%s
                domain: every float; one label from 0 to classes - 1 a row
                special: [0, 200], label 0: 200; a NaN gives NaN
                cost: an exp an element and a log a row; backward a multiplication
                """.formatted(reduction, share),
                new Operation.Bound("4 ulp of |log s| + |x[label] - max| a row, then log2(m) + 10 for the sum",
                        (attribute, shapes, x, y) -> op.limit(shapes[0], x[0])),
                List.of(Operation.Case.of(Operation.Range.of(-8, 8, 7, 10)).with(new int[] {3, 9, 0, 4, 4, 7, 1}),
                        Operation.Case.of(Operation.Range.of(-20, 20, 33, 3)).with(labels(33, 3))));
    }

    /// The mean cross-entropy of the softmax of `logits` against `labels`.
    ///
    /// @throws IllegalArgumentException as [#apply]
    public static Var of(Var logits, int[] labels) {
        return MEAN.apply(logits, labels);
    }

    @Override
    public void forward(Tape.Entry e) {
        int m = e.x(0).shape().extent(0);
        int classes = e.x(0).shape().extent(1);
        int[] labels = labels(e);
        float[] x = e.x(0).data();
        float[] dx = e.scratch(0, m * classes + Tensor.PADDING);
        float[] losses = e.scratch(1, m + Tensor.PADDING);
        int width = width(e.backend(), m);
        float[] t = e.scratch(3, (classes + 2) * width);
        if (e.backend() == Backend.SCALAR) {
            softmax(Backend.SCALAR, x, m, classes, dx, t, width);
            for (int i = 0; i < m; i++) {
                int at = i * classes + labels[i];
                dx[at] -= 1;
                losses[i] = lanegrad.math.Log.scalar(t[classes * m + i]) - (x[at] - t[(classes + 1) * m + i]);
            }
        } else {
            Vectors.rows(x, m, classes, labels, dx, losses, t, width);
        }
        float sum = Sums.loop(e.backend()).sum(losses, 0, m, e.scratch(2, Sums.SCRATCH));
        e.y().data()[0] = reduction.of(sum, m);
    }

    /// The length of the rows of t in [#softmax], for m rows of logits.
    static int width(Backend backend, int m) {
        return backend == Backend.VECTOR ? Vectors.width(m) : m;
    }

    /// The softmax of the m rows of x in the rows of p, `exp(x[c] - max) / s`. With it, for row i: s in `t[classes *
    /// width + i]` and max in `t[(classes + 1) * width + i]`. The rest of t is scratch.
    ///
    /// @param p `m * classes` floats and [Tensor#PADDING]
    /// @param t `(classes + 2) * width` floats
    static void softmax(Backend backend, float[] x, int m, int classes, float[] p, float[] t, int width) {
        if (backend == Backend.VECTOR) {
            Vectors.softmax(x, m, classes, p, t, width);
            return;
        }
        for (int i = 0; i < m; i++) {
            row(x, i * classes, classes, p, t, classes * width + i, (classes + 1) * width + i);
        }
    }

    private static void row(float[] x, int at, int classes, float[] p, float[] t, int sum, int maximum) {
        float max = x[at];
        for (int c = 0; c < classes; c++) {
            max = x[at + c] > max ? x[at + c] : max;
        }
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        for (int c = 0; c < classes; c++) {
            float e = lanegrad.math.Exp.scalar(x[at + c] - max);
            p[at + c] = e;
            switch (c & 3) {
                case 0 -> s0 += e;
                case 1 -> s1 += e;
                case 2 -> s2 += e;
                default -> s3 += e;
            }
        }
        float s = (s0 + s1) + (s2 + s3);
        float inverse = 1 / s;
        for (int c = 0; c < classes; c++) {
            p[at + c] *= inverse;
        }
        t[sum] = s;
        t[maximum] = max;
    }

    @Override
    public void backward(Tape.Entry e) {
        if (e.wants(0)) {
            int n = e.x(0).size();
            float share = reduction == Reduction.MEAN ? 1f / e.x(0).shape().extent(0) : 1;
            scale(e.backend(), e.scratch(0, n), share, e.dy().data()[0], e.dx(0).data(), e.adds(0), n);
        }
    }

    /// `y = x * share * dy`, or added to y.
    static void scale(Backend backend, float[] x, float share, float dy, float[] y, boolean add, int n) {
        int i = backend == Backend.VECTOR ? Vectors.scale(x, share, dy, y, add, n) : 0;
        for (; i < n; i++) {
            float g = x[i] * share * dy;
            y[i] = Sums.canonical(add ? y[i] + g : g);
        }
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        int[] labels = (int[]) attribute;
        int classes = shapes[0].extent(1);
        Real[] y = new Real[labels.length];
        for (int i = 0; i < y.length; i++) {
            Exponentials.Exact of = Exponentials.Exact.of(Arrays.copyOfRange(x[0], i * classes, (i + 1) * classes));
            y[i] = of.log().minus(x[0][i * classes + labels[i]].minus(of.max()));
        }
        return new Real[] {reduction.of(Real.sum(y), labels.length)};
    }

    private double[] limit(Shape shape, double[] x) {
        int classes = shape.extent(1);
        int m = shape.extent(0);
        double scale = 0;
        for (int i = 0; i < m; i++) {
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < classes; c++) {
                low = Math.min(low, x[i * classes + c]);
                high = Math.max(high, x[i * classes + c]);
            }
            scale += Math.log(classes) + (high - low);
        }
        return new double[] {reduction.of((4 + Math.log(m) / Math.log(2) + 10) * 0x1p-24 * scale, m)};
    }

    private static final class Vectors {
        static final VectorSpecies<Float> S = Lanes.SPECIES;
        static final int L = S.length();

        // The rows in whole vectors.
        static int width(int m) {
            return S.loopBound(m + L - 1);
        }

        static void softmax(float[] x, int m, int classes, float[] p, float[] t, int width) {
            UnaryLoop exp = Exp.OP.loop(Backend.VECTOR);
            int sums = classes * width;
            if (RowSoftmax.fits(classes)) {
                RowSoftmax.along(exp, x, m, classes, p, t, sums, t, sums + width);
                return;
            }
            Transpose.of(Backend.VECTOR, m, classes, x, 0, classes, t, 0, width);
            RowSoftmax.across(exp, t, classes, width, t, sums, t, sums + width);
            Transpose.of(Backend.VECTOR, classes, m, t, 0, width, p, 0, classes);
        }

        // exp and log are called as loops: as a part of this method, whatever came last had its vectors boxed
        // (RowSoftmax says why).
        static void rows(float[] x, int m, int classes, int[] labels, float[] dx, float[] losses, float[] t,
                int width) {
            softmax(x, m, classes, dx, t, width);
            int max = (classes + 1) * width;
            for (int i = 0; i < m; i++) {
                int at = i * classes + labels[i];
                dx[at] -= 1;
                t[max + i] = x[at] - t[max + i];
            }
            int sums = max - width;
            Log.OP.loop(Backend.VECTOR).forward(t, t, sums, sums + m);
            int i = 0;
            for (; i < S.loopBound(m); i += L) {
                FloatVector.fromArray(S, t, sums + i).sub(FloatVector.fromArray(S, t, max + i)).intoArray(losses, i);
            }
            for (; i < m; i++) {
                losses[i] = t[sums + i] - t[max + i];
            }
        }

        static int scale(float[] x, float share, float dy, float[] y, boolean add, int n) {
            int i = 0;
            for (; i < S.loopBound(n); i += L) {
                FloatVector g = FloatVector.fromArray(S, x, i).mul(share).mul(dy);
                g = add ? FloatVector.fromArray(S, y, i).add(g) : g;
                g.blend(Float.NaN, g.compare(VectorOperators.NE, g)).intoArray(y, i);
            }
            return i;
        }
    }
}
