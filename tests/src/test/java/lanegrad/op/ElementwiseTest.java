package lanegrad.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import lanegrad.Backend;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.testkit.Bits;
import lanegrad.testkit.Floats;
import lanegrad.testkit.Ulps;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Elementwise operations at their edges: one assertion for each convention, in the body of a loop and in its tail.
@Tag("width")
class ElementwiseTest {
    private static final float INF = Float.POSITIVE_INFINITY;
    private static final float NAN = Float.NaN;
    private static final int[] LENGTHS = {1, 33};

    // Value and slope of an operation on one tensor.
    private static void at(Backend backend, UnaryOp op, float x, float y, float slope) {
        at(backend, op, x, y, 1, slope);
    }

    private static void at(Backend backend, UnaryOp op, float x, float y, float dy, float dx) {
        for (int n : LENGTHS) {
            String what = op.name() + " of " + Bits.show(x) + " on " + backend + ", length " + n;
            Tape tape = new Tape(backend, 1);
            Var in = tape.variable(full(n, x));
            Var out = op.apply(in);
            Bits.assertIdentical(full(n, y).toArray(), out.value().toArray(), what);
            tape.backward(out, full(n, dy));
            Bits.assertIdentical(full(n, dx).toArray(), in.gradient().toArray(), what + ", gradient for dy = "
                    + Bits.show(dy));
        }
    }

    private static void at(Backend backend, BinaryOp op, float a, float b, float y, float dy, float da, float db) {
        for (int n : LENGTHS) {
            String what = op.name() + " of " + Bits.show(a) + " and " + Bits.show(b) + " on " + backend + ", length "
                    + n;
            Tape tape = new Tape(backend, 1);
            Var left = tape.variable(full(n, a));
            Var right = tape.variable(full(n, b));
            Var out = tape.record(op, left, right);
            Bits.assertIdentical(full(n, y).toArray(), out.value().toArray(), what);
            tape.backward(out, full(n, dy));
            Bits.assertIdentical(full(n, da).toArray(), left.gradient().toArray(), what + ", gradient of a");
            Bits.assertIdentical(full(n, db).toArray(), right.gradient().toArray(), what + ", gradient of b");
        }
    }

    private static Tensor full(int n, float v) {
        return Tensor.zeros(n).fill(v);
    }

    @ParameterizedTest
    @EnumSource
    void absHasNoSlopeAtZero(Backend backend) {
        at(backend, Abs.OP, -0.0f, 0, 0);
        at(backend, Abs.OP, 0, 0, 0);
        at(backend, Abs.OP, -3, 3, -1);
        at(backend, Abs.OP, Float.NEGATIVE_INFINITY, INF, -1);
        at(backend, Abs.OP, NAN, NAN, NAN);
        at(backend, Abs.OP, 0, 0, NAN, NAN);
        at(backend, Abs.OP, 0, 0, INF, 0);
    }

    @ParameterizedTest
    @EnumSource
    void squareRoots(Backend backend) {
        at(backend, Sqrt.OP, 0, 0, INF);
        at(backend, Sqrt.OP, -0.0f, -0.0f, INF);
        at(backend, Sqrt.OP, -1, NAN, NAN);
        at(backend, Sqrt.OP, 4, 2, 0.25f);
        at(backend, Sqrt.OP, INF, INF, 0);
        at(backend, Rsqrt.OP, 0, INF, Float.NEGATIVE_INFINITY);
        at(backend, Rsqrt.OP, -0.0f, Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY);
        at(backend, Rsqrt.OP, 4, 0.5f, -0.0625f);
        at(backend, Rsqrt.OP, INF, 0, -0.0f);
        at(backend, Rsqrt.OP, -1, NAN, NAN);
    }

