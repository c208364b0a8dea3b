package lanegrad.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import lanegrad.Backend;
import lanegrad.Tensor;
import lanegrad.check.GradientCheck;
import lanegrad.check.GradientReport;
import lanegrad.check.OperationCheck;
import lanegrad.data.Dataset;
import lanegrad.data.Digits;
import lanegrad.math.SplitMix;
import lanegrad.nn.Init;
import lanegrad.nn.Sequential;
import lanegrad.op.Activations;
import lanegrad.op.Operation;
import lanegrad.op.Operations;
import lanegrad.op.SoftmaxCrossEntropy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `lanegrad gradcheck`: the gradients of operations, or of a network on digits, checked.
@Command(name = "gradcheck", mixinStandardHelpOptions = true, sortOptions = false,
        description = {
            "Check gradients: the formula against differences and dual numbers of the exact meaning in double, the "
                + "float kernels against the gradient in double, within the error that their roundings explain.",
            "A line for each operation says how many points were compared, how many were kinks or set aside, the "
                + "largest difference of the formula, the largest share of its bound that the error of a kernel took, "
                + "and the verdict. What is wrong is told below with the smallest example found. The exit code is 1 "
                + "if anything is wrong."},
        footer = {"%nExamples:", "  lanegrad gradcheck softmax linear", "  lanegrad gradcheck --all",
            "  lanegrad gradcheck --network 64,32,10 --fast"})
