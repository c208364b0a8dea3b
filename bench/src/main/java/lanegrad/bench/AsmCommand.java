package lanegrad.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import lanegrad.Backend;
import lanegrad.bench.Disassembly.Counts;
import lanegrad.bench.Disassembly.Instruction;
import lanegrad.bench.Disassembly.Kind;
import lanegrad.bench.Disassembly.Processor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `lanegrad asm`: the hot loop of a kernel as C2 compiles it, disassembled and counted.
///
/// A child JVM runs the kernel and prints its machine code, which any JDK can do; `objdump` disassembles it. The JVM
/// would do that itself with a plug-in, hsdis, that JDKs do not come with.
@Command(name = "asm", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Print the hot loop of a compiled kernel, with counts of multiply-adds, loads and spills.",
            "A load that is part of another instruction, such as a multiply-add, counts as both. A spill moves a "
                + "vector to the stack or from there, for want of registers. Broadcasts are counted apart from loads. "
                + "Needs objdump, of the package binutils."})
final class AsmCommand implements Callable<Integer> {
    // What scripts/lanegrad starts a training run with; code compiled early is not what benchmarks run.
    static final List<String> EARLY = List.of("-XX:+UseSerialGC", "-XX:-UseOnStackReplacement",
            "-XX:CompileCommand=quiet", "-XX:CompileCommand=CompileThresholdScaling,lanegrad.*::*,0.03");

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "KERNEL",
            description = "A name that --list shows, such as exp or sigmoid backward.")
    private List<String> words = List.of();

    @Option(names = "--list", description = "Print the names of the kernels and run nothing.")
    private boolean list;

    @Option(names = "--shape", paramLabel = "SHAPE",
            description = "Run this matrix product only: transposes, then rows x depth x columns, such as "
                    + "'NN 32x64x32'. Default: one that the kernel is for.")
    private String shape;

    @Option(names = "--loops", description = "All innermost loops, not only the one with most multiply-adds.")
    private boolean loops;

    @Option(names = "--all", description = "The whole method.")
    private boolean all;

    private final Terminal terminal;

    AsmCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (Backend.best().backend() == Backend.SCALAR) {
            throw new Main.Failure("there are no vector kernels to show: " + Backend.best().why());
        }
        Map<String, AsmKernel> kernels = AsmKernel.all();
        if (list) {
            list(kernels.values());
            return 0;
        }
        AsmKernel kernel = kernel(kernels);
        Processor processor = processor();
        objdump(List.of("--version"));
        MachineCode code = compiled(kernel);
        print(kernel, code, disassembled(code, processor));
        return 0;
    }

    private void list(Collection<AsmKernel> kernels) {
        String group = null;
        for (AsmKernel kernel : kernels) {
            if (!kernel.group().equals(group)) {
                group = kernel.group();
                terminal.out.println();
                terminal.out.println(terminal.bold(group));
            }
            terminal.out.printf("  %-40s %s%n", kernel.name(), kernel.method().replace("lanegrad.", "")
                    .replace("*::", ".").replace("::", "."));
        }
    }

    private AsmKernel kernel(Map<String, AsmKernel> kernels) {
        String name = String.join(" ", words);
        if (name.isEmpty()) {
            throw wrong("which kernel? 'lanegrad asm --list' shows all");
        }
        AsmKernel kernel = kernels.values().stream().filter(k -> k.name().equalsIgnoreCase(name)).findFirst()
                .orElseThrow(() -> {
                    String similar = similar(name, kernels.keySet());
                    return wrong("kernel '" + name + "' is unknown; "
                            + (similar.isEmpty() ? "" : "did you mean " + similar + "? ") + "--list shows all");
                });
        if (shape != null && !kernel.group().equals(AsmKernel.MATRIX)) {
            throw wrong("--shape is for the kernels of " + AsmKernel.MATRIX + "; '" + kernel.name() + "' has none");
        }
        if (shape != null && !AsmKernel.isShape(shape)) {
            throw wrong("--shape: '" + shape + "' is not of the form 'NN 32x64x32': an N or T for each operand, then "
                    + "rows x depth x columns, each 1 to 9999");
        }
        return kernel;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /// The names that hold `name`, or differ from it by two letters at most; up to three, joined by "or".
    static String similar(String name, Collection<String> names) {
        String wanted = name.toLowerCase(Locale.ROOT);
        return names.stream().filter(n -> n.toLowerCase(Locale.ROOT).contains(wanted)
                || distance(n.toLowerCase(Locale.ROOT), wanted) <= 2).limit(3).collect(Collectors.joining(" or "));
    }

    // Levenshtein's: insertions, deletions and replacements of a letter.
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }

    private static Processor processor() {
        String arch = System.getProperty("os.arch");
        return switch (arch) {
            case "amd64", "x86_64" -> Processor.X86;
            case "aarch64" -> Processor.AARCH64;
            default -> throw new Main.Failure("the machine code of " + arch + " cannot be read here, only that of "
                    + "x86-64 and aarch64");
        };
    }

    private MachineCode compiled(AsmKernel kernel) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector", "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(passedOn());
        command.addAll(List.of("-Xbatch", "-XX:+UnlockDiagnosticVMOptions", "-XX:CompileCommand=quiet",
                "-XX:CompileCommand=print," + kernel.method(),
                // Else a small kernel is compiled as part of its caller only.
                "-XX:CompileCommand=dontinline," + kernel.method(),
                "-cp", System.getProperty("java.class.path"), AsmKernel.class.getName(), kernel.name()));
        if (shape != null) {
            command.add(shape);
        }
        Output run;
        try {
            run = run(command);
        } catch (IOException e) {
            throw new Main.Failure("the JVM that was to run " + kernel.name() + " could not be started: "
                    + e.getMessage());
        }
        if (run.code != 0) {
            throw new Main.Failure("the JVM that was to run " + kernel.name() + " failed: " + run.firstLine());
        }
        List<MachineCode> versions = MachineCode.all(run.text);
        if (versions.isEmpty()) {
            throw new Main.Failure(run.text.contains("[Disassembly]") && !run.text.contains("[MachCode]")
                    ? "this JDK has a disassembler of its own and prints no bytes; take hsdis out of its lib folder"
                    : "C2 did not compile " + kernel.name() + ": " + notReached(kernel));
        }
        MachineCode last = versions.getLast();
        for (MachineCode version : versions) {
            last = version.osr() && !last.osr() ? last : version;
        }
        return last;
    }

    private String notReached(AsmKernel kernel) {
        if (!kernel.group().equals(AsmKernel.MATRIX)) {
            return "flags such as -XX:TieredStopAtLevel keep it out; 'lanegrad doctor' shows them";
        }
        return shape == null ? "with vectors of this width no product uses it"
                : "the product " + shape + " does not use it, or not often enough; leave --shape out, or give another";
    }

    // Whoever sets -XX:UseAVX=2 wants it here too.
    private static List<String> passedOn() {
        List<String> flags = new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
        flags.removeIf(flag -> !flag.startsWith("-XX:"));
        if (flags.stream().anyMatch(flag -> flag.startsWith("-XX:CompileCommand=CompileThresholdScaling,lanegrad."))) {
            // Each once, the first: the script's own come before those of LANEGRAD_JAVA_OPTS.
            EARLY.forEach(flags::remove);
        }
        return flags;
    }

    private static Disassembly disassembled(MachineCode code, Processor processor) {
        try {
            Path file = Files.createTempFile("lanegrad", ".bin");
            try {
                Files.write(file, code.bytes());
                List<String> arguments = new ArrayList<>(List.of("-D", "-z", "-w", "--no-show-raw-insn", "-b",
                        "binary", "-m", processor.name));
                if (processor == Processor.X86) {
                    arguments.addAll(List.of("-M", "intel"));
                }
                arguments.add(file.toString());
                return Disassembly.of(objdump(arguments), code.notes(), processor);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new Main.Failure("the machine code could not be written to a temporary file: " + e.getMessage());
        }
    }

    private static String objdump(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("objdump"));
        command.addAll(arguments);
        Output run;
        try {
            run = run(command);
        } catch (IOException e) {
            throw new Main.Failure("objdump, which disassembles, could not be started: install the package binutils, "
                    + "then try again");
        }
        if (run.code != 0) {
            throw new Main.Failure("objdump failed; it must be the one of GNU binutils: " + run.firstLine());
        }
        return run.text;
    }

    private static Output run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Output(process.waitFor(), text);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Main.Failure("interrupted while waiting for " + command.getFirst());
        } finally {
            process.destroyForcibly();
        }
    }

    private record Output(int code, String text) {
        String firstLine() {
            return text.lines().filter(line -> !line.isBlank() && !line.startsWith("WARNING: ")).findFirst()
                    .orElse("it gave no reason");
        }
    }

    private void print(AsmKernel kernel, MachineCode code, Disassembly disassembly) {
        terminal.out.printf(Locale.ROOT, "%s, C2, %,d bytes of code%n",
                kernel.method().contains("*") ? code.method() + " of " + kernel.name() : code.method(),
                code.bytes().length);
        if (code.osr()) {
            terminal.out.println("Only a version that is entered in the middle of a loop was compiled; callers run "
                    + "another one.");
        }
        List<List<Instruction>> innermost = disassembly.innermostLoops();
        List<Instruction> hot = Disassembly.hottest(innermost);
        List<Instruction> returning = disassembly.returning();
        terminal.out.println("method: " + counted(Counts.of(returning)) + "; besides, "
                + (disassembly.instructions().size() - returning.size()) + " instructions that leave it for the "
                + "interpreter");
        if (hot.isEmpty()) {
            terminal.out.println("No loop was found; --all prints the whole method.");
        }
        if (innermost.size() > 1 && !loops) {
            terminal.out.println("innermost loops: " + innermost.size() + ", of which this is the hot one; --loops "
                    + "prints all");
        }
        for (List<Instruction> loop : innermost) {
            if (loops || loop == hot) {
                terminal.out.println((loop == hot ? "hot loop: " : "loop: ") + counted(Counts.of(loop)));
                if (!all) {
                    print(loop);
                }
            }
        }
        if (all) {
            print(disassembly.instructions());
        }
        terminal.out.flush();
    }

    private void print(List<Instruction> code) {
        code.forEach(instruction -> terminal.out.println("  " + instruction));
    }

    static String counted(Counts counts) {
        List<String> parts = new ArrayList<>(List.of(
                number(counts.instructions(), "instruction", "instructions"),
                number(counts.of(Kind.FMA), "fma", "fma"),
                number(counts.of(Kind.LOAD), "load", "loads"),
                number(counts.of(Kind.BROADCAST), "broadcast", "broadcasts"),
                number(counts.of(Kind.STORE), "store", "stores"),
                number(counts.of(Kind.SPILL), "spill", "spills"),
                counts.scalar() + " scalar" + (counts.of(Kind.SCALAR_SPILL) == 0 ? ""
                        : " (" + number(counts.of(Kind.SCALAR_SPILL), "spill", "spills") + ")"),
                number(counts.of(Kind.BRANCH), "branch", "branches")));
        if (counts.of(Kind.CALL) > 0) {
            parts.add(number(counts.of(Kind.CALL), "call", "calls"));
        }
        return String.join(", ", parts);
    }

    private static String number(int n, String one, String many) {
        return n + " " + (n == 1 ? one : many);
    }
}
