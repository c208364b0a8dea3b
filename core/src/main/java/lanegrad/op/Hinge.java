package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Real;
import lanegrad.Tape;
import lanegrad.Var;

/// The loss of a margin, for scores x of two classes with targets t of -1 and +1: `y = mean(max(0, 1 - t x))`; for SUM
/// `y = sum(max(0, 1 - t x))`. It is 0 for a score on the right side that is at least 1 away from 0.
///
/// **Shapes.** Scores x and targets t of one shape; the result is a scalar.
///
/// **Derivative.** `dx = (t x < 1 ? -t : 0) dy / n`; for SUM `dx = (t x < 1 ? -t : 0) dy`. Targets that want a gradient
/// are refused: there is nothing between -1 and +1.
///
/// **Domain.** Every float x; t -1 or +1; shapes must be equal. **Special values.** Gradient 0 at the kink t x = 1; a
/// target other than -1 and +1 is refused; NaN gives NaN, in a target as well.
///
/// **Error.** 0.5 ulp an element, then log2(n) + 10 for the sum.
///
/// **Cost.** Two operations and a blend an element, and a look at the targets; backward likewise.
///
/// **Source.** C. Cortes, V. Vapnik, *Support-vector networks* (Machine Learning 20, 1995).
public final class Hinge extends ElementwiseLoss {
    /// The mean.
    public static final Hinge MEAN = new Hinge(Reduction.MEAN);
    /// The sum.
    public static final Hinge SUM = new Hinge(Reduction.SUM);
    /// No element's loss is further than this from its exact value, in ulp: `t x` is exact, the difference rounded.
    static final double MAX_ULP = 0.5;
    static final Operation OPERATION = operation(MEAN, "mean", " / n");
    static final Operation SUM_OPERATION = operation(SUM, "sum", "");

    private Hinge(Reduction reduction) {
        super("hinge", reduction);
    }

    private static Operation operation(Hinge op, String reduction, String share) {
        return new Operation(op, Operation.Kind.LOSS,
                """
                formula: y = %s(max(0, 1 - t x))
                derivative: dx = (t x < 1 ? -t : 0) dy%s
                domain: every float x; t -1 or +1; shapes must be equal
                special: gradient 0 at the kink t x = 1; a target other than -1 and +1 is refused; NaN gives NaN
                cost: two operations and a blend an element, and a look at the targets; backward likewise
                """.formatted(reduction, share),
                bound(MAX_ULP),
                // A range has no gaps, so each sign has a case of its own.
                List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 19).kink(1f),
                                Operation.Range.of(1, 1, 7, 19).constant()),
                        Operation.Case.of(Operation.Range.of(-4, 4, 33).kink(-1f),
                                Operation.Range.of(-1, -1, 33).constant())));
    }

    /// `mean(max(0, 1 - t x))`.
    ///
    /// @throws IllegalArgumentException for shapes that differ, an empty batch, a target other than -1 and +1, or
    ///         targets that want a gradient
    public static Var of(Var scores, Var targets) {
        return MEAN.apply(scores, targets);
    }

    @Override
    protected void check(Tape.Entry e) {
        if (e.wants(1)) {
            throw new IllegalArgumentException(name() + ": the targets want a gradient, and the loss has none for "
                    + "them: they are -1 or +1; record them with tape.constant");
        }
        int i = outside(e, 1, true, 1, 1);
        if (i >= 0) {
            throw new IllegalArgumentException(name() + ": target " + i + " is " + e.x(1).get(i)
                    + "; targets must be -1 or +1. Of labels 0 and 1, make 2 label - 1");
        }
    }

    @Override
    public Real exact(Real x, Real t) {
        Real margin = Real.ONE.minus(t.times(x));
        return (margin.value() <= 0 ? Real.ZERO : margin).branched(margin, Real.ZERO, 1);
    }

    @Override
    public float scalar(float x, float t) {
        float v = 1 - t * x;
        return v <= 0 ? 0 : v;
    }

    @Override
    public float vjpA(float x, float t, float dy) {
        return slope(1 - t * x, t, dy);
    }

    @Override
    public float vjpB(float x, float t, float dy) {
        return slope(1 - t * x, x, dy);
    }

    // At NaN it is NaN, and a NaN in dy is kept.
    private static float slope(float v, float other, float dy) {
        return v <= 0 && dy == dy ? 0 : v != v ? v : -other * dy;
    }

    @Override
    public Lanes lanes() {
        return new Vectors();
    }

    private static final class Vectors implements Lanes {
        @Override
        public FloatVector vector(FloatVector x, FloatVector t) {
            FloatVector v = x.broadcast(1).sub(t.mul(x));
            return v.blend(0, v.compare(VectorOperators.LE, 0));
        }

        @Override
        public FloatVector vjpA(FloatVector x, FloatVector t, FloatVector dy) {
            FloatVector v = x.broadcast(1).sub(t.mul(x));
            VectorMask<Float> none = v.compare(VectorOperators.LE, 0).and(dy.compare(VectorOperators.EQ, dy));
            return t.neg().mul(dy).blend(v, v.compare(VectorOperators.NE, v)).blend(0, none);
        }

        @Override
        public FloatVector vjpB(FloatVector x, FloatVector t, FloatVector dy) {
            FloatVector v = x.broadcast(1).sub(t.mul(x));
            VectorMask<Float> none = v.compare(VectorOperators.LE, 0).and(dy.compare(VectorOperators.EQ, dy));
            return x.neg().mul(dy).blend(v, v.compare(VectorOperators.NE, v)).blend(0, none);
        }
    }
}
