package lanegrad.kernel;

import static java.lang.Float.floatToRawIntBits;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// 8 rows by 10 columns, the digits' classes: a vector for eight columns of each row, and one for the last two columns
/// of four rows.
///
///                  b0 b1 b2 b3 b4 b5 b6 b7                    b8 b9 b8 b9 b8 b9 b8 b9
///      x0 = a0    c0: columns 0 to 7 of row 0     a0 a0 a1 a1 a2 a2 a3 a3   d0: columns 8 and 9 of rows 0 to 3
///      x1 = a1    c1: the same of row 1           a4 a4 a5 a5 a6 a6 a7 a7   d1: of rows 4 to 7
///      …          …
///      x7 = a7    c7                              10 accumulators in place of the 16 of 8 x 2
///
/// The A of d0 and d1 is blended from the broadcasts, which are there already. So a step takes 10 multiply-adds and 6
/// blends in place of 16 multiply-adds, and of the four pipes a blend may take any, a multiply-add one of two: in
/// assembly 6.0 cycles in place of 8.0, here 6.7. 32 x 64 x 10 takes 610 ns in place of 675, 1437 x 64 x 10 27.1 µs in
/// place of 30.0.
///
/// Two steps at a time, as two floats of a row of A share an index: 37 instructions a step in place of 44 (33 where the
/// distance of A's rows is a constant), 610 ns in place of 634. Tiles with more accumulators have no registers for it.
final class VectorTile8x10 extends VectorTile {
    private static final Form FORM = HiddenCopy.data(MethodHandles.lookup(), Form.class);
    private static final VectorSpecies<Float> S = FORM.species();
    private static final VectorSpecies<Integer> I = S.withLanes(int.class);
    private static final int L = S.length();
    private static final int ROW = FORM.aRow();
    private static final int COLUMN = FORM.aColumn();
    private static final boolean FRESH = FORM.fresh();
    private static final int LDB = FORM.ldb();
    /// The lanes of the second of two rows, and of the second two of four.
    private static final VectorMask<Float> SECOND = VectorMask.fromLong(S, 0b1100_1100);
    private static final VectorMask<Float> UPPER = VectorMask.fromLong(S, 0b1111_0000);
    /// The lanes of each of four rows.
    private static final VectorMask<Float> ROW0 = VectorMask.fromLong(S, 0b0000_0011);
    private static final VectorMask<Float> ROW1 = VectorMask.fromLong(S, 0b0000_1100);
    private static final VectorMask<Float> ROW2 = VectorMask.fromLong(S, 0b0011_0000);
    private static final VectorMask<Float> ROW3 = VectorMask.fromLong(S, 0b1100_0000);
    /// The first two lanes four times.
    private static final VectorShuffle<Float> TWO = VectorShuffle.fromOp(S, i -> i & 1);

