package lanegrad.check;

import java.util.Locale;
import lanegrad.Backend;
import lanegrad.Real;
import lanegrad.check.GradientReport.Part;
import lanegrad.op.Operation;

/// Float results and gradients beside those in double, within the running error.
final class Kernels {
    /// A bound above this share of the largest element of a gradient would hide a wrong one.
    private static final double WIDE = 0x1p-6;

    private final GradientCheck.Settings settings;
    private final Findings findings;

    Kernels(GradientCheck.Settings settings, Findings findings) {
        this.settings = settings;
        this.findings = findings;
    }

    void compare(Backend backend, Replay replay, Real[] y, Real[][] gradient, FloatRun run) {
        for (int j = 0; j < y.length; j++) {
            if (inRange(y[j]) && !(Math.abs(run.y()[j] - y[j].value()) <= y[j].error())) {
                findings.add(Part.FORWARD, String.format(Locale.ROOT, "%s, result[%d]: exact %s, got %s, error %.2e; "
                        + "its roundings explain %.2e", backend, j, y[j].value(), run.y()[j],
                        Math.abs(run.y()[j] - y[j].value()), y[j].error()));
            }
        }
        boolean nonzero = false;
        long wide = 0;
        long counted = 0;
        long all = 0;
        long beyond = 0;
        for (int k = 0; k < gradient.length; k++) {
            double largest = 0;
            for (Real g : gradient[k]) {
                largest = Math.max(largest, Math.abs(g.value()));
            }
            for (int i = 0; i < gradient[k].length; i++) {
                Real g = gradient[k][i];
                float dx = run.dx()[k][i];
                nonzero |= dx != 0 || g.value() != 0;
                all++;
                if (!inRange(g) || !(g.error() < Float.MAX_VALUE)) {
                    beyond++;
                    continue;
                }
                double error = Math.abs(dx - g.value());
                findings.elements++;
                // A bound without width, for a gradient that is 0 by definition, is met or not.
                double share = error == 0 ? 0 : error / g.error();
                double ulps = error / Operation.Bound.ulp(largest);
                findings.kernelUlps = Math.max(findings.kernelUlps, ulps);
                if (!(share <= findings.kernel)) {
                    findings.kernel = share;
                    findings.kernelAt = at(replay, k, i, backend);
                }
                if (!(share <= 1)) {
                    findings.add(Part.KERNEL, String.format(Locale.ROOT, "the gradient of %s: in double %s, in float "
                            + "%s, error %.2e, %.1f ulp of the largest; its roundings explain %.2e",
                            at(replay, k, i, backend), g.value(), dx, error, ulps, g.error()));
                }
                if (g.value() != 0) {
                    counted++;
                    wide += g.error() > WIDE * largest ? 1 : 0;
                }
            }
        }
        if (!nonzero && !settings.flat()) {
            findings.add(Part.VACUOUS, backend + ": all gradients are 0, in float and in double; draw "
                    + "inputs where the function is not flat");
        }
        if (beyond > settings.cap() * all) {
            findings.add(Part.VACUOUS, backend + ": " + beyond + " of " + all + " gradient elements, more than "
                    + settings.cap() + " of them, are beyond the floats or have no bound, and were not compared; draw "
                    + "other inputs");
        }
        if (2 * wide > counted) {
            findings.add(Part.VACUOUS, backend + ": the roundings of " + wide + " of " + counted
                    + " gradient elements may explain more than 1/64 of the largest, so that a wrong one would pass; "
                    + "the computation is too ill-conditioned here for floats");
        }
    }

    private static String at(Replay replay, int k, int i, Backend backend) {
        return replay.inputs().get(k).name() + " " + k + "[" + i + "] on " + backend;
    }

    // Whether float arithmetic reaches the number at all.
    private static boolean inRange(Real x) {
        return Math.abs(x.value()) < Float.MAX_VALUE;
    }
}
