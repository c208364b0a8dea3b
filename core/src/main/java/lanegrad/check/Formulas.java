package lanegrad.check;

import java.util.Arrays;
import lanegrad.Real;
import lanegrad.check.GradientReport.Part;
import lanegrad.math.SplitMix;

/// The reverse derivative of a replay beside its dual numbers and its differences.
final class Formulas {
    /// Directions of the fast mode.
    private static final int DIRECTIONS = 2;

    /// So many elements tell what share of the running error they take.
    private static final int MANY = 1000;

    /// A gradient so far beside the slopes of a kink is not between them, as a share of their size.
    private static final double BESIDE = 1e-4;

    private final Replay replay;
    private final double[][] x;
    private final double[] dy;
    private final Real[][] gradient;
    private final GradientCheck.Settings settings;
    private final SplitMix random;
    private final Findings findings;
    private final Real[][] constants;
    private final Replay.Run here;
    private final Real[] y;

    Formulas(Replay replay, double[][] x, double[] dy, Real[][] gradient, GradientCheck.Settings settings,
            SplitMix random, Findings findings) {
        this.replay = replay;
        this.x = x;
        this.dy = dy;
        this.gradient = gradient;
        this.settings = settings;
        this.random = random;
        this.findings = findings;
        constants = new Real[x.length][];
        for (int k = 0; k < x.length; k++) {
            constants[k] = Real.of(x[k]);
        }
        here = replay.whole(constants);
        y = here.y();
    }

    void alongCoordinates() {
        for (int k = 0; k < x.length; k++) {
            adjoint(k);
            coordinates(k, settings.points());
        }
        findings.close(settings.cap());
    }

    /// Compares along random directions, and coordinate by coordinate only for inputs where that fails.
    void alongDirections() {
        for (int k = 0; k < x.length; k++) {
            boolean good = true;
            for (int d = 0; d < DIRECTIONS; d++) {
                good &= direction(k);
            }
            // All of them: the one found wanting may be any.
            if (!good) {
                coordinates(k, Integer.MAX_VALUE);
            }
        }
        findings.close(settings.cap());
    }

    private void coordinates(int k, int most) {
        for (int i : places(x[k].length, most)) {
            differences(k, i, dual(k, i));
        }
    }

    // All places, or a sample with the first and the last.
    private int[] places(int n, int most) {
        int[] all = new int[n];
        Arrays.setAll(all, i -> i);
        if (n <= most) {
            return all;
        }
        random.shuffle(all);
        int[] some = Arrays.copyOf(all, Math.max(2, most));
        some[0] = 0;
        some[1] = n - 1;
        return Arrays.stream(some).distinct().toArray();
    }

    // Compares with dual numbers and tells which outputs the coordinate reaches.
    private boolean[] dual(int k, int i) {
        Real[] was = constants[k];
        constants[k] = was.clone();
        constants[k][i] = Real.of(x[k][i], 1);
        Real[] moved = replay.rerun(k, constants, here).y();
        constants[k] = was;
        boolean[] depends = new boolean[y.length];
        double slope = 0;
        double size = 0;
        for (int j = 0; j < y.length; j++) {
            if (moved[j].slope() != 0) {
                depends[j] = true;
                slope += dy[j] * moved[j].slope();
                size += Math.abs(dy[j] * moved[j].slope());
            }
        }
        Real g = gradient[k][i];
        if (!finite(slope) || !finite(g.value())) {
            return depends;
        }
        size = Math.max(size, Math.abs(g.value()));
        double difference = Math.max(0, Math.abs(slope - g.value()) - g.error() * 0x1p-28);
        found(difference / Math.max(size, Double.MIN_NORMAL), k, i);
        if (!(difference <= GradientCheck.FORMULA * size)) {
            findings.add(Part.FORMULA, place(k, i) + ": reverse " + g.value() + ", dual numbers " + slope);
        }
        return depends;
    }

    private void differences(int k, int i, boolean[] depends) {
        Real[] was = constants[k];
        constants[k] = was.clone();
        Slopes.Found at = Slopes.of(v -> {
            constants[k][i] = Real.of(v);
            return replay.rerun(k, constants, here).y();
        }, x[k][i], y, dy, depends, gradient[k][i], largest(k), noise());
        constants[k] = was;
        findings.points++;
        double g = gradient[k][i].value();
        boolean outside = at.kind() == Slopes.Kind.KINK
                && !(g >= at.left() - BESIDE * at.size() && g <= at.right() + BESIDE * at.size());
        if ((at.kind() == Slopes.Kind.WRONG || outside) && severalKinks(k, i)) {
            findings.aside++;
            return;
        }
        switch (at.kind()) {
            case SMOOTH -> found(at.difference(), k, i);
            case ROUNDED -> {
                findings.rounded++;
                findings.aside++;
            }
            case JUMP, NOT_FINITE -> findings.aside++;
            case KINK -> {
                findings.kinks++;
                if (outside) {
                    findings.add(Part.KINK, place(k, i) + ": reverse " + g + " at a kink with slopes from "
                            + at.left() + " to " + at.right());
                }
            }
            case WRONG -> {
                found(at.difference(), k, i);
                findings.add(Part.FORMULA, place(k, i) + ": reverse " + g + ", central differences "
                        + at.value() + " with step " + at.step() + ", smooth");
            }
            default -> throw new IllegalStateException(at.kind().toString());
        }
    }