final class GradCheckCommand implements Callable<Integer> {
    private static final int BATCH = 32;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "OP", arity = "0..*", description = "Operations, by the names of 'lanegrad ops'.")
    private List<String> names;

    @Option(names = "--all", description = "All operations.")
    private boolean all;

    @Option(names = "--network", paramLabel = "SIZES",
            description = "All parameters of a network of these sizes, from 64 pixels to 10 classes, for instance "
                    + "64,32,10, on the first " + BATCH + " digits with softmax cross-entropy.")
    private String network;

    @Option(names = "--activation", paramLabel = "NAME",
            description = "With --network: the activation of the hidden layers. Default: relu.")
    private String activation;

    @Option(names = "--points", paramLabel = "N",
            description = "The most coordinates of each input that are compared with differences; all are compared "
                    + "between float and double. Default: 64 of operations, all of a network.")
    private Integer points;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "42",
            description = "Where inputs and cotangents are drawn from. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--seeds", paramLabel = "N", defaultValue = "1",
            description = "So many seeds, one after the other; a line sums them up. Default: ${DEFAULT-VALUE}.")
    private int seeds;

    @Option(names = "--backend", paramLabel = "NAME", defaultValue = "both",
            description = "both, scalar or vector. Default: both, where the vector backend runs.")
    private String backend;

    @Option(names = "--fast",
            description = "Along random directions first, coordinate by coordinate only what is found wanting.")
    private boolean fast;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all reports to this file.")
    private Path json;

    private final Terminal terminal;
    private final List<GradientReport> reports = new ArrayList<>();
    private int wrong;
    private long drawn;

    GradCheckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Usage usage = new Usage(spec.commandLine());
        usage.once();
        int ways = (all ? 1 : 0) + (network == null ? 0 : 1) + (names == null || names.isEmpty() ? 0 : 1);
        if (ways != 1) {
            throw usage.wrong((ways == 0 ? "give names of operations" : "give only one of names of operations")
                    + ", --all or --network SIZES; 'lanegrad ops' lists the operations");
        }
        usage.check(points == null || points >= 1, "--points", points, "give 1 or more");
        usage.check(seeds >= 1, "--seeds", seeds, "give 1 or more");
        usage.excludes(network == null, "--activation", activation, "it is for --network");
        GradientCheck.Settings settings = new GradientCheck.Settings(
                points != null ? points : network != null ? Integer.MAX_VALUE : GradientCheck.Settings.DEFAULT.points(),
                seed, GradientCheck.Settings.DEFAULT.cap(), fast, false, backends(usage));
        List<Operation> operations = network != null ? List.of() : all ? Operations.ALL
                : names.stream().map(name -> usage.accept(() -> Operations.named(name))).distinct().toList();
        int[] sizes = network == null ? null : sizes(usage);
        if (network != null) {
            usage.accept(() -> Activations.named(activation == null ? "relu" : activation));
        }
        RunFile file = json == null ? null : new RunFile("--json", json);
        terminal.out.println(String.format("%-38s %7s %6s %6s  %9s  %7s %7s  %s",
                "", "points", "kinks", "aside", "formula", "kernel", "ulp", "verdict"));
        long start = System.nanoTime();
        for (int s = 0; s < seeds; s++) {
            if (network != null) {
                print(network(sizes, settings.seed(seed + s)), s);
            }
            for (int o = 0; o < operations.size(); o++) {
                progress(operations.get(o).op().name(), s, (s + (double) o / operations.size()) / seeds, start);
                print(check(operations.get(o), settings.seed(seed + s)), s);
            }
        }
        terminal.out.print(terminal.interactive ? "\r\u001b[K" : "");
        if (seeds > 1) {
            GradientReport sum = GradientReport.sum(seeds + " seeds", reports);
            terminal.out.println(line(sum));
        }
        terminal.out.flush();
        if (file != null) {
            Map<String, Object> run = Map.of("version", Main.VERSION.substring("lanegrad ".length()),
                    "seed", seed, "seeds", seeds, "reports", reports.stream().map(GradCheckCommand::json).toList());
            file.write(RunFile.json(run), "the gradients were checked");
        }
        terminal.err.printf(Locale.ROOT, "%,d checks of %s in %s%n", reports.size(), String.join(" and ",
                settings.backends().stream().map(b -> b.toString().toLowerCase(Locale.ROOT)).toList()),
                BenchCommand.duration((System.nanoTime() - start) * 1e-9));
        if (wrong > 0) {
            throw new Main.Failure(wrong + " of " + reports.size() + " checks found something wrong");
        }
        return 0;
    }

    private List<Backend> backends(Usage usage) {
        if (backend.equalsIgnoreCase("both")) {
            return GradientCheck.Settings.DEFAULT.backends();
        }
        try {
            return List.of(Backend.valueOf(usage.choice("--backend", backend, "both", "scalar", "vector")
                    .toUpperCase(Locale.ROOT)).require());
        } catch (IllegalStateException e) {
            throw new Main.Failure(e.getMessage());
        }
    }

    private int[] sizes(Usage usage) {
        String[] parts = network.split(",", -1);
        int[] sizes = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            try {
                sizes[i] = Integer.parseInt(parts[i].strip());
            } catch (NumberFormatException e) {
                throw usage.wrong("--network: '" + parts[i] + "' is not a whole number; give the units of each layer, "
                        + "for instance 64,32,10");
            }
            usage.check(sizes[i] >= 1 && sizes[i] <= 1 << 12, "--network", network, "a layer has 1 to 4096 units");
        }
        usage.check(sizes.length >= 2 && sizes[0] == Digits.COLUMNS && sizes[sizes.length - 1] == Digits.CLASSES,
                "--network", network, "it begins with " + Digits.COLUMNS + " pixels and ends with " + Digits.CLASSES
                        + " classes, for instance 64,32,10");
        return sizes;
    }

    private static GradientReport check(Operation operation, GradientCheck.Settings settings) {
        try {
            return OperationCheck.of(operation, settings);
        } catch (IllegalArgumentException e) {
            throw new Main.Failure(e.getMessage());
        }
    }

    private GradientReport network(int[] sizes, GradientCheck.Settings settings) {
        Dataset digits = Digits.load().scaled(1f / Digits.MAX_PIXEL);
        Sequential model = Sequential.perceptron(Activations.named(activation == null ? "relu" : activation),
                Init.named("he"), new SplitMix(settings.seed()), sizes);
        Tensor x = Tensor.zeros(BATCH, Digits.COLUMNS);
        int[] labels = new int[BATCH];
        int[] order = new int[digits.size()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        digits.gather(order, 0, BATCH, x, labels);
        return GradientCheck.of(network, tape -> tape.recordWith(SoftmaxCrossEntropy.MEAN, labels,
                model.apply(tape.constant(x))), settings);
    }

    private void progress(String name, int s, double share, long start) {
        long now = System.nanoTime();
        if (terminal.interactive && now - drawn > 100_000_000) {
            drawn = now;
            terminal.out.printf(Locale.ROOT, "\r\u001b[K%s %3.0f%%  %s%s, %.0f s ", terminal.bar(share, 16),
                    100 * share, name, seeds > 1 ? ", seed " + (seed + s) : "", (now - start) * 1e-9);
            terminal.out.flush();
        }
    }

    // With many seeds only what is wrong has its line.
    private void print(GradientReport report, int s) {
        reports.add(report);
        if (!report.passed()) {
            wrong++;
        }
        if (seeds > 1 && report.passed()) {
            return;
        }
        terminal.out.print(terminal.interactive ? "\r\u001b[K" : "");
        terminal.out.println(line(report));
        if (!report.passed()) {
            if (seeds > 1) {
                terminal.out.println("  with --seed " + (seed + s));
            }
            report.toString().lines().skip(1).forEach(terminal.out::println);
        }
        terminal.out.flush();
    }

    private String line(GradientReport r) {
        String verdict = !r.passed() ? "WRONG" : r.weak() == null ? "right" : "right, weak check";
        String line = String.format(Locale.ROOT, "%-38s %,7d %,6d %,6d  %9.1e  %7.3f %7.1f  %s", r.name(),
                r.points(), r.kinks(), r.aside(), r.formula(), r.kernel(), r.kernelUlps(), verdict);
        return r.passed() ? line : terminal.red(line);
    }

    private static Map<String, Object> json(GradientReport r) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", r.name());
        json.put("points", r.points());
        json.put("kinks", r.kinks());
        json.put("aside", r.aside());
        json.put("elements", r.elements());
        json.put("formula", finite(r.formula()));
        json.put("formulaAt", r.formulaAt());
        json.put("kernel", finite(r.kernel()));
        json.put("kernelUlps", finite(r.kernelUlps()));
        json.put("kernelAt", r.kernelAt());
        json.put("passed", r.passed());
        json.put("failures", r.failures().stream().map(f -> Map.of("part", f.part().toString(), "what", f.what(),
                "example", f.example())).toList());
        return json;
    }

    // JSON has no infinity.
    private static Object finite(double v) {
        return Double.isFinite(v) ? (Object) v : Double.toString(v);
    }
}
