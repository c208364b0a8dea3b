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
        int whole = Sums.LANES + n / Sums.EIGHT * Sums.EIGHT;
        // Of the last eight rows of lanes, as many pairs as there are: the zeros that are missing would change nothing,
        // because no sum that began with +0 is -0.
        int rest = Sums.LANES + n - whole;
        int pairs = rest <= 2 * Sums.LANES ? 1 : rest <= 4 * Sums.LANES ? 2 : 4;
        Arrays.fill(scratch, whole + rest, rest == 0 ? whole : whole + 2 * pairs * Sums.LANES, 0);
        for (int g = 0; g < Sums.LANES; g += S.length()) {
            FloatVector s = FloatVector.zero(S);
            int i = Sums.LANES + g;
            for (; i < whole; i += Sums.EIGHT) {
                s = s.add(FloatVector.fromArray(S, scratch, i)
                        .add(FloatVector.fromArray(S, scratch, i + Sums.LANES))
                        .add(FloatVector.fromArray(S, scratch, i + 2 * Sums.LANES)
                                .add(FloatVector.fromArray(S, scratch, i + 3 * Sums.LANES)))
                        .add(FloatVector.fromArray(S, scratch, i + 4 * Sums.LANES)
                                .add(FloatVector.fromArray(S, scratch, i + 5 * Sums.LANES))
                                .add(FloatVector.fromArray(S, scratch, i + 6 * Sums.LANES)
                                        .add(FloatVector.fromArray(S, scratch, i + 7 * Sums.LANES)))));
            }
            if (rest > 0) {
                FloatVector p = FloatVector.fromArray(S, scratch, i)
                        .add(FloatVector.fromArray(S, scratch, i + Sums.LANES));
                if (pairs > 1) {
                    p = p.add(FloatVector.fromArray(S, scratch, i + 2 * Sums.LANES)
                            .add(FloatVector.fromArray(S, scratch, i + 3 * Sums.LANES)));
                }
                if (pairs > 2) {
                    p = p.add(FloatVector.fromArray(S, scratch, i + 4 * Sums.LANES)
                            .add(FloatVector.fromArray(S, scratch, i + 5 * Sums.LANES))
                            .add(FloatVector.fromArray(S, scratch, i + 6 * Sums.LANES)
                                    .add(FloatVector.fromArray(S, scratch, i + 7 * Sums.LANES))));
                }
                s = s.add(p);
            }
            s.intoArray(scratch, g);
        }
        int half = Sums.LANES / 2;
        for (; half >= S.length(); half /= 2) {
            for (int j = 0; j < half; j += S.length()) {
                FloatVector.fromArray(S, scratch, j).add(FloatVector.fromArray(S, scratch, j + half))
                        .intoArray(scratch, j);
            }
        }
        return Sums.tree(scratch, 2 * half);
    }
}
