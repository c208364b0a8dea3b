package lanegrad.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.Stream;
import lanegrad.Backend;
import lanegrad.Op;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.math.SplitMix;
import lanegrad.testkit.Bits;
import lanegrad.testkit.Ulps;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The values of the losses of predictions and targets where they are known to go wrong; as [LossTest].
@Tag("width")
class ElementwiseLossTest {
    private static final float INF = Float.POSITIVE_INFINITY;
    private static final float NAN = Float.NaN;

    // One element, alone, in the middle of a vector, and in the tail: its loss and gradient in the sum. A power of two
    // of them, so that the sum is exact.
    private static void element(Backend backend, Op sum, float a, float b, float loss, float gradient) {
        assertTrue(sum.name().endsWith("-sum"));
        for (int n : new int[] {1, 2, 32}) {
            float[] gradients = new float[n];
            Arrays.fill(gradients, gradient);
            LossTest.check(LossTest.run(backend, sum, null, Tensor.zeros(n).fill(a), Tensor.zeros(n).fill(b)),
                    sum.name() + " of " + a + ", " + b + ", " + n + " times, on " + backend, loss * n, gradients);
        }
    }

    // The gradient of the targets.
    private static float[] toTargets(Backend backend, Op op, Tensor predictions, Tensor targets) {
        Tape tape = new Tape(backend, 1);
        Var t = tape.variable(targets);
        tape.backward(tape.record(op, tape.constant(predictions), t));
        return t.gradient().toArray();
    }

    @Test
    void everyLossHasAMeanAndASum() {
        for (Operation mean : Operations.losses()) {
            String name = mean.op().name();
            assertSame(mean.op(), Operations.loss(name));
            Operation sum = Operations.named(name + "-sum");
            assertEquals(Operation.Kind.LOSS, sum.kind());
            assertSame(mean.op().getClass(), sum.op().getClass());
            assertTrue(mean.formula().startsWith("y = mean") && sum.formula().equals("y = sum"
                    + mean.formula().substring(8)), mean.formula() + " beside " + sum.formula());
            assertThrows(IllegalArgumentException.class, () -> Operations.loss(name + "-sum"));
        }
        long losses = Operations.ALL.stream().filter(o -> o.kind() == Operation.Kind.LOSS).count();
        assertEquals(2 * Operations.losses().size(), losses);
        assertEquals(12, Operations.losses().size());
        LossTest.refused(() -> Operations.loss("relu"), "loss 'relu' is unknown", "softmax-cross-entropy", "hinge");
    }

    // The mean is the sum, divided in double and rounded once, value and gradient: by the elements or by the rows.
    @ParameterizedTest
    @MethodSource("pairs")
    void theMeanDividesOnce(Operation mean) {
        Op sum = Operations.named(mean.op().name() + "-sum").op();
        boolean rows = sum.name().matches("(half|kl|soft).*");
        for (Backend backend : Backend.values()) {
            for (int m : new int[] {1, 3, 7, 49}) {
                Operation.Case first = mean.cases().get(0);
                Tensor a = Tensor.zeros(m, 5);
                Tensor b = Tensor.zeros(m, 5);
                SplitMix random = new SplitMix(m);
                for (int i = 0; i < 5 * m; i++) {
                    a.set(i, random.nextFloat(first.inputs().get(0).low(), first.inputs().get(0).high()));
                    b.set(i, first.inputs().get(1).low() == first.inputs().get(1).high() ? 1 - 2 * (i % 2)
                            : random.nextFloat(first.inputs().get(1).low(), first.inputs().get(1).high()));
                }
                int n = rows ? m : 5 * m;
                LossTest.Result total = LossTest.run(backend, sum, null, a, b);
                LossTest.Result actual = LossTest.run(backend, mean.op(), null, a, b);
                String what = mean.op().name() + " of " + m + " rows on " + backend;
                Bits.assertIdentical(new float[] {(float) ((double) total.loss() / n)}, new float[] {actual.loss()},
                        what);
                // dy of the sum instead of the mean.
                Tape tape = new Tape(backend, 1);
                Var x = tape.variable(a);
                Var y = tape.record(sum, x, tape.constant(b));
                tape.backward(y, Tensor.of(new float[] {(float) (1.0 / n)}));
                Bits.assertIdentical(x.gradient().toArray(), actual.gradient(), what + ", gradient");
            }
        }
    }

