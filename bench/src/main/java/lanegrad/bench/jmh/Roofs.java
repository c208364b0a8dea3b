package lanegrad.bench.jmh;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;

/// The roofs of this machine as they stand now: the best of many short measurements each, in about two seconds.
///
/// The best and not the mean, because a roof is what cannot be exceeded; what else runs on the machine only lowers
/// it.
///
/// @param fma billions of floating-point operations per second of one core, see [Roof#fma]
/// @param small bytes per nanosecond of [Roof#copy] on arrays of [#SMALL] floats
/// @param medium the same on [#MEDIUM] floats
/// @param large the same on [#LARGE] floats
public record Roofs(double fma, double small, double medium, double large) {
    /// Floats of an array of which two lie in L1.
    public static final int SMALL = 2048;
    /// Floats of an array of which three lie in L2 but not in L1.
    public static final int MEDIUM = 1 << 15;
    /// Floats of an array that no cache holds.
    public static final int LARGE = 1 << 24;

    private static final long WARM_NANOS = 200_000_000;
    private static final int BATCHES = 25;
    private static final long BATCH_NANOS = 5_000_000;
    private static final int CHAIN = 1024;

    // What the loops compute, so that they must compute it.
    private static volatile float sink;

    /// Measures all in this JVM.
    public static Roofs measure() {
        double fma = Roof.flops(CHAIN) / best(() -> sink = Roof.fma(CHAIN, 1e-3f));
        return new Roofs(fma, copy(SMALL), copy(MEDIUM), copy(LARGE));
    }

    /// The share of its roof that a row reaches: of the FMA peak of its threads, or of the copy of arrays of its
    /// size; NaN where the row's work says nothing about a roof.
    ///
    /// @param nanos per invocation
    public double share(Suite.Figure figure, Suite.Row row, double nanos) {
        return switch (figure) {
            case GFLOPS -> row.work() / nanos / (fma * row.threads());
            case NS_PER_ELEMENT -> row.bytes() > 0 ? row.bytes() / nanos / copyOf(row.work()) : Double.NaN;
            case GIGABYTES, NONE -> Double.NaN;
        };
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "FMA %.1f GFLOP/s a core; copy %.0f GB/s in L1 (%d floats), %.0f in L2 (%d), "
                + "%.1f beyond (2^24)", fma, small, SMALL, medium, MEDIUM, large);
    }

    // The limits are in the middle, on the scale of doublings, between the sizes that are measured.
    private double copyOf(double floats) {
        return floats <= 4 * SMALL ? small : floats <= 22 * MEDIUM ? medium : large;
    }

    private static double copy(int n) {
        float[] x = new float[n];
        float[] y = new float[n];
        return 8.0 * n / best(() -> Roof.copy(x, y, n));
    }

    private static double best(Runnable work) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long end = threads.getCurrentThreadCpuTime() + WARM_NANOS;
        do {
            time(work, 100);
        } while (threads.getCurrentThreadCpuTime() < end);
        int calls = (int) Math.max(1, BATCH_NANOS / time(work, 100));
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < BATCHES; i++) {
            best = Math.min(best, time(work, calls));
        }
        return best;
    }

    private static double time(Runnable work, int calls) {
        long start = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            work.run();
        }
        return (System.nanoTime() - start) / (double) calls;
    }
}
