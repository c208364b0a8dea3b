package lanegrad.bench.jmh;

import java.util.Arrays;

/// The times of one row in one arm.
///
/// @param forks the mean of each fork, in nanoseconds per invocation, in the order of the rounds
/// @param bytes allocated per invocation: the mean of the forks
/// @param invocations of one iteration, about
public record Timing(double[] forks, double bytes, double invocations) {
    // What JMH itself allocates around an iteration, at most; divided by few invocations it looks like ours.
    private static final double HARNESS = 32 * 1024;

    /// The mean over forks: iterations of one fork are not independent, so a fork counts once.
    public double mean() {
        return Arrays.stream(forks).average().orElse(Double.NaN);
    }

    /// Half of the range of the forks as a share of the mean; 0 for one fork, which shows no spread.
    public double spread() {
        double low = Arrays.stream(forks).min().orElse(Double.NaN);
        double high = Arrays.stream(forks).max().orElse(Double.NaN);
        return (high - low) / 2 / mean();
    }

    /// Whether an invocation allocates: more than a byte, and more than JMH does around it.
    public boolean allocates() {
        return bytes >= 1 && bytes * invocations > HARNESS;
    }
}
