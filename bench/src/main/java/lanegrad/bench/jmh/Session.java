package lanegrad.bench.jmh;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.WorkloadParams;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/// Runs suites with JMH, arm beside arm.
///
/// JMH on its own runs all forks of one arm and then all of the next, minutes later; meanwhile the machine has
/// become warmer, or busier. Here each round runs one fork of every arm, in alternating order, so that the two
/// times of a ratio are seconds apart. The results of the rounds are put together as forks of one run.
public final class Session {
    /// Seconds that a fork takes besides its iterations: start, heap, set-up, end. Measured on two cores at 2.7 GHz.
    private static final double STARTING = 1.9;

    private final Settings settings;
    private final PrintStream progress;
    private final List<RunResult> results = Collections.synchronizedList(new ArrayList<>());

    /// How long and how often.
    ///
    /// @param forks JVMs per row and arm
    /// @param warmups iterations that do not count
    /// @param iterations that count
    /// @param millis of one iteration
    /// @param jvmArgs flags for all forks on top of [EngineBenchmark]'s
    public record Settings(int forks, int warmups, int iterations, int millis, List<String> jvmArgs) {
        /// Seconds that these suites will take, about.
        public double seconds(List<Suite> suites) {
            double fork = STARTING + (warmups + iterations) * millis * 1e-3;
            return forks * fork * suites.stream().mapToInt(s -> s.rows().size() * s.arms().size()).sum();
        }

        @Override
        public String toString() {
            return forks + (forks == 1 ? " fork" : " forks") + " x " + iterations + " iterations of " + millis
                    + " ms, after " + warmups + " of warm-up";
        }
    }

    /// A benchmark failed; the message says which and why.
    public static final class FailedException extends Exception {
        private static final long serialVersionUID = 1;

        FailedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /// A session.
    ///
    /// @param progress gets one line per row
    public Session(Settings settings, PrintStream progress) {
        this.settings = settings;
        this.progress = progress;
    }

    /// Runs a suite.
    ///
    /// @param done rows run before it, of `total`
    /// @return a list per row, with a timing per arm
    /// @throws FailedException when a benchmark failed, for instance because arms differ
    public List<List<Timing>> run(Suite suite, int done, int total) throws FailedException {
        List<List<Timing>> times = new ArrayList<>();
        for (Suite.Row row : suite.rows()) {
            done++;
            progress.printf("[%" + String.valueOf(total).length() + "d/%d] %s ...", done, total, suite.nameOf(row));
            progress.flush();
            List<Timing> measured;
            try {
                measured = row(suite, row);
            } catch (FailedException e) {
                progress.println();
                throw e;
            }
            times.add(measured);
            StringBuilder text = new StringBuilder();
            for (int a = 0; a < measured.size(); a++) {
                text.append(a == 0 ? " " : ", ").append(suite.arms().get(a).label()).append(' ')
                        .append(ResultTable.time(measured.get(a).mean()));
            }
            progress.println(text);
        }
        return times;
    }

    /// Writes all results so far as JMH does: JSON, every iteration of every fork.
    public void writeJson(PrintStream out) {
        ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(List.copyOf(results));
        out.flush();
    }

    private List<Timing> row(Suite suite, Suite.Row row) throws FailedException {
        List<List<RunResult>> runs = new ArrayList<>();
        suite.arms().forEach(arm -> runs.add(new ArrayList<>()));
        int arms = runs.size();
        for (int round = 0; round < settings.forks(); round++) {
            for (int i = 0; i < arms; i++) {
                int a = round % 2 == 0 ? i : arms - 1 - i;
                runs.get(a).add(fork(suite, row, suite.arms().get(a)));
            }
        }
        List<Timing> times = new ArrayList<>();
        for (List<RunResult> run : runs) {
            results.add(together(run));
            times.add(timing(run));
        }
        return times;
    }

    private RunResult fork(Suite suite, Suite.Row row, Suite.Arm arm) throws FailedException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + suite.benchmark().getName().replace(".", "\\.") + "\\.")
                .forks(1)
                .warmupIterations(settings.warmups()).warmupTime(TimeValue.milliseconds(settings.millis()))
                .measurementIterations(settings.iterations())
                .measurementTime(TimeValue.milliseconds(settings.millis()))
                .shouldFailOnError(true)
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT);
        List<String> flags = new ArrayList<>(settings.jvmArgs());
        flags.addAll(arm.jvmArgs());
        if (row.threads() > 1) {
            flags.add(EngineBenchmark.SEVERAL_THREADS);
        }
        if (!flags.isEmpty()) {
            options.jvmArgsAppend(flags.toArray(String[]::new));
        }
        for (Map<String, String> params : List.of(row.params(), arm.params())) {
            params.forEach(options::param);
        }
        Quiet output = new Quiet();
        try {
            Collection<RunResult> run = new Runner(options.build(), output).run();
            if (run.size() != 1) {
                throw new FailedException(suite.nameOf(row) + ", " + arm.label() + ": JMH ran " + run.size()
                        + " benchmarks instead of one", null);
            }
            return run.iterator().next();
        } catch (RunnerException e) {
            throw new FailedException(suite.nameOf(row) + ", " + arm.label() + ": " + reason(e, output), e);
        }
    }

    // JMH hides what a fork threw among the suppressed exceptions of a cause.
    private static String reason(Throwable e, Quiet output) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            for (Throwable hidden : t.getSuppressed()) {
                return reason(hidden, output);
            }
        }
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = String.valueOf(root.getMessage()).strip();
        if (message.contains("jmh.lock")) {
            return "another benchmark is running on this machine, or one was left behind; wait for it to end";
        }
        String first = message.lines().findFirst().orElse("unknown error");
        return first.startsWith("Forked VM") && !output.complaint().isEmpty() ? output.complaint() : first;
    }

    private static Timing timing(List<RunResult> run) {
        double[] means = new double[run.size()];
        double bytes = 0;
        double millis = 0;
        for (int i = 0; i < means.length; i++) {
            means[i] = run.get(i).getPrimaryResult().getScore();
            millis = run.get(i).getParams().getMeasurement().getTime()
                    .convertTo(TimeUnit.MILLISECONDS);
            for (String name : run.get(i).getSecondaryResults().keySet()) {
                if (name.endsWith("gc.alloc.rate.norm")) {
                    bytes += run.get(i).getSecondaryResults().get(name).getScore() / means.length;
                }
            }
        }
        return new Timing(means, bytes, Math.max(1, millis * 1e6 / means[0]));
    }

    // The same parameters but for the number of forks, and the forks' results in the order of the rounds.
    private static RunResult together(List<RunResult> run) {
        List<BenchmarkResult> forks = new ArrayList<>();
        run.forEach(r -> forks.addAll(r.getBenchmarkResults()));
        BenchmarkParams p = run.getFirst().getParams();
        WorkloadParams workload = new WorkloadParams();
        int order = 0;
        for (String key : p.getParamsKeys()) {
            workload.put(key, p.getParam(key), order++);
        }
        BenchmarkParams params = new BenchmarkParams(p.getBenchmark(), p.generatedBenchmark(),
                p.shouldSynchIterations(), p.getThreads(), p.getThreadGroups(), p.getThreadGroupLabels(), run.size(),
                p.getWarmupForks(), p.getWarmup(), p.getMeasurement(), p.getMode(), workload, p.getTimeUnit(),
                p.getOpsPerInvocation(), p.getJvm(), p.getJvmArgs(), p.getJdkVersion(), p.getVmName(),
                p.getVmVersion(), p.getJmhVersion(), p.getTimeout());
        return new RunResult(params, forks);
    }
}
