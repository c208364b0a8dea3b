package lanegrad;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import lanegrad.Real.Trace;
import lanegrad.math.SplitMix;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The derivatives of [Real] against differences of its values, and its two ways to them against each other.
class RealTest {
    private record Function(String name, double low, double high, UnaryOperator<Real> f) {
    }

    private static final List<Function> FUNCTIONS = List.of(
            new Function("plus", -3, 3, x -> x.plus(x).plus(1.5)),
            new Function("minus", -3, 3, x -> Real.of(2).minus(x).minus(x.square()).minus(1)),
            new Function("times", -3, 3, x -> x.times(x).times(x).times(0.3)),
            new Function("over", 0.5, 3, x -> x.plus(2).over(x.square()).over(7)),
            new Function("negated", -3, 3, x -> x.square().negated()),
            new Function("reciprocal", 0.5, 3, Real::reciprocal),
            new Function("sqrt", 0.5, 3, Real::sqrt),
            new Function("abs", -3, -0.1, Real::abs),
            new Function("exp", -3, 3, Real::exp),
            new Function("expm1", -3, 3, Real::expm1),
            new Function("log", 0.1, 3, Real::log),
            new Function("log1p", -0.9, 3, Real::log1p),
            new Function("tanh", -6, 6, Real::tanh),
            new Function("sigmoid", -20, 20, Real::sigmoid),
            new Function("pow", 0.1, 3, x -> x.pow(2.5)),
            new Function("max", 0.1, 3, x -> x.max(Real.of(-1)).min(x.times(2))),
            new Function("chain", 0.1, 2, x -> x.exp().log1p().tanh().times(x.sqrt()).over(x.plus(1).square())));

    @TestFactory
    Stream<DynamicTest> slopeIsTheDerivative() {
        return FUNCTIONS.stream().map(f -> DynamicTest.dynamicTest(f.name(), () -> {
            SplitMix random = new SplitMix(7);
            for (int i = 0; i < 200; i++) {
                double x = random.nextFloat((float) f.low(), (float) f.high());
                double h = 0x1p-10;
                // Extrapolated once: the error is of order h^4, about 1e-12 times the fifth derivative.
                double expected = (4 * difference(f, x, h / 2) - difference(f, x, h)) / 3;
                double actual = f.f().apply(Real.of(x, 1)).slope();
                near(expected, actual, 1e-8, f.name() + " at " + x);
            }
        }));
    }

    private static double difference(Function f, double x, double h) {
        return (f.f().apply(Real.of(x + h)).value() - f.f().apply(Real.of(x - h)).value()) / (2 * h);
    }

    @TestFactory
    Stream<DynamicTest> backwardIsForward() {
        return FUNCTIONS.stream().map(f -> DynamicTest.dynamicTest(f.name(), () -> {
            SplitMix random = new SplitMix(8);
            for (int i = 0; i < 200; i++) {
                double x = random.nextFloat((float) f.low(), (float) f.high());
                Trace trace = new Trace();
                Real v = trace.variable(x, 1);
                Real y = f.f().apply(v);
                Real slope = trace.gradient(new Real[] {y}, new double[] {1}, new Real[] {v})[0][0];
                near(y.slope(), slope.value(), 1e-14, f.name() + " at " + x);
                double h = 0x1p-12;
                double bend = (f.f().apply(Real.of(x + h, 1)).slope() - f.f().apply(Real.of(x - h, 1)).slope())
                        / (2 * h);
                near(bend, slope.slope(), 1e-5, "the second derivative of " + f.name() + " at " + x);
            }
        }));
    }

    /// `y = sum over i of (a x)[i]^2` has the gradient `2 a^T a x` and the Hessian `2 a^T a`.
    @Test
    void hessianVectorProductOfASumOfSquares() {
        double[] a = {1, 2, 3, -1, 0.5, 2};
        double[] x = {0.25, -1, 2};
        double[] u = {1, -2, 0.5};
        Trace trace = new Trace();
        Real[] v = trace.variables(x, u);
        Real[] rows = Real.of(a);
        Real[] squares = new Real[2];
        for (int i = 0; i < 2; i++) {
            squares[i] = Real.dot(rows, 3 * i, 1, v, 0, 1, 3, Real.ZERO).square();
        }
        Real y = Real.sum(squares, 0, 1, 2);
        Real[] g = trace.gradient(new Real[] {y}, new double[] {1}, v)[0];
        for (int j = 0; j < 3; j++) {
            double gradient = 0;
            double product = 0;
            for (int i = 0; i < 2; i++) {
                for (int k = 0; k < 3; k++) {
                    gradient += 2 * a[3 * i + j] * a[3 * i + k] * x[k];
                    product += 2 * a[3 * i + j] * a[3 * i + k] * u[k];
                }
            }
            near(gradient, g[j].value(), 1e-14, "gradient " + j);
            near(product, g[j].slope(), 1e-14, "Hessian-vector product " + j);
        }
    }

    /// A number used twice gets both contributions; one that is not used gets none.
    @Test
    void contributionsAdd() {
        Trace trace = new Trace();
        Real x = trace.variable(3, 0);
        Real unused = trace.variable(5, 0);
        Real y = x.times(x).plus(x);
        Real[] g = trace.gradient(new Real[] {y}, new double[] {2}, new Real[] {x, unused, Real.ONE})[0];
        assertEquals(14, g[0].value());
        assertEquals(0, g[1].value());
        assertEquals(0, g[2].value());
    }

    /// The branch that is not taken has no part, even if its derivative is NaN or infinite.
    @Test
    void zerosStay() {
        Trace trace = new Trace();
        Real x = trace.variable(-1, 0);
        List<Real> branches = new ArrayList<>(List.of(x.sqrt(), x));
        Real y = x.value() > 0 ? branches.get(0) : branches.get(1);
        assertEquals(1, trace.gradient(new Real[] {y}, new double[] {1}, new Real[] {x})[0][0].value());
        assertEquals(0, Real.of(0, 0).log().slope());
        assertEquals(Double.POSITIVE_INFINITY, Real.of(0, 1).sqrt().slope());
    }

    @Test
    void kinks() {
        assertEquals(0, Real.of(0, 1).abs().slope());
        assertEquals(0.5, Real.of(2, 1).max(Real.of(2)).slope());
        assertEquals(0.5, Real.of(2, 1).min(Real.of(2)).slope());
        assertEquals(Double.NaN, Real.of(Double.NaN, 1).max(Real.of(2)).value());
        assertEquals(Double.NaN, Real.of(2).min(Real.of(Double.NaN, 1)).value());
        assertEquals(0, Real.of(0, 1).pow(0).slope());
        assertEquals(1, Real.of(0, 1).pow(0).value());
    }

    private static void near(double expected, double actual, double tolerance, String what) {
        if (!(Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)))) {
            throw new AssertionError(what + ": expected " + expected + ", got " + actual);
        }
    }
}
