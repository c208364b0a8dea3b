package lanegrad.bench.accuracy;

/// Which floats a sweep goes through: the bit patterns 0, `stride`, 2 `stride` ... below 2^32.
///
/// Within a sign that is the order of magnitude. An odd stride meets every low bit of a significand.
///
/// @param stride the distance of neighbours; 1 for all floats
public record Inputs(long stride) {
    /// All 4,294,967,296 floats.
    public static final Inputs ALL = new Inputs(1);
    /// The sample whose hashes the table records: 2,098,177 floats.
    public static final Inputs SAMPLE = of(1L << 21);

    private static final long PATTERNS = 1L << 32;

    /// At least `n` inputs, and the fewest of an odd stride.
    ///
    /// @throws IllegalArgumentException unless n is 1 to 2^32
    public static Inputs of(long n) {
        if (n < 1 || n > 1L << 32) {
            throw new IllegalArgumentException(n + " inputs: there are 1 to 4294967296 floats");
        }
        return new Inputs((1L << 32) / n - 1 | 1);
    }

    /// How many.
    public long count() {
        return (PATTERNS + stride - 1) / stride;
    }

    /// Input number `index`.
    public float at(long index) {
        return Float.intBitsToFloat((int) (index * stride));
    }

    @Override
    public String toString() {
        return stride == 1 ? "all 4,294,967,296 floats"
                : String.format(java.util.Locale.ROOT, "%,d floats, every %,dth bit pattern", count(), stride);
    }
}
