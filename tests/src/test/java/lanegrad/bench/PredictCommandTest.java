package lanegrad.bench;

import static lanegrad.bench.CommandTest.assertRefused;
import static lanegrad.bench.CommandTest.run;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lanegrad.data.Dataset;
import lanegrad.data.Digits;
import lanegrad.data.Split;
import lanegrad.math.SplitMix;
import lanegrad.nn.Classifier;
import lanegrad.nn.Init;
import lanegrad.nn.ModelFile;
import lanegrad.nn.Objective;
import lanegrad.nn.Sequential;
import lanegrad.op.Relu;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `lanegrad predict`, and `train --save`, whose files it reads.
class PredictCommandTest {
    private static final String ROW = "0,".repeat(63) + "16";

    @TempDir
    Path folder;

    private static CommandTest.Run draw(String drawing, String... args) {
        return draw(new ByteArrayInputStream(drawing.getBytes(StandardCharsets.UTF_8)), args);
    }

    private static CommandTest.Run draw(InputStream in, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(in, new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8), args);
        return new CommandTest.Run(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static CommandTest.Run good(CommandTest.Run run) {
        assertEquals(0, run.code(), run.err());
        assertEquals("", run.err());
        return run;
    }

    private Path model(String... options) {
        Path file = folder.resolve("some.model");
        String[] args = Stream.concat(Stream.of("train", "--quiet", "--save", file.toString()), Stream.of(options))
                .toArray(String[]::new);
        good(run(args));
        return file;
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("digits.csv"), text);
    }

    // The lines of the report that train and predict both print: number, class, truth, shares.
    private static List<String> reported(String out) {
        return Pattern.compile("test digit (\\d+) shows (\\d); read as").matcher(out).results().map(MatchResult::group)
                .toList();
    }

    /// Trained on the spot, and kept by train: both say what train said, digit by digit and to the percent.
    @Test
    void predictAgreesWithTrain() throws IOException {
        Path json = folder.resolve("run.json");
        Path file = folder.resolve("some.model");
        String train = good(run("train", "--save", file.toString(), "--json", json.toString())).out();
        String confusion = JsonParser.parseString(Files.readString(json)).getAsJsonObject().get("confusion").toString();
        String spot = good(run("predict", "--index", "0-359", "--quiet")).out();
        assertEquals(spot, good(run("predict", "--index", "0-359", "--quiet", "--model", file.toString())).out());

        int[][] counts = new int[10][10];
        Pattern.compile("shows (\\d); read as (\\d)").matcher(spot).results()
                .forEach(m -> counts[Integer.parseInt(m.group(1))][Integer.parseInt(m.group(2))]++);
        assertEquals(confusion, Arrays.deepToString(counts).replace(" ", ""));
        assertTrue(train.contains(" (354 of 360 images)") && spot.endsWith("354 of 360 read right\n"), spot);

        List<String> misread = reported(train);
        assertEquals(4, misread.size());
        String numbers = misread.stream().map(s -> s.replaceAll("\\D*(\\d+).*", "$1")).collect(Collectors.joining(","));
        String shown = good(run("predict", "--index", numbers)).out();
        assertEquals(misread, reported(shown));
        // Train shows the three largest shares of each, predict all ten.
        List<String> three = shares(train.substring(train.indexOf("Misread")));
        List<String> ten = shares(shown);
        assertEquals(List.of(12, 40), List.of(three.size(), ten.size()));
        for (int i = 0; i < 12; i++) {
            assertTrue(ten.subList(i / 3 * 10, i / 3 * 10 + 10).contains(three.get(i)), three.get(i) + "\n" + shown);
        }
    }

    // "9 53.3%", in the order of the text.
    private static List<String> shares(String text) {
        return Pattern.compile("(\\d) +([0-9.]+%)  [━─]").matcher(text).results()
                .map(m -> m.group(1) + " " + m.group(2)).toList();
    }

    @Test
    void theSeedAndTheSplitAreThoseOfTrain() {
        String train = good(run("train", "--seed", "7", "--split-seed", "3", "--test-fraction", "0.1")).out();
        String accuracy = train.replaceAll("(?s).*test accuracy \\S+ \\((\\d+ of 180) images\\).*", "$1");
        String predict = good(run("predict", "--seed", "7", "--split-seed", "3", "--test-fraction", "0.1", "--quiet",
                "--index", "0-179")).out();
        assertTrue(predict.endsWith(accuracy + " read right\n"), accuracy + " in " + predict);
    }

