package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Var;

/// The mean of the absolute differences, MAE or L1 loss: `y = mean(|a - b|)`; for SUM `y = sum(|a - b|)`.
///
/// **Shapes.** Predictions a and targets b of one shape; the result is a scalar.
///
/// **Derivative.** `da = sign(a - b) dy / n, db = -da`, 0 where a = b; for SUM `da = sign(a - b) dy, db = -da`.
///
/// **Domain.** Every float; shapes must be equal. **Special values.** (n) against (n, 1) is refused; gradient 0 where
/// a = b; NaN gives NaN, and so does inf against inf.
///
/// **Error.** 0.5 ulp an element, then log2(n) + 10 for the sum.
///
/// **Cost.** Two operations an element; backward two comparisons and two blends.
public final class MeanAbsoluteError extends ElementwiseLoss {
    /// The mean.
    public static final MeanAbsoluteError MEAN = new MeanAbsoluteError(Reduction.MEAN);
    /// The sum.
    public static final MeanAbsoluteError SUM = new MeanAbsoluteError(Reduction.SUM);
    /// No element's loss is further than this from its exact value, in ulp: the difference is rounded once.
    static final double MAX_ULP = 0.5;
    static final Operation OPERATION = operation(MEAN, "mean", " / n");
    static final Operation SUM_OPERATION = operation(SUM, "sum", "");

    private MeanAbsoluteError(Reduction reduction) {
        super("mean-absolute-error", reduction);
    }

    private static Operation operation(MeanAbsoluteError op, String reduction, String share) {
        return new Operation(op, Operation.Kind.LOSS,
                """
                formula: y = %s(|a - b|)
                derivative: da = sign(a - b) dy%s, db = -da
                domain: every float; shapes must be equal
                special: (n) against (n, 1) is refused; gradient 0 where a = b; NaN gives NaN
                cost: two operations an element; backward two comparisons and two blends
                """.formatted(reduction, share),
                bound(MAX_ULP),
                List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 19), Operation.Range.of(-4, 4, 7, 19))
                        .kinks(Operation.Case.Kinks.difference(0f))));
    }

    /// `mean(|a - b|)`.
    ///
    /// @throws IllegalArgumentException for shapes that differ, or an empty batch
    public static Var of(Var predictions, Var targets) {
        return MEAN.apply(predictions, targets);
    }

    @Override
    public Real exact(Real a, Real b) {
        return a.minus(b).abs();
    }

    @Override
    public float scalar(float a, float b) {
        return Math.abs(a - b);
    }

    @Override
    public float vjpA(float a, float b, float dy) {
        return slope(a - b, dy);
    }

    @Override
    public float vjpB(float a, float b, float dy) {
        return vjpA(b, a, dy);
    }

    // Where d is 0 or NaN it is the result itself, but for a NaN in dy.
    private static float slope(float d, float dy) {
        return d > 0 || dy != dy ? dy : d < 0 ? -dy : d;
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector a, FloatVector b) {
            return a.sub(b).abs();
        }

        @Override
        public FloatVector vjpA(FloatVector a, FloatVector b, FloatVector dy) {
            FloatVector d = a.sub(b);
            return d.blend(dy.neg(), d.compare(VectorOperators.LT, 0))
                    .blend(dy, d.compare(VectorOperators.GT, 0).or(dy.compare(VectorOperators.NE, dy)));
        }

        @Override
        public FloatVector vjpB(FloatVector a, FloatVector b, FloatVector dy) {
            return vjpA(b, a, dy);
        }
    }
}
