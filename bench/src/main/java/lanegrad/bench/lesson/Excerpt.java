package lanegrad.bench.lesson;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Parts of a chapter's own source, which lies as a resource beside its class.
final class Excerpt {
    private Excerpt() {
    }

    /// The source file of a class of this package.
    static String source(Class<?> type) {
        String file = type.getSimpleName() + ".java";
        try (InputStream in = type.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("lesson: " + file + " is not beside its class; build bench again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What stands between `// show: NAME` and `// end`, each region without the indentation common to its lines, and
    /// an empty line between regions. Lines from `// hide` to `// shown` are left out: what they do is for the
    /// pictures.
    static String of(Class<?> type, String name) {
        List<String> regions = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        boolean inside = false;
        boolean hidden = false;
        for (String line : source(type).split("\n")) {
            String mark = line.strip();
            if (mark.equals("// show: " + name)) {
                inside = true;
            } else if (mark.equals("// hide") || mark.equals("// shown")) {
                hidden = mark.equals("// hide");
            } else if (inside && mark.equals("// end")) {
                inside = false;
                regions.add(String.join("\n", lines).stripIndent());
                lines.clear();
            } else if (inside && !hidden) {
                lines.add(line);
            }
        }
        if (regions.isEmpty() || inside) {
            throw new IllegalStateException("lesson: " + type.getSimpleName() + " has no region '// show: " + name
                    + "' … '// end'");
        }
        return String.join("\n\n", regions);
    }
}
