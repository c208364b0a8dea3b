package lanegrad.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import lanegrad.Backend;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.math.SplitMix;
import lanegrad.op.Divide;
import lanegrad.op.Gelu;
import lanegrad.op.Linear;
import lanegrad.op.Pow;
import lanegrad.op.Sum;
import lanegrad.op.Tanh;
import lanegrad.op.UnaryOp;
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

    private static float[] drawn(int seed) {
        SplitMix random = new SplitMix(seed);
        float[] x = new float[MOST + ROOM];
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextFloat(0.5f, 2);
        }
        return x;
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
                float[] expected = drawn(4);
                float[] sum = drawn(4);
                float[] slope = drawn(4);
                loop.forward(a, expected, 0, n);
                loop.backward(a, y, dy, sum, true, 0, n);
                loop.backward(a, y, dy, slope, false, 0, n);
                for (int threads : THREADS) {
                    String what = op.name() + ", " + n + " elements, " + threads + " threads";
                    float[] actual = drawn(4);
                    loop.forward(threads, a, actual, n);
                    assertArrayEquals(expected, actual, what);
                    actual = drawn(4);
                    loop.backward(threads, a, y, dy, actual, true, n);
                    assertArrayEquals(sum, actual, what + ", added");
                    actual = drawn(4);
                    loop.backward(threads, a, y, dy, actual, false, n);
                    assertArrayEquals(slope, actual, what + ", backward");
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
            float[] expected = drawn(4);
            float[] da = drawn(4);
            float[] db = drawn(4);
            loop.forward(a, b, expected, 0, n);
            loop.backwardA(a, b, dy, da, true, 0, n);
            loop.backwardB(a, b, dy, db, false, 0, n);
            for (int threads : THREADS) {
                String what = n + " elements, " + threads + " threads";
                float[] actual = drawn(4);
                loop.forward(threads, a, b, actual, n);
                assertArrayEquals(expected, actual, what);
                actual = drawn(4);
                loop.backwardA(threads, a, b, dy, actual, true, n);
                assertArrayEquals(da, actual, what + ", a");
                actual = drawn(4);
                loop.backwardB(threads, a, b, dy, actual, false, n);
                assertArrayEquals(db, actual, what + ", b");
            }
        }
    }

    // Of 2^17 elements the first and the last are computed before either is done, which takes two threads.
    @Test
    void twoThreadsTakePart() {
        CyclicBarrier both = new CyclicBarrier(2);
        UnaryLoop loop = UnaryLoop.of(new Scalar(x -> {
            if (x != 0) {
                met(both);
            }
            return x;
        }), Backend.SCALAR);
        float[] x = new float[ElementLoop.WAKING];
        x[0] = 1;
        x[x.length - 1] = 2;
        float[] y = new float[x.length];
        loop.forward(2, x, y, x.length);
        assertArrayEquals(x, y);
        loop.backward(2, x, x, x, y, false, x.length);
        assertArrayEquals(x, y);
    }

    @Test
    void fewElementsAreLeftToTheCaller() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        UnaryLoop loop = UnaryLoop.of(new Scalar(x -> {
            threads.add(Thread.currentThread());
            return x;
        }), Backend.SCALAR);
        float[] x = new float[ElementLoop.SHARED - 1];
        for (int round = 0; round < 20; round++) {
            Parallel.run(2, 2, i -> { });
            loop.forward(2, x, x, x.length);
        }
        assertEquals(Set.of(Thread.currentThread()), threads);
    }

    @Test
    void whatAFunctionThrowsArrives() {
        RuntimeException thrown = new RuntimeException("of one element");
        UnaryLoop loop = UnaryLoop.of(new Scalar(x -> {
            if (x != 0) {
                throw thrown;
            }
            return x;
        }), Backend.SCALAR);
        float[] x = new float[ElementLoop.WAKING];
        float[] y = new float[x.length];
        for (int round = 0; round < 20; round++) {
            x[x.length - 1] = 1;
            assertSame(thrown, assertThrows(RuntimeException.class, () -> loop.forward(2, x, y, x.length)));
            x[x.length - 1] = 0;
            loop.forward(2, x, y, x.length);
        }
    }

    // Through the tape: an activation by itself, one within a layer, and a division.
    @ParameterizedTest
    @EnumSource(Backend.class)
    void operationsHaveTheSameBits(Backend backend) {
        float[][] one = step(backend, 1);
        for (int threads : THREADS) {
            float[][] more = step(backend, threads);
            for (int i = 0; i < one.length; i++) {
                assertArrayEquals(one[i], more[i], threads + " threads, " + i);
            }
        }
    }

    private static float[][] step(Backend backend, int threads) {
        SplitMix random = new SplitMix(7);
        Tape tape = new Tape(backend, threads);
        Var x = tape.variable(random(random, 300, 3));
        Var w = tape.variable(random(random, 3, 500));
        Var v = tape.variable(random(random, 500));
        Var h = new Linear(Gelu.OP).apply(x, w, v);
        Var y = Divide.of(Tanh.of(h), Tanh.of(Tanh.of(h)));
        tape.backward(Sum.of(y));
        return new float[][] {h.value().toArray(), y.value().toArray(), x.gradient().toArray(), w.gradient().toArray(),
            v.gradient().toArray()};
    }

    private static Tensor random(SplitMix random, int... extents) {
        Tensor t = Tensor.zeros(extents);
        for (int i = 0; i < t.size(); i++) {
            t.data()[i] = random.nextFloat(0.25f, 1);
        }
        return t;
    }

    private static void met(CyclicBarrier barrier) {
        try {
            barrier.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new AssertionError("one thread does it all", e);
        }
    }

    private interface Function {
        float of(float x);
    }

    private record Scalar(Function f) implements Unary {
        @Override
        public float scalar(float x) {
            return f.of(x);
        }

        @Override
        public float vjp(float x, float y, float dy) {
            return f.of(x);
        }

        @Override
        public Lanes lanes() {
            throw new UnsupportedOperationException("a scalar function");
        }
    }
}
