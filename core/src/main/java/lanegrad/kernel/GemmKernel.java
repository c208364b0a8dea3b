package lanegrad.kernel;

import java.util.Arrays;

/// What the five loops of [Gemm] leave to a backend: the two innermost loops, and the width of a panel of B.
abstract class GemmKernel {
    GemmKernel() {
    }

    /// How many columns the next panel takes when `columns` are left of `m` rows, k deep; may exceed what is left.
    abstract int panel(int m, int k, int columns);

    /// What the rows of a part are a multiple of, so that tiles cover all parts but the last without a rest.
    int step() {
        return 4;
    }

    /// How many rows of B are packed together.
    int depth() {
        return Gemm.KB;
    }

    /// Whether a thread goes panel by panel, all rows of A for each, or else part by part of the rows, all panels for
    /// each: with a block of so many floats of A and of B.
    boolean byPanels(long a, long b) {
        return true;
    }

    /// Whether a transposed A that is copied, k deep and for n columns of B, is turned on the way.
    boolean turns(int n, int k) {
        return false;
    }

    /// The most of k that [#block] takes; more goes on from C.
    int deepest() {
        return Integer.MAX_VALUE;
    }

    /// Where the last row of A or, of a turned product, of B may begin.
    int last() {
        return Integer.MAX_VALUE;
    }

    /// Of B, with rows in the distance of ldb, no more floats than this are read where they are, if m rows are few.
    int direct(int m, int ldb) {
        return Gemm.DIRECT;
    }

    /// The most floats of a block of B that the first rows of A pack on their way; more are packed before.
    long packedByTiles() {
        return Long.MAX_VALUE;
    }

    /// The sum of the widths of all panels over `columns` columns. Panels follow each other from wide to narrow, so
    /// that all are counted at once that are as wide as the next.
    final int padded(int m, int k, int columns) {
        int width = 0;
        while (width < columns) {
            int w = panel(m, k, columns - width);
            width += w * Math.max(1, (columns - width) / w);
        }
        return width;
    }

    /// `c[i,j] = chain over p < k of fma(a[i,p], b[p,j], s)`, beginning with `s = start[i,j]`.
    ///
    /// One of `aRow` and `aColumn` is 1. Of a product that is cut into parts of rows, all parts take panels for
    /// the same `rows`.
    ///
    /// @param rows of the whole product: what [#panel] is asked with
    /// @param m of this block
    /// @param aRow distance of two rows of op(A)
    /// @param aColumn distance of two columns of op(A)
    /// @param ldb distance of two rows of B, readable to the panels' full widths; 0 for a packed B, where panel
    ///        follows panel and rows are as long as their panel is wide
    /// @param start readable to the panels' full widths
    /// @param startRow distance of two rows of `start`; 0 when all rows begin alike
    /// @param startColumn distance of two columns of `start`: 1, or 0 when all panels begin alike
    /// @param rectified whether negative results become 0
    /// @param packed where the panels of this B, which has rows in the distance of ldb, are copied to as [#pack] does;
    ///        or `null`
    abstract void block(int rows, int m, int n, int k, float[] a, int aOffset, int aRow, int aColumn, float[] b,
            int bOffset, int ldb, float[] start, int startOffset, int startRow, int startColumn, float[] c,
            int cOffset, int ldc, boolean rectified, float[] packed, int packedAt);

    /// Copies `columns` columns of B to panels of `width` columns: k rows of so many floats one behind the other, panel
    /// behind panel. What stands behind the last column may be anything.
    void pack(int k, int columns, int width, float[] b, int bOffset, int ldb, float[] y, int yOffset) {
        pack(0, k, columns, width, b, bOffset, ldb, y, yOffset);
    }

    /// The rows of [#pack] from row `first` on.
    final void pack(int first, int k, int columns, int width, float[] b, int bOffset, int ldb, float[] y, int yOffset) {
        for (int j = 0; j < columns; j += width) {
            int filled = Math.min(width, columns - j);
            int to = yOffset + k * j + first * width;
            copy(k - first, filled, b, bOffset + first * ldb + j, ldb, y, to, width);
            pad(k - first, filled, width, y, to);
        }
    }

    /// Of the columns from `from` to `to` of `columns` the end of those that take panels as wide as the first.
    final int alike(int m, int k, int from, int to, int columns) {
        int width = panel(m, k, columns - from);
        int end = from + width;
        while (end < to && panel(m, k, columns - end) == width) {
            end += width;
        }
        return Math.min(end, to);
    }

    /// Zeros behind the last column.
    static void pad(int k, int filled, int width, float[] y, int yOffset) {
        for (int p = 0; p < k && filled < width; p++) {
            Arrays.fill(y, yOffset + p * width + filled, yOffset + (p + 1) * width, 0);
        }
    }

    /// `y[i * ldy + j] = x[i * ldx + j]` for `rows` rows and `columns` columns of x.
    void copy(int rows, int columns, float[] x, int xOffset, int ldx, float[] y, int yOffset, int ldy) {
        for (int i = 0; i < rows && columns > 0; i++) {
            System.arraycopy(x, xOffset + i * ldx, y, yOffset + i * ldy, columns);
        }
    }
}
