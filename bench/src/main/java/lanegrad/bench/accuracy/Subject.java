package lanegrad.bench.accuracy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import lanegrad.Backend;
import lanegrad.kernel.Unary;
import lanegrad.kernel.UnaryLoop;
import lanegrad.math.Erf;
import lanegrad.op.Operation;
import lanegrad.op.Operations;
import lanegrad.op.UnaryOp;

/// A function of one float beside its exact meaning: the value of an operation, or its slope, which is its backward
/// for `dy = 1`.
///
/// The list is the registry's operations on one tensor, and those lane functions of `lanegrad.math` that no operation
/// is named after. An operation such as tanh, whose forward is the lane function, stands for both.
public final class Subject {
    private final String function;
    private final Part part;
    private final DoubleUnaryOperator exact;
    private final Operation.Bound bound;
    private final Loops loops;

    /// Value or slope.
    public enum Part {
        /// `f(x)`.
        VALUE,
        /// `f'(x)`.
        SLOPE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private interface Loops {
        UnaryLoop on(Backend backend);
    }

    private Subject(String function, Part part, DoubleUnaryOperator exact, Operation.Bound bound, Loops loops) {
        this.function = function;
        this.part = part;
        this.exact = exact;
        this.bound = bound;
        this.loops = loops;
    }

    /// All subjects, a slope right after its value.
    public static List<Subject> all() {
        List<Subject> all = new ArrayList<>();
        for (Operation o : Operations.ALL) {
            if (o.op() instanceof UnaryOp op) {
                all.addAll(of(op, o.bound(), o.slope()));
            }
        }
        for (LaneFunction f : LaneFunction.values()) {
            all.add(new Subject(f.title(), Part.VALUE, f.exact, Operation.Bound.ulps(f.maxUlp),
                    backend -> UnaryLoop.of(f, backend)));
        }
        return all;
    }

    /// The two subjects of an operation.
    ///
    /// @param bound of the value; null for none
    /// @param slope the bound of the slope; null for none
    public static List<Subject> of(UnaryOp op, Operation.Bound bound, Operation.Bound slope) {
        return List.of(new Subject(op.name(), Part.VALUE, op::exact, bound, op::loop),
                new Subject(op.name(), Part.SLOPE, op::exactDerivative, slope, op::loop));
    }

    /// The name of the operation or lane function.
    public String function() {
        return function;
    }

    /// Value or slope.
    public Part part() {
        return part;
    }

    /// The declared bound of the error, or null.
    public Operation.Bound bound() {
        return bound;
    }

    /// What it should be.
    public double exact(double x) {
        return exact.applyAsDouble(x);
    }

    /// An evaluator on one backend, for one thread.
    public Evaluator on(Backend backend, int most) {
        return new Evaluator(loops.on(backend), part, most);
    }

    @Override
    public String toString() {
        return part == Part.VALUE ? function : function + " slope";
    }

    /// Runs the loops of one backend over arrays of a subject's inputs. For one thread: it has buffers.
    public static final class Evaluator {
        private final UnaryLoop loop;
        private final Part part;
        private final float[] y;
        private final float[] ones;

        private Evaluator(UnaryLoop loop, Part part, int most) {
            this.loop = loop;
            this.part = part;
            this.y = part == Part.VALUE ? null : new float[most];
            this.ones = part == Part.VALUE ? null : new float[most];
            if (ones != null) {
                Arrays.fill(ones, 1);
            }
        }

        /// The first `n` results.
        public void evaluate(float[] x, float[] result, int n) {
            if (part == Part.VALUE) {
                loop.forward(x, result, 0, n);
            } else {
                loop.forward(x, y, 0, n);
                loop.backward(x, y, ones, result, false, 0, n);
            }
        }
    }

    // The lane functions that have no operation of their own.
    private enum LaneFunction implements Unary {
        ERF(Erf.MAX_ULP, Erf::exact, Erf::scalar);

        final double maxUlp;
        final DoubleUnaryOperator exact;
        private final FloatFunction scalar;

        private interface FloatFunction {
            float of(float x);
        }

        LaneFunction(double maxUlp, DoubleUnaryOperator exact, FloatFunction scalar) {
            this.maxUlp = maxUlp;
            this.exact = exact;
            this.scalar = scalar;
        }

        String title() {
            return name().toLowerCase(Locale.ROOT);
        }

        @Override
        public float scalar(float x) {
            return scalar.of(x);
        }

        @Override
        public float vjp(float x, float y, float dy) {
            throw new UnsupportedOperationException("a lane function has no derivative of its own");
        }

        @Override
        public Unary.Lanes lanes() {
            return Vectors.of(this);
        }
    }

    // Apart, so that the list can be made without the incubator module. A record, because the JIT trusts its field to
    // be constant, and inlines.
    private record Vectors(UnaryOperator<FloatVector> function) implements Unary.Lanes {
        static Vectors of(LaneFunction f) {
            return new Vectors(switch (f) {
                case ERF -> Erf.Lanes::vector;
            });
        }

        @Override
        public FloatVector vector(FloatVector x) {
            return function.apply(x);
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            throw new UnsupportedOperationException("a lane function has no derivative of its own");
        }
    }
}
