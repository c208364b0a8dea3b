package lanegrad.math;

import jdk.incubator.vector.FloatVector;

/// What log and log1p share, and pow in part: `k ln 2 + log(1 + f)`, where `log(1 + f) = f + f^2 Q(f)` and `1 + f` is a
/// significand in [2/3, 4/3).
///
/// That interval makes f symmetric, at most 1/3 in magnitude. `k LN2_HI` is exact, as LN2_HI has 12 bits, and
/// so is what `k LN2_HI + f` loses to rounding ([#lost]); with `f^2 Q(f)` and `k LN2_LO` it is added last, so
/// that only the final addition and terms below 0.1 round. Near x = 1, where k = 0, `f` stands alone and the
/// result has relative accuracy.
///
/// `Q` has degree 8, minimax (a linear program on 1,501 Chebyshev points against 40-digit values) in the
/// relative error of log(1 + f) on [-0.33337, 0.33337], the coefficients rounded to float one at a time from
/// the lowest up and the rest fitted again each time: 4.7e-9 = 2^-27.7. Degree 7 has 2.6e-8, degree 9 has
/// 8.8e-10.
///
/// Horner's scheme: an even and an odd half saved 2%, but had 0.02 ulp more in log and 0.07 in log1p on a
/// sample, as the largest coefficients then meet in the last addition.
final class LogCore {
    /// The bits of float(2/3), where the significand begins.
    static final int SPLIT = 0x3f2a_aaab; // 0.666666687

    /// 1.5 * 2^23, and its bits: an integer added to the bits is added to the float.
    static final float MAGIC = 0x1.8p23f; // 12582912
    static final int MAGIC_BITS = 0x4b40_0000;

    private static final float LN2_HI = 0x1.62ep-1f; // 0.693115234
    private static final float LN2_LO = 0x1.0bfbe8p-15f; // 3.19461833e-5

    private static final float Q0 = -0x1p-1f; // -0.5, on [-0.33337, 0.33337]
    private static final float Q1 = 0x1.555506p-2f; // 0.333332151
    private static final float Q2 = -0x1.fffefap-3f; // -0.249998048
    private static final float Q3 = 0x1.99d04ap-3f; // 0.200104311
    private static final float Q4 = -0x1.559c8cp-3f; // -0.166802496
    private static final float Q5 = 0x1.1ed5ccp-3f; // 0.140056223
    private static final float Q6 = -0x1.f32c54p-4f; // -0.121868446
    private static final float Q7 = 0x1.1e6b14p-3f; // 0.139852673
    private static final float Q8 = -0x1.07d576p-3f; // -0.128825113

    private LogCore() {
    }

    private static float curve(float f) {
        float q = Math.fma(f, Q8, Q7);
        q = Math.fma(q, f, Q6);
        q = Math.fma(q, f, Q5);
        q = Math.fma(q, f, Q4);
        q = Math.fma(q, f, Q3);
        q = Math.fma(q, f, Q2);
        q = Math.fma(q, f, Q1);
        return Math.fma(q, f, Q0);
    }

    /// What `k LN2_HI + f` loses to rounding, exactly: the first term is 0 or the larger.
    static float lost(float k, float f) {
        float h = k * LN2_HI;
        return h - (h + f) + f;
    }

    /// `k ln 2 + log(1 + f)`; `rest` is [#lost], to which a caller may have added.
    static float sum(float k, float f, float rest) {
        return k * LN2_HI + f + Math.fma(f * f, curve(f), Math.fma(k, LN2_LO, rest));
    }

    /// The same in lanes.
    static final class Lanes {
        private Lanes() {
        }

        private static FloatVector curve(FloatVector f) {
            return f.fma(Q8, Q7)
                    .fma(f, f.broadcast(Q6))
                    .fma(f, f.broadcast(Q5))
                    .fma(f, f.broadcast(Q4))
                    .fma(f, f.broadcast(Q3))
                    .fma(f, f.broadcast(Q2))
                    .fma(f, f.broadcast(Q1))
                    .fma(f, f.broadcast(Q0));
        }

        static FloatVector lost(FloatVector k, FloatVector f) {
            FloatVector h = k.mul(LN2_HI);
            return h.sub(h.add(f)).add(f);
        }

        static FloatVector sum(FloatVector k, FloatVector f, FloatVector rest) {
            return k.mul(LN2_HI).add(f)
                    .add(f.mul(f).fma(curve(f), k.fma(k.broadcast(LN2_LO), rest)));
        }
    }
}
