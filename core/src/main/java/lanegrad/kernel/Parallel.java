package lanegrad.kernel;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// Runs the parts of one large piece of work on several threads.
///
/// **Same bits for every number of threads.** The parts follow from the problem, never from the threads, and
/// each writes its own outputs: which thread takes which part is left to chance and cannot be seen in the
/// result.
///
/// The threads are the engine's own daemons, started when first wanted, up to [#MAX_THREADS], and parked when
/// idle: they never keep a program from ending. One piece of work has them at a time. A call from within a
/// part, or while another thread's work is on, runs its parts itself, one after the other. A call allocates
/// nothing.
public final class Parallel {
    /// The largest number of threads that work together, the caller included.
    public static final int MAX_THREADS = 64;

    /// One piece of work, cut into parts.
    public interface Task {
        /// Does part `index`.
        void run(int index);
    }

    // A waiting thread looks this often before it parks: a quarter of a millisecond on Zen 5, more than the gaps
    // between two matrix products of a training step. Waking a parked thread takes longer than many a product: with
    // 2,000 the medians of runs of a 784-512-10 step were 0.60 to 1.02 ms, now 0.62 to 0.63 and once 1.05; with one
    // thread 1.04.
    private static final int SPINS = 10_000;
    // So often it lets others run, the JIT's threads above all: with two cores and two threads that spin, the code that
    // they wait for may be compiled much later.
    private static final int YIELD = 512;

    private static final AtomicBoolean BUSY = new AtomicBoolean();
    private static final Worker[] WORKERS = new Worker[MAX_THREADS - 1];
    private static final AtomicInteger NEXT = new AtomicInteger();
    private static Task task;
    private static int parts;
    private static volatile Throwable failure;

    private Parallel() {
    }

    /// Runs parts `0 .. parts - 1` of `task` on up to `threads` threads, the caller among them, and returns when
    /// all have ended.
    ///
    /// @throws RuntimeException what a part threw; with more than one, the first. Parts not begun by then are
    ///         left out, and the threads remain usable
    public static void run(int threads, int parts, Task task) {
        int helpers = Math.min(Math.min(threads, MAX_THREADS), parts) - 1;
        if (helpers <= 0 || !BUSY.compareAndSet(false, true)) {
            for (int i = 0; i < parts; i++) {
                task.run(i);
            }
            return;
        }
        try {
            Parallel.task = task;
            Parallel.parts = parts;
            failure = null;
            NEXT.set(0);
            for (int h = 0; h < helpers; h++) {
                if (WORKERS[h] == null) {
                    WORKERS[h] = new Worker(h);
                    WORKERS[h].start();
                }
                WORKERS[h].call(Thread.currentThread());
            }
            work();
            for (int h = 0; h < helpers; h++) {
                WORKERS[h].await();
            }
            Throwable thrown = failure;
            Parallel.task = null;
            failure = null;
            if (thrown instanceof RuntimeException e) {
                throw e;
            }
            if (thrown instanceof Error e) {
                throw e;
            }
        } finally {
            BUSY.set(false);
        }
    }

    private static void work() {
        int i;
        while (failure == null && (i = NEXT.getAndIncrement()) < parts) {
            try {
                task.run(i);
            } catch (Throwable e) {
                failure = e;
            }
        }
    }

    private static void pause(int spin) {
        if (spin % YIELD == YIELD - 1) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }

    private static final class Worker extends Thread {
        // IDLE -> CALLED by the caller; CALLED -> WORKING -> IDLE by the worker. A caller that has finished all
        // parts takes a call back, CALLED -> IDLE, rather than wait for a thread that is only waking up.
        private static final int IDLE = 0;
        private static final int CALLED = 1;
        private static final int WORKING = 2;

        private final AtomicInteger state = new AtomicInteger(IDLE);
        private volatile Thread caller;

        Worker(int number) {
            super("lanegrad-" + (number + 1));
            setDaemon(true);
        }

        void call(Thread caller) {
            this.caller = caller;
            state.set(CALLED);
            LockSupport.unpark(this);
        }

        void await() {
            if (state.compareAndSet(CALLED, IDLE)) {
                return;
            }
            for (int spin = 0; state.get() != IDLE; spin++) {
                if (spin < SPINS) {
                    pause(spin);
                } else {
                    LockSupport.park(this);
                }
            }
        }

        @Override
        public void run() {
            for (int spin = 0;; spin++) {
                if (state.compareAndSet(CALLED, WORKING)) {
                    work();
                    // Read before the state is given up: from then on a new caller may stand there.
                    Thread waiting = caller;
                    state.set(IDLE);
                    LockSupport.unpark(waiting);
                    spin = 0;
                } else if (spin < SPINS) {
                    pause(spin);
                } else {
                    LockSupport.park(this);
                }
            }
        }
    }
}
