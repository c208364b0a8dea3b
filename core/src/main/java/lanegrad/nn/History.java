package lanegrad.nn;

import java.util.List;

/// What happened in training, epoch by epoch.
///
/// @param epochs in order, from 1
/// @param kept the epoch whose weights the model has now: the last, or with [EarlyStopping] the best. 0 when there
///        was none, or none with a number for its figure
public record History(List<Epoch> epochs, int kept) {
    /// One pass over the training data.
    ///
    /// @param epoch counted from 1
    /// @param trainLoss the mean over the examples, each taken when its batch was trained on: a running mean,
    ///        while the weights move, and with layers in [Mode#TRAINING]. A short last batch counts by its size
    /// @param trainAccuracy likewise
    /// @param validationLoss the mean over the validation examples, after the epoch
    /// @param validationAccuracy likewise
    /// @param seconds of wall time, the validation included
    public record Epoch(int epoch, double trainLoss, double trainAccuracy, double validationLoss,
            double validationAccuracy, double seconds) {
    }

    /// With a copy of the list.
    public History {
        epochs = List.copyOf(epochs);
    }
}
