package lanegrad.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import lanegrad.bench.lesson.Lesson;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `lanegrad lesson`: from one neuron to a trained network, as a page that one reads and a program that one runs.
@Command(name = "lesson", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Compute the lesson, from one neuron to a trained network, and write it as one HTML page; or "
                + "print one of its eleven chapters here.",
        footer = {"%nExamples:", "  lanegrad lesson --open", "  lanegrad lesson --chapter 8",
            "  lanegrad lesson --seed 7 --out seed7"})
final class LessonCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Option(names = "--out", paramLabel = "DIR",
            description = "The folder for index.html; created if it does not exist. Default: lesson.")
    private Path out;

    @Option(names = "--chapter", paramLabel = "N",
            description = "Print chapter N, 1 to 11, in the terminal, and write no page.")
    private Integer chapter;

    @Option(names = "--open", description = "Open the page in the browser.")
    private boolean open;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "42",
            description = "Root of all randomness but the split: weights, order. The same seed gives the same page, "
                    + "times aside. Default: ${DEFAULT-VALUE}.")
    private long seed;

    LessonCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Usage usage = new Usage(spec.commandLine());
        int chapters = Lesson.TITLES.size();
        if (chapter != null) {
            usage.check(chapter >= 1 && chapter <= chapters, "--chapter", chapter, "give 1 to " + chapters);
            usage.excludes(true, "--out", out, "a chapter is printed here; leave --out or --chapter out");
            usage.excludes(true, "--open", open, "a chapter is printed here; leave --open or --chapter out");
            terminal.out.print(new Lesson(seed).text(chapter, terminal.blocks()));
            return 0;
        }
        RunFile file = new RunFile("--out", folder(out == null ? Path.of("lesson") : out).resolve("index.html"));
        String page = new Lesson(seed).page(Main.VERSION, number -> terminal.err.printf(Locale.ROOT,
                "lanegrad: %.1f s, chapter %2d of %d, %s%n", (System.nanoTime() - Main.START) * 1e-9, number, chapters,
                Lesson.TITLES.get(number - 1)));
        file.write(page, "the lesson was computed");
        terminal.out.printf(Locale.ROOT, "%s: %d chapters, %,d KB, %.1f s since the JVM's start-up%n", file.file(),
                chapters, page.length() / 1024, (System.nanoTime() - Main.START) * 1e-9);
        if (open) {
            open(file.file());
        }
        return 0;
    }

    private static Path folder(Path folder) {
        try {
            return Files.isDirectory(folder) ? folder : Files.createDirectory(folder);
        } catch (IOException e) {
            throw new Main.Failure("--out " + folder + ": this folder does not exist and cannot be created ("
                    + e.getClass().getSimpleName() + "); give another place");
        }
    }

    // The page is there, so this is no failure of the command.
    private void open(Path page) {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String address = page.toAbsolutePath().toUri().toString();
        List<String> opener = system.contains("mac") ? List.of("open", address)
                : system.contains("windows") ? List.of("rundll32", "url.dll,FileProtocolHandler", address)
                : List.of("xdg-open", address);
        String why;
        try {
            Process process = new ProcessBuilder(opener).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            // Some openers stay as long as the browser does: one that has not failed by then has opened it.
            if (!process.waitFor(2, TimeUnit.SECONDS) || process.exitValue() == 0) {
                return;
            }
            why = opener.getFirst() + " ended with code " + process.exitValue();
        } catch (IOException e) {
            why = "there is no " + opener.getFirst();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            why = "interrupted";
        }
        terminal.err.println("lanegrad: --open: no browser could be opened (" + why + "); open " + page
                + " yourself");
    }
}
