package lanegrad.kernel;

import java.lang.invoke.MethodHandles;

/// The scalar loops over one function of two floats; a template for [HiddenCopy].
final class ScalarBinaryLoop extends BinaryLoop {
    private static final Binary F = HiddenCopy.data(MethodHandles.lookup(), Binary.class);

    ScalarBinaryLoop() {
    }

    @Override
    public void forward(float[] a, int aShift, float[] b, int bShift, float[] y, int from, int to) {
        for (int i = from; i < to; i++) {
            y[i] = Sums.canonical(F.scalar(a[i + aShift], b[i + bShift]));
        }
    }

    @Override
    public void backwardA(float[] a, int aShift, float[] b, int bShift, float[] dy, float[] da, boolean add,
            int from, int to) {
        for (int i = from; i < to; i++) {
            float g = F.vjpA(a[i + aShift], b[i + bShift], dy[i]);
            da[i] = Sums.canonical(add ? da[i] + g : g);
        }
    }

    @Override
    public void backwardB(float[] a, int aShift, float[] b, int bShift, float[] dy, float[] db, boolean add,
            int from, int to) {
        for (int i = from; i < to; i++) {
            float g = F.vjpB(a[i + aShift], b[i + bShift], dy[i]);
            db[i] = Sums.canonical(add ? db[i] + g : g);
        }
    }

    @Override
    float block(float[] a, float[] b, int from, int to, float[] scratch) {
        for (int j = 0; j < Sums.LANES; j++) {
            float s = 0;
            for (int i = from + j; i < to; i += Sums.EIGHT) {
                s += ((at(a, b, i, to, 0) + at(a, b, i, to, 1)) + (at(a, b, i, to, 2) + at(a, b, i, to, 3)))
                        + ((at(a, b, i, to, 4) + at(a, b, i, to, 5)) + (at(a, b, i, to, 6) + at(a, b, i, to, 7)));
            }
            scratch[j] = s;
        }
        return Sums.tree(scratch, Sums.LANES);
    }

    private static float at(float[] a, float[] b, int i, int to, int row) {
        int at = i + row * Sums.LANES;
        return at < to ? F.scalar(a[at], b[at]) : 0;
    }

    @Override
    public void sumBackwardA(float[] a, float[] b, float dy, float[] da, boolean add, int from, int to) {
        for (int i = from; i < to; i++) {
            float g = F.vjpA(a[i], b[i], dy);
            da[i] = Sums.canonical(add ? da[i] + g : g);
        }
    }

    @Override
    public void sumBackwardB(float[] a, float[] b, float dy, float[] db, boolean add, int from, int to) {
        for (int i = from; i < to; i++) {
            float g = F.vjpB(a[i], b[i], dy);
            db[i] = Sums.canonical(add ? db[i] + g : g);
        }
    }
}
