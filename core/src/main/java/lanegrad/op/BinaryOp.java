package lanegrad.op;

import lanegrad.Backend;
import lanegrad.Op;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.kernel.Binary;
import lanegrad.kernel.BinaryLoop;

/// An operation on two tensors of one shape, element by element, `y[i] = f(a[i], b[i])`: shape rule and loops.
///
/// Open to users as [UnaryOp] is.
public abstract class BinaryOp implements Op, Binary {
    private final String name;
    private BinaryLoop scalarLoop;
    private BinaryLoop vectorLoop;

    /// An operation of this name.
    protected BinaryOp(String name) {
        this.name = name;
    }

    /// `f(a, b)` in double.
    public abstract double exact(double a, double b);

    @Override
    public final String name() {
        return name;
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        if (!inputs[0].equals(inputs[1])) {
            throw new IllegalArgumentException(name + ": a has shape " + inputs[0] + ", b has shape " + inputs[1]
                    + "; they must be equal, nothing is broadcast; reshape or repeat the smaller one");
        }
        return inputs[0];
    }

    @Override
    public void forward(Tape.Entry e) {
        loop(e.backend()).forward(e.x(0).data(), e.x(1).data(), e.y().data(), 0, e.y().size());
    }

    @Override
    public void backward(Tape.Entry e) {
        float[] a = e.x(0).data();
        float[] b = e.x(1).data();
        float[] dy = e.dy().data();
        if (e.wants(0)) {
            loop(e.backend()).backwardA(a, b, dy, e.dx(0).data(), e.adds(0), 0, e.y().size());
        }
        if (e.wants(1)) {
            loop(e.backend()).backwardB(a, b, dy, e.dx(1).data(), e.adds(1), 0, e.y().size());
        }
    }

    @Override
    public double[] exact(Object attribute, Shape[] shapes, double[]... x) {
        double[] y = new double[x[0].length];
        for (int i = 0; i < y.length; i++) {
            y[i] = exact(x[0][i], x[1][i]);
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
