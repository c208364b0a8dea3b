package lanegrad.kernel;

import static lanegrad.kernel.Lanes.SPECIES;
import static lanegrad.kernel.Lanes.canonical;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// The vector loops over one lane function; a template for [HiddenCopy].
///
/// Each is a body of whole vectors and one masked vector for the rest. The tail runs the same lane function as
/// the body, so there is no second implementation of it that could differ.
final class VectorUnaryLoop extends UnaryLoop {
    private static final Unary.Lanes F = HiddenCopy.data(MethodHandles.lookup(), Unary.Lanes.class);

    VectorUnaryLoop() {
    }

    @Override
    public void forward(float[] x, float[] y, int from, int to) {
        int i = from;
        for (int end = from + SPECIES.loopBound(to - from); i < end; i += SPECIES.length()) {
            canonical(F.vector(FloatVector.fromArray(SPECIES, x, i))).intoArray(y, i);
        }
        if (i < to) {
            VectorMask<Float> tail = Lanes.tail(i, to);
            canonical(F.vector(FloatVector.fromArray(SPECIES, x, i, tail))).intoArray(y, i, tail);
        }
    }

    @Override
    public void backward(float[] x, float[] y, float[] dy, float[] dx, boolean add, int from, int to) {
        int i = from;
        for (int end = from + SPECIES.loopBound(to - from); i < end; i += SPECIES.length()) {
            FloatVector g = F.vjp(FloatVector.fromArray(SPECIES, x, i), FloatVector.fromArray(SPECIES, y, i),
                    FloatVector.fromArray(SPECIES, dy, i));
            // The test is the same for every i: the JIT takes it out of the loop.
            canonical(add ? FloatVector.fromArray(SPECIES, dx, i).add(g) : g).intoArray(dx, i);
        }
        if (i < to) {
            VectorMask<Float> tail = Lanes.tail(i, to);
            FloatVector g = F.vjp(FloatVector.fromArray(SPECIES, x, i, tail),
                    FloatVector.fromArray(SPECIES, y, i, tail), FloatVector.fromArray(SPECIES, dy, i, tail));
            canonical(add ? FloatVector.fromArray(SPECIES, dx, i, tail).add(g) : g).intoArray(dx, i, tail);
        }
    }

    @Override
    public float sum(float[] x, int from, int to, float[] lanes) {
        if (to - from > Sums.BLOCK) {
            int cut = from + Sums.cut(to - from);
            return Sums.canonical(sum(x, from, cut, lanes) + sum(x, cut, to, lanes));
        }
        int l = SPECIES.length();
        // Whole eights without a mask; the rest, at most one eight, with.
        int whole = from + (to - from) / Sums.EIGHT * Sums.EIGHT;
        for (int g = 0; g < Sums.LANES; g += l) {
            FloatVector s = FloatVector.zero(SPECIES);
            int i = from + g;
            for (; i < whole; i += Sums.EIGHT) {
                s = s.add(at(x, i, 0).add(at(x, i, 1)).add(at(x, i, 2).add(at(x, i, 3)))
                        .add(at(x, i, 4).add(at(x, i, 5)).add(at(x, i, 6).add(at(x, i, 7)))));
            }
            if (i < to) {
                s = s.add(rest(x, i, to, 0).add(rest(x, i, to, 2))
                        .add(rest(x, i, to, 4).add(rest(x, i, to, 6))));
            }
            s.intoArray(lanes, g);
        }
        return Sums.tree(lanes);
    }

    private static FloatVector at(float[] x, int i, int row) {
        return F.vector(FloatVector.fromArray(SPECIES, x, i + row * Sums.LANES));
    }

    // Two rows of lanes, +0 from `to` on.
    private static FloatVector rest(float[] x, int i, int to, int row) {
        return rest(x, i + row * Sums.LANES, to).add(rest(x, i + (row + 1) * Sums.LANES, to));
    }

    private static FloatVector rest(float[] x, int i, int to) {
        if (i >= to) {
            return FloatVector.zero(SPECIES);
        }
        VectorMask<Float> tail = Lanes.tail(i, to);
        return F.vector(FloatVector.fromArray(SPECIES, x, i, tail)).blend(0, tail.not());
    }

    @Override
    public void sumBackward(float[] x, float dy, float[] dx, boolean add, int from, int to) {
        FloatVector d = FloatVector.broadcast(SPECIES, dy);
        int i = from;
        for (int end = from + SPECIES.loopBound(to - from); i < end; i += SPECIES.length()) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, i);
            FloatVector g = F.vjp(v, F.vector(v), d);
            canonical(add ? FloatVector.fromArray(SPECIES, dx, i).add(g) : g).intoArray(dx, i);
        }
        if (i < to) {
            VectorMask<Float> tail = Lanes.tail(i, to);
            FloatVector v = FloatVector.fromArray(SPECIES, x, i, tail);
            FloatVector g = F.vjp(v, F.vector(v), d);
            canonical(add ? FloatVector.fromArray(SPECIES, dx, i, tail).add(g) : g).intoArray(dx, i, tail);
        }
    }
}
