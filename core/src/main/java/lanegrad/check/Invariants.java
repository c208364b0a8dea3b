package lanegrad.check;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import lanegrad.Backend;
import lanegrad.Real;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.check.GradientReport.Part;
import lanegrad.op.Add;

/// What holds for every gradient, whatever the function: the same bits again, linearity, sums over uses, permuted rows.
final class Invariants {
    /// Below this size, doubling and halving round.
    private static final float TINY = 0x1p-120f;

    /// A sum over rows goes on from what is there, so its second half rounds otherwise than its first; relative to the
    /// largest element.
    private static final float SUM = 0x1p-16f;

    private final GradientCheck.Recording recording;
    private final GradientCheck.Settings settings;
    private final Findings findings;

    Invariants(GradientCheck.Recording recording, GradientCheck.Settings settings, Findings findings) {
        this.recording = recording;
        this.settings = settings;
        this.findings = findings;
    }

    void run(Replay replay, float[] dy, FloatRun[] runs) {
        for (int b = 0; b < runs.length; b++) {
            Backend backend = settings.backends().get(b);
            same(runs[0], runs[b], settings.backends().get(0) + " and " + backend);
            repeats(backend, dy, runs[b]);
            linear(backend, dy, runs[b]);
            for (int k = 0; k < runs[b].dx().length; k++) {
                if (runs[b].dx()[k].length != replay.inputs().get(k).shape().size()) {
                    findings.add(Part.INPUTS, backend + ": the gradient of input " + k + " has "
                            + runs[b].dx()[k].length + " elements, the input is " + replay.inputs().get(k));
                }
            }
        }
    }

    private void repeats(Backend backend, float[] dy, FloatRun first) {
        Tape tape = new Tape(backend, 1);
        float[] other = dy.clone();
        for (int j = 0; j < other.length; j++) {
            other[j] = dy[dy.length - 1 - j] * 3;
        }
        // Another cotangent in between: nothing of it may be left over.
        FloatRun.of(recording, tape, other);
        tape.rewind();
        same(first, FloatRun.of(recording, tape, dy), backend + ", a rewound tape after another cotangent");
        for (int threads = 2; threads <= 3; threads++) {
            same(first, FloatRun.of(recording, backend, threads, dy), backend + ", 1 thread and " + threads);
        }
    }

    private void linear(Backend backend, float[] dy, FloatRun first) {
        FloatRun none = FloatRun.of(recording, backend, 1, new float[dy.length]);
        float[] scaled = dy.clone();
        for (int j = 0; j < scaled.length; j++) {
            scaled[j] *= -2;
        }
        FloatRun twice = FloatRun.of(recording, backend, 1, scaled);
        for (int k = 0; k < first.dx().length; k++) {
            for (int i = 0; i < first.dx()[k].length; i++) {
                float dx = first.dx()[k][i];
                float zero = none.dx()[k][i];
                if (zero != 0 && Math.abs(dx) < Float.POSITIVE_INFINITY) {
                    findings.add(Part.LINEAR, backend + ": a cotangent of zeros gives " + zero
                            + " for input " + k + "[" + i + "]; it must give 0");
                }
                float doubled = twice.dx()[k][i];
                if (Math.abs(dx) >= TINY && Math.abs(dx) < Float.MAX_VALUE / 2 && doubled != -2 * dx) {
                    findings.add(Part.LINEAR, backend + ": -2 times the cotangent gives " + doubled
                            + " for input " + k + "[" + i + "]; with the cotangent itself it is " + dx);
                }
            }
        }
    }

    /// Those that need the function itself.
    ///
    /// @param gradient in double, with its running error; `null` without exact meaning
    void run(GradientCheck.Function f, Tensor[] x, Replay replay, float[] dy, FloatRun[] runs, Real[][] gradient) {
        for (int b = 0; b < runs.length; b++) {
            Backend backend = settings.backends().get(b);
            otherValues(f, x, backend, dy, runs[b]);
            twoUses(f, x, backend, dy, runs[b], gradient);
            for (int k = 0; x.length > 1 && k < x.length; k++) {
                // The function's arguments come first on the tape; not all of them need reach the result.
                for (int at = 0; at < replay.inputs().size(); at++) {
                    if (replay.inputs().get(at).position() == k) {
                        alone(f, x, k, backend, dy, runs[b].dx()[at]);
                    }
                }
            }
        }
        if (replay.weak() == null) {
            new Rows(settings, findings).run(f, x, replay, dy, runs, gradient);
        }
    }

