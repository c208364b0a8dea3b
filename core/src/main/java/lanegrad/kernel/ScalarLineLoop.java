package lanegrad.kernel;

import java.lang.invoke.MethodHandles;

/// The scalar loops over one function; a template for [HiddenCopy].
final class ScalarLineLoop extends LineLoop {
    private static final LineMap F = HiddenCopy.data(MethodHandles.lookup(), LineMap.class);

    ScalarLineLoop() {
    }

    @Override
    void across(float[] x, float[] z, float[] p, float[] q, float[] y, boolean add, int from, int length, int lines) {
        for (int k = 0; k < length; k++) {
            int at = from + k * lines;
            for (int j = 0; j < lines; j++) {
                float v = F.scalar(x[at + j], z[at + j], p[j], q[j]);
                y[at + j] = Sums.canonical(add ? y[at + j] + v : v);
            }
        }
    }

    @Override
    void along(float[] x, float[] z, float p, float q, float[] y, boolean add, int from, int to) {
        for (int i = from; i < to; i++) {
            float v = F.scalar(x[i], z[i], p, q);
            y[i] = Sums.canonical(add ? y[i] + v : v);
        }
    }
}
