package lanegrad.bench.jmh;

import java.util.List;
import java.util.Map;
import lanegrad.Backend;
import lanegrad.kernel.Gemm;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/// [Gemm] on the shapes that training on digits gives it, one thread.
///
/// A shape is written as transposes, then rows x depth x columns of the product. With a batch of B images of 64
/// pixels and H units, a layer multiplies `NN Bx64xH` forward, `TN 64xBxH` for the gradient of its weights
/// and `NT BxHx64` for that of its input. 1437 is the whole training set. The cubes show what is left when the
/// edges no longer matter.
public class MatMulBenchmark extends EngineBenchmark {
    private static final List<String> SHORT = List.of("NN 1x64x32", "NN 32x64x32", "TN 64x32x32", "NT 32x10x32",
            "NN 32x32x10", "NN 128x64x128", "NN 1437x64x32", "NN 256x256x256");

    /// Transposes and sizes: `NN 32x64x32`.
    @Param({"NN 1x64x10", "NN 1x64x32", "NN 1x64x128", "NN 32x64x10", "NN 32x64x32", "NN 32x64x128",
        "NN 128x64x10", "NN 128x64x32", "NN 128x64x128", "NN 1437x64x10", "NN 1437x64x32", "NN 1437x64x128",
        "NN 32x32x10", "NN 128x128x10",
        "TN 64x1x10", "TN 64x1x32", "TN 64x1x128", "TN 64x32x10", "TN 64x32x32", "TN 64x32x128",
        "TN 64x128x10", "TN 64x128x32", "TN 64x128x128", "TN 64x1437x10", "TN 64x1437x32", "TN 64x1437x128",
        "TN 32x32x10", "TN 128x128x10",
        "NT 1x10x64", "NT 1x32x64", "NT 1x128x64", "NT 32x10x64", "NT 32x32x64", "NT 32x128x64",
        "NT 128x10x64", "NT 128x32x64", "NT 128x128x64", "NT 1437x10x64", "NT 1437x32x64", "NT 1437x128x64",
        "NT 32x10x32", "NT 128x10x128",
        "NN 256x256x256", "NN 512x512x512"})
    public String shape;

    /// Which kernels.
    @Param
    public Backend backend;

    private boolean transA;
    private boolean transB;
    private int m;
    private int k;
    private int n;
    private float[] a;
    private float[] b;
    private float[] c;

    /// Draws the operands and compares the backends.
    @Override
    public void prepare() {
        Shape s = Shape.parse(shape);
        transA = s.transA;
        transB = s.transB;
        m = s.m;
        k = s.k;
        n = s.n;
        a = floats("a", m * k, -1, 1);
        b = floats("b", k * n, -1, 1);
        float[] scalar = product(Backend.SCALAR, floats("c", m * n, 0, 0));
        float[] vector = product(Backend.VECTOR, floats("c", m * n, 0, 0));
        requireSameBits("matmul " + shape, scalar, vector, m * n);
        c = backend == Backend.SCALAR ? scalar : vector;
    }

    /// One product.
    @Benchmark
    @Override
    public float[] run() {
        return product(backend, c);
    }

    private float[] product(Backend backend, float[] c) {
        Gemm.multiply(backend, 1, transA, transB, m, n, k, 1, a, 0, transA ? m : k, b, 0, transB ? k : n, 0, c, 0, n);
        return c;
    }

    static Suite suite(boolean full, List<Suite.Arm> arms) {
        List<String> shapes = full ? List.of(params()) : SHORT;
        return new Suite("MatMul", "Matrix multiply (rows x depth x columns; N as stored, T transposed)",
                MatMulBenchmark.class, Suite.Figure.GFLOPS, arms,
                shapes.stream().map(s -> new Suite.Row(s, Map.of("shape", s), Shape.parse(s).flops())).toList());
    }

    private static String[] params() {
        try {
            return MatMulBenchmark.class.getField("shape").getAnnotation(Param.class).value();
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("the field stands in this class", e);
        }
    }

    /// The sizes of a product by operation: `op(A)` is m x k, `op(B)` is k x n.
    ///
    /// @param transA A is stored k x m
    /// @param transB B is stored n x k
    /// @param m rows of C
    /// @param k depth
    /// @param n columns of C
    public record Shape(boolean transA, boolean transB, int m, int k, int n) {
        /// Reads `NN 32x64x32`.
        ///
        /// @throws IllegalArgumentException for anything else
        public static Shape parse(String text) {
            if (!text.matches("[NT]{2} \\d+x\\d+x\\d+")) {
                throw new IllegalArgumentException("shape '" + text + "' is not of the form 'NN 32x64x32': an N or T "
                        + "for each operand, then rows x depth x columns");
            }
            String[] sizes = text.substring(3).split("x");
            return new Shape(text.charAt(0) == 'T', text.charAt(1) == 'T', Integer.parseInt(sizes[0]),
                    Integer.parseInt(sizes[1]), Integer.parseInt(sizes[2]));
        }

        /// Floating-point operations of one product: a multiplication and an addition per term.
        public double flops() {
            return 2.0 * m * n * k;
        }
    }
}
