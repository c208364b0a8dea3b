package lanegrad.math;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import lanegrad.Backend;
import lanegrad.kernel.Sums;
import lanegrad.kernel.Unary;
import lanegrad.kernel.UnaryLoop;
import lanegrad.testkit.Bits;
import lanegrad.testkit.Floats;
import lanegrad.testkit.Ulps;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The lane functions: error against double, scalar against vector bits, and the bit patterns promised.
///
/// This samples; `lanegrad accuracy` goes through all 2^32 inputs.
@Tag("width")
class LaneFunctionTest {
    /// A prime: 4.2 million of the 2^32 patterns, every exponent and every kind of significand.
    private static final int STRIDE = 1021;
    private static final int CHUNK = 1 << 14;
    /// Floats on either side of a breakpoint.
    private static final int NEAR = 2000;

    /// A line for each lane function.
    enum Function implements Unary {
        EXP(Exp.MAX_ULP, Exp::exact, Exp::scalar),
        EXPM1(Expm1.MAX_ULP, Expm1::exact, Expm1::scalar),
        LOG(Log.MAX_ULP, Log::exact, Log::scalar),
        LOG1P(Log1p.MAX_ULP, Log1p::exact, Log1p::scalar),
        TANH(Tanh.MAX_ULP, Tanh::exact, Tanh::scalar),
        SIGMOID(Sigmoid.MAX_ULP, Sigmoid::exact, Sigmoid::scalar),
        ERF(Erf.MAX_ULP, Erf::exact, Erf::scalar),
        SOFTPLUS(Softplus.MAX_ULP, Softplus::exact, Softplus::scalar),
        SILU(Silu.MAX_ULP, Silu::exact, Silu::scalar),
        GELU(Gelu.MAX_ULP, Gelu::exact, Gelu::scalar),
        GELU_TANH(GeluTanh.MAX_ULP, GeluTanh::exact, GeluTanh::scalar),
        MISH(Mish.MAX_ULP, Mish::exact, Mish::scalar);

        final double maxUlp;
        final DoubleUnaryOperator exact;
        private final FloatFunction scalar;

        Function(double maxUlp, DoubleUnaryOperator exact, FloatFunction scalar) {
            this.maxUlp = maxUlp;
            this.exact = exact;
            this.scalar = scalar;
        }

        @Override
        public float scalar(float x) {
            return scalar.of(x);
        }

        @Override
        public float vjp(float x, float y, float dy) {
            throw new UnsupportedOperationException("a lane function has no derivative of its own");
        }

        @Override
        public Unary.Lanes lanes() {
            return Vectors.of(this);
        }
    }

    private interface FloatFunction {
        float of(float x);
    }

    // Apart from the enum, so that its methods can be listed without the incubator module. A record, because the
    // JIT trusts its field to be constant, and inlines.
    private record Vectors(UnaryOperator<FloatVector> function) implements Unary.Lanes {
        static Vectors of(Function f) {
            return new Vectors(switch (f) {
                case EXP -> Exp.Lanes::vector;
                case EXPM1 -> Expm1.Lanes::vector;
                case LOG -> Log.Lanes::vector;
                case LOG1P -> Log1p.Lanes::vector;
                case TANH -> Tanh.Lanes::vector;
                case SIGMOID -> Sigmoid.Lanes::vector;
                case ERF -> Erf.Lanes::vector;
                case SOFTPLUS -> Softplus.Lanes::vector;
                case SILU -> Silu.Lanes::vector;
                case GELU -> Gelu.Lanes::vector;
                case GELU_TANH -> GeluTanh.Lanes::vector;
                case MISH -> Mish.Lanes::vector;
            });
        }

        @Override
        public FloatVector vector(FloatVector x) {
            return function.apply(x);
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            throw new UnsupportedOperationException("a lane function has no derivative of its own");
        }
    }

    @ParameterizedTest
    @EnumSource
    void withinItsUlpsOnAllFloats(Function f) {
        double bar = f.ordinal() <= Function.ERF.ordinal() ? 1.0 : 2.0;
        assertTrue(f.maxUlp <= bar, f + " declares " + f.maxUlp + " ulp; the bar is " + bar);
        Sweep sweep = new Sweep(f);
        float[] x = new float[CHUNK];
        long bits = 7;
        while (bits < 1L << 32) {
            for (int i = 0; i < CHUNK; i++, bits += STRIDE) {
                x[i] = Float.intBitsToFloat((int) bits);
            }
            sweep.check(x);
        }
    }

