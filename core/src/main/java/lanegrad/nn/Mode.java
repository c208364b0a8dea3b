package lanegrad.nn;

/// Whether a network learns or is asked: what a layer such as dropout does depends on it.
public enum Mode {
    /// A step of training: layers that drop or disturb do so.
    TRAINING,
    /// A prediction: the same input gives the same output.
    EVALUATION
}
