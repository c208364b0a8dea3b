package lanegrad.optim;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Backend;
import lanegrad.kernel.Lanes;

/// Whether all floats of an array are finite.
final class Finite {
    private Finite() {
    }

    // x - x is 0 for a finite x, else NaN, and a NaN stays in a sum: one subtraction and one addition an
    // element, and a single test at the end.
    static boolean all(Backend backend, float[] x, int n) {
        if (backend == Backend.VECTOR) {
            return Vectors.all(x, n);
        }
        float s = 0;
        for (int i = 0; i < n; i++) {
            s += x[i] - x[i];
        }
        return s == 0;
    }

    private static final class Vectors {
        static boolean all(float[] x, int n) {
            FloatVector s = FloatVector.zero(Lanes.SPECIES);
            int i = 0;
            for (; i < Lanes.SPECIES.loopBound(n); i += Lanes.SPECIES.length()) {
                FloatVector v = FloatVector.fromArray(Lanes.SPECIES, x, i);
                s = s.add(v.sub(v));
            }
            if (i < n) {
                VectorMask<Float> tail = Lanes.SPECIES.indexInRange(i, n);
                FloatVector v = FloatVector.fromArray(Lanes.SPECIES, x, i, tail);
                s = s.add(v.sub(v));
            }
            return s.compare(VectorOperators.EQ, 0).allTrue();
        }
    }
}
