package lanegrad.kernel;

/// Loops with the faults that loops have, to show that the tests see them. Here, because only this package can
/// extend [UnaryLoop].
public final class FaultyLoops {
    private FaultyLoops() {
    }

    /// Forgets the last element.
    public static UnaryLoop skippingLast(UnaryLoop loop) {
        return new Shifted(loop, 0, -1);
    }

    /// Writes one element too many, where the array has it.
    public static UnaryLoop oneTooMany(UnaryLoop loop) {
        return new Shifted(loop, 0, 1);
    }

    /// Begins one element too early, where the array has it.
    public static UnaryLoop oneTooEarly(UnaryLoop loop) {
        return new Shifted(loop, -1, 0);
    }

    /// Adds to a gradient that should be overwritten.
    public static UnaryLoop alwaysAdding(UnaryLoop loop) {
        return new Shifted(loop, 0, 0) {
            @Override
            public void backward(float[] x, float[] y, float[] dy, float[] dx, boolean add, int from, int to) {
                super.backward(x, y, dy, dx, true, from, to);
            }
        };
    }

    private static class Shifted extends UnaryLoop {
        private final UnaryLoop loop;
        private final int before;
        private final int behind;

        Shifted(UnaryLoop loop, int before, int behind) {
            this.loop = loop;
            this.before = before;
            this.behind = behind;
        }

        private int from(int from) {
            return Math.max(0, from + before);
        }

        private int to(float[] x, int from, int to) {
            return Math.clamp(to + behind, from, x.length);
        }

        @Override
        public void forward(float[] x, float[] y, int from, int to) {
            loop.forward(x, y, from(from), to(x, from, to));
        }

        @Override
        public void backward(float[] x, float[] y, float[] dy, float[] dx, boolean add, int from, int to) {
            loop.backward(x, y, dy, dx, add, from(from), to(x, from, to));
        }

        @Override
        public float sum(float[] x, int from, int to, float[] lanes) {
            return loop.sum(x, from(from), to(x, from, to), lanes);
        }

        @Override
        float block(float[] x, int from, int to, float[] scratch) {
            return loop.block(x, from, to, scratch);
        }

        @Override
        public void sumBackward(float[] x, float dy, float[] dx, boolean add, int from, int to) {
            loop.sumBackward(x, dy, dx, add, from(from), to(x, from, to));
        }
    }
}
