package lanegrad.bench.peers;

/// A contender that multiplies matrices.
interface GemmContender extends Contender {
    /// A copy of the product that the last call left.
    float[] product();
}
