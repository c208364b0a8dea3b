package lanegrad.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import lanegrad.Tensor;
import lanegrad.data.Digits;
import lanegrad.nn.Evaluation;
import lanegrad.nn.History;

/// The pictures of `lanegrad train --plots`: loss and accuracy by epoch, the weights of the first layer, and the
/// confusion matrix, each as SVG and as PNG.
final class TrainingPlots {
    // More are too small to be seen.
    private static final int MOST_UNITS = 256;

    private final Path folder;

    /// Makes the folder and looks whether pictures can be drawn, before the training.
    ///
    /// @throws Main.Failure when not
    TrainingPlots(Path folder) {
        this.folder = folder;
        FontSystem.check();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new Main.Failure("--plots " + folder + ": " + (Files.exists(folder)
                    ? "this is no folder; give the name of one" : "the folder could not be made (" + e + ")"));
        }
        if (!Files.isWritable(folder)) {
            throw new Main.Failure("--plots " + folder + ": no permission to write there; choose another place");
        }
    }

    void write(Training training, History history, Evaluation result) {
        List<History.Epoch> epochs = history.epochs();
        String after = (training.parts().validated() ? "validation" : "test") + " (after)";
        int kept = history.kept() == epochs.size() ? 0 : history.kept();
        write("loss", Charts.epochs("Loss: " + training.objective().name(), "loss", List.of(
                line("train (running)", epochs, History.Epoch::trainLoss, 0),
                line(after, epochs, History.Epoch::validationLoss, 1)), kept));
        write("accuracy", Charts.epochs("Accuracy: share of digits read right", "accuracy", List.of(
                line("train (running)", epochs, History.Epoch::trainAccuracy, 0),
                line(after, epochs, History.Epoch::validationAccuracy, 1)), kept));
        weights(training.model().parameters().getFirst().value());
        write("confusion", Charts.confusion(String.format("%,d of %,d test digits read right", result.correct(),
                result.size()), result.confusion(), training.task().classes));
    }

    private static Charts.Line line(String name, List<History.Epoch> epochs, ToDoubleFunction<History.Epoch> figure,
            int colour) {
        return new Charts.Line(name, epochs.stream().mapToDouble(History.Epoch::epoch).toArray(),
                epochs.stream().mapToDouble(figure).toArray(), colour, false);
    }

    private void weights(Tensor w) {
        int all = w.shape().extent(1);
        int shown = Math.min(all, MOST_UNITS);
        float[][] weights = new float[Digits.COLUMNS][shown];
        for (int p = 0; p < Digits.COLUMNS; p++) {
            for (int u = 0; u < shown; u++) {
                weights[p][u] = w.get(p, u);
            }
        }
        String units = shown < all ? "the first " + shown + " of " + all + " units"
                : all == 1 ? "its only unit" : "each of " + all + " units";
        write("weights", Charts.weights("First layer: what " + units + (shown < all ? " look for" : " looks for"),
                weights));
    }

    private void write(String name, Charts.Picture picture) {
        new RunFile("--plots", folder.resolve(name + ".svg")).write(picture.svg(), TrainCommand.LOST);
        new RunFile("--plots", folder.resolve(name + ".png")).write(picture.png(), TrainCommand.LOST);
    }
}
