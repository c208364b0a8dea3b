package lanegrad.check;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.math.SplitMix;
import lanegrad.nn.Init;
import lanegrad.nn.Sequential;
import lanegrad.op.MatMul;
import lanegrad.op.Multiply;
import lanegrad.op.Operation;
import lanegrad.op.Operations;
import lanegrad.op.Relu;
import lanegrad.op.SoftmaxCrossEntropy;
import lanegrad.op.Square;
import lanegrad.op.Sum;
import lanegrad.op.Tanh;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Second derivatives against differences of gradients, and where they are known.
class HessianTest {
    private static final List<String> SMOOTH = List.of("sigmoid", "tanh", "softplus", "log-sigmoid", "silu", "gelu",
            "gelu-tanh", "mish", "elu", "celu", "softsign", "square", "sqrt", "rsqrt", "reciprocal", "exp", "expm1",
            "log", "log1p", "pow-3", "pow-2.4", "pow-0.5", "pow-minus-2", "multiply", "divide", "logsumexp", "variance",
            "norm", "norm-rows",
            "softmax-rows", "softmax-columns", "log-softmax", "layer-norm", "matmul-nn", "matmul-tt",
            "linear", "linear-sigmoid", "softmax-cross-entropy", "soft-target-cross-entropy", "binary-cross-entropy",
            "mean-squared-error", "kl-divergence");

    /// `x^T A x` has the gradient `(A + A^T) x` and the Hessian `A + A^T`.
    @Test
    void ofAQuadraticForm() {
        Tensor a = Tensor.of(new float[] {1, 2, -3, 0.5f, 4, 1, 2, -1, 3}, 3, 3);
        Tensor x = Tensor.of(new float[] {0.5f, -1, 2}, 3, 1);
        Hessian hessian = Hessian.of(v -> Sum.of(Multiply.of(v[0], MatMul.of(v[0].tape().constant(a), v[0]))), x);
        double[] u = {1, -2, 0.25};
        double[] product = new double[3];
        double[] gradient = new double[3];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                product[i] += (a.get(i, j) + a.get(j, i)) * u[j];
                gradient[i] += (a.get(i, j) + a.get(j, i)) * x.get(j);
            }
        }
        assertArrayEquals(product, hessian.product(u)[0], 1e-14);
        assertArrayEquals(gradient, hessian.gradient()[0], 1e-14);
    }

    @TestFactory
    Stream<DynamicTest> ofSmoothOperations() {
        return SMOOTH.stream().map(name -> DynamicTest.dynamicTest(name, () -> {
            Operation operation = Operations.named(name);
            Operation.Case on = operation.cases().get(0);
            SplitMix random = new SplitMix(3);
            Tensor[] x = new Tensor[on.inputs().size()];
            for (int k = 0; k < x.length; k++) {
                Operation.Range range = on.inputs().get(k);
                x[k] = Tensor.zeros(range.shape());
                for (int i = 0; i < x[k].size(); i++) {
                    // Half of the range, for at its end lies the end of the domain.
                    x[k].set(i, range.low() + (range.high() - range.low()) * random.nextFloat(0.25f, 0.75f));
                }
            }
            agrees(name, Hessian.of(v -> {
                Var[] in = new Var[x.length];
                for (int k = 0, at = 0; k < x.length; k++) {
                    in[k] = on.inputs().get(k).differentiable() ? v[at++] : v[0].tape().constant(x[k]);
                }
                Var y = v[0].tape().recordWith(operation.op(), on.attribute(), in);
                // The cube: of a root, the square would be linear.
                return Sum.of(Multiply.of(y, Square.of(y)));
            }, Stream.iterate(0, k -> k < x.length, k -> k + 1).filter(k -> on.inputs().get(k).differentiable())
                    .map(k -> x[k]).toArray(Tensor[]::new)), random);
        }));
    }

    @Test
    void ofANetwork() {
        SplitMix random = new SplitMix(9);
        Sequential network = Sequential.perceptron(Tanh.OP, Init.XAVIER, random, 4, 5, 3);
        Tensor x = Tensor.zeros(6, 4);
        for (int i = 0; i < x.size(); i++) {
            x.set(i, random.nextFloat(-1, 1));
        }
        int[] labels = {0, 1, 2, 2, 1, 0};
        Hessian hessian = Hessian.of(tape -> SoftmaxCrossEntropy.of(network.apply(tape.constant(x)), labels));
        assertEquals(network.parameters(), hessian.inputs());
        agrees("network", hessian, random);
    }

    /// `<H u, v> = <u, H v>`.
    @Test
    void isSymmetric() {
        Tensor x = Tensor.of(new float[] {0.5f, -1, 2, 0.25f}, 2, 2);
        Hessian hessian = Hessian.of(v -> Sum.of(Square.of(Tanh.of(MatMul.of(v[0], v[0])))), x);
        double[] u = {1, 0.5, -2, 3};
        double[] v = {-1, 2, 0.25, 1};
        assertEquals(dot(hessian.product(u)[0], v), dot(hessian.product(v)[0], u), 1e-13);
    }

    @Test
    void ofAKinkIsThatOfItsPiece() {
        Tensor x = Tensor.of(new float[] {0, 2, -1}, 3);
        Hessian hessian = Hessian.of(v -> Sum.of(Square.of(Relu.of(v[0]))), x);
        assertArrayEquals(new double[] {0, 2, 0}, hessian.product(new double[] {1, 1, 1})[0]);
    }

    @Test
    void refusals() {
        Tensor x = Tensor.of(new float[] {1, 2}, 2);
        says("reduce it with Sum or Mean", () -> Hessian.of(v -> Tanh.of(v[0]), x));
        Hessian hessian = Hessian.of(v -> Sum.of(Square.of(v[0])), x);
        says("the direction has 0 arrays", hessian::product);
        says("give 2", () -> hessian.product(new double[3]));
        says("override exact", () -> Hessian.of(v ->
                Sum.of(Tape.of(v).record(new MeaningMutants.Unknown(1), v[0])), x));
    }

    private static void says(String words, org.junit.jupiter.api.function.Executable refused) {
        String message = assertThrows(IllegalArgumentException.class, refused).getMessage();
        assertTrue(message.contains(words), message);
    }

    private static void agrees(String what, Hessian hessian, SplitMix random) {
        double[][] u = new double[hessian.inputs().size()][];
        for (int k = 0; k < u.length; k++) {
            u[k] = new double[hessian.inputs().get(k).shape().size()];
            for (int i = 0; i < u[k].length; i++) {
                u[k][i] = random.nextFloat(-1, 1);
            }
        }
        double[][] product = hessian.product(u);
        double[][] difference = hessian.difference(u);
        double largest = 0;
        for (double[] d : difference) {
            for (double v : d) {
                largest = Math.max(largest, Math.abs(v));
            }
        }
        assertTrue(largest > 0, what + ": no second derivative to compare");
        for (int k = 0; k < u.length; k++) {
            for (int i = 0; i < u[k].length; i++) {
                if (!(Math.abs(product[k][i] - difference[k][i]) <= 1e-7 * largest)) {
                    throw new AssertionError(what + ", input " + k + "[" + i + "]: dual numbers over the reverse "
                            + "pass give " + product[k][i] + ", differences of gradients " + difference[k][i]);
                }
            }
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
