package lanegrad.kernel;

import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Rows of A times one column, the perceptron, where no shuffle has two sources: AVX2.
///
/// Each lane is to have the chain of one row, so squares of A must be transposed, as in [VectorColumn]. But chains need
/// not be at the same column at the same time. Let row i of four be 3 - i steps behind, and load one of them at each
/// step, row 3 first; an element of each of the last four loads is what is wanted then, a diagonal:
///
///     step      loaded                       the diagonal that is multiplied
///      4        a[3, 4..7]                   a[3,4]  a[0,1]  a[1,2]  a[2,3]
///      5        a[2, 4..7]                   a[2,4]  a[3,5]  a[0,2]  a[1,3]
///      6        a[1, 4..7]                   a[1,4]  a[2,5]  a[3,6]  a[0,3]
///      7        a[0, 4..7]                   a[0,4]  a[1,5]  a[2,6]  a[3,7]
///
/// A diagonal is two blends, of lanes 1 and 3 with the load before, then of lanes 2 and 3 with what that gave two steps
/// before; and a turn that brings row i to lane i, every fourth of which is none: 2.75 instructions for four elements
/// in the place of the 4 shuffles of a transposition, whose two sources AVX2 can give only with a blend and two
/// shuffles each. The lanes of the column are `b[p-3], b[p-2], b[p-1], b[p]`, the same for all rows. A vector holds two
/// such groups of four rows; the second is read four floats earlier and blended into the upper half. Before a row
/// begins, and when it has ended, its lane adds -0 times 0, which changes no sum, not even -0.
///
/// 1437x64x1 takes 13 µs, as a masked tile it took 40 to 84 (Zen 4 under AVX2). Blends and multiply-adds share two
/// pipes, 16 cycles for 64 elements, 6.6 µs in all; on Zen 3 each of the six turns, a `vpermps`, takes both of them for
/// another cycle, 9.9 µs in all (8 multiply-adds take 12 cycles beside 8 turns, 8 beside 8 blends, and 4 alone).
/// What is beside the loop in a tile of 16 rows has 190 instructions.
/// Tried, as bare kernels, of which this one took 12.7 µs when the loop's checks were made before it: one group of rows
/// or three at a time, 15.5 and 18; the packed column shared by both groups, so that it takes registers, 15.7; ands and
/// ors in place of a blend, 20; rows in an unknown distance, 16; floats instead of vectors, eight rows at a time, 26.
/// Exclusive ors in place of a third of the blends, three for one, in all four pipes: 18.9 in place of 15.6 on Zen 3.
abstract class VectorDiagonals extends VectorChains {
    /// Steps of k that are done at a time.
    static final int STEP = 4;
    /// Floats of the column as it is packed, for each step: one vector for each of two groups of eight rows, so that
    /// multiply-adds can have them from memory.
    private static final int WIDTH = 16;
    /// Steps that the last row is behind the first.
    private static final int BEHIND = 3;

    VectorDiagonals() {
    }

    /// Floats that a column of k needs when it is packed.
    static int packed(int k) {
        return (k + BEHIND) * WIDTH + k + 2 * BEHIND;
    }

    /// Packs a column, whose elements are `stride` apart: for each step the elements that the four rows of a group are
    /// at.
    ///
    /// @param y [#packed] floats
    static void pack(int k, float[] b, int bAt, int stride, float[] y) {
        int flat = (k + BEHIND) * WIDTH;
        Arrays.fill(y, flat, flat + BEHIND, 0);
        for (int p = 0; p < k; p++) {
            y[flat + BEHIND + p] = b[bAt + p * stride];
        }
        Arrays.fill(y, flat + BEHIND + k, flat + k + 2 * BEHIND, 0);
        for (int p = 0; p < k + BEHIND; p++) {
            FloatVector x = FloatVector.fromArray(FloatVector.SPECIES_128, y, flat + p);
            for (int i = 0; i < WIDTH; i += STEP) {
                x.intoArray(y, p * WIDTH + i);
            }
        }
    }

