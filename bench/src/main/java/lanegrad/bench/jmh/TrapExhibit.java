package lanegrad.bench.jmh;

import java.util.List;
import java.util.Map;
import jdk.incubator.vector.FloatVector;
import lanegrad.Backend;
import lanegrad.kernel.Lanes;
import lanegrad.kernel.Unary;
import lanegrad.kernel.UnaryLoop;
import lanegrad.math.Exp;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/// An exhibit: why each operation of this engine has a loop class of its own.
///
/// **The wrong way**, which everybody writes first ([#shared]):
///
///     for (int i = 0; i < n; i += L)
///         f.vector(FloatVector.fromArray(SPECIES, x, i)).intoArray(y, i);
///
/// With one `f` in the program this is perfect: the JIT has seen one class at the call, inlines it, and keeps
/// the vectors in registers. That is what a benchmark with one operation shows, and it is false. In a program
/// with exp *and* relu *and* square the call has seen three classes; the profile belongs to the bytecode of the
/// loop, not to its caller, so it is spoiled for all three. Now a virtual call stands in the loop. A register
/// cannot hold a `FloatVector` across it, so each vector becomes an object on the heap, once on the way in and
/// once on the way out. The code is still right, no warning appears, and it is 8 to 25 times slower.
///
/// How to notice: the column B/op. Vectors that stay in registers allocate nothing.
///
/// **The right way** ([UnaryLoop#of]): the same loop, from the same source, defined once more for each operation
/// as a hidden class, with the operation as its class data:
///
///     static final Unary.Lanes F = MethodHandles.classData(lookup, "_", Unary.Lanes.class);
///
/// Each copy has its own profile, and a `static final` is a constant to the JIT: it needs no profile at all. It
/// inlines through `F` and the result is the loop that one would have written by hand. A copy costs a
/// millisecond at start-up.
///
/// The set-up runs the shared loop with all three functions, as any program would that uses them. Take that away
/// and the trap is gone, until somebody uses a second operation.
public class TrapExhibit extends EngineBenchmark {
    private static final int SIZE = 2048;
    // So often that the profile of the shared loop is complete before the JIT compiles it for good.
    private static final int SPOILING = 2_000;

    /// The function that is measured.
    @Param({"exp", "relu", "square"})
    public Function function;

    /// The wrong way or the right one.
    @Param({"shared", "copy"})
    public String loop;

    private UnaryLoop copy;
    private Unary.Lanes lanes;
    private float[] x;
    private float[] y;

    // That of the wrong way is what is shown.
    @Override
    boolean garbage() {
        return true;
    }

    /// Runs the shared loop with every function and compares it with the copies.
    @Override
    public void prepare() {
        if (!loop.equals("shared") && !loop.equals("copy")) {
            throw new IllegalArgumentException("loop '" + loop + "' is neither shared nor copy");
        }
        x = floats("x", SIZE, -4, 4);
        y = new float[x.length];
        float[] other = new float[x.length];
        for (int i = 0; i < SPOILING; i++) {
            for (Function f : Function.values()) {
                shared(f.lanes, x, y, SIZE);
            }
        }
        for (Function f : Function.values()) {
            shared(f.lanes, x, y, SIZE);
            UnaryLoop.of(f, Backend.VECTOR).forward(x, other, 0, SIZE);
            requireSameBits("trap " + f, other, y, SIZE);
        }
        copy = loop.equals("copy") ? UnaryLoop.of(function, Backend.VECTOR) : null;
        lanes = function.lanes;
    }

    /// One pass over all floats.
    @Benchmark
    @Override
    public float[] run() {
        if (copy != null) {
            copy.forward(x, y, 0, SIZE);
        } else {
            shared(lanes, x, y, SIZE);
        }
        return y;
    }

    private static void shared(Unary.Lanes f, float[] x, float[] y, int n) {
        for (int i = 0; i < n; i += Lanes.SPECIES.length()) {
            Lanes.canonical(f.vector(FloatVector.fromArray(Lanes.SPECIES, x, i))).intoArray(y, i);
        }
    }

    static Suite suite() {
        return new Suite("Trap", "Exhibit: one loop shared by three functions, and a copy of the loop for each ("
                + SIZE + " floats)", TrapExhibit.class, Suite.Figure.NS_PER_ELEMENT,
                List.of(new Suite.Arm("shared", Map.of("loop", "shared"), List.of()),
                        new Suite.Arm("copy", Map.of("loop", "copy"), List.of())),
                List.of(Function.values()).stream()
                        .map(f -> new Suite.Row(f.toString(), Map.of("function", f.toString()), SIZE, 8.0 * SIZE, 1))
                        .toList());
    }

    /// Three functions of one vector; lower case, because JMH takes enum constants by their names.
    public enum Function implements Unary {
        /// `e^x`.
        exp(new ExpLanes()),
        /// `max(x, 0)`.
        relu(new ReluLanes()),
        /// `x * x`.
        square(new SquareLanes());

        private final Unary.Lanes lanes;

        Function(Unary.Lanes lanes) {
            this.lanes = lanes;
        }

        @Override
        public Unary.Lanes lanes() {
            return lanes;
        }

        @Override
        public float scalar(float x) {
            throw new UnsupportedOperationException("the exhibit has no scalar arm");
        }

        @Override
        public float vjp(float x, float y, float dy) {
            throw new UnsupportedOperationException("the exhibit runs forward only");
        }
    }

    private abstract static class ForwardLanes implements Unary.Lanes {
        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            throw new UnsupportedOperationException("the exhibit runs forward only");
        }
    }

    private static final class ExpLanes extends ForwardLanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return Exp.Lanes.vector(x);
        }
    }

    private static final class ReluLanes extends ForwardLanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return x.max(0);
        }
    }

    private static final class SquareLanes extends ForwardLanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return x.mul(x);
        }
    }
}
