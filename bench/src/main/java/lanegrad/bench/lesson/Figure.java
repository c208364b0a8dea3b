package lanegrad.bench.lesson;

import java.util.List;

/// A picture or chart as data: page.js draws it in the page, [TextFigures] in the terminal.
sealed interface Figure {
    /// What a reader who cannot see it is told.
    String label();

    /// An axis. `low == high` leaves the range to the data.
    record Axis(String label, boolean log, double low, double high) {
        static Axis of(String label) {
            return new Axis(label, false, 0, 0);
        }

        static Axis of(String label, double low, double high) {
            return new Axis(label, false, low, high);
        }

        static Axis logarithmic(String label) {
            return new Axis(label, true, 0, 0);
        }
    }

    /// Points joined by a line. `null`s in `y` are gaps.
    ///
    /// @param style `line`, `dashed` or `dots`
    record Series(String name, double[] x, Double[] y, String style) {
        static Series of(String name, double[] x, double[] y) {
            return new Series(name, x, boxed(y), "line");
        }

        static Series dashed(String name, double[] x, double[] y) {
            return new Series(name, x, boxed(y), "dashed");
        }

        // Infinite and NaN are gaps.
        private static Double[] boxed(double[] y) {
            Double[] boxed = new Double[y.length];
            for (int i = 0; i < y.length; i++) {
                boxed[i] = Double.isFinite(y[i]) ? y[i] : null;
            }
            return boxed;
        }
    }

    /// Curves over a common axis.
    record Lines(String label, Axis x, Axis y, List<Series> series) implements Figure {
    }

    /// Small charts beside each other, each with a title.
    record Panels(String label, List<String> titles, List<Lines> panels) implements Figure {
    }

    /// A group of bars per category, one bar per series.
    record Bars(String label, Axis y, List<String> categories, List<String> names, List<double[]> values)
            implements Figure {
    }

    /// A picture of 8 x 8.
    ///
    /// @param caption beneath it
    record Image(float[] pixels, String caption) {
    }

    /// Pictures of 8 x 8, in frames to step through. Ink from 0 to `max`; signed: from `-max` in one colour to `max` in
    /// another.
    ///
    /// @param frames what a step is called and the title of each; none for a single frame
    /// @param numbers whether each pixel shows its number
    /// @param wide whether the pictures are large
    record Digits(String label, List<List<Image>> images, boolean signed, float max, Frames frames, boolean numbers,
            boolean wide) implements Figure {
        static Digits of(String label, List<Image> images, float max) {
            return new Digits(label, List.of(images), false, max, null, false, false);
        }
    }

    /// What one steps through.
    record Frames(String name, List<String> titles) {
    }

    /// A point of two inputs: on is a 1, off a 0.
    record Point(double x, double y, boolean on) {
    }

    /// A line `a x + b y = c`; on the side where `a x + b y` is greater the unit says 1.
    record Edge(double a, double b, double c) {
    }

    /// Points in the plane with the line that a unit draws between them, one frame per line; `null` for no line.
    record Plane(String label, List<String> titles, List<List<Point>> points, List<List<Edge>> edges, Frames frames)
            implements Figure {
    }

    /// A function of two numbers as contour lines, with paths over it. `z` is row by row, y ascending.
    record Surface(String label, Axis x, Axis y, int columns, int rows, double[] z, List<Series> paths)
            implements Figure {
    }

    /// A network drawn with its weights: layers of units and every edge between neighbouring layers.
    ///
    /// @param layers the names of the units, layer by layer
    /// @param weights for each pair of layers, `[from][to]`
    /// @param pictures the weights into each unit of the first layer as a picture, or none
    record Network(String label, List<List<String>> layers, float[][][] weights, List<Image> pictures)
            implements Figure {
    }

    /// A label at a unit or an edge of a [Walk], in the frame from which on it is seen.
    ///
    /// @param from the unit where the edge begins, or the unit itself
    /// @param to the unit where the edge ends, or -1
    /// @param direction `given`, `forward` or `backward`
    record Note(int from, int to, String text, String direction, int frame) {
    }

    /// A network whose numbers appear step by step.
    ///
    /// @param x positions of the units, 0 to 1
    /// @param y likewise
    /// @param edges pairs of units
    record Walk(String label, List<String> units, double[] x, double[] y, int[][] edges, List<Note> notes,
            Frames frames) implements Figure {
    }

    /// The examples of an epoch as dots, batch by batch.
    record Batches(String label, int examples, int batch, Frames frames) implements Figure {
    }
}
