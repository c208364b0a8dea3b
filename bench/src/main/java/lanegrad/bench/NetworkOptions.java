package lanegrad.bench;

import java.util.Map;
import lanegrad.Shape;
import lanegrad.data.Digits;
import lanegrad.math.SplitMix;
import lanegrad.nn.Init;
import lanegrad.nn.Sequential;
import lanegrad.op.Activations;
import picocli.CommandLine.Option;

/// Options of `lanegrad train`: the layers.
final class NetworkOptions {
    private static final int LARGEST_LAYER = 1 << 16;

    @Option(names = "--hidden", paramLabel = "UNITS",
            description = "Units of each hidden layer, for instance 32 or 64,32. Default: 64.")
    private String hidden = "64";

    @Option(names = "--activation", paramLabel = "NAME",
            description = "Activation of the hidden layers; 'lanegrad ops' lists them. Default: relu.")
    private String activation = "relu";

    @Option(names = "--init", paramLabel = "NAME",
            description = "First weights: he, he-uniform, xavier, xavier-normal, lecun, lecun-uniform, uniform (0 to "
                    + "0.1), uniform:LOW:HIGH, normal (deviation 0.1), normal:DEVIATION, constant:VALUE, zero. "
                    + "Default: he.")
    private String init = "he";

    @Option(names = "--dropout", paramLabel = "P",
            description = "Probability with which a hidden unit is left out of a step of training. Default: 0.")
    private float dropout;

    void check(Usage usage) {
        units(usage, 1);
        usage.accept(() -> Activations.named(activation));
        usage.accept(() -> Init.named(init));
        usage.check(dropout >= 0 && dropout < 1, "--dropout", dropout, "give 0 to below 1");
    }

    /// A new network.
    Sequential model(Usage usage, SplitMix random, int outputs) {
        return Sequential.perceptron(Activations.named(activation), Init.named(init), dropout, random,
                units(usage, outputs));
    }

    private int[] units(Usage usage, int outputs) {
        String[] parts = hidden.split(",", -1);
        int[] units = new int[parts.length + 2];
        units[0] = Digits.COLUMNS;
        units[units.length - 1] = outputs;
        for (int i = 0; i < parts.length; i++) {
            try {
                units[i + 1] = Integer.parseInt(parts[i].strip());
            } catch (NumberFormatException e) {
                throw usage.wrong("--hidden: '" + parts[i]
                        + "' is not a whole number; give the units of each layer, for instance 64,32");
            }
            usage.check(units[i + 1] >= 1 && units[i + 1] <= LARGEST_LAYER, "--hidden", units[i + 1],
                    "a layer has 1 to " + LARGEST_LAYER + " units");
        }
        return units;
    }

    /// Refuses layers whose weights, or whose results for a batch, no array holds.
    void checkSize(Usage usage, int outputs, int batch) {
        int[] units = units(usage, outputs);
        for (int i = 1; i < units.length; i++) {
            long size = Math.max((long) units[i - 1] * units[i], (long) batch * units[i]);
            usage.check(size <= Shape.MAX_SIZE, "--hidden", hidden, "layer " + i + " would have an array of " + size
                    + " floats, and one holds " + Shape.MAX_SIZE + "; give fewer units or a smaller --batch");
        }
    }

    /// Floating-point operations of the matrix products for one example, forward and backward.
    double work(Usage usage, int outputs) {
        int[] units = units(usage, outputs);
        double work = 0;
        for (int i = 1; i < units.length; i++) {
            work += 6.0 * units[i - 1] * units[i];
        }
        return work;
    }

    void describe(Map<String, Object> config) {
        config.put("hidden", hidden);
        config.put("activation", activation);
        config.put("init", init);
        config.put("dropout", dropout);
    }
}
