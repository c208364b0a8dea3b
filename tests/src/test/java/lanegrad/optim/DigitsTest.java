package lanegrad.optim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lanegrad.Backend;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.data.Dataset;
import lanegrad.data.Digits;
import lanegrad.math.SplitMix;
import lanegrad.nn.Init;
import lanegrad.nn.Sequential;
import lanegrad.op.Relu;
import lanegrad.op.SoftmaxCrossEntropy;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Two hundred steps on real digits beside the same network and the same rule in double.
@Tag("width")
class DigitsTest {
    private static final int[] SIZES = {64, 32, 10};
    private static final int BATCH = 32;
    private static final int STEPS = 200;

    @ParameterizedTest
    @EnumSource
    void lossesFollowDouble(Rule rule) {
        Backend backend = Backend.best().backend();
        Dataset digits = Digits.load().scaled(1f / Digits.MAX_PIXEL);
        Sequential model = Sequential.perceptron(Relu.OP, Init.HE, new SplitMix(42), SIZES);
        Network exact = new Network(model.parameters());
        Optimizer optimizer = rule.of(model.parameters(), backend);
        Tape tape = new Tape(backend, 1);
        int[] order = new int[digits.size()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        new SplitMix(7).shuffle(order);
        Tensor x = Tensor.zeros(BATCH, SIZES[0]);
        int[] labels = new int[BATCH];
        double first = 0;
        double late = 0;
        for (int t = 1; t <= STEPS; t++) {
            digits.gather(order, t * BATCH % (order.length - BATCH), BATCH, x, labels);
            Var loss = SoftmaxCrossEntropy.of(model.apply(tape.constant(x)), labels);
            double expected = exact.step(rule, t, x, labels);
            double actual = loss.value().item();
            assertTrue(Math.abs(actual - expected) <= 1e-4 * expected,
                    rule + ", step " + t + ": the loss is " + actual + ", in double " + expected);
            first = t == 1 ? expected : first;
            late += t > STEPS - 20 ? expected / 20 : 0;
            tape.backward(loss);
            optimizer.step();
            tape.rewind();
        }
        // Steps of no length would agree too.
        assertTrue(late < 0.75 * first, rule + ": the loss fell from " + first + " to " + late + " only");
    }

    /// Weights `[in, out]` and biases of a layer after the other, ReLU between, all in double.
    private static final class Network {
        private final Rule.Weight[][] parameters;

        Network(List<Var> start) {
            parameters = new Rule.Weight[start.size()][];
            for (int p = 0; p < parameters.length; p++) {
                float[] values = start.get(p).value().toArray();
                parameters[p] = new Rule.Weight[values.length];
                for (int i = 0; i < values.length; i++) {
                    parameters[p][i] = new Rule.Weight(values[i]);
                }
            }
        }

        // One step of the rule; returns the loss before it.
        double step(Rule rule, int t, Tensor x, int[] labels) {
            double[][] gradients = new double[parameters.length][];
            for (int p = 0; p < parameters.length; p++) {
                gradients[p] = new double[parameters[p].length];
            }
            double loss = 0;
            for (int r = 0; r < BATCH; r++) {
                double[] input = new double[SIZES[0]];
                for (int i = 0; i < SIZES[0]; i++) {
                    input[i] = x.get(r, i);
                }
                double[] hidden = layer(0, input);
                double[] active = new double[hidden.length];
                for (int j = 0; j < hidden.length; j++) {
                    active[j] = Math.max(0, hidden[j]);
                }
                double[] logits = layer(1, active);
                double sum = 0;
                for (double z : logits) {
                    sum += Math.exp(z);
                }
                loss += (Math.log(sum) - logits[labels[r]]) / BATCH;
                double[] dLogits = new double[logits.length];
                for (int k = 0; k < logits.length; k++) {
                    dLogits[k] = (Math.exp(logits[k]) / sum - (k == labels[r] ? 1 : 0)) / BATCH;
                }
                double[] dHidden = back(1, active, dLogits, gradients);
                for (int j = 0; j < hidden.length; j++) {
                    dHidden[j] = hidden[j] > 0 ? dHidden[j] : 0;
                }
                back(0, input, dHidden, gradients);
            }
            for (int p = 0; p < parameters.length; p++) {
                for (int i = 0; i < parameters[p].length; i++) {
                    rule.step(parameters[p][i], gradients[p][i], t);
                }
            }
            return loss;
        }

        private double[] layer(int number, double[] in) {
            double[] out = new double[SIZES[number + 1]];
            for (int j = 0; j < out.length; j++) {
                out[j] = parameters[2 * number + 1][j].w;
                for (int i = 0; i < in.length; i++) {
                    out[j] += in[i] * parameters[2 * number][i * out.length + j].w;
                }
            }
            return out;
        }

        // Adds to the gradients of a layer; returns that of its input.
        private double[] back(int number, double[] in, double[] dOut, double[][] gradients) {
            double[] dIn = new double[in.length];
            for (int j = 0; j < dOut.length; j++) {
                gradients[2 * number + 1][j] += dOut[j];
                for (int i = 0; i < in.length; i++) {
                    gradients[2 * number][i * dOut.length + j] += in[i] * dOut[j];
                    dIn[i] += dOut[j] * parameters[2 * number][i * dOut.length + j].w;
                }
            }
            return dIn;
        }
    }
}