    static final class Copy extends VectorDiagonals {
        private static final VectorSpecies<Float> S = FloatVector.SPECIES_256;
        private static final int L = S.length();
        private static final VectorMask<Float> UPPER = VectorMask.fromLong(S, 0b1111_0000);
        private static final VectorMask<Float> ODD = VectorMask.fromLong(S, 0b1010_1010);
        private static final VectorMask<Float> LAST_TWO = VectorMask.fromLong(S, 0b1100_1100);
        private static final VectorShuffle<Float> TURN1 = VectorShuffle.fromOp(S, i -> i & 4 | i + 1 & 3);
        private static final VectorShuffle<Float> TURN2 = VectorShuffle.fromOp(S, i -> i & 4 | i + 2 & 3);
        private static final VectorShuffle<Float> TURN3 = VectorShuffle.fromOp(S, i -> i & 4 | i + 3 & 3);
        /// The distance of A's rows where it is a constant, else 0.
        private static final int LDA = HiddenCopy.data(MethodHandles.lookup(), Integer.class);
        /// What keeps C2 from counting the loop over p, where LDA is a constant. Of a loop that it counts it checks the
        /// first and the last index of all 24 loads beforehand, with 280 instructions in all. Of one that it does not
        /// it checks indices in each round, but those that are constants from each other together: 5 checks. 1437 x 64
        /// x 1 takes 13.1 µs in place of 16.0. With rows in an unknown distance each row has its own: 1437 x 68 x 1
        /// would take 19.5 in place of 16.8.
        private static final int MASK = LDA == 0 ? -1 : Integer.MAX_VALUE;

