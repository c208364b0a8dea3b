package lanegrad.op;

import lanegrad.Var;

/// The hyperbolic tangent in three straight pieces: `y = min(max(x, -1), 1)`.
///
/// **Derivative.** `dx = -1 <= x <= 1 ? dy : 0`: at the bounds as inside. A NaN in x or dy stays a NaN.
///
/// **Domain.** Every float. **Special values.** Slope 1 at -1 and 1, 0 beyond; NaN stays NaN.
///
/// **Error.** 0.0 ulp: value and slope are exact.
///
/// **Cost.** That of [Clip]: two comparisons and blends, forward and backward.
///
/// Source: R. Collobert, *Large Scale Machine Learning* (thesis, Paris VI, 2004).
public final class HardTanh extends Clip {
    /// The operation.
    public static final HardTanh OP = new HardTanh();
    static final Operation OPERATION = operation(OP, Operation.Kind.ACTIVATION,
            """
            formula: y = min(max(x, -1), 1)
            derivative: dx = -1 <= x <= 1 ? dy : 0
            domain: every float
            special: slope 1 at -1 and 1, 0 beyond; NaN stays NaN
            cost: two comparisons and blends, forward and backward
            """);

    private HardTanh() {
        super("hard-tanh", -1, 1);
    }

    /// `min(max(x, -1), 1)` for each element.
    public static Var of(Var x) {
        return OP.apply(x);
    }
}
