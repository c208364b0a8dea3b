package lanegrad.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import lanegrad.Backend;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.math.SplitMix;
import lanegrad.testkit.Bits;
import lanegrad.testkit.Floats;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("width")
class DropoutTest {
    private static final float[] RATES = {0, 0x1p-24f, 0.1f, 0.3f, 0.5f, 0.9f, 1};

    /// The mask as the documentation words it, at every length and position, on both backends; NaN and infinities
    /// vanish where they are dropped, forward and backward.
    @ParameterizedTest
    @EnumSource
    void theDocumentedMask(Backend backend) {
        SplitMix random = new SplitMix(5);
        for (float p : RATES) {
            Dropout op = new Dropout(p);
            for (int n = 0; n <= 70; n++) {
                long key = random.nextLong();
                float[] x = Floats.Filling.of(key).floats(n);
                float[] dy = Floats.Filling.of(~key).floats(n);
                float[] y = new float[n];
                float[] dx = new float[n];
                for (int i = 0; i < n; i++) {
                    boolean kept = kept(key, i, p);
                    y[i] = kept ? canonical(x[i] * (float) (1 / (1 - (double) p))) : 0;
                    dx[i] = kept ? canonical(dy[i] * (float) (1 / (1 - (double) p))) : 0;
                }
                Tape tape = new Tape(backend, 1);
                Var v = tape.variable(Tensor.of(x, n));
                Dropout.Key holder = new Dropout.Key(key);
                Var out = op.apply(v, holder);
                String what = "dropout " + p + " on " + backend + ", length " + n + ", key " + key;
                Bits.assertIdentical(y, out.value().toArray(), what);
                // The next step's key may come before this step's backward.
                holder.set(~key);
                tape.backward(out, Tensor.of(dy, n));
                Bits.assertIdentical(dx, v.gradient().toArray(), what + ", gradient");
            }
        }
    }

    private static float canonical(float x) {
        return x != x ? Float.NaN : x;
    }

    private static boolean kept(long key, int i, float p) {
        long word = new SplitMix(key).nextLong();
        int h = mix(mix(i + (int) word) ^ (int) (word >>> 32));
        return (h >>> 8) >= Math.rint(p * 0x1p24);
    }

    // In 64 bits, cut to 32 after every multiplication.
    private static int mix(int x) {
        long h = x & 0xffff_ffffL;
        h = (h ^ h >> 16) * 0x21f0_aaadL & 0xffff_ffffL;
        h = (h ^ h >> 15) * 0x735a_2d97L & 0xffff_ffffL;
        return (int) (h ^ h >> 15);
    }

    /// Nothing dropped: the same bits. All dropped: zeros, of whatever.
    @ParameterizedTest
    @EnumSource
    void allOrNothing(Backend backend) {
        float[] x = Floats.edges();
        Tape tape = new Tape(backend, 1);
        Var v = tape.constant(Tensor.of(x, x.length));
        float[] same = x.clone();
        for (int i = 0; i < same.length; i++) {
            same[i] = canonical(same[i]);
        }
        Bits.assertIdentical(same, new Dropout(0).apply(v, new Dropout.Key(7)).value().toArray(), "p = 0");
        Bits.assertIdentical(new float[x.length], new Dropout(1).apply(v, new Dropout.Key(7)).value().toArray(),
                "p = 1");
    }

    /// The number of dropped elements is within 5 standard deviations of what independent draws give, for one key in
    /// 400 of a few kinds, for many keys together, and at each position over the keys.
    @Test
    void theRate() {
        int n = 4096;
        int keys = 400;
        for (float p : new float[] {0, 0.1f, 0.3f, 0.5f, 0.9f, 1}) {
            Dropout op = new Dropout(p);
            double deviation = Math.sqrt(p * (1 - p));
            SplitMix random = new SplitMix(9);
            int[] at = new int[n];
            long all = 0;
            for (int k = 0; k < keys; k++) {
                // Keys in use are random, but counted ones must do as well, in either half.
                long key = switch (k % 4) {
                    case 0 -> k;
                    case 1 -> (long) k << 32;
                    default -> random.nextLong();
                };
                int dropped = 0;
                for (int i = 0; i < n; i++) {
                    int d = op.keeps(key, i) ? 0 : 1;
                    dropped += d;
                    at[i] += d;
                }
                all += dropped;
                within(dropped, p * n, deviation * Math.sqrt(n), 5, "p " + p + ", key " + key);
            }
            within(all, p * (double) n * keys, deviation * Math.sqrt((double) n * keys), 5, "p " + p + ", all keys");
            for (int i = 0; i < n; i++) {
                within(at[i], p * keys, deviation * Math.sqrt(keys), 6, "p " + p + ", position " + i);
            }
        }
    }

