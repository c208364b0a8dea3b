package lanegrad.nn;

import java.util.ArrayList;
import java.util.List;
import lanegrad.Backend;
import lanegrad.Tensor;
import lanegrad.data.Dataset;
import lanegrad.math.SplitMix;
import lanegrad.optim.NonFiniteException;
import lanegrad.optim.Optimizer;
import lanegrad.optim.Schedule;

/// Trains a classifier by batches.
///
/// Each epoch goes through the training data once, in a new random order, in batches; the last one may be short.
/// The size of the batch is what tells the kinds of descent apart: 1 is stochastic descent in the narrow sense, all
/// examples is plain gradient descent, what lies between is mini-batch descent, the usual one.
public final class Trainer {
    /// How to train. What is done to each gradient, clipping too, is the optimizer's.
    ///
    /// @param epochs passes over the training data, 1 or more
    /// @param batch examples per step, 1 or more, or [#ALL]
    /// @param schedule the learning rate, of the optimizer's own. Some schedules remember what they heard: a new one
    ///        for each training
    /// @param earlyStopping when to end before, or `null` for not
    public record Settings(int epochs, int batch, Schedule schedule, EarlyStopping earlyStopping) {
        /// A batch of all examples.
        public static final int ALL = 0;

        /// @throws IllegalArgumentException for a number out of range
        public Settings {
            if (epochs < 1) {
                throw new IllegalArgumentException("train: epochs is " + epochs + "; give 1 or more");
            }
            if (batch < 0) {
                throw new IllegalArgumentException("train: the batch size is " + batch
                        + "; give 1 or more, or Settings.ALL");
            }
        }

        /// So many epochs at a constant rate.
        public static Settings of(int epochs, int batch) {
            return new Settings(epochs, batch, new Schedule.Constant(), null);
        }

        /// With another schedule.
        public Settings withSchedule(Schedule schedule) {
            return new Settings(epochs, batch, schedule, earlyStopping);
        }

        /// With early stopping, or without for `null`.
        public Settings withEarlyStopping(EarlyStopping earlyStopping) {
            return new Settings(epochs, batch, schedule, earlyStopping);
        }
    }

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
    private final Objective objective;
    private final Backend backend;
    private final int threads;
    private Step evaluation;
    private Step evaluationRest;

    /// A trainer on softmax cross-entropy.
    public Trainer(Sequential model, Optimizer optimizer, Backend backend, int threads) {
        this(model, optimizer, Objective.SOFTMAX_CROSS_ENTROPY, backend, threads);
    }

    /// A trainer that changes `model` by `optimizer` to make the loss of `objective` small.
    ///
    /// @param backend which kernels
    /// @param threads the most that large work uses; digits are small work
    public Trainer(Sequential model, Optimizer optimizer, Objective objective, Backend backend, int threads) {
        this.model = model;
        this.optimizer = optimizer;
        this.objective = objective;
        this.backend = backend.require();
        this.threads = threads;
    }

    /// Trains as the settings say. Afterwards the optimizer has its own learning rate again.
    ///
    /// @param validation evaluated after each epoch, never trained on
    /// @param random where the order of the examples comes from
    /// @return the epochs that were finished
    /// @throws IllegalArgumentException for a batch larger than the training data, or data that does not fit the
    ///         model or the objective
    /// @throws NonFiniteException when a loss or a gradient is not finite: with epoch, step, layer and operation; the
    ///         step that it belongs to was not applied
    public History fit(Dataset train, Dataset validation, Settings settings, SplitMix random, Listener listener) {
        if (settings.batch() > train.size() || train.size() == 0) {
            throw new IllegalArgumentException("train: the batch size is " + settings.batch()
                    + ", the training data has " + train.size() + " examples; "
                    + (train.size() == 0 ? "give some" : "give 1 to " + train.size()));
        }
        EarlyStopping.Watch watch = settings.earlyStopping() == null ? null
                : settings.earlyStopping().watch(model.parameters());
        List<History.Epoch> done = new ArrayList<>();
        float rate = optimizer.rate();
        try {
            run(train, validation, settings, random, listener, watch, done);
        } finally {
            optimizer.rate(rate);
            if (watch != null) {
                watch.restore();
            }
        }
        return new History(done, watch == null ? done.size() : watch.bestEpoch());
    }

