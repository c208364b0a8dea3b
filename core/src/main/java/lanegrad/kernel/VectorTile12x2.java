package lanegrad.kernel;

import static java.lang.Float.floatToRawIntBits;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// 12 rows by 2 vectors: 24 accumulators, 2 vectors of B and up to three broadcasts, of 32 registers. For processors
/// that do two multiply-adds of 512 bits a cycle: 12 cycles a step, 48 instructions in it where the distance of A's
/// rows is a constant, and 128 bytes of B where 4 x 4 reads 256 in 8.
///
/// It can copy B on the way, for the tiles below it: two stores in a step that has nothing else to store.
///
/// **No register to spare**, if C2 loads more than three broadcasts at once: it then keeps an accumulator in memory,
/// and each step waits for it. Where the distance of A's rows is a constant it did so under the serial collector, not
/// under G1; behind a fence, which on x86 is no instruction, it does so under neither. 32 x 64 x 32 takes 14% less
/// under the serial collector, 1437 x 64 x 32 23%, 100 x 128 x 32 24%, all the same under G1 (Zen 5). Rows in an
/// unknown distance have an index each and spill nothing; with the fence 256 x 256 x 256 takes 6% more.
///
/// Whole vectors only: with twelve masked stores C1 refuses the method, see [VectorTile].
final class VectorTile12x2 extends VectorTile {
    private static final Form FORM = HiddenCopy.data(MethodHandles.lookup(), Form.class);
    private static final VectorSpecies<Float> S = FORM.species();
    private static final VectorSpecies<Integer> I = S.withLanes(int.class);
    private static final int L = S.length();
    private static final int ROW = FORM.aRow();
    private static final int COLUMN = FORM.aColumn();
    private static final boolean FRESH = FORM.fresh();
    private static final int LDB = FORM.ldb();
    private static final boolean PACKS = FORM.packs();

