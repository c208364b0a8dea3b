package lanegrad.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `lanegrad lesson` as its users meet it.
class LessonCommandTest {
    @TempDir
    Path folder;

    static Stream<List<String>> wrongUsage() {
        return Stream.of(
                List.of("--chapter is 0; give 1 to 11", "--chapter", "0"),
                List.of("--chapter is 12; give 1 to 11", "--chapter", "12"),
                List.of("--chapter is -1; give 1 to 11", "--chapter", "-1"),
                List.of("--chapter is 'two'; give a whole number", "--chapter", "two"),
                List.of("--seed is 'x'; give a whole number", "--seed", "x"),
                List.of("--open was given; a chapter is printed here", "--chapter", "2", "--open"),
                List.of("--out is here; a chapter is printed here", "--chapter", "2", "--out", "here"),
                List.of("option '--chapter' (N) should be specified only once", "--chapter", "2", "--chapter=3"),
                List.of("--out", "--out"),
                List.of("option '--chapters' is unknown; did you mean --chapter", "--chapters", "2"),
                List.of("argument 'surplus' is unknown", "surplus"));
    }

    @ParameterizedTest
    @MethodSource("wrongUsage")
    void wrongUsageIsASentenceAndCode2(List<String> sentenceAndArguments) {
        List<String> args = new ArrayList<>(List.of("lesson"));
        args.addAll(sentenceAndArguments.subList(1, sentenceAndArguments.size()));
        CommandTest.assertRefused(2, sentenceAndArguments.getFirst(), CommandTest.run(args.toArray(String[]::new)));
    }

    @Test
    void aPlaceThatCannotBeWrittenIsASentenceAndCode1BeforeAnythingIsComputed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "here first");
        CommandTest.Run run = CommandTest.run("lesson", "--out", file.toString());
        CommandTest.assertRefused(1, "--out " + file + ": this folder does not exist and cannot be created", run);
        assertFalse(run.err().contains("chapter"), run.err());
        assertEquals("here first", Files.readString(file));
        Path deep = folder.resolve("no").resolve("folder");
        CommandTest.assertRefused(1, "--out " + deep + ": this folder does not exist",
                CommandTest.run("lesson", "--out", deep.toString()));
        Files.createDirectories(folder.resolve("taken/index.html"));
        CommandTest.assertRefused(1, "index.html: this is a folder", CommandTest.run("lesson", "--out",
                folder.resolve("taken").toString()));
    }

    @Test
    void thePageIsWrittenWholeInPlaceOfTheOld() throws IOException {
        Path out = Files.createDirectory(folder.resolve("out"));
        Files.writeString(out.resolve("index.html"), "old");
        CommandTest.Run run = CommandTest.run("lesson", "--out", out.toString());
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().startsWith(out.resolve("index.html") + ": 11 chapters, "), run.out());
        assertTrue(run.err().contains("chapter 11 of 11, Under the hood"), run.err());
        String page = Files.readString(out.resolve("index.html"));
        assertTrue(page.startsWith("<!DOCTYPE html>") && page.endsWith("</html>\n"));
        try (Stream<Path> files = Files.list(out)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void aChapterIsPrinted() {
        CommandTest.Run run = CommandTest.run("lesson", "--chapter", "8");
        assertEquals(0, run.code(), run.err());
        assertEquals("", run.err());
        assertTrue(run.out().startsWith("8  Backpropagation\n"), run.out());
        assertTrue(run.out().contains("= half-squared-error-sum("), run.out());
    }
}
