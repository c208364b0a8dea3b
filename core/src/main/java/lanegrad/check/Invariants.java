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
            rows(f, x, replay, dy, runs, gradient);
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

    // Where a row of the result depends on a row of the inputs alone, permuted rows must have permuted gradients, bit
    // for bit. Whether it does is asked of the exact meaning.
    private void rows(GradientCheck.Function f, Tensor[] x, Replay replay, float[] dy, FloatRun[] runs,
            Real[][] gradient) {
        Var[] vars = replay.inputs().toArray(new Var[0]);
        if (vars.length != x.length || replay.shape().rank() != 2 || replay.shape().extent(0) < 2) {
            return;
        }
        int m = replay.shape().extent(0);
        for (boolean onlyFirst : new boolean[] {true, false}) {
            Tensor[] turned = x.clone();
            int count = 0;
            for (int k = 0; k < x.length; k++) {
                boolean turn = x[k].shape().rank() == 2 && x[k].shape().extent(0) == m && (k == 0 || !onlyFirst);
                turned[k] = turn ? FloatRun.cotangent(x[k].shape(), turned(x[k].toArray(), m)) : x[k];
                count += turn ? 1 : 0;
            }
            if (count > 0 && apart(x, turned, replay, m) && turn(x, turned, replay, dy, gradient, m)) {
                for (int b = 0; b < runs.length; b++) {
                    Backend backend = settings.backends().get(b);
                    FloatRun run = FloatRun.of(GradientCheck.recording(f, turned), backend, 1, turned(dy, m));
                    rows(backend, x, turned, m, runs[b], run);
                }
                return;
            }
        }
    }

    // Whether result and gradient turn with the rows in the exact meaning: those of dropout, say, do not.
    private static boolean turn(Tensor[] x, Tensor[] turned, Replay replay, float[] dy, Real[][] gradient, int m) {
        Real.Trace trace = new Real.Trace();
        Real[][] variables = new Real[x.length][];
        Arrays.setAll(variables, k -> trace.variables(GradientCheck.doubles(turned[k].toArray())));
        Real[] y = replay.run(variables);
        Real[][] dx = trace.gradient(y, GradientCheck.doubles(turned(dy, m)), variables);
        boolean turn = Arrays.equals(Real.values(y), turned(Real.values(replay.run(exact(x))), m));
        for (int k = 0; k < x.length; k++) {
            turn &= turned[k] == x[k] || Arrays.equals(Real.values(dx[k]), turned(Real.values(gradient[k]), m))
                    // What it is added up from shows here, where it cancels.
                    && Arrays.equals(errors(dx[k]), turned(errors(gradient[k]), m));
        }
        return turn;
    }

    private static double[] errors(Real[] x) {
        return Arrays.stream(x).mapToDouble(Real::error).toArray();
    }

    // Whether the rows of the result depend on their own rows of what is turned, and on all of what is not. Values alone
    // do not tell, for a result may be the same whatever it depends on; a NaN reaches what depends on it.
    private static boolean apart(Tensor[] x, Tensor[] turned, Replay replay, int m) {
        double[] y = Real.values(replay.run(exact(x)));
        int row = y.length / m;
        Real[][] second = exact(x);
        Real[][] none = exact(x);
        for (int k = 0; k < x.length; k++) {
            int n = x[k].shape().rank() == 2 && x[k].shape().extent(0) == m ? x[k].shape().extent(1) : 0;
            if (turned[k] != x[k]) {
                System.arraycopy(second[k], n, second[k], 0, n);
                Arrays.fill(none[k], 0, n, Real.of(Double.NaN));
            } else if (n > 0) {
                Real[][] other = exact(x);
                Arrays.fill(other[k], 0, n, Real.of(Double.NaN));
                double[] z = Real.values(replay.run(other));
                if (Arrays.equals(y, row, y.length, z, row, z.length)) {
                    return false;
                }
            }
        }
        for (Real[][] other : new Real[][][] {second, none}) {
            double[] z = Real.values(replay.run(other));
            if (!Arrays.equals(y, row, y.length, z, row, z.length)) {
                return false;
            }
        }
        return true;
    }

    private static Real[][] exact(Tensor[] x) {
        Real[][] exact = new Real[x.length][];
        Arrays.setAll(exact, k -> Real.of(GradientCheck.doubles(x[k].toArray())));
        return exact;
    }

    private void rows(Backend backend, Tensor[] x, Tensor[] turned, int m, FloatRun first, FloatRun run) {
        for (int k = 0; k < x.length; k++) {
            int at = turned[k] == x[k] ? -1 : Arrays.mismatch(GradientCheck.bits(zeros(turned(first.dx()[k], m))),
                    GradientCheck.bits(zeros(run.dx()[k])));
            if (at >= 0) {
                findings.add(Part.ROWS, backend + ": with the rows turned by one, the gradient of input "
                        + k + "[" + at + "] is " + run.dx()[k][at] + "; where that row was before it is "
                        + turned(first.dx()[k], m)[at]);
            }
        }
    }

    // The sign of a zero is left alone: what is 0 by another row's choice, as with dropout, has the sign of its factors.
    private static float[] zeros(float[] x) {
        float[] y = x.clone();
        for (int i = 0; i < y.length; i++) {
            y[i] += 0f;
        }
        return y;
    }

    private void same(FloatRun a, FloatRun b, String what) {
        String difference = a.difference(b);
        if (difference != null) {
            findings.add(Part.REPEAT, what + ": not the same bits; " + difference);
        }
    }

    private static float[] turned(float[] x, int m) {
        int n = x.length / m;
        float[] y = new float[x.length];
        System.arraycopy(x, n, y, 0, x.length - n);
        System.arraycopy(x, 0, y, x.length - n, n);
        return y;
    }

    private static double[] turned(double[] x, int m) {
        int n = x.length / m;
        double[] y = new double[x.length];
        System.arraycopy(x, n, y, 0, x.length - n);
        System.arraycopy(x, 0, y, x.length - n, n);
        return y;
    }
}
