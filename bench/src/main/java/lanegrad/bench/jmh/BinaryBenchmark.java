package lanegrad.bench.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lanegrad.Backend;
import lanegrad.kernel.BinaryLoop;
import lanegrad.op.BinaryOp;
import lanegrad.op.Operation;
import lanegrad.op.Operations;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/// The loops of each [BinaryOp] of the registry, without the tape around them.
///
/// Sizes as in [UnaryBenchmark]: in L1, and from memory. Inputs are drawn from the ranges of the operation's first
/// case.
public class BinaryBenchmark extends EngineBenchmark {
    private static final List<String> DIRECTIONS = List.of("forward", "backward-a", "backward-b");
    private static final int SMALL = 2048;
    private static final int LARGE = 1 << 24;
    // Reads a and b, writes y.
    private static final int FORWARD_BYTES = 12;

    /// An operation of the registry; the `bench` command passes all that there are.
    @Param({"add", "multiply"})
    public String op;

    /// `forward`, or the backward for one input: `backward-a`, `backward-b`.
    @Param({"forward", "backward-a", "backward-b"})
    public String direction;

    /// How many floats.
    @Param("2048")
    public int size;

    /// Which kernels.
    @Param
    public Backend backend;

    private BinaryLoop loop;
    private int way;
    private float[] a;
    private float[] b;
    private float[] dy;
    private float[] result;

    /// Draws the inputs and compares the backends in all directions.
    @Override
    public void prepare() {
        Operation operation = Operations.named(op);
        if (!(operation.op() instanceof BinaryOp binary)) {
            throw new IllegalArgumentException("operation '" + op + "' does not work element by element on two inputs; "
                    + "OperationBenchmark takes it");
        }
        if (!DIRECTIONS.contains(direction)) {
            throw new IllegalArgumentException("direction '" + direction + "' is none of "
                    + String.join(", ", DIRECTIONS));
        }
        List<Operation.Range> inputs = operation.cases().get(0).inputs();
        a = floats("a", size, inputs.get(0).low(), inputs.get(0).high());
        b = floats("b", size, inputs.get(1).low(), inputs.get(1).high());
        dy = floats("dy", size, -1, 1);
        result = new float[a.length];
        float[] other = new float[a.length];
        for (way = 0; way < DIRECTIONS.size(); way++) {
            pass(binary.loop(Backend.SCALAR), result);
            pass(binary.loop(Backend.VECTOR), other);
            requireSameBits(op + " " + DIRECTIONS.get(way), result, other, size);
        }
        way = DIRECTIONS.indexOf(direction);
        loop = binary.loop(backend);
    }

    /// One pass over all floats.
    @Benchmark
    @Override
    public float[] run() {
        pass(loop, result);
        return result;
    }

    private void pass(BinaryLoop on, float[] to) {
        if (way == 0) {
            on.forward(a, b, to, 0, size);
        } else if (way == 1) {
            on.backwardA(a, b, dy, to, false, 0, size);
        } else {
            on.backwardB(a, b, dy, to, false, 0, size);
        }
    }

    /// Every binary operation forward, and with `full` backward and from memory.
    static Suite suite(boolean full, List<Suite.Arm> arms) {
        List<Suite.Row> rows = new ArrayList<>();
        for (int size : full ? new int[] {SMALL, LARGE} : new int[] {SMALL}) {
            for (Operation operation : Operations.ALL) {
                if (operation.op() instanceof BinaryOp) {
                    for (String direction : full ? DIRECTIONS : DIRECTIONS.subList(0, 1)) {
                        rows.add(row(operation.op().name(), direction, size));
                    }
                }
            }
        }
        return new Suite("Binary", "Elementwise operations, two inputs (name, direction, floats)",
                BinaryBenchmark.class, Suite.Figure.NS_PER_ELEMENT, arms, rows);
    }

    private static Suite.Row row(String op, String direction, int size) {
        // What a backward reads depends on the operation: dy alone for add, all three for divide. No share of a roof.
        return new Suite.Row(op + " " + direction + " " + (size == LARGE ? "2^24" : size),
                Map.of("op", op, "direction", direction, "size", String.valueOf(size)), size,
                direction.equals("forward") ? FORWARD_BYTES * (double) size : 0, 1);
    }
}
