package lanegrad;

import java.util.Locale;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;

/// Which kernels run: the scalar twins or the vector lanes. Both return the same bits.
///
/// [#VECTOR] needs the module `jdk.incubator.vector`. On the module path it is there by itself; on the class
/// path the flag `--add-modules jdk.incubator.vector` brings it. Without it the engine runs on [#SCALAR].
public enum Backend {
    /// Plain Java over floats: reads like the formula, runs everywhere, and is the baseline of every ratio.
    SCALAR,
    /// `jdk.incubator.vector`, with the widest vectors that the machine prefers.
    VECTOR;

    /// What [#best] chose and why, in one sentence without a full stop, with the fix where it costs speed.
    public record Choice(Backend backend, String why) {
    }

    private static final String FLAG = "add --add-modules jdk.incubator.vector to the java command";
    private static final Choice BEST = choose();

    /// The fastest backend of this JVM, with the reason.
    public static Choice best() {
        return BEST;
    }

    /// The backend named `auto`, `scalar` or `vector`, in any case.
    ///
    /// @throws IllegalArgumentException for another name
    /// @throws IllegalStateException for `vector` where it cannot run; the message names the fix
    public static Backend named(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "auto" -> best().backend();
            case "scalar" -> SCALAR;
            case "vector" -> VECTOR.require();
            default -> throw new IllegalArgumentException(
                    "backend '" + name + "' is unknown; choose auto, scalar or vector");
        };
    }

    /// This backend, or an exception that says what is missing.
    ///
    /// @throws IllegalStateException when this is [#VECTOR] and the module is absent
    public Backend require() {
        if (this == VECTOR && !moduleReadable()) {
            throw new IllegalStateException("backend vector cannot run: the module jdk.incubator.vector is not "
                    + "loaded; " + FLAG + ", or choose the backend scalar");
        }
        return this;
    }

    /// Floats per vector: 1 for [#SCALAR]; 4, 8 or 16 for [#VECTOR].
    public int lanes() {
        return this == SCALAR ? 1 : Width.LANES;
    }

    /// The number of vector registers that the kernels count on: 32 (AVX-512, NEON) or 16 (AVX2). A matrix
    /// tile that needs more is spilled to memory in its innermost loop and loses half its speed.
    public int registers() {
        return this == VECTOR && (Width.LANES >= 16 || System.getProperty("os.arch").equals("aarch64")) ? 32 : 16;
    }

    /// Whether vectors have 512 bits, and the processor does an operation on them at once. AMD's Zen 4 does it as two
    /// halves, one after the other, so that 512 bits are no faster there than twice 256, and some matrix tiles are
    /// others; results are the same.
    ///
    /// Told from the processor's name (the first lines of `/proc/cpuinfo`, or `PROCESSOR_IDENTIFIER`); where the system
    /// does not tell, 512 bits are taken to be whole.
    public boolean whole512() {
        return this == VECTOR && Width.WHOLE_512;
    }

    /// Whether `Math.fma` is an instruction here. Without one the JDK computes it through `BigDecimal`,
    /// thousands of times slower; results stay the same.
    ///
    /// Found by timing 32 calls, because asking the JVM takes a management bean that costs more start-up time
    /// than a whole training run of the digits: at 2 to 50 ns each with the instruction, interpreted or not,
    /// against 2,000 ns without, a limit of 500 ns cannot err on an idle machine; the best of five tries
    /// counts.
    public static boolean fusedMultiplyAdd() {
        long best = Long.MAX_VALUE;
        float y = 0.1f;
        for (int attempt = 0; attempt < 5; attempt++) {
            long start = System.nanoTime();
            for (int i = 0; i < 32; i++) {
                y = Math.fma(y, 0.75f, 0.3f);
            }
            best = Math.min(best, System.nanoTime() - start);
        }
        return best < 32 * 500L || Float.isNaN(y);
    }

    private static Choice choose() {
        if (!moduleReadable()) {
            return new Choice(SCALAR, "the module jdk.incubator.vector is not loaded; " + FLAG);
        }
        if (System.getProperty("java.vm.info", "").contains("interpreted mode")) {
            return new Choice(SCALAR, "the JVM only interprets (-Xint), where vectors are objects; drop -Xint");
        }
        if (Width.LANES < 4) {
            return new Choice(SCALAR, "the JVM prefers vectors of less than 128 bits here; "
                    + "it lacks C2 or the machine lacks SIMD");
        }
        return new Choice(VECTOR, Width.LANES * 32 + "-bit vectors");
    }

    private static boolean moduleReadable() {
        // A module layer can hold the module without our reading it: then linking FloatVector would fail.
        return ModuleLayer.boot().findModule("jdk.incubator.vector")
                .filter(Backend.class.getModule()::canRead).isPresent();
    }

    // The only place here that names a vector class: loaded when the module is known to be there.
    private static final class Width {
        static final int LANES = VectorShape.preferredShape().vectorBitSize() >= 128
                ? Math.min(16, FloatVector.SPECIES_PREFERRED.length()) : 1;
        static final boolean WHOLE_512 = LANES >= 16 && !Processor.halves512Bits();
    }
}
