package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;

/// A comparison with a value: `y = x > value ? 1 : 0`. The condition of a [Where].
///
/// **Derivative.** `dx = 0`: no gradient comes through a condition, and none is refused. For the neuron that steps, see
/// [Threshold].
///
/// **Domain.** Every float. **Special values.** 0 where x is the value; NaN stays NaN.
///
/// **Error.** 0.0 ulp.
///
/// **Cost.** Two comparisons and blends.
public final class GreaterThan extends UnaryOp {
    /// Whether x is above 0.
    public static final GreaterThan ZERO = new GreaterThan(0);
    static final Operation OPERATION = new Operation(ZERO, Operation.Kind.ELEMENTWISE,
            """
            formula: y = x > value ? 1 : 0
            derivative: dx = 0
            domain: every float
            special: 0 where x is the value; NaN stays NaN
            cost: two comparisons and blends
            """,
            Operation.Bound.ulps(0),
            List.of(Operation.Case.of(Operation.Range.of(-2, 2, 7, 19).constant())));

    private final float value;

    /// Whether x is above `value`. Keep it: a tape reuses the buffers of an operation that it meets again.
    ///
    /// @throws IllegalArgumentException for NaN, which nothing is above or below
    public GreaterThan(float value) {
        super("greater-than");
        if (value != value) {
            throw new IllegalArgumentException("greater-than: the value to compare with is NaN; give a number");
        }
        this.value = value;
    }

    /// The value compared with.
    public float value() {
        return value;
    }

    @Override
    public Real exact(Real x) {
        double v = x.value();
        return x.function(v != v ? v : v > value ? 1 : 0, 0, 0);
    }

    @Override
    public float scalar(float x) {
        return x != x ? x : x > value ? 1 : 0;
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return dy != dy ? dy : 0;
    }

    @Override
    public Lanes lanes() {
        return new Vectors(value);
    }

    // A record: the JIT trusts its field to be constant.
    private record Vectors(float value) implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return x.broadcast(0).blend(1, x.compare(VectorOperators.GT, value))
                    .blend(x, x.compare(VectorOperators.NE, x));
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy.broadcast(0).blend(dy, dy.compare(VectorOperators.NE, dy));
        }
    }
}
