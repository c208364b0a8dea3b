package lanegrad.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import lanegrad.Backend;
import lanegrad.Real;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.check.GradientCheck.Settings;
import lanegrad.check.GradientReport.Part;
import lanegrad.math.SplitMix;
import lanegrad.op.Abs;
import lanegrad.op.Add;
import lanegrad.op.AddRow;
import lanegrad.op.Celu;
import lanegrad.op.Elu;
import lanegrad.op.Expm1;
import lanegrad.op.HardSigmoid;
import lanegrad.op.LeakyRelu;
import lanegrad.op.Linear;
import lanegrad.op.LogSigmoid;
import lanegrad.op.LogSoftmax;
import lanegrad.op.LogSumExp;
import lanegrad.op.Max;
import lanegrad.op.Multiply;
import lanegrad.op.Neg;
import lanegrad.op.Operation;
import lanegrad.op.Operations;
import lanegrad.op.Pow;
import lanegrad.op.Relu6;
import lanegrad.op.Relu;
import lanegrad.op.Rsqrt;
import lanegrad.op.Selu;
import lanegrad.op.Sigmoid;
import lanegrad.op.SoftmaxCrossEntropy;
import lanegrad.op.Square;
import lanegrad.op.Subtract;
import lanegrad.op.Sum;
import lanegrad.op.Tanh;
import lanegrad.op.UnaryOp;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The check on what is right, on kinks and jumps, and what it says of what is wrong.
class GradientCheckTest {
    private static final int SEEDS = 3;

    @TestFactory
    Stream<DynamicTest> everyOperationPasses() {
        return Operations.ALL.stream().map(o -> DynamicTest.dynamicTest(o.op().name(), () -> {
            for (int seed = 0; seed < SEEDS; seed++) {
                GradientReport report = OperationCheck.of(o, Settings.DEFAULT.seed(seed)).orThrow();
                assertTrue(report.points() > 0, report::toString);
                assertTrue(report.formula() <= GradientCheck.FORMULA, report::toString);
                assertTrue(report.kernel() <= 1, report::toString);
            }
        }));
    }

    @Test
    void kinksAreCounted() {
        Tensor x = Tensor.of(new float[] {0, 1, -1, 0, 2}, 5);
        assertEquals(2, GradientCheck.of(v -> Relu.of(v[0]), x).orThrow().kinks());
        assertEquals(2, GradientCheck.of(v -> Abs.of(v[0]), x).orThrow().kinks());
        GradientReport smooth = GradientCheck.of(v -> Tanh.of(v[0]), x).orThrow();
        assertEquals(0, smooth.kinks());
        assertEquals(5, smooth.points());
        assertEquals(0, smooth.aside());
        // Two largest: each is at a kink.
        assertEquals(2, GradientCheck.of(v -> Max.of(v[0]), Tensor.of(new float[] {1, 3, 3, 2}, 4)).orThrow().kinks());
    }

    /// Where a derivative vanishes, differences do so together with the step, and all of what they are added up from
    /// with them: nothing is left that an error could be a small share of.
    @Test
    void derivativesMayVanishAtAPoint() {
        Tensor x = Tensor.of(new float[] {0, 1, -1, 0.5f}, 4);
        assertEquals(4, GradientCheck.of(v -> Multiply.of(Relu.of(v[0]), v[0]), x).orThrow().points());
        assertEquals(4, GradientCheck.of(v -> Square.of(Relu.of(v[0])), x).orThrow().points());
        assertEquals(4, GradientCheck.of(v -> Multiply.of(Abs.of(v[0]), v[0]), x).orThrow().points());
        assertEquals(4, GradientCheck.of(v -> Multiply.of(Square.of(v[0]), Square.of(Relu.of(v[0]))), x).orThrow()
                .points());
        MeaningMutants.Pointwise fifth = new MeaningMutants.Pointwise(v -> v * v * v * v * v, v -> 5 * v * v * v * v);
        assertEquals(4, GradientCheck.of(v -> Tape.of(v).record(fifth, v[0]), x).orThrow().points());
        for (double wrong : new double[] {1e-3, 1e-6, -1e-9}) {
            MeaningMutants.Pointwise off = new MeaningMutants.Pointwise(v -> v * v * v * v * v,
                    v -> 5 * v * v * v * v + wrong);
            GradientReport report = GradientCheck.of(v -> Tape.of(v).record(off, v[0]), Tensor.of(new float[] {0}, 1));
            assertTrue(report.failed(Part.FORMULA), report::toString);
        }
    }

