package lanegrad.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Var;

/// A recording, computed once more through the exact meaning of each of its operations.
///
/// Its inputs are the variables and parameters that the result depends on, in the order in which they were first used.
/// Constants keep the values that they had.
final class Replay {
    private final Tape tape;
    private final int last;
    private final List<Var> inputs = new ArrayList<>();
    private final Real[][] constants;
    private final boolean[] needed;
    /// By input: which positions depend on it.
    private final List<boolean[]> dependents = new ArrayList<>();

    private String weak;

    /// A run: the inputs and what all positions came to.
    record Run(Real[][] x, Real[][] nodes) {
        /// The result.
        Real[] y() {
            return nodes[nodes.length - 1];
        }
    }

    private Replay(Var y) {
        this.tape = y.tape();
        this.last = y.position();
        this.needed = needed(y);
        this.constants = new Real[last + 1][];
        inputs.addAll(inputs(y));
        for (int i = 0; i <= last; i++) {
            Var v = tape.entry(i).output();
            if (needed[i] && tape.entry(i).op() == null && !v.wantsGradient()) {
                constants[i] = Real.of(GradientCheck.doubles(v.value().toArray()));
            }
        }
        for (Var input : inputs) {
            boolean[] reached = new boolean[last + 1];
            for (int i = 0; i <= last; i++) {
                reached[i] = tape.entry(i).output() == input;
                for (int k = 0; k < tape.entry(i).inputs(); k++) {
                    Var x = tape.entry(i).input(k);
                    reached[i] |= x == input || x.tape() != null && reached[x.position()];
                }
            }
            dependents.add(reached);
        }
    }

    /// The replay of what `y` was recorded from. If an operation has no exact meaning, [#weak] says so.
    static Replay of(Var y) {
        Replay replay = new Replay(y);
        try {
            replay.run(replay.constants(replay.values()));
        } catch (UnsupportedOperationException e) {
            replay.weak = e.getMessage() + "; until then differences of float results are all there is, and they find "
                    + "errors above one in a hundred only";
        }
        return replay;
    }

    /// Why there is nothing to replay; `null` if there is.
    String weak() {
        return weak;
    }

    /// The variables and parameters that `y` depends on, in the order of their first use.
    static List<Var> inputs(Var y) {
        List<Var> inputs = new ArrayList<>();
        boolean[] needed = needed(y);
        for (int i = 0; i <= y.position(); i++) {
            Tape.Entry e = y.tape().entry(i);
            if (!needed[i]) {
                continue;
            }
            if (e.op() == null && e.output().wantsGradient()) {
                inputs.add(e.output());
            }
            for (int k = 0; k < e.inputs(); k++) {
                if (e.input(k).tape() == null && !inputs.contains(e.input(k))) {
                    inputs.add(e.input(k));
                }
            }
        }
        return inputs;
    }

    private static boolean[] needed(Var y) {
        boolean[] needed = new boolean[y.position() + 1];
        needed[y.position()] = true;
        for (int i = y.position(); i >= 0; i--) {
            Tape.Entry e = y.tape().entry(i);
            for (int k = 0; needed[i] && k < e.inputs(); k++) {
                Var x = e.input(k);
                if (x.tape() != null) {
                    needed[x.position()] = true;
                }
            }
        }
        return needed;
    }

    /// The variables and parameters.
    List<Var> inputs() {
        return inputs;
    }

    /// The shape of the result.
    Shape shape() {
        return tape.entry(last).output().shape();
    }

    /// The inputs' values.
    double[][] values() {
        double[][] x = new double[inputs.size()][];
        for (int k = 0; k < x.length; k++) {
            x[k] = GradientCheck.doubles(inputs.get(k).value().toArray());
        }
        return x;
    }

    /// The result for these inputs.
    Real[] run(Real[][] x) {
        return whole(x).y();
    }

    /// All positions for these inputs, to change one input after the other.
    Run whole(Real[][] x) {
        Real[][] nodes = new Real[last + 1][];
        for (int i = 0; i <= last; i++) {
            nodes[i] = needed[i] ? node(i, x, nodes, null) : null;
        }
        return new Run(x.clone(), nodes);
    }

    /// All positions when input `k` differs from that of a run: only what depends on it is computed again.
    Run rerun(int k, Real[][] x, Run before) {
        Real[][] changed = before.nodes.clone();
        boolean[] reached = dependents.get(k);
        for (int i = 0; i <= last; i++) {
            if (needed[i] && reached[i]) {
                changed[i] = node(i, x, changed, before);
            }
        }
        return new Run(x.clone(), changed);
    }

    private Real[] node(int i, Real[][] x, Real[][] nodes, Run before) {
        Tape.Entry e = tape.entry(i);
        if (e.op() == null) {
            return constants[i] != null ? constants[i] : x[inputs.indexOf(e.output())];
        }
        Real[][] in = arguments(i, x, nodes);
        return before == null ? apply(i, in)
                : e.op().exactAgain(e.attribute(), shapes(e), before.nodes[i], arguments(i, before), in);
    }

    private Real[][] arguments(int i, Real[][] x, Real[][] nodes) {
        Tape.Entry e = tape.entry(i);
        Real[][] in = new Real[e.inputs()][];
        for (int k = 0; k < in.length; k++) {
            Var v = e.input(k);
            in[k] = v.tape() == null ? x[inputs.indexOf(v)] : nodes[v.position()];
        }
        return in;
    }

    /// The positions at which an operation depends on input `k`.
    int[] operations(int k) {
        return IntStream.rangeClosed(0, last)
                .filter(i -> needed[i] && dependents.get(k)[i] && tape.entry(i).op() != null).toArray();
    }

    /// How many operations there are.
    int operations() {
        return (int) IntStream.rangeClosed(0, last).filter(i -> needed[i] && tape.entry(i).op() != null).count();
    }

    /// What the operation at position `i` had as inputs in a run.
    Real[][] arguments(int i, Run run) {
        return arguments(i, run.x, run.nodes);
    }

    /// The operation at position `i` on other inputs.
    Real[] apply(int i, Real[][] in) {
        Tape.Entry e = tape.entry(i);
        return e.op().exact(e.attribute(), shapes(e), in);
    }

    private static Shape[] shapes(Tape.Entry e) {
        Shape[] shapes = new Shape[e.inputs()];
        Arrays.setAll(shapes, k -> e.input(k).shape());
        return shapes;
    }

    private Real[][] constants(double[][] x) {
        Real[][] y = new Real[x.length][];
        for (int k = 0; k < y.length; k++) {
            y[k] = Real.of(x[k]);
        }
        return y;
    }
}
