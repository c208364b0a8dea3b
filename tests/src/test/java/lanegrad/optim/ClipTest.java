package lanegrad.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import lanegrad.Backend;
import lanegrad.op.Operation;
import lanegrad.testkit.Bits;
import lanegrad.testkit.Floats;
import lanegrad.testkit.Floats.Filling;
import lanegrad.testkit.Floats.Regime;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("width")
class ClipTest {
    // Plain descent at rate 1 from 0: weights are the gradient that was used, negated.
    private static float[][] used(Backend backend, Clip clip, float[]... gradients) {
        Driven[] driven = new Driven[gradients.length];
        for (int i = 0; i < driven.length; i++) {
            driven[i] = new Driven(new float[gradients[i].length]);
        }
        Optimizer sgd = new Sgd(Arrays.stream(driven).map(d -> d.parameter).toList(), 1, 0, backend);
        sgd.clip(clip);
        for (int i = 0; i < driven.length; i++) {
            driven[i].gradient(gradients[i]);
        }
        sgd.step();
        float[][] used = new float[driven.length][];
        for (int i = 0; i < driven.length; i++) {
            used[i] = driven[i].weights();
            for (int k = 0; k < used[i].length; k++) {
                used[i][k] = 0 - used[i][k];
            }
            // The gradient itself was shortened.
            Bits.assertBits(used[i], positive(driven[i].parameter.gradient().toArray()), clip + ": the gradient left");
        }
        return used;
    }

    private static float[] positive(float[] x) {
        for (int i = 0; i < x.length; i++) {
            // -0 becomes +0.
            x[i] = 0 + x[i];
        }
        return x;
    }

    @ParameterizedTest
    @EnumSource
    void theNormIsThatOfAllTogether(Backend backend) {
        float[] g = new float[40];
        g[3] = 3;
        float[] h = {0, -4};
        // As in PyTorch: max / (norm + 1e-6), rounded to a float.
        float factor = (float) (2.5 / (5 + 1e-6));
        float[][] used = used(backend, Clip.norm(2.5f), g, h);
        assertEquals(3 * factor, used[0][3]);
        assertEquals(-4 * factor, used[1][1]);
        assertEquals(0, used[0][0]);
        // Long enough: no bit changes.
        used = used(backend, Clip.norm(5.1f), g, h);
        assertEquals(3, used[0][3]);
        assertEquals(-4, used[1][1]);
        used = used(backend, null, g, h);
        assertEquals(3, used[0][3]);
    }

