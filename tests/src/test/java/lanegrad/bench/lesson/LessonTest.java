package lanegrad.bench.lesson;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import lanegrad.Backend;
import lanegrad.data.Digits;
import lanegrad.data.Split;
import lanegrad.math.SplitMix;
import lanegrad.nn.Init;
import lanegrad.nn.Sequential;
import lanegrad.nn.Trainer;
import lanegrad.op.Operation;
import lanegrad.op.Relu;
import lanegrad.optim.Sgd;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The lesson: its numbers, that the code shown is the code that ran, and that a seed decides the page.
class LessonTest {
    private static final Pattern SHOWN = Pattern.compile("// show: (\\w+)");
    private static List<Chapter> chapters;
    private static String page;

    @TempDir
    Path folder;

    @BeforeAll
    static void writeIt() {
        List<Integer> all = new ArrayList<>();
        for (int n = 1; n <= Lesson.TITLES.size(); n++) {
            all.add(n);
        }
        chapters = new Lesson(42).write(all, n -> {
        });
        page = new HtmlPage("lanegrad", 42, 1).of(chapters);
    }

    // Times, and what is said of the machine, are in elements of class `time`.
    static String withoutTimes(String page) {
        return page.replaceAll("(?s)<(span|pre|table) class=\"(output )?time\".*?</\\1>", "");
    }

    private static <B extends Block> List<B> blocks(Chapter chapter, Class<B> type) {
        return chapter.blocks().stream().filter(type::isInstance).map(type::cast).toList();
    }

    private static String output(int chapter, String name) {
        return blocks(chapters.get(chapter - 1), Block.Code.class).stream().filter(c -> c.name().equals(name))
                .findFirst().orElseThrow().output();
    }

    @Test
    void elevenChaptersEachWithAQuestionAndOneThingToTry() {
        assertEquals(11, chapters.size());
        for (Chapter c : chapters) {
            assertEquals(Lesson.TITLES.get(c.number() - 1), c.title());
            assertFalse(blocks(c, Block.Question.class).isEmpty(), c.title());
            assertEquals(1, blocks(c, Block.Try.class).size(), c.title());
            assertTrue(c.blocks().getLast() instanceof Block.Try, c.title());
        }
    }

    @Test
    void theSameSeedGivesTheSamePageAndAnotherSeedAnother() {
        String again = withoutTimes(new Lesson(42).page("lanegrad", n -> {
        }));
        assertEquals(withoutTimes(page), again);
        assertTrue(withoutTimes(page).length() > page.length() - 6000, "times are most of the page");
        assertNotEquals(withoutTimes(new Lesson(7).page("lanegrad", n -> {
        })), again);
    }

