package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Var;
import lanegrad.math.Log;

/// The Kullback-Leibler divergence of predictions, given as their logarithms x, from target probabilities t:
/// `y = mean over rows of sum t (log t - x)`; for SUM `y = sum over rows of sum t (log t - x)`.
///
/// **Shapes.** Log-probabilities x and probabilities t, both `[m, classes]`; the result is a scalar. The mean divides
/// by the number m of rows, not of elements.
///
/// **Derivative.** `dx = -t dy / m, dt = (log t + 1 - x) dy / m`; for SUM `dx = -t dy, dt = (log t + 1 - x) dy`. At
/// t = 0 dt is -inf, as the limit is.
///
/// **Domain.** x: every float, meant as logarithms; t: 0 and above, meant as rows of sum 1. **Special values.** A
/// target 0 contributes 0, whatever x, but for NaN; x = -inf where t > 0 gives inf; t below 0 gives NaN.
///
/// **Error.** Terms have either sign: `(log2(n) + 13) 2^-24 times the sum of t (|log t| + |x|)`, for the mean divided
/// by m.
///
/// **Cost.** A log an element; backward a negation and a product, to t a log.
///
/// **Source.** S. Kullback, R. Leibler, *On information and sufficiency* (Ann. Math. Statist. 22, 1951).
public final class KlDivergence extends ElementwiseLoss {
    /// The mean over the rows.
    public static final KlDivergence MEAN = new KlDivergence(Reduction.MEAN);
    /// The sum over the rows.
    public static final KlDivergence SUM = new KlDivergence(Reduction.SUM);
    static final Operation OPERATION = operation(MEAN, "mean", " / m");
    static final Operation SUM_OPERATION = operation(SUM, "sum", "");

    private KlDivergence(Reduction reduction) {
        super("kl-divergence", reduction);
    }

    private static Operation operation(KlDivergence op, String reduction, String share) {
        return new Operation(op, Operation.Kind.LOSS,
                """
                formula: y = %s over rows of sum t (log t - x)
                derivative: dx = -t dy%s, dt = (log t + 1 - x) dy%s
                domain: x: every float, meant as logarithms; t: 0 and above, meant as rows of sum 1
                special: a target 0 contributes 0, whatever x, but for NaN; x = -inf where t > 0 gives inf
                cost: a log an element; backward a negation and a product, to t a log
                """.formatted(reduction, share, share),
                new Operation.Bound("(log2(n) + 13) 2^-24 times the sum of t (|log t| + |x|)",
                        (attribute, shapes, x, y) -> limit(op == MEAN ? shapes[0].extent(0) : 1, x)),
                List.of(Operation.Case.of(Operation.Range.of(-8, 0, 7, 10), Operation.Range.of(0.0625f, 1, 7, 10)),
                        Operation.Case.of(Operation.Range.of(-8, 0, 33, 3),
                                Operation.Range.of(0, 1, 33, 3).constant())));
    }

    /// The mean divergence of rows.
    ///
    /// @throws IllegalArgumentException for shapes that differ or are no matrix, or an empty batch
    public static Var of(Var logProbabilities, Var targets) {
        return MEAN.apply(logProbabilities, targets);
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        return checkedRows(name(), inputs);
    }

    @Override
    protected int examples(Shape shape) {
        return shape.extent(0);
    }

    @Override
    public Real exact(Real x, Real t) {
        // t log t with a slope for t > 0; nothing at all, not NaN, for a target of 0.
        return t.value() == 0 && !Double.isNaN(x.value()) ? Real.ZERO : t.times(t.log().minus(x));
    }

    @Override
    public float scalar(float x, float t) {
        return t == 0 && x == x ? 0 : t * (Log.scalar(t) - x);
    }

    @Override
    public float vjpA(float x, float t, float dy) {
        return x != x ? x : -t * dy;
    }

    @Override
    public float vjpB(float x, float t, float dy) {
        return (Log.scalar(t) + 1 - x) * dy;
    }

    // Log t is within an ulp, the difference and the product round once each.
    private static double[] limit(int examples, double[][] x) {
        double scale = 0;
        for (int i = 0; i < x[0].length; i++) {
            scale += x[1][i] == 0 ? 0 : x[1][i] * (Math.abs(Math.log(x[1][i])) + Math.abs(x[0][i]));
        }
        return new double[] {(Math.log(x[0].length) / Math.log(2) + 13) * 0x1p-24 * scale / examples};
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x, FloatVector t) {
            return Log.Lanes.vector(t).sub(x).mul(t)
                    .blend(0, t.compare(VectorOperators.EQ, 0).and(x.compare(VectorOperators.EQ, x)));
        }

        @Override
        public FloatVector vjpA(FloatVector x, FloatVector t, FloatVector dy) {
            return t.neg().mul(dy).blend(x, x.compare(VectorOperators.NE, x));
        }

        @Override
        public FloatVector vjpB(FloatVector x, FloatVector t, FloatVector dy) {
            return Log.Lanes.vector(t).add(1).sub(x).mul(dy);
        }
    }
}
