package lanegrad.kernel;

import jdk.incubator.vector.FloatVector;
import lanegrad.Backend;

/// A function of each element and of two numbers of its line, such as `(x - mean) * scale`, with its loops:
/// `y = f(x, z, p, q)`, x and z of the element, p and q of the line.
///
/// Given twice, scalar and in lanes, equal bit for bit, as [Unary] is. A function that needs no z or q gets whatever
/// was passed in its place and drops it.
public abstract class LineMap {
    private LineLoop scalarLoop;
    private LineLoop vectorLoop;

    /// A function; keep it, for it keeps its loops.
    protected LineMap() {
    }

    /// `f(x, z, p, q)`.
    public abstract float scalar(float x, float z, float p, float q);

    /// The lanes, in a class that only the vector backend loads.
    public abstract Lanes lanes();

    /// The same function on vectors.
    public interface Lanes {
        /// `f(x, z, p, q)` in each lane.
        FloatVector vector(FloatVector x, FloatVector z, FloatVector p, FloatVector q);
    }

    /// `y = f(x, z, p, q)`, or added to y. x, z and y are laid out as [Lines#in] does, and may be one array.
    ///
    /// @param p [Lines#width] floats, one for each line
    /// @param q likewise
    public final void run(Backend backend, Axis axis, int rows, int columns, float[] x, float[] z, float[] p, float[] q,
            float[] y, boolean add) {
        LineLoop loop = loop(backend);
        if (axis == Axis.COLUMNS) {
            for (int i = 0; i < rows; i += Lines.BLOCK) {
                loop.across(x, z, p, q, y, add, i * columns, Math.min(Lines.BLOCK, rows - i), columns);
            }
        } else if (Lines.transposes(backend, axis, columns)) {
            loop.across(x, z, p, q, y, add, 0, columns, Lines.width(rows));
        } else {
            for (int i = 0; i < rows; i++) {
                loop.along(x, z, p[i], q[i], y, add, i * columns, (i + 1) * columns);
            }
        }
    }

    private LineLoop loop(Backend backend) {
        if (backend == Backend.SCALAR) {
            return scalarLoop == null ? scalarLoop = HiddenCopy.of(ScalarLineLoop.class, this, LineLoop.class)
                    : scalarLoop;
        }
        return vectorLoop == null
                ? vectorLoop = new OpaqueLineLoop(HiddenCopy.of(VectorLineLoop.class, this, LineLoop.class))
                : vectorLoop;
    }
}
