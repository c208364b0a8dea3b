package lanegrad.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The command line on a plain class path, without the vector module.
@Tag("nomodule")
class CommandNoModuleTest {
    @Test
    void vectorIsRefusedWithTheFix() {
        CommandTest.assertRefused(1, "add --add-modules jdk.incubator.vector",
                CommandTest.run("train", "--backend", "vector"));
    }

    @Test
    void trainingRunsOnScalarAndSaysWhy() {
        CommandTest.Run run = CommandTest.run("train", "--epochs", "1", "--hidden", "8");
        assertEquals(0, run.code(), run.err());
        String first = run.out().lines().findFirst().orElseThrow();
        assertTrue(first.contains("scalar backend") && first.contains("--add-modules jdk.incubator.vector"), first);
    }

    @Test
    void theDoctorSaysWhatToDo() {
        CommandTest.Run run = CommandTest.run("doctor");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("- The scalar backend runs because"), run.out());
    }
}
