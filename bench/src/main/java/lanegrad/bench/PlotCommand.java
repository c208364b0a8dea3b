package lanegrad.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `lanegrad plot`: curves of activations and losses, and their slopes.
@Command(name = "plot", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Draw activations, losses and other functions of one number, each with its slope: on the "
                + "terminal, or with --out as SVG or PNG.",
        footer = {"%nExamples:", "  lanegrad plot tanh", "  lanegrad plot relu gelu silu --from -3 --to 3 --out a.svg",
            "  lanegrad plot huber mean-squared-error --out losses.png"})
final class PlotCommand implements Callable<Integer> {
    /// The names of the functions, for the help.
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Curve.functions().stream().map(Curve.Function::name).iterator();
        }
    }

    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "FUNCTION", completionCandidates = Names.class,
            description = "One or more of ${COMPLETION-CANDIDATES}.")
    private List<String> names;

    @Option(names = "--out", paramLabel = "FILE",
            description = "Draw into this file: .svg or .png, by its ending. Default: the terminal.")
    private Path out;

    @Option(names = "--from", paramLabel = "X", description = "Where the curves begin. Default: by function.")
    private Float from;

    @Option(names = "--to", paramLabel = "X", description = "Where they end. Default: by function.")
    private Float to;

    PlotCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Usage usage = new Usage(spec.commandLine());
        usage.once();
        List<Curve.Function> functions = new ArrayList<>();
        for (String name : names) {
            Curve.Function function = usage.accept(() -> Curve.named(name));
            if (functions.contains(function)) {
                throw usage.wrong("function '" + name + "' was given twice; give it once");
            }
            functions.add(function);
        }
        usage.check(from == null || Float.isFinite(from), "--from", from, "give a finite number");
        usage.check(to == null || Float.isFinite(to), "--to", to, "give a finite number");
        String ending = out == null ? "" : ending(usage);
        List<Curve> curves = new ArrayList<>();
        for (Curve.Function function : functions) {
            curves.add(curve(usage, function));
        }
        if (out == null) {
            curves.forEach(this::show);
        } else {
            RunFile file = new RunFile("--out", out);
            FontSystem.check();
            Charts.Picture picture = Charts.functions(curves);
            file.write(ending.equals(".svg") ? picture.svg() : picture.png(), "the curves were drawn");
            terminal.out.println(out + ": " + String.join(", ", functions.stream().map(Curve.Function::name).toList()));
        }
        return 0;
    }

    private String ending(Usage usage) {
        String name = out.toString().toLowerCase(Locale.ROOT);
        for (String ending : List.of(".svg", ".png")) {
            if (name.endsWith(ending)) {
                return ending;
            }
        }
        throw usage.wrong("--out is " + out + "; give a name that ends in .svg or .png");
    }

    private Curve curve(Usage usage, Curve.Function function) {
        float low = from == null ? function.low() : from;
        float high = to == null ? function.high() : to;
        if (function.probability()) {
            // Beside other functions it is drawn where it is defined.
            low = Math.max(low, 0);
            high = Math.min(high, 1);
            usage.check(low < high, "--from", from == null ? low : from, "and --to is " + (to == null ? high : to)
                    + "; " + function.name() + " is a function of probabilities, 0 to 1");
        }
        usage.check(low < high, "--from", low, "and --to is " + high + "; give --from the smaller number");
        usage.check(high - low <= Float.MAX_VALUE && (high - low) / Curve.POINTS > Math.ulp(Math.max(Math.abs(low),
                Math.abs(high))), "--from", low, "and --to is " + high + "; between them there must be more than "
                + Curve.POINTS + " floats, and no more than a float holds");
        return Curve.of(function, low, high);
    }

    private void show(Curve curve) {
        Curve.Function function = curve.function();
        terminal.out.println(terminal.bold(function.name()) + "  " + function.formula()
                + (function.meaning().isEmpty() ? "" : "; here of " + function.meaning()));
        terminal.out.println();
        double[] range = Curve.range(1.5 * Math.max(1, curve.largest()), List.of(curve.y(), curve.slope()));
        DotPlot plot = new DotPlot(terminal, curve.x()[0], curve.x()[Curve.POINTS - 1], range[0], range[1]);
        plot.draw(curve);
        plot.lines().forEach(terminal.out::println);
        terminal.out.println(" ".repeat(10) + terminal.cyan("line: value") + ", " + terminal.yellow("dashes: slope"));
        terminal.out.println();
    }
}
