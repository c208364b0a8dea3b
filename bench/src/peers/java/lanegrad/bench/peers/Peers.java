package lanegrad.bench.peers;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import lanegrad.bench.Main;
import lanegrad.bench.jmh.EngineBenchmark;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `scripts/bench peers`: our matrix products and training steps beside those of others.
///
/// **Forks.** Each row runs in several JVMs of its own ([Fork]), one after the other: nothing but the row has gone
/// through its loops, and what differs from one JVM to the next, the places of the arrays above all, shows as spread.
/// All have the flags of the JMH suites; array bounds are checked.
///
/// **Fairness.** All contenders of a row run in one JVM, in turns, on the same values, and their products are compared
/// first: to `k * 2^-23` of `|A||B|`, since their orders of summation differ. Everybody has one thread and is
/// called in the way that suits him best; what that is stands with each contender.
///
/// The peers are downloaded by the Maven profile `peers`, and by nothing else.
@Command(name = "scripts/bench peers", version = Main.VERSION, mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Time matrix products and training steps beside OpenBLAS, MKL, netlib, EJML and PyTorch.",
            "Each row runs in --forks JVMs of its own. In each, all contenders must first agree: no element of a "
                + "product may differ from ours by more than depth x 2^-23 of the sum of magnitudes. Then each is "
                + "warmed up by count and CPU time until its times are steady. Then --rounds times every contender "
                + "in turn, in reverse order every other round, for 10 ms each, and the roof, FMA in registers, as "
                + "well: what happens to the machine happens to all alike. A fork's figures are medians over its "
                + "rounds, ratios taken round by round; the table has the median over forks and their range.",
            "All rows take 15 to 30 minutes on an idle machine."})
public final class Peers implements Callable<Integer> {
    private static final Pattern TUNING = Pattern.compile("(OPENBLAS|GOTO|MKL|OMP|KMP)_");

    @Spec
    private CommandSpec spec;

    @Option(names = "--shapes", paramLabel = "REGEX",
            description = "Only rows whose name, as --list shows it, contains a match of this.")
    private String shapes;

