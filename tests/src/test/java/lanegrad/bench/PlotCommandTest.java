package lanegrad.bench;

import static lanegrad.bench.CommandTest.assertRefused;
import static lanegrad.bench.CommandTest.run;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import lanegrad.op.Operation;
import lanegrad.op.Operations;
import lanegrad.op.UnaryOp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/// `lanegrad plot` and `train --plots`: what the pictures hold, read back from the files.
class PlotCommandTest {
    @TempDir
    Path folder;

    private static CommandTest.Run good(CommandTest.Run run) {
        assertEquals(0, run.code(), run.err());
        assertEquals("", run.err());
        return run;
    }

    private static Document xml(Path svg) throws Exception {
        Document document = DocumentBuilderFactory.newDefaultNSInstance().newDocumentBuilder().parse(svg.toFile());
        assertEquals("http://www.w3.org/2000/svg", document.getDocumentElement().getNamespaceURI());
        return document;
    }

    // The points of each long path without an area: the curves. The first is drawn last, over the others.
    private static List<List<double[]>> curves(Document svg) {
        List<List<double[]>> curves = new ArrayList<>();
        NodeList paths = svg.getElementsByTagName("path");
        for (int i = 0; i < paths.getLength(); i++) {
            String d = ((Element) paths.item(i)).getAttribute("d");
            List<double[]> points = new ArrayList<>();
            Matcher m = Pattern.compile("[ML] ?([-0-9.E]+) ([-0-9.E]+)").matcher(d);
            while (m.find()) {
                points.add(new double[] {Double.parseDouble(m.group(1)), Double.parseDouble(m.group(2))});
            }
            if (points.size() > 10 && !d.contains("Z")) {
                curves.add(points);
            }
        }
        return curves.reversed();
    }

    private static Set<String> words(Document svg) {
        Set<String> words = new HashSet<>();
        NodeList texts = svg.getElementsByTagName("text");
        for (int i = 0; i < texts.getLength(); i++) {
            words.add(texts.item(i).getTextContent());
        }
        return words;
    }

