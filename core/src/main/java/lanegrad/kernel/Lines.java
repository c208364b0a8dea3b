package lanegrad.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import lanegrad.Backend;

/// Sums, maxima and minima of the lines of a tensor: of its rows, its columns, or all of it.
///
/// **Order of the sums.** One for both backends, every width, any number of threads:
///
/// - all elements, and rows of more than [#SHORT]: the order of [Sums];
/// - rows of up to [#SHORT]: element j to chain `j mod 4`, each chain in ascending order from +0, then `(s0 + s1) + (s2
///   + s3)`: the order of [Columns] along the row;
/// - columns: the order of [Columns].
///
/// The size of an error follows from [#roundings]. Maxima and minima have no order: NaN wins, and -0 is below +0.
///
/// **Layout.** Vectors lie along a long row. Short ones, ten classes in sixteen lanes, would leave lanes idle and need
/// work across lanes, so there they lie across the rows, one row a lane: the vector backend transposes the matrix into
/// scratch, `[n][width]`, with as many rows to a line of scratch as make whole vectors ([#in], [#out]). In lanes
/// without a row stands what an earlier use left; nothing of it comes out.
///
/// Matrices are given as rows and columns; for [Axis#ALL], one row.
public final class Lines {
    /// The longest row that is short.
    public static final int SHORT = 64;
    /// Rows are taken in blocks of so many, for [LineMap] over columns too: at a stride of thousands of floats, a
    /// column from end to end meets a new page of memory at each element.
    static final int BLOCK = 64;

    private Lines() {
    }

    /// Whether the lines are sums of chains, not in the order of [Sums].
    static boolean chains(Axis axis, int columns) {
        return axis == Axis.COLUMNS || axis == Axis.ROWS && columns <= SHORT;
    }

    /// Whether the kernels want the matrix transposed: short rows, in vectors.
    public static boolean transposes(Backend backend, Axis axis, int columns) {
        return backend == Backend.VECTOR && axis == Axis.ROWS && columns <= SHORT;
    }

    /// How many floats an array needs that holds a number for each of so many lines: whole vectors.
    public static int width(int lines) {
        return (lines + 15) / 16 * 16;
    }

    /// How many floats the matrix takes in scratch, transposed or not.
    public static int size(Axis axis, int rows, int columns) {
        return axis == Axis.ROWS ? width(rows) * Math.max(columns, 1) : rows * columns + 15;
    }

    /// x as the kernels want it: x itself, or transposed in `scratch`, which holds [#size] floats.
    public static float[] in(Backend backend, Axis axis, int rows, int columns, float[] x, float[] scratch) {
        if (!transposes(backend, axis, columns)) {
            return x;
        }
        Transpose.of(backend, rows, columns, x, 0, columns, scratch, 0, width(rows));
        return scratch;
    }

    /// The way back from [#in]: `t`, laid out as the kernels want it, to `y`. Nothing to do when nothing is transposed.
    public static void out(Backend backend, Axis axis, int rows, int columns, float[] t, float[] y) {
        if (transposes(backend, axis, columns)) {
            Transpose.of(backend, columns, rows, t, 0, width(rows), y, 0, columns);
        }
    }

    /// The sum of each line, one a float of `s`.
    ///
    /// @param x from [#in]
    /// @param s [#width] floats
    /// @param scratch [Sums#SCRATCH] floats
    public static void sum(Backend backend, Axis axis, int rows, int columns, float[] x, float[] s, float[] scratch) {
        if (axis == Axis.COLUMNS) {
            Columns.sum(backend, x, rows, columns, s, false);
        } else if (transposes(backend, axis, columns)) {
            Columns.sum(backend, x, columns, width(rows), s, false);
        } else if (chains(axis, columns)) {
            for (int i = 0; i < rows; i++) {
                s[i] = Columns.chains(x, i * columns, 1, columns);
            }
        } else {
            for (int i = 0; i < rows; i++) {
                s[i] = Sums.loop(backend).sum(x, i * columns, (i + 1) * columns, scratch);
            }
        }
    }

