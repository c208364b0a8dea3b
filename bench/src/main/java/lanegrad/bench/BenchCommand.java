package lanegrad.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import lanegrad.Backend;
import lanegrad.bench.jmh.EngineBenchmark;
import lanegrad.bench.jmh.ResultTable;
import lanegrad.bench.jmh.Roofs;
import lanegrad.bench.jmh.Session;
import lanegrad.bench.jmh.Suite;
import lanegrad.bench.jmh.Timing;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `lanegrad bench`: times scalar and vector kernels with JMH and prints tables.
@Command(name = "bench", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Time the scalar and the vector kernels with JMH and print tables.",
            "Both must give the same bits, or there is no time. The short version takes a few minutes and shows the "
                + "important sizes; for figures to publish take --full on an idle machine."})
final class BenchCommand implements Callable<Integer> {
    private static final int SHORT_FORKS = 2;
    private static final int FULL_FORKS = 5;

    @Spec
    private CommandSpec spec;

    @Option(names = "--full", description = "All sizes, three arms, long iterations, 5 forks: several hours.")
    private boolean full;

    @Option(names = "--all", description = "All rows of --full, timed as shortly as those of the short version.")
    private boolean all;

    @Option(names = "--filter", paramLabel = "REGEX",
            description = "Only rows whose name, as --list shows it, contains a match of this.")
    private String filter;

    @Option(names = "--forks", paramLabel = "N",
            description = "JVMs per row and arm; default 2, with --full 5.")
    private Integer forks;

    @Option(names = "--arms", paramLabel = "N",
            description = "2: scalar and vector; 3: also scalar without C2's own vectorisation "
                    + "(-XX:-UseSuperWord). Default 2, with --full 3.")
    private Integer arms;

    @Option(names = "--json", paramLabel = "FILE", description = "Write JMH's raw results to this file.")
    private Path json;

    @Option(names = "--list", description = "Print the names of the rows and run nothing.")
    private boolean list;

    private final Terminal terminal;
    private final List<List<List<Timing>>> times = Collections.synchronizedList(new ArrayList<>());
    private List<Suite> suites;
    private List<String> environment;
    private Roofs roofs;
    private Session session;
    private volatile boolean interrupted;

    BenchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        suites = suites();
        if (list) {
            suites.forEach(s -> s.rows().forEach(row -> terminal.out.println(s.nameOf(row))));
            return 0;
        }
        checkJson();
        Session.Settings settings = new Session.Settings(forks == null ? full ? FULL_FORKS : SHORT_FORKS : forks,
                full ? 5 : 2, full ? 5 : 4, full ? 500 : 100, passedOn());
        int rows = suites.stream().mapToInt(s -> s.rows().size()).sum();
        terminal.err.printf(Locale.ROOT, "%d %s, %s: about %s on an idle machine. Ctrl-C ends it.%n", rows,
                rows == 1 ? "row" : "rows", settings, duration(settings.seconds(suites)));
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        roofs = Roofs.measure();
        environment = environment(settings, load);
        session = new Session(settings, terminal.err);
        long start = System.nanoTime();
        Thread end = Thread.ofPlatform().unstarted(this::end);
        Runtime.getRuntime().addShutdownHook(end);
        try {
            int done = 0;
            for (Suite suite : suites) {
                times.add(session.run(suite, done, rows));
                done += suite.rows().size();
            }
        } catch (Session.FailedException e) {
            awaitEnd();
            printFinished();
            throw new Main.Failure(e.getMessage());
        } finally {
            if (!interrupted) {
                Runtime.getRuntime().removeShutdownHook(end);
            }
        }
        terminal.err.println("took " + duration((System.nanoTime() - start) * 1e-9));
        printFinished();
        notes(settings, load);
        writeJson();
        return 0;
    }

    private List<Suite> suites() {
        checkRange("--forks", forks, 1, 100);
        checkRange("--arms", arms, 2, 3);
        int columns = arms == null ? full ? 3 : 2 : arms;
        List<Suite> suites = Suite.all(full || all, columns);
        if (filter == null) {
            return suites;
        }
        Pattern pattern;
        try {
            pattern = Pattern.compile(filter);
        } catch (PatternSyntaxException e) {
            throw wrong("--filter: '" + filter + "' is not a regular expression: " + e.getDescription());
        }
        List<Suite> some = matching(suites, pattern);
        if (some.isEmpty()) {
            throw wrong("--filter: '" + filter + "' matches no row"
                    + (!full && !all && !matching(Suite.all(true, columns), pattern).isEmpty()
                    ? " of the short version, but some of --all and --full" : "; --list shows all"));
        }
        return some;
    }

    private static List<Suite> matching(List<Suite> suites, Pattern pattern) {
        return suites.stream()
                .map(s -> s.with(s.rows().stream().filter(row -> pattern.matcher(s.nameOf(row)).find()).toList()))
                .filter(s -> !s.rows().isEmpty()).toList();
    }

    private void checkRange(String option, Integer value, int low, int high) {
        if (value != null && (value < low || value > high)) {
            throw wrong(option + " is " + value + "; give " + low + " to " + high);
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    // Before the run: nobody wants to hear of it after ten minutes.
    private void checkJson() {
        if (json == null) {
            return;
        }
        Path folder = json.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(json)) {
            throw new Main.Failure("--json: " + json + " is a folder; give the name of a file");
        }
        if (!Files.isDirectory(folder)) {
            throw new Main.Failure("--json: the folder " + folder + " does not exist; create it first");
        }
        if (!Files.isWritable(Files.exists(json) ? json : folder)) {
            throw new Main.Failure("--json: " + json + " cannot be written; choose another place");
        }
    }

    private void writeJson() {
        if (json == null) {
            return;
        }
        try (PrintStream out = new PrintStream(Files.newOutputStream(json), false, StandardCharsets.UTF_8)) {
            session.writeJson(out);
            if (out.checkError()) {
                throw new IOException("the disk may be full");
            }
        } catch (IOException e) {
            throw new Main.Failure("--json: " + json + " could not be written: " + e.getMessage());
        }
        terminal.err.println("raw results: " + json);
    }

    // Forks get their own flags, not those of this JVM, but whoever sets -XX:UseAVX=2 wants it in the forks.
    private static List<String> passedOn() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream().filter(a -> a.startsWith("-XX:"))
                .toList();
    }

    private List<String> environment(Session.Settings settings, double load) {
        int cores = Runtime.getRuntime().availableProcessors();
        Backend.Choice best = Backend.best();
        List<String> flags = new ArrayList<>(List.of(EngineBenchmark.flags()));
        flags.addAll(settings.jvmArgs());
        return List.of(
                "version  " + Main.VERSION + ", " + (full ? "full" : "short") + " version of the benchmarks"
                        + (all && !full ? ", all rows" : ""),
                "runs     " + settings,
                "CPU      " + processor() + ", " + cores + (cores == 1 ? " core" : " cores")
                        + (load < 0 ? "" : String.format(Locale.ROOT, ", load average %.1f before", load)),
                "lanes    " + (best.backend() == Backend.VECTOR
                        ? Backend.VECTOR.lanes() + " floats, " + 32 * Backend.VECTOR.lanes() + " bits" : best.why()),
                "roofs    " + roofs,
                "JDK      " + System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version") + ", "
                        + System.getProperty("java.vendor"),
                "flags    " + String.join(" ", flags),
                "date     " + OffsetDateTime.now(ZoneOffset.UTC)
                        .format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT)));
    }

    /// The name of the processor, or at least its architecture.
    static String processor() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
                if (line.startsWith("model name")) {
                    return line.substring(line.indexOf(':') + 1).strip();
                }
            }
        } catch (IOException e) {
            // Not Linux, or not readable: the architecture must do.
        }
        return System.getProperty("os.arch");
    }

    private void printFinished() {
        int finished = times.size();
        if (finished > 0) {
            environment.forEach(terminal.out::println);
        }
        for (int i = 0; i < finished; i++) {
            terminal.out.println();
            terminal.out.print(ResultTable.of(suites.get(i), times.get(i), roofs));
        }
        terminal.out.flush();
    }

    private void notes(Session.Settings settings, double load) {
        terminal.out.println();
        terminal.out.println("Times are means over forks; the backends' results were compared bit for bit first. "
                + "B/op 0 means: no garbage.");
        terminal.out.println("% of peak: of the FMA roof of one core, or of as many as the row has threads; % of copy: "
                + "bytes per second as a share of those of a copy of about as many floats.");
        if (suites.stream().flatMap(suite -> suite.rows().stream()).anyMatch(row -> row.threads() > 1)) {
            terminal.out.println("Rows of several threads run with " + EngineBenchmark.SEVERAL_THREADS
                    + " in place of -Xbatch.");
        }
        if (settings.forks() == 1) {
            terminal.out.println("Note: one fork shows no spread; a second one may differ by 10% or more. Give "
                    + "--forks 5.");
        }
        if (load > 0.5 * Runtime.getRuntime().availableProcessors()) {
            terminal.out.printf(Locale.ROOT, "Note: the load average was %.1f before this began: other programs "
                    + "were running, so trust neither times nor ratios.%n", load);
        }
        terminal.out.flush();
    }

    /// Seconds, or minutes and seconds, or hours and minutes.
    static String duration(double seconds) {
        long s = Math.round(seconds);
        if (s < 60) {
            return s + " s";
        }
        return s < 3600 ? s / 60 + " min " + s % 60 + " s" : s / 3600 + " h " + s % 3600 / 60 + " min";
    }

    // Runs when the JVM is told to end in the middle: the forks are children of this process and must not stay, and
    // after an hour of --full what is finished must not be lost.
    private void end() {
        interrupted = true;
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        terminal.err.println();
        printFinished();
        terminal.err.println("lanegrad: interrupted; " + times.size() + " of " + suites.size()
                + " tables were finished");
        try {
            writeJson();
        } catch (Main.Failure e) {
            terminal.err.println("lanegrad: " + e.getMessage());
        }
    }

    // A fork that dies of the same Ctrl-C is no failure to report; the shutdown may be a moment behind it.
    private void awaitEnd() {
        try {
            TimeUnit.MILLISECONDS.sleep(300);
            while (interrupted) {
                TimeUnit.SECONDS.sleep(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
