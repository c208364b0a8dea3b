package lanegrad.kernel;

import static lanegrad.kernel.Lanes.SPECIES;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// The vector loops over one lane function of two inputs; a template for [HiddenCopy], built as
/// [VectorUnaryLoop] is, for the reasons given there.
final class VectorBinaryLoop extends BinaryLoop {
    private static final Binary F = HiddenCopy.data(MethodHandles.lookup(), Binary.class);
    private static final Binary.Lanes V = F.lanes();

    VectorBinaryLoop() {
    }

    @Override
    public void forward(float[] a, int aShift, float[] b, int bShift, float[] y, int from, int to) {
        int i = from;
        for (int end = from + SPECIES.loopBound(to - from); i < end; i += SPECIES.length()) {
            FloatVector v = V.vector(load(a, i + aShift), load(b, i + bShift));
            v.blend(Float.NaN, v.compare(VectorOperators.NE, v)).intoArray(y, i);
        }
        for (; i < to; i++) {
            y[i] = Sums.canonical(F.scalar(a[i + aShift], b[i + bShift]));
        }
    }

    @Override
    public void backwardA(float[] a, int aShift, float[] b, int bShift, float[] dy, float[] da, boolean add,
            int from, int to) {
        int i = from;
        for (int end = from + SPECIES.loopBound(to - from); i < end; i += SPECIES.length()) {
            FloatVector g = V.vjpA(load(a, i + aShift), load(b, i + bShift), load(dy, i));
            FloatVector v = add ? load(da, i).add(g) : g;
            v.blend(Float.NaN, v.compare(VectorOperators.NE, v)).intoArray(da, i);
        }
        for (; i < to; i++) {
            float g = F.vjpA(a[i + aShift], b[i + bShift], dy[i]);
            da[i] = Sums.canonical(add ? da[i] + g : g);
        }
    }

    @Override
    public void backwardB(float[] a, int aShift, float[] b, int bShift, float[] dy, float[] db, boolean add,
            int from, int to) {
        int i = from;
        for (int end = from + SPECIES.loopBound(to - from); i < end; i += SPECIES.length()) {
            FloatVector g = V.vjpB(load(a, i + aShift), load(b, i + bShift), load(dy, i));
            FloatVector v = add ? load(db, i).add(g) : g;
            v.blend(Float.NaN, v.compare(VectorOperators.NE, v)).intoArray(db, i);
        }
        for (; i < to; i++) {
            float g = F.vjpB(a[i + aShift], b[i + bShift], dy[i]);
            db[i] = Sums.canonical(add ? db[i] + g : g);
        }
    }

    @Override
    float block(float[] a, float[] b, int from, int to, float[] scratch) {
        int i = from;
        int shift = Sums.LANES - from;
        for (int end = from + SPECIES.loopBound(to - from); i < end; i += SPECIES.length()) {
            V.vector(load(a, i), load(b, i)).intoArray(scratch, i + shift);
        }
        for (; i < to; i++) {
            scratch[i + shift] = F.scalar(a[i], b[i]);
        }
        return VectorSums.block(scratch, to - from);
    }

    @Override
    public void sumBackwardA(float[] a, float[] b, float dy, float[] da, boolean add, int from, int to) {
        FloatVector d = FloatVector.broadcast(SPECIES, dy);
        int i = from;
        for (int end = from + SPECIES.loopBound(to - from); i < end; i += SPECIES.length()) {
            FloatVector g = V.vjpA(load(a, i), load(b, i), d);
            FloatVector v = add ? load(da, i).add(g) : g;
            v.blend(Float.NaN, v.compare(VectorOperators.NE, v)).intoArray(da, i);
        }
        for (; i < to; i++) {
            float g = F.vjpA(a[i], b[i], dy);
            da[i] = Sums.canonical(add ? da[i] + g : g);
        }
    }

    @Override
    public void sumBackwardB(float[] a, float[] b, float dy, float[] db, boolean add, int from, int to) {
        FloatVector d = FloatVector.broadcast(SPECIES, dy);
        int i = from;
        for (int end = from + SPECIES.loopBound(to - from); i < end; i += SPECIES.length()) {
            FloatVector g = V.vjpB(load(a, i), load(b, i), d);
            FloatVector v = add ? load(db, i).add(g) : g;
            v.blend(Float.NaN, v.compare(VectorOperators.NE, v)).intoArray(db, i);
        }
        for (; i < to; i++) {
            float g = F.vjpB(a[i], b[i], dy);
            db[i] = Sums.canonical(add ? db[i] + g : g);
        }
    }

    private static FloatVector load(float[] x, int i) {
        return FloatVector.fromArray(SPECIES, x, i);
    }
}
