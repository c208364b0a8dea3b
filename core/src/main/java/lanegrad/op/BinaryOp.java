package lanegrad.op;

import java.util.Arrays;
import lanegrad.Backend;
import lanegrad.Op;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.kernel.Binary;
import lanegrad.kernel.BinaryLoop;
import lanegrad.kernel.Sums;

/// An operation on two tensors of one shape, element by element, `y[i] = f(a[i], b[i])`, or on a tensor and a scalar
/// on either side: shape rule and loops.
///
/// A scalar is of shape `[]`, never of `[1]` or `[n, 1]`: nothing else is broadcast, so that `(n)` against `(n, 1)`
/// stays the mistake that it is. The gradient of a scalar is the sum over all elements, in the order of [Sums].
///
/// Open to users as [UnaryOp] is.
public abstract class BinaryOp implements Op, Binary {
    /// How often a scalar is repeated, so that the loops read it as they read any tensor: 4 KB, which stay in L1.
    private static final int REPEATED = 1024;

    private final String name;
    private BinaryLoop scalarLoop;
    private BinaryLoop vectorLoop;

    /// An operation of this name.
    protected BinaryOp(String name) {
        this.name = name;
    }

    /// `f(a, b)` exactly, with its derivatives by way of [Real]; at a kink, the documented convention.
    public abstract Real exact(Real a, Real b);

    /// `f(a, b)` in double.
    public final double exact(double a, double b) {
        return exact(Real.of(a), Real.of(b)).value();
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final int arity() {
        return 2;
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        if (inputs[0].equals(inputs[1]) || inputs[1].rank() == 0) {
            return inputs[0];
        }
        if (inputs[0].rank() == 0) {
            return inputs[1];
        }
        throw new IllegalArgumentException(name + ": a has shape " + inputs[0] + ", b has shape " + inputs[1]
                + "; they must be equal, or one of them a scalar of shape []; reshape or repeat the smaller one");
    }

    @Override
    public void forward(Tape.Entry e) {
        BinaryLoop loop = loop(e.backend());
        float[] a = e.x(0).data();
        float[] b = e.x(1).data();
        int n = e.y().size();
        if (!repeatsA(e) && !repeatsB(e)) {
            loop.forward(e.threads(), a, b, e.y().data(), n);
            return;
        }
        float[] scalar = repeated(e);
        for (int i = 0; i < n; i += REPEATED) {
            loop.forward(repeatsA(e) ? scalar : a, repeatsA(e) ? -i : 0, repeatsB(e) ? scalar : b,
                    repeatsB(e) ? -i : 0, e.y().data(), i, Math.min(i + REPEATED, n));
        }
    }

    @Override
    public void backward(Tape.Entry e) {
        BinaryLoop loop = loop(e.backend());
        float[] a = e.x(0).data();
        float[] b = e.x(1).data();
        float[] dy = e.dy().data();
        int n = e.y().size();
        if (!repeatsA(e) && !repeatsB(e)) {
            if (e.wants(0)) {
                loop.backwardA(e.threads(), a, b, dy, e.dx(0).data(), e.adds(0), n);
            }
            if (e.wants(1)) {
                loop.backwardB(e.threads(), a, b, dy, e.dx(1).data(), e.adds(1), n);
            }
            return;
        }
        float[] scalar = repeated(e);
        for (int k = 0; k < 2; k++) {
            if (!e.wants(k)) {
                continue;
            }
            boolean sums = k == 0 ? repeatsA(e) : repeatsB(e);
            float[] dx = sums ? e.scratch(1, n) : e.dx(k).data();
            boolean add = !sums && e.adds(k);
            for (int i = 0; i < n; i += REPEATED) {
                int to = Math.min(i + REPEATED, n);
                if (k == 0) {
                    loop.backwardA(repeatsA(e) ? scalar : a, repeatsA(e) ? -i : 0, repeatsB(e) ? scalar : b,
                            repeatsB(e) ? -i : 0, dy, dx, add, i, to);
                } else {
                    loop.backwardB(repeatsA(e) ? scalar : a, repeatsA(e) ? -i : 0, repeatsB(e) ? scalar : b,
                            repeatsB(e) ? -i : 0, dy, dx, add, i, to);
                }
            }
            if (sums) {
                float sum = Sums.loop(e.backend()).sum(dx, 0, n, e.scratch(2, Sums.SCRATCH));
                float[] d = e.dx(k).data();
                d[0] = Sums.canonical(e.adds(k) ? d[0] + sum : sum);
            }
        }
    }

    private static boolean repeatsA(Tape.Entry e) {
        return e.x(0).shape().rank() == 0 && e.x(1).shape().rank() != 0;
    }

    private static boolean repeatsB(Tape.Entry e) {
        return e.x(1).shape().rank() == 0 && e.x(0).shape().rank() != 0;
    }

    private static float[] repeated(Tape.Entry e) {
        float[] scalar = e.scratch(0, REPEATED);
        Arrays.fill(scalar, e.x(repeatsA(e) ? 0 : 1).data()[0]);
        return scalar;
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        Real[] y = new Real[Math.max(x[0].length, x[1].length)];
        boolean a = shapes[0].rank() == 0;
        boolean b = shapes[1].rank() == 0;
        for (int i = 0; i < y.length; i++) {
            y[i] = exact(x[0][a ? 0 : i], x[1][b ? 0 : i]);
        }
        return y;
    }

    /// The loops over this function on one backend, made at first use.
    public final BinaryLoop loop(Backend backend) {
        if (backend == Backend.SCALAR) {
            return scalarLoop == null ? scalarLoop = BinaryLoop.of(this, backend) : scalarLoop;
        }
        return vectorLoop == null ? vectorLoop = BinaryLoop.of(this, backend) : vectorLoop;
    }
}
