package lanegrad.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Rows of A times up to four columns: two rows of C in one vector.
///
///     lanes of C   row 0: c0 c1 c2 c3   row 1: c0 c1 c2 c3
///     lanes of B          b0 b1 b2 b3          b0 b1 b2 b3      row p of B twice, as [NarrowProduct] packs it
///     lanes of A          a  a  a  a           a' a' a' a'      a[0,p] and a[1,p], each four times
///
/// A vector holds four steps of A for both rows: the second row is read four floats earlier, so that its floats
/// lie in the upper half, and is blended in. From there one shuffle a step spreads them: a shuffle for each
/// multiply-add, which on Zen 4 share a pipe: 0.67 cycles for both at best. Eight pairs of rows at a time are eight
/// chains, as many as two pipes with a latency of four cycles need, and use each row of B eight times.
///
/// 1437x64x4 and 32x64x4 take half the time of tiles of one row a vector, half of whose lanes are idle. By its pipes
/// the first should take 9 µs; it takes 14. Tried in its place: six and ten pairs, level; four rows in 512 bits,
/// 15 µs, as all its loads cross lines; broadcasts from memory for one of four shuffles, 21; transposed squares, as in
/// [VectorColumn], 22: three rounds of shuffles and 32 broadcasts a square cost more than 32 shuffles; shuffles of two
/// sources, eight steps at a time and no blends, 28: 16 constants too many for the registers. On Zen 5 it takes 10.7
/// µs; four rows in 512 bits took 9.8 there, and 32x64x4 400 ns in place of 287.
final class VectorPairs {
    /// Rows that are done at a time.
    static final int ROWS = 16;
    /// Columns of the result, of which the last ones may mean nothing.
    static final int COLUMNS = 4;
    /// Steps of k that are done at a time.
    static final int STEP = 4;

    private static final VectorSpecies<Float> S = FloatVector.SPECIES_256;
    private static final int L = S.length();
    private static final VectorMask<Float> UPPER = VectorMask.fromLong(S, 0b1111_0000);
    private static final VectorShuffle<Float> SPREAD0 = VectorShuffle.fromOp(S, i -> i & STEP);
    private static final VectorShuffle<Float> SPREAD1 = VectorShuffle.fromOp(S, i -> (i & STEP) + 1);
    private static final VectorShuffle<Float> SPREAD2 = VectorShuffle.fromOp(S, i -> (i & STEP) + 2);
    private static final VectorShuffle<Float> SPREAD3 = VectorShuffle.fromOp(S, i -> (i & STEP) + 3);

    private VectorPairs() {
    }

    /// Rows of four floats, each twice.
    static void pack(int k, float[] b, int bAt, int ldb, float[] y) {
        for (int p = 0; p < k; p++) {
            FloatVector x = FloatVector.fromArray(FloatVector.SPECIES_128, b, bAt + p * ldb);
            x.intoArray(y, p * L);
            x.intoArray(y, p * L + COLUMNS);
        }
    }

