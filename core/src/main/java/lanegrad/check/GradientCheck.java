package lanegrad.check;

import java.util.Arrays;
import java.util.List;
import lanegrad.Backend;
import lanegrad.Real;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.check.GradientReport.Part;
import lanegrad.math.SplitMix;

/// Checks the gradient of a computation, and keeps two questions apart.
///
/// *Is the formula right?* The recording is replayed in double through the exact meaning of each operation ([Real]).
/// Its reverse derivative is compared with central differences of the same replay and with dual numbers, which have no
/// step: coordinate by coordinate, to [#FORMULA] of what the derivative is added up from.
///
/// *Is the kernel right?* The float gradient of each backend is compared with the one in double, within the running
/// error of that very computation ([Real#error]): no tolerance is guessed. So is the float result.
///
/// **Kinks.** Each coordinate that differences cannot confirm is looked at from both sides: it is a kink, a jump, or
/// not finite, or else the formula is wrong. At a kink the gradient must lie between the slopes of the two sides, and
/// be the documented one, which is what the exact meaning says. Jumps, what is not finite, several kinks at once (the
/// chain rule promises nothing there: `relu(x) - relu(-x)` is x, its gradient at 0 is 0), and differences that are lost
/// in rounding are set aside; a share of more than [Settings#cap] of them fails.
///
/// **Invariants**, for each backend: the same recording gives the same bits twice, on a fresh tape, on a rewound one,
/// on any number of threads, and on both backends; a zero cotangent gives exact zeros, and -2 times the cotangent
/// exactly -2 times the gradient; `<J v, dy> = <v, J^T dy>`; contributions of two uses add up; permuted rows have
/// permuted gradients; inputs are left alone.
/// Cotangents are random, never all ones.
///
/// **Never vacuous.** It fails if no coordinate was checked, if all gradients are 0, or if the bound of most elements
/// is so wide that it would hide a wrong one.
///
/// An operation of a user's own needs an exact meaning for all this. Without, differences of float results are taken,
/// which find errors above one in a hundred; the report says so.
///
///     GradientCheck.of(x -> Tanh.of(Multiply.of(x[0], x[1])), a, b).orThrow();
///
/// **Cost.** Five replays for each coordinate compared with differences, up to twenty-five where short steps are
/// tried. Not for use inside of a training.
///
/// Sources: L. F. Richardson (1911) for the extrapolation; A. Griewank, A. Walther, *Evaluating Derivatives* (2008) for
/// dual numbers and the adjoint identity; N. Higham, *Accuracy and Stability of Numerical Algorithms* (2002), section
/// 3.3, for the running error.
public final class GradientCheck {
    /// How close reverse derivative, dual numbers and differences must be, relative to the sizes that are added up.
    public static final double FORMULA = 1e-8;
    /// The same for differences of float results, of operations without an exact meaning.
    public static final double WEAK = 1e-2;

    /// A function of tensors.
    public interface Function {
        /// Records on the tape of its arguments and returns the result, of any shape. Called many times; must do the
        /// same each time.
        Var apply(Var... x);
    }

    /// A computation that knows its own inputs: variables that it puts on the tape, or parameters.
    public interface Recording {
        /// Records on this tape and returns the result, of any shape. Called many times; must do the same each time.
        Var record(Tape tape);
    }

    /// How thoroughly to check.
    ///
    /// @param points the most coordinates of each input that are compared with differences; all others are still
    ///         compared between float and double
    /// @param seed where cotangents and coordinates are drawn from
    /// @param cap the largest share of coordinates that may be set aside
    /// @param fast whether to compare along random directions first, and coordinates only of what is found wanting
    /// @param flat whether the gradient is 0 by definition
    /// @param backends whose gradients to check
    public record Settings(int points, long seed, double cap, boolean fast, boolean flat, List<Backend> backends) {
        /// 64 coordinates an input, none set aside but one in ten, both backends where there are two.
        public static final Settings DEFAULT = new Settings(64, 42, 0.1, false, false,
                Backend.best().backend() == Backend.VECTOR ? List.of(Backend.SCALAR, Backend.VECTOR)
                        : List.of(Backend.SCALAR));

        /// With another number of coordinates.
        public Settings points(int points) {
            return new Settings(points, seed, cap, fast, flat, backends);
        }

        /// With another seed.
        public Settings seed(long seed) {
            return new Settings(points, seed, cap, fast, flat, backends);
        }

        /// With random directions first.
        public Settings fast(boolean fast) {
            return new Settings(points, seed, cap, fast, flat, backends);
        }

        /// For a gradient that is 0 by definition.
        public Settings flat(boolean flat) {
            return new Settings(points, seed, cap, fast, flat, backends);
        }

        /// On these backends.
        public Settings backends(Backend... backends) {
            return new Settings(points, seed, cap, fast, flat, List.of(backends));
        }
    }

    private final Recording recording;
    /// The function and its arguments, if that is what is checked.
    private final Function f;
    private final Tensor[] x;
    private final Settings settings;
    private final Findings findings;
    private final SplitMix random;

