package lanegrad.bench.accuracy;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import lanegrad.Backend;
import lanegrad.kernel.Parallel;

/// Goes through all inputs, on several threads.
///
/// The inputs are cut into parts that follow from their number alone; each has a tally of its own, and the tallies are
/// added in order.
public final class Sweep {
    private static final int RUNS = 128;
    private static final long PART = (long) RUNS * Oracle.RUN;

    private Sweep() {
    }

    /// Measures a subject.
    ///
    /// @param known what an earlier sweep found over some of these inputs, or null: errors below its largest need less
    ///        care, which is a matter of time and not of the result
    /// @param progress told how many inputs are done, from any thread
    public static Tally run(Subject subject, Inputs inputs, Backend backend, int threads, Tally known,
            LongConsumer progress) {
        int parts = (int) ((inputs.count() + PART - 1) / PART);
        Tally[] tallies = new Tally[parts];
        Queue<Meter> meters = new ConcurrentLinkedQueue<>();
        AtomicLong done = new AtomicLong();
        Parallel.run(threads, parts, part -> {
            Meter idle = meters.poll();
            Meter meter = idle == null ? new Meter(subject, inputs, backend) : idle;
            Tally tally = new Tally();
            if (known != null) {
                tally.maxUlp = known.maxUlp;
                tally.maxError = known.maxError;
            }
            long end = Math.min(inputs.count(), (part + 1) * PART);
            for (long i = part * PART; i < end; i += Oracle.RUN) {
                meter.run(i, tally);
            }
            tallies[part] = tally;
            meters.add(meter);
            progress.accept(done.addAndGet(tally.count));
        });
        Tally all = new Tally();
        for (Tally tally : tallies) {
            all.add(tally);
        }
        return all;
    }
}
