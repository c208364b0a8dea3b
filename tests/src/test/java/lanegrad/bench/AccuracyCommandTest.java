package lanegrad.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import lanegrad.Backend;
import lanegrad.bench.accuracy.AccuracyTable;
import lanegrad.bench.accuracy.Finding;
import lanegrad.bench.accuracy.Inputs;
import lanegrad.bench.accuracy.Subject;
import lanegrad.op.Operation;
import lanegrad.op.Operations;
import lanegrad.op.UnaryOp;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `lanegrad accuracy` as its users meet it, and its table of recorded findings.
class AccuracyCommandTest {
    @TempDir
    Path folder;

    static Stream<List<String>> wrongUsage() {
        return Stream.of(
                List.of("give names of functions, or --all; there are relu, "),
                List.of("give names of functions or --all, not both", "tanh", "--all"),
                List.of("function 'tahn' is unknown; choose one of relu, ", "tahn"),
                List.of("function 'add' is unknown", "add"),
                List.of("--exhaustive and --sample exclude each other", "tanh", "--exhaustive", "--sample", "5"),
                List.of("--table records findings over all floats; give --exhaustive too", "tanh", "--table", "t.csv"),
                List.of("--sample is 0; give 1 to 2147483648", "tanh", "--sample", "0"),
                List.of("--sample is 4294967296; give 1 to", "tanh", "--sample", "4294967296"),
                List.of("--sample is 'many'; give a whole number", "tanh", "--sample", "many"),
                List.of("--threads is 0; give 1 to 64", "tanh", "--threads", "0"),
                List.of("backend 'gpu' is unknown", "tanh", "--backend", "gpu"));
    }

    @ParameterizedTest
    @MethodSource("wrongUsage")
    void wrongUsageIsASentenceAndCode2(List<String> sentenceAndArguments) {
        List<String> args = new ArrayList<>(List.of("accuracy"));
        args.addAll(sentenceAndArguments.subList(1, sentenceAndArguments.size()));
        CommandTest.assertRefused(2, sentenceAndArguments.getFirst(), CommandTest.run(args.toArray(String[]::new)));
    }

    @Test
    void helpNamesEveryOption() {
        CommandTest.Run run = CommandTest.run("accuracy", "--help");
        assertEquals(0, run.code());
        for (String option : List.of("FUNCTION", "--all", "--exhaustive", "--sample", "--threads", "--backend",
                "--json", "--table")) {
            assertTrue(run.out().contains(option), option + " is missing in " + run.out());
        }
        assertTrue(run.out().contains("Default: " + (1 << 21)), run.out());
    }

    @Test
    void aRunPrintsItsFindingsAndWritesThem() throws IOException {
        Path json = folder.resolve("found.json");
        CommandTest.Run run = CommandTest.run("accuracy", "tanh", "EXP", "--sample", "30000", "--json",
                json.toString());
        assertEquals(0, run.code(), run.err());
        for (String part : List.of("every 143,165th bit pattern", "max ulp", "tanh slope", "exp ", "0.79 ulp",
                "to 0.5 ulp", "NaN -> NaN", "-Infinity -> -1.0")) {
            assertTrue(run.out().contains(part), part + " is missing in\n" + run.out());
        }
        JsonObject o = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
        JsonObject tanh = o.getAsJsonArray("functions").get(0).getAsJsonObject();
        assertEquals("tanh", tanh.get("function").getAsString());
        assertEquals("value", tanh.get("part").getAsString());
        assertEquals(30_001, tanh.get("inputs").getAsLong());
        assertTrue(tanh.get("max_ulp").getAsDouble() <= lanegrad.math.Tanh.MAX_ULP);
        assertEquals("3f800000", tanh.getAsJsonObject("special").get("7f800000").getAsString());
        assertEquals("slope", o.getAsJsonArray("functions").get(1).getAsJsonObject().get("part").getAsString());
    }

    @Test
    void threadsAndBackendChangeNoLineButTheFirst() {
        List<String> outputs = new ArrayList<>();
        for (String[] how : new String[][] {{"1", "vector"}, {"3", "vector"}, {"2", "scalar"}}) {
            String out = CommandTest.run("accuracy", "softplus", "--sample", "300000", "--threads", how[0], "--backend",
                    how[1]).out();
            outputs.add(out.substring(out.indexOf('\n')));
        }
        assertEquals(outputs.get(0), outputs.get(1));
        assertEquals(outputs.get(0), outputs.get(2));
    }

