package lanegrad.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// A width of columns of C, and the tiles that cover its rows; [VectorTile] says which there are, and why.
///
/// **Rows.** The tallest tile first; where what is left is less, the lowest one that has room for it. Where rows do not
/// come out even, the last tile moves up until it ends with the block: it does some rows once more and stores the same
/// values, as long as it does not begin with what is in C already (`fresh`). If it would, or if there are not enough
/// rows for a tile, tiles of a single row do the rest.
///
/// (Over 300 lines: the panels of all machines in one place, with what was measured for each choice.)
final class VectorPanel {
    /// The widest.
    static final int MOST = 64;

    private static final VectorSpecies<Float> S512 = FloatVector.SPECIES_512;
    private static final VectorSpecies<Float> S256 = FloatVector.SPECIES_256;
    private static final VectorSpecies<Float> S128 = FloatVector.SPECIES_128;

    /// So many columns have a tile of their own too, where 512 bits are done as halves.
    private static final int TEN = 10;
    /// Fewer rows than this are cut into fives where that makes them come out even: 5, 9 and 10 of them. With more rows
    /// it gains a tenth at most, and costs a start-up the compilation of another tile. The ten rows of a C^T take 32
    /// columns as 5 x 4 of 256 bits: of 8 x 2 and 4 x 2 two rows would be done twice. With 16 registers they are 5 x 2,
    /// unless 6 x 2 has rounds of four steps for them: then twice 5 took 3% more than 6 and 4.
    private static final int FEW = 12;
    /// The fewest rows of a tile that knows the distance of A's.
    private static final int TALL = 8;

    /// To this depth 64 columns of B, 24 KB, stay in an L1 of 48 KB while all of A passes by, even if their rows are in
    /// a distance that leaves half of its places unused. Deeper ones come from L2, with 256 bytes a step, and 4 x 4
    /// then takes 9.7 cycles on Zen 5 instead of 8.0; 12 x 2 asks for half as much in 12 cycles (96 x 512 x 64: 79% and
    /// 95% of peak; 128^3 68% and 92%).
    private static final int SHALLOW = 96;

    /// The most panels beside each other that a call takes, with 16 registers. The checks of A's indices, a fifth of
    /// the instructions beside the loop, and the call are then one for all: 64 x 64 x 64 takes 8% less than panel by
    /// panel, 128 x 64 x 128 8%, NT 128 x 10 x 128 24%, 32 columns 3 to 5%; 16 panels 1% less than 8, 4 of them 1% more
    /// (Zen 4 under AVX2). What is called less often is compiled later: with the JVM's own thresholds the first 3,200
    /// steps of a 64-32-10 network take 1.9 s in place of 1.6, of 64-128-10 3.0 in place of 2.6.
    private static final int BESIDE = 8;
    /// From this depth on it pays that a transposed A has a constant distance of rows: C2 then checks all indices
    /// once before the loop, with some eight instructions each, and otherwise a few in each step.
    private static final int DEEP = 48;
    /// From these depths on a round of [VectorTile6x2] has two steps, and four. Four at a depth of 64 take 2 to 3% more
    /// than two; at 32 two gain nothing; NT 32 x 10 x 32 takes up to 7% more with two, 19% with four. Where the
    /// distance of B's rows is no constant, a round would check indices in each step, 30 instructions a step in place
    /// of 33; of 12 x 128 x 1000 C2 makes a loop with 212 spills then (Zen 3).
    private static final int TWO_STEPS = 64;
    private static final int FOUR_STEPS = 128;
    /// Places for plans, of which one half stays empty. When the other is full all are given up, so that a panel that
    /// meets more shapes than that, in turns, makes their plans anew.
    private static final int PLACES = 1024;

    /// Columns that the panel takes; the last vector may be stored in part.
    final int width;
    /// That of 5 rows for those few that it suits, the others from tall to low, then the tile of one row, which is
    /// never asked for more.
    private final Tile[] tiles;
    /// Whether there are 16 registers only.
    private final boolean sixteen;
    /// A plan stands at the place that its numbers give, or at the next one that is free. Threads read while another
    /// writes; at worst they make a plan once more.
    private VectorPlan[] plans = new VectorPlan[PLACES];
    private int planned;

    private VectorPanel(int width, Tile... tiles) {
        this.width = width;
        this.tiles = tiles;
        sixteen = tiles[0].template() == VectorTile5x2.class;
    }

    /// The panels of a machine, which choose among them.
    static final class Set {
        private final VectorPanel[] byColumns = new VectorPanel[MOST + 1];
        private VectorPanel deep;
        /// For single rows, whose chains wait for each other: eight long vectors, or four, beside each other.
        private VectorPanel row;
        private VectorPanel halfRow;
        private VectorPanel few;

