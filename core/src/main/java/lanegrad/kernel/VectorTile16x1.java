package lanegrad.kernel;

import static java.lang.Float.floatToRawIntBits;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// 16 rows by one vector: 16 accumulators, for up to 16 columns where a multiply-add of 512 bits costs no more than one
/// of 256. A step takes 16 multiply-adds in 8 cycles, and 18 loads, two a cycle, in 9: the loads decide. 1437 x 64 x 10
/// takes 15.1 µs where 8 x 10 takes 19.7, with 12 rows 16.1, with 8 rows 17.9.
///
/// **Rows that are not whole.** C has at least 8 columns and no gaps between its rows. All rows but the last are stored
/// whole, from top to bottom: what a vector writes beyond its row is the beginning of the next, which comes after it.
/// Sixteen masked stores are more than C1 takes, see [VectorTile].
final class VectorTile16x1 extends VectorTile {
    private static final Form FORM = HiddenCopy.data(MethodHandles.lookup(), Form.class);
    private static final VectorSpecies<Float> S = FORM.species();
    private static final VectorSpecies<Integer> I = S.withLanes(int.class);
    private static final int ROW = FORM.aRow();
    private static final int COLUMN = FORM.aColumn();
    private static final boolean FRESH = FORM.fresh();
    private static final int LDB = FORM.ldb();
    private static final boolean MASKS = FORM.columns() == MASKED;

