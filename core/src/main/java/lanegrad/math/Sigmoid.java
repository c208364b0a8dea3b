package lanegrad.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// `1 / (1 + e^-x)`, with relative accuracy on both sides.
///
/// **Method.** `e^|x| = 2^n (1 + w)` with `w = r + r^2 P(r)`, `P` of degree 4; the reduction and the
/// polynomial are ExpCore's. With `a = 2^-n` the lower side is `sigmoid(-|x|) = a / (1 + a + w)`, at most
/// 1/2, which cannot overflow, and the upper side is 1 minus that. One division gives `m`, about -1 / (1 + a
/// + w). Its last bit is cleared, which makes `1 + m` exact; then the remainder `e = 1 + m (1 + a + w)` is
/// summed from its three terms, with no need to know what `1 + a + w` lost to rounding, and `m + e m` is the
/// corrected reciprocal. The factor `a` goes to the exponent of `m` 64 places too high, so that nothing is
/// subnormal until the last FMA takes them off.
///
/// The three-term remainder replaced a denominator with a tail: five operations fewer, 0.43 to 0.39 ns. A
/// branch round the deep left side and NaN saves 0.04 ns more, until the first such vector: then C2 boxes
/// vectors, and it takes 1 to 3 ns and allocates. The naive quotient on `lanewise(EXP)` takes 0.30 to 0.36
/// ns.
///
/// Tried and not kept, against 1.45 times the time of exp: the first half of the next vector beside the second half of
/// this one, 6 to 9% less; two vectors a step, 3%; the factor `a` by multiplications instead of integers, 1%; a
/// reciprocal by Newton's steps instead of the division, a quarter more.
///
/// **Special values.** NaN gives NaN; -inf gives 0, inf gives 1. Exactly 1 from 17.32868 (418aa123);
/// subnormal below -87.33655, sigmoid(-100) = 0000001b; 0 from -103.972084 (c2cff1b5).
///
/// **Cost.** 33 operations, one a division: 0.39 ns an element on a Zen 4 in 512-bit vectors, in cache;
/// scalar 4.5.
///
/// **Source.** The side by side with `e^-|x|` is common (XNNPACK, for one); its form here is our own. The
/// corrected division: P. Markstein, IA-64 and Elementary Functions, 2000.
public final class Sigmoid {
    /// No result is further than this from the sigmoid, in ulp. Measured over all 2^32 inputs: 0.9663 at
    /// -59.305363 (c26d38b1); 98.038% of the results are the nearest float, fewer than in the other functions
    /// because 1 minus the rounded lower side rounds twice. Monotone.
    public static final double MAX_ULP = 0.967;

    private static final int LAST = 0x42d0_0000; // 104, from where on the lower side is 0
    private static final int UP = 64 << 23; // added to the bits of a float: times 2^64
    private static final float DOWN = 0x1p-64f;
    private static final int SIGN = 0x8000_0000;
    private static final int ONE = 0x3f80_0000; // the bits of 1

    private Sigmoid() {
    }

    /// The meaning, in double.
    public static double exact(double x) {
        double e = StrictMath.exp(-Math.abs(x));
        return x < 0 ? e / (1 + e) : 1 / (1 + e);
    }

    /// The scalar twin: the bits of a lane.
    public static float scalar(float x) {
        float u = ExpCore.magnitude(x, LAST);
        float t = ExpCore.shifted(u);
        float n = t - ExpCore.MAGIC;
        float r = ExpCore.low(ExpCore.high(u, n), n);
        float w = Math.fma(r * r, ExpCore.curve4(r), r);
        float y = lower(t, w);
        // y is negative: times the sign of x it is what to add to 0 on the lower side, to 1 on the upper. A
        // comparison and a blend take the place of two FMAs and are slower by 0.015 ns (faster under AVX2).
        int bits = Float.floatToRawIntBits(x);
        float from = Float.intBitsToFloat(~(bits >> 31) & ONE);
        y = Math.fma(Float.intBitsToFloat(Float.floatToRawIntBits(y) ^ bits & SIGN), DOWN, from);
        return x != x ? Float.NaN : y;
    }

    /// `-2^64 / (1 + 2^n (1 + w))`, n below 189 and in the low bits of `t`: the sigmoid of `-|x|`, negative and 64
    /// places up, where it is a normal float.
    static float lower(float t, float w) {
        int inverse = ExpCore.inversePower(t);
        float a = Float.intBitsToFloat(Math.max(inverse, 0)); // 0 will do where it is no normal float
        int reciprocal = Float.floatToRawIntBits(-1 / (1 + a + w)) & -2;
        float m = Float.intBitsToFloat(reciprocal);
        // In this order: the inner sum is about -a m and rounds much only for n = 0 to 2, by 0.22 ulp at
        // most; with a first it would be about -w m, as large for every n.
        float e = Math.fma(a, m, Math.fma(w, m, 1 + m));
        float k = Float.intBitsToFloat(reciprocal + (inverse + (UP - ONE)));
        return Math.fma(e, k, k);
    }

    /// The lanes; apart, so that [Sigmoid] loads without the incubator module.
    public static final class Lanes {
        private Lanes() {
        }

        /// The sigmoid in each lane.
        public static FloatVector vector(FloatVector x) {
            FloatVector u = ExpCore.Lanes.magnitude(x, LAST);
            FloatVector t = ExpCore.Lanes.shifted(u);
            FloatVector n = t.sub(ExpCore.MAGIC);
            FloatVector r = ExpCore.Lanes.low(ExpCore.Lanes.high(u, n), n);
            FloatVector w = r.mul(r).fma(ExpCore.Lanes.curve4(r), r);
            FloatVector y = lower(t, w);
            IntVector bits = x.reinterpretAsInts();
            FloatVector from = bits.lanewise(VectorOperators.ASHR, 31).not().and(ONE).reinterpretAsFloats();
            return y.reinterpretAsInts().lanewise(VectorOperators.XOR, bits.and(SIGN)).reinterpretAsFloats()
                    .fma(x.broadcast(DOWN), from)
                    .blend(Float.NaN, x.compare(VectorOperators.NE, x));
        }

        static FloatVector lower(FloatVector t, FloatVector w) {
            IntVector inverse = ExpCore.Lanes.inversePower(t);
            FloatVector a = inverse.max(0).reinterpretAsFloats();
            IntVector reciprocal = a.broadcast(-1).div(a.add(1).add(w)).reinterpretAsInts().and(-2);
            FloatVector m = reciprocal.reinterpretAsFloats();
            FloatVector e = a.fma(m, w.fma(m, m.add(1)));
            FloatVector k = reciprocal.add(inverse.add(UP - ONE)).reinterpretAsFloats();
            return e.fma(k, k);
        }
    }
}
