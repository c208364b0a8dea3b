package lanegrad.check;

import lanegrad.Backend;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.check.GradientReport.Part;
import lanegrad.math.SplitMix;

/// The check of a computation with an operation that has no exact meaning: differences of float results.
///
/// A step short enough for a small error of the quotient is so short that floats round the difference away; at 2^-6 of
/// the coordinate, both are below [GradientCheck#WEAK] for functions that do not swing.
final class WeakCheck {
    private static final int STEP = -6;
    private static final double SMALL = 0x1p-3;
    private static final double KINK = 0.1;

    private final GradientCheck.Recording recording;
    private final GradientCheck.Settings settings;
    private final SplitMix random;
    private final Findings findings;

    WeakCheck(GradientCheck.Recording recording, GradientCheck.Settings settings, SplitMix random, Findings findings) {
        this.recording = recording;
        this.settings = settings;
        this.random = random;
        this.findings = findings;
    }

    void run(Replay replay, float[] dy, FloatRun[] runs) {
        boolean nonzero = false;
        for (int k = 0; k < replay.inputs().size(); k++) {
            Tensor x = replay.inputs().get(k).value();
            double largest = 0;
            for (float dx : runs[0].dx()[k]) {
                largest = Math.max(largest, Math.abs(dx));
            }
            nonzero |= largest > 0;
            int points = Math.min(settings.points(), x.size());
            for (int p = 0; p < points; p++) {
                int i = points == x.size() ? p : random.nextInt(x.size());
                point(replay.inputs().get(k).name() + " " + k + "[" + i + "]", x, i, dy, runs, k, largest);
            }
        }
        if (!nonzero && !settings.flat()) {
            findings.add(Part.VACUOUS, "all gradients are 0; draw inputs where the function is not flat");
        }
        findings.close(settings.cap());
    }

    private void point(String at, Tensor x, int i, float[] dy, FloatRun[] runs, int k, double largest) {
        float was = x.get(i);
        float h = (float) Math.scalb(1.0, Math.getExponent(Math.max(Math.abs(was), SMALL)) + STEP);
        float[] above = result(x, i, was + h);
        float[] below = result(x, i, was - h);
        float[] here = result(x, i, was);
        double left = 0;
        double right = 0;
        double size = 0;
        double rounding = 0;
        for (int j = 0; j < dy.length; j++) {
            right += dy[j] * ((double) above[j] - here[j]) / h;
            left += dy[j] * ((double) here[j] - below[j]) / h;
            size += Math.abs(dy[j] * ((double) above[j] - below[j])) / (2 * h);
            rounding += above[j] == below[j] ? 0 : Math.abs(dy[j] * (double) here[j]) * 0x1p-21 / h;
        }
        double value = (left + right) / 2;
        findings.points++;
        if (!(Math.abs(value) < Double.POSITIVE_INFINITY)) {
            findings.aside++;
            return;
        }
        boolean kink = Math.abs(right - left) > KINK * size + rounding;
        findings.kinks += kink ? 1 : 0;
        double slack = GradientCheck.WEAK * Math.max(size, largest) + rounding;
        double low = (kink ? Math.min(left, right) : value) - slack;
        double high = (kink ? Math.max(left, right) : value) + slack;
        for (int b = 0; b < runs.length; b++) {
            Backend backend = settings.backends().get(b);
            float dx = runs[b].dx()[k][i];
            findings.elements++;
            if (!(dx >= low && dx <= high)) {
                findings.add(kink ? Part.KINK : Part.KERNEL, "the gradient of " + at + " on "
                        + backend + " is " + dx + ", differences of float results give " + left
                        + " from below and " + right + " from above");
            }
        }
    }

    private float[] result(Tensor x, int i, float value) {
        float was = x.get(i);
        x.set(i, value);
        try {
            Var y = recording.record(new Tape(settings.backends().get(0), 1));
            return y.value().toArray();
        } finally {
            x.set(i, was);
        }
    }
}
