package lanegrad;

import java.util.Arrays;
import java.util.Objects;

/// Records operations as they run, and walks them in reverse for the gradient.
///
/// The tape is linear. An operation is appended when it runs, after its inputs, so the order of the tape is a
/// topological order, and backward is one loop from the end: no recursion, no sorting, no closures.
///
/// **One step.** Record (`tape.constant`, then operations), `backward(loss)`, use the gradients, `rewind()`.
/// Rewinding sets a cursor to zero and keeps the entries. The next recording of the same operations on the
/// same shapes finds its output, gradient and scratch buffers there, so a steady loop allocates nothing. A
/// loop that alternates between two shapes keeps a tape for each.
///
/// **Gradients.** In one backward the first contribution to a gradient overwrites, later ones add; nothing is
/// zeroed beforehand. Inputs that want no gradient get none computed.
///
/// Not thread-safe; a tape belongs to one thread, whatever number of threads its kernels use.
///
/// (Over 300 lines, because recording, walking and the entry, as operations see it, are one mechanism, and a third
/// of them are the sentences of its errors.)
public final class Tape {
    private final Backend backend;
    private final int threads;
    private Entry[] entries = new Entry[16];
    private int cursor;
    private long recording = 1;
    private boolean walked;

    /// A tape on the fastest backend, with one thread.
    public Tape() {
        this(Backend.best().backend(), 1);
    }

