package lanegrad.kernel;

import static java.lang.Float.floatToRawIntBits;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// 8 rows by one vector: 8 accumulators, as many as hide the four cycles of a multiply-add where two are done a cycle.
/// For up to 8 columns, and on 512 bits for what [VectorTile16x1] leaves.
final class VectorTile8x1 extends VectorTile {
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
    /// Half of the lanes, and the turn that brings the last of the columns there.
    private static final VectorSpecies<Float> HALF = VectorSpecies.of(float.class, VectorShape.forBitSize(L * 16));
    private static final VectorShuffle<Float> TURN = VectorShuffle.iota(S, COLUMNS - L / 2, 1, true);

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
        int a1 = aAt + lda;
        int a2 = aAt + 2 * lda;
        int a3 = aAt + 3 * lda;
        int a4 = aAt + 4 * lda;
        int a5 = aAt + 5 * lda;
        int a6 = aAt + 6 * lda;
        int a7 = aAt + 7 * lda;
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
        }
        if (MASKS) {
            VectorMask<Float> m0 = S.indexInRange(0, columns);
            c0.intoArray(c, cAt, m0);
            c1.intoArray(c, cAt + ldc, m0);
            c2.intoArray(c, cAt + 2 * ldc, m0);
            c3.intoArray(c, cAt + 3 * ldc, m0);
            c4.intoArray(c, cAt + 4 * ldc, m0);
            c5.intoArray(c, cAt + 5 * ldc, m0);
            c6.intoArray(c, cAt + 6 * ldc, m0);
            c7.intoArray(c, cAt + 7 * ldc, m0);
        } else if (COLUMNS > 0) {
            // Casts, because reinterpretAsFloats of a Vector is a call by its class: where other tiles had made it
            // with another class, C2 did not inline it, and 8 x 20 x 7 left 64 to 224 bytes a product.
            ((FloatVector) c0.reinterpretShape(HALF, 0)).intoArray(c, cAt);
            ((FloatVector) c0.rearrange(TURN).reinterpretShape(HALF, 0)).intoArray(c, cAt + COLUMNS - L / 2);
            ((FloatVector) c1.reinterpretShape(HALF, 0)).intoArray(c, cAt + ldc);
            ((FloatVector) c1.rearrange(TURN).reinterpretShape(HALF, 0)).intoArray(c, cAt + ldc + COLUMNS - L / 2);
            ((FloatVector) c2.reinterpretShape(HALF, 0)).intoArray(c, cAt + 2 * ldc);
            ((FloatVector) c2.rearrange(TURN).reinterpretShape(HALF, 0)).intoArray(c, cAt + 2 * ldc + COLUMNS - L / 2);
            ((FloatVector) c3.reinterpretShape(HALF, 0)).intoArray(c, cAt + 3 * ldc);
            ((FloatVector) c3.rearrange(TURN).reinterpretShape(HALF, 0)).intoArray(c, cAt + 3 * ldc + COLUMNS - L / 2);
            ((FloatVector) c4.reinterpretShape(HALF, 0)).intoArray(c, cAt + 4 * ldc);
            ((FloatVector) c4.rearrange(TURN).reinterpretShape(HALF, 0)).intoArray(c, cAt + 4 * ldc + COLUMNS - L / 2);
            ((FloatVector) c5.reinterpretShape(HALF, 0)).intoArray(c, cAt + 5 * ldc);
            ((FloatVector) c5.rearrange(TURN).reinterpretShape(HALF, 0)).intoArray(c, cAt + 5 * ldc + COLUMNS - L / 2);
            ((FloatVector) c6.reinterpretShape(HALF, 0)).intoArray(c, cAt + 6 * ldc);
            ((FloatVector) c6.rearrange(TURN).reinterpretShape(HALF, 0)).intoArray(c, cAt + 6 * ldc + COLUMNS - L / 2);
            ((FloatVector) c7.reinterpretShape(HALF, 0)).intoArray(c, cAt + 7 * ldc);
            ((FloatVector) c7.rearrange(TURN).reinterpretShape(HALF, 0)).intoArray(c, cAt + 7 * ldc + COLUMNS - L / 2);
        } else {
            c0.intoArray(c, cAt);
            c1.intoArray(c, cAt + ldc);
            c2.intoArray(c, cAt + 2 * ldc);
            c3.intoArray(c, cAt + 3 * ldc);
            c4.intoArray(c, cAt + 4 * ldc);
            c5.intoArray(c, cAt + 5 * ldc);
            c6.intoArray(c, cAt + 6 * ldc);
            c7.intoArray(c, cAt + 7 * ldc);
        }
        FloatVector sum = c0.add(c1).add(c2.add(c3)).add(c4.add(c5).add(c6.add(c7)));
        return sum.compare(VectorOperators.NE, sum).anyTrue();
    }
}
