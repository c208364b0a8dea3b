package lanegrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import lanegrad.math.SplitMix;
import lanegrad.nn.Init;
import lanegrad.nn.Sequential;
import lanegrad.op.Add;
import lanegrad.op.Linear;
import lanegrad.op.Multiply;
import lanegrad.op.Operation;
import lanegrad.op.Relu;
import lanegrad.op.SoftmaxCrossEntropy;
import lanegrad.op.Sum;
import lanegrad.op.Tanh;
import lanegrad.op.UnaryOp;
import lanegrad.testkit.Bits;
import lanegrad.testkit.Gradients;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("width")
class TapeTest {
    private final Tape tape = new Tape();

    private static Tensor vector(float... values) {
        return Tensor.of(values, values.length);
    }

    @Test
    void theSameInputTwice() {
        Var x = tape.variable(vector(3, -2, 0.5f));
        tape.backward(Sum.of(Add.of(x, x)));
        assertArrayEquals(new float[] {2, 2, 2}, x.gradient().toArray());
        tape.rewind();
        Var z = tape.variable(vector(3, -2, 0.5f));
        tape.backward(Sum.of(Multiply.of(z, z)));
        assertArrayEquals(new float[] {6, -4, 1}, z.gradient().toArray());
    }

    @Test
    void aLeafInAThousandPlaces() {
        Var x = tape.variable(vector(1, 2));
        Var sum = x;
        for (int i = 1; i < 1000; i++) {
            sum = Add.of(sum, x);
        }
        assertArrayEquals(new float[] {1000, 2000}, sum.value().toArray());
        tape.backward(Sum.of(sum));
        assertArrayEquals(new float[] {1000, 1000}, x.gradient().toArray());
    }

    @Test
    void aChainOfAHundredThousand() {
        Var x = tape.variable(vector(2));
        Var y = x;
        for (int i = 0; i < 100_000; i++) {
            y = Relu.of(y);
        }
        tape.backward(y);
        assertEquals(1, x.gradient().item());
        assertEquals(100_001, tape.length());
    }

    @Test
    void aDiamondAndADeadBranch() {
        Var x = tape.variable(vector(2, 3));
        Var left = Multiply.of(x, x);
        Var dead = Multiply.of(left, x);
        Var right = Add.of(x, left);
        // d(x^2 (x + x^2)) = 3x^2 + 4x^3
        tape.backward(Sum.of(Multiply.of(left, right)));
        assertArrayEquals(new float[] {44, 135}, x.gradient().toArray());
        assertFalse(dead.hasGradient());
        assertThrows(IllegalStateException.class, dead::gradient);
    }

    @Test
    void gradientsOfSharesArriveAtEveryPlaceInBetween() {
        Var x = tape.variable(vector(2));
        Var y = Multiply.of(x, x);
        tape.backward(Multiply.of(y, y));
        assertEquals(8, y.gradient().item());
        assertEquals(32, x.gradient().item());
    }

    @Test
    void aVariableIsItsOwnGradient() {
        Var x = tape.variable(vector(7));
        tape.backward(x);
        assertEquals(1, x.gradient().item());
    }

    @Test
    void backwardTwiceIsRefused() {
        Var x = tape.variable(vector(1, 2));
        Var loss = Sum.of(x);
        tape.backward(loss);
        refusedState(() -> tape.backward(loss), "run already", "rewind()");
        Var more = Sum.of(x);
        refusedState(() -> tape.backward(more), "run already", "rewind()");
        assertArrayEquals(new float[] {1, 1}, x.gradient().toArray(), "the first gradient stays");
        tape.rewind();
        Var again = tape.variable(vector(1, 2));
        tape.backward(Sum.of(again));
    }

    @Test
    void varsFromBeforeARewindAreRefused() {
        Tensor value = vector(1, 2);
        Var x = tape.variable(value);
        Var y = Relu.of(x);
        Var loss = Sum.of(y);
        tape.backward(loss);
        tape.rewind();
        for (int round = 0; round < 2; round++) {
            refusedState(() -> Relu.of(y), "relu", "before the last rewind()");
            refusedState(y::value, "before the last rewind()");
            refusedState(x::gradient, "before the last rewind()");
            refusedState(() -> tape.backward(loss), "before the last rewind()");
            // Also when the tape has recorded the same again.
            Sum.of(Relu.of(tape.variable(value)));
        }
    }