    /// What a `where` does not take arrives as an exact 0; 0 times an infinite slope would be NaN.
    @ParameterizedTest
    @EnumSource
    void aZeroGradientStaysZero(Backend backend) {
        for (float zero : new float[] {0, -0.0f}) {
            at(backend, Sqrt.OP, -1, NAN, zero, 0);
            at(backend, Sqrt.OP, 0, 0, zero, 0);
            at(backend, Rsqrt.OP, 0, INF, zero, 0);
            at(backend, Reciprocal.OP, 0, INF, zero, 0);
            at(backend, Exp.OP, 100, INF, zero, 0);
            at(backend, Expm1.OP, 100, INF, zero, 0);
            at(backend, Log.OP, 0, Float.NEGATIVE_INFINITY, zero, 0);
            at(backend, Log1p.OP, -1, Float.NEGATIVE_INFINITY, zero, 0);
            at(backend, new Pow(0.5), -1, NAN, zero, 0);
            at(backend, new Pow(-2), 0, INF, zero, 0);
            at(backend, Divide.OP, 1, 0, INF, zero, 0, 0);
            at(backend, Divide.OP, 0, 0, NAN, zero, 0, 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void exponentialsAndLogarithms(Backend backend) {
        float last = Float.intBitsToFloat(0x42b1_7217);
        float e = Exp.OP.scalar(last);
        assertTrue(e < INF, "exp overflows too early");
        at(backend, Exp.OP, last, e, e);
        at(backend, Exp.OP, Math.nextUp(last), INF, INF);
        at(backend, Exp.OP, Float.intBitsToFloat(0xc2cf_f1b5), 0, 0);
        at(backend, Expm1.OP, 1e-10f, 1e-10f, 1);
        at(backend, Expm1.OP, -0.0f, -0.0f, 1);
        at(backend, Expm1.OP, -100, -1, Exp.OP.scalar(-100));
        at(backend, Log1p.OP, 1e-10f, 1e-10f, 1);
        at(backend, Log1p.OP, -0.0f, -0.0f, 1);
        at(backend, Log1p.OP, -1, Float.NEGATIVE_INFINITY, INF);
        at(backend, Log.OP, 0, Float.NEGATIVE_INFINITY, INF);
        at(backend, Log.OP, 1, 0, 1);
        at(backend, Log.OP, INF, INF, 0);
        at(backend, Log.OP, -1, NAN, -1);
    }

    @ParameterizedTest
    @EnumSource
    void clipsKeepTheirGradientOnTheBounds(Backend backend) {
        Clip clip = new Clip(-1.5f, 2.25f);
        at(backend, clip, -1.5f, -1.5f, 1);
        at(backend, clip, 2.25f, 2.25f, 1);
        at(backend, clip, Math.nextDown(-1.5f), -1.5f, 0);
        at(backend, clip, Math.nextUp(2.25f), 2.25f, 0);
        at(backend, clip, Float.NEGATIVE_INFINITY, -1.5f, 0);
        at(backend, clip, INF, 2.25f, 0);
        at(backend, clip, 7, 2.25f, INF, 0);
        at(backend, clip, 7, 2.25f, NAN, NAN);
        at(backend, clip, NAN, NAN, NAN);
        at(backend, new Clip(0, INF), INF, INF, 1);
        at(backend, new Clip(3, 3), 5, 3, 0);
        at(backend, HardTanh.OP, 1, 1, 1);
        at(backend, HardTanh.OP, -1, -1, 1);
        at(backend, HardTanh.OP, Math.nextUp(1f), 1, 0);
        at(backend, HardTanh.OP, -0.0f, -0.0f, 1);
        at(backend, Relu6.OP, 6, 6, 1);
        at(backend, Relu6.OP, -0.0f, 0, 1);
        at(backend, Relu6.OP, Math.nextUp(6f), 6, 0);
        at(backend, Relu6.OP, -Float.MIN_VALUE, 0, 0);
        for (float[] bounds : new float[][] {{1, 0}, {NAN, 1}, {0, NAN}, {INF, INF}, {-INF, -INF}}) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                    () -> new Clip(bounds[0], bounds[1]));
            assertTrue(e.getMessage().startsWith("clip: the lower bound is " + bounds[0]), e.getMessage());
        }
    }

    @ParameterizedTest
    @EnumSource
    void activationsOfStraightPieces(Backend backend) {
        float sixth = 1 / 6f;
        at(backend, HardSigmoid.OP, -3, 0, sixth);
        at(backend, HardSigmoid.OP, 3, 1, sixth);
        at(backend, HardSigmoid.OP, 0, 0.5f, sixth);
        at(backend, HardSigmoid.OP, Math.nextUp(3f), 1, 0);
        at(backend, HardSigmoid.OP, Math.nextDown(-3f), 0, 0);
        at(backend, HardSigmoid.OP, INF, 1, 0);
        at(backend, HardSigmoid.OP, NAN, NAN, NAN);
        at(backend, LeakyRelu.OP, 0, 0, 0.01f);
        at(backend, LeakyRelu.OP, -0.0f, -0.0f, 0.01f);
        at(backend, LeakyRelu.OP, -100, -1, 0.01f);
        at(backend, LeakyRelu.OP, 7, 7, 1);
        at(backend, new LeakyRelu(0.25f), -8, -2, 0.25f);
        at(backend, new LeakyRelu(0), -8, -0.0f, 0);
        at(backend, new LeakyRelu(0), Float.NEGATIVE_INFINITY, NAN, 0);
        at(backend, Softsign.OP, INF, 1, 0);
        at(backend, Softsign.OP, Float.NEGATIVE_INFINITY, -1, 0);
        at(backend, Softsign.OP, -0.0f, -0.0f, 1);
        at(backend, Softsign.OP, 1, 0.5f, 0.25f);
        assertThrows(IllegalArgumentException.class, () -> new LeakyRelu(-1));
        assertThrows(IllegalArgumentException.class, () -> new LeakyRelu(NAN));
    }

    @ParameterizedTest
    @EnumSource
    void theLargerAndTheSmaller(Backend backend) {
        at(backend, Maximum.OP, -0.0f, 0, 0, 1, 0.5f, 0.5f);
        at(backend, Maximum.OP, 0, -0.0f, 0, 1, 0.5f, 0.5f);
        at(backend, Minimum.OP, -0.0f, 0, -0.0f, 1, 0.5f, 0.5f);
        at(backend, Minimum.OP, 0, -0.0f, -0.0f, 1, 0.5f, 0.5f);
        for (BinaryOp op : new BinaryOp[] {Maximum.OP, Minimum.OP}) {
            at(backend, op, 2, 2, 2, 3, 1.5f, 1.5f);
            at(backend, op, INF, INF, INF, 3, 1.5f, 1.5f);
            at(backend, op, NAN, 2, NAN, 3, 3, 0);
            at(backend, op, 2, NAN, NAN, 3, 0, 3);
            at(backend, op, NAN, NAN, NAN, 3, 1.5f, 1.5f);
        }
        at(backend, Maximum.OP, 2, 1, 2, NAN, NAN, 0);
        at(backend, Maximum.OP, 1, 2, 2, INF, 0, INF);
        at(backend, Minimum.OP, 2, 1, 1, NAN, 0, NAN);
        at(backend, Minimum.OP, 1, 2, 1, INF, INF, 0);
    }

    @ParameterizedTest
    @EnumSource
    void quotients(Backend backend) {
        at(backend, Divide.OP, 1, 0, INF, 1, INF, Float.NEGATIVE_INFINITY);
        at(backend, Divide.OP, 1, -0.0f, Float.NEGATIVE_INFINITY, 1, Float.NEGATIVE_INFINITY,
                Float.NEGATIVE_INFINITY);
        at(backend, Divide.OP, 0, 0, NAN, 1, INF, NAN);
        at(backend, Divide.OP, 3, INF, 0, 1, 0, -0.0f);
        at(backend, Divide.OP, 6, 2, 3, 1, 0.5f, -1.5f);
        at(backend, Subtract.OP, 6, 2, 4, 1, 1, -1);
        at(backend, Subtract.OP, INF, INF, NAN, 1, 1, -1);
    }

    /// IEEE 754 and, where it says nothing of a constant exponent, StrictMath.
    @ParameterizedTest
    @EnumSource
    void powers(Backend backend) {
        for (double p : new double[] {0, 1, 2, 3, -1, -2, -3, 4, 7, 0.5, 1.5, -0.5, 1.0 / 3, 2.4, 1e-3, 1e30, -1e30,
            1e-40, Float.MAX_VALUE}) {
            Pow op = new Pow(p);
            float[] x = Floats.edges();
            Tape tape = new Tape(backend, 1);
            float[] y = op.apply(tape.constant(Tensor.zeros(x.length).set(x))).value().toArray();
            for (int i = 0; i < x.length; i++) {
                double exact = StrictMath.pow(x[i], p);
                String what = Bits.show(x[i]) + " to the " + p + " on " + backend + " is " + exact + ", got "
                        + Bits.show(y[i]);
                assertTrue(Ulps.error(y[i], exact) <= (p == 3 ? lanegrad.math.Pow.MAX_CUBE_ULP
                        : lanegrad.math.Pow.MAX_ULP), what);
                if (exact == 0 || Double.isInfinite(exact)) {
                    Bits.assertBits((float) exact, y[i], what);
                }
            }
        }
        at(backend, new Pow(0), NAN, 1, 0);
        at(backend, new Pow(0), 0, 1, 0);
        at(backend, new Pow(0), INF, 1, 0);
        at(backend, new Pow(0), 2, 1, NAN, NAN);
        at(backend, new Pow(1), -0.0f, -0.0f, 1);
        at(backend, new Pow(2), -3, 9, -6);
        at(backend, new Pow(2), 0, 0, 0);
        at(backend, new Pow(3), -2, -8, 12);
        at(backend, new Pow(4), -2, 16, -32);
        at(backend, new Pow(-2), -2, 0.25f, 0.25f);
        at(backend, new Pow(-1), -0.0f, Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY);
        at(backend, new Pow(5), -2, -32, 80);
        at(backend, new Pow(0.5), 4, 2, 0.25f);
        at(backend, new Pow(0.5), 0, 0, INF);
        at(backend, new Pow(0.5), -0.0f, 0, INF);
        at(backend, new Pow(0.5), -1, NAN, NAN);
        at(backend, new Pow(0.5), Float.NEGATIVE_INFINITY, INF, 0);
        at(backend, new Pow(1.5), 0, 0, 0);
        at(backend, new Pow(-3), -0.0f, Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY);
        at(backend, new Pow(2.4), 1, 1, 2.4f);
        assertEquals("pow-minus-0.5", new Pow(-0.5).name());
        assertThrows(IllegalArgumentException.class, () -> new Pow(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new Pow(1e39));
        assertThrows(IllegalArgumentException.class, () -> new Pow(1e-60));
        for (double factor : new double[] {0, Double.NaN, 1e39, 1e-60}) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                    () -> lanegrad.math.Pow.of(factor, 2.5));
            assertTrue(e.getMessage().startsWith("pow: the factor is " + factor), e.getMessage());
        }
    }

