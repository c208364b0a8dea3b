package lanegrad.nn;

import java.util.List;
import lanegrad.Shape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.math.SplitMix;
import lanegrad.op.Linear;
import lanegrad.op.UnaryOp;

/// A fully connected layer: `Y = f(X W + b)`, every output unit fed by every input.
public final class Dense implements Layer {
    private final Var w;
    private final Var b;
    private final Linear op;

    /// A layer with weights from `init` and biases of 0.
    ///
    /// @param name begins the names of the parameters: `name.w`, `name.b`
    /// @param in the number of features
    /// @param out the number of units
    /// @param activation of the layer, or `null` for none
    /// @param random where the weights are drawn from
    /// @throws IllegalArgumentException for less than one feature or unit
    public Dense(String name, int in, int out, UnaryOp activation, Init init, SplitMix random) {
        if (in < 1 || out < 1) {
            throw new IllegalArgumentException("dense " + name + ": " + in + " inputs and " + out
                    + " units; both must be 1 or more");
        }
        this.w = Var.parameter(name + ".w", Init.weights(init, in, out, random));
        this.b = Var.parameter(name + ".b", Tensor.zeros(out));
        this.op = new Linear(activation);
    }

    /// The weights, `[in, out]`.
    public Var weights() {
        return w;
    }

    /// The biases, `[out]`.
    public Var bias() {
        return b;
    }

    /// The activation, or `null` for none.
    public UnaryOp activation() {
        return op.activation();
    }

    @Override
    public Var apply(Var x) {
        return op.apply(x, w, b);
    }

    @Override
    public List<Var> parameters() {
        return List.of(w, b);
    }

    @Override
    public Shape output(Shape input) {
        return op.shape(null, input, w.shape(), b.shape());
    }

    @Override
    public String describe() {
        return op.activation() == null ? "dense" : "dense " + op.activation().name();
    }
}