    @Option(names = "--forks", paramLabel = "N", defaultValue = "5", description = "JVMs per row; default 5.")
    private int forks;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "15", description = "Rounds per JVM; default 15.")
    private int rounds;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the time of every round to this file.")
    private Path json;

    @Option(names = "--list", description = "Print the names of the rows and run nothing.")
    private boolean list;

    private final List<Measured> measured = Collections.synchronizedList(new ArrayList<>());
    private List<String> environment;
    private volatile boolean interrupted;

    private Peers() {
    }

    /// Runs the command and exits with its code: 0 fine, 1 failed, 2 wrong usage.
    public static void main(String[] args) {
        CommandLine line = new CommandLine(new Peers());
        line.setParameterExceptionHandler((e, wrong) -> {
            System.err.println("lanegrad: " + e.getMessage());
            System.err.println("See: scripts/bench peers --help");
            return 2;
        });
        line.setExecutionExceptionHandler((e, command, result) -> {
            if (!(e instanceof FailedException)) {
                e.printStackTrace();
            }
            System.err.println("lanegrad: " + e.getMessage());
            return 1;
        });
        System.exit(line.execute(args));
    }

    @Override
    public Integer call() throws Exception {
        List<Row> rows = rows();
        if (list) {
            rows.forEach(r -> System.out.println(r.name()));
            return 0;
        }
        String machine = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
        if (!machine.equals("Linux on amd64")) {
            throw new FailedException("the peers' libraries are those for Linux on amd64, this is " + machine);
        }
        checkJson();
        environment = environment();
        // Who interrupts it wants an end of the children too, and to see what was finished.
        Thread end = Thread.ofPlatform().unstarted(() -> {
            interrupted = true;
            ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
            System.err.println();
            print();
        });
        Runtime.getRuntime().addShutdownHook(end);
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            System.err.printf("[%2d/%d] %s ...", i + 1, rows.size(), rows.get(i).name());
            try {
                List<List<Fork.Series>> results = new ArrayList<>();
                for (int f = 0; f < forks; f++) {
                    results.add(fork(rows.get(i)));
                }
                measured.add(new Measured(rows.get(i), results));
                System.err.println(Tables.line(measured.getLast()));
            } catch (FailedException e) {
                if (interrupted) {
                    return 130;
                }
                System.err.println(" failed: " + e.getMessage());
                failures.add(e.getMessage());
            }
        }
        Runtime.getRuntime().removeShutdownHook(end);
        print();
        if (json != null) {
            Files.writeString(json, new GsonBuilder().setPrettyPrinting().create()
                    .toJson(Map.of("environment", environment, "rows", measured)) + "\n");
        }
        if (!failures.isEmpty()) {
            throw new FailedException(failures.size() + " of " + rows.size() + " rows failed, the first "
                    + failures.getFirst());
        }
        return 0;
    }

    private void print() {
        List<Measured> finished = List.copyOf(measured);
        if (!finished.isEmpty()) {
            environment.forEach(System.out::println);
            System.out.println();
            System.out.print(Tables.of(finished));
            System.out.print(Tables.notes(finished));
            System.out.flush();
        }
    }

    // Before the run: nobody wants to hear of it after ten minutes.
    private void checkJson() throws FailedException {
        Path folder = json == null ? Path.of("").toAbsolutePath() : json.toAbsolutePath().getParent();
        if (json != null && (folder == null || Files.isDirectory(json) || !Files.isWritable(Files.exists(json) ? json
                : folder))) {
            throw new FailedException("--json: " + json + " cannot be written; choose another place");
        }
    }

    private List<String> environment() throws IOException {
        Properties versions = new Properties();
        try (InputStream in = Peers.class.getResourceAsStream("versions.properties")) {
            versions.load(in);
        }
        return List.of(
                "runs     " + forks + (forks == 1 ? " fork" : " forks") + " x " + rounds + " rounds",
                "CPU      " + processor() + ", " + Runtime.getRuntime().availableProcessors() + " cores"
                        + String.format(Locale.ROOT, ", load average %.1f before",
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()),
                "peers    " + versions.getProperty("versions"),
                "JDK      " + System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
                "flags    " + EngineBenchmark.flags(),
                "date     " + OffsetDateTime.now(ZoneOffset.UTC)
                        .format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT)));
    }

    private List<Row> rows() {
        if (forks < 1 || rounds < 1) {
            throw new ParameterException(spec.commandLine(), "--forks and --rounds must be 1 or more");
        }
        if (shapes == null) {
            return Row.all();
        }
        Pattern pattern;
        try {
            pattern = Pattern.compile(shapes);
        } catch (PatternSyntaxException e) {
            throw new ParameterException(spec.commandLine(), "--shapes: '" + shapes
                    + "' is not a regular expression: " + e.getDescription(), e);
        }
        List<Row> some = Row.all().stream().filter(r -> pattern.matcher(r.name()).find()).toList();
        if (some.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--shapes: '" + shapes
                    + "' matches no row; --list shows all");
        }
        return some;
    }

    private List<Fork.Series> fork(Row row) throws IOException, InterruptedException, FailedException {
        // Beside the jar: what the peers unpack there goes with a clean build.
        Path natives = Path.of(location()).resolveSibling("natives");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(EngineBenchmark.flags().split(" ")));
        command.addAll(List.of(
                "-Dorg.bytedeco.javacpp.cachedir=" + natives.resolve("javacpp"),
                // Else a thread of JavaCPP waits for garbage beside the measurement.
                "-Dorg.bytedeco.javacpp.nopointergc=true",
                "-DDJL_CACHE_DIR=" + natives.resolve("djl"),
                "-Dai.djl.offline=true",
                "-DOPT_OUT_TRACKING=true",
                "-Dai.djl.pytorch.num_interop_threads=1",
                "-cp", System.getProperty("java.class.path"), Fork.class.getName(), row.name(),
                String.valueOf(rounds)));
        ProcessBuilder builder = new ProcessBuilder(command);
        // Who has set OPENBLAS_CORETYPE for something else would see kernels for another processor.
        builder.environment().keySet().removeIf(name -> TUNING.matcher(name).lookingAt());
        for (String name : List.of("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")) {
            builder.environment().put(name, String.valueOf(row.kind() == Row.Kind.STEP ? row.threads() : 1));
        }
        Path errors = Files.createTempFile("lanegrad-peers", ".log");
        try {
            Process process = builder.redirectError(errors.toFile()).start();
            String out = new String(process.getInputStream().readAllBytes(), System.out.charset());
            int code = process.waitFor();
            String result = out.lines().filter(l -> l.startsWith(Fork.MARK)).findFirst().orElse("");
            if (interrupted) {
                throw new FailedException("interrupted");
            }
            if (code != 0 || result.isEmpty()) {
                System.err.println();
                out.lines().filter(l -> !l.startsWith(Fork.MARK)).forEach(System.err::println);
                System.err.print(Files.readString(errors));
                throw new FailedException(row.name() + ": " + (result.isEmpty() ? "the JVM ended with code " + code
                        : new Gson().fromJson(result.substring(Fork.MARK.length()), String.class)));
            }
            return List.of(new Gson().fromJson(result.substring(Fork.MARK.length()), Fork.Series[].class));
        } finally {
            Files.delete(errors);
        }
    }

    private static URI location() {
        try {
            return Peers.class.getProtectionDomain().getCodeSource().getLocation().toURI();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the class path has no file names", e);
        }
    }

    private static String processor() throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream().filter(l -> l.startsWith("model name"))
                .map(l -> l.substring(l.indexOf(':') + 1).strip()).findFirst().orElse("unknown");
    }

    private static final class FailedException extends Exception {
        private static final long serialVersionUID = 1;

        FailedException(String message) {
            super(message);
        }
    }
}
