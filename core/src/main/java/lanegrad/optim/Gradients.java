package lanegrad.optim;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import lanegrad.Backend;
import lanegrad.kernel.Lanes;

/// What an optimizer asks of a stretch of a gradient, and does to it, before its own update.
final class Gradients {
    /// Virtual lanes of [#squares]: two vectors of doubles with 512 bits, eight with 128.
    static final int SUMS = 16;

    private Gradients() {
    }

    /// Whether all of `x` from `from` to before `to` are finite.
    ///
    /// 0 x is 0 for a finite x, else NaN, and a NaN stays in a sum: a multiplication and an addition an element, and a
    /// single test at the end.
    static boolean finite(Backend backend, float[] x, int from, int to) {
        if (backend == Backend.VECTOR) {
            return Vectors.finite(x, from, to);
        }
        float s = 0;
        for (int i = from; i < to; i++) {
            s += 0 * x[i];
        }
        return s == 0;
    }

    /// The sum of the squares of `x` from `from` to before `to`, in the order of [Clip.Norm]: infinite or NaN when one
    /// of them is, and else finite.
    ///
    /// @param sums scratch, at least [#SUMS] long
    static double squares(Backend backend, float[] x, int from, int to, double[] sums) {
        int i = from;
        if (backend == Backend.VECTOR) {
            i = Vectors.squares(x, from, to, sums);
        } else {
            Arrays.fill(sums, 0, SUMS, 0);
        }
        for (; i < to; i++) {
            int lane = (i - from) % SUMS;
            sums[lane] = Math.fma((double) x[i], x[i], sums[lane]);
        }
        for (int s = SUMS / 2; s > 0; s /= 2) {
            for (int j = 0; j < s; j++) {
                sums[j] += sums[j + s];
            }
        }
        return sums[0];
    }

    /// Multiplies by `factor`.
    static void scale(Backend backend, float[] x, float factor, int from, int to) {
        int i = backend == Backend.VECTOR ? Vectors.scale(x, factor, from, to) : from;
        for (; i < to; i++) {
            x[i] *= factor;
        }
    }

    /// Bounds the magnitudes by `max`; there is no NaN.
    static void clamp(Backend backend, float[] x, float max, int from, int to) {
        int i = backend == Backend.VECTOR ? Vectors.clamp(x, max, from, to) : from;
        for (; i < to; i++) {
            x[i] = Math.min(Math.max(x[i], -max), max);
        }
    }

    private static final class Vectors {
        private static final VectorSpecies<Float> S = Lanes.SPECIES;
        private static final VectorSpecies<Double> D =
                VectorSpecies.of(double.class, S.vectorShape());
        // Half a vector of floats fills a vector of doubles.
        private static final VectorSpecies<Float> HALF = D.length() == 8 ? FloatVector.SPECIES_256
                : D.length() == 4 ? FloatVector.SPECIES_128 : FloatVector.SPECIES_64;

        // Four chains, for with one each vector waits for the one before: the optimizer's step of a 64-32-10 network
        // took 0.66 µs in place of 0.50, of 64-128-10 2.4 in place of 1.7 (256 bits, Zen 4).
        static boolean finite(float[] x, int from, int to) {
            FloatVector zero = FloatVector.zero(S);
            FloatVector s0 = zero;
            FloatVector s1 = zero;
            FloatVector s2 = zero;
            FloatVector s3 = zero;
            int i = from;
            for (int end = to - 4 * S.length(); i <= end; i += 4 * S.length()) {
                s0 = FloatVector.fromArray(S, x, i).fma(zero, s0);
                s1 = FloatVector.fromArray(S, x, i + S.length()).fma(zero, s1);
                s2 = FloatVector.fromArray(S, x, i + 2 * S.length()).fma(zero, s2);
                s3 = FloatVector.fromArray(S, x, i + 3 * S.length()).fma(zero, s3);
            }
            for (int end = to - S.length(); i <= end; i += S.length()) {
                s0 = FloatVector.fromArray(S, x, i).fma(zero, s0);
            }
            float rest = 0;
            for (; i < to; i++) {
                rest += 0 * x[i];
            }
            return rest == 0 && s0.add(s1).add(s2.add(s3)).compare(VectorOperators.EQ, 0).allTrue();
        }

        // Rounds of all virtual lanes; returns where they end. A pair of vectors at a time goes down the array, so
        // that with 128 bits it is read four times: a part stays in the nearest two caches.
        static int squares(float[] x, int from, int to, double[] sums) {
            int end = from + (to - from) / SUMS * SUMS;
            for (int g = 0; g < SUMS; g += 2 * D.length()) {
                DoubleVector s = DoubleVector.zero(D);
                DoubleVector t = DoubleVector.zero(D);
                for (int i = from + g; i < end; i += SUMS) {
                    DoubleVector a = (DoubleVector) FloatVector.fromArray(HALF, x, i)
                            .convertShape(VectorOperators.F2D, D, 0);
                    DoubleVector b = (DoubleVector) FloatVector.fromArray(HALF, x, i + D.length())
                            .convertShape(VectorOperators.F2D, D, 0);
                    s = a.fma(a, s);
                    t = b.fma(b, t);
                }
                s.intoArray(sums, g);
                t.intoArray(sums, g + D.length());
            }
            return end;
        }

        static int scale(float[] x, float factor, int from, int to) {
            int i = from;
            for (int end = from + S.loopBound(to - from); i < end; i += S.length()) {
                FloatVector.fromArray(S, x, i).mul(factor).intoArray(x, i);
            }
            return i;
        }

        static int clamp(float[] x, float max, int from, int to) {
            int i = from;
            for (int end = from + S.loopBound(to - from); i < end; i += S.length()) {
                FloatVector.fromArray(S, x, i).max(-max).min(max).intoArray(x, i);
            }
            return i;
        }
    }
}
