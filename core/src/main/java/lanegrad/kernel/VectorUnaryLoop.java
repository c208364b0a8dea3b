package lanegrad.kernel;

import static lanegrad.kernel.Lanes.SPECIES;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// The vector loops over one lane function; a template for [HiddenCopy].
///
/// Each is a body of whole vectors and, for the rest, the scalar twin, which has the same bits.
///
/// **What the JIT wants.** The lane function is inlined once per loop and followed by nothing but calls of the
/// Vector API: from some 18,000 nodes on, C2 refuses to inline methods that are not the API's own, however small,
/// and a vector that crosses a call is boxed. A second copy of the lane function in a masked tail, and a helper for
/// the NaNs, were enough: sigmoid then took 1.7 ns an element and left 12 bytes of garbage for each, instead of 0.4
/// and none. Nor must the caller inline the loop: see [Opaque]. A function that is too long all the same comes in
/// stages, [VectorStagedUnaryLoop].
final class VectorUnaryLoop extends UnaryLoop {
    private static final Unary F = HiddenCopy.data(MethodHandles.lookup(), Unary.class);
    private static final Unary.Lanes V = F.lanes();
    private static final boolean CANONICAL = V.canonical();

    VectorUnaryLoop() {
    }

    @Override
    public void forward(float[] x, float[] y, int from, int to) {
        int i = from;
        for (int end = from + SPECIES.loopBound(to - from); i < end; i += SPECIES.length()) {
            FloatVector v = V.vector(FloatVector.fromArray(SPECIES, x, i));
            (CANONICAL ? v : v.blend(Float.NaN, v.compare(VectorOperators.NE, v))).intoArray(y, i);
        }
        for (; i < to; i++) {
            y[i] = Sums.canonical(F.scalar(x[i]));
        }
    }

    @Override
    public void backward(float[] x, float[] y, float[] dy, float[] dx, boolean add, int from, int to) {
        int i = from;
        for (int end = from + SPECIES.loopBound(to - from); i < end; i += SPECIES.length()) {
            FloatVector g = V.vjp(FloatVector.fromArray(SPECIES, x, i), FloatVector.fromArray(SPECIES, y, i),
                    FloatVector.fromArray(SPECIES, dy, i));
            // The test is the same for every i: the JIT takes it out of the loop.
            FloatVector v = add ? FloatVector.fromArray(SPECIES, dx, i).add(g) : g;
            v.blend(Float.NaN, v.compare(VectorOperators.NE, v)).intoArray(dx, i);
        }
        for (; i < to; i++) {
            float g = F.vjp(x[i], y[i], dy[i]);
            dx[i] = Sums.canonical(add ? dx[i] + g : g);
        }
    }

    @Override
    float block(float[] x, int from, int to, float[] scratch) {
        int i = from;
        int shift = Sums.LANES - from;
        for (int end = from + SPECIES.loopBound(to - from); i < end; i += SPECIES.length()) {
            V.vector(FloatVector.fromArray(SPECIES, x, i)).intoArray(scratch, i + shift);
        }
        for (; i < to; i++) {
            scratch[i + shift] = F.scalar(x[i]);
        }
        return VectorSums.block(scratch, to - from);
    }

    @Override
    public void sumBackward(float[] x, float dy, float[] dx, boolean add, int from, int to) {
        FloatVector d = FloatVector.broadcast(SPECIES, dy);
        int i = from;
        for (int end = from + SPECIES.loopBound(to - from); i < end; i += SPECIES.length()) {
            FloatVector u = FloatVector.fromArray(SPECIES, x, i);
            FloatVector g = V.vjp(u, V.vector(u), d);
            FloatVector v = add ? FloatVector.fromArray(SPECIES, dx, i).add(g) : g;
            v.blend(Float.NaN, v.compare(VectorOperators.NE, v)).intoArray(dx, i);
        }
        for (; i < to; i++) {
            float g = F.vjp(x[i], F.scalar(x[i]), dy);
            dx[i] = Sums.canonical(add ? dx[i] + g : g);
        }
    }
}
