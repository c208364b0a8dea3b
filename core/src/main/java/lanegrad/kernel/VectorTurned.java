package lanegrad.kernel;

import static java.lang.Float.floatToRawIntBits;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// C^T in registers, where C has ten columns or so and A is stored transposed: the gradient of the digits' last layer,
/// on machines that do 512 bits at once.
///
///                            32 rows of C
///                  x0: 16 of them      x1: the others
///      b[p,0]      c0                  d0
///      b[p,1]      c1                  d1
///      …           …                   …
///      b[p,9]      c9                  d9                20 accumulators, for 12 columns 24
///
/// A row of A as stored lies along the lanes, and no lane is idle: ten columns take 20 multiply-adds a step, 10 cycles,
/// for 32 rows, where tiles of C with 16 lanes for ten columns take 18 ([VectorTile16x1]). In the end c and d are
/// transposed as [VectorZip] does it, and each row of C is stored whole: what a vector writes beyond it is the
/// beginning of the next, which comes after it. On Zen 5 TN 32x32x10 takes 196 ns in place of 244 in tiles of 16 x 1,
/// and as long by way of a C^T in memory; TN 128x128x10 takes 1.74 µs in place of 2.29, TN 512x128x10 8.6 in place of
/// 11.5. (In the JVMs of `bench peers`, beside other libraries, TN 32x32x10 takes 248 ns, as long as before.)
abstract class VectorTurned {
    /// Rows of C that are done at a time.
    static final int ROWS = 32;
    /// The fewest columns. A store reaches into the next row, not beyond.
    static final int LEAST = VectorZip.LEAST;
    /// The most columns.
    static final int MOST = 12;

    static final VectorSpecies<Float> S = FloatVector.SPECIES_512;
    static final VectorSpecies<Integer> I = S.withLanes(int.class);

    /// By the number of columns.
    private static final VectorTurned[] COPIES = new VectorTurned[MOST + 1];

    VectorTurned() {
    }

    /// The copy for n columns, [#LEAST] to [#MOST].
    static VectorTurned of(int n) {
        VectorTurned copy = COPIES[n];
        if (copy == null) {
            // Two threads may both make one; copies have no state, so either serves.
            copy = HiddenCopy.of(Copy.class, n, VectorTurned.class);
            COPIES[n] = copy;
        }
        return copy;
    }

    /// `c[i,j]` = the chain over p of `fma(a[p,i], b[p,j], s)`, from 0, for 32 rows i. There are no gaps between the
    /// rows of B nor of C.
    ///
    /// @return whether an element may be NaN
    abstract boolean multiply(int k, float[] a, int aAt, int lda, float[] b, int bAt, float[] c, int cAt);

    static final class Copy extends VectorTurned {
        private static final int N = HiddenCopy.data(MethodHandles.lookup(), Integer.class);
        private static final int L = S.length();
        private static final IntVector LOW = VectorZip.LOW;
        private static final IntVector HIGH = VectorZip.HIGH;
        private static final VectorMask<Float> ROW = S.indexInRange(0, N);

