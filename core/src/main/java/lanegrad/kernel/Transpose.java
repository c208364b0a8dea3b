package lanegrad.kernel;

import lanegrad.Backend;

/// Transposes a matrix.
public final class Transpose {
    private Transpose() {
    }

    /// `y[j * ldy + i] = x[i * ldx + j]` for `rows` rows and `columns` columns of x. Moves bits: every NaN stays as it
    /// is.
    ///
    /// x and y must not overlap. The vector backend moves squares of 16 x 16 where 512 bits are done at once, and whole
    /// lines of 9 to 15 if there are no gaps between them; then squares of 8 x 8, and what is left of rows and columns
    /// element by element. On Zen 5 an element takes 0.4, 0.4, 0.6 and 1 to 2 cycles so.
    ///
    /// @throws IndexOutOfBoundsException when an array is too short; y may then be written in part
    public static void of(Backend backend, int rows, int columns, float[] x, int xOffset, int ldx, float[] y,
            int yOffset, int ldy) {
        boolean vector = backend == Backend.VECTOR && Backend.VECTOR.lanes() >= VectorPack.SIDE;
        if (!vector || !Backend.VECTOR.whole512()) {
            eights(vector, rows, columns, x, xOffset, ldx, y, yOffset, ldy);
            return;
        }
        int side = VectorZip.SIDE;
        int r = rows - rows % side;
        int q = columns - columns % side;
        if (q > 0 && rows < side && rows >= VectorZip.LEAST && ldy == rows) {
            r = rows;
            VectorZip.of(rows, side).run(q / side, x, xOffset, ldx, side, y, yOffset, ldy, side * ldy);
        } else if (r > 0 && columns < side && columns >= VectorZip.LEAST && ldx == columns) {
            q = columns;
            // A vector reads on past the end of a row.
            r = Math.clamp(Math.floorDiv(x.length - xOffset - side, columns) + 1, 0, r) & -side;
            VectorZip.of(side, columns).run(r / side, x, xOffset, ldx, side * ldx, y, yOffset, ldy, side);
        } else if (r < q) {
            VectorZip squares = VectorZip.of(side, side);
            for (int i = 0; i < r; i += side) {
                squares.run(q / side, x, xOffset + i * ldx, ldx, side, y, yOffset + i, ldy, side * ldy);
            }
        } else if (q > 0) {
            VectorZip squares = VectorZip.of(side, side);
            for (int j = 0; j < q; j += side) {
                squares.run(r / side, x, xOffset + j, ldx, side * ldx, y, yOffset + j * ldy, ldy, side);
            }
        }
        eights(true, r, columns - q, x, xOffset + q, ldx, y, yOffset + q * ldy, ldy);
        eights(true, rows - r, columns, x, xOffset + r * ldx, ldx, y, yOffset + r, ldy);
    }

    private static void eights(boolean vector, int rows, int columns, float[] x, int xOffset, int ldx, float[] y,
            int yOffset, int ldy) {
        int side = VectorPack.SIDE;
        int r = vector ? rows - rows % side : 0;
        int q = vector ? columns - columns % side : 0;
        if (r < q) {
            for (int i = 0; i < r; i += side) {
                VectorPack.squares(q / side, x, xOffset + i * ldx, ldx, side, y, yOffset + i, ldy, side * ldy);
            }
        } else {
            for (int j = 0; j < q; j += side) {
                VectorPack.squares(r / side, x, xOffset + j, ldx, side * ldx, y, yOffset + j * ldy, ldy, side);
            }
        }
        elements(r, columns - q, x, xOffset + q, ldx, y, yOffset + q * ldy, ldy);
        elements(rows - r, columns, x, xOffset + r * ldx, ldx, y, yOffset + r, ldy);
    }

    // The longer side is the inner loop, and two of the shorter go together: 10 x 128 took 0.49 µs one by one, 0.34 so.
    private static void elements(int rows, int columns, float[] x, int xOffset, int ldx, float[] y, int yOffset,
            int ldy) {
        if (rows < columns) {
            int i = 0;
            for (; i + 1 < rows; i += 2) {
                int from = xOffset + i * ldx;
                int to = yOffset + i;
                for (int j = 0; j < columns; j++, to += ldy) {
                    y[to] = x[from + j];
                    y[to + 1] = x[from + ldx + j];
                }
            }
            if (i < rows) {
                for (int j = 0; j < columns; j++) {
                    y[yOffset + j * ldy + i] = x[xOffset + i * ldx + j];
                }
            }
            return;
        }
        int j = 0;
        for (; j + 1 < columns; j += 2) {
            int from = xOffset + j;
            int to = yOffset + j * ldy;
            for (int i = 0; i < rows; i++, from += ldx) {
                y[to + i] = x[from];
                y[to + ldy + i] = x[from + 1];
            }
        }
        if (j < columns) {
            for (int i = 0; i < rows; i++) {
                y[yOffset + j * ldy + i] = x[xOffset + i * ldx + j];
            }
        }
    }
}
