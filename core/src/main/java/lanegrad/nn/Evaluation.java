package lanegrad.nn;

import lanegrad.Tensor;

/// Predictions on labelled data, and how good they are.
///
/// @param loss the mean over the examples
/// @param logits what the network's last layer gave, one row per example: a score for each class, or, with one
///        column, a score for class 1 against class 0
/// @param labels the true classes
/// @param predictions the class of the largest score, the first of equals; with one column, 1 where it is above 0
public record Evaluation(double loss, Tensor logits, int[] labels, int[] predictions) {
    /// The number of examples.
    public int size() {
        return labels.length;
    }

    /// The number of classes.
    public int classes() {
        return Math.max(2, logits.shape().extent(1));
    }

    /// The number of examples whose prediction is the label.
    public int correct() {
        int correct = 0;
        for (int i = 0; i < labels.length; i++) {
            correct += predictions[i] == labels[i] ? 1 : 0;
        }
        return correct;
    }

    /// The share of examples whose prediction is the label.
    public double accuracy() {
        return (double) correct() / size();
    }

    /// The share of examples whose label is among the `k` classes of the largest scores. Of equal scores the first
    /// stands higher, and a NaN below all numbers, so that `topAccuracy(1)` is [#accuracy].
    ///
    /// @throws IllegalArgumentException when `k` is below 1
    public double topAccuracy(int k) {
        if (k < 1) {
            throw new IllegalArgumentException("top accuracy: k is " + k + "; give 1 to " + classes());
        }
        if (logits.shape().extent(1) == 1) {
            return k == 1 ? accuracy() : 1;
        }
        int hits = 0;
        for (int i = 0; i < labels.length; i++) {
            hits += rank(i) < k ? 1 : 0;
        }
        return (double) hits / size();
    }

    // How many classes stand above the label.
    private int rank(int i) {
        float own = logits.get(i, labels[i]);
        int above = 0;
        for (int c = 0; c < logits.shape().extent(1); c++) {
            float other = logits.get(i, c);
            boolean equal = other == own || Float.isNaN(other) && Float.isNaN(own);
            above += other > own || Float.isNaN(own) && !Float.isNaN(other) || equal && c < labels[i] ? 1 : 0;
        }
        return above;
    }

    /// How often class r, the row, was taken for class c, the column.
    public int[][] confusion() {
        return metrics().confusion();
    }

    /// Precision, recall and F1.
    public Metrics metrics() {
        return Metrics.of(labels, predictions, classes());
    }

    /// The column of the largest of `columns` floats from `at` on: the first of equals. A NaN only if all are NaN,
    /// then the first.
    static int argmax(float[] x, int at, int columns) {
        int best = 0;
        for (int c = 1; c < columns; c++) {
            if (x[at + c] > x[at + best] || Float.isNaN(x[at + best]) && !Float.isNaN(x[at + c])) {
                best = c;
            }
        }
        return best;
    }
}
