package lanegrad.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// `tanh x`, odd bit for bit, with relative accuracy near 0.
///
/// **Method.** `1 - 2 / (e^(2|x|) + 1)` from `|x| = 1` on, `x + x^3 Q(x^2)` below; both are computed and
/// blended. The two meet where each is good: the first halves at 1 what went wrong in `d = e^(2|x|) + 1` and
/// buries it beyond, but has 1.01 ulp at 0.85 and 1.8 at 1/2; the second has 0.92 up to 1. With
/// `e^(2|x|) = c (1 + w)`, c a power of two, d is one FMA on `c + 1`, which is exact up to 2^23; beyond, `2 / d`
/// is below 2^-22 and its last bits do not count. One FMA of the reduction is enough for the same reason. The
/// reduction and the polynomial for w are ExpCore's.
///
/// Q, of degree 6, is minimax (a linear program on 601 Chebyshev points) for the relative error of tanh on
/// [0, 1], its coefficients rounded to float one at a time from the lowest up and the rest fitted again each
/// time: 4.7e-9 = 2^-27.7.
///
/// Tried and lost: `expm1(2|x|)` over itself plus 2, the remainders carried through the division, took 0.50 ns
/// an element against 0.42, and 1.8 ulp at 8.14, where `1 + 2^-n` no longer fits a float.
///
/// **Special values.** NaN gives NaN; -0 gives -0; +-1 from +-9.010914 (41102cb4) and at infinity.
///
/// **Cost.** 33 operations, one a division.
public final class Tanh {
    /// No result is further than this from `tanh x`, in ulp. The figures of the run over all 2^32 inputs follow.
    public static final double MAX_ULP = 1.0;

    private static final float ONE_FROM = 0x1.205968p3f; // 9.01091385
    private static final int SIGN = 0x8000_0000;
    private static final int ONE = 0x3f80_0000; // the bits of 1

    private static final float Q0 = -0x1.55553cp-2f; // -0.333332956, on [0, 1]
    private static final float Q1 = 0x1.110be4p-3f; // 0.133323461
    private static final float Q2 = -0x1.b9623ap-5f; // -0.0538798459
    private static final float Q3 = 0x1.6009a6p-6f; // 0.0214866754
    private static final float Q4 = -0x1.045ff4p-7f; // -0.00794600882
    private static final float Q5 = 0x1.2da01cp-9f; // 0.00230121939
    private static final float Q6 = -0x1.77cd4p-12f; // -0.000358392484

    private Tanh() {
    }

    /// The meaning, in double.
    public static double exact(double x) {
        return StrictMath.tanh(x);
    }

    /// The scalar twin: the bits of a lane.
    public static float scalar(float x) {
        float z = Math.abs(x + x);
        float t = ExpCore.shifted(z);
        float r = ExpCore.high(z, t - ExpCore.MAGIC);
        float c = Float.intBitsToFloat((Float.floatToRawIntBits(t) << 23) + ONE);
        float d = Math.fma(c, Math.fma(r * r, ExpCore.curve4(r), r), c + 1);
        float large = 1 - 2 / d;
        // What the exponent of c made of a z out of range is replaced.
        large = z >= 2 * ONE_FROM ? 1 : large;
        float u = x * x;
        float q = Math.fma(u, Q6, Q5);
        q = Math.fma(q, u, Q4);
        q = Math.fma(q, u, Q3);
        q = Math.fma(q, u, Q2);
        q = Math.fma(q, u, Q1);
        q = Math.fma(q, u, Q0);
        float y = z < 2 ? Math.fma(q, u * x, x) : large;
        // The first form has lost the sign, the second that of -0.
        y = Float.intBitsToFloat(Float.floatToRawIntBits(x) & SIGN | Float.floatToRawIntBits(y));
        return x != x ? Float.NaN : y;
    }

    /// The lanes; apart, so that [Tanh] loads without the incubator module.
    public static final class Lanes {
        private Lanes() {
        }

        /// `tanh x` in each lane.
        public static FloatVector vector(FloatVector x) {
            FloatVector z = x.add(x).abs();
            FloatVector t = ExpCore.Lanes.shifted(z);
            FloatVector r = ExpCore.Lanes.high(z, t.sub(ExpCore.MAGIC));
            FloatVector c = t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(ONE).reinterpretAsFloats();
            FloatVector d = c.fma(r.mul(r).fma(ExpCore.Lanes.curve4(r), r), c.add(1));
            FloatVector large = x.broadcast(1).sub(x.broadcast(2).div(d));
            large = large.blend(1, z.compare(VectorOperators.GE, 2 * ONE_FROM));
            FloatVector u = x.mul(x);
            FloatVector q = u.fma(Q6, Q5);
            q = q.fma(u, x.broadcast(Q4));
            q = q.fma(u, x.broadcast(Q3));
            q = q.fma(u, x.broadcast(Q2));
            q = q.fma(u, x.broadcast(Q1));
            q = q.fma(u, x.broadcast(Q0));
            FloatVector y = large.blend(q.fma(u.mul(x), x), z.compare(VectorOperators.LT, 2));
            IntVector signed = x.reinterpretAsInts().and(SIGN).or(y.reinterpretAsInts());
            return signed.reinterpretAsFloats().blend(Float.NaN, x.compare(VectorOperators.NE, x));
        }
    }
}