    /// `c[4 r + j]` = the chain over p of `fma(a[r,p], b[8 p + j], s)`, from `s = start[j]`, for 16 rows.
    ///
    /// @param k a multiple of 4
    /// @param lda 4 or more: rows are read up to four floats past their ends, where the next row begins
    /// @param b each row twice: 8 floats
    /// @param start twice: 8 floats
    /// @return whether an element may be NaN
    static boolean multiply(int k, float[] a, int aAt, int lda, float[] b, float[] start, boolean rectified, float[] c,
            int cAt) {
        int a1 = aAt + lda - STEP;
        int a2 = aAt + 2 * lda;
        int a3 = aAt + 3 * lda - STEP;
        int a4 = aAt + 4 * lda;
        int a5 = aAt + 5 * lda - STEP;
        int a6 = aAt + 6 * lda;
        int a7 = aAt + 7 * lda - STEP;
        int a8 = aAt + 8 * lda;
        int a9 = aAt + 9 * lda - STEP;
        int a10 = aAt + 10 * lda;
        int a11 = aAt + 11 * lda - STEP;
        int a12 = aAt + 12 * lda;
        int a13 = aAt + 13 * lda - STEP;
        int a14 = aAt + 14 * lda;
        int a15 = aAt + 15 * lda - STEP;
        FloatVector c0 = FloatVector.fromArray(S, start, 0);
        FloatVector c1 = c0;
        FloatVector c2 = c0;
        FloatVector c3 = c0;
        FloatVector c4 = c0;
        FloatVector c5 = c0;
        FloatVector c6 = c0;
        FloatVector c7 = c0;
        for (int p = 0; p < k; p += STEP) {
            FloatVector b0 = FloatVector.fromArray(S, b, p * L);
            FloatVector b1 = FloatVector.fromArray(S, b, p * L + L);
            FloatVector b2 = FloatVector.fromArray(S, b, p * L + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, b, p * L + 3 * L);
            FloatVector x = FloatVector.fromArray(S, a, aAt + p).blend(FloatVector.fromArray(S, a, a1 + p), UPPER);
            c0 = x.rearrange(SPREAD0).fma(b0, c0);
            c0 = x.rearrange(SPREAD1).fma(b1, c0);
            c0 = x.rearrange(SPREAD2).fma(b2, c0);
            c0 = x.rearrange(SPREAD3).fma(b3, c0);
            x = FloatVector.fromArray(S, a, a2 + p).blend(FloatVector.fromArray(S, a, a3 + p), UPPER);
            c1 = x.rearrange(SPREAD0).fma(b0, c1);
            c1 = x.rearrange(SPREAD1).fma(b1, c1);
            c1 = x.rearrange(SPREAD2).fma(b2, c1);
            c1 = x.rearrange(SPREAD3).fma(b3, c1);
            x = FloatVector.fromArray(S, a, a4 + p).blend(FloatVector.fromArray(S, a, a5 + p), UPPER);
            c2 = x.rearrange(SPREAD0).fma(b0, c2);
            c2 = x.rearrange(SPREAD1).fma(b1, c2);
            c2 = x.rearrange(SPREAD2).fma(b2, c2);
            c2 = x.rearrange(SPREAD3).fma(b3, c2);
            x = FloatVector.fromArray(S, a, a6 + p).blend(FloatVector.fromArray(S, a, a7 + p), UPPER);
            c3 = x.rearrange(SPREAD0).fma(b0, c3);
            c3 = x.rearrange(SPREAD1).fma(b1, c3);
            c3 = x.rearrange(SPREAD2).fma(b2, c3);
            c3 = x.rearrange(SPREAD3).fma(b3, c3);
            x = FloatVector.fromArray(S, a, a8 + p).blend(FloatVector.fromArray(S, a, a9 + p), UPPER);
            c4 = x.rearrange(SPREAD0).fma(b0, c4);
            c4 = x.rearrange(SPREAD1).fma(b1, c4);
            c4 = x.rearrange(SPREAD2).fma(b2, c4);
            c4 = x.rearrange(SPREAD3).fma(b3, c4);
            x = FloatVector.fromArray(S, a, a10 + p).blend(FloatVector.fromArray(S, a, a11 + p), UPPER);
            c5 = x.rearrange(SPREAD0).fma(b0, c5);
            c5 = x.rearrange(SPREAD1).fma(b1, c5);
            c5 = x.rearrange(SPREAD2).fma(b2, c5);
            c5 = x.rearrange(SPREAD3).fma(b3, c5);
            x = FloatVector.fromArray(S, a, a12 + p).blend(FloatVector.fromArray(S, a, a13 + p), UPPER);
            c6 = x.rearrange(SPREAD0).fma(b0, c6);
            c6 = x.rearrange(SPREAD1).fma(b1, c6);
            c6 = x.rearrange(SPREAD2).fma(b2, c6);
            c6 = x.rearrange(SPREAD3).fma(b3, c6);
            x = FloatVector.fromArray(S, a, a14 + p).blend(FloatVector.fromArray(S, a, a15 + p), UPPER);
            c7 = x.rearrange(SPREAD0).fma(b0, c7);
            c7 = x.rearrange(SPREAD1).fma(b1, c7);
            c7 = x.rearrange(SPREAD2).fma(b2, c7);
            c7 = x.rearrange(SPREAD3).fma(b3, c7);
        }
        if (rectified) {
            c0 = c0.blend(0, c0.compare(VectorOperators.LE, 0));
            c1 = c1.blend(0, c1.compare(VectorOperators.LE, 0));
            c2 = c2.blend(0, c2.compare(VectorOperators.LE, 0));
            c3 = c3.blend(0, c3.compare(VectorOperators.LE, 0));
            c4 = c4.blend(0, c4.compare(VectorOperators.LE, 0));
            c5 = c5.blend(0, c5.compare(VectorOperators.LE, 0));
            c6 = c6.blend(0, c6.compare(VectorOperators.LE, 0));
            c7 = c7.blend(0, c7.compare(VectorOperators.LE, 0));
        }
        c0.intoArray(c, cAt);
        c1.intoArray(c, cAt + L);
        c2.intoArray(c, cAt + 2 * L);
        c3.intoArray(c, cAt + 3 * L);
        c4.intoArray(c, cAt + 4 * L);
        c5.intoArray(c, cAt + 5 * L);
        c6.intoArray(c, cAt + 6 * L);
        c7.intoArray(c, cAt + 7 * L);
        FloatVector sum0 = c0.add(c1).add(c2.add(c3));
        FloatVector sum1 = c4.add(c5).add(c6.add(c7));
        FloatVector sum = sum0.add(sum1);
        return sum.compare(VectorOperators.NE, sum).anyTrue();
    }
}
