package lanegrad.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import lanegrad.Backend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The JVM's first compiler, C1, counts what a tile does before its second, C2, takes over. A tile that C1 cannot
/// compile is left where nothing is counted, and stays slow for ever: results are right, and no other test sees it. Nor
/// does any see it where C2 keeps vectors as objects.
class TileCompilationTest {
    /// Each in a JVM of its own: C1 refused a tile with two masks only if it was the first that it saw, before what the
    /// tile calls had been compiled. With AVX2 masks are vectors, and other tiles serve.
    @ParameterizedTest
    @CsvSource({"18, 1, 64, 120", "18, 4, 64, 120", "18, 5, 64, 120", "18, 10, 64, 120", "18, 20, 64, 120",
            "18, 31, 70, 120", "18, 32, 64, 120", "18, 64, 64, 120", "36, 260, 128, 30"})
    void theFirstCompilerTakesTheFirstTile(int m, int n, int k, int calls) throws IOException, InterruptedException {
        for (String flag : new String[] {"-XX:+UseFMA", "-XX:UseAVX=2"}) {
            Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+IgnoreUnrecognizedVMOptions", flag, "--add-modules=jdk.incubator.vector", "-Xbatch",
                    "-XX:TieredStopAtLevel=3", "-XX:+PrintCompilation", "-cp",
                    System.getProperty("java.class.path"), Products.class.getName(), String.valueOf(m),
                    String.valueOf(n), String.valueOf(k), String.valueOf(calls)).redirectErrorStream(true)
                    .directory(new File(".")).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), said);
            List<String> tiles = said.lines().filter(line -> line.contains("lanegrad.kernel.Vector")).toList();
            assertEquals(List.of(), tiles.stream().filter(line -> line.contains("COMPILE SKIPPED")).toList(), flag);
            assertTrue(tiles.stream().anyMatch(line -> line.matches(".*::(run|multiply) .*")),
                    () -> "C1 was not asked for a tile; the JVM printed\n" + said);
        }
    }

    /// Vectors of 64 bits and masked stores near an array's end have made objects, a hundred to two thousand bytes a
    /// product, where a batch is of one to three rows.
    @Test
    void smallProductsMakeNoObjects() throws IOException, InterruptedException {
        assertEquals("", said(SmallProducts.class));
    }

    /// A loop that is compiled with others before it has run keeps its vectors as objects: packing ten columns did,
    /// 6,048 bytes a product, in a JVM that had packed many. So does a method of the Vector API that is called by the
    /// class of its vector, where it has seen several: storing seven columns did, 64 bytes and more.
    @Test
    void norDoSmallProductsAfterLargeOnes() throws IOException, InterruptedException {
        assertEquals("", said(LargeProducts.class));
    }

    /// A vector of zeros for accumulators that no step of the loop changes was kept as an object, 80 bytes a product.
    @Test
    void norDoProductsOfATransposed() throws IOException, InterruptedException {
        assertEquals("", said(TransposedProducts.class));
    }

    private static String said(Class<?> program) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector", "-Xbatch", "-cp", System.getProperty("java.class.path"),
                program.getName()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said;
    }

    /// Prints what products allocate when they are compiled, one line for each that does.
    static final class SmallProducts {
        private static final int CALLS = 5_000;
        private static final int ROUNDS = 40;

        private SmallProducts() {
        }

        public static void main(String[] args) {
            int k = 20;
            for (int m : new int[] {1, 3, 5}) {
                for (int n : new int[] {1, 2, 3, 4, 5, 7, 8, 10, 17, 40}) {
                    // Of exact length, so that B is packed, and longer.
                    multiply(false, m, n, k, new float[k * n]);
                    multiply(false, m, n, k, new float[k * n + 64]);
                }
            }
        }

        private static void multiply(boolean transA, int m, int n, int k, float[] b) {
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            float[] a = new float[m * k];
            float[] c = new float[m * n];
            long least = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS && least > 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < CALLS; i++) {
                    Gemm.multiply(Backend.VECTOR, 1, transA, false, m, n, k, 1, a, 0, transA ? m : k, b, 0, n, 0, c, 0,
                            n);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            if (least >= CALLS) {
                System.out.printf("%s %d x %d x %d, B of %d floats: %d bytes a call%n", transA ? "TN" : "NN", m, k, n,
                        b.length, least / CALLS);
            }
        }
    }

    /// Products whose C is a few columns wide, with A transposed, which print what they allocate.
    static final class TransposedProducts {
        private TransposedProducts() {
        }

        public static void main(String[] args) {
            for (int n : new int[] {10, 4, 8, 9, 11, 12, 13}) {
                SmallProducts.multiply(true, 40, n, 20, new float[20 * n + 15]);
            }
        }
    }

    /// Large products, and then small ones, which print what they allocate.
    static final class LargeProducts {
        private LargeProducts() {
        }

        public static void main(String[] args) {
            multiply(512, 100);
            multiply(100, 20_000);
            multiply(300, 1_500);
            SmallProducts.multiply(false, 8, 7, 20, new float[20 * 7]);
            SmallProducts.multiply(false, 32, 10, 64, new float[64 * 10]);
        }

        private static void multiply(int n, int calls) {
            float[] a = new float[n * n];
            float[] b = new float[n * n];
            float[] c = new float[n * n];
            for (int i = 0; i < calls; i++) {
                Gemm.multiply(Backend.VECTOR, 1, false, false, n, n, n, 1, a, 0, n, b, 0, n, 0, c, 0, n);
            }
        }
    }

    /// Products with A as it is and with A transposed, often enough for C1, which wants 100 calls of a loop: one of few
    /// columns may be a single call.
    static final class Products {
        /// So that tiles read B where it is.
        private static final int ROOM = 64;

        private Products() {
        }

        public static void main(String[] args) {
            int m = Integer.parseInt(args[0]);
            int n = Integer.parseInt(args[1]);
            int k = Integer.parseInt(args[2]);
            int calls = Integer.parseInt(args[3]);
            float[] a = new float[m * k + ROOM];
            float[] b = new float[k * n + ROOM];
            float[] c = new float[m * n + ROOM];
            for (int i = 0; i < 2 * calls; i++) {
                boolean transA = i >= calls;
                Gemm.multiply(Backend.VECTOR, 1, transA, false, m, n, k, 1, a, 0, transA ? m : k, b, 0, n, 0, c, 0, n);
            }
        }
    }
}