    @ParameterizedTest
    @EnumSource
    void withinItsUlpsAroundBreakpoints(Function f) {
        Sweep sweep = new Sweep(f);
        float[] x = new float[2 * NEAR + 1];
        for (float edge : Floats.edges()) {
            for (int i = 0; i < x.length; i++) {
                x[i] = Bits.at(Bits.place(edge) + i - NEAR);
            }
            sweep.check(x);
        }
        // Where range reductions change their integer: odd multiples of ln 2 / 2, and powers of two times 2/3.
        for (int n = -301; n <= 301; n += 2) {
            float[] edges = {(float) (n * Math.log(2) / 2), (float) (n * Math.log(2) / 4),
                (float) Math.scalb(2.0 / 3, n / 2), (float) (Math.scalb(2.0 / 3, n / 2) - 1)};
            for (float edge : edges) {
                for (int i = 0; i < x.length; i++) {
                    x[i] = Bits.at(Bits.place(edge) + i - NEAR);
                }
                sweep.check(x);
            }
        }
    }

    /// Compares error and bits on one array after another.
    private static final class Sweep {
        private final Function f;
        private final UnaryLoop scalar;
        private final UnaryLoop vector;

        Sweep(Function f) {
            this.f = f;
            this.scalar = UnaryLoop.of(f, Backend.SCALAR);
            this.vector = UnaryLoop.of(f, Backend.VECTOR);
        }

        void check(float[] x) {
            float[] y = new float[x.length];
            float[] lanes = new float[x.length];
            scalar.forward(x, y, 0, x.length);
            vector.forward(x, lanes, 0, x.length);
            for (int i = 0; i < x.length; i++) {
                if (Float.floatToRawIntBits(y[i]) != Float.floatToRawIntBits(lanes[i])) {
                    throw new AssertionError(f + " of " + Bits.show(x[i]) + ": scalar " + Bits.show(y[i])
                            + ", vector " + Bits.show(lanes[i]) + ", exact " + f.exact.applyAsDouble(x[i]));
                }
                double error = Ulps.error(y[i], f.exact.applyAsDouble(x[i]));
                if (!(error <= f.maxUlp)) {
                    throw new AssertionError(f + " of " + Bits.show(x[i]) + ": exact " + f.exact.applyAsDouble(x[i])
                            + ", got " + Bits.show(y[i]) + ", error " + error + " ulp, declared are " + f.maxUlp);
                }
            }
        }
    }

    @Test
    @Tag("interpreted")
    void exp() {
        at(Function.EXP, 0x0000_0000, 0x3f80_0000);
        at(Function.EXP, 0x8000_0000, 0x3f80_0000);
        at(Function.EXP, 0x42b1_7218, 0x7f80_0000);
        at(Function.EXP, 0x7f80_0000, 0x7f80_0000);
        at(Function.EXP, 0xff80_0000, 0x0000_0000);
        at(Function.EXP, 0xc2cf_f1b5, 0x0000_0000);
        at(Function.EXP, 0xc2cf_f1b4, 0x0000_0001);
        nan(Function.EXP);
        assertTrue(Float.isFinite(both(Function.EXP, Float.intBitsToFloat(0x42b1_7217))), "exp overflows too early");
        // Subnormal results are not flushed.
        float subnormal = both(Function.EXP, -87.4f);
        assertTrue(subnormal > 0 && subnormal < Float.MIN_NORMAL, "exp(-87.4) is " + Bits.show(subnormal));
    }

    @Test
    @Tag("interpreted")
    void expm1() {
        at(Function.EXPM1, 0x0000_0000, 0x0000_0000);
        at(Function.EXPM1, 0x8000_0000, 0x8000_0000);
        at(Function.EXPM1, 0x2edb_e6ff, 0x2edb_e6ff);
        at(Function.EXPM1, 0xaedb_e6ff, 0xaedb_e6ff);
        at(Function.EXPM1, 0x0000_0001, 0x0000_0001);
        at(Function.EXPM1, 0x42b1_7218, 0x7f80_0000);
        at(Function.EXPM1, 0xff80_0000, 0xbf80_0000);
        at(Function.EXPM1, 0xc2c8_0000, 0xbf80_0000);
        at(Function.EXPM1, 0x7f80_0000, 0x7f80_0000);
        nan(Function.EXPM1);
        assertTrue(Float.isFinite(both(Function.EXPM1, Float.intBitsToFloat(0x42b1_7217))),
                "expm1 overflows too early");
    }

