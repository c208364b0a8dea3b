package lanegrad.op;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.kernel.Axis;
import lanegrad.kernel.Columns;
import lanegrad.kernel.LineMap;
import lanegrad.kernel.Lines;

/// Each row of X brought to mean 0 and variance 1, then scaled and moved column by column: `Y = g * (X - mean) /
/// sqrt(variance + eps) + b`, with X and Y m x n, gain g and offset b of n.
///
/// **Method.** Mean and variance as in [Variance]: two passes, never the mean of squares less the square of the mean.
/// A row of equal numbers gives exactly b. Call the normalized row h; forward leaves it in scratch.
///
/// **Derivative.** With c = g dY: `dX = (c - mean of c - h * mean of c h) / sqrt(variance + eps), dg = column sums of
/// dY h, db = column sums of dY`.
///
/// **Domain.** Finite floats; n at least 1.
///
/// **Special values.** A row of equal numbers gives b; NaN or an infinity makes its row NaN. [40000, 40001, 40002,
/// 40003] gives -1.34163547, -0.447211802 and their mirror.
///
/// **Error.** That of h, from the errors of [Variance] in mean and variance, times |g|; then 2^-24 |y|. In short:
/// `|g| 2^-24 times some roundings of d / deviation`, with d = x - first of its row.
///
/// **Cost.** Eight operations an element in six passes; backward twelve in nine.
///
/// **Source.** J. Ba, J. Kiros, G. Hinton, *Layer Normalization*, arXiv:1607.06450.
public final class LayerNorm extends LineOp {
    /// With eps 1e-5.
    public static final LayerNorm OP = new LayerNorm(1e-5f);
    static final Operation OPERATION = new Operation(OP, Operation.Kind.ROWS,
            """
            formula: Y = g * (X - mean) / sqrt(variance + eps) + b
            derivative: dX = (c - mean of c - h * mean of c h) / sqrt(variance + eps), dg = column sums of dY h, db =
              column sums of dY
            domain: finite floats; n at least 1
            special: a row of equal numbers gives b; NaN or an infinity makes its row NaN
            cost: eight operations an element in six passes; backward twelve in nine
            """,
            new Operation.Bound("|g| 2^-24 times some roundings of d / deviation",
                    (attribute, shapes, x, y) -> OP.limit(shapes[0], x, y)),
            List.of(of(7, 5), of(19, 3), of(2, 67)));

    private static final int NORMALIZED = OWN;
    private static final int SQUARES = OWN + 1;
    private static final int MEANS = OWN + 2;
    private static final int SCALES = OWN + 3;
    private static final int PLAIN = OWN + 4;
    private static final int PRODUCTS = OWN + 5;
    private static final int SUMS = OWN + 6;

    // x * p + q, rounded once.
    private static final LineMap AFFINE = new LineMap() {
        @Override
        public float scalar(float x, float z, float p, float q) {
            return Math.fma(x, p, q);
        }

        @Override
        public Lanes lanes() {
            return new VectorAffine();
        }
    };
    // c - mean - h * other.
    private static final LineMap SLOPE = new LineMap() {
        @Override
        public float scalar(float x, float z, float p, float q) {
            return x - p - z * q;
        }

        @Override
        public Lanes lanes() {
            return new VectorSlope();
        }
    };

    private final float eps;

