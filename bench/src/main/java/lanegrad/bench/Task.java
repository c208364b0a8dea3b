package lanegrad.bench;

import java.util.List;
import lanegrad.data.Dataset;
import lanegrad.nn.Objective;

/// What the network of `lanegrad train` reads from a digit.
enum Task {
    /// Which digit it is.
    DIGITS("digits", Objective.SOFTMAX_CROSS_ENTROPY, List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")),
    /// Whether it is odd.
    PARITY("parity", Objective.BINARY_CROSS_ENTROPY, List.of("even", "odd"));

    /// The name on the command line.
    final String title;
    /// The usual loss.
    final Objective objective;
    /// The names of the classes.
    final List<String> classes;

    Task(String title, Objective objective, List<String> classes) {
        this.title = title;
        this.objective = objective;
        this.classes = classes;
    }

    /// The digits with this task's labels.
    Dataset labelled(Dataset digits) {
        return this == DIGITS ? digits : digits.relabeled(2, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1);
    }

    /// The class of a digit.
    int classOf(int digit) {
        return this == DIGITS ? digit : digit % 2;
    }
}