    @Test
    @Tag("interpreted")
    void log() {
        at(Function.LOG, 0x0000_0000, 0xff80_0000);
        at(Function.LOG, 0x8000_0000, 0xff80_0000);
        at(Function.LOG, 0x3f80_0000, 0x0000_0000);
        at(Function.LOG, 0x7f80_0000, 0x7f80_0000);
        at(Function.LOG, 0xbf80_0000, 0x7fc0_0000);
        at(Function.LOG, 0x8000_0001, 0x7fc0_0000);
        at(Function.LOG, 0xff80_0000, 0x7fc0_0000);
        nan(Function.LOG);
    }

    @Test
    @Tag("interpreted")
    void log1p() {
        at(Function.LOG1P, 0x0000_0000, 0x0000_0000);
        at(Function.LOG1P, 0x8000_0000, 0x8000_0000);
        at(Function.LOG1P, 0x2edb_e6ff, 0x2edb_e6ff);
        at(Function.LOG1P, 0xaedb_e6ff, 0xaedb_e6ff);
        at(Function.LOG1P, 0x0000_0001, 0x0000_0001);
        at(Function.LOG1P, 0x8000_0001, 0x8000_0001);
        at(Function.LOG1P, 0xbf80_0000, 0xff80_0000);
        at(Function.LOG1P, 0xbf80_0001, 0x7fc0_0000);
        at(Function.LOG1P, 0x7f80_0000, 0x7f80_0000);
        at(Function.LOG1P, 0xff80_0000, 0x7fc0_0000);
        nan(Function.LOG1P);
    }

    @Test
    @Tag("interpreted")
    void tanh() {
        at(Function.TANH, 0x0000_0000, 0x0000_0000);
        at(Function.TANH, 0x8000_0000, 0x8000_0000);
        at(Function.TANH, 0x0000_0001, 0x0000_0001);
        at(Function.TANH, 0x4110_2cb4, 0x3f80_0000);
        at(Function.TANH, 0x4110_2cb3, 0x3f7f_ffff);
        at(Function.TANH, 0x7f80_0000, 0x3f80_0000);
        at(Function.TANH, 0xff80_0000, 0xbf80_0000);
        at(Function.TANH, 0x7f7f_ffff, 0x3f80_0000);
        nan(Function.TANH);
        for (float x : new Floats.Filling(1, Floats.Regime.SUMMABLE).floats(10_000)) {
            Bits.assertBits(-Tanh.scalar(x), Tanh.scalar(-x), "tanh is odd, at " + Bits.show(x));
        }
    }

    @Test
    @Tag("interpreted")
    void sigmoid() {
        at(Function.SIGMOID, 0x0000_0000, 0x3f00_0000);
        at(Function.SIGMOID, 0x8000_0000, 0x3f00_0000);
        at(Function.SIGMOID, 0x418a_a123, 0x3f80_0000);
        at(Function.SIGMOID, 0x418a_a122, 0x3f7f_ffff);
        at(Function.SIGMOID, 0xc2c8_0000, 0x0000_001b);
        at(Function.SIGMOID, 0xc2d0_0000, 0x0000_0000);
        at(Function.SIGMOID, 0x7f80_0000, 0x3f80_0000);
        at(Function.SIGMOID, 0xff80_0000, 0x0000_0000);
        at(Function.SIGMOID, 0x7f7f_ffff, 0x3f80_0000);
        at(Function.SIGMOID, 0xff7f_ffff, 0x0000_0000);
        nan(Function.SIGMOID);
    }

    @Test
    @Tag("interpreted")
    void erf() {
        at(Function.ERF, 0x0000_0000, 0x0000_0000);
        at(Function.ERF, 0x8000_0000, 0x8000_0000);
        at(Function.ERF, 0x7f80_0000, 0x3f80_0000);
        at(Function.ERF, 0xff80_0000, 0xbf80_0000);
        at(Function.ERF, 0x7f7f_ffff, 0x3f80_0000);
        nan(Function.ERF);
        for (float x : new Floats.Filling(1, Floats.Regime.SUMMABLE).floats(10_000)) {
            Bits.assertBits(-Erf.scalar(x), Erf.scalar(-x), "erf is odd, at " + Bits.show(x));
        }
        float last = -1;
        for (float x = 0.9f; x < 1.1f; x = Math.nextUp(x)) {
            float y = Erf.scalar(x);
            assertTrue(y >= last, "erf falls where its two branches meet, at " + Bits.show(x));
            last = y;
        }
    }

