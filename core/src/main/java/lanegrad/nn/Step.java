package lanegrad.nn;

import lanegrad.Backend;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.data.Dataset;
import lanegrad.optim.NonFiniteException;
import lanegrad.optim.Optimizer;

/// One step on batches of one size: its tape and its buffers. After the first run nothing is allocated.
final class Step {
    private final Layer[] layers;
    private final Objective objective;
    private final Dataset data;
    private final Mode mode;
    private final int outputs;
    private final Tensor x;
    private final int[] labels;
    private final Tensor targets;
    private final Tape tape;
    private final Var[] results;
    private Var loss;

    /// @throws IllegalArgumentException when the data, the model and the objective do not fit together
    Step(Sequential model, Objective objective, Dataset data, int size, Mode mode, Backend backend, int threads) {
        this.layers = model.layers().toArray(Layer[]::new);
        this.objective = objective;
        this.data = data;
        this.mode = mode;
        this.outputs = objective.targets().outputs(data.classes());
        Shape scores = model.output(Shape.of(size, data.features()));
        if (!scores.equals(Shape.of(size, outputs))) {
            throw new IllegalArgumentException("train: the model's output has shape " + scores + " for a batch of "
                    + size + "; " + objective.name() + " on " + data.classes() + " classes needs "
                    + Shape.of(size, outputs) + ". Give the last layer " + outputs
                    + (outputs == 1 ? " unit" : " units"));
        }
        this.x = Tensor.zeros(size, data.features());
        this.labels = new int[size];
        this.targets = Tensor.zeros(size, outputs);
        this.tape = new Tape(backend, threads);
        this.results = new Var[layers.length];
    }

    int size() {
        return labels.length;
    }

    boolean fits(int size, Dataset data) {
        return size == size() && data == this.data;
    }

    /// The mean loss of the examples `order[from] …`.
    float forward(int[] order, int from) {
        tape.rewind();
        data.gather(order, from, size(), x, labels);
        Var y = tape.constant(x);
        for (int i = 0; i < layers.length; i++) {
            y = layers[i].apply(y, mode);
            results[i] = y;
        }
        loss = objective.record(y, labels, targets);
        return loss.value().item();
    }

    /// Forward, backward and a step of the optimizer; the loss before it.
    ///
    /// @throws NonFiniteException when loss or gradient is not finite; no weight was changed
    float run(int[] order, int from, Optimizer optimizer) {
        float value = forward(order, from);
        if (!Float.isFinite(value)) {
            throw new NonFiniteException("the loss (" + objective.name() + ") is " + value + "; " + forwardOrigin()
                    + "; lower the learning rate, begin with smaller weights, or scale the inputs");
        }
        tape.backward(loss);
        try {
            optimizer.step();
        } catch (NonFiniteException e) {
            throw new NonFiniteException(e.getMessage() + backwardOrigin());
        }
        return value;
    }

    /// The scores of the last forward, `[size, outputs]`.
    float[] scores() {
        return results[layers.length - 1].value().data();
    }

    int outputs() {
        return outputs;
    }

    /// How many of the last batch were predicted right.
    int correct() {
        float[] scores = scores();
        int correct = 0;
        for (int i = 0; i < labels.length; i++) {
            correct += objective.targets().predict(scores, i * outputs, outputs) == labels[i] ? 1 : 0;
        }
        return correct;
    }

    // Where, from input to loss, the first value stands that is not finite.
    private String forwardOrigin() {
        if (!finite(x)) {
            return "the features of the batch are not finite";
        }
        for (int i = 0; i < layers.length; i++) {
            for (Var p : layers[i].parameters()) {
                if (!finite(p.value())) {
                    return "the weights " + p.name() + " of " + place(i) + " are not finite";
                }
            }
            if (!finite(results[i].value())) {
                return "the first result that is not finite is that of " + results[i].name() + ", " + place(i);
            }
        }
        return "all results before it are finite";
    }

    // The same from loss to input, for gradients.
    private String backwardOrigin() {
        Var behind = loss;
        String where = "";
        for (int i = layers.length - 1; i >= 0; i--) {
            if (results[i].hasGradient() && !finite(results[i].gradient())) {
                return "; it arose in the backward of " + behind.name() + where;
            }
            for (Var p : layers[i].parameters()) {
                if (p.hasGradient() && !finite(p.gradient())) {
                    return "; it arose in the backward of " + results[i].name() + ", " + place(i);
                }
            }
            behind = results[i];
            where = ", " + place(i);
        }
        return "";
    }

    private String place(int layer) {
        return "layer " + (layer + 1) + " (" + layers[layer].describe() + ")";
    }

    private static boolean finite(Tensor t) {
        for (int i = 0; i < t.size(); i++) {
            if (!Float.isFinite(t.get(i))) {
                return false;
            }
        }
        return true;
    }
}
