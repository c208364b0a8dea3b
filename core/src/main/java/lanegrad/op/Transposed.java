package lanegrad.op;

import java.util.List;
import lanegrad.Op;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.kernel.Sums;
import lanegrad.kernel.Transpose;

/// A matrix on its side: `Y = X^T`, n x m from m x n.
///
/// A product needs none: [MatMul] has it as a flag.
///
/// **Derivative.** `dX = dY^T`.
///
/// **Domain.** Every float. **Special values.** NaN stays NaN. **Error.** Exact: `0.0 ulp`.
///
/// **Cost.** Each element is moved once; backward likewise.
public final class Transposed implements Op {
    /// The operation.
    public static final Transposed OP = new Transposed();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.SHAPE,
            """
            formula: Y = X^T
            derivative: dX = dY^T
            domain: every float
            special: NaN stays NaN
            cost: each element is moved once; backward likewise
            """,
            Operation.Bound.ulps(0),
            List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 10)),
                    Operation.Case.of(Operation.Range.of(-4, 4, 17, 9))));

    private Transposed() {
    }

    /// `x` transposed.
    ///
    /// @throws IllegalArgumentException when x is no matrix
    public static Var of(Var x) {
        return Tape.of(x).record(OP, x);
    }

    @Override
    public String name() {
        return "transpose";
    }

    @Override
    public int arity() {
        return 1;
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        if (inputs[0].rank() != 2) {
            throw new IllegalArgumentException("transpose: x has shape " + inputs[0] + "; it must be a matrix");
        }
        return Shape.of(inputs[0].extent(1), inputs[0].extent(0));
    }

    @Override
    public void forward(Tape.Entry e) {
        int m = e.x(0).shape().extent(0);
        int n = e.x(0).shape().extent(1);
        float[] y = e.y().data();
        Transpose.of(e.backend(), m, n, e.x(0).data(), 0, n, y, 0, m);
        Sums.loop(e.backend()).forward(y, y, 0, m * n);
    }

    @Override
    public void backward(Tape.Entry e) {
        if (e.wants(0)) {
            int m = e.x(0).shape().extent(0);
            int n = e.x(0).shape().extent(1);
            float[] t = e.scratch(0, m * n + Tensor.PADDING);
            Transpose.of(e.backend(), n, m, e.dy().data(), 0, m, t, 0, n);
            Sums.loop(e.backend()).backward(t, t, t, e.dx(0).data(), e.adds(0), 0, m * n);
        }
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        int m = shapes[0].extent(0);
        int n = shapes[0].extent(1);
        Real[] y = new Real[m * n];
        for (int i = 0; i < y.length; i++) {
            y[i % n * m + i / n] = x[0][i];
        }
        return y;
    }
}
