package lanegrad.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import lanegrad.Backend;
import lanegrad.data.Dataset;
import lanegrad.data.Digits;
import lanegrad.data.Split;
import lanegrad.math.SplitMix;
import lanegrad.op.Relu;
import lanegrad.optim.Adam;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A training run has one hash: on both backends, at every vector width, with any number of threads, interpreted
/// or compiled, with the incubator module or without.
///
/// The constants change when a lane function, an order of summation or the drawing of weights changes its bits,
/// and with nothing else. To pin them anew, run this test and copy the hash from the failure message, when all
/// runs agree on it.
class TrainingHashTest {
    private static final String TWO_EPOCHS = "7b8475aecabf9b4ce32f1cae308231140c9970aadd63344ecb7526aa798dd8b7";
    private static final String THREE_STEPS = "6317510c6734231dd5015667b3060185e27a5fecbd884b402e16df57a7f54b76";

    /// Two epochs over the training part of the digits.
    @ParameterizedTest
    @EnumSource
    @Tag("width")
    void twoEpochs(Backend backend) {
        for (int threads : new int[] {1, 2, 3, 1}) {
            Split split = digits();
            assertEquals(TWO_EPOCHS, train(backend, threads, split.train(), split.test(), 2),
                    "sha256 of the weights after 2 epochs on " + backend + ", threads " + threads);
        }
    }

    /// Few enough for the interpreter.
    @ParameterizedTest
    @EnumSource
    @Tag("width")
    @Tag("interpreted")
    void threeSteps(Backend backend) {
        for (int threads = 1; threads <= 2; threads++) {
            assertEquals(THREE_STEPS, threeSteps(backend, threads),
                    "sha256 of the weights after 96 digits on " + backend + ", threads " + threads);
        }
    }

    /// The scalar backend does not need the incubator module, and computes the same without it.
    @Test
    @Tag("nomodule")
    void withoutTheModule() {
        assertEquals(THREE_STEPS, threeSteps(Backend.SCALAR, 1), "sha256 of the weights after 96 digits");
        Split split = digits();
        assertEquals(TWO_EPOCHS, train(Backend.best().backend(), 2, split.train(), split.test(), 2),
                "sha256 of the weights after 2 epochs");
    }

    /// Two epochs are enough to read most digits: the hash is that of a network that learns.
    @Test
    void theNetworkLearns() {
        Split split = digits();
        SplitMix root = new SplitMix(42);
        Sequential model = Sequential.perceptron(Relu.OP, Init.HE, root.split("init"), 64, 32, 10);
        Trainer trainer = new Trainer(model, new Adam(model.parameters(), 0.003f), Backend.best().backend(), 1);
        double before = trainer.evaluate(split.test()).accuracy();
        History history = trainer.fit(split.train(), split.test(), Trainer.Settings.of(2, 32), root.split("shuffle"),
                Trainer.Listener.SILENT);
        assertTrue(before < 0.4, "accuracy before training: " + before);
        assertTrue(history.epochs().get(1).validationAccuracy() > 0.8, history.toString());
        assertTrue(history.epochs().get(1).trainLoss() < history.epochs().get(0).trainLoss(), history.toString());
        assertEquals(history.epochs().get(1).validationAccuracy(), trainer.evaluate(split.test()).accuracy());
    }

    private static Split digits() {
        return Split.of(Digits.load().scaled(1f / Digits.MAX_PIXEL), 0.2, 42);
    }

    private static String threeSteps(Backend backend, int threads) {
        int[] rows = new int[96];
        Arrays.setAll(rows, i -> i);
        Dataset few = digits().train().rows(rows);
        return train(backend, threads, few, few.rows(Arrays.copyOf(rows, 4)), 1);
    }

    private static String train(Backend backend, int threads, Dataset train, Dataset test, int epochs) {
        SplitMix root = new SplitMix(42);
        Sequential model = Sequential.perceptron(Relu.OP, Init.HE, root.split("init"), 64, 32, 10);
        Adam adam = new Adam(model.parameters(), 0.003f, 0.9f, 0.999f, 1e-8f, backend);
        new Trainer(model, adam, backend, threads).fit(train, test, Trainer.Settings.of(epochs, 32),
                root.split("shuffle"),
                Trainer.Listener.SILENT);
        return model.sha256();
    }
}
