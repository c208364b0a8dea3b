package lanegrad.nn;

import java.util.ArrayList;
import java.util.List;
import lanegrad.Tensor;
import lanegrad.data.Dataset;

/// The perceptron: one threshold unit and the rule by which it learns, without any gradient.
///
///     y = 1 if w . x + b > 0, else 0
///     w = w + rate * (t - y) * x        b = b + rate * (t - y)
///
/// Only mistakes change the weights. Weights begin at 0; examples are shown in the order of the data, epoch after
/// epoch, until one passes without a mistake or a limit is reached.
///
/// **Convergence.** If some unit separates the classes, the rule finds one: with every `(x, 1)` no longer than R and a
/// separating unit of length 1 that keeps a distance of gamma from each, it makes at most `(R / gamma)^2` mistakes in
/// all (A. Novikoff, *On Convergence Proofs on Perceptrons*, 1962). If none separates them, as with XOR, it never
/// ends, and the limit ends it. The rate only scales the weights when they begin at 0.
///
/// **Bits.** The product is one chain of fma from b on, over ascending features: the same everywhere. There are no
/// kernels here, it is the oldest of learning machines in its own words; [Dense] is its successor.
///
/// Source: F. Rosenblatt, *The Perceptron: A Probabilistic Model for Information Storage and Organization in the
/// Brain*, Psychological Review 65 (1958).
public final class Perceptron {
    /// How learning went.
    ///
    /// @param mistakes of each epoch, in order
    /// @param converged whether the last epoch had none
    public record Learning(List<Integer> mistakes, boolean converged) {
        /// With a copy of the list.
        public Learning {
            mistakes = List.copyOf(mistakes);
        }

        /// All mistakes: what Novikoff's bound limits.
        public long total() {
            long total = 0;
            for (int epoch : mistakes) {
                total += epoch;
            }
            return total;
        }
    }

    private final Tensor w;
    private float b;

    /// A unit with so many inputs, its weights 0.
    ///
    /// @throws IllegalArgumentException for less than one
    public Perceptron(int features) {
        if (features < 1) {
            throw new IllegalArgumentException("perceptron: features is " + features + "; give 1 or more");
        }
        this.w = Tensor.zeros(features);
    }

    /// The weights, one per feature: the tensor itself, no copy.
    public Tensor weights() {
        return w;
    }

    /// The bias.
    public float bias() {
        return b;
    }

    /// Learns from examples of two classes, from the weights as they are.
    ///
    /// @param rate the size of a correction, above 0
    /// @param epochs the most passes over the data, 1 or more
    /// @throws IllegalArgumentException when the data has another number of features, or not two classes, or a setting
    ///         is out of range
    /// @throws ArithmeticException when a sum is not finite: the features are not, or too large
    public Learning learn(Dataset data, float rate, int epochs) {
        check(data);
        if (!(rate > 0 && rate < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("perceptron: the rate is " + rate + "; give a finite number above 0");
        }
        if (epochs < 1) {
            throw new IllegalArgumentException("perceptron: epochs is " + epochs + "; give 1 or more");
        }
        List<Integer> mistakes = new ArrayList<>();
        int wrong;
        do {
            wrong = 0;
            for (int i = 0; i < data.size(); i++) {
                wrong += correct(data, i, rate) ? 1 : 0;
            }
            mistakes.add(wrong);
        } while (wrong > 0 && mistakes.size() < epochs);
        return new Learning(mistakes, wrong == 0);
    }

    // Shows one example; whether it was a mistake.
    private boolean correct(Dataset data, int row, float rate) {
        float score = score(data.x(), row);
        if (!Float.isFinite(score)) {
            throw new ArithmeticException("perceptron: the sum for example " + row + " is " + score
                    + "; scale the features to about 1");
        }
        int error = data.y()[row] - (score > 0 ? 1 : 0);
        if (error == 0) {
            return false;
        }
        int features = w.size();
        float[] x = data.x().data();
        float[] weights = w.data();
        for (int j = 0; j < features; j++) {
            weights[j] = Math.fma(rate * error, x[row * features + j], weights[j]);
        }
        w.changed();
        b += rate * error;
        return true;
    }

    /// What a row sums up to: `w . x + b`.
    ///
    /// @throws IllegalArgumentException when `x` is no matrix of `[rows, features]`
    public float score(Tensor x, int row) {
        int features = w.size();
        if (x.shape().rank() != 2 || x.shape().extent(1) != features) {
            throw new IllegalArgumentException("perceptron: the examples have shape " + x.shape()
                    + "; give [rows, " + features + "], one column per weight");
        }
        float sum = b;
        for (int j = 0; j < features; j++) {
            sum = Math.fma(w.data()[j], x.get(row, j), sum);
        }
        return sum;
    }

    /// How well the unit tells the two classes of `data` apart.
    ///
    /// @throws IllegalArgumentException as [#learn]
    public Metrics evaluate(Dataset data) {
        check(data);
        int[] predictions = new int[data.size()];
        for (int i = 0; i < predictions.length; i++) {
            predictions[i] = score(data.x(), i) > 0 ? 1 : 0;
        }
        return Metrics.of(data.y(), predictions, 2);
    }

    private void check(Dataset data) {
        if (data.features() != w.size()) {
            throw new IllegalArgumentException("perceptron: the data has " + data.features() + " features, the unit "
                    + w.size() + " weights; give one weight per feature");
        }
        if (data.classes() != 2) {
            throw new IllegalArgumentException("perceptron: the data has " + data.classes()
                    + " classes; a unit tells two apart, for instance a digit from the rest");
        }
    }
}
