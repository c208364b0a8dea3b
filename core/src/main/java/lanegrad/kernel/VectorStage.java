package lanegrad.kernel;

import jdk.incubator.vector.FloatVector;

/// A first stage of a lane function that is too long for one loop.
///
/// C2 inlines some 35 to 50 operations into a loop ([VectorUnaryLoop] says why no more) and boxes what the rest takes:
/// x^2.4 left 36 bytes an element so. A longer function is cut into stages, each in a loop of its own over [#BLOCK]
/// elements: loop fission. A stage leaves vectors for those after it in a scratch that stays in the first-level cache;
/// what comes last is the function of `x` and the scratch that the loops take, [Unary.Lanes.Staged] or
/// [Binary.Lanes.Staged].
///
/// Each stage is a class: one method that chooses among five has one profile for all of them, in which each is taken
/// too rarely to be inlined.
public interface VectorStage {
    /// Elements of a block, and how far the second vector for an element is from the first.
    int BLOCK = 512;

    /// Leaves a vector at `t[at]`, at `t[at + BLOCK]`, or both; finds there what the stage before has left.
    void run(FloatVector x, float[] t, int at);
}
