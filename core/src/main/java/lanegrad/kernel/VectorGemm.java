package lanegrad.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import lanegrad.Backend;

/// Cuts a block of C into panels of columns and these into tiles; [VectorTile] says which tiles there are, and why.
///
/// **Columns.** Panels of 64, 32, 16 and 8 columns, the widest first that fits; fewer columns than 8 remain, or
/// between 8 and 16, and go to a panel that stores under a mask. Within the loop over p nothing is masked: lanes
/// beyond the last column compute what nobody stores.
///
/// **Rows.** Tiles of 4 rows in panels of 64 columns (10 = 2 x 5); in narrower ones tiles of 8, or 6, and so few of
/// 4 that they come out even where there are such (20 = 2 x 8 + 4). Where they do not come out even, the last
/// tile moves up until it ends with the block: it does some rows once more and stores the same values, as long as
/// it does not begin with what is in C already. If it would, or if there are not enough rows for a tile, tiles of a
/// single row do the rest.
final class VectorGemm extends GemmKernel {
    private static final VectorSpecies<Float> S512 = FloatVector.SPECIES_512;
    private static final VectorSpecies<Float> S256 = FloatVector.SPECIES_256;
    private static final VectorSpecies<Float> S128 = FloatVector.SPECIES_128;
    private static final VectorSpecies<Float> S64 = FloatVector.SPECIES_64;
    private static final int MOST = 64;
    /// For a single row of so many columns there is a tile of its own.
    private static final int ROW = 128;
    /// So many columns have a tile of their own too.
    private static final int TEN = 10;

    /// Depth of a stretch in panels of 16 columns and less: 16 KB of B, half of L1. Under AVX2 512 x 512 x 512 reached
    /// 53% of peak with 512 and 67 to 72% with 128.
    private static final int NARROW_KC = 256;

    /// From this depth on it pays that a transposed A has a constant distance of rows: C2 then checks all indices
    /// once before the loop, with some eight instructions each, and otherwise a few in each step.
    private static final int DEEP = 48;

    /// Fewer rows than this are cut into fives where that makes them come out even: 5, 9 and 10 of them. With more rows
    /// it gains a tenth at most, and costs a start-up the compilation of another tile. The ten rows of a C^T take 32
    /// columns as 5 x 4 of 256 bits: of 8 x 2 and 4 x 2 two rows would be done twice.
    private static final int FEW = 12;

    // The bits of a form's number.
    private static final int TRANSPOSED = 1;
    private static final int FRESH = 2;
    // From here on the number of one of DISTANCES, for A.
    private static final int LDA = 2;
    // From here on 0 for any distance of two rows of B, 1, 2, 3 for 1, 2, 4 times the panel's width, and from EXACT on
    // the distance itself, of a B narrower than its panel. A constant distance makes 4 x 4 of depth 64 3% faster, and
    // 8 x 2, which has no register left for checks of indices, 11% (32 x 64 x 10: 807, 725 ns).
    private static final int LDB = 5;
    private static final int EXACT = 4;

    /// Distances of two rows of A as stored that tiles know as a constant: those of small networks, and of a packed A.
    /// The indices of eight rows are then one number with constants added, and have their checks in common: 32 and 1440
    /// x 64 x 32 take 4 to 8% less, 32 x 64 x 10 3 to 5%. Tiles of four rows gain nothing, and in 6 x 2 C2 loads all
    /// broadcasts of a step at once, for which 16 registers are too few: half the speed.
    private static final int[] DISTANCES = {0, 10, 32, Gemm.MC, 128};
    /// The fewest rows of a tile that knows the distance of A's.
    private static final int TALL = 8;

    private static final GemmKernel KERNEL = of(Backend.VECTOR.lanes(), Backend.VECTOR.registers() >= 32);

    private final int lanes;
    private final boolean many;
    private final Panel wideRow;
    /// Of 32 columns, for rows that are cut into fives, or `null`.
    private final Panel fewRows;
    /// By the columns that are left, up to 64.
    private final Panel[] panels;

    private VectorGemm(int lanes, boolean many) {
        this.lanes = lanes;
        this.many = many;
        wideRow = lanes < 16 ? null : new Panel(ROW, null, null, new Tiles(VectorTile1x8.class, S512, 1, false));
        fewRows = lanes < 16 || !many ? null : new Panel(32, new Tiles(VectorTile5x4.class, S256, 5, false),
                new Tiles(VectorTile4x4.class, S256, 4, false), new Tiles(VectorTile1x4.class, S256, 1, false));
        panels = panels();
    }

    // A method rather than the field: a constant field of this class would be read at link time of Gemm.
    static GemmKernel kernel() {
        return KERNEL;
    }

    /// The kernel for vectors of so many floats and 16 registers or `many`, 32. A machine can run what is meant for one
    /// with shorter vectors.
    static GemmKernel of(int lanes, boolean many) {
        return new VectorGemm(lanes, many);
    }

