package lanegrad.kernel;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
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
///     for pc in 0 .. k-1 step KC      a block of the chains; C is reloaded between blocks
///       for jc in 0 .. n-1 step NC    columns of B for one packed block (KC x NC: in L2)
///         for ic in 0 .. m-1 step MC  rows for one part of the work; the unit of threads
///           for jr: a panel of columns, up to 4 vectors wide (KC x 4 vectors)
///             for ir: a tile of rows, 4 or 6 high; its C stays in registers for all of KC
///
/// The order differs from BLIS (pc outside of jc) because neither A nor C is packed. B is packed only where
/// that pays: when it is transposed, when it is too large to be read in place, or when a whole vector at the
/// end of its last row would leave the array.
///
/// (Over 300 lines: the contract above, the checks of seventeen arguments, and the loops that it names.)
public final class Gemm {
    /// Depth of a block: a packed panel of KC x 64 floats is 64 KB and stays in L2 while all rows pass by;
    /// the tile's rows of A, 4 x KC, are 4 KB of L1. Reloading C costs 16 loads and stores in 16 x KC FMAs.
    static final int KC = 256;
    /// Columns of a packed block of B: KC x NC floats are 512 KB, half of an L2.
    static final int NC = 512;
    /// Rows of one part. A multiple of all tile heights, so that only the last part has a ragged tile.
    static final int MC = 96;
    /// A B of no more floats than this is read where it stands: at 128 KB and few panels it stays in L2, and
    /// the rows of a panel are found without packing.
    static final int DIRECT = 32 * 1024;
    /// Below this many multiply-adds, about 30 µs of one core, a second thread does not pay for its waking.
    static final long PARALLEL = 1L << 20;

    private static final AtomicReferenceArray<Product> FREE = new AtomicReferenceArray<>(16);

    private Gemm() {
    }

    /// `C = alpha * op(A) * op(B) + beta * C`.
    ///
    /// Cost `2 m n k` floating-point operations. Allocates nothing once its buffers have grown.
    ///
    /// @param backend which kernels
    /// @param threads the most threads to use, 1 or more
    /// @throws IllegalArgumentException for a negative size, a leading dimension shorter than a row, an array too
    ///         short for its matrix, or C in the same place as A or B
    public static void multiply(Backend backend, int threads, boolean transA, boolean transB, int m, int n, int k,
            float alpha, float[] a, int aOffset, int lda, float[] b, int bOffset, int ldb, float beta, float[] c,
            int cOffset, int ldc) {
        run(backend, threads, transA, transB, m, n, k, alpha, a, aOffset, lda, b, bOffset, ldb, beta, null, c,
                cOffset, ldc);
    }

    /// `C = op(A) * op(B) + bias`, the bias row added to every row of C: the chains begin with it.
    ///
    /// @param bias n floats from index 0
    /// @throws IllegalArgumentException as [#multiply], or for a bias shorter than n
    public static void multiplyBias(Backend backend, int threads, boolean transA, boolean transB, int m, int n,
            int k, float[] a, int aOffset, int lda, float[] b, int bOffset, int ldb, float[] bias, float[] c,
            int cOffset, int ldc) {
        if (bias.length < n) {
            throw new IllegalArgumentException("matrix multiply: the bias has " + bias.length + " floats, C has "
                    + n + " columns; give one per column");
        }
        run(backend, threads, transA, transB, m, n, k, 1, a, aOffset, lda, b, bOffset, ldb, 0, bias, c, cOffset,
                ldc);
    }

    private static void run(Backend backend, int threads, boolean transA, boolean transB, int m, int n, int k,
            float alpha, float[] a, int aOffset, int lda, float[] b, int bOffset, int ldb, float beta, float[] bias,
            float[] c, int cOffset, int ldc) {
        int aEnd = check("A", a, aOffset, lda, transA ? k : m, transA ? m : k);
        int bEnd = check("B", b, bOffset, ldb, transB ? n : k, transB ? k : n);
        int cEnd = check("C", c, cOffset, ldc, m, n);
        checkApart("A", a, aOffset, aEnd, c, cOffset, cEnd);
        checkApart("B", b, bOffset, bEnd, c, cOffset, cEnd);
        if (m == 0 || n == 0) {
            return;
        }
        if (bias != null) {
            for (int i = 0; i < m && (k == 0 || alpha == 0); i++) {
                System.arraycopy(bias, 0, c, cOffset + i * ldc, n);
            }
        } else if (beta != 1 && (beta != 0 || k == 0 || alpha == 0)) {
            scale(beta, c, cOffset, ldc, m, n);
        }
        if (k == 0 || alpha == 0) {
            return;
        }
        Product p = borrow();
        try {
            p.run(backend, threads, transA, transB, m, n, k, alpha, a, aOffset, lda, b, bOffset, ldb, beta != 0,
                    bias, c, cOffset, ldc);
        } finally {
            release(p);
        }
    }