    @Test
    void writesBetweenForwardAndBackwardAreRefused() {
        Tensor value = vector(1, 2);
        Tensor weights = vector(3, 4);
        Var w = Var.parameter("weights", weights);

        Var loss = Sum.of(Multiply.of(tape.variable(value), w));
        value.set(0, 9);
        refusedState(() -> tape.backward(loss), "multiply", "changed");
        assertFalse(w.hasGradient(), "a refused backward writes nothing");

        tape.rewind();
        Var second = Sum.of(Multiply.of(tape.variable(value), w));
        weights.fill(1);
        refusedState(() -> tape.backward(second), "multiply", "weights", "changed");

        tape.rewind();
        Var y = Multiply.of(tape.variable(value), w);
        Var third = Sum.of(y);
        y.value().set(1, 0);
        refusedState(() -> tape.backward(third), "multiply", "changed");

        tape.rewind();
        Var last = Tanh.of(Sum.of(tape.variable(value)));
        last.value().fill(0);
        // Nothing has read it since, but the backward of tanh would.
        refusedState(() -> tape.backward(last), "tanh", "changed");

        tape.rewind();
        tape.backward(Sum.of(Multiply.of(tape.variable(value), w)));
        assertArrayEquals(new float[] {9, 2}, w.gradient().toArray());
        // After backward a write does no harm: that is what an optimizer does.
        weights.set(0, 5);
    }

    @Test
    void onlyScalarsArePropagatedAlone() {
        Var x = tape.variable(Tensor.zeros(2, 3));
        Var y = Relu.of(x);
        refused(() -> tape.backward(y), "relu", "[2, 3]", "not a scalar");
        refused(() -> tape.backward(y, Tensor.zeros(3, 2)), "[3, 2]", "[2, 3]");
        tape.backward(y, Tensor.zeros(2, 3));
    }

    @Test
    void tapesDoNotMix() {
        Tape other = new Tape();
        Var x = tape.variable(vector(1));
        Var y = other.variable(vector(1));
        refused(() -> Add.of(x, y), "add", "another tape");
        refused(() -> Add.of(y, x), "add", "another tape");
        refused(() -> tape.backward(y), "not of this tape");
    }

    @Test
    void parametersAloneHaveNoTape() {
        Var p = Var.parameter("p", vector(1));
        Var q = Var.parameter("q", vector(2));
        refused(() -> Add.of(p, q), "only parameters", "tape.record");
        refused(() -> Relu.of(p), "only parameters");
        refused(() -> tape.backward(p), "parameter p");
        Var y = tape.record(Add.OP, p, q);
        tape.backward(y);
        assertEquals(1, p.gradient().item());
    }

    @Test
    void constantsGetNoGradient() {
        Var c = tape.constant(vector(1, 2));
        Var x = tape.variable(vector(3, 4));
        Var onConstants = Relu.of(c);
        assertFalse(onConstants.wantsGradient());
        tape.backward(Sum.of(Multiply.of(onConstants, x)));
        assertArrayEquals(new float[] {1, 2}, x.gradient().toArray());
        assertFalse(c.hasGradient());
        refusedState(c::gradient, "constant");
        refusedState(onConstants::gradient, "constant");
        tape.rewind();
        Var loss = Sum.of(tape.constant(vector(1)));
        refusedState(() -> tape.backward(loss), "nothing to differentiate");
    }

