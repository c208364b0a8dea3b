package lanegrad.nn;

import java.util.ArrayList;
import java.util.List;
import lanegrad.Backend;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.data.Dataset;
import lanegrad.math.SplitMix;
import lanegrad.op.SoftmaxCrossEntropy;
import lanegrad.optim.NonFiniteException;
import lanegrad.optim.Optimizer;

/// Trains a classifier by mini-batches on softmax cross-entropy.
///
/// Each epoch goes through the training data once, in a new random order, in batches; the last one may be
/// short. A batch size of 1 is stochastic descent in the narrow sense, one of all examples is plain gradient
/// descent.
public final class Trainer {
    /// Hears of the progress, on the training thread.
    public interface Listener {
        /// A listener that does nothing.
        Listener SILENT = new Listener() {
        };

        /// After each batch.
        ///
        /// @param epoch counted from 1
        /// @param done examples so far in this epoch
        /// @param total examples per epoch
        default void batch(int epoch, int done, int total) {
        }

        /// After each epoch. Training ends when this returns false.
        default boolean epoch(History.Epoch epoch) {
            return true;
        }
    }

    private static final int EVALUATION_BATCH = 256;

    private final Sequential model;
    private final Optimizer optimizer;
    private final Backend backend;
    private final int threads;
    private Step evaluation;
    private Step evaluationRest;

    /// A trainer that changes `model` by `optimizer`.
    ///
    /// @param backend which kernels
    /// @param threads the most that large work uses; digits are small work
    public Trainer(Sequential model, Optimizer optimizer, Backend backend, int threads) {
        this.model = model;
        this.optimizer = optimizer;
        this.backend = backend.require();
        this.threads = threads;
    }

    /// Trains for `epochs` epochs.
    ///
    /// @param test evaluated after each epoch, never trained on
    /// @param batch examples per step, at least 1, at most the training data's
    /// @param random where the order of the examples comes from
    /// @return the epochs that were finished
    /// @throws IllegalArgumentException for a batch out of range, no epochs, or data that does not fit the model
    /// @throws NonFiniteException when a loss or a gradient is not finite; the step that it belongs to was not
    ///         applied
    public History fit(Dataset train, Dataset test, int epochs, int batch, SplitMix random, Listener listener) {
        if (epochs < 1) {
            throw new IllegalArgumentException("train: epochs is " + epochs + "; give 1 or more");
        }
        if (batch < 1 || batch > train.size()) {
            throw new IllegalArgumentException("train: the batch size is " + batch + ", the training data has "
                    + train.size() + " examples; give 1 to " + train.size());
        }
        int[] order = new int[train.size()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        // A tape for each shape of batch: rewound to one shape, a tape keeps its buffers.
        Step whole = new Step(batch, train);
        Step rest = train.size() % batch == 0 ? null : new Step(train.size() % batch, train);
        List<History.Epoch> done = new ArrayList<>();
        for (int epoch = 1; epoch <= epochs; epoch++) {
            long start = System.nanoTime();
            random.shuffle(order);
            double loss = 0;
            int correct = 0;
            for (int i = 0; i < order.length; i += batch) {
                Step step = order.length - i < batch ? rest : whole;
                try {
                    loss += (double) step.run(order, i) * step.size();
                } catch (NonFiniteException e) {
                    throw new NonFiniteException("epoch " + epoch + ", step " + (i / batch + 1) + ": "
                            + e.getMessage());
                }
                correct += step.correct();
                listener.batch(epoch, i + step.size(), order.length);
            }
            Evaluation after = evaluate(test);
            History.Epoch result = new History.Epoch(epoch, loss / order.length, (double) correct / order.length,
                    after.loss(), after.accuracy(), (System.nanoTime() - start) * 1e-9);
            done.add(result);
            if (!listener.epoch(result)) {
                break;
            }
        }
        return new History(done);
    }

    /// Predicts all of `data` with the model as it is.
    public Evaluation evaluate(Dataset data) {
        int n = data.size();
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        int classes = data.classes();
        Tensor logits = Tensor.zeros(n, classes);
        int[] predictions = new int[n];
        double loss = 0;
        for (int i = 0; i < n; i += EVALUATION_BATCH) {
            int size = Math.min(EVALUATION_BATCH, n - i);
            Step step;
            if (size == EVALUATION_BATCH) {
                step = evaluation = Step.fitting(evaluation, size, data, this);
            } else {
                step = evaluationRest = Step.fitting(evaluationRest, size, data, this);
            }
            loss += (double) step.forward(order, i) * size;
            System.arraycopy(step.logits.value().data(), 0, logits.data(), i * classes, size * classes);
        }
        for (int i = 0; i < n; i++) {
            predictions[i] = Evaluation.argmax(logits.data(), i * classes, classes);
        }
        return new Evaluation(loss / n, logits.changed(), data.y().clone(), predictions);
    }

    /// One step on batches of one size: its tape and its input buffers.
    private final class Step {
        private final Dataset data;
        private final Tensor x;
        private final int[] labels;
        private final Tape tape = new Tape(backend, threads);
        private Var logits;
        private Var loss;

        Step(int size, Dataset data) {
            this.data = data;
            this.x = Tensor.zeros(size, data.features());
            this.labels = new int[size];
        }

        static Step fitting(Step step, int size, Dataset data, Trainer trainer) {
            return step != null && step.size() == size && step.data == data ? step : trainer.new Step(size, data);
        }

        int size() {
            return labels.length;
        }

        float forward(int[] order, int from) {
            tape.rewind();
            data.gather(order, from, size(), x, labels);
            logits = model.apply(tape.constant(x));
            loss = SoftmaxCrossEntropy.of(logits, labels);
            return loss.value().item();
        }

        float run(int[] order, int from) {
            float value = forward(order, from);
            if (!Float.isFinite(value)) {
                throw new NonFiniteException("the loss (" + loss.name() + ") is " + value
                        + "; lower the learning rate or scale the inputs");
            }
            tape.backward(loss);
            optimizer.step();
            return value;
        }

        int correct() {
            int classes = data.classes();
            int correct = 0;
            for (int i = 0; i < labels.length; i++) {
                correct += Evaluation.argmax(logits.value().data(), i * classes, classes) == labels[i] ? 1 : 0;
            }
            return correct;
        }
    }
}
