package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Real;
import lanegrad.Var;

/// The hyperbolic tangent: `y = tanh(x)`.
///
/// **Derivative.** `dx = dy * (1 - y*y)`, with `1 - y*y` as one fma: exactly 0 where y has saturated to 1 or -1. It is
/// taken from the output, so its error is absolute: about `2^-24` plus twice that of y, not relative to the small
/// slopes of the tails.
///
/// **Domain.** Every float. **Special values.** tanh(-0) = -0; 1 from 9.010914, slope 0 there; NaN stays NaN.
///
/// **Error, method.** Those of the lane function, [lanegrad.math.Tanh]: 0.78 ulp; of the slope 7.5E-8 absolute.
///
/// **Cost.** Forward about two exp; backward an fma and a multiplication.
public final class Tanh extends UnaryOp {
    /// The error of the slope, absolute. Measured over all 2^32 inputs: 7.4986e-8 at 0.88023865 (3f615753).
    public static final double MAX_SLOPE_ERROR = 7.5e-8;

    /// The operation.
    public static final Tanh OP = new Tanh();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ACTIVATION,
            """
            formula: y = tanh(x)
            derivative: dx = dy * (1 - y*y)
            domain: every float
            special: tanh(-0) = -0; 1 from 9.010914, slope 0 there; NaN stays NaN
            cost: forward about two exp; backward an fma and a multiplication
            """,
            Operation.Bound.ulps(lanegrad.math.Tanh.MAX_ULP), Operation.Bound.absolute(MAX_SLOPE_ERROR),
            List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 19)),
                    Operation.Case.of(Operation.Range.of(-1e-3f, 1e-3f, 3, 33))));

    private Tanh() {
        super("tanh");
    }

    /// `tanh(x)` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public Real exact(Real x) {
        return x.tanh();
    }

    @Override
    public float scalar(float x) {
        return lanegrad.math.Tanh.scalar(x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return dy * Math.fma(-y, y, 1);
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
            return lanegrad.math.Tanh.Lanes.vector(x);
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy.mul(y.neg().fma(y, y.broadcast(1)));
        }

        @Override
        public boolean canonical() {
            return true;
        }
    }
}