    @Override
    boolean run(int tiles, int k, float[] a, int aAt, int lda, float[] b, int bAt, int ldb, float[] start,
            int sAt, int startRow, float[] c, int cAt, int ldc, int columns, boolean rectified, float[] copy,
            int copyAt) {
        FloatVector c00 = FloatVector.fromArray(S, start, sAt);
        FloatVector c01 = FloatVector.fromArray(S, start, sAt + L);
        FloatVector c10 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + startRow);
        FloatVector c11 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + startRow + L);
        FloatVector c20 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + 2 * startRow);
        FloatVector c21 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + 2 * startRow + L);
        FloatVector c30 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + 3 * startRow);
        FloatVector c31 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + 3 * startRow + L);
        FloatVector c40 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + 4 * startRow);
        FloatVector c41 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + 4 * startRow + L);
        FloatVector c50 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + 5 * startRow);
        FloatVector c51 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + 5 * startRow + L);
        FloatVector c60 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + 6 * startRow);
        FloatVector c61 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + 6 * startRow + L);
        FloatVector c70 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + 7 * startRow);
        FloatVector c71 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + 7 * startRow + L);
        FloatVector c80 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + 8 * startRow);
        FloatVector c81 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + 8 * startRow + L);
        FloatVector c90 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + 9 * startRow);
        FloatVector c91 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + 9 * startRow + L);
        FloatVector c100 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + 10 * startRow);
        FloatVector c101 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + 10 * startRow + L);
        FloatVector c110 = FRESH ? c00 : FloatVector.fromArray(S, start, sAt + 11 * startRow);
        FloatVector c111 = FRESH ? c01 : FloatVector.fromArray(S, start, sAt + 11 * startRow + L);
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
        for (int p = 0; p < k; p++) {
            int q = bAt + p * (LDB == 0 ? ldb : LDB);
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L);
            if (PACKS) {
                int u = copyAt + p * 2 * L;
                b0.intoArray(copy, u);
                b1.intoArray(copy, u + L);
            }
            // No load of A comes before those of B.
            if (ROW > 1) {
                VarHandle.acquireFence();
            }
            int t = aAt + p * (COLUMN == 0 ? lda : COLUMN);
            FloatVector x = IntVector.broadcast(I, floatToRawIntBits(a[t])).reinterpretAsFloats();
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a1 + p : t + ROW])).reinterpretAsFloats();
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a2 + p : t + 2 * ROW])).reinterpretAsFloats();
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a3 + p : t + 3 * ROW])).reinterpretAsFloats();
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a4 + p : t + 4 * ROW])).reinterpretAsFloats();
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a5 + p : t + 5 * ROW])).reinterpretAsFloats();
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a6 + p : t + 6 * ROW])).reinterpretAsFloats();
            c60 = x.fma(b0, c60);
            c61 = x.fma(b1, c61);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a7 + p : t + 7 * ROW])).reinterpretAsFloats();
            c70 = x.fma(b0, c70);
            c71 = x.fma(b1, c71);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a8 + p : t + 8 * ROW])).reinterpretAsFloats();
            c80 = x.fma(b0, c80);
            c81 = x.fma(b1, c81);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a9 + p : t + 9 * ROW])).reinterpretAsFloats();
            c90 = x.fma(b0, c90);
            c91 = x.fma(b1, c91);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a10 + p : t + 10 * ROW])).reinterpretAsFloats();
            c100 = x.fma(b0, c100);
            c101 = x.fma(b1, c101);
            x = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a11 + p : t + 11 * ROW])).reinterpretAsFloats();
            c110 = x.fma(b0, c110);
            c111 = x.fma(b1, c111);
        }
        if (rectified) {
            FloatVector zero = FloatVector.zero(S);
            c00 = c00.blend(zero, c00.compare(VectorOperators.LE, zero));
            c01 = c01.blend(zero, c01.compare(VectorOperators.LE, zero));
            c10 = c10.blend(zero, c10.compare(VectorOperators.LE, zero));
            c11 = c11.blend(zero, c11.compare(VectorOperators.LE, zero));
            c20 = c20.blend(zero, c20.compare(VectorOperators.LE, zero));
            c21 = c21.blend(zero, c21.compare(VectorOperators.LE, zero));
            c30 = c30.blend(zero, c30.compare(VectorOperators.LE, zero));
            c31 = c31.blend(zero, c31.compare(VectorOperators.LE, zero));
            c40 = c40.blend(zero, c40.compare(VectorOperators.LE, zero));
            c41 = c41.blend(zero, c41.compare(VectorOperators.LE, zero));
            c50 = c50.blend(zero, c50.compare(VectorOperators.LE, zero));
            c51 = c51.blend(zero, c51.compare(VectorOperators.LE, zero));
            c60 = c60.blend(zero, c60.compare(VectorOperators.LE, zero));
            c61 = c61.blend(zero, c61.compare(VectorOperators.LE, zero));
            c70 = c70.blend(zero, c70.compare(VectorOperators.LE, zero));
            c71 = c71.blend(zero, c71.compare(VectorOperators.LE, zero));
            c80 = c80.blend(zero, c80.compare(VectorOperators.LE, zero));
            c81 = c81.blend(zero, c81.compare(VectorOperators.LE, zero));
            c90 = c90.blend(zero, c90.compare(VectorOperators.LE, zero));
            c91 = c91.blend(zero, c91.compare(VectorOperators.LE, zero));
            c100 = c100.blend(zero, c100.compare(VectorOperators.LE, zero));
            c101 = c101.blend(zero, c101.compare(VectorOperators.LE, zero));
            c110 = c110.blend(zero, c110.compare(VectorOperators.LE, zero));
            c111 = c111.blend(zero, c111.compare(VectorOperators.LE, zero));
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + L);
        c10.intoArray(c, cAt + ldc);
        c11.intoArray(c, cAt + ldc + L);
        c20.intoArray(c, cAt + 2 * ldc);
        c21.intoArray(c, cAt + 2 * ldc + L);
        c30.intoArray(c, cAt + 3 * ldc);
        c31.intoArray(c, cAt + 3 * ldc + L);
        c40.intoArray(c, cAt + 4 * ldc);
        c41.intoArray(c, cAt + 4 * ldc + L);
        c50.intoArray(c, cAt + 5 * ldc);
        c51.intoArray(c, cAt + 5 * ldc + L);
        c60.intoArray(c, cAt + 6 * ldc);
        c61.intoArray(c, cAt + 6 * ldc + L);
        c70.intoArray(c, cAt + 7 * ldc);
        c71.intoArray(c, cAt + 7 * ldc + L);
        c80.intoArray(c, cAt + 8 * ldc);
        c81.intoArray(c, cAt + 8 * ldc + L);
        c90.intoArray(c, cAt + 9 * ldc);
        c91.intoArray(c, cAt + 9 * ldc + L);
        c100.intoArray(c, cAt + 10 * ldc);
        c101.intoArray(c, cAt + 10 * ldc + L);
        c110.intoArray(c, cAt + 11 * ldc);
        c111.intoArray(c, cAt + 11 * ldc + L);
        FloatVector sum0 = c00.add(c01);
        FloatVector sum1 = c10.add(c11);
        FloatVector sum2 = c20.add(c21);
        FloatVector sum3 = c30.add(c31);
        FloatVector sum4 = c40.add(c41);
        FloatVector sum5 = c50.add(c51);
        FloatVector sum6 = c60.add(c61);
        FloatVector sum7 = c70.add(c71);
        FloatVector sum8 = c80.add(c81);
        FloatVector sum9 = c90.add(c91);
        FloatVector sum10 = c100.add(c101);
        FloatVector sum11 = c110.add(c111);
        FloatVector low = sum0.add(sum1).add(sum2.add(sum3)).add(sum4.add(sum5));
        FloatVector high = sum6.add(sum7).add(sum8.add(sum9)).add(sum10.add(sum11));
        FloatVector sum = low.add(high);
        return sum.compare(VectorOperators.NE, sum).anyTrue();
    }
}
