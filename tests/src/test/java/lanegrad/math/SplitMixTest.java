package lanegrad.math;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/// Golden values marked "model" come from a model in Python, written apart from the Java.
class SplitMixTest {
    @Test
    void wordsAreThePublishedOnes() {
        SplitMix random = new SplitMix(1234567);
        assertEquals("6457827717110365317", Long.toUnsignedString(random.nextLong()));
        assertEquals("3203168211198807973", Long.toUnsignedString(random.nextLong()));
        assertEquals("9817491932198370423", Long.toUnsignedString(random.nextLong()));
        assertEquals("4593380528125082431", Long.toUnsignedString(random.nextLong()));
        assertEquals("16408922859458223821", Long.toUnsignedString(random.nextLong()));
    }

    @Property(tries = 200)
    void wordsAreThoseOfTheJdk(@ForAll long seed) {
        SplitMix random = new SplitMix(seed);
        SplittableRandom jdk = new SplittableRandom(seed);
        for (int i = 0; i < 100; i++) {
            assertEquals(jdk.nextLong(), random.nextLong(), "word " + i + " of seed " + seed);
        }
    }

    @Test
    void floatsAreTheModels() {
        SplitMix random = new SplitMix(42);
        assertEquals(0x1.7bae64p-1f, random.nextFloat());
        assertEquals(0x1.477f18p-3f, random.nextFloat());
        assertEquals(0x1.1d499cp-2f, random.nextFloat());
        assertEquals(0x1.607384p-2f, random.nextFloat());
        SplitMix scaled = new SplitMix(42);
        assertEquals(0.24156486988067627f, scaled.nextFloat(-0.5f, 0.5f));
        assertEquals(-0.3400896191596985f, scaled.nextFloat(-0.5f, 0.5f));
        assertEquals(-0.22139889001846313f, scaled.nextFloat(-0.5f, 0.5f));
    }

    @Test
    void floatsFillTheUnitInterval() {
        SplitMix random = new SplitMix(1);
        int[] cells = new int[16];
        float largest = 0;
        for (int i = 0; i < 1 << 20; i++) {
            float value = random.nextFloat();
            assertTrue(value >= 0 && value < 1, "draw " + i + " is " + value);
            assertEquals(value * 0x1p24f, (float) (int) (value * 0x1p24f), "a multiple of 2^-24");
            largest = Math.max(largest, value);
            cells[(int) (value * 16)]++;
        }
        assertTrue(largest > 0.99999f, "the largest of 2^20 draws is " + largest);
        for (int cell : cells) {
            // 65,536 expected with deviation 248: six deviations.
            assertEquals(65_536, cell, 1_500, Arrays.toString(cells));
        }
    }

    @Property
    void scaledFloatsStayInside(@ForAll float a, @ForAll float b, @ForAll long seed) {
        float low = Math.min(a, b);
        float high = Math.max(a, b);
        if (low == high) {
            return;
        }
        SplitMix random = new SplitMix(seed);
        for (int i = 0; i < 50; i++) {
            float value = random.nextFloat(low, high);
            assertTrue(value >= low && value < high, value + " of [" + low + ", " + high + ")");
        }
    }

    @Test
    void aResultThatRoundsUpStaysBelowTheBound() {
        SplitMix random = new SplitMix(3);
        float high = Math.nextUp(1f);
        for (int i = 0; i < 1000; i++) {
            assertEquals(1f, random.nextFloat(1f, high), "the only float of [1, nextUp(1))");
        }
        int negative = 0;
        for (int i = 0; i < 1000; i++) {
            float wide = random.nextFloat(-Float.MAX_VALUE, Float.MAX_VALUE);
            assertTrue(Float.isFinite(wide), "the width overflows float: " + wide);
            negative += wide < 0 ? 1 : 0;
        }
        // 500 expected with deviation 16.
        assertEquals(500, negative, 80);
    }

