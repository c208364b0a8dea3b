package lanegrad.bench.accuracy;

import lanegrad.Backend;
import lanegrad.Shape;
import lanegrad.op.Operation;

/// Measures runs of inputs. For one thread: it has buffers.
///
/// Most results are the nearest float and clearly so. What the fit of the [Oracle] leaves open is looked at again with
/// the function itself: errors next to the end of a bucket, or that may be the largest, or beyond the bound. Hence all
/// counts and maxima are those of the function itself.
final class Meter {
    // Of all floats, every 16th run goes through the scalar twin as well, which takes 4 to 20 times as long.
    private static final int TWIN_EVERY = 16;

    private final Inputs inputs;
    private final Operation.Bound bound;
    private final Subject.Evaluator evaluator;
    private final Subject.Evaluator twin;
    private final Oracle oracle;
    // A run and the float that follows it, for the step to the next run.
    private final float[] x = new float[Oracle.RUN + 1];
    private final float[] y = new float[Oracle.RUN + 1];
    private final float[] other = new float[Oracle.RUN + 1];
    private final double[] exact = new double[Oracle.RUN];
    // Indexes of results that are not the nearest float: only they can be beyond a bound.
    private final int[] rough = new int[Oracle.RUN];
    private int roughs;
    private Tally tally;

    Meter(Subject subject, Inputs inputs, Backend backend) {
        this.inputs = inputs;
        this.bound = subject.bound();
        this.evaluator = subject.on(backend, x.length);
        this.twin = backend == Backend.SCALAR ? null : subject.on(Backend.SCALAR, x.length);
        this.oracle = new Oracle(subject::exact);
    }

    /// Adds up to [Oracle#RUN] inputs, from `index` on, to `tally`.
    void run(long index, Tally tally) {
        this.tally = tally;
        long left = inputs.count() - index;
        int n = (int) Math.min(Oracle.RUN, left);
        int m = (int) Math.min(Oracle.RUN + 1, left);
        for (int i = 0; i < m; i++) {
            x[i] = inputs.at(index + i);
        }
        evaluator.evaluate(x, y, m);
        if (twin != null && (inputs.stride() > 1 || index / Oracle.RUN % TWIN_EVERY == 0)) {
            twin.evaluate(x, other, n);
            compare(n);
        }
        tally.hash(y, n);
        if (inputs.stride() == 1 && x[1] == x[1]) {
            oracle.fit(x[0], x[1]);
        } else {
            oracle.unfit();
        }
        oracle.fill(x, exact, n);
        roughs = 0;
        if (oracle.constant() && constant(n)) {
            look(0, n);
            bounds(n);
        } else {
            scan(n);
            bounds(1);
        }
        if (inputs.stride() == 1) {
            finite(n);
        }
        steps(n, m);
    }

    private void compare(int n) {
        int all = 0;
        for (int i = 0; i < n; i++) {
            all |= Float.floatToRawIntBits(y[i]) ^ Float.floatToRawIntBits(other[i]);
        }
        for (int i = 0; all != 0 && i < n; i++) {
            if (Float.floatToRawIntBits(y[i]) != Float.floatToRawIntBits(other[i])) {
                tally.twinDifferenceAt = tally.twinDifferences == 0 ? x[i] : tally.twinDifferenceAt;
                tally.twinDifferences++;
            }
        }
    }

    private boolean constant(int n) {
        int first = Float.floatToRawIntBits(y[0]);
        for (int i = 1; i < n; i++) {
            if (Float.floatToRawIntBits(y[i]) != first) {
                return false;
            }
        }
        return true;
    }

    private void scan(int n) {
        double slack = oracle.slack();
        long clear = 0;
        for (int i = 0; i < n; i++) {
            double e = exact[i];
            int exponent = Math.min(Math.max(Math.getExponent(e), Float.MIN_EXPONENT), Float.MAX_EXPONENT);
            double perUlp = Double.longBitsToDouble((long) (1023 + 23 - exponent) << 52);
            double error = Math.abs(y[i] - e);
            double ulps = (error + slack) * perUlp;
            // Written so that a NaN is looked at.
            if (ulps < 0.5 && ulps < tally.maxUlp && error + slack < tally.maxError) {
                clear++;
            } else {
                look(i, 1);
            }
        }
        tally.histogram[0] += clear;
        tally.numbers += clear;
    }

