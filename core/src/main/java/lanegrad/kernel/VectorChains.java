package lanegrad.kernel;

import lanegrad.Backend;

/// Rows of A times one column, 16 rows at a time: kernels that know the distance of A's rows as a constant, if it is
/// one of those of small networks. C2 then checks indices of all rows together.
abstract class VectorChains {
    /// The distances that kernels know are multiples of this, up to four of it. With others, on Zen 4 under AVX2,
    /// [VectorDiagonals] takes 10.1 µs for 1437 x 32 x 1 in place of 8, and 31 for 1437 x 128 x 1 in place of 30; on
    /// Zen 5 [VectorSquares] takes 9.8 µs for 1437 x 64 x 1 in place of 7.1.
    private static final int UNIT = 32;
    /// By the distance, in units; at 0 the kernel for any.
    private static final VectorChains[] COPIES = new VectorChains[5];

    VectorChains() {
    }

    /// This machine's kernel for rows of A in such a distance.
    static VectorChains of(int lda) {
        int i = lda % UNIT == 0 && lda / UNIT < COPIES.length ? lda / UNIT : 0;
        VectorChains copy = COPIES[i];
        if (copy == null) {
            // Two threads may both make one; kernels have no state, so either serves.
            copy = HiddenCopy.of(Backend.VECTOR.registers() < 32 ? VectorDiagonals.Copy.class : VectorSquares.class,
                    i * UNIT, VectorChains.class);
            COPIES[i] = copy;
        }
        return copy;
    }

    /// `c[i]` = the chain over p of `fma(a[i,p], b[p], s)`, from `s = start[0]`, for 16 rows.
    ///
    /// @param k a multiple of the kernel's step
    /// @param lda 4 or more: rows may be read up to four floats past their ends, where the next begins
    /// @param b packed as the kernel wants it
    /// @return whether an element may be NaN
    abstract boolean multiply(int k, float[] a, int aAt, int lda, float[] b, float[] start, boolean rectified, float[] c,
            int cAt);
}
