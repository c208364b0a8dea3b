package lanegrad.check;

import java.util.Arrays;
import java.util.List;
import lanegrad.Real;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;

/// Second derivatives of a computation along directions, in double: Hessian-vector products.
///
/// Dual numbers are sent through the exact meaning of each operation and back over its reverse derivative, so that each
/// element of the gradient comes with its derivative along the direction: forward over reverse. No step, no matrix: a
/// product costs what a gradient costs, twice.
///
///     double[][] hv = Hessian.of(x -> Sum.of(Tanh.of(x[0])), a).product(new double[] {1, 0, 0});
///
/// At kinks the second derivative is that of the piece which the documented convention chooses.
///
/// Source: B. A. Pearlmutter, *Fast Exact Multiplication by the Hessian* (Neural Computation 6, 1994).
public final class Hessian {
    /// The step of [#difference]: its error is of the order of the step's fourth power, 1e-12, and that of rounding
    /// 1e-13.
    private static final double STEP = 0x1p-10;

    private final Replay replay;
    private final double[][] x;

    private Hessian(Replay replay) {
        this.replay = replay;
        this.x = replay.values();
    }

    /// The Hessian of a function at these arguments.
    ///
    /// @param f a function whose result has one element
    /// @throws IllegalArgumentException when the result has not one element, or an operation has no exact meaning
    public static Hessian of(GradientCheck.Function f, Tensor... x) {
        return of(GradientCheck.recording(f, x));
    }

    /// The Hessian of a recording with respect to the variables and parameters that its result depends on.
    ///
    /// @throws IllegalArgumentException when the result has not one element, or an operation has no exact meaning
    public static Hessian of(GradientCheck.Recording recording) {
        Var y = recording.record(new Tape());
        if (y.shape().size() != 1) {
            throw new IllegalArgumentException("Hessian: the result is " + y + "; second derivatives are those of a "
                    + "single number, so reduce it with Sum or Mean");
        }
        Replay replay = Replay.of(y);
        if (replay.weak() != null) {
            throw new IllegalArgumentException("Hessian: " + replay.weak());
        }
        return new Hessian(replay);
    }

    /// The variables and parameters, in the order in which directions and products name them: that of first use.
    public List<Var> inputs() {
        return List.copyOf(replay.inputs());
    }

    /// The gradient.
    public double[][] gradient() {
        return gradient(x);
    }

    /// The product with a direction: the derivative of the gradient along it.
    ///
    /// @param u one array for each of [#inputs]
    /// @throws IllegalArgumentException when the direction has not the shapes of the inputs
    public double[][] product(double[]... u) {
        return walked(x, checked(u), true);
    }

    /// The same by central differences of gradients, extrapolated once: what [#product] is tested with.
    public double[][] difference(double[]... u) {
        checked(u);
        double[][] far = central(u, STEP);
        double[][] near = central(u, STEP / 2);
        for (int k = 0; k < near.length; k++) {
            for (int i = 0; i < near[k].length; i++) {
                near[k][i] = (4 * near[k][i] - far[k][i]) / 3;
            }
        }
        return near;
    }

    private double[][] central(double[][] u, double h) {
        double[][] above = gradient(moved(u, h));
        double[][] below = gradient(moved(u, -h));
        for (int k = 0; k < above.length; k++) {
            for (int i = 0; i < above[k].length; i++) {
                above[k][i] = (above[k][i] - below[k][i]) / (2 * h);
            }
        }
        return above;
    }

    private double[][] moved(double[][] u, double h) {
        double[][] moved = new double[x.length][];
        for (int k = 0; k < x.length; k++) {
            moved[k] = x[k].clone();
            for (int i = 0; i < x[k].length; i++) {
                moved[k][i] += h * u[k][i];
            }
        }
        return moved;
    }

    private double[][] gradient(double[][] at) {
        double[][] none = new double[at.length][];
        Arrays.setAll(none, k -> new double[at[k].length]);
        return walked(at, none, false);
    }

    private double[][] walked(double[][] at, double[][] u, boolean slopes) {
        Real.Trace trace = new Real.Trace();
        Real[][] variables = new Real[at.length][];
        Arrays.setAll(variables, k -> trace.variables(at[k], u[k]));
        Real[] y = replay.run(variables);
        Real[][] gradient = trace.gradient(y, new double[] {1}, variables);
        double[][] walked = new double[at.length][];
        Arrays.setAll(walked, k -> slopes ? Real.slopes(gradient[k]) : Real.values(gradient[k]));
        return walked;
    }

    private double[][] checked(double[][] u) {
        if (u.length != x.length) {
            throw new IllegalArgumentException("Hessian: the direction has " + u.length + " arrays, the computation "
                    + "has " + x.length + " inputs, " + replay.inputs() + "; give one array for each");
        }
        for (int k = 0; k < u.length; k++) {
            if (u[k].length != x[k].length) {
                throw new IllegalArgumentException("Hessian: the direction for " + replay.inputs().get(k) + " has "
                        + u[k].length + " elements; give " + x[k].length);
            }
        }
        return u;
    }
}
