package lanegrad.kernel;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// Transposes squares of 16 x 16, or parts of them, in vectors of 512 bits, where these are done at once.
///
/// Four rounds, all alike, in a loop that C2 unrolls. A round takes rows r and r + 8 and interleaves them: the new row
/// 2 r is `x0 y0 x1 y1 .. x7 y7` of both, the new row 2 r + 1 `x8 y8 .. x15 y15`. Think of the number of a row and the
/// number of a lane as one number of eight bits: a round turns these by one place, so that after four rows are lanes.
/// Each new row is one shuffle of two sources, `vpermi2d`, of which Zen 5 does two a cycle: 64 for a square, 32 cycles.
/// Beside them are stores that cross lines and are not neighbours, two cycles each, and checks of 32 indices: 128 x 128
/// takes 100 cycles a square, where four of 8 x 8 take 130 to 190 ([VectorPack#squares]).
///
/// The digits have ten classes, so there are copies for squares without their last columns, or rows, as well. They are
/// for matrices without gaps: the distance of the rows that are not whole is then a constant, and their indices have
/// one check. 32 x 10 takes 38 ns, 72 by squares of 8 x 8 and the rest element by element, 50 in an unknown distance;
/// 10 x 128 takes 122, 255 and 144 ns.
///
/// Rounds that exchange elements in place, with distances of 8, 4, 2 and 1, have a pair of constants for each distance
/// in place of one for all, and leave no registers: 128 x 128 took 37% more. With blends and a shuffle of one source in
/// place of two shuffles, for all or half of the pairs: 24 to 50% more.
abstract class VectorZip {
    /// Rows and columns of the square.
    static final int SIDE = 16;
    /// The fewest rows or columns that there are copies for.
    static final int LEAST = 9;

    static final VectorSpecies<Float> S = FloatVector.SPECIES_512;
    private static final VectorSpecies<Integer> I = S.withLanes(int.class);
    /// The lower halves of two vectors, element by element, and the upper halves.
    static final IntVector LOW = halves(0);
    static final IntVector HIGH = halves(SIDE / 2);

    /// What is moved: whole squares, squares without the last columns, or without the last rows.
    record Form(int rows, int columns) {
    }

    /// By rows and columns, of which one is [#SIDE].
    private static final VectorZip[] COPIES = new VectorZip[2 * SIDE + 1];

    VectorZip() {
    }

    /// The copy for so many rows and columns, [#LEAST] or more, of which one is [#SIDE].
    static VectorZip of(int rows, int columns) {
        int i = rows < SIDE ? rows : SIDE + columns;
        VectorZip copy = COPIES[i];
        if (copy == null) {
            // Two threads may both make one; copies have no state, so either serves.
            copy = HiddenCopy.of(Copy.class, new Form(rows, columns), VectorZip.class);
            COPIES[i] = copy;
        }
        return copy;
    }

    private static IntVector halves(int from) {
        int[] lanes = new int[SIDE];
        for (int i = 0; i < SIDE; i++) {
            lanes[i] = from + i / 2 + i % 2 * SIDE;
        }
        return IntVector.fromArray(I, lanes, 0);
    }

    /// `y[j * ldy + i] = x[i * ldx + j]` for the rows i and columns j, `count` times, the places in x and y each time a
    /// step further. With fewer than 16 columns `ldx` is their number, and 16 floats of each row of x are read all the
    /// same. With fewer rows `ldy` is their number: what a vector writes beyond a row of y is the beginning of the
    /// next, which comes after it.
    abstract void run(int count, float[] x, int xAt, int ldx, int xStep, float[] y, int yAt, int ldy, int yStep);

    static final class Copy extends VectorZip {
        private static final Form FORM = HiddenCopy.data(MethodHandles.lookup(), Form.class);
        private static final int ROWS = FORM.rows();
        private static final int COLUMNS = FORM.columns();
        private static final VectorMask<Float> FIRST = S.indexInRange(0, ROWS);

