package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Var;

/// The reciprocal: `y = 1 / x`.
///
/// **Derivative.** `dx = dy == 0 ? 0 : -dy * y * y`. An exactly zero dy stays zero, also where the slope is infinite or
/// NaN: so a branch that [Where] does not take adds nothing.
///
/// **Domain.** x other than 0. **Special values.** reciprocal(0) = inf, reciprocal(-0) = -inf; reciprocal(inf) = 0;
/// slope -inf at 0; NaN stays NaN.
///
/// **Error.** Correctly rounded: 0.5 ulp; of the slope 1.92 ulp.
///
/// **Cost.** One division; backward two multiplications.
public final class Reciprocal extends UnaryOp {
    /// The error of the slope in ulp: two products of a rounded value. Measured over all floats: 1.9033
    /// at 7.66969e-20 (1fb5186e).
    public static final double MAX_SLOPE_ULP = 1.92;

    /// The operation.
    public static final Reciprocal OP = new Reciprocal();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ELEMENTWISE,
            """
            formula: y = 1 / x
            derivative: dx = dy == 0 ? 0 : -dy * y * y
            domain: x other than 0
            special: reciprocal(0) = inf, reciprocal(-0) = -inf; reciprocal(inf) = 0; slope -inf at 0; NaN stays NaN
            cost: one division; backward two multiplications
            """,
            Operation.Bound.ulps(0.5), Operation.Bound.ulps(MAX_SLOPE_ULP),
            List.of(Operation.Case.of(Operation.Range.of(0.5f, 8, 7, 19)),
                    Operation.Case.of(Operation.Range.of(-8, -0.5f, 3, 33))));

    private Reciprocal() {
        super("reciprocal");
    }

    /// `1 / x` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public Real exact(Real x) {
        return x.reciprocal();
    }

    @Override
    public float scalar(float x) {
        return 1 / x;
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return dy == 0 ? 0 : -(dy * y) * y;
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
            return x.broadcast(1).div(x);
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy.mul(y).neg().mul(y).blend(0, dy.compare(VectorOperators.EQ, 0));
        }
    }
}
