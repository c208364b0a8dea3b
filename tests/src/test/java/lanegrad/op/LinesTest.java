package lanegrad.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import lanegrad.Backend;
import lanegrad.Op;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.kernel.Columns;
import lanegrad.kernel.Lines;
import lanegrad.testkit.Bits;
import lanegrad.testkit.Floats.Filling;
import lanegrad.testkit.Floats.Regime;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The sums of rows and columns: their order, written from the documentation, and what it is for.
@Tag("width")
class LinesTest {
    private static final int[] COUNTS = {0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 31, 32, 33, 35, 63, 64, 65, 66, 100,
        127, 128, 129};

    // In four chains, as Columns and short rows are.
    private static float inChains(float[] x) {
        float[] s = new float[4];
        for (int i = 0; i < x.length; i++) {
            s[i % 4] += x[i];
        }
        return canonical((s[0] + s[1]) + (s[2] + s[3]));
    }

    // A row as Lines words it.
    static float row(float[] x) {
        return x.length <= 64 ? inChains(x) : SumsTest.inDocumentedOrder(x);
    }

    // A column as Columns words it.
    static float column(float[] x) {
        return x.length <= 8192 ? inChains(x) : inBlocks(x);
    }

    private static float inBlocks(float[] x) {
        if (x.length <= 8) {
            return inChains(x);
        }
        int cut = 8;
        while (2 * cut < x.length) {
            cut *= 2;
        }
        return canonical(inBlocks(Arrays.copyOf(x, cut)) + inBlocks(Arrays.copyOfRange(x, cut, x.length)));
    }

    private static float canonical(float x) {
        return x != x ? Float.NaN : x;
    }

    private static float[] run(Backend backend, Op op, float[] x, int m, int n) {
        Tape tape = new Tape(backend, 1);
        return tape.record(op, tape.constant(Tensor.of(x, m, n))).value().toArray();
    }

    private static float[] line(float[] x, int m, int n, int row, int column) {
        float[] line = new float[row >= 0 ? n : m];
        for (int k = 0; k < line.length; k++) {
            line[k] = row >= 0 ? x[row * n + k] : x[k * n + column];
        }
        return line;
    }

