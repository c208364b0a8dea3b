package lanegrad.data;

import java.util.Arrays;

/// A data set in two parts that share no row.
///
/// @param train the rows to learn from
/// @param test the rows to judge by
public record Split(Dataset train, Dataset test) {
    /// Two parts of the same kind.
    ///
    /// @throws IllegalArgumentException when they differ in features or classes
    public Split {
        if (train.features() != test.features() || train.classes() != test.classes()) {
            throw new IllegalArgumentException("split: the training part has " + train
                    + ", the test part has " + test + "; both need the same features and classes");
        }
    }

    /// Splits as scikit-learn's `train_test_split(x, y, test_size=testFraction, random_state=seed)` does,
    /// without stratification: of [NumpyRandom#permutation] of the rows, the first
    /// `ceil(testFraction * size)` are the test part, the others the training part, both in the
    /// permutation's order.
    ///
    /// @param data at least 2 rows
    /// @param testFraction above 0 and below 1
    /// @param seed `0 .. 2^32 - 1`
    /// @throws IllegalArgumentException when the fraction is NaN or out of range, a part would have no row,
    ///         or the seed is out of range
    public static Split of(Dataset data, double testFraction, long seed) {
        if (!(testFraction > 0 && testFraction < 1)) {
            throw new IllegalArgumentException("split: the test fraction is " + testFraction
                    + "; give one above 0 and below 1, for instance 0.2");
        }
        int size = data.size();
        int tests = (int) Math.ceil(testFraction * size);
        if (tests == size) {
            throw new IllegalArgumentException("split: a test fraction of " + testFraction + " of " + size
                    + " rows is " + tests + " test rows and " + (size - tests)
                    + " training rows, and a part without rows is of no use; give more rows or another"
                    + " fraction");
        }
        int[] order = new NumpyRandom(seed).permutation(size);
        return new Split(data.rows(Arrays.copyOfRange(order, tests, size)),
                data.rows(Arrays.copyOf(order, tests)));
    }
}
