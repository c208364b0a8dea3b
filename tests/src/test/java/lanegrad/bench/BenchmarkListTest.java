package lanegrad.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lanegrad.Backend;
import lanegrad.bench.jmh.BinaryBenchmark;
import lanegrad.bench.jmh.CheckBenchmark;
import lanegrad.bench.jmh.EngineBenchmark;
import lanegrad.bench.jmh.MatMulBenchmark;
import lanegrad.bench.jmh.OperationBenchmark;
import lanegrad.bench.jmh.OptimizerBenchmark;
import lanegrad.bench.jmh.ResultTable;
import lanegrad.bench.jmh.RoofBenchmark;
import lanegrad.bench.jmh.StepBenchmark;
import lanegrad.bench.jmh.Suite;
import lanegrad.bench.jmh.Timing;
import lanegrad.bench.jmh.TrapExhibit;
import lanegrad.bench.jmh.UnaryBenchmark;
import lanegrad.op.BinaryOp;
import lanegrad.op.Operation;
import lanegrad.op.Operations;
import lanegrad.op.UnaryOp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The benchmarks are there, take every operation of the registry, and print readable tables.
class BenchmarkListTest {
    /// A lost annotation processor empties this list without a word.
    @Test
    void theListHoldsEverySuite() throws IOException {
        String list;
        try (InputStream in = EngineBenchmark.class.getResourceAsStream("/META-INF/BenchmarkList")) {
            assertNotNull(in, "META-INF/BenchmarkList is missing: JMH's annotation processor did not run");
            list = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        for (Class<?> suite : List.of(MatMulBenchmark.class, UnaryBenchmark.class, BinaryBenchmark.class,
                OperationBenchmark.class, OptimizerBenchmark.class, StepBenchmark.class, RoofBenchmark.class,
                CheckBenchmark.class, TrapExhibit.class)) {
            assertTrue(list.contains(suite.getName()), suite.getName() + " is not in META-INF/BenchmarkList");
        }
    }

    @Test
    void everyOperationHasARow() {
        for (boolean full : new boolean[] {false, true}) {
            List<String> names = Suite.all(full, 2).stream()
                    .flatMap(s -> s.rows().stream().map(s::nameOf)).toList();
            assertEquals(names.size(), names.stream().distinct().count(), "rows of one name");
            for (Operation operation : Operations.ALL) {
                String suite = operation.op() instanceof UnaryOp ? "Unary " : "Operation ";
                String start = suite + operation.op().name() + " ";
                assertTrue(names.stream().anyMatch(n -> n.startsWith(start)), "no row begins with " + start);
            }
        }
    }

    @Test
    void everyParameterIsAFieldOfItsBenchmark() throws NoSuchFieldException {
        for (Suite suite : Suite.all(true, 3)) {
            assertFalse(suite.rows().isEmpty(), suite.name());
            for (Map<String, String> params : Stream.concat(suite.rows().stream().map(Suite.Row::params),
                    suite.arms().stream().map(Suite.Arm::params)).toList()) {
                for (String name : params.keySet()) {
                    assertNotNull(suite.benchmark().getField(name));
                }
            }
        }
    }

    static Stream<String> unaryOperations() {
        return Operations.ALL.stream().map(Operation::op).filter(UnaryOp.class::isInstance).map(op -> op.name());
    }

    static Stream<String> binaryOperations() {
        return Operations.ALL.stream().map(Operation::op).filter(BinaryOp.class::isInstance).map(op -> op.name());
    }

    static Stream<String> otherOperations() {
        return Operations.ALL.stream().map(Operation::op).filter(op -> !(op instanceof UnaryOp)).map(op -> op.name());
    }

    @ParameterizedTest
    @MethodSource("unaryOperations")
    void theUnaryBenchmarkTakes(String op) {
        for (Backend backend : Backend.values()) {
            for (String direction : List.of("forward", "backward")) {
                UnaryBenchmark benchmark = new UnaryBenchmark();
                benchmark.op = op;
                benchmark.direction = direction;
                benchmark.size = 37;
                benchmark.backend = backend;
                benchmark.prepare();
                assertNotNull(benchmark.run());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("binaryOperations")
    void theBinaryBenchmarkTakes(String op) {
        for (Backend backend : Backend.values()) {
            for (String direction : List.of("forward", "backward-a", "backward-b")) {
                BinaryBenchmark benchmark = new BinaryBenchmark();
                benchmark.op = op;
                benchmark.direction = direction;
                benchmark.size = 37;
                benchmark.backend = backend;
                benchmark.prepare();
                assertNotNull(benchmark.run());
            }
        }
    }

    /// Rows with this arm are compared with the Vector API's own function, which must be near.
    @Test
    void theUnaryBenchmarkTakesLanewise() {
        int rows = 0;
        for (Suite suite : Suite.all(true, 2)) {
            if (suite.arms().getFirst().label().equals("lanewise")) {
                assertEquals(List.of("lanewise", "scalar", "vector"),
                        suite.arms().stream().map(Suite.Arm::label).toList());
                for (Suite.Row row : suite.rows()) {
                    UnaryBenchmark benchmark = new UnaryBenchmark();
                    benchmark.op = row.params().get("op");
                    benchmark.direction = row.params().get("direction");
                    benchmark.size = 300;
                    benchmark.backend = Backend.valueOf(suite.arms().getFirst().params().get("backend"));
                    benchmark.kernel = suite.arms().getFirst().params().get("kernel");
                    benchmark.prepare();
                    assertNotNull(benchmark.run());
                    rows++;
                }
            }
        }
        assertTrue(rows >= 2, "tanh at two sizes at least, not " + rows);
    }

    @ParameterizedTest
    @MethodSource("otherOperations")
    void theOperationBenchmarkTakes(String op) {
        for (Backend backend : Backend.values()) {
            OperationBenchmark benchmark = new OperationBenchmark();
            benchmark.op = op;
            benchmark.batch = 4;
            benchmark.backend = backend;
            benchmark.prepare();
            assertNotNull(benchmark.run());
        }
    }

    @Test
    void wrongParametersAreRefused() {
        UnaryBenchmark unary = new UnaryBenchmark();
        unary.op = "add";
        unary.direction = "forward";
        assertThrows(IllegalArgumentException.class, unary::prepare);
        unary.op = "tanh";
        unary.direction = "sideways";
        assertThrows(IllegalArgumentException.class, unary::prepare);
        unary.op = "relu";
        unary.direction = "forward";
        unary.backend = Backend.VECTOR;
        unary.kernel = "lanewise";
        assertTrue(assertThrows(IllegalArgumentException.class, unary::prepare).getMessage()
                .startsWith("kernel 'lanewise' for relu forward on VECTOR"));
        BinaryBenchmark binary = new BinaryBenchmark();
        binary.op = "relu";
        binary.direction = "forward";
        assertThrows(IllegalArgumentException.class, binary::prepare);
        binary.op = "add";
        binary.direction = "backward";
        assertThrows(IllegalArgumentException.class, binary::prepare);
        MatMulBenchmark matmul = new MatMulBenchmark();
        matmul.shape = "32x64x32";
        assertThrows(IllegalArgumentException.class, matmul::prepare);
    }

    @Test
    void armsThatDifferAreRefused() {
        float[] a = {1, 0f, 3};
        float[] b = {1, -0f, 4};
        EngineBenchmark.requireSameBits("same", a, a.clone(), 3);
        EngineBenchmark.requireSameBits("beyond the end", a, b, 1);
        IllegalStateException e = assertThrows(IllegalStateException.class,
                () -> EngineBenchmark.requireSameBits("zeros", a, b, 2));
        assertTrue(e.getMessage().startsWith("zeros: the arms differ at element 1 of 2"), e.getMessage());
    }

    @Test
    void theTableOfACannedResult() {
        Suite suite = new Suite("MatMul", "Products", MatMulBenchmark.class, Suite.Figure.GFLOPS, Suite.TWO_ARMS,
                List.of(new Suite.Row("NN 32x64x32", Map.of(), 131_072), new Suite.Row("NN 1x64x32", Map.of(), 4_096)));
        String table = ResultTable.of(suite, List.of(
                List.of(timing(0, 13_107.2, 12_845.056), timing(0, 1_310.72, 1_310.72)),
                List.of(timing(0, 400, 420), timing(96, 200, 200))));
        assertEquals("""
                Products
                                       scalar          vector               ratio  GFLOP/s    B/op
                  NN 32x64x32  12.98 us +- 1%  1.311 us +- 0%  9.9x (9.8 to 10.0)    100.0       0
                  NN 1x64x32   410.0 ns +- 2%  200.0 ns +- 0%   2.1x (2.0 to 2.1)     20.5  0 / 96
                  In 1 of 2 rows vector is less than 4 times as fast as scalar: NN 1x64x32 (2.1x).
                  Allocates: NN 1x64x32, vector (96 B).
                """, table);
    }

    @Test
    void theTableOfOneForkAndThreeArms() {
        Suite suite = new Suite("Unary", "Functions", UnaryBenchmark.class, Suite.Figure.NS_PER_ELEMENT,
                Suite.THREE_ARMS, List.of(new Suite.Row("relu", Map.of(), 2_048)));
        String table = ResultTable.of(suite, List.of(
                List.of(timing(0, 2_048_000), timing(0, 1_024_000), timing(0.9, 204.8))));
        assertEquals("""
                Functions
                        no SuperWord    scalar    vector  ratio to no SuperWord  ratio to scalar  ns/element  B/op
                  relu      2.048 ms  1.024 ms  204.8 ns               10000.0x          5000.0x       0.100     0
                  In every row vector is at least 4 times as fast as scalar.
                """, table);
    }

    /// A few bytes per operation are JMH's own when an iteration holds few operations.
    @Test
    void theHarnessDoesNotCountAsAllocation() {
        assertFalse(new Timing(new double[] {1e6}, 300, 100).allocates());
        assertTrue(new Timing(new double[] {1e6}, 3_000, 100).allocates());
        assertTrue(new Timing(new double[] {10}, 24, 1e7).allocates());
    }

    private static Timing timing(double bytes, double... forks) {
        return new Timing(forks, bytes, 1e5);
    }
}
