/// Data for training: rows with labels, the bundled handwritten digits, a reader for files of the same
/// form, and the split into training and test rows that other tools make.
///
/// Start with [lanegrad.data.Digits#load] and [lanegrad.data.Split#of].
package lanegrad.data;