    static Stream<Operation> pairs() {
        return Operations.losses().stream().filter(o -> o.op().arity() == 2);
    }

    @ParameterizedTest
    @EnumSource
    void halfSquaredErrorCountsRows(Backend backend) {
        float[] a = {1, 2, -3, 0};
        float[] b = {0, 0, 1, 0};
        float[][] means = {{5.25f, 0.5f, 1, -2, 0}, {10.5f, 1, 2, -4, 0}, {2.625f, 0.25f, 0.5f, -1, 0},
            {2.625f, 0.25f, 0.5f, -1, 0}};
        Shape[] shapes = {Shape.of(2, 2), Shape.of(1, 4), Shape.of(4, 1), Shape.of(4)};
        for (int k = 0; k < shapes.length; k++) {
            LossTest.check(LossTest.run(backend, HalfSquaredError.MEAN, null, Tensor.zeros(shapes[k]).set(a),
                    Tensor.zeros(shapes[k]).set(b)), "mean of " + shapes[k] + " on " + backend, means[k][0],
                    Arrays.copyOfRange(means[k], 1, 5));
            LossTest.check(LossTest.run(backend, HalfSquaredError.SUM, null, Tensor.zeros(shapes[k]).set(a),
                    Tensor.zeros(shapes[k]).set(b)), "sum of " + shapes[k] + " on " + backend, 10.5f, 1, 2, -4, 0);
        }
        LossTest.check(LossTest.run(backend, HalfSquaredError.MEAN, null, Tensor.of(new float[] {3}),
                Tensor.of(new float[] {1})), "a scalar on " + backend, 2, 2);
        // The half comes before the second factor: this square overflows.
        element(backend, HalfSquaredError.SUM, 0x1.6ap63f, 0, 0x1.6ap63f * 0.5f * 0x1.6ap63f, 0x1.6ap63f);
    }

    @ParameterizedTest
    @EnumSource
    void absoluteErrorAtItsKink(Backend backend) {
        element(backend, MeanAbsoluteError.SUM, 2, 2, 0, 0);
        element(backend, MeanAbsoluteError.SUM, 0f, -0f, 0, 0);
        element(backend, MeanAbsoluteError.SUM, 2, 2.5f, 0.5f, -1);
        element(backend, MeanAbsoluteError.SUM, Float.MIN_VALUE, 0, Float.MIN_VALUE, 1);
        element(backend, MeanAbsoluteError.SUM, INF, 0, INF, 1);
        element(backend, MeanAbsoluteError.SUM, INF, INF, NAN, NAN);
        Tensor a = Tensor.of(new float[] {1, 2, 3}, 3);
        Bits.assertIdentical(new float[] {0, 1, -1}, toTargets(backend, MeanAbsoluteError.SUM, a,
                Tensor.of(new float[] {1, 3, 0}, 3)), "to the targets on " + backend);
    }

