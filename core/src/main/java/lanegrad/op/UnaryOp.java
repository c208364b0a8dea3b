package lanegrad.op;

import lanegrad.Backend;
import lanegrad.Op;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.Unary;
import lanegrad.kernel.UnaryLoop;

/// An operation on each element by itself, `y[i] = f(x[i])`: shape rule and loops.
///
/// A subclass gives the function: its meaning in double, its scalar form, its lanes, and the derivative of
/// each. It is open to users: a subclass of theirs runs through the same loops at the same speed.
public abstract class UnaryOp implements Op, Unary {
    private final String name;
    private UnaryLoop scalarLoop;
    private UnaryLoop vectorLoop;

    /// An operation of this name.
    protected UnaryOp(String name) {
        this.name = name;
    }

    /// `f(x)` exactly, with its derivative by way of [Real]; at a kink, the documented convention.
    public abstract Real exact(Real x);

    /// `f(x)` in double.
    public final double exact(double x) {
        return exact(Real.of(x)).value();
    }

    /// `f'(x)` in double.
    public final double exactDerivative(double x) {
        return exact(Real.of(x, 1)).slope();
    }

    /// Whether [Unary#vjp] takes all it needs from `y`. If so, an activation fused into another operation may
    /// overwrite its input.
    public boolean derivativeFromOutput() {
        return false;
    }

    /// Whether this is `max(x, 0)`, which a matrix multiply does in registers at its end.
    public boolean rectifies() {
        return false;
    }

    /// Records this operation on the tape of `x`.
    public final Var apply(Var x) {
        return Tape.of(x).record(this, x);
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final int arity() {
        return 1;
    }

    @Override
    public final Shape shape(Object attribute, Shape... inputs) {
        return inputs[0];
    }

    @Override
    public final void forward(Tape.Entry e) {
        loop(e.backend()).forward(e.threads(), e.x(0).data(), e.y().data(), e.y().size());
    }

    @Override
    public final void backward(Tape.Entry e) {
        if (e.wants(0)) {
            loop(e.backend()).backward(e.threads(), e.x(0).data(), e.y().data(), e.dy().data(), e.dx(0).data(),
                    e.adds(0), e.y().size());
        }
    }

    @Override
    public final Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        Real[] y = new Real[x[0].length];
        for (int i = 0; i < y.length; i++) {
            y[i] = exact(x[0][i]);
        }
        return y;
    }

    /// The loops over this function on one backend, made at first use.
    public final UnaryLoop loop(Backend backend) {
        // Two threads may both make one; the loops have no state, so either serves.
        if (backend == Backend.SCALAR) {
            return scalarLoop == null ? scalarLoop = UnaryLoop.of(this, backend) : scalarLoop;
        }
        return vectorLoop == null ? vectorLoop = UnaryLoop.of(this, backend) : vectorLoop;
    }
}
