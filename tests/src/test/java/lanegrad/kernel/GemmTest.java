package lanegrad.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import lanegrad.Backend;
import lanegrad.math.SplitMix;
import lanegrad.testkit.Bits;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Matrix multiply against the chain that its documentation promises, bit for bit, with NaN around every matrix.
@Tag("width")
class GemmTest {
    /// Around A, B and the bias: whoever reads it and uses it has a NaN in the result.
    private static final float POISON = Float.intBitsToFloat(0x7fc0_dead);
    /// Around C, and in C where it must not be read: any write shows, a canonical NaN too.
    private static final float CANARY = Float.intBitsToFloat(0x7fc0_beef);
    private static final float[] ALPHAS = {1, 0, -1, 2, 0.5f};
    private static final float[] BETAS = {0, 1, -1, 2};
    private static final int[] PADS = {0, 1, 7};
    private static final int L = Backend.VECTOR.lanes();
    /// Two of the tallest tiles and a ragged one.
    private static final int ROWS = 2 * 8 + 3;
    /// Two of the widest panels and a ragged vector.
    private static final int COLUMNS = 2 * 4 * L + 3;

    /// One multiplication with its arrays. `bias` replaces alpha and beta.
    private record Problem(boolean transA, boolean transB, int m, int n, int k, float alpha, float beta,
            boolean bias, int pad, int offset, int behind, boolean integers, long seed) {
        // Half of the problems with a bias.
        boolean rectified() {
            return bias && (seed & 1) == 0;
        }

        int lda() {
            return (transA ? m : k) + pad;
        }

        int ldb() {
            return (transB ? k : n) + pad * 3 % 8;
        }

        int ldc() {
            return n + pad * 2 % 5;
        }

        private float[] stored(int rows, int columns, int ld, float around, String purpose) {
            SplitMix random = new SplitMix(seed).split(purpose);
            int end = rows == 0 || columns == 0 ? offset : offset + (rows - 1) * ld + columns;
            float[] x = new float[end + behind];
            Arrays.fill(x, around);
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    x[offset + i * ld + j] = integers ? random.nextInt(9) - 4 : random.nextFloat(-1, 1);
                }
            }
            return x;
        }

        float[] a() {
            return stored(transA ? k : m, transA ? m : k, lda(), POISON, "a");
        }

        float[] b() {
            return stored(transB ? n : k, transB ? k : n, ldb(), POISON, "b");
        }

        // With beta = 0, and with a bias, C is not read: it holds nothing but canaries.
        float[] c() {
            float[] c = stored(m, n, ldc(), CANARY, "c");
            if (bias || beta == 0) {
                Arrays.fill(c, CANARY);
            }
            return c;
        }

        float[] row() {
            SplitMix random = new SplitMix(seed).split("bias");
            float[] row = new float[n + behind];
            Arrays.fill(row, POISON);
            for (int j = 0; j < n; j++) {
                row[j] = integers ? random.nextInt(9) - 4 : random.nextFloat(-1, 1);
            }
            return row;
        }

        float[] multiply(Backend backend, int threads, float[] a, float[] b) {
            float[] c = c();
            if (bias) {
                Gemm.multiplyBias(backend, threads, transA, transB, m, n, k, a, offset, lda(), b, offset, ldb(), row(),
                        rectified(), c, offset, ldc());
            } else {
                Gemm.multiply(backend, threads, transA, transB, m, n, k, alpha, a, offset, lda(), b, offset, ldb(),
                        beta, c, offset, ldc());
            }
            return c;
        }

        // One chain of fused multiply-adds per element, as documented.
        float[] chain(float[] a, float[] b) {
            float[] c = c();
            float[] row = row();
            float factor = bias ? 1 : alpha;
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    int at = offset + i * ldc() + j;
                    float s = bias ? row[j] : beta == 0 ? 0 : beta * c[at];
                    for (int p = 0; p < k && factor != 0; p++) {
                        float x = a[offset + (transA ? p * lda() + i : i * lda() + p)];
                        float y = b[offset + (transB ? j * ldb() + p : p * ldb() + j)];
                        s = Math.fma(factor * x, y, s);
                    }
                    c[at] = s != s ? Float.NaN : rectified() && s <= 0 ? 0 : s;
                }
            }
            return c;
        }

        // With small integers nothing rounds, so double arithmetic in any order has the same value.
        void checkIntegers(float[] c, float[] a, float[] b) {
            float[] before = c();
            float[] row = row();
            double factor = bias ? 1 : alpha;
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    int at = offset + i * ldc() + j;
                    double s = 0;
                    for (int p = 0; p < k && factor != 0; p++) {
                        s += a[offset + (transA ? p * lda() + i : i * lda() + p)]
                                * b[offset + (transB ? j * ldb() + p : p * ldb() + j)];
                    }
                    s = factor * s + (bias ? row[j] : beta == 0 ? 0 : beta * before[at]);
                    s = rectified() ? Math.max(s, 0) : s;
                    if (!(c[at] == s)) {
                        throw new AssertionError(this + ": element (" + i + ", " + j + ") is " + Bits.show(c[at])
                                + ", exactly it is " + s);
                    }
                }
            }
        }

        void check(int... threads) {
            float[] a = a();
            float[] b = b();
            float[] expected = chain(a, b);
            if (integers) {
                checkIntegers(expected, a, b);
            }
            // alpha = 0 reads neither A nor B.
            float[] aRead = alpha == 0 && !bias ? poisoned(a.length) : a;
            float[] bRead = alpha == 0 && !bias ? poisoned(b.length) : b;
            float[] aWas = aRead.clone();
            float[] bWas = bRead.clone();
            for (Backend backend : Backend.values()) {
                for (int t : threads) {
                    String what = this + " on " + backend + ", threads " + t;
                    Bits.assertIdentical(expected, multiply(backend, t, aRead, bRead), what);
                    Bits.assertIdentical(aWas, aRead, what + ", A afterwards");
                    Bits.assertIdentical(bWas, bRead, what + ", B afterwards");
                }
            }
        }

        private static float[] poisoned(int n) {
            float[] x = new float[n];
            Arrays.fill(x, POISON);
            return x;
        }
    }

    // Every edge of a panel, one to either side, and a few between.
    private static int[] columns() {
        TreeSet<Integer> n = new TreeSet<>();
        for (int edge = 0; edge <= COLUMNS; edge += L) {
            for (int d = -1; d <= 1; d++) {
                n.add(Math.clamp(edge + d, 0, COLUMNS));
            }
        }
        for (int i = 2; i < COLUMNS; i += L < 16 ? 5 : 11) {
            n.add(i);
        }
        n.add(COLUMNS);
        return n.stream().mapToInt(Integer::intValue).toArray();
    }

    @Test
    void integersOverTheCube() {
        int turn = 0;
        for (int m = 0; m <= ROWS; m++) {
            for (int n : columns()) {
                for (int k : new int[] {0, 1, 2, 7}) {
                    for (int trans = 0; trans < 4; trans++) {
                        // All settings take turns; the number of them has no factor in common with the loops.
                        turn++;
                        new Problem((trans & 1) != 0, (trans & 2) != 0, m, n, k, ALPHAS[turn % 5], BETAS[turn / 5 % 4],
                                turn % 7 == 0, PADS[turn % 3], turn % 11 == 0 ? 3 : 0, turn % 13 < 6 ? 0 : 4 * L, true,
                                turn).check(1);
                    }
                }
            }
        }
    }

    @Test
    void integersWithEverySetting() {
        int seed = 0;
        for (int[] size : new int[][] {{5, L + 3, 7}, {9, 4 * L + 1, 3}, {2, 3 * L + 2, 9}}) {
            for (int trans = 0; trans < 4; trans++) {
                for (float alpha : ALPHAS) {
                    for (float beta : BETAS) {
                        for (int pad : PADS) {
                            for (int offset : new int[] {0, 5}) {
                                for (int behind : new int[] {0, 4 * L}) {
                                    new Problem((trans & 1) != 0, (trans & 2) != 0, size[0], size[1], size[2], alpha,
                                            beta, false, pad, offset, behind, true, seed++).check(1);
                                    new Problem((trans & 1) != 0, (trans & 2) != 0, size[0], size[1], size[2], 1, 0,
                                            true, pad, offset, behind, true, seed++).check(1);
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    @Test
    void integersAcrossBlocksOfK() {
        int turn = 0;
        for (int m : new int[] {1, 3, 4, 6, 8, 9, 49}) {
            for (int n : new int[] {1, L - 1, L, L + 1, 2 * L + 1, 3 * L + 1, 4 * L, 4 * L + 1}) {
                for (int k : new int[] {Gemm.KC - 1, Gemm.KC, Gemm.KC + 1, 2 * Gemm.KC + 1}) {
                    for (int trans = 0; trans < 4; trans++) {
                        turn++;
                        new Problem((trans & 1) != 0, (trans & 2) != 0, m, n, k, ALPHAS[turn % 5], BETAS[turn / 5 % 4],
                                turn % 7 == 0, PADS[turn % 3], turn % 2, turn % 13 < 6 ? 0 : 4 * L, true, turn)
                                .check(1);
                    }
                }
            }
        }
    }

    /// Deeper than a packed block: only the last one may rectify, and a transposed A is copied block by block.
    @Test
    void realsAcrossPackedBlocksOfK() {
        for (int trans = 0; trans < 4; trans++) {
            new Problem((trans & 1) != 0, (trans & 2) != 0, 70, 20, 2 * Gemm.KB + 3, 1, 0, true, 0, 0, 0, false,
                    2 * trans).check(1, 2);
        }
    }

    /// One to four columns have kernels of their own, and few columns of a transposed A are computed as C^T.
    @Test
    void narrowProducts() {
        SplitMix random = new SplitMix(12);
        for (int m : new int[] {1, 15, 16, 17, 31, 32, 33, 64, 100}) {
            for (int n : new int[] {1, 2, 3, 4, 5, 10, 12, 13}) {
                for (int k : new int[] {1, 8, 15, 16, 17, 24, 31, 32, 33, 35, 63, 64}) {
                    for (int trans = 0; trans < 4; trans++) {
                        new Problem((trans & 1) != 0, (trans & 2) != 0, m, n, k, 1, random.nextInt(5) / 4,
                                random.nextInt(3) == 0, PADS[random.nextInt(3)], random.nextInt(2),
                                random.nextInt(2) * 4 * L, random.nextInt(2) == 0, random.nextInt(1000)).check(1);
                    }
                }
            }
        }
    }

    /// Nine to twelve columns of a transposed A, with no gaps between rows, in registers where there are 512 bits; what
    /// is behind C stays as it is.
    @Test
    void narrowProductsOfATransposed() {
        int seed = 0;
        for (int m : new int[] {31, 32, 33, 47, 64, 100, 300}) {
            for (int n = 8; n <= 13; n++) {
                for (int k : new int[] {1, 2, n, 31, 64}) {
                    // With the second rows of B have gaps, those of C none, with the third the other way round.
                    for (int pad : new int[] {0, 5, 8}) {
                        new Problem(true, k == n, m, n, k, 1, 0, false, pad, seed % 5, seed % 3, seed % 2 == 0, seed++)
                                .check(1);
                    }
                }
            }
        }
        for (int m : new int[] {511, 513}) {
            new Problem(true, false, m, 10, (1 << 20) / (m * 10) + 1, 1, 0, false, 0, 1, 1, false, m).check(1, 2, 3);
        }
    }

    /// Ten columns, alone and behind wider panels, have a tile of their own, which takes two steps of k at a time.
    @Test
    void tenColumns() {
        SplitMix random = new SplitMix(14);
        for (int m : new int[] {7, 8, 9, 16, 24, 37}) {
            for (int n : new int[] {9, 10, 11, 26, 42}) {
                for (int k : new int[] {1, 2, 63, 64, 257, 300}) {
                    for (int trans = 0; trans < 4; trans++) {
                        new Problem((trans & 1) != 0, (trans & 2) != 0, m, n, k, 1, BETAS[random.nextInt(4)],
                                random.nextInt(2) == 0, PADS[random.nextInt(3)], random.nextInt(2),
                                random.nextInt(2) * 4 * L, random.nextInt(2) == 0, random.nextInt(1000)).check(1);
                    }
                }
            }
        }
    }

    /// Tiles know some distances of two rows of A as constants.
    @Test
    void distancesOfRowsOfA() {
        SplitMix random = new SplitMix(16);
        for (int lda : new int[] {9, 10, 32, 64, 127, 128}) {
            for (int n : new int[] {8, 10, 16, 32, 64}) {
                for (int k : new int[] {9, 10, 31, 32, 50, 63, 64, 128}) {
                    for (int turn = 0; turn < 4; turn++) {
                        boolean transA = turn % 2 == 0;
                        int m = 6 + random.nextInt(30);
                        if ((transA ? m : k) <= lda) {
                            new Problem(transA, false, m, n, k, 1, random.nextInt(2), turn == 3,
                                    lda - (transA ? m : k), random.nextInt(2), 4 * L, false, random.nextInt(1000))
                                    .check(1);
                        }
                    }
                }
            }
        }
    }

    /// A product takes its tiles from a plan, which no other shape may take.
    @Test
    void aPlanServesItsShapeAlone() {
        VectorPanel panel = new VectorPanel.Set(L, false, false).of(32, 64, 32);
        for (int packs = 0; packs < 2; packs++) {
            int[] shape = {32, panel.width, 64, 64, 32, 0, 1, 0, packs};
            VectorPlan plan = panel.plan(32, panel.width, 64, 64, 32, false, true, false, packs == 1);
            assertSame(plan, panel.plan(32, panel.width, 64, 64, 32, false, true, false, packs == 1));
            for (int i = 0; i < shape.length; i++) {
                int[] x = shape.clone();
                x[i] += i < 5 || x[i] == 0 ? 1 : -1;
                assertFalse(plan.serves(x[0], x[1], x[2], x[3], x[4], x[5] == 1, x[6] == 1, x[7] == 1, x[8] == 1),
                        "the plan for " + Arrays.toString(shape) + " serves " + Arrays.toString(x));
            }
        }
    }

    /// More shapes in turns than plans are kept: a panel gives all up at once, now and then, and no plan otherwise.
    @Test
    @Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void moreShapesThanPlans() {
        VectorPanel panel = new VectorPanel.Set(L, false, false).of(32, 64, 32);
        int shapes = 3000;
        int lost = 0;
        VectorPlan before = plan(panel, 1);
        for (int k = 2; k <= shapes; k++) {
            VectorPlan plan = plan(panel, k);
            lost += plan(panel, k - 1) == before ? 0 : 1;
            before = plan;
        }
        assertTrue(lost < shapes / 100, lost + " of " + shapes + " plans were given up one shape later");
    }

    private static VectorPlan plan(VectorPanel panel, int k) {
        return panel.plan(32, panel.width, k, 64, 32, false, true, false, false);
    }

    /// What other machines have, 16 registers or vectors of 128 bits, computed by this one: the tiles for 32 registers
    /// of 128 bits (aarch64) are reached nowhere else on x86.
    @Test
    void tilesForOtherMachines() {
        SplitMix random = new SplitMix(15);
        int k = 20;
        for (int lanes = 4; lanes <= L; lanes *= 2) {
            // 16 registers; 32; 32, and 512 bits whole.
            for (int kind = 0; kind < (lanes == 16 ? 3 : 2); kind++) {
                boolean many = kind > 0;
                boolean whole = kind == 2;
                GemmKernel kernel = VectorGemm.of(lanes, many, whole);
                for (int m = 1; m < 30; m++) {
                    for (int n : new int[] {1, 4, 7, 8, 10, 15, 16, 21, 32, 50, 64, 131}) {
                        boolean transA = random.nextInt(2) == 0;
                        boolean fresh = random.nextInt(2) == 0;
                        int width = kernel.padded(m, k, n);
                        float[] a = floats(random, m * k);
                        float[] b = floats(random, k * width);
                        float[] start = floats(random, m * width);
                        // inf * 0, a NaN in one element.
                        int row = random.nextInt(m);
                        int p = random.nextInt(k);
                        a[transA ? p * m + row : row * k + p] = Float.POSITIVE_INFINITY;
                        b[p * width + random.nextInt(n)] = 0;
                        float[][] c = new float[3][m * width];
                        int ldc = random.nextInt(2) == 0 ? n : width;
                        // The third time from the B that the second has packed.
                        float[] packed = random.nextInt(2) == 0 ? floats(random, k * width) : null;
                        for (int i = 0; i < (packed == null ? 2 : 3); i++) {
                            (i == 0 ? ScalarGemm.KERNEL : kernel).block(m, m, n, k, a, 0, transA ? 1 : k,
                                    transA ? m : 1, i == 2 ? packed : b, 0, i == 2 ? 0 : width, start, 0,
                                    fresh ? 0 : width, 1, c[i], 0, ldc, false, i == 1 ? packed : null, 0);
                        }
                        if (packed != null) {
                            Bits.assertIdentical(c[1], c[2], m + " x " + k + " x " + n + ": from what was packed");
                        }
                        Bits.assertIdentical(c[0], c[1], m + " x " + k + " x " + n + (transA ? ", A transposed" : "")
                                + (fresh ? "" : ", beta 1") + ", " + lanes + " lanes, " + (many ? 32 : 16)
                                + " registers" + (whole ? ", 512 bits whole" : ""));
                    }
                }
            }
        }
    }

    private static float[] floats(SplitMix random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = random.nextFloat(-1, 1);
        }
        return x;
    }

    /// The widths that [GemmKernel#padded] counts at once are those of the panels one by one.
    @Test
    void widthsOfPanels() {
        for (int lanes = 4; lanes <= 16; lanes *= 2) {
            for (int kind = 0; kind < (lanes == 16 ? 3 : 2); kind++) {
                GemmKernel kernel = VectorGemm.of(lanes, kind > 0, kind == 2);
                for (int m = 1; m < 16; m++) {
                    for (int k : new int[] {10, 100, 500}) {
                        for (int n = 1; n < 300; n++) {
                            int width = 0;
                            while (width < n) {
                                width += kernel.panel(m, k, n - width);
                            }
                            assertEquals(width, kernel.padded(m, k, n),
                                    lanes + " lanes, kind " + kind + ", " + m + " x " + k + " x " + n);
                        }
                    }
                }
            }
        }
    }

    /// With 16 registers a call takes several panels, in a product of one block too; up to some twenty.
    @Test
    void panelsBesideEachOther() {
        int seed = 0;
        for (int edge = 64; edge <= 320; edge += 16) {
            for (int n = edge - 1; n <= edge + 1; n++) {
                for (int m : new int[] {1, 4, 7, 10, 13}) {
                    for (int trans = 0; trans < 4; trans++) {
                        seed++;
                        new Problem((trans & 1) != 0, (trans & 2) != 0, m, n, 3, 1, seed / 2 % 2, seed % 5 == 0,
                                PADS[seed % 3], 0, seed % 7 < 4 ? 0 : 4 * L, true, seed).check(1);
                    }
                }
            }
        }
    }

    @Test
    void narrowProductsInParts() {
        for (int m : new int[] {255, 511, 512, 513, 783}) {
            for (int n = 1; n <= 4; n++) {
                for (int turn = 0; turn < 4; turn++) {
                    int k = (1 << 20) / (m * n) + 1 + turn;
                    new Problem(false, turn % 2 == 1, m, n, k, 1, 0, turn < 2, turn / 2 * 3, turn, 0, turn % 2 == 0,
                            turn).check(1, 2, 3);
                }
            }
        }
    }

    @Test
    void realsAreTheDocumentedChain() {
        SplitMix random = new SplitMix(20);
        for (int turn = 0; turn < 300; turn++) {
            new Problem(random.nextInt(2) == 0, random.nextInt(2) == 0, random.nextInt(110), random.nextInt(9 * L),
                    random.nextInt(turn % 10 == 0 ? 700 : 70), turn % 3 == 0 ? 0.7f : 1, turn % 4 == 0 ? 0.3f : 0,
                    turn % 5 == 0, PADS[turn % 3], random.nextInt(4), random.nextInt(2) * 4 * L, false, turn).check(1);
        }
    }

    @Test
    void realsAcrossBlocksOfColumnsAndRows() {
        for (int trans = 0; trans < 4; trans++) {
            new Problem((trans & 1) != 0, (trans & 2) != 0, Gemm.MC + 5, Gemm.NC + 2 * L + 3, 65, 1, 1, false, 1, 2, 0,
                    false, trans).check(1);
        }
    }

    /// Rows of A that are pages apart are copied; of 130 rows in three parts.
    @Test
    void rowsOfAThatArePagesApart() {
        new Problem(false, false, 130, Gemm.COPIED + 3, Gemm.PAGE, 1, 0, false, 0, 3, 0, false, 1).check(1, 2);
        // A depth of two blocks, and C is read.
        new Problem(false, true, 17, Gemm.COPIED, 2 * Gemm.KB - 1, 1, 1, false, 1, 0, 0, false, 2).check(1);
    }

    /// A of more rows than are copied stays where it is.
    @Test
    void moreRowsThanAreCopied() {
        Problem all = new Problem(false, false, Gemm.NC + 1, Gemm.COPIED, Gemm.PAGE, 1, 0, false, 0, 0, 0, false, 3);
        Problem few = new Problem(false, false, 3, Gemm.COPIED, Gemm.PAGE, 1, 0, false, 0, 0, 0, false, 3);
        float[] a = all.a();
        float[] b = all.b();
        Bits.assertIdentical(few.multiply(Backend.SCALAR, 1, a, b),
                Arrays.copyOf(all.multiply(Backend.VECTOR, 1, a, b), 3 * Gemm.COPIED), "the first 3 of 4097 rows");
    }

    /// More steps than a tile counts, with a B that is read where it is, and a C that cannot be read in whole vectors.
    @Test
    void deeperThanATileCounts() {
        SplitMix random = new SplitMix(15);
        int m = 7;
        int n = 9;
        int k = (1 << 20) + 3;
        float[] a = new float[m * k];
        float[] b = new float[k * n + VectorPanel.MOST];
        for (float[] x : new float[][] {a, b}) {
            for (int i = 0; i < x.length; i++) {
                x[i] = random.nextFloat(-1, 1);
            }
        }
        float[] expected = new float[m * n];
        Gemm.multiply(Backend.SCALAR, 1, false, false, m, n, k, 1, a, 0, k, b, 0, n, 0, expected, 0, n);
        float[] c = new float[m * n];
        Gemm.multiply(Backend.VECTOR, 1, false, false, m, n, k, 1, a, 0, k, b, 0, n, 0, c, 0, n);
        Bits.assertIdentical(expected, c, "k = " + k);
    }

    // Of some distances of A's rows kernels of one column know what it is.
    @Test
    void aColumnWithRowsInAnyDistance() {
        for (int lda = 16; lda <= 192; lda += 8) {
            for (int k : new int[] {lda - lda / 8, lda}) {
                new Problem(false, false, 37, 1, k, 1, 0, false, lda - k, 0, 0, false, lda).check(1);
                new Problem(false, false, 37, 1, k, 1, 0, true, lda - k, 5, 0, true, lda).check(1);
            }
        }
    }

    @Test
    void threadsChangeNoBit() {
        int[] threads = {1, 2, 3, 5};
        // m n k is at least 2^20, where more than one thread is used; 2 to 5 parts of rows.
        for (int trans = 0; trans < 4; trans++) {
            new Problem((trans & 1) != 0, (trans & 2) != 0, 300, 70, 64, 1, 0, false, 0, 0, 0, false, 1).check(threads);
            new Problem((trans & 1) != 0, (trans & 2) != 0, 97, 41, 300, 0.5f, 2, false, 7, 3, 0, false, 2)
                    .check(threads);
        }
        new Problem(false, false, 400, 3 * L + 1, 100, 1, 0, true, 1, 0, 4 * L, false, 3).check(threads);
        new Problem(false, true, 193, Gemm.NC + 9, 33, 1, 0, true, 1, 0, 0, false, 4).check(threads);
        // C^T in two parts; parts of columns; parts of rows in pieces, which 16 registers have.
        new Problem(true, false, 600, 10, 200, 1, 0, false, 1, 0, 0, false, 5).check(threads);
        new Problem(false, false, 64, 200, 100, 1, 0, true, 0, 0, 4 * L, false, 6).check(threads);
        new Problem(false, false, 300, 400, 600, 1, 0, false, 0, 0, 64, false, 7).check(threads);
    }

    /// What a part of other work multiplies is done by one thread, whatever its number and however many it may use:
    /// with pieces of B that it packs in turn, and after those with one that is packed whole.
    @Test
    void productsWithinPartsOfOtherWork() {
        int threads = 5;
        Problem byColumns = new Problem(false, true, 64, 520, 100, 1, 0, false, 0, 0, 0, false, 9);
        Problem small = new Problem(false, true, 17, 20, 30, 1, 0, false, 0, 0, 0, false, 10);
        CyclicBarrier all = new CyclicBarrier(threads);
        Parallel.run(threads, threads, i -> {
            ParallelTest.met(all);
            byColumns.check(2);
            small.check(2);
        });
    }

    /// The only panel of the scalar twin is all of B: there is room for one, and not for one a thread. (Buffers that
    /// grow are twice as long as before at least. What vectors allocate before they are compiled would hide it.)
    @Test
    void packingTakesNoMoreRoomThanB() {
        ThreadMXBean here = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Problem problem = new Problem(false, true, 4, Gemm.NC, 500, 1, 0, false, 0, 0, 0, false, 11);
        float[] a = problem.a();
        float[] b = problem.b();
        long before = here.getCurrentThreadAllocatedBytes();
        problem.multiply(Backend.SCALAR, 8, a, b);
        long bytes = here.getCurrentThreadAllocatedBytes() - before;
        assertTrue(bytes <= 3L * Float.BYTES * b.length, bytes + " bytes for a B of " + b.length + " floats");
    }

    // Threads that are awake share smaller products.
    @Test
    void awakeThreadsChangeNoBit() {
        for (int trans = 0; trans < 4; trans++) {
            int n = trans == 2 ? 10 : 70;
            Problem problem = new Problem((trans & 2) != 0, (trans & 1) != 0, 530, n, 1 + (int) (Gemm.SHARED / 530 / n),
                    1, 0, trans == 3, 3, 0, 64, false, 8);
            float[] a = problem.a();
            float[] b = problem.b();
            float[] expected = problem.chain(a, b);
            int shared = 0;
            for (int round = 0; round < 1000 && shared < 20; round++) {
                Parallel.run(3, 3, i -> {
                });
                shared += Parallel.awake(3) > 1 ? 1 : 0;
                Bits.assertIdentical(expected, problem.multiply(Backend.VECTOR, 3, a, b), problem.toString());
            }
            assertTrue(shared > 0, "products that threads share");
        }
    }

    @Test
    void callersAtOnceChangeNoBit() throws InterruptedException {
        Problem problem = new Problem(false, true, 200, 70, 90, 1, 0, false, 0, 0, 0, false, 5);
        float[] a = problem.a();
        float[] b = problem.b();
        float[] expected = problem.chain(a, b);
        Throwable[] thrown = new Throwable[3];
        Thread[] callers = new Thread[thrown.length];
        for (int t = 0; t < callers.length; t++) {
            int caller = t;
            callers[t] = new Thread(() -> {
                for (int i = 0; i < 20; i++) {
                    Bits.assertIdentical(expected, problem.multiply(Backend.VECTOR, 2, a, b), "caller " + caller);
                }
            });
            callers[t].setUncaughtExceptionHandler((thread, e) -> thrown[caller] = e);
            callers[t].start();
        }
        for (Thread caller : callers) {
            caller.join();
        }
        for (Throwable e : thrown) {
            if (e != null) {
                throw new AssertionError("a caller beside two others failed", e);
            }
        }
    }

    @Test
    void aRowDoesNotDependOnTheNumberOfRows() {
        int n = 5 * L + 3;
        int k = 70;
        for (int trans = 0; trans < 2; trans++) {
            Problem most = new Problem(false, trans == 1, 103, n, k, 1, 0, false, 0, 0, 0, false, 6);
            float[] a = most.a();
            float[] b = most.b();
            for (Backend backend : Backend.values()) {
                float[] all = most.multiply(backend, 1, a, b);
                for (int m = 1; m < 103; m += m < 20 ? 1 : 9) {
                    float[] c = new Problem(false, trans == 1, m, n, k, 1, 0, false, 0, 0, 0, false, 6)
                            .multiply(backend, 1, a, b);
                    Bits.assertIdentical(Arrays.copyOf(all, m * n), c, "the first " + m + " of 103 rows on " + backend);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneNaNPoisonsOneRowOrColumn(Backend backend) {
        oneNaN(backend, 11, 2 * L + 5, 9);
        for (int n = 1; n <= 4; n++) {
            oneNaN(backend, 18, n, 40);
        }
        oneNaN(backend, 18, 1, 48);
        oneNaN(backend, 64, 10, 3);
    }

    private static void oneNaN(Backend backend, int m, int n, int k) {
        for (int trans = 0; trans < 4; trans++) {
            Problem p = new Problem((trans & 1) != 0, (trans & 2) != 0, m, n, k, 1, 0, false, 0, 0, 0, false, 7);
            float[] plain = p.multiply(backend, 1, p.a(), p.b());
            for (int i = 0; i < m * k; i++) {
                float[] a = p.a();
                a[i] = Float.intBitsToFloat(0xffc0_0001);
                int row = p.transA() ? i % m : i / k;
                float[] expected = plain.clone();
                Arrays.fill(expected, row * n, (row + 1) * n, Float.NaN);
                Bits.assertIdentical(expected, p.multiply(backend, 1, a, p.b()), p + ", a NaN in A at " + i);
            }
            for (int i = 0; i < k * n; i++) {
                float[] b = p.b();
                b[i] = Float.intBitsToFloat(0xff80_0001);
                int column = p.transB() ? i / k : i % n;
                float[] expected = plain.clone();
                for (int r = 0; r < m; r++) {
                    expected[r * n + column] = Float.NaN;
                }
                Bits.assertIdentical(expected, p.multiply(backend, 1, p.a(), b), p + ", a NaN in B at " + i);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void zerosAreNotSkipped(Backend backend) {
        for (float zero : new float[] {0.0f, -0.0f}) {
            float[] c = new float[1];
            Gemm.multiply(backend, 1, false, false, 1, 1, 2, 1, new float[] {zero, 1}, 0, 2,
                    new float[] {Float.POSITIVE_INFINITY, 1}, 0, 1, 0, c, 0, 1);
            Bits.assertIdentical(new float[] {Float.NaN}, c, "0 * inf + 1 with A = 0 on " + backend);
            Gemm.multiply(backend, 1, false, false, 1, 1, 2, 1, new float[] {Float.NEGATIVE_INFINITY, 1}, 0, 2,
                    new float[] {zero, 1}, 0, 1, 0, c, 0, 1);
            Bits.assertIdentical(new float[] {Float.NaN}, c, "0 * inf + 1 with B = 0 on " + backend);
        }
    }

    /// `inf * 0` in a single element: its NaN is canonical, wherever in a tile it stands.
    @ParameterizedTest
    @EnumSource
    void aNaNArisesInOneElement(Backend backend) {
        for (int n : new int[] {1, 2, 4, 8, 10, 16, 32, 64, 70}) {
            for (boolean transA : new boolean[] {false, true}) {
                aNaNArises(backend, transA, 20, n, 40, 0);
                // Chains that begin with C, where tiles do not overlap: the last row is a tile of its own.
                aNaNArises(backend, transA, 21, n, 40, 1);
            }
        }
        // Squares of 16 x 16 without a rest.
        aNaNArises(backend, false, 20, 1, 48, 0);
        // C^T in registers.
        for (int n = 9; n <= 12; n++) {
            aNaNArises(backend, true, 40, n, 5, 0);
        }
    }

    private static void aNaNArises(Backend backend, boolean transA, int m, int n, int k, int beta) {
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                float[] a = new float[m * k];
                float[] b = new float[k * n];
                float[] c = new float[m * n];
                Arrays.fill(b, 1);
                a[transA ? m + i : i * k + 1] = Float.POSITIVE_INFINITY;
                b[n + j] = 0;
                Gemm.multiply(backend, 1, transA, false, m, n, k, 1, a, 0, transA ? m : k, b, 0, n, beta, c, 0, n);
                float[] expected = new float[m * n];
                Arrays.fill(expected, i * n, (i + 1) * n, Float.POSITIVE_INFINITY);
                expected[i * n + j] = Float.NaN;
                Bits.assertIdentical(expected, c, "NaN at (" + i + ", " + j + ") of " + m + " x " + k + " x " + n
                        + " on " + backend + (transA ? ", A transposed" : ""));
            }
        }
    }

    /// Rectified results have no -0, which `0 * -1` added to a bias of -0 is.
    @ParameterizedTest
    @EnumSource
    void rectifiedZerosArePositive(Backend backend) {
        for (int m : new int[] {1, 19}) {
            for (int n : new int[] {1, 2, 3, 4, 7, 8, 10, 16, 32, 64, 70}) {
                for (int k : new int[] {1, 33, 64}) {
                    float[] b = new float[k * n];
                    float[] bias = new float[n];
                    float[] c = new float[m * n];
                    Arrays.fill(b, -1);
                    Arrays.fill(bias, -0.0f);
                    for (boolean rectified : new boolean[] {false, true}) {
                        Gemm.multiplyBias(backend, 1, false, false, m, n, k, new float[m * k], 0, k, b, 0, n, bias,
                                rectified, c, 0, n);
                        float[] expected = new float[m * n];
                        Arrays.fill(expected, rectified ? 0.0f : -0.0f);
                        Bits.assertIdentical(expected, c, m + " x " + k + " x " + n + " on " + backend);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void timesTheIdentity(Backend backend) {
        for (int n : new int[] {1, 7, L, 2 * L + 1, 5 * L}) {
            float[] identity = new float[n * n];
            float[] a = new float[n * n];
            SplitMix random = new SplitMix(n);
            for (int i = 0; i < n * n; i++) {
                identity[i] = i % (n + 1) == 0 ? 1 : 0;
                a[i] = random.nextFloat(0.5f, 1e30f);
            }
            float[] c = new float[n * n];
            Gemm.multiply(backend, 1, false, false, n, n, n, 1, a, 0, n, identity, 0, n, 0, c, 0, n);
            Bits.assertIdentical(a, c, "A * I, " + n + " on " + backend);
            Gemm.multiply(backend, 1, false, true, n, n, n, 1, identity, 0, n, a, 0, n, 0, c, 0, n);
            float[] transposed = new float[n * n];
            for (int i = 0; i < n * n; i++) {
                transposed[i] = a[i % n * n + i / n];
            }
            Bits.assertIdentical(transposed, c, "I * A^T, " + n + " on " + backend);
        }
    }

    @ParameterizedTest
    @EnumSource
    void overlapIsRefused(Backend backend) {
        float[] x = new float[64];
        float[] y = new float[64];
        // Side by side in one array is fine.
        Gemm.multiply(backend, 1, false, false, 4, 4, 4, 1, x, 0, 4, x, 16, 4, 0, x, 32, 4);
        refused(() -> Gemm.multiply(backend, 1, false, false, 4, 4, 4, 1, x, 0, 4, y, 0, 4, 0, x, 15, 4), "overlaps A");
        refused(() -> Gemm.multiply(backend, 1, false, false, 4, 4, 4, 1, y, 0, 4, x, 0, 4, 0, x, 0, 4), "overlaps B");
        refused(() -> Gemm.multiply(backend, 1, false, false, 4, 4, 4, 1, y, 0, 4, x, 17, 4, 0, x, 2, 4),
                "overlaps B");
        refused(() -> Gemm.multiplyBias(backend, 1, false, false, 4, 4, 4, x, 0, 4, y, 0, 4, new float[4], false, x, 8,
                4), "overlaps A");
    }

    @ParameterizedTest
    @EnumSource
    void sizesAreChecked(Backend backend) {
        float[] x = new float[100];
        float[] y = new float[100];
        float[] z = new float[100];
        refused(() -> call(backend, -1, 2, 2, x, 2, y, 2, z, 2), "A", "negative");
        refused(() -> call(backend, 2, -1, 2, x, 2, y, 2, z, 2), "B", "negative");
        refused(() -> call(backend, 2, 2, -1, x, 2, y, 2, z, 2), "A", "negative");
        refused(() -> call(backend, 2, 3, 4, x, 3, y, 3, z, 3), "A", "rows of 4", "leading dimension is 3");
        refused(() -> call(backend, 2, 3, 4, x, 4, y, 2, z, 3), "B", "rows of 3", "leading dimension is 2");
        refused(() -> call(backend, 2, 3, 4, x, 4, y, 3, z, 2), "C", "rows of 3", "leading dimension is 2");
        refused(() -> call(backend, 10, 3, 11, x, 11, y, 3, z, 3), "A", "ends at 110", "ends at 100");
        refused(() -> call(backend, 3, 10, 11, x, 11, y, 10, z, 10), "B", "ends at 110", "ends at 100");
        refused(() -> call(backend, 11, 10, 3, x, 3, y, 10, z, 10), "C", "ends at 110", "ends at 100");
        // In int, 65536 * 65536 is 0.
        refused(() -> call(backend, 65536, 65536, 0, x, 0, y, 65536, z, 65536), "C", "4294967296");
        refused(() -> call(backend, 2, 2, 2, x, Integer.MAX_VALUE, y, 2, z, 2), "A", "2147483649");
        refused(() -> Gemm.multiply(backend, 1, false, false, 2, 2, 2, 1, x, -1, 2, y, 0, 2, 0, z, 0, 2), "A",
                "offset -1");
        refused(() -> Gemm.multiply(backend, 1, false, false, 2, 2, 2, 1, x, 97, 2, y, 0, 2, 0, z, 0, 2), "A",
                "offset 97");
        refused(() -> Gemm.multiplyBias(backend, 1, false, false, 2, 3, 2, x, 0, 2, y, 0, 3, new float[2], false, z, 0,
                3), "bias has 2", "3 columns");
    }

    private static void call(Backend backend, int m, int n, int k, float[] a, int lda, float[] b, int ldb, float[] c,
            int ldc) {
        Gemm.multiply(backend, 1, false, false, m, n, k, 1, a, 0, lda, b, 0, ldb, 0, c, 0, ldc);
    }

    private static void refused(Runnable call, String... words) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
        for (String word : words) {
            assertTrue(e.getMessage().contains(word), () -> "'" + word + "' is missing in: " + e.getMessage());
        }
    }
}
