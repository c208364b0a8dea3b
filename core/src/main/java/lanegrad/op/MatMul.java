package lanegrad.op;

import java.util.List;
import lanegrad.Op;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.Gemm;

/// Matrix multiply: `Y = op(A) op(B)`, each op the identity or the transpose.
///
/// **Shapes.** op(A) is m x k, op(B) is k x n, Y is m x n; as stored, A is `[m, k]` or `[k, m]`, B is `[k, n]`
/// or `[n, k]`.
///
/// **Derivative.** The last three follow from the first by transposing both sides; none of them needs a transposed
/// copy.
///
/// | forward | backward |
/// |---|---|
/// | `Y = A B` | `dA = dY B^T, dB = A^T dY` |
/// | `Y = A B^T` | `dA = dY B, dB = dY^T A` |
/// | `Y = A^T B` | `dA = B dY^T, dB = A dY` |
/// | `Y = A^T B^T` | `dA = B^T dY^T, dB = dY^T A^T` |
///
/// **Domain.** Every float; op(A) m x k, op(B) k x n.
///
/// **Special values.** 0 * inf is NaN; k = 0 gives 0; a NaN in a row of op(A) makes that row of Y NaN.
///
/// **Bits.** Those of [Gemm]. **Error.** `(k + 1) 2^-24 |A| |B|`. **Cost.** `2 m n k`; backward twice as much.
public final class MatMul implements Op {
    /// `Y = A B`.
    public static final MatMul NN = new MatMul(false, false);
    /// `Y = A B^T`.
    public static final MatMul NT = new MatMul(false, true);
    /// `Y = A^T B`.
    public static final MatMul TN = new MatMul(true, false);
    /// `Y = A^T B^T`.
    public static final MatMul TT = new MatMul(true, true);

    static final Operation NN_OPERATION = operation(NN, "Y = A B", "dA = dY B^T, dB = A^T dY", 7, 5, 5, 19);
    static final Operation NT_OPERATION = operation(NT, "Y = A B^T", "dA = dY B, dB = dY^T A", 7, 5, 19, 5);
    static final Operation TN_OPERATION = operation(TN, "Y = A^T B", "dA = B dY^T, dB = A dY", 5, 7, 5, 19);
    static final Operation TT_OPERATION = operation(TT, "Y = A^T B^T", "dA = B^T dY^T, dB = dY^T A^T", 5, 7, 19, 5);

    private final boolean transA;
    private final boolean transB;

    private MatMul(boolean transA, boolean transB) {
        this.transA = transA;
        this.transB = transB;
    }

    /// `A B`.
    ///
    /// @throws IllegalArgumentException when these are no matrices or their inner extents differ
    public static Var of(Var a, Var b) {
        return Tape.of(a, b).record(NN, a, b);
    }

    /// `op(A) op(B)`.
    ///
    /// @throws IllegalArgumentException when these are no matrices or their inner extents differ
    public static Var of(Var a, boolean transA, Var b, boolean transB) {
        return Tape.of(a, b).record(transA ? transB ? TT : TN : transB ? NT : NN, a, b);
    }

    @Override
    public String name() {
        return "matmul-" + (transA ? "t" : "n") + (transB ? "t" : "n");
    }

    @Override
    public int arity() {
        return 2;
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        Shape a = inputs[0];
        Shape b = inputs[1];
        if (a.rank() != 2 || b.rank() != 2) {
            throw new IllegalArgumentException(name() + ": a has shape " + a + ", b has shape " + b
                    + "; both must be matrices, [rows, columns]");
        }
        int k = a.extent(transA ? 0 : 1);
        if (k != b.extent(transB ? 1 : 0)) {
            throw new IllegalArgumentException(name() + ": a has shape " + a + (transA ? " and is transposed" : "")
                    + ", b has shape " + b + (transB ? " and is transposed" : "") + "; the columns of the left, " + k
                    + ", must be the rows of the right, " + b.extent(transB ? 1 : 0)
                    + ". Swap the operands or transpose one");
        }
        return Shape.of(a.extent(transA ? 1 : 0), b.extent(transB ? 0 : 1));
    }

    @Override
    public void forward(Tape.Entry e) {
        Shape a = e.x(0).shape();
        Shape b = e.x(1).shape();
        product(e, transA, transB, e.y().shape().extent(0), e.y().shape().extent(1), a.extent(transA ? 0 : 1),
                e.x(0).data(), a.extent(1), e.x(1).data(), b.extent(1), e.y().data(), false);
    }

