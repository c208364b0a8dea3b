package lanegrad.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import lanegrad.Backend;
import lanegrad.Var;
import lanegrad.kernel.Parallel;
import lanegrad.op.Operation;
import lanegrad.testkit.Bits;
import lanegrad.testkit.Floats;
import lanegrad.testkit.Floats.Filling;
import lanegrad.testkit.Floats.Regime;
import lanegrad.testkit.Ulps;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("width")
class OptimizerTest {
    private static final int STEPS = 50;
    /// Not a multiple of any vector: body and tail.
    private static final int N = 77;

    private static float[] gradientOf(int step) {
        // Smaller and smaller weights of the same sign here, noise there, zeros elsewhere.
        float[] g = Floats.within(Operation.Range.of(-2, 2, N), step);
        for (int i = 0; i < N; i += 5) {
            g[i] = i % 2 == 0 ? 0 : (float) Math.scalb(1.0, -step);
        }
        return g;
    }

    @ParameterizedTest
    @EnumSource
    void fiftyStepsAgainstDouble(Rule rule) {
        float[] start = Floats.within(Operation.Range.of(-1, 1, N), 5);
        float[][] results = new float[2][];
        for (Backend backend : Backend.values()) {
            Driven driven = new Driven(start);
            Optimizer optimizer = rule.of(List.of(driven.parameter), backend);
            Rule.Weight[] weights = new Rule.Weight[N];
            for (int i = 0; i < N; i++) {
                weights[i] = new Rule.Weight(start[i]);
            }
            for (int t = 1; t <= STEPS; t++) {
                float[] g = gradientOf(t);
                driven.gradient(g);
                optimizer.step();
                double[] exact = new double[N];
                double[] limit = new double[N];
                double largest = 0;
                for (int i = 0; i < N; i++) {
                    rule.step(weights[i], g[i], t);
                    exact[i] = weights[i].w;
                    limit[i] = weights[i].error;
                    largest = Math.max(largest, limit[i]);
                }
                String what = rule + " on " + backend + ", step " + t;
                Ulps.assertWithin(exact, limit, driven.weights(), what);
                assertTrue(largest < 1e-4, what + ": the bound has grown to " + largest + " and says nothing");
            }
            results[backend.ordinal()] = driven.weights();
        }
        Bits.assertIdentical(results[0], results[1], rule + ", VECTOR against SCALAR");
    }

