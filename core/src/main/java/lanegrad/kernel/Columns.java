package lanegrad.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import lanegrad.Backend;

/// The sums of the columns of a matrix: the gradient of a bias row.
///
/// **Bits.** Row i goes to chain `i mod 4` of its column; each chain adds in ascending order, from +0; the
/// result is `(s0 + s1) + (s2 + s3)`. Columns lie along the lanes, so the width of the hardware has no part in
/// it.
public final class Columns {
    private Columns() {
    }

    /// `y[j]` = the sum over i of `x[i,j]`, or added to `y[j]`.
    ///
    /// @param x rows x columns floats, row-major, from index 0
    /// @param y columns floats
    /// @throws IndexOutOfBoundsException when an array is too short
    public static void sum(Backend backend, float[] x, int rows, int columns, float[] y, boolean add) {
        if (backend == Backend.VECTOR) {
            Vectors.sum(x, rows, columns, y, add);
            return;
        }
        for (int j = 0; j < columns; j++) {
            float s0 = 0;
            float s1 = 0;
            float s2 = 0;
            float s3 = 0;
            int i = 0;
            for (; i + 3 < rows; i += 4) {
                s0 += x[i * columns + j];
                s1 += x[(i + 1) * columns + j];
                s2 += x[(i + 2) * columns + j];
                s3 += x[(i + 3) * columns + j];
            }
            // The rows left over, at most three, go to the first chains.
            s0 += i < rows ? x[i * columns + j] : 0;
            s1 += i + 1 < rows ? x[(i + 1) * columns + j] : 0;
            s2 += i + 2 < rows ? x[(i + 2) * columns + j] : 0;
            float s = (s0 + s1) + (s2 + s3);
            y[j] = Sums.canonical(add ? y[j] + s : s);
        }
    }

    private static final class Vectors {
        private static final VectorSpecies<Float> S = Lanes.SPECIES;

        // Without helpers, for the reason given at VectorUnaryLoop: three boxes a training step.
        static void sum(float[] x, int rows, int columns, float[] y, boolean add) {
            for (int j = 0; j < columns; j += S.length()) {
                VectorMask<Float> tail = S.indexInRange(j, columns);
                FloatVector s0 = FloatVector.zero(S);
                FloatVector s1 = s0;
                FloatVector s2 = s0;
                FloatVector s3 = s0;
                int i = 0;
                for (; i + 3 < rows; i += 4) {
                    s0 = s0.add(FloatVector.fromArray(S, x, i * columns + j, tail));
                    s1 = s1.add(FloatVector.fromArray(S, x, (i + 1) * columns + j, tail));
                    s2 = s2.add(FloatVector.fromArray(S, x, (i + 2) * columns + j, tail));
                    s3 = s3.add(FloatVector.fromArray(S, x, (i + 3) * columns + j, tail));
                }
                for (int r = i; r < rows; r++) {
                    FloatVector v = FloatVector.fromArray(S, x, r * columns + j, tail);
                    s0 = r == i ? s0.add(v) : s0;
                    s1 = r == i + 1 ? s1.add(v) : s1;
                    s2 = r == i + 2 ? s2.add(v) : s2;
                }
                FloatVector s = s0.add(s1).add(s2.add(s3));
                if (add) {
                    s = s.add(FloatVector.fromArray(S, y, j, tail));
                }
                s.blend(Float.NaN, s.compare(VectorOperators.NE, s)).intoArray(y, j, tail);
            }
        }
    }
}
