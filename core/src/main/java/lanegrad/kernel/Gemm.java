package lanegrad.kernel;

import java.util.Arrays;
import lanegrad.Backend;

/// Matrix multiply: `C = alpha * op(A) * op(B) + beta * C`, or `C = op(A) * op(B) + bias` with one bias row.
///
/// **Shapes.** `op(A)` is m x k, `op(B)` is k x n, C is m x n; `op` is the identity or the transpose. All are
/// row-major with an offset and a leading dimension, the distance of two rows *as stored*: A is stored m x k, or
/// k x m when transposed.
///
/// **Bits.** Each element of C is one chain of fused multiply-adds over ascending k:
///
///     s = beta * c[i,j], or bias[j], or +0
///     for p in 0 .. k-1:  s = fma(alpha * a[i,p], b[p,j], s)
///     c[i,j] = s
///
/// whatever the backend, the vector width, the number of threads, the sizes of tiles and blocks. A block of k
/// ends by storing C, and the next begins by loading it: storing a float loses nothing, so the chain goes on.
/// It follows that row i of C does not depend on how many rows there are.
///
/// **Special values.** `beta = 0` does not read C, and `alpha = 0` reads neither A nor B: a NaN there vanishes.
/// Zeros are not skipped: `0 * inf` is NaN. `k = 0` gives `beta * C`. NaN results are canonical.
///
/// **Error.** At most `k` roundings per element: `|error| <= k * 2^-24 / (1 - k * 2^-24)` times
/// `|alpha| |A| |B| + |beta| |C|`, plus underflow (Higham, *Accuracy and Stability of Numerical Algorithms*,
/// section 3.1).
///
/// **The five loops**, in the terms of Goto and van de Geijn, *Anatomy of High-Performance Matrix
/// Multiplication* (2008), and BLIS:
///
///     for jc in 0 .. n-1 step NC       columns of B that are packed together: memory for it is limited
///       for pb in 0 .. k-1 step KB     rows of B that are packed together: A, MC x KB, must stay in L2
///         for jr: a panel              up to 64 columns; packed here, it stays in L2 while all of A passes by
///           for ic in 0 .. m-1 step MC rows of A; C here is MC x 64 and stays in L1 and L2
///             for pc step KC           a stretch of the chains: C is loaded, goes on, and is stored
///               for ir: a tile         4 to 16 rows; its C is in registers for all of KC
///
/// One thread goes panel by panel, and so do more threads, each packing its own, if there are as many for each of them;
/// else they share the loop over rows, after B was packed. With 16 registers panels are 16 columns wide, and all of A
/// would pass by too often: the loop over rows is then the outer one, unless A is small; and a tile takes its rows of
/// A, which stay in L1, over up to eight panels at once. The order differs from BLIS, which has pc outside of ic and so
/// comes back to C when it has long left the cache: the chains are not allowed to meet C at their end only, so a tile
/// waits for its C at the beginning. A is not packed, unless it is transposed and its rows are long, or its rows are
/// [#PAGE] floats or a multiple apart: a tile reads 4 to 16 rows of it side by side. Packing it always gained less at
/// 1024^3 (91 to 94% of peak beside 90) than the copy costs at the sizes of small networks.
///
/// B is packed where that pays: always when it is transposed, or when a whole vector at the end of its last row
/// would leave the array; otherwise when its rows are farther apart than a panel is wide, and there are enough
/// rows of A to use the packed panel often. Tiles of 12 rows, and with 16 registers those of 6 and 4, can do that on
/// their way, each vector as it is loaded: then the first tile of a panel packs it. (With 16 registers only a B of
/// [#IN_L2] floats at most: a larger one is packed before, a few rows at a time.)
///
/// (Over 300 lines: the contract above, the checks of seventeen arguments, and the loops that it names.)
public final class Gemm {
    /// Depth of a stretch in panels of 64 columns, and twice that in panels of 32: KC x 64 floats of B are 128 KB and
    /// stream from L2, on Zen 4 16 of the 32 bytes a cycle that L2 gives. A panel that stays in L1 (KC = 64 or 128)
    /// lost: at 1024^3 each tile then begins and ends with C four or eight times as often (85% of peak; KC = 256 87%,
    /// 512 and 1024 90%; on Zen 5 in panels of 32 columns, 512 deep 82%, 1024 deep 86%).
    static final int KC = 512;
    /// Depth of a packed panel: KB x 64 floats are 512 KB, half of L2. Kernels with narrower panels take less.
    static final int KB = 2048;
    /// Columns of B that are packed together, so that the packed B is 32 MB at most; and the most rows of a
    /// transposed A that are.
    static final int NC = 4096;
    /// The most rows of one part, and the distance of two columns of op(A) in the copy of an A^T that is not turned.
    static final int MC = 64;
    /// Rows of A so many floats apart, 4 KB, or a multiple, share the few places that L1 has for such addresses: where
    /// [#COPIED] columns of C or more come of it, they are copied to where they do not, a line further apart. On Zen 5
    /// 1024^3 takes 3% less, 2048^3 4%.
    static final int PAGE = 1024;
    static final int COPIED = 512;
    static final int LINE = 16;
    /// Into so many parts rows are cut, if there are enough.
    static final int PARTS = 16;
    /// Columns of one part, as near as panels allow.
    static final int PACK = 64;
    /// From so many parts of columns on, or as many for each thread, parts are columns, and each packs its own piece of
    /// B.
    static final int COLUMN_PARTS = 8;
    /// A B of no more floats than this, 128 KB, stays in L2 as it is.
    static final int DIRECT = 32 * 1024;
    /// So many floats are 512 KB, half of an L2 or all of it.
    static final int IN_L2 = 1 << 17;
    /// Packing a float of B takes a quarter of a cycle, using it m / 16 cycles; rows in the distance of a panel's
    /// width make a tile 3% faster, since the distance is then a constant and needs no checks.
    static final int REUSED = 256;
    /// A single row with fewer multiply-adds is left to the scalar twin: 1 x 8 x 1 takes 51 ns, 60 in vectors and 169
    /// if B must be packed for them, 1 x 32 x 1 161, 84 and 211 (Zen 4 under AVX2).
    private static final int FEW = 24;
    /// From so many multiply-adds on other threads are woken for a product. Only more of them, without a long pause,
    /// make up for the waking: 128 x 64 x 128 takes 26 µs with one thread, 15 to 18 with two, and 38 if the second was
    /// parked (Zen 4 under AVX2).
    static final long PARALLEL = 1L << 20;
    /// From so many on, threads that are awake take part: two take 6.6 µs in place of 8.3 for 64 x 64 x 64, 9.1 in
    /// place of 16.6 for 64 x 128 x 64.
    static final long SHARED = 1L << 18;
    /// A part of rows with more, 0.1 ms of one core, is cut into pieces of columns: when another program takes a core
    /// for a while, the other threads have something left to do. Beside one that takes a quarter of one of two cores
    /// 1024^3 takes 3 to 5% less with two threads, 512^3 1 to 3%.
    static final long PIECE = 1L << 22;

