package lanegrad.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// TODO
public final class Silu {
    /// TODO
    public static final double MAX_ULP = 2.0;

    private static final int LAST = 0x42e0_0000; // 112, from where on x s(-|x|) is 0
    private static final float DOWN = 0x1p-64f;

    private Silu() {
    }

    /// The meaning, in double; -0 at -inf.
    public static double exact(double x) {
        return x == Double.NEGATIVE_INFINITY ? -0.0 : x * Sigmoid.exact(x);
    }

    /// The derivative, `s(x) (1 + x s(-x))`, in double.
    public static double exactDerivative(double x) {
        return Double.isInfinite(x) ? (x > 0 ? 1 : -0.0)
                : Sigmoid.exact(x) * (1 + x * Sigmoid.exact(-x));
    }

    /// The scalar twin: the bits of a lane.
    public static float scalar(float x) {
        float u = ExpCore.magnitude(x, LAST);
        float t = ExpCore.shifted(u);
        float n = t - ExpCore.MAGIC;
        float r = ExpCore.low(ExpCore.high(u, n), n);
        float k = Sigmoid.lower(t, Math.fma(r * r, ExpCore.curve4(r), r));
        return Math.fma(u * k, DOWN, x < 0 ? 0 : x);
    }

    /// The derivative, scalar.
    public static float derivative(float x) {
        float u = ExpCore.magnitude(x, LAST);
        float t = ExpCore.shifted(u);
        float n = t - ExpCore.MAGIC;
        float r = ExpCore.low(ExpCore.high(u, n), n);
        float k = Sigmoid.lower(t, Math.fma(r * r, ExpCore.curve4(r), r));
        float y = k * Math.fma(u, k * -DOWN, 1 - u);
        y = Math.fma(y, x < 0 ? -DOWN : DOWN, x < 0 ? 0 : 1);
        return x != x ? Float.NaN : y;
    }

    /// The lanes; apart, so that [Silu] loads without the incubator module.
    public static final class Lanes {
        private Lanes() {
        }

        /// `x s(x)` in each lane.
        public static FloatVector vector(FloatVector x) {
            FloatVector u = ExpCore.Lanes.magnitude(x, LAST);
            FloatVector t = ExpCore.Lanes.shifted(u);
            FloatVector n = t.sub(ExpCore.MAGIC);
            FloatVector r = ExpCore.Lanes.low(ExpCore.Lanes.high(u, n), n);
            FloatVector k = Sigmoid.Lanes.lower(t, r.mul(r).fma(ExpCore.Lanes.curve4(r), r));
            return u.mul(k).fma(x.broadcast(DOWN), x.blend(0, x.compare(VectorOperators.LT, 0)));
        }

        /// The derivative in each lane.
        public static FloatVector derivative(FloatVector x) {
            FloatVector u = ExpCore.Lanes.magnitude(x, LAST);
            FloatVector t = ExpCore.Lanes.shifted(u);
            FloatVector n = t.sub(ExpCore.MAGIC);
            FloatVector r = ExpCore.Lanes.low(ExpCore.Lanes.high(u, n), n);
            FloatVector k = Sigmoid.Lanes.lower(t, r.mul(r).fma(ExpCore.Lanes.curve4(r), r));
            VectorMask<Float> negative = x.compare(VectorOperators.LT, 0);
            FloatVector one = x.broadcast(1);
            return k.mul(u.fma(k.mul(-DOWN), one.sub(u)))
                    .fma(x.broadcast(DOWN).blend(-DOWN, negative), one.blend(0, negative))
                    .blend(Float.NaN, x.compare(VectorOperators.NE, x));
        }
    }
}
