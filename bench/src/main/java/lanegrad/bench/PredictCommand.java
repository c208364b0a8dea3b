package lanegrad.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import lanegrad.Backend;
import lanegrad.Shape;
import lanegrad.Tensor;
import lanegrad.data.Dataset;
import lanegrad.data.Digits;
import lanegrad.data.DigitsCsv;
import lanegrad.nn.Classifier;
import lanegrad.nn.Dense;
import lanegrad.nn.Layer;
import lanegrad.nn.ModelFile;
import lanegrad.nn.Trainer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `lanegrad predict`: shows digits, and what a network reads them as.
@Command(name = "predict", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Show digits and what a network reads them as, with the probability of every class.",
            "Without --model it is trained first, as 'lanegrad train' does by itself."},
        footer = {"%nExamples:", "  lanegrad predict --index 133", "  lanegrad predict --index 0-9 --quiet",
            "  lanegrad train --task parity --save parity.model",
            "  lanegrad predict --model parity.model --index 5,8", "  lanegrad predict --model digits.model my.csv",
            "  lanegrad predict --draw < drawing.txt",
            "%nA drawing is 8 lines of 8 characters: ' .:-=+*#%%@' from paper to full ink,",
            "or 0-9 and a-g for the pixel values 0 to 16."})
final class PredictCommand implements Callable<Integer> {
    private static final int SIDE = 8;

    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "FILE.csv",
            description = "Digits, plain or gzip: 64 pixels 0..16 per line and, if it is known, the digit 0..9.")
    private Path file;

    @Option(names = "--index", paramLabel = "N",
            description = "Digits of the test part, as 'lanegrad train' numbers those that it misreads: 133, or 1,5,8, "
                    + "or 0-9.")
    private String index;

    @Option(names = "--draw", description = "A digit that you draw, on the terminal or through a pipe.")
    private boolean draw;

    @Option(names = "--model", paramLabel = "MODEL", description = "A network that 'lanegrad train --save' has kept.")
    private Path modelFile;

    @Option(names = "--quiet", description = "One line per digit, no pictures.")
    private boolean quiet;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "42",
            description = "Seed of the training, as that of train. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @ArgGroup(validate = false, order = 1, heading = "%nThe data to train on and to test with, as for train:%n")
    private DataOptions data = new DataOptions();

    private int known;
    private int right;

    PredictCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    // What is asked about; the label is the digit, or -1 where it is not known.
    private record Question(String name, float[] pixels, int label) {
    }

    @Override
    public Integer call() {
        Usage usage = new Usage(spec.commandLine());
        usage.once();
        int sources = (file == null ? 0 : 1) + (index == null ? 0 : 1) + (draw ? 1 : 0);
        if (sources != 1) {
            throw usage.wrong((sources == 0 ? "there is nothing to predict" : "there is too much to predict")
                    + "; give one of FILE.csv, --index N and --draw");
        }
        data.check(usage, false);
        if (modelFile != null) {
            checkOptions(usage);
        }
        List<Question> questions = file != null ? lines() : index != null ? digits(usage)
                : List.of(new Question("your drawing", Drawing.read(terminal), -1));
        Classifier classifier = modelFile == null ? trained(usage) : kept();
        Task task = task(classifier);

        Tensor pixels = Tensor.zeros(questions.size(), Digits.COLUMNS);
        for (int i = 0; i < questions.size(); i++) {
            System.arraycopy(questions.get(i).pixels(), 0, pixels.data(), i * Digits.COLUMNS, Digits.COLUMNS);
        }
        Tensor scores = classifier.scores(pixels.changed(), Backend.SCALAR);
        for (int i = 0; i < questions.size(); i++) {
            answer(questions.get(i), task, classifier, scores, i);
        }
        if (known > 1) {
            terminal.out.println(terminal.bold(String.format("%,d of %,d read right", right, known)));
        }
        return 0;
    }

    // What is given beside --model must not look as if it did something.
    private void checkOptions(Usage usage) {
        for (String option : List.of("--task", "--validation", "--seed")) {
            usage.excludes(usage.given(option), option, true, "--model is trained already; leave the option out");
        }
        for (String option : List.of("--data", "--test-fraction", "--split-seed")) {
            usage.excludes(index == null && usage.given(option), option, true,
                    "with --model it only says where --index looks; leave the option out");
        }
    }

    private List<Question> lines() {
        DigitsCsv.Images images = DigitsCsv.images(file);
        return questions(file + ", line ", 1, images.pixels(), images.labels(), naturals(0, images.labels().length));
    }

    private List<Question> digits(Usage usage) {
        Dataset test = data.rawTest();
        return questions("test digit ", 0, test.x(), test.y(), indices(usage, test.size()));
    }

    private static List<Question> questions(String name, int first, Tensor pixels, int[] labels, List<Integer> rows) {
        List<Question> questions = new ArrayList<>();
        for (int row : rows) {
            float[] image = new float[Digits.COLUMNS];
            System.arraycopy(pixels.data(), row * Digits.COLUMNS, image, 0, Digits.COLUMNS);
            questions.add(new Question(name + (row + first), image, labels[row]));
        }
        return questions;
    }

    private List<Integer> indices(Usage usage, int size) {
        List<Integer> indices = new ArrayList<>();
        for (String part : index.split(",", -1)) {
            String[] ends = part.split("-", -1);
            if (ends.length > 2 || !part.matches("[0-9]{1,9}(-[0-9]{1,9})?")) {
                throw usage.wrong("--index: '" + part + "' is no digit's number; give for instance 133, or 1,5,8, or "
                        + "0-9");
            }
            int from = Integer.parseInt(ends[0]);
            int to = Integer.parseInt(ends[ends.length - 1]);
            usage.check(from <= to, "--index", part, "give the smaller number first");
            usage.check(to < size, "--index", to, "the test part has " + size + " digits; give 0 to " + (size - 1));
            indices.addAll(naturals(from, to + 1));
        }
        return indices;
    }

    private static List<Integer> naturals(int from, int to) {
        List<Integer> naturals = new ArrayList<>();
        for (int i = from; i < to; i++) {
            naturals.add(i);
        }
        return naturals;
    }

    private Classifier trained(Usage usage) {
        Training training = Training.of(usage, new NetworkOptions(), new OptimizerOptions(), new LearningOptions(),
                data, new EngineOptions(), seed);
        training.fit(Trainer.Listener.SILENT);
        Classifier classifier = training.classifier("");
        head("trained on " + String.format("%,d", training.parts().train().size()) + " digits: " + sizes(classifier));
        return classifier;
    }

    private Classifier kept() {
        Classifier classifier = ModelFile.read(modelFile);
        head(modelFile + ": " + sizes(classifier) + (classifier.note().isBlank() ? "" : "; "
                + printable(classifier.note().lines().findFirst().orElseThrow())));
        return classifier;
    }

    private void head(String text) {
        if (!quiet) {
            terminal.out.println(text);
            terminal.out.println();
        }
    }

    // "64-64-10 relu"
    private static String sizes(Classifier classifier) {
        StringBuilder sizes = new StringBuilder();
        String activation = "";
        for (Layer layer : classifier.model().layers()) {
            if (layer instanceof Dense dense) {
                sizes.append(sizes.isEmpty() ? String.valueOf(dense.weights().shape().extent(0)) : "").append('-')
                        .append(dense.bias().shape().size());
                activation = dense.activation() == null || !activation.isEmpty() ? activation
                        : " " + dense.activation().name();
            }
        }
        return sizes + activation;
    }

    // A file's words are shown on a terminal, which some characters command.
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }

    private Task task(Classifier classifier) {
        for (Task task : Task.values()) {
            if (task.title.equals(classifier.task()) && task.classes.equals(classifier.classes())
                    && classifier.model().parameters().getFirst().shape().extent(0) == Digits.COLUMNS) {
                return task;
            }
        }
        Shape first = classifier.model().parameters().getFirst().shape();
        throw new Main.Failure("--model " + modelFile + ": its task is '" + printable(classifier.task()) + "' with "
                + classifier.classes().size() + " classes, of " + first.extent(0) + " features; predict knows digits "
                + "and parity, of 64 pixels. Give one that 'lanegrad train --save' wrote");
    }

    private void answer(Question q, Task task, Classifier classifier, Tensor scores, int row) {
        int read = classifier.predict(scores, row);
        int truth = q.label() < 0 ? -1 : task.classOf(q.label());
        known += truth < 0 ? 0 : 1;
        right += truth == read ? 1 : 0;
        double[] shares = classifier.shares(scores, row);
        boolean probable = classifier.objective().probabilistic();
        String shown = q.label() < 0 ? "" : " shows " + q.label() + (task == Task.DIGITS ? "" : ", "
                + task.classes.get(truth));
        String verdict = "read as " + task.classes.get(read);
        String title = q.name() + shown + (shown.isEmpty() ? ": " : "; ") + (truth >= 0 && truth != read
                ? terminal.red(verdict) : verdict);
        if (quiet) {
            terminal.out.println(title + ", " + share(shares[read], probable).strip());
            return;
        }
        terminal.out.println("  " + title);
        for (int line = 0; line < Math.max(SIDE, shares.length); line++) {
            StringBuilder text = new StringBuilder("  ");
            for (int column = 0; column < SIDE; column++) {
                text.append(line < SIDE ? terminal.shade(q.pixels()[line * SIDE + column] / Digits.MAX_PIXEL) : "  ");
            }
            if (line < shares.length) {
                String of = String.format(Locale.ROOT, "%4s  ", task.classes.get(line)) + share(shares[line], probable);
                text.append("   ").append(line == read ? terminal.bold(of) : of).append("  ")
                        .append(terminal.bar(shares[line], 20));
            }
            terminal.out.println(text.toString().stripTrailing());
        }
        terminal.out.println();
    }

    private static String share(double share, boolean probable) {
        return String.format(Locale.ROOT, probable ? "%5.1f%%" : "%6.3f", probable ? 100 * share : share);
    }
}