    @Override
    public void backward(Tape.Entry e) {
        int m = e.y().shape().extent(0);
        int n = e.y().shape().extent(1);
        int k = e.x(0).shape().extent(transA ? 0 : 1);
        float[] a = e.x(0).data();
        float[] b = e.x(1).data();
        float[] dy = e.dy().data();
        int lda = e.x(0).shape().extent(1);
        int ldb = e.x(1).shape().extent(1);
        // dY stands on the side on which the other operand does not; where the operand that wants a gradient is
        // stored transposed, so is its gradient, and the product is taken in the other order.
        if (e.wants(0)) {
            float[] da = e.dx(0).data();
            if (transA) {
                product(e, transB, true, k, m, n, b, ldb, dy, n, da, e.adds(0));
            } else {
                product(e, false, !transB, m, k, n, dy, n, b, ldb, da, e.adds(0));
            }
        }
        if (e.wants(1)) {
            float[] db = e.dx(1).data();
            if (transB) {
                product(e, true, transA, n, k, m, dy, n, a, lda, db, e.adds(1));
            } else {
                product(e, !transA, false, k, n, m, a, lda, dy, n, db, e.adds(1));
            }
        }
    }

    // c is m x n without padding between rows.
    private static void product(Tape.Entry e, boolean transA, boolean transB, int m, int n, int k, float[] a, int lda,
            float[] b, int ldb, float[] c, boolean add) {
        Gemm.multiply(e.backend(), e.threads(), transA, transB, m, n, k, 1, a, 0, lda, b, 0, ldb, add ? 1 : 0, c, 0,
                n);
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        return exact(transA, transB, shapes, x[0], x[1], null);
    }

    @Override
    public Real[] exactAgain(Object attribute, Shape[] shapes, Real[] before, Real[][] was, Real[]... x) {
        return exact(transA, transB, shapes, x[0], x[1], null, before, was);
    }

    // The naive product; beginning with a bias row if there is one.
    static Real[] exact(boolean transA, boolean transB, Shape[] shapes, Real[] a, Real[] b, Real[] bias) {
        return exact(transA, transB, shapes, a, b, bias, null, null);
    }

    // The same, with elements whose row, column and bias have not changed taken from before.
    static Real[] exact(boolean transA, boolean transB, Shape[] shapes, Real[] a, Real[] b, Real[] bias, Real[] before,
            Real[][] was) {
        int k = shapes[0].extent(transA ? 0 : 1);
        int m = shapes[0].extent(transA ? 1 : 0);
        int n = shapes[1].extent(transB ? 0 : 1);
        boolean[] rows = new boolean[m];
        boolean[] columns = new boolean[n];
        for (int i = 0; i < a.length; i++) {
            rows[transA ? i % m : i / k] |= before == null || a[i] != was[0][i];
        }
        for (int i = 0; i < b.length; i++) {
            columns[transB ? i / k : i % n] |= before == null || b[i] != was[1][i];
        }
        for (int j = 0; bias != null && j < n; j++) {
            columns[j] |= before == null || bias[j] != was[2][j];
        }
        Real[] y = before == null ? new Real[m * n] : before.clone();
        Real.Matrix plain = Real.plain(a) && Real.plain(b) && (bias == null || Real.plain(bias))
                ? new Real.Matrix(b, k, n, transB ? 1 : n, transB ? k : 1) : null;
        for (int i = 0; i < m; i++) {
            int at = transA ? i : i * k;
            int stride = transA ? m : 1;
            if (rows[i] && plain != null) {
                Real.row(a, at, stride, plain, bias, y, i * n);
                continue;
            }
            for (int j = 0; j < n; j++) {
                if (rows[i] || columns[j]) {
                    y[i * n + j] = Real.dot(a, at, stride, b, transB ? j * k : j, transB ? 1 : n, k,
                            bias == null ? Real.ZERO : bias[j]);
                }
            }
        }
        return y;
    }

    // (k + 1) 2^-24 |A| |B|, with |bias| as one more term.
    static double[] limit(boolean transA, boolean transB, Shape[] shapes, double[][] x, double[] bias) {
        double[] limit = Real.values(exact(transA, transB, shapes, absolute(x[0]), absolute(x[1]),
                bias == null ? null : absolute(bias)));
        int k = shapes[0].extent(transA ? 0 : 1);
        for (int i = 0; i < limit.length; i++) {
            limit[i] = limit[i] * (k + 1) * 0x1p-24 + k * 0x1p-150;
        }
        return limit;
    }

    private static Real[] absolute(double[] x) {
        Real[] y = new Real[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = Real.of(Math.abs(x[i]));
        }
        return y;
    }

    private static Operation operation(MatMul op, String formula, String derivative, int aRows, int aColumns,
            int bRows, int bColumns) {
        return new Operation(op, Operation.Kind.MATRIX,
                """
                formula: %s
                derivative: %s
                domain: every float; op(A) m x k, op(B) k x n
                special: 0 * inf is NaN; k = 0 gives 0; a NaN in a row of op(A) makes that row of Y NaN
                cost: 2 m n k; backward twice as much
                """.formatted(formula, derivative),
                new Operation.Bound("(k + 1) 2^-24 |A| |B|",
                        (attribute, shapes, x, y) -> limit(op.transA, op.transB, shapes, x, null)),
                List.of(Operation.Case.of(Operation.Range.of(-2, 2, aRows, aColumns),
                        Operation.Range.of(-2, 2, bRows, bColumns))));
    }
}