    /// By the chain rule and the conventions of the two, the gradient of x is 0 at 0.
    @Test
    void severalKinksAtOnceAreSetAside() {
        Tensor x = KernelMutants.line(16, 0);
        GradientReport report = GradientCheck.of(v -> Subtract.of(Relu.of(v[0]), Relu.of(Neg.of(v[0]))), x).orThrow();
        assertEquals(1, report.aside());
        assertEquals(0, report.kinks());
        // One kink behind something smooth is judged: here by a slope that neither side has.
        MeaningMutants.Pointwise odd = new MeaningMutants.Pointwise(v -> Math.max(v, 0),
                v -> v == 0 ? -1 : v > 0 ? 1 : 0);
        report = GradientCheck.of(v -> Tape.of(v).record(odd, Tanh.of(v[0])), x);
        assertTrue(report.failed(Part.KINK), report::toString);
        // Two slopes for one number, of which the gradient takes the one of neither side: 1.76 of selu, 1 of relu6.
        report = GradientCheck.of(v -> Relu6.of(Neg.of(Selu.of(v[0]))), x).orThrow();
        assertEquals(1, report.kinks() + report.aside());
    }

    /// The result is 0 whatever the inputs: that its rows turn with theirs says nothing of what they depend on.
    @Test
    void rowsOfAConstantProveNothing() {
        for (int seed = 0; seed < 30; seed++) {
            assertEquals(List.of(), GradientCheck.run("constant", v -> Relu.of(LogSigmoid.of(Abs.of(
                    LogSoftmax.of(v[0])))), Settings.DEFAULT.flat(true).seed(seed), drawn(seed)).failures());
            assertEquals(List.of(), GradientCheck.run("shifted", v -> LogSoftmax.ofRows(LogSoftmax.of(v[0])),
                    Settings.DEFAULT.seed(seed), drawn(seed)).failures());
        }
    }

    /// The largest of each column enters all rows. Where none of them is in the first two rows, no change of these
    /// shows it; but a NaN does.
    @Test
    void rowsAreTiedByTheLargestOfAColumn() {
        for (int seed = 0; seed < 60; seed++) {
            assertEquals(List.of(), GradientCheck.run("largest", v -> AddRow.of(Expm1.of(v[0]),
                    HardSigmoid.of(Max.ofColumns(Expm1.of(v[0])))), Settings.DEFAULT.seed(seed), drawn(seed))
                    .failures());
        }
    }

    /// The first derivative has a kink, and what the sum rounds hides differences but for long steps.
    @Test
    void aBendBesideLargeNumbersIsNoError() {
        for (int seed = 0; seed < 10; seed++) {
            for (double size = 1e3; size < 1e9; size *= 10) {
                Tensor large = Tensor.zeros(3, 4);
                Arrays.fill(large.data(), (float) size);
                for (UnaryOp bend : List.of(Celu.OP, LeakyRelu.OP, Elu.OP)) {
                    Tensor x = drawn(seed);
                    for (int i = 0; i < 6; i++) {
                        x.set(i, i % 2 == 0 ? 0 : Math.scalb(x.get(i), -4 * i));
                    }
                    GradientReport report = GradientCheck.run("bend", v -> Subtract.of(Add.of(bend.apply(v[0]), v[1]),
                            v[1]), Settings.DEFAULT.seed(seed), x, large);
                    assertFalse(report.failed(Part.FORMULA), report::toString);
                    assertFalse(report.failed(Part.KINK), report::toString);
                }
            }
        }
    }

    private static Tensor drawn(int seed) {
        SplitMix random = new SplitMix(seed);
        Tensor x = Tensor.zeros(3, 4);
        for (int i = 0; i < x.size(); i++) {
            x.set(i, random.nextFloat(-2, 2));
        }
        return x;
    }

