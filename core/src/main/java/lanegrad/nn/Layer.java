package lanegrad.nn;

import java.util.List;
import lanegrad.Shape;
import lanegrad.Var;

/// A part of a network: parameters, and what it does with an input.
///
/// Layers of a user's own have the same rights as [Dense]: implement this interface.
public interface Layer {
    /// Records the layer's operations on the tape of `x` and returns its output, as it is in [Mode#EVALUATION].
    Var apply(Var x);

    /// The same in a given mode. A layer that does the same in both, as most do, need not implement this.
    default Var apply(Var x, Mode mode) {
        return apply(x);
    }

    /// The parameters, weights before biases, in a fixed order.
    List<Var> parameters();

    /// The shape of the output for an input of this shape.
    ///
    /// @throws IllegalArgumentException when the input does not fit
    Shape output(Shape input);

    /// What the layer is, for tables: `dense relu`.
    String describe();
}
