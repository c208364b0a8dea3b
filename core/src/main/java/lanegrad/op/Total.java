package lanegrad.op;

import jdk.incubator.vector.FloatVector;
import lanegrad.Backend;
import lanegrad.Op;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.kernel.Sums;
import lanegrad.kernel.Unary;
import lanegrad.kernel.UnaryLoop;

/// What [Sum] and [Mean] share: the loop over all elements, in the order of [Sums].
abstract class Total implements Op {
    private static UnaryLoop scalarLoop;
    private static UnaryLoop vectorLoop;

    private final String name;

    Total(String name) {
        this.name = name;
    }

    /// What the sum of n elements is divided by.
    abstract int divisor(int n);

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final int arity() {
        return 1;
    }

    @Override
    public final void forward(Tape.Entry e) {
        int n = e.x(0).size();
        float sum = loop(e.backend()).sum(e.x(0).data(), 0, n, e.scratch(0, Sums.SCRATCH));
        e.y().data()[0] = (float) ((double) sum / divisor(n));
    }

    @Override
    public final void backward(Tape.Entry e) {
        if (e.wants(0)) {
            int n = e.x(0).size();
            float each = (float) ((double) e.dy().data()[0] / divisor(n));
            loop(e.backend()).sumBackward(e.x(0).data(), each, e.dx(0).data(), e.adds(0), 0, n);
        }
    }

    @Override
    public final double[] exact(Object attribute, Shape[] shapes, double[]... x) {
        double sum = 0;
        for (double v : x[0]) {
            sum += v;
        }
        return new double[] {sum / divisor(x[0].length)};
    }

    static Operation.Bound bound(boolean mean) {
        String text = "(log2(n) + 10) 2^-24 times the " + (mean ? "mean" : "sum") + " of |x|";
        return new Operation.Bound(text, (attribute, shapes, x, y) -> {
            double absolute = 0;
            for (double v : x[0]) {
                absolute += Math.abs(v);
            }
            int n = x[0].length;
            return new double[] {
                (Math.log(n + 1.0) / Math.log(2) + 10) * 0x1p-24 * absolute / (mean ? n : 1)};
        });
    }

    static UnaryLoop loop(Backend backend) {
        if (backend == Backend.SCALAR) {
            return scalarLoop == null ? scalarLoop = UnaryLoop.of(new Identity(), backend) : scalarLoop;
        }
        return vectorLoop == null ? vectorLoop = UnaryLoop.of(new Identity(), backend) : vectorLoop;
    }

    private static final class Identity implements Unary {
        @Override
        public float scalar(float x) {
            return x;
        }

        @Override
        public float vjp(float x, float y, float dy) {
            return dy;
        }

        @Override
        public Lanes lanes() {
            return new Vectors();
        }
    }

    private static final class Vectors implements Unary.Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return x;
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy;
        }
    }
}
