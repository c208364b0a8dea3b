package lanegrad.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import lanegrad.Backend;

/// The softmax of rows, in vectors that lie along them or across them.
///
/// Along: the rows stay as they are, and ten classes are two vectors of eight that overlap. Across: they are transposed
/// first, one row a lane, and nothing is done across lanes. Rows of less than a vector can only lie across, and so do
/// those whose neighbours in the computation are transposed as well. Two transposes take longer than the work across
/// lanes: softmax cross-entropy, forward and backward, of 32 x 10 takes 0.85 µs across and 0.69 along, 128 x 10 2.8 and
/// 2.5, 128 x 100 25 and 15 (Zen 3).
///
/// **Bits.** Per row, with the maximum u: `e[c] = exp(x[c] - u)`, `s` = their sum in four chains (element c to chain `c
/// mod 4`, then `(s0 + s1) + (s2 + s3)`), `y[c] = e[c] (1 / s)`. NaNs are as they come.
///
/// One pass after the other over a matrix ([Lines], [LineMap]) has the same bits. Before exp was a loop of its own
/// here, log-softmax of 32 x 10 took 0.66 us that way, and 0.51 this way.
public final class RowSoftmax {
    private RowSoftmax() {
    }

    /// Whether [#along] takes rows of so many elements, on this machine. Needs the incubator module.
    public static boolean fits(int classes) {
        return classes >= VectorsAlong.L && Backend.VECTOR.lanes() >= VectorsAlong.L;
    }

    /// Writes the softmax of the `m` rows of x to those of p. Needs the incubator module, and rows that [#fits].
    ///
    /// @param exp as in [#across]
    /// @param x `m * classes` floats, row after row
    /// @param p as x, and four floats more, which are read only
    /// @param s where the sums go, one for each row, from `sAt` on
    /// @param max where the maxima go, from `maxAt` on: of a row with a NaN, a NaN or any of its elements
    public static void along(UnaryLoop exp, float[] x, int m, int classes, float[] p, float[] s, int sAt, float[] max,
            int maxAt) {
        VectorsAlong.shift(x, m, classes, p, max, maxAt);
        exp.forward(p, p, 0, m * classes);
        VectorsAlong.scale(m, classes, p, s, sAt);
    }

    /// Replaces the rows of `t` by their softmax. Needs the incubator module.
    ///
    /// @param exp the loop of the exponential. It is called, not repeated here: with the lane function between the
    ///        maxima and the sums, the method was so large that the JIT inlined what follows it late, without knowing
    ///        the width of the vectors, and boxed them where the program has other widths too (12,800 bytes a step of
    ///        784-512-10)
    /// @param t the rows, transposed: element c of row i at `c * width + i`
    /// @param width the number of rows, a multiple of the vector length; where there are fewer, t must hold floats all
    ///        the same
    /// @param s where the sums go, one for each row, from `sAt` on
    /// @param max where the maxima go, from `maxAt` on
    public static void across(UnaryLoop exp, float[] t, int classes, int width, float[] s, int sAt, float[] max,
            int maxAt) {
        for (int i = 0; i < width; i += VectorsAcross.L) {
            VectorsAcross.shift(t, i, classes, width, max, maxAt);
        }
        exp.forward(t, t, 0, classes * width);
        for (int i = 0; i < width; i += VectorsAcross.L) {
            VectorsAcross.scale(t, i, classes, width, s, sAt);
        }
    }

    private static final class VectorsAlong {
        static final VectorSpecies<Float> S = FloatVector.SPECIES_256;
        static final int L = S.length();
        // As many lanes as there are chains.
        static final VectorSpecies<Float> CHAINS = FloatVector.SPECIES_128;
        static final VectorShuffle<Float> SWAP1 = VectorShuffle.fromOp(CHAINS, i -> i ^ 1);
        static final VectorShuffle<Float> SWAP2 = VectorShuffle.fromOp(CHAINS, i -> i ^ 2);