    /// In double the squares are of an exact 0, in floats of its error.
    @Test
    void errorsCountWhereTheDerivativeVanishes() {
        for (int seed = 0; seed < 30; seed++) {
            for (UnaryOp power : List.of(Square.OP, new Pow(3))) {
                GradientReport report = GradientCheck.run("power", v -> power.apply(LogSumExp.ofColumns(
                        LogSoftmax.ofColumns(v[0]))), Settings.DEFAULT.flat(true), drawn(seed));
                assertFalse(report.failed(Part.FORWARD), report::toString);
                assertFalse(report.failed(Part.KERNEL), report::toString);
            }
        }
    }

    @Test
    void jumpsAreSetAside() {
        MeaningMutants.Pointwise step = new MeaningMutants.Pointwise(v -> v >= 0 ? v + 1 : v, v -> 1);
        GradientReport report = GradientCheck.of(v -> Tape.of(v).record(step, v[0]), KernelMutants.line(16, 0))
                .orThrow();
        assertEquals(1, report.aside());
        assertEquals(16, report.points());
    }

    /// The product rounds to c in floats, not in double: on which side of the kink the difference lies is a matter of
    /// rounding, and the bound of the gradient says so.
    @Test
    void roundingMayChooseTheOtherSideOfAKink() {
        Tensor a = KernelMutants.line(40);
        Tensor b = Tensor.zeros(40);
        Tensor c = Tensor.zeros(40);
        for (int i = 0; i < 40; i++) {
            b.set(i, 1.1f + 0.013f * i);
            c.set(i, a.get(i) * b.get(i) - (i % 4 == 0 ? 0 : 1));
        }
        GradientCheck.of(v -> Relu.of(Subtract.of(Multiply.of(v[0], v[1]), v[2])), a, b, c).orThrow();
        GradientCheck.of(v -> Abs.of(Subtract.of(Multiply.of(v[0], v[1]), v[2])), a, b, c).orThrow();
    }

    @Test
    void argumentsNeedNotReachTheResult() {
        Tensor x = KernelMutants.line(6);
        GradientCheck.of(v -> Tanh.of(v[1]), x, x.copy(), x.copy()).orThrow();
    }

    @Test
    void shrinkingFindsTheOperationAmongTen() {
        Planted wrong = new Planted(Multiply.OP, null, Planted.changed(1, (e, i, dx) -> dx * 1.01f), false, null);
        Tensor a = Tensor.zeros(4, 6);
        a.set(KernelMutants.line(24).toArray());
        GradientCheck.Function ten = v -> {
            Var h = Tanh.of(Square.of(Tanh.of(v[0])));
            h = Sigmoid.of(Add.of(h, v[1]));
            h = Tape.of(v).record(wrong, h, v[1]);
            return Sum.of(Tanh.of(Square.of(Sigmoid.of(h))));
        };
        GradientReport report = GradientCheck.of("ten", ten, Settings.DEFAULT, a, a.copy());
        assertTrue(report.failed(Part.KERNEL), report::toString);
        String example = report.failures().get(0).example();
        assertTrue(example.contains("'planted-multiply' at position 7"), example);
        assertTrue(example.matches("(?s)// .*\\n"
                + "GradientCheck\\.of\\(f, Tensor\\.of\\(new float\\[] \\{\\S+f}, 1, 1\\), "
                + "Tensor\\.of\\(new float\\[] \\{\\S+f}, 1, 1\\)\\)\\.orThrow\\(\\);"), example);
    }

    @Test
    void reportsAreReadable() {
        Planted wrong = new Planted(Square.OP, null, Planted.changed(0, (e, i, dx) -> i == 2 ? -dx : dx), false, null);
        GradientReport report = GradientCheck.of("mine", v -> Tape.of(v).record(wrong, v[0]), Settings.DEFAULT,
                KernelMutants.line(5));
        String text = report.toString();
        assertTrue(text.startsWith("mine: the gradient is WRONG"), text);
        assertTrue(text.contains("KERNEL: the gradient of variable 0[2] on SCALAR: in double "), text);
        assertTrue(text.contains("GradientCheck.of(f, Tensor.of(new float[] {"), text);
        assertEquals(text, assertThrows(AssertionError.class, report::orThrow).getMessage());
        String right = GradientCheck.of(v -> Square.of(v[0]), KernelMutants.line(5)).toString();
        assertTrue(right.startsWith("function: the gradient is right"), right);
        assertFalse(right.contains("WRONG"), right);
    }

