package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Real;
import lanegrad.Var;

/// The mean of the squared differences: `y = mean((a - b)^2)`, without the textbooks' half, which is
/// [HalfSquaredError]; for SUM `y = sum((a - b)^2)`.
///
/// **Shapes.** Predictions a and targets b of one shape; the result is a scalar.
///
/// **Derivative.** `da = 2 (a - b) dy / n, db = -da`; for SUM `da = 2 (a - b) dy, db = -da`.
///
/// **Domain.** Every float; shapes must be equal. **Special values.** (n) against (n, 1) is refused; NaN gives NaN.
///
/// **Error.** 2.0 ulp an element, then log2(n) + 10 for the sum. The difference is rounded, squared and rounded: 1.92
/// ulp at most.
///
/// **Cost.** Three operations an element; backward two.
public final class MeanSquaredError extends ElementwiseLoss {
    /// The mean.
    public static final MeanSquaredError MEAN = new MeanSquaredError(Reduction.MEAN);
    /// The sum.
    public static final MeanSquaredError SUM = new MeanSquaredError(Reduction.SUM);
    static final Operation OPERATION = operation(MEAN, "mean", " / n");
    static final Operation SUM_OPERATION = operation(SUM, "sum", "");

    private MeanSquaredError(Reduction reduction) {
        super("mean-squared-error", reduction);
    }

    private static Operation operation(MeanSquaredError op, String reduction, String share) {
        return new Operation(op, Operation.Kind.LOSS,
                """
                formula: y = %s((a - b)^2)
                derivative: da = 2 (a - b) dy%s, db = -da
                domain: every float; shapes must be equal
                special: (n) against (n, 1) is refused; NaN gives NaN
                cost: three operations an element; backward two
                """.formatted(reduction, share),
                bound(2),
                List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 19), Operation.Range.of(-4, 4, 7, 19))));
    }

    /// `mean((a - b)^2)`.
    ///
    /// @throws IllegalArgumentException for shapes that differ, or an empty batch
    public static Var of(Var predictions, Var targets) {
        return MEAN.apply(predictions, targets);
    }

    @Override
    public Real exact(Real a, Real b) {
        return a.minus(b).square();
    }

    @Override
    public float scalar(float a, float b) {
        float d = a - b;
        return d * d;
    }

    @Override
    public float vjpA(float a, float b, float dy) {
        return (2 * (a - b)) * dy;
    }

    @Override
    public float vjpB(float a, float b, float dy) {
        return (2 * (b - a)) * dy;
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector a, FloatVector b) {
            FloatVector d = a.sub(b);
            return d.mul(d);
        }

        @Override
        public FloatVector vjpA(FloatVector a, FloatVector b, FloatVector dy) {
            return a.sub(b).mul(2).mul(dy);
        }

        @Override
        public FloatVector vjpB(FloatVector a, FloatVector b, FloatVector dy) {
            return b.sub(a).mul(2).mul(dy);
        }
    }
}