        // The rows minus their maxima, which three exchanges bring to all lanes. The last vector of a row overlaps the
        // one before, and writes again what that wrote.
        //
        // Tried, of 32 x 10 and 128 x 10, forward and backward: the maximum in vectors of four, whose shuffles are
        // faster on Zen 3, from 4% less to 8% more; maxima, differences, sums and quotients as four loops, with a
        // division for eight rows at once, 5 to 8% more; ten classes as a constant, 3 to 5% less and 3 to 6% more.
        private static void shift(float[] x, int m, int classes, float[] p, float[] maxima, int maxAt) {
            for (int i = 0; i < m; i++) {
                int at = i * classes;
                int last = at + classes - L;
                FloatVector head = FloatVector.fromArray(S, x, at);
                FloatVector tail = FloatVector.fromArray(S, x, last);
                FloatVector max = head.blend(tail, tail.compare(VectorOperators.GT, head));
                for (int j = at + L; j < last; j += L) {
                    FloatVector v = FloatVector.fromArray(S, x, j);
                    max = max.blend(v, v.compare(VectorOperators.GT, max));
                }
                FloatVector other = max.rearrange(VectorPack.SWAP4);
                max = max.blend(other, other.compare(VectorOperators.GT, max));
                other = max.rearrange(VectorPack.SWAP2);
                max = max.blend(other, other.compare(VectorOperators.GT, max));
                other = max.rearrange(VectorPack.SWAP1);
                max = max.blend(other, other.compare(VectorOperators.GT, max));
                head.sub(max).intoArray(p, at);
                for (int j = at + L; j < last; j += L) {
                    FloatVector.fromArray(S, x, j).sub(max).intoArray(p, j);
                }
                tail.sub(max).intoArray(p, last);
                maxima[maxAt + i] = max.lane(0);
            }
        }

        // The rows divided by their sums. The last vector is read before anything is written, as it overlaps the one
        // before.
        private static void scale(int m, int classes, float[] p, float[] sums, int sAt) {
            int lanes = CHAINS.length();
            VectorMask<Float> rest = VectorMask.fromLong(CHAINS, (1 << classes % lanes) - 1);
            FloatVector zero = FloatVector.zero(CHAINS);
            for (int i = 0; i < m; i++) {
                int at = i * classes;
                int end = at + classes;
                FloatVector s = FloatVector.fromArray(CHAINS, p, at)
                        .add(FloatVector.fromArray(CHAINS, p, at + lanes));
                int j = at + 2 * lanes;
                for (; j + lanes <= end; j += lanes) {
                    s = s.add(FloatVector.fromArray(CHAINS, p, j));
                }
                s = s.add(zero.blend(FloatVector.fromArray(CHAINS, p, j), rest));
                s = s.add(s.rearrange(SWAP1));
                s = s.add(s.rearrange(SWAP2));
                float sum = s.lane(0);
                sums[sAt + i] = sum;
                float inverse = 1 / sum;
                FloatVector head = FloatVector.fromArray(S, p, at).mul(inverse);
                FloatVector tail = FloatVector.fromArray(S, p, end - L).mul(inverse);
                for (j = at + L; j < end - L; j += L) {
                    FloatVector.fromArray(S, p, j).mul(inverse).intoArray(p, j);
                }
                head.intoArray(p, at);
                tail.intoArray(p, end - L);
            }
        }
    }

    private static final class VectorsAcross {
        static final VectorSpecies<Float> S = Lanes.SPECIES;
        static final int L = S.length();

        // The rows from i on, one a lane, minus their maxima. Lanes without a row hold what an earlier batch left.
        private static void shift(float[] t, int i, int classes, int width, float[] maxima, int maxAt) {
            FloatVector max = FloatVector.fromArray(S, t, i);
            for (int c = 1; c < classes; c++) {
                FloatVector v = FloatVector.fromArray(S, t, c * width + i);
                max = max.blend(v, v.compare(VectorOperators.GT, max));
            }
            for (int c = 0; c < classes; c++) {
                FloatVector.fromArray(S, t, c * width + i).sub(max).intoArray(t, c * width + i);
            }
            max.intoArray(maxima, maxAt + i);
        }

        // The same rows divided by their sums.
        private static void scale(float[] t, int i, int classes, int width, float[] sums, int sAt) {
            FloatVector s0 = FloatVector.zero(S);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            int c = 0;
            for (; c + 3 < classes; c += 4) {
                s0 = s0.add(FloatVector.fromArray(S, t, c * width + i));
                s1 = s1.add(FloatVector.fromArray(S, t, (c + 1) * width + i));
                s2 = s2.add(FloatVector.fromArray(S, t, (c + 2) * width + i));
                s3 = s3.add(FloatVector.fromArray(S, t, (c + 3) * width + i));
            }
            s0 = c < classes ? s0.add(FloatVector.fromArray(S, t, c * width + i)) : s0;
            s1 = c + 1 < classes ? s1.add(FloatVector.fromArray(S, t, (c + 1) * width + i)) : s1;
            s2 = c + 2 < classes ? s2.add(FloatVector.fromArray(S, t, (c + 2) * width + i)) : s2;
            FloatVector s = s0.add(s1).add(s2.add(s3));
            FloatVector inverse = s.broadcast(1).div(s);
            for (c = 0; c < classes; c++) {
                FloatVector.fromArray(S, t, c * width + i).mul(inverse).intoArray(t, c * width + i);
            }
            s.intoArray(sums, sAt + i);
        }
    }
}
