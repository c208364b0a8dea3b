package lanegrad.optim;

import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Backend;
import lanegrad.Var;
import lanegrad.kernel.Lanes;

/// The running mean and square of gradients, and the step that [Adam] and [AdamW] take from them:
///
///     g = g + decay * w
///     m = m + (1 - beta1) * (g - m)
///     v = beta2 * v + (1 - beta2) * g * g
///     w = keep * w - stepSize * m / (rootScale * sqrt(v) + eps)
///
/// A weight takes three or four fma, one root and one division.
final class Moments {
    private final float beta1;
    private final float beta2;
    private final float eps;
    private final float[][] m;
    private final float[][] v;
    // A parameter that a backward did not reach has taken fewer steps than others, so each counts its own.
    // Running products have the same bits everywhere, which Math.pow does not promise.
    private final double[] power1;
    private final double[] power2;
    private final float[] stepSize;
    private final float[] rootScale;

    Moments(List<Var> parameters, float beta1, float beta2, float eps) {
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.eps = eps;
        int n = parameters.size();
        m = Optimizer.state(parameters);
        v = Optimizer.state(parameters);
        power1 = new double[n];
        power2 = new double[n];
        stepSize = new float[n];
        rootScale = new float[n];
        Arrays.fill(power1, 1);
        Arrays.fill(power2, 1);
    }

    /// Counts a step of parameter `index`.
    ///
    /// @param corrected whether eps is added to the root after its bias was corrected, or before
    void begin(int index, float lr, boolean corrected) {
        power1[index] *= beta1;
        power2[index] *= beta2;
        double root = Math.sqrt(1 - power2[index]);
        stepSize[index] = (float) (corrected ? lr / (1 - power1[index]) : lr * root / (1 - power1[index]));
        rootScale[index] = corrected ? (float) (1 / root) : 1;
    }

    void update(Backend backend, int index, float[] w, float[] g, int from, int to, float decay, float keep) {
        float[] m = this.m[index];
        float[] v = this.v[index];
        float stepSize = this.stepSize[index];
        float rootScale = this.rootScale[index];
        int i = backend == Backend.VECTOR ? Vectors.update(w, g, m, v, from, to, beta1, beta2, eps, stepSize,
                rootScale, decay, keep) : from;
        for (; i < to; i++) {
            float d = decay == 0 ? g[i] : Math.fma(decay, w[i], g[i]);
            float mean = Optimizer.flushed(Math.fma(1 - beta1, d - m[i], m[i]));
            float square = Optimizer.flushed(Math.fma((1 - beta2) * d, d, beta2 * v[i]));
            m[i] = mean;
            v[i] = square;
            // The root of a float is correctly rounded when it is taken in double.
            float root = Math.fma((float) Math.sqrt(square), rootScale, eps);
            w[i] = Math.fma(-stepSize, mean / root, w[i] * keep);
        }
    }

    private static final class Vectors {
        // The whole vectors; returns where they end. What is left, less than a vector, is for the scalar loop.
        static int update(float[] w, float[] g, float[] m, float[] v, int from, int to, float beta1, float beta2,
                float eps, float stepSize, float rootScale, float decay, float keep) {
            int i = from;
            for (int end = from + Lanes.SPECIES.loopBound(to - from); i < end; i += Lanes.SPECIES.length()) {
                FloatVector weight = FloatVector.fromArray(Lanes.SPECIES, w, i);
                FloatVector d = FloatVector.fromArray(Lanes.SPECIES, g, i);
                if (decay != 0) {
                    d = weight.fma(weight.broadcast(decay), d);
                }
                FloatVector mean = mean(FloatVector.fromArray(Lanes.SPECIES, m, i), d, beta1);
                FloatVector square = square(FloatVector.fromArray(Lanes.SPECIES, v, i), d, beta2);
                mean.intoArray(m, i);
                square.intoArray(v, i);
                FloatVector root = root(square, rootScale, eps);
                mean.div(root).fma(d.broadcast(-stepSize), weight.mul(keep)).intoArray(w, i);
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
            return x.blend(0, x.abs().compare(VectorOperators.LT, Optimizer.FLUSH));
        }
    }
}
