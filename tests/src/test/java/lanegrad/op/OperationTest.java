package lanegrad.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lanegrad.Backend;
import lanegrad.Op;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.testkit.Bits;
import lanegrad.testkit.Floats;
import lanegrad.testkit.Gradients;
import lanegrad.testkit.Ulps;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// What every operation of the registry must do on a tape.
///
/// Each check is a method of its own that takes any [Operation], so that [CheckersTest] can show that it catches
/// what it is meant to catch.
@Tag("width")
class OperationTest {
    private static final int SEEDS = 5;

    @TestFactory
    Stream<DynamicTest> forwardWithinBound() {
        return Registry.all(OperationTest::forwardWithinBound);
    }

    @TestFactory
    @Tag("interpreted")
    Stream<DynamicTest> sameBitsOnBothBackends() {
        return Registry.all(OperationTest::sameBits);
    }

    @TestFactory
    Stream<DynamicTest> gradients() {
        return Registry.differentiable(OperationTest::gradients);
    }

    @TestFactory
    Stream<DynamicTest> gradientsAreAdded() {
        return Registry.differentiable(OperationTest::gradientsAreAdded);
    }

    @TestFactory
    Stream<DynamicTest> nothingButOutputsIsWritten() {
        return Registry.all(OperationTest::nothingElseIsWritten);
    }

    @TestFactory
    Stream<DynamicTest> zeroCotangentGivesZeros() {
        return Registry.differentiable(OperationTest::zeroCotangent);
    }

    @TestFactory
    Stream<DynamicTest> linearInTheCotangent() {
        return Registry.differentiable(OperationTest::linearInTheCotangent);
    }

    @TestFactory
    Stream<DynamicTest> nothingIsLeftOfAnEarlierRecording() {
        return Registry.all(OperationTest::nothingIsLeft);
    }

    @TestFactory
    Stream<DynamicTest> aNaNReachesOutputAndGradient() {
        return Registry.all(OperationTest::aNaNArrives);
    }

    @TestFactory
    Stream<DynamicTest> wrongShapesAreRefused() {
        return Registry.all(OperationTest::wrongShapes);
    }

