package lanegrad.check;

import lanegrad.Real;

/// Differences of a replay along one coordinate: its derivative without calculus, and whether there is one.
///
/// The step is a power of two below the size of the coordinate, so that `x + h` is exact. Several lengths are tried,
/// [#STEPS]: central differences with h and h/2, extrapolated (Richardson), until the derivative that is
/// to be checked comes out. A smooth function yields it with one of them, and a wrong derivative with none.
///
/// Source: L. F. Richardson (1911); *Numerical Recipes*, section 5.7.
final class Slopes {
    /// How a function behaves at a coordinate.
    enum Kind {
        /// Differences agree with the derivative.
        SMOOTH,
        /// They do not, and both sides have the same slope.
        WRONG,
        /// The two sides have slopes of their own.
        KINK,
        /// The function's value jumps.
        JUMP,
        /// Values at or around the coordinate are not finite.
        NOT_FINITE,
        /// Differences are lost in rounding.
        ROUNDED
    }

    /// What was found.
    ///
    /// @param value the derivative by differences, the best of all steps
    /// @param difference from the derivative checked, relative to `size`, less what rounding explains
    /// @param left the slope from below, right that from above
    /// @param size what the derivative is added up from: `sum |dy[j]| |dy[j]/dx|`
    /// @param step the step of `value`
    record Found(Kind kind, double value, double difference, double left, double right, double size, double step) {
    }

    /// The steps, as powers of two of the size of the coordinate.
    ///
    /// The last is for what is all but linear and lost in rounding with the others: a sum of thousands.
    private static final int[] STEPS = {-8, -12, -16, -20, -24, -2};
    private static final int WIDE = 5;
    /// Coordinates below this size have the steps of this size.
    private static final double SMALL = 0x1p-3;
    /// Slopes of the two sides that differ by more than this share are those of a kink.
    private static final double KINK = 1e-4;
    /// The same where central differences agree with the derivative.
    private static final double APART = 0.1;

    /// Differences of which rounding may be a larger share show nothing.
    private static final double CLEAR = 1e-5;

    /// What a step of one sixteenth must leave of what goes to nothing with the step, at most, and how many steps must
    /// show it.
    private static final double FALLS = 0.25;
    private static final int SHOWN = 3;

    /// A difference of this size is not worth a shorter step.
    private static final double ENOUGH = 1e-9;

    private Slopes() {
    }

    /// The values at a moved coordinate.
    interface Line {
        /// The output with the coordinate at this value.
        Real[] at(double x);
    }

