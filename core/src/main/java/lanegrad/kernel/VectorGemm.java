package lanegrad.kernel;

import static lanegrad.kernel.Lanes.canonical;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import lanegrad.Backend;

/// The tiles of matrix multiply in vector registers.
///
/// A tile is MR rows by NR vectors of C. For each p it loads NR vectors of B, broadcasts MR floats of A, and
/// issues MR x NR independent fused multiply-adds:
///
///              b0   b1   b2   b3        one row of B, 4 vectors
///      x=a0   c00  c01  c02  c03
///      x=a1   c10  c11  c12  c13        16 accumulators
///      x=a2   c20  c21  c22  c23      + 4 vectors of B
///      x=a3   c30  c31  c32  c33      + 1 broadcast = 21 registers of 32
///
/// Loads per multiply-add decide: 8 for 16 here, less than the one load a cycle that the core takes beside one
/// 512-bit fma a cycle. With 16 registers (AVX2) 4 x 4 spills and runs at half speed; 6 x 2 holds 12
/// accumulators, 2 vectors and 1 broadcast.
///
/// **Edges.** The last vector of a row of C is loaded and stored under a mask; inside the loop over p nothing
/// is masked: lanes beyond the last column compute what nobody stores. A ragged tile at the bottom repeats the
/// last row: the repeats start from the same C, since all of a tile is loaded before any of it is stored, do
/// the same work, and store the same values.
///
/// **One tile a call.** With the loop over row tiles inside the method, few calls do much work, and the JIT
/// replaces the method on the stack, in the middle of the loop over p, where the accumulators come from the
/// interpreter as objects and stay objects: 0.7 GFLOP/s until the method has been called often enough to be
/// compiled from its beginning, which took seconds. A call costs a few nanoseconds per tile.
///
/// The species is `S` and its length `L`, both constants.
final class VectorGemm extends GemmKernel {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = S.length();
    private static final GemmKernel KERNEL = new VectorGemm();
    private static final boolean WIDE = Backend.VECTOR.registers() >= 32;

    private VectorGemm() {
    }

    // A method rather than the field: a constant field of this class would be read at link time of Gemm.
    static GemmKernel kernel() {
        return KERNEL;
    }

    @Override
    int panel(int columns) {
        return WIDE && columns > 3 * L ? 4 * L : columns > L ? 2 * L : L;
    }

    @Override
    void block(int m, int n, int k, float[] a, int aOffset, int aRow, int aColumn, float[] b, int bOffset, int ldb,
            float[] start, int startOffset, int startRow, float[] c, int cOffset, int ldc) {
        int width;
        for (int j = 0; j < n; j += width) {
            width = panel(n - j);
            int bRow = ldb == 0 ? width : ldb;
            int bAt = bOffset + (ldb == 0 ? k * j : j);
            int left = n - j;
            int height = width == 4 * L ? m < 4 ? 1 : 4 : width == 2 * L ? 6 : 8;
            for (int i = 0; i < m; i += height) {
                int rows = m - i;
                int aAt = aOffset + i * aRow;
                int sAt = startOffset + i * startRow + j;
                int cAt = cOffset + i * ldc + j;
                switch (height) {
                    case 4 -> tile4x4(rows, k, a, aAt, aRow, aColumn, b, bAt, bRow, start, sAt, startRow, c, cAt,
                            ldc, left);
                    case 1 -> tile1x4(k, a, aAt, aColumn, b, bAt, bRow, start, sAt, c, cAt, left);
                    case 6 -> tile6x2(rows, k, a, aAt, aRow, aColumn, b, bAt, bRow, start, sAt, startRow, c, cAt,
                            ldc, left);
                    default -> tile8x1(rows, k, a, aAt, aRow, aColumn, b, bAt, bRow, start, sAt, startRow, c, cAt,
                            ldc, left);
                }
            }
        }
    }

