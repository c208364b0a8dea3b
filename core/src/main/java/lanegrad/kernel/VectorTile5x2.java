package lanegrad.kernel;

import static java.lang.Float.floatToRawIntBits;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// 5 rows by 2 vectors, for 16 registers: products of 5, 9 and 10 rows, of which [VectorTile6x2] and [VectorTile4x2]
/// would do one by itself, or one twice, or ten in two heights. Whole vectors of B it can copy on the way, as these.
///
/// A step has ten multiply-adds in 22 instructions, 5 cycles. 5 x 64 x 32 takes 268 ns in place of 430, 9 x 64 x 32 8
/// to 10% less, 10 x 64 x 32 3%, 10 x 32 x 10 7 to 9%, and TN 32 x 32 x 10, whose transpose is computed, 5 to 8% (Zen
/// 3). TN 128 x 128 x 10 took 3% more in the mean of seven comparisons, as rounds of four steps make a 6 x 2 of fewer
/// instructions: from that depth on ten rows are left to it. With two steps a round of its own 10 x 128 x 32 took 4 to
/// 5% less than by 6 x 2, 10 x 256 x 64 4 to 6% more. More rows gain nothing: 32 as twice 6 and four times 5 took the
/// same time as four times 6 and twice 4, 64 and 128 likewise.
final class VectorTile5x2 extends VectorTile {
    private static final Form FORM = HiddenCopy.data(MethodHandles.lookup(), Form.class);
    private static final VectorSpecies<Float> S = FORM.species();
    private static final VectorSpecies<Integer> I = S.withLanes(int.class);
    private static final int L = S.length();
    private static final int ROW = FORM.aRow();
    private static final int COLUMN = FORM.aColumn();
    private static final boolean FRESH = FORM.fresh();
    private static final int LDB = FORM.ldb();
    private static final boolean WIDE = FORM.wide();
    private static final boolean STACKED = FORM.stacked();
    private static final boolean PACKS = FORM.packs();
    private static final int COLUMNS = FORM.columns();
    /// The columns of the second vector that are stored come before those of the first in this blend, and behind them
    /// when it is turned: then it is the last L columns.
    private static final VectorMask<Float> NEXT = S.indexInRange(L, COLUMNS);
    private static final VectorShuffle<Float> TURN = VectorShuffle.iota(S, COLUMNS, 1, true);

