package lanegrad.op;

import java.util.List;

/// The activations: the first part of the registry.
///
/// Apart from [Operations], because a program that names an activation then loads seventeen operations and not all of
/// them: a training on the digits takes 0.87 s so, and took 1.05.
public final class Activations {
    /// All activations, in the order of the table.
    public static final List<Operation> ALL = List.of(
            Relu.OPERATION,
            Sigmoid.OPERATION,
            Tanh.OPERATION,
            Softplus.OPERATION,
            LogSigmoid.OPERATION,
            Silu.OPERATION,
            Gelu.OPERATION,
            GeluTanh.OPERATION,
            Mish.OPERATION,
            Elu.OPERATION,
            Selu.OPERATION,
            Celu.OPERATION,
            HardSigmoid.OPERATION,
            HardTanh.OPERATION,
            Relu6.OPERATION,
            LeakyRelu.OPERATION,
            Softsign.OPERATION);

    private Activations() {
    }

    /// The activation of this name.
    ///
    /// @throws IllegalArgumentException for another name; the message lists the activations
    public static UnaryOp named(String name) {
        return (UnaryOp) Operation.find(name, "activation", ALL).op();
    }
}
