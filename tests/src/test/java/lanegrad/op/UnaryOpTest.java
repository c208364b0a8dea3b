package lanegrad.op;

import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Stream;
import lanegrad.Backend;
import lanegrad.Shape;
import lanegrad.kernel.Sums;
import lanegrad.kernel.UnaryLoop;
import lanegrad.testkit.Bits;
import lanegrad.testkit.Floats;
import lanegrad.testkit.Floats.Filling;
import lanegrad.testkit.Floats.Regime;
import lanegrad.testkit.Gradients;
import lanegrad.testkit.Ulps;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every [UnaryOp] of the registry, loop by loop.
///
/// The reference of the loops is the scalar function, called element by element: what both backends must
/// reproduce, bit for bit.
@Tag("width")
class UnaryOpTest {
    /// Stands around the range that a loop may write.
    static final float CANARY = -123456.79f;
    private static final int LONGEST = 257;
    /// A prime: samples all exponents and significands alike.
    private static final int STRIDE = 4093;

    @TestFactory
    Stream<DynamicTest> everyLengthAndOffset() {
        return Registry.of(UnaryOp.class, o -> everyLengthAndOffset(op(o), op(o)::loop));
    }

    @TestFactory
    Stream<DynamicTest> edges() {
        return Registry.of(UnaryOp.class, o -> edges(op(o)));
    }

    @TestFactory
    Stream<DynamicTest> aNaNAtEveryPosition() {
        return Registry.of(UnaryOp.class, o -> aNaNAtEveryPosition(op(o)));
    }

    @TestFactory
    Stream<DynamicTest> sumsInTheDocumentedOrder() {
        return Registry.of(UnaryOp.class, o -> sums(op(o)));
    }

    @TestFactory
    Stream<DynamicTest> allFloatsWithinBound() {
        return Registry.of(UnaryOp.class, UnaryOpTest::allFloats);
    }

