package lanegrad.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import lanegrad.Backend;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.data.Dataset;
import lanegrad.data.Digits;
import lanegrad.data.Split;
import lanegrad.math.SplitMix;
import lanegrad.op.Relu;
import lanegrad.optim.NonFiniteException;
import lanegrad.optim.Sgd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// When training ends, and which weights it leaves.
class EarlyStoppingTest {
    private static final double NAN = Double.NaN;

    // Shows the figures as epochs 1, 2, …; after epoch k the only weight is k. Gives the epoch at which it ended (0 for
    // none), that of the best weights, and the weight after they were put back.
    private static int[] watched(EarlyStopping stopping, double... figures) {
        Var w = Var.parameter("w", Tensor.of(new float[] {0, 7}, 2));
        EarlyStopping.Watch watch = stopping.watch(List.of(w));
        int ended = 0;
        for (int epoch = 1; epoch <= figures.length && ended == 0; epoch++) {
            w.value().set(0, epoch);
            double figure = figures[epoch - 1];
            boolean loss = stopping.metric() == EarlyStopping.Metric.LOSS;
            ended = watch.ends(new History.Epoch(epoch, 0, 0, loss ? figure : 5, loss ? 0.5 : figure, 0)) ? epoch : 0;
        }
        w.value().set(0, -1);
        int version = w.value().version();
        watch.restore();
        assertTrue(watch.bestEpoch() == 0 || w.value().version() > version, "the tape is not told of the write");
        assertEquals(7, w.value().get(1));
        return new int[] {ended, watch.bestEpoch(), (int) w.value().get(0)};
    }

    @Test
    void patienceCountsEpochsWithoutGain() {
        assertArrayEquals(new int[] {4, 2, 2}, watched(EarlyStopping.after(2), 3, 2, 2.5, 2, 1));
        assertArrayEquals(new int[] {3, 2, 2}, watched(EarlyStopping.after(1), 3, 2, 2.5, 2, 1));
        assertArrayEquals(new int[] {0, 5, 5}, watched(EarlyStopping.after(3), 3, 2, 2.5, 2, 1));
        assertArrayEquals(new int[] {0, 1, 1}, watched(EarlyStopping.after(3), 3, 3, 3));
        assertArrayEquals(new int[] {4, 1, 1}, watched(EarlyStopping.after(3), 3, 3, 3, 3, 1));
    }

    @Test
    void smallGainsDoNotProlongButTheirWeightsAreTheBest() {
        EarlyStopping stopping = new EarlyStopping(2, 0.5, EarlyStopping.Metric.LOSS);
        assertArrayEquals(new int[] {3, 3, 3}, watched(stopping, 3, 2.75, 2.5, 1));
        assertArrayEquals(new int[] {5, 4, 4}, watched(stopping, 3, 2.75, 2.25, 2, 2.125, 1));
    }

    @Test
    void accuracyIsBetterWhenLarger() {
        EarlyStopping stopping = new EarlyStopping(2, 0, EarlyStopping.Metric.ACCURACY);
        assertArrayEquals(new int[] {4, 2, 2}, watched(stopping, 0.5, 0.75, 0.75, 0.5, 1));
    }

    @Test
    void aNaNIsNeverBetter() {
        assertArrayEquals(new int[] {2, 0, -1}, watched(EarlyStopping.after(2), NAN, NAN, 1));
        assertArrayEquals(new int[] {4, 2, 2}, watched(EarlyStopping.after(2), NAN, 3, NAN, NAN, 1));
        assertArrayEquals(new int[] {2, 0, -1}, watched(EarlyStopping.after(2), Double.POSITIVE_INFINITY, NAN, 1));
    }

    @Test
    void settingsOutOfRangeAreSentences() {
        for (Runnable wrong : List.<Runnable>of(() -> EarlyStopping.after(0),
                () -> new EarlyStopping(1, -1, EarlyStopping.Metric.LOSS),
                () -> new EarlyStopping(1, NAN, EarlyStopping.Metric.LOSS))) {
            String message = assertThrows(IllegalArgumentException.class, wrong::run).getMessage();
            assertTrue(message.matches("early stopping: the .* is .*; give .*"), message);
        }
    }

