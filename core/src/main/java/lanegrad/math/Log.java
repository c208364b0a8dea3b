package lanegrad.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// `log x`.
public final class Log {
    public static final double MAX_ULP = 1.0;

    private Log() {
    }

    public static double exact(double x) {
        return StrictMath.log(x);
    }

    public static float scalar(float x) {
        boolean subnormal = x < Float.MIN_NORMAL;
        float z = subnormal ? x * 0x1p23f : x;
        int bits = Float.floatToRawIntBits(z) - LogCore.SPLIT;
        float f = Float.intBitsToFloat((bits & 0x7f_ffff) + LogCore.SPLIT) - 1;
        float k = Float.intBitsToFloat((bits >> 23) + LogCore.MAGIC_BITS)
                - (subnormal ? LogCore.MAGIC + 23 : LogCore.MAGIC);
        float y = LogCore.sum(k, f, LogCore.lost(k, f));
        y = x == Float.POSITIVE_INFINITY ? x : y;
        y = x == 0 ? Float.NEGATIVE_INFINITY : y;
        return x >= 0 ? y : Float.NaN;
    }

    public static final class Lanes {
        private Lanes() {
        }

        public static FloatVector vector(FloatVector x) {
            VectorMask<Float> subnormal = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
            FloatVector z = x.mul(0x1p23f, subnormal);
            IntVector bits = z.reinterpretAsInts().sub(LogCore.SPLIT);
            FloatVector f = bits.and(0x7f_ffff).add(LogCore.SPLIT).reinterpretAsFloats().sub(1);
            FloatVector k = bits.lanewise(VectorOperators.ASHR, 23).add(LogCore.MAGIC_BITS)
                    .reinterpretAsFloats()
                    .sub(x.broadcast(LogCore.MAGIC).blend(LogCore.MAGIC + 23, subnormal));
            FloatVector y = LogCore.Lanes.sum(k, f, LogCore.Lanes.lost(k, f))
                    .blend(x, x.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY))
                    .blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0));
            return x.broadcast(Float.NaN).blend(y, x.compare(VectorOperators.GE, 0));
        }
    }
}
