package lanegrad.bench;

import lanegrad.Backend;
import lanegrad.data.Digits;
import lanegrad.math.SplitMix;
import lanegrad.nn.Classifier;
import lanegrad.nn.History;
import lanegrad.nn.Objective;
import lanegrad.nn.Sequential;
import lanegrad.nn.Trainer;
import lanegrad.optim.Optimizer;

/// A training, ready to begin: what the options of `lanegrad train` come to.
///
/// @param task what is learned
/// @param parts the examples
/// @param objective the loss and its targets
/// @param kernels the backend
/// @param model the network, with its first weights
/// @param trainer of the model
/// @param settings epochs, batches and the rest
/// @param random gives the order of the examples
record Training(Task task, DataOptions.Parts parts, Objective objective, Backend kernels, Sequential model,
        Trainer trainer, Trainer.Settings settings, SplitMix random) {
    /// Checks the options, reads the data and makes the network. Options of which none was given are those of the
    /// default run.
    static Training of(Usage usage, NetworkOptions network, OptimizerOptions optimizing, LearningOptions learning,
            DataOptions data, EngineOptions engine, long seed) {
        Task task = data.task(usage);
        network.check(usage);
        learning.check(usage, task);
        Objective objective = learning.objective(usage, task);
        int outputs = objective.targets().outputs(task.classes.size());
        optimizing.check(usage, objective, outputs);
        data.check(usage, learning.decides());
        engine.check(usage);
        learning.checkRate(usage, optimizing.rate());

        DataOptions.Parts parts = data.parts(usage);
        int examples = parts.train().size();
        Trainer.Settings settings = learning.settings(usage, examples);
        network.checkSize(usage, outputs, learning.batch(usage, examples));
        Backend kernels = engine.backend(network.work(usage, outputs) * examples * learning.epochs());
        SplitMix random = new SplitMix(seed);
        Sequential model = network.model(usage, random.split("init"), outputs);
        Optimizer optimizer = optimizing.optimizer(model.parameters(), kernels, engine.threads());
        Trainer trainer = new Trainer(model, optimizer, objective, kernels, engine.threads());
        return new Training(task, parts, objective, kernels, model, trainer, settings, random);
    }

    /// Trains.
    History fit(Trainer.Listener listener) {
        return trainer.fit(parts.train(), parts.validation(), settings, random.split("shuffle"), listener);
    }

    /// The network as it is now, ready to be asked or kept.
    Classifier classifier(String note) {
        return new Classifier(model, objective, 1f / Digits.MAX_PIXEL, task.title, task.classes, note);
    }
}
