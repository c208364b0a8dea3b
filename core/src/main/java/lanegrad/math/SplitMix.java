package lanegrad.math;

/// The engine's random numbers: SplitMix64, a mixed counter. The state is one `long`, the same seed gives
/// the same bits on every machine, and nothing is shared between instances.
///
/// Word `k`, counted from 1, is `mix(seed + k * GAMMA)`; the words are those of
/// `java.util.SplittableRandom(seed).nextLong()`. Each `seed` runs through all 2^64 words.
///
/// Purposes are kept apart with [#split]: `root.split("init")` and `root.split("shuffle")` do not disturb
/// each other, so drawing more weights leaves the order of the batches as it was.
///
/// Source: G. L. Steele, D. Lea, C. H. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014;
/// the mixer is D. Stafford's variant 13. Not for secrets: one word gives away all others.
///
/// Not thread-safe.
public final class SplitMix {
    /// The odd number nearest to 2^64 divided by the golden ratio.
    private static final long GAMMA = 0x9e37_79b9_7f4a_7c15L;

    private static final long FNV_OFFSET = 0xcbf2_9ce4_8422_2325L;
    private static final long FNV_PRIME = 0x0000_0100_0000_01b3L;

    private final long seed;
    private long counter;

    /// The generator of a seed; every `long` is one.
    public SplitMix(long seed) {
        this.seed = seed;
        this.counter = seed;
    }

    /// The next 64 bits.
    public long nextLong() {
        counter += GAMMA;
        return mix(counter);
    }

    /// The first word of a seed, `new SplitMix(seed).nextLong()`, without an object.
    public static long first(long seed) {
        return mix(seed + GAMMA);
    }

    /// Uniform in `[0, 1)`: one of the 2^24 multiples of 2^-24, all equally likely.
    public float nextFloat() {
        return (nextLong() >>> 40) * 0x1p-24f;
    }

    /// Uniform in `[low, high)`: [#nextFloat] scaled in double and rounded to float once. A result that
    /// rounds up to `high` becomes the float below it.
    ///
    /// @throws IllegalArgumentException unless both are finite and `low < high`
    public float nextFloat(float low, float high) {
        if (!(low < high && Float.isFinite(low) && Float.isFinite(high))) {
            throw new IllegalArgumentException("nextFloat: the interval [" + low + ", " + high
                    + ") is empty or not finite; give finite bounds, the lower one first");
        }
        double width = (double) high - low;
        float value = (float) (low + width * nextFloat());
        return value < high ? value : Math.nextDown(high);
    }

    /// Uniform in `0 .. bound - 1`, every value exactly equally likely. Source: D. Lemire, "Fast Random
    /// Integer Generation in an Interval", ACM TOMACS 29 (2019): the upper half of word times bound, drawn
    /// again in the few cases that would favour some values.
    ///
    /// @throws IllegalArgumentException when `bound` is below 1
    public int nextInt(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("nextInt: the bound is " + bound + "; give 1 or more");
        }
        int surplus = Integer.remainderUnsigned(-bound, bound);
        long product;
        do {
            product = (nextLong() >>> 32) * bound;
        } while (Integer.compareUnsigned((int) product, surplus) < 0);
        return (int) (product >>> 32);
    }

    /// Normal with mean 0 and deviation 1. Source: the polar method, G. Marsaglia and T. A. Bray, SIAM
    /// Review 6 (1964), on points of a 2^-52 grid in the square `[-1, 1)`; `StrictMath` keeps the bits the
    /// same everywhere. The method gives two values; the second is dropped, so that the counter remains
    /// all there is of state.
    public double nextGaussian() {
        double u;
        double square;
        do {
            u = nextSigned();
            double v = nextSigned();
            square = u * u + v * v;
        } while (square >= 1 || square == 0);
        return u * StrictMath.sqrt(-2 * StrictMath.log(square) / square);
    }

    private double nextSigned() {
        return (nextLong() >> 11) * 0x1p-52;
    }

    /// A generator of its own for a purpose, such as `"init"`, `"shuffle"` or `"dropout"`. It follows from
    /// this one's seed and the purpose alone, not from how much was drawn; ask for the same purpose twice
    /// and get the same numbers twice.
    ///
    /// The new seed mixes the old one with the 64-bit FNV-1a hash of the purpose's UTF-16 units, low byte
    /// first. All generators run on one cycle of 2^64 words from scattered starts: that two of them overlap
    /// within 2^40 words has a chance of about 2^-23.
    public SplitMix split(String purpose) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < purpose.length(); i++) {
            char unit = purpose.charAt(i);
            hash = (hash ^ unit & 0xff) * FNV_PRIME;
            hash = (hash ^ unit >>> 8) * FNV_PRIME;
        }
        // Seeds in use are near each other and so are purposes: each is mixed before they meet.
        return new SplitMix(mix(first(seed) ^ mix(hash)));
    }

    /// Puts the array in random order, every order equally likely as far as 64 bits of seed reach. Fisher
    /// and Yates, from the end.
    public void shuffle(int[] a) {
        for (int last = a.length - 1; last > 0; last--) {
            int place = nextInt(last + 1);
            int moved = a[last];
            a[last] = a[place];
            a[place] = moved;
        }
    }

    private static long mix(long z) {
        z = (z ^ z >>> 30) * 0xbf58_476d_1ce4_e5b9L;
        z = (z ^ z >>> 27) * 0x94d0_49bb_1331_11ebL;
        return z ^ z >>> 31;
    }
}
