package lanegrad.op;

import static lanegrad.kernel.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Backend;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.Sums;

/// A loss that compares predictions `a` with targets `b` element by element and takes the mean, or the sum, of
/// the results.
///
/// The sum is in the order of [Sums]; the mean divides it by the number of examples, in double, and rounds once. Each
/// element is an example, unless a loss says that each row is ([#examples]). The gradient of an element is
/// `df/da * (dy / n)`.
public abstract class ElementwiseLoss extends BinaryOp {
    private final Reduction reduction;

    /// A loss of this name; the sum is called `name-sum`.
    protected ElementwiseLoss(String name, Reduction reduction) {
        super(reduction.name(name));
        this.reduction = reduction;
    }

    /// How many examples predictions of this shape are: what the mean divides by.
    protected int examples(Shape shape) {
        return shape.size();
    }

    /// Refuses values, or a gradient, that the loss does not have; called before anything is computed.
    ///
    /// @throws IllegalArgumentException a sentence with the operation, the role, the index and the value
    protected void check(Tape.Entry e) {
    }

    /// Where the first element of an input is, or with `size` the first magnitude, that is below `low` or above `high`;
    /// -1 for none. A NaN is neither: it goes on into the loss.
    static int outside(Tape.Entry e, int input, boolean size, float low, float high) {
        float[] x = e.x(input).data();
        int n = e.x(input).size();
        int i = e.backend() == Backend.VECTOR ? Vectors.outside(x, n, size, low, high) : 0;
        for (; i < n; i++) {
            float v = size ? Math.abs(x[i]) : x[i];
            if (v < low || v > high) {
                return i;
            }
        }
        return -1;
    }

    /// This loss of `predictions` against `targets`.
    ///
    /// @throws IllegalArgumentException for shapes that differ, an empty batch, or values that the loss refuses
    public final Var apply(Var predictions, Var targets) {
        return Tape.of(predictions, targets).record(this, predictions, targets);
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        return checked(name(), inputs);
    }

    /// The shape rule of all losses of predictions and targets.
    static Shape checked(String name, Shape... inputs) {
        if (!inputs[0].equals(inputs[1])) {
            // (n) against (n, 1) is the commonest of all mistakes: broadcast to n x n, it gives a plausible loss
            // of the wrong numbers.
            throw new IllegalArgumentException(name + ": predictions have shape " + inputs[0] + ", targets have "
                    + "shape " + inputs[1] + "; they must be equal: one target per prediction. Give the targets "
                    + "the shape " + inputs[0]);
        }
        if (inputs[0].size() == 0) {
            throw new IllegalArgumentException(name + ": predictions have shape " + inputs[0]
                    + "; the loss of an empty batch is undefined, leave the batch out");
        }
        return Shape.SCALAR;
    }

    /// [#checked] for losses of distributions, one a row.
    static Shape checkedRows(String name, Shape... inputs) {
        Shape y = checked(name, inputs);
        if (inputs[0].rank() != 2) {
            throw new IllegalArgumentException(name + ": predictions have shape " + inputs[0] + ", targets have "
                    + "shape " + inputs[1] + "; they must be matrices, [examples, classes]"
                    + (inputs[0].rank() == 1 ? ". Give a single example the shape [1, " + inputs[0].size() + "]" : ""));
        }
        return y;
    }

    @Override
    public final void forward(Tape.Entry e) {
        check(e);
        int n = e.x(0).size();
        float sum = loop(e.backend()).sum(e.x(0).data(), e.x(1).data(), 0, n, e.scratch(0, Sums.SCRATCH));
        e.y().data()[0] = reduction.of(sum, examples(e.x(0).shape()));
    }

    @Override
    public final void backward(Tape.Entry e) {
        float[] a = e.x(0).data();
        float[] b = e.x(1).data();
        int n = e.x(0).size();
        float each = reduction.share(e.dy().data()[0], examples(e.x(0).shape()));
        if (e.wants(0)) {
            loop(e.backend()).sumBackwardA(a, b, each, e.dx(0).data(), e.adds(0), 0, n);
        }
        if (e.wants(1)) {
            loop(e.backend()).sumBackwardB(a, b, each, e.dx(1).data(), e.adds(1), 0, n);
        }
    }

    @Override
    public final Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        Real[] y = new Real[x[0].length];
        for (int i = 0; i < y.length; i++) {
            y[i] = exact(x[0][i], x[1][i]);
        }
        return new Real[] {reduction.of(Real.sum(y), examples(shapes[0]))};
    }

    /// The bound for losses whose elements are not negative, so that nothing cancels: that of an element, plus
    /// the roundings of the sum and the mean.
    static Operation.Bound bound(double elementUlps) {
        return new Operation.Bound(elementUlps + " ulp an element, then log2(n) + 10 for the sum",
                (attribute, shapes, x, y) -> new double[] {
                    (elementUlps + Math.log(x[0].length) / Math.log(2) + 10) * Operation.Bound.ulp(y[0])});
    }

    private static final class Vectors {
        // The beginning of the first vector with such an element; else of what the whole vectors leave.
        static int outside(float[] x, int n, boolean size, float low, float high) {
            int i = 0;
            for (; i < SPECIES.loopBound(n); i += SPECIES.length()) {
                FloatVector v = FloatVector.fromArray(SPECIES, x, i);
                v = size ? v.abs() : v;
                if (v.compare(VectorOperators.LT, low).or(v.compare(VectorOperators.GT, high)).anyTrue()) {
                    return i;
                }
            }
            return i;
        }
    }
}