    /// Compiled anew from the sources that lie in the jar, the lesson writes the same page: what is shown is what ran.
    @Test
    void theSourcesShownAreThoseThatRan() throws Exception {
        List<Path> files = new ArrayList<>();
        Path made = Files.createDirectories(folder.resolve("classes"));
        Path sources = Files.createDirectories(folder.resolve("lanegrad/bench/lesson"));
        for (String name : List.of("Block", "Chapter", "Excerpt", "Figure", "HtmlPage", "Lesson", "TextFigures",
                "TextPage")) {
            files.add(Files.writeString(sources.resolve(name + ".java"), source(name)));
        }
        for (Chapter c : chapters) {
            String name = c.getClass().getSimpleName();
            files.add(Files.writeString(sources.resolve(name + ".java"), Excerpt.source(c.getClass())));
        }
        List<String> arguments = new ArrayList<>(List.of("-d", made.toString(), "-proc:none", "-cp",
                System.getProperty("java.class.path")));
        files.forEach(f -> arguments.add(f.toString()));
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, messages, messages,
                arguments.toArray(String[]::new)), () -> messages.toString(StandardCharsets.UTF_8));
        try (Own loader = new Own(made.toUri().toURL())) {
            Class<?> lesson = loader.loadClass(Lesson.class.getName());
            assertNotEquals(Lesson.class, lesson);
            Consumer<Integer> silent = n -> {
            };
            Object text = lesson.getMethod("page", String.class, Consumer.class)
                    .invoke(lesson.getConstructor(long.class).newInstance(42L), "lanegrad", silent);
            assertEquals(withoutTimes(page), withoutTimes((String) text));
        }
    }

    private static String source(String name) throws IOException {
        try (InputStream in = Lesson.class.getResourceAsStream(name + ".java")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    // The lesson's classes from the folder, all others and all resources from where they always are.
    private static final class Own extends URLClassLoader {
        Own(URL folder) {
            super(new URL[] {folder}, LessonTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("lanegrad.bench.lesson.")) {
                synchronized (getClassLoadingLock(name)) {
                    Class<?> loaded = findLoadedClass(name);
                    return loaded != null ? loaded : findClass(name);
                }
            }
            return super.loadClass(name, resolve);
        }
    }

    /// The packaged source is the repository's; every snippet is lines of it, and one region of its name lies in the
    /// method of that name, which is the method that [Chapter#code] called.
    @Test
    void excerptsAreOfTheMethodsThatRan() throws IOException {
        int snippets = 0;
        for (Chapter c : chapters) {
            String source = Excerpt.source(c.getClass());
            assertEquals(Files.readString(Path.of(System.getProperty("lanegrad.root"),
                    "bench/src/main/java/lanegrad/bench/lesson", c.getClass().getSimpleName() + ".java")), source);
            Set<String> ran = new HashSet<>();
            for (Block.Code code : blocks(c, Block.Code.class)) {
                snippets++;
                ran.add(code.name());
                String where = c.title() + ", " + code.name();
                for (String line : code.source().lines().toList()) {
                    assertTrue(source.contains(line), where + ": " + line);
                    assertTrue(line.length() <= 104, where + ", too wide for the page: " + line);
                }
                assertFalse(code.output().isEmpty(), where);
                assertTrue(Pattern.compile("private void " + code.name() + "\\(\\) \\{\\n(?:(?!\\n    \\}).)*?// show: "
                        + code.name() + "\\n", Pattern.DOTALL).matcher(source).find(), where);
            }
            Matcher mark = SHOWN.matcher(source);
            while (mark.find()) {
                assertTrue(ran.contains(mark.group(1)), c.title() + ": " + mark.group(1) + " is never shown");
            }
        }
        assertTrue(snippets > 40, snippets + " snippets");
    }

    @Test
    void whatIsLeftOutOfAnExcerptComputesNothingThatIsShown() {
        assertTrue(Excerpt.source(Training.class).contains("// hide"));
        assertFalse(page.contains("// hide"));
        assertFalse(page.contains("// show"));
    }

    /// The numbers of M. Mazur's example as published: seven digits in float, his ninth is beyond it.
    @Test
    void theWorkedExampleIsAsPublished() {
        String forward = output(8, "forward");
        for (double published : new double[] {0.3775, 0.3925, 0.593269992, 0.596884378, 1.105905967, 1.224921404,
            0.751365070, 0.772928465, 0.298371109}) {
            assertPrinted(published, forward);
        }
        String backward = output(8, "backward");
        for (double published : new double[] {0.741365070, -0.217071535, 0.138498562, 0.036350306, 0.008771355,
            0.082167041, 0.000438568}) {
            assertPrinted(published, backward);
        }
        Block.Table weights = blocks(chapters.get(7), Block.Table.class).getFirst();
        for (int i = 0; i < 8; i++) {
            assertEquals(Backpropagation.PUBLISHED[i], Double.parseDouble(weights.rows().get(i).get(3)),
                    1.1 * Operation.Bound.ulp(Double.parseDouble(weights.rows().get(i).get(1))) + 5e-9);
        }
        assertPrinted(0.291027774, output(8, "training"));
        String training = output(8, "training");
        // What float32 may be off by, 6.3e-5 of it: see WorkedExampleTest.
        assertEquals(0.0000351085, after(training, 9_999), 2.2e-9);
        assertEquals(0.0000351019, after(training, 10_000), 2.2e-9);
        for (String line : output(8, "check").split("\n")) {
            String[] slopes = line.split("backward|, difference");
            assertEquals(Double.parseDouble(slopes[2]), Double.parseDouble(slopes[1]), 2e-8, line);
        }
    }

    private static double after(String training, int updates) {
        Matcher m = Pattern.compile("after +" + updates + " updates ([0-9.]+),").matcher(training);
        assertTrue(m.find(), training);
        return Double.parseDouble(m.group(1));
    }

    private static void assertPrinted(double published, String output) {
        Matcher number = Pattern.compile("-?\\d+\\.\\d+").matcher(output);
        double nearest = Double.POSITIVE_INFINITY;
        while (number.find()) {
            double v = Double.parseDouble(number.group());
            nearest = Math.abs(v - published) < Math.abs(nearest - published) ? v : nearest;
        }
        // Two roundings of a float and those of nine printed digits.
        assertEquals(published, nearest, 2 * Operation.Bound.ulp(published) + 1e-9);
    }

    @Test
    void theSplitIsThatOfScikitLearn() {
        assertEquals("""
                train X [1437, 64], 1437 labels
                test  X [360, 64], 360 labels
                the first test digits: 6 9 3 7 2 1 5 2 5 2 1 9""", output(5, "divide"));
    }

    @Test
    void theShapesThatBroadcastGiveTheNotebooksLossAndOurRefusal() {
        double loss = Double.parseDouble(output(7, "broadcast").replaceAll("(?s).*: ", ""));
        assertEquals(996, loss, 3);
        String refused = output(7, "refused").replaceAll("\\s+", " ");
        assertTrue(refused.contains("predictions have shape [1437, 1], targets have shape [1437]; they must be equal"),
                refused);
    }

    @Test
    void oneUnitIsFourteenOfSixteenFunctions() {
        assertTrue(output(1, "reach").contains("14 of 16"), output(1, "reach"));
        assertTrue(output(1, "perceptron").matches("(?s).*AND .* 0;.*OR .* 0;.*XOR .* …"), output(1, "perceptron"));
    }

    @Test
    void unitsThatStartEqualStayEqual() {
        List<String> lines = output(3, "zeros").lines().toList();
        for (int i = 0; i < 4; i++) {
            assertEquals(i % 2 == 0, lines.get(i).contains("1: 0.0000, 5: 0.0000, 15: 0.0000"), lines.get(i));
        }
    }

    /// The digits' network of chapter 10 trained here, without the lesson.
    @Test
    void theAccuracyOnThePageIsThatOfATrainingOnItsOwn() {
        Split split = Split.of(Digits.load().scaled(1f / 16), 0.2, 42);
        SplitMix random = new SplitMix(42).split("digits");
        Sequential model = Sequential.perceptron(Relu.OP, Init.HE, random.split("init"), 64, 32, 10);
        Sgd sgd = new Sgd(model.parameters(), 0.1f, 0.9f, Backend.SCALAR);
        Trainer trainer = new Trainer(model, sgd, Backend.SCALAR, 1);
        trainer.fit(split.train(), split.test(), Trainer.Settings.of(20, 32), random.split("order"),
                Trainer.Listener.SILENT);
        assertTrue(output(10, "digits").contains(trainer.evaluate(split.test()).correct() + " of 360"),
                output(10, "digits"));
        assertTrue(page.contains("weights sha256 " + model.sha256()));
    }

    @Test
    void thePageNeedsNothingElse() {
        String own = page.replaceAll("(?s)<script>.*?</script>", "");
        assertFalse(Pattern.compile("(src|href)=\"(?!#|data:)|url\\(|@import").matcher(own).find());
        assertTrue(page.contains("default-src 'none'"));
        assertTrue(page.contains("Permission to use, copy, modify"), "the licence of D3");
    }

    @Test
    void everyChapterHasItsTextForm() {
        for (int n = 1; n <= 11; n++) {
            String text = new Lesson(42).text(n, n % 2 == 0);
            assertTrue(text.startsWith(n + "  " + Lesson.TITLES.get(n - 1) + "\n"), text.substring(0, 80));
            assertTrue(text.contains("> Try it."), text);
            // All but code, its output and wide tables stays within a terminal.
            text.lines().filter(l -> !l.startsWith("  |") && !l.startsWith("  │") && !l.startsWith("    "))
                    .forEach(l -> assertTrue(l.length() <= 82, l));
            if (n % 2 == 1) {
                assertFalse(text.matches("(?s).*[█░━│═].*"), "no block characters were allowed in chapter " + n);
            }
        }
    }

    @Test
    void sourcesOfAllChaptersAreMarkedInPairs() {
        Stream<String> sources = chapters.stream().map(c -> Excerpt.source(c.getClass()));
        sources.forEach(s -> assertEquals(s.split("// show: ", -1).length, s.split("// end", -1).length));
    }
}
