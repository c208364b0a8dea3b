package lanegrad.op;

import java.util.Arrays;
import java.util.List;
import lanegrad.Op;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.Axis;
import lanegrad.kernel.Moves;

/// Matrices put together: by rows, `Y = the rows of X0, X1, …, one below the other`, of equally many columns; by
/// columns, `Y = the columns of X0, X1, …, side by side`, of equally many rows.
///
/// Any number of inputs from one on; the same input may come more than once.
///
/// **Derivative.** `dXk = its part of dY`.
///
/// **Domain.** Every float. **Special values.** NaN stays NaN. **Error.** Exact: `0.0 ulp`.
///
/// **Cost.** A copy; backward copies or adds dY.
public final class Concatenate implements Op {
    /// One below the other.
    public static final Concatenate ROWS = new Concatenate(Axis.ROWS);
    /// Side by side.
    public static final Concatenate COLUMNS = new Concatenate(Axis.COLUMNS);
    static final Operation ROWS_OPERATION = operation(ROWS, "Y = the rows of X0, X1, …, one below the other",
            List.of(of(3, 5, 1, 5, 4, 5), of(2, 19, 2, 19)));
    static final Operation COLUMNS_OPERATION = operation(COLUMNS, "Y = the columns of X0, X1, …, side by side",
            List.of(of(5, 3, 5, 1, 5, 4), of(3, 17, 3, 2)));

    private final Axis axis;

    private Concatenate(Axis axis) {
        this.axis = axis;
    }

    private static Operation operation(Concatenate op, String formula, List<Operation.Case> cases) {
        return new Operation(op, Operation.Kind.SHAPE,
                """
                formula: %s
                derivative: dXk = its part of dY
                domain: every float
                special: NaN stays NaN
                cost: a copy; backward copies or adds dY
                """.formatted(formula), Operation.Bound.ulps(0), cases);
    }

    private static Operation.Case of(int... extents) {
        Operation.Range[] inputs = new Operation.Range[extents.length / 2];
        for (int k = 0; k < inputs.length; k++) {
            inputs[k] = Operation.Range.of(-4, 4, extents[2 * k], extents[2 * k + 1]);
        }
        return Operation.Case.of(inputs);
    }

    /// The rows of all of `x`, one below the other.
    ///
    /// @throws IllegalArgumentException when there are none, one is no matrix, or the numbers of columns differ
    public static Var ofRows(Var... x) {
        return Tape.of(x).recordWith(ROWS, null, x);
    }

    /// The columns of all of `x`, side by side.
    ///
    /// @throws IllegalArgumentException when there are none, one is no matrix, or the numbers of rows differ
    public static Var ofColumns(Var... x) {
        return Tape.of(x).recordWith(COLUMNS, null, x);
    }

    @Override
    public String name() {
        return "concatenate" + axis.suffix();
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        if (inputs.length == 0) {
            throw new IllegalArgumentException(name() + ": no input was given; give one or more");
        }
        int across = axis == Axis.ROWS ? 1 : 0;
        long sum = 0;
        for (int k = 0; k < inputs.length; k++) {
            Shape x = inputs[k];
            if (x.rank() != 2 || inputs[0].rank() != 2 || x.extent(across) != inputs[0].extent(across)) {
                throw new IllegalArgumentException(name() + ": the shapes are " + Arrays.toString(inputs)
                        + ", and input " + k + " does not fit the first; all must be matrices of equally many "
                        + (axis == Axis.ROWS ? "columns" : "rows"));
            }
            sum += x.extent(1 - across);
        }
        int extent = (int) Math.min(sum, Integer.MAX_VALUE);
        return axis == Axis.ROWS ? Shape.of(extent, inputs[0].extent(1)) : Shape.of(inputs[0].extent(0), extent);
    }

    @Override
    public void forward(Tape.Entry e) {
        int ldy = e.y().shape().extent(1);
        int at = 0;
        for (int k = 0; k < e.inputs(); k++) {
            int m = e.x(k).shape().extent(0);
            int n = e.x(k).shape().extent(1);
            Moves.rows(e.backend(), m, n, e.x(k).data(), 0, n, e.y().data(), at, ldy, false);
            at += axis == Axis.ROWS ? m * n : n;
        }
    }

    @Override
    public void backward(Tape.Entry e) {
        int ldy = e.y().shape().extent(1);
        int at = 0;
        for (int k = 0; k < e.inputs(); k++) {
            int m = e.x(k).shape().extent(0);
            int n = e.x(k).shape().extent(1);
            if (e.wants(k)) {
                Moves.rows(e.backend(), m, n, e.dy().data(), at, ldy, e.dx(k).data(), 0, n, e.adds(k));
            }
            at += axis == Axis.ROWS ? m * n : n;
        }
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        int columns = shape(attribute, shapes).extent(1);
        Real[] y = new Real[shape(attribute, shapes).size()];
        int rowsBefore = 0;
        int columnsBefore = 0;
        for (int k = 0; k < x.length; k++) {
            for (int i = 0; i < shapes[k].extent(0); i++) {
                for (int j = 0; j < shapes[k].extent(1); j++) {
                    y[(rowsBefore + i) * columns + columnsBefore + j] = x[k][i * shapes[k].extent(1) + j];
                }
            }
            rowsBefore += axis == Axis.ROWS ? shapes[k].extent(0) : 0;
            columnsBefore += axis == Axis.COLUMNS ? shapes[k].extent(1) : 0;
        }
        return y;
    }
}
