package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.VectorStage;
import lanegrad.math.Log;
import lanegrad.math.Log1p;

/// Binary cross-entropy of probabilities p against targets t: `y = mean(-t log p - (1 - t) log(1 - p))`; for SUM
/// `y = sum(-t log p - (1 - t) log(1 - p))`.
///
/// **Prefer the logits.** A sigmoid followed by this rounds p to 1 from a logit of 17.33 on, and what the loss and its
/// gradient then say is the clamp below. [BinaryCrossEntropy] takes the logits, does both in one, and is exact there.
/// This is for probabilities that come as such.
///
/// **Clamp.** Each logarithm counts as -100 at least, so the loss of a probability of 0 or 1 is finite.
///
/// **Shapes.** Probabilities p and targets t of one shape; the result is a scalar.
///
/// **Derivative.** `dp = (p - t) / max(p (1 - p), 1e-12) dy / n, dt = (log(1 - p) - log p) dy / n`; for SUM
/// `dp = (p - t) / max(p (1 - p), 1e-12) dy, dt = (log(1 - p) - log p) dy`. The logarithms of dt are clamped too. dp is
/// not: where a logarithm is clamped the loss is level, and dp still leads away from there, by 1e12 at most.
///
/// **Domain.** p and t: 0 to 1, else refused; shapes must be equal.
///
/// **Special values.** `(0, 1) = (1, 0) = 100; (0, 0) = (1, 1) = 0`. NaN gives NaN.
///
/// **Error.** 2.5 ulp an element, then log2(n) + 10 for the sum.
///
/// **Cost.** Forward a log, a log1p and a look at the inputs; backward a division.
///
/// **Source.** The clamp of the value and the bound of the gradient are those of PyTorch's BCELoss.
public final class BinaryCrossEntropyOfProbabilities extends ElementwiseLoss {
    /// The mean.
    public static final BinaryCrossEntropyOfProbabilities MEAN = new BinaryCrossEntropyOfProbabilities(Reduction.MEAN);
    /// The sum.
    public static final BinaryCrossEntropyOfProbabilities SUM = new BinaryCrossEntropyOfProbabilities(Reduction.SUM);
    /// No element's loss is further than this from its exact value, in ulp. Measured over 20 million pairs: 1.97.
    static final double MAX_ULP = 2.5;
    static final Operation OPERATION = operation(MEAN, "mean", " / n");
    static final Operation SUM_OPERATION = operation(SUM, "sum", "");

    // The least that a logarithm counts for.
    private static final float CLAMP = -100;
    private static final float FLAT = 1e-12f;

    private BinaryCrossEntropyOfProbabilities(Reduction reduction) {
        super("binary-cross-entropy-of-probabilities", reduction);
    }

    private static Operation operation(BinaryCrossEntropyOfProbabilities op, String reduction, String share) {
        return new Operation(op, Operation.Kind.LOSS,
                """
                formula: y = %s(-t log p - (1 - t) log(1 - p))
                derivative: dp = (p - t) / max(p (1 - p), 1e-12) dy%s, dt = (log(1 - p) - log p) dy%s
                domain: p and t: 0 to 1, else refused; shapes must be equal
                special: (0, 1) = (1, 0) = 100; (0, 0) = (1, 1) = 0
                cost: forward a log, a log1p and a look at the inputs; backward a division
                """.formatted(reduction, share, share),
                bound(MAX_ULP),
                List.of(Operation.Case.of(Operation.Range.of(0.0625f, 0.9375f, 7, 19), Operation.Range.of(0, 1, 7, 19)),
                        Operation.Case.of(Operation.Range.of(0.5f, 0.984375f, 33),
                                Operation.Range.of(0, 1, 33).constant())));
    }

    /// The mean binary cross-entropy.
    ///
    /// @throws IllegalArgumentException for shapes that differ, an empty batch, or a number outside [0, 1]
    public static Var of(Var probabilities, Var targets) {
        return MEAN.apply(probabilities, targets);
    }

    @Override
    protected void check(Tape.Entry e) {
        for (int input = 0; input < 2; input++) {
            int i = outside(e, input, false, 0, 1);
            if (i >= 0) {
                throw new IllegalArgumentException(name() + (input == 0 ? ": probability " : ": target ") + i + " is "
                        + e.x(input).get(i) + "; probabilities and targets must be 0 to 1. For logits take "
                        + "BinaryCrossEntropy");
            }
        }
    }

    @Override
    public Real exact(Real p, Real t) {
        return t.times(clamped(p.log())).plus(Real.ONE.minus(t).times(clamped(p.negated().log1p()))).negated();
    }

    private static Real clamped(Real log) {
        return log.value() < CLAMP ? Real.of(CLAMP) : log;
    }

    @Override
    public float scalar(float p, float t) {
        return 0 - (t * clamped(Log.scalar(p)) + (1 - t) * clamped(Log1p.scalar(-p)));
    }

    @Override
    public float vjpA(float p, float t, float dy) {
        float v = p * (1 - p);
        return (p - t) / (v < FLAT ? FLAT : v) * dy;
    }

    @Override
    public float vjpB(float p, float t, float dy) {
        return (clamped(Log1p.scalar(-p)) - clamped(Log.scalar(p))) * dy;
    }

    private static float clamped(float log) {
        return log < CLAMP ? CLAMP : log;
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    // Two logarithms are more than the JIT takes in one loop: each is a stage.
    private static final class Vectors implements Lanes.Staged {
        @Override
        public VectorStage[] stages() {
            return new VectorStage[] {
                (p, t, at) -> log(p).intoArray(t, at),
                (p, t, at) -> logOfRest(p).intoArray(t, at + VectorStage.BLOCK)
            };
        }

        private static FloatVector log(FloatVector p) {
            FloatVector v = Log.Lanes.vector(p);
            return v.blend(CLAMP, v.compare(VectorOperators.LT, CLAMP));
        }

        private static FloatVector logOfRest(FloatVector p) {
            FloatVector v = Log1p.Lanes.vector(p.neg());
            return v.blend(CLAMP, v.compare(VectorOperators.LT, CLAMP));
        }

        private static FloatVector loss(FloatVector t, FloatVector log, FloatVector logOfRest) {
            return t.broadcast(0).sub(t.mul(log).add(t.broadcast(1).sub(t).mul(logOfRest)));
        }

        @Override
        public FloatVector vector(FloatVector p, FloatVector t) {
            return loss(t, log(p), logOfRest(p));
        }

        @Override
        public FloatVector vector(FloatVector p, FloatVector targets, float[] t, int at) {
            return loss(targets, FloatVector.fromArray(p.species(), t, at),
                    FloatVector.fromArray(p.species(), t, at + VectorStage.BLOCK));
        }

        @Override
        public FloatVector vjpA(FloatVector p, FloatVector t, FloatVector dy) {
            FloatVector v = p.mul(p.broadcast(1).sub(p));
            return p.sub(t).div(v.blend(FLAT, v.compare(VectorOperators.LT, FLAT))).mul(dy);
        }

        @Override
        public FloatVector vjpB(FloatVector p, FloatVector t, FloatVector dy) {
            return logOfRest(p).sub(log(p)).mul(dy);
        }

        @Override
        public FloatVector vjpB(FloatVector p, FloatVector targets, FloatVector dy, float[] t, int at) {
            return FloatVector.fromArray(p.species(), t, at + VectorStage.BLOCK)
                    .sub(FloatVector.fromArray(p.species(), t, at)).mul(dy);
        }
    }
}
