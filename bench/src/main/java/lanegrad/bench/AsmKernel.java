package lanegrad.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import lanegrad.Backend;
import lanegrad.bench.jmh.OptimizerBenchmark;
import lanegrad.kernel.BinaryLoop;
import lanegrad.kernel.Columns;
import lanegrad.kernel.Gemm;
import lanegrad.kernel.Sums;
import lanegrad.kernel.Unary;
import lanegrad.kernel.UnaryLoop;
import lanegrad.math.SplitMix;
import lanegrad.op.BinaryOp;
import lanegrad.op.ElementwiseLoss;
import lanegrad.op.Operation;
import lanegrad.op.Operations;
import lanegrad.op.UnaryOp;

/// A method whose machine code `lanegrad asm` shows, and the work that makes C2 compile it.
///
/// @param name what the user types
/// @param group its heading in the list
/// @param method class and method, as `-XX:CompileCommand` takes them; of hidden classes, all copies, but only the
///         one in question runs
/// @param work makes the work, which is then done again and again; takes the shape of a matrix product, or `null`
record AsmKernel(String name, String group, String method, Function<String, Runnable> work) {
    static final String MATRIX = "matrix multiply";
    private static final String ELEMENTWISE = "elementwise operations";
    private static final String LOSSES = "losses";
    private static final String OTHERS = "others";
    private static final String SHAPE = "[NT]{2} [1-9]\\d{0,3}x[1-9]\\d{0,3}x[1-9]\\d{0,3}";
    private static final int FLOATS = 2048;
    // C2 compiles a method after 5,000 calls with little in them, and what it calls may need a second round.
    private static final int CALLS = 12_000;
    // CPU time: a second spent waiting for a core compiles nothing.
    private static final long CPU_NANOS = 2_000_000_000;

    /// All kernels by name, in the order of the list.
    static Map<String, AsmKernel> all() {
        Map<String, AsmKernel> all = new LinkedHashMap<>();
        Stream.of(matrix(), elementwise(), losses(), others()).flatMap(List::stream)
                .forEach(kernel -> all.putIfAbsent(kernel.name, kernel));
        return all;
    }

    /// Whether this is the shape of a matrix product, such as `NN 32x64x32`.
    static boolean isShape(String text) {
        return text.matches(SHAPE);
    }

    /// Works until the kernel must have been compiled: in a JVM of its own, which prints the code meanwhile.
    ///
    /// @param args the name of the kernel and, if there is to be only one, the shape
    public static void main(String[] args) {
        Runnable work = all().get(args[0]).work.apply(args.length == 1 ? null : args[1]);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long end = threads.getCurrentThreadCpuTime() + CPU_NANOS;
        for (int i = 0; i < CALLS && threads.getCurrentThreadCpuTime() < end; i++) {
            work.run();
        }
    }

