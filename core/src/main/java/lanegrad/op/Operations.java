package lanegrad.op;

import java.util.List;
import java.util.Locale;
import lanegrad.Op;

/// The registry: one line per operation.
///
/// From its line an operation gets its tests at every length, in place, on special values, scalar against
/// vector bits, against its exact meaning, of its gradient and of its shape errors; its benchmarks; its row in
/// the operation table; and, if it is an activation, its name on the command line.
public final class Operations {
    /// All operations, in the order of the table.
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
            Add.OPERATION,
            Multiply.OPERATION,
            Sum.OPERATION,
            Mean.OPERATION,
            MatMul.NN_OPERATION,
            MatMul.NT_OPERATION,
            MatMul.TN_OPERATION,
            MatMul.TT_OPERATION,
            Linear.OPERATION,
            Linear.FUSED_OPERATION,
            SoftmaxCrossEntropy.OPERATION,
            BinaryCrossEntropy.OPERATION,
            MeanSquaredError.OPERATION);

    private Operations() {
    }

    /// The operation of this name.
    ///
    /// @throws IllegalArgumentException for another name; the message lists the names
    public static Operation named(String name) {
        return find(name, "operation", ALL);
    }

    /// The activations, in the order of the table.
    public static List<Operation> activations() {
        return ALL.stream().filter(o -> o.kind() == Operation.Kind.ACTIVATION).toList();
    }

    /// The activation of this name.
    ///
    /// @throws IllegalArgumentException for another name; the message lists the activations
    public static UnaryOp activation(String name) {
        return (UnaryOp) find(name, "activation", activations()).op();
    }

    private static Operation find(String name, String what, List<Operation> among) {
        String wanted = name.toLowerCase(Locale.ROOT);
        for (Operation operation : among) {
            if (operation.op().name().equals(wanted)) {
                return operation;
            }
        }
        throw new IllegalArgumentException(what + " '" + name + "' is unknown; choose one of "
                + String.join(", ", among.stream().map(Operation::op).map(Op::name).toList()));
    }
}
