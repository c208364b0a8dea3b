package lanegrad.bench.lesson;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A chapter: text, code that runs while the page is made, and pictures of what it computed.
///
/// **Code shown is code that ran.** [#code] takes the name of a method without parameters. It calls that method, keeps
/// what the method gave to [#print], and shows beside it the source between `// show: NAME` and `// end`, read from
/// the chapter's own source file, which lies in the jar beside its class. What several such regions have is joined.
abstract class Chapter {
    private static final int WIDTH = 96;

    /// What all chapters share: the data, the seed.
    final Lesson lesson;
    private final int number;
    private final String title;
    private final List<Block> blocks = new ArrayList<>();
    private StringBuilder printed = new StringBuilder();

    Chapter(Lesson lesson, int number, String title) {
        this.lesson = lesson;
        this.number = number;
        this.title = title;
    }

    /// Computes and writes the chapter.
    abstract void write();

    final int number() {
        return number;
    }

    final String title() {
        return title;
    }

    final List<Block> blocks() {
        return blocks;
    }

    /// A line of a snippet's output. One too long for the page, a sentence of the engine's, goes on in the next.
    final void print(String format, Object... values) {
        String line = String.format(Locale.ROOT, format, values);
        while (line.length() > WIDTH && !line.contains("\n")) {
            int end = line.lastIndexOf(' ', WIDTH);
            printed.append(line, 0, end).append('\n');
            line = "  " + line.substring(end + 1);
        }
        printed.append(line).append('\n');
    }

    final void heading(String text) {
        blocks.add(new Block.Heading(text));
    }

    final void prose(String text) {
        blocks.add(new Block.Prose(flowing(text)));
    }

    final void formula(String text) {
        blocks.add(new Block.Formula(text));
    }

    final void points(String... items) {
        blocks.add(new Block.Points(List.of(items).stream().map(Chapter::flowing).toList()));
    }

    /// Runs the method of this name and shows it with its output.
    final void code(String method) {
        code(method, false);
    }

    /// As [#code], for a method that prints times.
    final void timedCode(String method) {
        code(method, true);
    }

    private void code(String name, boolean timed) {
        printed = new StringBuilder();
        try {
            Method method = getClass().getDeclaredMethod(name);
            method.setAccessible(true);
            method.invoke(this);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("lesson: chapter " + number + " has no method " + name + "()", e);
        }
        blocks.add(new Block.Code(name, Excerpt.of(getClass(), name), printed.toString().stripTrailing(), timed));
    }

    final void table(String caption, List<String> header, List<List<String>> rows) {
        blocks.add(new Block.Table(caption, header, rows, false));
    }

    final void timedTable(String caption, List<String> header, List<List<String>> rows) {
        blocks.add(new Block.Table(caption, header, rows, true));
    }

    final void figure(String id, Figure figure, String caption) {
        blocks.add(new Block.Drawing(id, figure, flowing(caption)));
    }

    final void question(String question, String answer) {
        blocks.add(new Block.Question(question, flowing(answer)));
    }

    final void tryThis(String command, String why) {
        blocks.add(new Block.Try(command, flowing(why)));
    }

    /// Text with the numbers of this run in it.
    static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    // Text blocks are broken where the source is narrow, the page where it is.
    private static String flowing(String text) {
        return text.strip().replaceAll("\\s*\\n\\s*", " ");
    }
}
