package lanegrad.kernel;

import jdk.incubator.vector.FloatVector;

/// A function of two floats with its two derivatives, twice: scalar and in lanes, equal bit for bit.
///
/// Whatever implements it gets loops of its own from [BinaryLoop#of], which may run on several threads at once.
public interface Binary {
    /// `y = f(a, b)`.
    float scalar(float a, float b);

    /// `da = df/da * dy`.
    float vjpA(float a, float b, float dy);

    /// `db = df/db * dy`.
    float vjpB(float a, float b, float dy);

    /// The lanes; see [Unary#lanes].
    Lanes lanes();

    /// The same function on vectors of any width.
    interface Lanes {
        /// `y = f(a, b)`.
        FloatVector vector(FloatVector a, FloatVector b);

        /// `da = df/da * dy`.
        FloatVector vjpA(FloatVector a, FloatVector b, FloatVector dy);

        /// `db = df/db * dy`.
        FloatVector vjpB(FloatVector a, FloatVector b, FloatVector dy);

        /// A function too long for one loop, once more, with stages, which are of `a`; as [Unary.Lanes.Staged].
        interface Staged extends Lanes {
            /// What goes before the last stage, of the function and of its derivative by `b`.
            VectorStage[] stages();

            /// `y = f(a, b)`, from what the stages have left.
            FloatVector vector(FloatVector a, FloatVector b, float[] t, int at);

            /// `db = df/db * dy`, from the same.
            FloatVector vjpB(FloatVector a, FloatVector b, FloatVector dy, float[] t, int at);
        }
    }
}
