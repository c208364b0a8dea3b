package lanegrad.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class ParallelTest {
    @Test
    void everyPartRunsOnce() {
        for (int threads : new int[] {1, 2, 3, 5, Parallel.MAX_THREADS, Parallel.MAX_THREADS + 1}) {
            for (int parts : new int[] {0, 1, 2, 7, 100}) {
                once(threads, parts);
            }
        }
    }

    @Test
    void partsWithinPartsRunToo() {
        AtomicIntegerArray runs = new AtomicIntegerArray(6 * 4);
        Parallel.run(3, 6, outer -> Parallel.run(3, 4, inner -> runs.incrementAndGet(outer * 4 + inner)));
        for (int i = 0; i < runs.length(); i++) {
            assertEquals(1, runs.get(i), "inner part " + i);
        }
    }

    @Test
    void whatAPartThrowsArrivesAndTheThreadsStayUsable() {
        for (int round = 0; round < 50; round++) {
            int bad = round % 9;
            RuntimeException thrown = new RuntimeException("part " + bad);
            assertSame(thrown, assertThrows(RuntimeException.class, () -> Parallel.run(3, 9, i -> {
                if (i == bad) {
                    throw thrown;
                }
            })));
            once(3, 9);
        }
        assertThrows(StackOverflowError.class, () -> Parallel.run(2, 4, i -> {
            throw new StackOverflowError("an error, not an exception");
        }));
        once(2, 4);
    }

    private static void once(int threads, int parts) {
        AtomicIntegerArray runs = new AtomicIntegerArray(parts);
        Parallel.run(threads, parts, runs::incrementAndGet);
        for (int i = 0; i < parts; i++) {
            assertEquals(1, runs.get(i), "part " + i + " of " + parts + " with " + threads + " threads");
        }
    }
}
