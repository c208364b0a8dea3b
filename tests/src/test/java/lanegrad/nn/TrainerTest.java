package lanegrad.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import lanegrad.Backend;
import lanegrad.Tensor;
import lanegrad.data.Dataset;
import lanegrad.data.Digits;
import lanegrad.data.Split;
import lanegrad.math.SplitMix;
import lanegrad.op.MeanAbsoluteError;
import lanegrad.op.MeanSquaredError;
import lanegrad.op.Relu;
import lanegrad.op.Tanh;
import lanegrad.optim.Adam;
import lanegrad.optim.NonFiniteException;
import lanegrad.optim.Schedule;
import lanegrad.optim.Sgd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Training: its batches, its losses, what it reports, and what it refuses.
class TrainerTest {
    private static final int[] PARITY = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
    private static final Split DIGITS = Split.of(Digits.load().scaled(1f / Digits.MAX_PIXEL), 0.2, 42);
    private static final Objective SQUARES = new Objective(MeanSquaredError.MEAN, Targets.ONE_HOT, null);

    static List<Objective> objectives() {
        return Objective.all();
    }

    // The data that an objective is for: ten classes, or odd against even.
    private static Dataset data(Objective objective, Dataset digits) {
        return objective.targets().single() ? digits.relabeled(2, PARITY) : digits;
    }

    private static Dataset first(Dataset data, int n) {
        int[] rows = new int[n];
        Arrays.setAll(rows, i -> i);
        return data.rows(rows);
    }

    private static Sequential model(Objective objective, SplitMix root) {
        return Sequential.perceptron(Tanh.OP, Init.XAVIER, root.split("init"), 64, 24,
                objective.targets().single() ? 1 : 10);
    }

    private static Trainer trainer(Sequential model, float lr) {
        return new Trainer(model, new Sgd(model.parameters(), lr), Backend.best().backend(), 1);
    }

    @ParameterizedTest
    @MethodSource("objectives")
    void everyObjectiveHasOneHash(Objective objective) {
        Dataset train = data(objective, first(DIGITS.train(), 300));
        Set<String> hashes = new HashSet<>();
        for (Backend backend : Backend.values()) {
            for (int threads = 1; threads <= 3; threads++) {
                SplitMix root = new SplitMix(1);
                Sequential model = model(objective, root);
                Trainer trainer = new Trainer(model, new Adam(model.parameters(), 0.01f, 0.9f, 0.999f, 1e-8f, backend),
                        objective, backend, threads);
                History history = trainer.fit(train, train, Trainer.Settings.of(1, 32), root.split("shuffle"),
                        Trainer.Listener.SILENT);
                hashes.add(model.sha256() + " " + history.epochs().getFirst().validationLoss());
            }
        }
        assertEquals(1, hashes.size(), objective.name() + ": " + hashes);
    }

    @ParameterizedTest
    @MethodSource("objectives")
    void everyObjectiveLearns(Objective objective) {
        SplitMix root = new SplitMix(1);
        Sequential model = model(objective, root);
        Trainer trainer = new Trainer(model, new Adam(model.parameters(), 0.01f), objective, Backend.best().backend(),
                1);
        Dataset test = data(objective, DIGITS.test());
        double before = trainer.evaluate(test).loss();
        // Absolute errors hardly pull where the true class has hardly any probability.
        boolean slow = objective.loss() == MeanAbsoluteError.MEAN;
        int epochs = slow ? 25 : 6;
        History history = trainer.fit(data(objective, DIGITS.train()), test, Trainer.Settings.of(epochs, 32),
                root.split("shuffle"), Trainer.Listener.SILENT);
        History.Epoch last = history.epochs().getLast();
        assertTrue(last.validationAccuracy() > (slow ? 0.85 : 0.93), objective.name() + ": " + last);
        assertTrue(last.validationLoss() < before, objective.name() + ": " + before + " to " + last);
        assertEquals(epochs, history.kept());
    }

