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
    /// A step so short that a jump shows in it as in the longest.
    private static final int NEAR = 2;
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

    /// What a single step cannot tell from its own error. It was called wrong in two of 300,000 random graphs.
    private static final double ALONE = 1e-5;

    /// A difference of this size is not worth a shorter step.
    private static final double ENOUGH = 1e-9;

    private final Real[] y;
    private final double[] dy;
    private final boolean[] depends;
    private final Real derivative;
    private final double g;
    private final double largest;
    private final double noise;

    private Found best;
    private boolean finite;
    /// Slopes of the two sides differ, with the longest step, and with a shorter one.
    private boolean bent;
    private boolean kink;
    /// They do so by far, with every step.
    private boolean apart = true;
    /// The slopes of both sides, over all steps but the longest.
    private double low = Double.POSITIVE_INFINITY;
    private double high = Double.NEGATIVE_INFINITY;
    /// How far the output moved, at most, by step.
    private final double[] move = new double[STEPS.length];
    private double sizes;
    /// What the derivative may be off by and still agree with the differences of a shorter step.
    private double agrees = Double.POSITIVE_INFINITY;
    /// With some step, the derivative is further off than its own two levels are from each other.
    private boolean sure;
    /// Where the derivative vanishes, as that of x relu(x) does at 0, so does the size, and nothing is small beside it.
    /// What then tells right from wrong is that the difference from the derivative, and that of the two sides, go to
    /// nothing with the step: a wrong derivative keeps the one, a kink the other.
    private boolean falls = true;
    private int shown;
    private double lastOff;
    private double lastBetween;

    private Slopes(Real[] y, double[] dy, boolean[] depends, Real derivative, double largest, double noise) {
        this.y = y;
        this.dy = dy;
        this.depends = depends;
        this.derivative = derivative;
        this.g = derivative.value();
        this.largest = largest;
        this.noise = noise;
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
        Slopes slopes = new Slopes(y, dy, depends, derivative, largest, noise);
        for (int s = 0; s < STEPS.length && (s < WIDE || slopes.best == null); s++) {
            double h = step(x, s);
            slopes.look(s, h, line.at(x + h), line.at(x + h / 2), line.at(x - h / 2), line.at(x - h));
            if (slopes.best != null && slopes.best.difference <= ENOUGH && !slopes.apart) {
                return slopes.best;
            }
        }
        return slopes.verdict();
    }

    /// A step at `x`.
    static double step(double x, int s) {
        return Math.scalb(1.0, Math.getExponent(Math.max(Math.abs(x), SMALL)) + STEPS[s]);
    }

    /// The slope of one side by two levels of differences: `near` is the change over h/2, `far` that over h.
    static double side(double near, double far, double h) {
        return (4 * near - far) / h;
    }

    private void look(int s, double h, Real[] p2, Real[] p1, Real[] m1, Real[] m2) {
        double d2 = 0;
        double d1 = 0;
        double right = 0;
        double left = 0;
        double size = 0;
        double rounding = derivative.error() * noise;
        double slack = 0;
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
            rounding += Math.abs(dy[j]) * (4 * (p1[j].error() + m1[j].error()) + (p2[j].error() + m2[j].error()) / 2)
                    / 3 * noise / h;
            right += dy[j] * side(p1[j].value() - y0, p2[j].value() - y0, h);
            left -= dy[j] * side(m1[j].value() - y0, m2[j].value() - y0, h);
            slack += Math.abs(dy[j]) * (4 * (p1[j].error() + m1[j].error()) + p2[j].error() + m2[j].error()
                    + 6 * y[j].error()) * noise / h;
            move[s] += Math.abs(dy[j]) * Math.max(Math.abs(p2[j].value() - y0), Math.abs(m2[j].value() - y0));
        }
        double value = (4 * d1 - d2) / 3;
        if (!(Math.abs(value) < Double.POSITIVE_INFINITY)) {
            return;
        }
        finite = true;
        sizes = Math.max(sizes, size);
        double off = Math.abs(value - g);
        double scale = Math.max(Math.max(size, Math.abs(g)), Double.MIN_NORMAL);
        double difference = off / scale;
        if (difference > GradientCheck.FORMULA) {
            difference = Math.max(0, off - rounding) / scale;
        }
        if (s < WIDE && off <= rounding) {
            agrees = Math.min(agrees, rounding);
        }
        boolean clear = rounding <= Math.max(CLEAR * Math.max(size, Math.abs(g)), GradientCheck.FORMULA * largest)
                || size == 0 && g == 0;
        if (clear && (best == null || difference < best.difference)
                && (s < WIDE || difference <= GradientCheck.FORMULA)) {
            best = new Found(Kind.SMOOTH, value, difference, left, right, size, h);
        }
        double between = Math.abs(left - right);
        if (s == WIDE) {
            return;
        }
        // At a kink whose convention is the middle, as that of |x|, central differences agree too; the sides do not,
        // with any step.
        apart &= between > APART * Math.max(Math.abs(left), Math.abs(right)) && between > 8 * rounding;
        if (clear) {
            falls &= shown == 0 || off <= FALLS * lastOff + rounding
                    && between <= FALLS * lastBetween + slack;
            lastOff = off;
            lastBetween = between;
            shown++;
            sure |= difference > GradientCheck.FORMULA && off > Math.abs(d1 - d2);
            bent |= s == 0 && between > KINK * size;
            kink |= s > 0 && between > KINK * size;
        }
        if (clear && s > 0) {
            low = Math.min(low, Math.min(left, right) - slack);
            high = Math.max(high, Math.max(left, right) + slack);
        }
    }

    private Found verdict() {
        if (!finite) {
            return new Found(Kind.NOT_FINITE, Double.NaN, 0, 0, 0, 0, 0);
        }
        Found rounded = new Found(Kind.ROUNDED, Double.NaN, 0, 0, 0, sizes, 0);
        if (best == null) {
            return rounded;
        }
        boolean good = best.difference <= GradientCheck.FORMULA;
        boolean jump = move[NEAR] > 0.25 * move[0];
        // A single point that stands out from both sides is no kink.
        if (good && (!apart || jump)) {
            return best;
        }
        if (falls && shown >= SHOWN) {
            return new Found(Kind.SMOOTH, best.value, lastOff / sizes, best.left, best.right, sizes, best.step);
        }
        // A long step meets kinks that a shorter one does not: then it proves nothing.
        if (!good && agrees <= 0.1 * Math.abs(best.value - g)) {
            return rounded;
        }
        if (jump && move[0] > 0) {
            return as(Kind.JUMP);
        }
        if (kink) {
            return new Found(Kind.KINK, best.value, best.difference, low, high, best.size, best.step);
        }
        // Nor does a long step alone tell a kink from a bend, or a wrong derivative from the step's own error.
        boolean alone = shown == 1 && (bent || best.difference <= ALONE);
        return good || alone || !sure ? rounded : as(Kind.WRONG);
    }

    private Found as(Kind kind) {
        return new Found(kind, best.value, best.difference, best.left, best.right, best.size, best.step);
    }
}
