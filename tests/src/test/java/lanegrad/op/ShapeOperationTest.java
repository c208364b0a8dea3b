package lanegrad.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import lanegrad.Backend;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.testkit.Bits;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("width")
class ShapeOperationTest {
    private static float[] of(float... x) {
        return x;
    }

    private static Tensor counted(int m, int n) {
        Tensor x = Tensor.zeros(m, n);
        for (int i = 0; i < x.size(); i++) {
            x.data()[i] = i;
        }
        return x;
    }

    private static void refused(Runnable call, String... words) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
        for (String word : words) {
            assertTrue(e.getMessage().contains(word), () -> "'" + word + "' is missing in: " + e.getMessage());
        }
    }

    @ParameterizedTest
    @EnumSource
    void slicesAndConcatenationsUndoEachOther(Backend backend) {
        for (int m : new int[] {1, 2, 5, 17}) {
            for (int n : new int[] {1, 3, 16, 33}) {
                Tensor x = counted(m, n);
                for (int cut = 0; cut <= m; cut++) {
                    Tape tape = new Tape(backend, 1);
                    Var v = tape.variable(x);
                    Var y = Concatenate.ofRows(Slice.ofRows(v, new Slice.Span(0, cut)),
                            Slice.ofRows(v, new Slice.Span(cut, m)));
                    assertEquals(x.shape(), y.shape());
                    Bits.assertIdentical(x.toArray(), y.value().toArray(), "rows of " + v + " cut at " + cut);
                    tape.backward(y, x);
                    Bits.assertIdentical(x.toArray(), v.gradient().toArray(), "gradient of " + v + " cut at " + cut);
                }
                for (int cut = 0; cut <= n; cut++) {
                    Tape tape = new Tape(backend, 1);
                    Var v = tape.variable(x);
                    Var y = Concatenate.ofColumns(Slice.ofColumns(v, new Slice.Span(0, cut)),
                            Slice.ofColumns(v, new Slice.Span(cut, n)));
                    assertEquals(x.shape(), y.shape());
                    Bits.assertIdentical(x.toArray(), y.value().toArray(), "columns of " + v + " cut at " + cut);
                    tape.backward(y, x);
                    Bits.assertIdentical(x.toArray(), v.gradient().toArray(), "gradient of " + v + " cut at " + cut);
                }
            }
        }
    }

    /// Numbers of rows are noted in halves of 16 bits.
    @ParameterizedTest
    @EnumSource
    void aListOfRowsOfALongTable(Backend backend) {
        int m = (2 << 16) + 3;
        Tape tape = new Tape(backend, 1);
        Var x = tape.variable(counted(m, 1));
        Var y = Gather.of(x, new int[] {m - 1, 2, (1 << 16) + 2});
        Bits.assertIdentical(of(m - 1, 2, (1 << 16) + 2), y.value().toArray(), "rows on " + backend);
        tape.backward(y, Tensor.of(of(5, 6, 7), 3, 1));
        float[] expected = new float[m];
        expected[m - 1] = 5;
        expected[2] = 6;
        expected[(1 << 16) + 2] = 7;
        Bits.assertIdentical(expected, x.gradient().toArray(), "the gradient on " + backend);
    }

    /// Where nothing arrives, the gradient is 0, not what an earlier recording left in the buffer.
    @ParameterizedTest
    @EnumSource
    void nothingIsLeftBesideAGradient(Backend backend) {
        Tensor x = counted(3, 2);
        for (int k = 0; k < 4; k++) {
            Tape tape = new Tape(backend, 1);
            tape.backward(Sum.of(tape.variable(x)));
            tape.rewind();
            Var v = tape.variable(x);
            Var y = switch (k) {
                case 0 -> Slice.ofRows(v, new Slice.Span(1, 2));
                case 1 -> Slice.ofColumns(v, new Slice.Span(0, 0));
                case 2 -> Gather.of(v, new int[] {1});
                default -> ArgMax.ofRows(v);
            };
            tape.backward(y, Tensor.zeros(y.shape()).fill(5));
            Bits.assertIdentical(k == 0 || k == 2 ? of(0, 0, 5, 5, 0, 0) : of(0, 0, 0, 0, 0, 0),
                    v.gradient().toArray(), y.name());
        }
    }

    @ParameterizedTest
    @EnumSource
    void theSameInputTwice(Backend backend) {
        Tape tape = new Tape(backend, 1);
        Var x = tape.variable(counted(2, 2));
        Var y = Concatenate.ofRows(x, x, x);
        tape.backward(y, counted(6, 2));
        Bits.assertIdentical(of(12, 15, 18, 21), x.gradient().toArray(), "gradient on " + backend);
    }

    @ParameterizedTest
    @EnumSource
    void aListOfRowsMayRepeat(Backend backend) {
        Tape tape = new Tape(backend, 1);
        Var x = tape.variable(counted(4, 3));
        int[] rows = {2, 0, 2};
        Var y = Gather.of(x, rows);
        Bits.assertIdentical(of(6, 7, 8, 0, 1, 2, 6, 7, 8), y.value().toArray(), "rows on " + backend);
        // Backward goes by what forward has read.
        rows[0] = 3;
        tape.backward(y, Tensor.of(of(1e8f, 1, 2, 3, 4, 5, 1, Float.NaN, 6), 3, 3));
        Bits.assertIdentical(of(3, 4, 5, 0, 0, 0, 1e8f + 1, Float.NaN, 8, 0, 0, 0), x.gradient().toArray(), "gradient");
        tape.rewind();
        Bits.assertIdentical(of(9, 10, 11, 0, 1, 2, 6, 7, 8), Gather.of(tape.variable(counted(4, 3)), rows).value()
                .toArray(), "the same array with another number");
        refused(() -> Gather.of(tape.constant(counted(4, 3)), new int[] {0, 4}), "number 1 is 4", "[4, 3]", "0 to 3");
        refused(() -> Gather.of(tape.constant(counted(4, 3)), new int[] {-1}), "number 0 is -1");
        refused(() -> Gather.of(tape.constant(Tensor.zeros(4)), new int[] {0}), "[4]", "matrix");
        refused(() -> tape.recordWith(Gather.OP, null, tape.constant(counted(4, 3))), "int[]");
        assertEquals(Shape.of(0, 3), Gather.of(tape.constant(counted(4, 3)), new int[0]).shape());
    }

    /// Contributions of large, minus large, and one are added in the order of the list.
    @ParameterizedTest
    @EnumSource
    void repeatedRowsAreAddedInOrder(Backend backend) {
        int n = 35;
        Tape tape = new Tape(backend, 1);
        Var x = tape.variable(counted(2, n));
        Var y = Gather.of(x, new int[] {1, 1, 1});
        Tensor dy = Tensor.zeros(3, n);
        for (int j = 0; j < n; j++) {
            dy.set(j, 1e8f).set(n + j, -1e8f).set(2 * n + j, 1);
        }
        tape.backward(y, dy);
        for (int j = 0; j < n; j++) {
            Bits.assertBits(1, x.gradient().get(n + j), "column " + j);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTapeTakesAnotherAttribute(Backend backend) {
        Tape tape = new Tape(backend, 1);
        Tensor x = counted(4, 3);
        assertEquals(Shape.of(6, 2), Reshape.of(tape.constant(x), Shape.of(6, 2)).shape());
        tape.rewind();
        Var y = Reshape.of(tape.constant(x), Shape.of(12));
        assertEquals(Shape.of(12), y.shape());
        Bits.assertIdentical(x.toArray(), y.value().toArray(), "reshaped");
        tape.rewind();
        refused(() -> Reshape.of(tape.constant(x), Shape.of(5)), "[4, 3]", "[5]", "12");
        tape.rewind();
        assertEquals(Shape.of(2, 3), Slice.ofRows(tape.constant(x), new Slice.Span(1, 3)).shape());
        tape.rewind();
        assertEquals(Shape.of(1, 3), Slice.ofRows(tape.constant(x), new Slice.Span(3, 4)).shape());
        tape.rewind();
        refused(() -> Slice.ofRows(tape.constant(x), new Slice.Span(2, 5)), "[4, 3]", "2", "5", "4");
        tape.rewind();
        refused(() -> Slice.ofColumns(tape.constant(x), new Slice.Span(2, 4)), "[4, 3]", "4", "3");
        refused(() -> new Slice.Span(3, 2), "3", "2");
        refused(() -> new Slice.Span(-1, 2), "-1");
    }

    @ParameterizedTest
    @EnumSource
    void concatenationsThatDoNotFit(Backend backend) {
        Tape tape = new Tape(backend, 1);
        Var a = tape.constant(counted(4, 3));
        Var b = tape.constant(counted(3, 4));
        refused(() -> Concatenate.ofRows(a, b), "[4, 3]", "[3, 4]", "input 1", "columns");
        refused(() -> Concatenate.ofColumns(a, b), "[4, 3]", "[3, 4]", "input 1", "rows");
        refused(() -> tape.recordWith(Concatenate.ROWS, null, new Var[0]), "no input");
    }

    @ParameterizedTest
    @EnumSource
    void transposed(Backend backend) {
        Tape tape = new Tape(backend, 1);
        Var x = tape.variable(counted(2, 3));
        Var y = Transposed.of(x);
        Bits.assertIdentical(of(0, 3, 1, 4, 2, 5), y.value().toArray(), "transposed");
        tape.backward(y, counted(3, 2));
        Bits.assertIdentical(of(0, 2, 4, 1, 3, 5), x.gradient().toArray(), "gradient");
        refused(() -> Transposed.of(tape.constant(Tensor.zeros(3))), "[3]", "matrix");
    }

    @ParameterizedTest
    @EnumSource
    void oneHot(Backend backend) {
        OneHot three = new OneHot(3);
        Tape tape = new Tape(backend, 1);
        Var labels = ArgMax.ofRows(tape.variable(Tensor.of(of(1, 9, 2, 7, 7, 1, 0, 0, Float.NaN), 3, 3)));
        Var y = three.apply(labels);
        Bits.assertIdentical(of(0, 1, 0, 1, 0, 0, Float.NaN, Float.NaN, Float.NaN), y.value().toArray(), "one-hot");
        tape.backward(y, counted(3, 3));
        Bits.assertIdentical(of(0, 0, 0), labels.gradient().toArray(), "gradient");
        for (float wrong : of(-1, 3, 0.5f, 1e10f, Float.POSITIVE_INFINITY)) {
            refused(() -> three.apply(tape.constant(Tensor.of(of(0, wrong), 2))), "label 1", "" + wrong, "0 to 2");
        }
        refused(() -> three.apply(tape.constant(Tensor.zeros(2, 1))), "[2, 1]", "vector");
        refused(() -> new OneHot(0), "0");
    }
}
