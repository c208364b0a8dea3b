package lanegrad.bench.accuracy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The recorded findings over all floats: a CSV, a line per subject, from `lanegrad accuracy --exhaustive --table`.
///
/// The command and a test compare with it: maxima over a sample are not above it, and hashes and special values equal
/// it, on any machine.
public final class AccuracyTable {
    /// The table that comes with the program.
    public static final String RESOURCE = "/lanegrad/bench/accuracy.csv";

    private static final List<String> COLUMNS = List.of("function", "part", "bound", "max_ulp", "max_ulp_at",
            "max_error", "max_error_at", "nearest", "numbers", "steps_back", "finite_from", "finite_to", "special",
            "hash", "sample_hash", "measured");
    private static final String HEAD = """
            # Errors over all 2^32 floats. Written by: lanegrad accuracy --all --exhaustive --table FILE
            # max_ulp is rounded up, max_error is absolute; nearest of numbers: results that are a nearest float, of
            # inputs whose exact result is a number; steps_back: neighbours whose results step against the exact
            # function; finite_from and finite_to: the least and greatest input with a finite result; special: the
            # bits of the results at %s;
            # hash: from 0, for each result in the order of the inputs' bits, h = h * %x + bits, modulo 2^64;
            # sample_hash: the same over every %dth bit pattern. Floats are bits in hex.
            """;

    /// A line.
    ///
    /// @param key function and part, as [Subject#toString] has them
    /// @param cells the columns by their names
    public record Row(String key, Map<String, String> cells) {
        /// The recorded maximum in ulp.
        public double maxUlp() {
            return Double.parseDouble(cells.get("max_ulp"));
        }

        /// The recorded hash over all floats.
        public long hash() {
            return Long.parseUnsignedLong(cells.get("hash"), 16);
        }

        /// The recorded hash over the sample.
        public long sampleHash() {
            return Long.parseUnsignedLong(cells.get("sample_hash"), 16);
        }

        /// The bits of the recorded results at [Finding#SPECIAL].
        public List<Integer> special() {
            return Arrays.stream(cells.get("special").split(" ")).map(s -> Integer.parseUnsignedInt(s, 16)).toList();
        }

        /// How a finding differs, in sentences without a full stop; empty if it does not.
        public List<String> differences(Finding found) {
            List<String> differences = new ArrayList<>();
            Tally tally = found.tally();
            if (found.inputs().stride() == 1 && tally.hash() != hash()) {
                differences.add(format("%s: the hash over all floats is %016x, recorded is %016x", key,
                        tally.hash(), hash()));
            }
            if (found.sampleHash() != null && found.sampleHash() != sampleHash()) {
                differences.add(format("%s: the hash of the sample is %016x, recorded is %016x", key,
                        found.sampleHash(), sampleHash()));
            }
            if (!(tally.maxUlp() <= maxUlp())) {
                differences.add(format("%s: the error is %s ulp at %s, recorded over all floats are %s",
                        key, tally.maxUlp(), Finding.show(tally.maxUlpAt()), maxUlp()));
            }
            List<Integer> special = special();
            for (int i = 0; i < special.size(); i++) {
                if (!special.get(i).equals(found.special().get(i))) {
                    differences.add(format("%s of %s is %s, recorded is %s", key, Finding.SPECIAL.get(i),
                            Finding.hex(found.special().get(i)), Finding.hex(special.get(i))));
                }
            }
            return differences;
        }
    }

    private AccuracyTable() {
    }

    /// The recorded lines by their keys.
    public static Map<String, Row> recorded() {
        try (InputStream in = AccuracyTable.class.getResourceAsStream(RESOURCE)) {
            return in == null ? Map.of() : read(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the table " + RESOURCE, e);
        }
    }

    /// The lines of a table by their keys.
    ///
    /// @throws IllegalArgumentException for a text that is no such table; the message names the line
    public static Map<String, Row> read(String text) {
        Map<String, Row> rows = new LinkedHashMap<>();
        boolean headed = false;
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] cells = line.split(",", -1);
            if (!headed) {
                if (!List.of(cells).equals(COLUMNS)) {
                    throw new IllegalArgumentException("line " + number + " should hold the columns of an accuracy "
                            + "table, " + String.join(",", COLUMNS));
                }
                headed = true;
                continue;
            }
            if (cells.length != COLUMNS.size()) {
                throw new IllegalArgumentException("line " + number + " has " + cells.length + " cells; there are "
                        + COLUMNS.size() + " columns");
            }
            Map<String, String> row = new LinkedHashMap<>();
            for (int c = 0; c < cells.length; c++) {
                row.put(COLUMNS.get(c), cells[c]);
            }
            String key = cells[0] + (cells[1].equals("value") ? "" : " " + cells[1]);
            rows.put(key, new Row(key, row));
        }
        if (!headed && !text.isBlank()) {
            throw new IllegalArgumentException("it has no line with the columns of an accuracy table");
        }
        return rows;
    }

    /// The line of a finding over all floats.
    ///
    /// @param measured where and when, without commas
    public static Row row(Finding found, String measured) {
        Tally t = found.tally();
        List<String> cells = List.of(found.subject().function(), found.subject().part().toString(),
                found.subject().bound() == null ? "" : found.subject().bound().text().replace(',', ';'),
                roundedUp(t.maxUlp()), t.maxUlp() == 0 ? "" : bits(t.maxUlpAt()), String.valueOf((float) t.maxError()),
                t.maxError() == 0 ? "" : bits(t.maxErrorAt()), String.valueOf(t.histogram()[0]),
                String.valueOf(t.numbers()), String.valueOf(t.stepsBack()), bits(t.finiteFrom()), bits(t.finiteTo()),
                String.join(" ", found.special().stream().map(Finding::hex).toList()),
                format("%016x", t.hash()), format("%016x", found.sampleHash()),
                measured.replace(',', ' '));
        Map<String, String> row = new LinkedHashMap<>();
        for (int c = 0; c < cells.size(); c++) {
            row.put(COLUMNS.get(c), cells.get(c));
        }
        return new Row(found.subject().toString(), row);
    }

    /// The text of a table: the lines of all subjects that have one, in the order of [Subject#all]; no others.
    public static String text(Map<String, Row> rows) {
        StringBuilder special = new StringBuilder();
        Finding.SPECIAL.forEach(x -> special.append(special.isEmpty() ? "" : " ").append(x));
        StringBuilder text = new StringBuilder(
                format(HEAD, special, Tally.MULTIPLIER, Inputs.SAMPLE.stride()));
        text.append(String.join(",", COLUMNS)).append('\n');
        for (Subject subject : Subject.all()) {
            Row row = rows.get(subject.toString());
            if (row != null) {
                text.append(String.join(",", row.cells().values())).append('\n');
            }
        }
        return text.toString();
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

    // So that a comparison with the number read again holds.
    private static String roundedUp(double ulp) {
        return Double.isInfinite(ulp) ? "Infinity" : new BigDecimal(ulp)
                .setScale(6, RoundingMode.CEILING).toPlainString();
    }

    private static String bits(float x) {
        return x == x ? Finding.hex(Float.floatToRawIntBits(x)) : "";
    }
}
