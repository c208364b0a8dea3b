package lanegrad.bench.accuracy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;
import lanegrad.Backend;

/// What was found of one subject.
///
/// @param subject what was measured
/// @param inputs where
/// @param tally the counts
/// @param sampleHash the hash of the results on [Inputs#SAMPLE]; null unless that was gone through
/// @param special the bits of the results at [#SPECIAL]
public record Finding(Subject subject, Inputs inputs, Tally tally, Long sampleHash, List<Integer> special) {
    /// Inputs at the edges of the floats.
    public static final List<Float> SPECIAL = List.of(0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL,
            -Float.MIN_NORMAL, 1f, -1f, Float.MAX_VALUE, -Float.MAX_VALUE, Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY, Float.NaN);
    private static final int COPIES = 16;

    /// Measures a subject: the sample first, if all floats are to follow, since its largest error saves time there.
    ///
    /// @param progress told how many inputs are done, from any thread
    public static Finding of(Subject subject, Inputs inputs, Backend backend, int threads,
            LongConsumer progress) {
        boolean all = inputs.stride() == 1;
        Tally sample = all ? Sweep.run(subject, Inputs.SAMPLE, backend, threads, null, n -> { }) : null;
        Tally tally = Sweep.run(subject, inputs, backend, threads, sample, progress);
        Long sampleHash = all ? Long.valueOf(sample.hash())
                : inputs.equals(Inputs.SAMPLE) ? Long.valueOf(tally.hash()) : null;
        return new Finding(subject, inputs, tally, sampleHash, special(subject, backend));
    }

    // Each in as many copies as a vector has lanes, or the last ones would be left to the scalar twin.
    private static List<Integer> special(Subject subject, Backend backend) {
        float[] x = new float[SPECIAL.size() * COPIES];
        for (int i = 0; i < x.length; i++) {
            x[i] = SPECIAL.get(i / COPIES);
        }
        float[] y = new float[x.length];
        subject.on(backend, x.length).evaluate(x, y, x.length);
        List<Integer> bits = new ArrayList<>();
        for (int i = 0; i < x.length; i += COPIES) {
            bits.add(Float.floatToRawIntBits(y[i]));
        }
        return Collections.unmodifiableList(bits);
    }

    /// What is wrong, in sentences without a full stop; empty if nothing is.
    public List<String> faults() {
        List<String> faults = new ArrayList<>();
        if (tally.violations() > 0) {
            faults.add(format("%s: %,d results are beyond the declared %s, the first at %s", subject,
                    tally.violations(), subject.bound().text(), show(tally.violationAt())));
        }
        if (subject.bound() == null && tally.nanMismatches() > 0) {
            faults.add(format("%s: %,d results are NaN for a number, or a number for NaN", subject,
                    tally.nanMismatches()));
        }
        if (tally.twinDifferences() > 0) {
            faults.add(format("%s: the scalar twin has other bits at %,d inputs, the first %s", subject,
                    tally.twinDifferences(), show(tally.twinDifferenceAt())));
        }
        return faults;
    }

    /// A float with its bits.
    public static String show(float x) {
        return x + " (" + hex(Float.floatToRawIntBits(x)) + ")";
    }

    static String hex(int bits) {
        return format("%08x", bits);
    }

    /// All of it, for JSON.
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        o.put("function", subject.function());
        o.put("part", subject.part().toString());
        o.put("bound", subject.bound() == null ? null : subject.bound().text());
        o.put("inputs", tally.count());
        o.put("stride", inputs.stride());
        o.put("max_ulp", number(tally.maxUlp()));
        o.put("max_ulp_at", tally.maxUlp() == 0 ? null : hex(Float.floatToRawIntBits(tally.maxUlpAt())));
        o.put("max_error", number(tally.maxError()));
        o.put("max_error_at", tally.maxError() == 0 ? null : hex(Float.floatToRawIntBits(tally.maxErrorAt())));
        o.put("numbers", tally.numbers());
        o.put("nearest", tally.histogram()[0]);
        List<Map<String, Object>> buckets = new ArrayList<>();
        for (int k = 0; k < tally.histogram().length; k++) {
            Map<String, Object> bucket = new LinkedHashMap<>();
            bucket.put("to_ulp", number(Tally.limit(k)));
            bucket.put("results", tally.histogram()[k]);
            buckets.add(bucket);
        }
        o.put("histogram", buckets);
        o.put("nan_mismatches", tally.nanMismatches());
        o.put("beyond_bound", tally.violations());
        o.put("steps_back", tally.stepsBack());
        o.put("twin_differences", tally.twinDifferences());
        o.put("finite_from", bits(tally.finiteFrom()));
        o.put("finite_to", bits(tally.finiteTo()));
        Map<String, Object> edges = new LinkedHashMap<>();
        for (int i = 0; i < special.size(); i++) {
            edges.put(hex(Float.floatToRawIntBits(SPECIAL.get(i))), hex(special.get(i)));
        }
        o.put("special", edges);
        o.put("hash", format("%016x", tally.hash()));
        o.put("sample_hash", sampleHash == null ? null : format("%016x", sampleHash));
        return o;
    }

    // JSON has no infinity.
    private static Object number(double x) {
        return Double.isInfinite(x) ? "infinite" : (Object) x;
    }

    private static String bits(float x) {
        return x == x ? hex(Float.floatToRawIntBits(x)) : null;
    }

    /// The lines of the histogram that hold anything, as text.
    public List<String> histogram() {
        List<String> lines = new ArrayList<>();
        long[] counts = tally.histogram();
        long total = Math.max(1, Arrays.stream(counts).sum());
        for (int k = 0; k < counts.length; k++) {
            if (counts[k] > 0) {
                String end = Double.isInfinite(Tally.limit(k)) ? "more"
                        : format("to %s ulp", plain(Tally.limit(k)));
                lines.add(format("%-15s %,14d  %8.4f%%", end, counts[k],
                        100.0 * counts[k] / total));
            }
        }
        return lines;
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

    private static String plain(double x) {
        return x == Math.rint(x) ? format("%,.0f", x) : String.valueOf(x);
    }
}