    private static Map<Integer, Integer> colours(Path png, int width, int height) throws IOException {
        BufferedImage image = ImageIO.read(png.toFile());
        assertEquals(List.of(width, height), List.of(image.getWidth(), image.getHeight()));
        Map<Integer, Integer> counts = new HashMap<>();
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                counts.merge(image.getRGB(x, y) & 0xffffff, 1, Integer::sum);
            }
        }
        return counts;
    }

    /// Every point of the picture lies where the function in double says, to a pixel.
    @Test
    void theSvgShowsCurveAndSlope() throws Exception {
        Path file = folder.resolve("tanh.svg");
        assertEquals(file + ": tanh\n", good(run("plot", "tanh", "--from", "-4", "--to", "2", "--out",
                file.toString())).out());
        Document svg = xml(file);
        assertEquals("0 0 900 600", svg.getDocumentElement().getAttribute("viewBox"));
        assertEquals("tanh and its slope", svg.getElementsByTagName("title").item(0).getTextContent());
        assertTrue(words(svg).containsAll(Set.of("tanh", "slope of tanh", "y = tanh(x)", "x", "0.5", "-3.5")),
                words(svg).toString());
        List<List<double[]>> curves = curves(svg);
        assertEquals(2, curves.size());
        for (List<double[]> points : curves) {
            assertEquals(Curve.POINTS, points.size());
        }
        // Two points of known value give the scale; all others must fit it.
        double[][] exact = new double[2][Curve.POINTS];
        for (int i = 0; i < Curve.POINTS; i++) {
            double x = -4 + 6.0 * i / (Curve.POINTS - 1);
            exact[0][i] = Math.tanh(x);
            exact[1][i] = 1 - exact[0][i] * exact[0][i];
        }
        double top = curves.get(0).getLast()[1];
        double bottom = curves.get(0).getFirst()[1];
        double scale = (bottom - top) / (exact[0][Curve.POINTS - 1] - exact[0][0]);
        double left = curves.get(0).getFirst()[0];
        double step = (curves.get(0).getLast()[0] - left) / (Curve.POINTS - 1);
        assertTrue(scale > 150 && step > 1.5, "the picture is not filled: " + scale + " " + step);
        for (int c = 0; c < 2; c++) {
            for (int i = 0; i < Curve.POINTS; i++) {
                double[] p = curves.get(c).get(i);
                assertEquals(left + step * i, p[0], 0.5);
                assertEquals(top + scale * (exact[0][Curve.POINTS - 1] - exact[c][i]), p[1], 1, "curve " + c + " " + i);
            }
        }
    }

    @Test
    void thePngHasItsSizeAndItsColours() throws IOException {
        Path file = folder.resolve("some.PNG");
        good(run("plot", "relu", "huber", "--out", file.toString()));
        Map<Integer, Integer> colours = colours(file, 1800, 1200);
        assertTrue(colours.get(0xffffff) > 1_000_000, "the background is not white");
        assertTrue(colours.getOrDefault(0x0072b2, 0) > 3_000, "the first curve is missing");
        assertTrue(colours.getOrDefault(0xd55e00, 0) > 3_000, "the second curve is missing");
    }

    /// No activation and no loss without its picture; values and slopes are those of the meaning in double.
    @Test
    void everyActivationAndLossOfTheRegistryCanBeDrawn() {
        List<String> names = Curve.functions().stream().map(Curve.Function::name).toList();
        for (Operation o : Operations.ALL) {
            if (o.kind() == Operation.Kind.ACTIVATION || o.kind() == Operation.Kind.LOSS) {
                assertTrue(names.contains(o.op().name()), o.op().name());
            }
        }
        for (String name : names) {
            Curve.Function function = Curve.named(name);
            Curve curve = Curve.of(function, function.low(), function.high());
            assertEquals(function.low(), curve.x()[0]);
            assertEquals(function.high(), curve.x()[Curve.POINTS - 1]);
            int numbers = 0;
            int jumps = 0;
            for (int i = 1; i < Curve.POINTS - 1; i++) {
                numbers += Float.isFinite(curve.y()[i]) && Float.isFinite(curve.slope()[i]) ? 1 : 0;
                double difference = ((double) curve.y()[i + 1] - curve.y()[i - 1])
                        / ((double) curve.x()[i + 1] - curve.x()[i - 1]);
                // Beside a kink or a jump the difference means nothing.
                jumps += Math.abs(difference - curve.slope()[i]) <= 0.02 * Math.max(1, Math.abs(difference)) ? 0 : 1;
                if (function.op() instanceof UnaryOp op) {
                    double tolerance = 1e-5 * Math.max(1, Math.abs(curve.y()[i]));
                    assertEquals(op.exact(curve.x()[i]), curve.y()[i], tolerance, name);
                }
            }
            assertEquals(Curve.POINTS - 2, numbers, name);
            assertTrue(jumps <= 12, name + " has " + jumps + " slopes that are none");
            assertTrue(good(run("plot", name)).out().contains("line: value, dashes: slope"), name);
        }
    }

    @Test
    void lossesAreDrawnAtTheTargetThatTheirTextNames() {
        float[][] expected = {
            at("softmax-cross-entropy", -2, 2), {(float) Math.log1p(Math.exp(2)), (float) Math.log1p(Math.exp(-2))},
            at("binary-cross-entropy", -2, 2), {(float) Math.log1p(Math.exp(2)), (float) Math.log1p(Math.exp(-2))},
            at("hinge", -2, 2), {3, 0},
            at("mean-squared-error", -2, 2), {4, 4},
            at("mean-absolute-error-sum", -2, 1), {2, 1},
            at("negative-log-likelihood", 0.25f, 0.5f), {(float) Math.log(4), (float) Math.log(2)},
            at("binary-cross-entropy-of-probabilities", 0, 1), {100, 0},
            at("kl-divergence", 0.5f, 0.8f), {(float) (0.8 * Math.log(1.6) + 0.2 * Math.log(0.4)), 0},
            at("soft-target-cross-entropy", 0, 1), {(float) Math.log(2),
                (float) (0.8 * Math.log1p(Math.exp(-1)) + 0.2 * Math.log1p(Math.exp(1)))}};
        for (int i = 0; i < expected.length; i += 2) {
            assertArrayEquals(expected[i + 1], expected[i], 2e-6f, "pair " + i / 2);
        }
    }

    private static float[] at(String name, float from, float to) {
        float[] y = Curve.of(Curve.named(name), from, to).y();
        return new float[] {y[0], y[Curve.POINTS - 1]};
    }

    /// 16 lines of 64 braille characters: relu is flat to the middle and then rises to the corner.
    @Test
    void theTerminalShowsTheCurve() {
        List<String> lines = good(run("plot", "relu")).out().lines().toList();
        assertEquals("relu  y = max(x, 0)", lines.get(0));
        List<String> plot = lines.subList(2, 18);
        for (String line : plot) {
            assertEquals(74, line.length(), line);
            assertTrue(line.substring(10).chars().allMatch(c -> c >= 0x2800 && c <= 0x28ff), line);
        }
        assertTrue(plot.getFirst().startsWith("        5 "), plot.getFirst());
        assertTrue(plot.getLast().startsWith("        0 "), plot.getLast());
        assertTrue((plot.getFirst().charAt(73) & 0x08) != 0, "the top right dot");
        assertTrue((plot.getLast().charAt(10) & 0x40) != 0, "the bottom left dot");
        assertEquals('\u2800', plot.getFirst().charAt(10));
        assertEquals("          -5" + " ".repeat(61) + "5", lines.get(18));
    }

    @Test
    void aTerminalWithoutBrailleGetsLetters() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertEquals(0, Main.run(new PrintStream(out, true, StandardCharsets.US_ASCII), System.err, "plot", "tanh"));
        String text = out.toString(StandardCharsets.US_ASCII);
        assertFalse(text.contains("?"), text);
        assertTrue(text.chars().filter(c -> c == '*').count() > 60, text);
        assertTrue(text.chars().filter(c -> c == '-').count() > 20, text);
    }

    @Test
    void wrongUsageIsASentenceAndCode2() {
        for (List<String> wrong : List.of(
                List.of("Missing required parameter: 'FUNCTION'"),
                List.of("function 'tahn' is unknown; choose one of relu, sigmoid, ", "tahn"),
                List.of("function 'linear' is unknown", "linear"),
                List.of("function 'TANH' was given twice; give it once", "tanh", "TANH"),
                List.of("--out is a.jpg; give a name that ends in .svg or .png", "tanh", "--out", "a.jpg"),
                List.of("--from is NaN; give a finite number", "tanh", "--from", "NaN"),
                List.of("--to is Infinity; give a finite number", "tanh", "--to", "Infinity"),
                List.of("--to is 'x'; give a number", "tanh", "--to", "x"),
                List.of("--from is 2.0; and --to is 1.0; give --from the smaller number", "tanh", "--from", "2", "--to",
                        "1"),
                List.of("--from is 1.0; and --to is 1.00001; between them there must be more than 401 floats", "tanh",
                        "--from", "1", "--to", "1.00001"),
                List.of("--from is -3.0E38; and --to is 3.0E38; between them", "tanh", "--from=-3e38", "--to", "3e38"),
                List.of("--from is 1.5; and --to is 2.0; negative-log-likelihood is a function of probabilities, 0 to "
                        + "1", "negative-log-likelihood", "--from", "1.5", "--to", "2"))) {
            String[] args = Stream.concat(Stream.of("plot"), wrong.stream().skip(1)).toArray(String[]::new);
            assertRefused(2, wrong.getFirst(), run(args));
        }
        assertRefused(1, "--out " + folder.resolve("no/a.svg") + ": the folder ",
                run("plot", "tanh", "--out", folder.resolve("no/a.svg").toString()));
    }

    @Test
    void trainDrawsItsCurvesWeightsAndMistakes() throws Exception {
        Path plots = folder.resolve("new/pictures");
        String out = good(run("train", "--epochs", "12", "--hidden", "9", "--plots", plots.toString())).out();
        try (Stream<Path> files = Files.list(plots)) {
            assertEquals(List.of("accuracy.png", "accuracy.svg", "confusion.png", "confusion.svg", "loss.png",
                    "loss.svg", "weights.png", "weights.svg"),
                    files.map(f -> f.getFileName().toString()).sorted().toList());
        }
        for (String name : List.of("loss", "accuracy")) {
            Document svg = xml(plots.resolve(name + ".svg"));
            List<List<double[]>> curves = curves(svg);
            assertEquals(List.of(12, 12), curves.stream().map(List::size).toList(), name);
            assertTrue(words(svg).containsAll(Set.of("train (running)", "test (after)", "epoch", name, "12")),
                    words(svg).toString());
            // The table of the run, once more as a curve: the same order of heights.
            double[] table = Pattern.compile("epoch +\\d+/12 loss (\\S+) acc (\\S+)").matcher(out).results()
                    .mapToDouble(m -> Double.parseDouble(m.group(name.equals("loss") ? 1 : 2))).toArray();
            assertEquals(12, table.length);
            double scale = (curves.get(0).get(0)[1] - curves.get(0).get(11)[1]) / (table[11] - table[0]);
            for (int i = 0; i < 12; i++) {
                assertEquals(curves.get(0).get(0)[1] - scale * (table[i] - table[0]), curves.get(0).get(i)[1], 1, name);
            }
            assertTrue(colours(plots.resolve(name + ".png"), 1800, 1080).get(0x0072b2) > 2_000, name);
        }
        // 9 units of 64 weights, and the strip of the scale.
        assertTrue(count(xml(plots.resolve("weights.svg")), "rect") >= 9 * 64, "weights are missing");
        BufferedImage weights = ImageIO.read(plots.resolve("weights.png").toFile());
        assertTrue(colours(plots.resolve("weights.png"), weights.getWidth(), weights.getHeight()).size() > 60);

        // The counts of the table stand in the matrix.
        Document matrix = xml(plots.resolve("confusion.svg"));
        int images = 0;
        NodeList texts = matrix.getElementsByTagName("text");
        for (int i = 0; i < texts.getLength(); i++) {
            String text = texts.item(i).getTextContent();
            images += text.matches("\\d+") ? Integer.parseInt(text) : 0;
        }
        assertEquals(360 + 2 * 45, images, "the counts, and 0 to 9 at each of two sides");
        assertTrue(words(matrix).stream().anyMatch(w -> w.endsWith(" of 360 test digits read right")));
        assertTrue(colours(plots.resolve("confusion.png"), 1320, 1360).size() > 10);
    }

    private static int count(Document svg, String element) {
        return svg.getElementsByTagName(element).getLength();
    }

    @Test
    void oneEpochAndOneUnitAreDrawnToo() throws Exception {
        good(run("train", "--quiet", "--epochs", "1", "--hidden", "1", "--task", "parity", "--init", "zero", "--plots",
                folder.toString()));
        assertTrue(words(xml(folder.resolve("weights.svg"))).contains("First layer: what its only unit looks for"));
        assertTrue(words(xml(folder.resolve("confusion.svg"))).containsAll(Set.of("even", "odd")));
    }

    @Test
    void moreUnitsThanOneSeesAreNotAllDrawn() throws Exception {
        good(run("train", "--quiet", "--epochs", "3", "--hidden", "300", "--early-stopping", "1", "--lr", "0.9",
                "--plots", folder.toString()));
        Document svg = xml(folder.resolve("weights.svg"));
        assertTrue(words(svg).contains("First layer: what the first 256 of 300 units look for"), words(svg).toString());
        assertTrue(words(xml(folder.resolve("loss.svg"))).contains("validation (after)"));
    }

    @Test
    void aFolderThatCannotBeMadeIsRefusedBeforeTraining() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertRefused(1, "--plots " + file + ": this is no folder; give the name of one",
                run("train", "--plots", file.toString()));
        assertRefused(1, "--plots " + file.resolve("x") + ": the folder could not be made",
                run("train", "--plots", file.resolve("x").toString()));
        assertRefused(2, "option '--plots' (DIR) should be specified only once", run("train", "--plots", "a", "--plots",
                "b"));
    }

    /// Two runs, one picture.
    @Test
    void thePicturesAreTheSameEveryTime() throws IOException {
        byte[][] bytes = new byte[4][];
        for (int i = 0; i < 4; i++) {
            Path file = folder.resolve(i % 2 == 0 ? "a.svg" : "a.png");
            good(run("plot", "gelu", "hinge", "--out", file.toString()));
            bytes[i] = Files.readAllBytes(file);
        }
        assertArrayEquals(bytes[0], bytes[2]);
        assertArrayEquals(bytes[1], bytes[3]);
        assertTrue(ImageIO.read(new ByteArrayInputStream(bytes[1])) != null);
    }

    // What another JVM prints.
    private static String elsewhere(List<String> flags, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java")
                .toString()));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "lanegrad.bench.Main"));
        command.addAll(Arrays.asList(args));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).directory(new File(".")).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /// Without Java's desktop classes: a sentence with what to install, before training; and all else works.
    @Test
    void withoutAFontSystemThereIsASentence() throws IOException {
        List<String> flags = List.of("--limit-modules", "java.base,java.logging,java.sql,jdk.unsupported,"
                + "java.management,jdk.management");
        for (String[] args : new String[][] {{"train", "--plots", folder.toString()},
            {"plot", "tanh", "--out", folder.resolve("a.svg").toString()}}) {
            String said = elsewhere(flags, args);
            assertTrue(said.contains("lanegrad: pictures cannot be drawn: "), said);
            assertTrue(said.contains("Install a JDK with its desktop module, fontconfig and a font"), said);
            assertFalse(said.contains("epoch") || said.contains("\tat "), said);
        }
        assertTrue(elsewhere(flags, "plot", "tanh").contains("y = tanh(x)"));
    }

    /// Training by itself pays nothing for what it does not use.
    @Test
    void trainLoadsNoneOfIt() throws IOException {
        List<String> flags = List.of("-Xlog:class+load", "--add-modules=jdk.incubator.vector");
        String plain = elsewhere(flags, "train", "--quiet", "--epochs", "1");
        assertTrue(plain.contains("lanegrad.bench.TrainCommand ") && plain.contains("test accuracy"), plain);
        for (String unused : List.of(" java.awt.", " org.jfree.", " org.apache.batik.", "lanegrad.bench.Charts ",
                "lanegrad.bench.TrainingPlots ", "lanegrad.bench.PredictCommand ", "lanegrad.bench.PlotCommand ",
                "lanegrad.bench.AsmCommand ", "lanegrad.nn.ModelFile ", "lanegrad.nn.Classifier ",
                "lanegrad.op.Operations ", "lanegrad.data.WholeFile ")) {
            assertFalse(plain.contains(unused), unused + " was loaded");
        }
        String drawing = elsewhere(flags, "plot", "tanh");
        assertFalse(drawing.contains(" java.awt.") || drawing.contains(" org.jfree."), "for a plot on the terminal");
    }
}
