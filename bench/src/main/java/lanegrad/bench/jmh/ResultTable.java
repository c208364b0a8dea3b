package lanegrad.bench.jmh;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The times of one suite as text: a table, then what stands out in words. ASCII only.
public final class ResultTable {
    /// Ratios below this are named after the table.
    public static final double EXPECTED_RATIO = 4;

    private ResultTable() {
    }

    /// The table.
    ///
    /// Ratios are those of the means over forks; in brackets, the least and the greatest ratio of two forks
    /// of one round, which ran one right after the other.
    ///
    /// @param times a list per row, with a timing per arm
    public static String of(Suite suite, List<List<Timing>> times) {
        return of(suite, times, null);
    }

    /// The table with a column for the share of the roof, where the suite has one.
    ///
    /// @param roofs of this machine, or null for no such column
    public static String of(Suite suite, List<List<Timing>> times, Roofs roofs) {
        boolean shares = roofs != null && (suite.figure() == Suite.Figure.GFLOPS
                || suite.rows().stream().anyMatch(row -> row.bytes() > 0));
        List<String[]> lines = new ArrayList<>();
        lines.add(heading(suite, shares));
        for (int r = 0; r < times.size(); r++) {
            lines.add(cells(suite, suite.rows().get(r), times.get(r), shares ? roofs : null));
        }
        StringBuilder text = new StringBuilder(suite.title()).append('\n');
        for (String[] line : lines) {
            StringBuilder padded = new StringBuilder(" ");
            for (int c = 0; c < line.length; c++) {
                int column = c;
                int width = lines.stream().mapToInt(l -> l[column].length()).max().orElse(0);
                padded.append(c == 0 ? " %%-%ds".formatted(width).formatted(line[c])
                        : "  %%%ds".formatted(Math.max(1, width)).formatted(line[c]));
            }
            text.append(padded.toString().stripTrailing()).append('\n');
        }
        return text.append(ratios(suite, times)).append(allocations(suite, times)).toString();
    }

    /// A time with its unit, four digits: `1.234 us`.
    public static String time(double ns) {
        if (ns < 999.95) {
            return digits(ns) + " ns";
        }
        return ns < 999.95e3 ? digits(ns * 1e-3) + " us" : digits(ns * 1e-6) + " ms";
    }

    private static String[] heading(Suite suite, boolean shares) {
        List<String> line = new ArrayList<>(List.of(""));
        suite.arms().forEach(arm -> line.add(arm.label()));
        int last = suite.arms().size() - 1;
        for (int a = 0; a < last; a++) {
            line.add(last == 1 ? "ratio" : "ratio to " + suite.arms().get(a).label());
        }
        if (suite.figure() != Suite.Figure.NONE) {
            line.add(suite.figure().heading());
        }
        if (shares) {
            line.add(suite.figure() == Suite.Figure.GFLOPS ? "% of peak" : "% of copy");
        }
        line.add("B/op");
        return line.toArray(String[]::new);
    }

    private static String[] cells(Suite suite, Suite.Row row, List<Timing> times, Roofs roofs) {
        List<String> line = new ArrayList<>(List.of(row.label()));
        for (Timing t : times) {
            line.add(time(t.mean()) + (t.forks().length > 1 ? format(" +-%2.0f%%", 100 * t.spread()) : ""));
        }
        Timing fast = times.getLast();
        for (Timing slow : times.subList(0, times.size() - 1)) {
            line.add(ratio(slow, fast));
        }
        switch (suite.figure()) {
            case GFLOPS, GIGABYTES -> line.add(format("%.1f", row.work() / fast.mean()));
            case NS_PER_ELEMENT -> line.add(format("%.3f", fast.mean() / row.work()));
            case NONE -> { }
        }
        if (roofs != null) {
            double share = roofs.share(suite.figure(), row, fast.mean());
            line.add(Double.isNaN(share) ? "" : format("%.0f%%", 100 * share));
        }
        boolean equal = times.stream().allMatch(t -> bytes(t).equals(bytes(fast)));
        line.add(equal ? bytes(fast) : String.join(" / ", times.stream().map(ResultTable::bytes).toList()));
        return line.toArray(String[]::new);
    }

    private static String ratio(Timing slow, Timing fast) {
        String mean = format("%.1fx", slow.mean() / fast.mean());
        int rounds = Math.min(slow.forks().length, fast.forks().length);
        if (rounds < 2) {
            return mean;
        }
        double[] each = new double[rounds];
        Arrays.setAll(each, i -> slow.forks()[i] / fast.forks()[i]);
        Arrays.sort(each);
        return mean + format(" (%.1f to %.1f)", each[0], each[rounds - 1]);
    }

    private static String bytes(Timing t) {
        return t.allocates() ? format("%.0f", t.bytes()) : "0";
    }

    private static String ratios(Suite suite, List<List<Timing>> times) {
        int last = suite.arms().size() - 1;
        if (last == 0) {
            return "";
        }
        String fast = suite.arms().get(last).label();
        String slow = suite.arms().get(last - 1).label();
        List<String> below = new ArrayList<>();
        for (int r = 0; r < times.size(); r++) {
            double ratio = times.get(r).get(last - 1).mean() / times.get(r).get(last).mean();
            if (ratio < EXPECTED_RATIO) {
                below.add(suite.rows().get(r).label() + format(" (%.1fx)", ratio));
            }
        }
        if (below.isEmpty()) {
            return format("  In every row %s is at least %.0f times as fast as %s.%n", fast, EXPECTED_RATIO, slow);
        }
        return wrapped(format("In %d of %d rows %s is less than %.0f times as fast as %s: ", below.size(),
                times.size(), fast, EXPECTED_RATIO, slow) + String.join("; ", below) + ".");
    }

    private static String allocations(Suite suite, List<List<Timing>> times) {
        List<String> found = new ArrayList<>();
        for (int r = 0; r < times.size(); r++) {
            for (int a = 0; a < suite.arms().size(); a++) {
                if (times.get(r).get(a).allocates()) {
                    found.add(suite.rows().get(r).label() + ", " + suite.arms().get(a).label() + " ("
                            + bytes(times.get(r).get(a)) + " B)");
                }
            }
        }
        return found.isEmpty() ? "" : wrapped("Allocates: " + String.join("; ", found) + ".");
    }

    private static String wrapped(String sentence) {
        StringBuilder text = new StringBuilder();
        StringBuilder line = new StringBuilder(" ");
        for (String word : sentence.split(" ")) {
            if (line.length() + 1 + word.length() > 110) {
                text.append(line).append('\n');
                line = new StringBuilder(" ");
            }
            line.append(' ').append(word);
        }
        return text.append(line).append('\n').toString();
    }

    private static String digits(double x) {
        return format(x < 9.9995 ? "%.3f" : x < 99.995 ? "%.2f" : "%.1f", x);
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format.replace("%n", "\n"), arguments);
    }
}
