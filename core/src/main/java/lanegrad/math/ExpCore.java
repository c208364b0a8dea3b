package lanegrad.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// What exp and all that is made of it share: `x = n ln 2 + r` and `e^x = 2^n (1 + r + r^2 P(r))`.
///
/// `n` is `x / ln 2` rounded to an integer by adding 1.5 * 2^23, which leaves `n` in the low bits of the sum:
/// [#shifted] is that sum. Then `n ln 2` is taken off in two FMAs (Cody and Waite). The first, [#high], is
/// exact: float(ln 2) ends at 2^-21, so `x` and `n LN2_HI` lie on a grid on which their difference, at most
/// 0.35, has 24 bits. The second, [#low], rounds, which can cost 1/4 ulp of `e^r`. Where that is too much, a
/// caller gives the rounded `r` to the polynomial only, or adds what was lost.
///
/// Two polynomials, both on [-0.34675, 0.34675], a hair beyond ln 2 / 2. Each is minimax (a linear program on
/// 1,501 Chebyshev points against 40-digit values), its coefficients rounded to float one at a time from the
/// lowest up and the rest fitted again each time.
/// - [#curve4], degree 4, for the relative error of `e^r`: 3.1e-9 = 2^-28.2. Degree 3 has 1.05e-7, almost 2
///   ulp.
/// - [#curve5], degree 5, for the relative error of `e^r - 1`: 4.3e-10 = 2^-31.1. Degree 4, fitted for that,
///   has 1.4e-8, a quarter of an ulp.
///
/// A third, in [#base2], is for exponents that are computed to the base 2: those of erf and of both forms of GELU.
///
/// The two are summed in Estrin's order. A loop over these functions fills the processor's queue of waiting
/// operations, so time follows the number of operations times the length of their chain: Horner's scheme made
/// sigmoid 2% slower, and so did one multiplication more for a chain shorter by one.
final class ExpCore {
    /// 1.5 * 2^23: a float of magnitude up to 2^22 that is added to it is rounded to an integer.
    static final float MAGIC = 0x1.8p23f; // 12582912

    private static final float LOG2E = 0x1.715476p0f; // 1.44269502
    private static final float LN2_HI = 0x1.62e43p-1f; // 0.693147182
    private static final float LN2_LO = -0x1.05c61p-29f; // -1.90465432e-9

    private static final float P0 = 0x1.fffffcp-2f; // 0.49999994, on [-0.34675, 0.34675]
    private static final float P1 = 0x1.555492p-3f; // 0.166665211
    private static final float P2 = 0x1.5558bp-5f; // 0.0416682661
    private static final float P3 = 0x1.12399cp-7f; // 0.00836868398
    private static final float P4 = 0x1.6a4ecap-10f; // 0.00138209446

    private static final float Q0 = 0x1p-1f; // 0.5, on [-0.34675, 0.34675]
    private static final float Q1 = 0x1.555554p-3f; // 0.166666657
    private static final float Q2 = 0x1.5554f8p-5f; // 0.0416664928
    private static final float Q3 = 0x1.1112dap-7f; // 0.00833354611
    private static final float Q4 = 0x1.6d3a4p-10f; // 0.00139323249
    private static final float Q5 = 0x1.9e6f6cp-13f; // 0.000197618123

    private static final float B0 = 0x1.62e43p-1f; // 0.693147182, on [-0.5002, 0.5002]
    private static final float B1 = 0x1.ebfbdcp-3f; // 0.240226477
    private static final float B2 = 0x1.c6af7ap-5f; // 0.0555035956
    private static final float B3 = 0x1.3b2dd4p-7f; // 0.00961850025
    private static final float B4 = 0x1.5f096cp-10f; // 0.00133909914
    private static final float B5 = 0x1.4179e8p-13f; // 0.000153291796

    private static final int ONE = 0x3f80_0000; // the bits of 1
    private static final int SIGN = 0x8000_0000;
    private static final int MAGNITUDE = 0x7fff_ffff;

    private ExpCore() {
    }

    /// `n + MAGIC`.
    static float shifted(float x) {
        return shifted(x, MAGIC);
    }

