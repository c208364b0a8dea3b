package lanegrad.kernel;

import static java.lang.Float.floatToRawIntBits;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// One row by 8 vectors: a batch of one over 128 columns, with 256 bits over 64. B passes by once and in the order of
/// its storage; as two passes of 4 vectors, each reading half of every row, 1 x 64 x 128 took twice as long.
///
/// With 256 bits a step has as many loads of B as multiply-adds, and waits for the loads. One that crosses a line takes
/// two turns, and every second one does, unless vectors begin at multiples of 32 bytes: then 1 x 64 x 128 takes 300 ns,
/// else 390 (Zen 3; `bOffset` 4 and 0, in a JVM with `-XX:ObjectAlignmentInBytes=64`, where arrays begin 16 bytes into
/// a line). Java does not tell where an array lies, so that no kernel can see to it.
final class VectorTile1x8 extends VectorTile {
    private static final Form FORM = HiddenCopy.data(MethodHandles.lookup(), Form.class);
    private static final VectorSpecies<Float> S = FORM.species();
    private static final VectorSpecies<Integer> I = S.withLanes(int.class);
    private static final int L = S.length();
    private static final int COLUMN = FORM.aColumn();
    private static final boolean FRESH = FORM.fresh();
    private static final int LDB = FORM.ldb();

    @Override
    boolean run(int tiles, int k, float[] a, int aAt, int lda, float[] b, int bAt, int ldb, float[] start,
            int sAt, int startRow, float[] c, int cAt, int ldc, int columns, boolean rectified, float[] copy,
            int copyAt) {
        FloatVector c00 = FloatVector.fromArray(S, start, sAt);
        FloatVector c01 = FloatVector.fromArray(S, start, sAt + L);
        FloatVector c02 = FloatVector.fromArray(S, start, sAt + 2 * L);
        FloatVector c03 = FloatVector.fromArray(S, start, sAt + 3 * L);
        FloatVector c04 = FloatVector.fromArray(S, start, sAt + 4 * L);
        FloatVector c05 = FloatVector.fromArray(S, start, sAt + 5 * L);
        FloatVector c06 = FloatVector.fromArray(S, start, sAt + 6 * L);
        FloatVector c07 = FloatVector.fromArray(S, start, sAt + 7 * L);
        for (int p = 0; p < k; p++) {
            int q = bAt + p * (LDB == 0 ? ldb : LDB);
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L);
            FloatVector b2 = FloatVector.fromArray(S, b, q + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, b, q + 3 * L);
            FloatVector b4 = FloatVector.fromArray(S, b, q + 4 * L);
            FloatVector b5 = FloatVector.fromArray(S, b, q + 5 * L);
            FloatVector b6 = FloatVector.fromArray(S, b, q + 6 * L);
            FloatVector b7 = FloatVector.fromArray(S, b, q + 7 * L);
            int t = aAt + p * (COLUMN == 0 ? lda : COLUMN);
            FloatVector x = IntVector.broadcast(I, floatToRawIntBits(a[t])).reinterpretAsFloats();
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
            c04 = x.fma(b4, c04);
            c05 = x.fma(b5, c05);
            c06 = x.fma(b6, c06);
            c07 = x.fma(b7, c07);
        }
        if (rectified) {
            c00 = c00.blend(0, c00.compare(VectorOperators.LE, 0));
            c01 = c01.blend(0, c01.compare(VectorOperators.LE, 0));
            c02 = c02.blend(0, c02.compare(VectorOperators.LE, 0));
            c03 = c03.blend(0, c03.compare(VectorOperators.LE, 0));
            c04 = c04.blend(0, c04.compare(VectorOperators.LE, 0));
            c05 = c05.blend(0, c05.compare(VectorOperators.LE, 0));
            c06 = c06.blend(0, c06.compare(VectorOperators.LE, 0));
            c07 = c07.blend(0, c07.compare(VectorOperators.LE, 0));
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + L);
        c02.intoArray(c, cAt + 2 * L);
        c03.intoArray(c, cAt + 3 * L);
        c04.intoArray(c, cAt + 4 * L);
        c05.intoArray(c, cAt + 5 * L);
        c06.intoArray(c, cAt + 6 * L);
        c07.intoArray(c, cAt + 7 * L);
        FloatVector sum0 = c00.add(c01).add(c02.add(c03)).add(c04.add(c05).add(c06.add(c07)));
        return sum0.compare(VectorOperators.NE, sum0).anyTrue();
    }
}
