package lanegrad.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import lanegrad.Backend;
import lanegrad.Var;
import lanegrad.testkit.Bits;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Steps worked out by hand from the formulas that PyTorch, Keras and the papers print. Where the tolerance is 0,
/// numbers are chosen so that every intermediate value is a float.
class FixtureTest {
    // 20 equal weights: whole vectors and a tail.
    private static final int N = 20;

    private interface Maker {
        Optimizer make(List<Var> parameters);
    }

    private static void steps(float start, Maker maker, float[] gradients, float[] weights, float tolerance) {
        Driven driven = new Driven(filled(start));
        Optimizer optimizer = maker.make(List.of(driven.parameter));
        for (int t = 0; t < gradients.length; t++) {
            driven.gradient(filled(gradients[t]));
            optimizer.step();
            for (int i = 0; i < N; i++) {
                assertEquals(weights[t], driven.weights()[i], tolerance, "step " + (t + 1) + ", weight " + i);
            }
        }
    }

    private static float[] filled(float x) {
        float[] filled = new float[N];
        Arrays.fill(filled, x);
        return filled;
    }

    @ParameterizedTest
    @EnumSource
    void nesterov(Backend b) {
        Sgd.Settings settings = Sgd.Settings.DEFAULT.withMomentum(0.5f).withNesterov(true);
        // v: 4, 6, 2; d = g + v/2: 6, 7, 0.
        steps(0, p -> new Sgd(p, 0.5f, settings, b), new float[] {4, 4, -1}, new float[] {-3, -6.5f, -6.5f}, 0);
    }

    @ParameterizedTest
    @EnumSource
    void sgdWithDecay(Backend b) {
        // d = g + w/4: 2, then v = 2/2 + (1 + 1/4 * 7) = 3.75.
        steps(8, p -> new Sgd(p, 0.5f, new Sgd.Settings(0.5f, false, 0.25f), b), new float[] {0, 1},
                new float[] {7, 7 - 0.5f * 3.75f}, 0);
    }

    @ParameterizedTest
    @EnumSource
    void rmsProp(Backend b) {
        RmsProp.Settings plain = RmsProp.Settings.DEFAULT.withAlpha(0.75f).withEps(1);
        // v: 4/4 = 1, then 3/4 + 13/4 = 4; d = 2/(1+1), then sqrt(13)/(2+1).
        steps(0, p -> new RmsProp(p, 0.5f, plain, b), new float[] {2, (float) Math.sqrt(13)},
                new float[] {-0.5f, (float) (-0.5 - 0.5 * Math.sqrt(13) / 3)}, 1.2e-7f);
        // b: 1, then 1/2 + sqrt(13)/3.
        steps(0, p -> new RmsProp(p, 0.5f, plain.withMomentum(0.5f), b), new float[] {2, (float) Math.sqrt(13)},
                new float[] {-0.5f, (float) (-0.75 - 0.5 * Math.sqrt(13) / 3)}, 1.2e-7f);
        // v = 2, m = 1, v - m^2 = 1; then v = 1, m = 1/2, v - m^2 = 3/4.
        RmsProp.Settings centered = RmsProp.Settings.DEFAULT.withAlpha(0.5f).withEps(1).withCentered(true);
        steps(0, p -> new RmsProp(p, 0.5f, centered, b), new float[] {2, 0}, new float[] {-0.5f, -0.5f}, 0);
        steps(0, p -> new RmsProp(p, 0.5f, centered.withMomentum(0.5f), b), new float[] {2, 0},
                new float[] {-0.5f, -0.75f}, 0);
        // d = 0 + 2/2 * 2 = 2: the first of the above, by decay alone.
        steps(4, p -> new RmsProp(p, 0.5f, plain.withWeightDecay(0.5f), b), new float[] {0}, new float[] {3.5f}, 0);
    }

