package lanegrad.check;

import java.util.Arrays;
import lanegrad.Backend;
import lanegrad.Real;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.check.GradientReport.Part;

/// Where a row of the result depends on a row of the inputs alone, permuted rows must have permuted gradients, bit for
/// bit. Whether it does is asked of the exact meaning.
final class Rows {
    private final GradientCheck.Settings settings;
    private final Findings findings;

    Rows(GradientCheck.Settings settings, Findings findings) {
        this.settings = settings;
        this.findings = findings;
    }

    /// @param gradient in double, with its running error
    void run(GradientCheck.Function f, Tensor[] x, Replay replay, float[] dy, FloatRun[] runs,
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
                    compare(backend, x, turned, m, runs[b], run, replay.operations() == 1);
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

    // Whether the rows of the result depend on their own rows of what is turned, and on all of what is not. Values
    // alone do not tell, for a result may be the same whatever it depends on; a NaN reaches what depends on it.
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

    private void compare(Backend backend, Tensor[] x, Tensor[] turned, int m, FloatRun first, FloatRun run,
            boolean single) {
        for (int k = 0; k < x.length; k++) {
            int at = turned[k] == x[k] ? -1 : Arrays.mismatch(bits(turned(first.dx()[k], m), single),
                    bits(run.dx()[k], single));
            if (at >= 0) {
                findings.add(Part.ROWS, backend + ": with the rows turned by one, the gradient of input "
                        + k + "[" + at + "] is " + run.dx()[k][at] + "; where that row was before it is "
                        + turned(first.dx()[k], m)[at]);
            }
        }
    }

    // Behind an operation whose gradient is 0 everywhere, one that knows positions, as dropout does, cannot be told: a
    // zero has the sign of its factors. So in what is more than one operation, the sign of a zero is left alone.
    private static int[] bits(float[] x, boolean single) {
        float[] y = x.clone();
        for (int i = 0; i < y.length && !single; i++) {
            y[i] += 0f;
        }
        return GradientCheck.bits(y);
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
