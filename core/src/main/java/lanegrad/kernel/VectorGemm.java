package lanegrad.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
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
/// **Edges.** A row of C is cut into panels of 4, 2 and 1 vectors; what is left at its end, less than a vector,
/// goes through the panel of one, the only one that stores under a mask. Inside the loop over p nothing is
/// masked: lanes beyond the last column compute what nobody stores. A ragged tile at the bottom repeats the
/// last row: the repeats start from the same C, since all of a tile is loaded before any of it is stored, do
/// the same work, and store the same values.
///
/// **What the JIT wants of these methods.** (1) One tile a call. With the loop over row tiles inside, few calls
/// do much work, and the method is replaced on the stack in the middle of the loop over p, where the
/// accumulators come from the interpreter as objects and stay objects: 0.7 GFLOP/s for seconds. (2) Nothing in
/// them but calls of the Vector API, which C2 always inlines. Own helpers, however small, are refused from some
/// 18,000 nodes on, and a vector that crosses a call is boxed: with a helper per stored vector 4 x 4 ran at half
/// its speed, with one per row at a tenth. (3) Small enough for C1, with masks and NaN out of the way: C1 gave up
/// on a larger 6 x 2 ("out of virtual registers") after its first tier, and the policy, which wants C1's full
/// profile before C2, left it there, at 1.4 GFLOP/s for good, in one start of three.
///
/// The species is `S` and its length `L`, both constants.
///
/// (Over 300 lines: four tiles, each written out, since accumulators live in local variables only.)
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
        return WIDE && columns >= 4 * L ? 4 * L : columns >= 2 * L ? 2 * L : L;
    }

    @Override
    void block(int m, int n, int k, float[] a, int aOffset, int aRow, int aColumn, float[] b, int bOffset, int ldb,
            float[] start, int startOffset, int startRow, float[] c, int cOffset, int ldc) {
        int width;
        for (int j = 0; j < n; j += width) {
            width = panel(n - j);
            int bRow = ldb == 0 ? width : ldb;
            int bAt = bOffset + (ldb == 0 ? k * j : j);
            int height = width == 4 * L ? m < 4 ? 1 : 4 : width == 2 * L ? 6 : 8;
            for (int i = 0; i < m; i += height) {
                int rows = m - i;
                int aAt = aOffset + i * aRow;
                int sAt = startOffset + i * startRow + j;
                int cAt = cOffset + i * ldc + j;
                switch (height) {
                    case 4 -> tile4x4(rows, k, a, aAt, aRow, aColumn, b, bAt, bRow, start, sAt, startRow, c, cAt, ldc);
                    case 1 -> tile1x4(k, a, aAt, aColumn, b, bAt, bRow, start, sAt, c, cAt);
                    case 6 -> tile6x2(rows, k, a, aAt, aRow, aColumn, b, bAt, bRow, start, sAt, startRow, c, cAt, ldc);
                    default -> tile8x1(rows, k, a, aAt, aRow, aColumn, b, bAt, bRow, start, sAt, startRow, c, cAt, ldc,
                            n - j);
                }
            }
        }
        for (int i = 0; i < m; i++) {
            canonicalRow(c, cOffset + i * ldc, n);
        }
    }

    // NaNs are rare: a row is read, and written again only where it holds one.
    private static void canonicalRow(float[] c, int at, int n) {
        int end = at + S.loopBound(n);
        for (int j = at; j < end; j += L) {
            FloatVector v = FloatVector.fromArray(S, c, j);
            VectorMask<Float> nan = v.compare(VectorOperators.NE, v);
            if (nan.anyTrue()) {
                v.blend(Float.NaN, nan).intoArray(c, j);
            }
        }
        for (int j = end; j < at + n; j++) {
            c[j] = Sums.canonical(c[j]);
        }
    }

    // 16 accumulators of 32 registers. `rows` is what is left of the block, 4 or less or more.
    private static void tile4x4(int rows, int k, float[] a, int aAt, int aRow, int aColumn, float[] b, int bAt,
            int ldb, float[] start, int sAt, int startRow, float[] c, int cAt, int ldc) {
        int r1 = Math.min(1, rows - 1);
        int r2 = Math.min(2, rows - 1);
        int r3 = Math.min(3, rows - 1);
        FloatVector c00 = FloatVector.fromArray(S, start, sAt);
        FloatVector c01 = FloatVector.fromArray(S, start, sAt + L);
        FloatVector c02 = FloatVector.fromArray(S, start, sAt + 2 * L);
        FloatVector c03 = FloatVector.fromArray(S, start, sAt + 3 * L);
        FloatVector c10 = FloatVector.fromArray(S, start, sAt + r1 * startRow);
        FloatVector c11 = FloatVector.fromArray(S, start, sAt + r1 * startRow + L);
        FloatVector c12 = FloatVector.fromArray(S, start, sAt + r1 * startRow + 2 * L);
        FloatVector c13 = FloatVector.fromArray(S, start, sAt + r1 * startRow + 3 * L);
        FloatVector c20 = FloatVector.fromArray(S, start, sAt + r2 * startRow);
        FloatVector c21 = FloatVector.fromArray(S, start, sAt + r2 * startRow + L);
        FloatVector c22 = FloatVector.fromArray(S, start, sAt + r2 * startRow + 2 * L);
        FloatVector c23 = FloatVector.fromArray(S, start, sAt + r2 * startRow + 3 * L);
        FloatVector c30 = FloatVector.fromArray(S, start, sAt + r3 * startRow);
        FloatVector c31 = FloatVector.fromArray(S, start, sAt + r3 * startRow + L);
        FloatVector c32 = FloatVector.fromArray(S, start, sAt + r3 * startRow + 2 * L);
        FloatVector c33 = FloatVector.fromArray(S, start, sAt + r3 * startRow + 3 * L);
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
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + L);
        c02.intoArray(c, cAt + 2 * L);
        c03.intoArray(c, cAt + 3 * L);
        c10.intoArray(c, cAt + r1 * ldc);
        c11.intoArray(c, cAt + r1 * ldc + L);
        c12.intoArray(c, cAt + r1 * ldc + 2 * L);
        c13.intoArray(c, cAt + r1 * ldc + 3 * L);
        c20.intoArray(c, cAt + r2 * ldc);
        c21.intoArray(c, cAt + r2 * ldc + L);
        c22.intoArray(c, cAt + r2 * ldc + 2 * L);
        c23.intoArray(c, cAt + r2 * ldc + 3 * L);
        c30.intoArray(c, cAt + r3 * ldc);
        c31.intoArray(c, cAt + r3 * ldc + L);
        c32.intoArray(c, cAt + r3 * ldc + 2 * L);
        c33.intoArray(c, cAt + r3 * ldc + 3 * L);
    }

    // One row, for batches of 1 to 3: four chains, bound by the latency of the fma.
    private static void tile1x4(int k, float[] a, int aAt, int aColumn, float[] b, int bAt, int ldb, float[] start,
            int sAt, float[] c, int cAt) {
        FloatVector c00 = FloatVector.fromArray(S, start, sAt);
        FloatVector c01 = FloatVector.fromArray(S, start, sAt + L);
        FloatVector c02 = FloatVector.fromArray(S, start, sAt + 2 * L);
        FloatVector c03 = FloatVector.fromArray(S, start, sAt + 3 * L);
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
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + L);
        c02.intoArray(c, cAt + 2 * L);
        c03.intoArray(c, cAt + 3 * L);
    }

    // 12 accumulators: the most that 16 registers hold beside two vectors of B and a broadcast.
    private static void tile6x2(int rows, int k, float[] a, int aAt, int aRow, int aColumn, float[] b, int bAt,
            int ldb, float[] start, int sAt, int startRow, float[] c, int cAt, int ldc) {
        int r1 = Math.min(1, rows - 1);
        int r2 = Math.min(2, rows - 1);
        int r3 = Math.min(3, rows - 1);
        int r4 = Math.min(4, rows - 1);
        int r5 = Math.min(5, rows - 1);
        FloatVector c00 = FloatVector.fromArray(S, start, sAt);
        FloatVector c01 = FloatVector.fromArray(S, start, sAt + L);
        FloatVector c10 = FloatVector.fromArray(S, start, sAt + r1 * startRow);
        FloatVector c11 = FloatVector.fromArray(S, start, sAt + r1 * startRow + L);
        FloatVector c20 = FloatVector.fromArray(S, start, sAt + r2 * startRow);
        FloatVector c21 = FloatVector.fromArray(S, start, sAt + r2 * startRow + L);
        FloatVector c30 = FloatVector.fromArray(S, start, sAt + r3 * startRow);
        FloatVector c31 = FloatVector.fromArray(S, start, sAt + r3 * startRow + L);
        FloatVector c40 = FloatVector.fromArray(S, start, sAt + r4 * startRow);
        FloatVector c41 = FloatVector.fromArray(S, start, sAt + r4 * startRow + L);
        FloatVector c50 = FloatVector.fromArray(S, start, sAt + r5 * startRow);
        FloatVector c51 = FloatVector.fromArray(S, start, sAt + r5 * startRow + L);
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
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + L);
        c10.intoArray(c, cAt + r1 * ldc);
        c11.intoArray(c, cAt + r1 * ldc + L);
        c20.intoArray(c, cAt + r2 * ldc);
        c21.intoArray(c, cAt + r2 * ldc + L);
        c30.intoArray(c, cAt + r3 * ldc);
        c31.intoArray(c, cAt + r3 * ldc + L);
        c40.intoArray(c, cAt + r4 * ldc);
        c41.intoArray(c, cAt + r4 * ldc + L);
        c50.intoArray(c, cAt + r5 * ldc);
        c51.intoArray(c, cAt + r5 * ldc + L);
    }

    // One column of vectors, `columns` of it to be stored: a load of B and 8 broadcasts for 8 fmas.
    private static void tile8x1(int rows, int k, float[] a, int aAt, int aRow, int aColumn, float[] b, int bAt,
            int ldb, float[] start, int sAt, int startRow, float[] c, int cAt, int ldc, int columns) {
        int r1 = Math.min(1, rows - 1);
        int r2 = Math.min(2, rows - 1);
        int r3 = Math.min(3, rows - 1);
        int r4 = Math.min(4, rows - 1);
        int r5 = Math.min(5, rows - 1);
        int r6 = Math.min(6, rows - 1);
        int r7 = Math.min(7, rows - 1);
        FloatVector c0 = FloatVector.fromArray(S, start, sAt);
        FloatVector c1 = FloatVector.fromArray(S, start, sAt + r1 * startRow);
        FloatVector c2 = FloatVector.fromArray(S, start, sAt + r2 * startRow);
        FloatVector c3 = FloatVector.fromArray(S, start, sAt + r3 * startRow);
        FloatVector c4 = FloatVector.fromArray(S, start, sAt + r4 * startRow);
        FloatVector c5 = FloatVector.fromArray(S, start, sAt + r5 * startRow);
        FloatVector c6 = FloatVector.fromArray(S, start, sAt + r6 * startRow);
        FloatVector c7 = FloatVector.fromArray(S, start, sAt + r7 * startRow);
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
            c0 = x.fma(b0, c0);
            x = FloatVector.broadcast(S, a[a1 + p * aColumn]);
            c1 = x.fma(b0, c1);
            x = FloatVector.broadcast(S, a[a2 + p * aColumn]);
            c2 = x.fma(b0, c2);
            x = FloatVector.broadcast(S, a[a3 + p * aColumn]);
            c3 = x.fma(b0, c3);
            x = FloatVector.broadcast(S, a[a4 + p * aColumn]);
            c4 = x.fma(b0, c4);
            x = FloatVector.broadcast(S, a[a5 + p * aColumn]);
            c5 = x.fma(b0, c5);
            x = FloatVector.broadcast(S, a[a6 + p * aColumn]);
            c6 = x.fma(b0, c6);
            x = FloatVector.broadcast(S, a[a7 + p * aColumn]);
            c7 = x.fma(b0, c7);
        }
        VectorMask<Float> tail = S.indexInRange(0, columns);
        c0.intoArray(c, cAt, tail);
        c1.intoArray(c, cAt + r1 * ldc, tail);
        c2.intoArray(c, cAt + r2 * ldc, tail);
        c3.intoArray(c, cAt + r3 * ldc, tail);
        c4.intoArray(c, cAt + r4 * ldc, tail);
        c5.intoArray(c, cAt + r5 * ldc, tail);
        c6.intoArray(c, cAt + r6 * ldc, tail);
        c7.intoArray(c, cAt + r7 * ldc, tail);
    }
}
