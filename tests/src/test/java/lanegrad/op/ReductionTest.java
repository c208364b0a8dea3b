package lanegrad.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import lanegrad.Backend;
import lanegrad.Op;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.testkit.Bits;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The values on which reductions, softmax and normalization are known to go wrong.
@Tag("width")
class ReductionTest {
    private static final float INF = Float.POSITIVE_INFINITY;
    private static final float NAN = Float.NaN;

    private record Result(float[] y, float[] dx) {
    }

    // One operation on one line, laid out in each way that a line can lie: all elements, a row among rows, a column
    // among columns. The cotangent is dy for each of its outputs.
    private static void eachWay(Backend backend, Op[] ops, float[] line, float[] y, float dy, float[] dx) {
        int n = line.length;
        String what = ops[0].name() + " of " + Arrays.toString(line) + " on " + backend;
        check(run(backend, ops[0], Tensor.of(line, n), dy), y, dx, what);
        for (int lines : new int[] {1, 3, 16, 19}) {
            float[] rows = new float[lines * n];
            float[] columns = new float[lines * n];
            for (int i = 0; i < lines; i++) {
                for (int k = 0; k < n; k++) {
                    rows[i * n + k] = line[k];
                    columns[k * lines + i] = line[k];
                }
            }
            Result byRows = run(backend, ops[1], Tensor.of(rows, lines, n), dy);
            Result byColumns = run(backend, ops[2], Tensor.of(columns, n, lines), dy);
            int outputs = y.length;
            for (int i = 0; i < lines; i++) {
                float[] yc = new float[outputs];
                float[] dxc = new float[n];
                for (int k = 0; k < outputs; k++) {
                    yc[k] = byColumns.y()[k * lines + i];
                }
                for (int k = 0; k < n; k++) {
                    dxc[k] = byColumns.dx()[k * lines + i];
                }
                check(new Result(Arrays.copyOfRange(byRows.y(), i * outputs, (i + 1) * outputs),
                        Arrays.copyOfRange(byRows.dx(), i * n, (i + 1) * n)), y, dx,
                        what + ", row " + i + " of " + lines);
                check(new Result(yc, dxc), y, dx, what + ", column " + i + " of " + lines);
            }
        }
    }

    private static void check(Result actual, float[] y, float[] dx, String what) {
        Bits.assertIdentical(y, actual.y(), what);
        if (dx != null) {
            for (int i = 0; i < dx.length; i++) {
                // The sign of a zero gradient means nothing.
                Bits.assertBits(dx[i] + 0f, actual.dx()[i] + 0f, what + ", gradient " + i);
            }
        }
    }

    private static Result run(Backend backend, Op op, Tensor x, float dy) {
        Tape tape = new Tape(backend, 1);
        Var v = tape.variable(x);
        Var y = tape.record(op, v);
        tape.backward(y, Tensor.zeros(y.shape()).fill(dy));
        return new Result(y.value().toArray(), v.gradient().toArray());
    }

    private static final Op[] SUM = {Sum.OP, Sum.ROWS, Sum.COLUMNS};
    private static final Op[] MEAN = {Mean.OP, Mean.ROWS, Mean.COLUMNS};
    private static final Op[] MAX = {Max.OP, Max.ROWS, Max.COLUMNS};
    private static final Op[] MIN = {Min.OP, Min.ROWS, Min.COLUMNS};
    private static final Op[] ARGMAX = {ArgMax.OP, ArgMax.ROWS, ArgMax.COLUMNS};
    private static final Op[] LOGSUMEXP = {LogSumExp.OP, LogSumExp.ROWS, LogSumExp.COLUMNS};
    private static final Op[] SOFTMAX = {Softmax.OP, Softmax.ROWS, Softmax.COLUMNS};
    private static final Op[] LOG_SOFTMAX = {LogSoftmax.OP, LogSoftmax.ROWS, LogSoftmax.COLUMNS};
    private static final Op[] VARIANCE = {Variance.OP, Variance.ROWS, Variance.COLUMNS};
    private static final Op[] NORM = {Norm.OP, Norm.ROWS, Norm.COLUMNS};

    private static float[] of(float... x) {
        return x;
    }

    private static float[] times(int n, float x) {
        float[] all = new float[n];
        Arrays.fill(all, x);
        return all;
    }

