package lanegrad.kernel;

/// The scalar twin: three loops, one fused multiply-add.
///
/// The loop over columns is the inner one although the chain runs over p: the chains of a row advance side by
/// side through memory, which gives the JIT independent additions and B in the order in which it is stored.
/// With p inside, each fma waits for the one before it, 4 cycles, and B is read column by column.
final class ScalarGemm extends GemmKernel {
    static final GemmKernel KERNEL = new ScalarGemm();

    private ScalarGemm() {
    }

    @Override
    int panel(int m, int k, int columns) {
        return columns;
    }

    @Override
    void block(int rows, int m, int n, int k, float[] a, int aOffset, int aRow, int aColumn, float[] b, int bOffset,
            int ldb, float[] start, int startOffset, int startRow, int startColumn, float[] c, int cOffset, int ldc,
            boolean rectified, float[] packed, int packedAt) {
        if (packed != null) {
            pack(k, n, n, b, bOffset, ldb, packed, packedAt);
        }
        int bRow = ldb == 0 ? n : ldb;
        for (int i = 0; i < m; i++) {
            int row = cOffset + i * ldc;
            for (int j = 0; j < n; j++) {
                c[row + j] = start[startOffset + i * startRow + j * startColumn];
            }
            for (int p = 0; p < k; p++) {
                axpy(n, a[aOffset + i * aRow + p * aColumn], b, bOffset + p * bRow, c, row);
            }
            for (int j = row; j < row + n; j++) {
                c[j] = rectified && c[j] <= 0 ? 0 : Sums.canonical(c[j]);
            }
        }
    }

    private static void axpy(int n, float x, float[] b, int bAt, float[] c, int cAt) {
        for (int j = 0; j < n; j++) {
            c[cAt + j] = Math.fma(x, b[bAt + j], c[cAt + j]);
        }
    }
}
