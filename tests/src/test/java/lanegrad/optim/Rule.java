package lanegrad.optim;

import java.util.List;
import lanegrad.Backend;
import lanegrad.Var;

/// The update rules under test: each optimizer plain, and with all its settings at once. Each has its step in double,
/// straight from the formulas of its sources, and a running bound of the float error.
enum Rule {
    SGD(0) {
        @Override
        Optimizer of(List<Var> parameters, Backend backend) {
            return new Sgd(parameters, 0.1f, 0, backend);
        }

        @Override
        void step(Weight w, double g, int t) {
            w.move(-0.1f * g, 0);
        }
    },
    MOMENTUM(0) {
        @Override
        Optimizer of(List<Var> parameters, Backend backend) {
            return new Sgd(parameters, 0.02f, 0.9f, backend);
        }

        @Override
        void step(Weight w, double g, int t) {
            w.m = 0.9f * w.m + g;
            w.mError = 0.9f * w.mError + UNIT * Math.abs(w.m) + Optimizer.FLUSH;
            w.move(-0.02f * w.m, 0.02f * w.mError);
        }
    },
    NESTEROV(0.01f) {
        @Override
        Optimizer of(List<Var> parameters, Backend backend) {
            return new Sgd(parameters, 0.02f,
                    Sgd.Settings.DEFAULT.withMomentum(0.9f).withNesterov(true).withWeightDecay(decay), backend);
        }

        @Override
        void step(Weight w, double g, int t) {
            double d = g + decay * w.w;
            double dError = UNIT * Math.abs(d) + decay * w.error;
            w.b = 0.9f * w.b + d;
            w.bError = 0.9f * w.bError + dError + UNIT * Math.abs(w.b) + Optimizer.FLUSH;
            double step = d + 0.9f * w.b;
            w.move(-0.02f * step, 0.02f * (dError + 0.9f * w.bError + UNIT * Math.abs(step)));
        }
    },
    RMSPROP(0) {
        @Override
        Optimizer of(List<Var> parameters, Backend backend) {
            return new RmsProp(parameters, 0.001f, RmsProp.Settings.DEFAULT, backend);
        }

        @Override
        void step(Weight w, double g, int t) {
            w.v = 0.99f * w.v + (1 - (double) 0.99f) * g * g;
            double step = 0.001f * g / (Math.sqrt(w.v) + 1e-8f);
            w.move(-step, roundings(t) * Math.abs(step));
        }
    },
    CENTERED(0.01f) {
        @Override
        Optimizer of(List<Var> parameters, Backend backend) {
            return new RmsProp(parameters, 0.0002f, RmsProp.Settings.DEFAULT.withAlpha(0.95f).withEps(1e-4f)
                    .withMomentum(0.9f).withCentered(true).withWeightDecay(decay), backend);
        }

        @Override
        void step(Weight w, double g, int t) {
            double d = g + decay * w.w;
            w.v = 0.95f * w.v + (1 - (double) 0.95f) * d * d;
            w.m = 0.95f * w.m + (1 - (double) 0.95f) * d;
            w.mSize = 0.95f * w.mSize + (1 - (double) 0.95f) * Math.abs(d);
            double variance = w.v - w.m * w.m;
            double root = Math.sqrt(variance) + 1e-4f;
            w.b = 0.9f * w.b + d / root;
            // What v and m^2 have in common cancels, not their errors; the root is less sloped than its tangent's half.
            double rootError = roundings(t) * (w.v + 2 * w.mSize * w.mSize) / (2 * Math.sqrt(variance));
            w.bError = 0.9f * w.bError + Math.abs(d) / root * (2 * rootError / root + roundings(2))
                    + (UNIT * (Math.abs(g) + Math.abs(d)) + decay * w.error) / root + UNIT * Math.abs(w.b)
                    + FLUSHED / root;
            w.move(-0.0002f * w.b, 0.0002f * w.bError);
        }
    },
    ADAGRAD(0) {
        @Override
        Optimizer of(List<Var> parameters, Backend backend) {
            return new Adagrad(parameters, 0.05f, Adagrad.Settings.DEFAULT, backend);
        }

        @Override
        void step(Weight w, double g, int t) {
            w.v += g * g;
            double step = g == 0 ? 0 : 0.05f * g / (Math.sqrt(w.v) + 1e-10f);
            w.move(-step, roundings(t) * Math.abs(step));
        }
    },
    SLOWING(0.01f) {
        @Override
        Optimizer of(List<Var> parameters, Backend backend) {
            return new Adagrad(parameters, 0.05f, Adagrad.Settings.DEFAULT.withRateDecay(0.01f).withInitialSum(0.1f)
                    .withEps(1e-6f).withWeightDecay(decay), backend);
        }

        @Override
        void step(Weight w, double g, int t) {
            double d = g + decay * w.w;
            w.v = (t == 1 ? 0.1f : w.v) + d * d;
            double size = 0.05f / (1 + (t - 1) * (double) 0.01f) / (Math.sqrt(w.v) + 1e-6f);
            w.move(-size * d, size * (roundings(t) * (Math.abs(g) + Math.abs(decay * w.w)) + decay * w.error));
        }
    },
    ADAM(0) {
        @Override
        Optimizer of(List<Var> parameters, Backend backend) {
            return new Adam(parameters, 0.003f, 0.9f, 0.999f, 1e-8f, backend);
        }

        @Override
        void step(Weight w, double g, int t) {
            w.mError = 0.9f * w.mError + UNIT * (Math.abs(w.m) + 2 * Math.abs(g)) + Optimizer.FLUSH;
            w.m = 0.9f * w.m + (1 - (double) 0.9f) * g;
            w.vError = 0.999f * w.vError + 4 * UNIT * (w.v + 0.001 * g * g) + Optimizer.FLUSH;
            w.v = 0.999f * w.v + (1 - (double) 0.999f) * g * g;
            double scale = 1 / Math.sqrt(1 - Math.pow(0.999f, t));
            double root = Math.sqrt(w.v) * scale + 1e-8f;
            double size = 0.003f / (1 - Math.pow(0.9f, t));
            // The slope of the root, but for v near 0, where the root of the error itself is less.
            double rootError = Math.min(Math.sqrt(w.vError), w.vError / (2 * Math.sqrt(w.v))) * scale;
            // Root, scale, sum, division and size round once each.
            w.move(-size * w.m / root,
                    size * (w.mError + Math.abs(w.m) * (rootError / root + 5 * UNIT)) / root);
        }
    },
    KERAS(0.01f) {
        @Override
        Optimizer of(List<Var> parameters, Backend backend) {
            return new Adam(parameters, 0.003f, Adam.Settings.DEFAULT.withBetas(0.8f, 0.99f)
                    .withEps(1e-3f, Adam.Eps.PLAIN_ROOT).withWeightDecay(decay), backend);
        }

        @Override
        void step(Weight w, double g, int t) {
            double d = g + decay * w.w;
            w.m = 0.8f * w.m + (1 - (double) 0.8f) * d;
            w.mSize = 0.8f * w.mSize + (1 - (double) 0.8f) * (Math.abs(g) + Math.abs(decay * w.w));
            w.v = 0.99f * w.v + (1 - (double) 0.99f) * d * d;
            double size = 0.003f * Math.sqrt(1 - Math.pow(0.99f, t)) / (1 - Math.pow(0.8f, t))
                    / (Math.sqrt(w.v) + 1e-3f);
            w.move(-size * w.m, size * (roundings(t) * w.mSize + decay * w.error + FLUSHED));
        }
    },
    ADAMW(0.1f) {
        @Override
        Optimizer of(List<Var> parameters, Backend backend) {
            return new AdamW(parameters, 0.003f, AdamW.Settings.DEFAULT.withBetas(0.8f, 0.99f).withEps(1e-3f)
                    .withWeightDecay(decay), backend);
        }

        @Override
        void step(Weight w, double g, int t) {
            w.m = 0.8f * w.m + (1 - (double) 0.8f) * g;
            w.mSize = 0.8f * w.mSize + (1 - (double) 0.8f) * Math.abs(g);
            w.v = 0.99f * w.v + (1 - (double) 0.99f) * g * g;
            double size = 0.003f / (1 - Math.pow(0.8f, t))
                    / (Math.sqrt(w.v / (1 - Math.pow(0.99f, t))) + 1e-3f);
            // The factor of w rounds, and their product.
            w.move(-0.003f * decay * w.w - size * w.m,
                    size * (roundings(t) * w.mSize + FLUSHED) + 2 * UNIT * Math.abs(w.w));
        }
    };

    static final double UNIT = 0x1p-24;

    // A state that keeps 0.9 of itself, and is flushed at every step, lacks at most this.
    private static final double FLUSHED = 10 * Optimizer.FLUSH;

    final float decay;

    Rule(float decay) {
        this.decay = decay;
    }

    abstract Optimizer of(List<Var> parameters, Backend backend);

    abstract void step(Weight w, double g, int t);

    // A state rounds at most four times a step, and what it hands on from step to step it never enlarges; four more
    // for the way from the states to the weight.
    private static double roundings(int t) {
        return 4 * (t + 1) * UNIT;
    }

    /// A weight in double, with its states, the sizes of what they are sums of, and the bounds of their float errors.
    static final class Weight {
        double w;
        double m;
        double v;
        double b;
        double mSize;
        double error;
        double mError;
        double vError;
        double bError;

        Weight(double w) {
            this.w = w;
        }

        void move(double step, double stepError) {
            w += step;
            error += stepError + UNIT * (Math.abs(w) + 2 * Math.abs(step));
        }
    }
}
