package lanegrad.kernel;

import lanegrad.Backend;

/// Cuts a block of C into panels of columns and these into tiles; [VectorPanel] says which.
///
/// **Columns.** The widest panel first that fits; fewer columns than a panel has go to one that stores a part of them.
/// Within the loop over p nothing is masked: lanes beyond the last column compute what nobody stores.
final class VectorGemm extends GemmKernel {
    /// Depth of a stretch in panels of 16 columns and less, where there are wider ones: 16 KB of B, half of an L1 of 32
    /// KB.
    private static final int NARROW_KC = 256;
    /// Depth of a stretch, and of a packed panel, with 16 registers, where no panel is wider than 16 columns: 64 KB of
    /// B, which stream from L2, 11 bytes a cycle. On Zen 4 under AVX2 1024 x 1024 x 1024 reached 82% of peak with 512,
    /// 87% with 1024, 88% with 2048, and 80% with 256 in the order of panels: chains that stop more often cost more
    /// than an L1 that holds a panel saves.
    static final int DEEP_KC = 1024;

    /// With 16 registers a transposed A is turned where it is copied, if it is so deep, and B has so many columns and
    /// so many floats, 64 KB; see [#turns].
    private static final int TURNED_DEPTH = 96;
    private static final int TURNED_COLUMNS = 64;
    private static final int TURNED_B = 16 * 1024;

    /// With 16 registers the first tile packs, so that it pays early: from more floats on than leave an L1 of 32 KB
    /// some room. 128 x 64 x 128 takes 2 to 9% less than with B read where it is, 32 x 64 x 128 0 to 9%, 64 x 128 x 128
    /// with A transposed 3 to 14%, depending on where the arrays lie; 64 x 64 x 100 11% (Zen 4 under AVX2).
    private static final int IN_L1 = 6 * 1024;
    /// Rows of B in the distance of a multiple of this fill a part of L1's places only.
    private static final int PLACES = 32;

    private static final GemmKernel KERNEL = of(Backend.VECTOR.lanes(), Backend.VECTOR.registers() >= 32,
            Backend.VECTOR.whole512());

    private final int lanes;
    private final boolean many;
    private final VectorPanel.Set panels;

    private VectorGemm(int lanes, boolean many, boolean whole) {
        this.lanes = lanes;
        this.many = many;
        panels = new VectorPanel.Set(lanes, many, whole);
    }

    // A method rather than the field: a constant field of this class would be read at link time of Gemm.
    static GemmKernel kernel() {
        return KERNEL;
    }

    /// The kernel for vectors of so many floats, 16 registers or `many`, 32, and a processor that may do 512 bits
    /// `whole` or as two halves. A machine can run what is meant for one with shorter vectors.
    static GemmKernel of(int lanes, boolean many, boolean whole) {
        return new VectorGemm(lanes, many, whole);
    }

    @Override
    int panel(int m, int k, int columns) {
        return panels.of(m, k, columns).width;
    }

    // Tiles of 12, or of 6 and of 4 rows. Of 6 x 2 and 4 x 2, which 16 registers allow, the second is the weaker one:
    // with parts of 32 rows 256^3 reached 77% of peak under AVX2.
    @Override
    int step() {
        return many && !panels.twelves() ? super.step() : 12;
    }

    @Override
    int depth() {
        return many ? super.depth() : DEEP_KC;
    }

    // Panels of 16 columns let A pass by four times as often as those of 64: it must be in L2, all of it or a part. By
    // parts and with DEEP_KC 512 x 512 x 512 takes 5% less, 1024 x 1024 x 1024 9%. If all of A fits, what passes by
    // once should be the larger one: by panels 128 x 784 x 512 takes 2% less, 64 x 784 x 512 4% (Zen 4 under AVX2, in
    // turns).
    @Override
    boolean byPanels(long a, long b) {
        return many || a <= Gemm.IN_L2 && a <= b;
    }

    // A tile that packs waits for a B that comes from L3 or memory: the first rows of 128 x 784 x 512, 5% of all, took
    // 12 to 14% of its time, and 32 to 35% where B was not used just before; packing it ahead takes 9 and 15% beside
    // those 5. On a busy host the product takes 4 to 11% less, on a quiet one from 2% less to 2% more; the first 60 in
    // a fresh JVM take 1.2 s in place of 1.6 (Zen 3).
    @Override
    long packedByTiles() {
        return many ? super.packedByTiles() : Gemm.IN_L2;
    }

    // Of an A^T as it lies a short tile takes 24 bytes from each line, and has a line for each step in L1: turned, 256
    // x 256 x 256 takes 3% less, 512 x 512 x 512, 1024 x 1024 x 1024, and 784 x 128 x 512 5%, 128 x 1437 x 64 10%. It
    // does not pay where B stays in L1 beside it, or A is used for few columns: 784 x 64 x 512 takes 2% more, 784 x 128
    // x 64 3%, 784 x 1437 x 32 25% (Zen 4 under AVX2).
    @Override
    boolean turns(int n, int k) {
        return !many && k >= TURNED_DEPTH && n >= TURNED_COLUMNS && (long) n * k >= TURNED_B;
    }

    @Override
    int deepest() {
        return VectorTile.DEEPEST;
    }

    @Override
    int last() {
        return VectorTile.LAST;
    }

