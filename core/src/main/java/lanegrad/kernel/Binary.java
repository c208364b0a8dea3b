package lanegrad.kernel;

import jdk.incubator.vector.FloatVector;

/// A function of two floats with its two derivatives, twice: scalar and in lanes, equal bit for bit.
///
/// Whatever implements it gets loops of its own from [BinaryLoop#of].
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
    }
}
