package lanegrad.op;

import java.util.List;
import lanegrad.Op;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;
import lanegrad.kernel.Sums;

/// The same elements, in row-major order, under another shape: `y = x`.
///
/// A tensor is its array and its shape, without views, so this is a copy; data that only once needs another shape is
/// better wrapped in it from the start.
///
/// **Shapes.** Any of as many elements; it comes as the attribute. Keep it: the shape rule is asked again for a new
/// object.
///
/// **Derivative.** `dx = dy`.
///
/// **Domain.** Every float. **Special values.** NaN stays NaN. **Error.** Exact: `0.0 ulp`.
///
/// **Cost.** A copy; backward copies or adds dy.
public final class Reshape implements Op {
    /// The operation.
    public static final Reshape OP = new Reshape();
    static final Operation OPERATION = new Operation(OP, Operation.Kind.SHAPE,
            """
            formula: y = x
            derivative: dx = dy
            domain: every float
            special: NaN stays NaN
            cost: a copy; backward copies or adds dy
            """,
            Operation.Bound.ulps(0),
            List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 10)).with(Shape.of(2, 35)),
                    Operation.Case.of(Operation.Range.of(-4, 4, 33)).with(Shape.of(33, 1))));

    private Reshape() {
    }

    /// `x` in another shape.
    ///
    /// @throws IllegalArgumentException when it has another number of elements
    public static Var of(Var x, Shape shape) {
        return Tape.of(x).recordWith(OP, shape, x);
    }

    @Override
    public String name() {
        return "reshape";
    }

    @Override
    public int arity() {
        return 1;
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        if (!(attribute instanceof Shape shape)) {
            throw new IllegalArgumentException("reshape: x has shape " + inputs[0] + ", the new shape is missing; "
                    + "record it with a Shape");
        }
        if (shape.size() != inputs[0].size()) {
            throw new IllegalArgumentException("reshape: x has shape " + inputs[0] + ", " + inputs[0].size()
                    + " elements, the new shape " + shape + " has " + shape.size() + "; they must be as many");
        }
        return shape;
    }

    @Override
    public void forward(Tape.Entry e) {
        Sums.loop(e.backend()).forward(e.x(0).data(), e.y().data(), 0, e.y().size());
    }

    @Override
    public void backward(Tape.Entry e) {
        if (e.wants(0)) {
            float[] dy = e.dy().data();
            Sums.loop(e.backend()).backward(dy, dy, dy, e.dx(0).data(), e.adds(0), 0, e.y().size());
        }
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        return x[0].clone();
    }
}