    // On a rewound tape after other inputs: nothing of their results may be left over.
    private void otherValues(GradientCheck.Function f, Tensor[] x, Backend backend, float[] dy, FloatRun first) {
        Tensor[] other = new Tensor[x.length];
        for (int k = 0; k < x.length; k++) {
            // The same values in another order stay in the domain.
            other[k] = Tensor.zeros(x[k].shape());
            for (int i = 0; i < x[k].size(); i++) {
                other[k].set(i, x[k].get(x[k].size() - 1 - i));
            }
        }
        Tape tape = new Tape(backend, 1);
        FloatRun.of(GradientCheck.recording(f, other), tape, dy);
        tape.rewind();
        same(first, FloatRun.of(GradientCheck.recording(f, x), tape, dy),
                backend + ", a rewound tape after other inputs");
    }

    private void twoUses(GradientCheck.Function f, Tensor[] x, Backend backend, float[] dy, FloatRun first,
            Real[][] gradient) {
        FloatRun both = FloatRun.of(GradientCheck.recording(v -> Add.of(f.apply(v), f.apply(v)), x), backend, 1, dy);
        for (int k = 0; k < first.dx().length; k++) {
            float largest = 0;
            for (float dx : first.dx()[k]) {
                largest = Math.abs(dx) < Float.MAX_VALUE / 2 ? Math.max(largest, Math.abs(dx)) : largest;
            }
            for (int i = 0; i < first.dx()[k].length; i++) {
                float dx = first.dx()[k][i];
                // Both are that far from the exact one, where terms all but cancel.
                double slack = Math.max(SUM * largest, gradient == null ? 0 : 4 * gradient[k][i].error());
                if (Math.abs(dx) < Float.MAX_VALUE / 2 && !(Math.abs(both.dx()[k][i] - 2 * dx) <= slack)) {
                    findings.add(Part.ADDS, backend + ": used twice, input " + k + "[" + i
                            + "] has the gradient " + both.dx()[k][i] + "; used once, " + dx + "; contributions must "
                            + "add");
                }
            }
        }
    }

    private void alone(GradientCheck.Function f, Tensor[] x, int only, Backend backend, float[] dy, float[] first) {
        Tape tape = new Tape(backend, 1);
        Var[] vars = new Var[x.length];
        for (int k = 0; k < x.length; k++) {
            vars[k] = k == only ? tape.variable(x[k]) : tape.constant(x[k]);
        }
        Var y = f.apply(vars);
        tape.backward(y, FloatRun.cotangent(y.shape(), dy));
        unwanted(tape, backend);
        Tensor gradient = vars[only].hasGradient() ? vars[only].gradient() : null;
        float[] dx = gradient != null ? gradient.toArray() : new float[x[only].size()];
        int at = Arrays.mismatch(GradientCheck.bits(dx), GradientCheck.bits(first));
        if (at >= 0) {
            findings.add(Part.ADDS, backend + ": when no other input wants a gradient, input " + only + "["
                    + at + "] has " + dx[at] + ", otherwise " + first[at]);
        }
    }

    private void unwanted(Tape tape, Backend backend) {
        Set<Var> seen = new HashSet<>();
        for (int i = 0; i < tape.length(); i++) {
            Tape.Entry e = tape.entry(i);
            for (int k = 0; k < e.inputs(); k++) {
                // Asking for the buffer of a gradient counts as a write, so the first to ask finds one.
                if (!e.wants(k) && seen.add(e.input(k)) && e.dx(k).version() > 1) {
                    findings.add(Part.INPUTS, backend + ": " + e.op().name() + " writes a gradient for "
                            + "its input " + k + ", which wants none; ask e.wants(" + k + ") first");
                }
            }
        }
    }

    private void same(FloatRun a, FloatRun b, String what) {
        String difference = a.difference(b);
        if (difference != null) {
            findings.add(Part.REPEAT, what + ": not the same bits; " + difference);
        }
    }
}
