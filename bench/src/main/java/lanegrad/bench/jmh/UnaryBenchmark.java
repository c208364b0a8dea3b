package lanegrad.bench.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lanegrad.Backend;
import lanegrad.kernel.UnaryLoop;
import lanegrad.op.Operation;
import lanegrad.op.Operations;
import lanegrad.op.UnaryOp;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/// The loops of each [UnaryOp] of the registry, without the tape around them.
///
/// 2048 floats are a batch of 32 images or the output of a small layer and lie in L1; 2^24 come from memory, and
/// there the bandwidth decides, whatever the kernel. Inputs are drawn from the range of the operation's first
/// case.
public class UnaryBenchmark extends EngineBenchmark {
    private static final int SMALL = 2048;
    private static final int LARGE = 1 << 24;
    // Of two functions good to 1 or 2 ulp each.
    private static final int LANEWISE_ULPS = 4;
    // Reads x, writes y.
    private static final int FORWARD_BYTES = 8;
    // Reads dy and one of x and y, or both, writes dx.
    private static final int BACKWARD_BYTES = 12;

    /// An operation of the registry; the `bench` command passes all that there are.
    @Param({"relu", "sigmoid", "tanh"})
    public String op;

    /// `forward` or `backward`.
    @Param({"forward", "backward"})
    public String direction;

    /// How many floats.
    @Param("2048")
    public int size;

    /// Which kernels.
    @Param
    public Backend backend;

    /// `own`, or `lanewise` for the Vector API's function in place of ours, on the backend vector.
    @Param("own")
    public String kernel = "own";

    private UnaryLoop loop;
    private boolean forward;
    private float[] x;
    private float[] y;
    private float[] dy;
    private float[] dx;

    /// Draws the input and compares the backends, forward and backward.
    @Override
    public void prepare() {
        Operation operation = Operations.named(op);
        if (!(operation.op() instanceof UnaryOp unary)) {
            throw new IllegalArgumentException("operation '" + op + "' does not work element by element on one input; "
                    + "OperationBenchmark takes it");
        }
        if (!direction.equals("forward") && !direction.equals("backward")) {
            throw new IllegalArgumentException("direction '" + direction + "' is neither forward nor backward");
        }
        forward = direction.equals("forward");
        Operation.Range range = operation.cases().get(0).inputs().get(0);
        x = floats("x", size, range.low(), range.high());
        dy = floats("dy", size, -1, 1);
        y = new float[x.length];
        dx = new float[x.length];
        float[] other = new float[x.length];
        UnaryLoop scalar = unary.loop(Backend.SCALAR);
        UnaryLoop vector = unary.loop(Backend.VECTOR);
        scalar.forward(x, y, 0, size);
        vector.forward(x, other, 0, size);
        requireSameBits(op + " forward", y, other, size);
        scalar.backward(x, y, dy, dx, false, 0, size);
        vector.backward(x, y, dy, other, false, 0, size);
        requireSameBits(op + " backward", dx, other, size);
        loop = kernel.equals("own") ? unary.loop(backend) : lanewise(unary, other);
    }

    private UnaryLoop lanewise(UnaryOp unary, float[] other) {
        if (!kernel.equals("lanewise") || !Lanewise.has(op) || backend != Backend.VECTOR || !forward) {
            throw new IllegalArgumentException("kernel '" + kernel + "' for " + op + " " + direction + " on " + backend
                    + ": there is own, and lanewise for the forward of functions that the Vector API has, on VECTOR");
        }
        UnaryLoop lanewise = UnaryLoop.of(new Lanewise(unary, op), Backend.VECTOR);
        lanewise.forward(x, other, 0, size);
        for (int i = 0; i < size; i++) {
            if (Float.compare(y[i], other[i]) != 0 && !(Math.abs(y[i] - other[i]) <= LANEWISE_ULPS * Math.ulp(y[i]))) {
                throw new IllegalStateException(op + " of " + x[i] + ": ours is " + y[i] + ", lanewise " + other[i]
                        + "; times of kernels that disagree are not compared");
            }
        }
        return lanewise;
    }

    /// One pass over all floats.
    @Benchmark
    @Override
    public float[] run() {
        if (forward) {
            loop.forward(x, y, 0, size);
            return y;
        }
        loop.backward(x, y, dy, dx, false, 0, size);
        return dx;
    }

    /// Every unary operation forward, and backward too where it is the activation of a layer: other derivatives
    /// are a multiplication or two, and the short version saves them for `--full`. The forwards that the Vector API has
    /// too are a table of their own, with one more arm.
    static List<Suite> suites(boolean full, List<Suite.Arm> arms) {
        List<Suite.Row> rows = new ArrayList<>();
        List<Suite.Row> lanewise = new ArrayList<>();
        for (int size : full ? new int[] {SMALL, LARGE} : new int[] {SMALL}) {
            for (Operation operation : Operations.ALL) {
                if (operation.op() instanceof UnaryOp) {
                    (Lanewise.has(operation.op().name()) ? lanewise : rows).add(row(operation, "forward", size));
                    if (full || operation.kind() == Operation.Kind.ACTIVATION) {
                        rows.add(row(operation, "backward", size));
                    }
                }
            }
        }
        List<Suite.Arm> more = Stream.concat(
                Stream.of(new Suite.Arm("lanewise", Map.of("backend", "VECTOR", "kernel", "lanewise"), List.of())),
                arms.stream()).toList();
        return List.of(
                new Suite("Unary", "Elementwise operations, one input (name, direction, floats)", UnaryBenchmark.class,
                        Suite.Figure.NS_PER_ELEMENT, arms, rows),
                new Suite("Unary", "Elementwise operations that the Vector API has too (lanewise: its own, whose bits "
                        + "differ from machine to machine)", UnaryBenchmark.class, Suite.Figure.NS_PER_ELEMENT, more,
                        lanewise));
    }

    private static Suite.Row row(Operation operation, String direction, int size) {
        String op = operation.op().name();
        return new Suite.Row(op + " " + direction + " " + (size == LARGE ? "2^24" : size),
                Map.of("op", op, "direction", direction, "size", String.valueOf(size)), size,
                (direction.equals("forward") ? FORWARD_BYTES : BACKWARD_BYTES) * (double) size, 1);
    }
}
