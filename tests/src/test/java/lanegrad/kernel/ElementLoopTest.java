package lanegrad.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import lanegrad.Backend;
import lanegrad.Real;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.op.BinaryOp;
import lanegrad.op.Divide;
import lanegrad.op.Gelu;
import lanegrad.op.Linear;
import lanegrad.op.Operation;
import lanegrad.op.Pow;
import lanegrad.op.Tanh;
import lanegrad.op.UnaryOp;
import lanegrad.testkit.Bits;
import lanegrad.testkit.Floats;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Loops that threads share: the bits of one thread, whatever their number, and that they do share them.
class ElementLoopTest {
    private static final int[] SIZES = {0, 1, ElementLoop.SHARED - 1, ElementLoop.SHARED, ElementLoop.SHARED + 13,
        ElementLoop.WAKING - 1, ElementLoop.WAKING, ElementLoop.WAKING + ElementLoop.PART + 5};
    private static final int MOST = SIZES[SIZES.length - 1];
    // What lies behind the elements must stay.
    private static final int ROOM = 8;
    private static final int[] THREADS = {2, 3, 7};

    private final float[] a = drawn(1);
    private final float[] b = drawn(2);
    private final float[] dy = drawn(3);
    private final float[] before = drawn(4);

    private static float[] drawn(int seed) {
        return Floats.within(Operation.Range.of(0.5f, 2, MOST + ROOM), seed);
    }

    @Tag("width")
    @ParameterizedTest
    @EnumSource(Backend.class)
    void ofOneInput(Backend backend) {
        for (UnaryOp op : new UnaryOp[] {Tanh.OP, Gelu.OP, new Pow(2.4)}) {
            UnaryLoop loop = op.loop(backend);
            float[] y = new float[MOST];
            loop.forward(a, y, 0, MOST);
            for (int n : SIZES) {
                for (int threads : THREADS) {
                    String what = op.name() + ", " + n + " elements, " + threads + " threads";
                    same(what, z -> loop.forward(a, z, 0, n), z -> loop.forward(threads, a, z, n));
                    for (boolean add : new boolean[] {false, true}) {
                        same(what + ", backward", z -> loop.backward(a, y, dy, z, add, 0, n),
                                z -> loop.backward(threads, a, y, dy, z, add, n));
                    }
                }
            }
        }
    }

    @Tag("width")
    @ParameterizedTest
    @EnumSource(Backend.class)
    void ofTwoInputs(Backend backend) {
        BinaryLoop loop = Divide.OP.loop(backend);
        for (int n : SIZES) {
            for (int threads : THREADS) {
                String what = n + " elements, " + threads + " threads";
                same(what, z -> loop.forward(a, b, z, 0, n), z -> loop.forward(threads, a, b, z, n));
                for (boolean add : new boolean[] {false, true}) {
                    same(what + ", a", z -> loop.backwardA(a, b, dy, z, add, 0, n),
                            z -> loop.backwardA(threads, a, b, dy, z, add, n));
                    same(what + ", b", z -> loop.backwardB(a, b, dy, z, add, 0, n),
                            z -> loop.backwardB(threads, a, b, dy, z, add, n));
                }
            }
        }
    }

    private void same(String what, Consumer<float[]> one, Consumer<float[]> several) {
        float[] expected = before.clone();
        float[] actual = before.clone();
        one.accept(expected);
        several.accept(actual);
        Bits.assertIdentical(expected, actual, what);
    }

    @Test
    void partsOfTheLongestArrays() {
        for (int n : new int[] {1, ElementLoop.PART, ElementLoop.PART + 1, Integer.MAX_VALUE}) {
            int last = ElementLoop.parts(n) - 1;
            assertEquals(n, ElementLoop.end(last, n));
            assertTrue(last == 0 || ElementLoop.end(last - 1, n) == last * ElementLoop.PART, "parts of " + n);
        }
    }

    // Of 2^17 elements the first and the last are computed before either is done, which takes two threads, whatever is
    // awake.
    @Test
    void twoThreadsTakePart() {
        CyclicBarrier both = new CyclicBarrier(2);
        UnaryOp op = new One(x -> meet(both, x));
        float[] x = ends(ElementLoop.WAKING);
        UnaryLoop loop = op.loop(Backend.SCALAR);
        loop.forward(2, x, new float[x.length], x.length);
        loop.backward(2, x, x, x, new float[x.length], false, x.length);
    }

