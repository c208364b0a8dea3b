package lanegrad.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import lanegrad.Backend;
import lanegrad.Op;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.op.BinaryCrossEntropy;
import lanegrad.op.BinaryCrossEntropyOfProbabilities;
import lanegrad.op.Concatenate;
import lanegrad.op.ElementwiseLoss;
import lanegrad.op.Hinge;
import lanegrad.op.KlDivergence;
import lanegrad.op.LabelLoss;
import lanegrad.op.Log;
import lanegrad.op.NegativeLogLikelihood;
import lanegrad.op.Operation;
import lanegrad.op.Operations;
import lanegrad.op.SoftTargetCrossEntropy;
import lanegrad.op.Subtract;
import lanegrad.op.UnaryOp;

/// A function of one float as points: its values by the engine's own kernels, its slope by the tape.
///
/// A loss has more than one input; the others are held, as [Function#meaning] says.
///
/// @param function what is shown
/// @param x ascending
/// @param y NaN where there is no value
/// @param slope likewise
record Curve(Function function, float[] x, float[] y, float[] slope) {
    /// Points of a curve: an odd number, so that the middle of the range, mostly a kink, is among them.
    static final int POINTS = 401;

    private static final float TARGET = 0.8f;

    /// A function that can be drawn.
    ///
    /// @param op as registered
    /// @param meaning what x is, and what is held
    /// @param formula of the operation table
    /// @param low where it is usually looked at
    /// @param high likewise
    /// @param probability whether x must be 0 to 1
    record Function(Op op, String meaning, String formula, float low, float high, boolean probability) {
        /// The name on the command line.
        String name() {
            return op.name();
        }
    }

    /// The functions that can be drawn: activations, losses and other operations on one float.
    static List<Function> functions() {
        List<Function> all = new ArrayList<>();
        for (Operation o : Operations.ALL) {
            Function function = function(o);
            if (function != null) {
                all.add(function);
            }
        }
        return all;
    }

    /// The function of this name.
    ///
    /// @throws IllegalArgumentException for another name; the message lists the names
    static Function named(String name) {
        List<Function> all = functions();
        String wanted = name.toLowerCase(Locale.ROOT);
        for (Function function : all) {
            if (function.name().equals(wanted)) {
                return function;
            }
        }
        throw new IllegalArgumentException("function '" + name + "' is unknown; choose one of "
                + String.join(", ", all.stream().map(Function::name).toList()));
    }

    private static Function function(Operation o) {
        if (o.op() instanceof UnaryOp) {
            Operation.Range usual = o.cases().getFirst().inputs().getFirst();
            boolean activation = o.kind() == Operation.Kind.ACTIVATION;
            return new Function(o.op(), "", o.formula(), activation ? -5 : usual.low(), activation ? 5 : usual.high(),
                    false);
        }
        return switch (o.op()) {
            case BinaryCrossEntropy loss -> of(o, "a score x, target 1", -5, 5, false);
            case BinaryCrossEntropyOfProbabilities loss -> of(o, "a probability x, target 1", 0.01f, 0.99f, true);
            case Hinge loss -> of(o, "a score x, target 1", -5, 5, false);
            case KlDivergence loss -> of(o, "probabilities x and 1 - x, targets 0.8 and 0.2", 0.01f, 0.99f, true);
            case ElementwiseLoss loss -> of(o, "a prediction x, target 0", -3, 3, false);
            case NegativeLogLikelihood loss -> of(o, "the label's probability x", 0.01f, 0.99f, true);
            case LabelLoss loss -> of(o, "the label's score x beside a score 0", -5, 5, false);
            case SoftTargetCrossEntropy loss -> of(o, "scores x and 0, targets 0.8 and 0.2", -5, 5, false);
            default -> null;
        };
    }

    private static Function of(Operation o, String meaning, float low, float high, boolean probability) {
        return new Function(o.op(), meaning, o.formula(), low, high, probability);
    }

    /// The points from one x to another, both included.
    static Curve of(Function function, float from, float to) {
        float[] x = new float[POINTS];
        for (int i = 0; i < POINTS; i++) {
            x[i] = (float) (from + ((double) to - from) * i / (POINTS - 1));
        }
        float[] y = new float[POINTS];
        float[] slope = new float[POINTS];
        // A loss is one number for all its examples, so each point is a step of its own.
        int each = function.op() instanceof UnaryOp ? POINTS : 1;
        Tape tape = new Tape(Backend.SCALAR, 1);
        Tensor one = Tensor.zeros(each, 1).fill(1);
        for (int i = 0; i < POINTS; i += each) {
            tape.rewind();
            Tensor input = Tensor.zeros(each, 1);
            System.arraycopy(x, i, input.data(), 0, each);
            Var at = tape.variable(input.changed());
            Var value = value(function.op(), tape, at);
            if (each == 1) {
                tape.backward(value);
            } else {
                tape.backward(value, one);
            }
            System.arraycopy(value.value().data(), 0, y, i, each);
            System.arraycopy(at.gradient().data(), 0, slope, i, each);
        }
        return new Curve(function, x, y, slope);
    }

    private static Var value(Op op, Tape tape, Var x) {
        return switch (op) {
            case UnaryOp function -> function.apply(x);
            case BinaryCrossEntropy loss -> loss.apply(x, constant(tape, 1));
            case BinaryCrossEntropyOfProbabilities loss -> loss.apply(x, constant(tape, 1));
            case Hinge loss -> loss.apply(x, constant(tape, 1));
            case KlDivergence loss -> loss.apply(Log.of(Concatenate.ofColumns(x, Subtract.of(constant(tape, 1), x))),
                    constant(tape, TARGET, 1 - TARGET));
            case ElementwiseLoss loss -> loss.apply(x, constant(tape, 0));
            case NegativeLogLikelihood loss -> loss.apply(Log.of(x), new int[1]);
            case LabelLoss loss -> loss.apply(Concatenate.ofColumns(x, constant(tape, 0)), new int[1]);
            default -> tape.record(op, Concatenate.ofColumns(x, constant(tape, 0)),
                    constant(tape, TARGET, 1 - TARGET));
        };
    }

    private static Var constant(Tape tape, float... values) {
        return tape.constant(Tensor.of(values, 1, values.length));
    }

    /// The largest magnitude of a finite value of the curve, the slope aside.
    double largest() {
        double largest = 0;
        for (float v : y) {
            largest = Float.isFinite(v) ? Math.max(largest, Math.abs(v)) : largest;
        }
        return largest;
    }

    /// What of these values lies within a limit: the least and the greatest.
    static double[] range(double limit, List<float[]> values) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (float[] some : values) {
            for (float v : some) {
                if (Math.abs(v) <= limit) {
                    low = Math.min(low, v);
                    high = Math.max(high, v);
                } else if (!Float.isNaN(v)) {
                    low = Math.min(low, v < 0 ? -limit : limit);
                    high = Math.max(high, v < 0 ? -limit : limit);
                }
            }
        }
        if (!(low <= high)) {
            return new double[] {-1, 1};
        }
        return low == high ? new double[] {low - 1, high + 1} : new double[] {low, high};
    }
}
