package lanegrad.bench.accuracy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Backend;
import lanegrad.Real;
import lanegrad.op.Operation;
import lanegrad.op.Tanh;
import lanegrad.op.UnaryOp;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The measurement is measured: against counting one by one with the function itself, and with planted faults.
class SweepTest {
    // Bits at the start of runs, and within them: zeros, subnormals, the least normal, small, around 1, kinks and
    // saturation, overflow of exp, the largest, infinity, NaN.
    private static final int[] PLACES = {0, 0x1_0000, 0x0080_0000, 0x3000_0000, 0x3a12_3456, 0x3f00_0000, 0x3f7f_ffff,
        0x3f80_0000, 0x4000_0000, 0x4110_2cb4, 0x418a_a123, 0x42b1_7218, 0x42cf_f1b5, 0x4f00_0000, 0x7f7f_ffff,
        0x7f80_0000, 0x7fc0_0000};

    /// A fitted run gives what the function itself gives, to the last count and the last bit.
    @TestFactory
    Stream<DynamicTest> runsOfAllFloatsAgainstCountingOneByOne() {
        return Subject.all().stream().map(s -> DynamicTest.dynamicTest(s.toString(), () -> {
            for (int place : PLACES) {
                for (int sign : new int[] {0, 0x8000_0000}) {
                    check(s, (place | sign) & 0xffff_ffffL);
                }
            }
        }));
    }

    private static void check(Subject subject, long place) {
        long from = place / Oracle.RUN * Oracle.RUN;
        Tally tally = new Tally();
        new Meter(subject, Inputs.ALL, Backend.VECTOR).run(from, tally);
        float[] x = new float[Oracle.RUN];
        float[] y = new float[Oracle.RUN];
        for (int i = 0; i < x.length; i++) {
            x[i] = Float.intBitsToFloat((int) (from + i));
        }
        subject.on(Backend.SCALAR, x.length).evaluate(x, y, x.length);
        double maxUlp = 0;
        double maxError = 0;
        long numbers = 0;
        long[] histogram = new long[tally.histogram().length];
        long hash = 0;
        for (int i = 0; i < x.length; i++) {
            hash = hash * Tally.MULTIPLIER + Integer.toUnsignedLong(Float.floatToRawIntBits(y[i]));
            double e = Math.clamp(subject.exact(x[i]), -0x1p128, 0x1p128);
            if (e != e && y[i] != y[i]) {
                continue;
            }
            double error = Math.abs(Math.clamp((double) y[i], -0x1p128, 0x1p128) - e);
            double ulps = error / Operation.Bound.ulp(e);
            maxUlp = Math.max(maxUlp, ulps);
            maxError = Math.max(maxError, error);
            numbers++;
            int k = 0;
            while (ulps > Tally.limit(k)) {
                k++;
            }
            histogram[k]++;
        }
        String what = subject + " from " + Finding.show(x[0]);
        assertEquals(hash, tally.hash(), what);
        assertEquals(numbers, tally.numbers(), what);
        assertArrayEquals(histogram, tally.histogram(), what);
        assertEquals(maxUlp, tally.maxUlp(), what);
        assertEquals(maxError, tally.maxError(), what);
        assertEquals(0, tally.twinDifferences(), what);
        // With a larger error known beforehand, far fewer results are looked at again.
        Tally known = new Tally();
        known.maxUlp = Double.MAX_VALUE;
        known.maxError = Double.MAX_VALUE;
        new Meter(subject, Inputs.ALL, Backend.VECTOR).run(from, known);
        assertArrayEquals(histogram, known.histogram(), what + ", with a known maximum");
    }

    /// What the fit promises, at each float of many runs.
    @TestFactory
    Stream<DynamicTest> theFunctionIsWithinTheSlack() {
        return Subject.all().stream().map(s -> DynamicTest.dynamicTest(s.toString(), () -> {
            Oracle oracle = new Oracle(s::exact);
            float[] x = new float[Oracle.RUN];
            double[] e = new double[Oracle.RUN];
            for (long place = 0x3000_0000L; place < 0x4400_0000L; place += 0x1f_0000) {
                long from = (place & 0x10_0000L) << 11 | place / Oracle.RUN * Oracle.RUN;
                for (int i = 0; i < x.length; i++) {
                    x[i] = Float.intBitsToFloat((int) (from + i));
                }
                oracle.fit(x[0], x[1]);
                oracle.fill(x, e, x.length);
                for (int i = 0; i < x.length; i++) {
                    double off = Math.abs(e[i] - oracle.at(x[i]));
                    if (!(off <= oracle.slack()) && s.exact(x[i]) == s.exact(x[i])) {
                        throw new AssertionError(s + " at " + Finding.show(x[i]) + ": the fit is off by " + off
                                + ", promised are " + oracle.slack());
                    }
                }
            }
        }));
    }

