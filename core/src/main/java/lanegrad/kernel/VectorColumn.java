package lanegrad.kernel;

import static lanegrad.kernel.VectorPack.BIT1;
import static lanegrad.kernel.VectorPack.BIT2;
import static lanegrad.kernel.VectorPack.BIT4;
import static lanegrad.kernel.VectorPack.S;
import static lanegrad.kernel.VectorPack.SWAP1;
import static lanegrad.kernel.VectorPack.SWAP2;
import static lanegrad.kernel.VectorPack.SWAP4;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// Rows of A times one column: the perceptron.
///
/// With one column the lanes would lie idle, so they go along the rows of A: squares of 8 x 8 are transposed in
/// registers, as in [VectorPack#square], and each of their rows is multiplied by one broadcast float of the column
/// and added to its chains. Two squares are done at a time, so that their chains overlap. 1437x64x1 takes 14 µs so,
/// 31 as a masked tile. Libraries that may add in any order let the lanes run along k instead and need no
/// transposition: OpenBLAS takes 3.7 µs. That order is not ours (see [Gemm]). Two to four
/// columns have [VectorPairs].
final class VectorColumn {
    private VectorColumn() {
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
        FloatVector c1 = FloatVector.broadcast(S, start[0]);
        for (int p = 0; p < k; p += 8) {
            FloatVector r0 = FloatVector.fromArray(S, a, aAt + p);
            FloatVector r1 = FloatVector.fromArray(S, a, a1 + p);
            FloatVector r2 = FloatVector.fromArray(S, a, a2 + p);
            FloatVector r3 = FloatVector.fromArray(S, a, a3 + p);
            FloatVector r4 = FloatVector.fromArray(S, a, a4 + p);
            FloatVector r5 = FloatVector.fromArray(S, a, a5 + p);
            FloatVector r6 = FloatVector.fromArray(S, a, a6 + p);
            FloatVector r7 = FloatVector.fromArray(S, a, a7 + p);
            FloatVector t;
            t = r1.blend(r0, BIT1).rearrange(SWAP1);
            r0 = r0.blend(t, BIT1);
            r1 = t.blend(r1, BIT1);
            t = r3.blend(r2, BIT1).rearrange(SWAP1);
            r2 = r2.blend(t, BIT1);
            r3 = t.blend(r3, BIT1);
            t = r5.blend(r4, BIT1).rearrange(SWAP1);
            r4 = r4.blend(t, BIT1);
            r5 = t.blend(r5, BIT1);
            t = r7.blend(r6, BIT1).rearrange(SWAP1);
            r6 = r6.blend(t, BIT1);
            r7 = t.blend(r7, BIT1);
            t = r2.blend(r0, BIT2).rearrange(SWAP2);
            r0 = r0.blend(t, BIT2);
            r2 = t.blend(r2, BIT2);
            t = r3.blend(r1, BIT2).rearrange(SWAP2);
            r1 = r1.blend(t, BIT2);
            r3 = t.blend(r3, BIT2);
            t = r6.blend(r4, BIT2).rearrange(SWAP2);
            r4 = r4.blend(t, BIT2);
            r6 = t.blend(r6, BIT2);
            t = r7.blend(r5, BIT2).rearrange(SWAP2);
            r5 = r5.blend(t, BIT2);
            r7 = t.blend(r7, BIT2);
            t = r4.blend(r0, BIT4).rearrange(SWAP4);
            r0 = r0.blend(t, BIT4);
            r4 = t.blend(r4, BIT4);
            t = r5.blend(r1, BIT4).rearrange(SWAP4);
            r1 = r1.blend(t, BIT4);
            r5 = t.blend(r5, BIT4);
            t = r6.blend(r2, BIT4).rearrange(SWAP4);
            r2 = r2.blend(t, BIT4);
            r6 = t.blend(r6, BIT4);
            t = r7.blend(r3, BIT4).rearrange(SWAP4);
            r3 = r3.blend(t, BIT4);
            r7 = t.blend(r7, BIT4);
            c0 = r0.fma(FloatVector.broadcast(S, b[p]), c0);
            c0 = r1.fma(FloatVector.broadcast(S, b[p + 1]), c0);
            c0 = r2.fma(FloatVector.broadcast(S, b[p + 2]), c0);
            c0 = r3.fma(FloatVector.broadcast(S, b[p + 3]), c0);
            c0 = r4.fma(FloatVector.broadcast(S, b[p + 4]), c0);
            c0 = r5.fma(FloatVector.broadcast(S, b[p + 5]), c0);
            c0 = r6.fma(FloatVector.broadcast(S, b[p + 6]), c0);
            c0 = r7.fma(FloatVector.broadcast(S, b[p + 7]), c0);
            r0 = FloatVector.fromArray(S, a, a8 + p);
            r1 = FloatVector.fromArray(S, a, a9 + p);
            r2 = FloatVector.fromArray(S, a, a10 + p);
            r3 = FloatVector.fromArray(S, a, a11 + p);
            r4 = FloatVector.fromArray(S, a, a12 + p);
            r5 = FloatVector.fromArray(S, a, a13 + p);
            r6 = FloatVector.fromArray(S, a, a14 + p);
            r7 = FloatVector.fromArray(S, a, a15 + p);
            t = r1.blend(r0, BIT1).rearrange(SWAP1);
            r0 = r0.blend(t, BIT1);
            r1 = t.blend(r1, BIT1);
            t = r3.blend(r2, BIT1).rearrange(SWAP1);
            r2 = r2.blend(t, BIT1);
            r3 = t.blend(r3, BIT1);
            t = r5.blend(r4, BIT1).rearrange(SWAP1);
            r4 = r4.blend(t, BIT1);
            r5 = t.blend(r5, BIT1);
            t = r7.blend(r6, BIT1).rearrange(SWAP1);
            r6 = r6.blend(t, BIT1);
            r7 = t.blend(r7, BIT1);
            t = r2.blend(r0, BIT2).rearrange(SWAP2);
            r0 = r0.blend(t, BIT2);
            r2 = t.blend(r2, BIT2);
            t = r3.blend(r1, BIT2).rearrange(SWAP2);
            r1 = r1.blend(t, BIT2);
            r3 = t.blend(r3, BIT2);
            t = r6.blend(r4, BIT2).rearrange(SWAP2);
            r4 = r4.blend(t, BIT2);
            r6 = t.blend(r6, BIT2);
            t = r7.blend(r5, BIT2).rearrange(SWAP2);
            r5 = r5.blend(t, BIT2);
            r7 = t.blend(r7, BIT2);
            t = r4.blend(r0, BIT4).rearrange(SWAP4);
            r0 = r0.blend(t, BIT4);
            r4 = t.blend(r4, BIT4);
            t = r5.blend(r1, BIT4).rearrange(SWAP4);
            r1 = r1.blend(t, BIT4);
            r5 = t.blend(r5, BIT4);
            t = r6.blend(r2, BIT4).rearrange(SWAP4);
            r2 = r2.blend(t, BIT4);
            r6 = t.blend(r6, BIT4);
            t = r7.blend(r3, BIT4).rearrange(SWAP4);
            r3 = r3.blend(t, BIT4);
            r7 = t.blend(r7, BIT4);
            c1 = r0.fma(FloatVector.broadcast(S, b[p]), c1);
            c1 = r1.fma(FloatVector.broadcast(S, b[p + 1]), c1);
            c1 = r2.fma(FloatVector.broadcast(S, b[p + 2]), c1);
            c1 = r3.fma(FloatVector.broadcast(S, b[p + 3]), c1);
            c1 = r4.fma(FloatVector.broadcast(S, b[p + 4]), c1);
            c1 = r5.fma(FloatVector.broadcast(S, b[p + 5]), c1);
            c1 = r6.fma(FloatVector.broadcast(S, b[p + 6]), c1);
            c1 = r7.fma(FloatVector.broadcast(S, b[p + 7]), c1);
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