    @ParameterizedTest
    @EnumSource
    void theDocumentedOrder(Backend backend) {
        assertEquals(64, Lines.SHORT);
        for (int m : COUNTS) {
            for (int n : COUNTS) {
                Filling filling = new Filling(1000L * m + n, n % 2 == 0 ? Regime.SUMMABLE : List.of(Regime.values()));
                float[] x = filling.floats(m * n);
                float[] rows = new float[m];
                float[] columns = new float[n];
                for (int i = 0; i < m; i++) {
                    rows[i] = row(line(x, m, n, i, -1));
                }
                for (int j = 0; j < n; j++) {
                    columns[j] = column(line(x, m, n, -1, j));
                }
                String what = m + " x " + n + " on " + backend + ", " + filling;
                Bits.assertIdentical(rows, run(backend, Sum.ROWS, x, m, n), "rows of " + what);
                Bits.assertIdentical(columns, run(backend, Sum.COLUMNS, x, m, n), "columns of " + what);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyRows(Backend backend) {
        assertEquals(8192, Columns.MANY);
        for (int m : new int[] {8191, 8192, 8193, 8200, 8201, 12345, 16384, 16392, 20001}) {
            for (int n : new int[] {1, 3, 17}) {
                float[] x = new Filling(m + n, Regime.SUMMABLE).floats(m * n);
                float[] columns = new float[n];
                for (int j = 0; j < n; j++) {
                    columns[j] = column(line(x, m, n, -1, j));
                }
                Bits.assertIdentical(columns, run(backend, Sum.COLUMNS, x, m, n), m + " x " + n + " on " + backend);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyOnes(Backend backend) {
        Tensor one = Tensor.zeros(1 << 25, 1).fill(1);
        Tape tape = new Tape(backend, 1);
        assertEquals(33554432f, Sum.ofColumns(tape.constant(one)).value().item());
        assertEquals(1f, Mean.ofColumns(tape.constant(one)).value().item());
        Tensor row = Tensor.wrap(one.data(), 1, 1 << 25);
        assertEquals(33554432f, Sum.ofRows(tape.constant(row)).value().item());
        assertEquals(1f, Mean.ofRows(tape.constant(row)).value().item());
        Tensor many = Tensor.wrap(one.data(), 1 << 24, 2);
        assertEquals(16777216f, Sum.ofColumns(tape.constant(many)).value().get(1));
    }

    @ParameterizedTest
    @EnumSource
    void manyTenths(Backend backend) {
        Tensor column = Tensor.zeros(1_392_640, 1).fill(0.1f);
        Tape tape = new Tape(backend, 1);
        assertEquals(139264.0f, Sum.ofColumns(tape.constant(column)).value().item());
        assertEquals(0.1f, Mean.ofColumns(tape.constant(column)).value().item());
        Tensor row = Tensor.wrap(column.data(), 1, 1_392_640);
        assertEquals(139264.0f, Sum.ofRows(tape.constant(row)).value().item());
        assertEquals(0.1f, Mean.ofRows(tape.constant(row)).value().item());
    }

    /// Maxima and minima are those of `Math.max` and `Math.min`, of any floats, and so is the sign of a zero.
    @ParameterizedTest
    @EnumSource
    void extremesOfAnything(Backend backend) {
        for (int m : COUNTS) {
            for (int n : COUNTS) {
                if (m == 0 || n == 0) {
                    continue;
                }
                List<Regime> regimes = (m + n) % 3 == 0 ? List.of(Regime.values()) : (m + n) % 3 == 1
                        ? List.of(Regime.ZERO) : List.of(Regime.TIES, Regime.INFINITE, Regime.SUBNORMAL);
                float[] x = new Filling(m * 31L + n, regimes).floats(m * n);
                float[][] expected = {new float[m], new float[n], new float[m], new float[n], new float[m],
                    new float[n]};
                for (int i = 0; i < m; i++) {
                    fill(expected, 0, i, line(x, m, n, i, -1));
                }
                for (int j = 0; j < n; j++) {
                    fill(expected, 1, j, line(x, m, n, -1, j));
                }
                Op[] ops = {Max.ROWS, Max.COLUMNS, Min.ROWS, Min.COLUMNS, ArgMax.ROWS, ArgMax.COLUMNS};
                for (int k = 0; k < ops.length; k++) {
                    Bits.assertIdentical(expected[k], run(backend, ops[k], x, m, n), ops[k].name() + " of " + m + " x "
                            + n + " on " + backend);
                }
                float[][] all = new float[6][1];
                fill(all, 0, 0, x);
                Bits.assertIdentical(all[0], run(backend, Max.OP, x, m, n), "max of " + m * n + " on " + backend);
                Bits.assertIdentical(all[2], run(backend, Min.OP, x, m, n), "min of " + m * n + " on " + backend);
                Bits.assertIdentical(all[4], run(backend, ArgMax.OP, x, m, n), "argmax of " + m * n + " on " + backend);
            }
        }
    }

    private static void fill(float[][] expected, int axis, int at, float[] line) {
        float max = line[0];
        float min = line[0];
        float place = 0;
        for (int k = 0; k < line.length; k++) {
            max = Math.max(max, line[k]);
            min = Math.min(min, line[k]);
            place = line[k] > line[(int) place] ? k : place;
        }
        expected[axis][at] = canonical(max);
        expected[2 + axis][at] = canonical(min);
        expected[4 + axis][at] = max != max ? Float.NaN : place;
    }

    /// Rows of a matrix do not meet: each gives the bits, forward and backward, that it gives alone.
    @ParameterizedTest
    @EnumSource
    void rowsDoNotMeet(Backend backend) {
        for (Op op : new Op[] {Sum.ROWS, Mean.ROWS, Max.ROWS, Min.ROWS, LogSumExp.ROWS, Softmax.ROWS,
            LogSoftmax.ROWS, Variance.ROWS, Norm.ROWS}) {
            for (int n : new int[] {1, 2, 10, 64, 65, 100}) {
                int m = 37;
                float[] x = new Filling(n, List.of(Regime.TIES, Regime.ORDINARY)).floats(m * n);
                float[][] whole = both(backend, op, x, m, n, 0);
                for (int i = 0; i < m; i++) {
                    float[][] alone = both(backend, op, line(x, m, n, i, -1), 1, n, i);
                    for (int k = 0; k < 2; k++) {
                        int length = alone[k].length;
                        Bits.assertIdentical(alone[k], Arrays.copyOfRange(whole[k], i * length, (i + 1) * length),
                                op.name() + " of " + m + " x " + n + " on " + backend + ", row " + i
                                        + (k == 0 ? "" : ", gradient"));
                    }
                }
            }
        }
    }

    // Output and gradient; the cotangents of row `first` and on.
    private static float[][] both(Backend backend, Op op, float[] x, int m, int n, int first) {
        Tape tape = new Tape(backend, 1);
        Var v = tape.variable(Tensor.of(x, m, n));
        Var y = tape.record(op, v);
        Tensor dy = Tensor.zeros(y.shape());
        int length = dy.size() / m;
        for (int i = 0; i < dy.size(); i++) {
            dy.data()[i] = (first + i / length) * 0.37f - i % length * 0.11f;
        }
        tape.backward(y, dy);
        return new float[][] {y.value().toArray(), v.gradient().toArray()};
    }
}
