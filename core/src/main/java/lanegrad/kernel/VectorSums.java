package lanegrad.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The sum of one block in the order of [Sums], in vectors.
///
/// The loops first write the block's values to scratch and then sum it from there, in L1. With the function in the
/// sum itself it stood eight times in one method; from some 18,000 nodes on the JIT inlines no more of it, boxes,
/// and binary cross-entropy took 5.7 ns an element.
final class VectorSums {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    private VectorSums() {
    }

    /// The sum of the `n` floats, at most a block, that stand in `scratch` from index [Sums#LANES] on; overwrites
    /// the rest.
    static float block(float[] scratch, int n) {
        if (n <= Sums.LANES) {
            // At most one element a lane: eight with seven zeros. Adding a zero makes +0 of -0, as the sum does.
            for (int j = 0; j < n; j++) {
                scratch[j] = scratch[Sums.LANES + j] + 0f;
            }
            Arrays.fill(scratch, n, Sums.LANES, 0);
            return Sums.tree(scratch);
        }
        int end = Sums.LANES + (n + Sums.EIGHT - 1) / Sums.EIGHT * Sums.EIGHT;
        Arrays.fill(scratch, Sums.LANES + n, end, 0);
        for (int g = 0; g < Sums.LANES; g += S.length()) {
            FloatVector s = FloatVector.zero(S);
            for (int i = Sums.LANES + g; i < end; i += Sums.EIGHT) {
                FloatVector p0 = FloatVector.fromArray(S, scratch, i)
                        .add(FloatVector.fromArray(S, scratch, i + Sums.LANES));
                FloatVector p1 = FloatVector.fromArray(S, scratch, i + 2 * Sums.LANES)
                        .add(FloatVector.fromArray(S, scratch, i + 3 * Sums.LANES));
                FloatVector p2 = FloatVector.fromArray(S, scratch, i + 4 * Sums.LANES)
                        .add(FloatVector.fromArray(S, scratch, i + 5 * Sums.LANES));
                FloatVector p3 = FloatVector.fromArray(S, scratch, i + 6 * Sums.LANES)
                        .add(FloatVector.fromArray(S, scratch, i + 7 * Sums.LANES));
                s = s.add(p0.add(p1).add(p2.add(p3)));
            }
            s.intoArray(scratch, g);
        }
        return Sums.tree(scratch);
    }
}
