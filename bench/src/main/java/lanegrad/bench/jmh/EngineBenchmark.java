package lanegrad.bench.jmh;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import lanegrad.Tensor;
import lanegrad.math.SplitMix;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What all suites share: the JVM that they run in, its times, and the rule that arms must agree.
///
/// **Forks.** Every row of every arm runs in JVMs of its own, because loops that several operations or shapes
/// have run through are compiled for all of them. There are several, because one JVM differs from the next by
/// where its arrays lie and in which order its methods were compiled; iterations within one JVM do not show that.
///
/// **Arms.** The backend is a parameter, never a second method, so that both arms run the same code. Each
/// [#prepare] runs both on the same input first and refuses to go on when they differ in one bit: a ratio of two
/// kernels that compute different things is no ratio.
///
/// **Warm-up.** The JIT counts calls, not seconds. On a busy machine a second may not be enough of them, and a
/// vector kernel that is not yet compiled is a thousand times slower, since each vector is then an object. So
/// [#warmUp] calls by count first, JMH warms up by time afterwards, and `-Xbatch` lets a call wait for the compiler
/// instead of running on in slow code.
///
/// Not so with several threads. Where one waits and the other goes on, some kernels keep their vectors as objects for
/// good: 784-512-10 with two threads left 0.3 to 236 MB a step in eight JVMs of 21, but in none of six without
/// `-Xbatch`. Which types of receivers a method of the Vector API has seen by then has a part in it: with
/// `-XX:-UseBimorphicInlining` it left nothing, either, nor where a single thread had done 40 steps before; after 20
/// it always did (Zen 5).
///
/// The heap is fixed and touched beforehand, so that no iteration pays for the kernel's page faults.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 5, jvmArgs = {"--add-modules=jdk.incubator.vector", "-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch",
    "-Xbatch", "--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public abstract class EngineBenchmark {
    /// What takes back `-Xbatch` for rows of several threads.
    public static final String SEVERAL_THREADS = "-XX:+BackgroundCompilation";

    // C2 compiles a method after 5,000 calls with little in them, and what it calls may need a second round.
    private static final int CALLS = 12_000;
    // Work that is long enough to reach this has loops that are compiled for their own counts. A training step runs
    // through a dozen vector methods, and as long as one of them is not compiled it takes 500 us instead of 6: it needs
    // 2.3 s. With 0.3 some forks were measured half compiled, at four times their time and with garbage.
    private static final long CPU_NANOS = 3_000_000_000L;
    // A call that leaves garbage runs through a method that is not compiled yet. A step of 784-512-10 calls the
    // logarithm of its loss once, and leaves 10 KB until step 1,200 or so, after 3 s and 10 more. A method that is
    // compiled anew may leave some again; so the last second has to be clean, and all threads in it.
    private static final long GARBAGE_NANOS = 20_000_000_000L;
    private static final long CLEAN_NANOS = 1_000_000_000L;

    private Object sink;

    /// One state per benchmark.
    protected EngineBenchmark() {
    }

    /// Makes the input, and compares the arms.
    ///
    /// @throws IllegalArgumentException for a parameter that is none
    /// @throws IllegalStateException when the arms differ
    public abstract void prepare();

    /// What is measured.
    public abstract Object run();

    /// Whether a call leaves garbage however long the JVM has been running.
    boolean garbage() {
        return false;
    }

    /// Prepares, then calls [#run] until it is compiled and no thread leaves garbage, unless it always does. CPU time,
    /// because time spent waiting for a core warms nothing.
    @Setup(Level.Trial)
    public final void warmUp() {
        prepare();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        long now = start;
        long dirty = start;
        long bytes = threads.getTotalThreadAllocatedBytes();
        boolean garbage = garbage();
        for (int i = 0; i < CALLS && now - start
                < (garbage || now - dirty >= CLEAN_NANOS ? CPU_NANOS : GARBAGE_NANOS); i++) {
            sink = run();
            long before = bytes;
            bytes = threads.getTotalThreadAllocatedBytes();
            now = threads.getCurrentThreadCpuTime();
            if (bytes != before) {
                dirty = now;
            }
        }
    }

    /// What each fork is started with.
    public static String flags() {
        return String.join(" ", EngineBenchmark.class.getAnnotation(Fork.class).jvmArgs());
    }

    /// `n` values in `[low, high)` and the padding of a tensor; the same for every fork and arm.
    public static float[] floats(String purpose, int n, float low, float high) {
        return tensor(purpose, low, high, n).data();
    }

    /// A tensor of values in `[low, high)`; the same for every fork and arm.
    static Tensor tensor(String purpose, float low, float high, int... extents) {
        Tensor tensor = Tensor.zeros(extents);
        SplitMix random = new SplitMix(42).split(purpose);
        for (int i = 0; i < tensor.size(); i++) {
            tensor.data()[i] = low < high ? random.nextFloat(low, high) : low;
        }
        return tensor.changed();
    }

    /// Refuses arms that differ in a bit of the first `n` floats.
    ///
    /// @throws IllegalStateException naming the first difference
    public static void requireSameBits(String what, float[] scalar, float[] vector, int n) {
        for (int i = 0; i < n; i++) {
            int s = Float.floatToRawIntBits(scalar[i]);
            int v = Float.floatToRawIntBits(vector[i]);
            if (s != v) {
                throw new IllegalStateException(what + ": the arms differ at element " + i + " of " + n + ", scalar "
                        + scalar[i] + " (" + Integer.toHexString(s) + "), vector " + vector[i] + " ("
                        + Integer.toHexString(v) + "); times of kernels that disagree are not compared");
            }
        }
    }
}
