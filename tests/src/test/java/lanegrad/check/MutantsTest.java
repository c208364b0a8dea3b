package lanegrad.check;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The check is checked: each of these computations has one fault, and the named part of the check must see it; the
/// same computation without the fault must pass.
class MutantsTest {
    @TestFactory
    Stream<DynamicTest> isCaught() {
        return all().map(m -> DynamicTest.dynamicTest(m.toString(), () -> {
            GradientReport report = GradientCheck.run(m.what(), m.wrong(), m.settings(), m.x());
            assertTrue(report.failed(m.part()), () -> m + " was not seen:\n" + report);
        }));
    }

    @TestFactory
    Stream<DynamicTest> rightTwinPasses() {
        return all().filter(m -> m.right() != null).map(m -> DynamicTest.dynamicTest(m.what(),
                () -> GradientCheck.run(m.what() + ", right", m.right(), m.settings(), m.x()).orThrow()));
    }

    private static Stream<Mutant> all() {
        return Stream.of(KernelMutants.GENERAL, KernelMutants.FORMULAS, MeaningMutants.ALL).flatMap(l -> l.stream());
    }
}
