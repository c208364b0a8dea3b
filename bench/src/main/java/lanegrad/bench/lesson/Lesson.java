package lanegrad.bench.lesson;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import lanegrad.Backend;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.data.Dataset;
import lanegrad.data.Digits;
import lanegrad.data.Split;
import lanegrad.math.SplitMix;
import lanegrad.nn.Evaluation;
import lanegrad.nn.Sequential;
import lanegrad.nn.Trainer;
import lanegrad.optim.Sgd;

/// The lesson: its chapters in order, and what they share.
public final class Lesson {
    /// The titles, in order.
    public static final List<String> TITLES = List.of("Neurons", "The data", "A weighted sum", "Activations",
            "All the data at once", "A hidden layer", "Loss", "Backpropagation",
            "Optimizers", "Training", "Under the hood");

    private static final List<Function<Lesson, Chapter>> CHAPTERS = List.of(Neurons::new, TheData::new,
            WeightedSum::new, Activation::new, AllAtOnce::new,
            HiddenLayer::new, Losses::new, Backpropagation::new, Optimizing::new, Training::new,
            UnderTheHood::new);

    private final long seed;
    private final Dataset digits = Digits.load();
    private Split split;

    /// A lesson whose random numbers all come from this seed.
    public Lesson(long seed) {
        this.seed = seed;
    }

    /// Writes some chapters.
    ///
    /// @param numbers which, from 1
    /// @param done is told the number of each when it is written
    /// @return the chapters as blocks
    List<Chapter> write(List<Integer> numbers, Consumer<Integer> done) {
        List<Chapter> chapters = new ArrayList<>();
        for (int number : numbers) {
            Chapter chapter = CHAPTERS.get(number - 1).apply(this);
            chapter.write();
            chapters.add(chapter);
            done.accept(number);
        }
        return chapters;
    }

    /// The page with all chapters.
    ///
    /// @param done is told the number of each chapter when it is written
    public String page(String version, Consumer<Integer> done) {
        List<Integer> numbers = new ArrayList<>();
        for (int number = 1; number <= CHAPTERS.size(); number++) {
            numbers.add(number);
        }
        long start = System.nanoTime();
        List<Chapter> chapters = write(numbers, done);
        return new HtmlPage(version, seed, (System.nanoTime() - start) * 1e-9).of(chapters);
    }

    /// One chapter as text.
    ///
    /// @param blocks whether block characters can be shown
    public String text(int number, boolean blocks) {
        return new TextPage(blocks).of(write(List.of(number), n -> {
        }).getFirst());
    }

    long seed() {
        return seed;
    }

    /// A generator for this purpose.
    SplitMix random(String purpose) {
        return new SplitMix(seed).split(purpose);
    }

    /// The kernels that run: the scalar ones, which in a program of seconds are done before the JIT has compiled the
    /// vector ones. The bits are the same.
    Backend backend() {
        return Backend.SCALAR;
    }

    /// A tape on these kernels.
    Tape tape() {
        return new Tape(backend(), 1);
    }

    /// All digits, pixels 0 to 16.
    Dataset digits() {
        return digits;
    }

    /// The digits in two parts, pixels 0 to 1.
    Split split() {
        if (split == null) {
            split = Split.of(digits.scaled(1f / Digits.MAX_PIXEL), 0.2, 42);
        }
        return split;
    }

    /// The same, labelled odd (1) or even (0).
    Split parity() {
        int[] odd = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
        return new Split(split().train().relabeled(2, odd), split().test().relabeled(2, odd));
    }

    /// Trains a model on the digits, in batches of 32 with momentum 0.9, and says how it does on the test digits.
    Evaluation train(Sequential model, int epochs, float rate) {
        return train(model, epochs, rate, Trainer.Listener.SILENT);
    }

    /// As [#train], with a listener.
    Evaluation train(Sequential model, int epochs, float rate, Trainer.Listener listener) {
        Sgd sgd = new Sgd(model.parameters(), rate, 0.9f, backend());
        Trainer trainer = new Trainer(model, sgd, backend(), 1);
        trainer.fit(split().train(), split().test(), Trainer.Settings.of(epochs, 32), random("order"),
                listener);
        return trainer.evaluate(split().test());
    }

    /// The columns of a weight matrix with 64 rows as pictures.
    static List<Figure.Image> columns(Tensor w, String caption) {
        List<Figure.Image> images = new ArrayList<>();
        for (int c = 0; c < w.shape().extent(1); c++) {
            float[] pixels = new float[64];
            for (int i = 0; i < 64; i++) {
                pixels[i] = w.get(i, c);
            }
            images.add(new Figure.Image(pixels, caption + (c + 1)));
        }
        return images;
    }

    /// 0, 1, 2, … below n.
    static int[] naturals(int n) {
        int[] naturals = new int[n];
        for (int i = 0; i < n; i++) {
            naturals[i] = i;
        }
        return naturals;
    }

    /// One row of a data set.
    static float[] row(Dataset data, int index) {
        float[] row = new float[data.features()];
        System.arraycopy(data.x().data(), index * row.length, row, 0, row.length);
        return row;
    }
}
