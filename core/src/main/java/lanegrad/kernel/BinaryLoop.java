package lanegrad.kernel;

import lanegrad.Backend;

/// The loops over a [Binary]: forward, backward for each input, sum, and the backward of the sum.
///
/// As [UnaryLoop] in everything else.
public abstract class BinaryLoop extends ElementLoop {
    private static final int FORWARD = 0;
    private static final int BACKWARD_A = 1;
    private static final int BACKWARD_B = 2;

    BinaryLoop() {
    }

    /// The loops of `f` on `backend`; see [UnaryLoop#of].
    public static BinaryLoop of(Binary f, Backend backend) {
        return backend == Backend.SCALAR
                ? HiddenCopy.of(ScalarBinaryLoop.class, f, BinaryLoop.class)
                : new OpaqueBinaryLoop(Vectors.of(f));
    }

    /// `y[i] = f(a[i + aShift], b[i + bShift])`.
    public abstract void forward(float[] a, int aShift, float[] b, int bShift, float[] y, int from, int to);

    /// `da[i] = df/da * dy[i]` at `a[i + aShift]`, `b[i + bShift]`, or added to `da[i]`.
    public abstract void backwardA(float[] a, int aShift, float[] b, int bShift, float[] dy, float[] da, boolean add,
            int from, int to);

    /// `db[i] = df/db * dy[i]` at `a[i + aShift]`, `b[i + bShift]`, or added to `db[i]`.
    public abstract void backwardB(float[] a, int aShift, float[] b, int bShift, float[] dy, float[] db, boolean add,
            int from, int to);

    /// `y = f(a, b)`.
    public final void forward(float[] a, float[] b, float[] y, int from, int to) {
        forward(a, 0, b, 0, y, from, to);
    }

    /// `da = df/da * dy`, or added to `da`.
    public final void backwardA(float[] a, float[] b, float[] dy, float[] da, boolean add, int from, int to) {
        backwardA(a, 0, b, 0, dy, da, add, from, to);
    }

    /// `db = df/db * dy`, or added to `db`.
    public final void backwardB(float[] a, float[] b, float[] dy, float[] db, boolean add, int from, int to) {
        backwardB(a, 0, b, 0, dy, db, add, from, to);
    }

    /// `y = f(a, b)` for n elements, on up to so many threads.
    public final void forward(int threads, float[] a, float[] b, float[] y, int n) {
        share(threads, FORWARD, a, b, null, y, false, n);
    }

    /// `da = df/da * dy`, or added to `da`, for n elements, on up to so many threads.
    public final void backwardA(int threads, float[] a, float[] b, float[] dy, float[] da, boolean add, int n) {
        share(threads, BACKWARD_A, a, b, dy, da, add, n);
    }

    /// `db = df/db * dy`, or added to `db`, for n elements, on up to so many threads.
    public final void backwardB(int threads, float[] a, float[] b, float[] dy, float[] db, boolean add, int n) {
        share(threads, BACKWARD_B, a, b, dy, db, add, n);
    }

    @Override
    final void run(int kind, float[] a, float[] b, float[] dy, float[] y, boolean add, int from, int to) {
        switch (kind) {
            case FORWARD -> forward(a, b, y, from, to);
            case BACKWARD_A -> backwardA(a, b, dy, y, add, from, to);
            default -> backwardB(a, b, dy, y, add, from, to);
        }
    }

    /// The sum of `f(a, b)` in the order of [Sums].
    ///
    /// @param scratch at least [Sums#SCRATCH] floats
    public float sum(float[] a, float[] b, int from, int to, float[] scratch) {
        int blocks = 0;
        for (int left = to - from; left > 0; left -= Sums.BLOCK) {
            Sums.add(scratch, blocks++, block(a, b, to - left, to - Math.max(0, left - Sums.BLOCK), scratch));
        }
        return Sums.total(scratch, blocks);
    }

    /// The sum over at most a block.
    abstract float block(float[] a, float[] b, int from, int to, float[] scratch);

    /// The backward of [#sum] for `a`, with one `dy` for all.
    public abstract void sumBackwardA(float[] a, float[] b, float dy, float[] da, boolean add, int from, int to);

    /// The backward of [#sum] for `b`, with one `dy` for all.
    public abstract void sumBackwardB(float[] a, float[] b, float dy, float[] db, boolean add, int from, int to);

    // Apart, so that the scalar backend does not load what names vector classes.
    private static final class Vectors {
        static BinaryLoop of(Binary f) {
            return f.lanes() instanceof Binary.Lanes.Staged
                    ? HiddenCopy.of(VectorStagedBinaryLoop.class, f, BinaryLoop.class)
                    : HiddenCopy.of(VectorBinaryLoop.class, f, BinaryLoop.class);
        }
    }
}
