package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Var;

/// The squared error of the textbooks, half the sum over the outputs of an example, and the mean over the m examples:
/// `y = mean over rows of sum((a - b)^2) / 2`; for SUM `y = sum over rows of sum((a - b)^2) / 2`.
///
/// The half takes the 2 out of the derivative. [MeanSquaredError] has no half and also divides by the number of
/// columns.
///
/// **Shapes.** Predictions a and targets b of one shape; the result is a scalar. The first extent counts the examples:
/// a matrix has one a row, a vector one a number, a scalar is one example.
///
/// **Derivative.** `da = (a - b) dy / m, db = -da`; for SUM `da = (a - b) dy, db = -da`.
///
/// **Domain.** Every float; shapes must be equal. **Special values.** (n) against (n, 1) is refused; NaN gives NaN.
///
/// **Error.** 2.0 ulp an element, then log2(n) + 10 for the sum.
///
/// **Cost.** Three operations an element; backward two.
///
/// **Source.** D. Rumelhart, G. Hinton, R. Williams, *Learning representations by back-propagating errors* (Nature 323,
/// 1986), equation 3.
public final class HalfSquaredError extends ElementwiseLoss {
    /// The mean over the examples.
    public static final HalfSquaredError MEAN = new HalfSquaredError(Reduction.MEAN);
    /// The sum over the examples.
    public static final HalfSquaredError SUM = new HalfSquaredError(Reduction.SUM);
    /// No element's loss is further than this from its exact value, in ulp. Measured over 20 million pairs: 1.85.
    static final double MAX_ULP = 2;
    static final Operation OPERATION = operation(MEAN, "mean", " / m");
    static final Operation SUM_OPERATION = operation(SUM, "sum", "");

    private HalfSquaredError(Reduction reduction) {
        super("half-squared-error", reduction);
    }

    private static Operation operation(HalfSquaredError op, String reduction, String share) {
        return new Operation(op, Operation.Kind.LOSS,
                """
                formula: y = %s over rows of sum((a - b)^2) / 2
                derivative: da = (a - b) dy%s, db = -da
                domain: every float; shapes must be equal
                special: (n) against (n, 1) is refused; NaN gives NaN
                cost: three operations an element; backward two
                """.formatted(reduction, share),
                bound(MAX_ULP),
                List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 19), Operation.Range.of(-4, 4, 7, 19)),
                        Operation.Case.of(Operation.Range.of(-4, 4, 33), Operation.Range.of(-4, 4, 33))));
    }

    /// Half the sum of the squared differences, in the mean over the rows.
    ///
    /// @throws IllegalArgumentException for shapes that differ, or an empty batch
    public static Var of(Var predictions, Var targets) {
        return MEAN.apply(predictions, targets);
    }

    @Override
    protected int examples(Shape shape) {
        return shape.rank() == 0 ? 1 : shape.extent(0);
    }

    @Override
    public Real exact(Real a, Real b) {
        return a.minus(b).square().over(2);
    }

    @Override
    public float scalar(float a, float b) {
        float d = a - b;
        return d * 0.5f * d;
    }

    @Override
    public float vjpA(float a, float b, float dy) {
        return (a - b) * dy;
    }

    @Override
    public float vjpB(float a, float b, float dy) {
        return (b - a) * dy;
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector a, FloatVector b) {
            FloatVector d = a.sub(b);
            return d.mul(0.5f).mul(d);
        }

        @Override
        public FloatVector vjpA(FloatVector a, FloatVector b, FloatVector dy) {
            return a.sub(b).mul(dy);
        }

        @Override
        public FloatVector vjpB(FloatVector a, FloatVector b, FloatVector dy) {
            return b.sub(a).mul(dy);
        }
    }
}