    @Test
    void anIntervalMustBeOne() {
        SplitMix random = new SplitMix(0);
        float[][] wrong = {{1, 1}, {2, 1}, {Float.NaN, 1}, {0, Float.NaN}, {0, Float.POSITIVE_INFINITY},
            {Float.NEGATIVE_INFINITY, 0}};
        for (float[] bounds : wrong) {
            assertThrows(IllegalArgumentException.class, () -> random.nextFloat(bounds[0], bounds[1]));
        }
        assertEquals("nextFloat: the interval [2.0, 1.0) is empty or not finite; give finite bounds, the"
                + " lower one first",
                assertThrows(IllegalArgumentException.class, () -> random.nextFloat(2, 1)).getMessage());
    }

    @Test
    void integersAreTheModels() {
        SplitMix random = new SplitMix(42);
        int[] drawn = new int[20];
        for (int i = 0; i < drawn.length; i++) {
            drawn[i] = random.nextInt(10);
        }
        assertArrayEquals(new int[] {7, 1, 2, 3, 0, 8, 2, 8, 3, 6, 2, 4, 5, 5, 6, 2, 1, 4, 0, 6}, drawn);
        // A bound at which a quarter of the words must be drawn again.
        random = new SplitMix(42);
        int bound = (1 << 30) + (1 << 29);
        assertEquals(1_194_373_838, random.nextInt(bound));
        assertEquals(448_718_528, random.nextInt(bound));
        assertEquals(554_357_951, random.nextInt(bound));
        assertEquals(61_251_873, random.nextInt(bound));
        assertEquals(1_398_379_197, random.nextInt(bound));
    }

    @Test
    void integersAreEquallyLikely() {
        // Without rejection, a bound of 3/8 of 2^32 favours every third value three to two.
        SplitMix random = new SplitMix(9);
        int bound = (1 << 30) + (1 << 29);
        int[] rests = new int[3];
        for (int i = 0; i < 300_000; i++) {
            rests[random.nextInt(bound) % 3]++;
        }
        for (int rest : rests) {
            assertEquals(100_000, rest, 1_600, Arrays.toString(rests));
        }
    }

    @Property
    void integersStayBelowTheBound(@ForAll @IntRange(min = 1) int bound, @ForAll long seed) {
        SplitMix random = new SplitMix(seed);
        for (int i = 0; i < 20; i++) {
            int value = random.nextInt(bound);
            assertTrue(value >= 0 && value < bound, value + " of " + bound);
        }
    }

