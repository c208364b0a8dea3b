package lanegrad.testkit;

import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;
import lanegrad.Backend;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.math.SplitMix;
import lanegrad.op.Operation;

/// Checks the float gradient of an operation against differences of its exact meaning in double.
///
/// **Reference.** Central differences of `op.exact` with steps h, h/2 and h/4, extrapolated twice (Richardson):
/// the error falls with h^6. The step is a power of two, 2^-7 of the input and at most 2^-7, so `x + h` and
/// `x - h` are exact but for inputs too small to matter; the quotient is taken by what they are. What the
/// extrapolation still changed, plus the rounding of the differences, is the error of the reference.
///
/// **Tolerance.** Not a constant: it is summed up along with the gradient. Element i of an input's gradient is the
/// sum over the outputs j of `dy[j] J[j,i]`. Each product is granted [#ROUNDINGS] roundings of its own size and
/// as many of the steepest slope of the case, because a slope that is taken from a rounded output, such as
/// `1 - y*y`, has an absolute error; the addition of t products is granted t roundings of the sum of their
/// magnitudes (Higham, *Accuracy and Stability of Numerical Algorithms*, section 3.1).
///
/// **Vacuous checks fail.** A gradient of zeros, or a tolerance wider than 2^-11 of every element, checks nothing.
public final class Gradients {
    /// Float roundings granted to one product of a gradient.
    public static final int ROUNDINGS = 8;

    private static final double UNIT = 0x1p-24;

    /// A gradient and how far a float gradient may be from it.
    ///
    /// @param value one gradient per input; `null` for an input that has none
    /// @param tolerance likewise, absolute
    public record Reference(double[][] value, double[][] tolerance) {
    }

    /// A derivative and its uncertainty, per output.
    public record Difference(double[] value, double[] error) {
    }

    private Gradients() {
    }

    /// Checks the gradients of all cases of an operation on these backends.
    ///
    /// @throws AssertionError with operation, backend, case, input, index, both values and the seed
    public static void check(Operation operation, long seed, Backend... backends) {
        for (int c = 0; c < operation.cases().size(); c++) {
            String what = operation.op().name() + ", case " + c + ", seed " + seed;
            Operation.Case on = operation.cases().get(c);
            if (on.inputs().stream().noneMatch(Operation.Range::differentiable)) {
                throw new AssertionError(what + ": the check is vacuous; no input is differentiable");
            }
            float[][] x = inputs(on, seed);
            float[] dy = cotangent(operation, on, seed);
            Reference reference = reference(operation, on, x, dy);
            for (Backend backend : backends) {
                assertWithin(reference, gradients(operation, on, backend, x, dy), what + ", on " + backend);
            }
        }
    }

    /// Inputs for a case, away from its kinks.
    public static float[][] inputs(Operation.Case on, long seed) {
        float[][] x = new float[on.inputs().size()][];
        for (int k = 0; k < x.length; k++) {
            Operation.Range range = on.inputs().get(k);
            x[k] = Floats.within(range, seed + k);
            for (float kink : range.kinks()) {
                for (int i = 0; i < x[k].length; i++) {
                    if (!(Math.abs(x[k][i] - kink) >= Operation.Range.AWAY)) {
                        x[k][i] = kink + (i % 2 == 0 ? 1 : -1) * Operation.Range.AWAY * (1 + i % 5);
                    }
                }
            }
        }
        if (on.kinks() != null) {
            away(on, x, new SplitMix(seed));
        }
        return x;
    }

    private static void away(Operation.Case on, float[][] x, SplitMix random) {
        Operation.Range range = on.inputs().get(0);
        for (int i = 0; i < x[0].length; i++) {
            for (int tries = 0; on.kinks().near(x, i); tries++) {
                if (tries == 1000) {
                    throw new AssertionError("element " + i + " of the first input finds no place between kinks; widen "
                            + "its range, " + range.low() + " to " + range.high());
                }
                x[0][i] = random.nextFloat(range.low(), range.high());
            }
        }
    }

    /// A cotangent for a case: from 1/2 to 2 in magnitude, either sign.
    public static float[] cotangent(Operation operation, Operation.Case on, long seed) {
        int n = operation.op().shape(on.attribute(), on.shapes()).size();
        float[] dy = Floats.within(Operation.Range.of(0.5f, 2, n), seed - 1);
        for (int i = 1; i < n; i += 2) {
            dy[i] = -dy[i];
        }
        return dy;
    }

    /// The float gradients of one use of an operation; `null` for inputs that are not differentiable.
    public static float[][] gradients(Operation operation, Operation.Case on, Backend backend, float[][] x,
            float[] dy) {
        Tape tape = new Tape(backend, 1);
        Var[] vars = new Var[x.length];
        for (int k = 0; k < x.length; k++) {
            Tensor value = Tensor.zeros(on.inputs().get(k).shape()).set(x[k]);
            vars[k] = on.inputs().get(k).differentiable() ? tape.variable(value) : tape.constant(value);
        }
        Var y = tape.recordWith(operation.op(), on.attribute(), vars);
        tape.backward(y, Tensor.zeros(y.shape()).set(dy));
        float[][] gradients = new float[x.length][];
        for (int k = 0; k < x.length; k++) {
            gradients[k] = on.inputs().get(k).differentiable() ? vars[k].gradient().toArray() : null;
        }
        return gradients;
    }