        // r is what was loaded last, s and t the blends of the last two steps.
        @Override
        boolean multiply(int k, float[] a, int aAt, int lda, float[] b, float[] start, boolean rectified, float[] c,
                int cAt) {
            int a1 = aAt + lda;
            int a2 = aAt + 2 * lda;
            int a3 = aAt + 3 * lda;
            int a4 = aAt + 4 * lda - STEP;
            int a5 = aAt + 5 * lda - STEP;
            int a6 = aAt + 6 * lda - STEP;
            int a7 = aAt + 7 * lda - STEP;
            int a8 = aAt + 8 * lda;
            int a9 = aAt + 9 * lda;
            int a10 = aAt + 10 * lda;
            int a11 = aAt + 11 * lda;
            int a12 = aAt + 12 * lda - STEP;
            int a13 = aAt + 13 * lda - STEP;
            int a14 = aAt + 14 * lda - STEP;
            int a15 = aAt + 15 * lda - STEP;
            int before = aAt - STEP;
            FloatVector zero = FloatVector.broadcast(S, -0.0f);
            FloatVector c0 = FloatVector.broadcast(S, start[0]);
            FloatVector r0 = zero;
            FloatVector s0 = zero;
            FloatVector t0 = zero;
            FloatVector c1 = c0;
            FloatVector r1 = zero;
            FloatVector s1 = zero;
            FloatVector t1 = zero;
            for (int p = 0; p < k; p = p + STEP & MASK) {
                int q = p * WIDTH;
                int at = before + p;
                FloatVector x0 = FloatVector.fromArray(S, a, LDA == 0 ? a3 + p : at + STEP + 3 * LDA)
                        .blend(FloatVector.fromArray(S, a, LDA == 0 ? a7 + p : at + 7 * LDA), UPPER);
                FloatVector y0 = x0.blend(r0, ODD);
                c0 = y0.blend(t0, LAST_TWO).rearrange(TURN1).fma(FloatVector.fromArray(S, b, q), c0);
                r0 = x0;
                t0 = s0;
                s0 = y0;
                FloatVector x1 = FloatVector.fromArray(S, a, LDA == 0 ? a11 + p : at + STEP + 11 * LDA)
                        .blend(FloatVector.fromArray(S, a, LDA == 0 ? a15 + p : at + 15 * LDA), UPPER);
                FloatVector y1 = x1.blend(r1, ODD);
                c1 = y1.blend(t1, LAST_TWO).rearrange(TURN1).fma(FloatVector.fromArray(S, b, q + L), c1);
                r1 = x1;
                t1 = s1;
                s1 = y1;
                x0 = FloatVector.fromArray(S, a, LDA == 0 ? a2 + p : at + STEP + 2 * LDA)
                        .blend(FloatVector.fromArray(S, a, LDA == 0 ? a6 + p : at + 6 * LDA), UPPER);
                y0 = x0.blend(r0, ODD);
                c0 = y0.blend(t0, LAST_TWO).rearrange(TURN2).fma(FloatVector.fromArray(S, b, q + 2 * L), c0);
                r0 = x0;
                t0 = s0;
                s0 = y0;
                x1 = FloatVector.fromArray(S, a, LDA == 0 ? a10 + p : at + STEP + 10 * LDA)
                        .blend(FloatVector.fromArray(S, a, LDA == 0 ? a14 + p : at + 14 * LDA), UPPER);
                y1 = x1.blend(r1, ODD);
                c1 = y1.blend(t1, LAST_TWO).rearrange(TURN2).fma(FloatVector.fromArray(S, b, q + 3 * L), c1);
                r1 = x1;
                t1 = s1;
                s1 = y1;
                x0 = FloatVector.fromArray(S, a, LDA == 0 ? a1 + p : at + STEP + LDA)
                        .blend(FloatVector.fromArray(S, a, LDA == 0 ? a5 + p : at + 5 * LDA), UPPER);
                y0 = x0.blend(r0, ODD);
                c0 = y0.blend(t0, LAST_TWO).rearrange(TURN3).fma(FloatVector.fromArray(S, b, q + 4 * L), c0);
                r0 = x0;
                t0 = s0;
                s0 = y0;
                x1 = FloatVector.fromArray(S, a, LDA == 0 ? a9 + p : at + STEP + 9 * LDA)
                        .blend(FloatVector.fromArray(S, a, LDA == 0 ? a13 + p : at + 13 * LDA), UPPER);
                y1 = x1.blend(r1, ODD);
                c1 = y1.blend(t1, LAST_TWO).rearrange(TURN3).fma(FloatVector.fromArray(S, b, q + 5 * L), c1);
                r1 = x1;
                t1 = s1;
                s1 = y1;
                x0 = FloatVector.fromArray(S, a, LDA == 0 ? aAt + p : at + STEP)
                        .blend(FloatVector.fromArray(S, a, LDA == 0 ? a4 + p : at + 4 * LDA), UPPER);
                y0 = x0.blend(r0, ODD);
                c0 = y0.blend(t0, LAST_TWO).fma(FloatVector.fromArray(S, b, q + 6 * L), c0);
                r0 = x0;
                t0 = s0;
                s0 = y0;
                x1 = FloatVector.fromArray(S, a, LDA == 0 ? a8 + p : at + STEP + 8 * LDA)
                        .blend(FloatVector.fromArray(S, a, LDA == 0 ? a12 + p : at + 12 * LDA), UPPER);
                y1 = x1.blend(r1, ODD);
                c1 = y1.blend(t1, LAST_TWO).fma(FloatVector.fromArray(S, b, q + 7 * L), c1);
                r1 = x1;
                t1 = s1;
                s1 = y1;
            }
            // The last three steps, of rows that are behind.
            int q = k * WIDTH;
            FloatVector y0 = zero.blend(r0, ODD);
            FloatVector y1 = zero.blend(r1, ODD);
            c0 = y0.blend(t0, LAST_TWO).rearrange(TURN1).fma(FloatVector.fromArray(S, b, q), c0);
            c1 = y1.blend(t1, LAST_TWO).rearrange(TURN1).fma(FloatVector.fromArray(S, b, q + L), c1);
            c0 = zero.blend(s0, LAST_TWO).rearrange(TURN2).fma(FloatVector.fromArray(S, b, q + 2 * L), c0);
            c1 = zero.blend(s1, LAST_TWO).rearrange(TURN2).fma(FloatVector.fromArray(S, b, q + 3 * L), c1);
            c0 = zero.blend(y0, LAST_TWO).rearrange(TURN3).fma(FloatVector.fromArray(S, b, q + 4 * L), c0);
            c1 = zero.blend(y1, LAST_TWO).rearrange(TURN3).fma(FloatVector.fromArray(S, b, q + 5 * L), c1);
            if (rectified) {
                c0 = c0.blend(0, c0.compare(VectorOperators.LE, 0));
                c1 = c1.blend(0, c1.compare(VectorOperators.LE, 0));
            }
            c0.intoArray(c, cAt);
            c1.intoArray(c, cAt + L);
            FloatVector sum = c0.add(c1);
            return sum.compare(VectorOperators.NE, sum).anyTrue();
        }
    }
}
