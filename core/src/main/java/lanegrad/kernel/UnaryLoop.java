package lanegrad.kernel;

import lanegrad.Backend;

/// The loops over a [Unary]: forward, backward, sum, and the backward of the sum.
///
/// Ranges are `from` (inclusive) to `to` (exclusive), the same in all arrays; arrays must hold them and may be
/// longer. Input and output may be one array. Every NaN that a loop writes is the canonical one, `0x7fc00000`.
///
/// Given a number of threads, a loop goes over the first n elements: from 32,768 on those threads share it that are
/// awake, from 131,072 on others are woken for it.
public abstract class UnaryLoop extends ElementLoop {
    private static final int FORWARD = 0;
    private static final int BACKWARD = 1;

    UnaryLoop() {
    }

    /// The loops of `f` on `backend`: a copy of their class that knows `f` as a constant. Takes about a
    /// millisecond; keep the result.
    public static UnaryLoop of(Unary f, Backend backend) {
        return backend == Backend.SCALAR
                ? HiddenCopy.of(ScalarUnaryLoop.class, f, UnaryLoop.class)
                : new OpaqueUnaryLoop(Vectors.of(f));
    }

    /// `y = f(x)`.
    public abstract void forward(float[] x, float[] y, int from, int to);

    /// `dx = f'(x) * dy`, or added to `dx`.
    public abstract void backward(float[] x, float[] y, float[] dy, float[] dx, boolean add, int from, int to);

    /// `y = f(x)` for n elements, on up to so many threads.
    public final void forward(int threads, float[] x, float[] y, int n) {
        share(threads, FORWARD, x, null, null, y, false, n);
    }

    /// `dx = f'(x) * dy`, or added to `dx`, for n elements, on up to so many threads.
    public final void backward(int threads, float[] x, float[] y, float[] dy, float[] dx, boolean add, int n) {
        share(threads, BACKWARD, x, y, dy, dx, add, n);
    }

    @Override
    final void run(int kind, float[] a, float[] b, float[] dy, float[] y, boolean add, int from, int to) {
        switch (kind) {
            case FORWARD -> forward(a, y, from, to);
            default -> backward(a, b, dy, y, add, from, to);
        }
    }

    /// The sum of `f(x)` in the order of [Sums].
    ///
    /// @param scratch at least [Sums#SCRATCH] floats
    public float sum(float[] x, int from, int to, float[] scratch) {
        int blocks = 0;
        for (int left = to - from; left > 0; left -= Sums.BLOCK) {
            Sums.add(scratch, blocks++, block(x, to - left, to - Math.max(0, left - Sums.BLOCK), scratch));
        }
        return Sums.total(scratch, blocks);
    }

    /// The sum over at most a block.
    abstract float block(float[] x, int from, int to, float[] scratch);

    /// The backward of [#sum]: `dx = f'(x) * dy` with one `dy` for all, or added to `dx`.
    public abstract void sumBackward(float[] x, float dy, float[] dx, boolean add, int from, int to);

    // Apart, so that the scalar backend does not load what names vector classes.
    private static final class Vectors {
        static UnaryLoop of(Unary f) {
            return f.lanes() instanceof Unary.Lanes.Staged
                    ? HiddenCopy.of(VectorStagedUnaryLoop.class, f, UnaryLoop.class)
                    : HiddenCopy.of(VectorUnaryLoop.class, f, UnaryLoop.class);
        }
    }
}