    // Columns 8 and 9 of row r are lanes 2 (r % 4) and the next of a vector that begins so much earlier; what stands in
    // its other lanes is blended or masked away.
    @Override
    boolean run(int tiles, int k, float[] a, int aAt, int lda, float[] b, int bAt, int ldb, float[] start,
            int sAt, int startRow, float[] c, int cAt, int ldc, int columns, boolean rectified, float[] copy,
            int copyAt) {
        FloatVector c0 = FloatVector.fromArray(S, start, sAt);
        FloatVector c1 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + startRow);
        FloatVector c2 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + 2 * startRow);
        FloatVector c3 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + 3 * startRow);
        FloatVector c4 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + 4 * startRow);
        FloatVector c5 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + 5 * startRow);
        FloatVector c6 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + 6 * startRow);
        FloatVector c7 = FRESH ? c0 : FloatVector.fromArray(S, start, sAt + 7 * startRow);
        FloatVector d0 = FloatVector.fromArray(S, start, sAt + L);
        FloatVector d1;
        if (FRESH) {
            d0 = d0.rearrange(TWO);
            d1 = d0;
        } else {
            FloatVector s1 = FloatVector.fromArray(S, start, sAt + startRow + 6);
            FloatVector s2 = FloatVector.fromArray(S, start, sAt + 2 * startRow + 4);
            FloatVector s3 = FloatVector.fromArray(S, start, sAt + 3 * startRow + 2);
            d0 = d0.blend(s1, SECOND).blend(s2.blend(s3, SECOND), UPPER);
            FloatVector s4 = FloatVector.fromArray(S, start, sAt + 4 * startRow + 8);
            FloatVector s5 = FloatVector.fromArray(S, start, sAt + 5 * startRow + 6);
            FloatVector s6 = FloatVector.fromArray(S, start, sAt + 6 * startRow + 4);
            FloatVector s7 = FloatVector.fromArray(S, start, sAt + 7 * startRow + 2);
            d1 = s4.blend(s5, SECOND).blend(s6.blend(s7, SECOND), UPPER);
        }
        int a1 = aAt + lda;
        int a2 = aAt + 2 * lda;
        int a3 = aAt + 3 * lda;
        int a4 = aAt + 4 * lda;
        int a5 = aAt + 5 * lda;
        int a6 = aAt + 6 * lda;
        int a7 = aAt + 7 * lda;
        int p = 0;
        for (int end = k & -2; p < end; p += 2) {
            int q = bAt + p * (LDB == 0 ? ldb : LDB);
            int t = aAt + p * (COLUMN == 0 ? lda : COLUMN);
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L).rearrange(TWO);
            FloatVector x0 = IntVector.broadcast(I, floatToRawIntBits(a[t])).reinterpretAsFloats();
            c0 = x0.fma(b0, c0);
            FloatVector x1 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a1 + p : t + ROW]))
                    .reinterpretAsFloats();
            c1 = x1.fma(b0, c1);
            x0 = x0.blend(x1, SECOND);
            FloatVector x2 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a2 + p : t + 2 * ROW]))
                    .reinterpretAsFloats();
            c2 = x2.fma(b0, c2);
            FloatVector x3 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a3 + p : t + 3 * ROW]))
                    .reinterpretAsFloats();
            c3 = x3.fma(b0, c3);
            x2 = x2.blend(x3, SECOND);
            d0 = x0.blend(x2, UPPER).fma(b1, d0);
            FloatVector x4 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a4 + p : t + 4 * ROW]))
                    .reinterpretAsFloats();
            c4 = x4.fma(b0, c4);
            FloatVector x5 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a5 + p : t + 5 * ROW]))
                    .reinterpretAsFloats();
            c5 = x5.fma(b0, c5);
            x4 = x4.blend(x5, SECOND);
            FloatVector x6 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a6 + p : t + 6 * ROW]))
                    .reinterpretAsFloats();
            c6 = x6.fma(b0, c6);
            FloatVector x7 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a7 + p : t + 7 * ROW]))
                    .reinterpretAsFloats();
            c7 = x7.fma(b0, c7);
            x6 = x6.blend(x7, SECOND);
            d1 = x4.blend(x6, UPPER).fma(b1, d1);
            q += LDB == 0 ? ldb : LDB;
            t += COLUMN == 0 ? lda : COLUMN;
            FloatVector e0 = FloatVector.fromArray(S, b, q);
            FloatVector e1 = FloatVector.fromArray(S, b, q + L).rearrange(TWO);
            FloatVector y0 = IntVector.broadcast(I, floatToRawIntBits(a[t])).reinterpretAsFloats();
            c0 = y0.fma(e0, c0);
            FloatVector y1 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a1 + p + 1 : t + ROW]))
                    .reinterpretAsFloats();
            c1 = y1.fma(e0, c1);
            y0 = y0.blend(y1, SECOND);
            FloatVector y2 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a2 + p + 1 : t + 2 * ROW]))
                    .reinterpretAsFloats();
            c2 = y2.fma(e0, c2);
            FloatVector y3 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a3 + p + 1 : t + 3 * ROW]))
                    .reinterpretAsFloats();
            c3 = y3.fma(e0, c3);
            y2 = y2.blend(y3, SECOND);
            d0 = y0.blend(y2, UPPER).fma(e1, d0);
            FloatVector y4 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a4 + p + 1 : t + 4 * ROW]))
                    .reinterpretAsFloats();
            c4 = y4.fma(e0, c4);
            FloatVector y5 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a5 + p + 1 : t + 5 * ROW]))
                    .reinterpretAsFloats();
            c5 = y5.fma(e0, c5);
            y4 = y4.blend(y5, SECOND);
            FloatVector y6 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a6 + p + 1 : t + 6 * ROW]))
                    .reinterpretAsFloats();
            c6 = y6.fma(e0, c6);
            FloatVector y7 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a7 + p + 1 : t + 7 * ROW]))
                    .reinterpretAsFloats();
            c7 = y7.fma(e0, c7);
            y6 = y6.blend(y7, SECOND);
            d1 = y4.blend(y6, UPPER).fma(e1, d1);
        }
        if (p < k) {
            int q = bAt + p * (LDB == 0 ? ldb : LDB);
            int t = aAt + p * (COLUMN == 0 ? lda : COLUMN);
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L).rearrange(TWO);
            FloatVector x0 = IntVector.broadcast(I, floatToRawIntBits(a[t])).reinterpretAsFloats();
            c0 = x0.fma(b0, c0);
            FloatVector x1 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a1 + p : t + ROW]))
                    .reinterpretAsFloats();
            c1 = x1.fma(b0, c1);
            x0 = x0.blend(x1, SECOND);
            FloatVector x2 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a2 + p : t + 2 * ROW]))
                    .reinterpretAsFloats();
            c2 = x2.fma(b0, c2);
            FloatVector x3 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a3 + p : t + 3 * ROW]))
                    .reinterpretAsFloats();
            c3 = x3.fma(b0, c3);
            x2 = x2.blend(x3, SECOND);
            d0 = x0.blend(x2, UPPER).fma(b1, d0);
            FloatVector x4 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a4 + p : t + 4 * ROW]))
                    .reinterpretAsFloats();
            c4 = x4.fma(b0, c4);
            FloatVector x5 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a5 + p : t + 5 * ROW]))
                    .reinterpretAsFloats();
            c5 = x5.fma(b0, c5);
            x4 = x4.blend(x5, SECOND);
            FloatVector x6 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a6 + p : t + 6 * ROW]))
                    .reinterpretAsFloats();
            c6 = x6.fma(b0, c6);
            FloatVector x7 = IntVector.broadcast(I, floatToRawIntBits(a[ROW == 0 ? a7 + p : t + 7 * ROW]))
                    .reinterpretAsFloats();
            c7 = x7.fma(b0, c7);
            x6 = x6.blend(x7, SECOND);
            d1 = x4.blend(x6, UPPER).fma(b1, d1);
        }
        if (rectified) {
            c0 = c0.blend(0, c0.compare(VectorOperators.LE, 0));
            c1 = c1.blend(0, c1.compare(VectorOperators.LE, 0));
            c2 = c2.blend(0, c2.compare(VectorOperators.LE, 0));
            c3 = c3.blend(0, c3.compare(VectorOperators.LE, 0));
            c4 = c4.blend(0, c4.compare(VectorOperators.LE, 0));
            c5 = c5.blend(0, c5.compare(VectorOperators.LE, 0));
            c6 = c6.blend(0, c6.compare(VectorOperators.LE, 0));
            c7 = c7.blend(0, c7.compare(VectorOperators.LE, 0));
            d0 = d0.blend(0, d0.compare(VectorOperators.LE, 0));
            d1 = d1.blend(0, d1.compare(VectorOperators.LE, 0));
        }
        c0.intoArray(c, cAt);
        c1.intoArray(c, cAt + ldc);
        c2.intoArray(c, cAt + 2 * ldc);
        c3.intoArray(c, cAt + 3 * ldc);
        c4.intoArray(c, cAt + 4 * ldc);
        c5.intoArray(c, cAt + 5 * ldc);
        c6.intoArray(c, cAt + 6 * ldc);
        c7.intoArray(c, cAt + 7 * ldc);
        d0.intoArray(c, cAt + 8, ROW0);
        d0.intoArray(c, cAt + ldc + 6, ROW1);
        d0.intoArray(c, cAt + 2 * ldc + 4, ROW2);
        d0.intoArray(c, cAt + 3 * ldc + 2, ROW3);
        d1.intoArray(c, cAt + 4 * ldc + 8, ROW0);
        d1.intoArray(c, cAt + 5 * ldc + 6, ROW1);
        d1.intoArray(c, cAt + 6 * ldc + 4, ROW2);
        d1.intoArray(c, cAt + 7 * ldc + 2, ROW3);
        FloatVector sum0 = c0.add(c1).add(c2.add(c3));
        FloatVector sum1 = c4.add(c5).add(c6.add(c7));
        FloatVector sum = sum0.add(sum1).add(d0.add(d1));
        return sum.compare(VectorOperators.NE, sum).anyTrue();
    }
}
