package lanegrad.kernel;

import lanegrad.Backend;

/// Products with few columns, where most lanes of a row of C would be idle: a part of [Gemm].
///
/// | columns | A | way |
/// |---|---|---|
/// | 1 | as it is | [VectorColumn], with 512 bits done at once [VectorSquares], with 16 registers [VectorDiagonals] |
/// | 2 to 4 | as it is | [VectorPairs]: two rows share a vector |
/// | up to 12 | stored transposed | C^T is computed instead, and transposed: its long side goes along the lanes |
/// | 9 to 12 | stored transposed | with 512 bits done at once the same in registers, [VectorTurned] |
///
/// With one column the lanes go along the rows of A. The first two ways do 16 rows at a time and need as many; what
/// these leave of k is added to the chains in the end. The others leave out a bias, which C^T would need as a column;
/// the last does 32 rows at a time, needs as many, and no gaps between the rows of B and C. (Of fewer, 9 to 12 columns
/// are tiles of 16 x 1, where 512 bits are done at once: TN 16x32x10 takes 182 ns, and 280 as C^T.)
final class NarrowProduct implements Parallel.Task {
    /// How a product is computed.
    enum Way {
        /// As a single column, in squares of 8 x 8.
        COLUMN,
        /// As a single column, in squares of 16 x 16.
        SQUARES,
        /// As a single column, in diagonals.
        DIAGONALS,
        /// Two rows in a vector.
        PAIRS,
        /// As C^T.
        TURNED,
        /// As C^T, in registers.
        TURNED_INSIDE
    }

    /// With so few columns, C^T is computed instead of C where A is stored transposed. TN 128x128x10 takes 3.3 µs in
    /// place of 6.0, although C is transposed in the end; with 16 columns the tiles have no idle lanes to begin with.
    static final int TURNED_COLUMNS = 12;

    /// From these depths on they pay.
    private static final int COLUMN_DEPTH = 16;
    private static final int PAIRS_DEPTH = 32;
    /// Rows that a thread takes at once: 64 KB of A at a depth of 64.
    private static final int PART = 256;

    private Way way;
    private int m;
    private int n;
    private int k;
    /// How many the kernel does of the columns, and of k.
    private int columns;
    private int whole;
    /// Where row 0 of B would stand in `packed`, whose last k - whole rows stand there as they are.
    private int rest;
    private float[] a;
    private int aOffset;
    private int lda;
    private boolean rectified;
    private VectorChains chains;
    private float[] c;
    private int cOffset;
    private int ldc;

    private int parts;
    /// Of a turned product; of what follows it has `width` and `packed` only.
    private float[] b;
    private int bOffset;
    private int bRow;
    private int bColumn;
    private float[] beginning;

    /// B as the kernel wants it, in rows of `width` floats; of a turned product, C^T.
    private int width;
    private float[] packed = new float[0];
    /// The beginning of two rows' chains.
    private final float[] start = new float[2 * VectorPairs.COLUMNS];
    /// A kernel's result before it is finished, a piece for each part.
    private float[] rows = new float[0];

    /// The way of a product on the vector backend whose chains begin with zeros or a bias, or `null` if it is not
    /// one for here.
    ///
    /// @param room how many floats A's array has from its first element on
    static Way way(boolean transA, boolean transB, int m, int n, int k, boolean bias, int lda, int ldb, int ldc,
            int room) {
        Backend vector = Backend.VECTOR;
        if (transA) {
            if (bias || n > TURNED_COLUMNS || m <= n) {
                return null;
            }
            if (vector.whole512() && n >= VectorTurned.LEAST) {
                if (m < VectorTurned.ROWS) {
                    return null;
                }
                if (!transB && ldb == n && ldc == n) {
                    return Way.TURNED_INSIDE;
                }
            }
            return (k - 1L) * lda + VectorGemm.kernel().padded(n, k, m) <= room ? Way.TURNED : null;
        }
        if (n > VectorPairs.COLUMNS || m < VectorPairs.ROWS || vector.lanes() < VectorPack.SIDE) {
            return null;
        }
        if (n == 1) {
            // What squares leave of k is added float by float: of 16 x 16 no more than of 8 x 8.
            return k < COLUMN_DEPTH ? null : vector.registers() < 32 ? Way.DIAGONALS
                    : vector.whole512() && k % VectorSquares.STEP < VectorPack.SIDE ? Way.SQUARES : Way.COLUMN;
        }
        return k >= PAIRS_DEPTH ? Way.PAIRS : null;
    }

    void run(Way way, int threads, boolean transB, int m, int n, int k, float[] a, int aOffset, int lda, float[] b,
            int bOffset, int ldb, float[] start, boolean rectified, float[] c, int cOffset, int ldc) {
        this.way = way;
        this.m = m;
        this.n = n;
        this.k = k;
        this.a = a;
        this.aOffset = aOffset;
        this.lda = lda;
        this.rectified = rectified;
        this.c = c;
        this.cOffset = cOffset;
        this.ldc = ldc;
        parts = Math.max(1, m / PART);
        if (way == Way.TURNED || way == Way.TURNED_INSIDE) {
            this.b = b;
            this.bOffset = bOffset;
        } else {
            bind(transB, b, bOffset, ldb, start);
        }
        if (way == Way.TURNED) {
            bRow = transB ? 1 : ldb;
            bColumn = transB ? ldb : 1;
            beginning = start;
            width = VectorGemm.kernel().padded(n, k, m);
            packed = Gemm.grown(packed, n * width);
        }
        Parallel.run(threads, parts, this);
    }

