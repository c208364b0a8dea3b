package lanegrad.kernel;

import static java.lang.Float.floatToRawIntBits;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// 5 rows by 4 vectors: 20 accumulators, 4 vectors of B and a broadcast or two, of 32 registers. For rows that do not
/// come out even in fours: ten classes, the rows of a C^T, are two of it.
final class VectorTile5x4 extends VectorTile {
    private static final Form FORM = HiddenCopy.data(MethodHandles.lookup(), Form.class);
    private static final VectorSpecies<Float> S = FORM.species();
    private static final VectorSpecies<Integer> I = S.withLanes(int.class);
    private static final int L = S.length();
    private static final int ROW = FORM.aRow();
    private static final int COLUMN = FORM.aColumn();
    private static final boolean FRESH = FORM.fresh();
    private static final int LDB = FORM.ldb();

    @Override
    boolean run(int tiles, int k, float[] a, int aAt, int lda, float[] b, int bAt, int ldb, float[] start,
            int sAt, int startRow, float[] c, int cAt, int ldc, int columns, boolean rectified, float[] copy,
            int copyAt) {
        FloatVector c00 = FloatVector.fromArray(S, start, sAt);
        FloatVector c01 = FloatVector.fromArray(S, start, sAt + L);
        FloatVector c02 = FloatVector.fromArray(S, start, sAt + 2 * L);
        FloatVector c03 = FloatVector.fromArray(S, start, sAt + 3 * L);
        FloatVector c10 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + startRow);
        FloatVector c11 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + startRow + L);
        FloatVector c12 = FRESH ? c02 : FloatVector.fromArray(S, start, sAt + startRow + 2 * L);
        FloatVector c13 = FRESH ? c03 : FloatVector.fromArray(S, start, sAt + startRow + 3 * L);
        FloatVector c20 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + 2 * startRow);
        FloatVector c21 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + 2 * startRow + L);
        FloatVector c22 = FRESH ? c02 : FloatVector.fromArray(S, start, sAt + 2 * startRow + 2 * L);
        FloatVector c23 = FRESH ? c03 : FloatVector.fromArray(S, start, sAt + 2 * startRow + 3 * L);
        FloatVector c30 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + 3 * startRow);
        FloatVector c31 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + 3 * startRow + L);
        FloatVector c32 = FRESH ? c02 : FloatVector.fromArray(S, start, sAt + 3 * startRow + 2 * L);
        FloatVector c33 = FRESH ? c03 : FloatVector.fromArray(S, start, sAt + 3 * startRow + 3 * L);
        FloatVector c40 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + 4 * startRow);
        FloatVector c41 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + 4 * startRow + L);
        FloatVector c42 = FRESH ? c02 : FloatVector.fromArray(S, start, sAt + 4 * startRow + 2 * L);
        FloatVector c43 = FRESH ? c03 : FloatVector.fromArray(S, start, sAt + 4 * startRow + 3 * L);
        int a1 = aAt + lda;
        int a2 = aAt + 2 * lda;
        int a3 = aAt + 3 * lda;
        int a4 = aAt + 4 * lda;
        for (int p = 0; p < k; p++) {
            int q = bAt + p * (LDB == 0 ? ldb : LDB);
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L);
            FloatVector b2 = FloatVector.fromArray(S, b, q + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, b, q + 3 * L);
            int t = aAt + p * (COLUMN == 0 ? lda : COLUMN);
            FloatVector x = IntVector.broadcast(I, floatToRawIntBits(a[t])).reinterpretAsFloats();
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a1 + p : t + ROW])).reinterpretAsFloats();
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            c12 = x.fma(b2, c12);
            c13 = x.fma(b3, c13);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a2 + p : t + 2 * ROW])).reinterpretAsFloats();
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            c22 = x.fma(b2, c22);
            c23 = x.fma(b3, c23);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a3 + p : t + 3 * ROW])).reinterpretAsFloats();
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            c32 = x.fma(b2, c32);
            c33 = x.fma(b3, c33);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a4 + p : t + 4 * ROW])).reinterpretAsFloats();
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            c42 = x.fma(b2, c42);
            c43 = x.fma(b3, c43);
        }
        if (rectified) {
            c00 = c00.blend(0, c00.compare(VectorOperators.LE, 0));
            c01 = c01.blend(0, c01.compare(VectorOperators.LE, 0));
            c02 = c02.blend(0, c02.compare(VectorOperators.LE, 0));
            c03 = c03.blend(0, c03.compare(VectorOperators.LE, 0));
            c10 = c10.blend(0, c10.compare(VectorOperators.LE, 0));
            c11 = c11.blend(0, c11.compare(VectorOperators.LE, 0));
            c12 = c12.blend(0, c12.compare(VectorOperators.LE, 0));
            c13 = c13.blend(0, c13.compare(VectorOperators.LE, 0));
            c20 = c20.blend(0, c20.compare(VectorOperators.LE, 0));
            c21 = c21.blend(0, c21.compare(VectorOperators.LE, 0));
            c22 = c22.blend(0, c22.compare(VectorOperators.LE, 0));
            c23 = c23.blend(0, c23.compare(VectorOperators.LE, 0));
            c30 = c30.blend(0, c30.compare(VectorOperators.LE, 0));
            c31 = c31.blend(0, c31.compare(VectorOperators.LE, 0));
            c32 = c32.blend(0, c32.compare(VectorOperators.LE, 0));
            c33 = c33.blend(0, c33.compare(VectorOperators.LE, 0));
            c40 = c40.blend(0, c40.compare(VectorOperators.LE, 0));
            c41 = c41.blend(0, c41.compare(VectorOperators.LE, 0));
            c42 = c42.blend(0, c42.compare(VectorOperators.LE, 0));
            c43 = c43.blend(0, c43.compare(VectorOperators.LE, 0));
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + L);
        c02.intoArray(c, cAt + 2 * L);
        c03.intoArray(c, cAt + 3 * L);
        c10.intoArray(c, cAt + ldc);
        c11.intoArray(c, cAt + ldc + L);
        c12.intoArray(c, cAt + ldc + 2 * L);
        c13.intoArray(c, cAt + ldc + 3 * L);
        c20.intoArray(c, cAt + 2 * ldc);
        c21.intoArray(c, cAt + 2 * ldc + L);
        c22.intoArray(c, cAt + 2 * ldc + 2 * L);
        c23.intoArray(c, cAt + 2 * ldc + 3 * L);
        c30.intoArray(c, cAt + 3 * ldc);
        c31.intoArray(c, cAt + 3 * ldc + L);
        c32.intoArray(c, cAt + 3 * ldc + 2 * L);
        c33.intoArray(c, cAt + 3 * ldc + 3 * L);
        c40.intoArray(c, cAt + 4 * ldc);
        c41.intoArray(c, cAt + 4 * ldc + L);
        c42.intoArray(c, cAt + 4 * ldc + 2 * L);
        c43.intoArray(c, cAt + 4 * ldc + 3 * L);
        FloatVector sum0 = c00.add(c01).add(c02.add(c03));
        FloatVector sum1 = c10.add(c11).add(c12.add(c13));
        FloatVector sum2 = c20.add(c21).add(c22.add(c23));
        FloatVector sum3 = c30.add(c31).add(c32.add(c33));
        FloatVector sum4 = c40.add(c41).add(c42.add(c43));
        FloatVector sum = sum0.add(sum1).add(sum2.add(sum3)).add(sum4);
        return sum.compare(VectorOperators.NE, sum).anyTrue();
    }
}
