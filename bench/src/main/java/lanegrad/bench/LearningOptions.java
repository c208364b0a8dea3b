package lanegrad.bench;

import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import lanegrad.nn.EarlyStopping;
import lanegrad.nn.Objective;
import lanegrad.nn.Trainer;
import lanegrad.optim.Schedule;
import picocli.CommandLine.Option;

/// Options of `lanegrad train`: the loss, the batches, and how the epochs go by.
final class LearningOptions {
    private static final int MOST_EPOCHS = 1_000_000;

    /// The names of the losses, for the help.
    static final class Losses implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Objective.all().stream().map(Objective::name).iterator();
        }
    }

    @Option(names = "--loss", paramLabel = "NAME", completionCandidates = Losses.class,
            description = "${COMPLETION-CANDIDATES}. Default: softmax-cross-entropy, for parity binary-cross-entropy.")
    private String loss;

    @Option(names = "--batch", paramLabel = "N",
            description = "Examples per step: 1 for stochastic descent, all for plain descent. Default: 32.")
    private String batch = "32";

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the training data. Default: 20.")
    private int epochs = 20;

    @Option(names = "--schedule", paramLabel = "NAME",
            description = "The learning rate as epochs go by: constant, step[:EPOCHS:FACTOR] (5:0.5), "
                    + "exponential[:FACTOR] (0.9), cosine[:LAST] (0), plateau[:FACTOR:PATIENCE] (0.5:3). "
                    + "Default: constant.")
    private String schedule = "constant";

    @Option(names = "--warmup", paramLabel = "EPOCHS",
            description = "Epochs in which the rate rises from 0, before the schedule begins. Default: 0.")
    private int warmup;

    @Option(names = "--early-stopping", paramLabel = "PATIENCE",
            description = "Stop after so many epochs without a better validation loss, and keep the best weights.")
    private Integer patience;

    void check(Usage usage, Task task) {
        usage.check(epochs >= 1 && epochs <= MOST_EPOCHS, "--epochs", epochs, "give 1 to 1,000,000");
        batch(usage);
        objective(usage, task);
        usage.check(warmup >= 0, "--warmup", warmup, "give 0 or more epochs");
        usage.check(warmup == 0 || warmup < epochs, "--warmup", warmup, "the run has " + epochs
                + (epochs == 1 ? " epoch" : " epochs") + "; leave some to train at the full rate");
        schedule(usage);
        usage.check(patience == null || patience >= 1, "--early-stopping", patience, "give 1 or more epochs");
    }

    /// @param rate the learning rate that the schedule begins at
    void checkRate(Usage usage, float rate) {
        if (decay(usage) instanceof Schedule.Cosine cosine) {
            usage.check(cosine.floor() <= rate, "--schedule", schedule, "its last rate is above the learning rate "
                    + rate + "; give a smaller one, for instance cosine:0.001");
        }
    }

    Objective objective(Usage usage, Task task) {
        Objective chosen = loss == null ? task.objective : usage.accept(() -> Objective.named(loss));
        usage.check(!chosen.targets().single() || task.classes.size() == 2, "--loss", chosen.name(),
                "it tells two classes apart, and --task " + task.title + " has " + task.classes.size()
                        + "; choose another loss, or --task parity");
        return chosen;
    }

    /// Whether something is decided by validation data.
    boolean decides() {
        return patience != null || schedule.toLowerCase(Locale.ROOT).startsWith("plateau");
    }

    int epochs() {
        return epochs;
    }

    /// The batch size, checked against the number of training examples.
    int batch(Usage usage, int examples) {
        int size = batch(usage);
        usage.check(size <= examples, "--batch", size, "the training data has " + examples
                + (examples == 1 ? " example; give 1" : " examples; give 1 to " + examples) + ", or all");
        return size == Trainer.Settings.ALL ? examples : size;
    }

    private int batch(Usage usage) {
        if (batch.equalsIgnoreCase("all")) {
            return Trainer.Settings.ALL;
        }
        try {
            int size = Integer.parseInt(batch.strip());
            usage.check(size >= 1, "--batch", size, "give 1 or more, or all");
            return size;
        } catch (NumberFormatException e) {
            throw usage.wrong("--batch: '" + batch + "' is not a whole number; give the examples of a step, or all");
        }
    }

    Trainer.Settings settings(Usage usage, int examples) {
        return Trainer.Settings.of(epochs, batch(usage, examples)).withSchedule(schedule(usage))
                .withEarlyStopping(patience == null ? null : EarlyStopping.after(patience));
    }

    private Schedule schedule(Usage usage) {
        Schedule after = decay(usage);
        return warmup == 0 ? after : new Schedule.Warmup(warmup, after);
    }

    // What follows the warm-up.
    private Schedule decay(Usage usage) {
        try {
            return parsed(usage);
        } catch (IllegalArgumentException e) {
            throw usage.wrong("schedule '" + schedule + "': " + e.getMessage());
        }
    }

    private Schedule parsed(Usage usage) {
        String[] parts = schedule.split(":", -1);
        int left = epochs - warmup;
        return switch (usage.choice("schedule", parts[0], "constant", "step", "exponential", "cosine",
                "plateau")) {
            case "step" -> {
                numbers(usage, parts, 2, "step:5:0.5");
                yield new Schedule.StepDecay(parts.length == 1 ? 5 : whole(usage, parts[1]),
                        parts.length == 1 ? 0.5f : number(usage, parts[2]));
            }
            case "exponential" -> {
                numbers(usage, parts, 1, "exponential:0.9");
                yield new Schedule.Exponential(parts.length == 1 ? 0.9f : number(usage, parts[1]));
            }
            case "cosine" -> {
                numbers(usage, parts, 1, "cosine:0.001");
                yield new Schedule.Cosine(left, parts.length == 1 ? 0 : number(usage, parts[1]));
            }
            case "plateau" -> {
                numbers(usage, parts, 2, "plateau:0.5:3");
                yield new Schedule.Plateau(parts.length == 1 ? 0.5f : number(usage, parts[1]),
                        parts.length == 1 ? 3 : whole(usage, parts[2]), 1e-4f);
            }
            default -> {
                numbers(usage, parts, 0, "constant");
                yield new Schedule.Constant();
            }
        };
    }

    private void numbers(Usage usage, String[] parts, int wanted, String example) {
        if (parts.length != 1 && parts.length != wanted + 1) {
            throw usage.wrong("schedule '" + schedule + "' has " + (parts.length - 1)
                    + (parts.length == 2 ? " number" : " numbers") + " and takes " + (wanted == 0 ? "none" : wanted)
                    + "; write for instance " + example);
        }
    }

    private int whole(Usage usage, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw usage.wrong("schedule '" + schedule + "': '" + text + "' is not a whole number");
        }
    }

    private float number(Usage usage, String text) {
        try {
            return Float.parseFloat(text);
        } catch (NumberFormatException e) {
            throw usage.wrong("schedule '" + schedule + "': '" + text + "' is not a number");
        }
    }

    /// For the lines before a run, where it is not the usual: loss, schedule, patience.
    String sentence(Objective objective, Task task) {
        StringBuilder text = new StringBuilder();
        if (objective != task.objective) {
            text.append("loss ").append(objective.name()).append("; ");
        }
        if (!schedule.equalsIgnoreCase("constant")) {
            text.append("schedule ").append(schedule).append("; ");
        }
        if (warmup > 0) {
            text.append("warm-up of ").append(warmup).append(warmup == 1 ? " epoch; " : " epochs; ");
        }
        if (patience != null) {
            text.append("stops after ").append(patience)
                    .append(patience == 1 ? " epoch without gain; " : " epochs without gain; ");
        }
        return text.isEmpty() ? "" : text.substring(0, text.length() - 2);
    }

    void describe(Usage usage, Task task, int batch, Map<String, Object> config) {
        config.put("loss", objective(usage, task).name());
        config.put("batch", batch);
        config.put("epochs", epochs);
        config.put("schedule", schedule);
        config.put("warmup", warmup);
        config.put("early_stopping", patience);
    }
}
