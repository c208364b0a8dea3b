package lanegrad.kernel;

import static java.lang.Float.floatToRawIntBits;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Rows of A times one column: the perceptron.
///
/// With one column the lanes would lie idle, so they go along the rows of A: squares of 8 x 8 are transposed in
/// registers, and each of their rows is multiplied by one broadcast float of the column and added to its chains. Two
/// squares are done at a time, so that their chains overlap.
///
/// A transposition has three rounds, with distances d = 4, 2, 1. A round pairs the rows r and r + d: the new row r
/// takes the elements of both whose index is without bit d, the new row r + d those with it. Each is one shuffle of two
/// sources, which AVX-512 has, so a square takes 24 instructions; with blends and shuffles of one source, as in
/// [VectorPack#squares], it takes 48.
///
/// 1437x64x1 takes 10.3 µs so, 11.5 with blends, 31 as a masked tile; with four squares at a time, whose chains would
/// hide each other's latency better, a tenth more, as C2 keeps indices of shuffles in memory then. Libraries that may
/// add in any order let the lanes run along k instead and need no transposition: OpenBLAS takes 3.7 µs. That order is
/// not ours (see [Gemm]). Two to four columns have [VectorPairs].
final class VectorColumn {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_256;
    private static final VectorSpecies<Integer> I = S.withLanes(int.class);
    private static final IntVector WITHOUT1 = sources(1, 0);
    private static final IntVector WITHOUT2 = sources(2, 0);
    private static final IntVector WITHOUT4 = sources(4, 0);
    private static final IntVector WITH1 = sources(1, 1);
    private static final IntVector WITH2 = sources(2, 2);
    private static final IntVector WITH4 = sources(4, 4);

    private VectorColumn() {
    }

