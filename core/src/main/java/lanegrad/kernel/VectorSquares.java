package lanegrad.kernel;

import static java.lang.Float.floatToRawIntBits;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Rows of A times one column, the perceptron, where 512 bits are done at once: as [VectorColumn], in squares of 16 x
/// 16, which [VectorZip] explains.
///
/// On Zen 5 a square takes 65 cycles, those of its 16 multiply-adds that wait for each other; its 64 shuffles would
/// take 32 and share pipes with the multiply-adds, 50 for both. 1437x64x1 takes 7.1 µs at 3.3 GHz, 9.9 in squares of 8
/// x 8. Two rows of squares in turns took 7.0. Four columns from the same square, with a multiply-add and a broadcast
/// for each, took as long as [VectorPairs] over many rows, and half as much again for 32 of them.
final class VectorSquares extends VectorChains {
    /// Steps of k that are done at a time.
    static final int STEP = VectorZip.SIDE;

    /// The distance of A's rows where it is a constant, else 0.
    private static final int LDA = HiddenCopy.data(MethodHandles.lookup(), Integer.class);
    /// What keeps C2 from counting the loop over p, where LDA is a constant: [VectorDiagonals] has why.
    private static final int MASK = LDA == 0 ? -1 : Integer.MAX_VALUE;
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_512;
    private static final VectorSpecies<Integer> I = S.withLanes(int.class);
    private static final IntVector LOW = VectorZip.LOW;
    private static final IntVector HIGH = VectorZip.HIGH;

    @Override
    boolean multiply(int k, float[] a, int aAt, int lda, float[] b, float[] start, boolean rectified, float[] c,
            int cAt) {
        int row = LDA == 0 ? lda : LDA;
        FloatVector c0 = FloatVector.broadcast(S, start[0]);
        for (int p = 0; p < k; p = p + STEP & MASK) {
            int at = aAt + p;
            IntVector r0 = FloatVector.fromArray(S, a, at).reinterpretAsInts();
            IntVector r1 = FloatVector.fromArray(S, a, at + row).reinterpretAsInts();
            IntVector r2 = FloatVector.fromArray(S, a, at + 2 * row).reinterpretAsInts();
            IntVector r3 = FloatVector.fromArray(S, a, at + 3 * row).reinterpretAsInts();
            IntVector r4 = FloatVector.fromArray(S, a, at + 4 * row).reinterpretAsInts();
            IntVector r5 = FloatVector.fromArray(S, a, at + 5 * row).reinterpretAsInts();
            IntVector r6 = FloatVector.fromArray(S, a, at + 6 * row).reinterpretAsInts();
            IntVector r7 = FloatVector.fromArray(S, a, at + 7 * row).reinterpretAsInts();
            IntVector r8 = FloatVector.fromArray(S, a, at + 8 * row).reinterpretAsInts();
            IntVector r9 = FloatVector.fromArray(S, a, at + 9 * row).reinterpretAsInts();
            IntVector r10 = FloatVector.fromArray(S, a, at + 10 * row).reinterpretAsInts();
            IntVector r11 = FloatVector.fromArray(S, a, at + 11 * row).reinterpretAsInts();
            IntVector r12 = FloatVector.fromArray(S, a, at + 12 * row).reinterpretAsInts();
            IntVector r13 = FloatVector.fromArray(S, a, at + 13 * row).reinterpretAsInts();
            IntVector r14 = FloatVector.fromArray(S, a, at + 14 * row).reinterpretAsInts();
            IntVector r15 = FloatVector.fromArray(S, a, at + 15 * row).reinterpretAsInts();
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
            FloatVector x;
            x = IntVector.broadcast(I, floatToRawIntBits(b[p])).reinterpretAsFloats();
            c0 = r0.reinterpretAsFloats().fma(x, c0);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 1])).reinterpretAsFloats();
            c0 = r1.reinterpretAsFloats().fma(x, c0);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 2])).reinterpretAsFloats();
            c0 = r2.reinterpretAsFloats().fma(x, c0);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 3])).reinterpretAsFloats();
            c0 = r3.reinterpretAsFloats().fma(x, c0);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 4])).reinterpretAsFloats();
            c0 = r4.reinterpretAsFloats().fma(x, c0);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 5])).reinterpretAsFloats();
            c0 = r5.reinterpretAsFloats().fma(x, c0);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 6])).reinterpretAsFloats();
            c0 = r6.reinterpretAsFloats().fma(x, c0);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 7])).reinterpretAsFloats();
            c0 = r7.reinterpretAsFloats().fma(x, c0);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 8])).reinterpretAsFloats();
            c0 = r8.reinterpretAsFloats().fma(x, c0);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 9])).reinterpretAsFloats();
            c0 = r9.reinterpretAsFloats().fma(x, c0);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 10])).reinterpretAsFloats();
            c0 = r10.reinterpretAsFloats().fma(x, c0);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 11])).reinterpretAsFloats();
            c0 = r11.reinterpretAsFloats().fma(x, c0);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 12])).reinterpretAsFloats();
            c0 = r12.reinterpretAsFloats().fma(x, c0);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 13])).reinterpretAsFloats();
            c0 = r13.reinterpretAsFloats().fma(x, c0);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 14])).reinterpretAsFloats();
            c0 = r14.reinterpretAsFloats().fma(x, c0);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 15])).reinterpretAsFloats();
            c0 = r15.reinterpretAsFloats().fma(x, c0);
        }
        if (rectified) {
            c0 = c0.blend(0, c0.compare(VectorOperators.LE, 0));
        }
        c0.intoArray(c, cAt);
        return c0.compare(VectorOperators.NE, c0).anyTrue();
    }
}
