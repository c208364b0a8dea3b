package lanegrad.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import lanegrad.Backend;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.data.Dataset;
import lanegrad.math.SplitMix;
import lanegrad.optim.Sgd;
import org.junit.jupiter.api.Test;

/// What a network does when it is asked, and in which order it is shown the examples.
class ModeAndOrderTest {
    private static float[] ones(int n) {
        float[] x = new float[n];
        Arrays.fill(x, 1);
        return x;
    }

    @Test
    void aNetworkThatIsGivenNoModeIsAskedAndDropsNothing() {
        Sequential model = new Sequential(new Dropout(0.5f, new SplitMix(1)));
        Var x = new Tape(Backend.SCALAR, 1).constant(Tensor.of(ones(64), 1, 64));
        assertArrayEquals(ones(64), Arrays.copyOf(model.apply(x).value().data(), 64));
        assertFalse(Arrays.equals(ones(64), Arrays.copyOf(model.apply(x, Mode.TRAINING).value().data(), 64)));
    }

    @Test
    void everyStepDropsOthers() {
        Dropout layer = new Dropout(0.5f, new SplitMix(1));
        float[][] steps = new float[2][];
        for (int i = 0; i < 2; i++) {
            Var x = new Tape(Backend.SCALAR, 1).constant(Tensor.of(ones(64), 1, 64));
            steps[i] = Arrays.copyOf(layer.apply(x, Mode.TRAINING).value().data(), 64);
        }
        assertFalse(Arrays.equals(steps[0], steps[1]));
    }

    /// Each epoch goes on from the order of the last one, with the generator where it stands.
    @Test
    void everyEpochShufflesTheOrderOfTheLast() {
        float[] features = new float[12];
        for (int i = 0; i < 12; i++) {
            features[i] = i;
        }
        Dataset data = new Dataset(Tensor.of(features, 12, 1), new int[12], 2);
        List<Float> shown = new ArrayList<>();
        Layer spy = new Unchanged("spy") {
            @Override
            public Var apply(Var x, Mode mode) {
                for (int i = 0; mode == Mode.TRAINING && i < x.shape().extent(0); i++) {
                    shown.add(x.value().get(i, 0));
                }
                return x;
            }
        };
        Sequential model = new Sequential(spy, new Dense("dense", 1, 2, null, Init.ZERO, new SplitMix(1)));
        new Trainer(model, new Sgd(model.parameters(), 0.01f), Backend.SCALAR, 1).fit(data, data,
                Trainer.Settings.of(3, 5), new SplitMix(7), Trainer.Listener.SILENT);
        List<Float> expected = new ArrayList<>();
        SplitMix random = new SplitMix(7);
        int[] order = new int[12];
        Arrays.setAll(order, i -> i);
        for (int epoch = 0; epoch < 3; epoch++) {
            random.shuffle(order);
            for (int i : order) {
                expected.add((float) i);
            }
        }
        assertEquals(expected, shown);
    }

    /// An evaluation takes 256 examples at a time; the four of the last batch count as four.
    @Test
    void everyExampleOfAnEvaluationCountsTheSame() {
        float[] features = new float[260];
        Arrays.fill(features, 256, 260, 900);
        int[] labels = new int[260];
        Arrays.fill(labels, 256, 260, 1);
        Dataset all = new Dataset(Tensor.of(features, 260, 1), labels, 2);
        Sequential model = new Sequential(new Dense("dense", 1, 2, null, Init.HE, new SplitMix(1)));
        Trainer trainer = new Trainer(model, new Sgd(model.parameters(), 0.01f), Backend.SCALAR, 1);
        double zero = trainer.evaluate(all.rows(new int[] {0})).loss();
        double large = trainer.evaluate(all.rows(new int[] {259})).loss();
        double expected = (256 * zero + 4 * large) / 260;
        assertTrue(Math.abs(large - zero) > 1, zero + ", " + large);
        assertEquals(expected, trainer.evaluate(all).loss(), 1e-6 * expected);
    }
}
