package lanegrad.optim;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Backend;
import lanegrad.Var;
import lanegrad.kernel.Lanes;

/// Adam: a step of nearly constant size in the direction of the mean gradient, weight by weight. In step t:
///
///     m = m + (1 - beta1) * (g - m)
///     v = beta2 * v + (1 - beta2) * g * g
///     w = w - lr / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + eps)
///
/// As in PyTorch, eps stands outside of the bias-corrected root. A gradient that is 0 from the start leaves its
/// weight unchanged. The factors of a step are computed in double; per weight the work is two fma for the
/// moments, one root, one division and one fma for the weight.
///
/// Source: D. Kingma, J. Ba, *Adam: A Method for Stochastic Optimization* (ICLR 2015), Algorithm 1.
public final class Adam extends Optimizer {
    private final float lr;
    private final float beta1;
    private final float beta2;
    private final float eps;
    private final float[][] m;
    private final float[][] v;
    private double power1 = 1;
    private double power2 = 1;
    private float stepSize;
    private float rootScale;

    /// The usual settings on the fastest backend: beta1 0.9, beta2 0.999, eps 1e-8.
    public Adam(List<Var> parameters, float lr) {
        this(parameters, lr, 0.9f, 0.999f, 1e-8f, Backend.best().backend());
    }

    /// @param lr the learning rate, above 0: about the size of a weight's step
    /// @param beta1 memory of the mean, 0 to below 1
    /// @param beta2 memory of the square, 0 to below 1
    /// @param eps added to the root, above 0
    /// @throws IllegalArgumentException for a setting out of range, or NaN
    public Adam(List<Var> parameters, float lr, float beta1, float beta2, float eps, Backend backend) {
        super(parameters, backend);
        this.lr = checked("adam: the learning rate", lr, 0, false, Float.POSITIVE_INFINITY);
        this.beta1 = checked("adam: beta1", beta1, 0, true, 1);
        this.beta2 = checked("adam: beta2", beta2, 0, true, 1);
        this.eps = checked("adam: eps", eps, 0, false, Float.POSITIVE_INFINITY);
        this.m = state(parameters);
        this.v = state(parameters);
    }

    @Override
    protected void begin() {
        // Running products: the same bits everywhere, which Math.pow does not promise.
        power1 *= beta1;
        power2 *= beta2;
        stepSize = (float) (lr / (1 - power1));
        rootScale = (float) (1 / Math.sqrt(1 - power2));
    }

    @Override
    protected void update(Backend backend, int index, float[] w, float[] g, int n) {
        float[] m = this.m[index];
        float[] v = this.v[index];
        int i = backend == Backend.VECTOR
                ? Vectors.update(w, g, m, v, n, beta1, beta2, eps, stepSize, rootScale) : 0;
        for (; i < n; i++) {
            float mean = flushed(Math.fma(1 - beta1, g[i] - m[i], m[i]));
            float square = flushed(Math.fma((1 - beta2) * g[i], g[i], beta2 * v[i]));
            m[i] = mean;
            v[i] = square;
            // The root of a float is correctly rounded when it is taken in double.
            float root = Math.fma((float) Math.sqrt(square), rootScale, eps);
            w[i] = Math.fma(-stepSize, mean / root, w[i]);
        }
    }

    private static final class Vectors {
        // The whole vectors; returns where they end. What is left, less than a vector, is for the scalar loop.
        static int update(float[] w, float[] g, float[] m, float[] v, int n, float beta1, float beta2, float eps,
                float stepSize, float rootScale) {
            int i = 0;
            for (; i < Lanes.SPECIES.loopBound(n); i += Lanes.SPECIES.length()) {
                FloatVector d = FloatVector.fromArray(Lanes.SPECIES, g, i);
                FloatVector mean = mean(FloatVector.fromArray(Lanes.SPECIES, m, i), d, beta1);
                FloatVector square = square(FloatVector.fromArray(Lanes.SPECIES, v, i), d, beta2);
                mean.intoArray(m, i);
                square.intoArray(v, i);
                FloatVector root = root(square, rootScale, eps);
                mean.div(root).fma(d.broadcast(-stepSize), FloatVector.fromArray(Lanes.SPECIES, w, i))
                        .intoArray(w, i);
            }
            return i;
        }

        private static FloatVector mean(FloatVector m, FloatVector g, float beta1) {
            return flushed(g.sub(m).fma(m.broadcast(1 - beta1), m));
        }

        private static FloatVector square(FloatVector v, FloatVector g, float beta2) {
            return flushed(g.mul(1 - beta2).fma(g, v.mul(beta2)));
        }

        private static FloatVector root(FloatVector square, float rootScale, float eps) {
            return square.lanewise(VectorOperators.SQRT)
                    .fma(square.broadcast(rootScale), square.broadcast(eps));
        }

        private static FloatVector flushed(FloatVector x) {
            return x.blend(0, x.abs().compare(VectorOperators.LT, FLUSH));
        }
    }
}
