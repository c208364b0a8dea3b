package lanegrad.bench;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import lanegrad.Backend;
import lanegrad.Shape;
import lanegrad.data.DataException;
import lanegrad.data.Dataset;
import lanegrad.data.Digits;
import lanegrad.data.DigitsCsv;
import lanegrad.data.NumpyRandom;
import lanegrad.data.Split;
import lanegrad.kernel.Parallel;
import lanegrad.math.SplitMix;
import lanegrad.nn.Evaluation;
import lanegrad.nn.History;
import lanegrad.nn.Init;
import lanegrad.nn.Layer;
import lanegrad.nn.Sequential;
import lanegrad.nn.Trainer;
import lanegrad.op.Operations;
import lanegrad.op.UnaryOp;
import lanegrad.optim.Adam;
import lanegrad.optim.Optimizer;
import lanegrad.optim.Sgd;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `lanegrad train`: trains a network on handwritten digits and shows what it learned.
@Command(name = "train", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Train a network on handwritten digits and show what it learned.",
        footer = {"%nExamples:", "  lanegrad train", "  lanegrad train --hidden 64,32 --activation tanh --init xavier",
            "  lanegrad train --optimizer adam --epochs 40 --json run.json"})
final class TrainCommand implements Callable<Integer> {
    private static final int LARGEST_LAYER = 1 << 16;

    private final Terminal terminal;

    // The JIT spends about a second of both cores on the vector kernels, in which the scalar ones do 4 GFLOP. The
    // default run is 0.8 GFLOP and takes 0.5 to 0.7 s less this way.
    private static final double BRIEF = 4e9;
    private static final String TOO_BRIEF = "a run this short ends before vector kernels are compiled; same bits, and "
            + "--backend vector forces them";

    @Spec
    private CommandSpec spec;

    @Option(names = "--hidden", paramLabel = "UNITS", defaultValue = "64",
            description = "Units of each hidden layer, for instance 32 or 64,32. Default: ${DEFAULT-VALUE}.")
    private String hidden;

    @Option(names = "--activation", paramLabel = "NAME", defaultValue = "relu",
            description = "Activation of the hidden layers; 'lanegrad ops' lists them. Default: ${DEFAULT-VALUE}.")
    private String activation;

    @Option(names = "--optimizer", paramLabel = "NAME", defaultValue = "sgd",
            description = "sgd or adam. Default: ${DEFAULT-VALUE}.")
    private String optimizer;

    @Option(names = "--lr", paramLabel = "RATE", description = "Learning rate. Default: 0.2 for sgd, 0.003 for adam.")
    private Float lr;

