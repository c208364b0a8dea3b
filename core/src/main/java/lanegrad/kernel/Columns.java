package lanegrad.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import lanegrad.Backend;

/// The sums of the columns of a matrix: the gradient of a bias row.
///
/// **Bits.** Row i goes to chain `i mod 4` of its column; each chain adds in ascending order, from +0; the
/// result is `(s0 + s1) + (s2 + s3)`. More than [#MANY] rows are cut into blocks of [#BLOCK]; the sum of a block is as
/// above, and the sums of blocks are added as [Sums] does: cut at the largest power of two of blocks below their
/// number, and the sums of the two sides added, recursively. Columns lie along the lanes, so the width of the hardware
/// has no part in it.
///
/// The error of chains grows with the number of rows, to 2048 additions at [#MANY]; of blocks, with its logarithm.
/// Blocks for fewer rows would cost the gradient of a bias time for an accuracy that its batch does not need.
public final class Columns {
    /// The largest number of rows that are not cut into blocks: more than a batch has.
    public static final int MANY = 8192;
    /// Rows of a block: two to a chain, so that equal numbers are doubled, exactly, all the way.
    public static final int BLOCK = 8;

    private Columns() {
    }

    /// `y[j]` = the sum over i of `x[i,j]`, or added to `y[j]`.
    ///
    /// @param x rows x columns floats, row-major, from index 0
    /// @param y columns floats
    /// @throws IndexOutOfBoundsException when an array is too short
    public static void sum(Backend backend, float[] x, int rows, int columns, float[] y, boolean add) {
        if (rows <= MANY) {
            chains(backend, x, 0, rows, columns, y, 0, add);
            return;
        }
        // The sums of blocks that wait for their partners, one row for each bit of their count. The one array that is
        // made here, beside more than 8192 rows of work.
        float[] waiting = new float[Integer.SIZE * columns];
        int blocks = 0;
        for (int i = 0; i < rows; i += BLOCK) {
            int top = Integer.bitCount(blocks);
            chains(backend, x, i * columns, Math.min(BLOCK, rows - i), columns, waiting, top * columns, false);
            for (int b = blocks; (b & 1) != 0; b >>= 1) {
                plus(waiting, --top * columns, columns);
            }
            blocks++;
        }
        for (int top = Integer.bitCount(blocks) - 1; top > 0; top--) {
            plus(waiting, (top - 1) * columns, columns);
        }
        for (int j = 0; j < columns; j++) {
            y[j] = Sums.canonical(add ? y[j] + waiting[j] : waiting[j]);
        }
    }

    // Adds the next row to the one from `at` on.
    private static void plus(float[] rows, int at, int columns) {
        for (int j = at; j < at + columns; j++) {
            rows[j] += rows[j + columns];
        }
    }

    private static void chains(Backend backend, float[] x, int at, int rows, int columns, float[] y, int to,
            boolean add) {
        if (backend == Backend.VECTOR) {
            // Here, and not in the method for more columns: that was compiled with the loops for few in it before they
            // had run often, and they kept their vectors as objects from then on: 23 KB a step of 784-512-10 with two
            // threads, on 512 bits.
            if (columns < Backend.VECTOR.lanes()) {
                Vectors.narrow(x, at, rows, columns, y, to, add);
            } else {
                Vectors.sum(x, at, rows, columns, y, to, add);
            }
            return;
        }
        for (int j = 0; j < columns; j++) {
            float s = chains(x, at + j, columns, rows);
            y[to + j] = Sums.canonical(add ? y[to + j] + s : s);
        }
    }

