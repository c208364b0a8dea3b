package lanegrad.bench.lesson;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Chapters as one HTML file that needs nothing else: style, script, chart library and data are in it.
///
/// Whatever differs from run to run, times and the machine, is in elements of class `time`.
final class HtmlPage {
    private static final Pattern TOKEN = Pattern.compile("(?<comment>//[^\\n]*)|(?<string>\"(?:\\\\.|[^\"\\\\])*\")"
            + "|\\b(?<keyword>int|long|float|double|boolean|char|void|var|new|for|if|else|while|do|return|static|final"
            + "|true|false|null|try|catch|throw|switch|case|break|continue|record|class|private)\\b"
            + "|\\b(?<number>0x[0-9a-fA-F.p+-]+f?|\\d[\\d_.]*(?:e-?\\d+)?[fL]?)\\b");
    private static final Pattern MARK = Pattern.compile("`([^`]+)`|\\*([^*\\s][^*]*)\\*");

    private final String version;
    private final long seed;
    private final double seconds;
    private final StringBuilder html = new StringBuilder(1 << 20);
    private final Map<String, Object> data = new LinkedHashMap<>();

    HtmlPage(String version, long seed, double seconds) {
        this.version = version;
        this.seed = seed;
        this.seconds = seconds;
    }

    String of(List<Chapter> chapters) {
        html.append("""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
                script-src 'unsafe-inline'; img-src data:">
                <link rel="icon" href="data:,">
                <title>From one neuron to a trained network</title>
                <style>
                """).append(resource("page.css")).append("""
                </style>
                </head>
                <body>
                <header>
                <h1>From one neuron to a trained network</h1>
                <p class="lead">Eleven chapters, from the threshold unit of the 1940s to a network that reads \
                handwritten digits. Every number, table and picture below was computed when this page was made, by the \
                code that stands beside it. The lesson follows a classroom notebook, &ldquo;Intro to Neural \
                Networks&rdquo;, and answers the questions that it leaves open.</p>
                """);
        html.append("<p class=\"about\">").append(escape(version)).append(", seed ").append(seed)
                .append(text("<span class=\"time\">, JDK %d.%d.%d, computed in %.1f s</span></p>\n",
                        Runtime.version().feature(), Runtime.version().interim(), Runtime.version().update(), seconds));
        html.append("</header>\n<nav aria-labelledby=\"contents\"><h2 id=\"contents\">Contents</h2>\n<ol>\n");
        for (Chapter c : chapters) {
            html.append(text("<li><a href=\"#chapter-%d\">%s</a></li>\n", c.number(), escape(c.title())));
        }
        html.append("</ol>\n</nav>\n<main>\n");
        for (Chapter c : chapters) {
            html.append(text("<section class=\"chapter\" id=\"chapter-%d\" aria-labelledby=\"title-%1$d\">\n"
                    + "<h2 id=\"title-%1$d\"><span class=\"number\">%1$d</span> %s</h2>\n", c.number(),
                    escape(c.title())));
            for (Block block : c.blocks()) {
                block(block);
            }
            html.append("</section>\n");
        }
        html.append("</main>\n<footer><p>The digits are the test set of <cite>Optical Recognition of Handwritten Digits"
                + "</cite>, E. Alpaydin and C. Kaynak, 1998, UCI Machine Learning Repository, CC BY 4.0. Charts are "
                + "drawn with D3. Made by <code>lanegrad lesson</code>.</p></footer>\n");
        html.append("<script id=\"data\" type=\"application/json\">")
                .append(gson().toJson(data).replace("<", "\\u003c"))
                .append("</script>\n<script>\n/* D3, Copyright Mike Bostock, under this licence:\n")
                .append(library("LICENSE").replace("*/", "")).append("*/\n").append(library("dist/d3.min.js"))
                .append("\n</script>\n<script>\n").append(resource("page.js")).append("</script>\n</body>\n</html>\n");
        return html.toString();
    }