    @Test
    void theRegistryIsATable() {
        Set<String> names = new HashSet<>();
        for (Operation o : Operations.ALL) {
            String name = o.op().name();
            assertTrue(name.matches("[a-z0-9]+(-[a-z0-9]+)*([.][0-9]+)?"), name);
            assertTrue(names.add(name), name + " occurs twice");
            assertSame(o, Operations.named(name));
            assertFalse(o.formula().isBlank() || o.derivative().isBlank() || o.domain().isBlank()
                    || o.special().isBlank() || o.cost().isBlank() || o.bound().text().isBlank()
                    || o.cases().isEmpty(), name + " has an empty column");
            assertEquals(o.op() instanceof UnaryOp && Registry.differentiable(o), o.slope() != null,
                    name + ": operations on one tensor, element by element, have a bound of their slope");
            for (Operation.Case on : o.cases()) {
                Shape y = o.op().shape(on.attribute(), on.shapes());
                if (o.kind() == Operation.Kind.ACTIVATION || o.kind() == Operation.Kind.ELEMENTWISE) {
                    assertTrue(Arrays.asList(on.shapes()).contains(y), name);
                } else if (o.kind() == Operation.Kind.REDUCTION || o.kind() == Operation.Kind.LOSS) {
                    assertEquals(1, y.size(), name);
                }
            }
        }
        assertFalse(Activations.ALL.isEmpty());
        for (Operation o : Activations.ALL) {
            assertSame(o.op(), Activations.named(o.op().name()));
        }
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Operations.named("rleu"));
        assertTrue(e.getMessage().contains("rleu") && e.getMessage().contains("relu"), e.getMessage());
    }

    /// The words of the table also stand in the class's own documentation, so neither can change without the other.
    @TestFactory
    Stream<DynamicTest> theDocumentationSaysTheSame() {
        return Registry.all(operation -> {
            Path file = Path.of(System.getProperty("lanegrad.root"), "core/src/main/java",
                    operation.op().getClass().getName().replace('.', '/') + ".java");
            String words = words(lines(file).stream().filter(line -> line.strip().startsWith("///"))
                    .map(line -> line.strip().substring(3)).collect(Collectors.joining(" ")));
            List<String> columns = new ArrayList<>(List.of(operation.formula(), operation.derivative(),
                    operation.domain(), operation.special(), operation.cost(), operation.bound().text()));
            if (operation.slope() != null) {
                columns.add(operation.slope().text());
            }
            for (String column : columns) {
                assertTrue(words.contains(words(column)), operation.op().name() + ": the Javadoc of "
                        + file.getFileName() + " does not say '" + column + "'");
            }
        });
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // Without marks, and without the difference between the beginning of a sentence and its middle.
    private static String words(String text) {
        return text.replaceAll("[`*]", "").replaceAll("[\\s.,;:]+", " ").strip().toLowerCase(Locale.ROOT);
    }

    // One use of an operation on a tape of its own.
    private record Use(Tape tape, Var[] x, Var y) {
        static Use of(Operation operation, Operation.Case on, Backend backend, int threads, float[][] x) {
            return record(new Tape(backend, threads), operation.op(), on, tensors(on, x));
        }

        static Use record(Tape tape, Op op, Operation.Case on, Tensor[] values) {
            Var[] x = new Var[values.length];
            for (int k = 0; k < x.length; k++) {
                x[k] = on.inputs().get(k).differentiable() ? tape.variable(values[k]) : tape.constant(values[k]);
            }
            return new Use(tape, x, tape.recordWith(op, on.attribute(), x));
        }

        static Tensor[] tensors(Operation.Case on, float[][] x) {
            Tensor[] tensors = new Tensor[x.length];
            for (int k = 0; k < x.length; k++) {
                tensors[k] = Tensor.zeros(on.inputs().get(k).shape()).set(x[k]);
            }
            return tensors;
        }

        float[][] backward(float[] dy) {
            if (y.wantsGradient()) {
                tape.backward(y, Tensor.zeros(y.shape()).set(dy));
            }
            float[][] gradients = new float[x.length][];
            for (int k = 0; k < x.length; k++) {
                // Of an input without gradient: none, the same on all backends.
                gradients[k] = new float[0];
                if (x[k].wantsGradient()) {
                    assertEquals(x[k].shape(), x[k].gradient().shape(), "the shape of gradient " + k);
                    gradients[k] = x[k].gradient().toArray();
                }
            }
            return gradients;
        }
    }

    private interface CaseCheck {
        void check(Operation.Case on, float[][] x, long seed, String what);
    }

    private static void eachCase(Operation operation, CaseCheck check) {
        for (int c = 0; c < operation.cases().size(); c++) {
            Operation.Case on = operation.cases().get(c);
            for (long seed = 0; seed < SEEDS; seed++) {
                float[][] x = new float[on.inputs().size()][];
                for (int k = 0; k < x.length; k++) {
                    x[k] = Floats.within(on.inputs().get(k), 100 * seed + k);
                }
                check.check(on, x, seed, operation.op().name() + ", case " + c + ", seed " + seed);
            }
        }
    }

    private static double[][] doubles(float[][] x) {
        double[][] at = new double[x.length][];
        for (int k = 0; k < x.length; k++) {
            at[k] = new double[x[k].length];
            for (int i = 0; i < x[k].length; i++) {
                at[k][i] = x[k][i];
            }
        }
        return at;
    }

    static void forwardWithinBound(Operation operation) {
        eachCase(operation, (on, x, seed, what) -> {
            double[][] at = doubles(x);
            double[] exact = operation.op().exact(on.attribute(), on.shapes(), at);
            double[] limit = operation.bound().limit().of(on.attribute(), on.shapes(), at, exact);
            for (Backend backend : Backend.values()) {
                Tensor y = Use.of(operation, on, backend, 1, x).y().value();
                assertEquals(exact.length, y.size(), what);
                Ulps.assertWithin(exact, limit, y.data(), what + " on " + backend);
            }
        });
    }

    static void sameBits(Operation operation) {
        eachCase(operation, (on, x, seed, what) -> {
            Use expected = Use.of(operation, on, Backend.SCALAR, 1, x);
            float[] dy = Gradients.cotangent(operation, on, seed);
            float[][] gradients = expected.backward(dy);
            for (Backend backend : Backend.values()) {
                for (int threads = 1; threads <= 3; threads += 2) {
                    String run = what + " on " + backend + ", threads " + threads;
                    Use actual = Use.of(operation, on, backend, threads, x);
                    Bits.assertIdentical(expected.y().value().toArray(), actual.y().value().toArray(), run);
                    float[][] other = actual.backward(dy);
                    for (int k = 0; k < x.length; k++) {
                        Bits.assertIdentical(gradients[k], other[k], run + ", gradient of input " + k);
                    }
                }
            }
        });
    }

    static void gradients(Operation operation) {
        for (long seed = 0; seed < 3; seed++) {
            Gradients.check(operation, seed, Backend.values());
        }
    }

    // The same inputs used twice: the second contribution must be added to the first.
    static void gradientsAreAdded(Operation operation) {
        for (Operation.Case on : operation.cases()) {
            float[][] x = Gradients.inputs(on, 11);
            float[] dy = Gradients.cotangent(operation, on, 11);
            float[] twice = dy.clone();
            for (int j = 0; j < dy.length; j++) {
                twice[j] *= 2;
            }
            Gradients.Reference reference = Gradients.reference(operation, on, x, twice);
            for (Backend backend : Backend.values()) {
                Use first = Use.of(operation, on, backend, 1, x);
                Var second = first.tape().recordWith(operation.op(), on.attribute(), first.x());
                Var both = first.tape().record(Add.OP, first.y(), second);
                float[][] gradients = new Use(first.tape(), first.x(), both).backward(dy);
                Gradients.assertWithin(reference, gradients, operation.op().name() + " used twice, on " + backend);
            }
        }
    }

    static void nothingElseIsWritten(Operation operation) {
        eachCase(operation, (on, x, seed, what) -> {
            for (Backend backend : Backend.values()) {
                Tensor[] tensors = Use.tensors(on, x);
                for (Tensor t : tensors) {
                    Arrays.fill(t.data(), t.size(), t.data().length, UnaryOpTest.CANARY);
                }
                float[][] before = Arrays.stream(tensors).map(t -> t.data().clone()).toArray(float[][]::new);
                Use use = Use.record(new Tape(backend, 1), operation.op(), on, tensors);
                float[] y = use.y().value().toArray();
                Tensor dy = Tensor.zeros(use.y().shape()).set(Gradients.cotangent(operation, on, seed));
                float[] dyBefore = dy.data().clone();
                if (use.y().wantsGradient()) {
                    use.tape().backward(use.y(), dy);
                }
                for (int k = 0; k < tensors.length; k++) {
                    Bits.assertIdentical(before[k], tensors[k].data(), what + " on " + backend + ", input " + k
                            + " and its padding afterwards");
                }
                Bits.assertIdentical(y, use.y().value().toArray(), what + " on " + backend
                        + ", the output after backward");
                Bits.assertIdentical(dyBefore, dy.data(), what + " on " + backend + ", the cotangent afterwards");
            }
        });
    }

    static void zeroCotangent(Operation operation) {
        eachCase(operation, (on, x, seed, what) -> {
            for (Backend backend : Backend.values()) {
                Use use = Use.of(operation, on, backend, 1, x);
                for (float[] gradient : use.backward(new float[use.y().value().size()])) {
                    for (float g : gradient) {
                        assertTrue(g == 0, () -> what + " on " + backend + ": zero cotangent, gradient "
                                + Bits.show(g));
                    }
                }
            }
        });
    }

    // A power of two scales every step of a backward without rounding, unless the result is subnormal.
    static void linearInTheCotangent(Operation operation) {
        eachCase(operation, (on, x, seed, what) -> {
            float[] dy = Gradients.cotangent(operation, on, seed);
            for (Backend backend : Backend.values()) {
                float[][] once = Use.of(operation, on, backend, 1, x).backward(dy);
                for (float scale : new float[] {-32, 0.125f}) {
                    float[] scaled = dy.clone();
                    for (int j = 0; j < dy.length; j++) {
                        scaled[j] *= scale;
                    }
                    float[][] g = Use.of(operation, on, backend, 1, x).backward(scaled);
                    for (int k = 0; k < g.length; k++) {
                        for (int i = 0; i < g[k].length; i++) {
                            float expected = scale * once[k][i];
                            double limit = Math.abs(once[k][i]) >= 0x1p-120f ? 0 : 64 * Float.MIN_VALUE;
                            if (!(Math.abs((double) g[k][i] - expected) <= limit)) {
                                throw new AssertionError(what + " on " + backend + ", gradient of input " + k
                                        + ", index " + i + ": with dy " + once[k][i] + ", with " + scale + " dy "
                                        + g[k][i]);
                            }
                        }
                    }
                }
            }
        });
    }

    // Buffers are reused: what an earlier recording left in output, gradient and scratch must not be seen.
    static void nothingIsLeft(Operation operation) {
        eachCase(operation, (on, x, seed, what) -> {
            float[] dy = Gradients.cotangent(operation, on, seed);
            for (Backend backend : Backend.values()) {
                Tensor[] tensors = Use.tensors(on, x);
                Tape tape = new Tape(backend, 1);
                Use first = Use.record(tape, operation.op(), on, tensors);
                float[] y = first.y().value().toArray();
                float[][] gradients = first.backward(dy);
                tape.rewind();
                for (Tensor t : tensors) {
                    t.fill(Float.NaN);
                }
                Use spoilt = Use.record(tape, operation.op(), on, tensors);
                spoilt.backward(dy);
                tape.rewind();
                for (int k = 0; k < x.length; k++) {
                    tensors[k].set(x[k]);
                }
                Use again = Use.record(tape, operation.op(), on, tensors);
                String run = what + " on " + backend + ", recorded again after NaNs";
                Bits.assertIdentical(y, again.y().value().toArray(), run);
                float[][] g = again.backward(dy);
                for (int k = 0; k < g.length; k++) {
                    Bits.assertIdentical(gradients[k], g[k], run + ", gradient of input " + k);
                }
            }
        });
    }

    static void aNaNArrives(Operation operation) {
        float nan = Float.intBitsToFloat(0xffc1_2345);
        for (Operation.Case on : operation.cases()) {
            for (Backend backend : Backend.values()) {
                String what = operation.op().name() + " on " + backend;
                boolean any = false;
                for (int k = 0; k < on.inputs().size(); k++) {
                    int n = on.inputs().get(k).shape().size();
                    for (int i = 0; i < n; i += 1 + n / 200) {
                        float[][] x = Gradients.inputs(on, 3);
                        x[k][i] = nan;
                        // Where the meaning drops it, in the branch that is not taken or a row left out, so must we.
                        double[] exact = operation.op().exact(on.attribute(), on.shapes(), doubles(x));
                        float[] y = Use.of(operation, on, backend, 1, x).y().value().toArray();
                        String at = what + ", a NaN at " + i + " of input " + k + ", the output";
                        for (int j = 0; j < y.length; j++) {
                            int index = j;
                            assertEquals(exact[j] != exact[j], y[j] != y[j], () -> at + ", index " + index
                                    + ": exact " + exact[index] + ", got " + Bits.show(y[index]));
                        }
                        if (Arrays.stream(exact).anyMatch(Double::isNaN)) {
                            checkNaN(y, at);
                        }
                        any |= Arrays.stream(exact).anyMatch(Double::isNaN);
                    }
                }
                assertTrue(any, what + " takes NaN in and never gives it out");
                if (!Registry.differentiable(operation)) {
                    continue;
                }
                Use use = Use.of(operation, on, backend, 1, Gradients.inputs(on, 3));
                float[] dy = Gradients.cotangent(operation, on, 3);
                dy[dy.length - 1] = nan;
                float[][] g = use.backward(dy);
                float[] all = new float[0];
                for (float[] gradient : g) {
                    int length = all.length;
                    all = Arrays.copyOf(all, length + gradient.length);
                    System.arraycopy(gradient, 0, all, length, gradient.length);
                }
                checkNaN(all, what + ", a NaN in the last upstream gradient, the gradients");
            }
        }
    }

    private static void checkNaN(float[] x, String what) {
        boolean any = false;
        for (float v : x) {
            any |= v != v;
            assertTrue(v == v || Float.floatToRawIntBits(v) == 0x7fc0_0000,
                    () -> what + " holds a NaN that is not canonical: " + Bits.show(v));
        }
        assertTrue(any, what + " holds no NaN");
    }

    static void wrongShapes(Operation operation) {
        Op op = operation.op();
        for (Operation.Case on : operation.cases()) {
            int refused = 0;
            for (int k = 0; k < on.inputs().size(); k++) {
                for (Shape wrong : variants(on.shapes()[k])) {
                    Shape[] shapes = on.shapes();
                    shapes[k] = wrong;
                    try {
                        op.shape(on.attribute(), shapes);
                    } catch (IllegalArgumentException e) {
                        refused++;
                        int named = 0;
                        for (Shape shape : shapes) {
                            named += e.getMessage().contains(shape.toString()) ? 1 : 0;
                        }
                        assertTrue(named >= Math.min(2, shapes.length) && e.getMessage().contains(op.name())
                                && e.getMessage().contains(wrong.toString()),
                                () -> op.name() + " refuses " + Arrays.toString(shapes)
                                        + " without naming itself and the shapes: " + e.getMessage());
                    }
                }
            }
            // One input of any shape is fine for some, anything beside a scalar; two that may always differ are not.
            boolean scalar = Arrays.asList(on.shapes()).contains(Shape.SCALAR);
            assertTrue(on.inputs().size() < 2 || refused >= (scalar ? 3 : 4), op.name() + " refuses only " + refused
                    + " of all wrong shapes");
            assertTrue(operation.kind() != Operation.Kind.LOSS || refusesColumn(op, on),
                    op.name() + " takes (n) against (n, 1)");
        }
    }

    private static Shape[] variants(Shape shape) {
        int[] extents = new int[shape.rank()];
        for (int axis = 0; axis < extents.length; axis++) {
            extents[axis] = shape.extent(axis);
        }
        if (extents.length == 0) {
            return new Shape[] {Shape.of(1), Shape.of(1, 1), Shape.of(2, 3, 5, 7)};
        }
        int[] longer = Arrays.copyOf(extents, extents.length + 1);
        longer[extents.length] = 1;
        int[] wider = extents.clone();
        wider[extents.length - 1]++;
        int[] taller = extents.clone();
        taller[0]++;
        return new Shape[] {Shape.SCALAR, Shape.of(shape.size()), Shape.of(longer), Shape.of(wider), Shape.of(taller),
            Shape.of(2, 3, 5, 7)};
    }

    private static boolean refusesColumn(Op op, Operation.Case on) {
        if (on.inputs().size() < 2) {
            return true;
        }
        for (Shape[] shapes : new Shape[][] {{Shape.of(7), Shape.of(7, 1)}, {Shape.of(7, 1), Shape.of(7)}}) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                    () -> op.shape(on.attribute(), shapes));
            assertTrue(e.getMessage().contains("[7]") && e.getMessage().contains("[7, 1]"), e.getMessage());
        }
        return true;
    }
}