    /// At a rate too small to move a weight, the running loss of an epoch is the loss of the data, however it is cut
    /// into batches. One example has nearly all of it, so a mean of batch means would be 5/3 or 5/7 of it.
    @ParameterizedTest
    @CsvSource({"7", "3", "4", "10", "1", "0"})
    void aShortLastBatchDoesNotBiasTheEpochLoss(int batch) {
        float[] x = new float[20];
        Arrays.fill(x, 0.01f);
        x[9] = 300;
        Dataset data = new Dataset(Tensor.of(x, 10, 2), new int[] {0, 1, 0, 1, 0, 1, 0, 1, 0, 1}, 2);
        SplitMix root = new SplitMix(9);
        Sequential model = Sequential.perceptron(null, Init.NORMAL, root.split("init"), 2, 2);
        Trainer trainer = trainer(model, 1e-30f);
        double expected = trainer.evaluate(data).loss();
        History.Epoch epoch = trainer.fit(data, data, Trainer.Settings.of(1, batch), root.split("shuffle"),
                Trainer.Listener.SILENT).epochs().getFirst();
        assertTrue(Math.abs(epoch.trainLoss() - expected) <= 1e-6 * expected, epoch.trainLoss() + ", " + expected);
        assertEquals(expected, epoch.validationLoss());
    }

