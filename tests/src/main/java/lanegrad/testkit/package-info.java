/// What it takes to test a numerical engine: comparisons of bits and ulps, floats from all regimes, a gradient
/// check. For the tests of this project and of those who write operations of their own.
package lanegrad.testkit;
