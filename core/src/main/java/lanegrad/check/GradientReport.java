package lanegrad.check;

import java.util.List;
import java.util.Locale;

/// What a [GradientCheck] found.
///
/// @param name what was checked
/// @param points coordinates that were compared with differences and dual numbers
/// @param kinks those of them where the slopes of both sides differ
/// @param aside those of them where nothing can be compared: jumps, values that are not finite, differences
///        that are lost in rounding
/// @param elements gradient elements that were compared between float and double, over all backends
/// @param formula the largest difference between the reverse derivative and those from differences and dual numbers,
///        relative to the sizes that it is added up from
/// @param formulaAt where, in words
/// @param kernel the largest share of its bound that the error of a float gradient took; at most 1 if all is well
/// @param kernelUlps the largest error of a float gradient in ulp of the largest element of that gradient
/// @param kernelAt where the share is largest, in words
/// @param weak why differences had to be taken of float results, which finds errors above one in a hundred only;
///        `null` if every operation has an exact meaning
/// @param failures what is wrong; empty if nothing is
public record GradientReport(String name, int points, int kinks, int aside, long elements, double formula,
        String formulaAt, double kernel, double kernelUlps, String kernelAt, String weak, List<Failure> failures) {

    /// The questions of a check.
    public enum Part {
        /// Is the reverse derivative of the exact meaning that of its differences and its dual numbers?
        FORMULA,
        /// Is the float result that of the exact meaning?
        FORWARD,
        /// Is the float gradient that of the exact meaning?
        KERNEL,
        /// Does the gradient at a kink lie between the slopes of the two sides?
        KINK,
        /// Do the same bits come out again: twice, on both backends, with any number of threads?
        REPEAT,
        /// Is the gradient linear in its cotangent?
        LINEAR,
        /// Do contributions of several uses add up, and does it not matter who else wants a gradient?
        ADDS,
        /// Do permuted rows give permuted gradients?
        ROWS,
        /// Are inputs left alone, and have gradients their shapes?
        INPUTS,
        /// Was anything checked at all?
        VACUOUS
    }

    /// One thing that is wrong.
    ///
    /// @param part which question failed
    /// @param what a sentence: operation, input, index, both values
    /// @param example the smallest example found, as Java to paste; empty if there is none
    public record Failure(Part part, String what, String example) {
    }

    /// Whether nothing is wrong.
    public boolean passed() {
        return failures.isEmpty();
    }

    /// Whether this question failed.
    public boolean failed(Part part) {
        return failures.stream().anyMatch(f -> f.part() == part);
    }

    /// This report, if nothing is wrong.
    ///
    /// @throws AssertionError with the report as its message otherwise
    public GradientReport orThrow() {
        if (!passed()) {
            throw new AssertionError(toString());
        }
        return this;
    }

    /// Several reports as one.
    public static GradientReport sum(String name, List<GradientReport> reports) {
        return new Findings(name).merged(reports);
    }

    /// The report for people.
    @Override
    public String toString() {
        StringBuilder s = new StringBuilder(String.format(Locale.ROOT,
                "%s: %s\n  formula: %d points (%d kinks, %d set aside), largest difference %.1e%s\n"
                        + "  kernel:  %d elements, largest error %.2f of its bound, %.1f ulp%s\n",
                name, passed() ? "the gradient is right" : "the gradient is WRONG", points, kinks, aside, formula,
                formulaAt.isEmpty() ? "" : " at " + formulaAt, elements, kernel, kernelUlps,
                kernelAt.isEmpty() ? "" : " at " + kernelAt));
        if (weak != null) {
            s.append("  weak:    ").append(weak).append('\n');
        }
        for (Failure f : failures) {
            s.append("  ").append(f.part()).append(": ").append(f.what()).append('\n');
            f.example().lines().forEach(line -> s.append("      ").append(line).append('\n'));
        }
        return s.toString();
    }
}