    /// A tape whose operations run on `backend` with up to `threads` threads. Neither changes a bit of any
    /// result.
    ///
    /// @throws IllegalStateException when `backend` is `VECTOR` and cannot run here
    /// @throws IllegalArgumentException for less than one thread
    public Tape(Backend backend, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("tape: threads is " + threads + "; give 1 or more");
        }
        this.backend = backend.require();
        this.threads = threads;
    }

    /// Which kernels run.
    public Backend backend() {
        return backend;
    }

    /// How many threads large work may use.
    public int threads() {
        return threads;
    }

    /// The number of positions recorded since the last rewind.
    public int length() {
        return cursor;
    }

    /// What was recorded at a position, 0 to [#length] - 1.
    ///
    /// @throws IndexOutOfBoundsException for another position
    public Entry entry(int position) {
        Objects.checkIndex(position, cursor);
        return entries[position];
    }

    long recording() {
        return recording;
    }

    /// An input that wants no gradient: data, targets.
    public Var constant(Tensor value) {
        return leaf(value, false);
    }

    /// An input that wants a gradient.
    public Var variable(Tensor value) {
        return leaf(value, true);
    }

    /// Runs `op` on one input and appends it.
    ///
    /// @throws IllegalArgumentException when the shapes do not fit, or a `Var` is of another tape
    /// @throws IllegalStateException when a `Var` is from before a rewind
    public Var record(Op op, Var x) {
        return recordWith(op, null, x);
    }

    /// Runs `op` on two inputs and appends it.
    public Var record(Op op, Var a, Var b) {
        Entry e = entry(op, null, 2);
        e.inputs[0] = a;
        e.inputs[1] = b;
        return run(e);
    }

    /// Runs `op` on three inputs and appends it.
    public Var record(Op op, Var a, Var b, Var c) {
        Entry e = entry(op, null, 3);
        e.inputs[0] = a;
        e.inputs[1] = b;
        e.inputs[2] = c;
        return run(e);
    }

    /// Runs `op` with an attribute, for instance labels, on one input and appends it.
    public Var recordWith(Op op, Object attribute, Var x) {
        Entry e = entry(op, attribute, 1);
        e.inputs[0] = x;
        return run(e);
    }

    /// Runs `op` with an attribute, or `null`, on any number of inputs and appends it. Unlike the forms with
    /// one to three inputs, a call makes an array.
    public Var recordWith(Op op, Object attribute, Var... inputs) {
        Entry e = entry(op, attribute, inputs.length);
        System.arraycopy(inputs, 0, e.inputs, 0, inputs.length);
        return run(e);
    }

    /// The tape that these stand on, skipping parameters: how `Tanh.of(x)` finds where to record itself.
    ///
    /// @throws IllegalArgumentException when all are parameters
    public static Tape of(Var... vars) {
        for (Var v : vars) {
            if (v.tape() != null) {
                return v.tape();
            }
        }
        throw nowhere(vars[0]);
    }

    /// As [#of(Var...)], without an array.
    public static Tape of(Var a) {
        if (a.tape() == null) {
            throw nowhere(a);
        }
        return a.tape();
    }

    /// As [#of(Var...)], without an array.
    public static Tape of(Var a, Var b) {
        return a.tape() != null ? a.tape() : of(b);
    }

    private static IllegalArgumentException nowhere(Var v) {
        return new IllegalArgumentException(v + ": only parameters were given, so there is no tape to record on; "
                + "call tape.record(op, …), or begin with tape.constant or tape.variable");
    }

    /// Computes the gradient of the scalar `loss` with respect to everything that wants one.
    ///
    /// @throws IllegalArgumentException when `loss` is not of one element or not of this tape
    /// @throws IllegalStateException when backward has run already since the last rewind, when `loss` is from
    ///         before it, when it depends on nothing that wants a gradient, or when an input of a recorded
    ///         operation was changed since
    public void backward(Var loss) {
        if (loss.shape().size() != 1) {
            throw new IllegalArgumentException("backward: " + loss + " is not a scalar; reduce it with Sum or Mean,"
                    + " or give a cotangent of its shape: backward(y, dy)");
        }
        begin(loss).fill(1);
        walk(loss);
    }

    /// Computes the product of the cotangent `dy` with the Jacobian of `y`: the gradient of `sum(dy * y)`.
    ///
    /// @throws IllegalArgumentException when `dy` does not have the shape of `y`
    /// @throws IllegalStateException as [#backward(Var)]
    public void backward(Var y, Tensor dy) {
        if (!dy.shape().equals(y.shape())) {
            throw new IllegalArgumentException("backward: the cotangent has shape " + dy.shape() + ", " + y
                    + " has shape " + y.shape() + "; they must be equal");
        }
        System.arraycopy(dy.data(), 0, begin(y).changed().data(), 0, dy.size());
        walk(y);
    }

    /// Forgets the recording and keeps its buffers for the next one.
    public void rewind() {
        cursor = 0;
        walked = false;
        recording++;
    }

    /// What is recorded, as a program: a line for each position in the order in which they ran, which backward walks
    /// from the end.
    ///
    ///     #0 [1, 2] = constant
    ///     #1 [1, 2] = linear(#0, parameter hidden.w, parameter hidden.b)
    @Override
    public String toString() {
        StringBuilder program = new StringBuilder();
        for (int i = 0; i < cursor; i++) {
            Entry e = entries[i];
            program.append('#').append(i).append(' ').append(e.current.shape()).append(" = ").append(e.current.name());
            for (int k = 0; k < e.inputs.length; k++) {
                Var x = e.inputs[k];
                program.append(k == 0 ? "(" : ", ")
                        .append(x.tape() == null ? "parameter " + x.name() : "#" + x.index);
            }
            program.append(e.inputs.length > 0 ? ")\n" : "\n");
        }
        return program.toString();
    }

    private Var leaf(Tensor value, boolean wantsGradient) {
        Entry e = cursor < entries.length ? entries[cursor] : null;
        if (e == null || e.op != null || e.handles[0].value != value
                || e.handles[0].wantsGradient() != wantsGradient) {
            e = new Entry(null, 0);
            e.handle(this, cursor, wantsGradient ? "variable" : "constant", value, wantsGradient);
        }
        return append(e);
    }

    private Entry entry(Op op, Object attribute, int inputs) {
        if (op.arity() != inputs && op.arity() != Op.ANY) {
            throw new IllegalArgumentException(op.name() + ": " + inputs + " inputs were given, it takes "
                    + op.arity());
        }
        Entry e = cursor < entries.length ? entries[cursor] : null;
        if (e == null || e.op != op || e.inputs.length != inputs) {
            e = new Entry(op, inputs);
        }
        e.attribute = attribute;
        return e;
    }

    private Var run(Entry e) {
        boolean wants = false;
        boolean same = e.handles[0] != null && e.shapedWith == e.attribute;
        for (int i = 0; i < e.inputs.length; i++) {
            Var x = e.inputs[i];
            x.checkCurrent();
            if (x.tape() != null && x.tape() != this) {
                throw new IllegalArgumentException(e.op.name() + ": input " + i + ", " + x
                        + ", is of another tape; record all inputs of an operation on one tape");
            }
            wants |= x.wantsGradient();
            same &= x.shape().equals(e.shapes[i]);
        }
        if (!same || e.handles[0].wantsGradient() != wants) {
            Shape[] shapes = new Shape[e.inputs.length];
            for (int i = 0; i < shapes.length; i++) {
                shapes[i] = e.inputs[i].shape();
            }
            Shape shape = e.op.shape(e.attribute, shapes.clone());
            // Other labels, say, of the same number: their check is new, the buffers are not.
            if (e.handles[0] == null || e.handles[0].wantsGradient() != wants || !shape.equals(e.y().shape())) {
                e.handle(this, cursor, e.op.name(), Tensor.zeros(shape), wants);
            }
            // Only now: shapes that the operation refused must not look checked the next time.
            System.arraycopy(shapes, 0, e.shapes, 0, shapes.length);
            e.shapedWith = e.attribute;
        }
        e.op.forward(e);
        for (int i = 0; i < e.inputs.length; i++) {
            e.versions[i] = e.inputs[i].value().version();
        }
        e.version = e.y().changed().version();
        return append(e);
    }

    private Var append(Entry e) {
        if (cursor == entries.length) {
            entries = Arrays.copyOf(entries, 2 * cursor);
        }
        entries[cursor++] = e;
        Var v = e.handles[(int) recording & 1];
        v.recording = recording;
        v.hasGradient = false;
        e.current = v;
        return v;
    }

    private Tensor begin(Var y) {
        y.checkCurrent();
        if (y.tape() != this) {
            throw new IllegalArgumentException("backward: " + y + " is not of this tape; call backward on the tape "
                    + "that recorded it");
        }
        if (walked) {
            throw new IllegalStateException("backward: it has run already on this recording; rewind() and record "
                    + "the step again");
        }
        if (!y.wantsGradient()) {
            throw new IllegalStateException("backward: " + y + " depends on no parameter and no variable, so there "
                    + "is nothing to differentiate; use Var.parameter or tape.variable");
        }
        // All checks come before the first write: a refused backward leaves the old gradients as they were.
        for (int i = 0; i <= y.index; i++) {
            entries[i].checkUnchanged();
        }
        for (int i = 0; i <= y.index; i++) {
            for (Var x : entries[i].inputs) {
                x.hasGradient = false;
            }
        }
        walked = true;
        y.hasGradient = true;
        y.gradients++;
        return entries[y.index].gradientBuffer();
    }

    private void walk(Var y) {
        for (int i = y.index; i >= 0; i--) {
            Entry e = entries[i];
            if (e.op == null || !e.current.hasGradient) {
                continue;
            }
            e.op.backward(e);
            for (Var x : e.inputs) {
                if (x.wantsGradient() && !x.hasGradient) {
                    x.hasGradient = true;
                    x.gradients++;
                }
            }
        }
    }

    /// One recorded use of an operation, as the operation sees it.
    public static final class Entry {
        private final Op op;
        private final Var[] inputs;
        private final Shape[] shapes;
        private final int[] versions;
        private final Var[] handles = new Var[2];
        private Var current;
        private int version;
        private Object attribute;
        /// The attribute with which the shape rule was last asked.
        private Object shapedWith;
        private float[][] scratch = new float[0][];

        private Entry(Op op, int inputs) {
            this.op = op;
            this.inputs = new Var[inputs];
            this.shapes = new Shape[inputs];
            this.versions = new int[inputs];
        }

        private void handle(Tape tape, int index, String name, Tensor value, boolean wantsGradient) {
            for (int h = 0; h < 2; h++) {
                handles[h] = new Var(tape, index, name, value, wantsGradient);
            }
        }

        // Both handles show the same position, so they share its one gradient.
        private Tensor gradientBuffer() {
            Tensor buffer = handles[0].gradientBuffer();
            handles[1].gradient = buffer;
            return buffer;
        }

        private void checkUnchanged() {
            for (int i = 0; i < inputs.length; i++) {
                if (inputs[i].value().version() != versions[i]) {
                    throw changed("input " + i + ", " + inputs[i] + ",");
                }
            }
            if (op != null && y().version() != version) {
                throw changed("the output " + current);
            }
        }

        private IllegalStateException changed(String what) {
            return new IllegalStateException("backward: " + what + " of " + op.name() + " was changed after the "
                    + "forward pass had read it, so the gradient would be wrong; run backward before you write, "
                    + "or record again");
        }

        /// Which kernels to run.
        public Backend backend() {
            return handles[0].tape().backend;
        }

        /// How many threads large work may use.
        public int threads() {
            return handles[0].tape().threads;
        }

        /// What came with this use, for instance labels; `null` for most operations.
        public Object attribute() {
            return attribute;
        }

        /// The operation; `null` for a constant or a variable.
        public Op op() {
            return op;
        }

        /// What is recorded here, as others use it.
        public Var output() {
            return current;
        }

        /// Where input `i` comes from.
        public Var input(int i) {
            return inputs[i];
        }

        /// The number of inputs.
        public int inputs() {
            return inputs.length;
        }

        /// Input `i`.
        public Tensor x(int i) {
            return inputs[i].value();
        }

        /// The output.
        public Tensor y() {
            return handles[0].value;
        }

        /// The gradient of the output.
        public Tensor dy() {
            return gradientBuffer();
        }

        /// Whether input `i` wants a gradient.
        public boolean wants(int i) {
            return inputs[i].wantsGradient();
        }

        /// The gradient of input `i`, to be overwritten, or added to where [#adds] says so.
        public Tensor dx(int i) {
            Var x = inputs[i];
            return (x.tape() == null ? x.gradientBuffer() : x.tape().entries[x.index].gradientBuffer()).changed();
        }

        /// Whether the gradient of input `i` holds a contribution already: from a later operation, or from an
        /// earlier input of this one that is the same `Var`.
        public boolean adds(int i) {
            Var x = inputs[i];
            boolean adds = x.hasGradient;
            for (int j = 0; j < i; j++) {
                adds |= inputs[j] == x;
            }
            return adds;
        }

        /// A buffer of at least `length` floats that belongs to this entry: what forward leaves there, backward
        /// finds, and the next recording gets the same array. New buffers are zero.
        ///
        /// @param slot 0, 1, 2 …: one buffer each
        public float[] scratch(int slot, int length) {
            if (slot >= scratch.length) {
                scratch = Arrays.copyOf(scratch, slot + 1);
            }
            if (scratch[slot] == null || scratch[slot].length < length) {
                scratch[slot] = new float[length];
            }
            return scratch[slot];
        }
    }
}
