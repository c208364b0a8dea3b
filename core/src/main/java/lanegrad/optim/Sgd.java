package lanegrad.optim;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lanegrad.Backend;
import lanegrad.Var;
import lanegrad.kernel.Lanes;

/// Stochastic gradient descent, with momentum if wanted:
///
///     v = momentum * v + g        the first v is the first gradient
///     w = w - lr * v
///
/// Each line is one fma per weight. Without momentum v is g and no state is kept.
///
/// Source: B. Polyak, *Some methods of speeding up the convergence of iteration methods* (1964); in the form of
/// PyTorch's SGD, where lr scales v and not g.
public final class Sgd extends Optimizer {
    private final float lr;
    private final float momentum;
    private final float[][] v;

    /// Plain descent on the fastest backend.
    public Sgd(List<Var> parameters, float lr) {
        this(parameters, lr, 0, Backend.best().backend());
    }

    /// @param lr the learning rate, above 0
    /// @param momentum the share of v that stays from step to step, 0 (none) to below 1
    /// @throws IllegalArgumentException for a rate or momentum out of range, or NaN
    public Sgd(List<Var> parameters, float lr, float momentum, Backend backend) {
        super(parameters, backend);
        this.lr = checked("sgd: the learning rate", lr, 0, false, Float.POSITIVE_INFINITY);
        this.momentum = checked("sgd: the momentum", momentum, 0, true, 1);
        this.v = momentum == 0 ? null : state(parameters);
    }

    @Override
    protected void update(Backend backend, int index, float[] w, float[] g, int n) {
        float[] v = momentum == 0 ? null : this.v[index];
        int i = backend == Backend.VECTOR ? Vectors.update(w, g, v, n, lr, momentum) : 0;
        for (; i < n; i++) {
            float d = g[i];
            if (v != null) {
                d = flushed(Math.fma(momentum, v[i], d));
                v[i] = d;
            }
            w[i] = Math.fma(-lr, d, w[i]);
        }
    }

    private static final class Vectors {
        // The whole vectors; returns where they end. What is left, less than a vector, is for the scalar loop.
        static int update(float[] w, float[] g, float[] v, int n, float lr, float momentum) {
            int i = 0;
            for (; i < Lanes.SPECIES.loopBound(n); i += Lanes.SPECIES.length()) {
                FloatVector d = FloatVector.fromArray(Lanes.SPECIES, g, i);
                if (v != null) {
                    FloatVector old = FloatVector.fromArray(Lanes.SPECIES, v, i);
                    d = old.fma(old.broadcast(momentum), d);
                    d = d.blend(0, d.abs().compare(VectorOperators.LT, FLUSH));
                    d.intoArray(v, i);
                }
                d.fma(d.broadcast(-lr), FloatVector.fromArray(Lanes.SPECIES, w, i)).intoArray(w, i);
            }
            return i;
        }
    }
}
