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

/// 6 rows by 2 vectors: 12 accumulators, 2 vectors of B and a broadcast or two: the most that 16 registers hold. It
/// also serves the last columns of C, if they are more than one vector. Whole vectors of B it can copy on the way.
///
/// **Few instructions.** A single step has 12 multiply-adds, 6 broadcasts, 2 loads, and 5 more: p times the distance of
/// B's rows, the next p, and whether there is one. The distance of A's rows adds nothing, that of an A^T's, if it is a
/// constant, 2, and copying B 4. Where that of B's rows is no constant, two of its indices are checked in each step: 32
/// to 34 instructions, and 36 to 41 to copy B, which the first rows do. (Until C2 knew the bounds of
/// [VectorTile#BOUNDED] it was 28 for constant distances of A's rows, 34 for others, 30 for A^T.) A core of its own
/// issues 34 in the 6 cycles of the multiply-adds as well. One that other work shares does not, nor would one of four
/// instructions a cycle: beside other work 128 x 64 x 128 and 256 x 256 x 256 take 5 to 7% less than with 28, 1437 x 64
/// x 128 4 to 5%, and 300 x 300 x 300 16% less than with 34; alone, the same (Zen 4 under AVX2).
///
/// **No register to spare.** If C2 loads a third broadcast before the first two are used, it keeps an accumulator in
/// memory, and each step waits 14 cycles for it in place of 6. With nothing to compute for them all broadcasts are
/// ready at once, and it loads four; behind the fence it takes the two vectors of B first, and then the rows by twos.
/// That holds with every collector. (Without bounds and fence it hung on trifles, above all on strip-mined loops, which
/// the serial and the parallel collector do not have: some 70 ways to write the loop spilled with one kind or the
/// other.) Only with an A^T of unknown distance does it check indices of A in each step, and load all six rows behind
/// them: [VectorTile4x2] has to do. `scripts/lanegrad asm tile6x2` shows it, and a test holds it.
///
/// **Loops over rows and over panels.** Beside the loop over p a call costs some 70 instructions, without its caller's,
/// its tiles of one height 105, most of them for checks of A's indices, and each of their panels 140, with rounds of
/// four steps 200, as each of their eight loads of B is checked by itself before the loop. A call for the panels of one
/// tile only took 4% more for 32 x 64 x 32, 3% for 64 x 64 x 64, 5 to 7% for TN 64 x 32 x 32 and NT 32 x 10 x 32, 3%
/// for 1437 x 64 x 32, and 1 to 6% less for TN 32 x 32 x 10, which had one tile of each height (Zen 3).
/// `j < columns; j += 2 * L` is not the same: a counted loop over panels, before which C2 checks all indices of C and
/// of `start`, two comparisons each. Rows of C by a running index, `row = row + ldc & NATURAL`, took the same time. So
/// did a constant distance of C's rows, with which the checks of twelve stores become two and a panel has 96
/// instructions in place of 140 (NT 32 x 10 x 32 the same, TN 64 x 32 x 32 3% more, TN 32 x 32 x 10 6%, NN 32 x 32 x
/// 10 3% less): on a quiet core they are no longer what counts.
///
/// **Rounds of two and four steps.** Instructions count where other work shares the core: 32 x 64 x 32 by single steps
/// then takes up to 1.8 times as long. So from a depth of 64 on a round of the loop over p has two steps, from 128 on
/// four, of 22.5 and 21.3 instructions each, and a second loop does the rest. Nothing spills if a fence stands before
/// the loads of B as well. Beside other work 32 x 64 x 32 and 1437 x 64 x 32 take up to 17 and 22% less, 64 x 64 x 64
/// up to 9%, 256 x 256 x 256 up to 10%, 512 x 512 x 512 and 1024 x 1024 x 1024 up to 4 and 2%, a step of a 784-512-10
/// network 5 to 11%; on a quiet core from 2% less to 2% more (Zen 3). Lesser depths stay single: there is more to check
/// before the loop. Tried:
///
/// - 4 x 2 by two steps: C2 does all loads of a step before the next step's fence, keeps one accumulator in memory, and
///   32 x 64 x 32 takes 56% more. With the loads of B of both steps first it spills nothing, and gains nothing.
/// - Two steps for even depths alone, without a second loop: 5 to 57% more on a quiet core. As a loop over the two of a
///   round, which C2 unrolls: 35 to 58%, as it checks indices of A and B in each round.
///
/// **Counting for the JIT.** It compiles what has run many rounds, and is late if a round has four steps: the first 20
/// products 512 x 512 x 512 in a fresh JVM took 1.8 s in place of 1.1, 60 of 128 x 784 x 512 2.2 in place of 1.2. So
/// empty loops count the steps, of which C2 leaves four instructions a call: 1.5 and 1.4 s, and 3,200 steps of a
/// 64-32-10 network 3.0 s, as with single steps. They also give the JIT a place to replace the method where no
/// accumulators are alive. Behind the tiles they are level: 1.5 and 1.7 s, the network 2.6. Inside the round they cost
/// two instructions, as the loop is not strip-mined then. At the beginning of a panel a method that was replaced there
/// was compiled again, in some JVMs with all checks in the loop, and a step of a 784-512-10 network took 5.7 ms for
/// good, in place of 2.6.
///
/// **What is left.** The same tile in assembly over the same packed panels, in rounds of four steps, does 252 x 256 x
/// 256 at 100.9 GFLOP/s, 97% of what the core can do; this one, in quiet minutes, 240 x 256 x 128 at 96 to 97, 256 x
/// 256 x 256 at 91 to 96, the best of a JVM. By the share of samples a step takes 6.1 cycles in place of 6.0, and what
/// is beside the 256 steps of a panel 72. So of 64 steps, as 32 x 64 x 32 has, a tenth is lost.
///
/// The stores are a part of it. On Zen 3 a store of a vector holds up multiply-adds, it seems at the port of their
/// third operand: twelve of them take 6.0 cycles, 7.3 beside two stores, 9.9 beside four, and 11.7 beside six. Twelve
/// multiplications or additions take 6.0 to 6.8 beside any of these, multiply-adds beside stores of integers 6.0 to
/// 6.2. In assembly, all of it in L1, a panel of 16 to 64 steps ends 3 to 5 cycles late without its stores. With them,
/// and up to six instructions behind each, it ends 3 to 40 late, mostly 12 to 30, by no rule that was found; with seven
/// to nine 7 to 11; with sixteen, 192 in all, 33 to 36. (To begin a chain with a multiplication and add +0 is no way
/// out: a product that underflows to -0 would become +0.)
///
/// Tried, and level or worse: panels one at a time, so that B stays in L1, in place of eight beside each other, 3 to
/// 12% more; pieces of 128 or 256 columns in place of 64; stores by columns, 3% more, and from the last row to the
/// first; the look for NaN of a row or two behind their stores; for the last eight of 32 rows six more by 6 x 2, and
/// two by a tile of 2 x 4 vectors, 273 and 123 ns of 32 x 64 x 32 in place of 403 by 4 x 2.
///
/// (Over 300 lines: no loop over the steps of a round is compiled well, so five copies of a step stand one below the
/// other.)
final class VectorTile6x2 extends VectorTile {
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
    private static final int ROUND = FORM.round();
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
        int row = LDB == 0 ? ldb : LDB;
        int column = COLUMN == 0 ? lda : COLUMN;
        boolean nan = false;
        if (ROUND > 1) {
            // For the JIT, which counts rounds and would compile late.
            for (int i = 0; i < (STACKED ? tiles : 1); i++) {
                for (int j = 0; j < (WIDE ? columns / (2 * L) : 1); j++) {
                    for (int p = 0; p < depth; p++) {
                    }
                }
            }
        }
        for (int i = 0; i < (STACKED ? tiles : 1); i++) {
            int a0 = Math.min(aAt & NATURAL, LAST);
            int a1 = ROW == 0 ? Math.min(aAt + lda & NATURAL, LAST) : a0 + ROW;
            int a2 = ROW == 0 ? Math.min(aAt + 2 * lda & NATURAL, LAST) : a0 + 2 * ROW;
            int a3 = ROW == 0 ? Math.min(aAt + 3 * lda & NATURAL, LAST) : a0 + 3 * ROW;
            int a4 = ROW == 0 ? Math.min(aAt + 4 * lda & NATURAL, LAST) : a0 + 4 * ROW;
            int a5 = ROW == 0 ? Math.min(aAt + 5 * lda & NATURAL, LAST) : a0 + 5 * ROW;
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
                FloatVector c50 = FRESH ? c00 : FloatVector.fromArray(S, start, sj + 5 * startRow);
                FloatVector c51 = FRESH ? c01 : FloatVector.fromArray(S, start, sj + 5 * startRow + L);
                int p = 0;
                // The fences keep loads in this order: B, then A, step by step.
                for (int end = ROUND == 1 ? 0 : depth & -ROUND; p < end; p += ROUND) {
                    int q = bj + p * row;
                    int t = p * column;
                    FloatVector b0 = FloatVector.fromArray(S, b, q);
                    FloatVector b1 = FloatVector.fromArray(S, b, q + L);
                    VarHandle.acquireFence();
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
                    x = IntVector.broadcast(I, floatToRawIntBits(a[a5 + t])).reinterpretAsFloats();
                    c50 = x.fma(b0, c50);
                    c51 = x.fma(b1, c51);
                    VarHandle.acquireFence();
                    b0 = FloatVector.fromArray(S, b, q + row);
                    b1 = FloatVector.fromArray(S, b, q + row + L);
                    VarHandle.acquireFence();
                    x = IntVector.broadcast(I, floatToRawIntBits(a[a0 + t + column])).reinterpretAsFloats();
                    c00 = x.fma(b0, c00);
                    c01 = x.fma(b1, c01);
                    x = IntVector.broadcast(I, floatToRawIntBits(a[a1 + t + column])).reinterpretAsFloats();
                    c10 = x.fma(b0, c10);
                    c11 = x.fma(b1, c11);
                    x = IntVector.broadcast(I, floatToRawIntBits(a[a2 + t + column])).reinterpretAsFloats();
                    c20 = x.fma(b0, c20);
                    c21 = x.fma(b1, c21);
                    x = IntVector.broadcast(I, floatToRawIntBits(a[a3 + t + column])).reinterpretAsFloats();
                    c30 = x.fma(b0, c30);
                    c31 = x.fma(b1, c31);
                    x = IntVector.broadcast(I, floatToRawIntBits(a[a4 + t + column])).reinterpretAsFloats();
                    c40 = x.fma(b0, c40);
                    c41 = x.fma(b1, c41);
                    x = IntVector.broadcast(I, floatToRawIntBits(a[a5 + t + column])).reinterpretAsFloats();
                    c50 = x.fma(b0, c50);
                    c51 = x.fma(b1, c51);
                    if (ROUND == 4) {
                        VarHandle.acquireFence();
                        b0 = FloatVector.fromArray(S, b, q + 2 * row);
                        b1 = FloatVector.fromArray(S, b, q + 2 * row + L);
                        VarHandle.acquireFence();
                        x = IntVector.broadcast(I, floatToRawIntBits(a[a0 + t + 2 * column])).reinterpretAsFloats();
                        c00 = x.fma(b0, c00);
                        c01 = x.fma(b1, c01);
                        x = IntVector.broadcast(I, floatToRawIntBits(a[a1 + t + 2 * column])).reinterpretAsFloats();
                        c10 = x.fma(b0, c10);
                        c11 = x.fma(b1, c11);
                        x = IntVector.broadcast(I, floatToRawIntBits(a[a2 + t + 2 * column])).reinterpretAsFloats();
                        c20 = x.fma(b0, c20);
                        c21 = x.fma(b1, c21);
                        x = IntVector.broadcast(I, floatToRawIntBits(a[a3 + t + 2 * column])).reinterpretAsFloats();
                        c30 = x.fma(b0, c30);
                        c31 = x.fma(b1, c31);
                        x = IntVector.broadcast(I, floatToRawIntBits(a[a4 + t + 2 * column])).reinterpretAsFloats();
                        c40 = x.fma(b0, c40);
                        c41 = x.fma(b1, c41);
                        x = IntVector.broadcast(I, floatToRawIntBits(a[a5 + t + 2 * column])).reinterpretAsFloats();
                        c50 = x.fma(b0, c50);
                        c51 = x.fma(b1, c51);
                        VarHandle.acquireFence();
                        b0 = FloatVector.fromArray(S, b, q + 3 * row);
                        b1 = FloatVector.fromArray(S, b, q + 3 * row + L);
                        VarHandle.acquireFence();
                        x = IntVector.broadcast(I, floatToRawIntBits(a[a0 + t + 3 * column])).reinterpretAsFloats();
                        c00 = x.fma(b0, c00);
                        c01 = x.fma(b1, c01);
                        x = IntVector.broadcast(I, floatToRawIntBits(a[a1 + t + 3 * column])).reinterpretAsFloats();
                        c10 = x.fma(b0, c10);
                        c11 = x.fma(b1, c11);
                        x = IntVector.broadcast(I, floatToRawIntBits(a[a2 + t + 3 * column])).reinterpretAsFloats();
                        c20 = x.fma(b0, c20);
                        c21 = x.fma(b1, c21);
                        x = IntVector.broadcast(I, floatToRawIntBits(a[a3 + t + 3 * column])).reinterpretAsFloats();
                        c30 = x.fma(b0, c30);
                        c31 = x.fma(b1, c31);
                        x = IntVector.broadcast(I, floatToRawIntBits(a[a4 + t + 3 * column])).reinterpretAsFloats();
                        c40 = x.fma(b0, c40);
                        c41 = x.fma(b1, c41);
                        x = IntVector.broadcast(I, floatToRawIntBits(a[a5 + t + 3 * column])).reinterpretAsFloats();
                        c50 = x.fma(b0, c50);
                        c51 = x.fma(b1, c51);
                    }
                }
                for (; p < depth; p++) {
                    int q = bj + p * row;
                    int t = p * column;
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
                    x = IntVector.broadcast(I, floatToRawIntBits(a[a5 + t])).reinterpretAsFloats();
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
                    c50.intoArray(c, cj + 5 * ldc);
                    c50.blend(c51, NEXT).rearrange(TURN).intoArray(c, cj + 5 * ldc + COLUMNS - L);
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
                    c50.intoArray(c, cj + 5 * ldc);
                    c51.intoArray(c, cj + 5 * ldc + L);
                }
                FloatVector sum0 = c00.add(c01);
                FloatVector sum1 = c10.add(c11);
                FloatVector sum2 = c20.add(c21);
                FloatVector sum3 = c30.add(c31);
                FloatVector sum4 = c40.add(c41);
                FloatVector sum5 = c50.add(c51);
                FloatVector sum = sum0.add(sum1).add(sum2.add(sum3)).add(sum4.add(sum5));
                nan |= sum.compare(VectorOperators.NE, sum).anyTrue();
                bj += LDB == 2 * L ? k * 2 * L : 2 * L;
                sj += 2 * L;
                cj += 2 * L;
            }
            aAt += COLUMN == 1 ? 6 * (ROW == 0 ? lda : ROW) : 6;
            sAt += 6 * startRow;
            cAt += 6 * ldc;
        }
        return nan;
    }
}
