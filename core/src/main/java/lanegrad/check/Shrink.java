package lanegrad.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import lanegrad.Backend;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.check.GradientReport.Part;

/// Makes a failure small: the operation that fails by itself, the smallest shapes, the fewest elements that are not 0.
///
/// Whatever still fails the same question is kept; what cannot be recorded is not tried again.
final class Shrink {
    /// Checks to spend on it.
    private static final int TRIES = 300;
    private static final int POINTS = 32;

    private final GradientReport.Part part;
    private final GradientCheck.Function f;
    private final GradientCheck.Settings settings;
    private Tensor[] x;
    private int tries;

    private Shrink(GradientReport.Part part, GradientCheck.Function f, GradientCheck.Settings settings, Tensor[] x) {
        this.part = part;
        this.f = f;
        this.settings = settings.points(Math.min(settings.points(), POINTS));
        this.x = x;
    }

    /// The report with an example for its first failure.
    static GradientReport of(GradientReport report, GradientCheck.Function f, GradientCheck.Settings settings,
            Tensor... x) {
        GradientReport.Part part = report.failures().get(0).part();
        GradientReport blamed = blame(report, GradientCheck.recording(f, x), settings, true);
        if (blamed != null) {
            return blamed;
        }
        Shrink shrink = new Shrink(part, f, settings, x);
        if (part == Part.VACUOUS || !shrink.fails(x)) {
            return report;
        }
        shrink.extents();
        shrink.elements();
        shrink.extents();
        return shrink.told(report, "f");
    }

    /// The report with the operation that fails by itself as the example, if one does.
    static GradientReport of(GradientReport report, GradientCheck.Recording recording,
            GradientCheck.Settings settings) {
        GradientReport blamed = blame(report, recording, settings, false);
        return blamed == null ? report : blamed;
    }

    // The first recorded operation that fails by itself, checked at the values that it had.
    private static GradientReport blame(GradientReport report, GradientCheck.Recording recording,
            GradientCheck.Settings settings, boolean ofMany) {
        Tape tape = new Tape(Backend.SCALAR, 1);
        Var y = recording.record(tape);
        int operations = 0;
        for (int i = 0; i <= y.position(); i++) {
            operations += tape.entry(i).op() == null ? 0 : 1;
        }
        if (ofMany && operations < 2) {
            return null;
        }
        for (int i = 0; i <= y.position(); i++) {
            Tape.Entry e = tape.entry(i);
            if (e.op() == null || !e.output().wantsGradient()) {
                continue;
            }
            boolean[] wants = new boolean[e.inputs()];
            Tensor[] values = new Tensor[e.inputs()];
            for (int k = 0; k < values.length; k++) {
                wants[k] = e.input(k).wantsGradient();
                values[k] = e.x(k).copy();
            }
            Object attribute = e.attribute();
            GradientCheck.Function one = v -> Tape.of(v).recordWith(e.op(), attribute, constants(v, wants));
            GradientReport.Part part = report.failures().get(0).part();
            Shrink shrink = new Shrink(part, one, settings, values);
            if (shrink.fails(values)) {
                shrink.extents();
                shrink.elements();
                shrink.extents();
                return shrink.told(report, "operation '" + e.op().name() + "' at position " + i + " of the tape");
            }
        }
        return null;
    }

    // What wanted no gradient in the recording does not want one here; variables stand in their place on the tape.
    private static Var[] constants(Var[] v, boolean[] wants) {
        Var[] in = v.clone();
        for (int k = 0; k < in.length; k++) {
            if (!wants[k]) {
                in[k] = Tape.of(v).constant(v[k].value());
            }
        }
        return in;
    }

    private boolean fails(Tensor[] candidate) {
        if (tries++ > TRIES) {
            return false;
        }
        try {
            return GradientCheck.run("", f, settings, candidate).failed(part);
        } catch (IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException e) {
            // Not a size that it takes.
            return false;
        }
    }

    private boolean keep(Tensor[] candidate) {
        if (fails(candidate)) {
            x = candidate;
            return true;
        }
        return false;
    }