    /// Asserts that gradients lie within the tolerance of the reference, and that this means something.
    public static void assertWithin(Reference reference, float[][] gradients, String what) {
        for (int k = 0; k < gradients.length; k++) {
            double[] value = reference.value()[k];
            if (value == null) {
                continue;
            }
            boolean telling = false;
            for (int i = 0; i < value.length; i++) {
                telling |= reference.tolerance()[k][i] < 0x1p-11 * Math.abs(value[i]);
            }
            if (!telling) {
                throw new AssertionError(what + ", gradient of input " + k + ": the check is vacuous; the reference is "
                        + "zero, or its tolerance too wide, for every element");
            }
            Ulps.assertWithin(value, reference.tolerance()[k], gradients[k], what + ", gradient of input " + k);
        }
    }

    /// The exact gradients of one use of an operation for a cotangent, and their tolerance.
    public static Reference reference(Operation operation, Operation.Case on, float[][] x, float[] dy) {
        Shape[] shapes = on.shapes();
        double[][] at = new double[x.length][];
        for (int k = 0; k < x.length; k++) {
            at[k] = doubles(x[k]);
        }
        double[][] value = new double[x.length][];
        double[][] tolerance = new double[x.length][];
        for (int k = 0; k < x.length; k++) {
            Operation.Range range = on.inputs().get(k);
            if (!range.differentiable()) {
                continue;
            }
            int n = at[k].length;
            int[] terms = new int[n];
            double[] sizes = new double[n];
            double[] reach = new double[n];
            double slope = 0;
            value[k] = new double[n];
            tolerance[k] = new double[n];
            double[][] moved = at.clone();
            moved[k] = at[k].clone();
            for (int i = 0; i < n; i++) {
                int index = i;
                int input = k;
                Difference column = difference(v -> {
                    moved[input][index] = v;
                    return operation.op().exact(on.attribute(), shapes, moved);
                }, at[k][i], step(range, at[k][i]));
                moved[k][i] = at[k][i];
                for (int j = 0; j < dy.length; j++) {
                    double slopeHere = Math.abs(column.value()[j]);
                    slope = Math.max(slope, slopeHere);
                    value[k][i] += column.value()[j] * dy[j];
                    tolerance[k][i] += column.error()[j] * Math.abs(dy[j]);
                    sizes[i] += slopeHere * Math.abs(dy[j]);
                    // Where the output does not depend on the input, the differences are exactly 0.
                    terms[i] += slopeHere != 0 ? 1 : 0;
                    reach[i] += slopeHere != 0 ? Math.abs(dy[j]) : 0;
                }
            }
            for (int i = 0; i < n; i++) {
                tolerance[k][i] += UNIT * ((ROUNDINGS + terms[i]) * sizes[i] + ROUNDINGS * slope * reach[i])
                        + terms[i] * (double) Float.MIN_VALUE;
            }
        }
        return new Reference(value, tolerance);
    }

    /// The derivative of a function of one variable at `x`.
    public static Difference derivative(DoubleUnaryOperator f, Operation.Range range, double x) {
        return difference(v -> new double[] {f.applyAsDouble(v)}, x, step(range, x));
    }

    // Relative to x, but neither so short that the difference drowns in the rounding of f, nor so long that it
    // spans the bends of an exponential.
    private static double step(Operation.Range range, double x) {
        double widest = Math.max(Math.abs(range.low()), Math.abs(range.high()));
        double size = Math.min(1, Math.max(Math.abs(x), widest * 0x1p-8));
        return Math.scalb(1.0, Math.getExponent(size) - 7);
    }

    private static Difference difference(DoubleFunction<double[]> f, double x, double h) {
        double[] whole = central(f, x, h);
        double[] half = central(f, x, h / 2);
        double[] quarter = central(f, x, h / 4);
        // Next to a zero, as of x * x, the differences round by what is on either side, not by what is there.
        double largest = 0;
        for (double at : new double[] {x - h, x, x + h}) {
            for (double y : f.apply(at)) {
                largest = Math.max(largest, Math.abs(y));
            }
        }
        double[] value = new double[whole.length];
        double[] error = new double[whole.length];
        for (int j = 0; j < value.length; j++) {
            double first = (4 * half[j] - whole[j]) / 3;
            double second = (4 * quarter[j] - half[j]) / 3;
            value[j] = (16 * second - first) / 15;
            // An output that did not move may still depend on x, by less than its rounding shows.
            error[j] = Math.abs(value[j] - second) + 0x1p-50 * largest / (h / 4);
        }
        return new Difference(value, error);
    }

    private static double[] central(DoubleFunction<double[]> f, double x, double h) {
        double above = x + h;
        double below = x - h;
        double[] high = f.apply(above);
        double[] low = f.apply(below);
        double[] slope = new double[high.length];
        for (int j = 0; j < slope.length; j++) {
            slope[j] = (high[j] - low[j]) / (above - below);
        }
        return slope;
    }

    private static double[] doubles(float[] x) {
        double[] y = new double[x.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = x[i];
        }
        return y;
    }
}