    @ParameterizedTest
    @EnumSource
    void tiesShareTheGradient(Backend backend) {
        eachWay(backend, MAX, of(1, 3, 2, 3, 3, 3), of(3), 2, of(0, 0.5f, 0, 0.5f, 0.5f, 0.5f));
        eachWay(backend, MIN, of(1, 3, 2, 1), of(1), 1, of(0.5f, 0, 0, 0.5f));
        eachWay(backend, MAX, of(5), of(5), 3, of(3));
        eachWay(backend, MAX, times(100, -1), of(-1), 50, times(100, 0.5f));
        eachWay(backend, MIN, times(100, INF), of(INF), 50, times(100, 0.5f));
        eachWay(backend, MAX, of(-INF, -INF), of(-INF), 1, of(0.5f, 0.5f));
        eachWay(backend, MAX, of(-0f, 0, -1), of(0), 1, of(0.5f, 0.5f, 0));
        eachWay(backend, MIN, of(0, -0f, 1), of(-0f), 1, of(0.5f, 0.5f, 0));
        eachWay(backend, MAX, of(1, NAN, 2), of(NAN), 1, of(NAN, NAN, NAN));
        eachWay(backend, MIN, of(1, 2, NAN), of(NAN), 1, of(NAN, NAN, NAN));
        eachWay(backend, MAX, of(1, 2, 2), of(2), NAN, of(0, NAN, NAN));
        eachWay(backend, MAX, of(1, 2, 2), of(2), 0, of(0, 0, 0));
    }

    @ParameterizedTest
    @EnumSource
    void argmaxTakesTheFirst(Backend backend) {
        eachWay(backend, ARGMAX, of(1, 3, 2, 3), of(1), 7, of(0, 0, 0, 0));
        eachWay(backend, ARGMAX, of(-INF, -INF), of(0), 7, of(0, 0));
        eachWay(backend, ARGMAX, of(-0f, 0), of(0), 7, of(0, 0));
        eachWay(backend, ARGMAX, of(2, NAN, 3), of(NAN), 7, of(0, 0, 0));
        float[] last = times(131, 1);
        last[130] = 2;
        eachWay(backend, ARGMAX, last, of(130), 7, times(131, 0));
    }

    @ParameterizedTest
    @EnumSource
    void softmaxOfExtremes(Backend backend) {
        eachWay(backend, SOFTMAX, of(0, -INF), of(1, 0), 1, of(0, 0));
        eachWay(backend, SOFTMAX, of(-INF, -INF, -INF), of(NAN, NAN, NAN), 1, of(NAN, NAN, NAN));
        eachWay(backend, SOFTMAX, of(0, INF), of(NAN, NAN), 1, null);
        eachWay(backend, SOFTMAX, of(0, NAN, 1), of(NAN, NAN, NAN), 1, of(NAN, NAN, NAN));
        eachWay(backend, SOFTMAX, of(5), of(1), 1, of(0));
        eachWay(backend, SOFTMAX, of(0, 200), of(0, 1), 1, of(0, 0));
        eachWay(backend, SOFTMAX, times(128, 3e38f), times(128, 1f / 128), 1, times(128, 0));
        eachWay(backend, SOFTMAX, of(0, 1), of(0x1.136562p-2f, 0x1.764d5p-1f), 0, of(0, 0));
    }