        /// @param lanes floats of the longest vector
        /// @param many whether there are 32 registers rather than 16
        /// @param whole whether operations on 512 bits, which there are, are done at once and not as two of 256
        Set(int lanes, boolean many, boolean whole) {
            boolean masks = many && lanes >= 8;
            // Without masks each number of columns has tiles of its own.
            // From narrow to wide: the wider ones replace them where they fit.
            for (int i = 1; i < 8; i++) {
                int columns = masks ? VectorTile.MASKED : i;
                byColumns[i] = i < 5 || lanes >= 8 ? eightColumns(masks || i > 4 && lanes >= 8, columns)
                        : twoVectors(8, many, S128, columns);
            }
            fill(8, lanes >= 8 ? eightColumns(true, 0) : twoVectors(8, many, S128, 0));
            for (int i = 9; i < 16 && lanes >= 8; i++) {
                byColumns[i] = twoVectors(16, many, S256, masks ? VectorTile.MASKED : i);
            }
            if (masks) {
                byColumns[TEN] = new VectorPanel(16, new Tile(VectorTile8x10.class, 8, S256, 0),
                        new Tile(VectorTile4x2.class, 4, S256, VectorTile.MASKED),
                        new Tile(VectorTile1x4.class, 1, S128, VectorTile.MASKED));
            }
            if (lanes >= 8) {
                fill(16, twoVectors(16, many, S256, 0));
            } else if (many) {
                fill(16, new VectorPanel(16, new Tile(VectorTile6x4.class, 6, S128, 0),
                        new Tile(VectorTile4x4.class, 4, S128, 0), new Tile(VectorTile1x4.class, 1, S128, 0)));
            }
            if (lanes >= 8) {
                row = new VectorPanel(8 * lanes, new Tile(VectorTile1x8.class, 1, lanes == 8 ? S256 : S512, 0));
                // With 512 bits the widest panel has such a tile too.
                halfRow = lanes == 8 ? new VectorPanel(32, new Tile(VectorTile1x4.class, 1, S256, 0)) : null;
            }
            if (whole) {
                fill(8, sixteenColumns(VectorTile.MASKED));
                fill(16, sixteenColumns(0));
                fill(17, twoVectors(32, many, S512, VectorTile.MASKED));
            }
            if (lanes >= 16) {
                fill(32, whole ? twelveRows() : twoVectors(32, many, S512, 0));
                deep = whole ? byColumns[32] : null;
                fill(MOST, new VectorPanel(MOST, new Tile(VectorTile5x4.class, 5, S512, 0),
                        new Tile(VectorTile4x4.class, 4, S512, 0), new Tile(VectorTile1x4.class, 1, S512, 0)));
                few = whole ? null : new VectorPanel(32, new Tile(VectorTile5x4.class, 5, S256, 0),
                        new Tile(VectorTile4x4.class, 4, S256, 0), new Tile(VectorTile1x4.class, 1, S256, 0));
            }
        }

        /// Whether most of a large product is computed in tiles of 12 rows.
        boolean twelves() {
            return deep != null;
        }

        private void fill(int from, VectorPanel panel) {
            for (int i = from; i < byColumns.length; i++) {
                byColumns[i] = panel;
            }
        }

        /// The next panel of a block of so many rows and so deep, when so many columns are left.
        VectorPanel of(int rows, int depth, int columns) {
            if (rows < 4 && row != null && columns >= row.width) {
                return row;
            }
            if (rows < 4 && halfRow != null && columns >= halfRow.width) {
                return halfRow;
            }
            if (columns >= 32 && columns < MOST && rows < FEW && fives(rows) > 0 && few != null) {
                return few;
            }
            // Few rows use B so seldom that it need not stay in L1 (TN 128 x 128 x 10: 2.29 and 1.85 µs).
            return columns >= MOST && depth > SHALLOW && rows >= FEW && deep != null ? deep
                    : byColumns[Math.min(columns, MOST)];
        }
    }

    private static VectorPanel twoVectors(int width, boolean many, VectorSpecies<Float> species, int columns) {
        Tile four = new Tile(VectorTile4x2.class, 4, species, columns, !many);
        Tile single = single(species, columns);
        return many ? new VectorPanel(width, new Tile(VectorTile8x2.class, 8, species, columns), four, single)
                : new VectorPanel(width, new Tile(VectorTile5x2.class, 5, species, columns, true),
                        new Tile(VectorTile6x2.class, 6, species, columns, true), four, single);
    }

