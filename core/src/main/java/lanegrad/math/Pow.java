package lanegrad.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// `c x^p` for constants `c` and `p`: a power, and the slope of one.
///
/// **Method.** The exponents 0, 1, 2, 3 and -1 are products or a quotient. Any other is `2^(p log2 |x|)`, with the
/// logarithm and its product with `p` in two floats each, as the result magnifies their errors by up to 150. `|x| =
/// 2^k (1 + f)` with `1 + f` in [2/3, 4/3), and with `s = f / (2 + f)`
///
///     log2(1 + f) = 2 / (3 ln 2) s (3 + z + z^2 R(z)), z = s^2
///
/// where everything but `z^2 R(z)` is a pair of floats; what a product or quotient loses comes exact from an fma. `R`
/// has degree 3, fitted on [0, 0.0401] to 2^-41 of the logarithm. To `p log2 |x|` comes `log2 |c|`: a product with
/// `x^p` would magnify the error where that is subnormal, and be infinite too early. Then `2^e` of a pair `e`: its
/// integer goes to the exponent, the rest through ExpCore, with what the high part loses added last.
///
/// **Special values.** Those of IEEE 754: `x^0 = 1` even for NaN; any other power of NaN is NaN; a negative number to
/// a power that is no integer is NaN; `0^p` is 0 or, for a negative `p`, inf, and has the sign of x for an odd `p`;
/// `-inf` to a power that is no integer is inf or 0.
///
/// **Cost.** About 110 operations with one division, other than for the exponents named above: 1.7 ns an element on a
/// Zen 4 in 512-bit vectors, in cache; scalar 25. In six stages, a loop for each over a block; as one loop it took 5.2
/// ns and left 36 bytes of garbage, for C2 inlines no method of ours any more after some 35 to 50 operations of the
/// Vector API, and boxes what goes to the rest.
///
/// **Source.** The pair and the constant 3 in it are those of FDLIBM's `e_pow.c` (Sun Microsystems, 1993); the fma
/// takes the place of its splitting of numbers.
///
/// (Over 300 lines: the scalar form and the stages of the lanes are one computation, to be read side by side.)
///
/// @param high the exponent, rounded to a float
/// @param low what that rounding lost
/// @param factor the factor
/// @param logHigh `log2 |factor|`, rounded to a float
/// @param logLow what that rounding lost
/// @param integer whether the exponent is an integer
/// @param odd whether it is an odd one
public record Pow(float high, float low, float factor, float logHigh, float logLow, boolean integer,
        boolean odd) {
    /// The error in ulp, but for 3. Measured over all floats on the exponents 0.5, -2 and 2.4 and their slopes: 0.7941,
    /// of the slope of x^2.4; on 1.5, -0.5, 1/3, 7, -3, 12.3, 100, -77.7 and 0.001 over every 2003rd float: less.
    public static final double MAX_ULP = 0.8;

    /// The same for `x * x * x`: two roundings. Measured over all floats: 1.2874 at 3.597088e-13
    /// (2aca7f80).
    public static final double MAX_CUBE_ULP = 1.3;

    private static final float NORMALIZER = 0x1p23f;
    private static final int FRACTION = 0x7f_ffff;
    private static final int SIGN = 0x8000_0000;
    private static final int ONE = 0x3f80_0000; // the bits of 1

    private static final float R0 = 0x1.33333p-1f; // 0.599999905, on [0, 0.0401]
    private static final float R1 = 0x1.b6dfeep-2f; // 0.428588599
    private static final float R2 = 0x1.5440d6p-2f; // 0.332278579
    private static final float R3 = 0x1.32987ep-2f; // 0.299409837
    private static final float SCALE_HI = 0x1.ec709ep-1f; // 0.961796701: 2 / (3 ln 2)
    private static final float SCALE_LO = -0x1.e2fe02p-28f; // -7.02846181e-9
    private static final float LN2_HI = 0x1.62e43p-1f; // 0.693147182
    private static final float LN2_LO = -0x1.05c61p-29f; // -1.90465432e-9

    // From here on up 2^e is infinite, and from here on down 0, whatever the low part of e.
    private static final float INFINITE = 129;
    private static final float ZERO = -151;

    /// `x^exponent`.
    ///
    /// @throws IllegalArgumentException for an exponent that is NaN or beyond the floats
    public static Pow of(double exponent) {
        return of(1, exponent);
    }

    /// `factor x^exponent`.
    ///
    /// @throws IllegalArgumentException for an exponent or a factor that is NaN or beyond the floats, or a factor 0
    public static Pow of(double factor, double exponent) {
        float high = (float) exponent;
        if (!(Math.abs((float) factor) <= Float.MAX_VALUE) || (float) factor == 0) {
            throw new IllegalArgumentException("pow: the factor is " + factor
                    + "; it must be from 1.4E-45 to 3.4E38 in magnitude");
        }
        if (!(Math.abs(high) <= Float.MAX_VALUE) || high == 0 && exponent != 0) {
            throw new IllegalArgumentException("pow: the exponent is " + exponent
                    + "; it must be 0, or from 1.4E-45 to 3.4E38 in magnitude");
        }
        boolean integer = exponent == Math.rint(exponent);
        double log = StrictMath.log(Math.abs(factor)) / StrictMath.log(2);
        return new Pow(high, (float) (exponent - high), (float) factor, (float) log, (float) (log - (float) log),
                integer, integer && Math.abs(exponent % 2) == 1);
    }

    /// Whether it is a product or a quotient: the exponents 0, 1, 2, 3 and -1.
    public boolean simple() {
        return low == 0 && (high == 0 || high == 1 || high == 2 || high == 3 || high == -1);
    }

    /// The scalar twin: the bits of a lane.
    public float scalar(float x) {
        if (!simple()) {
            return general(x);
        }
        if (high == 0) {
            return factor;
        }
        if (high == 1) {
            return factor == 1 ? x : x * factor;
        }
        if (high == 2) {
            return factor == 1 ? x * x : x * x * factor;
        }
        if (high == 3) {
            return factor == 1 ? x * x * x : x * x * x * factor;
        }
        return factor / x;
    }

    private float general(float x) {
        float size = Math.abs(x);
        boolean subnormal = size < Float.MIN_NORMAL;
        int bits = Float.floatToRawIntBits(subnormal ? size * NORMALIZER : size) - LogCore.SPLIT;
        float f = Float.intBitsToFloat((bits & FRACTION) + LogCore.SPLIT) - 1;
        float k = Float.intBitsToFloat((bits >> 23) + LogCore.MAGIC_BITS)
                - (subnormal ? LogCore.MAGIC + 23 : LogCore.MAGIC);
        float d = f + 2;
        float q = 1 / d;
        float s = f * q;
        float sLow = q * Math.fma(-s, f - (d - 2), Math.fma(-s, d, f));
        float z = s * s;
        float zLow = Math.fma(s + s, sLow, Math.fma(s, s, -z));
        float r = Math.fma(z * z, Math.fma(z * z, Math.fma(z, R3, R2), Math.fma(z, R1, R0)), zLow);
        float w = z + r;
        float t = w + 3;
        float tLow = 3 - t + w + (z - w + r);
        float p = s * t;
        float pLow = Math.fma(s, t, -p) + Math.fma(s, tLow, sLow * t);
        float g = p * SCALE_HI;
        float gLow = Math.fma(p, SCALE_HI, -g) + Math.fma(p, SCALE_LO, pLow * SCALE_HI);
        float l = k + g;
        float lLow = k - l + g + gLow;
        float e = l * high;
        float eLow = Math.fma(l, high, -e) + Math.fma(l, low, lLow * high);
        if (logHigh != 0) {
            float sum = e + logHigh;
            float part = sum - e;
            eLow = e - (sum - part) + (logHigh - part) + logLow + eLow;
            e = sum;
        }
        float y = powerOfTwo(e, eLow);
        // In range, the bits above are right to the last; beyond it they are anything.
        y = e <= ZERO ? 0 : y;
        y = e >= INFINITE ? Float.POSITIVE_INFINITY : y;
        y = size == 0 ? high > 0 ? 0 : Float.POSITIVE_INFINITY : y;
        y = size == Float.POSITIVE_INFINITY ? high > 0 ? Float.POSITIVE_INFINITY : 0 : y;
        if (odd) {
            y = Float.intBitsToFloat(Float.floatToRawIntBits(y) | Float.floatToRawIntBits(x) & SIGN);
        }
        if (!integer) {
            y = x < 0 && size < Float.POSITIVE_INFINITY ? Float.NaN : y;
        }
        if (factor < 0) {
            y = -y;
        }
        return x != x ? Float.NaN : y;
    }

    // 2^(e + low). The low part may reach beyond half a unit of the integer, which the polynomial bears.
    private static float powerOfTwo(float e, float low) {
        float shifted = e + ExpCore.MAGIC;
        float a = e - (shifted - ExpCore.MAGIC);
        float r = a + low;
        float rLow = a - r + low;
        float h = r * LN2_HI;
        float hLow = Math.fma(r, LN2_HI, -h) + Math.fma(r, LN2_LO, rLow * LN2_HI);
        float s = h + 1;
        float y = s + Math.fma(h * h, ExpCore.curve4(h), Math.fma(hLow, s, 1 - s + h));
        // Times 2^n in two halves, as in Exp.
        int bits = Float.floatToRawIntBits(shifted);
        int half = bits >> 1 << 23;
        return Float.intBitsToFloat(Float.floatToRawIntBits(y) + half)
                * Float.intBitsToFloat((bits << 23) - half + ONE);
    }

    /// The lanes; apart, so that [Pow] loads without the incubator module.
    public static final class Lanes {
        private Lanes() {
        }

        /// `x^p` in each lane; where `power` is a constant of the JIT, only what its exponent needs remains.
        public static FloatVector vector(FloatVector x, Pow power) {
            if (!power.simple()) {
                int length = x.length();
                float[] t = new float[2 * length];
                ratio(x, t, 0, length);
                series(x, t, 0, length);
                logarithm(x, t, 0, length);
                times(x, power, t, 0, length);
                powerOfTwo(x, t, 0, length);
                return last(x, power, t, 0, length);
            }
            if (power.high == 0) {
                return x.broadcast(power.factor);
            }
            if (power.high == 1) {
                return power.factor == 1 ? x : x.mul(power.factor);
            }
            if (power.high == 2) {
                return power.factor == 1 ? x.mul(x) : x.mul(x).mul(power.factor);
            }
            if (power.high == 3) {
                return power.factor == 1 ? x.mul(x).mul(x) : x.mul(x).mul(x).mul(power.factor);
            }
            return x.broadcast(power.factor).div(x);
        }

        /// The power, from what the stages have left.
        public static FloatVector last(FloatVector x, Pow power, float[] t, int at, int step) {
            return special(x, FloatVector.fromArray(x.species(), t, at),
                    FloatVector.fromArray(x.species(), t, at + step), power);
        }

        /// The first of five stages before [#last], as all of it is too long for one loop: leaves `s` and what it lost.
        ///
        /// @param t where the stages find and leave a pair of vectors, at `at` and at `at + step`
        public static void ratio(FloatVector x, float[] t, int at, int step) {
            FloatVector f = scaled(x).and(FRACTION).add(LogCore.SPLIT).reinterpretAsFloats().sub(1);
            FloatVector d = f.add(2);
            FloatVector q = x.broadcast(1).div(d);
            FloatVector s = f.mul(q);
            FloatVector minus = s.neg();
            s.intoArray(t, at);
            q.mul(minus.fma(f.sub(d.sub(2)), minus.fma(d, f))).intoArray(t, at + step);
        }

        // The bits of |x|, made normal, from SPLIT on.
        private static IntVector scaled(FloatVector x) {
            FloatVector size = x.abs();
            return size.mul(NORMALIZER, size.compare(VectorOperators.LT, Float.MIN_NORMAL)).reinterpretAsInts()
                    .sub(LogCore.SPLIT);
        }

        /// The second: leaves `s (3 + z + z^2 R(z))` and what it lost.
        public static void series(FloatVector x, float[] t, int at, int step) {
            FloatVector s = FloatVector.fromArray(x.species(), t, at);
            FloatVector sLow = FloatVector.fromArray(x.species(), t, at + step);
            FloatVector z = s.mul(s);
            FloatVector zLow = s.add(s).fma(sLow, s.fma(s, z.neg()));
            FloatVector zz = z.mul(z);
            FloatVector r = zz.fma(zz.fma(z.fma(R3, R2), z.fma(R1, R0)), zLow);
            FloatVector w = z.add(r);
            FloatVector v = w.add(3);
            FloatVector vLow = x.broadcast(3).sub(v).add(w).add(z.sub(w).add(r));
            FloatVector p = s.mul(v);
            p.intoArray(t, at);
            s.fma(v, p.neg()).add(s.fma(vLow, sLow.mul(v))).intoArray(t, at + step);
        }

        /// The third: leaves `log2 |x|` and what it lost.
        public static void logarithm(FloatVector x, float[] t, int at, int step) {
            FloatVector p = FloatVector.fromArray(x.species(), t, at);
            FloatVector pLow = FloatVector.fromArray(x.species(), t, at + step);
            FloatVector g = p.mul(SCALE_HI);
            FloatVector scale = x.broadcast(SCALE_HI);
            FloatVector gLow = p.fma(scale, g.neg()).add(p.fma(x.broadcast(SCALE_LO), pLow.mul(scale)));
            FloatVector magic = x.broadcast(LogCore.MAGIC)
                    .blend(LogCore.MAGIC + 23, x.abs().compare(VectorOperators.LT, Float.MIN_NORMAL));
            FloatVector k = scaled(x).lanewise(VectorOperators.ASHR, 23).add(LogCore.MAGIC_BITS).reinterpretAsFloats()
                    .sub(magic);
            FloatVector l = k.add(g);
            l.intoArray(t, at);
            k.sub(l).add(g).add(gLow).intoArray(t, at + step);
        }

        /// The fourth: leaves the exponent to the base 2 and what it lost.
        public static void times(FloatVector x, Pow power, float[] t, int at, int step) {
            FloatVector l = FloatVector.fromArray(x.species(), t, at);
            FloatVector high = x.broadcast(power.high);
            FloatVector e = l.mul(high);
            FloatVector eLow = l.fma(high, e.neg()).add(l.fma(x.broadcast(power.low),
                    FloatVector.fromArray(x.species(), t, at + step).mul(high)));
            if (power.logHigh != 0) {
                FloatVector log = x.broadcast(power.logHigh);
                FloatVector sum = e.add(log);
                FloatVector part = sum.sub(e);
                eLow = e.sub(sum.sub(part)).add(log.sub(part)).add(power.logLow).add(eLow);
                e = sum;
            }
            e.intoArray(t, at);
            eLow.intoArray(t, at + step);
        }

        /// The fifth: leaves that exponent where it is, and the power of two.
        public static void powerOfTwo(FloatVector x, float[] t, int at, int step) {
            FloatVector e = FloatVector.fromArray(x.species(), t, at);
            FloatVector low = FloatVector.fromArray(x.species(), t, at + step);
            FloatVector shifted = e.add(ExpCore.MAGIC);
            FloatVector a = e.sub(shifted.sub(ExpCore.MAGIC));
            FloatVector r = a.add(low);
            FloatVector rLow = a.sub(r).add(low);
            FloatVector ln2 = e.broadcast(LN2_HI);
            FloatVector h = r.mul(ln2);
            FloatVector hLow = r.fma(ln2, h.neg()).add(r.fma(e.broadcast(LN2_LO), rLow.mul(ln2)));
            FloatVector s = h.add(1);
            FloatVector y = s.add(h.mul(h).fma(ExpCore.Lanes.curve4(h),
                    hLow.fma(s, e.broadcast(1).sub(s).add(h))));
            IntVector bits = shifted.reinterpretAsInts();
            IntVector half = bits.lanewise(VectorOperators.ASHR, 1).lanewise(VectorOperators.LSHL, 23);
            y.reinterpretAsInts().add(half).reinterpretAsFloats()
                    .mul(bits.lanewise(VectorOperators.LSHL, 23).sub(half).add(ONE).reinterpretAsFloats())
                    .intoArray(t, at + step);
        }

        private static FloatVector special(FloatVector x, FloatVector e, FloatVector y, Pow power) {
            float atZero = power.high > 0 ? 0 : Float.POSITIVE_INFINITY;
            float atInfinity = power.high > 0 ? Float.POSITIVE_INFINITY : 0;
            VectorMask<Float> infinite = x.abs().compare(VectorOperators.EQ, Float.POSITIVE_INFINITY);
            FloatVector v = y.blend(0, e.compare(VectorOperators.LE, ZERO))
                    .blend(Float.POSITIVE_INFINITY, e.compare(VectorOperators.GE, INFINITE))
                    .blend(atZero, x.compare(VectorOperators.EQ, 0))
                    .blend(atInfinity, infinite);
            if (power.odd) {
                v = v.reinterpretAsInts().or(x.reinterpretAsInts().and(SIGN)).reinterpretAsFloats();
            }
            if (!power.integer) {
                v = v.blend(Float.NaN, x.compare(VectorOperators.LT, 0).andNot(infinite));
            }
            if (power.factor < 0) {
                v = v.neg();
            }
            return v.blend(Float.NaN, x.compare(VectorOperators.NE, x));
        }
    }
}
