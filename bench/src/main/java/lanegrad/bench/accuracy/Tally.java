package lanegrad.bench.accuracy;

import lanegrad.op.Operation;

/// What a sweep counts: of a run, of a part, of all. Tallies of neighbouring parts are put together in order, so the
/// result is the same for any number of threads.
public final class Tally {
    /// The upper ends of the histogram's buckets, in ulp.
    private static final double[] LIMITS = {0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 2, 3, 4, 8, 64, 1024, 0x1p20,
        Double.POSITIVE_INFINITY};
    /// The multiplier of [#hash]: 2^64 over the golden ratio, odd.
    public static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L;

    // The largest error: in ulp and absolute, the exact value and where.
    double maxUlp;
    float maxUlpAt = Float.NaN;
    double maxError;
    float maxErrorAt = Float.NaN;
    final long[] histogram = new long[LIMITS.length];
    long numbers;
    long nanMismatches;
    long violations;
    float violationAt = Float.NaN;
    long stepsBack;
    float stepBackAt = Float.NaN;
    long twinDifferences;
    float twinDifferenceAt = Float.NaN;
    float finiteFrom = Float.NaN;
    float finiteTo = Float.NaN;
    long count;
    long hash;

    /// The distance of neighbouring floats at `y`, as the bounds of the registry have it.
    static double ulp(double y) {
        return Operation.Bound.ulp(y);
    }

    /// The upper end of bucket `k`, in ulp; the last is infinite.
    public static double limit(int k) {
        return LIMITS[k];
    }

    /// The largest error in ulp; infinite where one is NaN and the other a number.
    public double maxUlp() {
        return maxUlp;
    }

    /// Where: the first in the order of the bit patterns.
    public float maxUlpAt() {
        return maxUlpAt;
    }

    /// The largest absolute error.
    public double maxError() {
        return maxError;
    }

    /// Where.
    public float maxErrorAt() {
        return maxErrorAt;
    }

    /// Inputs by the size of their error, see [#limit]; those whose exact result is NaN are not among them.
    public long[] histogram() {
        return histogram.clone();
    }

    /// Inputs whose exact result is a number.
    public long numbers() {
        return numbers;
    }

    /// The share of them whose result is a nearest float.
    public double nearest() {
        return numbers == 0 ? 1 : (double) histogram[0] / numbers;
    }

    /// Inputs where one of the result and the exact result is NaN, the other a number.
    public long nanMismatches() {
        return nanMismatches;
    }

    /// Inputs beyond the declared bound.
    public long violations() {
        return violations;
    }

    /// The first of them.
    public float violationAt() {
        return violationAt;
    }

    /// Neighbours whose results step against the exact function: for a function that ascends, down.
    public long stepsBack() {
        return stepsBack;
    }

    /// The first of them.
    public float stepBackAt() {
        return stepBackAt;
    }

    /// Inputs where the scalar twin has other bits.
    public long twinDifferences() {
        return twinDifferences;
    }

    /// The first of them.
    public float twinDifferenceAt() {
        return twinDifferenceAt;
    }

    /// The least input with a finite result; NaN for none, or unless the inputs were all floats.
    public float finiteFrom() {
        return finiteFrom;
    }

    /// The greatest.
    public float finiteTo() {
        return finiteTo;
    }

    /// How many inputs.
    public long count() {
        return count;
    }

    /// A hash of all results in the order of their inputs: from 0, for each result `h = h * M + bits`, modulo 2^64,
    /// with M = [#MULTIPLIER] and the bits of the float as a number from 0 to 2^32 - 1.
    ///
    /// It finds any one difference, since M is odd; it is no defence against somebody who looks for a collision.
    public long hash() {
        return hash;
    }

    static int bucket(double error) {
        int k = 0;
        while (error > LIMITS[k]) {
            k++;
        }
        return k;
    }

    /// Whether an error within `doubt` of `error` might be in another bucket.
    static boolean open(double error, double doubt) {
        int k = bucket(error);
        return error + doubt > LIMITS[k] || k > 0 && error - doubt <= LIMITS[k - 1];
    }

    void finite(float x) {
        if (!(x >= finiteFrom)) {
            finiteFrom = x;
        }
        if (!(x <= finiteTo)) {
            finiteTo = x;
        }
    }

    void hash(float[] y, int n) {
        long m2 = MULTIPLIER * MULTIPLIER;
        long m4 = m2 * m2;
        long h0 = 0;
        long h1 = 0;
        long h2 = 0;
        long h3 = 0;
        int i = 0;
        // Four sums side by side: one would wait for each of its multiplications.
        for (; i < n - 3; i += 4) {
            h0 = h0 * m4 + bits(y[i]);
            h1 = h1 * m4 + bits(y[i + 1]);
            h2 = h2 * m4 + bits(y[i + 2]);
            h3 = h3 * m4 + bits(y[i + 3]);
        }
        hash = hash * power(i) + ((h0 * MULTIPLIER + h1) * m2 + h2 * MULTIPLIER + h3);
        for (; i < n; i++) {
            hash = hash * MULTIPLIER + bits(y[i]);
        }
        count += n;
    }

    /// Takes in the tally of the inputs that follow.
    void add(Tally next) {
        if (next.maxUlp > maxUlp || maxUlpAt != maxUlpAt) {
            maxUlp = next.maxUlp;
            maxUlpAt = next.maxUlpAt;
        }
        if (next.maxError > maxError || maxErrorAt != maxErrorAt) {
            maxError = next.maxError;
            maxErrorAt = next.maxErrorAt;
        }
        for (int k = 0; k < histogram.length; k++) {
            histogram[k] += next.histogram[k];
        }
        numbers += next.numbers;
        nanMismatches += next.nanMismatches;
        violationAt = violations == 0 ? next.violationAt : violationAt;
        violations += next.violations;
        stepBackAt = stepsBack == 0 ? next.stepBackAt : stepBackAt;
        stepsBack += next.stepsBack;
        twinDifferenceAt = twinDifferences == 0 ? next.twinDifferenceAt : twinDifferenceAt;
        twinDifferences += next.twinDifferences;
        if (next.finiteFrom == next.finiteFrom) {
            finite(next.finiteFrom);
            finite(next.finiteTo);
        }
        count += next.count;
        hash = hash * power(next.count) + next.hash;
    }

    private static long bits(float y) {
        return Float.floatToRawIntBits(y) & 0xffff_ffffL;
    }

    private static long power(long n) {
        long result = 1;
        for (long m = MULTIPLIER; n > 0; n >>= 1, m *= m) {
            result = (n & 1) == 0 ? result : result * m;
        }
        return result;
    }
}