    @ParameterizedTest
    @EnumSource
    void theBranchNotTakenAddsNothing(Backend backend) {
        for (int n : LENGTHS) {
            for (float[] of : new float[][] {{-1, -1, 1}, {4, 2, 0.25f}, {0, 0, 1}}) {
                Tape tape = new Tape(backend, 1);
                Var x = tape.variable(full(n, of[0]));
                Var y = Where.of(GreaterThan.ZERO.apply(x), Sqrt.OP.apply(x), x);
                Bits.assertIdentical(full(n, of[1]).toArray(), y.value().toArray(), "where(x > 0, sqrt x, x)");
                tape.backward(y, full(n, 1));
                Bits.assertIdentical(full(n, of[2]).toArray(), x.gradient().toArray(),
                        "the gradient of where(x > 0, sqrt x, x) at " + of[0] + " on " + backend);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void conditions(Backend backend) {
        for (int n : LENGTHS) {
            for (float c : new float[] {0, -0.0f, 1, -2, Float.MIN_VALUE, INF, NAN}) {
                Tape tape = new Tape(backend, 1);
                Var condition = tape.variable(full(n, c));
                Var a = tape.variable(full(n, c == 0 ? NAN : 3));
                Var b = tape.variable(full(n, c == 0 ? 5 : Float.NEGATIVE_INFINITY));
                Var y = Where.of(condition, a, b);
                String what = "where " + c + " on " + backend;
                Bits.assertIdentical(full(n, c != c ? NAN : c == 0 ? 5 : 3).toArray(), y.value().toArray(), what);
                tape.backward(y, full(n, 7));
                Bits.assertIdentical(full(n, c != c ? NAN : c == 0 ? 0 : 7).toArray(), a.gradient().toArray(), what);
                Bits.assertIdentical(full(n, c != c ? NAN : c == 0 ? 7 : 0).toArray(), b.gradient().toArray(), what);
                Bits.assertIdentical(new float[n], condition.gradient().toArray(), what + ", the condition");
            }
        }
        // One tensor in all three places: its gradient is a sum, to which the condition adds nothing.
        Tape tape = new Tape(backend, 1);
        Var x = tape.variable(full(33, 2));
        tape.backward(Where.of(x, x, x), full(33, 7));
        Bits.assertIdentical(full(33, 7).toArray(), x.gradient().toArray(), "where(x, x, x) on " + backend);
        at(backend, GreaterThan.ZERO, 0, 0, 0);
        at(backend, GreaterThan.ZERO, Float.MIN_VALUE, 1, 0);
        at(backend, GreaterThan.ZERO, NAN, NAN, 0);
        at(backend, new GreaterThan(2), 2, 0, 0);
        assertThrows(IllegalArgumentException.class, () -> new GreaterThan(NAN));
    }

    @ParameterizedTest
    @EnumSource
    void aStepHasNoGradient(Backend backend) {
        Threshold two = new Threshold(2);
        for (int n : LENGTHS) {
            Tape tape = new Tape(backend, 1);
            Bits.assertIdentical(full(n, 1).toArray(), two.apply(tape.constant(full(n, 2))).value().toArray(), "at 2");
            Bits.assertIdentical(full(n, 0).toArray(),
                    two.apply(tape.constant(full(n, Math.nextDown(2f)))).value().toArray(), "below 2");
            Bits.assertIdentical(full(n, NAN).toArray(), two.apply(tape.constant(full(n, NAN))).value().toArray(),
                    "NaN");
            Bits.assertIdentical(full(n, 1).toArray(), Threshold.of(tape.constant(full(n, -0.0f))).value().toArray(),
                    "at -0");
            Var y = Sum.of(Threshold.of(tape.variable(full(n, 1))));
            UnsupportedOperationException e = assertThrows(UnsupportedOperationException.class,
                    () -> tape.backward(y));
            for (String word : new String[] {"threshold", "surrogate", "sigmoid", "perceptron rule"}) {
                assertTrue(e.getMessage().contains(word), e.getMessage());
            }
        }
        assertThrows(IllegalArgumentException.class, () -> new Threshold(NAN));
    }

    /// The lane loop repeats short rows: whatever their number and length, the bits are those of a plain loop.
    @ParameterizedTest
    @EnumSource
    void rowsOfAnyLength(Backend backend) {
        for (int m : new int[] {0, 1, 2, 7, 103}) {
            for (int n : new int[] {0, 1, 3, 10, 16, 17, 512, 1023, 1024, 1025}) {
                float[] x = Floats.Filling.of(m).floats(m * n);
                float[] b = Floats.Filling.of(n).split("b").floats(n);
                float[] y = new float[m * n];
                for (int i = 0; i < y.length; i++) {
                    y[i] = x[i] + b[i % n];
                    y[i] = y[i] != y[i] ? NAN : y[i];
                }
                Tape tape = new Tape(backend, 1);
                for (int again = 0; again < 2; again++) {
                    Var sum = AddRow.of(tape.constant(Tensor.zeros(m, n).set(x)),
                            tape.constant(Tensor.zeros(n).set(b)));
                    Bits.assertIdentical(y, sum.value().toArray(), "add-row " + m + " x " + n + " on " + backend);
                    tape.rewind();
                    Arrays.fill(b, 1);
                    for (int i = 0; i < y.length; i++) {
                        y[i] = x[i] + 1 != x[i] + 1 ? NAN : x[i] + 1;
                    }
                }
            }
        }
    }
}
