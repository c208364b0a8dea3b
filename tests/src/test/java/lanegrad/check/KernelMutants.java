package lanegrad.check;

import static lanegrad.check.GradientReport.Part.ADDS;
import static lanegrad.check.GradientReport.Part.FORWARD;
import static lanegrad.check.GradientReport.Part.INPUTS;
import static lanegrad.check.GradientReport.Part.KERNEL;
import static lanegrad.check.GradientReport.Part.LINEAR;
import static lanegrad.check.GradientReport.Part.REPEAT;
import static lanegrad.check.GradientReport.Part.ROWS;

import java.util.List;
import lanegrad.Backend;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.op.Dropout;
import lanegrad.op.Slice;

/// Faults of float kernels, those of the backward most of all.
final class KernelMutants {
    private static final int LANES = 8;

    /// Faults that any operation may have.
    static final List<Mutant> GENERAL = List.of(
            Mutant.after("sign flipped", KERNEL, "tanh", Planted.changed(0, (e, i, dx) -> -dx)),
            Mutant.after("sign of one element flipped", KERNEL, "tanh",
                    Planted.changed(0, (e, i, dx) -> i == 17 ? -dx : dx)),
            Mutant.after("0.1% too large", KERNEL, "sigmoid", Planted.changed(0, (e, i, dx) -> dx * 1.001f)),
            Mutant.after("0.01% too small", KERNEL, "multiply", Planted.changed(1, (e, i, dx) -> dx * 0.9999f)),
            Mutant.after("first element skipped", KERNEL, "exp", Planted.changed(0, (e, i, dx) -> i == 0 ? 0 : dx)),
            Mutant.after("last element skipped", KERNEL, "exp",
                    Planted.changed(0, (e, i, dx) -> i == e.x(0).size() - 1 ? 0 : dx)),
            Mutant.after("vector tail skipped in backward", KERNEL, "gelu",
                    Planted.changed(0, (e, i, dx) -> tail(e, i) ? 0 : dx)),
            Mutant.after("vector tail one bit off", REPEAT, "gelu",
                    Planted.changed(0, (e, i, dx) -> tail(e, i) ? Math.nextUp(dx) : dx)),
            Mutant.forward("vector tail skipped in forward", FORWARD, "exp",
                    Planted.result((e, i, y) -> tail(e, i) ? 0 : y)),
            Mutant.after("neighbours exchanged", KERNEL, "square",
                    Planted.changed(0, (e, i, dx) -> 2 * e.x(0).get(i ^ 1) * e.dy().get(i)), line(64)),
            Mutant.after("shifted by one", KERNEL, "square",
                    Planted.changed(0, (e, i, dx) -> i == 0 ? dx : 2 * e.x(0).get(i - 1) * e.dy().get(i - 1))),
            Mutant.after("NaN in one element", KERNEL, "tanh",
                    Planted.changed(0, (e, i, dx) -> i == 3 ? Float.NaN : dx)),
            Mutant.after("infinite in one element", KERNEL, "tanh",
                    Planted.changed(0, (e, i, dx) -> i == 3 ? Float.POSITIVE_INFINITY : dx)),
            Mutant.after("zeros", KERNEL, "tanh", Planted.changed(0, (e, i, dx) -> 0)),
            Mutant.instead("nothing written", KERNEL, "tanh", e -> { }),
            Mutant.instead("nothing written the second time", REPEAT, "tanh", e -> {
                if (e.scratch(0, 1)[0]++ == 0) {
                    Planted.gradient(0, (f, i, dx) -> f.dy().get(i) * (1 - f.y().get(i) * f.y().get(i))).plant(e);
                }
            }),
            Mutant.forward("the first result kept", REPEAT, "exp", e -> {
                float[] kept = e.scratch(0, e.y().size() + 1);
                if (kept[e.y().size()]++ == 0) {
                    System.arraycopy(e.y().data(), 0, kept, 0, e.y().size());
                } else {
                    System.arraycopy(kept, 0, e.y().data(), 0, e.y().size());
                }
            }),
            Mutant.instead("sums up in a buffer that nobody clears", REPEAT, "square", Planted.gradient(0, (e, i, dx) ->
                    e.scratch(0, e.x(0).size())[i] += 2 * e.x(0).get(i) * e.dy().get(i))),
            Mutant.instead("always adds, never overwrites", REPEAT, "square",
                    Planted.changed(0, (e, i, dx) -> dx + 2 * e.x(0).get(i) * e.dy().get(i))),
            Mutant.instead("always overwrites, never adds", ADDS, "square",
                    Planted.changed(0, (e, i, dx) -> 2 * e.x(0).get(i) * e.dy().get(i))),
            Mutant.after("changes with every call", REPEAT, "tanh", calls()),
            Mutant.after("another bit with two threads", REPEAT, "matmul-nn",
                    Planted.changed(0, (e, i, dx) -> e.threads() > 1 && i == 2 ? Math.nextUp(dx) : dx)),
            Mutant.after("another bit with vectors", REPEAT, "softplus",
                    Planted.changed(0, (e, i, dx) -> e.backend() == Backend.VECTOR ? Math.nextDown(dx) : dx)),
            Mutant.after("writes the gradient of an input that wants none", INPUTS, "multiply",
                    e -> e.dx(1).fill(0)),
            Mutant.after("depends on whether the other input wants a gradient", ADDS, "multiply",
                    Planted.changed(0, (e, i, dx) -> e.wants(1) ? dx : dx / 2)),
            Mutant.forward("forward changes its input", INPUTS, "relu", e -> {
                float[] x = e.x(0).data();
                for (int i = 0; i < e.x(0).size(); i++) {
                    x[i] = Math.max(x[i], 0);
                }
            }),
            Mutant.after("backward changes its input", INPUTS, "square", e -> e.x(0).data()[1] *= 0.5f),
            Mutant.instead("dy squared", LINEAR, "square",
                    Planted.gradient(0, (e, i, dx) -> 2 * e.x(0).get(i) * e.dy().get(i) * e.dy().get(i))),
            Mutant.instead("magnitude of dy", LINEAR, "square",
                    Planted.gradient(0, (e, i, dx) -> 2 * e.x(0).get(i) * Math.abs(e.dy().get(i)))),
            Mutant.instead("dy taken for ones", KERNEL, "square", Planted.gradient(0, (e, i, dx) -> 2 * e.x(0).get(i))),
            Mutant.instead("the first dy for all", KERNEL, "square",
                    Planted.gradient(0, (e, i, dx) -> 2 * e.x(0).get(i) * e.dy().get(0))),
            Mutant.after("a gradient where dy is zero", LINEAR, "exp",
                    Planted.changed(0, (e, i, dx) -> e.dy().get(i) == 0 ? 0x1p-60f : dx)),
            Mutant.after("the first row one bit off", ROWS, "softmax-rows",
                    Planted.changed(0, (e, i, dx) -> i < 5 ? Math.nextUp(dx) : dx)),
            Mutant.forward("result 1e-4 off", FORWARD, "exp", Planted.result((e, i, y) -> y * 1.0001f)),
            Mutant.forward("result 1e-6 off", FORWARD, "reciprocal", Planted.result((e, i, y) -> y * 1.000001f)),
            Mutant.forward("result NaN in one place", FORWARD, "exp",
                    Planted.result((e, i, y) -> i == 9 ? Float.NaN : y)));