    // A tile is compiled once for each form, and the copies have one name: each gets a shape that most of all
    // reaches one form, rows read along k and beginning alike.
    private static List<AsmKernel> matrix() {
        Map<String, String> tiles = new LinkedHashMap<>();
        Backend vector = Backend.VECTOR;
        boolean many = vector.registers() >= 32;
        tiles.put("tile4x4", "NN 64x64x64");
        if (vector.lanes() >= 16) {
            tiles.put("tile5x4", "TN 64x64x5");
        }
        if (many && vector.lanes() < 8) {
            tiles.put("tile6x4", "NN 96x64x16");
        }
        boolean whole = vector.whole512();
        if (whole) {
            tiles.put("tile12x2", "NN 96x64x32");
            tiles.put("tile16x1", "NN 96x64x10");
        } else if (many && vector.lanes() >= 8) {
            tiles.put("tile8x10", "NN 96x64x10");
        }
        tiles.put(many ? "tile8x2" : "tile6x2", (whole ? "NN 8x64x" : "NN 96x64x") + 2 * vector.lanes());
        if (!many) {
            tiles.put("tile5x2", "NN 10x64x" + 2 * vector.lanes());
        }
        if (vector.lanes() >= 8) {
            tiles.put("tile8x1", "NN 96x64x7");
        }
        tiles.put("tile4x2", vector.lanes() >= 8 ? "NN 4x64x16" : "NN 4x64x8");
        tiles.put("tile1x2", "NN 1x64x8");
        tiles.put("tile1x4", "NN 1x64x32");
        tiles.put("tile1x8", "NN 1x64x128");
        List<AsmKernel> kernels = new ArrayList<>();
        tiles.forEach((name, shape) -> kernels.add(new AsmKernel(name, MATRIX,
                "lanegrad.kernel.Vector" + name.replace('t', 'T') + "*::run", s -> product(s == null ? shape : s))));
        if (vector.lanes() >= 8) {
            kernels.add(new AsmKernel("pairs", MATRIX, "lanegrad.kernel.VectorPairs::multiply",
                    s -> product(s == null ? "NN 64x64x4" : s)));
        }
        if (vector.lanes() >= 8) {
            String name = !many ? "diagonals" : whole ? "squares" : "column";
            String type = !many ? "Diagonals$Copy*" : whole ? "Squares*" : "Column";
            kernels.add(new AsmKernel(name, MATRIX, "lanegrad.kernel.Vector" + type + "::multiply",
                    s -> product(s == null ? "NN 64x64x1" : s)));
        }
        if (whole) {
            kernels.add(new AsmKernel("turned", MATRIX, "lanegrad.kernel.VectorTurned$Copy*::multiply",
                    s -> product(s == null ? "TN 64x64x10" : s)));
        }
        kernels.add(new AsmKernel("transpose", MATRIX, "lanegrad.kernel.Vector"
                + (whole ? "Zip$Copy*::run" : "Pack::squares"), s -> product(s == null ? "NT 64x64x64" : s)));
        return kernels;
    }

    private static Runnable product(String shape) {
        return product(shape.charAt(0) == 'T', shape.charAt(1) == 'T',
                Arrays.stream(shape.substring(3).split("x")).mapToInt(Integer::parseInt).toArray());
    }

    private static Runnable product(boolean transA, boolean transB, int[] size) {
        int m = size[0];
        int k = size[1];
        int n = size[2];
        float[] a = floats(m * k, -1, 1);
        float[] b = floats(k * n, -1, 1);
        float[] c = new float[m * n];
        return () -> Gemm.multiply(Backend.VECTOR, 1, transA, transB, m, n, k, 1, a, 0, transA ? m : k, b, 0,
                transB ? k : n, 0, c, 0, n);
    }

    private static List<AsmKernel> elementwise() {
        List<AsmKernel> kernels = new ArrayList<>();
        for (Operation o : Operations.ALL) {
            if (o.op() instanceof UnaryOp op) {
                kernels.add(unary(op.name(), "forward", () -> forward(op.loop(Backend.VECTOR), floats(o, 0))));
                kernels.add(unary(op.name() + " backward", "backward", () -> {
                    UnaryLoop loop = op.loop(Backend.VECTOR);
                    float[] x = floats(o, 0);
                    float[] y = floats(FLOATS, 0, 1);
                    float[] dx = new float[FLOATS];
                    return () -> loop.backward(x, y, y, dx, false, 0, FLOATS);
                }));
            } else if (o.op() instanceof BinaryOp op && !(o.op() instanceof ElementwiseLoss)) {
                kernels.add(binary(o, op.name(), "forward", ELEMENTWISE, (loop, a, b, y) ->
                        loop.forward(a, b, y, 0, FLOATS)));
                kernels.add(binary(o, op.name() + " backward a", "backwardA", ELEMENTWISE, (loop, a, b, y) ->
                        loop.backwardA(a, b, a, y, false, 0, FLOATS)));
                kernels.add(binary(o, op.name() + " backward b", "backwardB", ELEMENTWISE, (loop, a, b, y) ->
                        loop.backwardB(a, b, a, y, false, 0, FLOATS)));
            }
        }
        return kernels;
    }

    private static Runnable forward(UnaryLoop loop, float[] x) {
        float[] y = new float[FLOATS];
        return () -> loop.forward(x, y, 0, FLOATS);
    }

