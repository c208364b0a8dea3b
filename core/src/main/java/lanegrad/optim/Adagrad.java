package lanegrad.optim;

import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Backend;
import lanegrad.Var;
import lanegrad.kernel.Lanes;

/// Adagrad: steps that shrink with all the gradients a weight has seen. In step t, counted from 1:
///
///     g = g + weightDecay * w     (L2)
///     s = s + g * g               the first s is the initial one
///     w = w - lr / (1 + (t - 1) * rateDecay) * g / (sqrt(s) + eps)
///
/// `t` counts the steps of a parameter: those in which backward reached it. A gradient that is 0 leaves its weight
/// unchanged. A sum of squares below [#FLUSH] is 0: its root is at most 9e-16, which next to an eps of 1e-10 is far
/// below one ulp of the quotient's effect on any weight. The square of a gradient beyond 1.8e19 overflows, and its
/// weight then stays as it is: clip.
///
/// Source: J. Duchi, E. Hazan, Y. Singer, *Adaptive Subgradient Methods for Online Learning and Stochastic
/// Optimization*, JMLR 12 (2011), the diagonal form; eps and the rate's decay as in PyTorch.
public final class Adagrad extends Optimizer {
    /// What can be set; start from [#DEFAULT].
    ///
    /// @param rateDecay how fast the learning rate falls, at least 0
    /// @param initialSum the first sum of squares, at least 0
    /// @param eps added to the root, above 0
    /// @param weightDecay the share of a weight that is added to its gradient, at least 0
    public record Settings(float rateDecay, float initialSum, float eps, float weightDecay) {
        /// No decay of rate or weights, sums from 0, eps 1e-10.
        public static final Settings DEFAULT = new Settings(0, 0, 1e-10f, 0);

        /// @throws IllegalArgumentException for a setting out of range, or NaN
        public Settings {
            checked("adagrad: the rate's decay", rateDecay, 0, true, Float.POSITIVE_INFINITY);
            checked("adagrad: the initial sum", initialSum, 0, true, Float.POSITIVE_INFINITY);
            checked("adagrad: eps", eps, 0, false, Float.POSITIVE_INFINITY);
            checked("adagrad: the weight decay", weightDecay, 0, true, Float.POSITIVE_INFINITY);
        }

        /// With another decay of the learning rate.
        public Settings withRateDecay(float rateDecay) {
            return new Settings(rateDecay, initialSum, eps, weightDecay);
        }

        /// With other first sums of squares.
        public Settings withInitialSum(float initialSum) {
            return new Settings(rateDecay, initialSum, eps, weightDecay);
        }

        /// With another eps.
        public Settings withEps(float eps) {
            return new Settings(rateDecay, initialSum, eps, weightDecay);
        }

        /// With another weight decay.
        public Settings withWeightDecay(float weightDecay) {
            return new Settings(rateDecay, initialSum, eps, weightDecay);
        }
    }

    private final Settings settings;
    private final float[][] s;
    private final int[] steps;
    private final float[] stepSize;

    /// The usual settings on the fastest backend: sums from 0, eps 1e-10.
    public Adagrad(List<Var> parameters, float lr) {
        this(parameters, lr, Settings.DEFAULT, Backend.best().backend());
    }

    /// @param lr the learning rate, above 0: the size of a weight's first step, if sums begin at 0
    /// @throws IllegalArgumentException for a rate out of range, or NaN
    public Adagrad(List<Var> parameters, float lr, Settings settings, Backend backend) {
        super(parameters, checked("adagrad: the learning rate", lr, 0, false, Float.POSITIVE_INFINITY), backend);
        this.settings = settings;
        this.s = state(parameters);
        for (float[] sums : s) {
            Arrays.fill(sums, settings.initialSum);
        }
        this.steps = new int[s.length];
        this.stepSize = new float[s.length];
    }

    @Override
    protected void begin(int index) {
        stepSize[index] = (float) (rate() / (1 + steps[index] * (double) settings.rateDecay));
        steps[index]++;
    }

    @Override
    protected void update(Backend backend, int index, float[] w, float[] g, int from, int to) {
        float[] s = this.s[index];
        float stepSize = this.stepSize[index];
        float eps = settings.eps;
        float decay = settings.weightDecay;
        int i = backend == Backend.VECTOR ? Vectors.update(w, g, s, from, to, stepSize, eps, decay) : from;
        for (; i < to; i++) {
            float d = decay == 0 ? g[i] : Math.fma(decay, w[i], g[i]);
            float sum = flushed(Math.fma(d, d, s[i]));
            s[i] = sum;
            // The root of a float is correctly rounded when it is taken in double.
            w[i] = Math.fma(-stepSize, d / ((float) Math.sqrt(sum) + eps), w[i]);
        }
    }

    private static final class Vectors {
        // The whole vectors; returns where they end. What is left, less than a vector, is for the scalar loop.
        static int update(float[] w, float[] g, float[] s, int from, int to, float stepSize, float eps, float decay) {
            int i = from;
            for (int end = from + Lanes.SPECIES.loopBound(to - from); i < end; i += Lanes.SPECIES.length()) {
                FloatVector weight = FloatVector.fromArray(Lanes.SPECIES, w, i);
                FloatVector d = FloatVector.fromArray(Lanes.SPECIES, g, i);
                if (decay != 0) {
                    d = weight.fma(weight.broadcast(decay), d);
                }
                FloatVector sum = d.fma(d, FloatVector.fromArray(Lanes.SPECIES, s, i));
                sum = sum.blend(0, sum.abs().compare(VectorOperators.LT, FLUSH));
                sum.intoArray(s, i);
                FloatVector root = sum.lanewise(VectorOperators.SQRT).add(eps);
                d.div(root).fma(d.broadcast(-stepSize), weight).intoArray(w, i);
            }
            return i;
        }
    }
}
