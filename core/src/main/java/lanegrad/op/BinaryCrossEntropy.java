package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Var;
import lanegrad.math.Sigmoid;

/// Binary cross-entropy of logits z against targets t in [0, 1]: `y = mean(-t log s(z) - (1 - t) log s(-z))`, where s
/// is the sigmoid, and `s(-z) = 1 - s(z)`; for SUM `y = sum(-t log s(z) - (1 - t) log s(-z))`. On probabilities:
/// [BinaryCrossEntropyOfProbabilities].
///
/// **Method.** With w the weight of the side that z does not choose, `1 - t` for z > 0 and `t` otherwise, the loss of
/// an element is `|z| w + log1p(exp(-|z|))`. Nothing in it overflows or cancels, and a side of weight 0 contributes 0
/// even when z is infinite.
///
/// **Derivative.** `dz = (s(z) - t) dy / n, dt = -z dy / n`; for SUM `dz = (s(z) - t) dy, dt = -z dy`. dz is
/// taken from the small one of s(z) and s(-z): near 1, `s(z) - 1` would lose what `-s(-z)` keeps.
///
/// **Domain.** Logits z: every float; targets t: 0 to 1; shapes must be equal.
///
/// **Special values.** `(-inf, 0) = (inf, 1) = 0; (inf, 0) = (-inf, 1) = inf`. z = 0, t = 0: ln 2, gradient 0.5. z =
/// -100, t = 0: 3.7835e-44.
///
/// **Error.** 4.0 ulp an element, then log2(n) + 10 for the sum.
///
/// **Cost.** Forward a softplus; backward a sigmoid.
public final class BinaryCrossEntropy extends ElementwiseLoss {
    /// The mean.
    public static final BinaryCrossEntropy MEAN = new BinaryCrossEntropy(Reduction.MEAN);
    /// The sum.
    public static final BinaryCrossEntropy SUM = new BinaryCrossEntropy(Reduction.SUM);
    static final Operation OPERATION = operation(MEAN, "mean", " / n");
    static final Operation SUM_OPERATION = operation(SUM, "sum", "");

    private BinaryCrossEntropy(Reduction reduction) {
        super("binary-cross-entropy", reduction);
    }

    private static Operation operation(BinaryCrossEntropy op, String reduction, String share) {
        return new Operation(op, Operation.Kind.LOSS,
                """
                formula: y = %s(-t log s(z) - (1 - t) log s(-z))
                derivative: dz = (s(z) - t) dy%s, dt = -z dy%s
                domain: logits z: every float; targets t: 0 to 1; shapes must be equal
                special: (-inf, 0) = (inf, 1) = 0; (inf, 0) = (-inf, 1) = inf
                cost: forward a softplus; backward a sigmoid
                """.formatted(reduction, share, share),
                bound(4),
                List.of(Operation.Case.of(Operation.Range.of(-9, 9, 7, 19), Operation.Range.of(0, 1, 7, 19))));
    }

    /// The mean binary cross-entropy.
    ///
    /// @throws IllegalArgumentException for shapes that differ, or an empty batch
    public static Var of(Var logits, Var targets) {
        return MEAN.apply(logits, targets);
    }

    @Override
    public Real exact(Real z, Real t) {
        boolean positive = z.value() > 0;
        Real w = positive ? Real.ONE.minus(t) : t;
        Real size = positive ? z : z.negated();
        // 0 for w = 0, even if z is infinite.
        Real linear = w.value() == 0 ? w.function(0, size.value(), 0) : size.times(w);
        return linear.plus(size.negated().softplus());
    }

    @Override
    public float scalar(float z, float t) {
        float w = z > 0 ? 1 - t : t;
        // An infinite z counts nothing with weight 0; a NaN stays.
        return lanegrad.math.Softplus.above(z, w == 0 && z == z ? 0 : Math.abs(z) * w);
    }

    @Override
    public float vjpA(float z, float t, float dy) {
        float s = Sigmoid.scalar(-Math.abs(z));
        return (z > 0 ? (1 - t) - s : s - t) * dy;
    }

    @Override
    public float vjpB(float z, float t, float dy) {
        return -z * dy;
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector z, FloatVector t) {
            FloatVector y = lanegrad.math.Softplus.Lanes.raised(z);
            FloatVector w = t.blend(t.broadcast(1).sub(t), z.compare(VectorOperators.GT, 0));
            FloatVector linear = z.abs().mul(w)
                    .blend(0, w.compare(VectorOperators.EQ, 0).and(z.compare(VectorOperators.EQ, z)));
            return y.fma(z.broadcast(lanegrad.math.Softplus.DOWN), linear);
        }

        @Override
        public FloatVector vjpA(FloatVector z, FloatVector t, FloatVector dy) {
            FloatVector s = Sigmoid.Lanes.vector(z.abs().neg());
            VectorMask<Float> positive = z.compare(VectorOperators.GT, 0);
            return s.sub(t).blend(t.broadcast(1).sub(t).sub(s), positive).mul(dy);
        }

        @Override
        public FloatVector vjpB(FloatVector z, FloatVector t, FloatVector dy) {
            return z.neg().mul(dy);
        }
    }
}
