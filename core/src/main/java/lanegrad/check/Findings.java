package lanegrad.check;

import java.util.ArrayList;
import java.util.List;

/// What a check has found so far.
final class Findings {
    /// More failures of one question than this say nothing new.
    private static final int MOST = 3;

    String name;
    int points;
    int kinks;
    int aside;
    int rounded;
    long elements;
    double formula;
    String formulaAt = "";
    double kernel;
    double kernelUlps;
    String kernelAt = "";
    String weak;
    private final List<GradientReport.Failure> failures = new ArrayList<>();

    Findings(String name) {
        this.name = name;
    }

    void add(GradientReport.Part part, String what) {
        long same = failures.stream().filter(f -> f.part() == part).count();
        if (same < MOST) {
            failures.add(new GradientReport.Failure(part, what, ""));
        }
    }

    /// At the end of a comparison: nothing checked, or too much set aside, is a failure.
    void close(double cap) {
        if (points == 0) {
            add(GradientReport.Part.VACUOUS, "no coordinate was checked; all inputs are empty");
        } else if (aside > cap * points) {
            add(GradientReport.Part.VACUOUS, aside + " of " + points + " coordinates were set aside, more than " + cap
                    + " of them: " + rounded + " where differences are lost in rounding, the others jumps, not "
                    + "finite, or several kinks at once; draw other inputs");
        }
    }

    /// Several reports as one.
    GradientReport merged(List<GradientReport> reports) {
        for (GradientReport r : reports) {
            points += r.points();
            kinks += r.kinks();
            aside += r.aside();
            elements += r.elements();
            if (!(r.formula() <= formula)) {
                formula = r.formula();
                formulaAt = r.formulaAt();
            }
            if (!(r.kernel() <= kernel)) {
                kernel = r.kernel();
                kernelAt = r.kernelAt();
            }
            kernelUlps = Math.max(kernelUlps, r.kernelUlps());
            weak = r.weak() != null ? r.weak() : weak;
            failures.addAll(r.failures());
        }
        return report();
    }

    GradientReport report() {
        return new GradientReport(name, points, kinks, aside, elements, formula, formulaAt, kernel, kernelUlps,
                kernelAt, weak, List.copyOf(failures));
    }
}
