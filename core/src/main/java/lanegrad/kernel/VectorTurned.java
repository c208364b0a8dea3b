package lanegrad.kernel;

import static java.lang.Float.floatToRawIntBits;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
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
/// for 32 rows, where tiles of C with 16 lanes for ten columns take 18 ([VectorTile16x1]). On Zen 5 TN 32x32x10 takes
/// 173 ns in place of 251, TN 128x128x10 1.76 µs in place of 2.24; as C^T in tiles of 8 and of 2 rows TN 32x32x10 took
/// as long as in tiles of C.
///
/// C^T is stored where C will be, which is as large, and transposed there ([VectorZip] loads a square before it stores
/// it). Transposed in here, before it was stored, c waited in registers for d, and C2 kept one or two accumulators in
/// memory, in most JVMs: TN 128x128x10 2.7 µs.
abstract class VectorTurned {
    /// Rows of C that are done at a time.
    static final int ROWS = 32;
    /// The fewest columns.
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

    /// The chain over p of `fma(a[p,i], b[p,j], s)`, from 0, for 32 rows i of C and its n columns j, as two matrices of
    /// n rows by 16 columns, one behind the other: C^T for the first 16 rows of C, and for the others. There are no
    /// gaps between the rows of B.
    ///
    /// @return whether an element may be NaN
    abstract boolean multiply(int k, float[] a, int aAt, int lda, float[] b, int bAt, float[] c, int cAt);

    static final class Copy extends VectorTurned {
        private static final int N = HiddenCopy.data(MethodHandles.lookup(), Integer.class);
        private static final int L = S.length();

        @Override
        boolean multiply(int k, float[] a, int aAt, int lda, float[] b, int bAt, float[] c, int cAt) {
            // A zero of its own for each: one for all was kept as an object where there are columns that no step
            // changes, 80 bytes a call.
            FloatVector c0 = FloatVector.zero(S);
            FloatVector d0 = FloatVector.zero(S);
            FloatVector c1 = FloatVector.zero(S);
            FloatVector d1 = FloatVector.zero(S);
            FloatVector c2 = FloatVector.zero(S);
            FloatVector d2 = FloatVector.zero(S);
            FloatVector c3 = FloatVector.zero(S);
            FloatVector d3 = FloatVector.zero(S);
            FloatVector c4 = FloatVector.zero(S);
            FloatVector d4 = FloatVector.zero(S);
            FloatVector c5 = FloatVector.zero(S);
            FloatVector d5 = FloatVector.zero(S);
            FloatVector c6 = FloatVector.zero(S);
            FloatVector d6 = FloatVector.zero(S);
            FloatVector c7 = FloatVector.zero(S);
            FloatVector d7 = FloatVector.zero(S);
            FloatVector c8 = FloatVector.zero(S);
            FloatVector d8 = FloatVector.zero(S);
            FloatVector c9 = FloatVector.zero(S);
            FloatVector d9 = FloatVector.zero(S);
            FloatVector c10 = FloatVector.zero(S);
            FloatVector d10 = FloatVector.zero(S);
            FloatVector c11 = FloatVector.zero(S);
            FloatVector d11 = FloatVector.zero(S);
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
            int upper = cAt + L * N;
            c0.intoArray(c, cAt);
            d0.intoArray(c, upper);
            c1.intoArray(c, cAt + L);
            d1.intoArray(c, upper + L);
            c2.intoArray(c, cAt + 2 * L);
            d2.intoArray(c, upper + 2 * L);
            c3.intoArray(c, cAt + 3 * L);
            d3.intoArray(c, upper + 3 * L);
            c4.intoArray(c, cAt + 4 * L);
            d4.intoArray(c, upper + 4 * L);
            c5.intoArray(c, cAt + 5 * L);
            d5.intoArray(c, upper + 5 * L);
            c6.intoArray(c, cAt + 6 * L);
            d6.intoArray(c, upper + 6 * L);
            c7.intoArray(c, cAt + 7 * L);
            d7.intoArray(c, upper + 7 * L);
            c8.intoArray(c, cAt + 8 * L);
            d8.intoArray(c, upper + 8 * L);
            if (N > 9) {
                c9.intoArray(c, cAt + 9 * L);
                d9.intoArray(c, upper + 9 * L);
            }
            if (N > 10) {
                c10.intoArray(c, cAt + 10 * L);
                d10.intoArray(c, upper + 10 * L);
            }
            if (N > 11) {
                c11.intoArray(c, cAt + 11 * L);
                d11.intoArray(c, upper + 11 * L);
            }
            return sum.compare(VectorOperators.NE, sum).anyTrue();
        }
    }
}
