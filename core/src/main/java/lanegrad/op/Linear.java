package lanegrad.op;

import java.util.List;
import lanegrad.Op;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.Columns;
import lanegrad.kernel.Gemm;

/// A layer's arithmetic in one operation: `Y = f(X W + b)`, with the bias row b added to each row and an
/// optional activation f.
///
/// **Shapes.** X is `[m, k]`, one example a row; W is `[k, n]`; b is `[n]`; Y is `[m, n]`.
///
/// **Forward.** The chains of the product begin with the bias ([Gemm#multiplyBias]), which costs nothing. A rectifier
/// is applied in registers, before the product is stored; any other f runs over the product while it is still in
/// cache, in place if its derivative can be had from its output. (A longer f in a tile would stand there 24 times,
/// and the JIT would stop inlining it halfway.)
///
/// **Derivative.** Without activation, `Y = X W + b`: `dX = dY W^T, dW = X^T dY, db = column sums of dY`. With one, for
/// instance `Y = sigmoid(X W + b)`: `dZ = dY * s(Z) * s(-Z), then as linear`. dX is left out where X wants no gradient,
/// as the first layer's input does not: that saves a third of its backward.
///
/// **Domain.** Every float; X m x k, W k x n, b n. **Special values.** 0 * inf is NaN; a NaN in a row of X makes that
/// row of Y NaN.
///
/// **Bits.** Those of [Gemm] and of f. **Error.** `(k + 1) 2^-24 (|X| |W| + |b|)`, then sigmoid or whatever f is.
///
/// **Cost.** `2 m n k, and f; backward twice as much`.
public final class Linear implements Op {
    /// Without activation.
    public static final Linear PLAIN = new Linear(null);

    static final Operation OPERATION = operation(PLAIN, "Y = X W + b",
            "dX = dY W^T, dW = X^T dY, db = column sums of dY");
    static final Operation FUSED_OPERATION = operation(new Linear(Sigmoid.OP), "Y = sigmoid(X W + b)",
            "dZ = dY * s(Z) * s(-Z), then as linear");

    private final UnaryOp activation;

    /// A layer with this activation, or without one for `null`. Keep it: a tape reuses the buffers of an
    /// operation that it meets again.
    public Linear(UnaryOp activation) {
        this.activation = activation;
    }

    /// `X W + b`.
    ///
    /// @throws IllegalArgumentException when the shapes do not fit
    public static Var of(Var x, Var w, Var b) {
        return PLAIN.apply(x, w, b);
    }

    /// `f(X W + b)`.
    ///
    /// @throws IllegalArgumentException when the shapes do not fit
    public Var apply(Var x, Var w, Var b) {
        return (x.tape() == null ? Tape.of(w, b) : x.tape()).record(this, x, w, b);
    }

    /// The activation, or `null`.
    public UnaryOp activation() {
        return activation;
    }

    @Override
    public String name() {
        return activation == null ? "linear" : "linear-" + activation.name();
    }

    @Override
    public int arity() {
        return 3;
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        Shape x = inputs[0];
        Shape w = inputs[1];
        Shape b = inputs[2];
        if (x.rank() != 2 || w.rank() != 2 || x.extent(1) != w.extent(0)) {
            throw new IllegalArgumentException(name() + ": the input x has shape " + x + ", the weights w have shape "
                    + w + "; they must be [examples, features] and [features, units] with equal features"
                    + (x.rank() == 1 ? ". Give a single example the shape [1, " + x.size() + "]" : ""));
        }
        if (!b.equals(Shape.of(w.extent(1)))) {
            throw new IllegalArgumentException(name() + ": the weights w have shape " + w + ", the bias b has shape "
                    + b + "; b must be [" + w.extent(1) + "], one per column of w");
        }
        return Shape.of(x.extent(0), w.extent(1));
    }

