package lanegrad.kernel;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import lanegrad.Backend;
import lanegrad.testkit.Bits;
import lanegrad.testkit.Floats.Filling;
import lanegrad.testkit.Floats.Regime;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("width")
class ColumnsTest {
    @Test
    void theDocumentedChains() {
        int widest = 4 * Backend.VECTOR.lanes() + 3;
        for (int rows = 0; rows <= 33; rows++) {
            for (int columns = 0; columns <= widest; columns++) {
                Filling filling = new Filling(rows * 1000L + columns, columns % 2 == 0 ? Regime.SUMMABLE
                        : List.of(Regime.values()));
                // Every third array ends with its last element: no padding to read.
                float[] x = filling.floats(rows * columns + columns % 3);
                float[] before = filling.split("y").floats(columns + 5);
                float[] expected = new float[columns];
                for (int j = 0; j < columns; j++) {
                    float[] s = new float[4];
                    for (int i = 0; i < rows; i++) {
                        s[i % 4] += x[i * columns + j];
                    }
                    expected[j] = (s[0] + s[1]) + (s[2] + s[3]);
                }
                for (Backend backend : Backend.values()) {
                    for (boolean add : new boolean[] {false, true}) {
                        float[] y = before.clone();
                        float[] wanted = before.clone();
                        for (int j = 0; j < columns; j++) {
                            wanted[j] = Sums.canonical(add ? before[j] + expected[j] : expected[j]);
                        }
                        Columns.sum(backend, x, rows, columns, y, add);
                        Bits.assertIdentical(wanted, y, "columns of " + rows + " x " + columns + " on " + backend
                                + (add ? ", added" : "") + ", " + filling);
                    }
                }
            }
        }
    }

    @Test
    void tooShortArraysAreNoticed() {
        for (Backend backend : Backend.values()) {
            float[] y = new float[5];
            assertThrows(IndexOutOfBoundsException.class,
                    () -> Columns.sum(backend, new float[14], 3, 5, y, false), backend.toString());
            assertThrows(IndexOutOfBoundsException.class,
                    () -> Columns.sum(backend, new float[15], 3, 5, Arrays.copyOf(y, 4), false), backend.toString());
        }
    }
}
