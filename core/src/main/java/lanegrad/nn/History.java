package lanegrad.nn;

import java.util.List;

/// What happened in training, epoch by epoch.
///
/// @param epochs in order, from 1
public record History(List<Epoch> epochs) {
    /// One pass over the training data.
    ///
    /// @param epoch counted from 1
    /// @param trainLoss the mean over the examples, each taken when its batch was trained on: a running mean,
    ///        while the weights move. A short last batch counts by its size
    /// @param trainAccuracy likewise
    /// @param testLoss the mean over the test examples, after the epoch
    /// @param testAccuracy likewise
    /// @param seconds of wall time, the test included
    public record Epoch(int epoch, double trainLoss, double trainAccuracy, double testLoss, double testAccuracy,
            double seconds) {
    }

    /// With a copy of the list.
    public History {
        epochs = List.copyOf(epochs);
    }
}