    // A row of two vectors in four of half the length, if there are such.
    private static Tile single(VectorSpecies<Float> species, int columns) {
        return species == S128 ? new Tile(VectorTile1x2.class, 1, S128, columns)
                : new Tile(VectorTile1x4.class, 1, species == S256 ? S128 : S256, columns);
    }

    // With vectors of 128 bits columns that do not fill the first of two vectors have no tall tile.
    private static VectorPanel eightColumns(boolean tall, int columns) {
        Tile four = new Tile(VectorTile4x2.class, 4, S128, columns);
        Tile single = single(S128, columns);
        return tall ? new VectorPanel(8, new Tile(VectorTile8x1.class, 8, S256, columns), four, single)
                : new VectorPanel(8, four, single);
    }

    private static VectorPanel sixteenColumns(int columns) {
        return new VectorPanel(16, new Tile(VectorTile16x1.class, 16, S512, columns),
                new Tile(VectorTile8x1.class, 8, S512, columns), new Tile(VectorTile4x2.class, 4, S256, columns),
                new Tile(VectorTile1x4.class, 1, S128, columns));
    }

    private static VectorPanel twelveRows() {
        return new VectorPanel(32, new Tile(VectorTile12x2.class, 12, S512, 0),
                new Tile(VectorTile8x2.class, 8, S512, 0), new Tile(VectorTile4x2.class, 4, S512, 0),
                new Tile(VectorTile1x4.class, 1, S256, 0));
    }

    /// What to do with m rows: the plan of an earlier product if there was one of this shape.
    ///
    /// @param m rows of the block
    /// @param n columns: those of this panel, or of several beside each other
    /// @param k steps of a tile
    /// @param lda distance of two rows of A as stored
    /// @param ldb distance of two rows of B where it lies
    /// @param fresh whether the rows begin with a row that is not C's, so that some may be done twice
    /// @param flush whether a row of C ends where the next begins, and the n columns are all of it
    /// @param packs whether the first tile copies B for the others
    VectorPlan plan(int m, int n, int k, int lda, int ldb, boolean transposed, boolean fresh, boolean flush,
            boolean packs) {
        VectorPlan[] plans = this.plans;
        int at = place(m, n, k, lda, ldb);
        for (VectorPlan plan = plans[at]; plan != null; plan = plans[at]) {
            if (plan.serves(m, n, k, lda, ldb, transposed, fresh, flush, packs)) {
                return plan;
            }
            at = at + 1 & PLACES - 1;
        }
        VectorPlan plan = new VectorPlan(this, m, n, k, lda, ldb, transposed, fresh, flush, packs);
        keep(plan, place(m, n, k, lda, ldb));
        return plan;
    }

    // Fibonacci hashing (Knuth, The Art of Computer Programming, volume 3, section 6.4).
    private static int place(int m, int n, int k, int lda, int ldb) {
        int hash = (((m * 31 + n) * 31 + k) * 31 + lda) * 31 + ldb;
        return hash * 0x9E3779B9 >>> Integer.numberOfLeadingZeros(PLACES - 1);
    }

    private synchronized void keep(VectorPlan plan, int at) {
        if (planned == PLACES / 2) {
            plans = new VectorPlan[PLACES];
            planned = 0;
        }
        while (plans[at] != null) {
            at = at + 1 & PLACES - 1;
        }
        plans[at] = plan;
        planned++;
    }

    /// The tile for the next of `left` rows, of a block as that of [#plan].
    Tile tile(int m, int left, int k, int lda, boolean transposed, boolean fresh, boolean flush) {
        int i = 0;
        while (i < tiles.length - 1 && !(tiles[i].takes(m, left, k, fresh, tiles[i + 1].rows())
                && tiles[i].suits(lda, transposed, flush))) {
            i++;
        }
        return tiles[i];
    }

    /// The copy of a tile for such a block.
    VectorTile copy(Tile tile, int n, int k, int lda, int ldb, boolean transposed, boolean fresh, boolean packs) {
        // Tiles of few rows gain nothing by a constant distance of A's, unless it is transposed, and deep.
        boolean knows = sixteen || (transposed ? k >= DEEP : tile.rows() >= TALL);
        int row = transposed ? 1 : knows ? distance(lda) : 0;
        int column = !transposed ? 1 : knows ? distance(lda) : 0;
        // A constant distance of B's rows makes 4 x 4 of depth 64 3% faster, 6 x 2 of 32 x 64 x 128 5%, and 8 x 2,
        // which has no register left for checks of indices, 11% (32 x 64 x 10: 807, 725 ns).
        int b = ldb <= width || ldb == 2 * width || ldb == 4 * width || ldb == 8 * width && sixteen ? ldb : 0;
        int round = !tile.rounds() || packs || b == 0 || k < TWO_STEPS ? 1 : k < FOUR_STEPS ? 2 : 4;
        return VectorTile.copy(tile.template(), new VectorTile.Form(tile.species(), row, column, fresh, b,
                tile.columns(), packs, n > width, tile.stacked(), round));
    }

