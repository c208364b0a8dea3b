package lanegrad.bench.peers;

/// Somebody's way to do the work of a row. Each has a class and a loop of its own, so that the JIT compiles each for
/// itself.
interface Contender {
    /// The column, and a variant after a space: `OpenBLAS sgemv`.
    String name();

    /// What the reader should know about it, found out at run time; empty for nothing.
    default String detail() {
        return "";
    }

    /// Does the work so often.
    void run(int calls);
}
