package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Var;
import lanegrad.math.Exp;
import lanegrad.math.Expm1;

/// The exponential linear unit: `y = x > 0 ? x : alpha (exp(x) - 1)`, alpha 1 by default.
///
/// **Method.** Through expm1 of `min(x, 0)`: no infinite exponential above 88.7.
///
/// **Derivative.** `dx = x > 0 ? dy : dy * alpha exp(x)`. From the input: `y + alpha` would lose the digits of a small
/// slope.
///
/// **Domain.** Every float. **Special values.** elu(-0) = -0; elu(-inf) = -alpha; slope alpha at 0; NaN stays NaN.
/// elu(inf) = inf; no NaN gradient above 88.7.
///
/// **Error.** With alpha 1 that of expm1, 0.964 ulp; of the slope that of exp, 0.79 ulp. Another alpha adds the
/// rounding of a product: below 2.5 and 2.1 ulp, where exp(x) is normal.
///
/// **Cost.** Forward an expm1, backward an exp.
///
/// Source: D.-A. Clevert et al., *Fast and Accurate Deep Network Learning by Exponential Linear Units* (2015).
public final class Elu extends UnaryOp {
    /// The largest error of the forward with alpha 1, in ulp: that of expm1.
    public static final double MAX_ULP = Expm1.MAX_ULP;
    /// The largest error of the derivative with alpha 1, in ulp: that of exp.
    public static final double MAX_SLOPE_ULP = Exp.MAX_ULP;

    /// The operation, with alpha 1.
    public static final Elu OP = new Elu(1);
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ACTIVATION,
            """
            formula: y = x > 0 ? x : alpha (exp(x) - 1)
            derivative: dx = x > 0 ? dy : dy * alpha exp(x)
            domain: every float
            special: elu(-0) = -0; elu(-inf) = -alpha; slope alpha at 0; NaN stays NaN
            cost: forward an expm1, backward an exp
            """,
            Operation.Bound.ulps(MAX_ULP), Operation.Bound.ulps(MAX_SLOPE_ULP),
            List.of(Operation.Case.of(Operation.Range.of(-9, 9, 7, 19).kink(0f)),
                    Operation.Case.of(Operation.Range.of(-110, 100, 3, 33).kink(0f))));

    private final float alpha;

    /// ELU with another `alpha`. Keep it: a tape reuses the buffers of an operation that it meets again.
    ///
    /// @throws IllegalArgumentException unless `alpha` is positive and finite
    public Elu(float alpha) {
        super("elu");
        if (!(alpha > 0 && alpha <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException("elu: alpha is " + alpha
                    + "; it must be positive and finite, 1 is usual");
        }
        this.alpha = alpha;
    }

    /// `x > 0 ? x : exp(x) - 1` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    /// What the function falls to, without its sign.
    public float alpha() {
        return alpha;
    }

    @Override
    public Real exact(Real x) {
        return (x.value() > 0 ? x : x.expm1().times(alpha)).branched(x, Real.ZERO, Math.abs(1.0 - alpha));
    }

    @Override
    public float scalar(float x) {
        return x > 0 ? x : alpha * Expm1.scalar(x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return dy * (x > 0 ? 1 : alpha * Exp.scalar(x));
    }

    @Override
    public Lanes lanes() {
        return new Vectors(alpha);
    }

    private record Vectors(float alpha) implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            VectorMask<Float> positive = x.compare(VectorOperators.GT, 0);
            // 0 in place of a positive x: its exponential could overflow.
            return Expm1.Lanes.vector(x.blend(0, positive)).mul(alpha).blend(x, positive);
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            VectorMask<Float> positive = x.compare(VectorOperators.GT, 0);
            return dy.mul(Exp.Lanes.vector(x.blend(0, positive)).mul(alpha).blend(1, positive));
        }
    }
}
