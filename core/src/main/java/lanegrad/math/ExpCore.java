package lanegrad.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// What exp, expm1, tanh and sigmoid share: `x = n ln 2 + r` and `e^r = 1 + r + r^2 P(r)`.
///
/// `n` is `x / ln 2` rounded to an integer by adding 1.5 * 2^23: `shifted` is that sum, whose low bits are `n`
/// in two's complement. `r = x - n ln 2` is taken off in two FMAs. The first is exact: float(ln 2) ends at
/// 2^-21, so `n LN2_HI` and `x` both lie on a grid on which the difference, at most 0.35, has 24 bits. The
/// second rounds; [#reducedTail] is what it lost.
///
/// `P` has degree 4, minimax (linear programming on 1,501 Chebyshev points) for the relative error of `e^r`
/// on +-0.34675, a hair beyond ln 2 / 2, coefficients rounded to float one after the other from the lowest
/// and the rest fitted again: 3.13e-9 = 2^-28.2, unrounded 3.07e-9.
final class ExpCore {
    static final float LOG2E = 0x1.715476p0f; // 1.44269502
    static final float MAGIC = 0x1.8p23f; // 12582912
    static final float LN2_HI = 0x1.62e43p-1f; // 0.693147182
    static final float LN2_LO = -0x1.05c61p-29f; // -1.90465421e-9
    static final float P0 = 0x1.fffffcp-2f; // 0.49999994
    static final float P1 = 0x1.555492p-3f; // 0.166665211
    static final float P2 = 0x1.5558bp-5f; // 0.0416682661
    static final float P3 = 0x1.12399cp-7f; // 0.00836868398
    static final float P4 = 0x1.6a4ecap-10f; // 0.00138209446

    private static final int ONE = 0x3f80_0000;

    private ExpCore() {
    }

    static float shifted(float x) {
        return Math.fma(x, LOG2E, MAGIC);
    }

    static float reduced(float x, float n) {
        return Math.fma(n, -LN2_LO, Math.fma(n, -LN2_HI, x));
    }

    static float reducedTail(float x, float n, float r) {
        return Math.fma(n, -LN2_LO, Math.fma(n, -LN2_HI, x) - r);
    }

    static float curve(float r) {
        float p = Math.fma(P4, r, P3);
        p = Math.fma(p, r, P2);
        p = Math.fma(p, r, P1);
        return Math.fma(p, r, P0);
    }

    /// `2^(n + shift)`, which must be normal.
    static float power(float shifted, int shift) {
        return Float.intBitsToFloat((Float.floatToRawIntBits(shifted) << 23) + ONE + (shift << 23));
    }

    /// `p 2^n` for `p` near 1. In two steps, so that `n` may be 128 and a subnormal result is rounded once.
    static float scaled(float p, float shifted) {
        int bits = Float.floatToRawIntBits(shifted);
        int half = bits >> 1 << 23;
        return Float.intBitsToFloat(Float.floatToRawIntBits(p) + half)
                * Float.intBitsToFloat((bits << 23) - half + ONE);
    }

    /// The same in lanes.
    static final class Lanes {
        private Lanes() {
        }

        static FloatVector shifted(FloatVector x) {
            return x.fma(LOG2E, MAGIC);
        }

        static FloatVector reduced(FloatVector x, FloatVector n) {
            return n.fma(n.broadcast(-LN2_LO), n.fma(n.broadcast(-LN2_HI), x));
        }

        static FloatVector reducedTail(FloatVector x, FloatVector n, FloatVector r) {
            return n.fma(n.broadcast(-LN2_LO), n.fma(n.broadcast(-LN2_HI), x).sub(r));
        }

        static FloatVector curve(FloatVector r) {
            FloatVector p = r.fma(P4, P3);
            p = p.fma(r, r.broadcast(P2));
            p = p.fma(r, r.broadcast(P1));
            return p.fma(r, r.broadcast(P0));
        }

        static FloatVector power(FloatVector shifted, int shift) {
            return shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(ONE + (shift << 23))
                    .reinterpretAsFloats();
        }

        static FloatVector scaled(FloatVector p, FloatVector shifted) {
            IntVector bits = shifted.reinterpretAsInts();
            IntVector half = bits.lanewise(VectorOperators.ASHR, 1).lanewise(VectorOperators.LSHL, 23);
            return p.reinterpretAsInts().add(half).reinterpretAsFloats()
                    .mul(bits.lanewise(VectorOperators.LSHL, 23).sub(half).add(ONE).reinterpretAsFloats());
        }
    }
}
