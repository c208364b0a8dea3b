package lanegrad.op;

import java.util.ArrayList;
import java.util.List;
import lanegrad.Op;

/// The registry: one line per operation; those of activations are in [Activations].
///
/// From its line an operation gets its tests at every length, in place, on special values, scalar against
/// vector bits, against its exact meaning, of its gradient and of its shape errors; its benchmarks; its row in
/// the operation table; and, if it is an activation, its name on the command line.
public final class Operations {
    /// All operations, in the order of the table.
    public static final List<Operation> ALL = with(Activations.ALL, List.of(
            Neg.OPERATION,
            Abs.OPERATION,
            Square.OPERATION,
            Sqrt.OPERATION,
            Rsqrt.OPERATION,
            Reciprocal.OPERATION,
            Exp.OPERATION,
            Expm1.OPERATION,
            Log.OPERATION,
            Log1p.OPERATION,
            Pow.CUBE_OPERATION,
            Pow.FRACTION_OPERATION,
            Pow.ROOT_OPERATION,
            Pow.INVERSE_OPERATION,
            Clip.OPERATION,
            GreaterThan.OPERATION,
            Threshold.OPERATION,
            Add.OPERATION,
            Subtract.OPERATION,
            Multiply.OPERATION,
            Divide.OPERATION,
            Maximum.OPERATION,
            Minimum.OPERATION,
            Where.OPERATION,
            Dropout.OPERATION,
            Sum.OPERATION,
            Mean.OPERATION,
            Max.OPERATION,
            Min.OPERATION,
            ArgMax.OPERATION,
            LogSumExp.OPERATION,
            Variance.OPERATION,
            Norm.OPERATION,
            AddRow.OPERATION,
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
            SoftmaxCrossEntropy.SUM_OPERATION,
            SoftTargetCrossEntropy.OPERATION,
            SoftTargetCrossEntropy.SUM_OPERATION,
            NegativeLogLikelihood.OPERATION,
            NegativeLogLikelihood.SUM_OPERATION,
            KlDivergence.OPERATION,
            KlDivergence.SUM_OPERATION,
            BinaryCrossEntropy.OPERATION,
            BinaryCrossEntropy.SUM_OPERATION,
            BinaryCrossEntropyOfProbabilities.OPERATION,
            BinaryCrossEntropyOfProbabilities.SUM_OPERATION,
            Hinge.OPERATION,
            Hinge.SUM_OPERATION,
            MeanSquaredError.OPERATION,
            MeanSquaredError.SUM_OPERATION,
            HalfSquaredError.OPERATION,
            HalfSquaredError.SUM_OPERATION,
            MeanAbsoluteError.OPERATION,
            MeanAbsoluteError.SUM_OPERATION,
            Huber.OPERATION,
            Huber.SUM_OPERATION,
            SmoothL1.OPERATION,
            SmoothL1.SUM_OPERATION));

    private Operations() {
    }

    /// The operation of this name.
    ///
    /// @throws IllegalArgumentException for another name; the message lists the names
    public static Operation named(String name) {
        return Operation.find(name, "operation", ALL);
    }

    /// The losses that take the mean over the examples, in the order of the table. For each, the table also has the one
    /// that takes the sum, called `name-sum`.
    public static List<Operation> losses() {
        return ALL.stream().filter(o -> o.kind() == Operation.Kind.LOSS)
                .filter(o -> !o.op().name().endsWith(Reduction.SUM.name(""))).toList();
    }

    /// The loss of this name.
    ///
    /// @throws IllegalArgumentException for another name; the message lists the losses
    public static Op loss(String name) {
        return Operation.find(name, "loss", losses()).op();
    }

    private static List<Operation> with(List<Operation> first, List<Operation> rest) {
        List<Operation> all = new ArrayList<>(first);
        all.addAll(rest);
        return List.copyOf(all);
    }
}
