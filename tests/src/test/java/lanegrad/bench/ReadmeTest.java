package lanegrad.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// The Java snippets of the README are compiled and run; what they print is what the README shows.
class ReadmeTest {
    // A java block, and the text block that follows it with nothing but prose lines between them.
    private static final Pattern SNIPPET = Pattern.compile("```java\\n(.*?)```\\s+prints\\s+```text\\n(.*?)```",
            Pattern.DOTALL);

    @TempDir
    static Path folder;

    private static String readme() throws IOException {
        return Files.readString(Path.of(System.getProperty("lanegrad.root"), "README.md"));
    }

    @TestFactory
    List<DynamicTest> snippetsPrintWhatTheReadmeShows() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        Matcher snippet = SNIPPET.matcher(readme());
        while (snippet.find()) {
            String name = "Snippet" + (tests.size() + 1);
            String source = snippet.group(1);
            String printed = snippet.group(2);
            tests.add(DynamicTest.dynamicTest(name, () -> assertEquals(printed, run(name, source))));
        }
        assertTrue(tests.size() >= 2, "the network and the gradient are missing");
        return tests;
    }

    @Test
    void everyJavaBlockShowsItsOutput() throws IOException {
        int blocks = readme().split("```java\\n", -1).length - 1;
        Matcher snippet = SNIPPET.matcher(readme());
        int shown = 0;
        while (snippet.find()) {
            shown++;
        }
        assertEquals(blocks, shown, "a java block without 'prints' and a text block is never run");
    }

    // A snippet is a compact source file: a main method without a class.
    private static String run(String name, String source) throws Exception {
        Path file = Files.writeString(folder.resolve(name + ".java"), source);
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        int code = ToolProvider.getSystemJavaCompiler().run(null, messages, messages, "--release", "25",
                "-d", folder.toString(), "-cp", System.getProperty("java.class.path"), file.toString());
        assertEquals(0, code, () -> messages.toString(StandardCharsets.UTF_8));
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            Class<?> type = loader.loadClass(name);
            var constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            Method main = type.getDeclaredMethod("main");
            main.setAccessible(true);
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            main.invoke(constructor.newInstance());
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
