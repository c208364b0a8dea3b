package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Var;
import lanegrad.math.Exp;
import lanegrad.math.Log1p;

/// The smooth ReLU: `y = log(1 + exp(x))`.
///
/// **Method.** `max(x, 0) + log1p(exp(-|x|))`: nothing overflows, and below 0, where y is small, its relative
/// accuracy is that of log1p.
///
/// **Derivative.** `dx = dy * sigmoid(x)`.
///
/// **Domain.** Every float. **Special values.** softplus(-100) = 3.7835e-44; softplus(1000) = 1000; NaN stays NaN;
/// softplus(-inf) = 0, softplus(inf) = inf.
///
/// **Error.** 1.65 ulp; of the slope 1.5 ulp.
///
/// **Cost.** Forward an exp and a log1p; backward a sigmoid.
///
/// Source: C. Dugas et al., *Incorporating Second-Order Functional Knowledge for Better Option Pricing* (2000).
public final class Softplus extends UnaryOp {
    /// The error of the forward in ulp: log1p's own, and that of exp, which log1p hands on. Measured over all floats
    /// of [-104, -1e-6] and [1e-6, 20]: 1.6402 at -1.289897; 1.3596 above 0. Outside, y is 0, ln 2 or x.
    public static final double MAX_ULP = 1.65;

    /// The operation.
    public static final Softplus OP = new Softplus();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ACTIVATION,
            """
            formula: y = log(1 + exp(x))
            derivative: dx = dy * sigmoid(x)
            domain: every float
            special: softplus(-100) = 3.7835e-44; softplus(1000) = 1000; NaN stays NaN
            cost: forward an exp and a log1p; backward a sigmoid
            """,
            Operation.Bound.ulps(MAX_ULP), Operation.Bound.ulps(1.5),
            List.of(Operation.Case.of(Operation.Range.of(-9, 9, 7, 19)),
                    Operation.Case.of(Operation.Range.of(-110, 30, 3, 33))));

    private Softplus() {
        super("softplus");
    }

    /// `log(1 + exp(x))` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public double exact(double x) {
        return Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
    }

    @Override
    public float scalar(float x) {
        float positive = x <= 0 ? 0 : x;
        return positive + Log1p.scalar(Exp.scalar(-Math.abs(x)));
    }

    @Override
    public double exactDerivative(double x) {
        return lanegrad.math.Sigmoid.exact(x);
    }

    @Override
    public float vjp(float x, float y, float dy) {
        return dy * lanegrad.math.Sigmoid.scalar(x);
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            FloatVector positive = x.blend(0, x.compare(VectorOperators.LE, 0));
            return positive.add(Log1p.Lanes.vector(Exp.Lanes.vector(x.abs().neg())));
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            return dy.mul(lanegrad.math.Sigmoid.Lanes.vector(x));
        }
    }
}
