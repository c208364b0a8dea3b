package lanegrad.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// `tanh x`.
public final class Tanh {
    public static final double MAX_ULP = 1.0;

    private static final int LAST = 0x4120_0000; // 10
    private static final int SIGN = 0x8000_0000;

    private Tanh() {
    }

    /// The meaning, in double.
    public static double exact(double x) {
        return StrictMath.tanh(x);
    }

    public static float scalar(float x) {
        float u = ExpCore.magnitude(x, LAST);
        float z = u + u;
        float t = ExpCore.shifted(z);
        float n = t - ExpCore.MAGIC;
        float r = ExpCore.low(ExpCore.high(z, n), n);
        float s = r * r;
        float p = ExpCore.curveOfDifference(r);
        float w = Math.fma(s, p, r);
        float tail = Math.fma(s, p, r - w);
        float a = ExpCore.inverse(t);
        float c = 1 - a;
        float b = 1 + a;
        float num = c + w;
        float numTail = c - num + w + tail;
        float den = b + w;
        float denTail = b - den + w + tail;
        float v = -1 / den;
        float y = num * v;
        y = Math.fma(Math.fma(y, denTail, Math.fma(y, den, num) + numTail), v, y);
        y = Float.intBitsToFloat(Float.floatToRawIntBits(y) & (Float.floatToRawIntBits(x) | ~SIGN));
        return x != x ? Float.NaN : y;
    }

    /// The lanes.
    public static final class Lanes {
        private Lanes() {
        }

        public static FloatVector vector(FloatVector x) {
            FloatVector u = ExpCore.Lanes.magnitude(x, LAST);
            FloatVector z = u.add(u);
            FloatVector t = ExpCore.Lanes.shifted(z);
            FloatVector n = t.sub(ExpCore.MAGIC);
            FloatVector r = ExpCore.Lanes.low(ExpCore.Lanes.high(z, n), n);
            FloatVector s = r.mul(r);
            FloatVector p = ExpCore.Lanes.curveOfDifference(r);
            FloatVector w = s.fma(p, r);
            FloatVector tail = s.fma(p, r.sub(w));
            FloatVector a = ExpCore.Lanes.inverse(t);
            FloatVector one = x.broadcast(1);
            FloatVector c = one.sub(a);
            FloatVector b = one.add(a);
            FloatVector num = c.add(w);
            FloatVector numTail = c.sub(num).add(w).add(tail);
            FloatVector den = b.add(w);
            FloatVector denTail = b.sub(den).add(w).add(tail);
            FloatVector v = x.broadcast(-1).div(den);
            FloatVector y = num.mul(v);
            y = y.fma(denTail, y.fma(den, num).add(numTail)).fma(v, y);
            return x.reinterpretAsInts().or(~SIGN).and(y.reinterpretAsInts()).reinterpretAsFloats()
                    .blend(Float.NaN, x.compare(VectorOperators.NE, x));
        }
    }
}
