package lanegrad.kernel;

import static lanegrad.kernel.Lanes.SPECIES;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/// The loop over a [VectorStage]; a template for [HiddenCopy].
final class VectorStageLoop {
    private static final VectorStage STAGE = HiddenCopy.data(MethodHandles.lookup(), VectorStage.class);

    VectorStageLoop() {
    }

    void run(float[] x, int from, int to, float[] t) {
        for (int i = from; i < to; i += SPECIES.length()) {
            STAGE.run(FloatVector.fromArray(SPECIES, x, i), t, i - from);
        }
    }
}
