package lanegrad.kernel;

/// The loops over a [LineMap].
abstract class LineLoop {
    /// For lines side by side, one a lane: element k of line j is at `from + k * lines + j`.
    abstract void across(float[] x, float[] z, float[] p, float[] q, float[] y, boolean add, int from, int length,
            int lines);

    /// For one line, from `from` to `to`.
    abstract void along(float[] x, float[] z, float p, float q, float[] y, boolean add, int from, int to);
}
