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
            Add.OPERATION,
            Multiply.OPERATION,
            Dropout.OPERATION,
            Sum.OPERATION,
            Mean.OPERATION,
            Max.OPERATION,
            Min.OPERATION,
            ArgMax.OPERATION,
            LogSumExp.OPERATION,
            Variance.OPERATION,
            Norm.OPERATION,
            Sum.ROWS_OPERATION,
            Sum.COLUMNS_OPERATION,
            Mean.ROWS_OPERATION,
            Mean.COLUMNS_OPERATION,
            Max.ROWS_OPERATION,
            Max.COLUMNS_OPERATION,
            Min.ROWS_OPERATION,
            Min.COLUMNS_OPERATION,
            ArgMax.ROWS_OPERATION,
            ArgMax.COLUMNS_OPERATION,
            LogSumExp.ROWS_OPERATION,
            LogSumExp.COLUMNS_OPERATION,
            Variance.ROWS_OPERATION,
            Variance.COLUMNS_OPERATION,
            Norm.ROWS_OPERATION,
            Norm.COLUMNS_OPERATION,
            Softmax.OPERATION,
            Softmax.ROWS_OPERATION,
            Softmax.COLUMNS_OPERATION,
            LogSoftmax.OPERATION,
            LogSoftmax.ROWS_OPERATION,
            LogSoftmax.COLUMNS_OPERATION,
            LayerNorm.OPERATION,
            Reshape.OPERATION,
            Transposed.OPERATION,
            Concatenate.ROWS_OPERATION,
            Concatenate.COLUMNS_OPERATION,
            Slice.ROWS_OPERATION,
            Slice.COLUMNS_OPERATION,
            Gather.OPERATION,
            OneHot.OPERATION,
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
