package lanegrad.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// What exp, expm1, tanh and sigmoid share: `x = n ln 2 + r`, `e^r = 1 + r + r^2 P(r)`, `e^x = 2^n e^r`.
///
/// `n` is `x / ln 2` rounded to an integer by adding 1.5 * 2^23, which leaves `n` in the low bits of the sum:
/// [#shifted] is that sum. Then `n ln 2` is taken off in two FMAs. The first, [#high], is exact: float(ln 2)
/// ends at 2^-21, so `x` and `n LN2_HI` lie on a grid on which their difference, at most 0.35, has 24 bits. The
/// second, [#low], rounds; that costs up to 1/4 ulp of `e^r`, and where it hurts a caller sums
/// `high + (r^2 P(r) - n LN2_LO)` instead and gives `r` to the polynomial only.
///
/// `P` has degree 4. It is minimax in the relative error of `e^r` on +-0.34675, a hair more than ln 2 / 2 (a
/// linear program on 1,501 Chebyshev points); the coefficients were rounded to float one at a time from the
/// lowest up, each time fitting the rest again: 3.13e-9 = 2^-28.2, before rounding 3.07e-9. Degree 3 has
/// 1.05e-7, almost 2 ulp.
///
/// `P` is summed in Estrin's order. In these loops the processor's queue of waiting operations is full, so time
/// goes with operations times the length of their chain; Horner's scheme takes 2% longer in sigmoid, and a
/// sum split further, one multiplication more, 2% too.
final class ExpCore {
    /// 1.5 * 2^23: whatever is added to it, up to 2^22 in magnitude, is rounded to an integer.
    static final float MAGIC = 0x1.8p23f; // 12582912

    private static final float LOG2E = 0x1.715476p0f; // 1.44269502
    private static final float LN2_HI = 0x1.62e43p-1f; // 0.693147182
    private static final float LN2_LO = -0x1.05c61p-29f; // -1.90465421e-9
    private static final float P0 = 0x1.fffffcp-2f; // 0.49999994, this and the rest on [-0.34675, 0.34675]
    private static final float P1 = 0x1.555492p-3f; // 0.166665211
    private static final float P2 = 0x1.5558bp-5f; // 0.0416682661
    private static final float P3 = 0x1.12399cp-7f; // 0.00836868398
    private static final float P4 = 0x1.6a4ecap-10f; // 0.00138209446
    private static final float R0 = 0.5f; // this and the rest on [-0.34675, 0.34675] too
    private static final float R1 = 0x1.555554p-3f; // 0.166666657
    private static final float R2 = 0x1.5554f8p-5f; // 0.0416664928
    private static final float R3 = 0x1.1112dap-7f; // 0.00833354611
    private static final float R4 = 0x1.6d3a4p-10f; // 0.00139323249
    private static final float R5 = 0x1.9e6f6cp-13f; // 0.000197618123
    private static final int ONE = 0x3f80_0000; // the bits of 1
    private static final int MAGNITUDE = 0x7fff_ffff;

    private ExpCore() {
    }

    /// `n + MAGIC`.
    static float shifted(float x) {
        return Math.fma(x, LOG2E, MAGIC);
    }

    /// `x - n LN2_HI`, exactly.
    static float high(float x, float n) {
        return Math.fma(n, -LN2_HI, x);
    }

    /// `y - n LN2_LO`.
    static float low(float y, float n) {
        return Math.fma(n, -LN2_LO, y);
    }

    /// `P(r)`.
    static float curve(float r) {
        float s = r * r;
        return Math.fma(Math.fma(s, P4, Math.fma(r, P3, P2)), s, Math.fma(r, P1, P0));
    }

    /// `P(r)` of degree 5.
    static float curveOfDifference(float r) {
        float s = r * r;
        float p = Math.fma(Math.fma(r, R5, R4), s, Math.fma(r, R3, R2));
        return Math.fma(p, s, Math.fma(r, R1, R0));
    }

    /// `2^n`, or `2^(n + shift)`; it must be normal.
    static float power(float shifted, int shift) {
        return Float.intBitsToFloat((Float.floatToRawIntBits(shifted) << 23) + (ONE + (shift << 23)));
    }

    /// `2^-n`, or 0 where it would be subnormal; `n` is not negative.
    static float inverse(float shifted) {
        return Float.intBitsToFloat(Math.max(ONE - (Float.floatToRawIntBits(shifted) << 23), 0));
    }

    /// `|x|`, at most the float with the bits `last`. NaN becomes that, too.
    ///
    /// Floats without sign are ordered as their bits are. That takes one operation; comparing and blending takes
    /// two, and the comparison competes with the FMAs.
    static float magnitude(float x, int last) {
        return Float.intBitsToFloat(Math.min(Float.floatToRawIntBits(x) & MAGNITUDE, last));
    }

    /// The same in lanes.
    static final class Lanes {
        private Lanes() {
        }

        static FloatVector shifted(FloatVector x) {
            return x.fma(LOG2E, MAGIC);
        }

        static FloatVector high(FloatVector x, FloatVector n) {
            return n.fma(n.broadcast(-LN2_HI), x);
        }

        static FloatVector low(FloatVector y, FloatVector n) {
            return n.fma(n.broadcast(-LN2_LO), y);
        }

        static FloatVector curve(FloatVector r) {
            FloatVector s = r.mul(r);
            return s.fma(r.broadcast(P4), r.fma(P3, P2)).fma(s, r.fma(P1, P0));
        }

        static FloatVector curveOfDifference(FloatVector r) {
            FloatVector s = r.mul(r);
            return r.fma(R5, R4).fma(s, r.fma(R3, R2)).fma(s, r.fma(R1, R0));
        }

        static FloatVector power(FloatVector shifted, int shift) {
            return shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(ONE + (shift << 23))
                    .reinterpretAsFloats();
        }

        static FloatVector inverse(FloatVector shifted) {
            IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            return exponent.broadcast(ONE).sub(exponent).max(0).reinterpretAsFloats();
        }

        static FloatVector magnitude(FloatVector x, int last) {
            return x.reinterpretAsInts().and(MAGNITUDE).min(last).reinterpretAsFloats();
        }
    }
}
