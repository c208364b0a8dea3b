package lanegrad.kernel;

import static lanegrad.kernel.Lanes.SPECIES;
import static lanegrad.kernel.Lanes.canonical;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// The vector loops over one lane function of two inputs; a template for [HiddenCopy], built as
/// [VectorUnaryLoop] is.
final class VectorBinaryLoop extends BinaryLoop {
    private static final Binary.Lanes F = HiddenCopy.data(MethodHandles.lookup(), Binary.Lanes.class);

    VectorBinaryLoop() {
    }

    @Override
    public void forward(float[] a, float[] b, float[] y, int from, int to) {
        int i = from;
        for (int end = from + SPECIES.loopBound(to - from); i < end; i += SPECIES.length()) {
            canonical(F.vector(load(a, i), load(b, i))).intoArray(y, i);
        }
        if (i < to) {
            VectorMask<Float> tail = Lanes.tail(i, to);
            canonical(F.vector(load(a, i, tail), load(b, i, tail))).intoArray(y, i, tail);
        }
    }

    @Override
    public void backwardA(float[] a, float[] b, float[] dy, float[] da, boolean add, int from, int to) {
        int i = from;
        for (int end = from + SPECIES.loopBound(to - from); i < end; i += SPECIES.length()) {
            FloatVector g = F.vjpA(load(a, i), load(b, i), load(dy, i));
            canonical(add ? load(da, i).add(g) : g).intoArray(da, i);
        }
        if (i < to) {
            VectorMask<Float> tail = Lanes.tail(i, to);
            FloatVector g = F.vjpA(load(a, i, tail), load(b, i, tail), load(dy, i, tail));
            canonical(add ? load(da, i, tail).add(g) : g).intoArray(da, i, tail);
        }
    }

    @Override
    public void backwardB(float[] a, float[] b, float[] dy, float[] db, boolean add, int from, int to) {
        int i = from;
        for (int end = from + SPECIES.loopBound(to - from); i < end; i += SPECIES.length()) {
            FloatVector g = F.vjpB(load(a, i), load(b, i), load(dy, i));
            canonical(add ? load(db, i).add(g) : g).intoArray(db, i);
        }
        if (i < to) {
            VectorMask<Float> tail = Lanes.tail(i, to);
            FloatVector g = F.vjpB(load(a, i, tail), load(b, i, tail), load(dy, i, tail));
            canonical(add ? load(db, i, tail).add(g) : g).intoArray(db, i, tail);
        }
    }

    @Override
    public float sum(float[] a, float[] b, int from, int to, float[] lanes) {
        if (to - from > Sums.BLOCK) {
            int cut = from + Sums.cut(to - from);
            return Sums.canonical(sum(a, b, from, cut, lanes) + sum(a, b, cut, to, lanes));
        }
        int l = SPECIES.length();
        // Whole eights without a mask; the rest, at most one eight, with.
        int whole = from + (to - from) / Sums.EIGHT * Sums.EIGHT;
        for (int g = 0; g < Sums.LANES; g += l) {
            FloatVector s = FloatVector.zero(SPECIES);
            int i = from + g;
            for (; i < whole; i += Sums.EIGHT) {
                s = s.add(at(a, b, i, 0).add(at(a, b, i, 1)).add(at(a, b, i, 2).add(at(a, b, i, 3)))
                        .add(at(a, b, i, 4).add(at(a, b, i, 5)).add(at(a, b, i, 6).add(at(a, b, i, 7)))));
            }
            if (i < to) {
                s = s.add(rest(a, b, i, to, 0).add(rest(a, b, i, to, 2))
                        .add(rest(a, b, i, to, 4).add(rest(a, b, i, to, 6))));
            }
            s.intoArray(lanes, g);
        }
        return Sums.tree(lanes);
    }

    private static FloatVector at(float[] a, float[] b, int i, int row) {
        return F.vector(load(a, i + row * Sums.LANES), load(b, i + row * Sums.LANES));
    }

    // Two rows of lanes, +0 from `to` on.
    private static FloatVector rest(float[] a, float[] b, int i, int to, int row) {
        return rest(a, b, i + row * Sums.LANES, to).add(rest(a, b, i + (row + 1) * Sums.LANES, to));
    }

    private static FloatVector rest(float[] a, float[] b, int i, int to) {
        if (i >= to) {
            return FloatVector.zero(SPECIES);
        }
        VectorMask<Float> tail = Lanes.tail(i, to);
        return F.vector(load(a, i, tail), load(b, i, tail)).blend(0, tail.not());
    }

    @Override
    public void sumBackwardA(float[] a, float[] b, float dy, float[] da, boolean add, int from, int to) {
        FloatVector d = FloatVector.broadcast(SPECIES, dy);
        int i = from;
        for (int end = from + SPECIES.loopBound(to - from); i < end; i += SPECIES.length()) {
            FloatVector g = F.vjpA(load(a, i), load(b, i), d);
            canonical(add ? load(da, i).add(g) : g).intoArray(da, i);
        }
        if (i < to) {
            VectorMask<Float> tail = Lanes.tail(i, to);
            FloatVector g = F.vjpA(load(a, i, tail), load(b, i, tail), d);
            canonical(add ? load(da, i, tail).add(g) : g).intoArray(da, i, tail);
        }
    }

    @Override
    public void sumBackwardB(float[] a, float[] b, float dy, float[] db, boolean add, int from, int to) {
        FloatVector d = FloatVector.broadcast(SPECIES, dy);
        int i = from;
        for (int end = from + SPECIES.loopBound(to - from); i < end; i += SPECIES.length()) {
            FloatVector g = F.vjpB(load(a, i), load(b, i), d);
            canonical(add ? load(db, i).add(g) : g).intoArray(db, i);
        }
        if (i < to) {
            VectorMask<Float> tail = Lanes.tail(i, to);
            FloatVector g = F.vjpB(load(a, i, tail), load(b, i, tail), d);
            canonical(add ? load(db, i, tail).add(g) : g).intoArray(db, i, tail);
        }
    }

    private static FloatVector load(float[] x, int i) {
        return FloatVector.fromArray(SPECIES, x, i);
    }

    private static FloatVector load(float[] x, int i, VectorMask<Float> tail) {
        return FloatVector.fromArray(SPECIES, x, i, tail);
    }
}
