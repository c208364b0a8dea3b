package lanegrad.kernel;

import java.lang.invoke.MethodHandle;

/// All first stages of a function, one loop after the other over a block; each loop a method of its own, see [Opaque].
final class VectorChain {
    private static final ThreadLocal<float[]> SCRATCH = ThreadLocal.withInitial(
            () -> new float[2 * VectorStage.BLOCK]);

    private final MethodHandle[] loops;

    VectorChain(VectorStage... stages) {
        loops = new MethodHandle[stages.length];
        for (int s = 0; s < loops.length; s++) {
            loops[s] = Opaque.of(HiddenCopy.of(VectorStageLoop.class, stages[s], Object.class), "run", void.class,
                    float[].class, int.class, int.class, float[].class);
        }
    }

    /// Where the stages leave what they make; one for each thread.
    static float[] scratch() {
        return SCRATCH.get();
    }

    /// The stages of whole vectors, from `x[from]` to `x[to]`; the scratch begins with the first.
    void run(float[] x, int from, int to, float[] t) {
        try {
            for (MethodHandle loop : loops) {
                loop.invokeExact(x, from, to, t);
            }
        } catch (Throwable e) {
            throw Opaque.thrown(e);
        }
    }
}
