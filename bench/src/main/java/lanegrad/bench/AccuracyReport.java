package lanegrad.bench;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import lanegrad.bench.accuracy.AccuracyTable;
import lanegrad.bench.accuracy.Finding;
import lanegrad.bench.accuracy.Inputs;
import lanegrad.bench.accuracy.Subject;
import lanegrad.bench.accuracy.Tally;

/// What `lanegrad accuracy` prints: a line for each finding, with more below where asked for, and on a terminal a bar
/// until it is there.
final class AccuracyReport {
    private static final int BAR = 16;

    private final Terminal terminal;
    private final Inputs inputs;
    private final boolean details;
    private Subject subject;
    private long start;
    private long drawn;

    AccuracyReport(Terminal terminal, Inputs inputs, boolean details) {
        this.terminal = terminal;
        this.inputs = inputs;
        this.details = details;
    }

    void heading() {
        terminal.out.println(inputs);
        terminal.out.println();
        terminal.out.println(String.format("%-22s %9s  %-23s %9s %9s %10s  %-16s  %s", "", "max ulp", "at", "absolute",
                "nearest", "steps back", "hash", "declared"));
        terminal.out.flush();
    }

    synchronized void begin(Subject next) {
        subject = next;
        start = System.nanoTime();
        drawn = start;
    }

    /// Draws the bar, from any thread; on a terminal only.
    synchronized void done(long done) {
        long now = System.nanoTime();
        if (!terminal.interactive || now - drawn < 100_000_000) {
            return;
        }
        drawn = now;
        double perSecond = done / ((now - start) * 1e-9);
        terminal.out.printf(Locale.ROOT, "\r%-22s %s %3.0f%%  %,.0f million floats per second, %.0f s left ", subject,
                terminal.bar((double) done / inputs.count(), BAR), 100.0 * done / inputs.count(), perSecond * 1e-6,
                (inputs.count() - done) / perSecond);
        terminal.out.flush();
    }

    /// @param row what is recorded, or null
    void print(Finding found, AccuracyTable.Row row, boolean fine) {
        Tally t = found.tally();
        Subject subject = found.subject();
        String declared = subject.bound() == null ? "" : subject.bound().text();
        String line = String.format(Locale.ROOT, "%-22s %9s  %-23s %9s %8.3f%% %,10d  %016x  %s", subject,
                ulps(t.maxUlp()), t.maxUlp() == 0 ? "" : Finding.show(t.maxUlpAt()),
                String.format(Locale.ROOT, "%.2g", t.maxError()), 100 * t.nearest(), t.stepsBack(), t.hash(), declared)
                .stripTrailing();
        terminal.out.println((terminal.interactive ? "\r\u001b[K" : "") + (fine ? line : terminal.red(line)));
        if (details) {
            more(found, row);
        }
        terminal.out.flush();
    }

    private static String ulps(double ulps) {
        // Rounded up, so that it is a bound.
        return ulps < 1e4 ? new BigDecimal(ulps).setScale(4, RoundingMode.CEILING).toPlainString()
                : String.format(Locale.ROOT, "%.3g", ulps);
    }

    private void more(Finding found, AccuracyTable.Row row) {
        Tally t = found.tally();
        found.histogram().forEach(line -> terminal.out.println("    " + line));
        if (t.stepsBack() > 0) {
            terminal.out.println("    the first step back is at " + Finding.show(t.stepBackAt()));
        }
        if (t.finiteFrom() == t.finiteFrom()) {
            terminal.out.println("    finite from " + Finding.show(t.finiteFrom()) + " to "
                    + Finding.show(t.finiteTo()));
        }
        StringBuilder special = new StringBuilder("   ");
        for (int i = 0; i < Finding.SPECIAL.size(); i++) {
            String pair = " " + Finding.SPECIAL.get(i) + " -> " + Float.intBitsToFloat(found.special().get(i)) + ";";
            if (special.length() - special.lastIndexOf("\n") + pair.length() > 110) {
                special.append("\n   ");
            }
            special.append(pair);
        }
        terminal.out.println(special.substring(0, special.length() - 1));
        boolean compared = row != null && (found.inputs().stride() == 1 || found.sampleHash() != null);
        terminal.out.println(compared ? "    hash and special values compared with the record"
                : row != null ? "    special values compared with the record; it has no hash of these inputs"
                : "    not compared with a record");
        terminal.out.println();
    }
}
