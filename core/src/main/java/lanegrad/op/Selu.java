package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Var;
import lanegrad.math.Exp;
import lanegrad.math.Expm1;

/// The self-normalizing ELU: `y = l x for x > 0, else l a (exp(x) - 1); l = 1.0507, a = 1.6733`, to be exact l =
/// 1.0507009873554805 and a = 1.6732632423543772.
///
/// **Method.** Through expm1 of `min(x, 0)`; `l` and `l a` are rounded to float once each.
///
/// **Derivative.** `dx = x > 0 ? l dy : dy * l a exp(x)`. From the input; at 0 it is `l a`, as in PyTorch.
///
/// **Domain.** Every float. **Special values.** selu(-0) = -0; selu(-inf) = -1.7580993; slope l a at 0; NaN stays NaN.
/// selu(inf) = inf, as beyond 3.2386e38; no NaN gradient above 88.7.
///
/// **Error.** With the rounding of the constants 1.95 ulp; of the slope 2.01 ulp.
///
/// **Cost.** Forward an expm1, backward an exp.
///
/// Source: G. Klambauer et al., *Self-Normalizing Neural Networks* (2017).
public final class Selu extends UnaryOp {
    /// The largest error of the forward, in ulp. Measured over all floats: 1.9342 at -0.3265535 (bea73205).
    public static final double MAX_ULP = 1.95;
    /// The largest error of the derivative, in ulp. Measured over all floats: 2.0020 at -87.35875 (c2aeb7ae).
    public static final double MAX_SLOPE_ULP = 2.01;

    private static final double EXACT_SCALE = 1.0507009873554804934;
    private static final double EXACT_ALPHA = 1.6732632423543772848;
    private static final float SCALE = 0x1.0cfabep0f; // 1.050701
    private static final float SCALE_ALPHA = 0x1.c212ccp0f; // 1.7580993

    /// The operation.
    public static final Selu OP = new Selu();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ACTIVATION,
            """
            formula: y = l x for x > 0, else l a (exp(x) - 1); l = 1.0507, a = 1.6733
            derivative: dx = x > 0 ? l dy : dy * l a exp(x)
            domain: every float
            special: selu(-0) = -0; selu(-inf) = -1.7580993; slope l a at 0; NaN stays NaN
            cost: forward an expm1, backward an exp
            """,
            Operation.Bound.ulps(MAX_ULP), Operation.Bound.ulps(MAX_SLOPE_ULP),
            List.of(Operation.Case.of(Operation.Range.of(-9, 9, 7, 19).kink(0f)),
                    Operation.Case.of(Operation.Range.of(-110, 100, 3, 33).kink(0f))));

    private Selu() {
        super("selu");
    }

    /// `selu(x)` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public Real exact(Real x) {
        double v = x.value();
        double curve = EXACT_SCALE * EXACT_ALPHA;
        Real y = v > 0 ? x.function(EXACT_SCALE * v, EXACT_SCALE, 0)
                : x.function(curve * StrictMath.expm1(v), curve * StrictMath.exp(v), curve * StrictMath.exp(v));
        return y.branched(x, Real.ZERO, curve - EXACT_SCALE);
    }

    @Override
    public float scalar(float x) {
        return x > 0 ? SCALE * x : SCALE_ALPHA * Expm1.scalar(x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return dy * (x > 0 ? SCALE : SCALE_ALPHA * Exp.scalar(x));
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            VectorMask<Float> positive = x.compare(VectorOperators.GT, 0);
            return Expm1.Lanes.vector(x.blend(0, positive)).mul(SCALE_ALPHA).blend(x.mul(SCALE), positive);
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            VectorMask<Float> positive = x.compare(VectorOperators.GT, 0);
            return dy.mul(Exp.Lanes.vector(x.blend(0, positive)).mul(SCALE_ALPHA).blend(SCALE, positive));
        }
    }
}
