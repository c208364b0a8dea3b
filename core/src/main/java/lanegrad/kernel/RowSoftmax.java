package lanegrad.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The softmax of short rows, in vectors that lie across them.
///
/// **Bits.** Per row, with the maximum u: `e[c] = exp(x[c] - u)`, `s` = their sum in four chains (element c to chain `c
/// mod 4`, then `(s0 + s1) + (s2 + s3)`), `y[c] = e[c] (1 / s)`. NaNs are as they come.
///
/// One pass after the other over a matrix ([Lines], [LineMap]) has the same bits. Before exp was a loop of its own
/// here, log-softmax of 32 x 10 took 0.66 us that way, and 0.51 this way.
public final class RowSoftmax {
    private RowSoftmax() {
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
        for (int i = 0; i < width; i += Vectors.L) {
            Vectors.shift(t, i, classes, width, max, maxAt);
        }
        exp.forward(t, t, 0, classes * width);
        for (int i = 0; i < width; i += Vectors.L) {
            Vectors.scale(t, i, classes, width, s, sAt);
        }
    }

    private static final class Vectors {
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