    private boolean severalKinks(int k, int i) {
        return new Kinks(replay, here, v -> {
            // The run is looked at later, beside others: each has an array of its own.
            Real[][] moved = constants.clone();
            moved[k] = constants[k].clone();
            moved[k][i] = Real.of(v);
            return replay.rerun(k, moved, here);
        }, x[k][i], noise()).count(k) > 1;
    }

    // <J u, dy> = <u, J^T dy> for a random u: of inputs that are too large for each of their coordinates, none is left
    // out.
    private void adjoint(int k) {
        double[] u = new double[x[k].length];
        double derivative = 0;
        double error = 0;
        double scale = 0;
        for (int i = 0; i < u.length; i++) {
            u[i] = random.nextInt(2) == 0 ? 1 : -1;
            derivative += u[i] * gradient[k][i].value();
            error += gradient[k][i].error();
            scale += Math.abs(gradient[k][i].value());
        }
        Real[] was = constants[k];
        constants[k] = Real.of(x[k], u);
        Real[] moved = replay.rerun(k, constants, here).y();
        constants[k] = was;
        double slope = 0;
        for (int j = 0; j < y.length; j++) {
            slope += moved[j].slope() == 0 ? 0 : dy[j] * moved[j].slope();
            scale += Math.abs(moved[j].slope() == 0 ? 0 : dy[j] * moved[j].slope());
        }
        // Where something is not finite, the coordinates say so.
        if (finite(slope) && finite(derivative)
                && !(Math.abs(slope - derivative) <= GradientCheck.FORMULA * scale + error * 0x1p-28)) {
            findings.add(Part.FORMULA, "a direction u of input " + k + ": <J u, dy> is " + slope + ", <u, J^T dy> "
                    + derivative + "; they must be equal");
        }
    }

    private boolean direction(int k) {
        double[] u = new double[x[k].length];
        Real derivative = Real.ZERO;
        for (int i = 0; i < u.length; i++) {
            u[i] = random.nextInt(2) == 0 ? 1 : -1;
            derivative = derivative.plus(gradient[k][i].times(u[i]));
        }
        Real[] was = constants[k];
        constants[k] = Real.of(x[k], u);
        Real[] moved = replay.rerun(k, constants, here).y();
        boolean[] depends = new boolean[y.length];
        double slope = 0;
        double size = 0;
        for (int j = 0; j < y.length; j++) {
            depends[j] = moved[j].slope() != 0;
            slope += dy[j] * moved[j].slope();
            size += Math.abs(dy[j] * moved[j].slope());
        }
        constants[k] = was.clone();
        Slopes.Found at = Slopes.of(v -> {
            for (int i = 0; i < u.length; i++) {
                constants[k][i] = Real.of(x[k][i] + v * u[i]);
            }
            return replay.rerun(k, constants, here).y();
        }, 0, y, dy, depends, derivative, 0, noise());
        constants[k] = was;
        findings.points++;
        boolean dual = Math.abs(slope - derivative.value())
                <= GradientCheck.FORMULA * Math.max(size, Math.abs(slope)) + derivative.error() * 0x1p-28;
        if (at.kind() == Slopes.Kind.KINK && dual) {
            findings.kinks++;
            return true;
        }
        boolean good = at.kind() == Slopes.Kind.SMOOTH && dual;
        if (good) {
            found(at.difference(), k, -1);
        }
        return good;
    }

    // The running error bounds what roundings of floats do if all of them push one way. Those of doubles are smaller by
    // 2^-29, and how much of the bound they take has just been seen: as much as those of floats, in single operations
    // up to a half of it, in a network one hundredth. Of few elements one must not conclude so: with a quarter of the
    // bound for them, one of 20,000 random graphs was called wrong.
    private double noise() {
        double share = findings.elements < MANY ? 1 : Math.min(0.25, Math.max(8 * findings.kernel, 0x1p-8));
        return 0x1p-29 * share;
    }

    private double largest(int k) {
        double largest = 0;
        for (Real g : gradient[k]) {
            largest = Math.max(largest, finite(g.value()) ? Math.abs(g.value()) : 0);
        }
        return largest;
    }

    private void found(double difference, int k, int i) {
        if (!(difference <= findings.formula)) {
            findings.formula = difference;
            findings.formulaAt = i < 0 ? "a direction of input " + k : place(k, i);
        }
    }

    private String place(int k, int i) {
        return replay.inputs().get(k).name() + " " + k + "[" + i + "] = " + x[k][i];
    }

    private static boolean finite(double v) {
        return Math.abs(v) < Double.POSITIVE_INFINITY;
    }
}
