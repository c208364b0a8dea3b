package lanegrad.bench.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import lanegrad.bench.jmh.ResultTable;

/// The measured rows as text.
final class Tables {
    private Tables() {
    }

    /// All tables that have rows, then what there is to say about them.
    static String of(List<Measured> all) {
        StringBuilder text = new StringBuilder();
        List<Measured> products = of(all, Row.Kind.PRODUCT);
        if (!products.isEmpty()) {
            text.append(products(products)).append('\n');
        }
        List<Measured> threads = of(all, Row.Kind.THREADS);
        if (!threads.isEmpty()) {
            text.append(threads(threads)).append('\n');
        }
        List<Measured> steps = of(all, Row.Kind.STEP);
        if (!steps.isEmpty()) {
            text.append(steps(steps)).append('\n');
        }
        return text.toString();
    }

    /// A row in progress: the times of all.
    static String line(Measured m) {
        List<String> parts = new ArrayList<>();
        for (String column : m.columns()) {
            parts.add(column + " " + ResultTable.time(m.time(column).median())
                    + (column.equals(Row.OURS) ? "" : " (" + ratio(m.ratio(column, Row.OURS)) + ")"));
        }
        return " " + String.join(", ", parts);
    }

    /// What the reader must know to take the ratios for what they are.
    static String notes(List<Measured> all) {
        StringBuilder text = new StringBuilder("""
                Ratio: the peer's time over ours in the same round, above 1 where ours is faster; the median over
                forks, in brackets the least and the greatest fork. Roof: FMA in registers only, measured in each
                round, of one core; % is the share of it.
                """);
        if (all.stream().anyMatch(m -> m.row().kind() == Row.Kind.PRODUCT)) {
            text.append("""
                    OpenBLAS and MKL: the C function called on off-heap memory made beforehand, their best case from
                    Java; netlib and EJML: on float[]. v: the peer's sgemv was faster than its sgemm, and is shown.
                    """);
        }
        if (all.stream().anyMatch(m -> m.row().kind() == Row.Kind.STEP)) {
            text.append("""
                    PyTorch runs eager through DJL: every operation passes through JNI. The FLOPs of a step are those
                    of its matrix products.
                    """);
        }
        all.stream().flatMap(m -> m.details().stream()).distinct().forEach(d -> text.append(d).append('\n'));
        return text.toString();
    }

    private static List<Measured> of(List<Measured> all, Row.Kind kind) {
        return all.stream().filter(m -> m.row().kind() == kind).toList();
    }

    private static String products(List<Measured> rows) {
        List<List<String>> lines = new ArrayList<>();
        List<String> peers = rows.getFirst().columns().stream().filter(c -> !c.equals(Row.OURS)).toList();
        List<String> heading = new ArrayList<>(List.of("", "roof", Row.OURS, "GFLOP/s", "%"));
        for (String peer : peers) {
            heading.addAll(List.of("| " + peer, "GFLOP/s", "ratio"));
        }
        lines.add(heading);
        Map<String, Double> logs = new LinkedHashMap<>();
        for (Measured m : rows) {
            List<String> line = new ArrayList<>(List.of(m.row().name(), format("%.0f", m.roof().median()),
                    ResultTable.time(m.time(Row.OURS).median()), format("%.1f", m.rate(Row.OURS).median()),
                    percent(m.share(Row.OURS, 1))));
            for (String peer : peers) {
                Measured.Figure ratio = m.ratio(peer, Row.OURS);
                line.add("| " + ResultTable.time(m.time(peer).median()) + (m.variant(peer) ? " v" : ""));
                line.add(format("%.1f", m.rate(peer).median()));
                line.add(ratio(ratio));
                logs.merge(peer, Math.log(ratio.median()), Double::sum);
            }
            lines.add(line);
        }
        List<String> means = new ArrayList<>(List.of("geometric mean", "", "", "", ""));
        for (String peer : peers) {
            means.addAll(List.of("|", "", format("%.2f", Math.exp(logs.get(peer) / rows.size()))));
        }
        lines.add(means);
        return "Matrix products, one thread (op(A) op(B), rows x depth x columns; N as stored, T transposed)\n"
                + aligned(lines);
    }

    private static String threads(List<Measured> rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("", "roof", "1 thread", "GFLOP/s", "%", "2 threads", "GFLOP/s", "% of 2 cores", "speed-up"));
        for (Measured m : rows) {
            String two = Row.OURS + " " + m.row().threads() + " threads";
            lines.add(List.of(m.row().work(), format("%.0f", m.roof().median()),
                    ResultTable.time(m.time(Row.OURS).median()), format("%.1f", m.rate(Row.OURS).median()),
                    percent(m.share(Row.OURS, 1)), ResultTable.time(m.time(two).median()),
                    format("%.1f", m.rate(two).median()), percent(m.share(two, m.row().threads())),
                    ratio(m.ratio(Row.OURS, two))));
        }
        return "Ours with two threads\n" + aligned(lines);
    }

    private static String steps(List<Measured> rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("", "roof", "ours", "GFLOP/s", "%", "PyTorch", "GFLOP/s", "%", "ratio", "2 threads over 1"));
        for (Measured m : rows) {
            int threads = m.row().threads();
            String ours = threads == 1 ? Row.OURS : Row.OURS + " " + threads + " threads";
            String peer = "PyTorch";
            lines.add(List.of(m.row().name(), format("%.0f", m.roof().median()),
                    ResultTable.time(m.time(ours).median()), format("%.1f", m.rate(ours).median()),
                    percent(m.share(ours, threads)), ResultTable.time(m.time(peer).median()),
                    format("%.1f", m.rate(peer).median()), percent(m.share(peer, threads)),
                    ratio(m.ratio(peer, ours)), threads == 1 ? "" : ratio(m.ratio(Row.OURS, ours))));
        }
        return "Training steps: forward, loss, backward, optimizer (% of the roof of as many cores as threads)\n"
                + aligned(lines);
    }

    private static String ratio(Measured.Figure f) {
        return f.low() == f.high() ? format("%.2f", f.median())
                : format("%.2f (%.2f-%.2f)", f.median(), f.low(), f.high());
    }

    private static String percent(Measured.Figure f) {
        return format("%.0f%%", 100 * f.median());
    }

    // The first column to the left, a column that begins with a bar too, all others to the right.
    private static String aligned(List<List<String>> lines) {
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder padded = new StringBuilder("  ");
            for (int c = 0; c < line.size(); c++) {
                int column = c;
                int width = lines.stream().mapToInt(l -> l.get(column).length()).max().orElse(0);
                String cell = line.get(c);
                String space = " ".repeat(width - cell.length());
                boolean bar = cell.startsWith("|");
                padded.append(c == 0 ? cell + space : bar ? "  |" + space + cell.substring(1) : "  " + space + cell);
            }
            text.append(padded.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
