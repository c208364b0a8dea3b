package lanegrad.kernel;

import java.util.Arrays;
import java.util.List;
import lanegrad.Backend;
import lanegrad.math.SplitMix;
import lanegrad.op.BinaryOp;
import lanegrad.op.Operations;
import lanegrad.op.UnaryOp;
import lanegrad.testkit.Bits;
import lanegrad.testkit.Floats;
import lanegrad.testkit.Floats.Filling;
import lanegrad.testkit.Floats.Regime;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;

/// Scalar and vector backend give the same bits for anything: what fixed lengths and seeds do not think of.
@Tag("width")
class KernelPropertiesTest {
    @Provide
    Arbitrary<UnaryOp> unary() {
        return Arbitraries.of(Operations.ALL.stream().map(o -> o.op()).filter(UnaryOp.class::isInstance)
                .map(UnaryOp.class::cast).toList());
    }

    @Provide
    Arbitrary<BinaryOp> binary() {
        return Arbitraries.of(Operations.ALL.stream().map(o -> o.op()).filter(BinaryOp.class::isInstance)
                .map(BinaryOp.class::cast).toList());
    }

    @Provide
    Arbitrary<Filling> fillings() {
        return Floats.fillings(List.of(Regime.values()));
    }

    @Property(tries = 1000)
    void unaryLoops(@ForAll("unary") UnaryOp op, @ForAll("fillings") Filling filling,
            @ForAll @IntRange(max = 700) int n, @ForAll @IntRange(max = 40) int from,
            @ForAll @IntRange(max = 40) int behind, @ForAll boolean add) {
        float[] x = filling.floats(from + n + behind);
        float[] dy = filling.split("dy").floats(x.length);
        float[][] y = new float[2][];
        float[][] dx = new float[2][];
        float[] sums = new float[2];
        for (Backend backend : Backend.values()) {
            int b = backend.ordinal();
            y[b] = filling.split("y").floats(x.length);
            dx[b] = filling.split("dx").floats(x.length);
            op.loop(backend).forward(x, y[b], from, from + n);
            op.loop(backend).backward(x, y[b], dy, dx[b], add, from, from + n);
            sums[b] = op.loop(backend).sum(x, from, from + n, new float[Sums.SCRATCH]);
        }
        String what = op.name() + " on VECTOR, length " + n + ", offset " + from + ", " + filling;
        Bits.assertIdentical(y[0], y[1], what);
        Bits.assertIdentical(dx[0], dx[1], what + ", backward" + (add ? ", added" : ""));
        Bits.assertIdentical(new float[] {sums[0]}, new float[] {sums[1]}, what + ", sum");
    }

    @Property(tries = 1000)
    void binaryLoops(@ForAll("binary") BinaryOp op, @ForAll("fillings") Filling filling,
            @ForAll("fillings") Filling second, @ForAll @IntRange(max = 700) int n,
            @ForAll @IntRange(max = 40) int from, @ForAll @IntRange(max = 40) int behind, @ForAll boolean add) {
        float[] a = filling.floats(from + n + behind);
        float[] b = second.floats(a.length);
        float[] dy = filling.split("dy").floats(a.length);
        float[][][] results = new float[2][4][];
        for (Backend backend : Backend.values()) {
            float[][] r = results[backend.ordinal()];
            for (int i = 0; i < 3; i++) {
                r[i] = filling.split("result").floats(a.length);
            }
            op.loop(backend).forward(a, b, r[0], from, from + n);
            op.loop(backend).backwardA(a, b, dy, r[1], add, from, from + n);
            op.loop(backend).backwardB(a, b, dy, r[2], add, from, from + n);
            r[3] = new float[] {op.loop(backend).sum(a, b, from, from + n, new float[Sums.SCRATCH])};
        }
        String[] parts = {"forward", "backward to a", "backward to b", "sum"};
        for (int i = 0; i < 4; i++) {
            Bits.assertIdentical(results[0][i], results[1][i], op.name() + " on VECTOR, length " + n + ", offset "
                    + from + ", " + filling + " and " + second + ", " + parts[i] + (add ? ", added" : ""));
        }
    }

    @Property(tries = 500)
    void gemm(@ForAll("fillings") Filling filling, @ForAll @IntRange(max = 60) int m,
            @ForAll @IntRange(max = 150) int n, @ForAll @IntRange(max = 80) int k, @ForAll boolean transA,
            @ForAll boolean transB, @ForAll @IntRange(max = 5) int pad,
            @ForAll @IntRange(min = 1, max = 3) int threads) {
        SplitMix random = new SplitMix(filling.seed());
        float alpha = random.nextInt(3) - 1;
        float beta = random.nextFloat(-2, 2) * random.nextInt(2);
        float[] a = filling.floats((transA ? k * (m + pad) : m * (k + pad)) + pad);
        float[] b = filling.split("b").floats((transB ? n * (k + pad) : k * (n + pad)) + pad);
        float[][] c = new float[2][];
        for (Backend backend : Backend.values()) {
            c[backend.ordinal()] = filling.split("c").floats(m * (n + pad));
            Gemm.multiply(backend, threads, transA, transB, m, n, k, alpha, a, pad, (transA ? m : k) + pad, b, pad,
                    (transB ? k : n) + pad, beta, c[backend.ordinal()], 0, n + pad);
        }
        Bits.assertIdentical(c[0], c[1], "matrix multiply on VECTOR, " + m + " x " + n + " x " + k
                + (transA ? " t" : " n") + (transB ? "t" : "n") + ", alpha " + alpha + ", beta " + beta
                + ", padding " + pad + ", " + filling);
    }

    @Property(tries = 300)
    void columns(@ForAll("fillings") Filling filling, @ForAll @IntRange(max = 50) int rows,
            @ForAll @IntRange(max = 150) int columns, @ForAll boolean add) {
        float[] x = filling.floats(rows * columns);
        float[][] y = new float[2][];
        for (Backend backend : Backend.values()) {
            y[backend.ordinal()] = filling.split("y").floats(columns);
            Columns.sum(backend, x, rows, columns, y[backend.ordinal()], add);
        }
        Bits.assertIdentical(y[0], y[1], "columns on VECTOR, " + rows + " x " + columns + (add ? ", added, " : ", ")
                + filling);
    }

    // Not the order, which SumsTest has from the documentation, but its use: where a range lies has no influence.
    @Property(tries = 300)
    void sumsDoNotDependOnTheOffset(@ForAll("unary") UnaryOp op, @ForAll("fillings") Filling filling,
            @ForAll @IntRange(max = 5000) int n, @ForAll @IntRange(min = 1, max = 70) int offset) {
        float[] x = filling.floats(n);
        float[] moved = new float[n + offset];
        Arrays.fill(moved, Float.NaN);
        System.arraycopy(x, 0, moved, offset, n);
        for (Backend backend : Backend.values()) {
            Bits.assertIdentical(new float[] {op.loop(backend).sum(x, 0, n, new float[Sums.SCRATCH])},
                    new float[] {op.loop(backend).sum(moved, offset, offset + n, new float[Sums.SCRATCH])},
                    op.name() + ", sum on " + backend + " of " + n + " from " + offset + ", " + filling);
        }
    }
}