        @Override
        boolean multiply(int k, float[] a, int aAt, int lda, float[] b, int bAt, float[] c, int cAt) {
            FloatVector zero = FloatVector.zero(S);
            FloatVector c0 = zero;
            FloatVector d0 = zero;
            FloatVector c1 = zero;
            FloatVector d1 = zero;
            FloatVector c2 = zero;
            FloatVector d2 = zero;
            FloatVector c3 = zero;
            FloatVector d3 = zero;
            FloatVector c4 = zero;
            FloatVector d4 = zero;
            FloatVector c5 = zero;
            FloatVector d5 = zero;
            FloatVector c6 = zero;
            FloatVector d6 = zero;
            FloatVector c7 = zero;
            FloatVector d7 = zero;
            FloatVector c8 = zero;
            FloatVector d8 = zero;
            FloatVector c9 = zero;
            FloatVector d9 = zero;
            FloatVector c10 = zero;
            FloatVector d10 = zero;
            FloatVector c11 = zero;
            FloatVector d11 = zero;
            for (int p = 0; p < k; p++) {
                int t = aAt + p * lda;
                int q = bAt + p * N;
                FloatVector x0 = FloatVector.fromArray(S, a, t);
                FloatVector x1 = FloatVector.fromArray(S, a, t + L);
                FloatVector y = IntVector.broadcast(I, floatToRawIntBits(b[q])).reinterpretAsFloats();
                c0 = x0.fma(y, c0);
                d0 = x1.fma(y, d0);
                y = IntVector.broadcast(I, floatToRawIntBits(b[q + 1])).reinterpretAsFloats();
                c1 = x0.fma(y, c1);
                d1 = x1.fma(y, d1);
                y = IntVector.broadcast(I, floatToRawIntBits(b[q + 2])).reinterpretAsFloats();
                c2 = x0.fma(y, c2);
                d2 = x1.fma(y, d2);
                y = IntVector.broadcast(I, floatToRawIntBits(b[q + 3])).reinterpretAsFloats();
                c3 = x0.fma(y, c3);
                d3 = x1.fma(y, d3);
                y = IntVector.broadcast(I, floatToRawIntBits(b[q + 4])).reinterpretAsFloats();
                c4 = x0.fma(y, c4);
                d4 = x1.fma(y, d4);
                y = IntVector.broadcast(I, floatToRawIntBits(b[q + 5])).reinterpretAsFloats();
                c5 = x0.fma(y, c5);
                d5 = x1.fma(y, d5);
                y = IntVector.broadcast(I, floatToRawIntBits(b[q + 6])).reinterpretAsFloats();
                c6 = x0.fma(y, c6);
                d6 = x1.fma(y, d6);
                y = IntVector.broadcast(I, floatToRawIntBits(b[q + 7])).reinterpretAsFloats();
                c7 = x0.fma(y, c7);
                d7 = x1.fma(y, d7);
                y = IntVector.broadcast(I, floatToRawIntBits(b[q + 8])).reinterpretAsFloats();
                c8 = x0.fma(y, c8);
                d8 = x1.fma(y, d8);
                if (N > 9) {
                    y = IntVector.broadcast(I, floatToRawIntBits(b[q + 9])).reinterpretAsFloats();
                    c9 = x0.fma(y, c9);
                    d9 = x1.fma(y, d9);
                }
                if (N > 10) {
                    y = IntVector.broadcast(I, floatToRawIntBits(b[q + 10])).reinterpretAsFloats();
                    c10 = x0.fma(y, c10);
                    d10 = x1.fma(y, d10);
                }
                if (N > 11) {
                    y = IntVector.broadcast(I, floatToRawIntBits(b[q + 11])).reinterpretAsFloats();
                    c11 = x0.fma(y, c11);
                    d11 = x1.fma(y, d11);
                }
            }
            FloatVector s0 = c0.add(d0).add(c1.add(d1)).add(c2.add(d2).add(c3.add(d3)));
            FloatVector s1 = c4.add(d4).add(c5.add(d5)).add(c6.add(d6).add(c7.add(d7)));
            FloatVector s2 = c8.add(d8).add(c9.add(d9)).add(c10.add(d10).add(c11.add(d11)));
            FloatVector sum = s0.add(s1).add(s2);
            for (int half = 0; half < 2; half++, cAt += L * N) {
                IntVector r0 = c0.reinterpretAsInts();
                IntVector r1 = c1.reinterpretAsInts();
                IntVector r2 = c2.reinterpretAsInts();
                IntVector r3 = c3.reinterpretAsInts();
                IntVector r4 = c4.reinterpretAsInts();
                IntVector r5 = c5.reinterpretAsInts();
                IntVector r6 = c6.reinterpretAsInts();
                IntVector r7 = c7.reinterpretAsInts();
                IntVector r8 = c8.reinterpretAsInts();
                IntVector r9 = c9.reinterpretAsInts();
                IntVector r10 = c10.reinterpretAsInts();
                IntVector r11 = c11.reinterpretAsInts();
                // There is no 13th column: the lanes that these fill are beyond a row, and the next overwrites them.
                IntVector r12 = c4.reinterpretAsInts();
                IntVector r13 = c5.reinterpretAsInts();
                IntVector r14 = c6.reinterpretAsInts();
                IntVector r15 = c7.reinterpretAsInts();
                for (int round = 0; round < 4; round++) {
                    IntVector t0 = LOW.selectFrom(r0, r8);
                    IntVector t1 = HIGH.selectFrom(r0, r8);
                    IntVector t2 = LOW.selectFrom(r1, r9);
                    IntVector t3 = HIGH.selectFrom(r1, r9);
                    IntVector t4 = LOW.selectFrom(r2, r10);
                    IntVector t5 = HIGH.selectFrom(r2, r10);
                    IntVector t6 = LOW.selectFrom(r3, r11);
                    IntVector t7 = HIGH.selectFrom(r3, r11);
                    IntVector t8 = LOW.selectFrom(r4, r12);
                    IntVector t9 = HIGH.selectFrom(r4, r12);
                    IntVector t10 = LOW.selectFrom(r5, r13);
                    IntVector t11 = HIGH.selectFrom(r5, r13);
                    IntVector t12 = LOW.selectFrom(r6, r14);
                    IntVector t13 = HIGH.selectFrom(r6, r14);
                    IntVector t14 = LOW.selectFrom(r7, r15);
                    IntVector t15 = HIGH.selectFrom(r7, r15);
                    r0 = t0;
                    r1 = t1;
                    r2 = t2;
                    r3 = t3;
                    r4 = t4;
                    r5 = t5;
                    r6 = t6;
                    r7 = t7;
                    r8 = t8;
                    r9 = t9;
                    r10 = t10;
                    r11 = t11;
                    r12 = t12;
                    r13 = t13;
                    r14 = t14;
                    r15 = t15;
                }
                // From top to bottom; behind the last row may be the end of C, or rows of another thread.
                r0.reinterpretAsFloats().intoArray(c, cAt);
                r1.reinterpretAsFloats().intoArray(c, cAt + N);
                r2.reinterpretAsFloats().intoArray(c, cAt + 2 * N);
                r3.reinterpretAsFloats().intoArray(c, cAt + 3 * N);
                r4.reinterpretAsFloats().intoArray(c, cAt + 4 * N);
                r5.reinterpretAsFloats().intoArray(c, cAt + 5 * N);
                r6.reinterpretAsFloats().intoArray(c, cAt + 6 * N);
                r7.reinterpretAsFloats().intoArray(c, cAt + 7 * N);
                r8.reinterpretAsFloats().intoArray(c, cAt + 8 * N);
                r9.reinterpretAsFloats().intoArray(c, cAt + 9 * N);
                r10.reinterpretAsFloats().intoArray(c, cAt + 10 * N);
                r11.reinterpretAsFloats().intoArray(c, cAt + 11 * N);
                r12.reinterpretAsFloats().intoArray(c, cAt + 12 * N);
                r13.reinterpretAsFloats().intoArray(c, cAt + 13 * N);
                r14.reinterpretAsFloats().intoArray(c, cAt + 14 * N);
                r15.reinterpretAsFloats().intoArray(c, cAt + 15 * N, ROW);
                c0 = d0;
                c1 = d1;
                c2 = d2;
                c3 = d3;
                c4 = d4;
                c5 = d5;
                c6 = d6;
                c7 = d7;
                c8 = d8;
                c9 = d9;
                c10 = d10;
                c11 = d11;
            }
            return sum.compare(VectorOperators.NE, sum).anyTrue();
        }
    }
}
