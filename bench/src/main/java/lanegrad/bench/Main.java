package lanegrad.bench;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.List;
import lanegrad.data.DataException;
import lanegrad.optim.NonFiniteException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The command line: `lanegrad train`, `predict`, `plot`, `lesson`, `gradcheck`, `doctor`, `ops`, `bench`, `asm`,
/// `accuracy`.
///
/// Results go to stdout, messages to stderr. Exit codes: 0 fine, 1 failed, 2 wrong usage, 130 interrupted.
@Command(name = "lanegrad", version = Main.VERSION, mixinStandardHelpOptions = true, sortOptions = false,
        description = "A float32 numerical engine in Java: train a network on handwritten digits, look at the "
                + "engine, measure it.",
        footer = {"%nStart with: lanegrad train", "Exit codes: 0 fine, 1 failed, 2 wrong usage, 130 interrupted."})
public final class Main {
    /// When the program began, by `System.nanoTime`.
    static final long START = System.nanoTime();

    /// The version of the engine.
    public static final String VERSION = "lanegrad 0.1.0";

    private static final List<String> COMMANDS = List.of("train", "predict", "plot", "lesson", "gradcheck", "doctor",
            "ops", "bench", "asm", "accuracy");

    private Main() {
    }

    private static Object command(String name, Terminal terminal) {
        return switch (name) {
            case "train" -> new TrainCommand(terminal);
            case "predict" -> new PredictCommand(terminal);
            case "plot" -> new PlotCommand(terminal);
            case "lesson" -> new LessonCommand(terminal);
            case "gradcheck" -> new GradCheckCommand(terminal);
            case "doctor" -> new DoctorCommand(terminal);
            case "ops" -> new OpsCommand(terminal);
            case "bench" -> new BenchCommand(terminal);
            case "asm" -> new AsmCommand(terminal);
            case "accuracy" -> new AccuracyCommand(terminal);
            default -> throw new IllegalArgumentException("no command is called " + name);
        };
    }

    /// Runs a command and exits with its code.
    public static void main(String[] args) {
        quietErrors();
        int code = run(System.out, System.err, args);
        System.out.flush();
        System.exit(code);
    }

    /// Runs a command and returns its exit code.
    public static int run(PrintStream out, PrintStream err, String... args) {
        return run(System.in, out, err, args);
    }

    /// The same, for commands that read from the terminal or a pipe.
    public static int run(InputStream in, PrintStream out, PrintStream err, String... args) {
        CommandLine line = new CommandLine(new Main());
        Terminal terminal = new Terminal(in, out, err);
        // One that is named needs no other: to read their options takes longer than to start this one.
        for (String name : args.length > 0 && COMMANDS.contains(args[0]) ? List.of(args[0]) : COMMANDS) {
            line.addSubcommand(name, command(name, terminal));
        }
        line.setOut(new java.io.PrintWriter(out, true)).setErr(new java.io.PrintWriter(err, true));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((e, wrong) -> {
            err.println("lanegrad: " + sentence(switch (e) {
                case CommandLine.UnmatchedArgumentException unmatched -> unknown(unmatched);
                case CommandLine.MissingParameterException missing -> missing.getMessage();
                default -> e.getValue() == null ? e.getMessage() : unreadable(e);
            }));
            err.println("See: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
            return 2;
        });
        line.setExecutionExceptionHandler((e, command, result) -> {
            if (e instanceof Failure || e instanceof DataException || e instanceof NonFiniteException) {
                err.println("lanegrad: " + sentence(e.getMessage()));
                return 1;
            }
            err.println("lanegrad: this is a fault of the program, not of yours; please report it with what follows");
            e.printStackTrace(err);
            return 1;
        });
        line.setExecutionStrategy(result -> {
            if (!result.hasSubcommand() && !result.isUsageHelpRequested() && !result.isVersionHelpRequested()) {
                line.usage(out);
                return 2;
            }
            return new CommandLine.RunLast().execute(result);
        });
        try {
            return line.execute(args);
        } catch (OutOfMemoryError e) {
            err.println("lanegrad: the Java heap of " + (Runtime.getRuntime().maxMemory() >> 20) + " MB is too small; "
                    + "ask for less, for instance fewer units or a smaller batch, or give it more: "
                    + "LANEGRAD_JAVA_OPTS=-Xmx8g");
            return 1;
        }
    }

    // A value of the wrong kind: picocli would say that 'fast' is not a float.
    private static String unreadable(CommandLine.ParameterException e) {
        if (!(e.getArgSpec() instanceof CommandLine.Model.OptionSpec option)) {
            return e.getMessage();
        }
        Class<?> type = option.type();
        String kind = type == int.class || type == Integer.class ? "a whole number below 2^31"
                : type == long.class || type == Long.class ? "a whole number below 2^63"
                : type == float.class || type == Float.class || type == double.class || type == Double.class
                ? "a number" : null;
        return kind == null ? e.getMessage() : option.longestName() + " is '" + e.getValue() + "'; give " + kind;
    }

    private static String unknown(CommandLine.UnmatchedArgumentException e) {
        String argument = e.getUnmatched().getFirst();
        String message = (argument.startsWith("-") ? "option" : "argument") + " '" + argument + "' is unknown";
        return e.getSuggestions().isEmpty() ? message
                : message + "; did you mean " + String.join(" or ", e.getSuggestions()) + "?";
    }

    // picocli ends some of its messages with a full stop and some not.
    private static String sentence(String message) {
        return message == null ? "unknown error" : message.replaceFirst("\\.$", "");
    }

    // The JVM writes a warning about the incubator module to file descriptor 2 before this runs. The script sends
    // that descriptor through a filter, and names the true one here, so that our messages need not wait for it.
    private static void quietErrors() {
        String file = System.getProperty("lanegrad.stderr");
        if (file != null) {
            try {
                System.setErr(new PrintStream(new FileOutputStream(file, true), true, System.err.charset()));
            } catch (IOException e) {
                // The descriptor cannot be opened again, for instance a socket: the filtered one serves as well.
                System.setErr(new PrintStream(new FileOutputStream(FileDescriptor.err), true, System.err.charset()));
            }
        }
        Charset charset = System.out.charset();
        System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.out), false, charset));
    }

    /// Something failed through no fault of the program; the message is the sentence that the user reads.
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;

        Failure(String message) {
            super(message);
        }
    }
}