        @Override
        void run(int count, float[] x, int xAt, int ldx, int xStep, float[] y, int yAt, int ldy, int yStep) {
            // A place without a row takes one that is there: the lanes that it fills are beyond the rows of y, and the
            // next row overwrites them.
            int dx = COLUMNS < SIDE ? COLUMNS : ldx;
            int dy = ROWS < SIDE ? ROWS : ldy;
            for (int i = 0; i < count; i++, xAt += xStep, yAt += yStep) {
                IntVector r0 = FloatVector.fromArray(S, x, xAt).reinterpretAsInts();
                IntVector r1 = FloatVector.fromArray(S, x, xAt + dx).reinterpretAsInts();
                IntVector r2 = FloatVector.fromArray(S, x, xAt + 2 * dx).reinterpretAsInts();
                IntVector r3 = FloatVector.fromArray(S, x, xAt + 3 * dx).reinterpretAsInts();
                IntVector r4 = FloatVector.fromArray(S, x, xAt + 4 * dx).reinterpretAsInts();
                IntVector r5 = FloatVector.fromArray(S, x, xAt + 5 * dx).reinterpretAsInts();
                IntVector r6 = FloatVector.fromArray(S, x, xAt + 6 * dx).reinterpretAsInts();
                IntVector r7 = FloatVector.fromArray(S, x, xAt + 7 * dx).reinterpretAsInts();
                IntVector r8 = FloatVector.fromArray(S, x, xAt + 8 * dx).reinterpretAsInts();
                IntVector r9 = ROWS <= 9 ? r1 : FloatVector.fromArray(S, x, xAt + 9 * dx).reinterpretAsInts();
                IntVector r10 = ROWS <= 10 ? r2 : FloatVector.fromArray(S, x, xAt + 10 * dx).reinterpretAsInts();
                IntVector r11 = ROWS <= 11 ? r3 : FloatVector.fromArray(S, x, xAt + 11 * dx).reinterpretAsInts();
                IntVector r12 = ROWS <= 12 ? r4 : FloatVector.fromArray(S, x, xAt + 12 * dx).reinterpretAsInts();
                IntVector r13 = ROWS <= 13 ? r5 : FloatVector.fromArray(S, x, xAt + 13 * dx).reinterpretAsInts();
                IntVector r14 = ROWS <= 14 ? r6 : FloatVector.fromArray(S, x, xAt + 14 * dx).reinterpretAsInts();
                IntVector r15 = ROWS <= 15 ? r7 : FloatVector.fromArray(S, x, xAt + 15 * dx).reinterpretAsInts();
                for (int round = 0; round < 4; round++) {
                    IntVector s0 = LOW.selectFrom(r0, r8);
                    IntVector s1 = HIGH.selectFrom(r0, r8);
                    IntVector s2 = LOW.selectFrom(r1, r9);
                    IntVector s3 = HIGH.selectFrom(r1, r9);
                    IntVector s4 = LOW.selectFrom(r2, r10);
                    IntVector s5 = HIGH.selectFrom(r2, r10);
                    IntVector s6 = LOW.selectFrom(r3, r11);
                    IntVector s7 = HIGH.selectFrom(r3, r11);
                    IntVector s8 = LOW.selectFrom(r4, r12);
                    IntVector s9 = HIGH.selectFrom(r4, r12);
                    IntVector s10 = LOW.selectFrom(r5, r13);
                    IntVector s11 = HIGH.selectFrom(r5, r13);
                    IntVector s12 = LOW.selectFrom(r6, r14);
                    IntVector s13 = HIGH.selectFrom(r6, r14);
                    IntVector s14 = LOW.selectFrom(r7, r15);
                    IntVector s15 = HIGH.selectFrom(r7, r15);
                    r0 = s0;
                    r1 = s1;
                    r2 = s2;
                    r3 = s3;
                    r4 = s4;
                    r5 = s5;
                    r6 = s6;
                    r7 = s7;
                    r8 = s8;
                    r9 = s9;
                    r10 = s10;
                    r11 = s11;
                    r12 = s12;
                    r13 = s13;
                    r14 = s14;
                    r15 = s15;
                }
                r0.reinterpretAsFloats().intoArray(y, yAt);
                r1.reinterpretAsFloats().intoArray(y, yAt + dy);
                r2.reinterpretAsFloats().intoArray(y, yAt + 2 * dy);
                r3.reinterpretAsFloats().intoArray(y, yAt + 3 * dy);
                r4.reinterpretAsFloats().intoArray(y, yAt + 4 * dy);
                r5.reinterpretAsFloats().intoArray(y, yAt + 5 * dy);
                r6.reinterpretAsFloats().intoArray(y, yAt + 6 * dy);
                r7.reinterpretAsFloats().intoArray(y, yAt + 7 * dy);
                r8.reinterpretAsFloats().intoArray(y, yAt + 8 * dy);
                if (COLUMNS > 9) {
                    r9.reinterpretAsFloats().intoArray(y, yAt + 9 * dy);
                }
                if (COLUMNS > 10) {
                    r10.reinterpretAsFloats().intoArray(y, yAt + 10 * dy);
                }
                if (COLUMNS > 11) {
                    r11.reinterpretAsFloats().intoArray(y, yAt + 11 * dy);
                }
                if (COLUMNS > 12) {
                    r12.reinterpretAsFloats().intoArray(y, yAt + 12 * dy);
                }
                if (COLUMNS > 13) {
                    r13.reinterpretAsFloats().intoArray(y, yAt + 13 * dy);
                }
                if (COLUMNS > 14) {
                    r14.reinterpretAsFloats().intoArray(y, yAt + 14 * dy);
                }
                if (COLUMNS > 15) {
                    if (ROWS < SIDE) {
                        r15.reinterpretAsFloats().intoArray(y, yAt + 15 * dy, FIRST);
                    } else {
                        r15.reinterpretAsFloats().intoArray(y, yAt + 15 * dy);
                    }
                }
            }
        }
    }
}
