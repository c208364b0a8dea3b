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

/// Some of the rows of a matrix, `Y = rows from to to - 1 of X`, or of its columns, `Y = columns from to to - 1 of X`.
///
/// Which, comes as a [Span]. Keep it: the shape rule is asked again for a new object.
///
/// **Derivative.** `dX = dY in its place, 0 elsewhere`.
///
/// **Domain.** Every float. **Special values.** NaN stays NaN, if it is in the slice. **Error.** Exact: `0.0 ulp`.
///
/// **Cost.** A copy of the slice; backward copies or adds dY, and fills with 0.
public final class Slice implements Op {
    /// Of rows.
    public static final Slice ROWS = new Slice(Axis.ROWS);
    /// Of columns.
    public static final Slice COLUMNS = new Slice(Axis.COLUMNS);
    static final Operation ROWS_OPERATION = operation(ROWS, "rows");
    static final Operation COLUMNS_OPERATION = operation(COLUMNS, "columns");

    private final Axis axis;

    private Slice(Axis axis) {
        this.axis = axis;
    }

    /// From one row or column, counted from 0, to before another.
    ///
    /// @param from the first
    /// @param to the first that is left out again
    public record Span(int from, int to) {
        /// @throws IllegalArgumentException unless `0 <= from <= to`
        public Span {
            if (from < 0 || to < from) {
                throw new IllegalArgumentException("slice: it goes from " + from + " to before " + to
                        + "; it must begin at 0 or later and not end before it begins");
            }
        }
    }

    private static Operation operation(Slice op, String what) {
        return new Operation(op, Operation.Kind.SHAPE,
                """
                formula: Y = %s from to to - 1 of X
                derivative: dX = dY in its place, 0 elsewhere
                domain: every float
                special: NaN stays NaN, if it is in the slice
                cost: a copy of the slice; backward copies or adds dY, and fills with 0
                """.formatted(what),
                Operation.Bound.ulps(0),
                List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 10)).with(new Span(2, 6)),
                        Operation.Case.of(Operation.Range.of(-4, 4, 20, 35)).with(new Span(0, 18)),
                        Operation.Case.of(Operation.Range.of(-4, 4, 4, 4)).with(new Span(3, 4))));
    }

    /// The rows of `x` in a span.
    ///
    /// @throws IllegalArgumentException when x is no matrix, or has not so many rows
    public static Var ofRows(Var x, Span span) {
        return Tape.of(x).recordWith(ROWS, span, x);
    }

    /// The columns of `x` in a span.
    ///
    /// @throws IllegalArgumentException when x is no matrix, or has not so many columns
    public static Var ofColumns(Var x, Span span) {
        return Tape.of(x).recordWith(COLUMNS, span, x);
    }

    @Override
    public String name() {
        return "slice" + axis.suffix();
    }

    @Override
    public int arity() {
        return 1;
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        Shape x = inputs[0];
        if (!(attribute instanceof Span span)) {
            throw new IllegalArgumentException(name() + ": x has shape " + x + ", the span is missing; record it with "
                    + "a Slice.Span");
        }
        if (x.rank() != 2) {
            throw new IllegalArgumentException(name() + ": x has shape " + x
                    + "; it must be a matrix, [rows, columns]");
        }
        int extent = x.extent(axis == Axis.ROWS ? 0 : 1);
        if (span.to() > extent) {
            throw new IllegalArgumentException(name() + ": x has shape " + x + ", the slice goes from " + span.from()
                    + " to before " + span.to() + "; it must end at " + extent + " or before");
        }
        int length = span.to() - span.from();
        return axis == Axis.ROWS ? Shape.of(length, x.extent(1)) : Shape.of(x.extent(0), length);
    }

    // Where the slice begins in x.
    private int start(Tape.Entry e) {
        int from = ((Span) e.attribute()).from();
        return axis == Axis.ROWS ? from * e.x(0).shape().extent(1) : from;
    }

    @Override
    public void forward(Tape.Entry e) {
        int m = e.y().shape().extent(0);
        int n = e.y().shape().extent(1);
        Moves.rows(e.backend(), m, n, e.x(0).data(), start(e), e.x(0).shape().extent(1), e.y().data(), 0, n, false);
    }

    @Override
    public void backward(Tape.Entry e) {
        if (!e.wants(0)) {
            return;
        }
        float[] dx = e.dx(0).data();
        if (!e.adds(0)) {
            Arrays.fill(dx, 0, e.x(0).size(), 0);
        }
        int m = e.y().shape().extent(0);
        int n = e.y().shape().extent(1);
        Moves.rows(e.backend(), m, n, e.dy().data(), 0, n, dx, start(e), e.x(0).shape().extent(1), e.adds(0));
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        Span span = (Span) attribute;
        Shape shape = shape(attribute, shapes);
        int columns = shapes[0].extent(1);
        Real[] y = new Real[shape.size()];
        for (int i = 0; i < y.length; i++) {
            int row = i / shape.extent(1) + (axis == Axis.ROWS ? span.from() : 0);
            int column = i % shape.extent(1) + (axis == Axis.COLUMNS ? span.from() : 0);
            y[i] = x[0][row * columns + column];
        }
        return y;
    }
}
