package lanegrad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import lanegrad.kernel.Lanes;
import lanegrad.op.Operation;
import lanegrad.op.Operations;
import lanegrad.testkit.Floats;
import lanegrad.testkit.Gradients;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// What runs, and that it is what was asked for: a suite that is run for another width and meets the same one
/// again has tested nothing.
class BackendTest {
    /// What this run of the suite asked the JVM for; see the executions of Surefire in `tests/pom.xml`.
    private static String expected() {
        String expected = System.getProperty("lanegrad.expect");
        assertTrue(expected != null, "lanegrad.expect is not set: run the tests by Maven, or add "
                + "-Dlanegrad.expect=default");
        return expected;
    }

    @Test
    @Tag("width")
    @Tag("interpreted")
    void theRunIsWhatWasAskedFor() {
        boolean interpreted = System.getProperty("java.vm.info").contains("interpreted mode");
        int lanes = Lanes.SPECIES.length();
        switch (expected()) {
            case "128" -> assertEquals(4, lanes);
            case "256" -> assertEquals(8, lanes);
            case "default" -> {
                assertEquals(Math.min(16, FloatVector.SPECIES_PREFERRED.length()), lanes);
                assertTrue(lanes >= 4, "lanes: " + lanes);
            }
            case "interpreted" -> assertTrue(interpreted, System.getProperty("java.vm.info"));
            default -> throw new AssertionError("lanegrad.expect is " + expected());
        }
        assertEquals(expected().equals("interpreted"), interpreted);
        Backend.Choice best = Backend.best();
        if (interpreted) {
            assertEquals(Backend.SCALAR, best.backend());
            assertTrue(best.why().contains("-Xint"), best.why());
        } else {
            assertEquals(Backend.VECTOR, best.backend(), best.why());
            assertEquals(lanes * 32 + "-bit vectors", best.why());
            assertEquals(lanes, Backend.VECTOR.lanes());
            assertSame(Backend.VECTOR, Backend.named("auto"));
        }
        assertEquals(1, Backend.SCALAR.lanes());
        assertSame(Backend.VECTOR, Backend.VECTOR.require());
        assertSame(Backend.VECTOR, Backend.named("Vector"));
    }

    @Test
    @Tag("nomodule")
    void withoutTheModule() {
        assertEquals("nomodule", expected());
        assertTrue(ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty(), "the module is there");
        Backend.Choice best = Backend.best();
        assertEquals(Backend.SCALAR, best.backend());
        assertTrue(best.why().contains("--add-modules jdk.incubator.vector"), best.why());
        for (Runnable demand : new Runnable[] {Backend.VECTOR::require, () -> Backend.named("vector"),
            () -> new Tape(Backend.VECTOR, 1)}) {
            IllegalStateException e = assertThrows(IllegalStateException.class, demand::run);
            assertTrue(e.getMessage().contains("--add-modules jdk.incubator.vector")
                    && e.getMessage().contains("scalar"), e.getMessage());
        }
        assertSame(Backend.SCALAR, Backend.named("auto"));
    }

    @TestFactory
    @Tag("nomodule")
    Stream<DynamicTest> everyOperationRunsWithoutTheModule() {
        return Operations.ALL.stream().map(o -> DynamicTest.dynamicTest(o.op().name(), () -> {
            for (Operation.Case on : o.cases()) {
                Tape tape = new Tape(Backend.SCALAR, 1);
                tape.recordWith(o.op(), on.attribute(), on.inputs().stream()
                        .map(r -> tape.constant(Tensor.zeros(r.shape()).set(Floats.within(r, 1)))).toArray(Var[]::new));
            }
            if (o.cases().stream().anyMatch(on -> on.inputs().stream().anyMatch(Operation.Range::differentiable))) {
                Gradients.check(o, 1, Backend.SCALAR);
            }
        }));
    }

    @Test
    void names() {
        assertSame(Backend.SCALAR, Backend.named("SCALAR"));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Backend.named("gpu"));
        assertTrue(e.getMessage().contains("'gpu'") && e.getMessage().contains("auto, scalar or vector"),
                e.getMessage());
    }

    @Test
    void registers() {
        assertEquals(16, Backend.SCALAR.registers());
        int registers = Backend.VECTOR.registers();
        assertTrue(registers == 16 || registers == 32, "registers: " + registers);
    }

    // Without the instruction this suite would not end: the answer must be yes wherever it does.
    @Test
    void fusedMultiplyAddIsAnInstruction() {
        assertTrue(Backend.fusedMultiplyAdd());
    }
}
