package lanegrad.optim;

import java.util.List;
import lanegrad.Backend;
import lanegrad.Var;

/// Adam: a step of nearly constant size in the direction of the mean gradient, weight by weight. In step t:
///
///     g = g + weightDecay * w     (L2; decay apart from the gradient is AdamW's)
///     m = m + (1 - beta1) * (g - m)
///     v = beta2 * v + (1 - beta2) * g * g
///     w = w - lr / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + eps)
///
/// As in PyTorch, eps stands outside of the bias-corrected root. Keras and ONNX add it to the root of v as it is,
/// the "epsilon hat" of the paper's section 2; see [Eps]. `t` counts the steps of a parameter: those in which backward
/// reached it. A gradient that is 0 from the start leaves its weight unchanged. The factors of a step are computed
/// in double; per weight the work is two fma for the moments, one root, one division and one fma for the weight.
///
/// The square of a gradient beyond 1.8e19 overflows, and its weight then stays as it is: clip.
///
/// Source: D. Kingma, J. Ba, *Adam: A Method for Stochastic Optimization* (ICLR 2015), Algorithm 1.
public final class Adam extends Optimizer {
    /// To which root eps is added.
    public enum Eps {
        /// `m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)`: the paper's Algorithm 1, PyTorch.
        CORRECTED_ROOT,
        /// `sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + eps)`: the paper's section 2, Keras, ONNX.
        PLAIN_ROOT
    }

    /// What can be set; start from [#DEFAULT].
    ///
    /// @param beta1 memory of the mean, 0 to below 1
    /// @param beta2 memory of the square, 0 to below 1
    /// @param eps added to the root, above 0
    /// @param epsTo to which root
    /// @param weightDecay the share of a weight that is added to its gradient, at least 0
    public record Settings(float beta1, float beta2, float eps, Eps epsTo, float weightDecay) {
        /// beta1 0.9, beta2 0.999, eps 1e-8 on the corrected root, no decay.
        public static final Settings DEFAULT = new Settings(0.9f, 0.999f, 1e-8f, Eps.CORRECTED_ROOT, 0);

        /// @throws IllegalArgumentException for a setting out of range, or NaN
        public Settings {
            checked("adam: beta1", beta1, 0, true, 1);
            checked("adam: beta2", beta2, 0, true, 1);
            checked("adam: eps", eps, 0, false, Float.POSITIVE_INFINITY);
            checked("adam: the weight decay", weightDecay, 0, true, Float.POSITIVE_INFINITY);
        }

        /// With other memories of the mean and the square.
        public Settings withBetas(float beta1, float beta2) {
            return new Settings(beta1, beta2, eps, epsTo, weightDecay);
        }

        /// With another eps, and where it goes. Keras: 1e-7 and [Eps#PLAIN_ROOT].
        public Settings withEps(float eps, Eps epsTo) {
            return new Settings(beta1, beta2, eps, epsTo, weightDecay);
        }

        /// With another weight decay.
        public Settings withWeightDecay(float weightDecay) {
            return new Settings(beta1, beta2, eps, epsTo, weightDecay);
        }
    }

    private final Settings settings;
    private final Moments moments;

    /// The usual settings on the fastest backend: beta1 0.9, beta2 0.999, eps 1e-8.
    public Adam(List<Var> parameters, float lr) {
        this(parameters, lr, Settings.DEFAULT, Backend.best().backend());
    }

    /// @param lr the learning rate, above 0: about the size of a weight's step
    /// @param beta1 memory of the mean, 0 to below 1
    /// @param beta2 memory of the square, 0 to below 1
    /// @param eps added to the root, above 0
    /// @throws IllegalArgumentException for a setting out of range, or NaN
    public Adam(List<Var> parameters, float lr, float beta1, float beta2, float eps, Backend backend) {
        this(parameters, lr, Settings.DEFAULT.withBetas(beta1, beta2).withEps(eps, Eps.CORRECTED_ROOT), backend);
    }

    /// @param lr the learning rate, above 0: about the size of a weight's step
    /// @throws IllegalArgumentException for a rate out of range, or NaN
    public Adam(List<Var> parameters, float lr, Settings settings, Backend backend) {
        super(parameters, checked("adam: the learning rate", lr, 0, false, Float.POSITIVE_INFINITY), backend);
        this.settings = settings;
        this.moments = new Moments(parameters, settings.beta1, settings.beta2, settings.eps);
    }

    @Override
    protected void begin(int index) {
        moments.begin(index, rate(), settings.epsTo == Eps.CORRECTED_ROOT);
    }

    @Override
    protected void update(Backend backend, int index, float[] w, float[] g, int from, int to) {
        moments.update(backend, index, w, g, from, to, settings.weightDecay, 1);
    }
}