    // A run at a rate so high that its validation loss goes up and down.
    private static final class Run {
        final Split digits = Split.of(Digits.load().scaled(1f / Digits.MAX_PIXEL), 0.2, 42);
        final Sequential model = Sequential.perceptron(Relu.OP, Init.HE, new SplitMix(3), 64, 12, 10);
        final List<String> hashes = new ArrayList<>();
        final List<Double> losses = new ArrayList<>();
        History history;

        void train(int epochs, int patience, int listenerEnds, int poisoned) {
            int[] rows = new int[200];
            Arrays.setAll(rows, i -> i);
            Dataset few = digits.train().rows(rows);
            Sgd sgd = new Sgd(model.parameters(), 0.4f, 0.9f, Backend.SCALAR);
            history = new Trainer(model, sgd, Backend.SCALAR, 1).fit(few, digits.test(),
                    Trainer.Settings.of(epochs, 32).withEarlyStopping(EarlyStopping.after(patience)), new SplitMix(5),
                    new Trainer.Listener() {
                        @Override
                        public boolean epoch(History.Epoch e) {
                            hashes.add(model.sha256());
                            losses.add(e.validationLoss());
                            if (e.epoch() == poisoned) {
                                model.parameters().get(0).value().set(5, Float.NaN);
                            }
                            return e.epoch() != listenerEnds;
                        }
                    });
        }

        void assertBestWeights() {
            int best = 0;
            for (int i = 0; i < losses.size(); i++) {
                best = losses.get(i) < losses.get(best) ? i : best;
            }
            assertTrue(best < losses.size() - 1, "the last epoch is the best, so this shows nothing: " + losses);
            assertEquals(hashes.get(best), model.sha256(), "the best of " + losses + " is epoch " + (best + 1));
            if (history != null) {
                assertEquals(best + 1, history.kept());
            }
        }
    }

    @Test
    void patienceEndsTrainingAndTheBestWeightsComeBack() {
        Run run = new Run();
        run.train(200, 3, 0, 0);
        assertTrue(run.history.epochs().size() < 200);
        assertEquals(run.history.kept() + 3, run.history.epochs().size());
        run.assertBestWeights();
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 7, 8, 10})
    void theLastEpochBringsTheBestWeightsBack(int epochs) {
        Run run = new Run();
        run.train(epochs, 100, 0, 0);
        assertEquals(epochs, run.history.epochs().size());
        run.assertBestWeights();
    }

    @Test
    void theListenersWordBringsTheBestWeightsBack() {
        Run run = new Run();
        run.train(100, 100, 7, 0);
        assertEquals(7, run.history.epochs().size());
        run.assertBestWeights();
    }

    @Test
    void anExceptionBringsTheBestWeightsBack() {
        Run run = new Run();
        String message = assertThrows(NonFiniteException.class, () -> run.train(100, 100, 0, 7)).getMessage();
        assertTrue(message.startsWith("epoch 8, step 1: "), message);
        run.assertBestWeights();
    }

    @Test
    void withoutItTheLastWeightsStay() {
        int epochs = 10;
        Run run = new Run();
        run.train(epochs, epochs, 0, 0);
        Sequential model = Sequential.perceptron(Relu.OP, Init.HE, new SplitMix(3), 64, 12, 10);
        int[] rows = new int[200];
        Arrays.setAll(rows, i -> i);
        History history = new Trainer(model, new Sgd(model.parameters(), 0.4f, 0.9f, Backend.SCALAR), Backend.SCALAR, 1)
                .fit(run.digits.train().rows(rows), run.digits.test(), Trainer.Settings.of(epochs, 32), new SplitMix(5),
                        Trainer.Listener.SILENT);
        assertEquals(run.hashes.getLast(), model.sha256(), "watching changed the training");
        assertEquals(epochs, history.kept());
    }
}
