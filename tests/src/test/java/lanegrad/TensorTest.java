package lanegrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TensorTest {
    @Test
    void shapes() {
        assertEquals(6, Shape.of(2, 3).size());
        assertEquals(1, Shape.of().size());
        assertSame(Shape.SCALAR, Shape.of());
        assertEquals(Shape.of(2, 3), Shape.of(2, 3));
        assertEquals("[2, 3]", Shape.of(2, 3).toString());
        assertTrue(!Shape.of(6).equals(Shape.of(6, 1)));
        assertEquals(0, Shape.of(0, 1 << 30, 1 << 30).size());
        assertEquals(0, Shape.of(1 << 30, 1 << 30, 0).size());
        int[] extents = {2, 3};
        Shape shape = Shape.of(extents);
        extents[0] = 9;
        assertEquals(2, shape.extent(0));
    }

    @Test
    void shapesBeyondAnArrayAreRefused() {
        // Each product is 0 or small in int, some in long.
        for (int[] extents : new int[][] {{65536, 65536}, {1 << 16, 1 << 16, 1 << 16, 1 << 16}, {1 << 30, 4},
            {Integer.MAX_VALUE}, {Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE}}) {
            assertThrows(IllegalArgumentException.class, () -> Shape.of(extents));
        }
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Shape.of(2, -1));
        assertTrue(e.getMessage().contains("[2, -1]"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> Shape.of(0, -1));
    }

    @Test
    void elements() {
        Tensor t = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        assertEquals(6, t.get(1, 2));
        assertEquals(4, t.get(3));
        assertEquals(6 + Tensor.PADDING, t.data().length);
        assertThrows(IndexOutOfBoundsException.class, () -> t.get(6), "the padding is not part of the tensor");
        assertThrows(IndexOutOfBoundsException.class, () -> t.get(-1));
        assertThrows(IndexOutOfBoundsException.class, () -> t.get(0, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> t.set(6, 0));
        assertThrows(IllegalArgumentException.class, () -> t.set(new float[5]));
        assertThrows(IllegalArgumentException.class, () -> t.set(new float[7]));
        assertThrows(IllegalArgumentException.class, () -> Tensor.of(new float[5], 2, 3));
        assertThrows(IllegalArgumentException.class, t::item);
        assertThrows(IllegalArgumentException.class, () -> Tensor.zeros(6).get(0, 0));
        assertEquals(7, Tensor.zeros().fill(7).item());
    }

    @Test
    void versionsCountWrites() {
        Tensor t = Tensor.zeros(3);
        int before = t.version();
        t.set(0, 1).set(new float[3]).fill(2).changed();
        assertEquals(before + 4, t.version());
        t.toArray();
        t.copy();
        assertEquals(before + 4, t.version());
    }

    @Test
    void copiesAndWraps() {
        float[] own = {1, 2, 3, 4};
        Tensor t = Tensor.wrap(own, 3);
        assertSame(own, t.data());
        assertArrayEquals(new float[] {1, 2, 3}, t.toArray());
        assertNotSame(own, t.copy().data());
        own[0] = 9;
        assertEquals(9, t.get(0));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Tensor.wrap(own, 5));
        assertTrue(e.getMessage().contains("[5]") && e.getMessage().contains("4"), e.getMessage());
        assertEquals("[3] 9.0 2.0 3.0", t.toString());
    }
}
