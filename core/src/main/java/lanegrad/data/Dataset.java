package lanegrad.data;

import lanegrad.Shape;
import lanegrad.Tensor;

/// Rows of features with one class label each.
///
/// Holds the tensor and the array it was given, not copies, and never writes them. Labels are checked once,
/// at construction; whoever changes [#y] afterwards answers for it.
///
/// Not thread-safe where a caller writes the tensor or the array; otherwise it can be shared.
public final class Dataset {
    private final Tensor x;
    private final int[] y;
    private final int classes;

    /// A data set over `x`, of shape `[rows, features]`, and the labels `y`, one a row, each
    /// `0 .. classes - 1`. No rows at all are allowed.
    ///
    /// @throws IllegalArgumentException when `x` is no matrix or has no columns, `y` has another number of
    ///         labels than `x` has rows, `classes` is below 1, or a label is out of range
    public Dataset(Tensor x, int[] y, int classes) {
        if (x.shape().rank() != 2 || x.shape().extent(1) == 0) {
            throw new IllegalArgumentException("data set: the features have shape " + x.shape()
                    + "; give a matrix of [rows, features] with at least one feature");
        }
        if (y.length != x.shape().extent(0)) {
            throw new IllegalArgumentException("data set: " + y.length + " labels for "
                    + x.shape().extent(0) + " rows of features; give one label per row");
        }
        if (classes < 1) {
            throw new IllegalArgumentException("data set: " + classes
                    + " classes; give the number of classes, 1 or more");
        }
        for (int row = 0; row < y.length; row++) {
            if (y[row] < 0 || y[row] >= classes) {
                throw new IllegalArgumentException("data set: the label of row " + row + " is " + y[row]
                        + ", outside of 0.." + (classes - 1)
                        + "; number the classes from 0, or give a larger number of classes");
            }
        }
        this.x = x;
        this.y = y;
        this.classes = classes;
    }

    /// The features, `[size, features]`: the tensor itself, no copy.
    public Tensor x() {
        return x;
    }

    /// The labels: the array itself, no copy.
    public int[] y() {
        return y;
    }

    /// The number of classes; every label is below it.
    public int classes() {
        return classes;
    }

    /// The number of rows.
    public int size() {
        return y.length;
    }

    /// The number of features of a row.
    public int features() {
        return x.shape().extent(1);
    }

    /// A new data set of copies of the rows at `indices`, in that order; an index may occur more than once.
    ///
    /// @throws IndexOutOfBoundsException when an index is outside of `0 .. size - 1`
    public Dataset rows(int[] indices) {
        Tensor chosen = Tensor.zeros(indices.length, features());
        int[] labels = new int[indices.length];
        gather(indices, 0, indices.length, chosen, labels);
        return new Dataset(chosen, labels, classes);
    }

    /// A new data set with every feature times `factor`, for instance `1 / 16f` for pixels of `0..16`. One
    /// float product per feature, rounded once.
    ///
    /// @throws IllegalArgumentException when `factor` is NaN or infinite
    public Dataset scaled(float factor) {
        if (!Float.isFinite(factor)) {
            throw new IllegalArgumentException("scaled: the factor is " + factor + "; give a finite one");
        }
        Tensor scaled = Tensor.zeros(x.shape());
        float[] from = x.data();
        float[] to = scaled.data();
        for (int i = 0; i < x.size(); i++) {
            to[i] = from[i] * factor;
        }
        return new Dataset(scaled, y.clone(), classes);
    }

    /// A new data set on the same features with other labels: class c becomes class `classOf[c]`. Digits become odd
    /// (1) or even (0) with `relabeled(2, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1)`.
    ///
    /// @param classes the new number of classes
    /// @param classOf the new class of each old one
    /// @throws IllegalArgumentException when not every class gets a new one, or one is outside of
    ///         `0 .. classes - 1`
    public Dataset relabeled(int classes, int... classOf) {
        if (classOf.length != this.classes) {
            throw new IllegalArgumentException("relabeled: " + classOf.length + " new classes for " + this.classes
                    + " old ones; give one for each");
        }
        for (int c = 0; c < classOf.length; c++) {
            if (classOf[c] < 0 || classOf[c] >= classes) {
                throw new IllegalArgumentException("relabeled: class " + c + " becomes " + classOf[c]
                        + ", outside of 0.." + (classes - 1));
            }
        }
        int[] labels = new int[y.length];
        for (int i = 0; i < y.length; i++) {
            labels[i] = classOf[y[i]];
        }
        return new Dataset(x, labels, classes);
    }

    /// Copies the rows `order[from] .. order[from + count - 1]` and their labels into the caller's batch, and
    /// tells the tensor that it was written. Allocates nothing. When it throws, nothing was copied.
    ///
    /// The batch has exactly `count` rows, so that no row of an earlier batch is left in it: keep a second,
    /// smaller pair of buffers for a short last batch.
    ///
    /// @throws IllegalArgumentException when `xBatch` is not of shape `[count, features]`, `yBatch` is not
    ///         of length `count`, or `xBatch` lies on the array of [#x]
    /// @throws IndexOutOfBoundsException when `from`, `count` are no part of `order`, or an index in it is
    ///         outside of `0 .. size - 1`
    public void gather(int[] order, int from, int count, Tensor xBatch, int[] yBatch) {
        int features = features();
        if (from < 0 || count < 0 || from > order.length - count) {
            throw new IndexOutOfBoundsException("gather: " + count + " rows from position " + from
                    + " do not lie within an order of " + order.length + " rows");
        }
        Shape shape = xBatch.shape();
        if (shape.rank() != 2 || shape.extent(0) != count || shape.extent(1) != features) {
            throw new IllegalArgumentException("gather: the batch has shape " + shape + " for " + count
                    + " rows of " + features + " features; give a tensor of shape [" + count + ", "
                    + features + "]");
        }
        if (yBatch.length != count) {
            throw new IllegalArgumentException("gather: the batch has room for " + yBatch.length
                    + " labels, " + count + " rows were asked for; give an array of " + count);
        }
        if (xBatch.data() == x.data()) {
            throw new IllegalArgumentException("gather: the batch and the data set share one array, the copy"
                    + " would overwrite rows not yet read; give the batch a tensor of its own");
        }
        for (int i = 0; i < count; i++) {
            int row = order[from + i];
            if (row < 0 || row >= y.length) {
                throw new IndexOutOfBoundsException("row " + row + ", at position " + (from + i)
                        + " of the order, is outside of a data set of " + y.length + " rows");
            }
        }
        float[] source = x.data();
        float[] target = xBatch.data();
        for (int i = 0; i < count; i++) {
            int row = order[from + i];
            System.arraycopy(source, row * features, target, i * features, features);
            yBatch[i] = y[row];
        }
        xBatch.changed();
    }

    /// Sizes only: `1797 rows, 64 features, 10 classes`.
    @Override
    public String toString() {
        return size() + " rows, " + features() + " features, " + classes + " classes";
    }
}
