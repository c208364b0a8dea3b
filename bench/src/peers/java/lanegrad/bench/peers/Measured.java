package lanegrad.bench.peers;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/// The times of one row, and what they say.
///
/// A fork counts once: its figure is the median of its rounds. The figure of the row is the median over forks, its
/// spread the least and the greatest fork.
///
/// @param row what was measured
/// @param forks a list for each fork, with the times of each contender
record Measured(Row row, List<List<Fork.Series>> forks) {
    /// A median over forks with the range of the forks.
    record Figure(double median, double low, double high) {
        static Figure of(double... values) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            return new Figure(Measured.median(sorted), sorted[0], sorted[sorted.length - 1]);
        }
    }

    /// The contenders but for the roof, ours first; a contender with variants counts once.
    Set<String> columns() {
        Set<String> names = new LinkedHashSet<>();
        forks.getFirst().stream().map(s -> column(s.name())).filter(n -> !n.equals(RoofLoop.NAME))
                .forEach(names::add);
        return names;
    }

    /// Nanoseconds per call.
    Figure time(String column) {
        return figure(fork -> median(best(fork, column).nanos()));
    }

    /// The time of one contender over the time of another, round by round.
    Figure ratio(String column, String base) {
        return figure(fork -> ratio(best(fork, column).nanos(), best(fork, base).nanos()));
    }

    /// Billions of floating-point operations per second.
    Figure rate(String column) {
        return figure(fork -> best(fork, column).flops() / median(best(fork, column).nanos()));
    }

    /// The roof in billions of floating-point operations per second of one core.
    Figure roof() {
        return rate(RoofLoop.NAME);
    }

    /// The rate of a contender as a share of the roof of so many cores, round by round.
    Figure share(String column, int cores) {
        return figure(fork -> {
            Fork.Series roof = best(fork, RoofLoop.NAME);
            Fork.Series own = best(fork, column);
            return own.flops() / roof.flops() / cores * ratio(roof.nanos(), own.nanos());
        });
    }

    /// Whether the contender did best with its second variant, in most forks.
    boolean variant(String column) {
        return 2 * forks.stream().filter(f -> !best(f, column).name().equals(column)).count() > forks.size();
    }

    /// What the contenders have to say about themselves.
    Set<String> details() {
        Set<String> details = new LinkedHashSet<>();
        forks.forEach(fork -> fork.stream().map(Fork.Series::detail).filter(d -> !d.isEmpty()).forEach(details::add));
        return details;
    }

    // "OpenBLAS sgemv" belongs to the column of OpenBLAS, "ours 2 threads" has its own.
    private static String column(String name) {
        return name.endsWith(" sgemv") ? name.substring(0, name.length() - " sgemv".length()) : name;
    }

    private static Fork.Series best(List<Fork.Series> fork, String column) {
        return fork.stream().filter(s -> column(s.name()).equals(column))
                .min((a, b) -> Double.compare(median(a.nanos()), median(b.nanos()))).orElseThrow();
    }

    private Figure figure(ToDoubleFunction<List<Fork.Series>> of) {
        return Figure.of(forks.stream().mapToDouble(of).toArray());
    }

    private static double ratio(double[] a, double[] b) {
        double[] each = new double[a.length];
        Arrays.setAll(each, i -> a[i] / b[i]);
        return median(each);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    }
}