    // 16 accumulators of 32 registers. `rows` and `columns` are what is left of the block, up to 4 and 4 L and more.
    private static void tile4x4(int rows, int k, float[] a, int aAt, int aRow, int aColumn, float[] b, int bAt,
            int ldb, float[] start, int sAt, int startRow, float[] c, int cAt, int ldc, int columns) {
        int r1 = Math.min(1, rows - 1);
        int r2 = Math.min(2, rows - 1);
        int r3 = Math.min(3, rows - 1);
        VectorMask<Float> tail = Lanes.tail(3 * L, columns);
        FloatVector c00 = FloatVector.fromArray(S, start, sAt);
        FloatVector c01 = FloatVector.fromArray(S, start, sAt + L);
        FloatVector c02 = FloatVector.fromArray(S, start, sAt + 2 * L);
        FloatVector c03 = FloatVector.fromArray(S, start, sAt + 3 * L, tail);
        FloatVector c10 = FloatVector.fromArray(S, start, sAt + r1 * startRow);
        FloatVector c11 = FloatVector.fromArray(S, start, sAt + r1 * startRow + L);
        FloatVector c12 = FloatVector.fromArray(S, start, sAt + r1 * startRow + 2 * L);
        FloatVector c13 = FloatVector.fromArray(S, start, sAt + r1 * startRow + 3 * L, tail);
        FloatVector c20 = FloatVector.fromArray(S, start, sAt + r2 * startRow);
        FloatVector c21 = FloatVector.fromArray(S, start, sAt + r2 * startRow + L);
        FloatVector c22 = FloatVector.fromArray(S, start, sAt + r2 * startRow + 2 * L);
        FloatVector c23 = FloatVector.fromArray(S, start, sAt + r2 * startRow + 3 * L, tail);
        FloatVector c30 = FloatVector.fromArray(S, start, sAt + r3 * startRow);
        FloatVector c31 = FloatVector.fromArray(S, start, sAt + r3 * startRow + L);
        FloatVector c32 = FloatVector.fromArray(S, start, sAt + r3 * startRow + 2 * L);
        FloatVector c33 = FloatVector.fromArray(S, start, sAt + r3 * startRow + 3 * L, tail);
        int a0 = aAt;
        int a1 = aAt + r1 * aRow;
        int a2 = aAt + r2 * aRow;
        int a3 = aAt + r3 * aRow;
        for (int p = 0, q = bAt; p < k; p++, q += ldb) {
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L);
            FloatVector b2 = FloatVector.fromArray(S, b, q + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, b, q + 3 * L);
            FloatVector x = FloatVector.broadcast(S, a[a0 + p * aColumn]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
            x = FloatVector.broadcast(S, a[a1 + p * aColumn]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            c12 = x.fma(b2, c12);
            c13 = x.fma(b3, c13);
            x = FloatVector.broadcast(S, a[a2 + p * aColumn]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            c22 = x.fma(b2, c22);
            c23 = x.fma(b3, c23);
            x = FloatVector.broadcast(S, a[a3 + p * aColumn]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            c32 = x.fma(b2, c32);
            c33 = x.fma(b3, c33);
        }
        canonical(c00).intoArray(c, cAt);
        canonical(c01).intoArray(c, cAt + L);
        canonical(c02).intoArray(c, cAt + 2 * L);
        canonical(c03).intoArray(c, cAt + 3 * L, tail);
        canonical(c10).intoArray(c, cAt + r1 * ldc);
        canonical(c11).intoArray(c, cAt + r1 * ldc + L);
        canonical(c12).intoArray(c, cAt + r1 * ldc + 2 * L);
        canonical(c13).intoArray(c, cAt + r1 * ldc + 3 * L, tail);
        canonical(c20).intoArray(c, cAt + r2 * ldc);
        canonical(c21).intoArray(c, cAt + r2 * ldc + L);
        canonical(c22).intoArray(c, cAt + r2 * ldc + 2 * L);
        canonical(c23).intoArray(c, cAt + r2 * ldc + 3 * L, tail);
        canonical(c30).intoArray(c, cAt + r3 * ldc);
        canonical(c31).intoArray(c, cAt + r3 * ldc + L);
        canonical(c32).intoArray(c, cAt + r3 * ldc + 2 * L);
        canonical(c33).intoArray(c, cAt + r3 * ldc + 3 * L, tail);
    }

    // One row, for batches of 1 to 3: four chains, bound by the latency of the fma.
    private static void tile1x4(int k, float[] a, int aAt, int aColumn, float[] b, int bAt, int ldb, float[] start,
            int sAt, float[] c, int cAt, int columns) {
        VectorMask<Float> tail = Lanes.tail(3 * L, columns);
        FloatVector c00 = FloatVector.fromArray(S, start, sAt);
        FloatVector c01 = FloatVector.fromArray(S, start, sAt + L);
        FloatVector c02 = FloatVector.fromArray(S, start, sAt + 2 * L);
        FloatVector c03 = FloatVector.fromArray(S, start, sAt + 3 * L, tail);
        int a0 = aAt;
        for (int p = 0, q = bAt; p < k; p++, q += ldb) {
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L);
            FloatVector b2 = FloatVector.fromArray(S, b, q + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, b, q + 3 * L);
            FloatVector x = FloatVector.broadcast(S, a[a0 + p * aColumn]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
        }
        canonical(c00).intoArray(c, cAt);
        canonical(c01).intoArray(c, cAt + L);
        canonical(c02).intoArray(c, cAt + 2 * L);
        canonical(c03).intoArray(c, cAt + 3 * L, tail);
    }

    // 12 accumulators: the most that 16 registers hold beside two vectors of B and a broadcast.
    private static void tile6x2(int rows, int k, float[] a, int aAt, int aRow, int aColumn, float[] b, int bAt,
            int ldb, float[] start, int sAt, int startRow, float[] c, int cAt, int ldc, int columns) {
        int r1 = Math.min(1, rows - 1);
        int r2 = Math.min(2, rows - 1);
        int r3 = Math.min(3, rows - 1);
        int r4 = Math.min(4, rows - 1);
        int r5 = Math.min(5, rows - 1);
        VectorMask<Float> tail = Lanes.tail(L, columns);
        FloatVector c00 = FloatVector.fromArray(S, start, sAt);
        FloatVector c01 = FloatVector.fromArray(S, start, sAt + L, tail);
        FloatVector c10 = FloatVector.fromArray(S, start, sAt + r1 * startRow);
        FloatVector c11 = FloatVector.fromArray(S, start, sAt + r1 * startRow + L, tail);
        FloatVector c20 = FloatVector.fromArray(S, start, sAt + r2 * startRow);
        FloatVector c21 = FloatVector.fromArray(S, start, sAt + r2 * startRow + L, tail);
        FloatVector c30 = FloatVector.fromArray(S, start, sAt + r3 * startRow);
        FloatVector c31 = FloatVector.fromArray(S, start, sAt + r3 * startRow + L, tail);
        FloatVector c40 = FloatVector.fromArray(S, start, sAt + r4 * startRow);
        FloatVector c41 = FloatVector.fromArray(S, start, sAt + r4 * startRow + L, tail);
        FloatVector c50 = FloatVector.fromArray(S, start, sAt + r5 * startRow);
        FloatVector c51 = FloatVector.fromArray(S, start, sAt + r5 * startRow + L, tail);
        int a0 = aAt;
        int a1 = aAt + r1 * aRow;
        int a2 = aAt + r2 * aRow;
        int a3 = aAt + r3 * aRow;
        int a4 = aAt + r4 * aRow;
        int a5 = aAt + r5 * aRow;
        for (int p = 0, q = bAt; p < k; p++, q += ldb) {
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L);
            FloatVector x = FloatVector.broadcast(S, a[a0 + p * aColumn]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(S, a[a1 + p * aColumn]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(S, a[a2 + p * aColumn]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(S, a[a3 + p * aColumn]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(S, a[a4 + p * aColumn]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = FloatVector.broadcast(S, a[a5 + p * aColumn]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
        }
        canonical(c00).intoArray(c, cAt);
        canonical(c01).intoArray(c, cAt + L, tail);
        canonical(c10).intoArray(c, cAt + r1 * ldc);
        canonical(c11).intoArray(c, cAt + r1 * ldc + L, tail);
        canonical(c20).intoArray(c, cAt + r2 * ldc);
        canonical(c21).intoArray(c, cAt + r2 * ldc + L, tail);
        canonical(c30).intoArray(c, cAt + r3 * ldc);
        canonical(c31).intoArray(c, cAt + r3 * ldc + L, tail);
        canonical(c40).intoArray(c, cAt + r4 * ldc);
        canonical(c41).intoArray(c, cAt + r4 * ldc + L, tail);
        canonical(c50).intoArray(c, cAt + r5 * ldc);
        canonical(c51).intoArray(c, cAt + r5 * ldc + L, tail);
    }

    // One column of vectors, for n up to L and the rest of a row: a load of B and 8 broadcasts for 8 fmas.
    private static void tile8x1(int rows, int k, float[] a, int aAt, int aRow, int aColumn, float[] b, int bAt,
            int ldb, float[] start, int sAt, int startRow, float[] c, int cAt, int ldc, int columns) {
        int r1 = Math.min(1, rows - 1);
        int r2 = Math.min(2, rows - 1);
        int r3 = Math.min(3, rows - 1);
        int r4 = Math.min(4, rows - 1);
        int r5 = Math.min(5, rows - 1);
        int r6 = Math.min(6, rows - 1);
        int r7 = Math.min(7, rows - 1);
        VectorMask<Float> tail = Lanes.tail(0, columns);
        FloatVector c00 = FloatVector.fromArray(S, start, sAt, tail);
        FloatVector c10 = FloatVector.fromArray(S, start, sAt + r1 * startRow, tail);
        FloatVector c20 = FloatVector.fromArray(S, start, sAt + r2 * startRow, tail);
        FloatVector c30 = FloatVector.fromArray(S, start, sAt + r3 * startRow, tail);
        FloatVector c40 = FloatVector.fromArray(S, start, sAt + r4 * startRow, tail);
        FloatVector c50 = FloatVector.fromArray(S, start, sAt + r5 * startRow, tail);
        FloatVector c60 = FloatVector.fromArray(S, start, sAt + r6 * startRow, tail);
        FloatVector c70 = FloatVector.fromArray(S, start, sAt + r7 * startRow, tail);
        int a0 = aAt;
        int a1 = aAt + r1 * aRow;
        int a2 = aAt + r2 * aRow;
        int a3 = aAt + r3 * aRow;
        int a4 = aAt + r4 * aRow;
        int a5 = aAt + r5 * aRow;
        int a6 = aAt + r6 * aRow;
        int a7 = aAt + r7 * aRow;
        for (int p = 0, q = bAt; p < k; p++, q += ldb) {
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector x = FloatVector.broadcast(S, a[a0 + p * aColumn]);
            c00 = x.fma(b0, c00);
            x = FloatVector.broadcast(S, a[a1 + p * aColumn]);
            c10 = x.fma(b0, c10);
            x = FloatVector.broadcast(S, a[a2 + p * aColumn]);
            c20 = x.fma(b0, c20);
            x = FloatVector.broadcast(S, a[a3 + p * aColumn]);
            c30 = x.fma(b0, c30);
            x = FloatVector.broadcast(S, a[a4 + p * aColumn]);
            c40 = x.fma(b0, c40);
            x = FloatVector.broadcast(S, a[a5 + p * aColumn]);
            c50 = x.fma(b0, c50);
            x = FloatVector.broadcast(S, a[a6 + p * aColumn]);
            c60 = x.fma(b0, c60);
            x = FloatVector.broadcast(S, a[a7 + p * aColumn]);
            c70 = x.fma(b0, c70);
        }
        canonical(c00).intoArray(c, cAt, tail);
        canonical(c10).intoArray(c, cAt + r1 * ldc, tail);
        canonical(c20).intoArray(c, cAt + r2 * ldc, tail);
        canonical(c30).intoArray(c, cAt + r3 * ldc, tail);
        canonical(c40).intoArray(c, cAt + r4 * ldc, tail);
        canonical(c50).intoArray(c, cAt + r5 * ldc, tail);
        canonical(c60).intoArray(c, cAt + r6 * ldc, tail);
        canonical(c70).intoArray(c, cAt + r7 * ldc, tail);
    }
}
