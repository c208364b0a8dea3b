package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Op;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.Unary;
import lanegrad.kernel.UnaryLoop;

/// The all-or-none neuron: `y = x >= theta ? 1 : 0`. It fires when its sum reaches the threshold.
///
/// **Derivative.** `none: backward is refused`. The derivative of a step is 0 wherever it has one, so a network of
/// steps learns nothing by gradients; the exception names what to train with instead.
///
/// **Domain.** Every float. **Special values.** 1 at theta; NaN stays NaN.
///
/// **Error.** 0.0 ulp.
///
/// **Cost.** Two comparisons and blends.
///
/// Source: W. McCulloch, W. Pitts, *A Logical Calculus of the Ideas Immanent in Nervous Activity* (Bulletin of
/// Mathematical Biophysics 5, 1943).
public final class Threshold implements Op {
    /// The operation with threshold 0.
    public static final Threshold ZERO = new Threshold(0);
    static final Operation OPERATION = new Operation(ZERO, Operation.Kind.ELEMENTWISE,
            """
            formula: y = x >= theta ? 1 : 0
            derivative: none: backward is refused
            domain: every float
            special: 1 at theta; NaN stays NaN
            cost: two comparisons and blends
            """,
            Operation.Bound.ulps(0),
            List.of(Operation.Case.of(Operation.Range.of(-2, 2, 7, 19).constant())));

    private final float theta;
    private UnaryLoop scalarLoop;
    private UnaryLoop vectorLoop;

    /// With this threshold. Keep it: a tape reuses the buffers of an operation that it meets again.
    ///
    /// @throws IllegalArgumentException for NaN, which no sum reaches
    public Threshold(float theta) {
        if (theta != theta) {
            throw new IllegalArgumentException("threshold: theta is NaN, which no sum reaches; give a number");
        }
        this.theta = theta;
    }

    /// `x >= 0 ? 1 : 0` for each element.
    public static Var of(Var x) {
        return ZERO.apply(x);
    }

    /// Records this operation on the tape of `x`.
    public Var apply(Var x) {
        return Tape.of(x).record(this, x);
    }

    /// The threshold.
    public float theta() {
        return theta;
    }

    @Override
    public String name() {
        return "threshold";
    }

    @Override
    public int arity() {
        return 1;
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        return inputs[0];
    }

    @Override
    public void forward(Tape.Entry e) {
        UnaryLoop loop = switch (e.backend()) {
            case SCALAR -> scalarLoop == null ? scalarLoop = UnaryLoop.of(new Step(theta), e.backend()) : scalarLoop;
            case VECTOR -> vectorLoop == null ? vectorLoop = UnaryLoop.of(new Step(theta), e.backend()) : vectorLoop;
        };
        loop.forward(e.x(0).data(), e.y().data(), 0, e.y().size());
    }

    /// Refuses.
    ///
    /// @throws UnsupportedOperationException always, with the ways out
    @Override
    public void backward(Tape.Entry e) {
        throw refusal();
    }

    private static UnsupportedOperationException refusal() {
        return new UnsupportedOperationException("threshold: backward has no use for a step, whose derivative is 0 "
                + "wherever it has one; train with a surrogate and put the step in its place afterwards: sigmoid or "
                + "hard-sigmoid for outputs of 0 and 1, tanh or softsign for -1 and 1; or learn by the perceptron "
                + "rule, which needs no gradient");
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        Real[] y = new Real[x[0].length];
        for (int i = 0; i < y.length; i++) {
            double v = x[0][i].value();
            y[i] = Real.of(v != v ? v : v >= theta ? 1 : 0);
        }
        return y;
    }

    private record Step(float theta) implements Unary {
        @Override
        public float scalar(float x) {
            return x != x ? x : x >= theta ? 1 : 0;
        }

        @Override
        public float vjp(float x, float y, float dy) {
            throw refusal();
        }

        @Override
        public Lanes lanes() {
            return new Vectors(theta);
        }
    }

    // A record: the JIT trusts its field to be constant.
    private record Vectors(float theta) implements Unary.Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return x.broadcast(0).blend(1, x.compare(VectorOperators.GE, theta))
                    .blend(x, x.compare(VectorOperators.NE, x));
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            throw refusal();
        }
    }
}