    // Counts result i, `weight` times.
    private void look(int i, int weight) {
        double slack = oracle.slack();
        double e = exact[i];
        if (slack > 0) {
            double error = Math.abs(Oracle.clamped(y[i]) - e);
            double perUlp = 1 / Tally.ulp(e);
            if (!(error + slack < tally.maxError && (error + slack) * perUlp < tally.maxUlp)
                    || Tally.open(error * perUlp, slack * perUlp)) {
                e = oracle.at(x[i]);
            }
        }
        if (y[i] != y[i] || e != e) {
            mismatch(i, e, weight);
            return;
        }
        double error = Math.abs(Oracle.clamped(y[i]) - e);
        double ulps = error / Tally.ulp(e);
        if (ulps > tally.maxUlp || tally.maxUlpAt != tally.maxUlpAt && ulps == tally.maxUlp) {
            tally.maxUlp = ulps;
            tally.maxUlpAt = x[i];
        }
        if (error > tally.maxError || tally.maxErrorAt != tally.maxErrorAt && error == tally.maxError) {
            tally.maxError = error;
            tally.maxErrorAt = x[i];
        }
        int bucket = Tally.bucket(ulps);
        tally.histogram[bucket] += weight;
        tally.numbers += weight;
        if (bucket > 0) {
            rough[roughs++] = i;
        }
    }

    private void mismatch(int i, double e, int weight) {
        tally.numbers += e == e ? weight : 0;
        if (y[i] != y[i] && e != e) {
            return;
        }
        tally.nanMismatches += weight;
        tally.histogram[tally.histogram.length - 1] += e == e ? weight : 0;
        if (tally.maxUlp < Double.POSITIVE_INFINITY || tally.maxUlpAt != tally.maxUlpAt) {
            tally.maxUlp = Double.POSITIVE_INFINITY;
            tally.maxUlpAt = x[i];
        }
        rough[roughs++] = i;
    }

    private void bounds(int weight) {
        if (bound == null || roughs == 0) {
            return;
        }
        double[] at = new double[roughs];
        double[] e = new double[roughs];
        for (int r = 0; r < roughs; r++) {
            at[r] = x[rough[r]];
            e[r] = exact[rough[r]];
        }
        double[] limit = limits(at, e);
        for (int r = 0; r < roughs; r++) {
            double value = Oracle.clamped(y[rough[r]]);
            if (!(Math.abs(value - e[r]) + oracle.slack() <= limit[r])) {
                double[] again = {oracle.at(at[r])};
                if (!(Math.abs(value - again[0]) <= limits(new double[] {at[r]}, again)[0])) {
                    tally.violationAt = tally.violations == 0 ? (float) at[r] : tally.violationAt;
                    tally.violations += weight;
                }
            }
        }
    }

    private double[] limits(double[] at, double[] e) {
        Shape[] shapes = {Shape.of(at.length)};
        return bound.limit().of(null, shapes, new double[][] {at}, e);
    }

    private void finite(int n) {
        int from = 0;
        while (from < n && !Float.isFinite(y[from])) {
            from++;
        }
        int to = n - 1;
        while (to > from && !Float.isFinite(y[to])) {
            to--;
        }
        if (from < n) {
            tally.finite(x[from]);
            tally.finite(x[to]);
        }
    }

    // Where nothing is known of the direction, two values of the function itself tell it.
    private void steps(int n, int m) {
        int direction = oracle.direction();
        for (int i = 1; i < m; i++) {
            boolean down = y[i] < y[i - 1];
            boolean up = y[i] > y[i - 1];
            if (direction > 0 ? down : direction < 0 ? up : (up || down) && against(i, n, up)) {
                // The least negative float does not follow on the largest NaN.
                if ((Float.floatToRawIntBits(x[i]) ^ Float.floatToRawIntBits(x[i - 1])) >= 0) {
                    tally.stepBackAt = tally.stepsBack == 0 ? x[i] : tally.stepBackAt;
                    tally.stepsBack++;
                }
            }
        }
    }

    private boolean against(int i, int n, boolean up) {
        if (oracle.constant() && i < n) {
            return true;
        }
        boolean known = oracle.slack() == 0;
        double before = known ? exact[i - 1] : oracle.at(x[i - 1]);
        double after = known && i < n ? exact[i] : oracle.at(x[i]);
        return up ? after < before : after > before;
    }
}
