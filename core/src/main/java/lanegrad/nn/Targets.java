package lanegrad.nn;

/// What a loss is given of an example's label, and how scores are read as a class.
public enum Targets {
    /// The label itself, for losses that take an `int[]`. One output per class.
    LABELS,
    /// A row with 1 in the label's column and 0 elsewhere. One output per class.
    ONE_HOT,
    /// A column of 0 and 1. Two classes, one output.
    BINARY,
    /// A column of -1 for class 0 and +1 for class 1, as a margin wants it. Two classes, one output.
    SIGNED;

    /// Whether one output tells two classes apart.
    public boolean single() {
        return this == BINARY || this == SIGNED;
    }

    /// The number of outputs that a network for so many classes has.
    ///
    /// @throws IllegalArgumentException when this needs two classes and there are not two
    public int outputs(int classes) {
        if (single() && classes != 2) {
            throw new IllegalArgumentException("a loss on one output tells two classes apart, the data has " + classes
                    + " classes; take a loss with one output per class, for instance softmax-cross-entropy");
        }
        return single() ? 1 : classes;
    }

    /// Writes the targets of a batch into `to`, `[labels.length, outputs]` row-major; for [#LABELS] there is nothing
    /// to write.
    void write(int[] labels, int outputs, float[] to) {
        for (int i = 0; i < labels.length; i++) {
            switch (this) {
                case LABELS -> {
                }
                case ONE_HOT -> {
                    for (int c = 0; c < outputs; c++) {
                        to[i * outputs + c] = c == labels[i] ? 1 : 0;
                    }
                }
                case BINARY -> to[i] = labels[i];
                case SIGNED -> to[i] = 2 * labels[i] - 1;
            }
        }
    }

    /// The class that the scores from `at` on speak for: of the largest, or class 1 for a single one above 0.
    int predict(float[] scores, int at, int outputs) {
        if (single()) {
            return scores[at] > 0 ? 1 : 0;
        }
        return Evaluation.argmax(scores, at, outputs);
    }
}