    private void block(Block block) {
        switch (block) {
            case Block.Heading b -> html.append("<h3>").append(marked(b.text())).append("</h3>\n");
            case Block.Prose b -> html.append("<p>").append(marked(b.text())).append("</p>\n");
            case Block.Formula b -> html.append("<p class=\"formula\">").append(marked(b.text())).append("</p>\n");
            case Block.Points b -> {
                html.append("<ul>\n");
                for (String item : b.items()) {
                    html.append("<li>").append(marked(item)).append("</li>\n");
                }
                html.append("</ul>\n");
            }
            case Block.Code b -> {
                html.append("<div class=\"code\" data-name=\"").append(b.name())
                        .append("\">\n<pre class=\"source\" tabindex=\"0\"><code>").append(highlighted(b.source()))
                        .append("</code></pre>\n");
                if (!b.output().isEmpty()) {
                    html.append("<pre class=\"output").append(b.timed() ? " time" : "")
                            .append("\" tabindex=\"0\" aria-label=\"what it printed\"><samp>")
                            .append(escape(b.output()))
                            .append("</samp></pre>\n");
                }
                html.append("</div>\n");
            }
            case Block.Table b -> table(b);
            case Block.Drawing b -> {
                data.put(b.id(), Map.of("kind", b.figure().getClass().getSimpleName().toLowerCase(Locale.ROOT), "of",
                        b.figure()));
                html.append(text("<figure class=\"drawing\" id=\"%s\"><div class=\"chart\" role=\"group\" "
                        + "aria-label=\"%s\"></div>\n<figcaption>%s</figcaption></figure>\n", b.id(),
                        escape(b.figure().label()), marked(b.caption())));
            }
            case Block.Question b -> html.append("<details class=\"question\"><summary>").append(marked(b.question()))
                    .append("</summary>\n<p>").append(marked(b.answer())).append("</p></details>\n");
            case Block.Try b -> html.append("<aside class=\"try\" aria-label=\"One thing to try\"><p>")
                    .append("<strong>Try it.</strong> ").append(marked(b.why())).append("</p>\n<pre><code>")
                    .append(escape(b.command())).append("</code></pre></aside>\n");
        }
    }

    private void table(Block.Table b) {
        html.append("<figure class=\"table\"><div class=\"scroll\" tabindex=\"0\"><table")
                .append(b.timed() ? " class=\"time\">" : ">").append("<thead><tr>");
        boolean[] numbers = new boolean[b.header().size()];
        for (int c = 0; c < numbers.length; c++) {
            int column = c;
            numbers[c] = b.rows().stream().allMatch(r -> numeric(r.get(column)));
            html.append(cell("th scope=\"col\"", "th", numbers[c], b.header().get(c)));
        }
        html.append("</tr></thead>\n<tbody>\n");
        for (List<String> row : b.rows()) {
            html.append("<tr>");
            for (int c = 0; c < numbers.length; c++) {
                html.append(c == 0 ? cell("th scope=\"row\"", "th", numbers[c], row.get(c))
                        : cell("td", "td", numbers[c], row.get(c)));
            }
            html.append("</tr>\n");
        }
        html.append("</tbody></table></div>\n<figcaption>").append(marked(b.caption()))
                .append("</figcaption></figure>\n");
    }

    private static String cell(String open, String close, boolean number, String text) {
        return "<" + open + (number ? " class=\"n\"" : "") + ">" + marked(text) + "</" + close + ">";
    }

    /// Whether a cell is to be set flush right.
    static boolean numeric(String cell) {
        return cell.matches("[-+−–·]?|[-+−]?[\\d.,]+(e[-+]?\\d+)?[%×x]?( ?(ms|µs|s|KB))?|never|inf|NaN");
    }

    private static String highlighted(String source) {
        Matcher m = TOKEN.matcher(source);
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (m.find()) {
            String kind = m.group("comment") != null ? "comment" : m.group("string") != null ? "string"
                    : m.group("keyword") != null ? "keyword" : "number";
            out.append(escape(source.substring(at, m.start()))).append("<span class=\"").append(kind).append("\">")
                    .append(escape(m.group())).append("</span>");
            at = m.end();
        }
        return out.append(escape(source.substring(at))).toString();
    }

    private static String marked(String text) {
        Matcher m = MARK.matcher(escape(text));
        return m.replaceAll(r -> Matcher.quoteReplacement(r.group(1) != null ? "<code>" + r.group(1) + "</code>"
                : "<em>" + r.group(2) + "</em>"));
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    // Five digits are more than a screen shows, and keep the page small.
    private static Gson gson() {
        JsonSerializer<Number> rounded = (v, type, context) -> {
            BigDecimal d = new BigDecimal(v.toString()).round(new MathContext(5)).stripTrailingZeros();
            return new JsonPrimitive(d.scale() <= 0 && d.precision() - d.scale() < 9 ? d.toBigInteger() : d);
        };
        return new GsonBuilder().registerTypeAdapter(double.class, rounded).registerTypeAdapter(Double.class, rounded)
                .registerTypeAdapter(float.class, rounded).disableHtmlEscaping().create();
    }

    private static String library(String file) {
        Properties properties = new Properties();
        try (InputStream in = HtmlPage.class.getResourceAsStream("/META-INF/maven/org.webjars.npm/d3/pom.properties")) {
            if (in == null) {
                throw new IllegalStateException("lesson: the chart library D3 is not on the class path; build again");
            }
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return resource("/META-INF/resources/webjars/d3/" + properties.getProperty("version") + "/" + file);
    }

    private static String resource(String name) {
        try (InputStream in = HtmlPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("lesson: the resource " + name + " is missing; build again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
