package lanegrad.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// The error function, odd bit for bit, with relative accuracy near 0.
///
/// **Method.** `x + x P(x^2)` below 1, `1 - 2^Q(|x| - 1)` from there on, where `Q`, of degree 6, is log2 of erfc;
/// `1 - 2^n` is exact, so that the last FMA rounds once. Powers of `|x|` in place of those of `|x| - 1` lost 0.05
/// ulp at 1, where erfc is still 0.157.
///
/// **Special values.** NaN gives NaN; -0 gives -0; +-1 at the infinities.
///
/// **Cost.** 34 operations, no division: 0.52 ns an element on a Zen 4 in 512-bit vectors, in cache, where exp took
/// 0.38.
///
/// **Source.** The exponential of a polynomial is N. Juffa's form of erff.
public final class Erf {
    /// No result is further than this from `erf x`, in ulp. Measured over all floats: 0.9856 at 0.99542993
    /// (3f7ed47f); 99.271% of the results are the nearest float. Monotone.
    public static final double MAX_ULP = 0.986;

    private static final int LAST = 0x4080_0000; // 4, from where on the result is 1
    private static final int SIGN = 0x8000_0000;
    private static final int ONE = 0x3f80_0000; // the bits of 1

    private static final float P0 = 0x1.06eba8p-3f; // 0.12837917, in x^2 on [0, 1]
    private static final float P1 = -0x1.81273ep-2f; // -0.37612626
    private static final float P2 = 0x1.ce2ce6p-4f; // 0.11283579
    private static final float P3 = -0x1.b7f71ap-6f; // -0.026853347
    private static final float P4 = 0x1.53f224p-8f; // 0.005187162
    private static final float P5 = -0x1.a3515ep-11f; // -0.0007997853
    private static final float P6 = 0x1.4771fep-14f; // 7.806904e-05

    private static final float Q0 = -0x1.558eaep1f; // -2.6684167, in x - 1 on [0, 2.93]
    private static final float Q1 = -0x1.e7532ap1f; // -3.8072255
    private static final float Q2 = -0x1.376188p0f; // -1.216332
    private static final float Q3 = -0x1.ebd796p-5f; // -0.060039323
    private static final float Q4 = 0x1.de8742p-7f; // 0.014603526
    private static final float Q5 = -0x1.7d3184p-9f; // -0.002908275
    private static final float Q6 = 0x1.696244p-12f; // 0.0003446425

    private Erf() {
    }

    /// The meaning, in double, to about 1e-15: below 2 by the series `2 x / sqrt(pi) e^(-x^2) (1 + 2 x^2 / 3 + (2
    /// x^2)^2 / (3 * 5) + ...)`, all of one sign, from there on from [#exactComplement].
    public static double exact(double x) {
        if (!(Math.abs(x) < 2)) {
            return x < 0 ? exactComplement(-x) - 1 : 1 - exactComplement(x);
        }
        double square = 2 * x * x;
        double term = 2 / Math.sqrt(Math.PI) * x * StrictMath.exp(-x * x);
        double sum = 0;
        for (int n = 3; sum + term != sum; n += 2) {
            sum += term;
            term *= square / n;
        }
        return x == 0 ? x : sum;
    }

    /// `1 - erf(x)` in double, its relative error below 1e-13: from 2 on Laplace's continued fraction, which does
    /// not cancel.
    public static double exactComplement(double x) {
        if (x < 2) {
            return x < -2 ? 2 - exactComplement(-x) : 1 - exact(x);
        }
        if (x > 28 || x != x) {
            return x != x ? x : 0; // below the least double
        }
        double rest = x;
        for (int n = (int) (20 + 400 / (x * x)); n > 0; n--) {
            rest = x + 0.5 * n / rest;
        }
        return StrictMath.exp(-x * x) / (Math.sqrt(Math.PI) * rest);
    }

    /// The scalar twin: the bits of a lane.
    public static float scalar(float x) {
        float u = ExpCore.magnitude(x, LAST) - 1;
        float q = Math.fma(u, Q6, Q5);
        q = Math.fma(q, u, Q4);
        q = Math.fma(q, u, Q3);
        q = Math.fma(q, u, Q2);
        q = Math.fma(q, u, Q1);
        q = Math.fma(q, u, Q0);
        float t = q + ExpCore.MAGIC;
        float w = ExpCore.base2(q - (t - ExpCore.MAGIC));
        float c = Float.intBitsToFloat((Float.floatToRawIntBits(t) << 23) + ONE);
        float y = Math.fma(-c, w, 1 - c);
        y = Float.intBitsToFloat(Float.floatToRawIntBits(y) | Float.floatToRawIntBits(x) & SIGN);
        float s = x * x;
        float p = Math.fma(s, P6, P5);
        p = Math.fma(p, s, P4);
        p = Math.fma(p, s, P3);
        p = Math.fma(p, s, P2);
        p = Math.fma(p, s, P1);
        p = Math.fma(p, s, P0);
        y = s < 1 ? Math.fma(x, p, x) : y;
        return x != x ? Float.NaN : y;
    }

    /// The lanes; apart, so that [Erf] loads without the incubator module.
    public static final class Lanes {
        private Lanes() {
        }

        /// `erf(x)` in each lane.
        public static FloatVector vector(FloatVector x) {
            FloatVector u = ExpCore.Lanes.magnitude(x, LAST).sub(1);
            FloatVector q = u.fma(Q6, Q5)
                    .fma(u, u.broadcast(Q4))
                    .fma(u, u.broadcast(Q3))
                    .fma(u, u.broadcast(Q2))
                    .fma(u, u.broadcast(Q1))
                    .fma(u, u.broadcast(Q0));
            FloatVector t = q.add(ExpCore.MAGIC);
            FloatVector w = ExpCore.Lanes.base2(q.sub(t.sub(ExpCore.MAGIC)));
            FloatVector c = t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(ONE).reinterpretAsFloats();
            FloatVector y = c.neg().fma(w, c.broadcast(1).sub(c)).reinterpretAsInts()
                    .or(x.reinterpretAsInts().and(SIGN)).reinterpretAsFloats();
            FloatVector s = x.mul(x);
            FloatVector p = s.fma(P6, P5)
                    .fma(s, s.broadcast(P4))
                    .fma(s, s.broadcast(P3))
                    .fma(s, s.broadcast(P2))
                    .fma(s, s.broadcast(P1))
                    .fma(s, s.broadcast(P0));
            return y.blend(x.fma(p, x), s.compare(VectorOperators.LT, 1))
                    .blend(Float.NaN, x.compare(VectorOperators.NE, x));
        }
    }
}
