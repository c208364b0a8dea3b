package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Var;

/// The reciprocal of the square root: `y = 1 / sqrt(x)`.
///
/// **Derivative.** `dx = dy == 0 ? 0 : -dy * y / (2 x)`. An exactly zero dy stays zero, also where the slope is
/// infinite or NaN: so a branch that [Where] does not take adds nothing.
///
/// **Domain.** x above 0. **Special values.** rsqrt(0) = inf, rsqrt(-0) = -inf; a negative x gives NaN; rsqrt(inf) = 0;
/// slope -inf at 0; NaN stays NaN.
///
/// **Error.** 1.5 ulp: a root and a quotient, both correctly rounded; of the slope 1.96 ulp.
///
/// **Cost.** A square root and a division; backward a division and two multiplications.
public final class Rsqrt extends UnaryOp {
    /// The error of the forward in ulp. Measured over all floats: 1.4904 at 1.1827658e-38 (0080cab3).
    public static final double MAX_ULP = 1.5;

    /// The error of the slope in ulp. Measured over all floats: 1.9491 at 1.3004138e-26 (1480c968).
    public static final double MAX_SLOPE_ULP = 1.96;

    /// The operation.
    public static final Rsqrt OP = new Rsqrt();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ELEMENTWISE,
            """
            formula: y = 1 / sqrt(x)
            derivative: dx = dy == 0 ? 0 : -dy * y / (2 x)
            domain: x above 0
            special: rsqrt(0) = inf, rsqrt(-0) = -inf; a negative x gives NaN; rsqrt(inf) = 0; slope -inf at 0; NaN
              stays NaN
            cost: a square root and a division; backward a division and two multiplications
            """,
            Operation.Bound.ulps(MAX_ULP), Operation.Bound.ulps(MAX_SLOPE_ULP),
            List.of(Operation.Case.of(Operation.Range.of(0.5f, 9, 7, 19)),
                    Operation.Case.of(Operation.Range.of(0.1f, 2, 3, 33))));

    private Rsqrt() {
        super("rsqrt");
    }

    /// `1 / sqrt(x)` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public Real exact(Real x) {
        double v = x.value();
        double y = 1 / Math.sqrt(v);
        return x.function(y, -0.5 * y / v, 0.75 * y / (v * v));
    }

    @Override
    public float scalar(float x) {
        return 1 / (float) Math.sqrt(x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return dy == 0 ? 0 : dy * (-0.5f * y / x);
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return x.broadcast(1).div(x.sqrt());
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy.mul(y.mul(-0.5f).div(x)).blend(0, dy.compare(VectorOperators.EQ, 0));
        }
    }
}