    @Test
    void withoutAMeaningTheCheckIsWeakAndSaysSo() {
        Tensor x = KernelMutants.line(9);
        GradientReport right = GradientCheck.of(v -> Tape.of(v).record(new MeaningMutants.Unknown(1), v[0]), x)
                .orThrow();
        assertNotNull(right.weak());
        assertTrue(right.toString().contains("operation unknown has no exact meaning"), right::toString);
        MeaningMutants.Unknown off = new MeaningMutants.Unknown(1.05f);
        assertTrue(GradientCheck.of(v -> Tape.of(v).record(off, v[0]), x).failed(Part.KERNEL));
    }

    @Test
    void registeredOperationsNeedCasesAndAMeaning() {
        Operation square = Operations.named("square");
        Operation bare = new Operation(square.op(), square.kind(), square.text(), square.bound(), List.of());
        String cases = assertThrows(IllegalArgumentException.class, () -> OperationCheck.of(bare, Settings.DEFAULT))
                .getMessage();
        assertTrue(cases.contains("'square' has no cases"), cases);
        Operation unknown = new Operation(new MeaningMutants.Unknown(1), square.kind(), square.text(), square.bound(),
                square.cases());
        String meaning = assertThrows(IllegalArgumentException.class,
                () -> OperationCheck.of(unknown, Settings.DEFAULT)).getMessage();
        assertTrue(meaning.contains("override exact"), meaning);
    }

    @Test
    void parametersOfARecording() {
        GradientReport right = GradientCheck.of("network", network(Linear.PLAIN), Settings.DEFAULT).orThrow();
        assertEquals(12 + 4 + 12 + 3, right.points());
    }

    @Test
    void fastModeNamesTheCoordinate() {
        GradientReport right = GradientCheck.of("network", network(Linear.PLAIN), Settings.DEFAULT.fast(true))
                .orThrow();
        // Two directions for each of four parameters; along (1, 1, 1) the bias of a softmax has no slope to compare.
        assertTrue(right.points() >= 8 && right.points() <= 11, right::toString);
        Planted wrong = new Planted(Linear.PLAIN, null, Planted.changed(1, (e, i, dx) -> i == 5 ? dx + 0.01f : dx),
                false, null);
        GradientReport report = GradientCheck.of("network", network(wrong), Settings.DEFAULT.fast(true));
        assertTrue(report.failed(Part.KERNEL), report::toString);
        assertTrue(report.failures().get(0).what().contains("w1 1[5]")
                || report.failures().get(0).what().contains("w1 0[5]"), report::toString);
        // A wrong formula in meaning and kernel is for the directions to find, and for the coordinates to name.
        MeaningMutants.Pointwise bent = new MeaningMutants.Pointwise(Math::sin, v -> v > 0.5 ? 0 : Math.cos(v));
        Tensor x = KernelMutants.line(40);
        GradientReport formula = GradientCheck.run("fast", v -> Tape.of(v).record(bent, v[0]),
                Settings.DEFAULT.fast(true), x);
        assertTrue(formula.failed(Part.FORMULA), formula::toString);
        assertTrue(formula.failures().stream().anyMatch(f -> f.what().startsWith("variable 0[")), formula::toString);
    }

    @Test
    void settings() {
        Settings s = Settings.DEFAULT.points(3).seed(9).fast(true).flat(true).backends(Backend.SCALAR);
        assertEquals(new Settings(3, 9, 0.1, true, true, List.of(Backend.SCALAR)), s);
        Tensor x = KernelMutants.line(50);
        assertEquals(3, GradientCheck.of("some", v -> Tanh.of(v[0]), Settings.DEFAULT.points(3), x).orThrow().points());
        assertEquals(50, GradientCheck.of("one backend", v -> Tanh.of(v[0]),
                Settings.DEFAULT.backends(Backend.SCALAR), x).orThrow().elements());
        GradientCheck.Function flat = v -> Relu.of(v[0]);
        Tensor negative = Tensor.of(new float[] {-1, -2}, 2);
        assertTrue(GradientCheck.of("flat", flat, Settings.DEFAULT, negative).failed(Part.VACUOUS));
        GradientCheck.of("flat", flat, Settings.DEFAULT.flat(true), negative).orThrow();
    }

