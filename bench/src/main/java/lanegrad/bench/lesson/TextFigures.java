package lanegrad.bench.lesson;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Small pictures of characters.
final class TextFigures {
    private static final int WIDTH = 62;
    private static final int HEIGHT = 12;
    private static final String MARKS = "*+xo#@%&=~^v!$?:;";

    private final boolean blocks;

    TextFigures(boolean blocks) {
        this.blocks = blocks;
    }

    String of(Figure figure) {
        return switch (figure) {
            case Figure.Lines f -> lines(f, WIDTH, HEIGHT);
            case Figure.Panels f -> panels(f);
            case Figure.Bars f -> bars(f);
            case Figure.Digits f -> digits(f);
            case Figure.Plane f -> plane(f);
            case Figure.Surface f -> lines(new Figure.Lines(f.label(), f.x(), f.y(), f.paths()), WIDTH, 16);
            case Figure.Network f -> digits(new Figure.Digits(f.label(), List.of(f.pictures()), true, largest(f),
                    null, false, false));
            case Figure.Walk f -> walk(f);
            case Figure.Batches f -> batches(f);
        };
    }

    private String panels(Figure.Panels f) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < f.panels().size(); i++) {
            out.append("  ").append(f.titles().get(i)).append('\n').append(lines(f.panels().get(i), 40, 7));
        }
        return out.toString();
    }

    private String lines(Figure.Lines f, int width, int height) {
        double[] x = range(f.x(), f.series(), true);
        double[] y = range(f.y(), f.series(), false);
        char[][] grid = new char[height][width];
        for (char[] row : grid) {
            java.util.Arrays.fill(row, ' ');
        }
        for (int s = f.series().size() - 1; s >= 0; s--) {
            Figure.Series series = f.series().get(s);
            char mark = MARKS.charAt(s % MARKS.length());
            int points = series.x().length;
            for (int i = 0; i < points; i++) {
                // Between two points as many more as the columns they are apart.
                int steps = i + 1 < points && series.y()[i] != null && series.y()[i + 1] != null ? width : 1;
                for (int k = 0; k < steps && series.y()[i] != null; k++) {
                    double t = (double) k / steps;
                    double px = series.x()[i] + (k == 0 ? 0 : t * (series.x()[i + 1] - series.x()[i]));
                    double py = series.y()[i] + (k == 0 ? 0 : t * (series.y()[i + 1] - series.y()[i]));
                    long column = Math.round(share(px, x, f.x().log()) * (width - 1));
                    long row = Math.round((1 - share(py, y, f.y().log())) * (height - 1));
                    if (column >= 0 && column < width && row >= 0 && row < height) {
                        grid[(int) row][(int) column] = mark;
                    }
                }
            }
        }
        StringBuilder out = new StringBuilder("  " + f.y().label() + "\n");
        for (int r = 0; r < height; r++) {
            String label = r == 0 ? number(y[1]) : r == height - 1 ? number(y[0]) : "";
            out.append(String.format("%10s %s", label, blocks ? "│" : "|")).append(new String(grid[r]).stripTrailing())
                    .append('\n');
        }
        out.append(" ".repeat(11)).append(blocks ? "└" : "+").append((blocks ? "─" : "-").repeat(width)).append('\n');
        String low = number(x[0]);
        String high = number(x[1]);
        String middle = f.x().label();
        int room = Math.max(2, width - low.length() - high.length() - middle.length());
        out.append(" ".repeat(12)).append(low).append(" ".repeat(room / 2)).append(middle)
                .append(" ".repeat(room - room / 2)).append(high).append('\n');
        if (f.series().size() > 1 || !f.series().getFirst().name().isEmpty()) {
            StringBuilder legend = new StringBuilder(" ".repeat(11));
            for (int s = 0; s < f.series().size(); s++) {
                String entry = " " + MARKS.charAt(s % MARKS.length()) + " " + f.series().get(s).name() + " ";
                if (legend.length() + entry.length() > 79) {
                    out.append(legend).append('\n');
                    legend = new StringBuilder(" ".repeat(11));
                }
                legend.append(entry);
            }
            out.append(legend).append('\n');
        }
        return out.toString();
    }

    private static double share(double v, double[] range, boolean log) {
        return log ? (Math.log(v) - Math.log(range[0])) / (Math.log(range[1]) - Math.log(range[0]))
                : (v - range[0]) / (range[1] - range[0]);
    }

    private static double[] range(Figure.Axis axis, List<Figure.Series> series, boolean x) {
        if (axis.low() < axis.high()) {
            return new double[] {axis.low(), axis.high()};
        }
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Figure.Series s : series) {
            for (int i = 0; i < s.x().length; i++) {
                Double v = x ? Double.valueOf(s.x()[i]) : s.y()[i];
                if (v != null && !(axis.log() && v <= 0)) {
                    low = Math.min(low, v);
                    high = Math.max(high, v);
                }
            }
        }
        return low < high ? new double[] {low, high} : new double[] {low - 1, low + 1};
    }

    private static String number(double v) {
        String text = Math.abs(v) >= 1e5 || v != 0 && Math.abs(v) < 1e-3 ? String.format(Locale.ROOT, "%.1e", v)
                : String.format(Locale.ROOT, "%.3f", v).replaceFirst("\\.?0+$", "");
        return text.equals("-0") ? "0" : text;
    }

    private String bars(Figure.Bars f) {
        double most = 0;
        double least = Double.POSITIVE_INFINITY;
        for (double[] values : f.values()) {
            for (double v : values) {
                most = Math.max(most, v);
                least = v > 0 ? Math.min(least, v) : least;
            }
        }
        int width = f.categories().stream().mapToInt(String::length).max().orElse(0);
        int name = f.names().stream().mapToInt(String::length).max().orElse(0);
        StringBuilder out = new StringBuilder("  " + f.y().label() + "\n");
        for (int c = 0; c < f.categories().size(); c++) {
            for (int s = 0; s < f.names().size(); s++) {
                double v = f.values().get(s)[c];
                double share = f.y().log() ? v <= 0 ? 0 : (Math.log(v / least) + 1) / (Math.log(most / least) + 1)
                        : v / most;
                out.append(String.format("  %-" + Math.max(1, width) + "s  ", s == 0 ? f.categories().get(c) : ""));
                if (f.names().size() > 1) {
                    out.append(String.format("%-" + name + "s  ", f.names().get(s)));
                }
                out.append((blocks ? "━" : "=").repeat((int) Math.round(share * 40))).append(' ').append(number(v))
                        .append('\n');
            }
        }
        return out.toString();
    }

    // At most four pictures in a line; of frames the last, and the first before it.
    private String digits(Figure.Digits f) {
        StringBuilder out = new StringBuilder();
        List<List<Figure.Image>> frames = f.images();
        List<Integer> shown = new ArrayList<>();
        shown.add(0);
        if (frames.size() > 1) {
            shown.add(frames.size() - 1);
        }
        for (int frame : shown) {
            if (f.frames() != null) {
                out.append("  ").append(f.frames().titles().get(frame)).append('\n');
            }
            List<Figure.Image> images = frames.get(frame);
            if (f.numbers() && images.size() == 1) {
                numbers(images.getFirst(), f, out);
            }
            int count = f.wide() ? images.size() : Math.min(images.size(), 12);
            for (int at = 0; at < count; at += 4) {
                List<Figure.Image> line = images.subList(at, Math.min(at + 4, count));
                for (int r = 0; r < 8; r++) {
                    StringBuilder row = new StringBuilder("  ");
                    for (Figure.Image image : line) {
                        for (int c = 0; c < 8; c++) {
                            row.append(pixel(image.pixels()[8 * r + c] / f.max(), f.signed()));
                        }
                        row.append("   ");
                    }
                    out.append(row.toString().stripTrailing()).append('\n');
                }
                StringBuilder captions = new StringBuilder("  ");
                for (Figure.Image image : line) {
                    captions.append(String.format("%-19.18s", image.caption()));
                }
                out.append(captions.toString().stripTrailing()).append("\n\n");
            }
        }
        return out.toString();
    }

    private static void numbers(Figure.Image image, Figure.Digits f, StringBuilder out) {
        for (int r = 0; r < 8; r++) {
            out.append("  ");
            for (int c = 0; c < 8; c++) {
                float v = image.pixels()[8 * r + c];
                out.append(String.format(Locale.ROOT, f.max() > 1 ? "%4.0f" : "%7.3f", v));
            }
            out.append('\n');
        }
        out.append('\n');
    }

    // Signed: what pulls down is shown with signs, what pulls up with ink.
    private String pixel(float share, boolean signed) {
        String shades = blocks ? " ░▒▓█" : " .+%@";
        if (signed && share < 0) {
            String minus = "  --==##";
            int level = Math.min(3, Math.round(-share * 3));
            return minus.substring(2 * level, 2 * level + 2);
        }
        int level = Math.max(0, Math.min(4, Math.round(share * 4)));
        return shades.substring(level, level + 1).repeat(2);
    }

    private static float largest(Figure.Network f) {
        float most = 0;
        for (Figure.Image image : f.pictures()) {
            for (float v : image.pixels()) {
                most = Math.max(most, Math.abs(v));
            }
        }
        return most == 0 ? 1 : most;
    }

    // The last frame: which corner is which, and on which side of the line.
    private static String plane(Figure.Plane f) {
        StringBuilder out = new StringBuilder();
        for (int panel = 0; panel < f.titles().size(); panel++) {
            List<Figure.Edge> edges = f.edges().get(panel);
            Figure.Edge edge = edges.isEmpty() ? null : edges.getLast();
            out.append("  ").append(f.titles().get(panel));
            out.append(edge == null ? ": no line" : String.format(Locale.ROOT,
                    ": says 1 where %.3g x + %.3g y > %.3g", edge.a(), edge.b(), edge.c())).append('\n');
            for (int row = 1; row >= 0; row--) {
                out.append("    ");
                for (int column = 0; column < 2; column++) {
                    for (Figure.Point p : f.points().get(panel)) {
                        if (Math.round(p.x()) == column && Math.round(p.y()) == row) {
                            out.append(p.on() ? "1" : "0").append(column == 0 ? "     " : "");
                        }
                    }
                }
                out.append('\n');
            }
        }
        return out.toString();
    }

    private static String walk(Figure.Walk f) {
        StringBuilder out = new StringBuilder();
        for (int frame = 0; frame < f.frames().titles().size(); frame++) {
            out.append("  ").append(f.frames().titles().get(frame)).append('\n');
            for (Figure.Note n : f.notes()) {
                if (n.frame() == frame) {
                    out.append("    ").append(f.units().get(n.from()))
                            .append(n.to() < 0 ? "" : " -> " + f.units().get(n.to())).append(": ").append(n.text())
                            .append('\n');
                }
            }
        }
        return out.toString();
    }

    private String batches(Figure.Batches f) {
        StringBuilder out = new StringBuilder();
        int steps = (f.examples() + f.batch() - 1) / f.batch();
        for (int step = 0; step < steps; step++) {
            int size = Math.min(f.batch(), f.examples() - step * f.batch());
            out.append(String.format("  step %d  ", step + 1))
                    .append((blocks ? "▒" : ":").repeat(size * 56 / f.examples()))
                    .append(' ').append(size).append(" examples\n");
        }
        return out.toString();
    }
}
