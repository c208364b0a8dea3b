package lanegrad;

import java.util.Arrays;

/// The extents of a [Tensor], outermost first: `[32, 64]` is 32 rows of 64.
///
/// Rank 0 is a scalar and has one element. An extent may be 0; the tensor is then empty. A value class:
/// shapes are immutable and equal when their extents are.
public final class Shape {
    /// The largest number of elements: what a Java array holds, less the padding of [Tensor#zeros].
    public static final int MAX_SIZE = Integer.MAX_VALUE - 8 - Tensor.PADDING;

    /// Rank 0, one element.
    public static final Shape SCALAR = new Shape(new int[0], 1);

    private final int[] extents;
    private final int size;

    private Shape(int[] extents, int size) {
        this.extents = extents;
        this.size = size;
    }

    /// The shape with these extents.
    ///
    /// @throws IllegalArgumentException for a negative extent, or more elements than an array holds; the
    ///         product is formed in `long`, so that `65536 x 65536` is refused and not 0
    public static Shape of(int... extents) {
        if (extents.length == 0) {
            return SCALAR;
        }
        long size = 1;
        boolean empty = false;
        for (int extent : extents) {
            if (extent < 0) {
                throw new IllegalArgumentException("shape " + Arrays.toString(extents)
                        + ": an extent is negative; extents are 0 or more");
            }
            empty |= extent == 0;
            // Saturates instead of wrapping: once too large, it stays too large, unless an extent is 0.
            size = size > MAX_SIZE ? size : size * extent;
        }
        if (!empty && size > MAX_SIZE) {
            throw new IllegalArgumentException("shape " + Arrays.toString(extents) + ": more than " + MAX_SIZE
                    + " elements do not fit into one Java array; split the tensor");
        }
        return new Shape(extents.clone(), empty ? 0 : (int) size);
    }

    /// The number of extents: 0 for a scalar, 2 for a matrix.
    public int rank() {
        return extents.length;
    }

    /// The extent along `axis`, counted from 0, outermost first.
    public int extent(int axis) {
        return extents[axis];
    }

    /// The number of elements.
    public int size() {
        return size;
    }

    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof Shape shape && Arrays.equals(extents, shape.extents);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(extents);
    }

    /// `[32, 64]`; `[]` for a scalar.
    @Override
    public String toString() {
        return Arrays.toString(extents);
    }
}
