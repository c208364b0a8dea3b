package lanegrad.data;

/// NumPy's legacy generator `numpy.random.RandomState(seed)` with a scalar seed: MT19937, the same words and
/// the same permutations. It is here so that a split can be compared row by row with Python; the engine's
/// own randomness is [lanegrad.math.SplitMix].
///
/// Source: M. Matsumoto and T. Nishimura, "Mersenne Twister", ACM Transactions on Modeling and Computer
/// Simulation 8 (1998), with the scalar seeding `init_genrand` of their 2002 revision. (An array seed goes
/// another way and gives other numbers, even for an array of one.)
///
/// Not thread-safe.
public final class NumpyRandom {
    /// The largest seed, `2^32 - 1`, as in NumPy.
    public static final long MAX_SEED = 0xffff_ffffL;

    private static final int N = 624;
    private static final int M = 397;
    private static final int UPPER_BIT = 0x8000_0000;
    private static final int LOWER_BITS = 0x7fff_ffff;
    private static final int TWIST = 0x9908_b0df;

    private final int[] state = new int[N];
    private int next = N;

    /// The generator of a scalar seed.
    ///
    /// @param seed `0 .. 2^32 - 1`
    /// @throws IllegalArgumentException for another seed
    public NumpyRandom(long seed) {
        if (seed < 0 || seed > MAX_SEED) {
            throw new IllegalArgumentException("NumPy random: the seed is " + seed
                    + "; RandomState takes seeds 0.." + MAX_SEED);
        }
        state[0] = (int) seed;
        for (int i = 1; i < N; i++) {
            int previous = state[i - 1];
            state[i] = 1_812_433_253 * (previous ^ previous >>> 30) + i;
        }
    }

    /// The next 32-bit word. It is unsigned: read it with `Integer.toUnsignedLong`.
    public int nextWord() {
        if (next == N) {
            twist();
        }
        int word = state[next++];
        word ^= word >>> 11;
        word ^= word << 7 & 0x9d2c_5680;
        word ^= word << 15 & 0xefc6_0000;
        return word ^ word >>> 18;
    }

    private void twist() {
        for (int i = 0; i < N; i++) {
            int joined = state[i] & UPPER_BIT | state[(i + 1) % N] & LOWER_BITS;
            state[i] = state[(i + M) % N] ^ joined >>> 1 ^ ((joined & 1) == 0 ? 0 : TWIST);
        }
        next = 0;
    }

    /// `RandomState.permutation(n)`: the numbers `0 .. n - 1` in random order. Fisher and Yates from the
    /// end; each place is drawn by masking a word to the bits of the bound and drawing again when it is
    /// above.
    ///
    /// @throws IllegalArgumentException when `n` is negative
    public int[] permutation(int n) {
        if (n < 0) {
            throw new IllegalArgumentException("permutation: " + n + " numbers; give 0 or more");
        }
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        for (int last = n - 1; last > 0; last--) {
            int mask = -1 >>> Integer.numberOfLeadingZeros(last);
            int place;
            do {
                place = nextWord() & mask;
            } while (place > last);
            int moved = order[last];
            order[last] = order[place];
            order[place] = moved;
        }
        return order;
    }
}