    /// The beginning of chains without a bias: as long as what a call of a tile takes, 128 columns at most.
    private static final float[] ZEROS = new float[128];
    private static final Pool<Product> POOL = new Pool<>(Product::new);

    private Gemm() {
    }

    /// `C = alpha * op(A) * op(B) + beta * C`.
    ///
    /// Cost `2 m n k` floating-point operations. Allocates nothing once its buffers have grown.
    ///
    /// @param backend which kernels
    /// @param threads the most threads to use, 1 or more. Less than 2^18 multiply-adds are left to the caller, less
    ///        than 2^20 to it and those threads that are still awake from other work
    /// @throws IllegalArgumentException for a negative size, a leading dimension shorter than a row, an array too
    ///         short for its matrix, or C in the same place as A or B
    public static void multiply(Backend backend, int threads, boolean transA, boolean transB, int m, int n, int k,
            float alpha, float[] a, int aOffset, int lda, float[] b, int bOffset, int ldb, float beta, float[] c,
            int cOffset, int ldc) {
        run(backend, threads, transA, transB, m, n, k, alpha, a, aOffset, lda, b, bOffset, ldb, beta, null, false,
                c, cOffset, ldc);
    }

    /// `C = op(A) * op(B) + bias`, the bias row added to every row of C: the chains begin with it. With `rectified`,
    /// `C = max(op(A) * op(B) + bias, 0)`: results that are negative or -0 become 0 in registers, before they are
    /// stored, NaN stays.
    ///
    /// @param bias n floats from index 0
    /// @throws IllegalArgumentException as [#multiply], or for a bias shorter than n
    public static void multiplyBias(Backend backend, int threads, boolean transA, boolean transB, int m, int n,
            int k, float[] a, int aOffset, int lda, float[] b, int bOffset, int ldb, float[] bias,
            boolean rectified, float[] c, int cOffset, int ldc) {
        if (bias.length < n) {
            throw new IllegalArgumentException("matrix multiply: the bias has " + bias.length + " floats, C has "
                    + n + " columns; give one per column");
        }
        run(backend, threads, transA, transB, m, n, k, 1, a, aOffset, lda, b, bOffset, ldb, 0, bias, rectified, c,
                cOffset, ldc);
    }