    /// `n + magic`, for a magic number that differs from [#MAGIC] by an even number.
    static float shifted(float x, float magic) {
        return Math.fma(x, LOG2E, magic);
    }

    /// `x - n LN2_HI`, exactly.
    static float high(float x, float n) {
        return Math.fma(n, -LN2_HI, x);
    }

    /// `y - n LN2_LO`.
    static float low(float y, float n) {
        return Math.fma(n, -LN2_LO, y);
    }

    /// `P(r)` for `e^r`.
    static float curve4(float r) {
        float s = r * r;
        return Math.fma(Math.fma(s, P4, Math.fma(r, P3, P2)), s, Math.fma(r, P1, P0));
    }

    /// `P(r)` for `e^r - 1`.
    static float curve5(float r) {
        float s = r * r;
        return Math.fma(Math.fma(Math.fma(r, Q5, Q4), s, Math.fma(r, Q3, Q2)), s, Math.fma(r, Q1, Q0));
    }

    /// `2^r - 1` for r in [-0.5002, 0.5002], to an absolute 3.0e-9 = 2^-28.3 and the roundings: for an exponent that
    /// comes to the base 2 and in two parts, of which `r` takes the low one. The linear term is added last, so that
    /// its coefficient's rounding is all that counts beside the result's.
    static float base2(float r) {
        float s = r * r;
        float p = Math.fma(Math.fma(r, B5, B4), s, Math.fma(r, B3, B2));
        return Math.fma(r, B0, s * Math.fma(p, r, B1));
    }

    /// The bits of `2^-n`; negative where that is no normal float, for `n` above 127.
    static int inversePower(float shifted) {
        return ONE - (Float.floatToRawIntBits(shifted) << 23);
    }

    /// `|x|`, at most the float with the bits `last`; NaN becomes that, too.
    ///
    /// Floats without sign are ordered as their bits are. This minimum is one operation; a comparison and a
    /// blend are two, and the comparison takes the place of an FMA.
    static float magnitude(float x, int last) {
        return Float.intBitsToFloat(Math.min(Float.floatToRawIntBits(x) & MAGNITUDE, last));
    }

    /// `-|x|`, at least the negative of the float with the bits `last`; NaN becomes that, too.
    static float negative(float x, int last) {
        return Float.intBitsToFloat(Math.min(Float.floatToRawIntBits(x) | SIGN, last | SIGN));
    }

    /// The same in lanes.
    static final class Lanes {
        private Lanes() {
        }

        static FloatVector shifted(FloatVector x) {
            return shifted(x, MAGIC);
        }

        static FloatVector shifted(FloatVector x, float magic) {
            return x.fma(LOG2E, magic);
        }

        static FloatVector high(FloatVector x, FloatVector n) {
            return n.fma(n.broadcast(-LN2_HI), x);
        }

        static FloatVector low(FloatVector y, FloatVector n) {
            return n.fma(n.broadcast(-LN2_LO), y);
        }

        static FloatVector curve4(FloatVector r) {
            FloatVector s = r.mul(r);
            return s.fma(s.broadcast(P4), r.fma(P3, P2)).fma(s, r.fma(P1, P0));
        }

        static FloatVector curve5(FloatVector r) {
            FloatVector s = r.mul(r);
            return r.fma(Q5, Q4).fma(s, r.fma(Q3, Q2)).fma(s, r.fma(Q1, Q0));
        }

        static FloatVector base2(FloatVector r) {
            FloatVector s = r.mul(r);
            FloatVector p = r.fma(B5, B4).fma(s, r.fma(B3, B2));
            return r.fma(r.broadcast(B0), s.mul(p.fma(r, r.broadcast(B1))));
        }

        static IntVector inversePower(FloatVector shifted) {
            IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            return exponent.broadcast(ONE).sub(exponent);
        }

        static FloatVector magnitude(FloatVector x, int last) {
            return x.reinterpretAsInts().and(MAGNITUDE).min(last).reinterpretAsFloats();
        }

        static FloatVector negative(FloatVector x, int last) {
            return x.reinterpretAsInts().or(SIGN).min(last | SIGN).reinterpretAsFloats();
        }
    }
}