    @Override
    boolean run(int tiles, int k, float[] a, int aAt, int lda, float[] b, int bAt, int ldb, float[] start,
            int sAt, int startRow, float[] c, int cAt, int ldc, int columns, boolean rectified, float[] copy,
            int copyAt) {
        int depth = Math.min(k, DEEPEST);
        boolean nan = false;
        for (int i = 0; i < (STACKED ? tiles : 1); i++) {
            int a0 = Math.min(aAt & NATURAL, LAST);
            int a1 = ROW == 0 ? Math.min(aAt + lda & NATURAL, LAST) : a0 + ROW;
            int a2 = ROW == 0 ? Math.min(aAt + 2 * lda & NATURAL, LAST) : a0 + 2 * ROW;
            int a3 = ROW == 0 ? Math.min(aAt + 3 * lda & NATURAL, LAST) : a0 + 3 * ROW;
            int a4 = ROW == 0 ? Math.min(aAt + 4 * lda & NATURAL, LAST) : a0 + 4 * ROW;
            int bj = bAt;
            int sj = sAt;
            int cj = cAt;
            for (int j = 0; j < (WIDE ? columns / (2 * L) : 1); j++) {
                FloatVector c00 = FloatVector.fromArray(S, start, sj);
                FloatVector c01 = FloatVector.fromArray(S, start, sj + L);
                FloatVector c10 = FRESH ? c00 : FloatVector.fromArray(S, start, sj + startRow);
                FloatVector c11 = FRESH ? c01 : FloatVector.fromArray(S, start, sj + startRow + L);
                FloatVector c20 = FRESH ? c00 : FloatVector.fromArray(S, start, sj + 2 * startRow);
                FloatVector c21 = FRESH ? c01 : FloatVector.fromArray(S, start, sj + 2 * startRow + L);
                FloatVector c30 = FRESH ? c00 : FloatVector.fromArray(S, start, sj + 3 * startRow);
                FloatVector c31 = FRESH ? c01 : FloatVector.fromArray(S, start, sj + 3 * startRow + L);
                FloatVector c40 = FRESH ? c00 : FloatVector.fromArray(S, start, sj + 4 * startRow);
                FloatVector c41 = FRESH ? c01 : FloatVector.fromArray(S, start, sj + 4 * startRow + L);
                for (int p = 0; p < depth; p++) {
                    int q = bj + p * (LDB == 0 ? ldb : LDB);
                    int t = p * (COLUMN == 0 ? lda : COLUMN);
                    FloatVector b0 = FloatVector.fromArray(S, b, q);
                    FloatVector b1 = FloatVector.fromArray(S, b, q + L);
                    if (PACKS) {
                        int u = copyAt + p * 2 * L;
                        b0.intoArray(copy, u);
                        b1.intoArray(copy, u + L);
                    }
                    // No load of A comes before those of B.
                    if (BOUNDED) {
                        VarHandle.acquireFence();
                    }
                    FloatVector x = IntVector.broadcast(I, floatToRawIntBits(a[a0 + t])).reinterpretAsFloats();
                    c00 = x.fma(b0, c00);
                    c01 = x.fma(b1, c01);
                    x = IntVector.broadcast(I, floatToRawIntBits(a[a1 + t])).reinterpretAsFloats();
                    c10 = x.fma(b0, c10);
                    c11 = x.fma(b1, c11);
                    x = IntVector.broadcast(I, floatToRawIntBits(a[a2 + t])).reinterpretAsFloats();
                    c20 = x.fma(b0, c20);
                    c21 = x.fma(b1, c21);
                    x = IntVector.broadcast(I, floatToRawIntBits(a[a3 + t])).reinterpretAsFloats();
                    c30 = x.fma(b0, c30);
                    c31 = x.fma(b1, c31);
                    x = IntVector.broadcast(I, floatToRawIntBits(a[a4 + t])).reinterpretAsFloats();
                    c40 = x.fma(b0, c40);
                    c41 = x.fma(b1, c41);
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
                }
                if (COLUMNS > L) {
                    c00.intoArray(c, cj);
                    c00.blend(c01, NEXT).rearrange(TURN).intoArray(c, cj + COLUMNS - L);
                    c10.intoArray(c, cj + ldc);
                    c10.blend(c11, NEXT).rearrange(TURN).intoArray(c, cj + ldc + COLUMNS - L);
                    c20.intoArray(c, cj + 2 * ldc);
                    c20.blend(c21, NEXT).rearrange(TURN).intoArray(c, cj + 2 * ldc + COLUMNS - L);
                    c30.intoArray(c, cj + 3 * ldc);
                    c30.blend(c31, NEXT).rearrange(TURN).intoArray(c, cj + 3 * ldc + COLUMNS - L);
                    c40.intoArray(c, cj + 4 * ldc);
                    c40.blend(c41, NEXT).rearrange(TURN).intoArray(c, cj + 4 * ldc + COLUMNS - L);
                } else {
                    c00.intoArray(c, cj);
                    c01.intoArray(c, cj + L);
                    c10.intoArray(c, cj + ldc);
                    c11.intoArray(c, cj + ldc + L);
                    c20.intoArray(c, cj + 2 * ldc);
                    c21.intoArray(c, cj + 2 * ldc + L);
                    c30.intoArray(c, cj + 3 * ldc);
                    c31.intoArray(c, cj + 3 * ldc + L);
                    c40.intoArray(c, cj + 4 * ldc);
                    c41.intoArray(c, cj + 4 * ldc + L);
                }
                FloatVector sum0 = c00.add(c01);
                FloatVector sum1 = c10.add(c11);
                FloatVector sum2 = c20.add(c21);
                FloatVector sum3 = c30.add(c31);
                FloatVector sum4 = c40.add(c41);
                FloatVector sum = sum0.add(sum1).add(sum2.add(sum3)).add(sum4);
                nan |= sum.compare(VectorOperators.NE, sum).anyTrue();
                bj += LDB == 2 * L ? k * 2 * L : 2 * L;
                sj += 2 * L;
                cj += 2 * L;
            }
            aAt += COLUMN == 1 ? 5 * (ROW == 0 ? lda : ROW) : 5;
            sAt += 5 * startRow;
            cAt += 5 * ldc;
        }
        return nan;
    }
}