    private Panel[] panels() {
        Panel[] all = new Panel[MOST + 1];
        // From narrow to wide: the wider ones replace them where they fit.
        fill(all, 0, twoVectors(8, S128, S64, true));
        fill(all, 8, twoVectors(8, S128, S64, false));
        if (lanes >= 8) {
            fill(all, 9, twoVectors(16, S256, S128, true));
            if (many) {
                Panel any = all[TEN];
                all[TEN] = new Panel(16, new Tiles(VectorTile8x10.class, S256, 8, false), any.tiles, any.single);
            }
            fill(all, 16, twoVectors(16, S256, S128, false));
        }
        if (many && lanes < 8) {
            fill(all, 16, new Panel(16, new Tiles(VectorTile6x4.class, S128, 6, false),
                    new Tiles(VectorTile4x4.class, S128, 4, false), new Tiles(VectorTile1x4.class, S128, 1, false)));
        }
        if (many && lanes >= 16) {
            fill(all, 32, twoVectors(32, S512, S256, false));
            fill(all, 64, new Panel(MOST, new Tiles(VectorTile5x4.class, S512, 5, false),
                    new Tiles(VectorTile4x4.class, S512, 4, false), new Tiles(VectorTile1x4.class, S512, 1, false)));
        }
        return all;
    }

    private Panel twoVectors(int width, VectorSpecies<Float> species, VectorSpecies<Float> single, boolean ragged) {
        Tiles tall = many ? new Tiles(VectorTile8x2.class, species, 8, ragged)
                : new Tiles(VectorTile6x2.class, species, 6, ragged);
        return new Panel(width, tall, new Tiles(VectorTile4x2.class, species, 4, ragged),
                new Tiles(VectorTile1x4.class, single, 1, ragged));
    }

    private static void fill(Panel[] all, int from, Panel panel) {
        for (int i = from; i < all.length; i++) {
            all[i] = panel;
        }
    }

    private Panel choose(int rows, int columns) {
        if (rows < 4 && columns >= ROW && wideRow != null) {
            return wideRow;
        }
        boolean few = columns >= 32 && columns < MOST && fives(rows) > 0 && fewRows != null;
        return few ? fewRows : panels[Math.min(columns, MOST)];
    }

    @Override
    int panel(int m, int columns) {
        return choose(m, columns).width;
    }

    // Tiles of 6 and of 4 rows. Of 6 x 2 and 4 x 2, which 16 registers allow, the second is the weaker one: with parts
    // of 32 rows 256^3 reached 77% of peak under AVX2.
    @Override
    int step() {
        return many ? super.step() : 12;
    }

    // Panels of 16 columns: a block of B no deeper than a panel in L1 has room in L2 (512 columns: 512 KB). With a
    // depth of 2048 B came from L3 for each part: under AVX2 512 x 512 x 512 reached 73 to 78% of peak, now 79 to 82%.
    @Override
    int depth() {
        return many ? super.depth() : NARROW_KC;
    }

    @Override
    void block(int rows, int m, int n, int k, float[] a, int aOffset, int aRow, int aColumn, float[] b, int bOffset,
            int ldb, float[] start, int startOffset, int startRow, int startColumn, float[] c, int cOffset, int ldc,
            boolean rectified) {
        boolean transposed = aColumn != 1;
        int lda = transposed ? aColumn : aRow;
        Panel panel;
        for (int j = 0; j < n; j += panel.width) {
            panel = choose(rows, n - j);
            int bRow = ldb == 0 ? panel.width : ldb;
            int bAt = bOffset + (ldb == 0 ? k * j : j);
            // The chains go on from C in whole vectors.
            int kc = panel.width > 16 ? Gemm.KC : NARROW_KC;
            kc = cOffset + (m - 1L) * ldc + j + panel.width <= c.length ? kc : k;
            boolean nan = false;
            for (int p = 0; p < k; p += kc) {
                boolean first = p == 0;
                nan = column(panel, m, n - j, Math.min(kc, k - p), a, aOffset + p * aColumn, aRow, lda, transposed, b,
                        bAt + p * bRow, bRow, first ? start : c,
                        first ? startOffset + j * startColumn : cOffset + j, first ? startRow : ldc, c, cOffset + j,
                        ldc, rectified && p + kc >= k);
            }
            if (nan) {
                canonical(m, Math.min(panel.width, n - j), c, cOffset + j, ldc);
            }
        }
    }

