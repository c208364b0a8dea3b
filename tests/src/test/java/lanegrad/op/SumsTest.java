package lanegrad.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import lanegrad.Backend;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.kernel.Sums;
import lanegrad.testkit.Bits;
import lanegrad.testkit.Floats.Filling;
import lanegrad.testkit.Floats.Regime;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("width")
class SumsTest {
    @ParameterizedTest
    @EnumSource
    void manyOnes(Backend backend) {
        // A running float sum stops at 16777216.
        Tensor ones = Tensor.zeros(1 << 25).fill(1);
        assertEquals(33554432f, sum(backend, ones));
        assertEquals(1f, mean(backend, ones));
    }

    @ParameterizedTest
    @EnumSource
    void manyTenths(Backend backend) {
        Tensor tenths = Tensor.zeros(1_392_640).fill(0.1f);
        assertEquals(139264.0f, sum(backend, tenths));
        assertEquals(0.1f, mean(backend, tenths));
    }

    @ParameterizedTest
    @EnumSource
    void symmetricValuesCancel(Backend backend) {
        Tensor x = Tensor.zeros(4_096_000);
        for (int i = 0; i < x.size(); i++) {
            x.data()[i] = i - 2047999.5f;
        }
        assertEquals(0f, sum(backend, x));
        assertEquals(0f, mean(backend, x));
    }

    @ParameterizedTest
    @EnumSource
    void nothing(Backend backend) {
        Bits.assertBits(0, sum(backend, Tensor.zeros(0)), "sum of nothing on " + backend);
        Bits.assertBits(0, sum(backend, Tensor.zeros(3, 0)), "sum of no columns on " + backend);
        Tape tape = new Tape(backend, 1);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> Mean.of(tape.constant(Tensor.zeros(0, 4))));
        assertTrue(e.getMessage().contains("mean") && e.getMessage().contains("[0, 4]"), e.getMessage());
    }

    @ParameterizedTest
    @EnumSource
    void infinitiesAndNaN(Backend backend) {
        for (int n : new int[] {2, 63, 64, 65, 2048, 2049, 5000}) {
            for (int i : new int[] {0, 1, n / 2, n - 1}) {
                Tensor x = Tensor.zeros(n).fill(1);
                assertEquals(Float.POSITIVE_INFINITY, sum(backend, x.set(i, Float.POSITIVE_INFINITY)));
                Bits.assertIdentical(new float[] {Float.NaN},
                        new float[] {sum(backend, x.set(i, Float.intBitsToFloat(0xffc0_1234)))},
                        "sum on " + backend + " with a NaN at " + i + " of " + n);
                x.set(i, Float.POSITIVE_INFINITY).set((i + 1) % n, Float.NEGATIVE_INFINITY);
                Bits.assertIdentical(new float[] {Float.NaN}, new float[] {sum(backend, x)},
                        "sum on " + backend + " of inf at " + i + " and -inf next to it, n " + n);
            }
        }
    }

    /// Chains begin with +0, so no sum is -0.
    @ParameterizedTest
    @EnumSource
    void negativeZeros(Backend backend) {
        for (int n : new int[] {1, 63, 64, 65, 512, 2048, 4096}) {
            Bits.assertBits(0, sum(backend, Tensor.zeros(n).fill(-0.0f)), n + " times -0 on " + backend);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theDocumentedOrder(Backend backend) {
        float[] scratch = new float[Sums.SCRATCH];
        for (int n = 0; n <= 2100; n++) {
            check(backend, n, scratch);
        }
        for (int blocks = 1; blocks <= 9; blocks++) {
            for (int d : new int[] {-65, -64, -1, 0, 1, 15, 63, 64, 65, 513}) {
                check(backend, blocks * Sums.BLOCK + d, scratch);
            }
        }
    }

    private static void check(Backend backend, int n, float[] scratch) {
        int from = n % 3;
        float[] x = new Filling(n, Regime.SUMMABLE).floats(from + n);
        Bits.assertIdentical(new float[] {inDocumentedOrder(Arrays.copyOfRange(x, from, from + n))},
                new float[] {Sums.loop(backend).sum(x, from, from + n, scratch)},
                "sum on " + backend + " of " + n + " from " + from + ", seed " + n);
    }

    /// The sum as [Sums] words it, written from its documentation.
    static float inDocumentedOrder(float[] x) {
        if (x.length > Sums.BLOCK) {
            int cut = Sums.BLOCK;
            while (2 * cut < x.length) {
                cut *= 2;
            }
            return Sums.canonical(inDocumentedOrder(Arrays.copyOf(x, cut))
                    + inDocumentedOrder(Arrays.copyOfRange(x, cut, x.length)));
        }
        float[] lanes = new float[64];
        for (int j = 0; j < 64; j++) {
            for (int i = j; i < x.length; i += 8 * 64) {
                lanes[j] += pairwise(x, i, 8);
            }
        }
        for (int s = 32; s > 0; s /= 2) {
            for (int j = 0; j < s; j++) {
                lanes[j] += lanes[j + s];
            }
        }
        return Sums.canonical(lanes[0]);
    }

    private static float pairwise(float[] x, int i, int count) {
        if (count == 1) {
            return i < x.length ? x[i] : 0;
        }
        return pairwise(x, i, count / 2) + pairwise(x, i + count / 2 * 64, count / 2);
    }

    private static float sum(Backend backend, Tensor x) {
        return Sum.of(new Tape(backend, 1).constant(x)).value().item();
    }

    private static float mean(Backend backend, Tensor x) {
        return Mean.of(new Tape(backend, 1).constant(x)).value().item();
    }
}
