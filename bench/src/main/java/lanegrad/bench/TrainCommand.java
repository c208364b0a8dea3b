package lanegrad.bench;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import lanegrad.Shape;
import lanegrad.data.Digits;
import lanegrad.nn.Evaluation;
import lanegrad.nn.History;
import lanegrad.nn.Layer;
import lanegrad.nn.ModelFile;
import lanegrad.nn.Sequential;
import lanegrad.nn.Trainer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `lanegrad train`: trains a network on handwritten digits and shows what it learned.
@Command(name = "train", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Train a network on handwritten digits and show what it learned.",
        footer = {"%nExamples:", "  lanegrad train", "  lanegrad train --hidden 64,32 --activation tanh --init xavier",
            "  lanegrad train --task parity", "  lanegrad train --optimizer adam --epochs 200 --early-stopping 10",
            "  lanegrad train --schedule cosine --warmup 2 --dropout 0.2 --json run.json",
            "  lanegrad train --hidden 128 --save digits.model --plots pictures"})
final class TrainCommand implements Callable<Integer> {
    static final String LOST = "training had ended";

    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @ArgGroup(validate = false, order = 1, heading = "%nThe network:%n")
    private NetworkOptions network = new NetworkOptions();

    @ArgGroup(validate = false, order = 2, heading = "%nA step:%n")
    private OptimizerOptions optimizing = new OptimizerOptions();

    @ArgGroup(validate = false, order = 3, heading = "%nThe training:%n")
    private LearningOptions learning = new LearningOptions();

    @ArgGroup(validate = false, order = 4, heading = "%nThe data:%n")
    private DataOptions data = new DataOptions();

    @ArgGroup(validate = false, order = 5, heading = "%nThe engine:%n")
    private EngineOptions engine = new EngineOptions();

    @Option(names = "--seed", paramLabel = "N", defaultValue = "42",
            description = "Root of all randomness but the split: weights, order, dropout. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the run to this file as JSON.")
    private Path json;

    @Option(names = "--save", paramLabel = "MODEL",
            description = "Keep the trained network in this file, for 'lanegrad predict --model MODEL'.")
    private Path save;

    @Option(names = "--plots", paramLabel = "DIR",
            description = "Draw loss, accuracy, the weights of the first layer and the confusion matrix, as SVG and "
                    + "PNG, into this folder; it is made if it is missing.")
    private Path plots;

    @Option(names = "--quiet", description = "Print the final accuracy only.")
    private boolean quiet;

    private volatile int finished;
    private volatile boolean stopping;

    TrainCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Usage usage = new Usage(spec.commandLine());
        usage.once();
        Training training = Training.of(usage, network, optimizing, learning, data, engine, seed);
        // Before the training: nobody waits for a run to hear that its result cannot be written.
        RunFile file = json == null ? null : new RunFile("--json", json);
        RunFile kept = save == null ? null : new RunFile("--save", save);
        TrainingPlots pictures = plots == null ? null : new TrainingPlots(plots);
        data.keeps(usage, "--json", json);
        data.keeps(usage, "--save", save);

