package lanegrad.nn;

import lanegrad.Tensor;

/// Predictions on labelled data, and how good they are.
///
/// @param loss the mean cross-entropy
/// @param logits one row per example
/// @param labels the true classes
/// @param predictions the class of the largest logit; the first of equals
public record Evaluation(double loss, Tensor logits, int[] labels, int[] predictions) {
    /// The number of examples.
    public int size() {
        return labels.length;
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

    /// How often class r, the row, was taken for class c, the column.
    public int[][] confusion() {
        int classes = logits.shape().extent(1);
        int[][] counts = new int[classes][classes];
        for (int i = 0; i < labels.length; i++) {
            counts[labels[i]][predictions[i]]++;
        }
        return counts;
    }

    /// The column of the largest of `columns` floats from `at` on: the first of equals, and a NaN never.
    static int argmax(float[] x, int at, int columns) {
        int best = 0;
        for (int c = 1; c < columns; c++) {
            if (x[at + c] > x[at + best] || x[at + best] != x[at + best]) {
                best = c;
            }
        }
        return best;
    }
}
