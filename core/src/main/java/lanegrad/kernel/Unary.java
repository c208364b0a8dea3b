package lanegrad.kernel;

import jdk.incubator.vector.FloatVector;

/// A function of one float with its derivative, twice: scalar and in lanes, equal bit for bit.
///
/// Whatever implements it gets loops of its own from [UnaryLoop#of]. They may run on several threads at once, so a
/// function has no state that it changes.
public interface Unary {
    /// `y = f(x)`.
    float scalar(float x);

    /// `dx = f'(x) * dy`. A function whose derivative is cheaper from its value takes `y`, which is `f(x)`.
    float vjp(float x, float y, float dy);

    /// The lanes. Called by the vector backend only: the class behind it may name vector classes, the class
    /// that implements this interface must not, or it could not be loaded without the incubator module.
    Lanes lanes();

    /// The same function on vectors of any width. Lane `i` of a result has the bits of the scalar form.
    interface Lanes {
        /// `y = f(x)`.
        FloatVector vector(FloatVector x);

        /// `dx = f'(x) * dy`.
        FloatVector vjp(FloatVector x, FloatVector y, FloatVector dy);

        /// Whether every NaN that [#vector] returns is the canonical one. Loops need not look for others then, which
        /// takes exp from 0.32 to 0.28 ns an element. Functions that put NaN in place of what integer arithmetic has
        /// made of it are so without more ado.
        default boolean canonical() {
            return false;
        }

        /// A function too long for one loop, once more, in stages. The two above are for vectors that come one by one.
        interface Staged extends Lanes {
            /// What goes before the last stage.
            VectorStage[] stages();

            /// What goes before the last stage of the derivative.
            VectorStage[] vjpStages();

            /// `y = f(x)`, from what the stages have left.
            FloatVector vector(FloatVector x, float[] t, int at);

            /// `dx = f'(x) * dy`, from the same.
            FloatVector vjp(FloatVector x, FloatVector dy, float[] t, int at);
        }
    }
}
