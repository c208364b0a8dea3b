package lanegrad.bench.lesson;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import lanegrad.Backend;
import lanegrad.data.Dataset;
import lanegrad.data.Digits;
import lanegrad.data.Split;
import lanegrad.math.SplitMix;

/// The lesson: its chapters in order, and what they share.
public final class Lesson {
    /// The titles, in order.
    public static final List<String> TITLES = List.of("Neurons", "The data");

    private static final List<Function<Lesson, Chapter>> CHAPTERS = List.of(Neurons::new, TheData::new);

    private final long seed;
    private final Dataset digits = Digits.load();
    private final Backend backend = Backend.best().backend();
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
        return new HtmlPage(version, seed, backend, (System.nanoTime() - start) * 1e-9).of(chapters);
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

    /// The kernels that run.
    Backend backend() {
        return backend;
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

    /// One row of a data set.
    static float[] row(Dataset data, int index) {
        float[] row = new float[data.features()];
        System.arraycopy(data.x().data(), index * row.length, row, 0, row.length);
        return row;
    }
}
