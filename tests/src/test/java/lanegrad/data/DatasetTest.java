package lanegrad.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import lanegrad.Shape;
import lanegrad.Tensor;
import org.junit.jupiter.api.Test;

class DatasetTest {
    private final Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 4, 2);
    private final int[] y = {0, 1, 2, 1};
    private final Dataset data = new Dataset(x, y, 3);

    @Test
    void holdsWhatItWasGiven() {
        assertSame(x, data.x());
        assertSame(y, data.y());
        assertEquals(3, data.classes());
        assertEquals(4, data.size());
        assertEquals(2, data.features());
        assertEquals("4 rows, 2 features, 3 classes", data.toString());
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertEquals("data set: the features have shape [8]; give a matrix of [rows, features] with at least"
                + " one feature", refused(Tensor.zeros(8), new int[8], 3));
        assertEquals("data set: the features have shape [4, 0]; give a matrix of [rows, features] with at"
                + " least one feature", refused(Tensor.zeros(4, 0), new int[4], 3));
        assertEquals("data set: 3 labels for 4 rows of features; give one label per row",
                refused(x, new int[3], 3));
        assertEquals("data set: 0 classes; give the number of classes, 1 or more", refused(x, y, 0));
        assertEquals("data set: the label of row 2 is 2, outside of 0..1; number the classes from 0, or"
                + " give a larger number of classes", refused(x, y, 2));
        assertEquals("data set: the label of row 1 is -1, outside of 0..2; number the classes from 0, or"
                + " give a larger number of classes", refused(x, new int[] {0, -1, 5, 0}, 3));
    }

    private static String refused(Tensor x, int[] y, int classes) {
        return assertThrows(IllegalArgumentException.class, () -> new Dataset(x, y, classes)).getMessage();
    }

    @Test
    void rowsAreCopies() {
        Dataset rows = data.rows(new int[] {3, 0, 3});
        assertArrayEquals(new float[] {7, 8, 1, 2, 7, 8}, rows.x().toArray());
        assertEquals(Shape.of(3, 2), rows.x().shape());
        assertArrayEquals(new int[] {1, 0, 1}, rows.y());
        assertEquals(3, rows.classes());
        rows.x().fill(0);
        rows.y()[0] = 2;
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, x.toArray());
        assertArrayEquals(new int[] {0, 1, 2, 1}, y);
        assertEquals(0, data.rows(new int[0]).size());
        assertEquals("row 4, at position 1 of the order, is outside of a data set of 4 rows",
                assertThrows(IndexOutOfBoundsException.class, () -> data.rows(new int[] {0, 4}))
                        .getMessage());
        assertThrows(IndexOutOfBoundsException.class, () -> data.rows(new int[] {-1}));
    }

    @Test
    void scaledIsANewSet() {
        Dataset scaled = data.scaled(0.1f);
        float[] expected = {0.1f, 2 * 0.1f, 3 * 0.1f, 4 * 0.1f, 5 * 0.1f, 6 * 0.1f, 7 * 0.1f, 8 * 0.1f};
        assertArrayEquals(expected, scaled.x().toArray());
        assertArrayEquals(y, scaled.y());
        assertNotSame(y, scaled.y());
        assertEquals(3, scaled.classes());
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, x.toArray());
        assertEquals("scaled: the factor is NaN; give a finite one",
                assertThrows(IllegalArgumentException.class, () -> data.scaled(Float.NaN)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> data.scaled(Float.NEGATIVE_INFINITY));
    }

    @Test
    void gatherCopiesRowsIntoTheBatch() {
        Tensor xBatch = Tensor.zeros(2, 2).fill(-1);
        xBatch.data()[4] = 99;
        int version = xBatch.version();
        int[] yBatch = {-1, -1};
        data.gather(new int[] {9, 2, 1, 9}, 1, 2, xBatch, yBatch);
        assertArrayEquals(new float[] {5, 6, 3, 4}, xBatch.toArray());
        assertArrayEquals(new int[] {2, 1}, yBatch);
        assertEquals(99, xBatch.data()[4], "the padding is nobody's");
        assertEquals(version + 1, xBatch.version(), "a tape must see the write");
    }

    @Test
    void gatherRefusesWhatDoesNotFit() {
        int[] order = {0, 1, 2, 3};
        assertEquals("gather: the batch has shape [3, 2] for 2 rows of 2 features; give a tensor of shape"
                + " [2, 2]",
                argument(order, 0, 2, Tensor.zeros(3, 2), new int[2]));
        assertEquals("gather: the batch has shape [2, 3] for 2 rows of 2 features; give a tensor of shape"
                + " [2, 2]",
                argument(order, 0, 2, Tensor.zeros(2, 3), new int[2]));
        assertEquals("gather: the batch has shape [4] for 2 rows of 2 features; give a tensor of shape [2,"
                + " 2]",
                argument(order, 0, 2, Tensor.zeros(4), new int[2]));
        assertEquals("gather: the batch has room for 3 labels, 2 rows were asked for; give an array of 2",
                argument(order, 0, 2, Tensor.zeros(2, 2), new int[3]));
        assertEquals("gather: the batch and the data set share one array, the copy would overwrite rows not"
                + " yet read; give the batch a tensor of its own",
                argument(order, 0, 2, Tensor.wrap(x.data(), 2, 2), new int[2]));
    }

    private String argument(int[] order, int from, int count, Tensor xBatch, int[] yBatch) {
        return assertThrows(IllegalArgumentException.class,
                () -> data.gather(order, from, count, xBatch, yBatch)).getMessage();
    }

    @Test
    void gatherRefusesPlacesOutside() {
        int[] order = {0, 1, 2, 3};
        Tensor xBatch = Tensor.zeros(2, 2);
        int[] yBatch = new int[2];
        assertEquals("gather: 2 rows from position 3 do not lie within an order of 4 rows",
                assertThrows(IndexOutOfBoundsException.class, () -> data.gather(order, 3, 2, xBatch, yBatch))
                        .getMessage());
        assertThrows(IndexOutOfBoundsException.class, () -> data.gather(order, -1, 2, xBatch, yBatch));
        assertThrows(IndexOutOfBoundsException.class, () -> data.gather(order, 0, -1, xBatch, yBatch));
        assertThrows(IndexOutOfBoundsException.class,
                () -> data.gather(order, Integer.MAX_VALUE, 2, xBatch, yBatch));
        assertThrows(IndexOutOfBoundsException.class,
                () -> data.gather(order, 2, Integer.MAX_VALUE, xBatch, yBatch));
    }

    @Test
    void gatherThatThrowsCopiesNothing() {
        Tensor xBatch = Tensor.zeros(2, 2).fill(-1);
        int version = xBatch.version();
        int[] yBatch = {-1, -1};
        assertEquals("row 4, at position 1 of the order, is outside of a data set of 4 rows",
                assertThrows(IndexOutOfBoundsException.class,
                        () -> data.gather(new int[] {0, 4}, 0, 2, xBatch, yBatch)).getMessage());
        assertArrayEquals(new float[] {-1, -1, -1, -1}, xBatch.toArray());
        assertArrayEquals(new int[] {-1, -1}, yBatch);
        assertEquals(version, xBatch.version());
    }

    @Test
    void gatherAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int[] order = {3, 2, 1, 0};
        Tensor xBatch = Tensor.zeros(2, 2);
        int[] yBatch = new int[2];
        data.gather(order, 0, 2, xBatch, yBatch);
        threads.getCurrentThreadAllocatedBytes();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 10_000; i++) {
            data.gather(order, i % 3, 2, xBatch, yBatch);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        // One object a call would be 160,000 bytes.
        assertEquals(0, allocated, 4096, "bytes allocated by 10,000 calls");
    }
}
