package lanegrad.bench.jmh;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.format.OutputFormat;

/// Keeps what JMH and its forks print, instead of printing it: JMH's own silent mode lets the forks' output
/// through, warnings of the JVM included.
final class Quiet implements OutputFormat {
    private static final int KEPT = 16_384;

    private final StringBuilder fork = new StringBuilder();

    /// The first two lines of a fork's output that are not mere warnings, or an empty string: where the JVM says
    /// why it did not start.
    synchronized String complaint() {
        return String.join(": ", fork.toString().lines().map(String::strip)
                .filter(l -> !l.isEmpty() && !l.startsWith("WARNING")).limit(2).toList());
    }

    @Override
    public synchronized void write(int b) {
        if (fork.length() < KEPT) {
            fork.append((char) (b & 0xff));
        }
    }

    @Override
    public synchronized void write(byte[] bytes) {
        if (fork.length() < KEPT) {
            fork.append(new String(bytes, StandardCharsets.UTF_8));
        }
    }

    @Override
    public void iteration(BenchmarkParams benchmark, IterationParams params, int iteration) {
    }

    @Override
    public void iterationResult(BenchmarkParams benchmark, IterationParams params, int iteration,
            IterationResult data) {
    }

    @Override
    public void startBenchmark(BenchmarkParams benchmark) {
    }

    @Override
    public void endBenchmark(BenchmarkResult result) {
    }

    @Override
    public void startRun() {
    }

    @Override
    public void endRun(Collection<RunResult> result) {
    }

    @Override
    public void print(String text) {
    }

    @Override
    public void println(String text) {
    }

    @Override
    public void flush() {
    }

    @Override
    public void close() {
    }

    @Override
    public void verbosePrintln(String text) {
    }
}
