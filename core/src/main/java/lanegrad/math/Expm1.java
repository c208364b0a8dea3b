package lanegrad.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// `e^x - 1`.
public final class Expm1 {
    public static final double MAX_ULP = 1.0;

    private static final float LOW = -18;
    private static final float HIGH = 0x1.62e43p6f; // 88.722839: from here on inf
    private static final float TINY = 0x1p-25f;

    private Expm1() {
    }

    public static double exact(double x) {
        return StrictMath.expm1(x);
    }

    public static float scalar(float x) {
        float z = x < LOW ? LOW : x;
        float t = ExpCore.shifted(z);
        float n = t - ExpCore.MAGIC;
        float r = ExpCore.reduced(z, n);
        float q = Math.fma(r * r, ExpCore.curve(r), ExpCore.reducedTail(z, n, r));
        float c = ExpCore.power(t, -1);
        float a = c - 0.5f;
        float s = Math.fma(c, r, a);
        float y = (s + Math.fma(c, q, Math.fma(c, r, a - s))) * 2;
        y = Math.abs(x) < TINY ? x : y;
        y = x >= HIGH ? Float.POSITIVE_INFINITY : y;
        return x != x ? Float.NaN : y;
    }

    public static final class Lanes {
        private Lanes() {
        }

        public static FloatVector vector(FloatVector x) {
            FloatVector z = x.blend(LOW, x.compare(VectorOperators.LT, LOW));
            FloatVector t = ExpCore.Lanes.shifted(z);
            FloatVector n = t.sub(ExpCore.MAGIC);
            FloatVector r = ExpCore.Lanes.reduced(z, n);
            FloatVector q = r.mul(r).fma(ExpCore.Lanes.curve(r), ExpCore.Lanes.reducedTail(z, n, r));
            FloatVector c = ExpCore.Lanes.power(t, -1);
            FloatVector a = c.sub(0.5f);
            FloatVector s = c.fma(r, a);
            FloatVector y = s.add(c.fma(q, c.fma(r, a.sub(s)))).mul(2);
            return y.blend(x, x.abs().compare(VectorOperators.LT, TINY))
                    .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GE, HIGH))
                    .blend(Float.NaN, x.compare(VectorOperators.NE, x));
        }
    }
}