    @Test
    void boundsBelowOneAreRefused() {
        SplitMix random = new SplitMix(0);
        assertEquals(0, random.nextInt(1));
        assertEquals("nextInt: the bound is 0; give 1 or more",
                assertThrows(IllegalArgumentException.class, () -> random.nextInt(0)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> random.nextInt(-1));
        assertThrows(IllegalArgumentException.class, () -> random.nextInt(Integer.MIN_VALUE));
    }

    @Test
    void gaussiansAreTheModels() {
        // The model's logarithm is the C library's and may differ from StrictMath's by an ulp.
        double[] model = {-1.2000606755030694, 0.43852668181259685, 0.6307409002894373, 1.070487230894379,
            -0.8440819575560833};
        SplitMix random = new SplitMix(42);
        for (double expected : model) {
            assertEquals(expected, random.nextGaussian(), 4 * Math.ulp(expected));
        }
    }

    @Test
    void gaussianBitsAreFixed() {
        long hash = 0;
        SplitMix random = new SplitMix(42);
        for (int i = 0; i < 10_000; i++) {
            hash = 31 * hash + Double.doubleToRawLongBits(random.nextGaussian());
        }
        assertEquals(0x8dbb232e4b6f084aL, hash);
    }

    @Test
    void gaussiansHaveTheMomentsOfTheNormal() {
        SplitMix random = new SplitMix(5);
        int n = 1_000_000;
        double sum = 0;
        double squares = 0;
        double fourths = 0;
        int inside = 0;
        for (int i = 0; i < n; i++) {
            double value = random.nextGaussian();
            sum += value;
            squares += value * value;
            fourths += value * value * value * value;
            inside += Math.abs(value) < 1 ? 1 : 0;
        }
        // Five deviations each: 1, sqrt 2, sqrt 96 and 0.465 over sqrt n.
        assertEquals(0, sum / n, 0.005);
        assertEquals(1, squares / n, 0.0071);
        assertEquals(3, fourths / n, 0.049);
        assertEquals(0.682689, inside / (double) n, 0.0024);
    }

    @Test
    void splitsAreTheModels() {
        assertEquals(0xf0e156f7f2cbbba2L, new SplitMix(42).split("init").nextLong());
        assertEquals(0x1a60414b95dc5b91L, new SplitMix(42).split("shuffle").nextLong());
        assertEquals(0x8fc313ae8b7c66cdL, new SplitMix(42).split("dropout").nextLong());
        assertEquals(0xaacacc170be54cceL, new SplitMix(42).split("").nextLong());
        assertEquals(0x1310a31d025bc396L, new SplitMix(42).split("\u00e4").nextLong());
        assertEquals(0x92ff4238f4dcaecfL, new SplitMix(0).split("init").nextLong());
        assertEquals(0xf9b261b667fef428L, new SplitMix(-1).split("init").nextLong());
    }

    @Test
    void splitsNest() {
        SplitMix root = new SplitMix(42);
        assertEquals(0x8b74388c76364e77L, root.split("a").split("b").nextLong());
        assertEquals(0x7e1d732ae4ebbea8L, root.split("ab").nextLong());
    }

    @Property(tries = 200)
    void aSplitDependsOnSeedAndPurposeOnly(@ForAll long seed, @ForAll String purpose,
            @ForAll @IntRange(max = 50) int drawn) {
        long expected = new SplitMix(seed).split(purpose).nextLong();
        SplitMix random = new SplitMix(seed);
        for (int i = 0; i < drawn; i++) {
            random.nextLong();
        }
        assertEquals(expected, random.split(purpose).nextLong());
        assertNotEquals(expected, new SplitMix(seed + 1).split(purpose).nextLong());
        assertNotEquals(expected, new SplitMix(seed).split(purpose + "2").nextLong());
    }

    @Test
    void aSplitLeavesItsOriginAlone() {
        SplitMix split = new SplitMix(1234567);
        split.split("init").nextLong();
        split.nextLong();
        split.split("shuffle").nextGaussian();
        assertEquals("3203168211198807973", Long.toUnsignedString(split.nextLong()));
    }

    @Test
    void neighbouringStreamsAreUncorrelated() {
        // 4,096 seeds and purposes side by side: each bit of their first words is set about half the time.
        int[] set = new int[64];
        for (int seed = 0; seed < 64; seed++) {
            for (int purpose = 0; purpose < 64; purpose++) {
                long word = new SplitMix(seed).split("layer " + purpose).nextLong();
                for (int bit = 0; bit < 64; bit++) {
                    set[bit] += (int) (word >>> bit & 1);
                }
            }
        }
        for (int count : set) {
            // 2,048 expected with deviation 32.
            assertEquals(2048, count, 160, Arrays.toString(set));
        }
    }

    @Test
    void shufflesAreTheModels() {
        int[] numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
        new SplitMix(42).shuffle(numbers);
        assertArrayEquals(new int[] {8, 3, 6, 5, 4, 0, 9, 2, 1, 7}, numbers);
        numbers = new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
        new SplitMix(42).split("shuffle").shuffle(numbers);
        assertArrayEquals(new int[] {3, 9, 5, 4, 7, 2, 8, 0, 6, 1}, numbers);
    }

    @Test
    void everyOrderIsEquallyLikely() {
        int[] orders = new int[64];
        SplitMix random = new SplitMix(8);
        for (int i = 0; i < 60_000; i++) {
            int[] three = {0, 1, 2};
            random.shuffle(three);
            orders[three[0] * 16 + three[1] * 4 + three[2]]++;
        }
        int seen = 0;
        for (int count : orders) {
            if (count > 0) {
                seen++;
                // 10,000 expected with deviation 91.
                assertEquals(10_000, count, 500);
            }
        }
        assertEquals(6, seen);
    }

    @Property(tries = 200)
    void aShuffleKeepsTheValues(@ForAll int[] values, @ForAll long seed) {
        int[] shuffled = values.clone();
        new SplitMix(seed).shuffle(shuffled);
        Arrays.sort(shuffled);
        int[] sorted = values.clone();
        Arrays.sort(sorted);
        assertArrayEquals(sorted, shuffled);
    }
}
