package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Var;

/// A sigmoid whose tails fall off as 1/x, not as exp: `y = x / (1 + |x|)`.
///
/// **Derivative.** `dx = dy / (1 + |x|)^2`. From the input: 1 - |y| has lost its digits where y is near 1.
///
/// **Domain.** Every float. **Special values.** softsign(-0) = -0; softsign(inf) = 1; slope 1 at 0; NaN stays NaN.
///
/// **Error.** 1.5 ulp; of the slope 3.5 ulp.
///
/// **Cost.** An addition and a division, forward and backward.
///
/// Source: X. Glorot, Y. Bengio, *Understanding the Difficulty of Training Deep Feedforward Neural Networks* (AISTATS
/// 2010).
public final class Softsign extends UnaryOp {
    /// The error of the forward in ulp: a sum and a quotient, both correctly rounded. Measured over all floats: 1.4993
    /// at 2047.3749 (44ffebff).
    public static final double MAX_ULP = 1.5;

    /// The error of the slope in ulp. Measured over all floats: 3.4983 at 1.7255545e-4 (3934f000).
    public static final double MAX_SLOPE_ULP = 3.5;

    /// The operation.
    public static final Softsign OP = new Softsign();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ACTIVATION,
            """
            formula: y = x / (1 + |x|)
            derivative: dx = dy / (1 + |x|)^2
            domain: every float
            special: softsign(-0) = -0; softsign(inf) = 1; slope 1 at 0; NaN stays NaN
            cost: an addition and a division, forward and backward
            """,
            Operation.Bound.ulps(MAX_ULP), Operation.Bound.ulps(MAX_SLOPE_ULP),
            List.of(Operation.Case.of(Operation.Range.of(-8, 8, 7, 19).kink(0f))));

    private static final int SIGN = 0x8000_0000;
    private static final int ONE = 0x3f80_0000; // the bits of 1

    private Softsign() {
        super("softsign");
    }

    /// `x / (1 + |x|)` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public Real exact(Real x) {
        double v = x.value();
        double size = 1 + Math.abs(v);
        double y = Double.isInfinite(v) ? Math.signum(v) : v / size;
        return x.function(y, 1 / (size * size), -2 * Math.signum(v) / (size * size * size));
    }

    @Override
    public float scalar(float x) {
        float size = 1 + Math.abs(x);
        return size == Float.POSITIVE_INFINITY ? Math.copySign(1, x) : x / size;
    }

    @Override
    public float vjp(float x, float y, float dy) {
        float shrink = 1 / (1 + Math.abs(x));
        return dy * shrink * shrink;
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            FloatVector size = x.abs().add(1);
            FloatVector one = x.reinterpretAsInts().and(SIGN).or(ONE).reinterpretAsFloats();
            return x.div(size).blend(one, size.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            FloatVector shrink = x.broadcast(1).div(x.abs().add(1));
            return dy.mul(shrink).mul(shrink);
        }
    }
}
