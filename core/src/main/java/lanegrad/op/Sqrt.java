package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Var;

/// The square root: `y = sqrt(x)`.
///
/// **Derivative.** `dx = dy == 0 ? 0 : dy / (2 |y|)`. An exactly zero dy stays zero, also where the slope is infinite
/// or NaN: so a branch that [Where] does not take adds nothing.
///
/// **Domain.** x from 0 up. **Special values.** sqrt(-0) = -0; a negative x gives NaN; slope inf at 0 and at -0; NaN
/// stays NaN.
///
/// **Error.** Correctly rounded: 0.5 ulp; of the slope 1.5 ulp.
///
/// **Cost.** One square root; backward a division.
public final class Sqrt extends UnaryOp {
    /// The error of the slope in ulp: a rounded root, then a rounded quotient. Measured over all floats: 1.4904
    /// at 1.1827658e-38 (0080cab3).
    public static final double MAX_SLOPE_ULP = 1.5;

    /// The operation.
    public static final Sqrt OP = new Sqrt();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ELEMENTWISE,
            """
            formula: y = sqrt(x)
            derivative: dx = dy == 0 ? 0 : dy / (2 |y|)
            domain: x from 0 up
            special: sqrt(-0) = -0; a negative x gives NaN; slope inf at 0 and at -0; NaN stays NaN
            cost: one square root; backward a division
            """,
            Operation.Bound.ulps(0.5), Operation.Bound.ulps(MAX_SLOPE_ULP),
            List.of(Operation.Case.of(Operation.Range.of(0.25f, 9, 7, 19)),
                    Operation.Case.of(Operation.Range.of(1e-3f, 2, 3, 33))));

    private Sqrt() {
        super("sqrt");
    }

    /// `sqrt(x)` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public Real exact(Real x) {
        return x.sqrt();
    }

    @Override
    public float scalar(float x) {
        return (float) Math.sqrt(x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        float root = Math.abs(y);
        return dy == 0 ? 0 : dy / (root + root);
    }

    @Override
    public boolean derivativeFromOutput() {
        return true;
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return x.sqrt();
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            FloatVector root = y.abs();
            return dy.div(root.add(root)).blend(0, dy.compare(VectorOperators.EQ, 0));
        }
    }
}
