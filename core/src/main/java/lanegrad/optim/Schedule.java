package lanegrad.optim;

/// The learning rate as training goes on. Whoever trains sets `optimizer.rate(schedule.rate(...))` before each step.
///
/// All rates are computed in double, by `StrictMath`, and rounded once: the same floats everywhere.
public interface Schedule {
    /// The learning rate of a step.
    ///
    /// @param base the optimizer's own rate
    /// @param step steps done before this one, over all epochs: the first is 0
    /// @param stepsPerEpoch steps of one epoch, at least 1
    float rate(float base, int step, int stepsPerEpoch);

    /// Hears the loss on validation data after each epoch.
    default void epoch(double validationLoss) {
    }

    /// `base`, always.
    record Constant() implements Schedule {
        @Override
        public float rate(float base, int step, int stepsPerEpoch) {
            return base;
        }
    }

    /// `base * factor^k` after `k` times `epochs` epochs.
    ///
    /// @param epochs how long a rate lasts, at least 1
    /// @param factor from one rate to the next, above 0
    record StepDecay(int epochs, float factor) implements Schedule {
        /// @throws IllegalArgumentException for a setting out of range, or NaN
        public StepDecay {
            checked("step decay", epochs, 1);
            Optimizer.checked("step decay: the factor", factor, 0, false, Float.POSITIVE_INFINITY);
        }

        @Override
        public float rate(float base, int step, int stepsPerEpoch) {
            return (float) (base * StrictMath.pow(factor, step / stepsPerEpoch / epochs));
        }
    }

    /// `base * factor^epoch`, the same for all steps of an epoch.
    ///
    /// @param factor from one epoch to the next, above 0
    record Exponential(float factor) implements Schedule {
        /// @throws IllegalArgumentException for a factor that is not above 0, infinite or NaN
        public Exponential {
            Optimizer.checked("exponential decay: the factor", factor, 0, false, Float.POSITIVE_INFINITY);
        }

        @Override
        public float rate(float base, int step, int stepsPerEpoch) {
            return (float) (base * StrictMath.pow(factor, step / stepsPerEpoch));
        }
    }

    /// Half a wave from `base` down to `floor`, anew at each step, then `floor`:
    ///
    ///     floor + (base - floor) * (1 + cos(pi * step / (epochs * stepsPerEpoch))) / 2
    ///
    /// Source: I. Loshchilov, F. Hutter, *SGDR: Stochastic Gradient Descent with Warm Restarts* (ICLR 2017), without
    /// the restarts.
    ///
    /// @param epochs the length of the way down, at least 1
    /// @param floor the last rate, at least 0
    record Cosine(int epochs, float floor) implements Schedule {
        /// @throws IllegalArgumentException for a setting out of range, or NaN
        public Cosine {
            checked("cosine decay", epochs, 1);
            Optimizer.checked("cosine decay: the floor", floor, 0, true, Float.POSITIVE_INFINITY);
        }

        @Override
        public float rate(float base, int step, int stepsPerEpoch) {
            double steps = (double) epochs * stepsPerEpoch;
            if (step >= steps) {
                return floor;
            }
            return (float) (floor + ((double) base - floor) * (1 + StrictMath.cos(Math.PI * step / steps)) / 2);
        }
    }

    /// A straight line from 0 at the first step to `base` after `epochs` epochs; then another schedule, whose steps and
    /// epochs count from there. An object is for one training: it counts epochs.
    ///
    /// The first step has the rate 0: it fills the optimizer's moments and moves nothing.
    final class Warmup implements Schedule {
        private final int epochs;
        private final Schedule then;
        private int heard;

        /// @param epochs the length of the way up, at least 1
        /// @param then what follows
        /// @throws IllegalArgumentException for fewer epochs
        public Warmup(int epochs, Schedule then) {
            this.epochs = checked("warm-up", epochs, 1);
            this.then = then;
        }

        @Override
        public float rate(float base, int step, int stepsPerEpoch) {
            long steps = (long) epochs * stepsPerEpoch;
            return step < steps ? (float) (base * (double) step / steps)
                    : then.rate(base, (int) (step - steps), stepsPerEpoch);
        }

        @Override
        public void epoch(double validationLoss) {
            if (heard < epochs) {
                heard++;
            } else {
                then.epoch(validationLoss);
            }
        }
    }

    /// `base`, times `factor` whenever the validation loss has not improved for more than `patience` epochs in a row.
    /// A loss improves on the best so far, `best`, when it is below `best - threshold * |best|`; NaN never does. As
    /// PyTorch's `ReduceLROnPlateau` with its relative threshold. An object is for one training: it remembers losses.
    final class Plateau implements Schedule {
        private final float factor;
        private final int patience;
        private final float threshold;
        private double best = Double.POSITIVE_INFINITY;
        private int bad;
        private int reductions;

        /// @param factor from one rate to the next, above 0 and below 1; often 0.1
        /// @param patience epochs without improvement that change nothing yet, at least 0; often 10
        /// @param threshold the least improvement, as a share of the best loss, 0 to below 1; often 1e-4
        /// @throws IllegalArgumentException for a setting out of range, or NaN
        public Plateau(float factor, int patience, float threshold) {
            this.factor = Optimizer.checked("plateau: the factor", factor, 0, false, 1);
            this.threshold = Optimizer.checked("plateau: the threshold", threshold, 0, true, 1);
            if (patience < 0) {
                throw new IllegalArgumentException("plateau: the patience is " + patience + " epochs; give 0 or more");
            }
            this.patience = patience;
        }

        @Override
        public float rate(float base, int step, int stepsPerEpoch) {
            return (float) (base * StrictMath.pow(factor, reductions));
        }

        @Override
        public void epoch(double validationLoss) {
            // The first loss has nothing to be compared with: inf - inf is NaN.
            if (best == Double.POSITIVE_INFINITY ? validationLoss < best
                    : validationLoss < best - threshold * Math.abs(best)) {
                best = validationLoss;
                bad = 0;
            } else if (++bad > patience) {
                bad = 0;
                reductions++;
            }
        }
    }

    private static int checked(String what, int epochs, int least) {
        if (epochs < least) {
            throw new IllegalArgumentException(what + ": the number of epochs is " + epochs + "; give " + least
                    + " or more");
        }
        return epochs;
    }
}
