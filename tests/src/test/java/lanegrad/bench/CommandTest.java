package lanegrad.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import lanegrad.nn.Objective;
import lanegrad.op.Activations;
import lanegrad.op.Operation;
import lanegrad.op.Operations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The command line as its users meet it: what it prints, its exit codes, and a sentence for every bad input.
class CommandTest {
    private static final String GOOD_ROW = "0,".repeat(63) + "16,3";

    @TempDir
    Path folder;

    record Run(int code, String out, String err) {
    }

    static Run run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8), args);
        return new Run(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /// What a run prints in a JVM of its own, which has a flag more.
    static String runWith(String flag, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), flag,
                "--add-modules=jdk.incubator.vector", "-cp", System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), out);
        return out;
    }

    static void assertRefused(int code, String sentence, Run run) {
        assertEquals(code, run.code(), run.err());
        assertTrue(run.err().startsWith("lanegrad: "), run.err());
        assertTrue(run.err().contains(sentence), run.err());
        assertFalse(run.err().contains("\tat "), run.err());
        assertFalse(run.out().contains("epoch"), "nothing is trained on bad input: " + run.out());
    }

    static Stream<List<String>> wrongUsage() {
        return Stream.of(
                List.of("option '--hiden' is unknown; did you mean --hidden", "--hiden", "32"),
                List.of("activation 'reul' is unknown; choose one of relu", "--activation", "reul"),
                List.of("optimizer 'adan' is unknown; choose one of sgd, rmsprop, adagrad, adam, adamw", "--optimizer",
                        "adan"),
                List.of("init 'hee' is unknown; choose one of he", "--init", "hee"),
                List.of("backend 'gpu' is unknown; choose auto, scalar or vector", "--backend", "gpu"),
                List.of("--hidden is 0; a layer has 1 to", "--hidden", "0"),
                List.of("--hidden is -3; a layer has 1 to", "--hidden", "64,-3"),
                List.of("--hidden: '' is not a whole number", "--hidden", "64,"),
                List.of("--hidden: 'many' is not a whole number", "--hidden", "many"),
                List.of("--batch is 1438; the training data has 1437 examples", "--batch", "1438"),
                List.of("--batch is 0; give 1 or more", "--batch", "0"),
                List.of("--lr is NaN; give a finite number above 0", "--lr", "NaN"),
                List.of("--lr is 0.0; give a finite number above 0", "--lr", "0"),
                List.of("--lr is Infinity; give a finite number above 0", "--lr", "Infinity"),
                List.of("--lr is 'fast'; give a number", "--lr", "fast"),
                List.of("--lr is ''; give a number", "--lr", ""),
                List.of("--epochs is '1.5'; give a whole number below 2^31", "--epochs", "1.5"),
                List.of("--epochs is '3000000000'; give a whole number below 2^31", "--epochs", "3000000000"),
                List.of("--seed is 'x'; give a whole number below 2^63", "--seed", "x"),
                List.of("Missing required parameter for option '--lr' (RATE)", "--lr"),
                List.of("'--early-stopping' but found '--quiet'", "--early-stopping", "--quiet"),
                List.of("--hidden is 65536,65536; layer 2 would have an array of 4294967296 floats", "--hidden",
                        "65536,65536"),
                List.of("--data is ''; give the name of a CSV file", "--data", ""),
                List.of("--momentum is 1.0; give 0 to below 1", "--momentum", "1"),
                List.of("--momentum is 0.5; adam has its own", "--optimizer", "adam", "--momentum", "0.5"),
                List.of("--epochs is 0; give 1 to", "--epochs", "0"),
                List.of("--threads is 0; give 1 to 64", "--threads", "0"),
                List.of("--test-fraction is NaN; give a number between 0 and 1", "--test-fraction", "NaN"),
                List.of("--test-fraction is 1.0; give a number between 0 and 1", "--test-fraction", "1"),
                List.of("--split-seed is -1; give 0 to", "--split-seed", "-1"),
                List.of("--batch: 'many' is not a whole number; give the examples of a step, or all", "--batch",
                        "many"),
                List.of("--batch is -1; give 1 or more, or all", "--batch", "-1"),
                List.of("--batch is 1294; the training data has 1293 examples", "--batch", "1294",
                        "--early-stopping", "3"),
                List.of("init 'uniform:1' has 1 number and takes 2", "--init", "uniform:1"),
                List.of("--dropout is 1.0; give 0 to below 1", "--dropout", "1"),
                List.of("--dropout is NaN; give 0 to below 1", "--dropout", "NaN"),
                List.of("task 'odd' is unknown; choose one of digits, parity", "--task", "odd"),
                List.of("loss 'l2' is unknown; choose one of softmax-cross-entropy, ", "--loss", "l2"),
                List.of("--loss is binary-cross-entropy; it tells two classes apart, and --task digits has 10",
                        "--loss", "binary-cross-entropy"),
                List.of("--momentum is 0.5; adamw has its own", "--optimizer", "adamw", "--momentum", "0.5"),
                List.of("--momentum is 0.5; adagrad has none", "--optimizer", "adagrad", "--momentum", "0.5"),
                List.of("--nesterov was given; it belongs to sgd, not to rmsprop", "--optimizer", "rmsprop",
                        "--nesterov"),
                List.of("--nesterov was given; it looks ahead along the momentum, which is 0", "--nesterov",
                        "--momentum", "0"),
                List.of("--weight-decay is -0.1; give a finite number, 0 or more", "--weight-decay", "-0.1"),
                List.of("--weight-decay is NaN; give a finite number, 0 or more", "--weight-decay", "NaN"),
                List.of("--clip-norm is 0.0; give a finite number above 0", "--clip-norm", "0"),
                List.of("--clip-value is NaN; give a finite number above 0", "--clip-value", "NaN"),
                List.of("--clip-value is 1.0; --clip-norm limits the gradient already", "--clip-value", "1",
                        "--clip-norm", "1"),
                List.of("schedule 'linear' is unknown; choose one of constant, step", "--schedule", "linear"),
                List.of("schedule 'step:3' has 1 number and takes 2; write for instance step:5:0.5", "--schedule",
                        "step:3"),
                List.of("schedule 'constant:1' has 1 number and takes none", "--schedule", "constant:1"),
                List.of("schedule 'step:x:0.5': 'x' is not a whole number", "--schedule", "step:x:0.5"),
                List.of("schedule 'cosine:low': 'low' is not a number", "--schedule", "cosine:low"),
                List.of("schedule 'step:0:0.5': step decay: the number of epochs is 0; give 1 or more", "--schedule",
                        "step:0:0.5"),
                List.of("schedule 'step:5:': '' is not a number", "--schedule", "step:5:"),
                List.of("schedule 'step:' has 1 number and takes 2", "--schedule", "step:"),
                List.of("schedule '' is unknown; choose one of constant", "--schedule", ""),
                List.of("schedule 'plateau:0.5:-1': plateau: the patience is -1 epochs; give 0 or more", "--schedule",
                        "plateau:0.5:-1"),
                List.of("--schedule is cosine:10; its last rate is above the learning rate 0.2; give a smaller one",
                        "--schedule", "cosine:10", "--warmup", "2"),
                List.of("plateau: the factor is 1.0; it must be above 0.0 and below 1.0", "--schedule", "plateau:1:3"),
                List.of("--warmup is -1; give 0 or more epochs", "--warmup", "-1"),
                List.of("--warmup is 20; the run has 20 epochs; leave some", "--warmup", "20"),
                List.of("--early-stopping is 0; give 1 or more epochs", "--early-stopping", "0"),
                List.of("--validation is 1.0; give 0 to below 1", "--validation", "1"),
                List.of("--validation is 0.0; --early-stopping and --schedule plateau decide by validation data",
                        "--validation", "0", "--schedule", "plateau"),
                List.of("--hidden was given twice; give it once", "--hidden", "8", "--hidden=9"),
                List.of("--batch was given twice; give it once", "--batch", "8", "--loss", "huber", "--batch", "9"),
                List.of("--quiet", "--quiet", "--quiet"),
                List.of("argument 'surplus' is unknown", "surplus"));
    }

    @ParameterizedTest
    @MethodSource("wrongUsage")
    void wrongUsageIsASentenceAndCode2(List<String> sentenceAndArguments) {
        List<String> args = new ArrayList<>(List.of("train"));
        args.addAll(sentenceAndArguments.subList(1, sentenceAndArguments.size()));
        assertRefused(2, sentenceAndArguments.getFirst(), run(args.toArray(String[]::new)));
    }

    @Test
    void unknownCommandIsASentenceAndCode2() {
        assertRefused(2, "argument 'tarin' is unknown; did you mean", run("tarin"));
    }

    @Test
    void noCommandShowsTheUsageAndCode2() {
        Run run = run();
        assertEquals(2, run.code());
        assertTrue(run.out().contains("Usage: lanegrad"), run.out());
    }

    @Test
    void helpIsCode0AndNamesEveryOption() {
        Run run = run("train", "--help");
        assertEquals(0, run.code());
        for (String option : List.of("--hidden", "--activation", "--optimizer", "--lr", "--momentum", "--batch",
                "--epochs", "--seed", "--split-seed", "--test-fraction", "--init", "--backend", "--threads", "--data",
                "--json", "--quiet", "--task", "--loss", "--nesterov", "--weight-decay", "--clip-norm", "--clip-value",
                "--schedule", "--warmup", "--early-stopping", "--validation", "--dropout")) {
            assertTrue(run.out().contains(" " + option), option + " is missing in " + run.out());
        }
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void badDataIsASentenceWithLineAndColumnAndCode1() throws IOException {
        Path gzip = folder.resolve("cut.csv.gz");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(gzip))) {
            out.write((GOOD_ROW + "\n").repeat(200).getBytes(StandardCharsets.US_ASCII));
        }
        byte[] whole = Files.readAllBytes(gzip);
        Files.write(gzip, java.util.Arrays.copyOf(whole, whole.length / 2));
        for (List<String> bad : List.of(
                List.of("missing.csv", folder.resolve("missing.csv").toString()),
                List.of("line 2", file("short.csv", GOOD_ROW + "\n1,2,3\n").toString()),
                List.of("line 1", file("letter.csv", GOOD_ROW.replaceFirst("0", "x") + "\n").toString()),
                List.of("label", file("label.csv", "0,".repeat(64) + "10\n").toString()),
                List.of("empty", file("empty.csv", "").toString()),
                List.of("cut.csv.gz", gzip.toString()))) {
            assertRefused(1, bad.get(0), run("train", "--data", bad.get(1)));
        }
    }

    @Test
    void dataThatLeavesNoneToTrainOnIsASentenceAboutTheOption() throws IOException {
        assertRefused(1, "--test-fraction is 0.9999; of 1797 rows it leaves none to train on; give a smaller share",
                run("train", "--test-fraction", "0.9999"));
        assertRefused(1, "--validation is 0.9999; of 1437 rows it leaves none to train on",
                run("train", "--validation", "0.9999"));
        String one = file("one.csv", GOOD_ROW + "\n").toString();
        assertRefused(1, "--test-fraction is 0.2; of 1 row it leaves none", run("train", "--data", one));
        String three = file("three.csv", (GOOD_ROW + "\n").repeat(3)).toString();
        assertRefused(2, "--batch is 2; the training data has 1 example; give 1, or all",
                run("train", "--data", three, "--batch", "2", "--validation", "0.5"));
    }

    @Test
    void jsonNeverReplacesItsOwnData() throws IOException {
        Path data = file("three.csv", (GOOD_ROW + "\n").repeat(3));
        Path same = folder.resolve("./three.csv");
        assertRefused(2, "this is the file of --data, which would be lost; give another name",
                run("train", "--data", data.toString(), "--batch", "all", "--json", same.toString()));
        assertEquals((GOOD_ROW + "\n").repeat(3), Files.readString(data));
    }

    /// Replaced is what a link leads to, and the file is as open as any new one.
    @Test
    void jsonFollowsLinks() throws IOException {
        Path json = file("run.json", "old");
        Path usual = Files.createFile(folder.resolve("usual"));
        Path link = Files.createSymbolicLink(folder.resolve("link.json"), json);
        assertEquals(0, run("train", "--epochs", "1", "--quiet", "--json", link.toString()).code());
        assertTrue(Files.isSymbolicLink(link));
        assertTrue(Files.readString(json).startsWith("{"));
        assertEquals(Files.getPosixFilePermissions(usual), Files.getPosixFilePermissions(json));
    }

    /// A pipe stands for all that is no file: the run goes into it, and it stays.
    @Test
    void jsonGoesIntoAPipe() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        String[] text = new String[1];
        Thread reader = new Thread(() -> {
            try {
                text[0] = Files.readString(pipe);
            } catch (IOException e) {
                text[0] = e.toString();
            }
        });
        reader.start();
        assertEquals(0, run("train", "--epochs", "1", "--quiet", "--json", pipe.toString()).code());
        reader.join();
        assertTrue(text[0].startsWith("{") && text[0].endsWith("}\n"), text[0]);
        assertFalse(Files.isRegularFile(pipe));
    }

    @Test
    void aHeapTooSmallIsASentence() {
        assumeTrue(Runtime.getRuntime().maxMemory() < 8L << 30, "the heap would hold it");
        assertRefused(1, "MB is too small; ask for less, for instance fewer units or a smaller batch, or give it more: "
                + "LANEGRAD_JAVA_OPTS=-Xmx8g", run("train", "--hidden", "30000,65536"));
    }

    @Test
    void jsonWithoutANameIsRefused() {
        assertRefused(1, "--json is empty; give the name of a file", run("train", "--json", ""));
        assertRefused(1, "this is a folder", run("train", "--json", "/"));
    }

    @Test
    void jsonIntoAMissingFolderIsRefusedBeforeTraining() {
        assertRefused(1, "does not exist; create it first",
                run("train", "--json", folder.resolve("no/such/run.json").toString()));
        assertFalse(Files.exists(folder.resolve("no")));
    }

    @Test
    void jsonOntoAFolderIsRefused() {
        assertRefused(1, "this is a folder", run("train", "--json", folder.toString()));
    }

    @Test
    void aRunPrintsWhatItPromisesAndWritesItsFile() throws IOException {
        Path json = folder.resolve("run.json");
        Run run = run("train", "--epochs", "3", "--hidden", "16,12", "--json", json.toString());
        assertEquals(0, run.code(), run.err());
        assertEquals("", run.err());
        assertTrue(run.out().startsWith("lanegrad 0.1.0, JDK 25"), run.out());
        for (String part : List.of("1,437 digits to train on, 360 to test on", "dense relu         [32, 16]",
                "1,040", "total", "epoch   3/3", "read as", "Misread, 4 of", "images per second", "Try next")) {
            assertTrue(run.out().contains(part), part + " is missing in\n" + run.out());
        }
        JsonObject o = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
        assertEquals(List.of("version", "jdk", "backend", "lanes", "threads", "seed", "config", "train_examples",
                "validation_examples", "test_examples", "epochs", "kept_epoch", "test_accuracy", "macro_precision",
                "macro_recall", "macro_f1", "weights_sha256", "confusion"),
                List.copyOf(o.keySet()));
        assertEquals(3, o.getAsJsonArray("epochs").size());
        assertEquals(360, o.get("test_examples").getAsInt());
        assertTrue(run.out().contains(o.get("weights_sha256").getAsString()));
        int images = 0;
        for (var row : o.getAsJsonArray("confusion")) {
            for (var cell : row.getAsJsonArray()) {
                images += cell.getAsInt();
            }
        }
        assertEquals(360, images);
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(json), files.toList(), "no temporary file stays behind");
        }
    }

    @Test
    void backendAndThreadsChangeNoBit() throws IOException {
        List<String> hashes = new ArrayList<>();
        for (String[] how : new String[][] {{"scalar", "1"}, {"vector", "1"}, {"vector", "3"}}) {
            Path json = folder.resolve("run.json");
            assertEquals(0, run("train", "--epochs", "2", "--quiet", "--backend", how[0], "--threads", how[1], "--json",
                    json.toString()).code());
            hashes.add(JsonParser.parseString(Files.readString(json)).getAsJsonObject().get("weights_sha256")
                    .getAsString());
        }
        assertEquals(hashes.get(0), hashes.get(1));
        assertEquals(hashes.get(0), hashes.get(2));
    }

    /// A brief run would end before its vector kernels are compiled.
    @Test
    void autoTakesScalarForBriefRunsOnly() {
        String brief = run("train", "--epochs", "1", "--hidden", "4").out().lines().findFirst().orElseThrow();
        assertTrue(brief.contains("scalar backend (a run this short"), brief);
        String forced = run("train", "--epochs", "1", "--hidden", "4", "--backend", "vector").out();
        assertTrue(forced.contains("vector backend"), forced);
        String lasting = run("train", "--epochs", "2", "--hidden", "512,512").out();
        assertTrue(lasting.contains("vector backend"), lasting);
    }

    @Test
    void theDefaultsReachTheAccuracyThatTheyPromise() {
        Run run = run("train", "--quiet");
        assertEquals(0, run.code(), run.err());
        String[] words = run.out().strip().split("[ ()]+");
        assertTrue(Integer.parseInt(words[3]) >= 351, "97.5% of 360 is 351 images: " + run.out());
    }

    @Test
    void everyActivationOfTheRegistryTrains() {
        for (Operation o : Activations.ALL) {
            Run run = run("train", "--quiet", "--epochs", "1", "--activation", o.op().name());
            assertEquals(0, run.code(), run.err());
        }
    }

    private JsonObject json(String... options) throws IOException {
        Path json = folder.resolve("run.json");
        List<String> args = new ArrayList<>(List.of("train", "--json", json.toString()));
        args.addAll(List.of(options));
        Run run = run(args.toArray(String[]::new));
        assertEquals(0, run.code(), run.err());
        JsonObject o = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
        o.addProperty("out", run.out());
        return o;
    }

    private static List<String> epoch(JsonObject run) {
        return List.copyOf(run.getAsJsonArray("epochs").get(0).getAsJsonObject().keySet());
    }

    @Test
    void parityHasOneOutputAndTwoClasses() throws IOException {
        JsonObject o = json("--task", "parity", "--epochs", "4");
        String out = o.get("out").getAsString();
        assertTrue(out.contains("dense              [32, 1]"), out);
        assertTrue(out.contains("read as even  odd"), out);
        assertEquals(2, o.getAsJsonArray("confusion").size());
        assertTrue(o.get("test_accuracy").getAsDouble() > 0.95, out);
        assertEquals("binary-cross-entropy", o.getAsJsonObject("config").get("loss").getAsString());
        assertTrue(o.get("macro_f1").getAsDouble() > 0.95);
    }

    /// One option of a group leaves the others of the group as they were.
    @Test
    void theFileHoldsEverySetting() throws IOException {
        JsonObject usual = json("--epochs", "1").getAsJsonObject("config");
        JsonObject o = json("--epochs", "3", "--hidden", "16", "--dropout", "0.25", "--nesterov", "--clip-norm", "5",
                "--schedule", "cosine:0.01", "--warmup", "1", "--weight-decay", "0.001", "--batch", "all", "--loss",
                "huber", "--lr", "0.5", "--split-seed", "3");
        JsonObject config = o.getAsJsonObject("config");
        assertEquals(usual.keySet(), config.keySet());
        assertEquals("{hidden=\"16\", activation=\"relu\", init=\"he\", dropout=0.25, optimizer=\"sgd\", lr=0.5, "
                + "momentum=0.9, nesterov=true, weight_decay=0.001, clip_norm=5.0, clip_value=null, loss=\"huber\", "
                + "batch=1437, epochs=3, schedule=\"cosine:0.01\", warmup=1, early_stopping=null, task=\"digits\", "
                + "split_seed=3, test_fraction=0.2, validation=0.0, data=\"bundled\"}", config.asMap().toString());
        String out = o.get("out").getAsString();
        assertTrue(out.contains("batches of 1437, sgd with Nesterov momentum 0.9, learning rate 0.5, weight decay "
                + "0.001, gradients up to length 5.0"), out);
        assertTrue(out.contains("loss huber; schedule cosine:0.01; warm-up of 1 epoch"), out);
        assertTrue(out.contains("dropout 0.25"), out);
        assertTrue(out.contains("test (after)"), out);
    }

    /// What decides when to stop is neither trained on nor tested on.
    @Test
    void earlyStoppingDecidesByExamplesKeptAside() throws IOException {
        JsonObject o = json("--early-stopping", "2", "--epochs", "60", "--lr", "0.4");
        String out = o.get("out").getAsString();
        int epochs = o.getAsJsonArray("epochs").size();
        assertTrue(epochs < 60, out);
        assertEquals(epochs - 2, o.get("kept_epoch").getAsInt());
        assertTrue(out.contains("ended after epoch " + epochs + "; the weights are those of epoch " + (epochs - 2)),
                out);
        assertTrue(out.contains("1,293 digits to train on, 144 to validate by, 360 to test on"), out);
        assertTrue(out.contains("validation (after)"), out);
        assertTrue(out.contains("stops after 2 epochs without gain"), out);
        assertEquals(144, o.get("validation_examples").getAsInt());
        assertEquals(List.of("epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy",
                "seconds"), epoch(o));
        assertEquals(List.of("epoch", "train_loss", "train_accuracy", "test_loss", "test_accuracy", "seconds"),
                epoch(json("--epochs", "1")));
    }

    static List<String> optimizers() {
        return List.of("sgd", "rmsprop", "adagrad", "adam", "adamw");
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void everyOptimizersUsualRateLearns(String optimizer) throws IOException {
        JsonObject o = json("--optimizer", optimizer, "--epochs", "5");
        assertTrue(o.get("test_accuracy").getAsDouble() > 0.9, optimizer + ": " + o.get("out").getAsString());
        assertEquals(optimizer, o.getAsJsonObject("config").get("optimizer").getAsString());
    }

    @Test
    void everyLossTrainsItsTask() throws IOException {
        for (Objective objective : Objective.all()) {
            String task = objective.targets().single() ? "parity" : "digits";
            JsonObject o = json("--epochs", "2", "--task", task, "--loss", objective.name(), "--optimizer", "adam");
            assertTrue(o.get("out").getAsString().contains("Misread"), objective.name());
            assertEquals(objective.targets().single() ? 2 : 10, o.getAsJsonArray("confusion").size());
        }
    }

    /// At a rate that suits the loss, unless another is given: half-squared-error diverges at 0.2.
    @Test
    void everyLossesUsualRateLearns() throws IOException {
        for (Objective objective : Objective.all()) {
            for (String task : objective.targets().single() ? List.of("parity") : List.of("digits", "parity")) {
                for (String seed : List.of("1", "2", "3")) {
                    JsonObject o = json("--task", task, "--loss", objective.name(), "--seed", seed);
                    // Absolute errors do not learn all classes from every start.
                    boolean some = objective.name().equals("mean-absolute-error") && task.equals("digits");
                    assertTrue(o.get("test_accuracy").getAsDouble() > (some ? 0.75 : 0.93),
                            task + " " + objective.name() + ": " + o.get("out").getAsString());
                }
            }
        }
    }

    @Test
    void theUsualRateIsThatOfTheLossAndYieldsToAnother() throws IOException {
        for (List<String> c : List.of(List.of("0.2", "huber", "sgd", "digits"),
                List.of("0.05", "half-squared-error", "sgd", "digits"),
                List.of("1.0", "mean-absolute-error", "sgd", "digits"),
                List.of("0.2", "mean-absolute-error", "sgd", "parity"),
                List.of("0.003", "mean-absolute-error", "adam", "digits"))) {
            List<String> options = List.of("--epochs", "1", "--loss", c.get(1), "--optimizer", c.get(2), "--task",
                    c.get(3));
            JsonObject o = json(options.toArray(String[]::new));
            assertEquals(c.get(0), o.getAsJsonObject("config").get("lr").getAsString());
            assertTrue(o.get("out").getAsString().contains("learning rate " + c.get(0)), o.get("out").getAsString());
        }
        assertEquals("0.3", json("--epochs", "1", "--loss", "half-squared-error", "--lr", "0.3")
                .getAsJsonObject("config").get("lr").getAsString());
    }

    @Test
    void everyScheduleTrains() throws IOException {
        for (String schedule : List.of("constant", "step", "step:1:0.1", "exponential", "exponential:0.5", "cosine",
                "plateau", "plateau:0.1:0")) {
            JsonObject o = json("--epochs", "3", "--schedule", schedule, "--warmup", "1");
            assertTrue(o.get("test_accuracy").getAsDouble() > 0.5, schedule);
        }
    }

    @Test
    void theOperationTableHoldsEveryOperation() {
        Run run = run("ops");
        assertEquals(0, run.code());
        for (Operation o : Operations.ALL) {
            assertTrue(run.out().contains(o.op().name()), o.op().name());
            assertTrue(run.out().contains(o.formula()), o.formula());
        }
    }

    @Test
    void theDoctorNamesBackendLanesAndMachine() {
        Run run = run("doctor");
        assertEquals(0, run.code(), run.err());
        for (String part : List.of("JDK", "vector module", "backend", "fused multiply-add", "cores", "heap")) {
            assertTrue(run.out().contains(part), part + " is missing in\n" + run.out());
        }
    }
}
