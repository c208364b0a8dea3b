package lanegrad.kernel;

import static lanegrad.kernel.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Backend;

/// The loops of a choice between two tensors, element by element: forward, and the gradient of either side.
///
/// A condition of 0, of either sign, is false, any other number is true, and NaN makes NaN of whatever depends on it.
/// Ranges are from 0; input and output may be one array. Every NaN written is the canonical one.
public final class Select {
    private Select() {
    }

    /// `y[i] = c[i] != 0 ? a[i] : b[i]`. What is not chosen is not computed with: not even a NaN there shows.
    public static void forward(Backend backend, float[] c, float[] a, float[] b, float[] y, int n) {
        if (backend == Backend.VECTOR) {
            Vectors.forward(c, a, b, y, n);
            return;
        }
        for (int i = 0; i < n; i++) {
            y[i] = Sums.canonical(c[i] != c[i] ? c[i] : c[i] != 0 ? a[i] : b[i]);
        }
    }

    /// `dx[i] = chosen(i) ? dy[i] : 0`, or added to `dx[i]`; a zero that is added changes nothing.
    ///
    /// @param whenTrue whether it is the side chosen where `c[i]` is not 0
    public static void backward(Backend backend, boolean whenTrue, float[] c, float[] dy, float[] dx, boolean add,
            int n) {
        if (backend == Backend.VECTOR) {
            Vectors.backward(whenTrue, c, dy, dx, add, n);
            return;
        }
        for (int i = 0; i < n; i++) {
            float g = c[i] != c[i] ? c[i] : c[i] != 0 == whenTrue ? dy[i] : 0;
            dx[i] = Sums.canonical(add ? dx[i] + g : g);
        }
    }

    private static final class Vectors {
        static void forward(float[] c, float[] a, float[] b, float[] y, int n) {
            int i = 0;
            for (int end = SPECIES.loopBound(n); i < end; i += SPECIES.length()) {
                FloatVector u = FloatVector.fromArray(SPECIES, c, i);
                FloatVector v = FloatVector.fromArray(SPECIES, b, i)
                        .blend(FloatVector.fromArray(SPECIES, a, i), u.compare(VectorOperators.NE, 0))
                        .blend(u, u.compare(VectorOperators.NE, u));
                v.blend(Float.NaN, v.compare(VectorOperators.NE, v)).intoArray(y, i);
            }
            for (; i < n; i++) {
                y[i] = Sums.canonical(c[i] != c[i] ? c[i] : c[i] != 0 ? a[i] : b[i]);
            }
        }

        static void backward(boolean whenTrue, float[] c, float[] dy, float[] dx, boolean add, int n) {
            int i = 0;
            for (int end = SPECIES.loopBound(n); i < end; i += SPECIES.length()) {
                FloatVector u = FloatVector.fromArray(SPECIES, c, i);
                VectorMask<Float> isTrue = u.compare(VectorOperators.NE, 0);
                FloatVector g = FloatVector.fromArray(SPECIES, dy, i).blend(0, whenTrue ? isTrue.not() : isTrue)
                        .blend(u, u.compare(VectorOperators.NE, u));
                FloatVector v = add ? FloatVector.fromArray(SPECIES, dx, i).add(g) : g;
                v.blend(Float.NaN, v.compare(VectorOperators.NE, v)).intoArray(dx, i);
            }
            for (; i < n; i++) {
                float g = c[i] != c[i] ? c[i] : c[i] != 0 == whenTrue ? dy[i] : 0;
                dx[i] = Sums.canonical(add ? dx[i] + g : g);
            }
        }
    }
}
