package lanegrad.kernel;

/// The two innermost loops of [Gemm]: all tiles of one block of C.
abstract class GemmKernel {
    GemmKernel() {
    }

    /// How many columns, when `columns` are left, the next panel takes; may exceed what is left.
    abstract int panel(int columns);

    /// The sum of the widths of all panels over `columns` columns.
    final int padded(int columns) {
        int width = 0;
        while (width < columns) {
            width += panel(columns - width);
        }
        return width;
    }

    /// `c[i,j] = chain over p < k of fma(a[i,p], b[p,j], s)`, beginning with `s = start[i,j]`.
    ///
    /// @param aRow distance of two rows of op(A)
    /// @param aColumn distance of two columns of op(A)
    /// @param ldb distance of two rows of B, readable to the panels' full widths; 0 for a packed B, where panel
    ///        follows panel and rows are as long as their panel is wide
    /// @param start readable to the panels' full widths
    /// @param startRow distance of two rows of `start`; 0 when all rows begin alike
    abstract void block(int m, int n, int k, float[] a, int aOffset, int aRow, int aColumn, float[] b, int bOffset,
            int ldb, float[] start, int startOffset, int startRow, float[] c, int cOffset, int ldc);
}
