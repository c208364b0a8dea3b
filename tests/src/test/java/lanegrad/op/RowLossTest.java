package lanegrad.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import lanegrad.Backend;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.testkit.Bits;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The values of the losses of rows of classes, beside those of [LossTest].
@Tag("width")
class RowLossTest {
    private static final float INF = Float.POSITIVE_INFINITY;
    private static final float NAN = Float.NaN;

    private static LossTest.Result soft(Backend backend, int classes, float[] logits, float... targets) {
        return LossTest.run(backend, SoftTargetCrossEntropy.SUM, null,
                Tensor.of(logits, logits.length / classes, classes),
                Tensor.of(targets, targets.length / classes, classes));
    }

    @ParameterizedTest
    @EnumSource
    void softTargetsOfExtremes(Backend backend) {
        LossTest.check(soft(backend, 2, new float[] {0, 200}, 1, 0), "[0, 200], [1, 0]", 200, -1, 1);
        LossTest.check(soft(backend, 2, new float[] {0, 200}, 0.5f, 0.5f), "[0, 200], halves", 100, -0.5f, 0.5f);
        LossTest.check(soft(backend, 2, new float[] {0, -INF}, 1, 0), "0 of -inf", 0, 0, 0);
        LossTest.check(soft(backend, 2, new float[] {0, -INF}, 0.5f, 0.5f), "half of -inf", INF, 0.5f, -0.5f);
        LossTest.check(soft(backend, 2, new float[] {7, 7}, 1, 1), "of sum 2", 0x1.62e43p0f, 0, 0);
        LossTest.check(soft(backend, 2, new float[] {7, 7}, 0, 0), "of sum 0", 0, 0, 0);
        LossTest.check(soft(backend, 2, new float[] {0, NAN}, 1, 0), "a NaN", NAN, NAN, NAN);
        LossTest.check(soft(backend, 2, new float[] {0, NAN}, 0, 0), "a NaN and no target", NAN, NAN, NAN);
        LossTest.check(soft(backend, 2, new float[] {-INF, -INF}, 1, 0), "a row of -inf", NAN, NAN, NAN);
    }

    @ParameterizedTest
    @EnumSource
    void softTargetsAreShiftInvariant(Backend backend) {
        float[] targets = {0.125f, 0.5f, 0.25f, 0.125f};
        LossTest.Result plain = soft(backend, 4, new float[] {0, 1, 2, 3}, targets);
        LossTest.check(soft(backend, 4, new float[] {10000, 10001, 10002, 10003}, targets), "shifted by 10000",
                plain.loss(), plain.gradient());
    }

