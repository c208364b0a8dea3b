package lanegrad.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// `1 / (1 + e^-x)`.
public final class Sigmoid {
    public static final double MAX_ULP = 1.0;

    private static final int LAST = 0x42d0_0000; // 104, from which on the lower side is 0
    private static final float DOWN = 0x1p-64f;
    private static final int UP = 64 << 23; // added to the bits of a float: times 2^64
    private static final int SIGN = 0x8000_0000;
    private static final int ONE = 0x3f80_0000; // the bits of 1

    private Sigmoid() {
    }

    /// The meaning, in double.
    public static double exact(double x) {
        double e = StrictMath.exp(-Math.abs(x));
        return x < 0 ? e / (1 + e) : 1 / (1 + e);
    }

    public static float scalar(float x) {
        float u = ExpCore.magnitude(x, LAST);
        float t = ExpCore.shifted(u);
        float n = t - ExpCore.MAGIC;
        float r = ExpCore.low(ExpCore.high(u, n), n);
        float w = Math.fma(r * r, ExpCore.curve(r), r);
        float a = ExpCore.inverse(t);
        int v = Float.floatToRawIntBits(-1 / (1 + a + w)) & -2;
        float m = Float.intBitsToFloat(v);
        float e = Math.fma(a, m, Math.fma(w, m, 1 + m));
        float k = Float.intBitsToFloat(v + (UP - (Float.floatToRawIntBits(t) << 23)));
        float y = Math.fma(e, k, k);
        int bits = Float.floatToRawIntBits(x);
        y = Math.fma(Float.intBitsToFloat(Float.floatToRawIntBits(y) ^ bits & SIGN), DOWN,
                Float.intBitsToFloat(~(bits >> 31) & ONE));
        return x != x ? Float.NaN : y;
    }

    /// The lanes.
    public static final class Lanes {
        private Lanes() {
        }

        public static FloatVector vector(FloatVector x) {
            FloatVector u = ExpCore.Lanes.magnitude(x, LAST);
            FloatVector t = ExpCore.Lanes.shifted(u);
            FloatVector n = t.sub(ExpCore.MAGIC);
            FloatVector r = ExpCore.Lanes.low(ExpCore.Lanes.high(u, n), n);
            FloatVector w = r.mul(r).fma(ExpCore.Lanes.curve(r), r);
            FloatVector a = ExpCore.Lanes.inverse(t);
            IntVector v = x.broadcast(-1).div(a.add(1).add(w)).reinterpretAsInts().and(-2);
            FloatVector m = v.reinterpretAsFloats();
            FloatVector e = a.fma(m, w.fma(m, m.add(1)));
            IntVector exponent = t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            FloatVector k = v.add(v.broadcast(UP).sub(exponent)).reinterpretAsFloats();
            FloatVector y = e.fma(k, k);
            IntVector bits = x.reinterpretAsInts();
            FloatVector from = bits.lanewise(VectorOperators.ASHR, 31).not().and(ONE).reinterpretAsFloats();
            return y.reinterpretAsInts().lanewise(VectorOperators.XOR, bits.and(SIGN)).reinterpretAsFloats()
                    .fma(x.broadcast(DOWN), from)
                    .blend(Float.NaN, x.compare(VectorOperators.NE, x));
        }
    }
}
