package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Var;

/// The sigmoid linear unit, or swish: `y = x s(x)`.
///
/// **Formula.** `y = x / (1 + exp(-x))`.
///
/// **Derivative.** `s(x) (1 + x s(-x))`, from the input.
///
/// **Domain.** All floats.
///
/// **Special values.** silu(-0) = -0; silu(-1000) = silu(-inf) = -0, not NaN; subnormals are not flushed; NaN stays
/// NaN.
///
/// **Error.** Those of [lanegrad.math.Silu].
///
/// **Cost.** Forward and backward about a sigmoid each.
///
/// Source: S. Elfwing et al., *Sigmoid-Weighted Linear Units for Neural Network Function Approximation in
/// Reinforcement Learning* (2017).
public final class Silu extends UnaryOp {
    /// The operation.
    public static final Silu OP = new Silu();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ACTIVATION,
            "y = x s(x)", "dx = dy * s(x) (1 + x s(-x))",
            "silu(-1000) = -0, silu(-inf) = -0, silu(-0) = -0; NaN stays NaN",
            Operation.Bound.ulps(lanegrad.math.Silu.MAX_ULP),
            List.of(Operation.Case.of(Operation.Range.of(-9, 9, 7, 19)),
                    Operation.Case.of(Operation.Range.of(-112, 30, 3, 33))));

    private Silu() {
        super("silu");
    }

    /// `x s(x)` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public double exact(double x) {
        return lanegrad.math.Silu.exact(x);
    }

    @Override
    public float scalar(float x) {
        return lanegrad.math.Silu.scalar(x);
    }

    @Override
    public double exactDerivative(double x) {
        return lanegrad.math.Silu.exactDerivative(x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return dy * lanegrad.math.Silu.derivative(x);
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return lanegrad.math.Silu.Lanes.vector(x);
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy.mul(lanegrad.math.Silu.Lanes.derivative(x));
        }
    }
}
