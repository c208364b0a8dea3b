package lanegrad;

import java.util.Arrays;

/// A [Shape] and a `float[]`: contiguous, row-major, from index 0. No views, no strides.
///
/// Element `(i, j)` of a matrix stands at `data()[i * columns + j]`. The array may be longer than the
/// tensor: [#zeros] appends [#PADDING] floats, so that a kernel may read a whole vector at the last element
/// instead of a masked one. What stands in the padding is nobody's: kernels read it at most into lanes that
/// they drop, and never write it.
///
/// Not thread-safe.
public final class Tensor {
    /// Floats behind the last element of a tensor from [#zeros]: one 512-bit vector less one lane.
    public static final int PADDING = 15;

    private final Shape shape;
    private final float[] data;
    private int version;

    private Tensor(Shape shape, float[] data) {
        this.shape = shape;
        this.data = data;
    }

    /// A new tensor of zeros, with padding.
    public static Tensor zeros(int... extents) {
        return zeros(Shape.of(extents));
    }

    /// A new tensor of zeros, with padding.
    public static Tensor zeros(Shape shape) {
        return new Tensor(shape, new float[shape.size() + PADDING]);
    }

    /// A new tensor with a copy of `values` in row-major order, with padding.
    ///
    /// @throws IllegalArgumentException when the number of values is not the shape's
    public static Tensor of(float[] values, int... extents) {
        Tensor tensor = zeros(Shape.of(extents));
        return tensor.set(values);
    }

    /// A tensor over the caller's own array, without a copy: whoever writes the array afterwards says so with
    /// [#changed].
    ///
    /// @throws IllegalArgumentException when the array is shorter than the shape
    public static Tensor wrap(float[] data, int... extents) {
        Shape shape = Shape.of(extents);
        if (data.length < shape.size()) {
            throw new IllegalArgumentException("wrap: shape " + shape + " has " + shape.size()
                    + " elements, the array has " + data.length + "; give a longer array or a smaller shape");
        }
        return new Tensor(shape, data);
    }

    /// The extents.
    public Shape shape() {
        return shape;
    }

    /// The number of elements.
    public int size() {
        return shape.size();
    }

    /// The array itself; its first [#size] floats are the elements. Whoever writes into it calls [#changed],
    /// so that a tape which has read the old values can refuse a wrong gradient.
    public float[] data() {
        return data;
    }

    /// The element at a row-major position.
    ///
    /// @throws IndexOutOfBoundsException outside `0 .. size - 1`, the padding included
    public float get(int index) {
        return data[checked(index)];
    }

    /// The element `(row, column)` of a matrix.
    ///
    /// @throws IllegalArgumentException when this is no matrix
    /// @throws IndexOutOfBoundsException outside the matrix
    public float get(int row, int column) {
        if (shape.rank() != 2) {
            throw new IllegalArgumentException("get(row, column): the tensor has shape " + shape
                    + ", not that of a matrix; use get(index)");
        }
        if (row < 0 || row >= shape.extent(0) || column < 0 || column >= shape.extent(1)) {
            throw new IndexOutOfBoundsException("(" + row + ", " + column + ") is outside of shape " + shape);
        }
        return data[row * shape.extent(1) + column];
    }

    /// The only element of a tensor of size 1, for instance a loss.
    public float item() {
        if (size() != 1) {
            throw new IllegalArgumentException("item: the tensor has shape " + shape + " and " + size()
                    + " elements; only a tensor of one element has a single value");
        }
        return data[0];
    }

    /// Writes one element.
    public Tensor set(int index, float value) {
        data[checked(index)] = value;
        return changed();
    }

    /// Writes all elements from `values`, row-major.
    ///
    /// @throws IllegalArgumentException when the number of values is not [#size]
    public Tensor set(float[] values) {
        if (values.length != size()) {
            throw new IllegalArgumentException("set: shape " + shape + " has " + size() + " elements, "
                    + values.length + " values were given; give one value per element");
        }
        System.arraycopy(values, 0, data, 0, values.length);
        return changed();
    }

    /// Writes the same value everywhere.
    public Tensor fill(float value) {
        Arrays.fill(data, 0, size(), value);
        return changed();
    }

    /// Counts a write. A [Tape] compares the count between forward and backward.
    public Tensor changed() {
        version++;
        return this;
    }

    /// How often the tensor was written, as told by [#changed].
    public int version() {
        return version;
    }

    /// A copy with its own array.
    public Tensor copy() {
        Tensor tensor = zeros(shape);
        System.arraycopy(data, 0, tensor.data, 0, size());
        return tensor;
    }

    /// The elements in a new array of exactly [#size] floats.
    public float[] toArray() {
        return Arrays.copyOf(data, size());
    }

    private int checked(int index) {
        if (index < 0 || index >= size()) {
            throw new IndexOutOfBoundsException("index " + index + " is outside of shape " + shape);
        }
        return index;
    }

    /// Shape and first values: `[2, 3] 1.0 2.0 3.0 4.0 …`.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(shape.toString());
        for (int i = 0; i < Math.min(size(), 8); i++) {
            text.append(' ').append(data[i]);
        }
        return size() > 8 ? text.append(" …").toString() : text.toString();
    }
}
