/// Lanegrad: a float32 numerical engine on `float[]` storage, with kernels on the Vector API and an autodiff tape.
///
/// Start it with `--add-modules=jdk.incubator.vector` where it is used from the class path.
module lanegrad.core {
    requires transitive jdk.incubator.vector;

    exports lanegrad;
    exports lanegrad.op;
    exports lanegrad.kernel;
    exports lanegrad.math;
    exports lanegrad.nn;
    exports lanegrad.optim;
    exports lanegrad.data;
    exports lanegrad.check;
}
