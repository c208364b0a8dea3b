package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Var;

/// The rectified linear unit that lets some of the negative through: `y = x > 0 ? x : slope x`.
///
/// **Derivative.** `dx = x > 0 ? dy : slope dy`, as in PyTorch. The slope is 0.01 unless another is given.
///
/// **Domain.** Every float. **Special values.** leaky-relu(-0) = -0; its derivative at 0 is the slope; NaN stays NaN.
///
/// **Error.** Correctly rounded: 0.5 ulp; of the slope 0.0 ulp.
///
/// **Cost.** A multiplication, a comparison and a blend, forward and backward.
///
/// Source: A. Maas, A. Hannun, A. Ng, *Rectifier Nonlinearities Improve Neural Network Acoustic Models* (ICML 2013).
public final class LeakyRelu extends UnaryOp {
    /// The slope below 0 of [#OP].
    public static final float SLOPE = 0.01f;

    /// The operation with slope 0.01.
    public static final LeakyRelu OP = new LeakyRelu(SLOPE);
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ACTIVATION,
            """
            formula: y = x > 0 ? x : slope x
            derivative: dx = x > 0 ? dy : slope dy
            domain: every float
            special: leaky-relu(-0) = -0; its derivative at 0 is the slope; NaN stays NaN
            cost: a multiplication, a comparison and a blend, forward and backward
            """,
            Operation.Bound.ulps(0.5), Operation.Bound.ulps(0),
            List.of(Operation.Case.of(Operation.Range.of(-8, 8, 7, 19).kink(0f))));

    private final float slope;

    /// With this slope below 0; with 0, -inf gives NaN, as 0 * inf does, where [Relu] gives 0. Keep it: a tape reuses
    /// the buffers of an operation that it meets again.
    ///
    /// @throws IllegalArgumentException for a slope that is negative, infinite or NaN
    public LeakyRelu(float slope) {
        super("leaky-relu");
        if (!(slope >= 0 && slope <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException("leaky-relu: the slope below 0 is " + slope
                    + "; it must be finite and not negative; 0.01 is usual");
        }
        this.slope = slope;
    }

    /// `x > 0 ? x : 0.01 x` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    /// The slope below 0.
    public float slope() {
        return slope;
    }

    @Override
    public Real exact(Real x) {
        return (x.value() > 0 ? x : x.times(slope)).branched(x, Real.ZERO, Math.abs(1.0 - slope));
    }

    @Override
    public float scalar(float x) {
        return x > 0 ? x : slope * x;
    }

    // By the sign of y, which is that of x but where slope x is 0: there x is not positive either.
    @Override
    public float vjp(float x, float y, float dy) {
        return y > 0 ? dy : dy * slope;
    }

    @Override
    public boolean derivativeFromOutput() {
        return true;
    }

    @Override
    public Lanes lanes() {
        return new Vectors(slope);
    }

    // A record: the JIT trusts its field to be constant.
    private record Vectors(float slope) implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return x.mul(slope).blend(x, x.compare(VectorOperators.GT, 0));
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            VectorMask<Float> positive = y.compare(VectorOperators.GT, 0);
            return dy.mul(slope).blend(dy, positive);
        }
    }
}
