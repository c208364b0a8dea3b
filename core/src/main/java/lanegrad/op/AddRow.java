package lanegrad.op;

import java.util.List;
import lanegrad.Op;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.BinaryLoop;
import lanegrad.kernel.Columns;

/// A row added to each row of a matrix: `Y = X + b`. The bias of a layer; [Linear] has it at no cost.
///
/// **Shapes.** X is `[m, n]`, b is `[n]`, Y is `[m, n]`.
///
/// **Derivative.** `dX = dY, db = column sums of dY`, in the order of [Columns].
///
/// **Domain.** Every float; X m x n, b n. **Special values.** inf - inf is NaN; a NaN in b makes its column NaN.
///
/// **Error.** Correctly rounded: 0.5 ulp.
///
/// **Cost.** One addition an element; backward copies or adds dY and sums its columns.
public final class AddRow implements Op {
    /// The operation.
    public static final AddRow OP = new AddRow();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ROWS,
            """
            formula: Y = X + b
            derivative: dX = dY, db = column sums of dY
            domain: every float; X m x n, b n
            special: inf - inf is NaN; a NaN in b makes its column NaN
            cost: one addition an element; backward copies or adds dY and sums its columns
            """,
            Operation.Bound.ulps(0.5),
            List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 19), Operation.Range.of(-4, 4, 19)),
                    Operation.Case.of(Operation.Range.of(-4, 4, 1, 33), Operation.Range.of(-4, 4, 33)),
                    Operation.Case.of(Operation.Range.of(-4, 4, 5, 2), Operation.Range.of(-4, 4, 2)),
                    Operation.Case.of(Operation.Range.of(-4, 4, 150, 10), Operation.Range.of(-4, 4, 10)),
                    Operation.Case.of(Operation.Range.of(-4, 4, 2, 1027), Operation.Range.of(-4, 4, 1027))));

    // A short row is repeated to about so many floats, 4 KB that stay in L1: the loop then runs over many rows in whole
    // vectors, where row by row it would do the rest of each in scalars.
    private static final int REPEATED = 1024;

    private AddRow() {
    }

    /// `x + b` with `b` added to each row.
    ///
    /// @throws IllegalArgumentException when the shapes do not fit
    public static Var of(Var x, Var b) {
        return Tape.of(x, b).record(OP, x, b);
    }

    @Override
    public String name() {
        return "add-row";
    }

    @Override
    public int arity() {
        return 2;
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        Shape x = inputs[0];
        Shape b = inputs[1];
        if (x.rank() != 2 || !b.equals(Shape.of(x.extent(1)))) {
            throw new IllegalArgumentException(name() + ": the matrix x has shape " + x + ", the row b has shape " + b
                    + "; they must be [rows, columns] and [columns]"
                    + (x.rank() == 1 ? ". Give a single row the shape [1, " + x.size() + "]" : ""));
        }
        return x;
    }

    @Override
    public void forward(Tape.Entry e) {
        int m = e.x(0).shape().extent(0);
        int n = e.x(0).shape().extent(1);
        float[] b = e.x(1).data();
        int rows = n == 0 ? 0 : Math.clamp(REPEATED / n, 1, Math.max(1, m));
        if (rows > 1) {
            float[] row = b;
            b = e.scratch(0, rows * n);
            for (int r = 0; r < rows; r++) {
                System.arraycopy(row, 0, b, r * n, n);
            }
        }
        BinaryLoop add = Add.OP.loop(e.backend());
        for (int i = 0; i < m * n; i += rows * n) {
            add.forward(e.x(0).data(), 0, b, -i, e.y().data(), i, Math.min(i + rows * n, m * n));
        }
    }

    @Override
    public void backward(Tape.Entry e) {
        int m = e.x(0).shape().extent(0);
        int n = e.x(0).shape().extent(1);
        float[] dy = e.dy().data();
        if (e.wants(0)) {
            // The gradient of a sum reads neither of its operands; any array will do.
            Add.OP.loop(e.backend()).backwardA(dy, dy, dy, e.dx(0).data(), e.adds(0), 0, m * n);
        }
        if (e.wants(1)) {
            Columns.sum(e.backend(), dy, m, n, e.dx(1).data(), e.adds(1));
        }
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        Real[] y = x[0].clone();
        for (int i = 0; i < y.length; i++) {
            y[i] = y[i].plus(x[1][i % x[1].length]);
        }
        return y;
    }
}
