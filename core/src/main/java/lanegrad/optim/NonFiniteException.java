package lanegrad.optim;

/// A gradient or a loss is infinite or NaN; the step was not applied.
public final class NonFiniteException extends ArithmeticException {
    private static final long serialVersionUID = 1;

    /// With a sentence that says where and what to do.
    public NonFiniteException(String message) {
        super(message);
    }
}