    /// Compares a derivative along a coordinate at `x`, where the output is `y`, with differences.
    ///
    /// @param depends which outputs the coordinate reaches
    /// @param derivative as the reverse walk found it, with its running error
    /// @param largest the largest derivative of the same input: where a function is saturated, a difference that is
    ///        lost in rounding confirms a derivative that is nothing beside it
    /// @param noise what roundings of doubles do, as a share of the running error of floats
    static Found of(Line line, double x, Real[] y, double[] dy, boolean[] depends, Real derivative, double largest,
            double noise) {
        double g = derivative.value();
        int exponent = Math.getExponent(Math.max(Math.abs(x), SMALL));
        Found best = null;
        double[] left = new double[STEPS.length];
        double[] right = new double[STEPS.length];
        double[] move = new double[STEPS.length];
        boolean finite = false;
        boolean kink = false;
        boolean apart = true;
        // What the derivative may be off by and still agree with the differences of a shorter step.
        double agrees = Double.POSITIVE_INFINITY;
        double sizes = 0;
        // Where the derivative vanishes, as that of x relu(x) does at 0, so does the size, and nothing is small beside
        // it. What then tells right from wrong is that the difference from the derivative, and that of the two sides,
        // go to nothing with the step: a wrong derivative keeps the one, a kink the other.
        boolean falls = true;
        int shown = 0;
        double off = 0;
        double between = 0;
        for (int s = 0; s < STEPS.length && (s < WIDE || best == null); s++) {
            double h = Math.scalb(1.0, exponent + STEPS[s]);
            Real[] p2 = line.at(x + h);
            Real[] p1 = line.at(x + h / 2);
            Real[] m1 = line.at(x - h / 2);
            Real[] m2 = line.at(x - h);
            double d2 = 0;
            double d1 = 0;
            double size = 0;
            double rounding = derivative.error() * noise;
            for (int j = 0; j < y.length; j++) {
                double far = p2[j].value() - m2[j].value();
                double near = p1[j].value() - m1[j].value();
                double y0 = y[j].value();
                if (!depends[j] && far == 0 && near == 0 && p2[j].value() == y0) {
                    continue;
                }
                d2 += dy[j] * far / (2 * h);
                d1 += dy[j] * near / h;
                // Of both levels, for a function that swings has a derivative of 0 in one.
                size += Math.abs(dy[j]) * Math.max(Math.abs(far / (2 * h)), Math.abs(near / h));
                rounding += Math.abs(dy[j]) * (p1[j].error() + y[j].error()) * noise / h;
                right[s] += dy[j] * (4 * (p1[j].value() - y0) - (p2[j].value() - y0)) / h;
                left[s] += dy[j] * ((m2[j].value() - y0) - 4 * (m1[j].value() - y0)) / h;
                move[s] += Math.abs(dy[j]) * Math.max(Math.abs(p2[j].value() - y0), Math.abs(m2[j].value() - y0));
            }
            double value = (4 * d1 - d2) / 3;
            sizes = Math.max(sizes, size);
            if (!(Math.abs(value) < Double.POSITIVE_INFINITY)) {
                continue;
            }
            finite = true;
            double scale = Math.max(Math.max(size, Math.abs(g)), Double.MIN_NORMAL);
            double difference = Math.abs(value - g) / scale;
            if (difference > GradientCheck.FORMULA) {
                difference = Math.max(0, Math.abs(value - g) - rounding) / scale;
            }
            if (s < WIDE && Math.abs(value - g) <= rounding) {
                agrees = Math.min(agrees, rounding);
            }
            boolean clear = rounding <= Math.max(CLEAR * Math.max(size, Math.abs(g)), GradientCheck.FORMULA * largest)
                    || size == 0 && g == 0;
            if (clear && (best == null || difference < best.difference)
                    && (s < WIDE || difference <= GradientCheck.FORMULA)) {
                best = new Found(Kind.SMOOTH, value, difference, left[s], right[s], size, h);
            }
            // At a kink whose convention is the middle, as that of |x|, central differences agree too; the sides do
            // not, with any step.
            double wider = between;
            between = Math.abs(left[s] - right[s]);
            if (clear && s < WIDE) {
                falls &= shown == 0 || Math.abs(value - g) <= FALLS * off && between <= FALLS * wider;
                off = Math.abs(value - g);
                shown++;
            }
            apart &= s == WIDE || between > APART * Math.max(Math.abs(left[s]), Math.abs(right[s]))
                    && between > 8 * rounding;
            if (best != null && best.difference <= ENOUGH && !apart) {
                return best;
            }
            kink |= s > 0 && s < WIDE && clear && Math.abs(left[s] - right[s]) > KINK * size;
        }
        if (!finite) {
            return new Found(Kind.NOT_FINITE, Double.NaN, 0, 0, 0, 0, 0);
        }
        // A single point that stands out from both sides is no kink.
        if (best != null && best.difference <= GradientCheck.FORMULA && (!apart || move[2] > 0.25 * move[0])) {
            return best;
        }
        if (best != null && falls && shown >= SHOWN) {
            return new Found(Kind.SMOOTH, best.value, off / sizes, best.left, best.right, sizes, best.step);
        }
        // A long step meets kinks that a shorter one does not: then it proves nothing.
        if (best == null || best.difference > GradientCheck.FORMULA && agrees <= 0.1 * Math.abs(best.value - g)) {
            return new Found(Kind.ROUNDED, Double.NaN, 0, 0, 0, sizes, 0);
        }
        int near = 2;
        if (move[near] > 0.25 * move[0] && move[0] > 0) {
            return new Found(Kind.JUMP, best.value, best.difference, left[near], right[near], best.size, best.step);
        }
        if (!kink && !(best.difference <= GradientCheck.FORMULA)) {
            return new Found(Kind.WRONG, best.value, best.difference, best.left, best.right, best.size, best.step);
        }
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (int s = 1; s <= near; s++) {
            low = Math.min(low, Math.min(left[s], right[s]));
            high = Math.max(high, Math.max(left[s], right[s]));
        }
        return new Found(Kind.KINK, best.value, best.difference, low, high, best.size, best.step);
    }
}
