package lanegrad.testkit;

/// Comparison of floats bit for bit.
///
/// `==` is no test of bits: it takes -0 for +0, and no NaN is equal to any. These assertions tell the zeros
/// apart; [#assertBits] takes any NaN for any other, [#assertIdentical] wants the same NaN too.
public final class Bits {
    private Bits() {
    }

    /// Whether both have the same bits, or both are NaN.
    public static boolean same(float a, float b) {
        return Float.floatToRawIntBits(a) == Float.floatToRawIntBits(b) || a != a && b != b;
    }

    /// The place of `x` among all floats in ascending order: neighbouring floats have neighbouring places, -0 and
    /// +0 have the same. NaNs lie beyond the infinities.
    public static long place(float x) {
        int bits = Float.floatToRawIntBits(x);
        return bits >= 0 ? bits : -(long) (bits & 0x7fff_ffff);
    }

    /// The float at a place; the inverse of [#place].
    public static float at(long place) {
        return Float.intBitsToFloat(place >= 0 ? (int) place : (int) -place | 0x8000_0000);
    }

    /// Decimal and hexadecimal: `1.5 (3fc00000)`.
    public static String show(float x) {
        return String.format("%s (%08x)", x, Float.floatToRawIntBits(x));
    }

    /// Asserts that two floats have the same bits, any NaN for any other.
    ///
    /// @param what what was computed, and from what: operation, backend, seed
    public static void assertBits(float expected, float actual, String what) {
        if (!same(expected, actual)) {
            throw differ(expected, actual, what);
        }
    }

    /// Asserts that two arrays have the same length and the same bits, any NaN for any other.
    ///
    /// @param what what was computed, and from what: operation, backend, seed
    public static void assertBits(float[] expected, float[] actual, String what) {
        checkLengths(expected, actual, what);
        for (int i = 0; i < expected.length; i++) {
            if (!same(expected[i], actual[i])) {
                throw differ(expected[i], actual[i], what + ", index " + i + " of " + expected.length);
            }
        }
    }

    /// Asserts that two arrays have the same length and the same bits, those of NaNs included: for memory that
    /// must not have been written, and for results that promise the canonical NaN.
    ///
    /// @param what what was computed, and from what: operation, backend, seed
    public static void assertIdentical(float[] expected, float[] actual, String what) {
        checkLengths(expected, actual, what);
        for (int i = 0; i < expected.length; i++) {
            if (Float.floatToRawIntBits(expected[i]) != Float.floatToRawIntBits(actual[i])) {
                throw differ(expected[i], actual[i], what + ", index " + i + " of " + expected.length);
            }
        }
    }

    private static void checkLengths(float[] expected, float[] actual, String what) {
        if (expected.length != actual.length) {
            throw new AssertionError(what + ": expected " + expected.length + " floats, got " + actual.length);
        }
    }

    private static AssertionError differ(float expected, float actual, String what) {
        return new AssertionError(what + ": expected " + show(expected) + ", got " + show(actual)
                + (expected != expected || actual != actual ? ""
                        : ", " + Math.abs(place(expected) - place(actual)) + " floats apart"));
    }
}
