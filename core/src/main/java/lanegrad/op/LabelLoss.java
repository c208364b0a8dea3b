package lanegrad.op;

import lanegrad.Op;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;

/// A loss of a matrix `[examples, classes]` against one label a row, the operation's attribute: what
/// [SoftmaxCrossEntropy] and [NegativeLogLikelihood] share.
public abstract class LabelLoss implements Op {
    /// How the rows' losses become one.
    final Reduction reduction;

    private final String name;
    private final String scores;

    LabelLoss(String name, Reduction reduction, String scores) {
        this.name = reduction.name(name);
        this.reduction = reduction;
        this.scores = scores;
    }

    /// This loss of `scores` against `labels`.
    ///
    /// @param labels one per row, `0 .. classes - 1`; read when this is called, not kept
    /// @throws IllegalArgumentException when the scores are no matrix, the batch is empty, or a label is missing or
    ///         out of range
    public final Var apply(Var scores, int[] labels) {
        return Tape.of(scores).recordWith(this, labels, scores);
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final int arity() {
        return 1;
    }

    @Override
    public final Shape shape(Object attribute, Shape... inputs) {
        Shape x = inputs[0];
        if (x.rank() != 2) {
            throw new IllegalArgumentException(name + ": the " + scores + " have shape " + x
                    + "; they must be a matrix, [examples, classes]");
        }
        if (x.size() == 0) {
            throw new IllegalArgumentException(name + ": the " + scores + " have shape " + x
                    + "; the loss of an empty batch is undefined, leave the batch out");
        }
        return Shape.SCALAR;
    }

    /// The labels of a use, one per row and each a column. At every forward: the array's content may be new.
    final int[] labels(Tape.Entry e) {
        int m = e.x(0).shape().extent(0);
        int classes = e.x(0).shape().extent(1);
        if (!(e.attribute() instanceof int[] labels)) {
            throw new IllegalArgumentException(name + ": the labels are missing; record it with an int[] of labels");
        }
        if (labels.length != m) {
            throw new IllegalArgumentException(name + ": the " + scores + " have " + m + " rows, there are "
                    + labels.length + " labels; give one per row");
        }
        for (int i = 0; i < m; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new IllegalArgumentException(name + ": label " + i + " is " + labels[i] + ", the " + scores
                        + " have " + classes + " columns; labels must be 0 to " + (classes - 1));
            }
        }
        return labels;
    }

    /// Labels for a case.
    static int[] labels(int m, int classes) {
        int[] labels = new int[m];
        for (int i = 0; i < m; i++) {
            labels[i] = i * 7 % classes;
        }
        return labels;
    }
}