    /// How many of so many columns a call of a tile takes: those of the panel, or of several beside each other, in
    /// calls of about as many. Where the chains stop in between they are those of the panel: the distance of two packed
    /// panels is not k rows then.
    int span(int k, int columns) {
        if (!sixteen || columns < 2 * width || k > VectorGemm.DEEP_KC) {
            return Math.min(columns, width);
        }
        int beside = columns / width;
        int calls = (beside + BESIDE - 1) / BESIDE;
        return (beside + calls - 1) / calls * width;
    }

    /// Whether the first tile of so many rows can copy this panel of B, of which so many columns are left.
    boolean packs(int m, int columns) {
        // With 16 registers the first may be 4 x 2.
        return tiles[0].packs() && m >= (sixteen ? 4 : tiles[0].rows()) && columns >= width;
    }

    /// The distance of two rows of A as stored, if tiles know it as a constant, else 0: those of small networks, and of
    /// a copied A^T. The indices of eight rows are then one number with constants added, and have their checks in
    /// common: 32 and 1440 x 64 x 32 take 4 to 8% less, 32 x 64 x 10 3 to 5%. Tiles of four rows gain nothing with 32
    /// registers. With 16 the loop is the same either way, and the checks before it are fewer. And A^T can have tiles
    /// of 6 x 2: TN 64 x 32 x 32 takes 12% less, 128 x 128 x 10 25%.
    private static int distance(int lda) {
        return switch (lda) {
            case 10, 32, Gemm.MC, 128 -> lda;
            default -> 0;
        };
    }

    // So many tiles of 5 rows make m come out even.
    private static int fives(int m) {
        return 5 * (m % 4) <= m ? m % 4 : 0;
    }

    /// A tile on a species.
    ///
    /// @param columns that are stored, as in its [VectorTile.Form]
    /// @param stacked whether a call goes on with the rows below
    record Tile(Class<? extends VectorTile> template, int rows, VectorSpecies<Float> species, int columns,
            boolean stacked) {
        Tile(Class<? extends VectorTile> template, int rows, VectorSpecies<Float> species, int columns) {
            this(template, rows, species, columns, false);
        }

        /// Whether it can copy B on the way.
        private boolean packs() {
            return columns == 0 && (template == VectorTile12x2.class || template == VectorTile6x2.class
                    || template == VectorTile5x2.class || template == VectorTile4x2.class);
        }

        /// Whether a round of the loop over p may have several steps.
        private boolean rounds() {
            return columns == 0 && template == VectorTile6x2.class;
        }

        // Whether it is the next for `left` of m rows, where `lower` is the number of rows of the tile after it.
        private boolean takes(int m, int left, int k, boolean fresh, int lower) {
            if (rows == 5) {
                boolean deep = template == VectorTile5x2.class && columns == 0 && k >= FOUR_STEPS;
                return m < FEW && fives(left) > 0 && !(deep && left == 10);
            }
            if (m < rows) {
                return false;
            }
            if (rows == 6) {
                // Of 8 rows 4 and 4; 10 is 6 and 4.
                int even = even(left, fresh);
                return even >= 6 && even != 8;
            }
            return left >= rows || fresh && left > (lower == 1 ? 0 : lower);
        }

        private static int even(int left, boolean fresh) {
            return fresh ? left + (left & 1) : left & ~1;
        }

        /// How many of these a call does, one below the other, of the rows that are left, which begin with one: as long
        /// as there are whole ones, and no lower tile has its turn.
        int times(int left, boolean fresh) {
            if (!stacked) {
                return 1;
            }
            int whole = left / rows;
            int even = even(left, fresh);
            return rows == 6 && even % 6 == 2 ? Math.clamp((even - 8) / 6, 1, whole) : whole;
        }

        private boolean suits(int lda, boolean transposed, boolean flush) {
            // With A transposed and an unknown distance C2 loads all broadcasts of a step at once: 6 x 2 has no
            // registers for them, and half the speed of 4 x 2; nor has 5 x 2.
            if (template == VectorTile6x2.class || template == VectorTile5x2.class) {
                return !transposed || distance(lda) > 0;
            }
            // Indices of 16 rows are more than there are registers.
            return template != VectorTile16x1.class
                    || (transposed || distance(lda) > 0) && (columns == 0 || flush);
        }
    }
}
