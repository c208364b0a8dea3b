package lanegrad.kernel;

import static java.lang.Float.floatToRawIntBits;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// 6 rows by 2 vectors: 12 accumulators, 2 vectors of B and a broadcast or two: the most that 16 registers hold. It
/// also serves the last columns of C, if they are more than one vector. Whole vectors of B it can copy on the way, in
/// 33 instructions a step where the distances of A's and B's rows are constants.
///
/// **No register to spare.** If C2 loads a third broadcast before the first two are used, it keeps an accumulator in
/// memory, and each step waits 14 cycles for it in place of 6. Whether it does hangs on trifles. With indices of their
/// own, the rows of A are loaded by twos, in 34 instructions a step. With a constant distance of the rows, in 28, if
/// the constant is in the index of each of them, the first too: so they are counted from the row above the first. With
/// an A^T whose distance is a constant, in 30; with another A^T it loads all six at once, and [VectorTile4x2] has to
/// do. `scripts/lanegrad asm tile6x2` shows it, and a test holds it.
///
/// **A loop over panels, even if it is one.** It saves the checks of A's indices and the call for all panels but the
/// first: beside the loop over p a call costs some 140 instructions and each of its panels 155; a panel alone 250, and
/// 230 without the loop. And it decides what C2 keeps in registers. Without it, and without strip-mined loops, which G1
/// brings and the serial and the parallel collector do not, C2 loads three broadcasts before the second vector of B and
/// keeps an accumulator in memory: products that do not transpose A took 1.2 (NT 32 x 10 x 32) to 2.4 times as long
/// (256^3), and some 70 other ways to write the loop over p spilled with the one kind of collector or the other. So the
/// loop is there for one panel too, though 36 x 64 x 16 then takes 3% more than without. All but one form keep theirs
/// now, that which packs with rows of A in an unknown distance and of B in a known one (128 x 100 x 128, a tile of 22);
/// what strip mining still gives is 0 (NT 32 x 10 x 32) to 18% (256^3), as a step has 28 instructions with it and 31
/// without. `j < columns; j += 2 * L` is not the same: a counted loop over panels, before which C2 checks all indices
/// of C and of `start`, two comparisons each (31 instructions a step, 32 x 64 x 32 12% more). Nor is a `do` loop, which
/// spills where it is left after one panel, and makes 4 x 2 a quarter slower where it is not.
///
/// **One step a round.** Two take 25 instructions a step, and spill, unless `VarHandle.acquireFence` stands between
/// them, which is no instruction on x86 but lets C2 move no load to before it. Products of one block then take 1 to 4%
/// more, having more to do before the loop, and large ones the same, or up to 4% less on a core that other work shares.
/// Four spill with fences too.
final class VectorTile6x2 extends VectorTile {
    private static final Form FORM = HiddenCopy.data(MethodHandles.lookup(), Form.class);
    private static final VectorSpecies<Float> S = FORM.species();
    private static final VectorSpecies<Integer> I = S.withLanes(int.class);
    private static final int L = S.length();
    private static final int ROW = FORM.aRow();
    private static final int COLUMN = FORM.aColumn();
    /// What is added to the index of each row of A, which begins that much before the first.
    private static final int FIRST = ROW == 1 ? COLUMN : ROW;
    private static final boolean FRESH = FORM.fresh();
    private static final int LDB = FORM.ldb();
    private static final boolean WIDE = FORM.wide();
    private static final boolean PACKS = FORM.packs();
    private static final int COLUMNS = FORM.columns();
    /// The columns of the second vector that are stored come before those of the first in this blend, and behind them
    /// when it is turned: then it is the last L columns.
    private static final VectorMask<Float> NEXT = S.indexInRange(L, COLUMNS);
    private static final VectorShuffle<Float> TURN = VectorShuffle.iota(S, COLUMNS, 1, true);

    @Override
    boolean run(int k, float[] a, int aAt, int lda, float[] b, int bAt, int ldb, float[] start, int sAt,
            int startRow, float[] c, int cAt, int ldc, int columns, boolean rectified, float[] copy,
            int copyAt) {
        int above = aAt - lda;
        boolean nan = false;
        for (int j = 0; j < (WIDE ? columns / (2 * L) : 1); j++) {
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
            for (int p = 0; p < k; p++) {
                int q = bAt + p * (LDB == 0 ? ldb : LDB);
                FloatVector b0 = FloatVector.fromArray(S, b, q);
                FloatVector b1 = FloatVector.fromArray(S, b, q + L);
                if (PACKS) {
                    int u = copyAt + p * 2 * L;
                    b0.intoArray(copy, u);
                    b1.intoArray(copy, u + L);
                }
                int t = (FIRST == 0 ? aAt : above) + p * (COLUMN == 0 ? lda : COLUMN);
                FloatVector x = IntVector.broadcast(I, floatToRawIntBits(a[t + FIRST])).reinterpretAsFloats();
                c00 = x.fma(b0, c00);
                c01 = x.fma(b1, c01);
                x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? aAt + lda + p : t + FIRST + ROW]))
                        .reinterpretAsFloats();
                c10 = x.fma(b0, c10);
                c11 = x.fma(b1, c11);
                x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? aAt + 2 * lda + p : t + FIRST + 2 * ROW]))
                        .reinterpretAsFloats();
                c20 = x.fma(b0, c20);
                c21 = x.fma(b1, c21);
                x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? aAt + 3 * lda + p : t + FIRST + 3 * ROW]))
                        .reinterpretAsFloats();
                c30 = x.fma(b0, c30);
                c31 = x.fma(b1, c31);
                x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? aAt + 4 * lda + p : t + FIRST + 4 * ROW]))
                        .reinterpretAsFloats();
                c40 = x.fma(b0, c40);
                c41 = x.fma(b1, c41);
                x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? aAt + 5 * lda + p : t + FIRST + 5 * ROW]))
                        .reinterpretAsFloats();
                c50 = x.fma(b0, c50);
                c51 = x.fma(b1, c51);
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
            }
            if (COLUMNS > L) {
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
            } else {
                c00.intoArray(c, cAt);
                c01.intoArray(c, cAt + L);
                c10.intoArray(c, cAt + ldc);
                c11.intoArray(c, cAt + ldc + L);
                c20.intoArray(c, cAt + 2 * ldc);
                c21.intoArray(c, cAt + 2 * ldc + L);
                c30.intoArray(c, cAt + 3 * ldc);
                c31.intoArray(c, cAt + 3 * ldc + L);
                c40.intoArray(c, cAt + 4 * ldc);
                c41.intoArray(c, cAt + 4 * ldc + L);
                c50.intoArray(c, cAt + 5 * ldc);
                c51.intoArray(c, cAt + 5 * ldc + L);
            }
            FloatVector sum0 = c00.add(c01);
            FloatVector sum1 = c10.add(c11);
            FloatVector sum2 = c20.add(c21);
            FloatVector sum3 = c30.add(c31);
            FloatVector sum4 = c40.add(c41);
            FloatVector sum5 = c50.add(c51);
            FloatVector sum = sum0.add(sum1).add(sum2.add(sum3)).add(sum4.add(sum5));
            nan |= sum.compare(VectorOperators.NE, sum).anyTrue();
            bAt += LDB == 2 * L ? k * 2 * L : 2 * L;
            sAt += 2 * L;
            cAt += 2 * L;
        }
        return nan;
    }
}