    @Override
    public void forward(Tape.Entry e) {
        int m = e.x(0).shape().extent(0);
        int k = e.x(1).shape().extent(0);
        int n = e.x(1).shape().extent(1);
        float[] z = keepsProduct() ? e.scratch(0, padded(m, n)) : e.y().data();
        boolean rectified = activation != null && activation.rectifies();
        Gemm.multiplyBias(e.backend(), e.threads(), false, false, m, n, k, e.x(0).data(), 0, k, e.x(1).data(), 0, n,
                e.x(2).data(), rectified, z, 0, n);
        if (activation != null && !rectified) {
            activation.loop(e.backend()).forward(e.threads(), z, e.y().data(), m * n);
        }
    }

    @Override
    public void backward(Tape.Entry e) {
        int m = e.x(0).shape().extent(0);
        int k = e.x(1).shape().extent(0);
        int n = e.x(1).shape().extent(1);
        float[] dz = e.dy().data();
        if (activation != null) {
            dz = e.scratch(1, padded(m, n));
            float[] y = e.y().data();
            activation.loop(e.backend()).backward(e.threads(), keepsProduct() ? e.scratch(0, padded(m, n)) : y, y,
                    e.dy().data(), dz, false, m * n);
        }
        if (e.wants(0)) {
            Gemm.multiply(e.backend(), e.threads(), false, true, m, k, n, 1, dz, 0, n, e.x(1).data(), 0, n,
                    e.adds(0) ? 1 : 0, e.dx(0).data(), 0, k);
        }
        if (e.wants(1)) {
            Gemm.multiply(e.backend(), e.threads(), true, false, k, n, m, 1, e.x(0).data(), 0, k, dz, 0, n,
                    e.adds(1) ? 1 : 0, e.dx(1).data(), 0, n);
        }
        if (e.wants(2)) {
            Columns.sum(e.backend(), dz, m, n, e.dx(2).data(), e.adds(2));
        }
    }

    // An activation whose derivative needs its input must not overwrite it.
    private boolean keepsProduct() {
        return activation != null && !activation.derivativeFromOutput();
    }

    private static int padded(int m, int n) {
        return m * n + lanegrad.Tensor.PADDING;
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        Real[] y = MatMul.exact(false, false, shapes, x[0], x[1], x[2]);
        for (int i = 0; activation != null && i < y.length; i++) {
            y[i] = activation.exact(y[i]);
        }
        return y;
    }

    @Override
    public Real[] exactAgain(Object attribute, Shape[] shapes, Real[] before, Real[][] was, Real[]... x) {
        Real[] y = MatMul.exact(false, false, shapes, x[0], x[1], x[2], before, was);
        for (int i = 0; activation != null && i < y.length; i++) {
            // What was taken from before is activated already.
            y[i] = y[i] == before[i] ? y[i] : activation.exact(y[i]);
        }
        return y;
    }

    private static Operation operation(Linear op, String formula, String derivative) {
        return new Operation(op, Operation.Kind.MATRIX,
                """
                formula: %s
                derivative: %s
                domain: every float; X m x k, W k x n, b n
                special: 0 * inf is NaN; a NaN in a row of X makes that row of Y NaN
                cost: 2 m n k, and f; backward twice as much
                """.formatted(formula, derivative),
                new Operation.Bound("(k + 1) 2^-24 (|X| |W| + |b|)" + (op.activation == null ? "" : ", then "
                        + op.activation.name()), (attribute, shapes, x, y) -> op.limit(shapes, x, y)),
                List.of(Operation.Case.of(Operation.Range.of(-1, 1, 7, 5), Operation.Range.of(-1, 1, 5, 19),
                        Operation.Range.of(-1, 1, 19))));
    }

    // The product's error passes through the activation with its slope, at most 1 for those fused here, and the
    // activation adds its own.
    private double[] limit(Shape[] shapes, double[][] x, double[] y) {
        double[] limit = MatMul.limit(false, false, shapes, x, x[2]);
        for (int i = 0; activation != null && i < limit.length; i++) {
            limit[i] += 2 * Operation.Bound.ulp(y[i]);
        }
        return limit;
    }
}
