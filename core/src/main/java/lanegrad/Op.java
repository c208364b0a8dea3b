package lanegrad;

/// An operation that a [Tape] can record: a shape rule, a forward and a backward.
///
/// Operations are stateless and shared; whatever belongs to one use of them (inputs, output, gradients,
/// scratch, labels) is in the [Tape.Entry]. An operation of a user's own has the same rights as those in
/// `lanegrad.op`: implement this interface, or, for one that works element by element, extend
/// `lanegrad.op.UnaryOp` or `BinaryOp` and get the loops as well.
public interface Op {
    /// The name in errors and tables: lower case, `soft-plus` style.
    String name();

    /// Any number of inputs.
    int ANY = -1;

    /// How many inputs it takes, or [#ANY]: a tape refuses another number.
    default int arity() {
        return ANY;
    }

    /// The shape rule: what [#forward] writes for inputs of these shapes.
    ///
    /// Called when an entry is recorded for the first time, and again only when a shape or the attribute changes.
    ///
    /// @param attribute what came with the use, for instance labels; `null` for most operations
    /// @throws IllegalArgumentException when the shapes do not fit: a sentence with the operation, the roles
    ///         of the operands, their shapes, the rule broken and the likely fix
    Shape shape(Object attribute, Shape... inputs);

    /// Computes the output `e.y()` from the inputs `e.x(i)`. Overwrites all of the output; must not write an
    /// input.
    void forward(Tape.Entry e);

    /// Computes `e.dx(i)` from `e.dy()` for every input with `e.wants(i)`, in ascending order of `i`. Where
    /// `e.adds(i)` the contribution is added to what stands there, otherwise it overwrites it.
    void backward(Tape.Entry e);

    /// The meaning of the operation, naive, in numbers that know their derivative: the oracle of accuracy and gradient
    /// tests.
    ///
    /// @param attribute as in [#shape]
    /// @param shapes one per input
    /// @param x the inputs, row-major
    /// @return the output, row-major
    /// @throws UnsupportedOperationException where an operation has none; it can then only be checked against
    ///         itself
    default Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        throw new UnsupportedOperationException("operation " + name() + " has no exact meaning; override exact");
    }

    /// The exact meaning again, for inputs of which few numbers are others than before: what does not depend on those
    /// may be taken from the result of before. Without it, checks of large networks would take hours.
    ///
    /// @param before the result for `was`
    /// @param was the inputs of before; where a number is the same object as in `x`, it has not changed
    default Real[] exactAgain(Object attribute, Shape[] shapes, Real[] before, Real[][] was, Real[]... x) {
        return exact(attribute, shapes, x);
    }

    /// The values of the exact meaning in double.
    ///
    /// @throws UnsupportedOperationException as above
    default double[] exact(Object attribute, Shape[] shapes, double[]... x) {
        Real[][] in = new Real[x.length][];
        for (int k = 0; k < in.length; k++) {
            in[k] = Real.of(x[k]);
        }
        return Real.values(exact(attribute, shapes, in));
    }
}
