package lanegrad.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import lanegrad.Backend;
import lanegrad.bench.accuracy.AccuracyTable;
import lanegrad.bench.accuracy.Finding;
import lanegrad.bench.accuracy.Inputs;
import lanegrad.bench.accuracy.Subject;
import lanegrad.kernel.Parallel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `lanegrad accuracy`: the errors of the functions, over a sample or over all 2^32 floats.
@Command(name = "accuracy", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Measure the errors of the functions of one float, and of their slopes, against the exact "
            + "functions in double.",
            "Found are the largest error and where, the share of results that are a nearest float, neighbours that "
                + "step against the function, and a hash of all results; with functions named, also the histogram of "
                + "errors and the results at special values. Errors beyond what a function declares fail, and so do "
                + "bits that differ from the scalar twin's or from the recorded hash."},
        footer = {"%nExamples:", "  lanegrad accuracy tanh", "  lanegrad accuracy --all",
            "  lanegrad accuracy exp --exhaustive",
            "  lanegrad accuracy exp --exhaustive --backend scalar   (the same hash)"})
final class AccuracyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FUNCTION", arity = "0..*",
            description = "Operations by the names of 'lanegrad ops' that take one tensor element by element, and lane "
                    + "functions that are no operation; without any, the message lists them.")
    private List<String> names;

    @Option(names = "--all", description = "All functions.")
    private boolean all;

    @Option(names = "--exhaustive",
            description = "All 4,294,967,296 floats; the scalar twin is compared on every 16th run of 8,192. Takes "
                    + "about 23 seconds for each function and slope on two cores.")
    private boolean exhaustive;

    @Option(names = "--sample", paramLabel = "N",
            description = "At least N floats, all an odd number of bit patterns apart. Default: 2097152.")
    private Long sample;

    @Option(names = "--threads", paramLabel = "N",
            description = "Threads. Changes no result. Default: all cores.")
    private Integer threads;

    @Option(names = "--backend", paramLabel = "NAME", defaultValue = "auto",
            description = "auto, scalar or vector: whose results. Default: ${DEFAULT-VALUE}.")
    private String backend;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all findings to this file.")
    private Path json;

    @Option(names = "--table", paramLabel = "FILE",
            description = "With --exhaustive: put the findings into this table of recorded findings, in the place of "
                    + "older ones, and compare with none.")
    private Path table;

    private final Terminal terminal;
    private final List<Finding> findings = new ArrayList<>();
    private volatile boolean stopping;
    private int total;

    AccuracyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<Subject> subjects = subjects();
        Inputs inputs = inputs();
        int workers = threads == null ? Math.min(Parallel.MAX_THREADS, Runtime.getRuntime().availableProcessors())
                : threads;
        if (workers < 1 || workers > Parallel.MAX_THREADS) {
            throw wrong("--threads is " + workers + "; give 1 to " + Parallel.MAX_THREADS);
        }
        Backend kernels = kernels();
        RunFile jsonFile = json == null ? null : new RunFile("--json", json);
        RunFile tableFile = table == null ? null : new RunFile("--table", table);
        Map<String, AccuracyTable.Row> recorded = table == null ? AccuracyTable.recorded() : older();
        total = subjects.size();
        AccuracyReport lines = new AccuracyReport(terminal, inputs, !all);
        terminal.environment(kernels, workers, null);
        lines.heading();
        Thread end = Thread.ofPlatform().unstarted(this::interrupted);
        Runtime.getRuntime().addShutdownHook(end);
        List<String> faults = new ArrayList<>();
        long start = System.nanoTime();
        try {
            for (Subject subject : subjects) {
                lines.begin(subject);
                Finding found = Finding.of(subject, inputs, kernels, workers, lines::done);
                while (stopping) {
                    // The shutdown hook has the word; this thread ends with the JVM.
                    LockSupport.park();
                }
                findings.add(found);
                List<String> wrong = new ArrayList<>(found.faults());
                AccuracyTable.Row row = table == null ? recorded.get(subject.toString()) : null;
                if (row != null) {
                    wrong.addAll(row.differences(found));
                }
                faults.addAll(wrong);
                lines.print(found, row, wrong.isEmpty());
                if (tableFile != null) {
                    recorded.put(subject.toString(), AccuracyTable.row(found, measured(kernels)));
                    tableFile.write(AccuracyTable.text(recorded), "the findings were made");
                }
                if (jsonFile != null) {
                    jsonFile.write(RunFile.json(report(kernels, workers)), "the findings were made");
                }
            }
        } finally {
            if (!stopping) {
                Runtime.getRuntime().removeShutdownHook(end);
            }
        }
        double seconds = (System.nanoTime() - start) * 1e-9;
        terminal.err.printf(Locale.ROOT, "took %s, %,.0f million floats per second%n", BenchCommand.duration(seconds),
                inputs.count() * 1e-6 * total / seconds);
        if (!faults.isEmpty()) {
            throw new Main.Failure(String.join("\nlanegrad: ", faults));
        }
        return 0;
    }

    private List<Subject> subjects() {
        List<Subject> known = Subject.all();
        boolean named = names != null && !names.isEmpty();
        List<String> choice = known.stream().map(Subject::function).distinct().toList();
        if (all == named) {
            throw wrong((all ? "give names of functions or --all, not both" : "give names of functions, or --all")
                    + "; there are " + String.join(", ", choice));
        }
        if (all) {
            return known;
        }
        List<Subject> chosen = new ArrayList<>();
        for (String name : names) {
            List<Subject> of = known.stream().filter(s -> s.function().equals(name.toLowerCase(Locale.ROOT))).toList();
            if (of.isEmpty()) {
                throw wrong("function '" + name + "' is unknown; choose one of " + String.join(", ", choice));
            }
            of.stream().filter(s -> !chosen.contains(s)).forEach(chosen::add);
        }
        return chosen;
    }

    private Inputs inputs() {
        if (exhaustive && sample != null) {
            throw wrong("--exhaustive and --sample exclude each other; all floats are no sample");
        }
        if (table != null && !exhaustive) {
            throw wrong("--table records findings over all floats; give --exhaustive too");
        }
        if (sample != null && (sample < 1 || sample > 1L << 31)) {
            throw wrong("--sample is " + sample + "; give 1 to 2147483648, or --exhaustive for all floats");
        }
        return exhaustive ? Inputs.ALL : sample == null ? Inputs.SAMPLE : Inputs.of(sample);
    }

    private Backend kernels() {
        try {
            return Backend.named(backend);
        } catch (IllegalStateException e) {
            throw new Main.Failure(e.getMessage());
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }

    private Map<String, AccuracyTable.Row> older() {
        if (!Files.exists(table)) {
            return new LinkedHashMap<>();
        }
        try {
            return AccuracyTable.read(Files.readString(table, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new Main.Failure("--table " + table + ": it could not be read (" + e.getMessage() + ")");
        } catch (IllegalArgumentException e) {
            throw new Main.Failure("--table " + table + ": " + e.getMessage() + "; it would be overwritten, so give "
                    + "another name");
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static String measured(Backend backend) {
        return LocalDate.now(ZoneOffset.UTC) + "; JDK " + Runtime.version() + "; " + BenchCommand.processor() + "; "
                + backend.lanes() + " lanes";
    }

    private Map<String, Object> report(Backend kernels, int workers) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("version", Main.VERSION.substring("lanegrad ".length()));
        report.put("jdk", Runtime.version().toString());
        report.put("cpu", BenchCommand.processor());
        report.put("backend", kernels.toString().toLowerCase(Locale.ROOT));
        report.put("lanes", kernels.lanes());
        report.put("threads", workers);
        report.put("functions", findings.stream().map(Finding::json).toList());
        return report;
    }

    // What is finished stands above and in the files.
    private void interrupted() {
        stopping = true;
        terminal.out.println();
        terminal.out.flush();
        terminal.err.println("lanegrad: interrupted; " + findings.size() + " of " + total + " were finished");
    }
}