        DataOptions.Parts parts = training.parts();
        int batch = learning.batch(usage, parts.train().size());
        if (!quiet) {
            terminal.environment(training.kernels(), engine.threads(), engine.reason(training.kernels()));
            summary(training.model(), parts, batch, learning.sentence(training.objective(), training.task()));
        }
        Thread interrupted = new Thread(this::interrupted);
        Runtime.getRuntime().addShutdownHook(interrupted);
        long start = System.nanoTime();
        History history;
        double seconds;
        Evaluation result;
        try {
            history = training.fit(new Progress());
            seconds = (System.nanoTime() - start) * 1e-9;
            result = training.trainer().evaluate(parts.test());
            Map<String, Object> config = config(usage, training.task(), batch);
            if (kept != null) {
                kept.write(ModelFile.encode(training.classifier(note(result, config))), LOST);
            }
            if (file != null) {
                file.write(new RunFile.Run(training.kernels(), engine.threads(), seed, config, parts, history, result,
                        training.model()));
            }
            if (pictures != null) {
                pictures.write(training, history, result);
            }
        } finally {
            // A run that fails was not interrupted.
            unhook(interrupted);
        }
        if (quiet) {
            terminal.out.println(accuracy(result));
        } else {
            kept(history);
            new Report(terminal, training.task(), training.objective()).print(parts.test(), result);
            closing(parts, result, training.model(), seconds);
        }
        return 0;
    }

    // For people: how good it is, and on the second line how it came to be.
    private String note(Evaluation result, Map<String, Object> config) {
        StringBuilder text = new StringBuilder(accuracy(result)).append('\n').append(Main.VERSION).append(", seed ")
                .append(seed);
        config.forEach((key, value) -> text.append(value == null ? "" : ", " + key + " " + value));
        return text.toString();
    }

    private Map<String, Object> config(Usage usage, Task task, int batch) {
        Map<String, Object> config = new LinkedHashMap<>();
        network.describe(config);
        optimizing.describe(config);
        learning.describe(usage, task, batch, config);
        data.describe(config);
        return config;
    }

    private void summary(Sequential model, DataOptions.Parts parts, int batch, String more) {
        terminal.out.printf("%,d digits to train on, %s%,d to test on; batches of %d, %s%n",
                parts.train().size(),
                parts.validated() ? String.format("%,d to validate by, ", parts.validation().size()) : "",
                parts.test().size(), batch, optimizing.sentence());
        if (!more.isEmpty()) {
            terminal.out.println(more);
        }
        terminal.out.printf("%n%-18s %-14s %10s%n", "layer", "output", "parameters");
        Shape shape = Shape.of(batch, Digits.COLUMNS);
        terminal.out.printf("%-18s %-14s %10s%n", "pixels / 16", shape, 0);
        for (Layer layer : model.layers()) {
            shape = layer.output(shape);
            int count = layer.parameters().stream().mapToInt(p -> p.value().size()).sum();
            terminal.out.printf("%-18s %-14s %,10d%n", layer.describe(), shape, count);
        }
        terminal.out.printf("%-18s %-14s %,10d%n%n", "total", "", model.parameterCount());
        terminal.out.println("              train (running)        " + (parts.validated() ? "validation" : "test")
                + " (after)");
    }

    private void kept(History history) {
        if (history.kept() != finished && history.kept() > 0) {
            terminal.out.println();
            terminal.out.println("ended after epoch " + finished + "; the weights are those of epoch "
                    + history.kept());
        }
    }

    // The JVM is going down: nothing more is trained or written, and the cursor leaves the line of the bar.
    private void interrupted() {
        stopping = true;
        terminal.out.println();
        terminal.out.flush();
        terminal.err.println("lanegrad: interrupted after epoch " + finished + " of " + learning.epochs()
                + unwritten(json) + unwritten(save) + unwritten(plots));
    }

    private static String unwritten(Path file) {
        return file == null ? "" : "; " + file + " was not written";
    }

    private static void unhook(Thread interrupted) {
        try {
            Runtime.getRuntime().removeShutdownHook(interrupted);
        } catch (IllegalStateException e) {
            // The JVM is going down already, and this thread with it.
            while (true) {
                LockSupport.park();
            }
        }
    }

    private final class Progress implements Trainer.Listener {
        private static final int BAR = 16;
        private final int epochs = learning.epochs();
        private long drawn;

        @Override
        public void batch(int epoch, int done, int total) {
            if (terminal.interactive && !quiet && System.nanoTime() - drawn > 40_000_000) {
                drawn = System.nanoTime();
                terminal.out.printf("\repoch %3d/%d %s", epoch, epochs, terminal.bar((double) done / total, BAR));
                terminal.out.flush();
            }
        }

        @Override
        public boolean epoch(History.Epoch e) {
            while (stopping) {
                // The shutdown hook has the word; this thread ends with the JVM.
                LockSupport.park();
            }
            finished = e.epoch();
            if (!quiet) {
                terminal.out.printf(Locale.ROOT, "%sepoch %3d/%d %sloss %.4f acc %.4f   loss %.4f acc %.4f  %4.0f ms%n",
                        terminal.interactive ? "\r" : "", e.epoch(), epochs,
                        terminal.interactive ? terminal.bar(1, BAR) + " " : "", e.trainLoss(), e.trainAccuracy(),
                        e.validationLoss(), e.validationAccuracy(), e.seconds() * 1e3);
                terminal.out.flush();
            }
            return true;
        }
    }

    private static String accuracy(Evaluation result) {
        return String.format(Locale.ROOT, "test accuracy %.4f (%d of %d images)", result.accuracy(), result.correct(),
                result.size());
    }

    private void closing(DataOptions.Parts parts, Evaluation result, Sequential model, double seconds) {
        terminal.out.println(terminal.bold(accuracy(result)));
        double wall = (System.nanoTime() - Main.START) * 1e-9;
        terminal.out.printf(Locale.ROOT, "%.2f s since the JVM's start-up, %.2f s of it training: %,.0f images per "
                + "second%n", wall, seconds, (double) finished * parts.train().size() / seconds);
        terminal.out.println("weights sha256 " + model.sha256());
        terminal.out.println();
        terminal.out.println("Try next: --seed 7 (another start), --hidden 4 (how few units will do?), --activation "
                + "sigmoid,");
        terminal.out.println("          --init zero (what if all weights are equal?), --backend vector (same hash, "
                + "other time),");
        terminal.out.println("          --plots DIR (pictures of the run), --save MODEL (and then: lanegrad predict)");
    }
}
