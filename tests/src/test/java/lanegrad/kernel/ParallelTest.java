package lanegrad.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

// A caller that waits in vain cannot be interrupted.
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ParallelTest {
    @Test
    void everyPartRunsOnce() {
        for (int threads : new int[] {1, 2, 3, 5, Parallel.MAX_THREADS, Parallel.MAX_THREADS + 1}) {
            for (int parts : new int[] {0, 1, 2, 7, 100}) {
                once(threads, parts);
            }
        }
    }

    // The caller has parts 0 to 3. With its first it waits for the other thread, which then takes the last of them.
    @Test
    void aThreadTakesItsOwnPartsFirstThenTheLastOfAnothers() {
        for (int round = 0; round < 20; round++) {
            CyclicBarrier both = new CyclicBarrier(2);
            CountDownLatch others = new CountDownLatch(7);
            List<Integer> order = new ArrayList<>();
            Parallel.run(2, 8, i -> {
                if (i == 0 || i == 4) {
                    met(both);
                }
                if (i == 0) {
                    left(others);
                } else {
                    order.add(i);
                    others.countDown();
                }
            });
            assertEquals(List.of(4, 5, 6, 7, 3, 2, 1), order);
        }
    }

    // The caller is kept until the other thread is not only done but parked.
    @Test
    void aParkedThreadIsDoneAndIsWokenForMore() {
        for (int round = 0; round < 5; round++) {
            CyclicBarrier both = new CyclicBarrier(2);
            AtomicReference<Thread> other = new AtomicReference<>();
            int[] awake = new int[1];
            Parallel.run(2, 2, i -> {
                met(both);
                if (i == 1) {
                    other.set(Thread.currentThread());
                    return;
                }
                while (other.get() == null || other.get().getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
                awake[0] = Parallel.awake(2);
            });
            assertEquals(1, awake[0], "threads awake");
        }
    }

    @Test
    void noThreadIsAwakeThatIsNotThere() {
        assertEquals(1, Parallel.awake(1));
        for (int threads = 2; threads <= Parallel.MAX_THREADS + 1; threads++) {
            once(threads, threads);
            int awake = Parallel.awake(threads);
            assertTrue(awake >= 1 && awake <= Math.min(threads, Parallel.MAX_THREADS), threads + ": " + awake);
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

    static void met(CyclicBarrier barrier) {
        try {
            barrier.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new AssertionError("the two threads did not meet", e);
        }
    }

    private static void left(CountDownLatch parts) {
        try {
            assertTrue(parts.await(1, TimeUnit.MINUTES), "parts that nobody takes");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void once(int threads, int parts) {
        AtomicIntegerArray runs = new AtomicIntegerArray(parts);
        Parallel.run(threads, parts, runs::incrementAndGet);
        for (int i = 0; i < parts; i++) {
            assertEquals(1, runs.get(i), "part " + i + " of " + parts + " with " + threads + " threads");
        }
    }
}
