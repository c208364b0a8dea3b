package lanegrad.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import lanegrad.Backend;

/// Copies a block of rows from one matrix to another, or adds it there.
public final class Moves {
    private Moves() {
    }

    /// `y[yAt + i * ldy + j] = x[xAt + i * ldx + j]` for `rows` rows and `columns` columns, or added to y. Every NaN
    /// that is written is the canonical one. The blocks must not overlap.
    ///
    /// @throws IndexOutOfBoundsException when an array is too short; y may then be written in part
    public static void rows(Backend backend, int rows, int columns, float[] x, int xAt, int ldx, float[] y, int yAt,
            int ldy, boolean add) {
        // Rows without a gap between them are one long row.
        boolean whole = columns == ldx && columns == ldy;
        int count = whole ? Math.min(rows, 1) : rows;
        int length = whole ? rows * columns : columns;
        for (int i = 0; i < count; i++) {
            int from = xAt + i * ldx;
            int shift = yAt + i * ldy - from;
            int to = from + length;
            int at = backend == Backend.VECTOR ? Vectors.row(x, from, to, y, shift, add) : from;
            for (; at < to; at++) {
                y[at + shift] = Sums.canonical(add ? y[at + shift] + x[at] : x[at]);
            }
        }
    }

    private static final class Vectors {
        static final VectorSpecies<Float> S = Lanes.SPECIES;

        // Whole vectors; returns where they end.
        static int row(float[] x, int from, int to, float[] y, int shift, boolean add) {
            int i = from;
            for (int end = from + S.loopBound(to - from); i < end; i += S.length()) {
                FloatVector v = FloatVector.fromArray(S, x, i);
                v = add ? FloatVector.fromArray(S, y, i + shift).add(v) : v;
                v.blend(Float.NaN, v.compare(VectorOperators.NE, v)).intoArray(y, i + shift);
            }
            return i;
        }
    }
}
