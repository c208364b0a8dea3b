package lanegrad.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// `log(1 + x)`.
public final class Log1p {
    public static final double MAX_ULP = 1.0;

    private static final int ONE = 0x3f80_0000;
    private static final int SIGN = 0x8000_0000;

    private Log1p() {
    }

    public static double exact(double x) {
        return StrictMath.log1p(x);
    }

    public static float scalar(float x) {
        int bits = Float.floatToRawIntBits(x + 1) - LogCore.SPLIT;
        int up = bits & 0xff80_0000;
        float k = Float.intBitsToFloat((bits >> 23) + LogCore.MAGIC_BITS) - LogCore.MAGIC;
        float a = Float.intBitsToFloat(Math.max(ONE - up, 0)) - 1;
        float b = Float.intBitsToFloat(Float.floatToRawIntBits(x) - up);
        float f = a + b;
        float tail = b + (a - f);
        float y = LogCore.sum(k, f, LogCore.lost(k, f) + Math.fma(-f, tail, tail));
        y = Float.intBitsToFloat(Float.floatToRawIntBits(y) | Float.floatToRawIntBits(x) & SIGN);
        y = x == Float.POSITIVE_INFINITY ? x : y;
        y = x == -1 ? Float.NEGATIVE_INFINITY : y;
        return x >= -1 ? y : Float.NaN;
    }

    public static final class Lanes {
        private Lanes() {
        }

        public static FloatVector vector(FloatVector x) {
            IntVector bits = x.add(1).reinterpretAsInts().sub(LogCore.SPLIT);
            IntVector up = bits.and(0xff80_0000);
            FloatVector k = bits.lanewise(VectorOperators.ASHR, 23).add(LogCore.MAGIC_BITS)
                    .reinterpretAsFloats().sub(LogCore.MAGIC);
            FloatVector a = up.neg().add(ONE).max(0).reinterpretAsFloats().sub(1);
            FloatVector b = x.reinterpretAsInts().sub(up).reinterpretAsFloats();
            FloatVector f = a.add(b);
            FloatVector tail = b.add(a.sub(f));
            FloatVector y = LogCore.Lanes.sum(k, f,
                    LogCore.Lanes.lost(k, f).add(f.neg().fma(tail, tail)));
            y = y.reinterpretAsInts().or(x.reinterpretAsInts().and(SIGN)).reinterpretAsFloats()
                    .blend(x, x.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY))
                    .blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, -1));
            return x.broadcast(Float.NaN).blend(y, x.compare(VectorOperators.GE, -1));
        }
    }
}