    // The beginning of the chains, rounded once, as the contract has it: beta * c.
    private static void scale(float beta, float[] c, int offset, int ldc, int m, int n) {
        for (int i = 0; i < m; i++) {
            for (int j = offset + i * ldc, end = j + n; j < end; j++) {
                c[j] = beta == 0 ? 0 : Sums.canonical(beta * c[j]);
            }
        }
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

    // Free products with their buffers, for any number of calling threads. A ThreadLocal would keep the buffers
    // of every thread that ever multiplied.
    private static Product borrow() {
        for (int i = 0; i < FREE.length(); i++) {
            Product p = FREE.get(i);
            if (p != null && FREE.compareAndSet(i, p, null)) {
                return p;
            }
        }
        return new Product();
    }

    private static void release(Product p) {
        p.forget();
        for (int i = 0; i < FREE.length(); i++) {
            if (FREE.compareAndSet(i, null, p)) {
                return;
            }
        }
    }

    /// One product on its way: its operands and its packing buffers.
    private static final class Product implements Parallel.Task {
        private GemmKernel kernel;
        private int m;
        private int n;
        private float[] a;
        private int aOffset;
        private int aRow;
        private int aColumn;
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
        private int depth;
        private int columns;

        private float[] scaledA = new float[0];
        private float[] packedB = new float[0];
        private float[] row = new float[0];
        private float[] copiedC = new float[0];

        void run(Backend backend, int threads, boolean transA, boolean transB, int m, int n, int k, float alpha,
                float[] a, int aOffset, int lda, float[] b, int bOffset, int ldb, boolean readC, float[] bias,
                float[] c, int cOffset, int ldc) {
            kernel = backend == Backend.SCALAR ? ScalarGemm.KERNEL : VectorGemm.kernel();
            this.m = m;
            this.n = n;
            this.c = c;
            this.cOffset = cOffset;
            this.ldc = ldc;
            this.a = a;
            this.aOffset = aOffset;
            aRow = transA ? 1 : lda;
            aColumn = transA ? lda : 1;
            if (alpha != 1) {
                scaleA(alpha, m, k);
            }
            int aBase = this.aOffset;
            int width = kernel.padded(n);
            packed = transB || (long) k * n > DIRECT && m >= MC / 2
                    || bOffset + (k - 1L) * ldb + width > b.length;
            this.ldb = ldb;
            if (!readC) {
                row = grown(row, width);
                if (bias != null) {
                    System.arraycopy(bias, 0, row, 0, n);
                } else {
                    Arrays.fill(row, 0, width, 0);
                }
            }
            int kc = packed ? KC : k;
            int nc = packed ? NC : n;
            int workers = (long) m * n * k >= PARALLEL ? threads : 1;
            for (int pc = 0; pc < k; pc += kc) {
                depth = Math.min(kc, k - pc);
                for (int jc = 0; jc < n; jc += nc) {
                    columns = Math.min(nc, n - jc);
                    if (packed) {
                        packedB = grown(packedB, depth * kernel.padded(columns));
                        pack(b, bOffset + (transB ? jc * ldb + pc : pc * ldb + jc), transB ? 1 : ldb,
                                transB ? ldb : 1);
                        this.b = packedB;
                        this.bOffset = 0;
                    } else {
                        this.b = b;
                        this.bOffset = bOffset;
                    }
                    boolean first = pc == 0 && !readC;
                    start = first ? row : c;
                    startOffset = first ? jc : cOffset + jc;
                    startRow = first ? 0 : ldc;
                    if (!first && cOffset + (m - 1L) * ldc + width > c.length) {
                        copyC(cOffset + jc, kernel.padded(columns));
                    }
                    this.cOffset = cOffset + jc;
                    this.aOffset = aBase + pc * aColumn;
                    Parallel.run(workers, (m + MC - 1) / MC, this);
                }
            }
        }

        /// A row block of the current block of columns and depth.
        @Override
        public void run(int part) {
            int i = part * MC;
            kernel.block(Math.min(MC, m - i), columns, depth, a, aOffset + i * aRow, aRow, aColumn, b, bOffset,
                    packed ? 0 : ldb, start, startOffset + i * startRow, startRow, c, cOffset + i * ldc, ldc);
        }

        // Panel after panel, each `depth` rows of as many columns as the kernel takes at once, zeros to the
        // right of the last column. Also undoes the transpose.
        private void pack(float[] b, int offset, int rowStride, int columnStride) {
            int to = 0;
            for (int j = 0; j < columns;) {
                int width = kernel.panel(columns - j);
                int filled = Math.min(width, columns - j);
                for (int p = 0; p < depth; p++) {
                    int from = offset + p * rowStride + j * columnStride;
                    if (columnStride == 1) {
                        System.arraycopy(b, from, packedB, to, filled);
                    } else {
                        for (int q = 0; q < filled; q++) {
                            packedB[to + q] = b[from + q * columnStride];
                        }
                    }
                    for (int q = filled; q < width; q++) {
                        packedB[to + q] = 0;
                    }
                    to += width;
                }
                j += width;
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

        private static float[] grown(float[] buffer, int length) {
            return buffer.length >= length ? buffer : new float[Math.max(length, 2 * buffer.length)];
        }

        // The caller's arrays are not kept alive by a free product.
        private void forget() {
            a = null;
            b = null;
            c = null;
            start = null;
        }
    }
}
