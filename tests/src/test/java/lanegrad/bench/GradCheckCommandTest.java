package lanegrad.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import lanegrad.op.Operation;
import lanegrad.op.Operations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `lanegrad gradcheck` as its users meet it.
class GradCheckCommandTest {
    @TempDir
    Path folder;

    static Stream<List<String>> wrongUsage() {
        return Stream.of(
                List.of("give names of operations, --all or --network SIZES"),
                List.of("give only one of names of operations, --all or --network SIZES", "tanh", "--all"),
                List.of("give only one of", "--network", "64,10", "--all"),
                List.of("operation 'tahn' is unknown; choose one of relu, ", "tahn"),
                List.of("--points is 0; give 1 or more", "tanh", "--points", "0"),
                List.of("--seeds is 0; give 1 or more", "tanh", "--seeds", "0"),
                List.of("--seed is 'x'; give a whole number", "tanh", "--seed", "x"),
                List.of("--backend 'gpu' is unknown; choose one of both, scalar, vector", "tanh", "--backend", "gpu"),
                List.of("--activation is relu; it is for --network", "tanh", "--activation", "relu"),
                List.of("activation 'rule' is unknown", "--network", "64,10", "--activation", "rule"),
                List.of("--network: 'x' is not a whole number", "--network", "64,x,10"),
                List.of("--network is 64,0,10; a layer has 1 to 4096 units", "--network", "64,0,10"),
                List.of("--network is 32,10; it begins with 64 pixels", "--network", "32,10"),
                List.of("--network is 64; it begins with 64 pixels", "--network", "64"));
    }

    @ParameterizedTest
    @MethodSource("wrongUsage")
    void wrongUsageIsASentenceAndCode2(List<String> sentenceAndArguments) {
        List<String> args = new ArrayList<>(List.of("gradcheck"));
        args.addAll(sentenceAndArguments.subList(1, sentenceAndArguments.size()));
        CommandTest.assertRefused(2, sentenceAndArguments.getFirst(), CommandTest.run(args.toArray(String[]::new)));
    }

    @Test
    void allOperationsAreRight() throws IOException {
        Path json = folder.resolve("reports.json");
        CommandTest.Run run = CommandTest.run("gradcheck", "--all", "--json", json.toString());
        assertEquals(0, run.code(), run.out() + run.err());
        assertFalse(run.out().contains("WRONG"), run.out());
        JsonObject o = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
        assertEquals(Operations.ALL.size(), o.getAsJsonArray("reports").size());
        for (Operation operation : Operations.ALL) {
            assertTrue(run.out().contains("\n" + operation.op().name() + " "), operation.op().name() + " has no line");
        }
        o.getAsJsonArray("reports").forEach(r -> {
            JsonObject report = r.getAsJsonObject();
            String name = report.get("name").getAsString();
            assertTrue(report.get("passed").getAsBoolean(), name);
            assertTrue(report.get("points").getAsInt() > 0, name);
            assertTrue(report.get("elements").getAsLong() > 0, name);
            assertTrue(report.get("formula").getAsDouble() <= 1e-8, name);
            assertTrue(report.get("kernel").getAsDouble() <= 1, name);
        });
    }

    @Test
    void aNetworkIsCheckedInFullAndFast() {
        CommandTest.Run full = CommandTest.run("gradcheck", "--network", "64,5,10", "--activation", "tanh");
        assertEquals(0, full.code(), full.out() + full.err());
        // 64 x 5 + 5 + 5 x 10 + 10 parameters.
        assertTrue(full.out().contains("385 "), full.out());
        CommandTest.Run fast = CommandTest.run("gradcheck", "--network", "64,32,10", "--fast");
        assertEquals(0, fast.code(), fast.out() + fast.err());
    }

    @Test
    void manySeedsAreSummedUp() {
        CommandTest.Run run = CommandTest.run("gradcheck", "relu", "Tanh", "--seeds", "3", "--backend", "scalar");
        assertEquals(0, run.code(), run.out() + run.err());
        assertTrue(run.out().contains("3 seeds "), run.out());
        assertTrue(run.err().contains("6 checks of scalar in "), run.err());
    }
}
