package lanegrad;

/// A value in a differentiable computation: a position on a [Tape], or a parameter outside of any tape.
///
/// A `Var` of a tape is good until the tape's next `rewind()`; used later it is refused. (The tape keeps two
/// handles per position and alternates between them, because a new one at every step would be garbage: a
/// `Var` kept over two rewinds is again the current one of its position.)
public final class Var {
    private final Tape tape;
    private final String name;
    private final boolean wantsGradient;
    final Tensor value;
    final int index;
    long recording;
    Tensor gradient;
    long gradients;
    boolean hasGradient;

    Var(Tape tape, int index, String name, Tensor value, boolean wantsGradient) {
        this.tape = tape;
        this.index = index;
        this.name = name;
        this.value = value;
        this.wantsGradient = wantsGradient;
    }

    /// A parameter: lives outside of every tape, can be used on any, wants a gradient.
    public static Var parameter(String name, Tensor value) {
        return new Var(null, -1, name, value, true);
    }

    /// The tensor: a parameter's own, an input's, or the output buffer of the operation recorded here.
    ///
    /// @throws IllegalStateException when the tape was rewound since
    public Tensor value() {
        checkCurrent();
        return value;
    }

    /// The shape of [#value].
    public Shape shape() {
        return value.shape();
    }

    /// The gradient of the last `backward`, of the value's shape.
    ///
    /// @throws IllegalStateException when there is none: no backward yet, the loss does not depend on this, or
    ///         this is a constant
    public Tensor gradient() {
        checkCurrent();
        if (!hasGradient) {
            throw new IllegalStateException(this + " has no gradient: " + (wantsGradient
                    ? "backward has not run since it was recorded, or the loss does not depend on it"
                    : "it is a constant, or comes from constants only; record it with tape.variable"));
        }
        return gradient;
    }

    /// Whether the last `backward` over this reached it.
    public boolean hasGradient() {
        return hasGradient;
    }

    /// Whether a gradient is computed for this at all: parameters, variables, and what depends on them.
    public boolean wantsGradient() {
        return wantsGradient;
    }

    /// How many backward passes have written this gradient: lets an optimizer tell a new one from an old one.
    public long gradientCount() {
        return gradients;
    }

    /// The tape, or `null` for a parameter.
    public Tape tape() {
        return tape;
    }

    /// The position on the tape; -1 for a parameter.
    public int position() {
        return index;
    }

    /// The parameter's name; for a position on a tape, the operation's.
    public String name() {
        return name;
    }

    void checkCurrent() {
        if (tape != null && recording != tape.recording()) {
            throw new IllegalStateException(this + " was recorded before the last rewind() of its tape, and its "
                    + "buffers are in use again; copy what you need (value().copy()) before you rewind");
        }
    }

    // The buffer is made at the first backward: forward-only use never pays for it.
    Tensor gradientBuffer() {
        if (gradient == null) {
            gradient = Tensor.zeros(value.shape());
        }
        return gradient;
    }

    /// Name and shape: `parameter hidden.w [64, 32]` or `tanh#3 [32, 10]`.
    @Override
    public String toString() {
        return (tape == null ? "parameter " + name : name + "#" + index) + " " + value.shape();
    }
}
