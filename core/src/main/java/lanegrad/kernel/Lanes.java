package lanegrad.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// What all vector loops share: the species and the handling of NaN. Loaded by the vector backend only.
public final class Lanes {
    /// The widest vectors that the machine prefers, up to 512 bits: [Sums] and the padding of tensors count on
    /// no more. A constant: the JIT needs it to be one.
    public static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED.length() > 16
            ? FloatVector.SPECIES_512 : FloatVector.SPECIES_PREFERRED;

    private Lanes() {
    }

    /// `x` with the canonical NaN in place of any NaN; see `Sums.canonical`.
    public static FloatVector canonical(FloatVector x) {
        return x.blend(Float.NaN, x.compare(VectorOperators.NE, x));
    }
}