    // Where the lanes of a new row come from: 0 to 7 are of row r, 8 to 15 of row r + d.
    private static IntVector sources(int d, int bit) {
        int[] lanes = new int[S.length()];
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = (i & ~d | bit) + ((i & d) == 0 ? 0 : lanes.length);
        }
        return IntVector.fromArray(I, lanes, 0);
    }

    /// `c[i]` = the chain over p of `fma(a[i,p], b[p], s)`, from `s = start[0]`, for 16 rows.
    ///
    /// @param k a multiple of 8
    /// @return whether an element may be NaN
    static boolean multiply(int k, float[] a, int aAt, int lda, float[] b, float[] start, boolean rectified, float[] c,
            int cAt) {
        int a1 = aAt + lda;
        int a2 = aAt + 2 * lda;
        int a3 = aAt + 3 * lda;
        int a4 = aAt + 4 * lda;
        int a5 = aAt + 5 * lda;
        int a6 = aAt + 6 * lda;
        int a7 = aAt + 7 * lda;
        int a8 = aAt + 8 * lda;
        int a9 = aAt + 9 * lda;
        int a10 = aAt + 10 * lda;
        int a11 = aAt + 11 * lda;
        int a12 = aAt + 12 * lda;
        int a13 = aAt + 13 * lda;
        int a14 = aAt + 14 * lda;
        int a15 = aAt + 15 * lda;
        FloatVector c0 = FloatVector.broadcast(S, start[0]);
        FloatVector c1 = c0;
        for (int p = 0; p < k; p += 8) {
            IntVector r0 = FloatVector.fromArray(S, a, aAt + p).reinterpretAsInts();
            IntVector r1 = FloatVector.fromArray(S, a, a1 + p).reinterpretAsInts();
            IntVector r2 = FloatVector.fromArray(S, a, a2 + p).reinterpretAsInts();
            IntVector r3 = FloatVector.fromArray(S, a, a3 + p).reinterpretAsInts();
            IntVector r4 = FloatVector.fromArray(S, a, a4 + p).reinterpretAsInts();
            IntVector r5 = FloatVector.fromArray(S, a, a5 + p).reinterpretAsInts();
            IntVector r6 = FloatVector.fromArray(S, a, a6 + p).reinterpretAsInts();
            IntVector r7 = FloatVector.fromArray(S, a, a7 + p).reinterpretAsInts();
            IntVector t;
            FloatVector x;
            t = WITHOUT4.selectFrom(r0, r4);
            r4 = WITH4.selectFrom(r0, r4);
            r0 = t;
            t = WITHOUT4.selectFrom(r1, r5);
            r5 = WITH4.selectFrom(r1, r5);
            r1 = t;
            t = WITHOUT4.selectFrom(r2, r6);
            r6 = WITH4.selectFrom(r2, r6);
            r2 = t;
            t = WITHOUT4.selectFrom(r3, r7);
            r7 = WITH4.selectFrom(r3, r7);
            r3 = t;
            t = WITHOUT2.selectFrom(r0, r2);
            r2 = WITH2.selectFrom(r0, r2);
            r0 = t;
            t = WITHOUT2.selectFrom(r1, r3);
            r3 = WITH2.selectFrom(r1, r3);
            r1 = t;
            t = WITHOUT2.selectFrom(r4, r6);
            r6 = WITH2.selectFrom(r4, r6);
            r4 = t;
            t = WITHOUT2.selectFrom(r5, r7);
            r7 = WITH2.selectFrom(r5, r7);
            r5 = t;
            t = WITHOUT1.selectFrom(r0, r1);
            r1 = WITH1.selectFrom(r0, r1);
            r0 = t;
            t = WITHOUT1.selectFrom(r2, r3);
            r3 = WITH1.selectFrom(r2, r3);
            r2 = t;
            t = WITHOUT1.selectFrom(r4, r5);
            r5 = WITH1.selectFrom(r4, r5);
            r4 = t;
            t = WITHOUT1.selectFrom(r6, r7);
            r7 = WITH1.selectFrom(r6, r7);
            r6 = t;
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
            r0 = FloatVector.fromArray(S, a, a8 + p).reinterpretAsInts();
            r1 = FloatVector.fromArray(S, a, a9 + p).reinterpretAsInts();
            r2 = FloatVector.fromArray(S, a, a10 + p).reinterpretAsInts();
            r3 = FloatVector.fromArray(S, a, a11 + p).reinterpretAsInts();
            r4 = FloatVector.fromArray(S, a, a12 + p).reinterpretAsInts();
            r5 = FloatVector.fromArray(S, a, a13 + p).reinterpretAsInts();
            r6 = FloatVector.fromArray(S, a, a14 + p).reinterpretAsInts();
            r7 = FloatVector.fromArray(S, a, a15 + p).reinterpretAsInts();
            t = WITHOUT4.selectFrom(r0, r4);
            r4 = WITH4.selectFrom(r0, r4);
            r0 = t;
            t = WITHOUT4.selectFrom(r1, r5);
            r5 = WITH4.selectFrom(r1, r5);
            r1 = t;
            t = WITHOUT4.selectFrom(r2, r6);
            r6 = WITH4.selectFrom(r2, r6);
            r2 = t;
            t = WITHOUT4.selectFrom(r3, r7);
            r7 = WITH4.selectFrom(r3, r7);
            r3 = t;
            t = WITHOUT2.selectFrom(r0, r2);
            r2 = WITH2.selectFrom(r0, r2);
            r0 = t;
            t = WITHOUT2.selectFrom(r1, r3);
            r3 = WITH2.selectFrom(r1, r3);
            r1 = t;
            t = WITHOUT2.selectFrom(r4, r6);
            r6 = WITH2.selectFrom(r4, r6);
            r4 = t;
            t = WITHOUT2.selectFrom(r5, r7);
            r7 = WITH2.selectFrom(r5, r7);
            r5 = t;
            t = WITHOUT1.selectFrom(r0, r1);
            r1 = WITH1.selectFrom(r0, r1);
            r0 = t;
            t = WITHOUT1.selectFrom(r2, r3);
            r3 = WITH1.selectFrom(r2, r3);
            r2 = t;
            t = WITHOUT1.selectFrom(r4, r5);
            r5 = WITH1.selectFrom(r4, r5);
            r4 = t;
            t = WITHOUT1.selectFrom(r6, r7);
            r7 = WITH1.selectFrom(r6, r7);
            r6 = t;
            x = IntVector.broadcast(I, floatToRawIntBits(b[p])).reinterpretAsFloats();
            c1 = r0.reinterpretAsFloats().fma(x, c1);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 1])).reinterpretAsFloats();
            c1 = r1.reinterpretAsFloats().fma(x, c1);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 2])).reinterpretAsFloats();
            c1 = r2.reinterpretAsFloats().fma(x, c1);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 3])).reinterpretAsFloats();
            c1 = r3.reinterpretAsFloats().fma(x, c1);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 4])).reinterpretAsFloats();
            c1 = r4.reinterpretAsFloats().fma(x, c1);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 5])).reinterpretAsFloats();
            c1 = r5.reinterpretAsFloats().fma(x, c1);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 6])).reinterpretAsFloats();
            c1 = r6.reinterpretAsFloats().fma(x, c1);
            x = IntVector.broadcast(I, floatToRawIntBits(b[p + 7])).reinterpretAsFloats();
            c1 = r7.reinterpretAsFloats().fma(x, c1);
        }
        if (rectified) {
            c0 = c0.blend(0, c0.compare(VectorOperators.LE, 0));
            c1 = c1.blend(0, c1.compare(VectorOperators.LE, 0));
        }
        c0.intoArray(c, cAt);
        c1.intoArray(c, cAt + S.length());
        FloatVector sum = c0.add(c1);
        return sum.compare(VectorOperators.NE, sum).anyTrue();
    }
}
