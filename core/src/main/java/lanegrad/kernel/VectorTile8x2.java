package lanegrad.kernel;

import static java.lang.Float.floatToRawIntBits;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// 8 rows by 2 vectors: 16 accumulators, 2 vectors of B and a broadcast or two, of 32 registers. It also serves the
/// last columns of C if they are more than one vector, and stores the second under a mask, where there are masks. With
/// masks at both, 16 of them, C1 refused the method in some forms, see [VectorTile].
final class VectorTile8x2 extends VectorTile {
    private static final Form FORM = HiddenCopy.data(MethodHandles.lookup(), Form.class);
    private static final VectorSpecies<Float> S = FORM.species();
    private static final VectorSpecies<Integer> I = S.withLanes(int.class);
    private static final int L = S.length();
    private static final int ROW = FORM.aRow();
    private static final int COLUMN = FORM.aColumn();
    private static final boolean FRESH = FORM.fresh();
    private static final int LDB = FORM.ldb();
    private static final boolean MASKS = FORM.columns() == MASKED;
    private static final int COLUMNS = FORM.columns();
    /// The columns of the second vector that are stored come before those of the first in this blend, and behind them
    /// when it is turned: then it is the last L columns.
    private static final VectorMask<Float> NEXT = S.indexInRange(L, COLUMNS);
    private static final VectorShuffle<Float> TURN = VectorShuffle.iota(S, COLUMNS, 1, true);