    /// Faults of particular formulas.
    static final List<Mutant> FORMULAS = List.of(
            Mutant.instead("tanh: slope from x, not from y", KERNEL, "tanh",
                    Planted.gradient(0, (e, i, dx) -> e.dy().get(i) * (1 - e.x(0).get(i) * e.x(0).get(i)))),
            Mutant.instead("square: slope from y, not from x", KERNEL, "square",
                    Planted.gradient(0, (e, i, dx) -> e.dy().get(i) * 2 * e.y().get(i))),
            Mutant.instead("sqrt: a half forgotten", KERNEL, "sqrt",
                    Planted.gradient(0, (e, i, dx) -> e.dy().get(i) / e.y().get(i))),
            Mutant.instead("log: dy * x for dy / x", KERNEL, "log",
                    Planted.gradient(0, (e, i, dx) -> e.dy().get(i) * e.x(0).get(i))),
            Mutant.instead("divide: dy * b for dy / b", KERNEL, "divide", both(
                    Planted.gradient(0, (e, i, dx) -> e.dy().get(i) * e.x(1).get(i)),
                    Planted.gradient(1, (e, i, dx) -> -e.dy().get(i) * e.y().get(i) / e.x(1).get(i)))),
            Mutant.after("divide: sign of db", KERNEL, "divide", Planted.changed(1, (e, i, dx) -> -dx)),
            Mutant.after("subtract: sign of db", KERNEL, "subtract", Planted.changed(1, (e, i, dx) -> -dx)),
            Mutant.instead("multiply: each factor its own gradient", KERNEL, "multiply", both(
                    Planted.gradient(0, (e, i, dx) -> e.dy().get(i) * e.x(0).get(i)),
                    Planted.gradient(1, (e, i, dx) -> e.dy().get(i) * e.x(1).get(i)))),
            Mutant.after("abs: slope 1 at exactly 0", KERNEL, "abs",
                    Planted.changed(0, (e, i, dx) -> e.x(0).get(i) == 0 ? e.dy().get(i) : dx)),
            Mutant.after("relu: slope 1 at exactly 0", KERNEL, "relu",
                    Planted.changed(0, (e, i, dx) -> e.x(0).get(i) == 0 ? e.dy().get(i) : dx)),
            Mutant.after("softplus: wrong only beyond 88", KERNEL, "softplus",
                    Planted.changed(0, (e, i, dx) -> e.x(0).get(i) > 88 ? 0 : dx), line(64, 89, -90, 100)),
            Mutant.after("sigmoid: wrong only below -80", KERNEL, "sigmoid",
                    Planted.changed(0, (e, i, dx) -> e.x(0).get(i) < -80 ? 2 * dx : dx), line(64, 89, -81, 100)),
            Mutant.after("clip: gradient beyond the bounds", KERNEL, "clip",
                    Planted.changed(0, (e, i, dx) -> e.dy().get(i))),
            Mutant.after("maximum: all to a where both are equal", KERNEL, "maximum",
                    Planted.changed(0, (e, i, dx) -> e.x(0).get(i) == e.x(1).get(i) ? e.dy().get(i) : dx),
                    line(16), line(16)),
            Mutant.instead("dropout: no scaling in backward", KERNEL, "dropout", Planted.gradient(0, (e, i, dx) ->
                    Dropout.OP.keeps(0, i) ? e.dy().get(i) : 0)),
            Mutant.instead("dropout: another mask in backward", KERNEL, "dropout", Planted.gradient(0, (e, i, dx) ->
                    Dropout.OP.keeps(1, i) ? e.dy().get(i) / (1 - Dropout.OP.p()) : 0)),
            Mutant.after("mean: 1/n forgotten", KERNEL, "mean", Planted.changed(0, (e, i, dx) -> dx * e.x(0).size())),
            Mutant.after("mean of rows: divided by the rows", KERNEL, "mean-rows",
                    Planted.changed(0, (e, i, dx) -> dx * 10 / 7)),
            Mutant.after("mean squared error: 2 forgotten", KERNEL, "mean-squared-error",
                    Planted.changed(0, (e, i, dx) -> dx / 2)),
            Mutant.after("cross-entropy: sign", KERNEL, "softmax-cross-entropy", Planted.changed(0, (e, i, dx) -> -dx)),
            Mutant.after("cross-entropy: label not subtracted", KERNEL, "softmax-cross-entropy",
                    Planted.changed(0, (e, i, dx) ->
                            i % 10 == ((int[]) e.attribute())[i / 10] ? dx + e.dy().get(0) / 7 : dx)),
            Mutant.instead("softmax: only the diagonal", KERNEL, "softmax-rows",
                    Planted.gradient(0, (e, i, dx) -> e.dy().get(i) * e.y().get(i) * (1 - e.y().get(i)))),
            Mutant.instead("softmax: the sum over rows forgotten", KERNEL, "softmax-rows",
                    Planted.gradient(0, (e, i, dx) -> e.dy().get(i) * e.y().get(i))),
            Mutant.instead("logsumexp: dy handed on", KERNEL, "logsumexp",
                    Planted.gradient(0, (e, i, dx) -> e.dy().get(0))),
            Mutant.after("variance: n - 1 in backward only", KERNEL, "variance",
                    Planted.changed(0, (e, i, dx) -> dx * 35 / 34)),
            Mutant.after("layer norm: gradient of the mean forgotten", KERNEL, "layer-norm",
                    Planted.changed(0, (e, i, dx) -> dx + 0.01f * e.dy().get(i))),
            Mutant.after("matmul: operand of dA not transposed", KERNEL, "matmul-nn", e -> {
                if (e.wants(0)) {
                    float[] dx = e.dx(0).data();
                    for (int i = 0; i < 16; i++) {
                        dx[i] = 0;
                        for (int p = 0; p < 4; p++) {
                            dx[i] += e.dy().get(i / 4 * 4 + p) * e.x(1).get(p * 4 + i % 4);
                        }
                    }
                }
            }, square(1), square(2)),
            Mutant.after("matmul: gradient of B transposed", KERNEL, "matmul-nn", e -> {
                if (e.wants(1)) {
                    float[] was = e.dx(1).toArray();
                    Planted.changed(1, (f, i, dx) -> was[i % 4 * 4 + i / 4]).plant(e);
                }
            }, square(1), square(2)),
            Mutant.after("linear: bias from the last row only", KERNEL, "linear", Planted.changed(2, (e, i, dx) ->
                    e.dy().get(e.dy().size() - e.x(2).size() + i))),
            Mutant.after("add-row: mean for sum over rows", KERNEL, "add-row",
                    Planted.changed(1, (e, i, dx) -> dx / 7)),
            Mutant.after("gather: rows taken twice overwrite", KERNEL, "gather-rows", Planted.changed(0, (e, i, dx) ->
                    i / 10 == 3 ? e.dy().get(40 + i % 10) : dx)),
            Mutant.after("slice: one row too far", KERNEL, "slice-rows", Planted.changed(0, (e, i, dx) -> {
                int at = i - 10 * (((Slice.Span) e.attribute()).from() + 1);
                return at >= 0 && at < e.dy().size() ? e.dy().get(at) : 0;
            })),
            Mutant.instead("transposed: dy not turned back", KERNEL, "transpose",
                    Planted.gradient(0, (e, i, dx) -> e.dy().get(i))));

    private KernelMutants() {
    }

    private static boolean tail(Tape.Entry e, int i) {
        return e.backend() == Backend.VECTOR && i >= e.y().size() / LANES * LANES;
    }

    private static Planted.Fault both(Planted.Fault a, Planted.Fault b) {
        return e -> {
            a.plant(e);
            b.plant(e);
        };
    }

    // A counter for all uses, as a field of an operation would be.
    private static Planted.Fault calls() {
        int[] calls = {0};
        return e -> {
            if (++calls[0] % 3 == 0) {
                e.dx(0).data()[0] *= 1.0000002f;
            }
        };
    }

    /// Values from -2 to 2, the first of them as given.
    static Tensor line(int n, float... first) {
        Tensor x = Tensor.zeros(n);
        for (int i = 0; i < n; i++) {
            x.set(i, i < first.length ? first[i] : (i * 37 % 64 - 31.5f) / 16);
        }
        return x;
    }

    private static Tensor square(int seed) {
        Tensor x = Tensor.zeros(4, 4);
        for (int i = 0; i < 16; i++) {
            x.set(i, (i * 7 + seed * 5) % 16 / 8f - 1 + seed * 0.01f);
        }
        return x;
    }
}
