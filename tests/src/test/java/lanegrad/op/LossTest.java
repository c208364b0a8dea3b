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
import lanegrad.math.SplitMix;
import lanegrad.testkit.Bits;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The values on which losses are known to go wrong.
@Tag("width")
class LossTest {
    private static final float INF = Float.POSITIVE_INFINITY;

    record Result(float loss, float[] gradient) {
    }

    // The loss and the gradient of its first input.
    static Result run(Backend backend, Op op, Object attribute, Tensor... inputs) {
        Tape tape = new Tape(backend, 1);
        Var[] vars = new Var[inputs.length];
        for (int k = 0; k < vars.length; k++) {
            vars[k] = k == 0 ? tape.variable(inputs[0]) : tape.constant(inputs[k]);
        }
        Var loss = tape.recordWith(op, attribute, vars);
        tape.backward(loss);
        return new Result(loss.value().item(), vars[0].gradient().toArray());
    }

    private static Result softmax(Backend backend, int[] labels, int classes, float... logits) {
        return run(backend, SoftmaxCrossEntropy.MEAN, labels, Tensor.of(logits, labels.length, classes));
    }

    static void check(Result actual, String what, float loss, float... gradient) {
        Bits.assertIdentical(new float[] {loss}, new float[] {actual.loss()}, what + ", loss");
        for (int i = 0; i < gradient.length; i++) {
            // The sign of a zero gradient means nothing.
            if (!(gradient[i] == 0 && actual.gradient()[i] == 0)) {
                Bits.assertBits(gradient[i], actual.gradient()[i], what + ", gradient " + i);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void softmaxOfExtremes(Backend backend) {
        check(softmax(backend, new int[] {0}, 2, 0, 200), "[0, 200], label 0", 200, -1, 1);
        check(softmax(backend, new int[] {1}, 2, 0, -200), "[0, -200], label 1", 200, 1, -1);
        check(softmax(backend, new int[] {0}, 2, 0, -INF), "[0, -inf], label 0", 0, 0, 0);
        check(softmax(backend, new int[] {1}, 2, 0, -INF), "[0, -inf], label 1", INF, 1, -1);
        check(softmax(backend, new int[] {1}, 3, -INF, -INF, -INF), "a row of -inf", Float.NaN, Float.NaN,
                Float.NaN, Float.NaN);
        check(softmax(backend, new int[] {0}, 1, 12345), "one class", 0, 0);
        check(softmax(backend, new int[] {0}, 2, 3e38f, -3e38f), "the widest range", 0, 0, 0);
        check(softmax(backend, new int[] {0}, 2, 7, 7), "two equal logits", 0x1.62e43p-1f, -0.5f, 0.5f);
    }

    @ParameterizedTest
    @EnumSource
    void softmaxIsShiftInvariant(Backend backend) {
        for (int label = 0; label < 4; label++) {
            Result plain = softmax(backend, new int[] {label}, 4, 0, 1, 2, 3);
            Result shifted = softmax(backend, new int[] {label}, 4, 10000, 10001, 10002, 10003);
            check(shifted, "shifted by 10000, label " + label, plain.loss(), plain.gradient());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNaNStaysInItsRow(Backend backend) {
        int rows = 21;
        int classes = 10;
        int[] labels = new int[rows];
        float[] logits = new float[rows * classes];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = i % 7 - 3;
            labels[i / classes] = i / classes % classes;
        }
        float[] plain = softmax(backend, labels, classes, logits).gradient();
        for (int at = 0; at < logits.length; at++) {
            float[] with = logits.clone();
            with[at] = Float.intBitsToFloat(0xff80_0001);
            float[] expected = plain.clone();
            Arrays.fill(expected, at / classes * classes, at / classes * classes + classes, Float.NaN);
            Result actual = softmax(backend, labels, classes, with);
            check(actual, "a NaN at " + at + " on " + backend, Float.NaN);
            Bits.assertIdentical(expected, actual.gradient(), "gradient with a NaN at " + at + " on " + backend);
        }
    }

    // Rows of less than a vector lie across the lanes, others along them, where the last vector overlaps the one
    // before. What the first batch left behind the rows of the others is NaN.
    @Test
    void softmaxOfEveryLengthHasTheSameBits() {
        float[] special = {0, -0.0f, INF, -INF, Float.NaN, 3e38f, -3e38f, 1e-45f, 104};
        for (int classes = 1; classes <= 41; classes++) {
            Tape[] tapes = {new Tape(Backend.SCALAR, 1), new Tape(Backend.VECTOR, 1)};
            for (int rows : new int[] {19, 1, 8, 9}) {
                SplitMix random = new SplitMix(classes * 100 + rows);
                Tensor logits = Tensor.zeros(rows, classes);
                int[] labels = new int[rows];
                for (int i = 0; i < rows; i++) {
                    labels[i] = random.nextInt(classes);
                    // How many of a thousand elements are special: none in a batch of 8, whose loss is a number, else
                    // none, few or half of them.
                    int share = rows == 8 ? 0 : new int[] {0, 50, 500}[i % 3];
                    for (int c = 0; c < classes; c++) {
                        logits.set(i * classes + c, rows == 19 ? Float.NaN : random.nextInt(1000) < share
                                ? special[random.nextInt(special.length)] : random.nextFloat(-8, 8));
                    }
                }
                float[][] results = new float[2][];
                for (int b = 0; b < 2; b++) {
                    Var x = tapes[b].variable(logits);
                    Var loss = SoftmaxCrossEntropy.SUM.apply(x, labels);
                    tapes[b].backward(loss);
                    results[b] = Arrays.copyOf(x.gradient().toArray(), rows * classes + 1);
                    results[b][rows * classes] = loss.value().item();
                    tapes[b].rewind();
                }
                Bits.assertIdentical(results[0], results[1], rows + " rows of " + classes);
            }
        }
    }

    // Rows lie in the lanes: the result of a row must not depend on how many there are, nor where it stands.
    @ParameterizedTest
    @EnumSource
    void aRowDoesNotDependOnTheOthers(Backend backend) {
        int classes = 10;
        float[] row = {0.5f, -2, 3.25f, 8, -1, 0, 7.75f, 2, -6, 1.5f};
        float[] alone = run(backend, SoftmaxCrossEntropy.SUM, new int[] {6}, Tensor.of(row, 1, classes)).gradient();
        for (int rows = 1; rows <= 35; rows++) {
            float[] logits = new float[rows * classes];
            int[] labels = new int[rows];
            for (int i = 0; i < logits.length; i++) {
                logits[i] = i * 13 % 29 - 14;
            }
            int at = rows * 5 / 7;
            labels[at] = 6;
            System.arraycopy(row, 0, logits, at * classes, classes);
            float[] all = run(backend, SoftmaxCrossEntropy.SUM, labels, Tensor.of(logits, rows, classes)).gradient();
            Bits.assertIdentical(alone, Arrays.copyOfRange(all, at * classes, (at + 1) * classes),
                    "row " + at + " of " + rows + " on " + backend);
        }
    }

    @ParameterizedTest
    @EnumSource
    void labelsAreChecked(Backend backend) {
        for (int wrong : new int[] {-1, 3, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            refused(() -> softmax(backend, new int[] {0, wrong}, 3, 1, 2, 3, 4, 5, 6), "softmax-cross-entropy",
                    "label 1 is " + wrong, "0 to 2");
        }
        Tensor logits = Tensor.zeros(2, 3);
        refused(() -> run(backend, SoftmaxCrossEntropy.MEAN, new int[] {0}, logits), "2 rows", "1 labels");
        refused(() -> run(backend, SoftmaxCrossEntropy.MEAN, new int[] {0, 1, 2}, logits), "2 rows", "3 labels");
        refused(() -> run(backend, SoftmaxCrossEntropy.MEAN, null, logits), "labels are missing");
        refused(() -> run(backend, SoftmaxCrossEntropy.MEAN, "labels", logits), "labels are missing");
        refused(() -> run(backend, SoftmaxCrossEntropy.MEAN, new int[] {0}, Tensor.zeros(3)), "[3]", "matrix");
        refused(() -> run(backend, SoftmaxCrossEntropy.MEAN, new int[0], Tensor.zeros(0, 3)), "[0, 3]", "empty");
        refused(() -> run(backend, SoftmaxCrossEntropy.MEAN, new int[2], Tensor.zeros(2, 0)), "[2, 0]", "empty");
    }

    // The lesson's own mistake: broadcast to n x n, (n) against (n, 1) prints a plausible loss.
    @ParameterizedTest
    @EnumSource
    void columnsAgainstVectorsAreRefused(Backend backend) {
        for (Operation operation : Operations.ALL) {
            Op loss = operation.op();
            if (operation.kind() != Operation.Kind.LOSS || loss.arity() != 2) {
                continue;
            }
            refused(() -> run(backend, loss, null, Tensor.zeros(360), Tensor.zeros(360, 1)), loss.name(),
                    "predictions have shape [360]", "targets have shape [360, 1]");
            refused(() -> run(backend, loss, null, Tensor.zeros(360, 1), Tensor.zeros(360)), loss.name(),
                    "predictions have shape [360, 1]", "targets have shape [360]");
            refused(() -> run(backend, loss, null, Tensor.zeros(0, 4), Tensor.zeros(0, 4)), loss.name(), "[0, 4]",
                    "empty");
        }
    }

    @ParameterizedTest
    @EnumSource
    void binaryCrossEntropyOfExtremes(Backend backend) {
        cross(backend, 0, 0, Float.intBitsToFloat(0x3f31_7218), 0.5f);
        cross(backend, 0, 1, Float.intBitsToFloat(0x3f31_7218), -0.5f);
        cross(backend, -100, 0, Float.intBitsToFloat(0x0000_001b), Float.intBitsToFloat(0x0000_001b));
        cross(backend, 100, 1, Float.intBitsToFloat(0x0000_001b), -Float.intBitsToFloat(0x0000_001b));
        cross(backend, -50, 1, 50, -1);
        cross(backend, 50, 0, 50, 1);
        cross(backend, -INF, 0, 0, 0);
        cross(backend, INF, 1, 0, 0);
        cross(backend, INF, 0, INF, 1);
        cross(backend, -INF, 1, INF, -1);
        cross(backend, Float.MAX_VALUE, 0, Float.MAX_VALUE, 1);
        cross(backend, -1e30f, 1, 1e30f, -1);
    }

    private static void cross(Backend backend, float z, float t, float loss, float gradient) {
        // Alone, in the middle of a vector, and in the tail; a power of two of them makes the mean exact.
        for (int n : new int[] {1, 2, 32}) {
            Tensor logits = Tensor.zeros(n).fill(z);
            Tensor targets = Tensor.zeros(n).fill(t);
            float[] gradients = new float[n];
            Arrays.fill(gradients, gradient);
            String what = "binary cross-entropy of " + z + ", " + t + ", " + n + " times, on " + backend;
            check(run(backend, BinaryCrossEntropy.SUM, null, logits, targets), what + ", sum", loss * n, gradients);
            if (n == 1 || loss < INF && loss > 1e-30f && loss < 1e30f) {
                Arrays.fill(gradients, gradient / n);
                check(run(backend, BinaryCrossEntropy.MEAN, null, logits, targets), what + ", mean", loss, gradients);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void squaredErrorHasNoHalf(Backend backend) {
        Tensor a = Tensor.of(new float[] {1, 2, -3, 0}, 4);
        Tensor b = Tensor.of(new float[] {0, 0, 1, 0}, 4);
        check(run(backend, MeanSquaredError.MEAN, null, a, b), "mean on " + backend, 5.25f, 0.5f, 1, -2, 0);
        check(run(backend, MeanSquaredError.SUM, null, a, b), "sum on " + backend, 21, 2, 4, -8, 0);
    }

    static void refused(Runnable call, String... words) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
        for (String word : words) {
            assertTrue(e.getMessage().contains(word), () -> "'" + word + "' is missing in: " + e.getMessage());
        }
        assertEquals(e.getMessage().strip(), e.getMessage());
    }
}
