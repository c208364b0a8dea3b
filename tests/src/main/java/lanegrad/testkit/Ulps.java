package lanegrad.testkit;

import lanegrad.op.Operation;

/// The error of floats against exact values in double.
///
/// An infinity counts as 2^128, where the next float after the largest would be: an overflow just beyond the
/// largest float is then an error of about one ulp, as it should be. Comparisons are written so that a NaN
/// never passes, but for a NaN where the exact value is one.
public final class Ulps {
    private static final double INFINITY = 0x1p128;

    private Ulps() {
    }

    /// `|actual - exact|`; 0 when both are NaN, NaN when one is.
    public static double distance(float actual, double exact) {
        if (actual != actual && exact != exact) {
            return 0;
        }
        return Math.abs(clamped(actual) - clamped(exact));
    }

    /// [#distance] in units in the last place of the exact value, as [Operation.Bound#ulp] has it.
    public static double error(float actual, double exact) {
        return distance(actual, exact) / Operation.Bound.ulp(exact);
    }

    /// Asserts that every element lies within its limit of the exact value.
    ///
    /// @param exact one exact value per element
    /// @param limit one absolute limit per element
    /// @param actual as many floats, or more
    /// @param what what was computed, and from what: operation, backend, seed
    public static void assertWithin(double[] exact, double[] limit, float[] actual, String what) {
        for (int i = 0; i < exact.length; i++) {
            double distance = distance(actual[i], exact[i]);
            if (!(distance <= limit[i])) {
                throw new AssertionError(what + ", index " + i + " of " + exact.length + ": exact " + exact[i]
                        + ", got " + Bits.show(actual[i]) + ", error " + error(actual[i], exact[i])
                        + " ulp; the absolute error is " + distance + ", allowed are " + limit[i]);
            }
        }
    }

    private static double clamped(double x) {
        return x > INFINITY ? INFINITY : x < -INFINITY ? -INFINITY : x;
    }
}
