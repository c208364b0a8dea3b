package lanegrad.op;

import java.util.Arrays;
import java.util.List;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.Sums;

/// The negative log-likelihood of m labels, from log-probabilities X `[m, classes]`: `y = mean over rows of -x[label]`;
/// for SUM `y = sum over rows of -x[label]`.
///
/// For a network that ends in a log-softmax; [SoftmaxCrossEntropy] does both in one, from logits.
///
/// **Derivative.** `dx[c] = -[c = label] dy / m`; for SUM `dx[c] = -[c = label] dy`.
///
/// **Domain.** Every float; one label from 0 to classes - 1 a row.
///
/// **Special values.** Only the labels' columns are read, a NaN elsewhere is not seen; -inf gives inf. The gradient is
/// 0 beside the label.
///
/// **Error.** `(log2(m) + 10) 2^-24 times the sum of |x[label]|`, for the mean divided by m.
///
/// **Cost.** A number a row, the same on both backends; backward writes a row of zeros.
public final class NegativeLogLikelihood extends LabelLoss {
    /// The mean over the rows.
    public static final NegativeLogLikelihood MEAN = new NegativeLogLikelihood(Reduction.MEAN);
    /// The sum over the rows.
    public static final NegativeLogLikelihood SUM = new NegativeLogLikelihood(Reduction.SUM);
    static final Operation OPERATION = operation(MEAN, "mean", " / m");
    static final Operation SUM_OPERATION = operation(SUM, "sum", "");

    private NegativeLogLikelihood(Reduction reduction) {
        super("negative-log-likelihood", reduction, "log-probabilities");
    }

    private static Operation operation(NegativeLogLikelihood op, String reduction, String share) {
        return new Operation(op, Operation.Kind.LOSS,
                """
                formula: y = %s over rows of -x[label]
                derivative: dx[c] = -[c = label] dy%s
                domain: every float; one label from 0 to classes - 1 a row
                special: only the labels' columns are read, a NaN elsewhere is not seen; -inf gives inf
                cost: a number a row, the same on both backends; backward writes a row of zeros
                """.formatted(reduction, share),
                new Operation.Bound("(log2(m) + 10) 2^-24 times the sum of |x[label]|",
                        (attribute, shapes, x, y) -> op.limit((int[]) attribute, shapes[0].extent(1), x[0])),
                List.of(Operation.Case.of(Operation.Range.of(-8, 0, 7, 10)).with(new int[] {3, 9, 0, 4, 4, 7, 1}),
                        Operation.Case.of(Operation.Range.of(-20, 0, 33, 3)).with(labels(33, 3))));
    }

    /// The mean negative log-likelihood.
    ///
    /// @throws IllegalArgumentException as [#apply]
    public static Var of(Var logProbabilities, int[] labels) {
        return MEAN.apply(logProbabilities, labels);
    }

    @Override
    public void forward(Tape.Entry e) {
        int[] labels = labels(e);
        int m = labels.length;
        int classes = e.x(0).shape().extent(1);
        float[] x = e.x(0).data();
        float[] losses = e.scratch(0, m);
        // The caller may write his array before backward: a copy, as bits, for scratch is of floats.
        float[] kept = e.scratch(1, m);
        for (int i = 0; i < m; i++) {
            losses[i] = -x[i * classes + labels[i]];
            kept[i] = Float.intBitsToFloat(labels[i]);
        }
        float sum = Sums.loop(e.backend()).sum(losses, 0, m, e.scratch(2, Sums.SCRATCH));
        e.y().data()[0] = reduction.of(sum, m);
    }

    @Override
    public void backward(Tape.Entry e) {
        if (!e.wants(0)) {
            return;
        }
        int m = e.x(0).shape().extent(0);
        int classes = e.x(0).shape().extent(1);
        float[] kept = e.scratch(1, m);
        float g = -reduction.share(e.dy().data()[0], m);
        float[] dx = e.dx(0).data();
        if (!e.adds(0)) {
            Arrays.fill(dx, 0, e.x(0).size(), 0);
        }
        for (int i = 0; i < m; i++) {
            int at = i * classes + Float.floatToRawIntBits(kept[i]);
            dx[at] = Sums.canonical(dx[at] + g);
        }
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        int[] labels = (int[]) attribute;
        Real[] y = new Real[labels.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = x[0][i * shapes[0].extent(1) + labels[i]].negated();
        }
        return new Real[] {reduction.of(Real.sum(y), labels.length)};
    }

    private double[] limit(int[] labels, int classes, double[] x) {
        double scale = 0;
        for (int i = 0; i < labels.length; i++) {
            scale += Math.abs(x[i * classes + labels[i]]);
        }
        return new double[] {
            reduction.of((Math.log(labels.length) / Math.log(2) + 10) * 0x1p-24 * scale, labels.length)};
    }
}
