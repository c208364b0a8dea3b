package lanegrad.optim;

import lanegrad.Backend;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.op.Multiply;

/// A parameter that gets the gradients it is told.
final class Driven {
    final Var parameter;
    private final Tensor gradient;

    Driven(float... weights) {
        parameter = Var.parameter("driven", Tensor.of(weights, weights.length));
        gradient = Tensor.zeros(weights.length);
    }

    // The gradient of sum(w * g) with respect to w is g.
    void gradient(float... g) {
        gradient.set(g);
        Tape tape = new Tape(Backend.SCALAR, 1);
        Var y = Multiply.of(parameter, tape.constant(gradient));
        tape.backward(y, Tensor.zeros(y.shape()).fill(1));
    }

    float[] weights() {
        return parameter.value().toArray();
    }
}