    // The variance of a constant gradient is 0, or a rounding below: no NaN.
    @ParameterizedTest
    @EnumSource
    void centeredOnAConstant(Backend b) {
        Driven driven = new Driven(filled(0));
        Optimizer optimizer = new RmsProp(List.of(driven.parameter), 1e-6f,
                RmsProp.Settings.DEFAULT.withAlpha(0.3f).withEps(1).withCentered(true), b);
        double w = 0;
        double v = 0;
        double m = 0;
        for (int t = 0; t < 100; t++) {
            driven.gradient(filled(0.7f));
            optimizer.step();
            v = 0.3f * v + (1 - (double) 0.3f) * 0.7f * 0.7f;
            m = 0.3f * m + (1 - (double) 0.3f) * 0.7f;
            w -= 1e-6f * 0.7f / (Math.sqrt(Math.max(0, v - m * m)) + 1);
            for (float weight : driven.weights()) {
                // The root of what rounding leaves of 0.49 - 0.49 is up to sqrt(2^-24) = 2^-12 beside eps = 1.
                assertEquals(w, weight, Math.abs(w) * 0x1p-11, "step " + (t + 1));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void adagrad(Backend b) {
        // s: 16 + 9 = 25, then 25 + 144 = 169; the second rate is half.
        Adagrad.Settings settings = new Adagrad.Settings(1, 16, 3, 0);
        steps(0, p -> new Adagrad(p, 0.5f, settings, b), new float[] {3, 12}, new float[] {-3f / 16, -3f / 8}, 0);
        // d = 0 + 6/2 = 3.
        steps(6, p -> new Adagrad(p, 0.5f, settings.withWeightDecay(0.5f), b), new float[] {0},
                new float[] {6 - 3f / 16}, 0);
        // eps = 1e-10 and sums from 0: the first step is the learning rate.
        steps(0, p -> new Adagrad(p, 0.5f), new float[] {-1e-3f}, new float[] {0.5f}, 1e-6f);
    }

    @ParameterizedTest
    @EnumSource
    void adamsEps(Backend b) {
        // After one step from g = 3: m/(1-beta1) = 3, v/(1-beta2) = 9, v = 9 (1-beta2) = 9/4.
        Adam.Settings settings = Adam.Settings.DEFAULT.withBetas(0.5f, 0.75f);
        // PyTorch: 3 / (3 + 1); Keras and ONNX: (1/2)/(1/2) * (3/2) / (3/2 + 1).
        steps(0, p -> new Adam(p, 0.5f, settings.withEps(1, Adam.Eps.CORRECTED_ROOT), b), new float[] {3},
                new float[] {-0.375f}, 0);
        steps(0, p -> new Adam(p, 0.5f, settings.withEps(1, Adam.Eps.PLAIN_ROOT), b), new float[] {3},
                new float[] {-0.3f}, 3e-8f);
        // L2: d = 0 + 6/2 = 3, through both moments.
        steps(6, p -> new Adam(p, 0.5f, settings.withEps(1, Adam.Eps.CORRECTED_ROOT).withWeightDecay(0.5f), b),
                new float[] {0}, new float[] {6 - 0.375f}, 0);
        // Apart from the gradient: 6 - 6/4, then Adam's step of 3.
        AdamW.Settings apart = new AdamW.Settings(0.5f, 0.75f, 1, 0.5f);
        steps(6, p -> new AdamW(p, 0.5f, apart, b), new float[] {0, 0}, new float[] {4.5f, 3.375f}, 0);
        steps(6, p -> new AdamW(p, 0.5f, apart, b), new float[] {3}, new float[] {4.5f - 0.375f}, 0);
        // The rate of the moment counts.
        steps(8, p -> {
            AdamW o = new AdamW(p, 0.5f, apart, b);
            o.rate(0.25f);
            return o;
        }, new float[] {0}, new float[] {7}, 0);
    }

    @ParameterizedTest
    @EnumSource
    void defaultsArePyTorchs(Backend b) {
        assertEquals(new Adam.Settings(0.9f, 0.999f, 1e-8f, Adam.Eps.CORRECTED_ROOT, 0), Adam.Settings.DEFAULT);
        assertEquals(new AdamW.Settings(0.9f, 0.999f, 1e-8f, 0.01f), AdamW.Settings.DEFAULT);
        assertEquals(new RmsProp.Settings(0.99f, 1e-8f, 0, false, 0), RmsProp.Settings.DEFAULT);
        assertEquals(new Adagrad.Settings(0, 0, 1e-10f, 0), Adagrad.Settings.DEFAULT);
        assertEquals(new Sgd.Settings(0, false, 0), Sgd.Settings.DEFAULT);
        // The short constructors are those settings.
        List<Maker> brief = List.of(p -> new Sgd(p, 0.1f), p -> new RmsProp(p, 0.1f), p -> new Adagrad(p, 0.1f),
                p -> new Adam(p, 0.1f), p -> new AdamW(p, 0.1f));
        List<Maker> whole = List.of(p -> new Sgd(p, 0.1f, Sgd.Settings.DEFAULT, b),
                p -> new RmsProp(p, 0.1f, RmsProp.Settings.DEFAULT, b),
                p -> new Adagrad(p, 0.1f, Adagrad.Settings.DEFAULT, b),
                p -> new Adam(p, 0.1f, Adam.Settings.DEFAULT, b), p -> new AdamW(p, 0.1f, AdamW.Settings.DEFAULT, b));
        for (int k = 0; k < brief.size(); k++) {
            Driven one = new Driven(filled(1));
            Driven two = new Driven(filled(1));
            Optimizer first = brief.get(k).make(List.of(one.parameter));
            Optimizer second = whole.get(k).make(List.of(two.parameter));
            for (float g : new float[] {0.3f, -2, 0}) {
                one.gradient(filled(g));
                two.gradient(filled(g));
                first.step();
                second.step();
            }
            Bits.assertIdentical(two.weights(), one.weights(), "optimizer " + k);
        }
    }
}
