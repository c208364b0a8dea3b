package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Var;

/// The sigmoid in three straight pieces: `y = min(max(x/6 + 1/2, 0), 1)`.
///
/// **Derivative.** `dx = -3 <= x <= 3 ? dy / 6 : 0`. At the bounds as inside, like [Clip]. A NaN in x or dy stays a
/// NaN.
///
/// **Domain.** Every float. **Special values.** 0 from -3 down, 1 from 3 up; slope 1/6 at the bounds; NaN stays NaN.
///
/// **Error.** 1.34 ulp; of the slope 0.5 ulp. The order is (x + 3) times 1/6, which keeps the digits next to -3; x/6 +
/// 1/2 loses them.
///
/// **Cost.** An addition, a multiplication, two comparisons and blends; backward two comparisons and a blend.
///
/// Source: M. Courbariaux, Y. Bengio, J.-P. David, *BinaryConnect* (NIPS 2015), with the slope 1/6 of PyTorch.
public final class HardSigmoid extends UnaryOp {
    /// The error of the forward in ulp: a sum and a product with a rounded sixth. Measured over all floats: 1.3334 at
    /// 1.0000007 (3f800006).
    public static final double MAX_ULP = 1.34;

    /// The operation.
    public static final HardSigmoid OP = new HardSigmoid();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ACTIVATION,
            """
            formula: y = min(max(x/6 + 1/2, 0), 1)
            derivative: dx = -3 <= x <= 3 ? dy / 6 : 0
            domain: every float
            special: 0 from -3 down, 1 from 3 up; slope 1/6 at the bounds; NaN stays NaN
            cost: an addition, a multiplication, two comparisons and blends; backward two comparisons and a blend
            """,
            Operation.Bound.ulps(MAX_ULP), Operation.Bound.ulps(0.5),
            List.of(Operation.Case.of(Operation.Range.of(-5, 5, 7, 19).kink(-3f, 3f))));

    private static final float SIXTH = 0x1.555556p-3f; // 0.166666672

    private HardSigmoid() {
        super("hard-sigmoid");
    }

    /// `min(max(x/6 + 1/2, 0), 1)` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }

    @Override
    public Real exact(Real x) {
        double v = x.value();
        return x.function(v != v ? v : Math.min(Math.max((v + 3) / 6, 0), 1),
                v >= -3 && v <= 3 ? 1 / 6.0 : v != v ? v : 0, 0)
                .branched(x, Real.of(-3), 1 / 6.0).branched(x, Real.of(3), 1 / 6.0);
    }

    @Override
    public float scalar(float x) {
        return x <= -3 ? 0 : x >= 3 ? 1 : (x + 3) * SIXTH;
    }

    @Override
    public float vjp(float x, float y, float dy) {
        // Outside, y is 0 or 1, or the NaN of x.
        return x >= -3 && x <= 3 || dy != dy ? dy * SIXTH : y - y;
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return x.add(3).mul(SIXTH).blend(0, x.compare(VectorOperators.LE, -3))
                    .blend(1, x.compare(VectorOperators.GE, 3));
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            VectorMask<Float> keep = x.abs().compare(VectorOperators.LE, 3).or(dy.compare(VectorOperators.NE, dy));
            return y.sub(y).blend(dy.mul(SIXTH), keep);
        }
    }
}
