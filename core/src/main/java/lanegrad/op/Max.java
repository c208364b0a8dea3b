package lanegrad.op;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.Axis;
import lanegrad.kernel.LineMap;

/// The greatest of all elements, a scalar: `y = max of x`; of each row, `y[i] = max of row i of x`, so that `[m, n]`
/// gives `[m]`; of each column, `y[j] = max of column j of x`, `[n]`.
///
/// **Derivative.** `dx = x == y ? dy / ties : 0`: elements that are equal to the greatest share the gradient equally.
///
/// **Domain.** Every float, one or more of them. **Special values.** The max of nothing is an exception; NaN gives
/// NaN, and a NaN as the gradient of its line; -0 is below +0, but ties with it.
///
/// **Error.** Exact: `0.0 ulp`.
///
/// **Cost.** One comparison an element; backward two, and a count.
public final class Max extends Extremum {
    /// Of all elements.
    public static final Max OP = new Max(Axis.ALL);
    /// Of each row.
    public static final Max ROWS = new Max(Axis.ROWS);
    /// Of each column.
    public static final Max COLUMNS = new Max(Axis.COLUMNS);
    static final Operation OPERATION = operation(OP);
    static final Operation ROWS_OPERATION = operation(ROWS);
    static final Operation COLUMNS_OPERATION = operation(COLUMNS);

    // q where x is the extreme p, else 0. No order holds of a NaN p: all get q, which is NaN then.
    private static final LineMap SHARE = new LineMap() {
        @Override
        public float scalar(float x, float z, float p, float q) {
            return x < p ? 0 : q;
        }

        @Override
        public Lanes lanes() {
            return new VectorShare();
        }
    };

    private Max(Axis axis) {
        super("max", axis);
    }

    private static Operation operation(Max op) {
        return new Operation(op, op.kind(),
                """
                formula: %s
                derivative: dx = x == y ? dy / ties : 0
                domain: every float, one or more of them
                special: the max of nothing is an exception; NaN gives NaN
                cost: one comparison an element; backward two, and a count
                """.formatted(formula(op.axis, "max of %s")),
                Operation.Bound.ulps(0), cases(op.axis));
    }

    /// The greatest of all elements of `x`.
    ///
    /// @throws IllegalArgumentException for an empty tensor
    public static Var of(Var x) {
        return Tape.of(x).record(OP, x);
    }

    /// The greatest of each row of `x`.
    ///
    /// @throws IllegalArgumentException when x is no matrix, or its rows are empty
    public static Var ofRows(Var x) {
        return Tape.of(x).record(ROWS, x);
    }

    /// The greatest of each column of `x`.
    ///
    /// @throws IllegalArgumentException when x is no matrix, or its columns are empty
    public static Var ofColumns(Var x) {
        return Tape.of(x).record(COLUMNS, x);
    }

    @Override
    void extreme(Tape.Entry e, float[] x, float[] y) {
        max(e, x, y);
    }

    @Override
    double exact(double a, double b) {
        return Math.max(a, b);
    }

    @Override
    LineMap share() {
        return SHARE;
    }

    private static final class VectorShare implements LineMap.Lanes {
        @Override
        public FloatVector vector(FloatVector x, FloatVector z, FloatVector p, FloatVector q) {
            return q.blend(0, x.compare(VectorOperators.LT, p));
        }
    }
}