    /// Errors that cross a half within the slack of the fit: each is decided by the function itself.
    @Test
    void errorsNextToAHalfAreCountedRight() {
        Subject subject = Subject.of(new Halfway(), null, null).get(0);
        for (long from = 0x3f80_0000L; from < 0x3f90_0000L; from += Oracle.RUN) {
            check(subject, from);
        }
    }

    /// x, taken for x and half an ulp, which is above a half by up to 1e-8 ulp and below it in turns.
    private static final class Halfway extends UnaryOp {
        Halfway() {
            super("halfway");
        }

        @Override
        public Real exact(Real x) {
            double v = x.value();
            return x.function(v + 0x1p-24 * (1 + 1e-8 * Math.sin(4000 * v)), 1, 0);
        }

        @Override
        public float scalar(float x) {
            return x;
        }

        @Override
        public float vjp(float x, float y, float dy) {
            return dy;
        }

        @Override
        public Lanes lanes() {
            return new Same();
        }

        private static final class Same implements Lanes {
            @Override
            public FloatVector vector(FloatVector x) {
                return x;
            }

            @Override
            public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
                return dy;
            }
        }
    }

    /// Where the fit holds, it is used: else the exhaustive run would take hours.
    @Test
    void smoothRunsAreFitted() {
        for (Subject s : Subject.all()) {
            int fitted = 0;
            int runs = 0;
            for (long from = 0x3000_0000L; from < 0x4080_0000L; from += 0x10_0000, runs++) {
                Oracle oracle = new Oracle(s::exact);
                float x = Float.intBitsToFloat((int) from);
                oracle.fit(x, Math.nextUp(x));
                fitted += oracle.constant() || oracle.slack() > 0 ? 1 : 0;
            }
            assertTrue(fitted >= 0.9 * runs, s + ": " + fitted + " of " + runs);
        }
    }

    @Test
    void aKinkOrAJumpWithinARunIsNotFitted() {
        double at = 1 + 0x1p-12;
        for (Oracle oracle : List.of(new Oracle(x -> x < at ? x : at + 1.001 * (x - at)),
                new Oracle(x -> x < at ? 1 : 2), new Oracle(x -> x < at ? 1 : Double.NaN), new Oracle(x -> x - at),
                new Oracle(x -> Math.sin(1e6 * x)))) {
            oracle.fit(1, Math.nextUp(1f));
            assertFalse(oracle.constant());
            assertEquals(0, oracle.slack());
        }
    }

    @Test
    void oneWrongResultAmongAllIsFound() {
        float at = Float.intBitsToFloat(0x3e80_1234);
        float up = Tanh.OP.scalar(at) + 3 * Math.ulp(Tanh.OP.scalar(at));
        Tally good = runOf(new Spoilt(at, Tanh.OP.scalar(at), true));
        Tally bad = runOf(new Spoilt(at, up, true));
        assertEquals(0, good.violations());
        assertEquals(1, bad.violations());
        assertEquals(at, bad.violationAt());
        assertTrue(bad.maxUlp() > 2.4, "three floats too high: " + bad.maxUlp());
        assertEquals(at, bad.maxUlpAt());
        assertEquals(good.histogram()[0] - 1, bad.histogram()[0]);
        assertEquals(0, good.stepsBack());
        assertEquals(1, bad.stepsBack(), "down again right after it");
        assertEquals(Math.nextUp(at), bad.stepBackAt());
        assertFalse(good.hash() == bad.hash());
        assertEquals(0, bad.twinDifferences());
    }

    @Test
    void aNaNForANumberIsFound() {
        float at = Float.intBitsToFloat(0x3e80_1234);
        Tally bad = runOf(new Spoilt(at, Float.NaN, true));
        assertEquals(1, bad.violations());
        assertEquals(1, bad.nanMismatches());
        assertEquals(Double.POSITIVE_INFINITY, bad.maxUlp());
        assertEquals(at, bad.maxUlpAt());
    }

    @Test
    void aTwinThatDiffersIsFound() {
        float at = Float.intBitsToFloat(0x3e80_1234);
        Tally bad = runOf(new Spoilt(at, Math.nextUp(Tanh.OP.scalar(at)), false));
        assertEquals(1, bad.twinDifferences());
        assertEquals(at, bad.twinDifferenceAt());
    }

    private static Tally runOf(UnaryOp op) {
        Subject subject = Subject.of(op, Operation.Bound.ulps(lanegrad.math.Tanh.MAX_ULP), null).get(0);
        Tally tally = new Tally();
        // A run whose twin is compared: the number of the run is a multiple of 16.
        new Meter(subject, Inputs.ALL, Backend.VECTOR).run(0x3e80_0000L, tally);
        return tally;
    }

    /// tanh, but for one input.
    private static final class Spoilt extends UnaryOp {
        private final float at;
        private final float instead;
        private final boolean scalarToo;

        Spoilt(float at, float instead, boolean scalarToo) {
            super("spoilt");
            this.at = at;
            this.instead = instead;
            this.scalarToo = scalarToo;
        }

        @Override
        public Real exact(Real x) {
            return Tanh.OP.exact(x);
        }

        @Override
        public float scalar(float x) {
            return scalarToo && x == at ? instead : Tanh.OP.scalar(x);
        }

        @Override
        public float vjp(float x, float y, float dy) {
            return Tanh.OP.vjp(x, y, dy);
        }

        @Override
        public Lanes lanes() {
            return new Vectors(at, instead);
        }

        private record Vectors(float at, float instead) implements Lanes {
            @Override
            public FloatVector vector(FloatVector x) {
                return lanegrad.math.Tanh.Lanes.vector(x).blend(instead, x.compare(VectorOperators.EQ, at));
            }

            @Override
            public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
                throw new UnsupportedOperationException("only the value is measured");
            }
        }
    }

    @Test
    void theResultIsThatOfOneThread() {
        Subject tanh = Subject.all().stream().filter(s -> s.toString().equals("tanh slope")).findFirst().orElseThrow();
        Inputs inputs = Inputs.of(3_000_000);
        Finding one = Finding.of(tanh, inputs, Backend.VECTOR, 1, n -> { });
        Finding three = Finding.of(tanh, inputs, Backend.VECTOR, 3, n -> { });
        Finding scalar = Finding.of(tanh, inputs, Backend.SCALAR, 2, n -> { });
        assertEquals(one.json(), three.json());
        assertEquals(one.json(), scalar.json());
        assertEquals(inputs.count(), one.tally().count());
    }

    /// What is known beforehand spares work and changes nothing.
    @Test
    void aKnownMaximumChangesNothing() {
        Subject exp = Subject.all().stream().filter(s -> s.toString().equals("exp")).findFirst().orElseThrow();
        Tally some = Sweep.run(exp, Inputs.of(40_000), Backend.VECTOR, 1, null, n -> { });
        Tally again = Sweep.run(exp, Inputs.of(40_000), Backend.VECTOR, 1, some, n -> { });
        assertEquals(some.maxUlp(), again.maxUlp());
        assertEquals(some.maxUlpAt(), again.maxUlpAt());
        assertEquals(some.maxError(), again.maxError());
        assertEquals(some.maxErrorAt(), again.maxErrorAt());
        assertArrayEquals(some.histogram(), again.histogram());
    }

    @Test
    void inputsAreAnOddNumberApartAndEnough() {
        assertEquals(1L << 32, Inputs.ALL.count());
        assertEquals(2_098_177, Inputs.SAMPLE.count());
        for (long n : new long[] {1, 2, 3, 1000, 1 << 20, 1L << 31, 1L << 32}) {
            Inputs inputs = Inputs.of(n);
            assertEquals(1, inputs.stride() & 1);
            assertTrue(inputs.count() >= n, n + " asked for, " + inputs.count() + " given");
            assertTrue((inputs.count() - 1) * inputs.stride() < 1L << 32);
        }
    }

    @Test
    void theHashIsAsDocumentedHoweverItIsCut() {
        float[] y = {1, 2, -0f, 0, Float.NaN, 3, 4, 5, 6, 7, 8};
        long expected = 0;
        for (float v : y) {
            expected = expected * Tally.MULTIPLIER + Integer.toUnsignedLong(Float.floatToRawIntBits(v));
        }
        for (int cut = 0; cut <= y.length; cut++) {
            Tally first = new Tally();
            first.hash(y, cut);
            Tally second = new Tally();
            second.hash(java.util.Arrays.copyOfRange(y, cut, y.length), y.length - cut);
            first.add(second);
            assertEquals(expected, first.hash(), "cut at " + cut);
        }
    }
}