    private void bind(boolean transB, float[] b, int bOffset, int ldb, float[] start) {
        columns = way == Way.PAIRS ? VectorPairs.COLUMNS : 1;
        whole = k & -switch (way) {
            case PAIRS -> VectorPairs.STEP;
            case DIAGONALS -> VectorDiagonals.STEP;
            case SQUARES -> VectorSquares.STEP;
            default -> VectorPack.SIDE;
        };
        width = way == Way.PAIRS ? 2 * columns : columns;
        rest = way == Way.DIAGONALS ? VectorDiagonals.packed(whole) - whole : 0;
        packed = Gemm.grown(packed, rest + k * width);
        int bRow = transB ? 1 : ldb;
        if (way == Way.DIAGONALS) {
            VectorDiagonals.pack(whole, b, bOffset, bRow, packed);
            pack(whole, b, bOffset, bRow, 1);
        } else if (n == VectorPairs.COLUMNS && !transB) {
            VectorPairs.pack(k, b, bOffset, ldb, packed);
        } else {
            pack(0, b, bOffset, bRow, transB ? ldb : 1);
        }
        for (int j = 0; j < n; j++) {
            this.start[j] = start[j];
            this.start[j + width - columns] = start[j];
        }
        chains = way == Way.DIAGONALS || way == Way.SQUARES ? VectorChains.of(lda) : null;
        rows = Gemm.grown(rows, parts * VectorPairs.ROWS * columns);
    }

    // The rows of B from row `first` on.
    private void pack(int first, float[] b, int bOffset, int bRow, int bColumn) {
        for (int j = 0; j < n; j++) {
            int from = bOffset + first * bRow + j * bColumn;
            int to = rest + first * width + j;
            for (int p = first; p < k; p++, from += bRow, to += width) {
                packed[to] = b[from];
                packed[to + width - columns] = b[from];
            }
        }
    }

    // C^T = op(B)^T op(A)^T: A is stored as op(A)^T, and op(B)^T is read as A is elsewhere.
    private void turned(int i, int end) {
        GemmKernel kernel = VectorGemm.kernel();
        kernel.block(n, n, end - i, k, b, bOffset, bColumn, bRow, a, aOffset + i, lda, beginning, 0, 0, 0, packed, i,
                width, false, null, 0);
        Transpose.of(Backend.VECTOR, n, end - i, packed, i, width, c, cOffset + i * ldc, ldc);
    }

    // C^T in the place of C, 32 rows of C at a time, and transposed in place.
    private void turnedInside(int first, int end) {
        VectorTurned tile = VectorTurned.of(n);
        VectorZip squares = VectorZip.of(n, VectorZip.SIDE);
        int half = VectorZip.SIDE * n;
        for (int i = first; i < end; i += VectorTurned.ROWS) {
            i = Math.min(i, end - VectorTurned.ROWS);
            int at = cOffset + i * n;
            boolean nan = tile.multiply(k, a, aOffset + i, lda, b, bOffset, c, at);
            squares.run(2, c, at, VectorZip.SIDE, half, c, at, n, half);
            if (nan) {
                for (int j = at; j < at + VectorTurned.ROWS * n; j++) {
                    c[j] = Sums.canonical(c[j]);
                }
            }
        }
    }

    /// The rows of one part, the last 16 of which may be done twice: the values are the same.
    @Override
    public void run(int part) {
        int step = VectorPairs.ROWS;
        int end = (part + 2) * PART > m ? m : (part + 1) * PART;
        if (way == Way.TURNED) {
            turned(part * PART, end);
            return;
        }
        if (way == Way.TURNED_INSIDE) {
            turnedInside(part * PART, end);
            return;
        }
        boolean direct = whole == k && n == columns && ldc == n;
        for (int i = part * PART; i < end; i += step) {
            i = Math.min(i, end - step);
            int at = aOffset + i * lda;
            float[] y = direct ? c : rows;
            int from = direct ? cOffset + i * n : part * step * columns;
            boolean nan = switch (way) {
                case COLUMN -> VectorColumn.multiply(whole, a, at, lda, packed, start, rectified && direct, y, from);
                case PAIRS -> VectorPairs.multiply(whole, a, at, lda, packed, start, rectified && direct, y, from);
                default -> chains.multiply(whole, a, at, lda, packed, start, rectified && direct, y, from);
            };
            if (nan || !direct) {
                finish(i, y, from);
            }
        }
    }

    // The rest of the chains of 16 rows, and what becomes of their ends.
    private void finish(int i, float[] y, int from) {
        int step = VectorPairs.ROWS;
        // The rows are the inner loop: with the columns there 1437 x 64 x 2 took 28 µs in place of 24, 1437 x 67 x 1 46
        // in place of 23.
        for (int j = 0; j < n; j++) {
            for (int p = whole; p < k; p++) {
                float x = packed[rest + p * width + j];
                int q = aOffset + i * lda + p;
                for (int r = 0; r < step; r++) {
                    int at = from + j + r * columns;
                    y[at] = Math.fma(a[q + r * lda], x, y[at]);
                }
            }
            int to = cOffset + i * ldc + j;
            for (int r = 0; r < step; r++) {
                float s = y[from + j + r * columns];
                c[to + r * ldc] = rectified && s <= 0 ? 0 : Sums.canonical(s);
            }
        }
    }

    // The caller's arrays are not kept alive.
    void forget() {
        a = null;
        b = null;
        c = null;
        beginning = null;
    }
}
