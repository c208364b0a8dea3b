package lanegrad.optim;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Backend;
import lanegrad.Var;
import lanegrad.kernel.Lanes;

/// Stochastic gradient descent, with momentum, Nesterov's look ahead and weight decay if wanted:
///
///     g = g + weightDecay * w     the gradient of weightDecay / 2 * sum(w^2) (L2)
///     v = momentum * v + g        the first v is the first gradient
///     d = v, or for Nesterov g + momentum * v
///     w = w - lr * d
///
/// Each line is one fma per weight. Without momentum d is g and no state is kept.
///
/// Source: B. Polyak, *Some methods of speeding up the convergence of iteration methods* (1964); Y. Nesterov, *A
/// method of solving a convex programming problem with convergence rate O(1/k^2)* (1983) in the form of I. Sutskever,
/// J. Martens, G. Dahl, G. Hinton, *On the importance of initialization and momentum in deep learning* (ICML 2013);
/// all as in PyTorch's SGD, where lr scales v and not g.
public final class Sgd extends Optimizer {
    /// What can be set; start from [#DEFAULT].
    ///
    /// @param momentum the share of v that stays from step to step, 0 (none) to below 1
    /// @param nesterov whether to look ahead; wants momentum
    /// @param weightDecay the share of a weight that is added to its gradient, at least 0
    public record Settings(float momentum, boolean nesterov, float weightDecay) {
        /// Plain descent.
        public static final Settings DEFAULT = new Settings(0, false, 0);

        /// @throws IllegalArgumentException for a setting out of range, or NaN
        public Settings {
            checked("sgd: the momentum", momentum, 0, true, 1);
            checked("sgd: the weight decay", weightDecay, 0, true, Float.POSITIVE_INFINITY);
            if (nesterov && momentum == 0) {
                throw new IllegalArgumentException("sgd: nesterov without momentum is plain descent; set the momentum "
                        + "first, for instance to 0.9, or leave nesterov out");
            }
        }

        /// With another momentum.
        public Settings withMomentum(float momentum) {
            return new Settings(momentum, nesterov, weightDecay);
        }

        /// With or without Nesterov's look ahead.
        public Settings withNesterov(boolean nesterov) {
            return new Settings(momentum, nesterov, weightDecay);
        }

        /// With another weight decay.
        public Settings withWeightDecay(float weightDecay) {
            return new Settings(momentum, nesterov, weightDecay);
        }
    }

    private final Settings settings;
    private final float[][] v;

    /// Plain descent on the fastest backend.
    public Sgd(List<Var> parameters, float lr) {
        this(parameters, lr, Settings.DEFAULT, Backend.best().backend());
    }

    /// @param lr the learning rate, above 0
    /// @param momentum the share of v that stays from step to step, 0 (none) to below 1
    /// @throws IllegalArgumentException for a rate or momentum out of range, or NaN
    public Sgd(List<Var> parameters, float lr, float momentum, Backend backend) {
        this(parameters, lr, Settings.DEFAULT.withMomentum(momentum), backend);
    }

    /// @param lr the learning rate, above 0
    /// @throws IllegalArgumentException for a rate out of range, or NaN
    public Sgd(List<Var> parameters, float lr, Settings settings, Backend backend) {
        super(parameters, checked("sgd: the learning rate", lr, 0, false, Float.POSITIVE_INFINITY), backend);
        this.settings = settings;
        this.v = settings.momentum == 0 ? null : state(parameters);
    }

    @Override
    protected void update(Backend backend, int index, float[] w, float[] g, int from, int to) {
        float[] v = this.v == null ? null : this.v[index];
        float lr = rate();
        float momentum = settings.momentum;
        boolean nesterov = settings.nesterov;
        float decay = settings.weightDecay;
        int i = backend == Backend.VECTOR
                ? Vectors.update(w, g, v, from, to, lr, momentum, nesterov, decay) : from;
        for (; i < to; i++) {
            float d = decay == 0 ? g[i] : Math.fma(decay, w[i], g[i]);
            if (v != null) {
                float velocity = flushed(Math.fma(momentum, v[i], d));
                v[i] = velocity;
                d = nesterov ? Math.fma(momentum, velocity, d) : velocity;
            }
            w[i] = Math.fma(-lr, d, w[i]);
        }
    }

    private static final class Vectors {
        // The whole vectors; returns where they end. What is left, less than a vector, is for the scalar loop.
        static int update(float[] w, float[] g, float[] v, int from, int to, float lr, float momentum,
                boolean nesterov, float decay) {
            int i = from;
            for (int end = from + Lanes.SPECIES.loopBound(to - from); i < end; i += Lanes.SPECIES.length()) {
                FloatVector weight = FloatVector.fromArray(Lanes.SPECIES, w, i);
                FloatVector d = FloatVector.fromArray(Lanes.SPECIES, g, i);
                if (decay != 0) {
                    d = weight.fma(weight.broadcast(decay), d);
                }
                if (v != null) {
                    FloatVector old = FloatVector.fromArray(Lanes.SPECIES, v, i);
                    FloatVector velocity = old.fma(old.broadcast(momentum), d);
                    velocity = velocity.blend(0, velocity.abs().compare(VectorOperators.LT, FLUSH));
                    velocity.intoArray(v, i);
                    d = nesterov ? velocity.fma(velocity.broadcast(momentum), d) : velocity;
                }
                d.fma(d.broadcast(-lr), weight).intoArray(w, i);
            }
            return i;
        }
    }
}
