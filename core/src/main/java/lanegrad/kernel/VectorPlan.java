package lanegrad.kernel;

import java.util.ArrayList;

/// The calls of tiles that cover the rows of a block, in a panel or in some beside each other. A plan is made for the
/// first product of a shape and serves all that follow: to choose for each product took 14 to 24 ns more, 3 to 5% of 32
/// x 32 x 10 and 1 to 6% of a step of a 64-32-10 network (Zen 3).
final class VectorPlan {
    /// One call.
    ///
    /// @param row the first row
    /// @param tiles how many times the rows of the tile
    record Call(VectorTile tile, int row, int tiles) {
    }

    private final int m;
    private final int n;
    private final int k;
    private final int lda;
    private final int ldb;
    private final boolean transposed;
    private final boolean fresh;
    private final boolean flush;

    /// The tile of the first rows, called for each panel, if it copies B; else `null`.
    final VectorTile packing;
    /// All calls for the other rows.
    final Call[] calls;

    /// Of the parameters of [VectorPanel#plan].
    VectorPlan(VectorPanel panel, int m, int n, int k, int lda, int ldb, boolean transposed, boolean fresh,
            boolean flush, boolean packs) {
        this.m = m;
        this.n = n;
        this.k = k;
        this.lda = lda;
        this.ldb = ldb;
        this.transposed = transposed;
        this.fresh = fresh;
        this.flush = flush;
        int i = 0;
        VectorTile packing = null;
        if (packs) {
            VectorPanel.Tile tile = panel.tile(m, m, k, lda, transposed, fresh, flush);
            packing = panel.copy(tile, panel.width, k, lda, ldb, transposed, fresh, true);
            i = tile.rows();
        }
        this.packing = packing;
        int distance = packs ? panel.width : ldb;
        ArrayList<Call> calls = new ArrayList<>();
        while (i < m) {
            VectorPanel.Tile tile = panel.tile(m, m - i, k, lda, transposed, fresh, flush);
            i = Math.min(i, m - tile.rows());
            int tiles = tile.times(m - i, fresh);
            calls.add(new Call(panel.copy(tile, n, k, lda, distance, transposed, fresh, false), i, tiles));
            i += tiles * tile.rows();
        }
        this.calls = calls.toArray(new Call[0]);
    }

    /// Whether it was made for such a block.
    boolean serves(int m, int n, int k, int lda, int ldb, boolean transposed, boolean fresh, boolean flush,
            boolean packs) {
        return this.m == m && this.n == n && this.k == k && this.lda == lda && this.ldb == ldb
                && this.transposed == transposed && this.fresh == fresh && this.flush == flush
                && (packing != null) == packs;
    }
}
