package lanegrad.op;

import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.kernel.Sums;

/// A loss that compares predictions `a` with targets `b` element by element and takes the mean, or the sum, of
/// the results.
///
/// The sum is in the order of [Sums]; the mean divides it by the number of elements, in double, and rounds once.
/// The gradient of an element is `df/da * (dy / n)`.
public abstract class ElementwiseLoss extends BinaryOp {
    private final boolean mean;

    /// A loss of this name.
    ///
    /// @param mean whether to divide the sum by the number of elements
    protected ElementwiseLoss(String name, boolean mean) {
        super(name);
        this.mean = mean;
    }

    @Override
    public final Shape shape(Object attribute, Shape... inputs) {
        if (!inputs[0].equals(inputs[1])) {
            // (n) against (n, 1) is the commonest of all mistakes: broadcast to n x n, it gives a plausible loss
            // of the wrong numbers.
            throw new IllegalArgumentException(name() + ": predictions have shape " + inputs[0] + ", targets have "
                    + "shape " + inputs[1] + "; they must be equal: one target per prediction. Give the targets "
                    + "the shape " + inputs[0]);
        }
        if (inputs[0].size() == 0) {
            throw new IllegalArgumentException(name() + ": predictions have shape " + inputs[0]
                    + "; the loss of an empty batch is undefined, leave the batch out");
        }
        return Shape.SCALAR;
    }

    @Override
    public final void forward(Tape.Entry e) {
        int n = e.x(0).size();
        float sum = loop(e.backend()).sum(e.x(0).data(), e.x(1).data(), 0, n, e.scratch(0, Sums.SCRATCH));
        e.y().data()[0] = mean ? (float) ((double) sum / n) : sum;
    }

    @Override
    public final void backward(Tape.Entry e) {
        float[] a = e.x(0).data();
        float[] b = e.x(1).data();
        int n = e.x(0).size();
        float dy = e.dy().data()[0];
        float each = mean ? (float) ((double) dy / n) : dy;
        if (e.wants(0)) {
            loop(e.backend()).sumBackwardA(a, b, each, e.dx(0).data(), e.adds(0), 0, n);
        }
        if (e.wants(1)) {
            loop(e.backend()).sumBackwardB(a, b, each, e.dx(1).data(), e.adds(1), 0, n);
        }
    }

    @Override
    public final double[] exact(Object attribute, Shape[] shapes, double[]... x) {
        double sum = 0;
        for (int i = 0; i < x[0].length; i++) {
            sum += exact(x[0][i], x[1][i]);
        }
        return new double[] {mean ? sum / x[0].length : sum};
    }

    /// The bound for losses whose elements are not negative, so that nothing cancels: that of an element, plus
    /// the roundings of the sum and the mean.
    static Operation.Bound bound(double elementUlps) {
        return new Operation.Bound(elementUlps + " ulp an element, then log2(n) + 10 for the sum",
                (attribute, shapes, x, y) -> new double[] {
                    (elementUlps + Math.log(x[0].length) / Math.log(2) + 10) * Operation.Bound.ulp(y[0])});
    }
}
