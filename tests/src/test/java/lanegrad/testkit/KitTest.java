package lanegrad.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import lanegrad.op.Operation;
import lanegrad.testkit.Floats.Filling;
import lanegrad.testkit.Floats.Regime;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/// The kit on which all else rests: what it must see, and what it must not mind.
class KitTest {
    private static final float NAN = Float.intBitsToFloat(0xffc0_1234);

    @Test
    void bits() {
        Bits.assertBits(Float.NaN, NAN, "any NaN");
        Bits.assertBits(new float[] {1, NAN}, new float[] {1, Float.NaN}, "any NaN");
        Bits.assertIdentical(new float[] {1, NAN, -0f}, new float[] {1, NAN, -0f}, "the same");
        fails(() -> Bits.assertBits(0f, -0f, "zeros"), "zeros", "0.0 (00000000)", "-0.0 (80000000)", "0 floats apart");
        fails(() -> Bits.assertBits(1f, Math.nextUp(1f), "neighbours"), "3f800000", "3f800001", "1 floats apart");
        fails(() -> Bits.assertBits(1f, Float.NaN, "a NaN"), "1.0", "NaN (7fc00000)");
        fails(() -> Bits.assertBits(Float.NaN, 1f, "no NaN"), "NaN (7fc00000)", "1.0");
        fails(() -> Bits.assertBits(new float[2], new float[3], "lengths"), "lengths", "2", "3");
        fails(() -> Bits.assertBits(new float[] {1, 2, 3}, new float[] {1, 2, 4}, "arrays"), "index 2 of 3");
        fails(() -> Bits.assertIdentical(new float[] {NAN}, new float[] {Float.NaN}, "payload"), "ffc01234",
                "7fc00000");
    }

    @Test
    void ulps() {
        assertEquals(0, Ulps.error(1, 1));
        assertEquals(1, Ulps.error(Math.nextUp(1f), 1));
        assertEquals(0.5, Ulps.error(1, 1 + 0x1p-24));
        assertEquals(1, Ulps.error(Float.MIN_VALUE, 0));
        assertEquals(0, Ulps.error(Float.POSITIVE_INFINITY, 1e300));
        assertEquals(0, Ulps.error(Float.POSITIVE_INFINITY, Double.POSITIVE_INFINITY));
        assertEquals(1, Ulps.error(Float.POSITIVE_INFINITY, Float.MAX_VALUE));
        assertEquals(0, Ulps.distance(NAN, Double.NaN));
        assertTrue(Double.isNaN(Ulps.distance(NAN, 1)));
        assertTrue(Double.isNaN(Ulps.distance(1, Double.NaN)));
        assertTrue(Ulps.error(Float.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY) > 1e6);
        double[] one = {1};
        Ulps.assertWithin(one, new double[] {0x1p-23}, new float[] {1.0000001f, NAN}, "the rest is not looked at");
        fails(() -> Ulps.assertWithin(one, new double[] {0x1p-24}, new float[] {1.0000001f}, "sum"), "sum",
                "index 0 of 1", "exact 1.0", "1.0000001 (3f800001)", "1.0 ulp");
        fails(() -> Ulps.assertWithin(one, new double[] {1}, new float[] {NAN}, "a NaN"), "NaN");
        fails(() -> Ulps.assertWithin(one, new double[] {Double.NaN}, new float[] {1}, "no limit"), "NaN");
        fails(() -> Ulps.assertWithin(new double[] {Double.NaN}, new double[] {1}, new float[] {1}, "exact"), "NaN");
    }

    @Property(tries = 2000)
    void placesAreInOrder(@ForAll("floats") float x, @ForAll("floats") float y) {
        if (x == x && y == y) {
            assertEquals(Integer.signum(Float.compare(x + 0f, y + 0f)), Long.signum(Bits.place(x) - Bits.place(y)));
        }
        assertEquals(x == 0 ? 0f : x, Bits.at(Bits.place(x)));
        if (Float.isFinite(x)) {
            assertEquals(Math.nextUp(x) + 0f, Bits.at(Bits.place(x) + 1));
        }
    }

