package lanegrad.bench.lesson;

import java.util.List;

/// A chapter as text for a terminal, 80 columns wide where the words allow.
final class TextPage {
    private static final int WIDTH = 80;

    private final TextFigures figures;
    private final boolean blocks;
    private final StringBuilder out = new StringBuilder();

    /// @param blocks whether block characters can be shown
    TextPage(boolean blocks) {
        this.blocks = blocks;
        this.figures = new TextFigures(blocks);
    }

    String of(Chapter chapter) {
        String title = chapter.number() + "  " + chapter.title();
        out.append(title).append('\n').append((blocks ? "═" : "=").repeat(title.length())).append('\n');
        for (Block block : chapter.blocks()) {
            out.append('\n');
            block(block);
        }
        return out.toString();
    }

    private void block(Block block) {
        switch (block) {
            case Block.Heading b -> out.append(b.text()).append('\n').append((blocks ? "─" : "-")
                    .repeat(b.text().length())).append('\n');
            case Block.Prose b -> wrapped(b.text(), "", "");
            case Block.Formula b -> out.append("    ").append(plain(b.text())).append('\n');
            case Block.Points b -> b.items().forEach(item -> wrapped(item, "- ", "  "));
            case Block.Code b -> {
                b.source().lines().forEach(line -> out.append(blocks ? "  │ " : "  | ").append(line).append('\n'));
                if (!b.output().isEmpty()) {
                    out.append('\n');
                    b.output().lines().forEach(line -> out.append("    ").append(line).append('\n'));
                }
            }
            case Block.Table b -> table(b);
            case Block.Drawing b -> {
                out.append(figures.of(b.figure()));
                wrapped(b.caption(), "  ", "  ");
            }
            case Block.Question b -> {
                wrapped("Question: " + b.question(), "", "  ");
                wrapped(b.answer(), "  ", "  ");
            }
            case Block.Try b -> {
                wrapped("Try it. " + b.why(), "> ", "  ");
                out.append("    ").append(b.command()).append('\n');
            }
        }
    }

    private void table(Block.Table b) {
        int columns = b.header().size();
        int[] width = new int[columns];
        boolean[] numbers = new boolean[columns];
        for (int c = 0; c < columns; c++) {
            int column = c;
            numbers[c] = b.rows().stream().allMatch(r -> HtmlPage.numeric(r.get(column)));
            width[c] = plain(b.header().get(c)).length();
            for (List<String> row : b.rows()) {
                width[c] = Math.max(width[c], plain(row.get(c)).length());
            }
        }
        line(b.header(), width, numbers);
        b.rows().forEach(row -> line(row, width, numbers));
        wrapped(b.caption(), "  ", "  ");
    }

    private void line(List<String> cells, int[] width, boolean[] numbers) {
        StringBuilder line = new StringBuilder(" ");
        for (int c = 0; c < width.length; c++) {
            String cell = plain(cells.get(c));
            String room = " ".repeat(width[c] - cell.length());
            line.append(' ').append(numbers[c] ? room + cell : cell + room).append(' ');
        }
        out.append(line.toString().stripTrailing()).append('\n');
    }

    private void wrapped(String text, String first, String rest) {
        StringBuilder line = new StringBuilder(first);
        boolean begun = false;
        for (String word : plain(text).split(" ")) {
            if (begun && line.length() + 1 + word.length() > WIDTH) {
                out.append(line).append('\n');
                line = new StringBuilder(rest);
                begun = false;
            }
            line.append(begun ? " " : "").append(word);
            begun = true;
        }
        out.append(line).append('\n');
    }

    // Stress has no sign of its own in plain text; code keeps its marks.
    private static String plain(String text) {
        return text.replaceAll("\\*([^*\\s][^*]*)\\*", "$1");
    }
}