    // Tiles of 8 cycles a step wait for L2, those of 16 do not: 128 x 96 x 128 57% and 70% of peak, 160^3 82% and 89%.
    @Override
    int direct(int m, int ldb) {
        return !many ? IN_L1 : panels.twelves() && m >= Gemm.MC && ldb % PLACES == 0 ? Gemm.DIRECT / 4
                : super.direct(m, ldb);
    }

    @Override
    void block(int rows, int m, int n, int k, float[] a, int aOffset, int aRow, int aColumn, float[] b, int bOffset,
            int ldb, float[] start, int startOffset, int startRow, int startColumn, float[] c, int cOffset, int ldc,
            boolean rectified, float[] packed, int packedAt) {
        boolean transposed = aColumn != 1;
        int lda = transposed ? aColumn : aRow;
        VectorPanel panel;
        int copied = 0;
        int span;
        for (int j = 0; j < n; j += span) {
            panel = panels.of(rows, k, n - j);
            span = panel.span(k, n - j);
            float[] from = b;
            int bRow = ldb == 0 ? panel.width : ldb;
            int bAt = bOffset + (ldb == 0 ? k * j : j);
            int to = packedAt + k * j;
            boolean packs = packed != null && panel.packs(m, n - j);
            if (packed != null && !packs) {
                if (j >= copied) {
                    copied = alike(rows, k, j, n, n);
                    pack(k, copied - j, panel.width, b, bAt, bRow, packed, to);
                }
                from = packed;
                bAt = to;
                bRow = panel.width;
            }
            // The chains go on from C in whole vectors.
            int kc = !many ? DEEP_KC : panel.width <= 16 ? NARROW_KC : panel.width == 32 ? 2 * Gemm.KC : Gemm.KC;
            kc = cOffset + (m - 1L) * ldc + j + Math.max(span, panel.width) <= c.length ? kc : k;
            assert kc <= VectorTile.DEEPEST;
            boolean nan = false;
            for (int p = 0; p < k; p += kc) {
                boolean first = p == 0;
                nan = column(panel, m, span, Math.min(kc, k - p), a, aOffset + p * aColumn, aRow, lda, transposed,
                        from, bAt + p * bRow, bRow, first ? start : c,
                        first ? startOffset + j * startColumn : cOffset + j, first ? startRow : ldc, c, cOffset + j,
                        ldc, rectified && p + kc >= k, packs ? packed : null, to + p * panel.width);
            }
            if (nan) {
                canonical(m, span, c, cOffset + j, ldc);
            }
        }
    }

    // One panel, or some beside each other, over one stretch of k. The first tile may copy B for the others. Returns
    // whether an element may be NaN.
    private static boolean column(VectorPanel panel, int m, int n, int k, float[] a, int aOffset, int aRow, int lda,
            boolean transposed, float[] b, int bAt, int bRow, float[] start, int startOffset, int startRow, float[] c,
            int cOffset, int ldc, boolean rectified, float[] packed, int packedAt) {
        VectorPlan plan = panel.plan(m, n, k, lda, bRow, transposed, startRow == 0, ldc == n, packed != null);
        boolean nan = false;
        if (packed != null) {
            // Panel by panel: what is called once a product is compiled some 600 products later (64 x 64 x 100 takes
            // 0.9 ms until then if one call packs all panels, and 0.5 this way, where the last rows still wait).
            for (int j = 0; j < n; j += panel.width) {
                nan |= plan.packing.run(1, k, a, aOffset, lda, b, bAt + j, bRow, start, startOffset + j, startRow, c,
                        cOffset + j, ldc, n, rectified, packed, packedAt + j * k);
            }
            b = packed;
            bAt = packedAt;
            bRow = panel.width;
        }
        for (VectorPlan.Call call : plan.calls) {
            int i = call.row();
            nan |= call.tile().run(call.tiles(), k, a, aOffset + i * aRow, lda, b, bAt, bRow, start,
                    startOffset + i * startRow, startRow, c, cOffset + i * ldc, ldc, n, rectified, null, 0);
        }
        return nan;
    }

    private static void canonical(int m, int n, float[] c, int cOffset, int ldc) {
        for (int i = 0; i < m; i++) {
            for (int j = cOffset + i * ldc, end = j + n; j < end; j++) {
                c[j] = Sums.canonical(c[j]);
            }
        }
    }

    @Override
    void pack(int k, int columns, int width, float[] b, int bOffset, int ldb, float[] y, int yOffset) {
        int done = lanes < VectorPack.SIDE ? 0 : VectorPack.panels(k, columns, width, b, bOffset, ldb, y, yOffset);
        pack(done, k, columns, width, b, bOffset, ldb, y, yOffset);
    }

    @Override
    void copy(int rows, int columns, float[] x, int xOffset, int ldx, float[] y, int yOffset, int ldy) {
        // Nor for less than a vector: a loop that is compiled before it has ever run keeps its vectors as objects.
        int done = lanes < VectorPack.SIDE || columns < VectorPack.SIDE ? 0
                : VectorPack.rows(rows, columns, x, xOffset, ldx, y, yOffset, ldy);
        super.copy(rows, columns - done, x, xOffset + done, ldx, y, yOffset + done, ldy);
    }
}
