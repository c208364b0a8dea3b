package lanegrad.kernel;

import static lanegrad.kernel.Lanes.SPECIES;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// The vector loops over one function of elements and lines; a template for [HiddenCopy], built as [VectorUnaryLoop]
/// is, for the reasons given there.
final class VectorLineLoop extends LineLoop {
    private static final LineMap F = HiddenCopy.data(MethodHandles.lookup(), LineMap.class);
    private static final LineMap.Lanes V = F.lanes();

    VectorLineLoop() {
    }

    @Override
    void across(float[] x, float[] z, float[] p, float[] q, float[] y, boolean add, int from, int length, int lines) {
        int j = 0;
        for (; j < SPECIES.loopBound(lines); j += SPECIES.length()) {
            FloatVector pv = FloatVector.fromArray(SPECIES, p, j);
            FloatVector qv = FloatVector.fromArray(SPECIES, q, j);
            int at = from + j;
            for (int k = 0; k < length; k++) {
                FloatVector f = V.vector(FloatVector.fromArray(SPECIES, x, at), FloatVector.fromArray(SPECIES, z, at),
                        pv, qv);
                FloatVector v = add ? FloatVector.fromArray(SPECIES, y, at).add(f) : f;
                v.blend(Float.NaN, v.compare(VectorOperators.NE, v)).intoArray(y, at);
                at += lines;
            }
        }
        for (; j < lines; j++) {
            for (int k = 0; k < length; k++) {
                int at = from + k * lines + j;
                float v = F.scalar(x[at], z[at], p[j], q[j]);
                y[at] = Sums.canonical(add ? y[at] + v : v);
            }
        }
    }

    @Override
    void along(float[] x, float[] z, float p, float q, float[] y, boolean add, int from, int to) {
        FloatVector pv = FloatVector.broadcast(SPECIES, p);
        FloatVector qv = FloatVector.broadcast(SPECIES, q);
        int i = from;
        for (int end = from + SPECIES.loopBound(to - from); i < end; i += SPECIES.length()) {
            FloatVector f = V.vector(FloatVector.fromArray(SPECIES, x, i), FloatVector.fromArray(SPECIES, z, i), pv,
                    qv);
            FloatVector v = add ? FloatVector.fromArray(SPECIES, y, i).add(f) : f;
            v.blend(Float.NaN, v.compare(VectorOperators.NE, v)).intoArray(y, i);
        }
        for (; i < to; i++) {
            float v = F.scalar(x[i], z[i], p, q);
            y[i] = Sums.canonical(add ? y[i] + v : v);
        }
    }
}
