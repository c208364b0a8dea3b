package lanegrad.optim;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import lanegrad.Backend;
import lanegrad.Var;
import lanegrad.kernel.Parallel;

/// Changes parameters by their gradients.
///
/// `step()` goes with one `backward`: every parameter that has a new gradient is updated in one pass over its
/// flat array. A parameter that the last backward did not reach is left alone. Gradients are looked at first,
/// all of them: if one is not finite, nothing is changed. Then they are clipped, if wanted, and then used.
///
/// Arrays are worked on in parts of a fixed size. With [#threads(int)] several threads share the parts; the bits
/// do not depend on their number. A step allocates nothing.
///
/// State that decays (momentum, Adam's moments) is set to zero below [#FLUSH], because a subnormal operand costs
/// an addition a hundred times its usual cycles, and the JVM has no switch that flushes them.
public abstract class Optimizer {
    /// Moments of smaller magnitude are set to zero: 2^-100, about 8e-31. Next to a weight of 1e-20 a step from
    /// such a moment is still far below one rounding.
    public static final float FLUSH = 0x1p-100f;

    /// Floats of one part; part of the order in which [Clip.Norm] sums.
    static final int PART = 1 << 14;
    /// From so many floats on, 0.1 ms of one core, threads are woken for a step; else those share it that are awake.
    private static final int WAKING = 1 << 19;

    private final Var[] parameters;
    private final long[] seen;
    private final Backend backend;
    private final Parts parts;
    private float rate;
    private Clip clip;
    private int threads = 1;

    /// @param parameters what to change
    /// @param rate the first learning rate
    /// @param backend which kernels
    /// @throws IllegalArgumentException for a parameter that is listed twice, or a rate below 0, infinite or NaN
    protected Optimizer(List<Var> parameters, float rate, Backend backend) {
        this.parameters = parameters.toArray(Var[]::new);
        this.seen = new long[this.parameters.length];
        this.backend = backend.require();
        Set<Var> different = new HashSet<>();
        for (int i = 0; i < seen.length; i++) {
            if (!different.add(this.parameters[i])) {
                throw new IllegalArgumentException("optimizer: " + this.parameters[i] + " is listed twice and would "
                        + "be changed twice by each step; list every parameter once");
            }
            seen[i] = this.parameters[i].gradientCount();
        }
        this.parts = new Parts();
        rate(rate);
    }

    /// The learning rate of the next step.
    public final float rate() {
        return rate;
    }

    /// Sets the learning rate from the next step on; what a [Schedule] is for.
    ///
    /// @param rate at least 0; with 0 a step changes the state and no weight
    /// @throws IllegalArgumentException for a rate below 0, infinite or NaN
    public final void rate(float rate) {
        this.rate = checked("optimizer: the learning rate", rate, 0, true, Float.POSITIVE_INFINITY);
    }

    /// Sets what is done to large gradients from the next step on; `null` for nothing.
    public final void clip(Clip clip) {
        this.clip = clip;
    }