    // A row with one 1 is a label, bit for bit: the sum, and the mean over a power of two of rows.
    @ParameterizedTest
    @EnumSource
    void aLabelIsARowWithOneOne(Backend backend) {
        for (int classes : new int[] {1, 2, 5, 10, 33}) {
            for (int rows : new int[] {1, 8, 15, 16, 37, 64}) {
                int[] labels = new int[rows];
                Tensor logits = Tensor.zeros(rows, classes);
                Tensor targets = Tensor.zeros(rows, classes);
                for (int i = 0; i < rows * classes; i++) {
                    logits.set(i, (i * 37 % 101 - 50) / 7f);
                }
                for (int i = 0; i < rows; i++) {
                    labels[i] = i * 3 % classes;
                    targets.set(i * classes + labels[i], 1);
                }
                String what = rows + " rows of " + classes + " on " + backend;
                boolean power = Integer.bitCount(rows) == 1;
                LossTest.Result byLabel = LossTest.run(backend, power ? SoftmaxCrossEntropy.MEAN
                        : SoftmaxCrossEntropy.SUM, labels, logits);
                LossTest.Result byTarget = LossTest.run(backend, power ? SoftTargetCrossEntropy.MEAN
                        : SoftTargetCrossEntropy.SUM, null, logits, targets);
                LossTest.check(byTarget, what, byLabel.loss(), byLabel.gradient());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNaNStaysInItsRow(Backend backend) {
        int rows = 21;
        int classes = 10;
        float[] logits = new float[rows * classes];
        float[] targets = new float[rows * classes];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = i % 7 - 3;
            targets[i] = i % 3 / 16f;
        }
        float[] plain = soft(backend, classes, logits, targets).gradient();
        for (int at = 0; at < logits.length; at++) {
            for (int input = 0; input < 2; input++) {
                float[][] with = {logits.clone(), targets.clone()};
                with[input][at] = Float.intBitsToFloat(0xff80_0001);
                float[] expected = plain.clone();
                Arrays.fill(expected, at / classes * classes, at / classes * classes + classes, NAN);
                LossTest.Result actual = soft(backend, classes, with[0], with[1]);
                String what = "a NaN at " + at + " of input " + input + " on " + backend;
                Bits.assertIdentical(new float[] {NAN}, new float[] {actual.loss()}, what);
                Bits.assertIdentical(expected, actual.gradient(), what + ", gradient");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void softTargetsHaveAGradient(Backend backend) {
        Tape tape = new Tape(backend, 1);
        Var t = tape.variable(Tensor.zeros(2, 2));
        tape.backward(SoftTargetCrossEntropy.of(tape.constant(Tensor.of(new float[] {0, 200, 7, 7}, 2, 2)), t));
        Bits.assertIdentical(new float[] {100, 0, 0x1.62e43p-2f, 0x1.62e43p-2f}, t.gradient().toArray(),
                "-log softmax / 2 on " + backend);
    }

    @ParameterizedTest
    @EnumSource
    void negativeLogLikelihood(Backend backend) {
        Tensor x = Tensor.of(new float[] {-1, -2, -3, -4, NAN, -INF}, 3, 2);
        LossTest.check(LossTest.run(backend, NegativeLogLikelihood.MEAN, new int[] {1, 0, 1}, x), "mean of -inf", INF,
                0, (float) (-1 / 3.0), (float) (-1 / 3.0), 0, 0, (float) (-1 / 3.0));
        Tensor two = Tensor.of(new float[] {-1, -2, -3, NAN}, 2, 2);
        LossTest.check(LossTest.run(backend, NegativeLogLikelihood.MEAN, new int[] {1, 0}, two), "mean", 2.5f, 0,
                -0.5f, -0.5f, 0);
        LossTest.check(LossTest.run(backend, NegativeLogLikelihood.SUM, new int[] {1, 0}, two), "sum", 5, 0, -1, -1,
                0);
        LossTest.check(LossTest.run(backend, NegativeLogLikelihood.SUM, new int[] {1, 1}, two), "a NaN that is read",
                NAN, 0, -1, 0, -1);
        for (int wrong : new int[] {-1, 2, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            LossTest.refused(() -> LossTest.run(backend, NegativeLogLikelihood.MEAN, new int[] {0, wrong}, two),
                    "negative-log-likelihood", "label 1 is " + wrong, "log-probabilities", "0 to 1");
        }
        LossTest.refused(() -> LossTest.run(backend, NegativeLogLikelihood.MEAN, null, two), "labels are missing");
        LossTest.refused(() -> LossTest.run(backend, NegativeLogLikelihood.MEAN, new int[1], two), "2 rows",
                "1 labels");
        LossTest.refused(() -> LossTest.run(backend, NegativeLogLikelihood.MEAN, new int[3], Tensor.zeros(3)), "[3]",
                "matrix");
        LossTest.refused(() -> LossTest.run(backend, NegativeLogLikelihood.MEAN, new int[0], Tensor.zeros(0, 3)),
                "[0, 3]", "empty");
    }

    // Labels are read when the loss is recorded: what happens to the array afterwards changes no gradient.
    @ParameterizedTest
    @EnumSource
    void labelsAreNotKept(Backend backend) {
        for (LabelLoss loss : new LabelLoss[] {NegativeLogLikelihood.SUM, SoftmaxCrossEntropy.SUM}) {
            int[] labels = {1, 0, 2};
            Tape tape = new Tape(backend, 1);
            Var x = tape.variable(Tensor.zeros(3, 3).fill(-1));
            Var y = loss.apply(x, labels);
            Arrays.fill(labels, 17);
            tape.backward(y);
            for (int i = 0; i < 9; i++) {
                boolean label = i == 1 || i == 3 || i == 8;
                assertEquals(label, x.gradient().get(i) < 0, loss.name() + ", gradient " + i);
            }
        }
    }
}
