package lanegrad.optim;

/// What [Optimizer#step] does with large gradients before it uses them: they are shortened in place, after all of
/// them were found finite.
///
/// Source: R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks* (ICML 2013).
public sealed interface Clip {
    /// Shortens the gradient as a whole, its direction stays: see [Norm].
    static Clip norm(float max) {
        return new Norm(max);
    }

    /// Bounds each element for itself: see [Value].
    static Clip value(float max) {
        return new Value(max);
    }

    /// Multiplies all new gradients by `max / (norm + 1e-6)` where that is below 1. `norm` is the Euclidean norm of
    /// all of them together, as in PyTorch's `clip_grad_norm_`; the factor is computed in double and rounded once.
    ///
    /// The squares are summed in double, so that no float overflows, in one order: parameter after parameter, each in
    /// parts of 16,384 floats. Within a part, element `i` goes to virtual lane `i mod 16`, which takes its squares
    /// ascending by fma; lanes `j` and `j + 8` are added, then `j` and `j + 4`, down to one. The sums of the parts
    /// are added one after the other. Whether all gradients are finite shows in the sum: no second reading.
    ///
    /// @param max the longest norm, above 0
    record Norm(float max) implements Clip {
        /// @throws IllegalArgumentException for a bound that is not above 0, infinite or NaN
        public Norm {
            Optimizer.checked("clip: the largest norm", max, 0, false, Float.POSITIVE_INFINITY);
        }

        /// What the gradients are multiplied by, given the sum of their squares.
        float factor(double squares) {
            return (float) (max / (Math.sqrt(squares) + 1e-6));
        }
    }

    /// Replaces each element `g` of a new gradient by `min(max(g, -max), max)`.
    ///
    /// @param max the largest magnitude, above 0
    record Value(float max) implements Clip {
        /// @throws IllegalArgumentException for a bound that is not above 0, infinite or NaN
        public Value {
            Optimizer.checked("clip: the largest value", max, 0, false, Float.POSITIVE_INFINITY);
        }
    }
}
