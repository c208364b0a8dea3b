/// Checking gradients: [lanegrad.check.GradientCheck] tells whether the gradient of a computation is right, and if not,
/// which of its questions it fails.
package lanegrad.check;
