package lanegrad.op;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import lanegrad.Op;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.kernel.Axis;
import lanegrad.kernel.LineMap;
import lanegrad.kernel.Lines;
import lanegrad.kernel.Sums;

/// What the operations on lines share, those on all elements, on each row, or on each column of x: names, shapes, and
/// the way to the kernels.
///
/// Matrices pass between kernels laid out as [Lines] wants them. Scratch slots 0 to 2 are those of this class.
///
/// (Over 300 lines: it also holds the small maps that several of the operations use, each with its scalar and its
/// vector form.)
abstract class LineOp implements Op {
    private static final int INPUT = 0;
    private static final int OUTPUT = 1;
    private static final int SUMS = 2;
    /// The first slot of scratch for a subclass.
    static final int OWN = 3;

    /// What a line is.
    final Axis axis;
    private final String name;
    private final boolean reduces;
    private final boolean takesNothing;

    /// @param reduces whether a line gives one number; else, a line
    /// @param takesNothing whether a line may have no elements
    LineOp(String name, Axis axis, boolean reduces, boolean takesNothing) {
        this.name = name;
        this.axis = axis;
        this.reduces = reduces;
        this.takesNothing = takesNothing;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public int arity() {
        return 1;
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        Shape x = inputs[0];
        if (axis != Axis.ALL && x.rank() != 2) {
            throw new IllegalArgumentException(name + ": x has shape " + x + "; it must be a matrix, [rows, columns]"
                    + (x.rank() == 1 ? ". Give a single row the shape [1, " + x.size() + "]" : ""));
        }
        if (!takesNothing && axis.length(x) == 0 && axis.lines(x) > 0) {
            throw new IllegalArgumentException(name + ": x has shape " + x
                    + "; of no elements it is undefined, leave it out");
        }
        return !reduces ? x : axis == Axis.ALL ? Shape.SCALAR : Shape.of(axis.lines(x));
    }

    final int rows(Tape.Entry e) {
        return axis == Axis.ALL ? 1 : e.x(0).shape().extent(0);
    }

    final int columns(Tape.Entry e) {
        return axis == Axis.ALL ? e.x(0).size() : e.x(0).shape().extent(1);
    }

    final int lines(Tape.Entry e) {
        return axis.lines(e.x(0).shape());
    }

    final int length(Tape.Entry e) {
        return axis.length(e.x(0).shape());
    }

    /// Scratch for a number of each line.
    final float[] numbers(Tape.Entry e, int slot) {
        return e.scratch(slot, Lines.width(lines(e)));
    }

    /// Scratch for a matrix of the shape of x.
    final float[] matrix(Tape.Entry e, int slot) {
        return e.scratch(slot, Lines.size(axis, rows(e), columns(e)));
    }

    /// `x` as the kernels want it; good until the next call with this slot.
    final float[] in(Tape.Entry e, float[] x, int slot) {
        return Lines.transposes(e.backend(), axis, columns(e))
                ? Lines.in(e.backend(), axis, rows(e), columns(e), x, matrix(e, slot)) : x;
    }

    /// As [#in(Tape.Entry, float[], int)], in a slot of this class.
    final float[] in(Tape.Entry e, float[] x) {
        return in(e, x, INPUT);
    }

    final void sum(Tape.Entry e, float[] x, float[] s) {
        Lines.sum(e.backend(), axis, rows(e), columns(e), x, s, e.scratch(SUMS, Sums.SCRATCH));
    }

    final void max(Tape.Entry e, float[] x, float[] y) {
        Lines.max(e.backend(), axis, rows(e), columns(e), x, y, e.scratch(SUMS, Sums.SCRATCH));
    }

    final void min(Tape.Entry e, float[] x, float[] y) {
        Lines.min(e.backend(), axis, rows(e), columns(e), x, y, e.scratch(SUMS, Sums.SCRATCH));
    }

    /// `y = f(x, z, p, q)`, all laid out as the kernels want it.
    final void map(Tape.Entry e, LineMap f, float[] x, float[] z, float[] p, float[] q, float[] y) {
        f.run(e.backend(), axis, rows(e), columns(e), x, z, p, q, y, false);
    }

    /// The same with a y that is laid out as tensors are, or added to y.
    final void mapOut(Tape.Entry e, LineMap f, float[] x, float[] z, float[] p, float[] q, float[] y, boolean add) {
        int m = rows(e);
        int n = columns(e);
        if (!Lines.transposes(e.backend(), axis, n)) {
            f.run(e.backend(), axis, m, n, x, z, p, q, y, add);
            return;
        }
        float[] t = matrix(e, INPUT);
        f.run(e.backend(), axis, m, n, x, z, p, q, t, false);
        float[] out = add ? matrix(e, OUTPUT) : y;
        Lines.out(e.backend(), axis, m, n, t, out);
        for (int i = 0; add && i < m * n; i++) {
            y[i] = Sums.canonical(y[i] + out[i]);
        }
    }

    /// The first element of each line.
    final void first(Tape.Entry e, float[] y) {
        float[] x = e.x(0).data();
        int step = axis == Axis.COLUMNS ? 1 : columns(e);
        for (int i = 0; i < lines(e); i++) {
            y[i] = x[i * step];
        }
    }

    /// The sums of squares about the mean of each line, in two passes: `d = x - first`, then `(d - mean of d)^2`.
    /// Leaves d, the squares, both laid out as the kernels want it, the means of d, and the sums.
    final void squares(Tape.Entry e, float[] d, float[] squares, float[] means, float[] sums) {
        float[] x = in(e, e.x(0).data());
        first(e, sums);
        Arrays.fill(means, 0);
        map(e, LESS, x, x, sums, means, d);
        sum(e, d, means);
        divide(means, means, lines(e), length(e));
        map(e, SQUARE, d, d, means, means, squares);
        sum(e, squares, sums);
    }

    /// `x / n` for each line, in double, rounded once: a float does not hold every n.
    static void divide(float[] x, float[] y, int lines, int n) {
        for (int i = 0; i < lines; i++) {
            y[i] = (float) ((double) x[i] / n);
        }
    }

    /// The kind of an operation that gives a number for each line.
    final Operation.Kind kind() {
        return axis == Axis.ALL && reduces ? Operation.Kind.REDUCTION : Operation.Kind.ROWS;
    }

    /// How far a sum over a line of this shape can be off; see [Lines#roundings].
    final double roundings(Shape shape) {
        return Lines.roundings(axis, axis.length(shape));
    }

    /// The formula of a reduction for each axis, `y[i] = … row i of x`, from `… %s`.
    static String formula(Axis axis, String words) {
        return axis.result() + " = " + words.formatted(axis.line());
    }

    /// The lines of x as arrays: for the exact meaning.
    final Real[][] lines(Shape shape, Real[] x) {
        Real[][] lines = new Real[axis.lines(shape)][axis.length(shape)];
        for (int i = 0; i < x.length; i++) {
            lines[line(shape, i)][place(shape, i)] = x[i];
        }
        return lines;
    }

    /// The way back from [#lines(Shape, Real\[\])].
    final Real[] joined(Shape shape, Real[][] lines) {
        Real[] x = new Real[shape.size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = lines[line(shape, i)][place(shape, i)];
        }
        return x;
    }

    /// The lines of x as arrays: for bounds.
    final double[][] lines(Shape shape, double[] x) {
        double[][] lines = new double[axis.lines(shape)][axis.length(shape)];
        for (int i = 0; i < x.length; i++) {
            lines[line(shape, i)][place(shape, i)] = x[i];
        }
        return lines;
    }

    /// The way back from [#lines(Shape, double\[\])].
    final double[] joined(Shape shape, double[][] lines) {
        double[] x = new double[shape.size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = lines[line(shape, i)][place(shape, i)];
        }
        return x;
    }

    // Which line element i belongs to, and where it stands in it.
    private int line(Shape shape, int i) {
        return axis == Axis.ALL ? 0 : axis == Axis.COLUMNS ? i % shape.extent(1) : i / shape.extent(1);
    }

    private int place(Shape shape, int i) {
        return axis == Axis.ALL ? i : axis == Axis.COLUMNS ? i / shape.extent(1) : i % shape.extent(1);
    }

    /// `y = p`: the number of its line, for each element.
    static final LineMap SPREAD = new LineMap() {
        @Override
        public float scalar(float x, float z, float p, float q) {
            return p;
        }

        @Override
        public Lanes lanes() {
            return new VectorSpread();
        }
    };

    /// `y = x * p * q`.
    static final LineMap SCALED = new LineMap() {
        @Override
        public float scalar(float x, float z, float p, float q) {
            return x * p * q;
        }

        @Override
        public Lanes lanes() {
            return new VectorScaled();
        }
    };

    /// `y = x * z`.
    static final LineMap PRODUCT = new LineMap() {
        @Override
        public float scalar(float x, float z, float p, float q) {
            return x * z;
        }

        @Override
        public Lanes lanes() {
            return new VectorProduct();
        }
    };

    /// `y = (x - p) - q`.
    static final LineMap LESS = new LineMap() {
        @Override
        public float scalar(float x, float z, float p, float q) {
            return x - p - q;
        }

        @Override
        public Lanes lanes() {
            return new VectorLess();
        }
    };

    /// `y = (x - p)^2`.
    static final LineMap SQUARE = new LineMap() {
        @Override
        public float scalar(float x, float z, float p, float q) {
            return (x - p) * (x - p);
        }

        @Override
        public Lanes lanes() {
            return new VectorSquare();
        }
    };

    /// `y = x * p`.
    static final LineMap TIMES = new LineMap() {
        @Override
        public float scalar(float x, float z, float p, float q) {
            return x * p;
        }

        @Override
        public Lanes lanes() {
            return new VectorTimes();
        }
    };

    /// `y = (x - p) * q`.
    static final LineMap CENTRED = new LineMap() {
        @Override
        public float scalar(float x, float z, float p, float q) {
            return (x - p) * q;
        }

        @Override
        public Lanes lanes() {
            return new VectorCentred();
        }
    };

    private static final class VectorSpread implements LineMap.Lanes {
        @Override
        public FloatVector vector(FloatVector x, FloatVector z, FloatVector p, FloatVector q) {
            return p;
        }
    }

    private static final class VectorScaled implements LineMap.Lanes {
        @Override
        public FloatVector vector(FloatVector x, FloatVector z, FloatVector p, FloatVector q) {
            return x.mul(p).mul(q);
        }
    }

    private static final class VectorProduct implements LineMap.Lanes {
        @Override
        public FloatVector vector(FloatVector x, FloatVector z, FloatVector p, FloatVector q) {
            return x.mul(z);
        }
    }

    private static final class VectorLess implements LineMap.Lanes {
        @Override
        public FloatVector vector(FloatVector x, FloatVector z, FloatVector p, FloatVector q) {
            return x.sub(p).sub(q);
        }
    }

    private static final class VectorSquare implements LineMap.Lanes {
        @Override
        public FloatVector vector(FloatVector x, FloatVector z, FloatVector p, FloatVector q) {
            FloatVector d = x.sub(p);
            return d.mul(d);
        }
    }

    private static final class VectorTimes implements LineMap.Lanes {
        @Override
        public FloatVector vector(FloatVector x, FloatVector z, FloatVector p, FloatVector q) {
            return x.mul(p);
        }
    }

    private static final class VectorCentred implements LineMap.Lanes {
        @Override
        public FloatVector vector(FloatVector x, FloatVector z, FloatVector p, FloatVector q) {
            return x.sub(p).mul(q);
        }
    }
}
