package lanegrad.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// `tanh x`, odd bit for bit, with relative accuracy near 0.
///
/// **Method.** `e^(2|x|) = 2^n (d + tail)`, where `d + tail = 1 + r + r^2 P(r)` in two parts, `P` of degree
/// 5; the reduction and the polynomial are ExpCore's. With `a = 2^-n` the quotient of `e^(2|x|) - 1` and
/// `e^(2|x|) + 1` is `(d - a + tail) / (d + a + tail)`, in which nothing overflows. What `d - a` and `d + a`
/// lose to rounding is exact and goes to their tails, as `d` is never less than `a`; near 0, where a = 1, the
/// first is left with the low bits and the tail brings the rest. One division gives `v`, the negative
/// reciprocal of the denominator; the quotient found with it is corrected once by its remainder, tails
/// included, so that in the end only one rounding counts.
///
/// Tried and lost: `1 - a` and `1 + a` taken first, two operations fewer, are not exact for n = 24 and 25,
/// which costs 1.83 ulp at 8.14; the remainder without tails, 0.06 ns faster, has thousands of steps down
/// between neighbours above 2, where the slope is small.
///
/// **Special values.** NaN gives NaN; -0 gives -0; +-1 from +-9.010914 (41102cb4) and at infinity.
///
/// **Cost.** 40 operations, one a division: 0.53 ns an element on a Zen 4 in 512-bit vectors, in cache;
/// scalar 6.0.
///
/// **Source.** The quotient is the textbook one, its form with `a` our own; the corrected division is that of
/// P. Markstein, IA-64 and Elementary Functions, 2000.
public final class Tanh {
    /// No result is further than this from `tanh x`, in ulp. Measured over all 2^32 inputs: 0.7792 at
    /// 0.17423087 (3e326994); 99.918% of the results are the nearest float. Monotone.
    public static final double MAX_ULP = 0.78;

    private static final int LAST = 0x4120_0000; // 10, from where on the result is 1, and n is at most 29
    private static final int MAGNITUDE = 0x7fff_ffff;

    private Tanh() {
    }

    /// The meaning, in double.
    public static double exact(double x) {
        return StrictMath.tanh(x);
    }

    /// The scalar twin: the bits of a lane.
    public static float scalar(float x) {
        float u = ExpCore.magnitude(x, LAST);
        float z = u + u;
        float t = ExpCore.shifted(z);
        float n = t - ExpCore.MAGIC;
        float r = ExpCore.low(ExpCore.high(z, n), n);
        float s = r * r;
        float p = ExpCore.curve5(r);
        float f = 1 + r;
        float d = Math.fma(s, p, f);
        float tail = Math.fma(s, p, f - d) + (1 - f + r);
        float a = Float.intBitsToFloat(ExpCore.inversePower(t));
        float num = d - a;
        float numTail = d - num - a + tail;
        float den = d + a;
        float denTail = d - den + a + tail;
        float v = -1 / den;
        float y = num * v;
        y = Math.fma(Math.fma(y, denTail, Math.fma(y, den, num) + numTail), v, y);
        // y is -tanh |x|, its sign bit set even for 0: the mask clears it where x has none.
        y = Float.intBitsToFloat(Float.floatToRawIntBits(y) & (Float.floatToRawIntBits(x) | MAGNITUDE));
        return x != x ? Float.NaN : y;
    }

    /// The lanes; apart, so that [Tanh] loads without the incubator module.
    public static final class Lanes {
        private Lanes() {
        }

        /// `tanh x` in each lane.
        public static FloatVector vector(FloatVector x) {
            FloatVector u = ExpCore.Lanes.magnitude(x, LAST);
            FloatVector z = u.add(u);
            FloatVector t = ExpCore.Lanes.shifted(z);
            FloatVector n = t.sub(ExpCore.MAGIC);
            FloatVector r = ExpCore.Lanes.low(ExpCore.Lanes.high(z, n), n);
            FloatVector s = r.mul(r);
            FloatVector p = ExpCore.Lanes.curve5(r);
            FloatVector one = x.broadcast(1);
            FloatVector f = one.add(r);
            FloatVector d = s.fma(p, f);
            FloatVector tail = s.fma(p, f.sub(d)).add(one.sub(f).add(r));
            FloatVector a = ExpCore.Lanes.inversePower(t).reinterpretAsFloats();
            FloatVector num = d.sub(a);
            FloatVector numTail = d.sub(num).sub(a).add(tail);
            FloatVector den = d.add(a);
            FloatVector denTail = d.sub(den).add(a).add(tail);
            FloatVector v = x.broadcast(-1).div(den);
            FloatVector y = num.mul(v);
            y = y.fma(denTail, y.fma(den, num).add(numTail)).fma(v, y);
            return x.reinterpretAsInts().or(MAGNITUDE).and(y.reinterpretAsInts()).reinterpretAsFloats()
                    .blend(Float.NaN, x.compare(VectorOperators.NE, x));
        }
    }
}