    // Values of mpmath, 40 digits.
    @Test
    void theOracleOfErf() {
        double[][] values = {{1e-10, 1.1283791670955126e-10}, {0.5, 0.5204998778130465},
            {1, 0.8427007929497149}, {1.9999, 0.9953201979070294}, {2.5, 0.999593047982555}};
        for (double[] v : values) {
            assertTrue(Math.abs(Erf.exact(v[0]) - v[1]) <= 4e-16 * v[1], "erf " + v[0] + " is " + Erf.exact(v[0]));
            assertTrue(Erf.exact(-v[0]) == -Erf.exact(v[0]), "erf is odd, at " + v[0]);
        }
        double[][] complements = {{1.9, 0.007209570764742525}, {2, 0.004677734981047266},
            {3, 2.209049699858544e-5}, {10, 2.088487583762545e-45}, {-1, 1.842700792949715}};
        for (double[] v : complements) {
            assertTrue(Math.abs(Erf.exactComplement(v[0]) - v[1]) <= 1e-13 * v[1],
                    "erfc " + v[0] + " is " + Erf.exactComplement(v[0]));
        }
    }

    @Test
    @Tag("interpreted")
    void softplusAndItsLikes() {
        at(Function.SOFTPLUS, 0x0000_0000, 0x3f31_7218);
        at(Function.SOFTPLUS, 0xc2c8_0000, 0x0000_001b);
        at(Function.SOFTPLUS, 0xc2d0_0000, 0x0000_0000);
        at(Function.SOFTPLUS, 0x447a_0000, 0x447a_0000);
        at(Function.SOFTPLUS, 0x7f80_0000, 0x7f80_0000);
        at(Function.SOFTPLUS, 0xff80_0000, 0x0000_0000);
        for (Function f : new Function[] {Function.SILU, Function.GELU, Function.GELU_TANH, Function.MISH}) {
            at(f, 0x0000_0000, 0x0000_0000);
            at(f, 0x8000_0000, 0x8000_0000);
            at(f, 0xc47a_0000, 0x8000_0000);
            at(f, 0xff80_0000, 0x8000_0000);
            at(f, 0xff7f_ffff, 0x8000_0000);
            at(f, 0x447a_0000, 0x447a_0000);
            at(f, 0x7f80_0000, 0x7f80_0000);
        }
        // The left tail, where 1 + erf would be 0.
        at(Function.GELU, 0xc120_0000, Float.floatToRawIntBits(-7.6198530e-23f));
        for (Function f : Function.values()) {
            for (int bits : new int[] {0x7fc0_0000, 0xffc0_0000, 0x7f80_0001, 0xffff_ffff}) {
                float y = both(f, Float.intBitsToFloat(bits));
                assertTrue(y != y, f + " of a NaN is " + Bits.show(y));
            }
        }
    }

    private static void at(Function f, int x, int y) {
        float actual = both(f, Float.intBitsToFloat(x));
        Bits.assertIdentical(new float[] {Float.intBitsToFloat(y)}, new float[] {actual},
                f + " of " + Bits.show(Float.intBitsToFloat(x)));
    }

    private static void nan(Function f) {
        for (int bits : new int[] {0x7fc0_0000, 0xffc0_0000, 0x7f80_0001, 0xff80_0001, 0x7fff_ffff, 0xffff_ffff}) {
            at(f, bits, 0x7fc0_0000);
        }
    }

    // The value of both backends, in the body and in the tail of a loop, and of the scalar function as it is.
    private static float both(Function f, float x) {
        float y = f.scalar(x);
        float[] in = new float[37];
        Arrays.fill(in, x);
        float[] expected = new float[37];
        Arrays.fill(expected, Sums.canonical(y));
        for (Backend backend : Backend.values()) {
            float[] out = new float[37];
            UnaryLoop.of(f, backend).forward(in, out, 0, 37);
            Bits.assertIdentical(expected, out, f + " of " + Bits.show(x) + " on " + backend);
        }
        return y;
    }
}