    @Test
    void theSameRecordingReusesItsBuffers() {
        Tensor value = Tensor.zeros(5, 3);
        Var w = Var.parameter("w", Tensor.zeros(3, 2).fill(0.5f));
        Var b = Var.parameter("b", Tensor.zeros(2));
        Linear layer = new Linear(Tanh.OP);
        Object[][] buffers = new Object[4][];
        for (int round = 0; round < buffers.length; round++) {
            value.fill(round);
            Var x = tape.variable(value);
            Var y = layer.apply(x, w, b);
            Var loss = SoftmaxCrossEntropy.of(y, new int[] {0, 1, 0, 1, 0});
            tape.backward(loss);
            buffers[round] = new Object[] {y.value().data(), y.gradient().data(), x.gradient().data(),
                loss.value().data(), w.gradient().data(), b.gradient().data()};
            assertEquals(round + 1, w.gradientCount());
            tape.rewind();
        }
        for (int round = 1; round < buffers.length; round++) {
            for (int i = 0; i < buffers[0].length; i++) {
                assertSame(buffers[0][i], buffers[round][i], "buffer " + i + " in round " + round);
            }
        }
    }

    @Test
    void anotherShapeOnRecordingAgain() {
        for (int n : new int[] {3, 3, 5, 1, 5, 0, 3}) {
            Tensor value = Tensor.zeros(n, 2).fill(2);
            Var x = tape.variable(value);
            Var y = Multiply.of(x, x);
            assertEquals(value.shape(), y.shape());
            tape.backward(Sum.of(y));
            assertEquals(value.shape(), x.gradient().shape());
            for (float g : x.gradient().toArray()) {
                assertEquals(4, g);
            }
            tape.rewind();
        }
    }

    @Test
    void anotherOperationOnRecordingAgain() {
        Tensor value = vector(-1, 2);
        for (int round = 0; round < 4; round++) {
            Var x = round % 2 == 0 ? tape.variable(value) : tape.constant(value);
            Var y = round < 2 ? Relu.of(x) : Multiply.of(x, x);
            assertArrayEquals(round < 2 ? new float[] {0, 2} : new float[] {1, 4}, y.value().toArray());
            assertEquals(round % 2 == 0, y.wantsGradient());
            tape.rewind();
        }
    }

    @Test
    void aRefusedRecordingLeavesTheTapeAsItWas() {
        Tensor three = vector(1, 2, 3);
        Add.of(tape.variable(three), tape.constant(three));
        tape.rewind();
        // The entry that is there from before the rewind fits the first recording only.
        Var x = tape.variable(three);
        Var y = tape.constant(vector(1, 2, 3, 4));
        for (int attempt = 0; attempt < 3; attempt++) {
            refused(() -> Add.of(x, y), "add", "[3]", "[4]");
            assertEquals(2, tape.length());
        }
        tape.rewind();
        Var again = Add.of(tape.variable(three), tape.constant(three));
        assertArrayEquals(new float[] {2, 4, 6}, again.value().toArray());
    }

