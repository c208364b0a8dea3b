package lanegrad.bench;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import lanegrad.data.DataException;
import lanegrad.optim.NonFiniteException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The command line: `lanegrad train`, `lesson`, `doctor`, `ops`, `bench`, `asm`, `accuracy`.
///
/// Results go to stdout, messages to stderr. Exit codes: 0 fine, 1 failed, 2 wrong usage, 130 interrupted.
@Command(name = "lanegrad", version = Main.VERSION, mixinStandardHelpOptions = true, sortOptions = false,
        description = "A float32 numerical engine in Java: train a network on handwritten digits, look at the "
                + "engine, measure it.",
        subcommands = {TrainCommand.class, LessonCommand.class, DoctorCommand.class, OpsCommand.class,
            BenchCommand.class, AsmCommand.class, AccuracyCommand.class},
        footer = {"%nStart with: lanegrad train", "Exit codes: 0 fine, 1 failed, 2 wrong usage, 130 interrupted."})
public final class Main {
    /// When the program began, by `System.nanoTime`.
    static final long START = System.nanoTime();

    /// The version of the engine.
    public static final String VERSION = "lanegrad 0.1.0";

    private Main() {
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
        CommandLine line = new CommandLine(new Main(), new Commands(new Terminal(out, err)));
        line.setOut(new java.io.PrintWriter(out, true)).setErr(new java.io.PrintWriter(err, true));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((e, wrong) -> {
            err.println("lanegrad: " + sentence(e instanceof CommandLine.UnmatchedArgumentException unmatched
                    ? unknown(unmatched) : e.getMessage()));
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
        return line.execute(args);
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

    // Hands the terminal to the commands that take one.
    private record Commands(Terminal terminal) implements CommandLine.IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            for (var constructor : type.getDeclaredConstructors()) {
                if (constructor.getParameterCount() == 1
                        && constructor.getParameterTypes()[0] == Terminal.class) {
                    return type.cast(constructor.newInstance(terminal));
                }
            }
            return CommandLine.defaultFactory().create(type);
        }
    }
}
