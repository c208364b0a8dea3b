package lanegrad.kernel;

import static lanegrad.kernel.Lanes.SPECIES;
import static lanegrad.kernel.VectorStage.BLOCK;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// The vector loops over a lane function in stages; a template for [HiddenCopy], built as [VectorUnaryLoop] is.
///
/// Block by block: the stages, then what is left of the function.
final class VectorStagedUnaryLoop extends UnaryLoop {
    private static final Unary F = HiddenCopy.data(MethodHandles.lookup(), Unary.class);
    private static final Unary.Lanes.Staged V = (Unary.Lanes.Staged) F.lanes();

    private final VectorChain stages = new VectorChain(V.stages());
    private final VectorChain vjpStages = new VectorChain(V.vjpStages());

    VectorStagedUnaryLoop() {
    }

    @Override
    public void forward(float[] x, float[] y, int from, int to) {
        float[] t = VectorChain.scratch();
        int end = from + SPECIES.loopBound(to - from);
        for (int at = from; at < end; at += BLOCK) {
            int next = Math.min(at + BLOCK, end);
            stages.run(x, at, next, t);
            for (int i = at; i < next; i += SPECIES.length()) {
                FloatVector v = V.vector(FloatVector.fromArray(SPECIES, x, i), t, i - at);
                v.blend(Float.NaN, v.compare(VectorOperators.NE, v)).intoArray(y, i);
            }
        }
        for (int i = end; i < to; i++) {
            y[i] = Sums.canonical(F.scalar(x[i]));
        }
    }

    @Override
    public void backward(float[] x, float[] y, float[] dy, float[] dx, boolean add, int from, int to) {
        float[] t = VectorChain.scratch();
        int end = from + SPECIES.loopBound(to - from);
        for (int at = from; at < end; at += BLOCK) {
            int next = Math.min(at + BLOCK, end);
            vjpStages.run(x, at, next, t);
            for (int i = at; i < next; i += SPECIES.length()) {
                FloatVector g = V.vjp(FloatVector.fromArray(SPECIES, x, i), FloatVector.fromArray(SPECIES, dy, i), t,
                        i - at);
                FloatVector v = add ? FloatVector.fromArray(SPECIES, dx, i).add(g) : g;
                v.blend(Float.NaN, v.compare(VectorOperators.NE, v)).intoArray(dx, i);
            }
        }
        for (int i = end; i < to; i++) {
            float g = F.vjp(x[i], y[i], dy[i]);
            dx[i] = Sums.canonical(add ? dx[i] + g : g);
        }
    }

    @Override
    float block(float[] x, int from, int to, float[] scratch) {
        float[] t = VectorChain.scratch();
        int end = from + SPECIES.loopBound(to - from);
        int shift = Sums.LANES - from;
        for (int at = from; at < end; at += BLOCK) {
            int next = Math.min(at + BLOCK, end);
            stages.run(x, at, next, t);
            for (int i = at; i < next; i += SPECIES.length()) {
                V.vector(FloatVector.fromArray(SPECIES, x, i), t, i - at).intoArray(scratch, i + shift);
            }
        }
        for (int i = end; i < to; i++) {
            scratch[i + shift] = F.scalar(x[i]);
        }
        return VectorSums.block(scratch, to - from);
    }

    @Override
    public void sumBackward(float[] x, float dy, float[] dx, boolean add, int from, int to) {
        float[] t = VectorChain.scratch();
        FloatVector d = FloatVector.broadcast(SPECIES, dy);
        int end = from + SPECIES.loopBound(to - from);
        for (int at = from; at < end; at += BLOCK) {
            int next = Math.min(at + BLOCK, end);
            vjpStages.run(x, at, next, t);
            for (int i = at; i < next; i += SPECIES.length()) {
                FloatVector g = V.vjp(FloatVector.fromArray(SPECIES, x, i), d, t, i - at);
                FloatVector v = add ? FloatVector.fromArray(SPECIES, dx, i).add(g) : g;
                v.blend(Float.NaN, v.compare(VectorOperators.NE, v)).intoArray(dx, i);
            }
        }
        for (int i = end; i < to; i++) {
            float g = F.vjp(x[i], F.scalar(x[i]), dy);
            dx[i] = Sums.canonical(add ? dx[i] + g : g);
        }
    }
}
