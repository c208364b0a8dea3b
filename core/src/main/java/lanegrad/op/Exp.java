package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Var;

/// The exponential: `y = exp(x)`.
///
/// **Derivative.** `dx = dy == 0 ? 0 : dy * y`. An exactly zero dy stays zero, also where the slope is infinite or NaN:
/// so a branch that [Where] does not take adds nothing.
///
/// **Domain.** Every float. **Special values.** The last finite y is at 88.72283; y is subnormal below -87.33655 and 0
/// from -103.972084; NaN stays NaN.
///
/// **Error.** That of the lane function, [lanegrad.math.Exp], for value and slope: 0.79 ulp.
///
/// **Cost.** 27 operations; backward a multiplication.
public final class Exp extends UnaryOp {
    /// The operation.
    public static final Exp OP = new Exp();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ELEMENTWISE,
            """
            formula: y = exp(x)
            derivative: dx = dy == 0 ? 0 : dy * y
            domain: every float
            special: the last finite y is at 88.72283; y is subnormal below -87.33655 and 0 from -103.972084; NaN
              stays NaN
            cost: 27 operations; backward a multiplication
            """,
            Operation.Bound.ulps(lanegrad.math.Exp.MAX_ULP), Operation.Bound.ulps(lanegrad.math.Exp.MAX_ULP),
            List.of(Operation.Case.of(Operation.Range.of(-2, 2, 7, 19)),
                    Operation.Case.of(Operation.Range.of(-9, 9, 3, 33))));

    private Exp() {
        super("exp");
    }

    /// `e^x` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public Real exact(Real x) {
        return x.exp();
    }

    @Override
    public float scalar(float x) {
        return lanegrad.math.Exp.scalar(x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return dy == 0 ? 0 : dy * y;
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
            return lanegrad.math.Exp.Lanes.vector(x);
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy.mul(y).blend(0, dy.compare(VectorOperators.EQ, 0));
        }

        @Override
        public boolean canonical() {
            return true;
        }
    }
}
