package lanegrad.optim;

import java.util.List;
import lanegrad.Backend;
import lanegrad.Var;

/// Adam with weight decay apart from the gradient. In step t:
///
///     m = m + (1 - beta1) * (g - m)
///     v = beta2 * v + (1 - beta2) * g * g
///     w = (1 - lr * weightDecay) * w - lr / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + eps)
///
/// In [Adam] decay goes through the moments, where weights with large gradients decay less. Here all shrink alike, by
/// the learning rate of the moment times the decay, as in PyTorch. A weight whose gradient is 0 shrinks too.
///
/// Source: I. Loshchilov, F. Hutter, *Decoupled Weight Decay Regularization* (ICLR 2019), Algorithm 2.
public final class AdamW extends Optimizer {
    /// What can be set; start from [#DEFAULT].
    ///
    /// @param beta1 memory of the mean, 0 to below 1
    /// @param beta2 memory of the square, 0 to below 1
    /// @param eps added to the bias-corrected root, above 0
    /// @param weightDecay times the learning rate: the share of a weight that a step takes away; at least 0
    public record Settings(float beta1, float beta2, float eps, float weightDecay) {
        /// beta1 0.9, beta2 0.999, eps 1e-8, decay 0.01.
        public static final Settings DEFAULT = new Settings(0.9f, 0.999f, 1e-8f, 0.01f);

        /// @throws IllegalArgumentException for a setting out of range, or NaN
        public Settings {
            checked("adamw: beta1", beta1, 0, true, 1);
            checked("adamw: beta2", beta2, 0, true, 1);
            checked("adamw: eps", eps, 0, false, Float.POSITIVE_INFINITY);
            checked("adamw: the weight decay", weightDecay, 0, true, Float.POSITIVE_INFINITY);
        }

        /// With other memories of the mean and the square.
        public Settings withBetas(float beta1, float beta2) {
            return new Settings(beta1, beta2, eps, weightDecay);
        }

        /// With another eps.
        public Settings withEps(float eps) {
            return new Settings(beta1, beta2, eps, weightDecay);
        }

        /// With another weight decay.
        public Settings withWeightDecay(float weightDecay) {
            return new Settings(beta1, beta2, eps, weightDecay);
        }
    }

    private final Settings settings;
    private final Moments moments;

    /// The usual settings on the fastest backend: beta1 0.9, beta2 0.999, eps 1e-8, decay 0.01.
    public AdamW(List<Var> parameters, float lr) {
        this(parameters, lr, Settings.DEFAULT, Backend.best().backend());
    }

    /// @param lr the learning rate, above 0: about the size of a weight's step
    /// @throws IllegalArgumentException for a rate out of range, or NaN
    public AdamW(List<Var> parameters, float lr, Settings settings, Backend backend) {
        super(parameters, checked("adamw: the learning rate", lr, 0, false, Float.POSITIVE_INFINITY), backend);
        this.settings = settings;
        this.moments = new Moments(parameters, settings.beta1, settings.beta2, settings.eps);
    }

    @Override
    protected void begin(int index) {
        moments.begin(index, rate(), true);
    }

    @Override
    protected void update(Backend backend, int index, float[] w, float[] g, int from, int to) {
        float keep = (float) (1 - (double) rate() * settings.weightDecay);
        moments.update(backend, index, w, g, from, to, 0, keep);
    }
}
