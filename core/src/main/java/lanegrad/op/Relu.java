package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Var;

/// The rectified linear unit: `y = max(x, 0)`.
///
/// **Derivative.** `dx = x > 0 ? dy : 0`, as in PyTorch and JAX. A NaN in x or dy stays a NaN.
///
/// **Domain.** Every float. **Special values.** relu(-0) = 0; slope 0 at 0; NaN stays NaN.
///
/// **Error.** 0.0 ulp: value and slope are exact.
///
/// **Cost.** A comparison and a blend, forward and backward: at the bandwidth of memory out of cache, of the stores
/// within it.
///
/// Source: V. Nair, G. Hinton, *Rectified Linear Units Improve Restricted Boltzmann Machines* (ICML 2010).
public final class Relu extends UnaryOp {
    /// The operation.
    public static final Relu OP = new Relu();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ACTIVATION,
            """
            formula: y = max(x, 0)
            derivative: dx = x > 0 ? dy : 0
            domain: every float
            special: relu(-0) = 0; slope 0 at 0; NaN stays NaN
            cost: a comparison and a blend, forward and backward
            """,
            Operation.Bound.ulps(0), Operation.Bound.ulps(0),
            List.of(Operation.Case.of(Operation.Range.of(-8, 8, 7, 19).kink(0f))));

    private Relu() {
        super("relu");
    }

    /// `max(x, 0)` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public Real exact(Real x) {
        double v = x.value();
        return x.function(v <= 0 ? 0 : v, v != v ? v : v > 0 ? 1 : 0, 0).branched(x, Real.ZERO, 1);
    }

    @Override
    public float scalar(float x) {
        return x <= 0 ? 0 : x;
    }

    @Override
    public float vjp(float x, float y, float dy) {
        // Where x is not positive, y is 0, and where x is NaN, y is: the result either way, but for a NaN in dy.
        return y > 0 || dy != dy ? dy : y;
    }

    @Override
    public boolean derivativeFromOutput() {
        return true;
    }

    @Override
    public boolean rectifies() {
        return true;
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return x.blend(0, x.compare(VectorOperators.LE, 0));
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            VectorMask<Float> keep = y.compare(VectorOperators.GT, 0).or(dy.compare(VectorOperators.NE, dy));
            return y.blend(dy, keep);
        }
    }
}
