package lanegrad.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// `1 / (1 + e^-x)`.
public final class Sigmoid {
    public static final double MAX_ULP = 1.0;

    private static final float LOW = -104;
    private static final float HIGH = 64;
    private static final int ONE = 0x3f80_0000;

    private Sigmoid() {
    }

    public static double exact(double x) {
        if (x >= 0) {
            return 1 / (1 + StrictMath.exp(-x));
        }
        double e = StrictMath.exp(x);
        return e / (1 + e);
    }

    public static float scalar(float x) {
        float z = x < LOW ? LOW : x;
        z = -(z > HIGH ? HIGH : z);
        float t = ExpCore.shifted(z);
        float n = t - ExpCore.MAGIC;
        float r = ExpCore.reduced(z, n);
        float w = Math.fma(r * r, ExpCore.curve(r), r);
        float p = w + 1;
        float tail = w - (p - 1);
        int bits = Float.floatToRawIntBits(t) << 23;
        int up = Math.max(bits, 0);
        float b = Float.intBitsToFloat(bits - up + ONE);
        int half = up >> 1 & 0xff80_0000;
        float s1 = Float.intBitsToFloat(ONE - half);
        float s2 = Float.intBitsToFloat(ONE + half - up);
        float a = s1 * s2;
        float d = Math.fma(b, p, a);
        float dl = Math.fma(b, tail, Math.fma(b, p, a - d));
        float inv = 1 / d;
        float y = Math.fma(Math.fma(-dl, inv, Math.fma(-d, inv, 1)), inv, inv);
        y = y * s1 * s2;
        return x != x ? Float.NaN : y;
    }

    public static final class Lanes {
        private Lanes() {
        }

        public static FloatVector vector(FloatVector x) {
            FloatVector z = x.blend(LOW, x.compare(VectorOperators.LT, LOW));
            z = z.blend(HIGH, z.compare(VectorOperators.GT, HIGH)).neg();
            FloatVector t = ExpCore.Lanes.shifted(z);
            FloatVector r = ExpCore.Lanes.reduced(z, t.sub(ExpCore.MAGIC));
            FloatVector w = r.mul(r).fma(ExpCore.Lanes.curve(r), r);
            FloatVector p = w.add(1);
            FloatVector tail = w.sub(p.sub(1));
            IntVector bits = t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            IntVector up = bits.max(0);
            FloatVector b = bits.sub(up).add(ONE).reinterpretAsFloats();
            IntVector half = up.lanewise(VectorOperators.ASHR, 1).and(0xff80_0000);
            FloatVector s1 = half.neg().add(ONE).reinterpretAsFloats();
            FloatVector s2 = half.sub(up).add(ONE).reinterpretAsFloats();
            FloatVector a = s1.mul(s2);
            FloatVector d = b.fma(p, a);
            FloatVector dl = b.fma(tail, b.fma(p, a.sub(d)));
            FloatVector one = x.broadcast(1);
            FloatVector inv = one.div(d);
            FloatVector rest = dl.neg().fma(inv, d.neg().fma(inv, one));
            return rest.fma(inv, inv).mul(s1).mul(s2).blend(Float.NaN, x.compare(VectorOperators.NE, x));
        }
    }
}
