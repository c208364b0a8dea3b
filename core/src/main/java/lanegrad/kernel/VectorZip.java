package lanegrad.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// Transposes squares of 16 x 16 in vectors of 512 bits, where these are done at once.
///
/// Four rounds, all alike, in a loop that C2 unrolls. A round takes rows r and r + 8 and interleaves them: the new row
/// 2 r is `x0 y0 x1 y1 .. x7 y7` of both, the new row 2 r + 1 `x8 y8 .. x15 y15`. Think of the number of a row and the
/// number of a lane as one number of eight bits: a round turns these by one place, so that after four rows are lanes.
/// Each new row is one shuffle of two sources, `vpermi2d`, of which Zen 5 does two a cycle: 64 for a square, 32 cycles.
/// Beside them are stores that cross lines and are not neighbours, two cycles each, and checks of 32 indices: 128 x 128
/// takes 100 cycles a square, where four of 8 x 8 take 130 to 190 ([VectorPack#squares]).
///
/// Rounds that exchange elements in place, with distances of 8, 4, 2 and 1, have a pair of constants for each distance
/// in place of one for all, and leave no registers: 128 x 128 took 37% more. With blends and a shuffle of one source in
/// place of two shuffles, for all or half of the pairs: 24 to 50% more.
final class VectorZip {
    /// Rows and columns of the square.
    static final int SIDE = 16;

    private static final VectorSpecies<Float> S = FloatVector.SPECIES_512;
    private static final VectorSpecies<Integer> I = S.withLanes(int.class);
    /// The lower halves of two vectors, element by element, and the upper halves.
    static final IntVector LOW = halves(0);
    static final IntVector HIGH = halves(SIDE / 2);

    private VectorZip() {
    }

    private static IntVector halves(int from) {
        int[] lanes = new int[SIDE];
        for (int i = 0; i < SIDE; i++) {
            lanes[i] = from + i / 2 + i % 2 * SIDE;
        }
        return IntVector.fromArray(I, lanes, 0);
    }

    /// `y[j * ldy + i] = x[i * ldx + j]` for i and j from 0 to 15, `count` times, the places in x and y each time a
    /// step further.
    static void squares(int count, float[] x, int xAt, int ldx, int xStep, float[] y, int yAt, int ldy, int yStep) {
        for (int i = 0; i < count; i++, xAt += xStep, yAt += yStep) {
            IntVector r0 = FloatVector.fromArray(S, x, xAt).reinterpretAsInts();
            IntVector r1 = FloatVector.fromArray(S, x, xAt + ldx).reinterpretAsInts();
            IntVector r2 = FloatVector.fromArray(S, x, xAt + 2 * ldx).reinterpretAsInts();
            IntVector r3 = FloatVector.fromArray(S, x, xAt + 3 * ldx).reinterpretAsInts();
            IntVector r4 = FloatVector.fromArray(S, x, xAt + 4 * ldx).reinterpretAsInts();
            IntVector r5 = FloatVector.fromArray(S, x, xAt + 5 * ldx).reinterpretAsInts();
            IntVector r6 = FloatVector.fromArray(S, x, xAt + 6 * ldx).reinterpretAsInts();
            IntVector r7 = FloatVector.fromArray(S, x, xAt + 7 * ldx).reinterpretAsInts();
            IntVector r8 = FloatVector.fromArray(S, x, xAt + 8 * ldx).reinterpretAsInts();
            IntVector r9 = FloatVector.fromArray(S, x, xAt + 9 * ldx).reinterpretAsInts();
            IntVector r10 = FloatVector.fromArray(S, x, xAt + 10 * ldx).reinterpretAsInts();
            IntVector r11 = FloatVector.fromArray(S, x, xAt + 11 * ldx).reinterpretAsInts();
            IntVector r12 = FloatVector.fromArray(S, x, xAt + 12 * ldx).reinterpretAsInts();
            IntVector r13 = FloatVector.fromArray(S, x, xAt + 13 * ldx).reinterpretAsInts();
            IntVector r14 = FloatVector.fromArray(S, x, xAt + 14 * ldx).reinterpretAsInts();
            IntVector r15 = FloatVector.fromArray(S, x, xAt + 15 * ldx).reinterpretAsInts();
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
            r1.reinterpretAsFloats().intoArray(y, yAt + ldy);
            r2.reinterpretAsFloats().intoArray(y, yAt + 2 * ldy);
            r3.reinterpretAsFloats().intoArray(y, yAt + 3 * ldy);
            r4.reinterpretAsFloats().intoArray(y, yAt + 4 * ldy);
            r5.reinterpretAsFloats().intoArray(y, yAt + 5 * ldy);
            r6.reinterpretAsFloats().intoArray(y, yAt + 6 * ldy);
            r7.reinterpretAsFloats().intoArray(y, yAt + 7 * ldy);
            r8.reinterpretAsFloats().intoArray(y, yAt + 8 * ldy);
            r9.reinterpretAsFloats().intoArray(y, yAt + 9 * ldy);
            r10.reinterpretAsFloats().intoArray(y, yAt + 10 * ldy);
            r11.reinterpretAsFloats().intoArray(y, yAt + 11 * ldy);
            r12.reinterpretAsFloats().intoArray(y, yAt + 12 * ldy);
            r13.reinterpretAsFloats().intoArray(y, yAt + 13 * ldy);
            r14.reinterpretAsFloats().intoArray(y, yAt + 14 * ldy);
            r15.reinterpretAsFloats().intoArray(y, yAt + 15 * ldy);
        }
    }
}
