package lanegrad.op;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import lanegrad.Backend;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.kernel.BinaryLoop;
import lanegrad.kernel.Sums;
import lanegrad.testkit.Bits;
import lanegrad.testkit.Floats;
import lanegrad.testkit.Floats.Filling;
import lanegrad.testkit.Floats.Regime;
import lanegrad.testkit.Ulps;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// Every [BinaryOp] of the registry, losses included, loop by loop; as [UnaryOpTest].
@Tag("width")
class BinaryOpTest {
    private static final int LONGEST = 257;

    @TestFactory
    Stream<DynamicTest> aScalarOnEitherSide() {
        return Registry.of(BinaryOp.class, o -> {
            if (o.kind() == Operation.Kind.ELEMENTWISE) {
                scalars(o);
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> everyLengthAndOffset() {
        return Registry.of(BinaryOp.class, o -> everyLengthAndOffset(op(o), op(o)::loop));
    }

    @TestFactory
    Stream<DynamicTest> edges() {
        return Registry.of(BinaryOp.class, o -> edges(op(o)));
    }

    @TestFactory
    Stream<DynamicTest> aNaNAtEveryPosition() {
        return Registry.of(BinaryOp.class, o -> aNaNAtEveryPosition(op(o)));
    }

    @TestFactory
    Stream<DynamicTest> sumsInTheDocumentedOrder() {
        return Registry.of(BinaryOp.class, o -> sums(op(o)));
    }

    @TestFactory
    Stream<DynamicTest> allFloatsWithinBound() {
        return Registry.of(BinaryOp.class, BinaryOpTest::allFloats);
    }

    private static BinaryOp op(Operation operation) {
        return (BinaryOp) operation.op();
    }

    static void everyLengthAndOffset(BinaryOp op, Function<Backend, BinaryLoop> loops) {
        for (Backend backend : Backend.values()) {
            BinaryLoop loop = loops.apply(backend);
            for (int n = 0; n <= LONGEST; n++) {
                for (int from : new int[] {0, 1, 5, 16}) {
                    String what = op.name() + " on " + backend + ", length " + n + ", offset " + from + ", seed " + n;
                    range(op, loop, from, from + n, 0, what);
                    range(op, loop, from, from + n, 17, what);
                }
            }
        }
    }

    // The seed is the length.
    private static void range(BinaryOp op, BinaryLoop loop, int from, int to, int behind, String what) {
        int length = to + behind;
        Filling filling = Filling.of(to - from);
        float[] a = filling.floats(length);
        float[] b = filling.split("b").floats(length);
        float[] dy = filling.split("dy").floats(length);
        float[] before = filling.split("dx").floats(length);
        float[][] were = {a.clone(), b.clone(), dy.clone()};
        float[] y = UnaryOpTest.canaries(length);
        float[][] overwritten = {UnaryOpTest.canaries(length), UnaryOpTest.canaries(length)};
        float[][] added = {before.clone(), before.clone()};
        for (int i = from; i < to; i++) {
            y[i] = Sums.canonical(op.scalar(a[i], b[i]));
            float da = op.vjpA(a[i], b[i], dy[i]);
            float db = op.vjpB(a[i], b[i], dy[i]);
            overwritten[0][i] = Sums.canonical(da);
            overwritten[1][i] = Sums.canonical(db);
            added[0][i] = Sums.canonical(before[i] + da);
            added[1][i] = Sums.canonical(before[i] + db);
        }

        float[] out = UnaryOpTest.canaries(length);
        loop.forward(a, b, out, from, to);
        Bits.assertIdentical(y, out, what + ", forward");
        float[] da = UnaryOpTest.canaries(length);
        float[] db = UnaryOpTest.canaries(length);
        loop.backwardA(a, b, dy, da, false, from, to);
        loop.backwardB(a, b, dy, db, false, from, to);
        Bits.assertIdentical(overwritten[0], da, what + ", backward to a");
        Bits.assertIdentical(overwritten[1], db, what + ", backward to b");
        da = before.clone();
        db = before.clone();
        loop.backwardA(a, b, dy, da, true, from, to);
        loop.backwardB(a, b, dy, db, true, from, to);
        Bits.assertIdentical(added[0], da, what + ", backward to a, added");
        Bits.assertIdentical(added[1], db, what + ", backward to b, added");
        Bits.assertIdentical(were[0], a, what + ", a afterwards");
        Bits.assertIdentical(were[1], b, what + ", b afterwards");
        Bits.assertIdentical(were[2], dy, what + ", the upstream gradient afterwards");

        float[] place = a.clone();
        loop.forward(place, b, place, from, to);
        Bits.assertIdentical(UnaryOpTest.inside(y, a, from, to), place, what + ", forward in the place of a");
        place = b.clone();
        loop.forward(a, place, place, from, to);
        Bits.assertIdentical(UnaryOpTest.inside(y, b, from, to), place, what + ", forward in the place of b");
        place = dy.clone();
        loop.backwardB(a, b, place, place, false, from, to);
        Bits.assertIdentical(UnaryOpTest.inside(overwritten[1], dy, from, to), place, what + ", backward in place");
        place = a.clone();
        loop.forward(place, place, place, from, to);
        for (int i = from; i < to; i++) {
            y[i] = Sums.canonical(op.scalar(a[i], a[i]));
        }
        Bits.assertIdentical(UnaryOpTest.inside(y, a, from, to), place, what + ", forward of a and a in place");
    }

    // As a tensor that is filled with the scalar; its gradient is the sum, in the documented order.
    private static void scalars(Operation operation) {
        BinaryOp op = op(operation);
        for (int n : new int[] {0, 1, 17, 1023, 1024, 1025, 2049}) {
            Filling filling = new Filling(n, Regime.SUMMABLE);
            Tensor x = Tensor.zeros(n).set(filling.floats(n));
            Tensor dy = Tensor.zeros(n).set(filling.split("dy").floats(n));
            for (int side = 0; side < 2; side++) {
                float scalar = 1.375f;
                float[][] in = {x.toArray(), x.toArray()};
                Arrays.fill(in[side], scalar);
                float[] y = new float[n];
                float[][] g = new float[2][n];
                for (int i = 0; i < n; i++) {
                    y[i] = Sums.canonical(op.scalar(in[0][i], in[1][i]));
                    g[0][i] = Sums.canonical(op.vjpA(in[0][i], in[1][i], dy.data()[i]));
                    g[1][i] = Sums.canonical(op.vjpB(in[0][i], in[1][i], dy.data()[i]));
                }
                g[side] = new float[] {SumsTest.inDocumentedOrder(g[side])};
                for (Backend backend : Backend.values()) {
                    String what = op.name() + " on " + backend + ", length " + n + ", a scalar on side " + side;
                    Tape tape = new Tape(backend, 1);
                    Var[] vars = new Var[2];
                    vars[side] = tape.variable(Tensor.of(new float[] {scalar}));
                    vars[1 - side] = tape.variable(x);
                    Var result = tape.record(op, vars[0], vars[1]);
                    Bits.assertIdentical(y, result.value().toArray(), what);
                    tape.backward(result, dy);
                    Bits.assertIdentical(g[0], vars[0].gradient().toArray(), what + ", gradient of a");
                    Bits.assertIdentical(g[1], vars[1].gradient().toArray(), what + ", gradient of b");
                }
            }
        }
    }

    private static void edges(BinaryOp op) {
        float[] edges = Floats.edges();
        int n = edges.length;
        float[] b = new float[n];
        float[] y = new float[n];
        float[] out = new float[n];
        for (float second : edges) {
            Arrays.fill(b, second);
            for (int i = 0; i < n; i++) {
                y[i] = Sums.canonical(op.scalar(edges[i], second));
                if ((edges[i] != edges[i] || second != second) && y[i] == y[i]) {
                    throw new AssertionError(op.name() + " of " + Bits.show(edges[i]) + " and " + Bits.show(second)
                            + " is " + y[i] + "; NaN in must give NaN out");
                }
            }
            for (Backend backend : Backend.values()) {
                op.loop(backend).forward(edges, b, out, 0, n);
                Bits.assertIdentical(y, out, op.name() + " on " + backend + ", a from Floats.edges, b = "
                        + Bits.show(second));
            }
            for (float dy : new float[] {1, -0.0f, Float.MAX_VALUE, Float.MIN_VALUE, Float.NEGATIVE_INFINITY,
                Float.intBitsToFloat(0xffc1_2345)}) {
                for (Backend backend : Backend.values()) {
                    derivatives(op, backend, edges, b, dy);
                }
            }
        }
    }

    private static void derivatives(BinaryOp op, Backend backend, float[] a, float[] b, float dy) {
        int n = a.length;
        float[] da = new float[n];
        float[] db = new float[n];
        for (int i = 0; i < n; i++) {
            da[i] = Sums.canonical(op.vjpA(a[i], b[i], dy));
            db[i] = Sums.canonical(op.vjpB(a[i], b[i], dy));
            // One of the two may have no part in the result, as the smaller one in a maximum.
            if (dy != dy && da[i] == da[i] && db[i] == db[i]) {
                throw new AssertionError(op.name() + ": a NaN gradient is lost at a = " + Bits.show(a[i]) + ", b = "
                        + Bits.show(b[i]));
            }
        }
        String what = op.name() + " on " + backend + ", a from Floats.edges, b = " + Bits.show(b[0]) + ", dy = "
                + Bits.show(dy);
        float[] dys = new float[n];
        Arrays.fill(dys, dy);
        float[] out = new float[n];
        op.loop(backend).backwardA(a, b, dys, out, false, 0, n);
        Bits.assertIdentical(da, out, what + ", backward to a");
        op.loop(backend).backwardB(a, b, dys, out, false, 0, n);
        Bits.assertIdentical(db, out, what + ", backward to b");
        op.loop(backend).sumBackwardA(a, b, dy, out, false, 0, n);
        Bits.assertIdentical(da, out, what + ", backward of the sum to a");
        op.loop(backend).sumBackwardB(a, b, dy, out, false, 0, n);
        Bits.assertIdentical(db, out, what + ", backward of the sum to b");
    }

    private static void aNaNAtEveryPosition(BinaryOp op) {
        for (Backend backend : Backend.values()) {
            for (int n : new int[] {1, 3, 4, 7, 15, 16, 17, 31, 50, 67}) {
                float[][] x = {new Filling(n, Regime.SUMMABLE).floats(n), new Filling(-n, Regime.SUMMABLE).floats(n)};
                float[] y = new float[n];
                float[] out = new float[n];
                op.loop(backend).forward(x[0], x[1], y, 0, n);
                for (int input = 0; input < 2; input++) {
                    for (int i = 0; i < n; i++) {
                        float[][] with = {x[0].clone(), x[1].clone()};
                        with[input][i] = Float.intBitsToFloat(0xffc0_0001 + i);
                        float[] expected = y.clone();
                        expected[i] = Float.NaN;
                        op.loop(backend).forward(with[0], with[1], out, 0, n);
                        Bits.assertIdentical(expected, out, op.name() + " on " + backend + ", length " + n
                                + ", a NaN at " + i + " of input " + input);
                    }
                }
            }
        }
    }

    private static void sums(BinaryOp op) {
        float[] scratch = new float[Sums.SCRATCH];
        for (int n = 0; n <= 2 * Sums.BLOCK + 3; n += n < 140 ? 1 : n < 2040 || n > 2056 ? 61 : 1) {
            for (Filling filling : new Filling[] {new Filling(n, Regime.SUMMABLE), Filling.of(n)}) {
                float[] a = filling.floats(n);
                float[] b = filling.split("b").floats(n);
                float[] y = new float[n];
                float[] da = new float[n];
                float[] db = new float[n];
                for (int i = 0; i < n; i++) {
                    y[i] = op.scalar(a[i], b[i]);
                    da[i] = Sums.canonical(0.5f + op.vjpA(a[i], b[i], 0.75f));
                    db[i] = Sums.canonical(0.5f + op.vjpB(a[i], b[i], 0.75f));
                }
                float sum = SumsTest.inDocumentedOrder(y);
                for (Backend backend : Backend.values()) {
                    String what = op.name() + " on " + backend + ", " + filling + ", length " + n;
                    Bits.assertIdentical(new float[] {sum},
                            new float[] {op.loop(backend).sum(a, b, 0, n, scratch)}, what + ", sum");
                    float[] out = new float[n];
                    Arrays.fill(out, 0.5f);
                    op.loop(backend).sumBackwardA(a, b, 0.75f, out, true, 0, n);
                    Bits.assertIdentical(da, out, what + ", backward of the sum to a, added");
                    Arrays.fill(out, 0.5f);
                    op.loop(backend).sumBackwardB(a, b, 0.75f, out, true, 0, n);
                    Bits.assertIdentical(db, out, what + ", backward of the sum to b, added");
                }
            }
        }
    }

    // A loss has a bound for its total only: there the backends are compared over all floats, no more.
    private static void allFloats(Operation operation) {
        BinaryOp op = op(operation);
        int n = 1 << 14;
        Shape[] shapes = {Shape.of(n), Shape.of(n)};
        float[][] y = new float[2][n];
        for (long seed = 0; seed < 16; seed++) {
            Filling filling = seed % 2 == 0 ? Filling.of(seed)
                    : new Filling(seed, List.of(Regime.ANY, Regime.ORDINARY));
            float[] a = filling.floats(n);
            float[] b = filling.split("b").floats(n);
            for (Backend backend : Backend.values()) {
                op.loop(backend).forward(a, b, y[backend.ordinal()], 0, n);
            }
            Bits.assertIdentical(y[0], y[1], op.name() + " on VECTOR, " + filling);
            if (operation.kind() == Operation.Kind.ELEMENTWISE) {
                double[][] x = new double[2][n];
                for (int i = 0; i < n; i++) {
                    x[0][i] = a[i];
                    x[1][i] = b[i];
                }
                double[] exact = op.exact(null, shapes, x);
                Ulps.assertWithin(exact, operation.bound().limit().of(null, shapes, x, exact), y[0],
                        op.name() + " on SCALAR, " + filling);
            }
        }
    }
}