    private void run(Dataset train, Dataset validation, Settings settings, SplitMix random, Listener listener,
            EarlyStopping.Watch watch, List<History.Epoch> done) {
        int[] order = naturals(train.size());
        int batch = settings.batch() == Settings.ALL ? order.length : settings.batch();
        int left = order.length % batch;
        // A tape for each shape of batch: rewound to one shape, a tape keeps its buffers.
        Step whole = step(batch, train, Mode.TRAINING);
        Step rest = left == 0 ? null : step(left, train, Mode.TRAINING);
        Schedule schedule = settings.schedule();
        float rate = optimizer.rate();
        int perEpoch = (order.length + batch - 1) / batch;
        int steps = 0;
        for (int epoch = 1; epoch <= settings.epochs(); epoch++) {
            long start = System.nanoTime();
            random.shuffle(order);
            double loss = 0;
            int correct = 0;
            for (int i = 0; i < order.length; i += batch) {
                Step step = order.length - i < batch ? rest : whole;
                optimizer.rate(schedule.rate(rate, steps++, perEpoch));
                try {
                    loss += (double) step.run(order, i, optimizer) * step.size();
                } catch (NonFiniteException e) {
                    throw new NonFiniteException("epoch " + epoch + ", step " + (i / batch + 1) + ": "
                            + e.getMessage());
                }
                correct += step.correct();
                listener.batch(epoch, i + step.size(), order.length);
            }
            Evaluation after = evaluate(validation);
            History.Epoch result = new History.Epoch(epoch, loss / order.length, (double) correct / order.length,
                    after.loss(), after.accuracy(), (System.nanoTime() - start) * 1e-9);
            done.add(result);
            schedule.epoch(result.validationLoss());
            boolean ends = watch != null && watch.ends(result);
            if (!listener.epoch(result) || ends) {
                return;
            }
        }
    }

    /// Predicts all of `data` with the model as it is.
    ///
    /// @throws IllegalArgumentException when the data does not fit the model or the objective
    public Evaluation evaluate(Dataset data) {
        int n = data.size();
        int[] order = naturals(n);
        int outputs = objective.targets().outputs(data.classes());
        Tensor logits = Tensor.zeros(n, outputs);
        double loss = 0;
        for (int i = 0; i < n; i += EVALUATION_BATCH) {
            int size = Math.min(EVALUATION_BATCH, n - i);
            Step step = evaluationStep(size, data);
            loss += (double) step.forward(order, i) * size;
            System.arraycopy(step.scores(), 0, logits.data(), i * outputs, size * outputs);
        }
        int[] predictions = new int[n];
        for (int i = 0; i < n; i++) {
            predictions[i] = objective.targets().predict(logits.data(), i * outputs, outputs);
        }
        return new Evaluation(loss / n, logits.changed(), data.y().clone(), predictions);
    }

    private Step evaluationStep(int size, Dataset data) {
        if (size == EVALUATION_BATCH) {
            if (evaluation == null || !evaluation.fits(size, data)) {
                evaluation = step(size, data, Mode.EVALUATION);
            }
            return evaluation;
        }
        if (evaluationRest == null || !evaluationRest.fits(size, data)) {
            evaluationRest = step(size, data, Mode.EVALUATION);
        }
        return evaluationRest;
    }

    private Step step(int size, Dataset data, Mode mode) {
        return new Step(model, objective, data, size, mode, backend, threads);
    }

    private static int[] naturals(int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        return order;
    }
}