    private static void run(Backend backend, int threads, boolean transA, boolean transB, int m, int n, int k,
            float alpha, float[] a, int aOffset, int lda, float[] b, int bOffset, int ldb, float beta, float[] bias,
            boolean rectified, float[] c, int cOffset, int ldc) {
        int aEnd = check("A", a, aOffset, lda, transA ? k : m, transA ? m : k);
        int bEnd = check("B", b, bOffset, ldb, transB ? n : k, transB ? k : n);
        int cEnd = check("C", c, cOffset, ldc, m, n);
        checkApart("A", a, aOffset, aEnd, c, cOffset, cEnd);
        checkApart("B", b, bOffset, bEnd, c, cOffset, cEnd);
        if (m == 0 || n == 0) {
            return;
        }
        if (k == 0 || alpha == 0) {
            begin(beta, bias, rectified, m, n, c, cOffset, ldc);
            return;
        }
        if (backend == Backend.VECTOR && Math.max(aEnd, bEnd) > VectorGemm.kernel().last()) {
            // Arrays of 8 GB: the bits are the same.
            backend = Backend.SCALAR;
        }
        GemmKernel kernel = backend == Backend.SCALAR || m == 1 && (long) k * n < FEW ? ScalarGemm.KERNEL
                : VectorGemm.kernel();
        NarrowProduct.Way way = backend == Backend.SCALAR || alpha != 1 || beta != 0 && bias == null ? null
                : NarrowProduct.way(transA, transB, m, n, k, bias != null, lda, ldb, ldc, a.length - aOffset);
        float[] start = bias == null ? ZEROS : bias;
        int width = kernel.padded(m, k, n);
        boolean packed = way == null && packed(kernel, transB, m, n, k, b, bOffset, ldb, width);
        long work = (long) m * n * k;
        int workers = Parallel.workers(threads, work, SHARED, PARALLEL);
        // Most products of small networks: one block, for which B is packed at most.
        boolean small = way == null && alpha == 1 && (beta == 0 || bias != null) && work < PARALLEL && workers == 1
                && (bias == null ? kernel.panel(m, k, n) <= ZEROS.length : width <= bias.length)
                && !(packed && transA && lda > MC);
        if (small && !packed) {
            kernel.block(m, m, n, k, a, aOffset, transA ? 1 : lda, transA ? lda : 1, b, bOffset, ldb, start, 0, 0,
                    bias == null ? 0 : 1, c, cOffset, ldc, rectified, null, 0);
            return;
        }
        if (bias == null && beta != 0 && beta != 1) {
            begin(beta, null, false, m, n, c, cOffset, ldc);
        }
        Product p = POOL.take();
        try {
            if (way != null) {
                p.narrow.run(way, workers, transB, m, n, k, a, aOffset, lda, b, bOffset, ldb, start, rectified, c,
                        cOffset, ldc);
                return;
            }
            p.bind(backend, kernel, transA, transB, m, a, aOffset, lda, b, ldb, c, ldc, packed);
            if (small) {
                p.block(n, k, bOffset, width, start, bias == null ? 0 : 1, rectified, cOffset);
                return;
            }
            p.run(workers, n, k, alpha, bOffset, width, bias == null && beta != 0, bias, rectified, cOffset);
        } finally {
            p.forget();
            POOL.give(p);
        }
    }