    @Test
    void aDigitIsShownWithTheShareOfEveryClass() {
        String out = good(run("predict", "--index", "133")).out();
        assertTrue(out.startsWith("trained on 1,437 digits: 64-64-10 relu\n\n  test digit 133 shows 7; read as 9\n"),
                out);
        double sum = 0;
        List<MatchResult> shares = Pattern.compile("(?m) {3}   (\\d)  ([ 0-9.]{5})%  [━─]{20}$").matcher(out).results()
                .toList();
        assertEquals(10, shares.size(), out);
        for (int c = 0; c < 10; c++) {
            assertEquals(String.valueOf(c), shares.get(c).group(1));
            sum += Double.parseDouble(shares.get(c).group(2).strip());
        }
        assertEquals(100, sum, 0.6, out);
        assertTrue(out.contains("\n      ░░▒▒▓▓██▒▒  "), out);
    }

    @Test
    void parityModelsSayEvenOrOdd() {
        Path file = model("--task", "parity", "--hidden", "12,8", "--activation", "tanh", "--dropout", "0.1");
        String out = good(run("predict", "--model", file.toString(), "--index", "0,1", "--quiet")).out();
        assertTrue(out.matches("test digit 0 shows 6, even; read as even, [0-9.]+%\n"
                + "test digit 1 shows 9, odd; read as odd, [0-9.]+%\n2 of 2 read right\n"), out);
        String shown = good(run("predict", "--model", file.toString(), "--index", "1")).out();
        assertTrue(shown.startsWith(file + ": 64-12-8-1 tanh; test accuracy 0."), shown);
        assertTrue(shown.contains("   even  ") && shown.contains("    odd  "), shown);
        assertTrue(good(run("predict", "--task", "parity", "--index", "1", "--quiet")).out()
                .startsWith("test digit 1 shows 9, odd; read as odd, "));
    }

    /// A hinge gives no probabilities: scores are shown, without a sign of percent.
    @Test
    void lossesWithoutProbabilitiesShowScores() {
        Path file = model("--task", "parity", "--loss", "hinge", "--epochs", "3");
        String out = good(run("predict", "--model", file.toString(), "--index", "1")).out();
        assertFalse(out.contains("%"), out);
        assertTrue(out.contains("; read as odd"), out);
    }

    @Test
    void theFileHoldsTheWeightsThatWereTrained() throws IOException {
        Path json = folder.resolve("run.json");
        Path file = model("--epochs", "2", "--hidden", "16,8", "--json", json.toString());
        Classifier classifier = ModelFile.read(file);
        assertEquals(JsonParser.parseString(Files.readString(json)).getAsJsonObject().get("weights_sha256")
                .getAsString(), classifier.model().sha256());
        assertEquals("digits", classifier.task());
        assertEquals(0.0625f, classifier.scale());
        assertTrue(classifier.note().matches("test accuracy .* images\\)\nlanegrad 0.1.0, seed 42, hidden 16,8, "
                + "activation relu, .*"), classifier.note());
        byte[] first = Files.readAllBytes(file);
        assertArrayEquals(first, Files.readAllBytes(model("--epochs", "2", "--hidden", "16,8")), "same run, same file");
    }

    @Test
    void whatCannotBeSavedIsRefusedBeforeTraining() throws IOException {
        assertRefused(1, "does not exist; create it first", run("train", "--save", folder.resolve("no/a").toString()));
        assertRefused(1, "--save " + folder + ": this is a folder", run("train", "--save", folder.toString()));
        assertRefused(2, "option '--save' (MODEL) should be specified only once",
                run("train", "--save", "a", "--save", "b"));
        assertRefused(2, "Missing required parameter for option '--save'", run("train", "--save"));
    }

