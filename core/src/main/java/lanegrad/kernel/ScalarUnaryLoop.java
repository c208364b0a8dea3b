package lanegrad.kernel;

import java.lang.invoke.MethodHandles;

/// The scalar loops over one float function; a template for [HiddenCopy].
final class ScalarUnaryLoop extends UnaryLoop {
    private static final Unary F = HiddenCopy.data(MethodHandles.lookup(), Unary.class);

    ScalarUnaryLoop() {
    }

    @Override
    public void forward(float[] x, float[] y, int from, int to) {
        for (int i = from; i < to; i++) {
            y[i] = Sums.canonical(F.scalar(x[i]));
        }
    }

    @Override
    public void backward(float[] x, float[] y, float[] dy, float[] dx, boolean add, int from, int to) {
        // Two loops rather than a test in one: SuperWord vectorises neither a loop with a branch nor a select.
        if (add) {
            for (int i = from; i < to; i++) {
                dx[i] = Sums.canonical(dx[i] + F.vjp(x[i], y[i], dy[i]));
            }
        } else {
            for (int i = from; i < to; i++) {
                dx[i] = Sums.canonical(F.vjp(x[i], y[i], dy[i]));
            }
        }
    }

    @Override
    float block(float[] x, int from, int to, float[] scratch) {
        for (int j = 0; j < Sums.LANES; j++) {
            float s = 0;
            for (int i = from + j; i < to; i += Sums.EIGHT) {
                s += ((at(x, i, to, 0) + at(x, i, to, 1)) + (at(x, i, to, 2) + at(x, i, to, 3)))
                        + ((at(x, i, to, 4) + at(x, i, to, 5)) + (at(x, i, to, 6) + at(x, i, to, 7)));
            }
            scratch[j] = s;
        }
        return Sums.tree(scratch, Sums.LANES);
    }

    private static float at(float[] x, int i, int to, int row) {
        int at = i + row * Sums.LANES;
        return at < to ? F.scalar(x[at]) : 0;
    }

    @Override
    public void sumBackward(float[] x, float dy, float[] dx, boolean add, int from, int to) {
        for (int i = from; i < to; i++) {
            float g = F.vjp(x[i], F.scalar(x[i]), dy);
            dx[i] = Sums.canonical(add ? dx[i] + g : g);
        }
    }
}
