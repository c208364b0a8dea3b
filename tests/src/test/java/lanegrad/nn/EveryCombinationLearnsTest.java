package lanegrad.nn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import lanegrad.Backend;
import lanegrad.Var;
import lanegrad.data.Dataset;
import lanegrad.data.Digits;
import lanegrad.data.Split;
import lanegrad.math.SplitMix;
import lanegrad.op.Activations;
import lanegrad.op.Operation;
import lanegrad.op.UnaryOp;
import lanegrad.optim.Adagrad;
import lanegrad.optim.Adam;
import lanegrad.optim.AdamW;
import lanegrad.optim.Optimizer;
import lanegrad.optim.RmsProp;
import lanegrad.optim.Sgd;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every activation of the registry learns with every optimizer: a few epochs on 600 digits read most of the others.
class EveryCombinationLearnsTest {
    private static final double CHANCE = 0.1;

    private static final Split DIGITS = Split.of(Digits.load().scaled(1f / Digits.MAX_PIXEL), 0.2, 42);

    /// By its usual name: the optimizer at a rate that suits it.
    private enum Rule {
        SGD, NESTEROV, RMSPROP, ADAGRAD, ADAM, ADAMW;

        Optimizer optimizer(List<Var> parameters) {
            return switch (this) {
                case SGD -> new Sgd(parameters, 0.1f, 0.9f, Backend.SCALAR);
                case NESTEROV -> new Sgd(parameters, 0.1f, new Sgd.Settings(0.9f, true, 1e-4f), Backend.SCALAR);
                case RMSPROP -> new RmsProp(parameters, 0.01f, RmsProp.Settings.DEFAULT, Backend.SCALAR);
                case ADAGRAD -> new Adagrad(parameters, 0.05f, Adagrad.Settings.DEFAULT, Backend.SCALAR);
                case ADAM -> new Adam(parameters, 0.01f, Adam.Settings.DEFAULT, Backend.SCALAR);
                case ADAMW -> new AdamW(parameters, 0.01f, AdamW.Settings.DEFAULT, Backend.SCALAR);
            };
        }
    }

    static List<Operation> activations() {
        return Activations.ALL;
    }

    @ParameterizedTest
    @MethodSource("activations")
    void withEveryOptimizer(Operation activation) {
        int[] rows = new int[600];
        Arrays.setAll(rows, i -> i);
        Dataset train = DIGITS.train().rows(rows);
        for (Rule rule : Rule.values()) {
            SplitMix root = new SplitMix(7);
            Sequential model = Sequential.perceptron((UnaryOp) activation.op(), Init.XAVIER, root.split("init"), 64, 24,
                    10);
            Trainer trainer = new Trainer(model, rule.optimizer(model.parameters()), Backend.SCALAR, 1);
            double before = trainer.evaluate(DIGITS.test()).accuracy();
            History.Epoch last = trainer.fit(train, DIGITS.test(), Trainer.Settings.of(6, 20), root.split("shuffle"),
                    Trainer.Listener.SILENT).epochs().getLast();
            String what = activation.op().name() + " with " + rule + ": " + before + " to " + last;
            assertTrue(before < 4 * CHANCE, what);
            assertTrue(last.validationAccuracy() > 0.7, what);
        }
    }
}