    /// Sets the most threads that a step uses. Without a call it is 1. Steps on less than two parts, 32,768 floats,
    /// never use more.
    ///
    /// @throws IllegalArgumentException for less than 1
    public final void threads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("optimizer: threads is " + threads + "; give 1 or more");
        }
        this.threads = threads;
    }

    /// Changes every parameter that has a new gradient.
    ///
    /// @throws IllegalStateException when none has one since the last step
    /// @throws NonFiniteException when a gradient holds an infinity or a NaN; nothing was changed
    public final void step() {
        if (!parts.collect()) {
            throw new IllegalStateException("step: no parameter has a new gradient; call tape.backward(loss) before "
                    + "each step");
        }
        if (clip instanceof Clip.Norm norm) {
            // The sum is finite exactly when all gradients are.
            parts.run(Pass.SQUARES);
            parts.factor = norm.factor(parts.total());
            if (parts.factor < 1) {
                parts.run(Pass.SCALE);
            }
        } else {
            parts.run(Pass.FINITE);
            if (clip instanceof Clip.Value value) {
                parts.factor = value.max();
                parts.run(Pass.CLAMP);
            }
        }
        for (int i = 0; i < parameters.length; i++) {
            if (parameters[i].gradientCount() != seen[i]) {
                begin(i);
            }
        }
        parts.run(Pass.UPDATE);
        for (int i = 0; i < parameters.length; i++) {
            Var p = parameters[i];
            if (p.gradientCount() != seen[i]) {
                seen[i] = p.gradientCount();
                p.value().changed();
            }
        }
    }

    /// Prepares what is the same for all weights of parameter `index` in this step.
    protected void begin(int index) {
    }

    /// Changes the weights `w` of parameter `index`, from `from` to before `to`, by their gradient `g`. Several threads
    /// may do so at once, each in a range of its own.
    protected abstract void update(Backend backend, int index, float[] w, float[] g, int from, int to);

    /// One array per parameter for a state, zero at first.
    protected static float[][] state(List<Var> parameters) {
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

    private enum Pass { FINITE, SQUARES, SCALE, CLAMP, UPDATE }

    /// The parts of all parameters, and the passes over those that have a new gradient.
    private final class Parts implements Parallel.Task {
        // Part k is the floats from `from[k]` to before `to[k]` of parameter `owner[k]`.
        private final int[] owner;
        private final int[] from;
        private final int[] to;
        // What a part found: a sum of squares, or 0 or NaN. Each has its own sums to work with.
        private final double[] found;
        private final double[][] sums;
        // The numbers of the parts with a new gradient, ascending, and how many floats they have.
        private final int[] live;
        private int count;
        private long floats;
        private Pass pass;
        private float factor;

        Parts() {
            int n = 0;
            for (Var p : parameters) {
                n += Math.ceilDiv(p.value().size(), PART);
            }
            owner = new int[n];
            from = new int[n];
            to = new int[n];
            found = new double[n];
            sums = new double[n][Gradients.SUMS];
            live = new int[n];
            int k = 0;
            for (int i = 0; i < parameters.length; i++) {
                int size = parameters[i].value().size();
                for (int part = 0; part < Math.ceilDiv(size, PART); part++, k++) {
                    owner[k] = i;
                    from[k] = part * PART;
                    to[k] = from[k] + Math.min(PART, size - from[k]);
                }
            }
        }

        // Whether any parameter has a new gradient.
        boolean collect() {
            boolean any = false;
            for (int i = 0; i < parameters.length; i++) {
                any |= parameters[i].gradientCount() != seen[i];
            }
            count = 0;
            floats = 0;
            for (int k = 0; k < owner.length; k++) {
                if (parameters[owner[k]].gradientCount() != seen[owner[k]]) {
                    live[count++] = k;
                    floats += to[k] - from[k];
                }
            }
            return any;
        }

        void run(Pass pass) {
            this.pass = pass;
            Parallel.run(Parallel.workers(threads, floats, 2 * PART, WAKING), count, this);
            if (pass == Pass.FINITE || pass == Pass.SQUARES) {
                for (int j = 0; j < count; j++) {
                    if (!Double.isFinite(found[live[j]])) {
                        Var p = parameters[owner[live[j]]];
                        throw new NonFiniteException("the gradient of " + p.name() + " " + p.shape()
                                + " is not finite: the loss overflowed or is NaN; lower the learning rate, scale the "
                                + "inputs, or clip the gradient");
                    }
                }
            }
        }

        double total() {
            double s = 0;
            for (int j = 0; j < count; j++) {
                s += found[live[j]];
            }
            return s;
        }

        @Override
        public void run(int index) {
            int k = live[index];
            Var p = parameters[owner[k]];
            float[] g = p.gradient().data();
            switch (pass) {
                case FINITE -> found[k] = Gradients.finite(backend, g, from[k], to[k]) ? 0 : Double.NaN;
                case SQUARES -> found[k] = Gradients.squares(backend, g, from[k], to[k], sums[k]);
                case SCALE -> Gradients.scale(backend, g, factor, from[k], to[k]);
                case CLAMP -> Gradients.clamp(backend, g, factor, from[k], to[k]);
                case UPDATE -> update(backend, owner[k], p.value().data(), g, from[k], to[k]);
            }
        }
    }
}