    /// With this eps under the root; with 0, a row of equal numbers gives NaN. Keep it: a tape reuses the buffers of an
    /// operation that it meets again.
    ///
    /// @throws IllegalArgumentException when eps is negative, or not finite
    public LayerNorm(float eps) {
        super("layer-norm", Axis.ROWS, false, false);
        if (!(eps >= 0 && eps < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("layer-norm: eps is " + eps + "; give a small number from 0 on, 1e-5f "
                    + "for instance");
        }
        this.eps = eps;
    }

    /// The normalized rows of `x` with eps 1e-5.
    ///
    /// @throws IllegalArgumentException when the shapes do not fit
    public static Var of(Var x, Var gain, Var offset) {
        return OP.apply(x, gain, offset);
    }

    /// The normalized rows of `x`.
    ///
    /// @throws IllegalArgumentException when the shapes do not fit
    public Var apply(Var x, Var gain, Var offset) {
        return (x.tape() == null ? Tape.of(gain, offset) : x.tape()).record(this, x, gain, offset);
    }

    /// What is added to the variance.
    public float eps() {
        return eps;
    }

    private static Operation.Case of(int m, int n) {
        return Operation.Case.of(Operation.Range.of(-4, 4, m, n), Operation.Range.of(0.5f, 2, n),
                Operation.Range.of(-1, 1, n));
    }

    @Override
    public int arity() {
        return 3;
    }

    @Override
    public Shape shape(Object attribute, Shape... inputs) {
        Shape x = inputs[0];
        if (x.rank() != 2 || x.extent(1) == 0 || !inputs[1].equals(Shape.of(x.extent(1)))
                || !inputs[2].equals(inputs[1])) {
            throw new IllegalArgumentException("layer-norm: the input x has shape " + x + ", the gain " + inputs[1]
                    + ", the offset " + inputs[2] + "; x must be [examples, features] with features at least 1, gain "
                    + "and offset [features]" + (x.rank() == 1
                            ? ". Give a single example the shape [1, " + x.size() + "]" : ""));
        }
        return x;
    }

    @Override
    public void forward(Tape.Entry e) {
        int m = rows(e);
        int n = columns(e);
        float[] h = matrix(e, NORMALIZED);
        float[] means = numbers(e, MEANS);
        float[] scales = numbers(e, SCALES);
        float[] plain = plain(e);
        squares(e, h, matrix(e, SQUARES), means, scales);
        for (int i = 0; i < m; i++) {
            scales[i] = (float) (1 / Math.sqrt((double) scales[i] / n + eps));
        }
        map(e, CENTRED, h, h, means, scales, h);
        Lines.out(e.backend(), axis, m, n, h, plain);
        AFFINE.run(e.backend(), Axis.COLUMNS, m, n, plain, plain, e.x(1).data(), e.x(2).data(), e.y().data(), false);
    }

    // h as tensors are laid out.
    private float[] plain(Tape.Entry e) {
        return Lines.transposes(e.backend(), axis, columns(e)) ? e.scratch(PLAIN, e.x(0).size() + Tensor.PADDING)
                : matrix(e, NORMALIZED);
    }

    @Override
    public void backward(Tape.Entry e) {
        int m = rows(e);
        int n = columns(e);
        float[] dy = e.dy().data();
        float[] products = matrix(e, PRODUCTS);
        if (e.wants(0)) {
            float[] h = matrix(e, NORMALIZED);
            float[] means = numbers(e, MEANS);
            float[] sums = numbers(e, SUMS);
            float[] squares = matrix(e, SQUARES);
            float[] scales = numbers(e, SCALES);
            float[] gain = e.x(1).data();
            TIMES.run(e.backend(), Axis.COLUMNS, m, n, dy, dy, gain, gain, products, false);
            float[] c = in(e, products);
            sum(e, c, means);
            divide(means, means, m, n);
            map(e, PRODUCT, c, h, means, means, squares);
            sum(e, squares, sums);
            divide(sums, sums, m, n);
            map(e, SLOPE, c, h, means, sums, squares);
            mapOut(e, TIMES, squares, squares, scales, scales, e.dx(0).data(), e.adds(0));
        }
        if (e.wants(1)) {
            float[] plain = plain(e);
            PRODUCT.run(e.backend(), Axis.COLUMNS, m, n, dy, plain, dy, dy, products, false);
            Columns.sum(e.backend(), products, m, n, e.dx(1).data(), e.adds(1));
        }
        if (e.wants(2)) {
            Columns.sum(e.backend(), dy, m, n, e.dx(2).data(), e.adds(2));
        }
    }

    @Override
    public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        Real[][] lines = lines(shapes[0], x[0]);
        for (Real[] line : lines) {
            Real deviation = Variance.variance(line).plus(eps).sqrt();
            Real mean = Real.sum(line).over(line.length);
            for (int j = 0; j < line.length; j++) {
                line[j] = x[1][j].times(line[j].minus(mean).over(deviation)).plus(x[2][j]);
            }
        }
        return joined(shapes[0], lines);
    }

    private double[] limit(Shape shape, double[][] x, double[] y) {
        double[][] lines = lines(shape, x[0]);
        double[][] results = lines(shape, y);
        double roundings = roundings(shape);
        for (int i = 0; i < lines.length; i++) {
            double[] line = lines[i].clone();
            double variance = Variance.variance(line);
            double deviation = Math.sqrt(variance + eps);
            double relative = Variance.error(roundings, line, variance) / (variance + eps) / 2 + 4 * 0x1p-24;
            double mean = 0;
            double size = 0;
            for (double v : line) {
                mean += v / line.length;
                size += Math.abs(v - line[0]) / line.length;
            }
            double ofMean = (roundings + 2) * 0x1p-24 * size;
            for (int j = 0; j < line.length; j++) {
                double d = Math.abs(line[j] - mean);
                double ofD = 0x1p-24 * (Math.abs(line[j] - line[0]) + d) + ofMean;
                lines[i][j] = Math.abs(x[1][j]) / deviation * (ofD + d * relative) + 0x1p-24 * Math.abs(results[i][j]);
            }
        }
        return joined(shape, lines);
    }

    private static final class VectorAffine implements LineMap.Lanes {
        @Override
        public FloatVector vector(FloatVector x, FloatVector z, FloatVector p, FloatVector q) {
            return x.fma(p, q);
        }
    }

    private static final class VectorSlope implements LineMap.Lanes {
        @Override
        public FloatVector vector(FloatVector x, FloatVector z, FloatVector p, FloatVector q) {
            return x.sub(p).sub(z.mul(q));
        }
    }
}