    @Override
    boolean run(int tiles, int k, float[] a, int aAt, int lda, float[] b, int bAt, int ldb, float[] start,
            int sAt, int startRow, float[] c, int cAt, int ldc, int columns, boolean rectified, float[] copy,
            int copyAt) {
        FloatVector c0 = FloatVector.fromArray(S, start, sAt);
        FloatVector c1 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + startRow);
        FloatVector c2 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + 2 * startRow);
        FloatVector c3 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + 3 * startRow);
        FloatVector c4 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + 4 * startRow);
        FloatVector c5 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + 5 * startRow);
        FloatVector c6 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + 6 * startRow);
        FloatVector c7 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + 7 * startRow);
        FloatVector c8 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + 8 * startRow);
        FloatVector c9 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + 9 * startRow);
        FloatVector c10 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + 10 * startRow);
        FloatVector c11 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + 11 * startRow);
        FloatVector c12 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + 12 * startRow);
        FloatVector c13 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + 13 * startRow);
        FloatVector c14 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + 14 * startRow);
        FloatVector c15 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + 15 * startRow);
        int a1 = aAt + lda;
        int a2 = aAt + 2 * lda;
        int a3 = aAt + 3 * lda;
        int a4 = aAt + 4 * lda;
        int a5 = aAt + 5 * lda;
        int a6 = aAt + 6 * lda;
        int a7 = aAt + 7 * lda;
        int a8 = aAt + 8 * lda;
        int a9 = aAt + 9 * lda;
        int a10 = aAt + 10 * lda;
        int a11 = aAt + 11 * lda;
        int a12 = aAt + 12 * lda;
        int a13 = aAt + 13 * lda;
        int a14 = aAt + 14 * lda;
        int a15 = aAt + 15 * lda;
        for (int p = 0; p < k; p++) {
            int q = bAt + p * (LDB == 0 ? ldb : LDB);
            FloatVector y = FloatVector.fromArray(S, b, q);
            int t = aAt + p * (COLUMN == 0 ? lda : COLUMN);
            FloatVector x = IntVector.broadcast(I, floatToRawIntBits(a[t])).reinterpretAsFloats();
            c0 = x.fma(y, c0);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a1 + p : t + ROW])).reinterpretAsFloats();
            c1 = x.fma(y, c1);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a2 + p : t + 2 * ROW])).reinterpretAsFloats();
            c2 = x.fma(y, c2);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a3 + p : t + 3 * ROW])).reinterpretAsFloats();
            c3 = x.fma(y, c3);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a4 + p : t + 4 * ROW])).reinterpretAsFloats();
            c4 = x.fma(y, c4);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a5 + p : t + 5 * ROW])).reinterpretAsFloats();
            c5 = x.fma(y, c5);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a6 + p : t + 6 * ROW])).reinterpretAsFloats();
            c6 = x.fma(y, c6);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a7 + p : t + 7 * ROW])).reinterpretAsFloats();
            c7 = x.fma(y, c7);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a8 + p : t + 8 * ROW])).reinterpretAsFloats();
            c8 = x.fma(y, c8);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a9 + p : t + 9 * ROW])).reinterpretAsFloats();
            c9 = x.fma(y, c9);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a10 + p : t + 10 * ROW])).reinterpretAsFloats();
            c10 = x.fma(y, c10);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a11 + p : t + 11 * ROW])).reinterpretAsFloats();
            c11 = x.fma(y, c11);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a12 + p : t + 12 * ROW])).reinterpretAsFloats();
            c12 = x.fma(y, c12);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a13 + p : t + 13 * ROW])).reinterpretAsFloats();
            c13 = x.fma(y, c13);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a14 + p : t + 14 * ROW])).reinterpretAsFloats();
            c14 = x.fma(y, c14);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a15 + p : t + 15 * ROW])).reinterpretAsFloats();
            c15 = x.fma(y, c15);
        }
        if (rectified) {
            FloatVector zero = FloatVector.zero(S);
            c0 = c0.blend(zero, c0.compare(VectorOperators.LE, zero));
            c1 = c1.blend(zero, c1.compare(VectorOperators.LE, zero));
            c2 = c2.blend(zero, c2.compare(VectorOperators.LE, zero));
            c3 = c3.blend(zero, c3.compare(VectorOperators.LE, zero));
            c4 = c4.blend(zero, c4.compare(VectorOperators.LE, zero));
            c5 = c5.blend(zero, c5.compare(VectorOperators.LE, zero));
            c6 = c6.blend(zero, c6.compare(VectorOperators.LE, zero));
            c7 = c7.blend(zero, c7.compare(VectorOperators.LE, zero));
            c8 = c8.blend(zero, c8.compare(VectorOperators.LE, zero));
            c9 = c9.blend(zero, c9.compare(VectorOperators.LE, zero));
            c10 = c10.blend(zero, c10.compare(VectorOperators.LE, zero));
            c11 = c11.blend(zero, c11.compare(VectorOperators.LE, zero));
            c12 = c12.blend(zero, c12.compare(VectorOperators.LE, zero));
            c13 = c13.blend(zero, c13.compare(VectorOperators.LE, zero));
            c14 = c14.blend(zero, c14.compare(VectorOperators.LE, zero));
            c15 = c15.blend(zero, c15.compare(VectorOperators.LE, zero));
        }
        c0.intoArray(c, cAt);
        c1.intoArray(c, cAt + ldc);
        c2.intoArray(c, cAt + 2 * ldc);
        c3.intoArray(c, cAt + 3 * ldc);
        c4.intoArray(c, cAt + 4 * ldc);
        c5.intoArray(c, cAt + 5 * ldc);
        c6.intoArray(c, cAt + 6 * ldc);
        c7.intoArray(c, cAt + 7 * ldc);
        c8.intoArray(c, cAt + 8 * ldc);
        c9.intoArray(c, cAt + 9 * ldc);
        c10.intoArray(c, cAt + 10 * ldc);
        c11.intoArray(c, cAt + 11 * ldc);
        c12.intoArray(c, cAt + 12 * ldc);
        c13.intoArray(c, cAt + 13 * ldc);
        c14.intoArray(c, cAt + 14 * ldc);
        if (MASKS) {
            c15.intoArray(c, cAt + 15 * ldc, S.indexInRange(0, columns));
        } else {
            c15.intoArray(c, cAt + 15 * ldc);
        }
        FloatVector low = c0.add(c1).add(c2.add(c3)).add(c4.add(c5).add(c6.add(c7)));
        FloatVector high = c8.add(c9).add(c10.add(c11)).add(c12.add(c13).add(c14.add(c15)));
        FloatVector sum = low.add(high);
        return sum.compare(VectorOperators.NE, sum).anyTrue();
    }
}
