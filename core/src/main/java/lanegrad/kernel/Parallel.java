package lanegrad.kernel;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/// Runs the parts of one large piece of work on several threads.
///
/// **Same bits for every number of threads.** Each part writes its own outputs: which thread takes it cannot be seen in
/// the result. Nor can how the work was cut: either that follows from the problem alone, as where parts have sums, or
/// an output comes about in the same way in whatever part it is, as an element of a matrix product.
///
/// **The same part, the same thread.** Each thread begins with a range of its own, the first with the first parts, and
/// when it is done takes the last part of another's. So what a thread wrote in one piece of work is in its own caches
/// in the next one of the same order: the optimizer's step on 402,000 weights, whose gradient comes from two threads,
/// takes 80 µs with one thread, 74 with two that take whatever part is next, and 44 this way (Zen 4).
///
/// What that saves are stores to lines that another core has read. On Zen 4 each takes 4 ns more where the two cores
/// share an L3, and 28 where they do not. Where the other core has written the line as well it is 1 ns, and so is a
/// read of what the other wrote, in the order in which it lies. To give each thread half of every row for good is no
/// way out: two threads that update 784 rows of 512 floats take 29 µs by halves of the rows' number and 155 by halves
/// of each row, with the cores apart; a core's prefetches seem to read on into the other half.
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
    // A line of the cache in longs.
    private static final int LINE = 8;

    private static final AtomicBoolean BUSY = new AtomicBoolean();
    private static final Worker[] WORKERS = new Worker[MAX_THREADS - 1];
    // The parts that each thread has left: from the low half of a number on, to before the high half. Each number has a
    // line of the cache.
    private static final AtomicLongArray LEFT = new AtomicLongArray(MAX_THREADS * LINE);
    private static Task task;
    private static int threads;
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
            Parallel.threads = helpers + 1;
            failure = null;
            for (int t = 0; t <= helpers; t++) {
                LEFT.set(t * LINE, range((int) ((long) parts * t / (helpers + 1)),
                        (int) ((long) parts * (t + 1) / (helpers + 1))));
            }
            for (int h = 0; h < helpers; h++) {
                if (WORKERS[h] == null) {
                    WORKERS[h] = new Worker(h + 1);
                    WORKERS[h].start();
                }
                WORKERS[h].call(Thread.currentThread());
            }
            work(0);
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

    /// How many of so many threads, the caller among them, can begin at once: without waking one, which takes 10 to 20
    /// µs. Idle threads stay awake for about a quarter of a millisecond. One that is just being woken counts.
    public static int awake(int threads) {
        int t = 1;
        while (t < Math.min(threads, MAX_THREADS) && WORKERS[t - 1] != null && WORKERS[t - 1].awake()) {
            t++;
        }
        return t;
    }

    /// How many threads should do so much `work`, in the unit of the other two: from `waking` on all, though some may
    /// have to be woken; from `shared` on those that are awake; else the caller alone.
    public static int workers(int threads, long work, long shared, long waking) {
        return work >= waking ? threads : work >= shared ? awake(threads) : 1;
    }

    /// The number of this thread: 1 to `threads - 1` for those that [#run] calls, 0 for all others. No two that work on
    /// the same task have the same.
    static int number() {
        return Thread.currentThread() instanceof Worker worker ? worker.number : 0;
    }

    private static void work(int thread) {
        int i;
        while (failure == null && (i = next(thread)) >= 0) {
            try {
                task.run(i);
            } catch (Throwable e) {
                failure = e;
            }
        }
    }

    // The next part for a thread, or -1: the first of its own, then the last of another's.
    private static int next(int thread) {
        int i = take(thread, false);
        for (int t = 1; i < 0 && t < threads; t++) {
            i = take((thread + t) % threads, true);
        }
        return i;
    }

    private static int take(int thread, boolean last) {
        while (true) {
            long left = LEFT.get(thread * LINE);
            int from = (int) left;
            int to = (int) (left >>> Integer.SIZE);
            if (from == to) {
                return -1;
            }
            if (LEFT.compareAndSet(thread * LINE, left, last ? range(from, to - 1) : range(from + 1, to))) {
                return last ? to - 1 : from;
            }
        }
    }

    private static long range(int from, int to) {
        return (long) to << Integer.SIZE | from;
    }

    private static void pause(int spin) {
        if (spin % YIELD == YIELD - 1) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }

    private static final class Worker extends Thread {
        // IDLE -> CALLED by the caller; CALLED -> WORKING -> IDLE by the worker, which goes IDLE -> PARKED -> CALLED
        // when nobody calls for a while. A caller that has finished all parts takes a call back, CALLED -> IDLE, rather
        // than wait for a thread that is only waking up; and one that has waited for a while goes WORKING -> AWAITED
        // and parks.
        private static final int IDLE = 0;
        private static final int CALLED = 1;
        private static final int WORKING = 2;
        private static final int AWAITED = 3;
        private static final int PARKED = 4;

        private final AtomicInteger state = new AtomicInteger(IDLE);
        private final int number;
        private volatile Thread caller;

        Worker(int number) {
            super("lanegrad-" + number);
            this.number = number;
            setDaemon(true);
        }

        boolean awake() {
            return state.get() == IDLE;
        }

        void call(Thread caller) {
            this.caller = caller;
            if (state.getAndSet(CALLED) == PARKED) {
                LockSupport.unpark(this);
            }
        }

        void await() {
            if (state.compareAndSet(CALLED, IDLE)) {
                return;
            }
            // Not until IDLE: it may be PARKED by the time that this thread looks.
            for (int spin = 0; working(); spin++) {
                if (spin < SPINS) {
                    pause(spin);
                } else if (state.compareAndSet(WORKING, AWAITED) || state.get() == AWAITED) {
                    LockSupport.park(this);
                }
            }
        }

        private boolean working() {
            int s = state.get();
            return s == WORKING || s == AWAITED;
        }

        @Override
        public void run() {
            for (int spin = 0;; spin++) {
                if (state.compareAndSet(CALLED, WORKING)) {
                    work(number);
                    // Read before the state is given up: from then on a new caller may stand there.
                    Thread waiting = caller;
                    if (state.getAndSet(IDLE) == AWAITED) {
                        LockSupport.unpark(waiting);
                    }
                    spin = 0;
                } else if (spin < SPINS) {
                    pause(spin);
                } else if (state.compareAndSet(IDLE, PARKED)) {
                    while (state.get() == PARKED) {
                        LockSupport.park(this);
                    }
                }
            }
        }
    }
}
