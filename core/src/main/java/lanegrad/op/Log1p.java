package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Var;

/// The natural logarithm of one more, accurate near 0: `y = log(1 + x)`.
///
/// **Derivative.** `dx = dy == 0 ? 0 : dy / (1 + x)`. An exactly zero dy stays zero, also where the slope is infinite
/// or NaN: so a branch that [Where] does not take adds nothing.
///
/// **Domain.** x above -1. **Special values.** log1p(-0) = -0; log1p(1e-10) = 1e-10; log1p(-1) = -inf; below -1 NaN;
/// slope inf at -1; NaN stays NaN.
///
/// **Error.** That of the lane function, [lanegrad.math.Log1p]: 0.93 ulp; of the slope 1.5 ulp.
///
/// **Cost.** 40 operations; backward an addition and a division.
public final class Log1p extends UnaryOp {
    /// The error of the slope in ulp: a sum and a quotient, both correctly rounded. Measured over all floats:
    /// 1.4995 at 1.7255545e-4 (3934f000).
    public static final double MAX_SLOPE_ULP = 1.5;

    /// The operation.
    public static final Log1p OP = new Log1p();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ELEMENTWISE,
            """
            formula: y = log(1 + x)
            derivative: dx = dy == 0 ? 0 : dy / (1 + x)
            domain: x above -1
            special: log1p(-0) = -0; log1p(1e-10) = 1e-10; log1p(-1) = -inf; below -1 NaN; slope inf at -1; NaN stays
              NaN
            cost: 40 operations; backward an addition and a division
            """,
            Operation.Bound.ulps(lanegrad.math.Log1p.MAX_ULP), Operation.Bound.ulps(MAX_SLOPE_ULP),
            List.of(Operation.Case.of(Operation.Range.of(-0.75f, 9, 7, 19)),
                    Operation.Case.of(Operation.Range.of(-1e-3f, 1e-3f, 3, 33))));

    private Log1p() {
        super("log1p");
    }

    /// `log(1 + x)` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public Real exact(Real x) {
        return x.log1p();
    }

    @Override
    public float scalar(float x) {
        return lanegrad.math.Log1p.scalar(x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return dy == 0 ? 0 : dy / (1 + x);
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return lanegrad.math.Log1p.Lanes.vector(x);
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy.div(x.add(1)).blend(0, dy.compare(VectorOperators.EQ, 0));
        }
    }
}
