package lanegrad.check;

import java.util.Arrays;
import lanegrad.Backend;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;

/// One run of a recording in float: its result and the gradients of its inputs.
///
/// @param y the result
/// @param dx by input, in the order of [Replay#inputs]
record FloatRun(float[] y, float[][] dx) {
    static FloatRun of(GradientCheck.Recording recording, Backend backend, int threads, float[] dy) {
        return of(recording, new Tape(backend, threads), dy);
    }

    static FloatRun of(GradientCheck.Recording recording, Tape tape, float[] dy) {
        Var y = recording.record(tape);
        if (y.shape().size() != dy.length) {
            throw new IllegalArgumentException("gradient check: the recording returned " + y + ", and before a "
                    + "result of " + dy.length + " elements; it must do the same each time");
        }
        tape.backward(y, cotangent(y.shape(), dy));
        return new FloatRun(y.value().toArray(), gradients(y));
    }

    static Tensor cotangent(Shape shape, float[] dy) {
        Tensor t = Tensor.zeros(shape);
        System.arraycopy(dy, 0, t.changed().data(), 0, dy.length);
        return t;
    }

    private static float[][] gradients(Var y) {
        Var[] inputs = Replay.inputs(y).toArray(new Var[0]);
        float[][] dx = new float[inputs.length][];
        for (int k = 0; k < dx.length; k++) {
            // What a computation does not reach has no gradient: zeros. So has what a backward forgot to write.
            Tensor gradient = inputs[k].hasGradient() ? inputs[k].gradient() : null;
            dx[k] = gradient != null ? gradient.toArray() : new float[inputs[k].shape().size()];
        }
        return dx;
    }

    /// Where the bits of two runs differ first, in words; `null` if nowhere.
    String difference(FloatRun other) {
        int at = Arrays.mismatch(GradientCheck.bits(y), GradientCheck.bits(other.y));
        if (at >= 0) {
            return "result[" + at + "]: " + y[at] + " and " + other.y[at];
        }
        for (int k = 0; k < dx.length; k++) {
            at = Arrays.mismatch(GradientCheck.bits(dx[k]), GradientCheck.bits(other.dx[k]));
            if (at >= 0) {
                return "gradient of input " + k + ", index " + at + ": " + dx[k][at] + " and " + other.dx[k][at];
            }
        }
        return null;
    }
}
