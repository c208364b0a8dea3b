package lanegrad.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// `e^x`.
public final class Exp {
    public static final double MAX_ULP = 0.70;

    private static final float ZERO = -0x1.9fe36ap6f; // -103.972084: 0 from here on down
    private static final float INFINITE = 0x1.62e43p6f; // 88.722839: infinite from here on up
    private static final int ONE = 0x3f80_0000; // the bits of 1

    private Exp() {
    }

    /// The meaning, in double.
    public static double exact(double x) {
        return StrictMath.exp(x);
    }

    public static float scalar(float x) {
        float t = ExpCore.shifted(x);
        float n = t - ExpCore.MAGIC;
        float h = ExpCore.high(x, n);
        float r = ExpCore.low(h, n);
        float s = 1 + h;
        float p = s + ExpCore.low(Math.fma(r * r, ExpCore.curve(r), 1 - s + h), n);
        int bits = Float.floatToRawIntBits(t);
        int half = bits >> 1 << 23;
        float y = Float.intBitsToFloat(Float.floatToRawIntBits(p) + half)
                * Float.intBitsToFloat((bits << 23) - half + ONE);
        y = x <= ZERO ? 0 : y;
        y = x >= INFINITE ? Float.POSITIVE_INFINITY : y;
        return x != x ? Float.NaN : y;
    }

    /// The lanes.
    public static final class Lanes {
        private Lanes() {
        }

        public static FloatVector vector(FloatVector x) {
            FloatVector t = ExpCore.Lanes.shifted(x);
            FloatVector n = t.sub(ExpCore.MAGIC);
            FloatVector h = ExpCore.Lanes.high(x, n);
            FloatVector r = ExpCore.Lanes.low(h, n);
            FloatVector one = x.broadcast(1);
            FloatVector s = one.add(h);
            FloatVector p = s.add(ExpCore.Lanes.low(
                    r.mul(r).fma(ExpCore.Lanes.curve(r), one.sub(s).add(h)), n));
            IntVector bits = t.reinterpretAsInts();
            IntVector half = bits.lanewise(VectorOperators.ASHR, 1).lanewise(VectorOperators.LSHL, 23);
            return p.reinterpretAsInts().add(half).reinterpretAsFloats()
                    .mul(bits.lanewise(VectorOperators.LSHL, 23).sub(half).add(ONE).reinterpretAsFloats())
                    .blend(0, x.compare(VectorOperators.LE, ZERO))
                    .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GE, INFINITE))
                    .blend(Float.NaN, x.compare(VectorOperators.NE, x));
        }
    }
}