    @ParameterizedTest
    @EnumSource
    void huberAtItsSeams(Backend backend) {
        element(backend, Huber.SUM, 3, 3, 0, 0);
        element(backend, Huber.SUM, 0.5f, 0, 0.125f, 0.5f);
        element(backend, Huber.SUM, 1, 0, 0.5f, 1);
        element(backend, Huber.SUM, 0, 3, 2.5f, -1);
        element(backend, Huber.SUM, 1e30f, 0, 1e30f, 1);
        element(backend, Huber.SUM, -INF, 0, INF, -1);
        element(backend, Huber.SUM, NAN, 0, NAN, NAN);
        Huber wide = new Huber(2, Reduction.SUM);
        element(backend, wide, 2, 0, 2, 2);
        element(backend, wide, -5, 0, 8, -2);
        element(backend, wide, 1, 0, 0.5f, 1);
        assertEquals(2, wide.delta());
        for (float wrong : new float[] {0, -1, INF, NAN}) {
            LossTest.refused(() -> new Huber(wrong, Reduction.MEAN), "huber: delta is " + wrong, "above 0");
        }
    }

    @ParameterizedTest
    @EnumSource
    void smoothL1AtItsSeams(Backend backend) {
        SmoothL1 narrow = new SmoothL1(0.5f, Reduction.SUM);
        element(backend, SmoothL1.SUM, 0, 3, 2.5f, -1);
        element(backend, SmoothL1.SUM, 0.5f, 0, 0.125f, 0.5f);
        element(backend, narrow, 0.25f, 0, 0.0625f, 0.5f);
        element(backend, narrow, -0.5f, 0, 0.25f, -1);
        element(backend, narrow, 3, 0, 2.75f, 1);
        element(backend, narrow, 1e30f, 0, 1e30f, 1);
        assertEquals(0.5f, narrow.beta());
        for (float wrong : new float[] {0, -1, INF, NAN}) {
            LossTest.refused(() -> new SmoothL1(wrong, Reduction.MEAN), "smooth-l1: beta is " + wrong, "above 0");
        }
    }

    @ParameterizedTest
    @EnumSource
    void hingeAtItsKink(Backend backend) {
        element(backend, Hinge.SUM, 1, 1, 0, 0);
        element(backend, Hinge.SUM, -1, -1, 0, 0);
        element(backend, Hinge.SUM, 0, 1, 1, -1);
        element(backend, Hinge.SUM, 0, -1, 1, 1);
        element(backend, Hinge.SUM, 3, -1, 4, 1);
        element(backend, Hinge.SUM, 0.5f, 1, 0.5f, -1);
        element(backend, Hinge.SUM, INF, 1, 0, 0);
        element(backend, Hinge.SUM, INF, -1, INF, 1);
        element(backend, Hinge.SUM, NAN, 1, NAN, NAN);
        element(backend, Hinge.SUM, 1, NAN, NAN, NAN);
        LossTest.check(LossTest.run(backend, Hinge.MEAN, null, Tensor.of(new float[] {0.5f, 2, -1, 0.25f}, 4, 1),
                Tensor.of(new float[] {1, 1, 1, -1}, 4, 1)), "mean on " + backend, 0.9375f, -0.25f, 0, -0.25f, 0.25f);
        for (int n : new int[] {1, 16, 37}) {
            for (int at : new int[] {0, n / 2, n - 1}) {
                for (float wrong : new float[] {0, 0.999f, -1.001f, 2, INF}) {
                    Tensor t = Tensor.zeros(n).fill(-1).set(at, wrong);
                    LossTest.refused(() -> LossTest.run(backend, Hinge.MEAN, null, Tensor.zeros(n), t),
                            "hinge: target " + at + " is " + wrong, "-1 or +1");
                }
            }
        }
        LossTest.refused(() -> toTargets(backend, Hinge.MEAN, Tensor.zeros(3), Tensor.zeros(3).fill(1)), "hinge",
                "the targets want a gradient", "tape.constant");
    }

