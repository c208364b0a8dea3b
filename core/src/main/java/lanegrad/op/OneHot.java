package lanegrad.op;

import java.util.Arrays;
import java.util.List;
import lanegrad.Op;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;

/// A 1 in the column that a label names, zeros in the others: `Y[i,c] = x[i] == c ? 1 : 0`, m x classes from m labels.
///
/// Labels are whole numbers in floats, those of a data set or from [ArgMax]. [SoftmaxCrossEntropy] takes labels as they
/// are.
///
/// **Derivative.** `dx = 0`: labels do not move.
///
/// **Domain.** Labels from 0 to classes - 1; another is an exception. **Special values.** A NaN label gives a row of
/// NaN. **Error.** Exact: `0.0 ulp`.
///
/// **Cost.** A fill.
public final class OneHot implements Op {
    static final Operation OPERATION = new Operation(new OneHot(10), Operation.Kind.SHAPE,
            """
            formula: Y[i,c] = x[i] == c ? 1 : 0
            derivative: dx = 0
            domain: labels from 0 to classes - 1; another is an exception
            special: a NaN label gives a row of NaN
            cost: a fill
            """,
            Operation.Bound.ulps(0),
            // What is drawn from a range is no whole number, unless there is but one.
            List.of(Operation.Case.of(Operation.Range.of(3, 3, 7).constant()),
                    Operation.Case.of(Operation.Range.of(9, 9, 1).constant())));

    private final int classes;

    /// One column for each of so many classes. Keep it: a tape reuses the buffers of an operation that it meets again.
    ///
    /// @throws IllegalArgumentException for less than one class, or more than the 2^24 that a float counts
    public OneHot(int classes) {
        if (classes < 1 || classes > 1 << 24) {
            throw new IllegalArgumentException("one-hot: the number of classes is " + classes + "; give 1 to 2^24");
        }
        this.classes = classes;
    }

    /// The rows for these labels.
    ///
    /// @throws IllegalArgumentException when the labels are no vector, or one is no class
    public Var apply(Var labels) {
        return Tape.of(labels).record(this, labels);
    }

    /// The number of classes.
    public int classes() {
        return classes;
    }

    @Override
    public String name() {
        return "one-hot";
    }

    @Override
    public int arity() {
        return 1;
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        if (inputs[0].rank() != 1) {
            throw new IllegalArgumentException("one-hot: the labels have shape " + inputs[0] + "; they must be a "
                    + "vector, [examples]; reshape them");
        }
        return Shape.of(inputs[0].extent(0), classes);
    }

    @Override
    public void forward(Tape.Entry e) {
        float[] x = e.x(0).data();
        float[] y = e.y().data();
        for (int i = 0; i < e.x(0).size(); i++) {
            float label = x[i];
            Arrays.fill(y, i * classes, (i + 1) * classes, label != label ? Float.NaN : 0);
            if (label == label) {
                if (!(label >= 0 && label < classes && label == (int) label)) {
                    throw new IllegalArgumentException("one-hot: label " + i + " is " + label + ", there are " + classes
                            + " classes; labels must be whole numbers, 0 to " + (classes - 1));
                }
                y[i * classes + (int) label] = 1;
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
        Real[] y = new Real[x[0].length * classes];
        for (int i = 0; i < y.length; i++) {
            double label = x[0][i / classes].value();
            y[i] = Real.of(label != label ? Double.NaN : label == i % classes ? 1 : 0);
        }
        return y;
    }
}