    @Test
    void everyOperationOnOneTensorAndEveryLaneFunctionIsThereOnce() {
        List<String> names = Subject.all().stream().map(Subject::toString).toList();
        assertEquals(names.size(), names.stream().distinct().count(), names.toString());
        for (Operation o : Operations.ALL) {
            if (o.op() instanceof UnaryOp) {
                assertTrue(names.contains(o.op().name()) && names.contains(o.op().name() + " slope"), o.op().name());
            }
        }
        for (JavaClass c : new ClassFileImporter().importPackages("lanegrad.math")) {
            if (c.tryGetField("MAX_ULP").isPresent() && c.tryGetMethod("scalar", float.class).isPresent()) {
                String name = c.getSimpleName().replaceAll("(?<=[a-z0-9])([A-Z])", "-$1").toLowerCase(Locale.ROOT);
                // pow has an operation for each of some exponents.
                assertTrue(names.stream().anyMatch(n -> n.equals(name) || n.startsWith(name + "-")),
                        "no operation is named " + name + ": add a line to Subject.LaneFunction for " + c.getName());
            }
        }
    }

    @Test
    void aFileThatIsNoTableIsLeftAlone() throws IOException {
        Path notes = Files.writeString(folder.resolve("notes.txt"), "buy milk\n");
        CommandTest.assertRefused(1, "line 1 should hold the columns of an accuracy table",
                CommandTest.run("accuracy", "tanh", "--exhaustive", "--table", notes.toString()));
        assertEquals("buy milk\n", Files.readString(notes));
        CommandTest.assertRefused(1, "--table " + folder + ": this is a folder",
                CommandTest.run("accuracy", "tanh", "--exhaustive", "--table", folder.toString()));
    }

    @Test
    void theTableIsReadAsItWasWritten() {
        Map<String, AccuracyTable.Row> recorded = AccuracyTable.recorded();
        assertEquals(recorded, AccuracyTable.read(AccuracyTable.text(recorded)));
        String text = AccuracyTable.text(recorded);
        assertThrows(IllegalArgumentException.class, () -> AccuracyTable.read(text + "exp,value,1 ulp\n"));
    }

    /// What was recorded over all floats holds on this machine: the hash of a sample, the values at the edges, and that
    /// no error of the sample is above the recorded maximum.
    @TestFactory
    Stream<DynamicTest> theRecordHolds() {
        Map<String, AccuracyTable.Row> recorded = AccuracyTable.recorded();
        assertFalse(recorded.isEmpty(), "the table is missing");
        return Subject.all().stream().map(s -> DynamicTest.dynamicTest(s.toString(), () -> {
            AccuracyTable.Row row = recorded.get(s.toString());
            Finding found = Finding.of(s, Inputs.SAMPLE, Backend.VECTOR, 2, n -> { });
            assertEquals(List.of(), found.faults());
            assumeTrue(row != null, "not recorded yet: run lanegrad accuracy " + s.function()
                    + " --exhaustive --table bench/src/main/resources" + AccuracyTable.RESOURCE);
            assertEquals(List.of(), row.differences(found));
        }));
    }

    /// The record is compared, not only read.
    @Test
    void anotherRecordIsADifference() {
        Subject tanh = Subject.all().stream().filter(s -> s.toString().equals("tanh")).findFirst().orElseThrow();
        Finding found = Finding.of(tanh, Inputs.SAMPLE, Backend.VECTOR, 2, n -> { });
        AccuracyTable.Row row = AccuracyTable.recorded().get("tanh");
        for (Map.Entry<String, String> wrong : Map.of("max_ulp", "0.5", "sample_hash", "0000000000000001", "special",
                row.cells().get("special").replaceFirst("80000000", "00000000")).entrySet()) {
            Map<String, String> cells = new LinkedHashMap<>(row.cells());
            cells.put(wrong.getKey(), wrong.getValue());
            assertEquals(1, new AccuracyTable.Row("tanh", cells).differences(found).size(), wrong.getKey());
        }
    }
}
