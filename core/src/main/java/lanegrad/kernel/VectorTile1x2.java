package lanegrad.kernel;

import static java.lang.Float.floatToRawIntBits;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// One row by 2 vectors of 128 bits: single rows of up to eight columns. [VectorTile1x4] of 64 bits, which would have
/// four chains, cannot be had: comparisons of vectors so short make objects on x86 (2 x 64 x 4: 1008 ns and 1,488
/// bytes), and two chains take the same 4 cycles a step.
final class VectorTile1x2 extends VectorTile {
    private static final Form FORM = HiddenCopy.data(MethodHandles.lookup(), Form.class);
    private static final VectorSpecies<Float> S = FORM.species();
    private static final VectorSpecies<Integer> I = S.withLanes(int.class);
    private static final int L = S.length();
    private static final int COLUMN = FORM.aColumn();
    private static final int LDB = FORM.ldb();
    private static final boolean WIDE = FORM.wide();
    private static final boolean MASKS = FORM.columns() == MASKED;
    private static final int COLUMNS = FORM.columns();
    /// As in [VectorTile4x2].
    private static final VectorMask<Float> NEXT = S.indexInRange(L, COLUMNS);
    private static final VectorShuffle<Float> TURN = VectorShuffle.iota(S, COLUMNS, 1, true);

    @Override
    boolean run(int tiles, int k, float[] a, int aAt, int lda, float[] b, int bAt, int ldb, float[] start,
            int sAt, int startRow, float[] c, int cAt, int ldc, int columns, boolean rectified, float[] copy,
            int copyAt) {
        boolean nan = false;
        for (int j = 0; j < (WIDE ? columns / (2 * L) : 1); j++) {
            FloatVector c0 = FloatVector.fromArray(S, start, sAt);
            FloatVector c1 = FloatVector.fromArray(S, start, sAt + L);
            for (int p = 0; p < k; p++) {
                int q = bAt + p * (LDB == 0 ? ldb : LDB);
                FloatVector b0 = FloatVector.fromArray(S, b, q);
                FloatVector b1 = FloatVector.fromArray(S, b, q + L);
                int t = aAt + p * (COLUMN == 0 ? lda : COLUMN);
                FloatVector x = IntVector.broadcast(I, floatToRawIntBits(a[t])).reinterpretAsFloats();
                c0 = x.fma(b0, c0);
                c1 = x.fma(b1, c1);
            }
            if (rectified) {
                c0 = c0.blend(0, c0.compare(VectorOperators.LE, 0));
                c1 = c1.blend(0, c1.compare(VectorOperators.LE, 0));
            }
            if (MASKS) {
                c0.intoArray(c, cAt, S.indexInRange(0, columns));
                c1.intoArray(c, cAt + L, S.indexInRange(L, columns));
            } else if (COLUMNS > L) {
                c0.intoArray(c, cAt);
                c0.blend(c1, NEXT).rearrange(TURN).intoArray(c, cAt + COLUMNS - L);
            } else if (COLUMNS == L) {
                c0.intoArray(c, cAt);
            } else if (COLUMNS > 0) {
                // Fewer columns than lanes, three at most: one by one.
                c[cAt] = c0.lane(0);
                if (COLUMNS > 1) {
                    c[cAt + 1] = c0.lane(1);
                }
                if (COLUMNS > 2) {
                    c[cAt + 2] = c0.lane(2);
                }
            } else {
                c0.intoArray(c, cAt);
                c1.intoArray(c, cAt + L);
            }
            FloatVector sum = c0.add(c1);
            nan |= sum.compare(VectorOperators.NE, sum).anyTrue();
            bAt += LDB == 2 * L ? k * 2 * L : 2 * L;
            sAt += 2 * L;
            cAt += 2 * L;
        }
        return nan;
    }
}
