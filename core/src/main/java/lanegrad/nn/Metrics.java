package lanegrad.nn;

/// Figures of a classifier, all from its confusion matrix.
///
/// A figure whose denominator is 0 is 0, as with scikit-learn's `zero_division=0`: the precision of a class that was
/// never predicted, the recall of one that does not occur. [#predicted] and [#support] are the counts beside it, so
/// that such a 0 can be told from a measured one.
///
/// @param confusion how often class r, the row, was taken for class c, the column; square
public record Metrics(int[][] confusion) {
    /// @throws IllegalArgumentException when the matrix is empty or not square, or a count is negative
    public Metrics {
        int classes = confusion.length;
        for (int[] row : confusion) {
            if (row.length != classes) {
                throw new IllegalArgumentException("metrics: the confusion matrix has " + classes
                        + " rows, and one of " + row.length + " columns; it must be square");
            }
            for (int count : row) {
                if (count < 0) {
                    throw new IllegalArgumentException("metrics: the confusion matrix holds " + count
                            + "; counts are 0 or more");
                }
            }
        }
        if (classes == 0) {
            throw new IllegalArgumentException("metrics: the confusion matrix is empty; give one row per class");
        }
    }

    /// Counts labels against predictions.
    ///
    /// @throws IllegalArgumentException when there are not as many of both
    /// @throws ArrayIndexOutOfBoundsException for a class outside `0 .. classes - 1`
    public static Metrics of(int[] labels, int[] predictions, int classes) {
        if (labels.length != predictions.length) {
            throw new IllegalArgumentException("metrics: " + labels.length + " labels and " + predictions.length
                    + " predictions; there must be as many of both");
        }
        int[][] counts = new int[classes][classes];
        for (int i = 0; i < labels.length; i++) {
            counts[labels[i]][predictions[i]]++;
        }
        return new Metrics(counts);
    }

    /// The number of classes.
    public int classes() {
        return confusion.length;
    }

    /// The number of examples.
    public int size() {
        int size = 0;
        for (int c = 0; c < classes(); c++) {
            size += support(c);
        }
        return size;
    }

    /// The number of examples taken for what they are: the diagonal.
    public int correct() {
        int correct = 0;
        for (int c = 0; c < classes(); c++) {
            correct += confusion[c][c];
        }
        return correct;
    }

    /// The share of examples taken for what they are.
    public double accuracy() {
        return share(correct(), size());
    }

    /// The number of examples of class c.
    public int support(int c) {
        int sum = 0;
        for (int count : confusion[c]) {
            sum += count;
        }
        return sum;
    }

    /// The number of examples taken for class c.
    public int predicted(int c) {
        int sum = 0;
        for (int[] row : confusion) {
            sum += row[c];
        }
        return sum;
    }

    /// Of the examples taken for class c, the share that is of class c.
    public double precision(int c) {
        return share(confusion[c][c], predicted(c));
    }

    /// Of the examples of class c, the share that was taken for it.
    public double recall(int c) {
        return share(confusion[c][c], support(c));
    }

    /// The harmonic mean of precision and recall: `2 correct / (predicted + support)`.
    public double f1(int c) {
        return share(2.0 * confusion[c][c], (double) predicted(c) + support(c));
    }

    /// The mean of the classes' precision, each class counting the same, also one that does not occur.
    public double macroPrecision() {
        double sum = 0;
        for (int c = 0; c < classes(); c++) {
            sum += precision(c);
        }
        return sum / classes();
    }

    /// The mean of the classes' recall, likewise.
    public double macroRecall() {
        double sum = 0;
        for (int c = 0; c < classes(); c++) {
            sum += recall(c);
        }
        return sum / classes();
    }

    /// The mean of the classes' F1, likewise; not the harmonic mean of the two means.
    public double macroF1() {
        double sum = 0;
        for (int c = 0; c < classes(); c++) {
            sum += f1(c);
        }
        return sum / classes();
    }

    private static double share(double part, double whole) {
        return whole == 0 ? 0 : part / whole;
    }
}
