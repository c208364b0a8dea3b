package lanegrad.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/// When the suites take a row for warm. Calls take a millisecond of CPU each, and leave garbage until there were enough
/// of them: later than a warm-up ends by its time alone, after three seconds.
class WarmUpTest {
    private static final int DIRTY = 4_000;

    @Test
    void aRowIsWarmWhenItLeavesNoGarbage() {
        Calls calls = new Calls(false);
        calls.warmUp();
        assertTrue(calls.count >= DIRTY + 10, calls.count + " calls");
    }

    @Test
    void aRowThatAlwaysDoesIsWarmAfterATime() {
        Calls calls = new Calls(true);
        calls.warmUp();
        assertTrue(calls.count < DIRTY, calls.count + " calls");
    }

    private static final class Calls extends EngineBenchmark {
        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private final boolean garbage;
        private int count;
        private float[] left;

        Calls(boolean garbage) {
            this.garbage = garbage;
        }

        @Override
        public void prepare() {
        }

        @Override
        boolean garbage() {
            return garbage;
        }

        @Override
        public Object run() {
            long end = threads.getCurrentThreadCpuTime() + 1_000_000;
            while (threads.getCurrentThreadCpuTime() < end) {
                Thread.onSpinWait();
            }
            left = garbage || count < DIRTY ? new float[1000] : left;
            count++;
            return left;
        }
    }
}
