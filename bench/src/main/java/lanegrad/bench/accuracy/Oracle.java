package lanegrad.bench.accuracy;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/// The exact function on a run of neighbouring floats, at a nanosecond each where it is smooth.
///
/// Neighbouring floats of one binade lie evenly, and 8,192 of them span a thousandth of their size or less. There a
/// smooth function is a polynomial of degree 7 to within the roundings of double: [#fit] takes it through the function
/// at eight Chebyshev nodes, and compares it with the function at the nine points between and around them, where such a
/// polynomial is furthest off. Four times the largest difference, and some roundings of the values, is the
/// [#slack]: how far [#fill] may be from the function.
///
/// Where that is more than 2^-8 ulp of the least value in the run, or the values change sign, or some are no numbers,
/// [#fill] calls the function for each float instead: at kinks, poles, zeros, in fast waves. And whoever asks something
/// that the slack leaves open (is this error more than a half? the largest?) must call the function itself.
final class Oracle {
    /// Floats of a run, a power of two.
    static final int RUN = 1 << 13;
    /// An infinity counts as this, where the next float after the largest would be: an overflow just beyond the largest
    /// float is then an error of about one ulp, as it should be.
    static final double INFINITY = 0x1p128;

    private static final int NODES = 8;
    private static final double TRUSTED = 0x1p-8;
    // What the values themselves are good to: 2e-13. The least exact are those that erfc is made of, 1e-13.
    private static final double ROUNDINGS = 0x1p-42;
    // Where the function is sampled: cos(j pi / 16), descending. The odd ones are nodes, the even ones compare.
    private static final double[] AT = new double[2 * NODES + 1];
    // From the values at the nodes, less that in the middle, to the coefficients of the ascending powers.
    private static final double[][] POWERS = new double[NODES][NODES];

    static {
        for (int j = 0; j < AT.length; j++) {
            AT[j] = StrictMath.cos(j * Math.PI / (2 * NODES));
        }
        double[][] chebyshev = new double[NODES][NODES];
        chebyshev[0][0] = 1;
        chebyshev[1][1] = 1;
        for (int n = 0; n < NODES; n++) {
            for (int k = 0; k < NODES; k++) {
                if (n > 1) {
                    chebyshev[n][k] = (k > 0 ? 2 * chebyshev[n - 1][k - 1] : 0) - chebyshev[n - 2][k];
                }
                for (int node = 0; node < NODES; node++) {
                    POWERS[k][node] += chebyshev[n][k] * (n == 0 ? 1.0 : 2.0) / NODES
                            * StrictMath.cos(n * (2 * node + 1) * Math.PI / (2 * NODES));
                }
            }
        }
    }

    private final DoubleUnaryOperator exact;
    private final double[] f = new double[AT.length];
    private final double[] c = new double[NODES];
    private boolean fitted;
    private boolean constant;
    private double slack;
    private int direction;

    Oracle(DoubleUnaryOperator exact) {
        this.exact = exact;
    }

    /// The function itself, infinities and beyond as [#INFINITY].
    double at(double x) {
        return clamped(exact.applyAsDouble(x));
    }

    static double clamped(double y) {
        return y > INFINITY ? INFINITY : y < -INFINITY ? -INFINITY : y;
    }

    /// Whether the function has the same value in all of the run, or is NaN there.
    boolean constant() {
        return constant;
    }

    /// How far [#fill] may be from the function; 0 where it called it.
    double slack() {
        return slack;
    }

    /// 1 where the function ascends with the index, -1 where it descends, 0 where neither is known.
    int direction() {
        return direction;
    }

    /// Forgets the run: [#fill] will call the function.
    void unfit() {
        fitted = false;
        constant = false;
        slack = 0;
        direction = 0;
    }

    /// Takes on a run of [#RUN] neighbouring floats.
    ///
    /// @param x the first of the run
    /// @param next the second
    void fit(double x, double next) {
        double half = (next - x) * RUN / 2;
        for (int j = 0; j < AT.length; j++) {
            f[j] = at(x + (AT[j] + 1) * half);
        }
        unfit();
        double low = Double.POSITIVE_INFINITY;
        double high = 0;
        boolean same = true;
        boolean oneSign = true;
        for (double y : f) {
            same &= Double.doubleToLongBits(y) == Double.doubleToLongBits(f[0]);
            oneSign &= y > 0 == f[0] > 0 && y != 0 && y == y;
            low = Math.min(low, Math.abs(y));
            high = Math.max(high, Math.abs(y));
        }
        if (same) {
            constant = true;
            fitted = true;
            Arrays.fill(c, 0);
            c[0] = f[0];
        } else if (oneSign) {
            interpolate();
            double off = 0;
            for (int j = 0; j < AT.length; j += 2) {
                off = Math.max(off, Math.abs(polynomial(AT[j]) - f[j]));
            }
            double bound = 4 * off + ROUNDINGS * high;
            fitted = bound <= TRUSTED * Tally.ulp(low);
            slack = fitted ? bound : 0;
            direction = fitted ? direction(ROUNDINGS * high) : 0;
        }
    }

    /// The exact values of the first `n` floats of `x`, which are the run if there is one.
    void fill(float[] x, double[] e, int n) {
        if (!fitted) {
            for (int i = 0; i < n; i++) {
                e[i] = at(x[i]);
            }
            return;
        }
        double c0 = c[0];
        double c1 = c[1];
        double c2 = c[2];
        double c3 = c[3];
        double c4 = c[4];
        double c5 = c[5];
        double c6 = c[6];
        double c7 = c[7];
        for (int i = 0; i < n; i++) {
            double t = i * (2.0 / RUN) - 1;
            e[i] = Math.fma(t, Math.fma(t, Math.fma(t, Math.fma(t, Math.fma(t, Math.fma(t,
                    Math.fma(t, c7, c6), c5), c4), c3), c2), c1), c0);
        }
    }

    // Relative to the middle: what rounding does to the coefficients is then small against the value.
    private void interpolate() {
        double middle = f[NODES];
        for (int k = 0; k < NODES; k++) {
            double sum = 0;
            for (int node = 0; node < NODES; node++) {
                sum += POWERS[k][node] * (f[2 * node + 1] - middle);
            }
            c[k] = sum;
        }
        c[0] += middle;
    }

    private double polynomial(double t) {
        double y = c[NODES - 1];
        for (int k = NODES - 2; k >= 0; k--) {
            y = Math.fma(t, y, c[k]);
        }
        return y;
    }

    private int direction(double noise) {
        boolean up = true;
        boolean down = true;
        for (int j = 1; j < f.length; j++) {
            up &= f[j - 1] - f[j] > -noise;
            down &= f[j - 1] - f[j] < noise;
        }
        double rise = f[0] - f[f.length - 1];
        return up && rise > noise ? 1 : down && rise < -noise ? -1 : 0;
    }
}
