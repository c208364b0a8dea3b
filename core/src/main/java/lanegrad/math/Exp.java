package lanegrad.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// `e^x`.
public final class Exp {
    public static final double MAX_ULP = 1.0;

    private static final float LOW = -0x1.9fe36ap6f; // -103.972084: from here on down 0
    private static final float HIGH = 0x1.62e43p6f; // 88.722839: from here on inf

    private Exp() {
    }

    public static double exact(double x) {
        return StrictMath.exp(x);
    }

    public static float scalar(float x) {
        float t = ExpCore.shifted(x);
        float r = ExpCore.reduced(x, t - ExpCore.MAGIC);
        float p = 1 + Math.fma(r * r, ExpCore.curve(r), r);
        float y = ExpCore.scaled(p, t);
        y = x <= LOW ? 0 : y;
        y = x >= HIGH ? Float.POSITIVE_INFINITY : y;
        return x != x ? Float.NaN : y;
    }

    public static final class Lanes {
        private Lanes() {
        }

        public static FloatVector vector(FloatVector x) {
            FloatVector t = ExpCore.Lanes.shifted(x);
            FloatVector r = ExpCore.Lanes.reduced(x, t.sub(ExpCore.MAGIC));
            FloatVector p = r.mul(r).fma(ExpCore.Lanes.curve(r), r).add(1);
            return ExpCore.Lanes.scaled(p, t)
                    .blend(0, x.compare(VectorOperators.LE, LOW))
                    .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GE, HIGH))
                    .blend(Float.NaN, x.compare(VectorOperators.NE, x));
        }
    }
}
