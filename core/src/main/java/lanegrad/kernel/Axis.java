package lanegrad.kernel;

import lanegrad.Shape;

/// Which elements of a tensor belong together in a reduction or a softmax: its lines.
///
/// The word says what a line is, not what goes away: by rows, `[m, n]` gives one number for each row, `[m]`.
public enum Axis {
    /// All elements, of any shape: one line.
    ALL("", "x", "y"),
    /// Each row of a matrix: m lines of n elements.
    ROWS("-rows", "row i of x", "y[i]"),
    /// Each column of a matrix: n lines of m elements.
    COLUMNS("-columns", "column j of x", "y[j]");

    private final String suffix;
    private final String line;
    private final String result;

    Axis(String suffix, String line, String result) {
        this.suffix = suffix;
        this.line = line;
        this.result = result;
    }

    /// What it adds to the name of an operation: `sum`, `sum-rows`, `sum-columns`.
    public String suffix() {
        return suffix;
    }

    /// A line, in the formulas of the operation table.
    public String line() {
        return line;
    }

    /// The number that a line gives, in the formulas of the operation table.
    public String result() {
        return result;
    }

    /// How many lines a tensor has.
    public int lines(Shape shape) {
        return this == ALL ? 1 : shape.extent(this == ROWS ? 0 : 1);
    }

    /// How many elements a line has.
    public int length(Shape shape) {
        return this == ALL ? shape.size() : shape.extent(this == ROWS ? 1 : 0);
    }
}
