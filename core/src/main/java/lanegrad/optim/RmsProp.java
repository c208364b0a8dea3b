package lanegrad.optim;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Backend;
import lanegrad.Var;
import lanegrad.kernel.Lanes;

/// RMSProp: the gradient over the root of its running mean square, with momentum and centering if wanted:
///
///     g = g + weightDecay * w              (L2)
///     v = alpha * v + (1 - alpha) * g * g
///     m = m + (1 - alpha) * (g - m)        centered only
///     d = g / (sqrt(v) + eps)              centered: g / (sqrt(max(0, v - m * m)) + eps)
///     b = momentum * b + d                 with momentum only, else b = d
///     w = w - lr * b
///
/// As in PyTorch, eps stands outside of the root, and there is no correction of the bias towards 0. `v - m * m` is a
/// variance; it is at least 0 but for rounding, which the maximum takes away and PyTorch does not. A gradient that is 0
/// from the start leaves its weight unchanged. The square of a gradient beyond 1.8e19 overflows, and its weight
/// then moves by its momentum only: clip.
///
/// Source: G. Hinton, *Neural Networks for Machine Learning*, lecture 6e (2012); the centered form is A. Graves,
/// *Generating Sequences With Recurrent Neural Networks* (2013), section 4.2; all as in PyTorch's RMSprop.
public final class RmsProp extends Optimizer {
    /// What can be set; start from [#DEFAULT].
    ///
    /// @param alpha memory of the square, 0 to below 1
    /// @param eps added to the root, above 0
    /// @param momentum the share of b that stays from step to step, 0 (none) to below 1
    /// @param centered whether to divide by the deviation instead of the root mean square
    /// @param weightDecay the share of a weight that is added to its gradient, at least 0
    public record Settings(float alpha, float eps, float momentum, boolean centered, float weightDecay) {
        /// alpha 0.99, eps 1e-8; no momentum, not centered, no decay.
        public static final Settings DEFAULT = new Settings(0.99f, 1e-8f, 0, false, 0);

        /// @throws IllegalArgumentException for a setting out of range, or NaN
        public Settings {
            checked("rmsprop: alpha", alpha, 0, true, 1);
            checked("rmsprop: eps", eps, 0, false, Float.POSITIVE_INFINITY);
            checked("rmsprop: the momentum", momentum, 0, true, 1);
            checked("rmsprop: the weight decay", weightDecay, 0, true, Float.POSITIVE_INFINITY);
        }

        /// With another memory of the square.
        public Settings withAlpha(float alpha) {
            return new Settings(alpha, eps, momentum, centered, weightDecay);
        }

        /// With another eps.
        public Settings withEps(float eps) {
            return new Settings(alpha, eps, momentum, centered, weightDecay);
        }

        /// With another momentum.
        public Settings withMomentum(float momentum) {
            return new Settings(alpha, eps, momentum, centered, weightDecay);
        }

        /// Centered or not.
        public Settings withCentered(boolean centered) {
            return new Settings(alpha, eps, momentum, centered, weightDecay);
        }

        /// With another weight decay.
        public Settings withWeightDecay(float weightDecay) {
            return new Settings(alpha, eps, momentum, centered, weightDecay);
        }
    }

    private final Settings settings;
    private final float[][] v;
    private final float[][] m;
    private final float[][] b;

    /// The usual settings on the fastest backend: alpha 0.99, eps 1e-8.
    public RmsProp(List<Var> parameters, float lr) {
        this(parameters, lr, Settings.DEFAULT, Backend.best().backend());
    }

    /// @param lr the learning rate, above 0
    /// @throws IllegalArgumentException for a rate out of range, or NaN
    public RmsProp(List<Var> parameters, float lr, Settings settings, Backend backend) {
        super(parameters, checked("rmsprop: the learning rate", lr, 0, false, Float.POSITIVE_INFINITY), backend);
        this.settings = settings;
        this.v = state(parameters);
        this.m = settings.centered ? state(parameters) : null;
        this.b = settings.momentum == 0 ? null : state(parameters);
    }

    @Override
    protected void update(Backend backend, int index, float[] w, float[] g, int from, int to) {
        float[] v = this.v[index];
        float[] m = this.m == null ? null : this.m[index];
        float[] b = this.b == null ? null : this.b[index];
        float lr = rate();
        float alpha = settings.alpha;
        float eps = settings.eps;
        float momentum = settings.momentum;
        float decay = settings.weightDecay;
        int i = backend == Backend.VECTOR
                ? Vectors.update(w, g, v, m, b, from, to, lr, alpha, eps, momentum, decay) : from;
        for (; i < to; i++) {
            float d = decay == 0 ? g[i] : Math.fma(decay, w[i], g[i]);
            float square = flushed(Math.fma((1 - alpha) * d, d, alpha * v[i]));
            v[i] = square;
            if (m != null) {
                float mean = flushed(Math.fma(1 - alpha, d - m[i], m[i]));
                m[i] = mean;
                square = Math.max(0, Math.fma(-mean, mean, square));
            }
            // The root of a float is correctly rounded when it is taken in double.
            d /= (float) Math.sqrt(square) + eps;
            if (b != null) {
                d = flushed(Math.fma(momentum, b[i], d));
                b[i] = d;
            }
            w[i] = Math.fma(-lr, d, w[i]);
        }
    }

    private static final class Vectors {
        // The whole vectors; returns where they end. What is left, less than a vector, is for the scalar loop.
        static int update(float[] w, float[] g, float[] v, float[] m, float[] b, int from, int to, float lr,
                float alpha, float eps, float momentum, float decay) {
            int i = from;
            for (int end = from + Lanes.SPECIES.loopBound(to - from); i < end; i += Lanes.SPECIES.length()) {
                FloatVector weight = FloatVector.fromArray(Lanes.SPECIES, w, i);
                FloatVector d = FloatVector.fromArray(Lanes.SPECIES, g, i);
                if (decay != 0) {
                    d = weight.fma(weight.broadcast(decay), d);
                }
                FloatVector square = d.mul(1 - alpha).fma(d, FloatVector.fromArray(Lanes.SPECIES, v, i).mul(alpha));
                square = square.blend(0, square.abs().compare(VectorOperators.LT, FLUSH));
                square.intoArray(v, i);
                if (m != null) {
                    FloatVector mean = FloatVector.fromArray(Lanes.SPECIES, m, i);
                    mean = d.sub(mean).fma(mean.broadcast(1 - alpha), mean);
                    mean = mean.blend(0, mean.abs().compare(VectorOperators.LT, FLUSH));
                    mean.intoArray(m, i);
                    square = mean.neg().fma(mean, square).max(0);
                }
                d = d.div(square.lanewise(VectorOperators.SQRT).add(eps));
                if (b != null) {
                    FloatVector old = FloatVector.fromArray(Lanes.SPECIES, b, i);
                    d = old.fma(old.broadcast(momentum), d);
                    d = d.blend(0, d.abs().compare(VectorOperators.LT, FLUSH));
                    d.intoArray(b, i);
                }
                d.fma(d.broadcast(-lr), weight).intoArray(w, i);
            }
            return i;
        }
    }
}
