package lanegrad.testkit;

import java.util.ArrayList;
import java.util.List;
import lanegrad.math.SplitMix;
import lanegrad.op.Operation;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/// Floats to test with, drawn from the bit patterns where kernels go wrong.
///
/// Random decimals between -1 and 1 meet no subnormal, no tie, no threshold and no NaN. A [Regime] is a part of
/// the bit patterns with a fault of its own; a [Filling] fills arrays from some of them, from a seed that the
/// failure message repeats.
public final class Floats {
    /// A part of all floats. Each comes with either sign.
    public enum Regime {
        /// +0 and -0.
        ZERO {
            @Override
            int bits(long word) {
                return 0;
            }
        },
        /// Below the normal range.
        SUBNORMAL {
            @Override
            int bits(long word) {
                return 1 + (int) ((word >>> 1) % 0x7f_ffff);
            }
        },
        /// Within 2^-13 of 1, where logarithms cancel.
        NEAR_ONE {
            @Override
            int bits(long word) {
                return 0x3f80_0000 + (int) (word >>> 1 & 0x7ff) - 0x400;
            }
        },
        /// Multiples of 1/8 up to 8: products and sums of them fall half-way between floats, on kinks, on
        /// integers.
        TIES {
            @Override
            int bits(long word) {
                return Float.floatToRawIntBits((word >>> 1) % 65 / 8f);
            }
        },
        /// From 2^-12 to 2^4, any significand.
        ORDINARY {
            @Override
            int bits(long word) {
                return 127 - 12 + (int) ((word >>> 1) % 16) << 23 | (int) (word >>> 32) & 0x7f_ffff;
            }
        },
        /// From 4 to 256: where sigmoid, tanh and exp saturate, overflow and underflow.
        SATURATED {
            @Override
            int bits(long word) {
                return 127 + 2 + (int) ((word >>> 1) % 6) << 23 | (int) (word >>> 32) & 0x7f_ffff;
            }
        },
        /// From 2^120 to the largest float.
        NEAR_OVERFLOW {
            @Override
            int bits(long word) {
                return 127 + 120 + (int) ((word >>> 1) % 8) << 23 | (int) (word >>> 32) & 0x7f_ffff;
            }
        },
        /// Infinities.
        INFINITE {
            @Override
            int bits(long word) {
                return 0x7f80_0000;
            }
        },
        /// Any NaN: quiet and signalling, any payload.
        NAN {
            @Override
            int bits(long word) {
                return 0x7f80_0001 + (int) ((word >>> 1) % 0x7f_ffff);
            }
        },
        /// Any bit pattern at all.
        ANY {
            @Override
            int bits(long word) {
                return (int) (word >>> 32) & 0x7fff_ffff;
            }
        };

        /// Those whose sums stay finite.
        public static final List<Regime> SUMMABLE = List.of(ZERO, SUBNORMAL, NEAR_ONE, TIES, ORDINARY);

        // The bits without the sign, which is the lowest bit of the word.
        abstract int bits(long word);

        /// The float of this regime that belongs to 64 random bits.
        public float of(long word) {
            return Float.intBitsToFloat(bits(word) | (int) (word << 31));
        }
    }

    /// How to fill arrays: a seed, and the regimes of which each float takes one at random.
    ///
    /// A longer array begins as a shorter one, so a failure that shrinks to a shorter length keeps its values.
    public record Filling(long seed, List<Regime> regimes) {
        /// From all regimes.
        public static Filling of(long seed) {
            return new Filling(seed, List.of(Regime.values()));
        }

        /// The first `n` floats.
        public float[] floats(int n) {
            SplitMix random = new SplitMix(seed);
            float[] x = new float[n];
            for (int i = 0; i < n; i++) {
                x[i] = regimes.get(random.nextInt(regimes.size())).of(random.nextLong());
            }
            return x;
        }

        /// The same regimes from another seed, for the second array of a test.
        public Filling split(String purpose) {
            return new Filling(new SplitMix(seed).split(purpose).nextLong(), regimes);
        }
    }

    private static final int[] EDGES = {
        0, 1, 2, 0x7f_ffff, 0x80_0000, 0x80_0001, // zero, subnormal, smallest normal
        0x2edb_e6ff, 0x3300_0000, 0x3380_0000, // 1e-10, 2^-25, 2^-24
        0x3f00_0000, 0x3f2a_aaab, 0x3f31_7218, // 1/2, 2/3, ln 2
        0x3f7f_ffff, 0x3f80_0000, 0x3f80_0001, 0x4000_0000, // around 1, 2
        0x4110_2cb3, 0x4110_2cb4, 0x418a_a122, 0x418a_a123, // tanh and sigmoid reach 1
        0x42ae_ac4f, 0x42ae_ac50, 0x42b1_7217, 0x42b1_7218, // exp leaves the normal range, overflows
        0x42cf_f1b4, 0x42cf_f1b5, 0x42d0_0000, // exp and sigmoid reach 0
        0x4b00_0000, 0x4b80_0000, 0x60ad_78ec, // 2^23, 2^24, 1e20
        0x7f7f_ffff, 0x7f80_0000, 0x7f80_0001, 0x7fc0_0000, 0x7fff_ffff}; // largest, infinite, NaN

    private Floats() {
    }

    /// The values where kernels go wrong, with both signs: zeros, the ends of the ranges, thresholds of the lane
    /// functions, infinities, NaNs.
    public static float[] edges() {
        float[] x = new float[2 * EDGES.length];
        for (int i = 0; i < EDGES.length; i++) {
            x[2 * i] = Float.intBitsToFloat(EDGES[i]);
            x[2 * i + 1] = Float.intBitsToFloat(EDGES[i] | 0x8000_0000);
        }
        return x;
    }

    /// Values for an input of an operation: a third uniform over its range, a third uniform over the bit patterns
    /// in it, which is mostly near zero, a third multiples of 1/8 in it.
    public static float[] within(Operation.Range range, long seed) {
        SplitMix random = new SplitMix(seed);
        float low = range.low();
        float high = range.high();
        float[] x = new float[range.shape().size()];
        for (int i = 0; i < x.length; i++) {
            float uniform = low + (float) ((high - (double) low) * random.nextFloat());
            double part = random.nextFloat();
            float eighth = Math.round(uniform * 8) / 8f;
            float v = switch (random.nextInt(3)) {
                case 0 -> uniform;
                case 1 -> Bits.at(Bits.place(low) + (long) ((Bits.place(high) - Bits.place(low)) * part));
                default -> eighth;
            };
            x[i] = Math.min(Math.max(v, low), high);
        }
        return x;
    }

    /// Any float of these regimes, or of all.
    public static Arbitrary<Float> arbitrary(Regime... regimes) {
        return Arbitraries.of(regimes.length == 0 ? Regime.values() : regimes)
                .flatMap(regime -> Arbitraries.longs().map(regime::of));
    }

    /// Fillings from one to all of these regimes. They shrink to fewer regimes, never to another seed: beside
    /// an arbitrary length, the length shrinks first and the values stay.
    public static Arbitrary<Filling> fillings(List<Regime> among) {
        return Arbitraries.longs().withoutEdgeCases().dontShrink().flatMap(seed -> Arbitraries.of(among).set()
                .ofMinSize(1).map(chosen -> new Filling(seed, new ArrayList<>(chosen))));
    }
}