    // One panel over one stretch of k. Returns whether an element may be NaN.
    private boolean column(Panel panel, int m, int n, int k, float[] a, int aOffset, int aRow, int lda,
            boolean transposed, float[] b, int bAt, int bRow, float[] start, int startOffset, int startRow, float[] c,
            int cOffset, int ldc, boolean rectified) {
        boolean fresh = startRow == 0;
        int any = (transposed ? TRANSPOSED : 0) | (fresh ? FRESH : 0) | panel.distance(bRow) << LDB;
        int form = transposed && k < DEEP ? any : any | distance(lda) << LDA;
        int talls = talls(panel.tall, m, fresh, transposed);
        boolean nan = false;
        int i = 0;
        while (i < m) {
            Tiles tiles;
            if (talls > 0) {
                talls--;
                tiles = panel.tall;
            } else if (panel.tiles != null && (m - i >= panel.tiles.rows || fresh && m >= panel.tiles.rows)) {
                tiles = panel.tiles;
            } else {
                tiles = panel.single;
            }
            i = Math.min(i, m - tiles.rows);
            VectorTile tile = tiles.of(transposed || tiles.rows >= TALL ? form : any, panel.width);
            nan |= tile.run(k, a, aOffset + i * aRow, lda, b, bAt, bRow, start, startOffset + i * startRow, startRow, c,
                    cOffset + i * ldc, ldc, n, rectified);
            i += tiles.rows;
        }
        return nan;
    }

    private static int distance(int lda) {
        int i = DISTANCES.length - 1;
        while (i > 0 && DISTANCES[i] != lda) {
            i--;
        }
        return i;
    }

    private static int fives(int m) {
        return m < FEW && 5 * (m % 4) <= m ? m % 4 : 0;
    }

    // How many tall tiles come first, so that tiles of 4 do the rest.
    private int talls(Tiles tall, int m, boolean fresh, boolean transposed) {
        // With A transposed C2 loads all broadcasts of a step at once: 6 x 2 has no registers for them and spills
        // (37% of peak at TN 512 x 512 x 512 under AVX2; 4 x 2 67%).
        if (tall == null || m < tall.rows || transposed && !many) {
            return 0;
        }
        if (tall.rows == 5) {
            return fives(m);
        }
        if (tall.rows == 8) {
            return (fresh ? m + 3 : m) / 8;
        }
        int even = fresh ? m + (m & 1) : m & ~1;
        int fours = even % 6 == 2 ? 2 : even % 6 / 4;
        return (even - 4 * fours) / 6;
    }

    private static void canonical(int m, int n, float[] c, int cOffset, int ldc) {
        for (int i = 0; i < m; i++) {
            for (int j = cOffset + i * ldc, end = j + n; j < end; j++) {
                c[j] = Sums.canonical(c[j]);
            }
        }
    }

    @Override
    void copy(int rows, int columns, float[] x, int xOffset, int ldx, float[] y, int yOffset, int ldy) {
        int done = lanes < VectorPack.SIDE ? 0 : VectorPack.rows(rows, columns, x, xOffset, ldx, y, yOffset, ldy);
        super.copy(rows, columns - done, x, xOffset + done, ldx, y, yOffset + done, ldy);
    }

    /// A width of columns, and what covers its rows.
    ///
    /// @param tall the tile of 8, 6 or 5 rows where there is one of 4 too, or `null`
    /// @param tiles the tile of which as many as fit are taken, or `null`
    /// @param single the tile of one row
    private record Panel(int width, Tiles tall, Tiles tiles, Tiles single) {
        int distance(int ldb) {
            return ldb < width ? EXACT + ldb : ldb == width ? 1 : ldb == 2 * width ? 2 : ldb == 4 * width ? 3 : 0;
        }
    }

    /// A tile on a species: its copies, made when first wanted.
    private static final class Tiles {
        private final Class<? extends VectorTile> template;
        private final VectorSpecies<Float> species;
        private final int rows;
        private final boolean ragged;
        private final VectorTile[] copies = new VectorTile[EXACT + 16 << LDB];

        Tiles(Class<? extends VectorTile> template, VectorSpecies<Float> species, int rows, boolean ragged) {
            this.template = template;
            this.species = species;
            this.rows = rows;
            this.ragged = ragged;
        }

        VectorTile of(int form, int width) {
            VectorTile tile = copies[form];
            return tile != null ? tile : make(form, width);
        }

        // Two threads may both make one; tiles have no state, so either serves.
        private VectorTile make(int form, int width) {
            int distance = form >> LDB;
            int ldb = distance == 0 ? 0 : distance >= EXACT ? distance - EXACT : width << distance - 1;
            int lda = DISTANCES[form >> LDA & (1 << LDB - LDA) - 1];
            boolean transposed = (form & TRANSPOSED) != 0;
            VectorTile tile = HiddenCopy.of(template, new VectorTile.Form(species, transposed ? 1 : lda,
                    transposed ? lda : 1, (form & FRESH) != 0, ldb, ragged), VectorTile.class);
            copies[form] = tile;
            return tile;
        }
    }
}