    @Override
    boolean run(int tiles, int k, float[] a, int aAt, int lda, float[] b, int bAt, int ldb, float[] start,
            int sAt, int startRow, float[] c, int cAt, int ldc, int columns, boolean rectified, float[] copy,
            int copyAt) {
        FloatVector c00 = FloatVector.fromArray(S, start, sAt);
        FloatVector c01 = FloatVector.fromArray(S, start, sAt + L);
        FloatVector c10 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + startRow);
        FloatVector c11 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + startRow + L);
        FloatVector c20 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + 2 * startRow);
        FloatVector c21 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + 2 * startRow + L);
        FloatVector c30 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + 3 * startRow);
        FloatVector c31 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + 3 * startRow + L);
        FloatVector c40 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + 4 * startRow);
        FloatVector c41 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + 4 * startRow + L);
        FloatVector c50 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + 5 * startRow);
        FloatVector c51 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + 5 * startRow + L);
        FloatVector c60 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + 6 * startRow);
        FloatVector c61 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + 6 * startRow + L);
        FloatVector c70 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + 7 * startRow);
        FloatVector c71 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + 7 * startRow + L);
        int a1 = aAt + lda;
        int a2 = aAt + 2 * lda;
        int a3 = aAt + 3 * lda;
        int a4 = aAt + 4 * lda;
        int a5 = aAt + 5 * lda;
        int a6 = aAt + 6 * lda;
        int a7 = aAt + 7 * lda;
        for (int p = 0; p < k; p++) {
            int q = bAt + p * (LDB == 0 ? ldb : LDB);
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L);
            int t = aAt + p * (COLUMN == 0 ? lda : COLUMN);
            FloatVector x = IntVector.broadcast(I, floatToRawIntBits(a[t])).reinterpretAsFloats();
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a1 + p : t + ROW])).reinterpretAsFloats();
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a2 + p : t + 2 * ROW])).reinterpretAsFloats();
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a3 + p : t + 3 * ROW])).reinterpretAsFloats();
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a4 + p : t + 4 * ROW])).reinterpretAsFloats();
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a5 + p : t + 5 * ROW])).reinterpretAsFloats();
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a6 + p : t + 6 * ROW])).reinterpretAsFloats();
            c60 = x.fma(b0, c60);
            c61 = x.fma(b1, c61);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a7 + p : t + 7 * ROW])).reinterpretAsFloats();
            c70 = x.fma(b0, c70);
            c71 = x.fma(b1, c71);
        }
        if (rectified) {
            c00 = c00.blend(0, c00.compare(VectorOperators.LE, 0));
            c01 = c01.blend(0, c01.compare(VectorOperators.LE, 0));
            c10 = c10.blend(0, c10.compare(VectorOperators.LE, 0));
            c11 = c11.blend(0, c11.compare(VectorOperators.LE, 0));
            c20 = c20.blend(0, c20.compare(VectorOperators.LE, 0));
            c21 = c21.blend(0, c21.compare(VectorOperators.LE, 0));
            c30 = c30.blend(0, c30.compare(VectorOperators.LE, 0));
            c31 = c31.blend(0, c31.compare(VectorOperators.LE, 0));
            c40 = c40.blend(0, c40.compare(VectorOperators.LE, 0));
            c41 = c41.blend(0, c41.compare(VectorOperators.LE, 0));
            c50 = c50.blend(0, c50.compare(VectorOperators.LE, 0));
            c51 = c51.blend(0, c51.compare(VectorOperators.LE, 0));
            c60 = c60.blend(0, c60.compare(VectorOperators.LE, 0));
            c61 = c61.blend(0, c61.compare(VectorOperators.LE, 0));
            c70 = c70.blend(0, c70.compare(VectorOperators.LE, 0));
            c71 = c71.blend(0, c71.compare(VectorOperators.LE, 0));
        }
        c00.intoArray(c, cAt);
        c10.intoArray(c, cAt + ldc);
        c20.intoArray(c, cAt + 2 * ldc);
        c30.intoArray(c, cAt + 3 * ldc);
        c40.intoArray(c, cAt + 4 * ldc);
        c50.intoArray(c, cAt + 5 * ldc);
        c60.intoArray(c, cAt + 6 * ldc);
        c70.intoArray(c, cAt + 7 * ldc);
        if (MASKS) {
            VectorMask<Float> some = S.indexInRange(L, columns);
            c01.intoArray(c, cAt + L, some);
            c11.intoArray(c, cAt + ldc + L, some);
            c21.intoArray(c, cAt + 2 * ldc + L, some);
            c31.intoArray(c, cAt + 3 * ldc + L, some);
            c41.intoArray(c, cAt + 4 * ldc + L, some);
            c51.intoArray(c, cAt + 5 * ldc + L, some);
            c61.intoArray(c, cAt + 6 * ldc + L, some);
            c71.intoArray(c, cAt + 7 * ldc + L, some);
        } else if (COLUMNS > L) {
            c00.intoArray(c, cAt);
            c00.blend(c01, NEXT).rearrange(TURN).intoArray(c, cAt + COLUMNS - L);
            c10.intoArray(c, cAt + ldc);
            c10.blend(c11, NEXT).rearrange(TURN).intoArray(c, cAt + ldc + COLUMNS - L);
            c20.intoArray(c, cAt + 2 * ldc);
            c20.blend(c21, NEXT).rearrange(TURN).intoArray(c, cAt + 2 * ldc + COLUMNS - L);
            c30.intoArray(c, cAt + 3 * ldc);
            c30.blend(c31, NEXT).rearrange(TURN).intoArray(c, cAt + 3 * ldc + COLUMNS - L);
            c40.intoArray(c, cAt + 4 * ldc);
            c40.blend(c41, NEXT).rearrange(TURN).intoArray(c, cAt + 4 * ldc + COLUMNS - L);
            c50.intoArray(c, cAt + 5 * ldc);
            c50.blend(c51, NEXT).rearrange(TURN).intoArray(c, cAt + 5 * ldc + COLUMNS - L);
            c60.intoArray(c, cAt + 6 * ldc);
            c60.blend(c61, NEXT).rearrange(TURN).intoArray(c, cAt + 6 * ldc + COLUMNS - L);
            c70.intoArray(c, cAt + 7 * ldc);
            c70.blend(c71, NEXT).rearrange(TURN).intoArray(c, cAt + 7 * ldc + COLUMNS - L);
        } else {
            c01.intoArray(c, cAt + L);
            c11.intoArray(c, cAt + ldc + L);
            c21.intoArray(c, cAt + 2 * ldc + L);
            c31.intoArray(c, cAt + 3 * ldc + L);
            c41.intoArray(c, cAt + 4 * ldc + L);
            c51.intoArray(c, cAt + 5 * ldc + L);
            c61.intoArray(c, cAt + 6 * ldc + L);
            c71.intoArray(c, cAt + 7 * ldc + L);
        }
        FloatVector sum0 = c00.add(c01);
        FloatVector sum1 = c10.add(c11);
        FloatVector sum2 = c20.add(c21);
        FloatVector sum3 = c30.add(c31);
        FloatVector sum4 = c40.add(c41);
        FloatVector sum5 = c50.add(c51);
        FloatVector sum6 = c60.add(c61);
        FloatVector sum7 = c70.add(c71);
        FloatVector sum = sum0.add(sum1).add(sum2.add(sum3)).add(sum4.add(sum5).add(sum6.add(sum7)));
        return sum.compare(VectorOperators.NE, sum).anyTrue();
    }
}
