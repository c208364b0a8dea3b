package lanegrad.bench.jmh;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lanegrad.Backend;
import lanegrad.Op;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.op.Operation;
import lanegrad.op.Operations;
import lanegrad.op.UnaryOp;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/// Every other operation of the registry as training uses it: recorded on a [Tape], walked back, rewound.
///
/// The shapes are those of the operation's first case, grown to the size of the digits ([#grown]), so an
/// operation that joins the registry is measured with no further code. Losses run at a batch of 128 as well: of
/// all operations they have the shortest rows, ten classes in sixteen lanes.
public class OperationBenchmark extends EngineBenchmark {
    /// An operation of the registry; the `bench` command passes all that there are.
    @Param({"add", "multiply", "sum", "mean", "matmul-nn", "linear", "softmax-cross-entropy", "binary-cross-entropy",
        "mean-squared-error"})
    public String op;

    /// The batch: what the first extent of the first input becomes.
    @Param("32")
    public int batch;

    /// Which kernels.
    @Param
    public Backend backend;

    private Use use;

    /// Draws the inputs and compares the backends, the output and every gradient.
    @Override
    public void prepare() {
        Operation operation = Operations.named(op);
        Operation.Case shapes = grown(operation, batch);
        Use scalar = new Use(operation.op(), shapes, Backend.SCALAR);
        Use vector = new Use(operation.op(), shapes, Backend.VECTOR);
        Var s = scalar.record();
        Var v = vector.record();
        requireSameBits(op, s.value().data(), v.value().data(), s.value().size());
        scalar.walk(s);
        vector.walk(v);
        for (int i = 0; i < scalar.vars.length; i++) {
            if (scalar.vars[i].wantsGradient()) {
                requireSameBits(op + ", gradient of input " + i, scalar.vars[i].gradient().data(),
                        vector.vars[i].gradient().data(), scalar.vars[i].value().size());
            }
        }
        use = backend == Backend.SCALAR ? scalar : vector;
    }

    /// Forward, backward, rewind.
    @Benchmark
    @Override
    public Var run() {
        Var y = use.record();
        use.walk(y);
        return y;
    }

    /// The operation's first case with new extents, or that case itself where it cannot grow.
    ///
    /// The first extent to appear becomes the batch, the second 64, any other 32; extents that were equal stay
    /// equal, and 1 stays 1, so whatever rule related the shapes still holds. With one label per row only the
    /// rows grow, and the labels repeat: what a label may be depends on the other extents. The shape rule of the
    /// operation has the last word.
    static Operation.Case grown(Operation operation, int batch) {
        Operation.Case first = operation.cases().get(0);
        int[] labels = first.attribute() instanceof int[] array ? array : null;
        Map<Integer, Integer> extents = new LinkedHashMap<>();
        for (Operation.Range input : first.inputs()) {
            for (int axis = 0; axis < input.shape().rank(); axis++) {
                int extent = input.shape().extent(axis);
                int next = extents.isEmpty() ? batch : labels != null ? extent : extents.size() == 1 ? 64 : 32;
                if (extent != 1) {
                    extents.putIfAbsent(extent, next);
                }
            }
        }
        Object attribute = first.attribute();
        if (labels != null && !extents.isEmpty() && labels.length == extents.keySet().iterator().next()) {
            int[] repeated = new int[batch];
            Arrays.setAll(repeated, i -> labels[i % labels.length]);
            attribute = repeated;
        } else if (labels != null) {
            return first;
        }
        List<Operation.Range> inputs = new ArrayList<>();
        for (Operation.Range input : first.inputs()) {
            int[] grown = new int[input.shape().rank()];
            Arrays.setAll(grown, axis -> extents.getOrDefault(input.shape().extent(axis), input.shape().extent(axis)));
            inputs.add(new Operation.Range(Shape.of(grown), input.low(), input.high(), input.differentiable(),
                    input.kinks()));
        }
        Operation.Case larger = new Operation.Case(inputs, attribute, first.kinks());
        try {
            operation.op().shape(attribute, larger.shapes());
            return larger;
        } catch (IllegalArgumentException e) {
            return first;
        }
    }

    static Suite suite(boolean full, List<Suite.Arm> arms) {
        List<Suite.Row> rows = new ArrayList<>();
        for (Operation operation : Operations.ALL) {
            if (!(operation.op() instanceof UnaryOp)) {
                Suite.Row small = row(operation, 32);
                Suite.Row large = row(operation, 128);
                rows.add(small);
                // An operation whose case cannot grow has the same row twice.
                if ((full || Operations.losses().contains(operation)) && !large.label().equals(small.label())) {
                    rows.add(large);
                }
            }
        }
        return new Suite("Operation", "Operations on a tape: record, backward, rewind (name, shapes of the inputs)",
                OperationBenchmark.class, Suite.Figure.NONE, arms, rows);
    }

    private static Suite.Row row(Operation operation, int batch) {
        StringBuilder label = new StringBuilder(operation.op().name());
        String separator = " ";
        for (Shape shape : grown(operation, batch).shapes()) {
            label.append(separator).append(shape.toString().replaceAll("[\\[\\] ]", "").replace(',', 'x'));
            separator = ", ";
        }
        return new Suite.Row(label.toString(),
                Map.of("op", operation.op().name(), "batch", String.valueOf(batch)), 1);
    }

    /// An operation with its inputs on a tape.
    private static final class Use {
        private final Op op;
        private final Object attribute;
        private final Tape tape;
        private final Tensor[] inputs;
        private final boolean[] differentiable;
        private final Tensor dy;
        final Var[] vars;

        Use(Op op, Operation.Case shapes, Backend backend) {
            this.op = op;
            this.attribute = shapes.attribute();
            this.tape = new Tape(backend, 1);
            int n = shapes.inputs().size();
            inputs = new Tensor[n];
            differentiable = new boolean[n];
            vars = new Var[n];
            for (int i = 0; i < n; i++) {
                Operation.Range range = shapes.inputs().get(i);
                inputs[i] = tensor("input " + i, range.low(), range.high(), extents(range.shape()));
                differentiable[i] = range.differentiable();
            }
            dy = tensor("dy", -1, 1, extents(op.shape(attribute, shapes.shapes())));
        }

        private static int[] extents(Shape shape) {
            int[] extents = new int[shape.rank()];
            Arrays.setAll(extents, shape::extent);
            return extents;
        }

        Var record() {
            tape.rewind();
            for (int i = 0; i < inputs.length; i++) {
                vars[i] = differentiable[i] ? tape.variable(inputs[i]) : tape.constant(inputs[i]);
            }
            // The array form: with vars at hand it makes no array, whatever the number of inputs.
            return tape.recordWith(op, attribute, vars);
        }

        // Nothing to walk where no input has a derivative.
        void walk(Var y) {
            if (y.wantsGradient()) {
                tape.backward(y, dy);
            }
        }
    }
}