    // Extents that are equal belong together, as those of a product's inner side do.
    private void extents() {
        boolean smaller = true;
        while (smaller) {
            smaller = false;
            TreeSet<Integer> extents = new TreeSet<>();
            for (Tensor t : x) {
                for (int a = 0; a < t.shape().rank(); a++) {
                    extents.add(t.shape().extent(a));
                }
            }
            for (int extent : extents.descendingSet()) {
                for (int to : new int[] {1, 2, extent / 2, extent - 1}) {
                    if (to >= 1 && to < extent && keep(cut(extent, to))) {
                        smaller = true;
                        break;
                    }
                }
            }
        }
    }

    private Tensor[] cut(int extent, int to) {
        Tensor[] y = new Tensor[x.length];
        for (int k = 0; k < y.length; k++) {
            int rank = x[k].shape().rank();
            int[] extents = new int[rank];
            for (int a = 0; a < rank; a++) {
                extents[a] = x[k].shape().extent(a) == extent ? to : x[k].shape().extent(a);
            }
            y[k] = Tensor.zeros(extents);
            int columns = rank == 0 ? 1 : extents[rank - 1];
            int before = rank == 0 ? 1 : x[k].shape().extent(rank - 1);
            for (int i = 0; i < y[k].size(); i++) {
                y[k].set(i, x[k].get(i / columns * before + i % columns));
            }
        }
        return y;
    }

    private void elements() {
        for (int k = 0; k < x.length; k++) {
            // All but one, then one by one, then plainer numbers.
            for (int i = 0; i < x[k].size() && x[k].size() <= TRIES / 2; i++) {
                // At the front it stays when the shape shrinks.
                if (keep(with(k, only(k, 0, i))) || keep(with(k, only(k, i, i)))) {
                    break;
                }
            }
            for (int i = 0; i < x[k].size(); i++) {
                float v = x[k].get(i);
                for (float plainer : new float[] {0, 1, -1, Math.round(v), Math.round(v * 8) / 8f}) {
                    Tensor t = x[k].copy();
                    t.set(i, plainer);
                    if (v == plainer || keep(with(k, t))) {
                        break;
                    }
                }
            }
        }
    }

    private Tensor only(int k, int at, int i) {
        Tensor one = Tensor.zeros(x[k].shape());
        one.set(at, x[k].get(i));
        return one;
    }

    private Tensor[] with(int k, Tensor t) {
        Tensor[] y = x.clone();
        y[k] = t;
        return y;
    }

    private GradientReport told(GradientReport report, String what) {
        GradientReport small = GradientCheck.run("", f, settings, x);
        if (!small.failed(part)) {
            return report;
        }
        String told = small.failures().stream().filter(g -> g.part() == part).findFirst().orElseThrow().what();
        String java = "// " + what + ": " + told + "\nGradientCheck.of(f, " + Arrays.stream(x).map(Shrink::java)
                .collect(Collectors.joining(", ")) + ").orThrow();";
        List<GradientReport.Failure> failures = new ArrayList<>(report.failures());
        GradientReport.Failure first = failures.get(0);
        failures.set(0, new GradientReport.Failure(first.part(), first.what(), java));
        return new GradientReport(report.name(), report.points(), report.kinks(), report.aside(), report.elements(),
                report.formula(), report.formulaAt(), report.kernel(), report.kernelUlps(), report.kernelAt(),
                report.weak(), failures);
    }

    private static String java(Tensor t) {
        StringBuilder s = new StringBuilder("Tensor.of(new float[] {");
        for (int i = 0; i < t.size(); i++) {
            s.append(i == 0 ? "" : ", ").append(literal(t.get(i)));
        }
        s.append('}');
        for (int a = 0; a < t.shape().rank(); a++) {
            s.append(", ").append(t.shape().extent(a));
        }
        return s.append(')').toString();
    }

    private static String literal(float v) {
        return v != v ? "Float.NaN" : Float.isInfinite(v) ? (v > 0 ? "" : "-") + "Float.POSITIVE_INFINITY" : v + "f";
    }
}