    @ParameterizedTest
    @EnumSource
    void noOverflowAndNoUnderflow(Backend backend) {
        for (float size : new float[] {1e-30f, 1e-20f, 1, 1e19f, 1e30f, Float.MAX_VALUE}) {
            float[] g = new float[Optimizer.PART + 9];
            Arrays.fill(g, size);
            float max = Math.min(size, 1e6f);
            double norm = size * Math.sqrt(g.length);
            double expected = size * Math.min(1, max / (norm + 1e-6));
            for (float u : used(backend, Clip.norm(max), g)[0]) {
                // The factor rounds, and the product.
                assertTrue(Math.abs(u - expected) <= 0x1p-23 * expected + Float.MIN_VALUE,
                        size + " became " + u + ", not " + expected);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aParameterWithoutANewGradientDoesNotCount(Backend backend) {
        Driven reached = new Driven(0, 0);
        Driven unreached = new Driven(0, 0);
        Optimizer sgd = new Sgd(List.of(unreached.parameter, reached.parameter), 1, 0, backend);
        sgd.clip(Clip.norm(10));
        reached.gradient(1, 1);
        unreached.gradient(300, 400);
        sgd.step();
        float[] before = unreached.weights();
        float[] left = unreached.parameter.gradient().toArray();
        reached.gradient(6, -8);
        float factor = (float) (10 / (10 + 1e-6));
        float[] start = reached.weights();
        sgd.step();
        Bits.assertIdentical(new float[] {start[0] - 6 * factor, start[1] + 8 * factor}, reached.weights(), "reached");
        Bits.assertIdentical(before, unreached.weights(), "unreached");
        Bits.assertIdentical(left, unreached.parameter.gradient().toArray(), "the unreached gradient");
    }

    @ParameterizedTest
    @EnumSource
    void values(Backend backend) {
        float[] pattern = {1, -1, 0.25f, -0.25f, 0.2500001f, -0.2500001f, 0, Float.MAX_VALUE, -Float.MAX_VALUE,
            Float.MIN_VALUE, 0.1f};
        float[] bounded = {0.25f, -0.25f, 0.25f, -0.25f, 0.25f, -0.25f, 0, 0.25f, -0.25f, Float.MIN_VALUE, 0.1f};
        float[] g = new float[77];
        float[] expected = new float[77];
        for (int i = 0; i < g.length; i++) {
            g[i] = pattern[i % pattern.length];
            expected[i] = bounded[i % pattern.length];
        }
        Bits.assertIdentical(expected, used(backend, Clip.value(0.25f), g)[0], "bounded by 1/4 on " + backend);
    }

    /// The order of Clip.Norm, written a second time, at every length and from every first index.
    @Test
    void squaresInOneOrder() {
        for (int n = 0; n <= 67; n++) {
            for (int from : new int[] {0, 1, 5}) {
                float[] x = new Filling(n, Regime.SUMMABLE).floats(n + from + 3);
                // Beyond the end nothing is read.
                x[n + from] = Float.NaN;
                double[] lanes = new double[16];
                BigDecimal exact = BigDecimal.ZERO;
                for (int i = 0; i < n; i++) {
                    lanes[i % 16] = Math.fma((double) x[from + i], (double) x[from + i], lanes[i % 16]);
                    exact = exact.add(new BigDecimal(x[from + i]).pow(2));
                }
                for (int half = 8; half >= 1; half /= 2) {
                    for (int j = 0; j < half; j++) {
                        lanes[j] += lanes[j + half];
                    }
                }
                for (Backend backend : Backend.values()) {
                    double[] sums = new double[16];
                    Arrays.fill(sums, 1e9);
                    double squares = Gradients.squares(backend, x, from, from + n, sums);
                    assertEquals(Double.doubleToRawLongBits(lanes[0]), Double.doubleToRawLongBits(squares),
                            backend + ", length " + n + " from " + from + ": " + squares + ", not " + lanes[0]);
                    double error = exact.subtract(new BigDecimal(squares)).abs(MathContext.DECIMAL64).doubleValue();
                    // At most 5 additions in a lane and 4 in the tree, all of numbers above 0.
                    assertTrue(error <= 9 * 0x1p-53 * exact.doubleValue(), "length " + n + ": error " + error);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aGradientThatIsNotFiniteIsFoundAndNothingChanged(Backend backend) {
        for (Clip clip : new Clip[] {Clip.norm(1), Clip.value(1)}) {
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                for (int at : new int[] {0, 15, 16, Optimizer.PART, Optimizer.PART + 8}) {
                    float[] g = Floats.within(Operation.Range.of(-9, 9, Optimizer.PART + 9), at);
                    g[at] = bad;
                    Driven first = new Driven(1, 2);
                    Driven second = new Driven(new float[g.length]);
                    Optimizer sgd = new Sgd(List.of(first.parameter, second.parameter), 1, 0.9f, backend);
                    sgd.clip(clip);
                    first.gradient(30, 40);
                    second.gradient(g);
                    NonFiniteException e = assertThrows(NonFiniteException.class, sgd::step);
                    assertTrue(e.getMessage().contains("driven [" + g.length + "]"), e.getMessage());
                    String what = clip + " with " + bad + " at " + at + " on " + backend;
                    Bits.assertIdentical(new float[] {1, 2}, first.weights(), what + ": weights");
                    Bits.assertIdentical(new float[g.length], second.weights(), what + ": weights");
                    Bits.assertIdentical(new float[] {30, 40}, first.parameter.gradient().toArray(),
                            what + ": gradient");
                }
            }
        }
    }

    @Test
    void boundsOutOfRangeAreRefused() {
        for (float max : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY}) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Clip.norm(max));
            assertTrue(e.getMessage().contains("largest norm is " + max), e.getMessage());
            e = assertThrows(IllegalArgumentException.class, () -> Clip.value(max));
            assertTrue(e.getMessage().contains("largest value is " + max), e.getMessage());
        }
    }
}
