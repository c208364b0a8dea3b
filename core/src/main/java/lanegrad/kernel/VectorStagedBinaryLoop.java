package lanegrad.kernel;

import static lanegrad.kernel.Lanes.SPECIES;
import static lanegrad.kernel.VectorStage.BLOCK;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// The vector loops over a lane function of two inputs in stages; a template for [HiddenCopy], built as
/// [VectorStagedUnaryLoop] is. The stages are functions of the first input, and its own derivative has none.
final class VectorStagedBinaryLoop extends BinaryLoop {
    private static final Binary F = HiddenCopy.data(MethodHandles.lookup(), Binary.class);
    private static final Binary.Lanes.Staged V = (Binary.Lanes.Staged) F.lanes();

    private final VectorChain stages = new VectorChain(V.stages());
    /// For the derivative that has no stages.
    private final BinaryLoop own = HiddenCopy.of(VectorBinaryLoop.class, F, BinaryLoop.class);

    VectorStagedBinaryLoop() {
    }

    @Override
    public void forward(float[] a, int aShift, float[] b, int bShift, float[] y, int from, int to) {
        float[] t = VectorChain.scratch();
        int end = from + SPECIES.loopBound(to - from);
        for (int at = from; at < end; at += BLOCK) {
            int next = Math.min(at + BLOCK, end);
            stages.run(a, at + aShift, next + aShift, t);
            for (int i = at; i < next; i += SPECIES.length()) {
                FloatVector v = V.vector(load(a, i + aShift), load(b, i + bShift), t, i - at);
                v.blend(Float.NaN, v.compare(VectorOperators.NE, v)).intoArray(y, i);
            }
        }
        for (int i = end; i < to; i++) {
            y[i] = Sums.canonical(F.scalar(a[i + aShift], b[i + bShift]));
        }
    }

    @Override
    public void backwardA(float[] a, int aShift, float[] b, int bShift, float[] dy, float[] da, boolean add,
            int from, int to) {
        own.backwardA(a, aShift, b, bShift, dy, da, add, from, to);
    }

    @Override
    public void backwardB(float[] a, int aShift, float[] b, int bShift, float[] dy, float[] db, boolean add,
            int from, int to) {
        float[] t = VectorChain.scratch();
        int end = from + SPECIES.loopBound(to - from);
        for (int at = from; at < end; at += BLOCK) {
            int next = Math.min(at + BLOCK, end);
            stages.run(a, at + aShift, next + aShift, t);
            for (int i = at; i < next; i += SPECIES.length()) {
                FloatVector g = V.vjpB(load(a, i + aShift), load(b, i + bShift), load(dy, i), t, i - at);
                FloatVector v = add ? load(db, i).add(g) : g;
                v.blend(Float.NaN, v.compare(VectorOperators.NE, v)).intoArray(db, i);
            }
        }
        for (int i = end; i < to; i++) {
            float g = F.vjpB(a[i + aShift], b[i + bShift], dy[i]);
            db[i] = Sums.canonical(add ? db[i] + g : g);
        }
    }

    @Override
    float block(float[] a, float[] b, int from, int to, float[] scratch) {
        float[] t = VectorChain.scratch();
        int end = from + SPECIES.loopBound(to - from);
        int shift = Sums.LANES - from;
        for (int at = from; at < end; at += BLOCK) {
            int next = Math.min(at + BLOCK, end);
            stages.run(a, at, next, t);
            for (int i = at; i < next; i += SPECIES.length()) {
                V.vector(load(a, i), load(b, i), t, i - at).intoArray(scratch, i + shift);
            }
        }
        for (int i = end; i < to; i++) {
            scratch[i + shift] = F.scalar(a[i], b[i]);
        }
        return VectorSums.block(scratch, to - from);
    }

    @Override
    public void sumBackwardA(float[] a, float[] b, float dy, float[] da, boolean add, int from, int to) {
        own.sumBackwardA(a, b, dy, da, add, from, to);
    }

    @Override
    public void sumBackwardB(float[] a, float[] b, float dy, float[] db, boolean add, int from, int to) {
        float[] t = VectorChain.scratch();
        FloatVector d = FloatVector.broadcast(SPECIES, dy);
        int end = from + SPECIES.loopBound(to - from);
        for (int at = from; at < end; at += BLOCK) {
            int next = Math.min(at + BLOCK, end);
            stages.run(a, at, next, t);
            for (int i = at; i < next; i += SPECIES.length()) {
                FloatVector g = V.vjpB(load(a, i), load(b, i), d, t, i - at);
                FloatVector v = add ? load(db, i).add(g) : g;
                v.blend(Float.NaN, v.compare(VectorOperators.NE, v)).intoArray(db, i);
            }
        }
        for (int i = end; i < to; i++) {
            float g = F.vjpB(a[i], b[i], dy);
            db[i] = Sums.canonical(add ? db[i] + g : g);
        }
    }

    private static FloatVector load(float[] x, int i) {
        return FloatVector.fromArray(SPECIES, x, i);
    }
}
