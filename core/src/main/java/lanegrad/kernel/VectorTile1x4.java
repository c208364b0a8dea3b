package lanegrad.kernel;

import static java.lang.Float.floatToRawIntBits;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// One row by 4 vectors: what is left below the taller tiles, and a batch of one. Its four chains of multiply-adds
/// take 4 cycles per p, since each waits for the one before it, and that is the pace of any single row.
final class VectorTile1x4 extends VectorTile {
    private static final Form FORM = HiddenCopy.data(MethodHandles.lookup(), Form.class);
    private static final VectorSpecies<Float> S = FORM.species();
    private static final VectorSpecies<Integer> I = S.withLanes(int.class);
    private static final int L = S.length();
    private static final int COLUMN = FORM.aColumn();
    private static final boolean FRESH = FORM.fresh();
    private static final int LDB = FORM.ldb();
    private static final boolean WIDE = FORM.wide();
    private static final boolean MASKS = FORM.columns() == MASKED;
    private static final int COLUMNS = FORM.columns();
    /// The columns of the vector that is stored last; with those of the one before they are L, as in [VectorTile4x2].
    private static final VectorMask<Float> NEXT = S.indexInRange((COLUMNS - 1) / L * L, COLUMNS);
    private static final VectorShuffle<Float> TURN = VectorShuffle.iota(S, COLUMNS, 1, true);

    @Override
    boolean run(int tiles, int k, float[] a, int aAt, int lda, float[] b, int bAt, int ldb, float[] start,
            int sAt, int startRow, float[] c, int cAt, int ldc, int columns, boolean rectified, float[] copy,
            int copyAt) {
        boolean nan = false;
        for (int j = 0; j < (WIDE ? columns / (4 * L) : 1); j++) {
            FloatVector c00 = FloatVector.fromArray(S, start, sAt);
            FloatVector c01 = FloatVector.fromArray(S, start, sAt + L);
            FloatVector c02 = FloatVector.fromArray(S, start, sAt + 2 * L);
            FloatVector c03 = FloatVector.fromArray(S, start, sAt + 3 * L);
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
            }
            if (rectified) {
                c00 = c00.blend(0, c00.compare(VectorOperators.LE, 0));
                c01 = c01.blend(0, c01.compare(VectorOperators.LE, 0));
                c02 = c02.blend(0, c02.compare(VectorOperators.LE, 0));
                c03 = c03.blend(0, c03.compare(VectorOperators.LE, 0));
            }
            if (MASKS) {
                VectorMask<Float> m0 = S.indexInRange(0, columns);
                VectorMask<Float> m1 = S.indexInRange(L, columns);
                VectorMask<Float> m2 = S.indexInRange(2 * L, columns);
                VectorMask<Float> m3 = S.indexInRange(3 * L, columns);
                c00.intoArray(c, cAt, m0);
                c01.intoArray(c, cAt + L, m1);
                c02.intoArray(c, cAt + 2 * L, m2);
                c03.intoArray(c, cAt + 3 * L, m3);
            } else if (COLUMNS > 0) {
                // More than two vectors: fewer columns go to a narrower panel.
                c00.intoArray(c, cAt);
                c01.intoArray(c, cAt + L);
                if (COLUMNS > 3 * L) {
                    c02.intoArray(c, cAt + 2 * L);
                    c02.blend(c03, NEXT).rearrange(TURN).intoArray(c, cAt + COLUMNS - L);
                } else {
                    c01.blend(c02, NEXT).rearrange(TURN).intoArray(c, cAt + COLUMNS - L);
                }
            } else {
                c00.intoArray(c, cAt);
                c01.intoArray(c, cAt + L);
                c02.intoArray(c, cAt + 2 * L);
                c03.intoArray(c, cAt + 3 * L);
            }
            FloatVector sum0 = c00.add(c01).add(c02.add(c03));
            nan |= sum0.compare(VectorOperators.NE, sum0).anyTrue();
            bAt += LDB == 4 * L ? k * 4 * L : 4 * L;
            sAt += 4 * L;
            cAt += 4 * L;
        }
        return nan;
    }
}