    private GradientCheck(String name, Recording recording, Function f, Tensor[] x, Settings settings) {
        this.recording = recording;
        this.f = f;
        this.x = x;
        this.settings = settings;
        this.findings = new Findings(name);
        this.random = new SplitMix(settings.seed()).split("gradient check");
    }

    /// Checks a function at these arguments.
    public static GradientReport of(Function f, Tensor... x) {
        return of("function", f, Settings.DEFAULT, x);
    }

    /// Checks a function at these arguments.
    ///
    /// @param name for the report
    public static GradientReport of(String name, Function f, Settings settings, Tensor... x) {
        GradientReport report = run(name, f, settings, x);
        return report.passed() ? report : Shrink.of(report, f, settings, x);
    }

    /// Checks a recording: the gradients of all variables and parameters that its result depends on. The gradients of
    /// parameters are overwritten.
    ///
    /// @param name for the report
    public static GradientReport of(String name, Recording recording, Settings settings) {
        GradientReport report = new GradientCheck(name, recording, null, null, settings).run();
        return report.passed() ? report : Shrink.of(report, recording, settings);
    }

    // Without a look for a smaller example.
    static GradientReport run(String name, Function f, Settings settings, Tensor... x) {
        return new GradientCheck(name, recording(f, x), f, x, settings).run();
    }

    static Recording recording(Function f, Tensor... x) {
        return tape -> {
            Var[] vars = new Var[x.length];
            for (int k = 0; k < x.length; k++) {
                vars[k] = tape.variable(x[k]);
            }
            return f.apply(vars);
        };
    }

    private GradientReport run() {
        // Of a function's arguments before anything has run; of a recording's inputs once they are known.
        float[][] given = new float[x == null ? 0 : x.length][];
        Arrays.setAll(given, k -> x[k].toArray());
        Var y = recording.record(new Tape(settings.backends().get(0), 1));
        Replay replay = Replay.of(y);
        if (replay.inputs().isEmpty()) {
            findings.add(Part.VACUOUS, "the result depends on no variable and no parameter; make one "
                    + "with tape.variable or Var.parameter");
            return findings.report();
        }
        float[] dy = cotangent(y.shape().size());
        // The bits of every input, to see whether somebody writes to them.
        float[][] before = leaves(replay);
        FloatRun[] runs = new FloatRun[settings.backends().size()];
        for (int b = 0; b < runs.length; b++) {
            runs[b] = FloatRun.of(recording, settings.backends().get(b), 1, dy);
        }
        Real[][] gradient = null;
        if (replay.weak() == null) {
            gradient = exact(replay, dy, runs);
        } else {
            findings.weak = replay.weak();
            new WeakCheck(recording, settings, random, findings).run(replay, dy, runs);
        }
        Invariants invariants = new Invariants(recording, settings, findings);
        invariants.run(replay, dy, runs);
        if (f != null) {
            invariants.run(f, x, replay, dy, runs, gradient);
        }
        unchanged(before, leaves(replay));
        float[][] arguments = new float[given.length][];
        Arrays.setAll(arguments, k -> x[k].toArray());
        unchanged(given, arguments);
        return findings.report();
    }

    private void unchanged(float[][] before, float[][] after) {
        for (int k = 0; k < before.length; k++) {
            int at = Arrays.mismatch(bits(before[k]), bits(after[k]));
            if (at >= 0) {
                findings.add(Part.INPUTS, "input " + k + "[" + at + "] was " + before[k][at] + " and is "
                        + after[k][at] + ": an operation must not write its inputs");
            }
        }
    }

    private Real[][] exact(Replay replay, float[] dy, FloatRun[] runs) {
        double[][] x = replay.values();
        double[] w = doubles(dy);
        Real.Trace trace = new Real.Trace();
        Real[][] variables = new Real[x.length][];
        Arrays.setAll(variables, k -> trace.variables(x[k]));
        Real[] y = replay.run(variables);
        Real[][] gradient = trace.gradient(y, w, variables);
        for (int b = 0; b < runs.length; b++) {
            new Kernels(settings, findings).compare(settings.backends().get(b), replay, y, gradient, runs[b]);
        }
        Formulas formulas = new Formulas(replay, x, w, gradient, settings, random, findings);
        if (settings.fast()) {
            formulas.alongDirections();
        } else {
            formulas.alongCoordinates();
        }
        return gradient;
    }

    private float[] cotangent(int n) {
        float[] dy = new float[n];
        for (int j = 0; j < n; j++) {
            // 0.5 to 1.5 in magnitude: no output counts for nothing, and none hides another.
            float size = random.nextFloat(0.5f, 1.5f);
            dy[j] = random.nextInt(2) == 0 ? size : -size;
        }
        return dy;
    }

    private static float[][] leaves(Replay replay) {
        float[][] x = new float[replay.inputs().size()][];
        for (int k = 0; k < x.length; k++) {
            x[k] = replay.inputs().get(k).value().toArray();
        }
        return x;
    }

    static int[] bits(float[] x) {
        int[] bits = new int[x.length];
        for (int i = 0; i < x.length; i++) {
            bits[i] = Float.floatToRawIntBits(x[i]);
        }
        return bits;
    }

    static double[] doubles(float[] x) {
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i];
        }
        return y;
    }
}