    @ParameterizedTest
    @EnumSource
    void sameBitsAtEveryLengthAndRegime(Rule rule) {
        for (int n = 1; n <= 67; n++) {
            Filling filling = new Filling(n, List.of(Regime.ZERO, Regime.SUBNORMAL, Regime.NEAR_ONE, Regime.TIES,
                    Regime.ORDINARY, Regime.SATURATED, Regime.NEAR_OVERFLOW));
            Driven[] driven = {new Driven(filling.floats(n)), new Driven(filling.floats(n))};
            Optimizer[] optimizers = new Optimizer[2];
            for (Backend backend : Backend.values()) {
                int b = backend.ordinal();
                optimizers[b] = rule.of(List.of(driven[b].parameter), backend);
            }
            for (int t = 0; t < 4; t++) {
                for (int b = 0; b < 2; b++) {
                    driven[b].gradient(filling.split("step " + t).floats(n));
                    optimizers[b].step();
                }
                Bits.assertBits(driven[0].weights(), driven[1].weights(), rule + ", length " + n + ", step " + t + ", "
                        + filling);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SGD", "MOMENTUM", "RMSPROP", "ADAGRAD", "ADAM"})
    void aZeroGradientMovesNothing(Rule rule) {
        for (Backend backend : Backend.values()) {
            float[] start = new Filling(9, Regime.SUMMABLE).floats(N);
            Driven driven = new Driven(start);
            Optimizer optimizer = rule.of(List.of(driven.parameter), backend);
            for (int t = 0; t < STEPS; t++) {
                driven.gradient(new float[N]);
                optimizer.step();
            }
            for (int i = 0; i < N; i++) {
                // -0 may become +0.
                assertEquals(start[i] + 0.0f, driven.weights()[i] + 0.0f, rule + " on " + backend + ", weight " + i);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theFirstStep(Backend backend) {
        Driven driven = new Driven(1, 1, 1);
        Optimizer adam = new Adam(List.of(driven.parameter), 0.5f, 0.9f, 0.999f, 1e-8f, backend);
        driven.gradient(3, -1e-3f, 0);
        adam.step();
        // Bias correction makes the first step lr * sign(g).
        assertEquals(0.5f, driven.weights()[0], 1e-6f);
        assertEquals(1.5f, driven.weights()[1], 1e-5f);
        assertEquals(1f, driven.weights()[2]);
        Driven pushed = new Driven(1, 1);
        Optimizer momentum = new Sgd(List.of(pushed.parameter), 0.5f, 0.5f, backend);
        for (int t = 0; t < 3; t++) {
            pushed.gradient(1, -2);
            momentum.step();
        }
        // The buffer begins as the first gradient: v is 1, 1.5, 1.75 times g, all exact.
        Bits.assertIdentical(new float[] {1 - 2.125f, 1 + 4.25f}, pushed.weights(), "momentum on " + backend);
    }

    @ParameterizedTest
    @EnumSource
    void sameBitsOnAnyNumberOfThreads(Rule rule) {
        int[] sizes = {2 * Optimizer.PART + 21, 5, Optimizer.PART, 1};
        Clip[] clips = {null, Clip.norm(0.5f), Clip.value(0.25f)};
        int shared = 0;
        for (Clip clip : clips) {
            float[][] first = null;
            for (Backend backend : Backend.values()) {
                for (int threads = 1; threads <= 3; threads++) {
                    Driven[] driven = new Driven[sizes.length];
                    for (int i = 0; i < sizes.length; i++) {
                        driven[i] = new Driven(Floats.within(Operation.Range.of(-1, 1, sizes[i]), i));
                    }
                    Optimizer optimizer = rule.of(Arrays.stream(driven).map(d -> d.parameter).toList(), backend);
                    optimizer.threads(threads);
                    optimizer.clip(clip);
                    for (int t = 0; t < 3; t++) {
                        for (int i = 0; i < sizes.length; i++) {
                            driven[i].gradient(Floats.within(Operation.Range.of(-1, 1, sizes[i]), 10 * t + i));
                        }
                        // A step as small as this is shared by threads that are awake.
                        Parallel.run(threads, threads, i -> {
                        });
                        shared += Parallel.awake(threads) > 1 ? 1 : 0;
                        optimizer.step();
                    }
                    float[][] weights = new float[sizes.length][];
                    for (int i = 0; i < sizes.length; i++) {
                        weights[i] = driven[i].weights();
                        Bits.assertIdentical((first == null ? weights : first)[i], weights[i], rule + " on " + backend
                                + ", threads " + threads + ", " + clip + ", parameter " + i);
                    }
                    first = first == null ? weights : first;
                }
            }
        }
        assertTrue(shared > 0, "steps that threads share");
    }

    // With the weight put back to 0 before a step, the weight after it shows the moment.
    @ParameterizedTest
    @EnumSource
    void momentsThatFadeAreFlushed(Backend backend) {
        float[] zeros = new float[N];
        float[] ones = new float[N];
        Arrays.fill(ones, 1);
        for (Rule rule : new Rule[] {Rule.MOMENTUM, Rule.NESTEROV, Rule.CENTERED, Rule.ADAM, Rule.KERAS, Rule.ADAMW}) {
            Driven driven = new Driven(zeros);
            Optimizer optimizer = rule.of(List.of(driven.parameter), backend);
            driven.gradient(ones);
            optimizer.step();
            boolean flushed = false;
            for (int t = 0; t < 1000 && !flushed; t++) {
                driven.parameter.value().set(zeros);
                driven.gradient(zeros);
                optimizer.step();
                flushed = driven.weights()[0] == 0;
                for (float w : driven.weights()) {
                    assertTrue(flushed ? w == 0 : Math.abs(w) >= Float.MIN_NORMAL,
                            rule + " on " + backend + ", step " + t + ": the moment shows as " + Bits.show(w));
                }
            }
            assertTrue(flushed, rule + " on " + backend + ": the moment never became 0");
        }
        // Straight into the subnormals.
        Driven driven = new Driven(zeros);
        Optimizer momentum = Rule.MOMENTUM.of(List.of(driven.parameter), backend);
        float[] tiny = new float[N];
        Arrays.fill(tiny, 0x1p-101f);
        driven.gradient(tiny);
        momentum.step();
        for (float w : driven.weights()) {
            assertEquals(0, w, "a moment of 2^-101 on " + backend);
        }
        // So are squares: with this eps the step shows whether they are 0.
        float eps = Float.MIN_NORMAL;
        for (int k = 0; k < 3; k++) {
            Driven squared = new Driven(zeros);
            List<Var> p = List.of(squared.parameter);
            Optimizer optimizer = switch (k) {
                case 0 -> new Adagrad(p, 1, Adagrad.Settings.DEFAULT.withEps(eps), backend);
                case 1 -> new RmsProp(p, 1, RmsProp.Settings.DEFAULT.withAlpha(0.5f).withEps(eps), backend);
                default -> new Adam(p, 1, 0.5f, 0.5f, eps, backend);
            };
            Arrays.fill(tiny, 0x1p-51f);
            squared.gradient(tiny);
            optimizer.step();
            for (float w : squared.weights()) {
                assertEquals(-0x1p75f, w, "a square of at most 2^-102 on " + backend + ", optimizer " + k);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aGradientThatIsNotFiniteChangesNothing(Rule rule) {
        for (Backend backend : Backend.values()) {
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                for (int at : new int[] {0, 15, 16, N - 1}) {
                    Driven first = new Driven(gradientOf(1));
                    Driven second = new Driven(gradientOf(2));
                    Driven[] undisturbed = {new Driven(gradientOf(1)), new Driven(gradientOf(2))};
                    Optimizer optimizer = rule.of(List.of(first.parameter, second.parameter), backend);
                    Optimizer other = rule.of(List.of(undisturbed[0].parameter, undisturbed[1].parameter), backend);
                    step(optimizer, first, second, gradientOf(3));
                    step(other, undisturbed[0], undisturbed[1], gradientOf(3));
                    float[] before = first.weights();
                    float[] g = gradientOf(4);
                    g[at] = bad;
                    first.gradient(gradientOf(4));
                    second.gradient(g);
                    NonFiniteException e = assertThrows(NonFiniteException.class, optimizer::step);
                    assertTrue(e.getMessage().contains("driven [77]"), e.getMessage());
                    Bits.assertIdentical(before, first.weights(), rule + " on " + backend
                            + ": weights beside a gradient of " + bad);
                    // Neither did the state change: both go on alike.
                    step(optimizer, first, second, gradientOf(5));
                    step(other, undisturbed[0], undisturbed[1], gradientOf(5));
                    Bits.assertIdentical(undisturbed[0].weights(), first.weights(), rule + " on " + backend
                            + ": the step after a refused one");
                    Bits.assertIdentical(undisturbed[1].weights(), second.weights(), rule + " on " + backend
                            + ": the step after a refused one, second parameter");
                }
            }
        }
    }

    private static void step(Optimizer optimizer, Driven first, Driven second, float[] g) {
        first.gradient(g);
        second.gradient(g);
        optimizer.step();
    }

    @ParameterizedTest
    @EnumSource
    void stepsGoWithGradients(Rule rule) {
        Driven reached = new Driven(1, 2);
        Driven unreached = new Driven(3, 4);
        unreached.gradient(9, 9);
        Optimizer optimizer = rule.of(List.of(reached.parameter, unreached.parameter), Backend.best().backend());
        // A gradient from before the optimizer was made is not its business.
        IllegalStateException e = assertThrows(IllegalStateException.class, optimizer::step);
        assertTrue(e.getMessage().contains("backward"), e.getMessage());
        reached.gradient(1, 1);
        int version = reached.parameter.value().version();
        optimizer.step();
        assertTrue(reached.parameter.value().version() > version, "a step counts as a write");
        Bits.assertIdentical(new float[] {3, 4}, unreached.weights(), rule + ", weights that backward did not reach");
        float[] after = reached.weights();
        assertThrows(IllegalStateException.class, optimizer::step);
        Bits.assertIdentical(after, reached.weights(), rule + ", weights after a refused step");
    }

    /// A parameter that is reached late begins then, as the others began before.
    @ParameterizedTest
    @EnumSource
    void everyParameterCountsItsOwnSteps(Rule rule) {
        Driven early = new Driven(gradientOf(1));
        Driven late = new Driven(gradientOf(2));
        Driven alone = new Driven(gradientOf(2));
        Optimizer optimizer = rule.of(List.of(early.parameter, late.parameter), Backend.SCALAR);
        Optimizer other = rule.of(List.of(alone.parameter), Backend.SCALAR);
        for (int t = 0; t < 6; t++) {
            early.gradient(gradientOf(10 + t));
            if (t >= 3) {
                late.gradient(gradientOf(t));
                alone.gradient(gradientOf(t));
                other.step();
            }
            optimizer.step();
        }
        Bits.assertIdentical(alone.weights(), late.weights(), rule + ", reached from the fourth step on");
    }

    @ParameterizedTest
    @EnumSource
    void theRateMayChange(Rule rule) {
        Driven driven = new Driven(gradientOf(1));
        Optimizer optimizer = rule.of(List.of(driven.parameter), Backend.best().backend());
        float rate = optimizer.rate();
        assertTrue(rate > 0, rule + ": the first rate is " + rate);
        optimizer.rate(0);
        driven.gradient(gradientOf(2));
        optimizer.step();
        Bits.assertIdentical(gradientOf(1), driven.weights(), rule + ", weights after a step of rate 0");
        optimizer.rate(2 * rate);
        assertEquals(2 * rate, optimizer.rate());
        // The same second step from the same state at the single rate is half as long.
        Driven single = new Driven(gradientOf(1));
        Optimizer other = rule.of(List.of(single.parameter), Backend.best().backend());
        other.rate(0);
        single.gradient(gradientOf(2));
        other.step();
        other.rate(rate);
        driven.gradient(gradientOf(3));
        single.gradient(gradientOf(3));
        optimizer.step();
        other.step();
        for (int i = 0; i < N; i++) {
            double step = single.weights()[i] - (double) gradientOf(1)[i];
            double twice = driven.weights()[i] - (double) gradientOf(1)[i];
            // Weights below 2 after the step round by 2^-24 each, steps by a few units more.
            assertTrue(Math.abs(twice - 2 * step) <= 0x1p-22 + 0x1p-20 * Math.abs(twice),
                    rule + ", weight " + i + ": " + step + " and " + twice);
        }
    }

    @Test
    void ratesThreadsAndListsOutOfRangeAreRefused() {
        Var p = new Driven(1).parameter;
        Optimizer sgd = new Sgd(List.of(p), 1);
        for (float rate : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
            refused(() -> sgd.rate(rate), "learning rate", String.valueOf(rate));
        }
        assertEquals(1, sgd.rate());
        refused(() -> sgd.threads(0), "threads", "1 or more");
        refused(() -> new Sgd(List.of(p, p), 1), "driven", "twice");
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        List<Var> p = List.of(new Driven(1).parameter);
        Backend b = Backend.SCALAR;
        for (float lr : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY}) {
            refused(() -> new Sgd(p, lr), "sgd", "learning rate", String.valueOf(lr));
            refused(() -> new Adam(p, lr), "adam", "learning rate", String.valueOf(lr));
            refused(() -> new Adam(p, 1, 0.9f, 0.999f, lr, b), "adam", "eps", String.valueOf(lr));
        }
        for (float share : new float[] {-0.1f, 1, 1.5f, Float.NaN}) {
            refused(() -> new Sgd(p, 1, share, b), "sgd", "momentum", String.valueOf(share));
            refused(() -> new Adam(p, 1, share, 0.999f, 1e-8f, b), "adam", "beta1", String.valueOf(share));
            refused(() -> new Adam(p, 1, 0.9f, share, 1e-8f, b), "adam", "beta2", String.valueOf(share));
        }
        for (float bad : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
            String shown = String.valueOf(bad);
            refused(() -> new RmsProp(p, bad), "rmsprop", "learning rate", shown);
            refused(() -> new Adagrad(p, bad), "adagrad", "learning rate", shown);
            refused(() -> new AdamW(p, bad), "adamw", "learning rate", shown);
            refused(() -> Sgd.Settings.DEFAULT.withWeightDecay(bad), "sgd", "decay", shown);
            refused(() -> Adam.Settings.DEFAULT.withWeightDecay(bad), "adam", "decay", shown);
            refused(() -> Adam.Settings.DEFAULT.withBetas(bad, 0.9f), "adam", "beta1", shown);
            refused(() -> AdamW.Settings.DEFAULT.withWeightDecay(bad), "adamw", "decay", shown);
            refused(() -> AdamW.Settings.DEFAULT.withBetas(0.9f, bad), "adamw", "beta2", shown);
            refused(() -> AdamW.Settings.DEFAULT.withEps(bad), "adamw", "eps", shown);
            refused(() -> RmsProp.Settings.DEFAULT.withAlpha(bad), "rmsprop", "alpha", shown);
            refused(() -> RmsProp.Settings.DEFAULT.withEps(bad), "rmsprop", "eps", shown);
            refused(() -> RmsProp.Settings.DEFAULT.withMomentum(bad), "rmsprop", "momentum", shown);
            refused(() -> RmsProp.Settings.DEFAULT.withWeightDecay(bad), "rmsprop", "decay", shown);
            refused(() -> Adagrad.Settings.DEFAULT.withRateDecay(bad), "adagrad", "rate", shown);
            refused(() -> Adagrad.Settings.DEFAULT.withInitialSum(bad), "adagrad", "initial", shown);
            refused(() -> Adagrad.Settings.DEFAULT.withEps(bad), "adagrad", "eps", shown);
            refused(() -> Adagrad.Settings.DEFAULT.withWeightDecay(bad), "adagrad", "decay", shown);
        }
        refused(() -> Sgd.Settings.DEFAULT.withNesterov(true), "nesterov", "momentum");
        new Adam(p, Float.MIN_VALUE, 0, 0, Float.MIN_VALUE, b);
        new Sgd(p, Float.MAX_VALUE, Math.nextDown(1f), b);
    }

    private static void refused(Runnable call, String... words) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
        for (String word : words) {
            assertTrue(e.getMessage().contains(word), () -> "'" + word + "' is missing in: " + e.getMessage());
        }
    }
}