    @ParameterizedTest
    @EnumSource
    void aShiftChangesNoBit(Backend backend) {
        for (int n : new int[] {4, 80}) {
            float[] x = new float[n];
            float[] shifted = new float[n];
            for (int i = 0; i < n; i++) {
                x[i] = i % 4;
                shifted[i] = 10000 + i % 4;
            }
            for (Op[] ops : new Op[][] {SOFTMAX, LOG_SOFTMAX}) {
                for (int k = 0; k < 3; k++) {
                    int rows = k == 1 ? 1 : n;
                    Result a = run(backend, ops[k], Tensor.of(x, rows, n / rows), 0.7f);
                    Result b = run(backend, ops[k], Tensor.of(shifted, rows, n / rows), 0.7f);
                    Bits.assertIdentical(a.y(), b.y(), ops[k].name() + " shifted on " + backend);
                    Bits.assertIdentical(a.dx(), b.dx(), ops[k].name() + " shifted on " + backend + ", gradient");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void logSoftmaxOfExtremes(Backend backend) {
        eachWay(backend, LOG_SOFTMAX, of(0, -200), of(0, -200), 1, of(-1, 1));
        eachWay(backend, LOG_SOFTMAX, of(0, -INF), of(0, -INF), 1, of(-1, 1));
        eachWay(backend, LOG_SOFTMAX, of(-INF, -INF), of(NAN, NAN), 1, of(NAN, NAN));
        eachWay(backend, LOG_SOFTMAX, of(1, NAN), of(NAN, NAN), 1, of(NAN, NAN));
        eachWay(backend, LOG_SOFTMAX, of(7), of(0), 1, of(0));
    }

    @ParameterizedTest
    @EnumSource
    void logSumExpOfExtremes(Backend backend) {
        eachWay(backend, LOGSUMEXP, of(-INF, -INF), of(-INF), 1, of(NAN, NAN));
        eachWay(backend, LOGSUMEXP, of(0, INF), of(INF), 1, null);
        eachWay(backend, LOGSUMEXP, of(NAN, INF), of(NAN), 1, of(NAN, NAN));
        eachWay(backend, LOGSUMEXP, of(0, INF, NAN), of(NAN), 1, of(NAN, NAN, NAN));
        eachWay(backend, LOGSUMEXP, of(1000, -1000), of(1000), 1, of(1, 0));
        eachWay(backend, LOGSUMEXP, of(-1000, -1000), of(-1000 + 0x1.62e43p-1f), 1, of(0.5f, 0.5f));
        eachWay(backend, LOGSUMEXP, of(0, -INF), of(0), 1, of(1, 0));
        eachWay(backend, LOGSUMEXP, of(3, 3), of(3 + 0x1.62e43p-1f), NAN, of(NAN, NAN));
    }

    @ParameterizedTest
    @EnumSource
    void normsOfExtremes(Backend backend) {
        eachWay(backend, NORM, of(0, 0, 0), of(0), 5, of(0, 0, 0));
        eachWay(backend, NORM, times(70, -0f), of(0), 5, times(70, 0));
        eachWay(backend, NORM, of(1e-30f, 1e-30f), of(1.41421356e-30f), 1, of(0x1.6a09e6p-1f, 0x1.6a09e6p-1f));
        eachWay(backend, NORM, of(1e30f, 1e30f), of(1.41421351e30f), 1, of(0x1.6a09e8p-1f, 0x1.6a09e8p-1f));
        eachWay(backend, NORM, of(-0x1p100f, 1e-30f), of(0x1p100f), 1, of(-1, 0));
        eachWay(backend, NORM, of(3, 4), of(5), 5, of(3, 4));
        eachWay(backend, NORM, of(-0x1p-149f, 0), of(0x1p-149f), 1, of(-1, 0));
        eachWay(backend, NORM, of(0x3p-149f, 0x4p-149f), of(0x5p-149f), 5, of(3, 4));
        eachWay(backend, NORM, of(Float.MAX_VALUE, 0), of(Float.MAX_VALUE), 1, of(1, 0));
        eachWay(backend, NORM, of(-Float.MAX_VALUE, -Float.MAX_VALUE), of(INF), 1,
                of(-0x1.6a09e6p-1f, -0x1.6a09e6p-1f));
        eachWay(backend, NORM, of(1, -INF), of(INF), 1, of(0, NAN));
        eachWay(backend, NORM, of(1, NAN), of(NAN), 1, of(NAN, NAN));
        eachWay(backend, NORM, of(INF, NAN), of(NAN), 1, of(NAN, NAN));
        eachWay(backend, NORM, of(0, 0), of(0), NAN, of(NAN, NAN));
        eachWay(backend, NORM, times(100, 2), of(20), 1, times(100, 0.1f));
    }

    @ParameterizedTest
    @EnumSource
    void variances(Backend backend) {
        eachWay(backend, VARIANCE, of(40000, 40001, 40002, 40003), of(1.25f), 1, of(-0.75f, -0.25f, 0.25f, 0.75f));
        eachWay(backend, VARIANCE, of(16777215, 16777216, 16777215, 16777216), of(0.25f), 2,
                of(-0.5f, 0.5f, -0.5f, 0.5f));
        for (int n : new int[] {1, 3, 10, 64, 65, 100, 2100}) {
            eachWay(backend, VARIANCE, times(n, 0.1f), of(0), 1, times(n, 0));
        }
        eachWay(backend, VARIANCE, of(1, INF), of(NAN), 1, null);
        eachWay(backend, VARIANCE, of(INF, INF), of(NAN), 1, of(NAN, NAN));
        eachWay(backend, VARIANCE, of(1, NAN, 1), of(NAN), 1, of(NAN, NAN, NAN));
    }

    @ParameterizedTest
    @EnumSource
    void infinitiesInSums(Backend backend) {
        eachWay(backend, SUM, of(INF, 1), of(INF), 1, of(1, 1));
        eachWay(backend, SUM, of(INF, -INF), of(NAN), 1, of(1, 1));
        eachWay(backend, MEAN, of(1, NAN), of(NAN), 3, of(1.5f, 1.5f));
        eachWay(backend, SUM, times(70, -0f), of(0), NAN, times(70, NAN));
        eachWay(backend, SUM, of(-0f), of(0), 1, of(1));
    }

    /// A float holds 2^24 + 1 as 2^24, and 1 / 2^24 is the float above what is right.
    @Test
    void meansDivideByTheirNumberAsItIs() {
        int n = (1 << 24) + 1;
        float[] y = new float[1];
        LineOp.divide(of(1), y, 1, n);
        Bits.assertBits(Math.nextDown(0x1p-24f), y[0], "the mean of a line");
        Bits.assertBits(Math.nextDown(0x1p-24f), Reduction.MEAN.of(1f, n), "the mean of a loss");
        Bits.assertBits(Math.nextDown(0x1p-24f), Reduction.MEAN.share(1, n), "the gradient of the mean of a loss");
    }

    @ParameterizedTest
    @EnumSource
    void nothing(Backend backend) {
        for (Op op : new Op[] {Sum.OP, Norm.OP}) {
            Bits.assertIdentical(of(0), run(backend, op, Tensor.zeros(0), 1).y(), op.name());
            Bits.assertIdentical(of(0), run(backend, op, Tensor.zeros(3, 0), 1).y(), op.name());
        }
        Bits.assertIdentical(of(-INF), run(backend, LogSumExp.OP, Tensor.zeros(0), 1).y(), "logsumexp");
        Bits.assertIdentical(times(3, 0), run(backend, Sum.ROWS, Tensor.zeros(3, 0), 1).y(), "rows of nothing");
        Bits.assertIdentical(times(3, 0), run(backend, Sum.COLUMNS, Tensor.zeros(0, 3), 1).y(), "columns of nothing");
        Bits.assertIdentical(times(3, 0), run(backend, Norm.ROWS, Tensor.zeros(3, 0), 1).y(), "norms of nothing");
        Bits.assertIdentical(times(3, -INF), run(backend, LogSumExp.COLUMNS, Tensor.zeros(0, 3), 1).y(), "logsumexp");
        for (Op[] ops : new Op[][] {SUM, MEAN, MAX, MIN, ARGMAX, LOGSUMEXP, VARIANCE, NORM, SOFTMAX, LOG_SOFTMAX}) {
            // No line at all gives no number at all.
            assertEquals(0, run(backend, ops[1], Tensor.zeros(0, 5), 1).y().length, ops[1].name());
            assertEquals(0, run(backend, ops[2], Tensor.zeros(5, 0), 1).y().length, ops[2].name());
        }
        for (Op[] ops : new Op[][] {SOFTMAX, LOG_SOFTMAX}) {
            assertEquals(0, run(backend, ops[0], Tensor.zeros(0), 1).y().length);
            assertEquals(0, run(backend, ops[1], Tensor.zeros(4, 0), 1).y().length);
        }
        for (Op[] ops : new Op[][] {MEAN, MAX, MIN, ARGMAX, VARIANCE}) {
            refused(() -> run(backend, ops[0], Tensor.zeros(0), 1), ops[0].name(), "[0]", "no elements");
            refused(() -> run(backend, ops[1], Tensor.zeros(3, 0), 1), ops[1].name(), "[3, 0]", "no elements");
            refused(() -> run(backend, ops[2], Tensor.zeros(0, 3), 1), ops[2].name(), "[0, 3]", "no elements");
        }
        for (Op op : new Op[] {Sum.ROWS, Softmax.COLUMNS, ArgMax.ROWS}) {
            refused(() -> run(backend, op, Tensor.zeros(7), 1), op.name(), "[7]", "matrix", "[1, 7]");
            refused(() -> run(backend, op, Tensor.zeros(2, 3, 4), 1), op.name(), "[2, 3, 4]", "matrix");
        }
    }

    /// No examples at all: gradients of the parameters are zeros.
    @ParameterizedTest
    @EnumSource
    void layerNormOfNothing(Backend backend) {
        for (int n : new int[] {5, 70}) {
            Tape tape = new Tape(backend, 1);
            Var x = tape.variable(Tensor.zeros(0, n));
            Var gain = tape.variable(Tensor.zeros(n).fill(1));
            Var offset = tape.variable(Tensor.zeros(n));
            Var y = LayerNorm.of(x, gain, offset);
            tape.backward(y, Tensor.zeros(0, n));
            assertEquals(0, x.gradient().size());
            Bits.assertIdentical(new float[n], gain.gradient().toArray(), "gain");
            Bits.assertIdentical(new float[n], offset.gradient().toArray(), "offset");
        }
    }

    private static void refused(Runnable call, String... words) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
        for (String word : words) {
            assertTrue(e.getMessage().contains(word), () -> "'" + word + "' is missing in: " + e.getMessage());
        }
    }

    private static float[] layerNorm(Backend backend, LayerNorm op, float[] x, int m, float gain, float offset) {
        int n = x.length / m;
        Tape tape = new Tape(backend, 1);
        return op.apply(tape.constant(Tensor.of(x, m, n)), tape.constant(Tensor.zeros(n).fill(gain)),
                tape.constant(Tensor.zeros(n).fill(offset))).value().toArray();
    }

    @ParameterizedTest
    @EnumSource
    void layerNormOfLargeNeighbours(Backend backend) {
        Bits.assertIdentical(of(-1.34163547f, -0.447211802f, 0.447211802f, 1.34163547f),
                layerNorm(backend, LayerNorm.OP, of(40000, 40001, 40002, 40003), 1, 1, 0), "layer norm on " + backend);
        float[] twice = layerNorm(backend, LayerNorm.OP, of(40000, 40001, 40002, 40003, 0, 1, 2, 3), 2, 1, 0);
        Bits.assertIdentical(Arrays.copyOf(twice, 4), Arrays.copyOfRange(twice, 4, 8), "less 40000 on " + backend);
    }

    @ParameterizedTest
    @EnumSource
    void layerNormOfEqualNumbers(Backend backend) {
        for (int n : new int[] {1, 3, 10, 64, 65, 100, 768}) {
            for (float v : new float[] {0, 0.1f, -1e-20f, 3e30f}) {
                Bits.assertIdentical(times(2 * n, 0.7f), layerNorm(backend, LayerNorm.OP, times(2 * n, v), 2, 3, 0.7f),
                        n + " times " + v + " on " + backend);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void layerNormWithAnotherEps(Backend backend) {
        LayerNorm three = new LayerNorm(3);
        assertEquals(3, three.eps());
        Bits.assertIdentical(of(-0.5f, 0.5f), layerNorm(backend, three, of(-1, 1), 1, 1, 0), "variance 1, eps 3");
        LayerNorm none = new LayerNorm(0);
        Bits.assertIdentical(of(-1, 1), layerNorm(backend, none, of(-1, 1), 1, 1, 0), "variance 1, eps 0");
        Bits.assertIdentical(of(NAN, NAN), layerNorm(backend, none, of(2, 2), 1, 1, 0), "equal numbers, eps 0");
    }

    @ParameterizedTest
    @EnumSource
    void layerNormKeepsANaNToItsRow(Backend backend) {
        for (int n : new int[] {5, 70}) {
            float[] x = new float[3 * n];
            for (int i = 0; i < x.length; i++) {
                x[i] = i * i % 17;
            }
            x[n + 2] = NAN;
            float[] y = layerNorm(backend, LayerNorm.OP, x, 3, 1, 0);
            for (int i = 0; i < y.length; i++) {
                assertEquals(i / n == 1, y[i] != y[i], "element " + i);
            }
        }
        refused(() -> new LayerNorm(-1), "eps", "-1");
        refused(() -> layerNorm(backend, LayerNorm.OP, new float[0], 3, 1, 0), "[3, 0]", "[0]");
    }

    /// Gain and offset may be one parameter: both contributions arrive.
    @ParameterizedTest
    @EnumSource
    void oneParameterInTwoRoles(Backend backend) {
        Tensor x = Tensor.of(of(1, 2, 4, 3, 1, 1), 2, 3);
        float[][] gradients = new float[3][];
        for (int k = 0; k < 3; k++) {
            Tape tape = new Tape(backend, 1);
            Var gain = tape.variable(Tensor.of(of(1, 2, 3), 3));
            Var offset = tape.variable(Tensor.of(of(1, 2, 3), 3));
            Var y = LayerNorm.of(tape.constant(x), k == 1 ? offset : gain, k == 0 ? gain : offset);
            tape.backward(y, Tensor.of(of(1, -2, 3, 0.5f, 1, 2), 2, 3));
            gradients[k] = (k == 0 ? gain : k == 1 ? offset : gain).gradient().toArray();
            if (k == 2) {
                for (int j = 0; j < 3; j++) {
                    Bits.assertBits(gain.gradient().get(j) + offset.gradient().get(j), gradients[0][j],
                            "gradient " + j);
                    Bits.assertBits(gradients[0][j], gradients[1][j], "gradient " + j);
                }
            }
        }
    }
}