    /// The greatest element of each line. Lines must not be empty.
    ///
    /// @param x from [#in]
    /// @param y [#width] floats
    /// @param scratch 64 floats
    public static void max(Backend backend, Axis axis, int rows, int columns, float[] x, float[] y, float[] scratch) {
        extreme(backend, axis, rows, columns, x, y, scratch, 1);
    }

    /// The least element of each line, as [#max].
    public static void min(Backend backend, Axis axis, int rows, int columns, float[] x, float[] y, float[] scratch) {
        extreme(backend, axis, rows, columns, x, y, scratch, -1);
    }

    // The minimum is the negated maximum of the negated: a change of sign is exact.
    private static void extreme(Backend backend, Axis axis, int rows, int columns, float[] x, float[] y,
            float[] scratch, float sign) {
        if (transposes(backend, axis, columns)) {
            Vectors.across(x, columns, width(rows), y, sign);
        } else if (axis == Axis.COLUMNS) {
            int j = backend == Backend.VECTOR ? Vectors.across(x, rows, columns, y, sign) : 0;
            for (; j < columns; j++) {
                y[j] = extreme(x, j, columns, rows, sign);
            }
        } else {
            for (int i = 0; i < rows; i++) {
                y[i] = backend == Backend.VECTOR ? Vectors.along(x, i * columns, columns, scratch, sign)
                        : extreme(x, i * columns, 1, columns, sign);
            }
        }
    }

    private static float extreme(float[] x, int at, int stride, int n, float sign) {
        float y = sign * x[at];
        for (int k = 1; k < n; k++) {
            y = Math.max(y, sign * x[at + k * stride]);
        }
        return Sums.canonical(sign * y);
    }

    /// How many roundings, of 2^-24 of the sum of all magnitudes each, a sum of `length` elements can be off by.
    public static double roundings(Axis axis, int length) {
        double log = Math.log(length + 1.0) / Math.log(2);
        return switch (axis) {
            case ALL -> log + 10;
            case ROWS -> length <= SHORT ? length / 4.0 + 2 : log + 10;
            case COLUMNS -> length <= Columns.MANY ? length / 4.0 + 2 : log + 4;
        };
    }

    private static final class Vectors {
        static final VectorSpecies<Float> S = Lanes.SPECIES;
        static final int L = S.length();

        // Whole vectors of lines; returns where they end.
        static int across(float[] x, int length, int lines, float[] y, float sign) {
            int j = 0;
            for (; j < S.loopBound(lines); j += L) {
                FloatVector v = FloatVector.fromArray(S, x, j).mul(sign);
                for (int k = 1; k < length; k++) {
                    v = v.max(FloatVector.fromArray(S, x, k * lines + j).mul(sign));
                }
                v = v.mul(sign);
                v.blend(Float.NaN, v.compare(VectorOperators.NE, v)).intoArray(y, j);
            }
            return j;
        }

        static float along(float[] x, int at, int n, float[] scratch, float sign) {
            if (n < L) {
                return extreme(x, at, 1, n, sign);
            }
            // The last vector ends with the line: an element seen twice changes no maximum.
            int last = at + n - L;
            FloatVector v0 = FloatVector.fromArray(S, x, last).mul(sign);
            FloatVector v1 = v0;
            FloatVector v2 = v0;
            FloatVector v3 = v0;
            int i = at;
            for (; i + 3 * L < last; i += 4 * L) {
                v0 = v0.max(FloatVector.fromArray(S, x, i).mul(sign));
                v1 = v1.max(FloatVector.fromArray(S, x, i + L).mul(sign));
                v2 = v2.max(FloatVector.fromArray(S, x, i + 2 * L).mul(sign));
                v3 = v3.max(FloatVector.fromArray(S, x, i + 3 * L).mul(sign));
            }
            for (; i < last; i += L) {
                v0 = v0.max(FloatVector.fromArray(S, x, i).mul(sign));
            }
            v0.max(v1).max(v2.max(v3)).mul(sign).intoArray(scratch, 0);
            return extreme(scratch, 0, 1, L, sign);
        }
    }
}
