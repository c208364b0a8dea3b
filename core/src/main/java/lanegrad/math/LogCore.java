package lanegrad.math;

import jdk.incubator.vector.FloatVector;

/// What log and log1p share: `k ln 2 + log(1 + f)` with `log(1 + f) = f + f^2 Q(f)`.
final class LogCore {
    static final int SPLIT = 0x3f2a_aaab; // float(2/3): significands are taken from [2/3, 4/3)
    static final float LN2_HI = 0x1.62ep-1f; // 0.693115234: 12 bits, so that k times it is exact
    static final float LN2_LO = 0x1.0bfbe8p-15f; // 3.19461833e-5
    static final float MAGIC = 0x1.8p23f; // 12582912
    static final int MAGIC_BITS = 0x4b40_0000;
    static final float Q0 = -0x1p-1f; // -0.5
    static final float Q1 = 0x1.555506p-2f; // 0.333332151
    static final float Q2 = -0x1.fffefap-3f; // -0.249998048
    static final float Q3 = 0x1.99d04ap-3f; // 0.200104311
    static final float Q4 = -0x1.559c8cp-3f; // -0.166802496
    static final float Q5 = 0x1.1ed5ccp-3f; // 0.140056223
    static final float Q6 = -0x1.f32c54p-4f; // -0.121868446
    static final float Q7 = 0x1.1e6b14p-3f; // 0.139852673
    static final float Q8 = -0x1.07d576p-3f; // -0.128825113

    private LogCore() {
    }

    static float curve(float f) {
        float q = Math.fma(f, Q8, Q7);
        q = Math.fma(q, f, Q6);
        q = Math.fma(q, f, Q5);
        q = Math.fma(q, f, Q4);
        q = Math.fma(q, f, Q3);
        q = Math.fma(q, f, Q2);
        q = Math.fma(q, f, Q1);
        return Math.fma(q, f, Q0);
    }

    /// What the sum `k LN2_HI + f` loses to rounding, exactly: the first part is 0 or the larger.
    static float lost(float k, float f) {
        float h = k * LN2_HI;
        return h - (h + f) + f;
    }

    /// `k ln 2 + log(1 + f)` plus `lost`, which is [#lost] and whatever a caller has to add.
    static float sum(float k, float f, float lost) {
        return k * LN2_HI + f + Math.fma(f * f, curve(f), Math.fma(k, LN2_LO, lost));
    }

    static final class Lanes {
        private Lanes() {
        }

        static FloatVector curve(FloatVector f) {
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

        static FloatVector sum(FloatVector k, FloatVector f, FloatVector lost) {
            return k.mul(LN2_HI).add(f)
                    .add(f.mul(f).fma(curve(f), k.fma(k.broadcast(LN2_LO), lost)));
        }
    }
}
