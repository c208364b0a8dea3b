package lanegrad.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// `tanh x`.
public final class Tanh {
    public static final double MAX_ULP = 1.0;

    private static final float HIGH = 0x1.205968p3f; // 9.01091385: from here on 1
    private static final int SIGN = 0x8000_0000;
    private static final float Q0 = -0x1.55553cp-2f; // -0.333332956
    private static final float Q1 = 0x1.110be4p-3f; // 0.133323461
    private static final float Q2 = -0x1.b9623ap-5f; // -0.0538798459
    private static final float Q3 = 0x1.6009a6p-6f; // 0.0214866754
    private static final float Q4 = -0x1.045ff4p-7f; // -0.00794600882
    private static final float Q5 = 0x1.2da01cp-9f; // 0.00230121939
    private static final float Q6 = -0x1.77cd4p-12f; // -0.000358392484

    private Tanh() {
    }

    public static double exact(double x) {
        return StrictMath.tanh(x);
    }

    public static float scalar(float x) {
        float z = Math.abs(x + x);
        float t = ExpCore.shifted(z);
        float r = Math.fma(t - ExpCore.MAGIC, -ExpCore.LN2_HI, z);
        float c = ExpCore.power(t, 0);
        float d = Math.fma(c * r, Math.fma(ExpCore.curve(r), r, 1), c + 1);
        float large = 1 - 2 / d;
        large = z >= 2 * HIGH ? 1 : large;
        float u = x * x;
        float q = Math.fma(Q6, u, Q5);
        q = Math.fma(q, u, Q4);
        q = Math.fma(q, u, Q3);
        q = Math.fma(q, u, Q2);
        q = Math.fma(q, u, Q1);
        q = Math.fma(q, u, Q0);
        float y = z < 2 ? Math.fma(q, u * x, x) : large;
        y = Float.intBitsToFloat(Float.floatToRawIntBits(x) & SIGN | Float.floatToRawIntBits(y));
        return x != x ? Float.NaN : y;
    }

    public static final class Lanes {
        private Lanes() {
        }

        public static FloatVector vector(FloatVector x) {
            FloatVector z = x.add(x).abs();
            FloatVector t = ExpCore.Lanes.shifted(z);
            FloatVector r = t.sub(ExpCore.MAGIC).fma(x.broadcast(-ExpCore.LN2_HI), z);
            FloatVector c = ExpCore.Lanes.power(t, 0);
            FloatVector one = x.broadcast(1);
            FloatVector d = c.mul(r).fma(ExpCore.Lanes.curve(r).fma(r, one), c.add(1));
            FloatVector large = one.sub(x.broadcast(2).div(d));
            large = large.blend(1, z.compare(VectorOperators.GE, 2 * HIGH));
            FloatVector u = x.mul(x);
            FloatVector q = u.fma(Q6, Q5);
            q = q.fma(u, x.broadcast(Q4));
            q = q.fma(u, x.broadcast(Q3));
            q = q.fma(u, x.broadcast(Q2));
            q = q.fma(u, x.broadcast(Q1));
            q = q.fma(u, x.broadcast(Q0));
            FloatVector y = large.blend(q.fma(u.mul(x), x), z.compare(VectorOperators.LT, 2));
            IntVector signed = x.reinterpretAsInts().and(SIGN).or(y.reinterpretAsInts());
            return signed.reinterpretAsFloats().blend(Float.NaN, x.compare(VectorOperators.NE, x));
        }
    }
}
