package lanegrad.bench.peers;

import com.google.gson.Gson;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Times the contenders of one row, in a JVM of its own, and writes the times to stdout.
///
/// **Order.** Check, warm-up of each, then rounds. A round times every contender in turn, in reverse order every
/// other round, each for about [#BATCH_NANOS]; so whatever happens to the machine happens to all alike. What is
/// compared is times of one round.
///
/// **Warm-up.** The JIT counts calls, not seconds: at least [#CALLS] calls, or half a second of CPU time, or two for a
/// training step, most of whose methods run once per call; but [#FEWEST] calls if three seconds are enough for them, as
/// long as a kernel that a product calls once may wait for its compilation (TN 64x1437x32 was measured at a twelfth of
/// its speed in one fork of five); then batches until the times of [#STEADY] in a row lie within [#STEADY_RANGE].
final class Fork {
    /// Begins the line of the result; native libraries may print others.
    static final String MARK = "lanegrad-peers ";

    private static final int CALLS = 12_000;
    private static final int FEWEST = 1_000;
    private static final long FEWEST_NANOS = 3_000_000_000L;
    private static final long PRODUCT_NANOS = 500_000_000;
    private static final long STEP_NANOS = 2_000_000_000;
    private static final long BATCH_NANOS = 10_000_000;
    private static final int STEADY = 5;
    private static final double STEADY_RANGE = 1.03;
    private static final int MOST_BATCHES = 60;
    private static final long MOST_NANOS = 2_000_000_000;

    /// The times of one contender.
    ///
    /// @param name of the contender
    /// @param detail of the contender
    /// @param flops floating-point operations of a call
    /// @param calls of one round
    /// @param nanos per call, by round
    record Series(String name, String detail, double flops, int calls, double[] nanos) {
    }

    private Fork() {
    }

    /// @param args the name of the row, the number of rounds
    public static void main(String[] args) {
        try {
            Row row = Row.named(args[0]);
            List<Contender> all = new ArrayList<>(row.contenders());
            all.add(new RoofLoop());
            System.out.println(MARK + new Gson().toJson(measure(row, all, Integer.parseInt(args[1]))));
            System.exit(0);
        } catch (Exception | LinkageError e) {
            System.out.println(MARK + new Gson().toJson(String.valueOf(e.getMessage())));
            e.printStackTrace();
            System.exit(1);
        }
    }

    private static Series[] measure(Row row, List<Contender> all, int rounds) {
        int n = all.size();
        int[] calls = new int[n];
        for (int c = 0; c < n; c++) {
            calls[c] = warmUp(all.get(c), row.kind() == Row.Kind.STEP ? STEP_NANOS : PRODUCT_NANOS);
        }
        double[][] nanos = new double[n][rounds];
        for (int r = 0; r < rounds; r++) {
            for (int i = 0; i < n; i++) {
                int c = r % 2 == 0 ? i : n - 1 - i;
                // The first calls after another contender bring the operands back into the caches; and the threads
                // of the other, if it has any, fall asleep meanwhile.
                all.get(c).run(calls[c] / 10);
                nanos[c][r] = time(all.get(c), calls[c]);
            }
        }
        Series[] series = new Series[n];
        Arrays.setAll(series, c -> new Series(all.get(c).name(), all.get(c).detail(),
                all.get(c) instanceof RoofLoop ? RoofLoop.flops() : row.flops(), calls[c], nanos[c]));
        return series;
    }

    // Returns how many calls make a batch.
    private static int warmUp(Contender contender, long nanos) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        long spent = 0;
        for (int i = 0; i < CALLS && (spent < nanos || i < FEWEST && spent < FEWEST_NANOS); i++) {
            contender.run(1);
            spent = threads.getCurrentThreadCpuTime() - start;
        }
        int calls = 1;
        double best = time(contender, calls);
        while (best * calls < 0.5 * BATCH_NANOS) {
            calls *= 2;
            best = time(contender, calls);
        }
        double[] last = new double[STEADY];
        long started = System.nanoTime();
        for (int i = 0; i < MOST_BATCHES && System.nanoTime() - started < MOST_NANOS; i++) {
            last[i % STEADY] = time(contender, calls);
            best = Math.min(best, last[i % STEADY]);
            double range = Arrays.stream(last).max().orElseThrow() / Arrays.stream(last).min().orElseThrow();
            if (i >= 2 * STEADY && range < STEADY_RANGE) {
                break;
            }
        }
        return (int) Math.max(1, Math.round(BATCH_NANOS / best));
    }

    private static double time(Contender contender, int calls) {
        long start = System.nanoTime();
        contender.run(calls);
        return (System.nanoTime() - start) / (double) calls;
    }
}
