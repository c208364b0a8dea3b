package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Var;

/// The natural logarithm: `y = log(x)`.
///
/// **Derivative.** `dx = dy == 0 ? 0 : dy / x`. An exactly zero dy stays zero, also where the slope is infinite or NaN:
/// so a branch that [Where] does not take adds nothing.
///
/// **Domain.** x above 0. **Special values.** log(0) = log(-0) = -inf; a negative x gives NaN; log(inf) = inf; slope
/// inf at 0; NaN stays NaN.
///
/// **Error.** That of the lane function, [lanegrad.math.Log]: 0.883 ulp; of the slope, which is correctly rounded, 0.5
/// ulp.
///
/// **Cost.** 32 operations; backward a division.
public final class Log extends UnaryOp {
    /// The operation.
    public static final Log OP = new Log();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ELEMENTWISE,
            """
            formula: y = log(x)
            derivative: dx = dy == 0 ? 0 : dy / x
            domain: x above 0
            special: log(0) = log(-0) = -inf; a negative x gives NaN; log(inf) = inf; slope inf at 0; NaN stays NaN
            cost: 32 operations; backward a division
            """,
            Operation.Bound.ulps(lanegrad.math.Log.MAX_ULP), Operation.Bound.ulps(0.5),
            List.of(Operation.Case.of(Operation.Range.of(0.25f, 9, 7, 19)),
                    Operation.Case.of(Operation.Range.of(0.9f, 1.1f, 3, 33))));

    private Log() {
        super("log");
    }

    /// `log(x)` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public Real exact(Real x) {
        return x.log();
    }

    @Override
    public float scalar(float x) {
        return lanegrad.math.Log.scalar(x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return dy == 0 ? 0 : dy / x;
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return lanegrad.math.Log.Lanes.vector(x);
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy.div(x).blend(0, dy.compare(VectorOperators.EQ, 0));
        }
    }
}
