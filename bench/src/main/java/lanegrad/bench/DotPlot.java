package lanegrad.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Curves on a terminal: eight dots to a character in braille, or one where the encoding has none.
final class DotPlot {
    private static final int COLUMNS = 64;
    private static final int ROWS = 16;
    // The bits of the dots of a braille character, by row and column.
    private static final int[][] DOTS = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    private static final int DASH = 6;

    private final Terminal terminal;
    private final boolean braille;
    private final int wide;
    private final int high;
    private final double left;
    private final double right;
    private final double low;
    private final double top;
    // By layer, row and column of dots: axes, slope, curve.
    private final boolean[][][] dots;

    /// An empty plot of this range.
    DotPlot(Terminal terminal, double left, double right, double low, double top) {
        this.terminal = terminal;
        this.braille = terminal.canShow("\u28ff");
        this.wide = braille ? 2 * COLUMNS : COLUMNS;
        this.high = braille ? 4 * ROWS : ROWS;
        this.left = left;
        this.right = right;
        this.low = low;
        this.top = top;
        this.dots = new boolean[3][high][wide];
        axes();
    }

    private void axes() {
        if (low <= 0 && top >= 0) {
            for (int column = 0; column < wide; column += braille ? 4 : 2) {
                dots[0][row(0)][column] = true;
            }
        }
        if (left <= 0 && right >= 0) {
            for (int row = 0; row < high; row += braille ? 4 : 1) {
                dots[0][row][column(0)] = true;
            }
        }
    }

    private int column(double x) {
        return (int) Math.round((x - left) / (right - left) * (wide - 1));
    }

    private int row(double y) {
        return (int) Math.round((top - y) / (top - low) * (high - 1));
    }

    /// Draws a curve and, dashed, its slope.
    void draw(Curve curve) {
        line(1, curve.x(), curve.slope(), true);
        line(2, curve.x(), curve.y(), false);
    }

    private void line(int layer, float[] x, float[] y, boolean dashed) {
        for (int i = 0; i < x.length; i++) {
            int column = column(x[i]);
            if (!Float.isFinite(y[i]) || dashed && column % DASH >= DASH / 2) {
                continue;
            }
            boolean joined = i > 0 && Float.isFinite(y[i - 1]);
            double from = Math.clamp((double) (joined ? y[i - 1] : y[i]), low - 1, top + 1);
            int last = row(Math.clamp((double) y[i], low - 1, top + 1));
            int first = row(from);
            for (int row = Math.min(first, last); row <= Math.max(first, last); row++) {
                if (row >= 0 && row < high && (row == last || row != first)) {
                    dots[layer][row][column] = true;
                }
            }
        }
    }

    /// The lines to print, with the numbers of the range beside and below.
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (int row = 0; row < ROWS; row++) {
            String label = row == 0 ? number(top) : row == ROWS - 1 ? number(low) : "";
            StringBuilder line = new StringBuilder(String.format("%9s ", label));
            for (int column = 0; column < COLUMNS; column++) {
                line.append(braille ? cell(row, column) : letter(row, column));
            }
            lines.add(line.toString().stripTrailing());
        }
        String first = number(left);
        String last = number(right);
        lines.add(" ".repeat(10) + first + " ".repeat(COLUMNS - first.length() - last.length()) + last);
        return lines;
    }

    private String cell(int row, int column) {
        int[] bits = new int[3];
        for (int layer = 0; layer < 3; layer++) {
            for (int r = 0; r < 4; r++) {
                for (int c = 0; c < 2; c++) {
                    bits[layer] |= dots[layer][4 * row + r][2 * column + c] ? DOTS[r][c] : 0;
                }
            }
        }
        int all = bits[0] | bits[1] | bits[2];
        // An empty braille character is as wide as the others, which a blank is not in every font.
        String text = String.valueOf((char) (0x2800 + all));
        return bits[2] != 0 ? terminal.cyan(text) : bits[1] != 0 ? terminal.yellow(text) : terminal.dim(text);
    }

    private String letter(int row, int column) {
        return dots[2][row][column] ? terminal.cyan("*") : dots[1][row][column] ? terminal.yellow("-")
                : dots[0][row][column] ? terminal.dim(".") : " ";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= 1e5 ? "%.3g" : "%.5g", value)
                .replaceFirst("(\\.[0-9]*?)0+$", "$1").replaceFirst("\\.$", "");
    }
}
