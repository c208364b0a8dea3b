package lanegrad.nn;

import java.util.List;
import lanegrad.Var;

/// Ends training when the validation data no longer gains, and gives the model the weights of its best epoch.
///
/// **Stopping.** An epoch gains when its figure is better than that of the last epoch that gained by more than
/// `minimumGain`. After `patience` epochs in a row without gain training ends.
///
/// **Weights.** Copies are kept of the best epoch's, by however little it is the best (the first of equals), and
/// put back however training ends: patience, the last epoch, a listener's word, or an exception. The optimizer's
/// state is not put back. A NaN is never better.
///
/// The epoch is chosen by the validation data, so their figures are a little too good: judge the model by examples
/// that had no part in it.
///
/// @param patience epochs in a row without gain, 1 or more
/// @param minimumGain what a gain must exceed, 0 or more
/// @param metric what is looked at
public record EarlyStopping(int patience, double minimumGain, Metric metric) {
    /// A figure of the validation data.
    public enum Metric {
        /// The mean loss: less is better.
        LOSS,
        /// The share of right predictions: more is better.
        ACCURACY
    }

    /// @throws IllegalArgumentException for a setting out of range, or NaN
    public EarlyStopping {
        if (patience < 1) {
            throw new IllegalArgumentException("early stopping: the patience is " + patience
                    + "; give 1 or more epochs");
        }
        if (!(minimumGain >= 0 && minimumGain < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("early stopping: the minimum gain is " + minimumGain
                    + "; give 0 or more");
        }
    }

    /// Any gain of the validation loss counts.
    public static EarlyStopping after(int patience) {
        return new EarlyStopping(patience, 0, Metric.LOSS);
    }

    Watch watch(List<Var> parameters) {
        return new Watch(parameters);
    }

    /// One training's best weights so far.
    final class Watch {
        private final List<Var> parameters;
        private final float[][] best;
        private double bestCost = Double.POSITIVE_INFINITY;
        private double gainCost = Double.POSITIVE_INFINITY;
        private int bestEpoch;
        private int gainEpoch;

        private Watch(List<Var> parameters) {
            this.parameters = parameters;
            this.best = new float[parameters.size()][];
            for (int i = 0; i < best.length; i++) {
                best[i] = new float[parameters.get(i).value().size()];
            }
        }

        /// Looks at a finished epoch. Whether training should end.
        boolean ends(History.Epoch e) {
            double cost = metric == Metric.LOSS ? e.validationLoss() : -e.validationAccuracy();
            if (cost < bestCost) {
                bestCost = cost;
                bestEpoch = e.epoch();
                for (int i = 0; i < best.length; i++) {
                    System.arraycopy(parameters.get(i).value().data(), 0, best[i], 0, best[i].length);
                }
            }
            if (cost < gainCost - minimumGain) {
                gainCost = cost;
                gainEpoch = e.epoch();
            }
            return e.epoch() - gainEpoch >= patience;
        }

        /// The epoch of the best weights, or 0.
        int bestEpoch() {
            return bestEpoch;
        }

        /// Puts the best weights back, if there are any.
        void restore() {
            for (int i = 0; bestEpoch > 0 && i < best.length; i++) {
                parameters.get(i).value().set(best[i]);
            }
        }
    }
}
