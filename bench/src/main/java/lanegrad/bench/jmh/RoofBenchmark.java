package lanegrad.bench.jmh;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/// The loops of [Roof]: what the other suites' rows are measured against.
///
/// Sizes are floats of one array: 2048 are in L1, 2^15 in L2, 2^24 come from memory. Bandwidth counts the bytes that
/// the loop reads and writes, not the line that a cache reads before it is written.
public class RoofBenchmark extends EngineBenchmark {
    private static final int ROUNDS = 1024;

    /// `fma`, `copy` or `triad`.
    @Param({"fma", "copy", "triad"})
    public String loop;

    /// How many floats an array has; the FMAs need none.
    @Param("2048")
    public int size;

    private int kind;
    private float factor;
    private float[] x;
    private float[] y;
    private float[] z;

    /// Makes the arrays and tries the loop.
    @Override
    public void prepare() {
        kind = List.of("fma", "copy", "triad").indexOf(loop);
        if (kind < 0) {
            throw new IllegalArgumentException("loop '" + loop + "' is none of fma, copy and triad");
        }
        factor = 1e-3f;
        x = floats("x", size, -1, 1);
        y = floats("y", size, -1, 1);
        z = floats("z", size, 0, 0);
        run();
        for (int i = 0; i < size && kind > 0; i++) {
            float expected = kind == 1 ? x[i] : Math.fma(factor, x[i], y[i]);
            if (z[i] != expected) {
                throw new IllegalStateException(loop + ": element " + i + " is " + z[i] + " instead of " + expected);
            }
        }
    }

    /// The loop once.
    @Benchmark
    @Override
    public float[] run() {
        if (kind == 0) {
            z[0] = Roof.fma(ROUNDS, factor);
        } else if (kind == 1) {
            Roof.copy(x, z, size);
        } else {
            Roof.triad(factor, x, y, z, size);
        }
        return z;
    }

    static List<Suite> suites(boolean full) {
        List<Suite.Arm> arms = List.of(new Suite.Arm("vector", Map.of(), List.of()));
        Suite fma = new Suite("Roof", "Roof of one core: fused multiply-adds in registers", RoofBenchmark.class,
                Suite.Figure.GFLOPS, arms, List.of(new Suite.Row("fma", Map.of("loop", "fma"), Roof.flops(ROUNDS))));
        Stream<Suite.Row> rows = Stream.of(Roofs.SMALL, Roofs.MEDIUM, Roofs.LARGE)
                .flatMap(size -> full ? Stream.of(row("copy", 8, size), row("triad", 12, size))
                        : Stream.of(row("copy", 8, size)));
        return List.of(fma, new Suite("Roof", "Roofs of one core: memory (loop, floats of an array)",
                RoofBenchmark.class, Suite.Figure.GIGABYTES, arms, rows.toList()));
    }

    private static Suite.Row row(String loop, int bytes, int size) {
        return new Suite.Row(loop + " " + (size == Roofs.LARGE ? "2^24" : size),
                Map.of("loop", loop, "size", String.valueOf(size)), (double) bytes * size);
    }
}