    /// The sum, in chains, of n floats from `at` on, each `stride` after the last.
    static float chains(float[] x, int at, int stride, int n) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int i = 0;
        for (; i + 3 < n; i += 4) {
            s0 += x[at + i * stride];
            s1 += x[at + (i + 1) * stride];
            s2 += x[at + (i + 2) * stride];
            s3 += x[at + (i + 3) * stride];
        }
        // The rows left over, at most three, go to the first chains.
        s0 += i < n ? x[at + i * stride] : 0;
        s1 += i + 1 < n ? x[at + (i + 1) * stride] : 0;
        s2 += i + 2 < n ? x[at + (i + 2) * stride] : 0;
        return Sums.canonical((s0 + s1) + (s2 + s3));
    }

    private static final class Vectors {
        private static final VectorSpecies<Float> S = Lanes.SPECIES;

        // Two vectors at a time, for two reasons. A line of the cache holds two of 256 bits, and where the distance of
        // the rows shares few places of L1, it has been pushed out when the second comes. And four chains wait for each
        // other, eight do not. One at a time 128 x 512 took 18 µs in place of 10, 128 x 128 2.5 in place of 1.3, 128 x
        // 10 158 ns in place of 89, 32 x 32 65 in place of 56 (Zen 3). 17, 20, 24 and 40 columns are level, 8, which
        // are loaded twice, lose: 32 x 8 takes 34 ns in place of 24.
        //
        // Where two are too many they overlap: the columns in both get the same sums twice, from the same y. No two
        // pairs overlap: where less than a vector would be left over, the pair before takes less. So only rows of less
        // than a vector need a mask; with masked loads, one at a time, 32 x 32 took a third more. No vector goes
        // through a helper, for the reason given at VectorUnaryLoop: three boxes a training step.
        static void sum(float[] x, int at, int rows, int columns, float[] y, int to, boolean add) {
            int l = S.length();
            int width;
            for (int j = 0; j < columns; j += width) {
                int left = columns - j;
                width = left <= 2 * l ? left : Math.min(2 * l, left - l);
                int next = width - l;
                FloatVector s0 = FloatVector.zero(S);
                FloatVector s1 = s0;
                FloatVector s2 = s0;
                FloatVector s3 = s0;
                FloatVector t0 = s0;
                FloatVector t1 = s0;
                FloatVector t2 = s0;
                FloatVector t3 = s0;
                int i = 0;
                int q = at + j;
                for (; i + 3 < rows; i += 4, q += 4 * columns) {
                    s0 = s0.add(FloatVector.fromArray(S, x, q));
                    t0 = t0.add(FloatVector.fromArray(S, x, q + next));
                    s1 = s1.add(FloatVector.fromArray(S, x, q + columns));
                    t1 = t1.add(FloatVector.fromArray(S, x, q + columns + next));
                    s2 = s2.add(FloatVector.fromArray(S, x, q + 2 * columns));
                    t2 = t2.add(FloatVector.fromArray(S, x, q + 2 * columns + next));
                    s3 = s3.add(FloatVector.fromArray(S, x, q + 3 * columns));
                    t3 = t3.add(FloatVector.fromArray(S, x, q + 3 * columns + next));
                }
                for (int r = i; r < rows; r++, q += columns) {
                    FloatVector v = FloatVector.fromArray(S, x, q);
                    FloatVector u = FloatVector.fromArray(S, x, q + next);
                    s0 = r == i ? s0.add(v) : s0;
                    t0 = r == i ? t0.add(u) : t0;
                    s1 = r == i + 1 ? s1.add(v) : s1;
                    t1 = r == i + 1 ? t1.add(u) : t1;
                    s2 = r == i + 2 ? s2.add(v) : s2;
                    t2 = r == i + 2 ? t2.add(u) : t2;
                }
                FloatVector s = s0.add(s1).add(s2.add(s3));
                FloatVector t = t0.add(t1).add(t2.add(t3));
                if (add) {
                    s = s.add(FloatVector.fromArray(S, y, to + j));
                    t = t.add(FloatVector.fromArray(S, y, to + j + next));
                }
                s.blend(Float.NaN, s.compare(VectorOperators.NE, s)).intoArray(y, to + j);
                t.blend(Float.NaN, t.compare(VectorOperators.NE, t)).intoArray(y, to + j + next);
            }
        }

        // The same under a mask, for less than a vector of columns.
        static void narrow(float[] x, int at, int rows, int columns, float[] y, int to, boolean add) {
            VectorMask<Float> mask = S.indexInRange(0, columns);
            FloatVector s0 = FloatVector.zero(S);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            int i = 0;
            for (; i + 3 < rows; i += 4) {
                s0 = s0.add(FloatVector.fromArray(S, x, at + i * columns, mask));
                s1 = s1.add(FloatVector.fromArray(S, x, at + (i + 1) * columns, mask));
                s2 = s2.add(FloatVector.fromArray(S, x, at + (i + 2) * columns, mask));
                s3 = s3.add(FloatVector.fromArray(S, x, at + (i + 3) * columns, mask));
            }
            for (int r = i; r < rows; r++) {
                FloatVector v = FloatVector.fromArray(S, x, at + r * columns, mask);
                s0 = r == i ? s0.add(v) : s0;
                s1 = r == i + 1 ? s1.add(v) : s1;
                s2 = r == i + 2 ? s2.add(v) : s2;
            }
            FloatVector s = s0.add(s1).add(s2.add(s3));
            if (add) {
                s = s.add(FloatVector.fromArray(S, y, to, mask));
            }
            s.blend(Float.NaN, s.compare(VectorOperators.NE, s)).intoArray(y, to, mask);
        }
    }
}
