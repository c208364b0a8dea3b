package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;

/// The nearest value within bounds: `y = min(max(x, low), high)`.
///
/// **Derivative.** `dx = low <= x <= high ? dy : 0`: at the bounds as inside. A NaN in x or dy stays a NaN.
///
/// **Domain.** Every float. **Special values.** Slope 1 at the bounds, 0 beyond; low for -inf, high for inf; NaN stays
/// NaN.
///
/// **Error.** 0.0 ulp: value and slope are exact.
///
/// **Cost.** Two comparisons and blends, forward and backward.
public sealed class Clip extends UnaryOp permits HardTanh, Relu6 {
    static final Operation OPERATION = operation(new Clip(-1.5f, 2.25f), Operation.Kind.ELEMENTWISE,
            """
            formula: y = min(max(x, low), high)
            derivative: dx = low <= x <= high ? dy : 0
            domain: every float
            special: slope 1 at the bounds, 0 beyond; low for -inf, high for inf; NaN stays NaN
            cost: two comparisons and blends, forward and backward
            """);

    private final float low;
    private final float high;

    /// To these bounds; an infinite one, -inf below or inf above, leaves that side open. Keep it: a tape reuses the
    /// buffers of an operation that it meets again.
    ///
    /// @throws IllegalArgumentException when `low` is above `high`, or one of them NaN, or both the same infinity
    public Clip(float low, float high) {
        this("clip", low, high);
    }

    Clip(String name, float low, float high) {
        super(name);
        if (!(low <= high && low < Float.POSITIVE_INFINITY && high > Float.NEGATIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": the lower bound is " + low + ", the upper " + high
                    + "; the lower must not be above the upper, nor one of them NaN, nor both the same infinity");
        }
        this.low = low;
        this.high = high;
    }

    /// The registry's entry of a clip: its words, and a case with kinks at the bounds.
    static Operation operation(Clip op, Operation.Kind kind, String text) {
        return new Operation(op, kind, text, Operation.Bound.ulps(0), Operation.Bound.ulps(0),
                List.of(Operation.Case.of(Operation.Range.of(-9, 9, 7, 19).kink(op.low, op.high))));
    }

    /// The lower bound.
    public final float low() {
        return low;
    }

    /// The upper bound.
    public final float high() {
        return high;
    }

    @Override
    public final Real exact(Real x) {
        double v = x.value();
        double y = v <= low ? low : v >= high ? high : v;
        return x.function(y, v != v ? v : v >= low && v <= high ? 1 : 0, 0).branched(x, Real.of(low), 1)
                .branched(x, Real.of(high), 1);
    }

    @Override
    public final float scalar(float x) {
        return x <= low ? low : x >= high ? high : x;
    }

    @Override
    public final float vjp(float x, float y, float dy) {
        // Outside, y is a finite bound, or the NaN of x.
        return x >= low && x <= high || dy != dy ? dy : y - y;
    }

    @Override
    public final Lanes lanes() {
        return new Vectors(low, high);
    }

    // A record: the JIT trusts its fields to be constant.
    private record Vectors(float low, float high) implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return x.blend(low, x.compare(VectorOperators.LE, low)).blend(high, x.compare(VectorOperators.GE, high));
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            VectorMask<Float> keep = x.compare(VectorOperators.GE, low).and(x.compare(VectorOperators.LE, high))
                    .or(dy.compare(VectorOperators.NE, dy));
            return y.sub(y).blend(dy, keep);
        }
    }
}
