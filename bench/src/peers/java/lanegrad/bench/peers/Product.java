package lanegrad.bench.peers;

import java.util.Arrays;
import lanegrad.bench.jmh.EngineBenchmark;
import lanegrad.bench.jmh.MatMulBenchmark.Shape;

/// The operands of one matrix product, row-major, the same values in every JVM, and the test that a product is right.
final class Product {
    /// Transposes and sizes.
    final Shape shape;
    final float[] a;
    final float[] b;
    /// Where the contenders on `float[]` write, one after the other: each has its best chances with one and the
    /// same place.
    final float[] c;

    private final double[] magnitude;

    Product(Shape shape) {
        this.shape = shape;
        a = EngineBenchmark.floats("a", shape.m() * shape.k(), -1, 1);
        b = EngineBenchmark.floats("b", shape.k() * shape.n(), -1, 1);
        c = EngineBenchmark.floats("c", shape.m() * shape.n(), 0, 0);
        magnitude = magnitude(shape, a, b);
    }

    /// The leading dimension of A as stored.
    int lda() {
        return shape.transA() ? shape.m() : shape.k();
    }

    /// The leading dimension of B as stored.
    int ldb() {
        return shape.transB() ? shape.k() : shape.n();
    }

    /// Whether C is a vector, so that a matrix-vector product does as well.
    boolean isVector() {
        return shape.m() == 1 && !shape.transA() || shape.n() == 1 && !shape.transB();
    }

    /// Refuses a product that differs from ours by more than both can err: each is off by at most `k * 2^-24` times
    /// `|A||B|`, in whatever order it adds.
    ///
    /// @throws IllegalStateException naming the first element that is wrong
    void check(String name, float[] ours, float[] theirs) {
        double unit = shape.k() * 0x1p-23;
        for (int i = 0; i < magnitude.length; i++) {
            // Written so that a NaN is refused as well.
            if (!(Math.abs((double) theirs[i] - ours[i]) <= unit * magnitude[i])) {
                throw new IllegalStateException(name + ": element " + i + " of the product is " + theirs[i]
                        + ", ours is " + ours[i] + "; times of products that disagree are not compared");
            }
        }
    }

    private static double[] magnitude(Shape s, float[] a, float[] b) {
        double[] sums = new double[s.m() * s.n()];
        double[] row = new double[s.n()];
        for (int i = 0; i < s.m(); i++) {
            Arrays.fill(row, 0);
            for (int p = 0; p < s.k(); p++) {
                double x = Math.abs(a[s.transA() ? p * s.m() + i : i * s.k() + p]);
                for (int j = 0; j < s.n(); j++) {
                    row[j] += x * Math.abs(b[s.transB() ? j * s.k() + p : p * s.n() + j]);
                }
            }
            System.arraycopy(row, 0, sums, i * s.n(), s.n());
        }
        return sums;
    }
}