    @ParameterizedTest
    @EnumSource
    void permutedRowsHavePermutedGradients(Backend backend) {
        int rows = 37;
        Sequential model = Sequential.perceptron(Tanh.OP, Init.XAVIER, new SplitMix(3), 13, 21, 10);
        float[] x = new float[rows * 13];
        int[] labels = new int[rows];
        SplitMix random = new SplitMix(4);
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextFloat(-2, 2);
        }
        int[] order = new int[rows];
        for (int i = 0; i < rows; i++) {
            labels[i] = random.nextInt(10);
            order[i] = i;
        }
        random.shuffle(order);
        float[] permuted = new float[x.length];
        int[] permutedLabels = new int[rows];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(x, order[i] * 13, permuted, i * 13, 13);
            permutedLabels[i] = labels[order[i]];
        }
        float[] gradient = inputGradient(backend, model, x, labels);
        float[] expected = new float[x.length];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(gradient, order[i] * 13, expected, i * 13, 13);
        }
        Bits.assertIdentical(expected, inputGradient(backend, model, permuted, permutedLabels),
                "the input gradient of permuted rows on " + backend);
    }

    private static float[] inputGradient(Backend backend, Sequential model, float[] x, int[] labels) {
        Tape tape = new Tape(backend, 1);
        Var input = tape.variable(Tensor.of(x, labels.length, 13));
        tape.backward(SoftmaxCrossEntropy.of(model.apply(input), labels));
        return input.gradient().toArray();
    }

    @Test
    void threadsAreChecked() {
        refused(() -> new Tape(Backend.SCALAR, 0), "threads is 0");
    }

    /// As a user would write it: softsign, `x / (1 + |x|)`.
    private static final class Softsign extends UnaryOp {
        static final Softsign OP = new Softsign();

        Softsign() {
            super("softsign");
        }

        @Override
        public Real exact(Real x) {
            return x.over(x.abs().plus(1));
        }

        @Override
        public float scalar(float x) {
            return x / (1 + Math.abs(x));
        }

        @Override
        public float vjp(float x, float y, float dy) {
            float d = 1 + Math.abs(x);
            return dy / (d * d);
        }

        @Override
        public Lanes lanes() {
            return new Vectors();
        }

        private static final class Vectors implements Lanes {
            @Override
            public FloatVector vector(FloatVector x) {
                return x.div(x.abs().add(1));
            }

            @Override
            public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
                FloatVector d = x.abs().add(1);
                return dy.div(d.mul(d));
            }
        }
    }

    /// As a user would write it: each row of x times its own factor, with a count of what it was asked for.
    private static final class RowScale implements Op {
        int gradientsOfX;
        int gradientsOfFactors;

        @Override
        public String name() {
            return "row-scale";
        }

        @Override
        public Shape shape(Object attribute, Shape... inputs) {
            if (inputs[0].rank() != 2 || !inputs[1].equals(Shape.of(inputs[0].extent(0)))) {
                throw new IllegalArgumentException("row-scale: x has shape " + inputs[0] + ", the factors have shape "
                        + inputs[1] + "; give one factor per row");
            }
            return inputs[0];
        }

        @Override
        public void forward(Tape.Entry e) {
            int columns = e.x(0).shape().extent(1);
            for (int i = 0; i < e.y().size(); i++) {
                e.y().data()[i] = e.x(0).data()[i] * e.x(1).data()[i / columns];
            }
        }

        @Override
        public void backward(Tape.Entry e) {
            int columns = e.x(0).shape().extent(1);
            if (e.wants(0)) {
                gradientsOfX++;
                float[] dx = e.dx(0).data();
                for (int i = 0; i < e.y().size(); i++) {
                    float g = e.dy().data()[i] * e.x(1).data()[i / columns];
                    dx[i] = e.adds(0) ? dx[i] + g : g;
                }
            }
            if (e.wants(1)) {
                gradientsOfFactors++;
                float[] df = e.dx(1).data();
                for (int r = 0; r < e.x(1).size(); r++) {
                    float g = e.adds(1) ? df[r] : 0;
                    for (int i = r * columns; i < (r + 1) * columns; i++) {
                        g += e.dy().data()[i] * e.x(0).data()[i];
                    }
                    df[r] = g;
                }
            }
        }

        @Override
        public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
            Real[] y = new Real[x[0].length];
            for (int i = 0; i < y.length; i++) {
                y[i] = x[0][i].times(x[1][i / shapes[0].extent(1)]);
            }
            return y;
        }
    }

    @Test
    void theNumberOfInputsIsChecked() {
        Tape tape = new Tape(Backend.SCALAR, 1);
        Var x = tape.variable(vector(1, 2));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> tape.record(Add.OP, x));
        assertEquals("add: 1 inputs were given, it takes 2", e.getMessage());
    }

    /// Labels of other classes: the shape rule, which checks them, is asked again, and the buffers stay.
    @Test
    void anotherAttributeIsChecked() {
        Tape tape = new Tape(Backend.SCALAR, 1);
        Tensor logits = Tensor.zeros(2, 3);
        Tensor first = SoftmaxCrossEntropy.of(tape.variable(logits), new int[] {0, 2}).value();
        tape.rewind();
        assertSame(first, SoftmaxCrossEntropy.of(tape.variable(logits), new int[] {1, 1}).value());
        tape.rewind();
        Var x = tape.variable(logits);
        assertThrows(IllegalArgumentException.class, () -> SoftmaxCrossEntropy.of(x, new int[] {1, 1, 1}));
    }

    @ParameterizedTest
    @EnumSource
    void aUsersActivation(Backend backend) {
        Operation operation = new Operation(Softsign.OP, Operation.Kind.ACTIVATION, "formula: y = x / (1 + |x|)",
                Operation.Bound.ulps(1.5),
                List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 19).kink(0f))));
        Gradients.check(operation, 1, backend);
        Operation fused = new Operation(new Linear(Softsign.OP), Operation.Kind.MATRIX,
                "formula: Y = softsign(X W + b)", Operation.Bound.ulps(100), List.of(Operation.Case.of(
                        Operation.Range.of(1, 2, 5, 4), Operation.Range.of(0.5f, 1, 4, 19),
                        Operation.Range.of(1, 2, 19))));
        Gradients.check(fused, 1, backend);
        Tape both = new Tape(backend, 1);
        assertEquals(0.75f, Softsign.OP.apply(both.constant(vector(3))).value().item());
    }

    @ParameterizedTest
    @EnumSource
    void aUsersOperation(Backend backend) {
        RowScale op = new RowScale();
        Operation operation = new Operation(op, Operation.Kind.ELEMENTWISE, "formula: y[i,j] = x[i,j] f[i]",
                Operation.Bound.ulps(0.5), List.of(
                        Operation.Case.of(Operation.Range.of(-2, 2, 7, 5), Operation.Range.of(-2, 2, 7))));
        Gradients.check(operation, 1, backend);
        assertEquals(1, op.gradientsOfX);
        assertEquals(1, op.gradientsOfFactors);
        Tape mine = new Tape(backend, 1);
        Var x = mine.constant(Tensor.zeros(2, 3).fill(2));
        Var f = Var.parameter("f", vector(3, 4));
        mine.backward(Sum.of(mine.record(op, x, f)));
        assertEquals(1, op.gradientsOfX, "a constant's gradient is not asked for");
        assertArrayEquals(new float[] {6, 6}, f.gradient().toArray());
        refused(() -> mine.record(op, x, mine.constant(vector(1))), "row-scale", "[2, 3]", "[1]");
    }

    @Test
    void anOperationWithoutMeaningSaysSo() {
        Op op = new Op() {
            @Override
            public String name() {
                return "nameless";
            }

            @Override
            public Shape shape(Object attribute, Shape... inputs) {
                return inputs[0];
            }

            @Override
            public void forward(Tape.Entry e) {
                throw new IllegalStateException("forward of " + name());
            }

            @Override
            public void backward(Tape.Entry e) {
                throw new IllegalStateException("backward of " + name());
            }
        };
        assertTrue(assertThrows(UnsupportedOperationException.class,
                () -> op.exact(null, new Shape[0], new double[0][])).getMessage().contains("nameless"));
        // What an operation throws arrives, and the tape goes on.
        Var x = tape.variable(vector(1));
        refusedState(() -> tape.record(op, x), "forward of nameless");
        assertEquals(1, tape.length());
        tape.backward(Relu.of(x));
    }

    private static void refused(Runnable call, String... words) {
        contains(assertThrows(IllegalArgumentException.class, call::run), words);
    }

    private static void refusedState(Runnable call, String... words) {
        contains(assertThrows(IllegalStateException.class, call::run), words);
    }

    private static void contains(RuntimeException e, String... words) {
        for (String word : words) {
            assertTrue(e.getMessage().contains(word), () -> "'" + word + "' is missing in: " + e.getMessage());
        }
    }

    @Test
    void theProgramNamesEveryPosition() {
        Tape tape = new Tape();
        Var w = Var.parameter("w", Tensor.zeros(3, 2));
        Var b = Var.parameter("b", Tensor.zeros(2));
        Var x = tape.constant(Tensor.zeros(4, 3));
        Var y = Tanh.of(Linear.of(x, w, b));
        Sum.of(Multiply.of(y, y));
        assertEquals("""
                #0 [4, 3] = constant
                #1 [4, 2] = linear(#0, parameter w, parameter b)
                #2 [4, 2] = tanh(#1)
                #3 [4, 2] = multiply(#2, #2)
                #4 [] = sum(#3)
                """, tape.toString());
        tape.rewind();
        assertEquals("", tape.toString());
        tape.variable(Tensor.zeros(1));
        assertEquals("#0 [1] = variable\n", tape.toString());
    }
}
