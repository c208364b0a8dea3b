package lanegrad.op;

import java.util.Arrays;
import java.util.List;
import lanegrad.Op;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.Moves;

/// The rows of a matrix that a list names, in its order: `Y[i] = X[rows[i]]`; an embedding, when X is a table of them.
///
/// The list is an `int[]`. A row may come more than once, or not at all. Forward notes the list, so it may change
/// before backward; the tape asks the shape rule again only for another array.
///
/// **Derivative.** `dX[r] = sum of the dY[i] with rows[i] = r`, added in ascending order of i; 0 for rows left out.
///
/// **Domain.** Every float; rows from 0 to m - 1. **Special values.** NaN stays NaN, in the rows that are taken.
///
/// **Error.** Exact: `0.0 ulp`.
///
/// **Cost.** A copy of the rows taken; backward fills with 0 and adds dY.
public final class Gather implements Op {
    /// The operation.
    public static final Gather OP = new Gather();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.SHAPE,
            """
            formula: Y[i] = X[rows[i]]
            derivative: dX[r] = sum of the dY[i] with rows[i] = r
            domain: every float; rows from 0 to m - 1
            special: NaN stays NaN, in the rows that are taken
            cost: a copy of the rows taken; backward fills with 0 and adds dY
            """,
            Operation.Bound.ulps(0),
            List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 10)).with(new int[] {3, 6, 0, 3, 3}),
                    Operation.Case.of(Operation.Range.of(-4, 4, 4, 35)).with(new int[] {0, 1, 2, 3, 3, 2, 1, 0})));

    private Gather() {
    }

    /// The rows of `x` with these numbers.
    ///
    /// @throws IllegalArgumentException when x is no matrix, or a number is not that of a row
    public static Var of(Var x, int[] rows) {
        return Tape.of(x).recordWith(OP, rows, x);
    }

    @Override
    public String name() {
        return "gather-rows";
    }

    @Override
    public int arity() {
        return 1;
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        Shape x = inputs[0];
        if (x.rank() != 2) {
            throw new IllegalArgumentException("gather-rows: x has shape " + x
                    + "; it must be a matrix, [rows, columns]");
        }
        if (!(attribute instanceof int[] rows)) {
            throw new IllegalArgumentException("gather-rows: x has shape " + x + ", the numbers of the rows are "
                    + "missing; record it with an int[]");
        }
        return Shape.of(rows.length, x.extent(1));
    }

    @Override
    public void forward(Tape.Entry e) {
        int[] rows = (int[]) e.attribute();
        int m = e.x(0).shape().extent(0);
        int n = e.x(0).shape().extent(1);
        // Two halves, each of which a float holds exactly.
        float[] noted = e.scratch(0, 2 * e.y().shape().extent(0));
        // The shape is that of the first recording with this array, its numbers are read every time.
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] < 0 || rows[i] >= m) {
                throw new IllegalArgumentException("gather-rows: number " + i + " is " + rows[i] + ", x has shape "
                        + e.x(0).shape() + "; numbers must be 0 to " + (m - 1));
            }
            noted[2 * i] = rows[i] & 0xffff;
            noted[2 * i + 1] = rows[i] >>> 16;
            Moves.rows(e.backend(), 1, n, e.x(0).data(), rows[i] * n, n, e.y().data(), i * n, n, false);
        }
    }

    @Override
    public void backward(Tape.Entry e) {
        if (!e.wants(0)) {
            return;
        }
        int count = e.y().shape().extent(0);
        int n = e.y().shape().extent(1);
        float[] noted = e.scratch(0, 2 * count);
        float[] dx = e.dx(0).data();
        if (!e.adds(0)) {
            Arrays.fill(dx, 0, e.x(0).size(), 0);
        }
        for (int i = 0; i < count; i++) {
            int row = (int) noted[2 * i] | (int) noted[2 * i + 1] << 16;
            Moves.rows(e.backend(), 1, n, e.dy().data(), i * n, n, dx, row * n, n, true);
        }
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        int[] rows = (int[]) attribute;
        int n = shapes[0].extent(1);
        Real[] y = new Real[rows.length * n];
        for (int i = 0; i < y.length; i++) {
            y[i] = x[0][rows[i / n] * n + i % n];
        }
        return y;
    }
}
