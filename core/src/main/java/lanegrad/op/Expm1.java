package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Var;

/// The exponential less one, accurate near 0: `y = exp(x) - 1`.
///
/// **Derivative.** `dx = dy == 0 ? 0 : dy * exp(x)`. From the input: y + 1 has lost the digits of the slope below -17.
/// An exactly zero dy stays zero, also where the slope is infinite or NaN: so a branch that [Where] does not take adds
/// nothing.
///
/// **Domain.** Every float. **Special values.** expm1(-0) = -0; expm1(1e-10) = 1e-10; -1 from -17.33 down; NaN stays
/// NaN.
///
/// **Error.** That of the lane function, [lanegrad.math.Expm1]: 0.964 ulp; of the slope, which is [lanegrad.math.Exp],
/// 0.79 ulp.
///
/// **Cost.** 34 operations; backward an exp.
public final class Expm1 extends UnaryOp {
    /// The operation.
    public static final Expm1 OP = new Expm1();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ELEMENTWISE,
            """
            formula: y = exp(x) - 1
            derivative: dx = dy == 0 ? 0 : dy * exp(x)
            domain: every float
            special: expm1(-0) = -0; expm1(1e-10) = 1e-10; -1 from -17.33 down; NaN stays NaN
            cost: 34 operations; backward an exp
            """,
            Operation.Bound.ulps(lanegrad.math.Expm1.MAX_ULP), Operation.Bound.ulps(lanegrad.math.Exp.MAX_ULP),
            List.of(Operation.Case.of(Operation.Range.of(-2, 2, 7, 19)),
                    Operation.Case.of(Operation.Range.of(-1e-3f, 1e-3f, 3, 33))));

    private Expm1() {
        super("expm1");
    }

    /// `e^x - 1` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public Real exact(Real x) {
        return x.expm1();
    }

    @Override
    public float scalar(float x) {
        return lanegrad.math.Expm1.scalar(x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return dy == 0 ? 0 : dy * lanegrad.math.Exp.scalar(x);
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return lanegrad.math.Expm1.Lanes.vector(x);
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy.mul(lanegrad.math.Exp.Lanes.vector(x)).blend(0, dy.compare(VectorOperators.EQ, 0));
        }

        @Override
        public boolean canonical() {
            return true;
        }
    }
}
