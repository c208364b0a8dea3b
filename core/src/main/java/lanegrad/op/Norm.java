package lanegrad.op;

import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.Axis;
import lanegrad.kernel.LineMap;

/// The Euclidean norm of all elements, a scalar: `y = sqrt of the sum of x^2 over x`; of each row, `y[i] = sqrt of the
/// sum of x^2 over row i of x`, so that `[m, n]` gives `[m]`; of each column, `y[j] = sqrt of the sum of x^2 over
/// column j of x`, `[n]`.
///
/// **Method.** The line is multiplied by the power of two that brings its greatest magnitude to between 1 and 2, and
/// the root is divided by it: both exact, and no square that counts overflows or underflows. The sum is in the order of
/// [lanegrad.kernel.Lines].
///
/// **Derivative.** `dx = y == 0 ? 0 : x dy / y`.
///
/// **Domain.** Every float, any number of them.
///
/// **Special values.** The norm of zeros, or of nothing, is 0, its gradient 0; an infinity gives infinity; NaN gives
/// NaN. [1e-30, 1e-30] gives 1.41421356e-30, [1e30, 1e30] gives 1.41421351e30. Beside an infinity, the gradient of
/// finite elements is 0, its own NaN.
///
/// **Error.** With the roundings of the sum as in [Sum]: `(roundings + 3) 2^-24 y`, and half a subnormal step.
///
/// **Cost.** Two comparisons, two multiplications and an addition an element, a root a line; backward two
/// multiplications.
public final class Norm extends LineOp {
    /// Of all elements.
    public static final Norm OP = new Norm(Axis.ALL);
    /// Of each row.
    public static final Norm ROWS = new Norm(Axis.ROWS);
    /// Of each column.
    public static final Norm COLUMNS = new Norm(Axis.COLUMNS);
    static final Operation OPERATION = operation(OP);
    static final Operation ROWS_OPERATION = operation(ROWS);
    static final Operation COLUMNS_OPERATION = operation(COLUMNS);

    private static final int SQUARES = OWN;
    private static final int SCALES = OWN + 1;
    private static final int ROOTS = OWN + 2;
    private static final int LEAST = OWN + 3;

    private static final LineMap SCALED_SQUARE = new LineMap() {
        @Override
        public float scalar(float x, float z, float p, float q) {
            return x * p * (x * p);
        }

        @Override
        public Lanes lanes() {
            return new VectorScaledSquare();
        }
    };

    private Norm(Axis axis) {
        super("norm" + axis.suffix(), axis, true, true);
    }

    private static Operation operation(Norm op) {
        return new Operation(op, op.kind(),
                """
                formula: %s
                derivative: dx = y == 0 ? 0 : x dy / y
                domain: every float, any number of them
                special: the norm of zeros, or of nothing, is 0, its gradient 0; an infinity gives infinity; NaN gives
                  NaN
                cost: two comparisons, two multiplications and an addition an element, a root a line; backward two
                  multiplications
                """.formatted(formula(op.axis, "sqrt of the sum of x^2 over %s")),
                new Operation.Bound("(roundings + 3) 2^-24 y", op::limit),
                List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 5)),
                        Operation.Case.of(Operation.Range.of(1, 8, 19, 3)),
                        Operation.Case.of(Operation.Range.of(1, 2, 3, 67))));
    }

    /// The norm of all elements of `x`.
    public static Var of(Var x) {
        return Tape.of(x).record(OP, x);
    }

    /// The norm of each row of `x`.
    ///
    /// @throws IllegalArgumentException when x is no matrix
    public static Var ofRows(Var x) {
        return Tape.of(x).record(ROWS, x);
    }

    /// The norm of each column of `x`.
    ///
    /// @throws IllegalArgumentException when x is no matrix
    public static Var ofColumns(Var x) {
        return Tape.of(x).record(COLUMNS, x);
    }

    @Override
    public void forward(Tape.Entry e) {
        float[] y = e.y().data();
        if (e.x(0).size() == 0) {
            Arrays.fill(y, 0, lines(e), 0);
            return;
        }
        float[] x = in(e, e.x(0).data());
        float[] scales = numbers(e, SCALES);
        float[] roots = numbers(e, ROOTS);
        float[] least = numbers(e, LEAST);
        float[] squares = matrix(e, SQUARES);
        max(e, x, scales);
        min(e, x, least);
        for (int i = 0; i < lines(e); i++) {
            scales[i] = Math.scalb(1f, -exponent(Math.max(scales[i], -least[i])));
        }
        map(e, SCALED_SQUARE, x, x, scales, scales, squares);
        sum(e, squares, roots);
        for (int i = 0; i < lines(e); i++) {
            roots[i] = (float) Math.sqrt(roots[i]);
            // The scale is a power of two from 2^-127 to 2^126, and 1 / 2^-127 a float.
            y[i] = roots[i] / scales[i];
        }
    }

    // Of subnormals, the lowest that is normal; of infinity and NaN, the highest that is finite.
    private static int exponent(float x) {
        return Math.min(Math.max(Math.getExponent(x), Float.MIN_EXPONENT), Float.MAX_EXPONENT);
    }

    @Override
    public void backward(Tape.Entry e) {
        if (!e.wants(0)) {
            return;
        }
        float[] x = in(e, e.x(0).data());
        float[] dy = e.dy().data();
        float[] roots = numbers(e, ROOTS);
        float[] factors = numbers(e, LEAST);
        for (int i = 0; i < lines(e); i++) {
            factors[i] = roots[i] == 0 ? 0 * dy[i] : dy[i] / roots[i];
        }
        mapOut(e, SCALED, x, x, numbers(e, SCALES), factors, e.dx(0).data(), e.adds(0));
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        Real[][] lines = lines(shapes[0], x[0]);
        Real[] y = new Real[lines.length];
        for (int i = 0; i < y.length; i++) {
            Real[] squares = new Real[lines[i].length];
            for (int k = 0; k < squares.length; k++) {
                squares[k] = lines[i][k].square();
            }
            Real sum = Real.sum(squares);
            // The gradient at the origin is 0 by convention.
            y[i] = sum.value() == 0 ? Real.ZERO : sum.sqrt();
        }
        return y;
    }

    private double[] limit(Object attribute, Shape[] shapes, double[][] x, double[] y) {
        double[] limit = new double[y.length];
        for (int i = 0; i < y.length; i++) {
            limit[i] = (roundings(shapes[0]) + 3) * 0x1p-24 * y[i] + Float.MIN_VALUE / 2.0;
        }
        return limit;
    }

    private static final class VectorScaledSquare implements LineMap.Lanes {
        @Override
        public FloatVector vector(FloatVector x, FloatVector z, FloatVector p, FloatVector q) {
            FloatVector v = x.mul(p);
            return v.mul(v);
        }
    }
}
