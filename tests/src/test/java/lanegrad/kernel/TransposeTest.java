package lanegrad.kernel;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.IntStream;
import lanegrad.Backend;
import lanegrad.testkit.Bits;
import lanegrad.testkit.Floats.Filling;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("width")
class TransposeTest {
    /// All bits move, those of signalling NaNs too, and nothing around them changes.
    @Test
    void everySizeAroundTheSquares() {
        int[] sizes = IntStream.concat(IntStream.rangeClosed(0, 19), IntStream.of(31, 32, 33, 41, 48)).toArray();
        for (int rows : sizes) {
            for (int columns : sizes) {
                // Most often without gaps, which squares without their last rows or columns ask for.
                int ldx = columns + rows % 5 / 3;
                int ldy = rows + columns % 5 / 3;
                Filling filling = Filling.of(rows * 100L + columns);
                float[] x = filling.floats(5 + rows * ldx);
                float[] before = filling.split("y").floats(7 + columns * ldy);
                float[] expected = before.clone();
                for (int i = 0; i < rows; i++) {
                    for (int j = 0; j < columns; j++) {
                        expected[7 + j * ldy + i] = x[5 + i * ldx + j];
                    }
                }
                for (Backend backend : Backend.values()) {
                    float[] y = before.clone();
                    Transpose.of(backend, rows, columns, x, 5, ldx, y, 7, ldy);
                    Bits.assertIdentical(expected, y, "transpose of " + rows + " x " + columns + " on " + backend + ", "
                            + filling);
                }
            }
        }
    }

    @Test
    void tooShortArraysAreNoticed() {
        for (Backend backend : Backend.values()) {
            assertThrows(IndexOutOfBoundsException.class,
                    () -> Transpose.of(backend, 9, 10, new float[89], 0, 10, new float[90], 0, 9), backend.toString());
            assertThrows(IndexOutOfBoundsException.class,
                    () -> Transpose.of(backend, 9, 10, new float[90], 0, 10, new float[89], 0, 9), backend.toString());
            assertThrows(IndexOutOfBoundsException.class, () -> Transpose.of(backend, 16, 32, new float[511], 0, 32,
                    new float[512], 0, 16), backend.toString());
            assertThrows(IndexOutOfBoundsException.class, () -> Transpose.of(backend, 16, 32, new float[512], 0, 32,
                    new float[511], 0, 16), backend.toString());
        }
    }
}
