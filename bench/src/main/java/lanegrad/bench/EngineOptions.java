package lanegrad.bench;

import lanegrad.Backend;
import lanegrad.kernel.Parallel;
import picocli.CommandLine.Option;

/// Options of `lanegrad train`: what it runs on. They change the speed, never a bit.
final class EngineOptions {
    /// Why auto takes scalar for a brief run.
    static final String TOO_BRIEF = "a run this short ends before vector kernels are compiled; same bits, and "
            + "--backend vector forces them";

    // The JIT spends about a second of both cores on the vector kernels, in which the scalar ones do 4 GFLOP. The
    // default run is 0.8 GFLOP and takes 0.5 to 0.7 s less this way.
    private static final double BRIEF = 4e9;

    @Option(names = "--backend", paramLabel = "NAME",
            description = "auto, scalar or vector. Changes the speed, never a bit. auto takes scalar for a run that "
                    + "ends before the vector kernels would be compiled. Default: auto.")
    private String backend = "auto";

    @Option(names = "--threads", paramLabel = "N",
            description = "Threads for large matrices and many elements; digits are small. Changes no bit. Default: "
                    + "all cores.")
    private Integer threads;

    /// @throws Main.Failure when the backend that was asked for does not run here
    void check(Usage usage) {
        usage.check(threads() >= 1 && threads() <= Parallel.MAX_THREADS, "--threads", threads(),
                "give 1 to " + Parallel.MAX_THREADS);
        usage.accept(this::wanted);
    }

    int threads() {
        return threads == null ? Math.min(Runtime.getRuntime().availableProcessors(), Parallel.MAX_THREADS) : threads;
    }

    private Backend wanted() {
        try {
            return Backend.named(backend);
        } catch (IllegalStateException e) {
            throw new Main.Failure(e.getMessage());
        }
    }

    /// The backend for so many floating-point operations.
    Backend backend(double work) {
        return backend.equalsIgnoreCase("auto") && work < BRIEF ? Backend.SCALAR : wanted();
    }

    /// Why `chosen` is not what would be faster in the long run, or `null`.
    String reason(Backend chosen) {
        return chosen == wanted() ? null : TOO_BRIEF;
    }
}