    /// Neighbouring positions, and neighbouring keys, agree as often as independent draws do.
    @Test
    void neighboursAreIndependent() {
        int n = 1 << 16;
        for (float p : new float[] {0.1f, 0.5f}) {
            Dropout op = new Dropout(p);
            double equal = p * p + (1 - p) * (1 - p);
            double deviation = Math.sqrt(equal * (1 - equal) * n);
            SplitMix random = new SplitMix(3);
            for (int k = 0; k < 20; k++) {
                long key = k % 2 == 0 ? k : random.nextLong();
                for (int distance : new int[] {1, 2, 3, 4, 8, 10, 16, 32, 64, 1024, 4096}) {
                    int same = 0;
                    for (int i = 0; i < n; i++) {
                        same += op.keeps(key, i) == op.keeps(key, i + distance) ? 1 : 0;
                    }
                    within(same, equal * n, deviation, 5, "p " + p + ", key " + key + ", distance " + distance);
                }
                for (int shift = 1; shift < 4; shift++) {
                    int same = 0;
                    for (int i = 0; i < n; i++) {
                        same += op.keeps(key, i + shift) == op.keeps(key + 1, i) ? 1 : 0;
                    }
                    within(same, equal * n, deviation, 5, "p " + p + ", key " + key + " and the next, shift " + shift);
                }
                for (int bit = 0; bit < 64; bit++) {
                    long other = key ^ 1L << bit;
                    int same = 0;
                    for (int i = 0; i < n; i++) {
                        same += op.keeps(key, i) == op.keeps(other, i) ? 1 : 0;
                    }
                    within(same, equal * n, deviation, 5, "p " + p + ", keys " + key + " and " + other);
                }
            }
        }
    }

    private static void within(double actual, double expected, double deviation, double times, String what) {
        assertTrue(Math.abs(actual - expected) <= times * deviation + 0.01,
                () -> what + ": " + actual + ", expected " + expected + ", one deviation is " + deviation);
    }

    /// A step allocates no key: the same holder with another value gives another mask in the same buffers.
    @ParameterizedTest
    @EnumSource
    void aHolderIsUsedAgain(Backend backend) {
        Tape tape = new Tape(backend, 1);
        Tensor x = Tensor.zeros(100).fill(1);
        Dropout.Key key = new Dropout.Key(1);
        Tensor first = Dropout.of(tape.variable(x), key).value();
        float[] before = first.toArray();
        tape.rewind();
        key.set(2);
        Tensor second = Dropout.of(tape.variable(x), key).value();
        assertSame(first, second);
        assertNotEquals(Arrays.toString(before), Arrays.toString(second.toArray()));
        tape.rewind();
        key.set(1);
        Bits.assertIdentical(before, Dropout.of(tape.variable(x), key).value().toArray(), "the first key again");
    }

    @Test
    void wrongUseIsASentence() {
        for (float p : new float[] {-0.1f, 1.5f, Float.NaN}) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> new Dropout(p));
            assertTrue(e.getMessage().contains("p, is " + p), e.getMessage());
        }
        Tape tape = new Tape();
        Var x = tape.constant(Tensor.zeros(3));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> tape.recordWith(Dropout.OP, 7L, x));
        assertTrue(e.getMessage().contains("Dropout.Key"), e.getMessage());
        assertEquals(0.5f, Dropout.OP.p());
    }
}