    @ParameterizedTest
    @EnumSource
    void klDivergenceAtZero(Backend backend) {
        Tensor x = Tensor.of(new float[] {0, -INF, -1, -1}, 2, 2);
        Tensor t = Tensor.of(new float[] {1, 0, 1, 0}, 2, 2);
        LossTest.check(LossTest.run(backend, KlDivergence.MEAN, null, x, t), "mean on " + backend, 0.5f, -0.5f, 0,
                -0.5f, 0);
        LossTest.check(LossTest.run(backend, KlDivergence.SUM, null, x, t), "sum on " + backend, 1, -1, 0, -1, 0);
        Tensor half = Tensor.zeros(32, 2).fill(0.5f);
        Tensor logHalf = Tensor.zeros(32, 2).fill(-0x1.62e43p-1f);
        assertEquals(0, LossTest.run(backend, KlDivergence.MEAN, null, logHalf, half).loss(), 0x1p-25,
                "a distribution from itself: log 2 is rounded");
        Tensor certain = Tensor.of(new float[] {1, 0}, 1, 2);
        LossTest.check(LossTest.run(backend, KlDivergence.MEAN, null, Tensor.of(new float[] {-INF, 0}, 1, 2), certain),
                "impossible, but true", INF, -1, 0);
        LossTest.check(LossTest.run(backend, KlDivergence.MEAN, null, Tensor.of(new float[] {0, NAN}, 1, 2), certain),
                "a NaN where t is 0", NAN, -1, NAN);
        Bits.assertIdentical(new float[] {1, Float.NEGATIVE_INFINITY}, toTargets(backend, KlDivergence.SUM,
                Tensor.zeros(1, 2), certain), "to the targets on " + backend);
        for (Op op : new Op[] {KlDivergence.MEAN, SoftTargetCrossEntropy.SUM}) {
            LossTest.refused(() -> LossTest.run(backend, op, null, Tensor.zeros(4), Tensor.zeros(4)), op.name(),
                    "predictions have shape [4]", "matrices", "[1, 4]");
        }
    }

    @ParameterizedTest
    @EnumSource
    void binaryCrossEntropyOfProbabilitiesAtTheEnds(Backend backend) {
        BinaryCrossEntropyOfProbabilities sum = BinaryCrossEntropyOfProbabilities.SUM;
        element(backend, sum, 0, 1, 100, -1e12f);
        element(backend, sum, 1, 0, 100, 1e12f);
        element(backend, sum, 0, 0, 0, 0);
        element(backend, sum, 1, 1, 0, 0);
        element(backend, sum, 0.5f, 0, 0x1.62e43p-1f, 2);
        element(backend, sum, 0.5f, 1, 0x1.62e43p-1f, -2);
        element(backend, sum, Float.MIN_VALUE, 1, 100, -1e12f);
        element(backend, sum, 0, 0.5f, 50, -0.5f / 1e-12f);
        element(backend, sum, NAN, 1, NAN, NAN);
        element(backend, sum, 0.5f, NAN, NAN, NAN);
        Bits.assertIdentical(new float[] {100, -100, 0}, toTargets(backend, sum, Tensor.of(new float[] {0, 1, 0.5f}, 3),
                Tensor.zeros(3)), "to the targets on " + backend);
        for (int n : new int[] {1, 16, 37}) {
            for (int at : new int[] {0, n / 2, n - 1}) {
                for (float wrong : new float[] {-Float.MIN_VALUE, 0x1.000002p0f, -3, INF, -INF}) {
                    Tensor good = Tensor.zeros(n).fill(0.5f);
                    Tensor bad = Tensor.zeros(n).fill(0.5f).set(at, wrong);
                    LossTest.refused(() -> LossTest.run(backend, sum, null, bad, good),
                            "probability " + at + " is " + wrong, "0 to 1", "BinaryCrossEntropy");
                    LossTest.refused(() -> LossTest.run(backend, sum, null, good, bad), "target " + at + " is " + wrong,
                            "0 to 1");
                }
            }
        }
    }