    @Option(names = "--momentum", paramLabel = "SHARE",
            description = "Momentum of sgd, 0 for none. Default: 0.9.")
    private Float momentum;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "32",
            description = "Examples per step. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "20",
            description = "Passes over the training data. Default: ${DEFAULT-VALUE}.")
    private int epochs;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "42",
            description = "Root of all randomness but the split: weights, order. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--split-seed", paramLabel = "N", defaultValue = "42",
            description = "Seed of the split, as scikit-learn's random_state. Default: ${DEFAULT-VALUE}.")
    private long splitSeed;

    @Option(names = "--test-fraction", paramLabel = "SHARE", defaultValue = "0.2",
            description = "Share of the data kept for testing. Default: ${DEFAULT-VALUE}.")
    private double testFraction;

    @Option(names = "--init", paramLabel = "NAME", defaultValue = "he",
            description = "First weights: he, xavier, uniform (0 to 0.1), normal (deviation 0.1), zero. "
                    + "Default: ${DEFAULT-VALUE}.")
    private String init;

    @Option(names = "--backend", paramLabel = "NAME", defaultValue = "auto",
            description = "auto, scalar or vector. Changes the speed, never a bit. auto takes scalar for a run that "
                    + "ends before the vector kernels would be compiled. Default: ${DEFAULT-VALUE}.")
    private String backend;

    @Option(names = "--threads", paramLabel = "N",
            description = "Threads for large matrices; digits are small. Changes no bit. Default: all cores.")
    private Integer threads;

    @Option(names = "--data", paramLabel = "FILE",
            description = "A CSV of your own, plain or gzip: 64 pixels 0..16 and a label 0..9 per line. "
                    + "Default: the bundled 1,797 digits.")
    private Path data;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the run to this file as JSON.")
    private Path json;

    @Option(names = "--quiet", description = "Print the final accuracy only.")
    private boolean quiet;

    private volatile int finished;
    private volatile boolean stopping;

    TrainCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        int[] units = units();
        UnaryOp function = usage(() -> Operations.activation(activation));
        Init weights = usage(() -> Init.named(init));
        check(epochs >= 1 && epochs <= 1_000_000, "--epochs", epochs, "give 1 to 1,000,000");
        check(batch >= 1, "--batch", batch, "give 1 or more");
        check(lr == null || lr > 0 && lr <= Float.MAX_VALUE, "--lr", lr, "give a finite number above 0");
        check(momentum == null || momentum >= 0 && momentum < 1, "--momentum", momentum, "give 0 to below 1");
        check(momentum == null || !adam(), "--momentum", momentum, "adam has its own; leave the option out");
        check(testFraction > 0 && testFraction < 1, "--test-fraction", testFraction, "give a number between 0 and 1");
        check(splitSeed >= 0 && splitSeed <= NumpyRandom.MAX_SEED, "--split-seed", splitSeed,
                "give 0 to " + NumpyRandom.MAX_SEED);
        int workers = threads == null ? Math.min(Runtime.getRuntime().availableProcessors(), Parallel.MAX_THREADS)
                : threads;
        check(workers >= 1 && workers <= Parallel.MAX_THREADS, "--threads", workers,
                "give 1 to " + Parallel.MAX_THREADS);
        Backend wanted = backend();
        RunFile file = json == null ? null : new RunFile(json);

        Split split = split();
        check(batch <= split.train().size(), "--batch", batch, "the training data has " + split.train().size()
                + " examples; give 1 to " + split.train().size());
        boolean brief = backend.equalsIgnoreCase("auto") && work(units, split.train().size()) < BRIEF;
        Backend kernels = brief ? Backend.SCALAR : wanted;
        SplitMix random = new SplitMix(seed);
        Sequential model = Sequential.perceptron(function, weights, random.split("init"), units);
        Trainer trainer = new Trainer(model, optimizer(model, kernels, workers), kernels, workers);

        if (!quiet) {
            terminal.environment(kernels, workers, brief && wanted == Backend.VECTOR ? TOO_BRIEF : null);
            summary(model, split);
        }
        Thread interrupted = new Thread(this::interrupted);
        Runtime.getRuntime().addShutdownHook(interrupted);
        long start = System.nanoTime();
        History history = trainer.fit(split.train(), split.test(), epochs, batch, random.split("shuffle"),
                new Progress());
        double seconds = (System.nanoTime() - start) * 1e-9;
        Evaluation result = trainer.evaluate(split.test());
        if (file != null) {
            file.write(this, kernels, workers, split, history, result, model);
        }
        Runtime.getRuntime().removeShutdownHook(interrupted);
        if (quiet) {
            terminal.out.println(accuracy(result));
        } else {
            new Report(terminal).print(split.test(), result);
            closing(split, result, model, seconds);
        }
        return 0;
    }

    /// The settings of the run, for [RunFile].
    java.util.Map<String, Object> config() {
        java.util.Map<String, Object> config = new java.util.LinkedHashMap<>();
        config.put("hidden", hidden);
        config.put("activation", activation);
        config.put("optimizer", optimizer);
        config.put("lr", rate());
        if (!adam()) {
            config.put("momentum", momentum());
        }
        config.put("batch", batch);
        config.put("epochs", epochs);
        config.put("split_seed", splitSeed);
        config.put("test_fraction", testFraction);
        config.put("init", init);
        config.put("data", data == null ? "bundled" : data.toString());
        return config;
    }

    long seed() {
        return seed;
    }

    private int[] units() {
        String[] parts = hidden.split(",", -1);
        int[] units = new int[parts.length + 2];
        units[0] = Digits.COLUMNS;
        units[units.length - 1] = Digits.CLASSES;
        for (int i = 0; i < parts.length; i++) {
            try {
                units[i + 1] = Integer.parseInt(parts[i].strip());
            } catch (NumberFormatException e) {
                throw new ParameterException(spec.commandLine(), "--hidden: '" + parts[i]
                        + "' is not a whole number; give the units of each layer, for instance 64,32");
            }
            check(units[i + 1] >= 1 && units[i + 1] <= LARGEST_LAYER, "--hidden", units[i + 1],
                    "a layer has 1 to " + LARGEST_LAYER + " units");
        }
        return units;
    }

    // Floating-point operations of the matrix products, forward and backward.
    private double work(int[] units, int examples) {
        double work = 0;
        for (int i = 1; i < units.length; i++) {
            work += 6.0 * units[i - 1] * units[i];
        }
        return work * examples * epochs;
    }

    private Backend backend() {
        try {
            return Backend.named(backend);
        } catch (IllegalStateException e) {
            throw new Main.Failure(e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    private Split split() {
        Dataset all = data == null ? Digits.load() : DigitsCsv.read(data);
        try {
            return Split.of(all.scaled(1f / Digits.MAX_PIXEL), testFraction, splitSeed);
        } catch (IllegalArgumentException e) {
            throw new DataException(e.getMessage());
        }
    }

    private boolean adam() {
        return switch (optimizer.toLowerCase(Locale.ROOT)) {
            case "sgd" -> false;
            case "adam" -> true;
            default -> throw new ParameterException(spec.commandLine(),
                    "optimizer '" + optimizer + "' is unknown; choose sgd or adam");
        };
    }

    private float rate() {
        return lr != null ? lr : adam() ? 0.003f : 0.2f;
    }

    private float momentum() {
        return momentum != null ? momentum : 0.9f;
    }

    private Optimizer optimizer(Sequential model, Backend kernels, int workers) {
        Optimizer o = adam() ? new Adam(model.parameters(), rate(), 0.9f, 0.999f, 1e-8f, kernels)
                : new Sgd(model.parameters(), rate(), momentum(), kernels);
        o.threads(workers);
        return o;
    }

    private void check(boolean valid, String option, Object value, String rule) {
        if (!valid) {
            throw new ParameterException(spec.commandLine(), option + " is " + value + "; " + rule);
        }
    }

    private <T> T usage(java.util.function.Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    private void summary(Sequential model, Split split) {
        terminal.out.printf("%,d digits to train on, %,d to test on; batches of %d, %s, learning rate %s%n%n",
                split.train().size(), split.test().size(), batch,
                adam() ? "adam" : momentum() == 0 ? "sgd" : "sgd with momentum " + momentum(), rate());
        terminal.out.printf("%-18s %-14s %10s%n", "layer", "output", "parameters");
        Shape shape = Shape.of(batch, Digits.COLUMNS);
        terminal.out.printf("%-18s %-14s %10s%n", "pixels / 16", shape, 0);
        for (Layer layer : model.layers()) {
            shape = layer.output(shape);
            int count = layer.parameters().stream().mapToInt(p -> p.value().size()).sum();
            terminal.out.printf("%-18s %-14s %,10d%n", layer.describe(), shape, count);
        }
        terminal.out.printf("%-18s %-14s %,10d%n%n", "total", "", model.parameterCount());
        terminal.out.println("              train (running)        test (after)");
    }

    // The JVM is going down: nothing more is trained or written, and the cursor leaves the line of the bar.
    private void interrupted() {
        stopping = true;
        terminal.out.println();
        terminal.out.flush();
        terminal.err.println("lanegrad: interrupted after epoch " + finished + " of " + epochs
                + (json == null ? "" : "; " + json + " was not written"));
    }

    private final class Progress implements Trainer.Listener {
        private static final int BAR = 16;
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
                        e.testLoss(), e.testAccuracy(), e.seconds() * 1e3);
                terminal.out.flush();
            }
            return true;
        }
    }

    private static String accuracy(Evaluation result) {
        return String.format(Locale.ROOT, "test accuracy %.4f (%d of %d images)", result.accuracy(), result.correct(),
                result.size());
    }

    private void closing(Split split, Evaluation result, Sequential model, double seconds) {
        terminal.out.println(terminal.bold(accuracy(result)));
        double wall = (System.nanoTime() - Main.START) * 1e-9;
        terminal.out.printf(Locale.ROOT, "%.2f s since the JVM's start-up, %.2f s of it training: %,.0f images per second%n",
                wall, seconds,
                (double) finished * split.train().size() / seconds);
        terminal.out.println("weights sha256 " + model.sha256());
        terminal.out.println();
        terminal.out.println("Try next: --seed 7 (another start), --hidden 4 (how few units will do?), --activation "
                + "sigmoid,");
        terminal.out.println("          --init zero (what if all weights are equal?), --backend vector (same hash, "
                + "other time)");
    }
}
