package lanegrad.bench.lesson;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The lesson's page as a browser shows it. Skipped where no Chromium is installed.
class LessonPageTest {
    @TempDir
    static Path folder;

    private static Browser browser;
    private static Path page;
    private static List<Chapter> chapters;

    @BeforeAll
    static void open() throws IOException, InterruptedException {
        Path program = Browser.program();
        Assumptions.assumeTrue(program != null, "no Chromium is installed (apt-get install chromium), so the page is "
                + "not looked at");
        List<Integer> all = new ArrayList<>();
        for (int n = 1; n <= Lesson.TITLES.size(); n++) {
            all.add(n);
        }
        chapters = new Lesson(42).write(all, n -> {
        });
        page = Files.writeString(folder.resolve("index.html"), new HtmlPage("lanegrad", 42, 1).of(chapters));
        browser = new Browser(program);
    }

    @AfterAll
    static void close() throws IOException {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void reload() throws IOException, InterruptedException {
        browser.viewport(1280, 900, false, false);
        browser.open(page);
    }

    @AfterEach
    void nothingIsComplainedOfNorAskedFor() {
        assertEquals(List.of(), browser.complaints());
        String own = page.toUri().toString();
        assertTrue(browser.requests().stream().allMatch(r -> r.equals(own) || r.startsWith("data:")),
                browser.requests().toString());
    }

    @Test
    void everyFigureIsDrawn() throws IOException, InterruptedException {
        int figures = 0;
        for (Chapter c : chapters) {
            for (Block b : c.blocks()) {
                if (b instanceof Block.Drawing d) {
                    figures++;
                    String svg = "#" + d.id() + " .chart svg";
                    assertTrue(browser.number("document.querySelectorAll('" + svg + "').length") > 0, d.id());
                    assertTrue(browser.number("document.querySelectorAll('" + svg + " path, " + svg + " rect, " + svg
                            + " circle, " + svg + " line').length") > 3, d.id() + " is empty");
                    assertEquals(0, browser.number("document.querySelector('#" + d.id()
                            + "').innerHTML.split(/NaN|undefined|Infinity/).length - 1"), d.id());
                }
            }
        }
        assertTrue(figures > 30, figures + " figures");
        assertEquals(11, browser.number("document.querySelectorAll('.chapter h2').length"));
    }

    /// What the browser shows of outputs and tables is what the run gave.
    @Test
    void theNumbersAreThoseOfTheRun() throws IOException, InterruptedException {
        List<String> outputs = new ArrayList<>();
        List<String> cells = new ArrayList<>();
        for (Chapter c : chapters) {
            for (Block b : c.blocks()) {
                if (b instanceof Block.Code code && !code.output().isEmpty()) {
                    outputs.add(code.output());
                } else if (b instanceof Block.Table t) {
                    t.rows().forEach(cells::addAll);
                }
            }
        }
        assertEquals(outputs, strings("[...document.querySelectorAll('samp')].map(e => e.textContent)"));
        assertEquals(cells, strings("[...document.querySelectorAll('tbody th, tbody td')].map(e => e.textContent)"));
    }

    private static List<String> strings(String script) throws IOException, InterruptedException {
        JsonArray array = browser.evaluate(script).getAsJsonArray();
        List<String> strings = new ArrayList<>();
        for (JsonElement e : array) {
            strings.add(e.getAsString());
        }
        return strings;
    }

    @Test
    void pointingAtACurveShowsItsNumbers() throws IOException, InterruptedException {
        assertEquals(0, browser.number("document.querySelectorAll('#vanishing .tip:not([hidden])').length"));
        browser.point("#vanishing .hover", 0.01, 0.5);
        String tip = browser.text("document.querySelector('#vanishing .tip').textContent");
        assertTrue(tip.startsWith("layer, 1 is the first 1"), tip);
        Figure.Lines lines = (Figure.Lines) drawing("vanishing");
        for (Figure.Series s : lines.series()) {
            // Three digits in a tip.
            String shown = tip.replaceAll(".*" + s.name() + " ([-+.e0-9]+?)(tanh|relu|sigmoid|$).*", "$1");
            assertEquals(s.y()[0], Double.parseDouble(shown), 0.006 * s.y()[0], tip);
        }
        browser.point("h1", 0.5, 0.5);
        assertEquals(0, browser.number("document.querySelectorAll('#vanishing .tip:not([hidden])').length"));
    }

    private static Figure drawing(String id) {
        for (Chapter c : chapters) {
            for (Block b : c.blocks()) {
                if (b instanceof Block.Drawing d && d.id().equals(id)) {
                    return d.figure();
                }
            }
        }
        throw new AssertionError("no figure " + id);
    }

    @Test
    void aQuestionUnfolds() throws IOException, InterruptedException {
        String answer = "document.querySelector('#chapter-3 details p').checkVisibility()";
        assertFalse(browser.evaluate(answer).getAsBoolean());
        browser.click("#chapter-3 details summary");
        assertTrue(browser.evaluate(answer).getAsBoolean());
    }

    @Test
    void epochsCanBeSteppedThrough() throws IOException, InterruptedException {
        String title = "document.querySelector('#weights output').textContent";
        String ink = "document.querySelector('#weights .pictures').innerHTML";
        assertEquals("after epoch 20", browser.text(title));
        String last = browser.text(ink);
        browser.click("#weights .back");
        assertEquals("after epoch 19", browser.text(title));
        assertFalse(last.equals(browser.text(ink)), "the pictures did not change with the epoch");
        browser.click("#weights .next");
        assertEquals("after epoch 20", browser.text(title));
        assertTrue(last.equals(browser.text(ink)), "another picture at the same epoch");
        browser.evaluate("(s => { s.value = 0; s.dispatchEvent(new Event('input')); })"
                + "(document.querySelector('#weights input'))");
        assertEquals("before training", browser.text(title));
        browser.click("#epoch .next");
        assertEquals("step 2: examples 501 to 1,000",
                browser.text("document.querySelector('#epoch output').textContent"));
        assertEquals(500, browser.number("document.querySelectorAll('#epoch g[fill=\"var(--c1)\"] circle').length"));
    }

    /// Nothing is wider than the page, no text of a drawing lies outside of it, and none lies on another's.
    @ParameterizedTest
    @CsvSource({"1280, false, false", "1280, true, false", "390, false, true", "390, true, true"})
    void nothingIsCutOff(int width, boolean dark, boolean phone) throws IOException, InterruptedException {
        browser.viewport(width, 900, dark, phone);
        browser.open(page);
        assertEquals(width, browser.number("document.documentElement.scrollWidth"));
        assertEquals("", browser.text("""
                [...document.querySelectorAll('.chart svg text')].filter(t => {
                  const svg = t.ownerSVGElement, c = (svg.ownerSVGElement || svg).getBoundingClientRect();
                  const r = t.getBoundingClientRect();
                  return r.left < c.left - 4 || r.right > c.right + 4 || r.top < c.top - 4 || r.bottom > c.bottom + 4;
                }).map(t => t.closest('figure').id + ': ' + t.textContent).join('; ')"""));
        assertEquals("", browser.text("""
                [...document.querySelectorAll('.chart svg')].flatMap(svg => {
                  const boxes = [...svg.querySelectorAll('text')].map(t => [t, t.getBoundingClientRect()]);
                  return boxes.flatMap(([t, a], i) => boxes.slice(i + 1).filter(([u, b]) =>
                    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
                    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 5)
                    .map(([u]) => t.closest('figure').id + ': ' + t.textContent + ' / ' + u.textContent));
                }).join('; ')"""));
        String paper = browser.text("getComputedStyle(document.body).backgroundColor");
        int brightness = Integer.parseInt(paper.replaceAll("rgb\\((\\d+),.*", "$1"));
        assertEquals(dark, brightness < 64, paper);
    }

    /// On paper the answers are unfolded and nothing needs a pointer.
    @Test
    void itPrints() throws IOException, InterruptedException {
        byte[] pdf = browser.pdf();
        assertEquals("%PDF", new String(pdf, 0, 4, StandardCharsets.US_ASCII));
        assertTrue(pdf.length > 200_000, pdf.length + " bytes");
        browser.evaluate("dispatchEvent(new Event('beforeprint'))");
        assertEquals(0, browser.number("document.querySelectorAll('details:not([open])').length"));
        assertEquals(List.of("before training", "after epoch 10", "after epoch 20"),
                strings("[...document.querySelectorAll('#weights h4')].map(e => e.textContent)"));
        browser.evaluate("dispatchEvent(new Event('afterprint'))");
        assertTrue(browser.number("document.querySelectorAll('details:not([open])').length") > 20);
        assertEquals("after epoch 20", browser.text("document.querySelector('#weights output').textContent"));
        assertEquals(0, browser.number("document.querySelectorAll('#weights h4').length"));
    }
}
