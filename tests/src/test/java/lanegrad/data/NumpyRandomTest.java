package lanegrad.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.zip.CRC32;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// All numbers are from NumPy 2.4.6, `numpy.random.RandomState(seed)`; check sums are CRC-32 over the values
/// as big-endian 32-bit words, in Python `zlib.crc32(a.astype('>u4').tobytes())`.
class NumpyRandomTest {
    @ParameterizedTest
    @CsvSource({
        "42, 1608637542, 3421126067, 4083286876, 787846414",
        "0, 2357136044, 2546248239, 3071714933, 3626093760",
        "1, 1791095845, 4282876139, 3093770124, 4005303368",
        "5489, 3499211612, 581869302, 3890346734, 3586334585",
        "2147483648, 652847386, 1439962116, 3524204305, 1548966947",
        "4294967295, 419326371, 479346978, 3918654476, 2416749639"})
    void firstWords(long seed, long first, long second, long third, long fourth) {
        NumpyRandom random = new NumpyRandom(seed);
        assertEquals(first, Integer.toUnsignedLong(random.nextWord()));
        assertEquals(second, Integer.toUnsignedLong(random.nextWord()));
        assertEquals(third, Integer.toUnsignedLong(random.nextWord()));
        assertEquals(fourth, Integer.toUnsignedLong(random.nextWord()));
    }

    /// 2,000 words: three times past the 624 words of the state.
    @ParameterizedTest
    @CsvSource({"0, e9b121a1", "1, 56040f9e", "5489, b2ff9f7f", "2147483648, e41a08bc",
        "4294967295, 859940f9"})
    void manyWords(long seed, String crc) {
        NumpyRandom random = new NumpyRandom(seed);
        int[] words = new int[2000];
        for (int i = 0; i < words.length; i++) {
            words[i] = random.nextWord();
        }
        assertEquals(crc, Long.toHexString(crc(words)));
    }

    @Test
    void permutationOfTen() {
        assertArrayEquals(new int[] {8, 1, 5, 0, 7, 2, 9, 4, 3, 6}, new NumpyRandom(42).permutation(10));
        assertArrayEquals(new int[] {2, 8, 4, 9, 1, 6, 7, 3, 0, 5}, new NumpyRandom(0).permutation(10));
        assertArrayEquals(new int[] {6, 9, 5, 1, 8, 0, 7, 4, 2, 3},
                new NumpyRandom(4294967295L).permutation(10));
    }

    @Test
    void permutationOfTheDigits() {
        int[] order = new NumpyRandom(42).permutation(1797);
        assertArrayEquals(new int[] {1245, 220, 1518, 438, 1270, 832, 692, 1309}, Arrays.copyOf(order, 8));
        assertArrayEquals(new int[] {1294, 860, 1459, 1126}, Arrays.copyOfRange(order, 1793, 1797));
    }

    @Test
    void smallPermutations() {
        assertArrayEquals(new int[] {}, new NumpyRandom(0).permutation(0));
        assertArrayEquals(new int[] {0}, new NumpyRandom(0).permutation(1));
        assertArrayEquals(new int[] {1, 0}, new NumpyRandom(0).permutation(2));
        assertArrayEquals(new int[] {2, 1, 0}, new NumpyRandom(0).permutation(3));
        assertArrayEquals(new int[] {2, 3, 1, 0}, new NumpyRandom(0).permutation(4));
        assertArrayEquals(new int[] {2, 0, 1, 3, 4}, new NumpyRandom(0).permutation(5));
    }

    @ParameterizedTest
    @CsvSource({"0, 2, 5842f6d9", "1, 3, 7612a599", "7, 16, baaea556", "7, 17, 371750dd",
        "42, 1797, 1b4a56b0", "123456789, 255, 3a63f62a", "123456789, 256, efcf1247",
        "123456789, 257, 97a12185", "4294967295, 1000, 6825c509", "3, 65537, e4f909e4",
        "99, 100000, 725e6b13"})
    void permutations(long seed, int n, String crc) {
        assertEquals(crc, Long.toHexString(crc(new NumpyRandom(seed).permutation(n))));
    }

    @Property(tries = 300)
    void everyNumberOccursOnce(@ForAll @LongRange(min = 0, max = NumpyRandom.MAX_SEED) long seed,
            @ForAll @IntRange(max = 3000) int n) {
        int[] order = new NumpyRandom(seed).permutation(n);
        Arrays.sort(order);
        assertEquals(n, order.length);
        for (int i = 0; i < n; i++) {
            assertEquals(i, order[i]);
        }
    }

    @Test
    void seedsAndSizesOutOfRange() {
        assertEquals("NumPy random: the seed is -1; RandomState takes seeds 0..4294967295",
                assertThrows(IllegalArgumentException.class, () -> new NumpyRandom(-1)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> new NumpyRandom(1L << 32));
        assertThrows(IllegalArgumentException.class, () -> new NumpyRandom(Long.MIN_VALUE));
        assertEquals("permutation: -1 numbers; give 0 or more",
                assertThrows(IllegalArgumentException.class, () -> new NumpyRandom(0).permutation(-1))
                        .getMessage());
    }

    static long crc(int[] words) {
        CRC32 crc = new CRC32();
        for (int word : words) {
            crc.update(word >>> 24);
            crc.update(word >>> 16);
            crc.update(word >>> 8);
            crc.update(word);
        }
        return crc.getValue();
    }
}