    // The beginning of the chains, rounded once, as the contract has it: beta * c, or the bias.
    private static void begin(float beta, float[] bias, boolean rectified, int m, int n, float[] c, int offset,
            int ldc) {
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                int at = offset + i * ldc + j;
                float s = bias != null ? bias[j] : beta == 0 ? 0 : beta * c[at];
                c[at] = rectified && s <= 0 ? 0 : Sums.canonical(s);
            }
        }
    }

    private static boolean packed(GemmKernel kernel, boolean transB, int m, int n, int k, float[] b, int bOffset,
            int ldb, int width) {
        return transB || bOffset + (k - 1L) * ldb + width > b.length || ldb > kernel.panel(m, k, n)
                && (m >= REUSED || m >= MC / 2 && (long) k * n > kernel.direct(m, ldb));
    }

    /// `buffer` if it is long enough, else a longer one with other contents.
    static float[] grown(float[] buffer, int length) {
        return buffer.length >= length ? buffer : new float[Math.max(length, 2 * buffer.length)];
    }

    private static int check(String role, float[] x, int offset, int ld, int rows, int columns) {
        if (rows < 0 || columns < 0 || offset < 0) {
            throw new IllegalArgumentException("matrix multiply: " + role + " is " + rows + " x " + columns
                    + " at offset " + offset + " as stored; none of these may be negative");
        }
        if (ld < columns) {
            throw new IllegalArgumentException("matrix multiply: " + role + " has rows of " + columns
                    + " as stored, its leading dimension is " + ld + "; it must not be shorter than a row");
        }
        long end = rows == 0 || columns == 0 ? offset : offset + (rows - 1L) * ld + columns;
        if (end > x.length) {
            throw new IllegalArgumentException("matrix multiply: " + role + " is " + rows + " x " + columns
                    + " as stored, from offset " + offset + " with leading dimension " + ld + ", and ends at " + end
                    + "; its array ends at " + x.length);
        }
        return (int) end;
    }

    private static void checkApart(String role, float[] x, int from, int to, float[] c, int cFrom, int cTo) {
        if (x == c && from < cTo && cFrom < to) {
            throw new IllegalArgumentException("matrix multiply: C, at " + cFrom + " to " + cTo + ", overlaps " + role
                    + ", at " + from + " to " + to + " of the same array; write the product elsewhere");
        }
    }

    /// One product on its way: its operands and its packing buffers.
    private static final class Product implements Parallel.Task {
        private static final int PACK_A = 0;
        private static final int PACK_B = 1;
        private static final int ROWS = 2;
        private static final int COLUMNS = 3;

        private Backend backend;
        private GemmKernel kernel;
        private int m;
        private float[] a;
        private int aOffset;
        private int aRow;
        private int aColumn;
        private boolean transB;
        private float[] b;
        private int bOffset;
        private int ldb;
        private boolean packed;
        private float[] start;
        private int startOffset;
        private int startRow;
        private float[] c;
        private int cOffset;
        private int ldc;
        /// Of the current block of B.
        private int depth;
        private int columns;
        /// What the parts do.
        private int phase;
        /// What the rows of a part are a multiple of.
        private int step;
        /// How many parts the rows have.
        private int rowParts;
        /// Columns of the first panel.
        private int panel;
        /// How many pieces the columns have, in the parts of the current phase.
        private int pieces;

        /// Whether A is read from a copy, part after part.
        private boolean packedA;
        /// Whether all parts of A are copied before the first is used; else each when its turn comes, to where the one
        /// before was.
        private boolean aheadA;
        /// Whether rows of that copy are rows of op(A), further apart than they are long. Else they are columns, as
        /// those of an A^T are stored, in the distance of MC.
        private boolean rowsA;
        /// Of the current block, the distance of two rows of op(A).
        private int rowA;
        /// Whether the first rows are multiplied by B as it is, and pack it.
        private boolean packsB;
        /// How many threads pack pieces of B, each over its one before, which it alone has used; 0 if all pieces are
        /// kept. So they stay in L2, and in the cache of one core: on a busy host a step of 784-512-10 takes 2 to 9%
        /// less with two threads, 128 x 784 x 512 with one 3 to 5% (Zen 3).
        private int packers;
        private boolean rectified;

        private float[] scaledA = new float[0];
        private float[] copiedA = new float[0];
        private float[] packedB = new float[0];
        private float[] row = new float[0];
        private float[] copiedC = new float[0];
        private final NarrowProduct narrow = new NarrowProduct();

        /// Takes the operands.
        void bind(Backend backend, GemmKernel kernel, boolean transA, boolean transB, int m, float[] a, int aOffset,
                int lda, float[] b, int ldb, float[] c, int ldc, boolean packed) {
            this.backend = backend;
            this.kernel = kernel;
            this.m = m;
            this.a = a;
            this.aOffset = aOffset;
            aRow = transA ? 1 : lda;
            aColumn = transA ? lda : 1;
            this.transB = transB;
            this.b = b;
            this.ldb = ldb;
            this.c = c;
            this.ldc = ldc;
            this.packed = packed;
        }

        /// A product of one block: packs B and prepares nothing else. By way of [#run] NT 128 x 10 x 128 took 9.1 µs
        /// in place of 7.6, NT 32 x 10 x 32 0.73 in place of 0.64.
        void block(int n, int k, int bOffset, int width, float[] start, int startColumn, boolean rectified,
                int cOffset) {
            packedB = grown(packedB, k * width);
            packers = 0;
            if (transB) {
                this.bOffset = bOffset;
                depth = k;
                columns = n;
                pack(0, n);
            }
            kernel.block(m, m, n, k, a, aOffset, aRow, aColumn, transB ? packedB : b, transB ? 0 : bOffset,
                    transB ? 0 : ldb, start, 0, 0, startColumn, c, cOffset, ldc, rectified, transB ? null : packedB,
                    0);
        }

        /// A product of any size.
        void run(int workers, int n, int k, float alpha, int bOffset, int width, boolean readC, float[] bias,
                boolean rectified, int cOffset) {
            if (alpha != 1) {
                scaleA(alpha, m, k);
            }
            int aBase = aOffset;
            if (!readC) {
                row = grown(row, width);
                if (bias != null) {
                    System.arraycopy(bias, 0, row, 0, n);
                } else {
                    Arrays.fill(row, 0, width, 0);
                }
            }
            step = kernel.step();
            int least = parts(m, MC - MC % step);
            int most = Math.max(least, m / (parts(MC / 2, step) * step));
            // One thread takes the fewest: 128 x 64 x 128 and 256^3 then take 1 to 2% less than in parts of 36 rows.
            rowParts = workers == 1 ? least : even(Math.clamp(PARTS, least, most));
            boolean copied = aColumn == 1 && aRow % PAGE == 0 && k >= PAGE && n >= COPIED && alpha == 1;
            packedA = m <= NC && (copied || aColumn > MC && n > NarrowProduct.TURNED_COLUMNS);
            int kb = packed || packedA ? kernel.depth() : Math.min(k, kernel.deepest());
            rowsA = packedA && (copied || kernel.turns(n, k));
            for (int jc = 0; jc < n; jc += NC) {
                columns = Math.min(NC, n - jc);
                for (int pb = 0; pb < k; pb += kb) {
                    depth = Math.min(kb, k - pb);
                    panel = kernel.panel(m, depth, columns);
                    // No more than there are panels: the scalar twin has one, and then parts are rows.
                    int columnParts = Math.min(parts(columns, panel),
                            workers == 1 ? parts(columns, PACK) : even(parts(columns, PACK)));
                    this.rectified = rectified && pb + depth == k;
                    rowA = rowsA ? depth + LINE : aRow;
                    this.bOffset = bOffset + (transB ? jc * ldb + pb : pb * ldb + jc);
                    aOffset = aBase + pb * aColumn;
                    this.cOffset = cOffset + jc;
                    boolean first = pb == 0 && !readC;
                    start = first ? row : c;
                    startOffset = first ? jc : this.cOffset;
                    startRow = first ? 0 : ldc;
                    if (!first && cOffset + (m - 1L) * ldc + width > c.length) {
                        copyC(this.cOffset, kernel.padded(m, depth, columns));
                    }
                    boolean byColumns = packed
                            && (workers == 1 || columnParts >= COLUMN_PARTS || columnParts % workers == 0)
                            && kernel.byPanels((long) m * depth, (long) depth * columns);
                    // What was copied just now should still be in L2: 784 x 128 x 512 with A transposed takes 1% less,
                    // and 6% in busy minutes of its host. Two threads, each with half of A, gain nothing by it.
                    aheadA = workers > 1 || byColumns;
                    if (packedA) {
                        copiedA = grown(copiedA, rowsA ? (aheadA ? m : MC) * rowA
                                : (aheadA ? rowParts : 1) * depth * MC);
                        if (aheadA) {
                            run(PACK_A, workers, rowParts, 1);
                        }
                    }
                    packers = byColumns ? Math.min(workers, columnParts) : 0;
                    if (packed) {
                        packedB = grown(packedB, byColumns ? packers * piece()
                                : depth * kernel.padded(m, depth, columns));
                    }
                    packsB = packed && !transB && (byColumns || workers == 1)
                            && (long) depth * columns <= kernel.packedByTiles();
                    if (byColumns) {
                        run(COLUMNS, workers, 1, columnParts);
                        continue;
                    }
                    if (packed && !packsB) {
                        run(PACK_B, workers, 1, workers == 1 ? 1 : columnParts);
                    }
                    // A single part of rows would leave the other threads nothing to do.
                    int ofColumns = (int) ((long) m * depth / rowParts * columns / PIECE);
                    run(ROWS, workers, rowParts,
                            workers == 1 || rowParts > 1 ? ofColumns : even(Math.max(2, ofColumns)));
                }
            }
        }

        private void run(int phase, int workers, int ofRows, int ofColumns) {
            this.phase = phase;
            pieces = Math.clamp(ofColumns, 1, parts(columns, panel));
            Parallel.run(workers, ofRows * pieces, this);
        }

        /// One part of the current phase.
        @Override
        public void run(int index) {
            int part = index / pieces;
            int j = column(index % pieces);
            int end = column(index % pieces + 1);
            switch (phase) {
                case PACK_A -> packA(part);
                case PACK_B -> pack(j, end);
                case ROWS -> {
                    if (packedA && !aheadA && j == 0) {
                        packA(part);
                    }
                    multiply(part, j, end - j, packsB && part == 0);
                }
                default -> {
                    if (!packsB) {
                        pack(j, end);
                    }
                    for (part = 0; part < rowParts; part++) {
                        multiply(part, j, end - j, packsB && part == 0);
                    }
                }
            }
        }

        // The first row of a part. Parts differ by one step at most: as parts of 60 rows and a rest, 1024^3 had 9 for
        // one thread and 8 for the other, and two took 4% longer.
        private int row(int part) {
            return (int) Math.min(m, (long) parts(m, step) * part / rowParts * step);
        }

        // The first column of a piece. Pieces differ by one panel at most.
        private int column(int piece) {
            return Math.min(columns, parts(columns, panel) * piece / pieces * panel);
        }

        // How many parts of so many rows or columns there are.
        private static int parts(int all, int size) {
            return (all - 1) / size + 1;
        }

        // As many parts for each of two threads.
        private static int even(int parts) {
            return parts == 1 ? 1 : parts + parts % 2;
        }

        // The rows of a part, columns j to j + n of the block, which it may also pack.
        private void multiply(int part, int j, int n, boolean packs) {
            boolean direct = !packed || packs;
            int i = row(part);
            kernel.block(m, row(part + 1) - i, n, depth, packedA ? copiedA : a,
                    packedA ? atA(part) : aOffset + i * aRow, rowA, !packedA ? aColumn : rowsA ? 1 : MC,
                    direct ? b : packedB, direct ? bOffset + j : atB(j), direct ? ldb : 0, start,
                    startOffset + i * startRow + j, startRow, 1, c, cOffset + i * ldc + j, ldc, rectified,
                    packs ? packedB : null, atB(j));
        }

        private void packA(int part) {
            int i = row(part);
            int rows = row(part + 1) - i;
            if (aColumn == 1) {
                kernel.copy(rows, depth, a, aOffset + i * aRow, aRow, copiedA, atA(part), rowA);
            } else if (rowsA) {
                Transpose.of(backend, depth, rows, a, aOffset + i, aColumn, copiedA, atA(part), rowA);
            } else {
                kernel.copy(depth, rows, a, aOffset + i, aColumn, copiedA, atA(part), MC);
            }
        }

        // Where in the copy of A a part begins.
        private int atA(int part) {
            return !aheadA ? 0 : rowsA ? row(part) * rowA : part * depth * MC;
        }

        // Where the packed columns of the piece from j on begin. (What a part of another task calls runs in one thread,
        // whose number may be any.)
        private int atB(int j) {
            return packers > 0 ? Parallel.number() % packers * piece() : depth * j;
        }

        // The most floats of a packed piece: the panels of [#PACK] columns, or one if it is wider.
        private int piece() {
            return depth * Math.max(PACK, panel);
        }

        // Columns `from` to `to` of the block, panel after panel, each `depth` rows of as many columns as the
        // kernel takes at once. Also undoes the transpose, with zeros to the right of the last column.
        private void pack(int from, int to) {
            int end;
            for (int j = from; j < to; j = end) {
                int width = kernel.panel(m, depth, columns - j);
                int at = atB(from) + depth * (j - from);
                if (transB) {
                    int filled = Math.min(width, columns - j);
                    Transpose.of(backend, filled, depth, b, bOffset + j * ldb, ldb, packedB, at, width);
                    GemmKernel.pad(depth, filled, width, packedB, at);
                    end = j + width;
                } else {
                    end = kernel.alike(m, depth, j, to, columns);
                    kernel.pack(depth, end - j, width, b, bOffset + j, ldb, packedB, at);
                }
            }
        }

        // Kernels read C in whole vectors. Where the last one would leave the array, the chains go on from a copy.
        private void copyC(int from, int width) {
            copiedC = grown(copiedC, m * width);
            for (int i = 0; i < m; i++) {
                System.arraycopy(c, from + i * ldc, copiedC, i * width, columns);
            }
            start = copiedC;
            startOffset = 0;
            startRow = width;
        }

        // alpha is 1 in all of training; elsewhere a scaled copy of A is simpler than a second set of kernels.
        private void scaleA(float alpha, int m, int k) {
            scaledA = grown(scaledA, m * k);
            for (int i = 0, to = 0; i < m; i++) {
                for (int p = 0; p < k; p++, to++) {
                    scaledA[to] = alpha * a[aOffset + i * aRow + p * aColumn];
                }
            }
            a = scaledA;
            aOffset = 0;
            aRow = k;
            aColumn = 1;
        }

        // The caller's arrays are not kept alive by a free product.
        private void forget() {
            a = null;
            b = null;
            c = null;
            start = null;
            narrow.forget();
        }
    }
}