    // The same by way of the tape, which has to hand on its number of threads. One at a time, and one of them alone
    // would wait for ever.
    @Test
    void operationsUseTheThreadsOfTheirTape() {
        CyclicBarrier both = new CyclicBarrier(2);
        UnaryOp one = new One(x -> meet(both, x));
        BinaryOp two = new Two(x -> meet(both, x));
        int n = ElementLoop.WAKING;
        Tape tape = new Tape(Backend.SCALAR, 2);
        backward(tape, one.apply(tape.variable(Tensor.wrap(ends(n), n))));
        tape.rewind();
        Var same = tape.variable(Tensor.wrap(ends(n), n));
        backward(tape, tape.record(two, same, tape.variable(Tensor.wrap(ends(n), n))));
        tape.rewind();
        // Rows of one feature, of which the first and the last are not zero: X W is so at the ends of these rows.
        int rows = n / ElementLoop.PART;
        Var x = tape.variable(Tensor.wrap(ends(rows), rows, 1));
        Var w = tape.variable(Tensor.wrap(ends(ElementLoop.PART), 1, ElementLoop.PART));
        backward(tape, new Linear(one).apply(x, w, tape.constant(Tensor.zeros(ElementLoop.PART))));
    }

    private static void backward(Tape tape, Var y) {
        Tensor ones = Tensor.zeros(y.shape());
        tape.backward(y, ones.fill(1));
    }

    private static float[] ends(int n) {
        float[] x = new float[n];
        x[0] = 1;
        x[n - 1] = 1;
        return x;
    }

    private static double meet(CyclicBarrier both, double x) {
        if (x != 0) {
            ParallelTest.met(both);
        }
        return x;
    }

    // From 2^15 elements on. What is awake may park before it is called, so not the first time of all.
    @Test
    void threadsThatAreAwakeTakePart() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        UnaryLoop loop = noting(threads);
        float[] x = new float[ElementLoop.SHARED];
        for (int round = 0; round < 2000 && threads.size() < 2; round++) {
            Parallel.run(2, 2, i -> { });
            loop.forward(2, x, x, x.length);
        }
        assertEquals(2, threads.size(), "threads that took part");
    }

    @Test
    void fewElementsAreLeftToTheCaller() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        UnaryLoop loop = noting(threads);
        float[] x = new float[ElementLoop.SHARED - 1];
        for (int round = 0; round < 20; round++) {
            Parallel.run(2, 2, i -> { });
            loop.forward(2, x, x, x.length);
        }
        assertEquals(Set.of(Thread.currentThread()), threads);
    }

    private static UnaryLoop noting(Set<Thread> threads) {
        return new One(x -> {
            threads.add(Thread.currentThread());
            return x;
        }).loop(Backend.SCALAR);
    }

    @Test
    void whatAFunctionThrowsArrives() {
        RuntimeException thrown = new RuntimeException("of one element");
        UnaryLoop loop = new One(x -> {
            if (x != 0) {
                throw thrown;
            }
            return x;
        }).loop(Backend.SCALAR);
        float[] x = new float[ElementLoop.WAKING];
        float[] y = new float[x.length];
        for (int round = 0; round < 20; round++) {
            x[x.length - 1] = 1;
            assertSame(thrown, assertThrows(RuntimeException.class, () -> loop.forward(2, x, y, x.length)));
            x[x.length - 1] = 0;
            loop.forward(2, x, y, x.length);
        }
    }

    // A function that does something beside, forward and backward.
    private static final class One extends UnaryOp {
        private final DoubleUnaryOperator f;

        One(DoubleUnaryOperator f) {
            super("one");
            this.f = f;
        }

        @Override
        public Real exact(Real x) {
            return x;
        }

        @Override
        public float scalar(float x) {
            return (float) f.applyAsDouble(x);
        }

        @Override
        public float vjp(float x, float y, float dy) {
            return (float) f.applyAsDouble(y) * dy;
        }

        @Override
        public Lanes lanes() {
            throw new UnsupportedOperationException("a scalar function");
        }
    }

    // The same of its first input, and of its second where that is asked for.
    private static final class Two extends BinaryOp {
        private final DoubleUnaryOperator f;

        Two(DoubleUnaryOperator f) {
            super("two");
            this.f = f;
        }

        @Override
        public Real exact(Real a, Real b) {
            return a;
        }

        @Override
        public float scalar(float a, float b) {
            return (float) f.applyAsDouble(a);
        }

        @Override
        public float vjpA(float a, float b, float dy) {
            return (float) f.applyAsDouble(a) * dy;
        }

        @Override
        public float vjpB(float a, float b, float dy) {
            return (float) f.applyAsDouble(b) * dy;
        }

        @Override
        public Lanes lanes() {
            throw new UnsupportedOperationException("a scalar function");
        }
    }
}