    /// From zero weights both classes have probability 1/2, so plain descent steps by `-lr X^T (1/2 - onehot) / n`.
    @Test
    void aBatchOfAllIsOneStepOfGradientDescent() {
        Dataset data = new Dataset(Tensor.of(new float[] {1, 2, -3, 4, 5, -6}, 3, 2), new int[] {0, 1, 1}, 2);
        for (int batch : new int[] {Trainer.Settings.ALL, 3}) {
            Sequential model = Sequential.perceptron(null, Init.ZERO, new SplitMix(1), 2, 2);
            int[] steps = {0};
            trainer(model, 0.3f).fit(data, data, Trainer.Settings.of(1, batch), new SplitMix(1), counting(steps));
            assertEquals(1, steps[0]);
            double[] gradient = {(-0.5 - 1.5 + 2.5) / 3, (0.5 + 1.5 - 2.5) / 3, (-1 + 2 - 3) / 3.0, (1 - 2 + 3) / 3.0};
            for (int i = 0; i < 4; i++) {
                float w = model.parameters().get(0).value().get(i);
                assertTrue(Math.abs(w + 0.3 * gradient[i]) <= 1e-6, i + ": " + w);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 10", "3, 4", "5, 2", "9, 2", "10, 1", "0, 1"})
    void anEpochHasSoManySteps(int batch, int expected) {
        int[] steps = {0};
        SplitMix root = new SplitMix(1);
        trainer(Sequential.perceptron(null, Init.HE, root, 64, 10), 0.1f).fit(first(DIGITS.train(), 10),
                DIGITS.test(), Trainer.Settings.of(2, batch), root, counting(steps));
        assertEquals(2 * expected, steps[0]);
    }

    private static Trainer.Listener counting(int[] steps) {
        return new Trainer.Listener() {
            @Override
            public void batch(int epoch, int done, int total) {
                steps[0]++;
            }
        };
    }

    /// A layer that tells in which mode it was applied.
    private record Asked(List<Mode> modes) implements Layer {
        @Override
        public lanegrad.Var apply(lanegrad.Var x) {
            return x;
        }

        @Override
        public lanegrad.Var apply(lanegrad.Var x, Mode mode) {
            modes.add(mode);
            return x;
        }

        @Override
        public List<lanegrad.Var> parameters() {
            return List.of();
        }

        @Override
        public lanegrad.Shape output(lanegrad.Shape input) {
            return input;
        }

        @Override
        public String describe() {
            return "asked";
        }
    }

    @Test
    void layersKnowWhetherTheyAreTrained() {
        Asked asked = new Asked(new ArrayList<>());
        Sequential model = new Sequential(asked, new Dense("dense", 64, 10, null, Init.HE, new SplitMix(1)));
        Dataset few = first(DIGITS.train(), 6);
        trainer(model, 0.1f).fit(few, few, Trainer.Settings.of(1, 3), new SplitMix(1), Trainer.Listener.SILENT);
        assertEquals(List.of(Mode.TRAINING, Mode.TRAINING, Mode.EVALUATION), asked.modes());
    }

    @Test
    void dropoutDropsInTrainingOnlyAndTheSameEverywhere() {
        Set<String> hashes = new HashSet<>();
        for (Backend backend : Backend.values()) {
            SplitMix root = new SplitMix(1);
            Sequential model = Sequential.perceptron(Relu.OP, Init.HE, 0.5f, root.split("init"), 64, 32, 10);
            assertEquals("dropout 0.5", model.layers().get(1).describe());
            Trainer trainer = new Trainer(model, new Sgd(model.parameters(), 0.1f, 0, backend), backend, 1);
            Evaluation before = trainer.evaluate(DIGITS.test());
            assertEquals(before.loss(), trainer.evaluate(DIGITS.test()).loss(), "evaluation drops");
            History.Epoch last = trainer.fit(DIGITS.train(), DIGITS.test(), Trainer.Settings.of(3, 32),
                    root.split("shuffle"), Trainer.Listener.SILENT).epochs().getLast();
            assertTrue(last.validationAccuracy() > 0.85, last.toString());
            assertTrue(last.trainAccuracy() < last.validationAccuracy(), "half of the units are missing: " + last);
            hashes.add(model.sha256());
        }
        Sequential without = Sequential.perceptron(Relu.OP, Init.HE, 0, new SplitMix(1).split("init"), 64, 32, 10);
        SplitMix root = new SplitMix(1);
        trainer(without, 0.1f).fit(DIGITS.train(), DIGITS.test(), Trainer.Settings.of(3, 32), root.split("shuffle"),
                Trainer.Listener.SILENT);
        assertEquals(1, hashes.size());
        assertTrue(hashes.add(without.sha256()), "dropout changed nothing");
    }

    @Test
    void theListenerEndsTraining() {
        Sequential model = model(SQUARES, new SplitMix(1));
        History history = trainer(model, 0.1f).fit(DIGITS.train(), DIGITS.test(), Trainer.Settings.of(9, 64),
                new SplitMix(1), new Trainer.Listener() {
                    @Override
                    public boolean epoch(History.Epoch epoch) {
                        return epoch.epoch() < 2;
                    }
                });
        assertEquals(2, history.epochs().size());
        assertEquals(2, history.kept());
    }

    /// A schedule is asked before every step and hears every epoch; afterwards the optimizer has its own rate.
    @Test
    void theScheduleSetsEveryRate() {
        List<String> asked = new ArrayList<>();
        List<Double> heard = new ArrayList<>();
        Schedule schedule = new Schedule() {
            @Override
            public float rate(float base, int step, int stepsPerEpoch) {
                asked.add(base + " " + step + " " + stepsPerEpoch);
                return step < 3 ? 0 : base / 2;
            }

            @Override
            public void epoch(double validationLoss) {
                heard.add(validationLoss);
            }
        };
        Dataset few = first(DIGITS.train(), 10);
        Sequential model = model(SQUARES, new SplitMix(1));
        Sgd sgd = new Sgd(model.parameters(), 0.25f);
        List<String> hashes = new ArrayList<>(List.of(model.sha256()));
        History history = new Trainer(model, sgd, SQUARES, Backend.SCALAR, 1).fit(few, few,
                Trainer.Settings.of(2, 4).withSchedule(schedule), new SplitMix(1), new Trainer.Listener() {
                    @Override
                    public boolean epoch(History.Epoch epoch) {
                        hashes.add(model.sha256());
                        return true;
                    }
                });
        assertEquals(List.of("0.25 0 3", "0.25 1 3", "0.25 2 3", "0.25 3 3", "0.25 4 3", "0.25 5 3"), asked);
        assertEquals(history.epochs().stream().map(History.Epoch::validationLoss).toList(), heard);
        assertEquals(hashes.get(0), hashes.get(1), "rate 0 moves nothing");
        assertNotEquals(hashes.get(1), hashes.get(2));
        assertEquals(0.25f, sgd.rate());
    }

    /// After the first epoch the tape, its buffers and the optimizer's state exist. The least of several epochs
    /// counts, because the JVM itself may allocate once on this thread, when it links or compiles. (On the scalar
    /// backend, because the vector kernels' garbage ends only when they are compiled.)
    @Test
    void aSteadyEpochAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (Objective objective : Objective.all()) {
            SplitMix root = new SplitMix(1);
            Sequential model = model(objective, root);
            Trainer trainer = new Trainer(model, new Adam(model.parameters(), 0.01f, 0.9f, 0.999f, 1e-8f,
                    Backend.SCALAR), objective, Backend.SCALAR, 1);
            long[] bytes = {0, Long.MAX_VALUE};
            Dataset train = data(objective, first(DIGITS.train(), 100));
            trainer.fit(train, train, Trainer.Settings.of(6, 16), root, new Trainer.Listener() {
                @Override
                public void batch(int epoch, int done, int total) {
                    // From the first batch of an epoch to its short last one: six steps.
                    if (done == 16) {
                        bytes[0] = threads.getCurrentThreadAllocatedBytes();
                    } else if (done == total) {
                        bytes[1] = Math.min(bytes[1], threads.getCurrentThreadAllocatedBytes() - bytes[0]);
                    }
                }
            });
            assertEquals(0, bytes[1], objective.name() + ": bytes of six steps");
        }
    }

    @Test
    void aLossThatIsNotFiniteIsReportedWithItsPlaceAndNotApplied() {
        Sequential model = Sequential.perceptron(Relu.OP, Init.HE, new SplitMix(1), 64, 16, 10);
        String[] hash = {model.sha256()};
        Trainer trainer = new Trainer(model, new Sgd(model.parameters(), 1e30f), SQUARES, Backend.best().backend(), 1);
        String message = assertThrows(NonFiniteException.class, () -> trainer.fit(DIGITS.train(), DIGITS.test(),
                Trainer.Settings.of(1, 32), new SplitMix(1), hashing(model, hash))).getMessage();
        assertTrue(message.matches("epoch 1, step \\d+: the loss \\(mean-squared-error\\) is (NaN|Infinity); "
                + "(the first result that is not finite is that of linear(-relu)?, layer [12] \\(dense( relu)?\\)"
                + "|all results before it are finite); lower the learning rate, begin with smaller weights, or "
                + "scale the inputs"), message);
        assertEquals(hash[0], model.sha256(), "the step was applied");
    }

    @Test
    void aWeightThatIsNotFiniteIsNamed() {
        Sequential model = Sequential.perceptron(Relu.OP, Init.HE, new SplitMix(1), 64, 16, 10);
        model.parameters().get(2).value().set(3, Float.NaN);
        String message = assertThrows(NonFiniteException.class, () -> trainer(model, 0.1f).fit(DIGITS.train(),
                DIGITS.test(), Trainer.Settings.of(1, 32), new SplitMix(1), Trainer.Listener.SILENT)).getMessage();
        assertTrue(message.startsWith("epoch 1, step 1: the loss (softmax-cross-entropy) is NaN; the weights dense2.w "
                + "of layer 2 (dense) are not finite"), message);
    }

    @Test
    void aFeatureThatIsNotFiniteIsNamed() {
        Dataset bad = new Dataset(Tensor.of(new float[] {1, Float.NaN}, 2, 1), new int[] {0, 1}, 2);
        Sequential model = Sequential.perceptron(null, Init.HE, new SplitMix(1), 1, 2);
        String message = assertThrows(NonFiniteException.class, () -> trainer(model, 0.1f).fit(bad, bad,
                Trainer.Settings.of(1, 2), new SplitMix(1), Trainer.Listener.SILENT)).getMessage();
        assertTrue(message.contains("the features of the batch are not finite"), message);
    }

    /// x w = 1e19, so the loss is 1e38 and finite, and dw = 1e25 * 1e19 is not.
    @Test
    void aGradientThatIsNotFiniteIsReportedWithItsPlaceAndNotApplied() {
        Dataset data = new Dataset(Tensor.of(new float[] {1e25f}, 1, 1), new int[] {0}, 2);
        Sequential model = Sequential.perceptron(null, new Init.Constant(1e-6f), new SplitMix(1), 1, 2);
        String hash = model.sha256();
        Trainer trainer = new Trainer(model, new Sgd(model.parameters(), 1e-3f), SQUARES, Backend.best().backend(), 1);
        String message = assertThrows(NonFiniteException.class, () -> trainer.fit(data, data,
                Trainer.Settings.of(1, 1), new SplitMix(1), Trainer.Listener.SILENT)).getMessage();
        assertTrue(message.startsWith("epoch 1, step 1: the gradient of dense1.w [1, 2] is not finite"), message);
        assertTrue(message.endsWith("it arose in the backward of linear, layer 1 (dense)"), message);
        assertEquals(hash, model.sha256());
    }

    private static Trainer.Listener hashing(Sequential model, String[] hash) {
        return new Trainer.Listener() {
            @Override
            public void batch(int epoch, int done, int total) {
                hash[0] = model.sha256();
            }
        };
    }

    @Test
    void whatDoesNotFitIsASentence() {
        Sequential model = model(SQUARES, new SplitMix(1));
        assertRefused("epochs is 0; give 1 or more", () -> Trainer.Settings.of(0, 1));
        assertRefused("the batch size is -1; give 1 or more, or Settings.ALL", () -> Trainer.Settings.of(1, -1));
        assertRefused("the batch size is 1438, the training data has 1437 examples; give 1 to 1437",
                () -> fit(model, Objective.SOFTMAX_CROSS_ENTROPY, DIGITS.train(), 1438));
        assertRefused("the training data has 0 examples; give some",
                () -> fit(model, Objective.SOFTMAX_CROSS_ENTROPY, first(DIGITS.train(), 0), Trainer.Settings.ALL));
        assertRefused("a loss on one output tells two classes apart, the data has 10 classes",
                () -> fit(model, Objective.BINARY_CROSS_ENTROPY, DIGITS.train(), 32));
        assertRefused("the model's output has shape [32, 10] for a batch of 32; binary-cross-entropy on 2 classes "
                + "needs [32, 1]. Give the last layer 1 unit", () -> fit(model, Objective.BINARY_CROSS_ENTROPY,
                        DIGITS.train().relabeled(2, PARITY), 32));
        assertRefused("loss 'hinges' is unknown; choose one of softmax-cross-entropy, binary",
                () -> Objective.named("hinges"));
        assertRefused("9 new classes for 10 old ones", () -> DIGITS.train().relabeled(2, new int[9]));
        assertRefused("class 1 becomes 2, outside of 0..1", () -> DIGITS.train().relabeled(2, 0, 2, 0, 0, 0, 0, 0, 0, 0,
                0));
    }

    private static void fit(Sequential model, Objective objective, Dataset train, int batch) {
        new Trainer(model, new Sgd(model.parameters(), 0.1f), objective, Backend.best().backend(), 1).fit(train, train,
                Trainer.Settings.of(1, batch), new SplitMix(1), Trainer.Listener.SILENT);
    }

    private static void assertRefused(String sentence, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(sentence), message);
    }
}
