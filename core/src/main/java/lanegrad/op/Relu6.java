package lanegrad.op;

import lanegrad.Var;

/// The rectified linear unit with a ceiling: `y = min(max(x, 0), 6)`.
///
/// **Derivative.** `dx = 0 <= x <= 6 ? dy : 0`: at the bounds as inside, and so unlike [Relu] at 0. A NaN in x or dy
/// stays a NaN.
///
/// **Domain.** Every float. **Special values.** relu6(-0) = 0; slope 1 at 0 and 6, 0 beyond; NaN stays NaN.
///
/// **Error.** 0.0 ulp: value and slope are exact.
///
/// **Cost.** That of [Clip]: two comparisons and blends, forward and backward.
///
/// Source: A. Krizhevsky, *Convolutional Deep Belief Networks on CIFAR-10* (2010).
public final class Relu6 extends Clip {
    /// The operation.
    public static final Relu6 OP = new Relu6();
    static final Operation OPERATION = operation(OP, Operation.Kind.ACTIVATION,
            """
            formula: y = min(max(x, 0), 6)
            derivative: dx = 0 <= x <= 6 ? dy : 0
            domain: every float
            special: relu6(-0) = 0; slope 1 at 0 and 6, 0 beyond; NaN stays NaN
            cost: two comparisons and blends, forward and backward
            """);

    private Relu6() {
        super("relu6", 0, 6);
    }

    /// `min(max(x, 0), 6)` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }
}
