package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Var;

/// The magnitude: `y = |x|`.
///
/// **Derivative.** `dx = x > 0 ? dy : x < 0 ? -dy : 0`. A NaN in x or dy stays a NaN.
///
/// **Domain.** Every float. **Special values.** abs(-0) = 0; slope 0 at 0; NaN stays NaN.
///
/// **Error.** 0.0 ulp: value and slope are exact.
///
/// **Cost.** One operation; backward two comparisons and a blend.
public final class Abs extends UnaryOp {
    /// The operation.
    public static final Abs OP = new Abs();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ELEMENTWISE,
            """
            formula: y = |x|
            derivative: dx = x > 0 ? dy : x < 0 ? -dy : 0
            domain: every float
            special: abs(-0) = 0; slope 0 at 0; NaN stays NaN
            cost: one operation; backward two comparisons and a blend
            """,
            Operation.Bound.ulps(0), Operation.Bound.ulps(0),
            List.of(Operation.Case.of(Operation.Range.of(-8, 8, 7, 19).kink(0f))));

    private static final int SIGN = 0x8000_0000;

    private Abs() {
        super("abs");
    }

    /// `|x|` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public Real exact(Real x) {
        return x.abs();
    }

    @Override
    public float scalar(float x) {
        return Math.abs(x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        // |x| is what is left: 0, or the NaN of x.
        return x > 0 ? dy : x < 0 ? -dy : dy != dy ? dy : Math.abs(x);
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return x.abs();
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            VectorMask<Float> keep = x.abs().compare(VectorOperators.GT, 0).or(dy.compare(VectorOperators.NE, dy));
            FloatVector signed = dy.reinterpretAsInts().lanewise(VectorOperators.XOR, x.reinterpretAsInts().and(SIGN))
                    .reinterpretAsFloats();
            return x.abs().blend(signed, keep);
        }
    }
}