    @Test
    void linesOfAFileAreReadWithAndWithoutTheirDigit() throws IOException {
        Dataset test = Split.of(Digits.load(), 0.2, 42).test();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            for (int p = 0; p < 64; p++) {
                text.append(p == 0 ? "" : ",").append((int) test.x().get(i, p));
            }
            text.append(i == 1 ? "\n" : "," + test.y()[i] + "\n");
        }
        String name = file(text.toString()).toString();
        String out = good(run("predict", name, "--quiet")).out();
        assertTrue(out.matches("(?s)\\Q" + name + "\\E, line 1 shows 6; read as 6, .*%\n\\Q" + name
                + "\\E, line 2: read as 9, .*%\n\\Q" + name
                + "\\E, line 3 shows 3; read as 3, .*\n2 of 2 read right\n"), out);
        String drawn = good(run("predict", name)).out();
        assertEquals(30, drawn.lines().filter(l -> l.contains("%")).count(), drawn);
    }

    @Test
    void badLinesAreSentencesWithFileAndLine() throws IOException {
        for (List<String> bad : List.of(
                List.of(ROW + "\n1,2,3\n", "line 2: the row is too short, 3 columns instead of 64 or 65; give 64 "
                        + "pixels and, if it is known, the label"),
                List.of(ROW + ",1,2\n", "line 1: the row is too long, 66 columns instead of 64 or 65"),
                List.of(ROW.replaceFirst("0", "17") + "\n",
                        "line 1, column 1: the pixel is \"17\", not a whole number"),
                List.of(ROW.replaceFirst("0", "-1") + "\n", "line 1, column 1: the pixel is \"-1\""),
                List.of(ROW + ",10\n", "line 1, column 65: the label is \"10\""),
                List.of(ROW + ",\n", "line 1, column 65: the label is empty"),
                List.of("", " is empty"))) {
            Path file = file(bad.get(0));
            assertRefused(1, file + (bad.get(1).startsWith(" ") ? "" : ", ") + bad.get(1),
                    run("predict", file.toString()));
        }
        assertRefused(1, "there is no such file", run("predict", folder.resolve("missing.csv").toString()));
        assertRefused(1, "is a directory", run("predict", folder.toString()));
    }

    /// Training takes lines with a label only.
    @Test
    void trainStillNeedsLabels() throws IOException {
        assertRefused(1, "line 1: the row is too short, 64 columns instead of 65",
                run("train", "--data", file(ROW + "\n").toString()));
    }

    @Test
    void aDrawingIsReadFromAPipe() {
        String one = "   =@    \n".substring(0, 8) + "\n" + ("   @@   \n").repeat(6) + "   @@\n";
        String out = good(draw(one, "predict", "--draw")).out();
        assertTrue(out.contains("  your drawing: read as 1\n"), out);
        assertEquals(10, out.lines().filter(l -> l.contains("%")).count(), out);
        assertFalse(out.contains("read right"), out);
        String shades = good(draw("04589cdg\r\n .:-=+*#\n" + "\n".repeat(6) + "\n\n", "predict", "--draw")).out();
        assertTrue(shades.contains("    ░░░░▒▒▒▒▓▓▓▓██"), shades);
    }

    @Test
    void everyShadeHasItsInk() {
        String characters = " .:-=+*#%@░▒▓█0123456789abcdefgABCDEFG";
        int[] expected = {0, 2, 4, 5, 7, 9, 11, 12, 14, 16, 4, 8, 12, 16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
            14, 15, 16, 10, 11, 12, 13, 14, 15, 16};
        assertArrayEquals(expected, characters.chars().map(c -> Drawing.ink((char) c)).toArray());
        for (char c : new char[] {'h', 'x', '\t', '\u0663', '\u00a0', 0}) {
            assertEquals(-1, Drawing.ink(c), "\\u" + Integer.toHexString(c));
        }
    }

    @Test
    void badDrawingsAreSentences() {
        String line = "12345678\n";
        for (List<String> bad : List.of(
                List.of("", "--draw: the drawing has 0 lines; give 8 lines of 8 characters, blank ones too"),
                List.of(line, "--draw: the drawing has 1 line; give 8"),
                List.of(line.repeat(9), "--draw: the drawing has 9 lines; give 8"),
                List.of(line.repeat(3) + "123456789\n" + line.repeat(4), "--draw: line 4 has 9 characters; give 8"),
                List.of(line.repeat(7) + "12x\n", "--draw: line 8, column 3: 'x' is no shade; use ' .:-=+*#%@' from"),
                List.of("\t\u001b1\n" + line.repeat(7), "--draw: line 1, column 1: the control character \\x09 is"))) {
            assertRefused(1, bad.get(1), draw(bad.get(0), "predict", "--draw"));
        }
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return '1';
            }
        };
        assertRefused(1, "--draw: standard input has more than 4096 bytes", draw(endless, "predict", "--draw"));
    }

    @Test
    void wrongUsageIsASentenceAndCode2() {
        for (List<String> wrong : List.of(
                List.of("there is nothing to predict; give one of FILE.csv, --index N and --draw"),
                List.of("there is too much to predict; give one of", "--draw", "--index", "1"),
                List.of("there is too much to predict; give one of", "a.csv", "--draw"),
                List.of("argument 'b.csv' is unknown", "a.csv", "b.csv"),
                List.of("--index is 360; the test part has 360 digits; give 0 to 359", "--index", "360"),
                List.of("--index is 9-3; give the smaller number first", "--index", "9-3"),
                List.of("--index: 'x' is no digit's number", "--index", "x"),
                List.of("--index: '' is no digit's number", "--index", "1,"),
                List.of("--index: '-1' is no digit's number", "--index=-1"),
                List.of("--index: '99999999999' is no digit's number", "--index", "99999999999"),
                List.of("task 'odd' is unknown", "--task", "odd", "--index", "1"),
                List.of("--test-fraction is 2.0; give a number", "--test-fraction", "2", "--index", "1"),
                List.of("--task was given; --model is trained already; leave the option out", "--model", "m", "--task",
                        "parity", "--index", "1"),
                List.of("--seed was given; --model is trained already", "--model", "m", "--seed=3", "--index", "1"),
                List.of("--data was given; with --model it only says where --index looks", "--model", "m", "--data",
                        "d.csv", "a.csv"),
                List.of("option '--index' (N) should be specified only once", "--index", "1", "--index", "2"),
                List.of("--split-seed was given twice; give it once", "--index", "1", "--split-seed", "1", "--seed",
                        "1", "--split-seed", "2"),
                List.of("option '--modl' is unknown; did you mean --model", "--modl", "m"))) {
            String[] args = Stream.concat(Stream.of("predict"), wrong.stream().skip(1)).toArray(String[]::new);
            assertRefused(2, wrong.getFirst(), run(args));
        }
    }

    @Test
    void modelsThatCannotBeUsedAreSentences() throws IOException {
        Path file = model("--epochs", "1", "--hidden", "4");
        byte[] bytes = Files.readAllBytes(file);
        byte[] flipped = bytes.clone();
        flipped[500] ^= 1;
        byte[] newer = bytes.clone();
        newer[8] = 7;
        Sequential small = Sequential.perceptron(Relu.OP, Init.HE, new SplitMix(1), 3, 10);
        List<String> ten = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        byte[] foreign = ModelFile.encode(new Classifier(small, Objective.SOFTMAX_CROSS_ENTROPY, 1, "digits", ten, ""));
        byte[] rude = ModelFile.encode(new Classifier(small, Objective.SOFTMAX_CROSS_ENTROPY, 1, "\u001b[2Jx", ten,
                "\u001b[2J"));
        for (Object[] bad : new Object[][] {
            {Arrays.copyOf(bytes, 300), " is cut short: it has 300 bytes of "},
            {flipped, " is damaged: its content"},
            {newer, " is a model of version 7, and this program reads version 1"},
            {"a,b\n".getBytes(), " is no model: "}, {new byte[0], " is empty"},
            {foreign, ": its task is 'digits' with 10 classes, of 3 features; predict knows digits and parity"},
            {rude, ": its task is ' [2Jx'"}}) {
            Files.write(file, (byte[]) bad[0]);
            CommandTest.Run run = run("predict", "--model", file.toString(), "--index", "1");
            assertRefused(1, file + (String) bad[1], run);
            assertFalse((run.out() + run.err()).contains("\u001b"), "the file commands the terminal");
        }
        assertRefused(1, "there is no such file; check the path, or write it with train --save",
                run("predict", "--model", folder.resolve("none").toString(), "--index", "1"));
        assertRefused(1, "is a folder; give the model file itself",
                run("predict", "--model", folder.toString(), "--index", "1"));
    }

    @Test
    void helpNamesEveryOption() {
        CommandTest.Run run = good(run("predict", "--help"));
        for (String option : List.of("FILE.csv", "--index", "--draw", "--model", "--quiet", "--seed", "--task",
                "--data", "--split-seed", "--test-fraction")) {
            assertTrue(run.out().contains(option), option + " is missing in " + run.out());
        }
        assertTrue(run.out().contains("' .:-=+*#%@' from paper to full ink") && !run.out().contains("%n"), run.out());
        String train = good(run("train", "--help")).out();
        assertTrue(train.contains(" --save=MODEL") && train.contains(" --plots=DIR"), train);
    }
}
