package lanegrad.bench.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
        loop = unary.loop(backend);
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
    /// are a multiplication or two, and the short version saves them for `--full`.
    static Suite suite(boolean full, List<Suite.Arm> arms) {
        List<Suite.Row> rows = new ArrayList<>();
        for (int size : full ? new int[] {SMALL, LARGE} : new int[] {SMALL}) {
            for (Operation operation : Operations.ALL) {
                if (operation.op() instanceof UnaryOp) {
                    rows.add(row(operation, "forward", size));
                    if (full || operation.kind() == Operation.Kind.ACTIVATION) {
                        rows.add(row(operation, "backward", size));
                    }
                }
            }
        }
        return new Suite("Unary", "Elementwise operations, one input (name, direction, floats)",
                UnaryBenchmark.class, Suite.Figure.NS_PER_ELEMENT, arms, rows);
    }

    private static Suite.Row row(Operation operation, String direction, int size) {
        String op = operation.op().name();
        return new Suite.Row(op + " " + direction + " " + (size == LARGE ? "2^24" : size),
                Map.of("op", op, "direction", direction, "size", String.valueOf(size)), size,
                (direction.equals("forward") ? FORWARD_BYTES : BACKWARD_BYTES) * (double) size, 1);
    }
}
