package lanegrad.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import lanegrad.Backend;
import lanegrad.math.SplitMix;
import lanegrad.op.BinaryCrossEntropyOfProbabilities;
import lanegrad.op.Pow;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Functions in stages: over several blocks, a part of one, and what whole vectors leave, with the scalar loops' bits.
@Tag("width")
class StagedLoopsTest {
    private static final int N = 2 * VectorStage.BLOCK + 77;
    private static final int SHIFT = 5;

    private final float[] a = drawn(1, N + SHIFT);
    private final float[] b = drawn(2, N + SHIFT);
    private final float[] dy = drawn(3, N + SHIFT);
    private final float[] c = a.clone();

    StagedLoopsTest() {
        a[N / 2] = Float.NaN;
    }

    private static float[] drawn(int seed, int n) {
        SplitMix random = new SplitMix(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = random.nextFloat(0, 1);
        }
        x[0] = 0;
        x[n - 1] = 1;
        x[VectorStage.BLOCK] = Float.MIN_VALUE;
        return x;
    }

    private static void assertBits(float[] expected, float[] actual) {
        int[] e = new int[expected.length];
        int[] f = new int[actual.length];
        for (int i = 0; i < e.length; i++) {
            e[i] = Float.floatToRawIntBits(expected[i]);
            f[i] = Float.floatToRawIntBits(actual[i]);
        }
        assertArrayEquals(e, f);
    }

    @Test
    void ofOneInput() {
        // 3 and 4 have a product for the slope of the one, or for the slope of the other only.
        for (double exponent : List.of(2.4, 0.5, -2.0, 4.0, -1.0, 1e-3)) {
            UnaryLoop scalar = new Pow(exponent).loop(Backend.SCALAR);
            UnaryLoop vector = new Pow(exponent).loop(Backend.VECTOR);
            for (int from : new int[] {0, 3}) {
                for (int to : new int[] {from, 40, VectorStage.BLOCK + from, N}) {
                    float[] y = new float[N];
                    float[] z = new float[N];
                    scalar.forward(a, y, from, to);
                    vector.forward(a, z, from, to);
                    assertBits(y, z);
                    for (boolean add : new boolean[] {false, true}) {
                        float[] dx = drawn(4, N);
                        float[] du = dx.clone();
                        scalar.backward(a, y, dy, dx, add, from, to);
                        vector.backward(a, y, dy, du, add, from, to);
                        assertBits(dx, du);
                        scalar.sumBackward(a, 0.3f, dx, add, from, to);
                        vector.sumBackward(a, 0.3f, du, add, from, to);
                        assertBits(dx, du);
                    }
                    float[] scratch = new float[Sums.SCRATCH];
                    assertEquals(scalar.sum(c, from, to, scratch), vector.sum(c, from, to, scratch));
                }
            }
        }
    }

    @Test
    void ofTwoInputs() {
        BinaryLoop scalar = BinaryLoop.of(BinaryCrossEntropyOfProbabilities.SUM, Backend.SCALAR);
        BinaryLoop vector = BinaryLoop.of(BinaryCrossEntropyOfProbabilities.SUM, Backend.VECTOR);
        for (int from : new int[] {0, 3}) {
            for (int to : new int[] {from, 40, VectorStage.BLOCK + from, N}) {
                float[] y = new float[N];
                float[] z = new float[N];
                scalar.forward(a, SHIFT, b, 1, y, from, to);
                vector.forward(a, SHIFT, b, 1, z, from, to);
                assertBits(y, z);
                for (boolean add : new boolean[] {false, true}) {
                    float[] d = drawn(4, N);
                    float[] e = d.clone();
                    scalar.backwardA(a, 2, b, SHIFT, dy, d, add, from, to);
                    vector.backwardA(a, 2, b, SHIFT, dy, e, add, from, to);
                    assertBits(d, e);
                    scalar.backwardB(a, 2, b, SHIFT, dy, d, add, from, to);
                    vector.backwardB(a, 2, b, SHIFT, dy, e, add, from, to);
                    assertBits(d, e);
                    scalar.sumBackwardA(a, b, 0.3f, d, add, from, to);
                    vector.sumBackwardA(a, b, 0.3f, e, add, from, to);
                    assertBits(d, e);
                    scalar.sumBackwardB(a, b, 0.3f, d, add, from, to);
                    vector.sumBackwardB(a, b, 0.3f, e, add, from, to);
                    assertBits(d, e);
                }
                float[] scratch = new float[Sums.SCRATCH];
                assertEquals(scalar.sum(c, b, from, to, scratch), vector.sum(c, b, from, to, scratch));
            }
        }
    }
}
