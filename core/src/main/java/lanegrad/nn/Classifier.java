package lanegrad.nn;

import java.util.List;
import lanegrad.Backend;
import lanegrad.Tape;
import lanegrad.Tensor;

/// A network with what is needed to ask it: how its input is scaled, and how its scores are read.
///
/// What [ModelFile] keeps.
///
/// @param model gives one score per class, or a single score for two classes
/// @param objective what it was trained on: says whether scores are read as probabilities
/// @param scale what raw features are multiplied with, for instance `1 / 16f` for pixels of 0 to 16
/// @param task what it reads, a short name: `digits`
/// @param classes the names of the classes, in order
/// @param note words for people, for instance how it was trained; may be empty
public record Classifier(Sequential model, Objective objective, float scale, String task, List<String> classes,
        String note) {
    /// @throws IllegalArgumentException when the objective needs another number of classes, or the scale is not finite
    public Classifier {
        classes = List.copyOf(classes);
        objective.targets().outputs(classes.size());
        if (!Float.isFinite(scale)) {
            throw new IllegalArgumentException("classifier: the scale is " + scale + "; give a finite number");
        }
    }

    /// The scores of raw features `[rows, features]`: a row each, as [Trainer#evaluate] gives them, bit for bit.
    ///
    /// @throws IllegalArgumentException when the features do not fit the network
    public Tensor scores(Tensor features, Backend backend) {
        Tensor scaled = Tensor.zeros(features.shape());
        for (int i = 0; i < features.size(); i++) {
            scaled.data()[i] = features.data()[i] * scale;
        }
        Tape tape = new Tape(backend, 1);
        return model.apply(tape.constant(scaled.changed())).value().copy();
    }

    /// The class that a row of scores speaks for.
    public int predict(Tensor scores, int row) {
        int outputs = scores.shape().extent(1);
        return objective.targets().predict(scores.data(), row * outputs, outputs);
    }

    /// For each class its probability, or its score where the objective gives no probabilities.
    public double[] shares(Tensor scores, int row) {
        return objective.shares(scores, row);
    }
}
