package lanegrad.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import lanegrad.Tensor;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SplitTest {
    @Test
    void theLessonsSplit() {
        Split split = Split.of(Digits.load(), 0.2, 42);
        assertEquals(1437, split.train().size());
        assertEquals(360, split.test().size());
        assertArrayEquals(new int[] {6, 0, 0, 3, 0, 5, 0, 0, 4, 1}, Arrays.copyOf(split.train().y(), 10));
        assertArrayEquals(new int[] {6, 9, 3, 7, 2, 1, 5, 2, 5, 2}, Arrays.copyOf(split.test().y(), 10));
        // All pixels and labels, by check sum, as NumPy splits them.
        assertEquals("9e18b20c", DigitsTest.crc(split.train()));
        assertEquals("2598c53", DigitsTest.crc(split.test()));
    }

    @Test
    void anotherSplit() {
        Split split = Split.of(Digits.load(), 0.25, 0);
        assertEquals(450, split.test().size());
        assertEquals("2965198e", DigitsTest.crc(split.train()));
        assertEquals("1627a890", DigitsTest.crc(split.test()));
    }

    @Test
    void theTestPartIsRoundedUp() {
        assertEquals(3, Split.of(numbered(10), 0.3, 0).test().size());
        assertEquals(3, Split.of(numbered(10), 0.25, 0).test().size());
        assertEquals(1, Split.of(numbered(2), 1e-300, 0).test().size());
        // In double 0.07 * 100 is a little above 7; Python's ceil says 8 too.
        assertEquals(8, Split.of(numbered(100), 0.07, 0).test().size());
    }

    @Property(tries = 200)
    void everyRowIsInExactlyOnePart(@ForAll @IntRange(min = 2, max = 400) int size,
            @ForAll @IntRange(min = 1, max = 500) int thousandths, @ForAll @IntRange(min = 0) int seed) {
        double fraction = thousandths / 1000.0;
        Split split = Split.of(numbered(size), fraction, seed);
        assertEquals((int) Math.ceil(fraction * size), split.test().size());
        int[] all = Arrays.copyOf(split.train().y(), size);
        System.arraycopy(split.test().y(), 0, all, split.train().size(), split.test().size());
        Arrays.sort(all);
        for (int i = 0; i < size; i++) {
            assertEquals(i, all[i]);
        }
        for (int i = 0; i < split.train().size(); i++) {
            assertEquals(split.train().y()[i], split.train().x().get(i, 0), "features follow their label");
        }
    }

    @Test
    void fractionsOutOfRange() {
        for (double wrong : new double[] {Double.NaN, 0, -0.0, 1, -0.2, 1.5, Double.POSITIVE_INFINITY}) {
            assertEquals("split: the test fraction is " + wrong
                    + "; give one above 0 and below 1, for instance 0.2",
                    assertThrows(IllegalArgumentException.class, () -> Split.of(numbered(10), wrong, 0))
                            .getMessage());
        }
    }

    @Test
    void emptyParts() {
        assertEquals("split: a test fraction of 0.95 of 10 rows is 10 test rows and 0 training rows, and a"
                + " part without rows is of no use; give more rows or another fraction",
                assertThrows(IllegalArgumentException.class, () -> Split.of(numbered(10), 0.95, 0))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> Split.of(numbered(1), 0.5, 0));
        assertThrows(IllegalArgumentException.class, () -> Split.of(numbered(0), 0.5, 0));
    }

    @Test
    void seedsOutOfRange() {
        assertThrows(IllegalArgumentException.class, () -> Split.of(numbered(10), 0.5, -1));
    }

    @Test
    void partsMustBeAlike() {
        Dataset narrow = new Dataset(Tensor.zeros(1, 2), new int[1], 3);
        Dataset wide = new Dataset(Tensor.zeros(1, 3), new int[1], 3);
        Dataset more = new Dataset(Tensor.zeros(1, 2), new int[1], 4);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new Split(narrow, wide)).getMessage()
                .contains("1 rows, 2 features, 3 classes"));
        assertThrows(IllegalArgumentException.class, () -> new Split(narrow, more));
    }

    /// Row `i` has the feature `i` and the label `i`.
    private static Dataset numbered(int size) {
        Tensor x = Tensor.zeros(size, 1);
        int[] y = new int[size];
        for (int i = 0; i < size; i++) {
            x.set(i, i);
            y[i] = i;
        }
        return new Dataset(x, y, Math.max(size, 1));
    }
}