    // The two forms agree where a sigmoid does not round off what the logit says.
    @ParameterizedTest
    @EnumSource
    void theTwoBinaryCrossEntropiesAgree(Backend backend) {
        for (float z : new float[] {-8, -1, -0.125f, 0, 0.5f, 3, 8}) {
            for (float t : new float[] {0, 0.25f, 1}) {
                Tape tape = new Tape(backend, 1);
                Tensor logits = Tensor.of(new float[] {z}, 1);
                Var x = tape.variable(logits);
                Var loss = BinaryCrossEntropyOfProbabilities.of(Sigmoid.of(x), tape.constant(Tensor.zeros(1).fill(t)));
                tape.backward(loss);
                LossTest.Result direct = LossTest.run(backend, BinaryCrossEntropy.MEAN, null, logits,
                        Tensor.zeros(1).fill(t));
                // p is off by an ulp of 1 at most, 2^-24, and log(1 - p) by that over 1 - p, here 3.4e-4 at least.
                double tolerance = 4 * 0x1p-24 * (1 + Math.exp(Math.abs(z)));
                assertEquals(direct.loss(), loss.value().item(), tolerance, "loss of " + z + ", " + t);
                assertEquals(direct.gradient()[0], x.gradient().get(0), tolerance, "gradient of " + z + ", " + t);
            }
        }
    }

    /// An element, without the roundings of a sum that the bound of the registry grants.
    private record Accuracy(ElementwiseLoss loss, double maxUlp, float scale) {
        @Override
        public String toString() {
            return loss.name() + " at " + scale;
        }
    }

    static Stream<Accuracy> accuracies() {
        return Stream.of(new Accuracy(HalfSquaredError.SUM, HalfSquaredError.MAX_ULP, 1),
                new Accuracy(MeanAbsoluteError.SUM, MeanAbsoluteError.MAX_ULP, 1),
                new Accuracy(Huber.SUM, Huber.MAX_ULP, 1),
                new Accuracy(new Huber(7.77f, Reduction.SUM), Huber.MAX_ULP, 7.77f),
                new Accuracy(new Huber(0.1f, Reduction.SUM), Huber.MAX_ULP, 0.1f),
                new Accuracy(SmoothL1.SUM, SmoothL1.MAX_ULP, 1),
                new Accuracy(new SmoothL1(1.345f, Reduction.SUM), SmoothL1.MAX_ULP, 1.345f),
                new Accuracy(Hinge.SUM, Hinge.MAX_ULP, 1),
                new Accuracy(BinaryCrossEntropyOfProbabilities.SUM, BinaryCrossEntropyOfProbabilities.MAX_ULP, 1));
    }

    @ParameterizedTest
    @MethodSource("accuracies")
    void anElementIsWithinItsBound(Accuracy of) {
        SplitMix random = new SplitMix(7);
        boolean probabilities = of.loss() instanceof BinaryCrossEntropyOfProbabilities;
        double worst = 0;
        for (int i = 0; i < 400_000; i++) {
            float u = random.nextFloat();
            float v = random.nextFloat();
            float small = Math.scalb(1 + v, -random.nextInt(30));
            // Over the range, about the seam, and small ones; of probabilities also those near 1.
            float a = switch (i % 3) {
                case 0 -> probabilities ? u : of.scale() * 4 * (2 * u - 1);
                case 1 -> probabilities ? 1 - small / 2 : of.scale() * (1 + (u - 0.5f) * 0.01f) + v;
                default -> probabilities ? small / 2 : of.scale() * small;
            };
            float b = of.loss() == Hinge.SUM ? 1 - 2 * (i & 1) : i % 3 == 2 && !probabilities ? 0 : v;
            double exact = of.loss().exact((double) a, (double) b);
            double error = Ulps.error(of.loss().scalar(a, b), exact);
            assertTrue(error <= of.maxUlp() + 1e-6, () -> of + " of " + a + ", " + b + ": error " + error + " ulp");
            worst = Math.max(worst, error);
        }
        assertTrue(worst >= of.maxUlp() / 4, of + ": the worst error is " + worst + ", the bound says little");
    }
}
