package lanegrad.optim;

import java.util.List;
import lanegrad.Backend;
import lanegrad.Var;

/// Changes parameters by their gradients.
///
/// `step()` goes with one `backward`: every parameter that has a new gradient is updated in one pass over its
/// flat array. A parameter that the last backward did not reach is left alone. Gradients are looked at first,
/// all of them: if one is not finite, nothing is changed.
///
/// State that decays (momentum, Adam's moments) is set to zero below [#FLUSH], because a subnormal operand costs
/// an addition a hundred times its usual cycles, and the JVM has no switch that flushes them.
public abstract class Optimizer {
    /// Moments of smaller magnitude are set to zero: 2^-100, about 8e-31. Next to a weight of 1e-20 a step from
    /// such a moment is still far below one rounding.
    public static final float FLUSH = 0x1p-100f;

    private final Var[] parameters;
    private final long[] seen;
    private final Backend backend;

    /// @param parameters what to change
    /// @param backend which kernels
    protected Optimizer(List<Var> parameters, Backend backend) {
        this.parameters = parameters.toArray(Var[]::new);
        this.seen = new long[this.parameters.length];
        this.backend = backend.require();
        for (int i = 0; i < seen.length; i++) {
            seen[i] = this.parameters[i].gradientCount();
        }
    }

    /// Changes every parameter that has a new gradient.
    ///
    /// @throws IllegalStateException when none has one since the last step
    /// @throws NonFiniteException when a gradient holds an infinity or a NaN; nothing was changed
    public final void step() {
        boolean any = false;
        for (int i = 0; i < parameters.length; i++) {
            Var p = parameters[i];
            if (p.gradientCount() != seen[i]) {
                any = true;
                if (!Finite.all(backend, p.gradient().data(), p.gradient().size())) {
                    throw new NonFiniteException("the gradient of " + p.name() + " " + p.shape()
                            + " is not finite: the loss overflowed or is NaN; lower the learning rate, scale the "
                            + "inputs, or clip the gradient");
                }
            }
        }
        if (!any) {
            throw new IllegalStateException("step: no parameter has a new gradient; call tape.backward(loss) before "
                    + "each step");
        }
        begin();
        for (int i = 0; i < parameters.length; i++) {
            Var p = parameters[i];
            if (p.gradientCount() != seen[i]) {
                seen[i] = p.gradientCount();
                update(backend, i, p.value().data(), p.gradient().data(), p.value().size());
                p.value().changed();
            }
        }
    }

    /// What is the same for all parameters of one step.
    protected void begin() {
    }

    /// Changes the `n` weights `w` of parameter `index` by their gradient `g`.
    protected abstract void update(Backend backend, int index, float[] w, float[] g, int n);

    /// One zeroed state array per parameter.
    static float[][] state(List<Var> parameters) {
        float[][] state = new float[parameters.size()][];
        for (int i = 0; i < state.length; i++) {
            state[i] = new float[parameters.get(i).value().data().length];
        }
        return state;
    }

    static float flushed(float x) {
        return Math.abs(x) < FLUSH ? 0 : x;
    }

    static float checked(String what, float value, float low, boolean lowAllowed, float high) {
        if (!(value > low || lowAllowed && value == low) || !(value < high)) {
            throw new IllegalArgumentException(what + " is " + value + "; it must be "
                    + (lowAllowed ? "at least " : "above ") + low
                    + (high == Float.POSITIVE_INFINITY ? " and finite" : " and below " + high));
        }
        return value;
    }
}
