package lanegrad.nn;

import java.util.List;
import java.util.Locale;
import lanegrad.Op;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.op.BinaryCrossEntropy;
import lanegrad.op.BinaryCrossEntropyOfProbabilities;
import lanegrad.op.HalfSquaredError;
import lanegrad.op.Hinge;
import lanegrad.op.Huber;
import lanegrad.op.KlDivergence;
import lanegrad.op.LogSoftmax;
import lanegrad.op.MeanAbsoluteError;
import lanegrad.op.MeanSquaredError;
import lanegrad.op.NegativeLogLikelihood;
import lanegrad.op.Sigmoid;
import lanegrad.op.SmoothL1;
import lanegrad.op.SoftTargetCrossEntropy;
import lanegrad.op.Softmax;
import lanegrad.op.SoftmaxCrossEntropy;

/// What a classifier is trained to make small: a loss, the targets that it compares with, and what stands between it
/// and the network's last layer.
///
/// The last layer gives scores: a larger score speaks for its class. A loss on probabilities or on their logarithms
/// brings the operation that makes them of scores, its `head`; heads keep the order of the scores (and send 0 to the
/// middle), so predictions are read from the scores themselves.
///
/// The squared errors compare the scores themselves with 1 for the true class and 0 for the others. The absolute error
/// compares probabilities (softmax): of scores it pulls towards the median of the targets, with ten classes 0 for
/// each, and a network with relu stays there. Even so some starts never learn one class or two, for its gradient
/// vanishes where the true class has hardly any probability. Source: A. Ghosh, H. Kumar, P. Sastry, *Robust Loss
/// Functions under Label Noise for Deep Neural Networks* (AAAI 2017).
///
/// Losses differ in scale, and so does the rate that plain descent wants: half-squared-error adds up the outputs of an
/// example where mean-squared-error takes their mean, so with ten outputs its gradient is five times as long.
///
/// A loss of your own: `new Objective(MyLoss.MEAN, Targets.ONE_HOT, null)`.
///
/// @param loss takes scores with the labels as attribute for [Targets#LABELS], else predictions and targets of one
///        shape; gives the mean over the batch
/// @param targets what the loss compares with
/// @param head an operation on the scores that keeps their shape, or `null` for none
public record Objective(Op loss, Targets targets, Op head) {
    /// Softmax and cross-entropy in one, on scores: the usual choice for several classes.
    public static final Objective SOFTMAX_CROSS_ENTROPY = of(SoftmaxCrossEntropy.MEAN, Targets.LABELS);
    /// Sigmoid and cross-entropy in one, on one score: the usual choice for two classes.
    public static final Objective BINARY_CROSS_ENTROPY = of(BinaryCrossEntropy.MEAN, Targets.BINARY);

    // Apart: whoever uses one objective need not load the losses of all.
    private static final class Table {
        static final List<Objective> ALL = List.of(
                SOFTMAX_CROSS_ENTROPY,
                BINARY_CROSS_ENTROPY,
                new Objective(BinaryCrossEntropyOfProbabilities.MEAN, Targets.BINARY, Sigmoid.OP),
                of(Hinge.MEAN, Targets.SIGNED),
                new Objective(NegativeLogLikelihood.MEAN, Targets.LABELS, LogSoftmax.ROWS),
                new Objective(KlDivergence.MEAN, Targets.ONE_HOT, LogSoftmax.ROWS),
                of(SoftTargetCrossEntropy.MEAN, Targets.ONE_HOT),
                of(MeanSquaredError.MEAN, Targets.ONE_HOT),
                of(HalfSquaredError.MEAN, Targets.ONE_HOT),
                new Objective(MeanAbsoluteError.MEAN, Targets.ONE_HOT, Softmax.ROWS),
                of(Huber.MEAN, Targets.ONE_HOT),
                of(SmoothL1.MEAN, Targets.ONE_HOT));
    }

    private static Objective of(Op loss, Targets targets) {
        return new Objective(loss, targets, null);
    }

    /// All that the command line knows.
    public static List<Objective> all() {
        return Table.ALL;
    }

    /// The name of the loss.
    public String name() {
        return loss.name();
    }

    /// The objective of this name, in any case.
    ///
    /// @throws IllegalArgumentException for another name; the message lists the names
    public static Objective named(String name) {
        for (Objective objective : Table.ALL) {
            if (objective.name().equals(name.toLowerCase(Locale.ROOT))) {
                return objective;
            }
        }
        throw new IllegalArgumentException("loss '" + name + "' is unknown; choose one of "
                + String.join(", ", Table.ALL.stream().map(Objective::name).toList()));
    }

    /// Whether [#shares] gives probabilities: losses of the cross-entropy kind make them of scores.
    public boolean probabilistic() {
        return targets == Targets.LABELS || targets == Targets.BINARY || head != null
                || loss instanceof SoftTargetCrossEntropy;
    }

    /// What a row of scores says of each class, for people to look at: its probability, by the softmax in double, or
    /// where the loss is not [#probabilistic] its score. A single score speaks for class 1; as two scores with its
    /// difference, or with a sign for each class.
    ///
    /// @param scores what the network gave, `[rows, outputs]`
    public double[] shares(Tensor scores, int row) {
        double[] shares = new double[targets.single() ? 2 : scores.shape().extent(1)];
        for (int c = 0; c < shares.length; c++) {
            shares[c] = targets == Targets.SIGNED ? (2 * c - 1) * scores.get(row, 0)
                    : targets == Targets.BINARY ? c * scores.get(row, 0) : scores.get(row, c);
        }
        return probabilistic() ? softmax(shares) : shares;
    }

    private static double[] softmax(double[] scores) {
        double largest = scores[0];
        for (double s : scores) {
            largest = Math.max(largest, s);
        }
        double[] p = new double[scores.length];
        double sum = 0;
        for (int c = 0; c < p.length; c++) {
            p[c] = StrictMath.exp(scores[c] - largest);
            sum += p[c];
        }
        for (int c = 0; c < p.length; c++) {
            p[c] /= sum;
        }
        return p;
    }

    /// Records head and loss behind `scores`.
    ///
    /// @param labels of the batch
    /// @param room a tensor of the scores' shape, overwritten with the targets; unused for [Targets#LABELS]
    Var record(Var scores, int[] labels, Tensor room) {
        Tape tape = scores.tape();
        Var y = head == null ? scores : tape.record(head, scores);
        if (targets == Targets.LABELS) {
            return tape.recordWith(loss, labels, y);
        }
        targets.write(labels, scores.shape().extent(1), room.data());
        return tape.record(loss, y, tape.constant(room.changed()));
    }
}