    private static List<AsmKernel> losses() {
        List<AsmKernel> kernels = new ArrayList<>();
        for (Operation o : Operations.ALL) {
            if (o.op() instanceof ElementwiseLoss op) {
                float[] scratch = new float[Sums.SCRATCH];
                kernels.add(binary(o, op.name(), "block", LOSSES, (loop, a, b, y) ->
                        loop.sum(a, b, 0, FLOATS, scratch)));
                kernels.add(binary(o, op.name() + " backward", "sumBackwardA", LOSSES, (loop, a, b, y) ->
                        loop.sumBackwardA(a, b, 0.5f, y, false, 0, FLOATS)));
            }
        }
        return kernels;
    }

    private static List<AsmKernel> others() {
        List<AsmKernel> kernels = new ArrayList<>();
        kernels.add(new AsmKernel("sum", OTHERS, "lanegrad.kernel.VectorSums::block", shape -> {
            UnaryLoop loop = UnaryLoop.of(new Curve(x -> x), Backend.VECTOR);
            float[] x = floats(FLOATS, -1, 1);
            float[] scratch = new float[Sums.SCRATCH];
            return () -> loop.sum(x, 0, FLOATS, scratch);
        }));
        kernels.add(new AsmKernel("column sums", OTHERS, "lanegrad.kernel.Columns$Vectors::sum", shape -> {
            float[] x = floats(FLOATS, -1, 1);
            float[] y = new float[64];
            return () -> Columns.sum(Backend.VECTOR, x, FLOATS / 64, 64, y, false);
        }));
        Map<OptimizerBenchmark.Rule, String> optimizers = new LinkedHashMap<>();
        optimizers.put(OptimizerBenchmark.Rule.SGD, "Sgd");
        optimizers.put(OptimizerBenchmark.Rule.MOMENTUM, "Sgd");
        optimizers.put(OptimizerBenchmark.Rule.RMSPROP, "RmsProp");
        optimizers.put(OptimizerBenchmark.Rule.ADAGRAD, "Adagrad");
        optimizers.put(OptimizerBenchmark.Rule.ADAM, "Moments");
        optimizers.forEach((rule, type) -> kernels.add(new AsmKernel(rule.label(), OTHERS,
                "lanegrad.optim." + type + "$Vectors::update", shape -> {
                    OptimizerBenchmark benchmark = new OptimizerBenchmark();
                    benchmark.rule = rule;
                    benchmark.backend = Backend.VECTOR;
                    benchmark.prepare();
                    return benchmark::run;
                })));
        return kernels;
    }

    private static AsmKernel unary(String name, String method, Supplier<Runnable> work) {
        return new AsmKernel(name, ELEMENTWISE, "lanegrad.kernel.VectorUnaryLoop*::" + method, shape -> work.get());
    }

    private static AsmKernel binary(Operation o, String name, String method, String group, BinaryWork work) {
        return new AsmKernel(name, group, "lanegrad.kernel.VectorBinaryLoop*::" + method, shape -> {
            BinaryLoop loop = ((BinaryOp) o.op()).loop(Backend.VECTOR);
            float[] a = floats(o, 0);
            float[] b = floats(o, 1);
            float[] y = new float[FLOATS];
            return () -> work.run(loop, a, b, y);
        });
    }

    private static float[] floats(Operation o, int input) {
        Operation.Range range = o.cases().getFirst().inputs().get(input);
        return floats(FLOATS, range.low(), range.high());
    }

    private static float[] floats(int n, float low, float high) {
        SplitMix random = new SplitMix(42);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = low < high ? random.nextFloat(low, high) : low;
        }
        return x;
    }

    private interface BinaryWork {
        void run(BinaryLoop loop, float[] a, float[] b, float[] y);
    }

    // A function that is no operation of the registry. A record, because the JIT trusts its fields as constants and
    // inlines through them. The floats are whole vectors, so the scalar form is never reached.
    private record Curve(UnaryOperator<FloatVector> function) implements Unary, Unary.Lanes {
        @Override
        public FloatVector vector(FloatVector x) {
            return function.apply(x);
        }

        @Override
        public Unary.Lanes lanes() {
            return this;
        }

        @Override
        public float scalar(float x) {
            throw new UnsupportedOperationException("only whole vectors are run");
        }

        @Override
        public float vjp(float x, float y, float dy) {
            throw new UnsupportedOperationException("only the forward is run");
        }

        @Override
        public FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy) {
            throw new UnsupportedOperationException("only the forward is run");
        }
    }
}