    @Provide
    Arbitrary<Float> floats() {
        return Floats.arbitrary();
    }

    @Test
    void regimesAreWhatTheySay() {
        for (Regime regime : Regime.values()) {
            boolean negative = false;
            boolean positive = false;
            for (float x : new Filling(1, List.of(regime)).floats(10_000)) {
                float u = Math.abs(x);
                assertTrue(switch (regime) {
                    case ZERO -> x == 0;
                    case SUBNORMAL -> u > 0 && u < Float.MIN_NORMAL;
                    case NEAR_ONE -> Math.abs(u - 1) < 0x1p-12;
                    case TIES -> u <= 8 && u * 8 == Math.rint(u * 8);
                    case ORDINARY -> u >= 0x1p-12 && u < 16;
                    case SATURATED -> u >= 4 && u < 256;
                    case NEAR_OVERFLOW -> u >= 0x1p120 && u <= Float.MAX_VALUE;
                    case INFINITE -> u == Float.POSITIVE_INFINITY;
                    case NAN -> x != x;
                    case ANY -> true;
                }, () -> regime + ": " + Bits.show(x));
                negative |= Float.floatToRawIntBits(x) < 0;
                positive |= Float.floatToRawIntBits(x) >= 0;
            }
            assertTrue(negative && positive, regime + " has one sign only");
        }
    }

    @Property(tries = 200)
    void fillingsBeginAlike(@ForAll("fillings") Filling filling, @ForAll @IntRange(max = 300) int n) {
        float[] longer = filling.floats(n + 1);
        Bits.assertIdentical(filling.floats(n), Arrays.copyOf(longer, n), filling.toString());
        assertNotEquals(filling.split("a").seed(), filling.split("b").seed());
        assertEquals(filling.split("a"), filling.split("a"));
    }

    @Provide
    Arbitrary<Filling> fillings() {
        return Floats.fillings(List.of(Regime.ORDINARY, Regime.NAN, Regime.ANY));
    }

    @Test
    void valuesWithinARange() {
        for (float[] range : new float[][] {{-8, 8}, {-110, 30}, {0, 1}, {-1e-3f, 1e-3f}, {0.5f, 2}}) {
            float[] x = Floats.within(Operation.Range.of(range[0], range[1], 20_000), 3);
            double least = Double.MAX_VALUE;
            for (float v : x) {
                assertTrue(v >= range[0] && v <= range[1], () -> v + " in " + Arrays.toString(range));
                least = Math.min(least, v == 0 ? least : Math.abs(v));
            }
            assertTrue(range[0] > 0 || least < 1e-30, "tiny values are missing in " + Arrays.toString(range));
        }
    }

    @Test
    void derivatives() {
        Operation.Range range = Operation.Range.of(-4, 4, 1);
        for (double x = -3.7; x < 4; x += 0.31) {
            Gradients.Difference d = Gradients.derivative(Math::exp, range, x);
            assertEquals(Math.exp(x), d.value()[0], d.error()[0] + 1e-11 * Math.exp(x), "exp at " + x);
            assertTrue(d.error()[0] < 1e-8 * Math.exp(x) + 1e-10, "error " + d.error()[0] + " at " + x);
        }
        assertArrayEquals(new double[] {0}, Gradients.derivative(x -> 3, range, 1).value());
        assertTrue(Double.isNaN(Gradients.derivative(x -> Double.NaN, range, 1).value()[0]));
    }

    private static void fails(Runnable assertion, String... words) {
        AssertionError e = assertThrows(AssertionError.class, assertion::run);
        for (String word : words) {
            assertTrue(e.getMessage().contains(word), () -> "'" + word + "' is missing in: " + e.getMessage());
        }
    }
}