    @TestFactory
    Stream<DynamicTest> exactDerivativeAgainstDifferences() {
        return Registry.of(UnaryOp.class, o -> {
            if (Registry.differentiable(o)) {
                exactDerivative(o);
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> derivativeAgainstExact() {
        return Registry.of(UnaryOp.class, UnaryOpTest::derivative);
    }

    /// What is documented of single activations beyond the general: the conventions of SEMANTICS at the edges.
    @Test
    void conventions() {
        for (Backend backend : Backend.values()) {
            at(Relu.OP, backend, -0.0f, 0, 0);
            at(Relu.OP, backend, 0, 0, 0);
            at(Relu.OP, backend, Float.MIN_VALUE, Float.MIN_VALUE, 1);
            at(Relu.OP, backend, Float.NEGATIVE_INFINITY, 0, 0);
            at(Relu.OP, backend, Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY, 1);
            at(Tanh.OP, backend, -0.0f, -0.0f, 1);
            at(Tanh.OP, backend, Float.intBitsToFloat(0x4110_2cb4), 1, 0);
            at(Tanh.OP, backend, Float.NEGATIVE_INFINITY, -1, 0);
            at(Sigmoid.OP, backend, Float.POSITIVE_INFINITY, 1, 0);
            at(Sigmoid.OP, backend, Float.NEGATIVE_INFINITY, 0, 0);
            at(Sigmoid.OP, backend, -104, 0, 0);
            at(Softplus.OP, backend, 1000, 1000, 1);
            at(Softplus.OP, backend, -100, Float.intBitsToFloat(0x1b), Float.intBitsToFloat(0x1b));
            at(LogSigmoid.OP, backend, -1000, -1000, 1);
            at(LogSigmoid.OP, backend, 100, -Float.intBitsToFloat(0x1b), Float.intBitsToFloat(0x1b));
            at(Silu.OP, backend, -1000, -0.0f, -0.0f);
            at(Silu.OP, backend, 0, 0, 0.5f);
            at(Gelu.OP, backend, -1e20f, -0.0f, -0.0f);
            at(Gelu.OP, backend, 1e20f, 1e20f, 1);
            at(GeluTanh.OP, backend, -1e20f, -0.0f, -0.0f);
            at(GeluTanh.OP, backend, 1e20f, 1e20f, 1);
            at(Mish.OP, backend, 1000, 1000, 1);
            at(Mish.OP, backend, -1000, -0.0f, -0.0f);
            for (UnaryOp op : new UnaryOp[] {Elu.OP, Celu.OP}) {
                at(op, backend, -0.0f, -0.0f, 1);
                at(op, backend, 200, 200, 1);
                at(op, backend, Float.NEGATIVE_INFINITY, -1, 0);
            }
            at(new Elu(0.5f), backend, 0, 0, 0.5f);
            at(new Celu(0.5f), backend, 0, 0, 1);
            at(Selu.OP, backend, -0.0f, -0.0f, 0x1.c212ccp0f);
            at(Selu.OP, backend, Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY, 0x1.0cfabep0f);
        }
    }

    private static void at(UnaryOp op, Backend backend, float x, float y, float slope) {
        for (int n : new int[] {1, 33}) {
            float[] in = new float[n];
            float[] out = new float[n];
            float[] expected = new float[n];
            Arrays.fill(in, x);
            Arrays.fill(expected, y);
            String what = op.name() + " of " + Bits.show(x) + " on " + backend;
            op.loop(backend).forward(in, out, 0, n);
            Bits.assertIdentical(expected, out, what);
            Arrays.fill(in, 1);
            float[] xs = new float[n];
            Arrays.fill(xs, x);
            op.loop(backend).backward(xs, expected, in, out, false, 0, n);
            Arrays.fill(expected, slope);
            Bits.assertIdentical(expected, out, what + ", slope");
        }
    }

    /// The registry has these with alpha 1 only, where an alpha that is left out or inverted is not seen.
    @Test
    void anotherAlpha() {
        float[] x = Floats.edges();
        int edges = x.length;
        x = Arrays.copyOf(x, edges + 4001);
        for (int i = edges; i < x.length; i++) {
            x[i] = (i - edges - 3000) / 64f;
        }
        for (float alpha : new float[] {0.25f, 0.3f, 3}) {
            Elu elu = new Elu(alpha);
            Celu celu = new Celu(alpha);
            Bits.assertBits(alpha, elu.alpha(), "the alpha of elu");
            Bits.assertBits(alpha, celu.alpha(), "the alpha of celu");
            float[][] y = valueAndSlope(elu, x);
            float[][] z = valueAndSlope(celu, x);
            for (int i = 0; i < x.length; i++) {
                if (x[i] == x[i]) {
                    String what = " with alpha " + alpha + " of " + Bits.show(x[i]);
                    double v = Math.min(x[i], 0);
                    double slope = StrictMath.exp(v / alpha);
                    // The last term: what is subnormal is rounded before alpha multiplies it.
                    double tiny = alpha * (double) Float.MIN_VALUE;
                    near(x[i] > 0 ? x[i] : alpha * StrictMath.expm1(v), y[0][i], 2.5, tiny, "elu" + what);
                    near(x[i] > 0 ? 1 : alpha * StrictMath.exp(v), y[1][i], 2.1, tiny, "the slope of elu" + what);
                    near(x[i] > 0 ? x[i] : alpha * StrictMath.expm1(v / alpha), z[0][i], 3.5, tiny, "celu" + what);
                    near(slope, z[1][i], slope == 0 ? 0 : 0.79 - v / alpha, 0, "the slope of celu" + what);
                }
            }
        }
    }

    private static void near(double exact, float actual, double ulps, double tiny, String what) {
        if (!(Ulps.distance(actual, exact) <= ulps * Operation.Bound.ulp(exact) + tiny)) {
            throw new AssertionError(what + ": exact " + exact + ", got " + Bits.show(actual) + ", error "
                    + Ulps.error(actual, exact) + " ulp; allowed are " + ulps);
        }
    }

    // The same on both backends.
    private static float[][] valueAndSlope(UnaryOp op, float[] x) {
        float[][][] results = new float[2][2][x.length];
        float[] ones = new float[x.length];
        Arrays.fill(ones, 1);
        for (Backend backend : Backend.values()) {
            float[][] r = results[backend.ordinal()];
            op.loop(backend).forward(x, r[0], 0, x.length);
            op.loop(backend).backward(x, r[0], ones, r[1], false, 0, x.length);
        }
        Bits.assertIdentical(results[0][0], results[1][0], op.name() + ", the values of both backends");
        Bits.assertIdentical(results[0][1], results[1][1], op.name() + ", the slopes of both backends");
        return results[0];
    }

    /// The textbook's `y (1 - y)` has no digit left from 17.33 on, where the slope is still 3e-8.
    @Test
    void theSlopeOfSigmoidKeepsItsDigits() {
        for (float x = -80; x <= 80; x += 0.37f) {
            float actual = Sigmoid.OP.vjp(x, Sigmoid.OP.scalar(x), 1);
            double exact = Sigmoid.OP.exactDerivative(x);
            if (!(Ulps.error(actual, exact) <= 4)) {
                throw new AssertionError("the slope of sigmoid at " + x + ": exact " + exact + ", got "
                        + Bits.show(actual) + ", error " + Ulps.error(actual, exact) + " ulp");
            }
        }
    }

    private static UnaryOp op(Operation operation) {
        return (UnaryOp) operation.op();
    }

    static void everyLengthAndOffset(UnaryOp op, Function<Backend, UnaryLoop> loops) {
        for (Backend backend : Backend.values()) {
            UnaryLoop loop = loops.apply(backend);
            for (int n = 0; n <= LONGEST; n++) {
                for (int from : new int[] {0, 1, 5, 16}) {
                    range(op, loop, from, from + n, 0, at(op, backend, n, from));
                    range(op, loop, from, from + n, 17, at(op, backend, n, from));
                }
            }
        }
    }

    private static String at(UnaryOp op, Backend backend, int n, int from) {
        return op.name() + " on " + backend + ", length " + n + ", offset " + from + ", seed " + n;
    }

    // The seed is the length.
    private static void range(UnaryOp op, UnaryLoop loop, int from, int to, int behind, String what) {
        int n = to - from;
        Filling filling = Filling.of(n);
        float[] x = filling.floats(to + behind);
        float[] dy = filling.split("dy").floats(to + behind);
        float[] before = filling.split("dx").floats(to + behind);
        float[] xWas = x.clone();
        float[] dyWas = dy.clone();
        float[] y = canaries(to + behind);
        float[] overwritten = canaries(to + behind);
        float[] added = before.clone();
        for (int i = from; i < to; i++) {
            y[i] = Sums.canonical(op.scalar(x[i]));
            float g = op.vjp(x[i], y[i], dy[i]);
            overwritten[i] = Sums.canonical(g);
            added[i] = Sums.canonical(before[i] + g);
        }

        float[] out = canaries(to + behind);
        loop.forward(x, out, from, to);
        Bits.assertIdentical(y, out, what + ", forward");
        float[] dx = canaries(to + behind);
        loop.backward(x, y, dy, dx, false, from, to);
        Bits.assertIdentical(overwritten, dx, what + ", backward");
        dx = before.clone();
        loop.backward(x, y, dy, dx, true, from, to);
        Bits.assertIdentical(added, dx, what + ", backward, added");
        Bits.assertIdentical(xWas, x, what + ", the input afterwards");
        Bits.assertIdentical(dyWas, dy, what + ", the upstream gradient afterwards");

        float[] place = x.clone();
        loop.forward(place, place, from, to);
        Bits.assertIdentical(inside(y, x, from, to), place, what + ", forward in place");
        place = dy.clone();
        loop.backward(x, y, place, place, false, from, to);
        Bits.assertIdentical(inside(overwritten, dy, from, to), place, what + ", backward in place");
    }

    /// `result` from `from` to `to`, `around` elsewhere.
    static float[] inside(float[] result, float[] around, int from, int to) {
        float[] both = around.clone();
        System.arraycopy(result, from, both, from, to - from);
        return both;
    }

    static float[] canaries(int n) {
        float[] x = new float[n];
        Arrays.fill(x, CANARY);
        return x;
    }

    private static void edges(UnaryOp op) {
        float[] x = Floats.edges();
        float[] y = new float[x.length];
        float[] g = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = Sums.canonical(op.scalar(x[i]));
            if (x[i] != x[i] && y[i] == y[i]) {
                throw new AssertionError(op.name() + " of " + Bits.show(x[i]) + " is " + y[i]
                        + "; NaN in must give NaN out");
            }
        }
        for (float dy : x) {
            for (int i = 0; i < x.length; i++) {
                g[i] = Sums.canonical(op.vjp(x[i], y[i], dy));
                if (dy != dy && g[i] == g[i]) {
                    throw new AssertionError(op.name() + ": a NaN gradient is lost at x = " + Bits.show(x[i]));
                }
            }
            float[] dys = new float[x.length];
            Arrays.fill(dys, dy);
            for (Backend backend : Backend.values()) {
                String what = op.name() + " on " + backend + " at the edges (index into Floats.edges)";
                float[] out = new float[x.length];
                op.loop(backend).forward(x, out, 0, x.length);
                Bits.assertIdentical(y, out, what);
                op.loop(backend).backward(x, y, dys, out, false, 0, x.length);
                Bits.assertIdentical(g, out, what + ", backward of " + Bits.show(dy));
                op.loop(backend).sumBackward(x, dy, out, false, 0, x.length);
                Bits.assertIdentical(g, out, what + ", backward of the sum, " + Bits.show(dy));
            }
        }
    }

    private static void aNaNAtEveryPosition(UnaryOp op) {
        int[] nans = {0x7fc0_0000, 0xffc0_0000, 0x7f80_0001, 0xffff_ffff};
        for (Backend backend : Backend.values()) {
            for (int n : new int[] {1, 3, 4, 7, 15, 16, 17, 31, 50, 67}) {
                for (int i = 0; i < n; i++) {
                    String what = op.name() + " on " + backend + ", length " + n + ", a NaN at " + i;
                    float[] x = new Filling(n, Regime.SUMMABLE).floats(n);
                    float[] y = new float[n];
                    float[] dx = new float[n];
                    op.loop(backend).forward(x, y, 0, n);
                    float[] dy = x.clone();
                    op.loop(backend).backward(x, y, dy, dx, false, 0, n);
                    float[] expected = y.clone();
                    expected[i] = Float.NaN;
                    dx[i] = Float.NaN;
                    dy[i] = Float.intBitsToFloat(nans[i % 4]);
                    float[] out = new float[n];
                    op.loop(backend).backward(x, y, dy, out, false, 0, n);
                    Bits.assertIdentical(dx, out, what + " of the upstream gradient");
                    x[i] = Float.intBitsToFloat(nans[i % 4]);
                    op.loop(backend).forward(x, out, 0, n);
                    Bits.assertIdentical(expected, out, what);
                }
            }
        }
    }

    private static void sums(UnaryOp op) {
        float[] scratch = new float[Sums.SCRATCH];
        for (int n = 0; n <= 2 * Sums.BLOCK + 3; n += n < 140 ? 1 : n < 2040 || n > 2056 ? 61 : 1) {
            for (Filling filling : new Filling[] {new Filling(n, Regime.SUMMABLE), Filling.of(n)}) {
                float[] x = filling.floats(n);
                float[] y = new float[n];
                float[] g = new float[n];
                for (int i = 0; i < n; i++) {
                    y[i] = op.scalar(x[i]);
                    g[i] = Sums.canonical(0.5f + op.vjp(x[i], y[i], 0.75f));
                }
                float sum = SumsTest.inDocumentedOrder(y);
                for (Backend backend : Backend.values()) {
                    String what = op.name() + " on " + backend + ", " + filling + ", length " + n;
                    Bits.assertIdentical(new float[] {sum},
                            new float[] {op.loop(backend).sum(x, 0, n, scratch)}, what + ", sum");
                    float[] dx = new float[n];
                    Arrays.fill(dx, 0.5f);
                    op.loop(backend).sumBackward(x, 0.75f, dx, true, 0, n);
                    Bits.assertIdentical(g, dx, what + ", backward of the sum, added");
                }
            }
        }
    }

    static void allFloats(Operation operation) {
        UnaryOp op = op(operation);
        int chunk = 1 << 14;
        float[] x = new float[chunk];
        float[][] y = new float[2][chunk];
        Shape[] shapes = {Shape.of(chunk)};
        long bits = 1;
        while (bits < 1L << 32) {
            for (int i = 0; i < chunk; i++, bits += STRIDE) {
                x[i] = Float.intBitsToFloat((int) bits);
            }
            double[] at = new double[chunk];
            for (int i = 0; i < chunk; i++) {
                at[i] = x[i];
            }
            double[] exact = op.exact(null, shapes, at);
            double[] limit = operation.bound().limit().of(null, shapes, new double[][] {at}, exact);
            for (Backend backend : Backend.values()) {
                op.loop(backend).forward(x, y[backend.ordinal()], 0, chunk);
            }
            String what = op.name() + " from " + Bits.show(x[0]) + " in steps of " + STRIDE + " bits";
            Ulps.assertWithin(exact, limit, y[0], what + " on SCALAR");
            Bits.assertIdentical(y[0], y[1], what + " on VECTOR");
        }
    }

    static void exactDerivative(Operation operation) {
        UnaryOp op = op(operation);
        for (Operation.Case on : operation.cases()) {
            boolean telling = false;
            for (long seed = 0; seed < 20; seed++) {
                for (float x : Gradients.inputs(on, seed)[0]) {
                    Gradients.Difference slope = Gradients.derivative(op::exact, on.inputs().get(0), x);
                    double expected = slope.value()[0];
                    double actual = op.exactDerivative(x);
                    // The extrapolated difference is good to about 1e-12; 1e-7 leaves room for strong bends.
                    double limit = 1e-7 * Math.abs(expected) + slope.error()[0];
                    telling |= limit < 1e-6 * Math.abs(expected);
                    if (!(Math.abs(actual - expected) <= limit)) {
                        throw new AssertionError(op.name() + ".exactDerivative at " + Bits.show(x)
                                + ": differences give " + expected + ", it gives " + actual + "; allowed are " + limit
                                + ", seed " + seed);
                    }
                }
            }
            if (!telling) {
                throw new AssertionError(op.name() + ".exactDerivative: the check is vacuous, all slopes are 0");
            }
        }
    }

    static void derivative(Operation operation) {
        UnaryOp op = op(operation);
        for (Operation.Case on : operation.cases()) {
            float[] x = Floats.within(on.inputs().get(0), 7);
            double slope = 0;
            for (float v : x) {
                slope = Math.max(slope, Math.abs(op.exactDerivative(v)));
            }
            close(op, x, slope);
            close(op, Floats.edges(), slope);
            close(op, Filling.of(8).floats(50_000), slope);
        }
    }

    // The tolerance is that of Gradients: roundings of the slope itself, and of the steepest slope.
    private static void close(UnaryOp op, float[] x, double steepest) {
        for (float v : x) {
            double exact = op.exactDerivative(v);
            float actual = op.vjp(v, Sums.canonical(op.scalar(v)), 1);
            double limit = Gradients.ROUNDINGS * 0x1p-24 * (Math.abs(exact) + steepest);
            // Outside the domain the slope is NaN, and so would be its limit.
            boolean good = exact != exact ? actual != actual : Ulps.distance(actual, exact) <= limit;
            if (v == v && !good) {
                throw new AssertionError(op.name() + ".vjp at " + Bits.show(v) + ": exact " + exact + ", got "
                        + Bits.show(actual) + ", " + Ulps.error(actual, exact) + " ulp; allowed are " + limit);
            }
        }
    }
}
