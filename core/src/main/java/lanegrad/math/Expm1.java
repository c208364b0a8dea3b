package lanegrad.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// `e^x - 1`.
public final class Expm1 {
    public static final double MAX_ULP = 1.0;

    private static final float LOW = -18;
    private static final float INFINITE = 0x1.62e43p6f; // 88.722839: infinite from here on up
    private static final float TINY = 0x1p-25f;

    private Expm1() {
    }

    /// The meaning, in double.
    public static double exact(double x) {
        return StrictMath.expm1(x);
    }

    public static float scalar(float x) {
        float z = x < LOW ? LOW : x;
        float t = ExpCore.shifted(z);
        float n = t - ExpCore.MAGIC;
        float h = ExpCore.high(z, n);
        float r = ExpCore.low(h, n);
        float q = Math.fma(r * r, ExpCore.curveOfDifference(r), ExpCore.low(h - r, n));
        float c = ExpCore.power(t, -1);
        float a = c - 0.5f;
        float s = Math.fma(c, r, a);
        float y = (s + Math.fma(c, q, Math.fma(c, r, a - s))) * 2;
        y = Math.abs(x) < TINY ? x : y;
        y = x >= INFINITE ? Float.POSITIVE_INFINITY : y;
        return x != x ? Float.NaN : y;
    }

    /// The lanes.
    public static final class Lanes {
        private Lanes() {
        }

        public static FloatVector vector(FloatVector x) {
            FloatVector z = x.blend(LOW, x.compare(VectorOperators.LT, LOW));
            FloatVector t = ExpCore.Lanes.shifted(z);
            FloatVector n = t.sub(ExpCore.MAGIC);
            FloatVector h = ExpCore.Lanes.high(z, n);
            FloatVector r = ExpCore.Lanes.low(h, n);
            FloatVector q = r.mul(r).fma(ExpCore.Lanes.curveOfDifference(r), ExpCore.Lanes.low(h.sub(r), n));
            FloatVector c = ExpCore.Lanes.power(t, -1);
            FloatVector a = c.sub(0.5f);
            FloatVector s = c.fma(r, a);
            return s.add(c.fma(q, c.fma(r, a.sub(s)))).mul(2)
                    .blend(x, x.abs().compare(VectorOperators.LT, TINY))
                    .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GE, INFINITE))
                    .blend(Float.NaN, x.compare(VectorOperators.NE, x));
        }
    }
}