    /// An element between those that are compared one by one: forward its slope counts twice, backward once.
    @Test
    void theAdjointIdentityLeavesNoCoordinateOut() {
        Planted twice = new Planted(Square.OP, null, null, false, (y, x) -> {
            y[12] = y[12].plus(Real.of(0, x[0][12].slope()));
            return y;
        });
        Tensor x = parameter("x", new SplitMix(7), 25).value();
        GradientReport report = GradientCheck.of("twice", v -> Tape.of(v).record(twice, v[0]),
                Settings.DEFAULT.points(2), x);
        assertTrue(report.failed(Part.FORMULA), report::toString);
        assertTrue(report.failures().getFirst().what().contains("<u, J^T dy>"), report::toString);
        GradientCheck.of("once", v -> Square.OP.apply(v[0]), Settings.DEFAULT.points(2), x).orThrow();
    }

    /// Fast, with few points: a direction that is found wanting has all its coordinates compared, not a sample.
    @Test
    void fastModeFindsWhatASampleWouldMiss() {
        Planted bent = new Planted(Square.OP, null, null, false, (y, x) -> {
            double v = x[0][12].value();
            y[12] = x[0][12].function(v * v, 3 * v, 3);
            return y;
        });
        Tensor x = parameter("x", new SplitMix(7), 25).value();
        GradientReport report = GradientCheck.of("bent", v -> Tape.of(v).record(bent, v[0]),
                Settings.DEFAULT.points(2).fast(true), x);
        assertTrue(report.failures().stream().anyMatch(f -> f.part() == Part.FORMULA && f.what().contains("[12]")),
                report::toString);
    }

    /// Slopes of 1e45 are no floats: nothing is compared, and that is no agreement.
    @Test
    void gradientsBeyondTheFloatsAreNotPassedOver() {
        GradientReport report = GradientCheck.of("steep", v -> Rsqrt.OP.apply(v[0]), Settings.DEFAULT,
                Tensor.of(new float[] {1e-30f, 2e-30f, 3e-30f}, 3));
        assertTrue(report.failures().stream().anyMatch(f -> f.part() == Part.VACUOUS
                && f.what().contains("were not compared")), report::toString);
    }

    /// Without an exact meaning the cap holds too: an infinite result leaves no sum to take differences of.
    @Test
    void theWeakCheckHasACap() {
        GradientReport report = GradientCheck.of(v -> Tape.of(v).record(new MeaningMutants.Unknown(1),
                v[0]), Tensor.of(new float[] {1, Float.POSITIVE_INFINITY, 2}, 3));
        assertTrue(report.failures().stream().anyMatch(f -> f.part() == Part.VACUOUS
                && f.what().contains("3 of 3 coordinates were set aside")), report::toString);
    }

    private static GradientCheck.Recording network(lanegrad.Op linear) {
        SplitMix random = new SplitMix(4);
        Var w1 = parameter("w1", random, 3, 4);
        Var b1 = parameter("b1", random, 4);
        Var w2 = parameter("w2", random, 4, 3);
        Var b2 = parameter("b2", random, 3);
        Tensor x = parameter("x", random, 5, 3).value();
        int[] labels = {0, 2, 1, 1, 0};
        return tape -> {
            Var h = Tanh.of(tape.record(linear, tape.constant(x), w1, b1));
            return SoftmaxCrossEntropy.of(Linear.of(h, w2, b2), labels);
        };
    }

    private static Var parameter(String name, SplitMix random, int... extents) {
        Tensor t = Tensor.zeros(extents);
        for (int i = 0; i < t.size(); i++) {
            t.set(i, random.nextFloat(-1, 1));
        }
        return Var.parameter(name, t);
    }
}
