package lanegrad.bench.jmh;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lanegrad.Backend;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.data.Dataset;
import lanegrad.data.Digits;
import lanegrad.math.SplitMix;
import lanegrad.nn.Init;
import lanegrad.nn.Sequential;
import lanegrad.op.Activations;
import lanegrad.op.Relu;
import lanegrad.op.SoftmaxCrossEntropy;
import lanegrad.optim.Optimizer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/// A whole training step through the public API: forward, loss, backward, optimizer, rewind. One thread, unless the
/// row says otherwise.
///
/// The batch is the first rows of the digits, the same in every step, and the learning rate is tiny: the loss
/// hardly moves, and all iterations measure the same stretch of training. (A step with a useful rate costs the
/// same, but a million of them on one batch ends with gradients so small that their products are subnormal, and
/// those cost a hundred times as much. A new network for each iteration would send the JIT back to the
/// interpreter: it has left out the branch that makes buffers.)
///
/// `gc.alloc.rate.norm` must be 0 B/op on both backends: a step allocates nothing.
public class StepBenchmark extends EngineBenchmark {
    private static final int AGREED_STEPS = 20;

    /// Layer sizes, activation if it is not relu, batch and rule of the optimizer.
    @Param({"64-32-10 batch 32 sgd", "64-32-10 batch 32 adam", "64-32-10 tanh batch 32 sgd", "64-128-10 batch 128 sgd",
        "784-512-10 batch 128 sgd"})
    public String training;

    /// Which kernels.
    @Param
    public Backend backend;

    private Training current;

    /// Compares the backends: after some steps of a useful size, both networks must have one SHA-256.
    @Override
    public void prepare() {
        String scalar = new Training(training, 0.01f, Backend.SCALAR).sha256(AGREED_STEPS);
        String vector = new Training(training, 0.01f, Backend.VECTOR).sha256(AGREED_STEPS);
        if (!scalar.equals(vector)) {
            throw new IllegalStateException(training + ": after " + AGREED_STEPS + " steps the scalar network has "
                    + "SHA-256 " + scalar + ", the vector network " + vector
                    + "; times of backends that disagree are not compared");
        }
        current = new Training(training, 1e-8f, backend);
    }

    /// One step.
    @Benchmark
    @Override
    public Var run() {
        return current.step();
    }

    static Suite suite(boolean full, List<Suite.Arm> arms) {
        List<String> trainings = new ArrayList<>(List.of("64-32-10 batch 32 sgd", "64-32-10 batch 32 adam",
                "64-32-10 tanh batch 32 sgd", "64-128-10 batch 128 sgd"));
        if (full) {
            trainings.addAll(List.of("784-512-10 batch 128 sgd", "784-512-10 batch 128 sgd 2 threads"));
        }
        return new Suite("Step", "Training step: forward, loss, backward, optimizer (FLOPs of its matrix products)",
                StepBenchmark.class, Suite.Figure.GFLOPS, arms, trainings.stream().map(t -> new Suite.Row(t,
                        Map.of("training", t), Plan.parse(t).flops(), 0, Plan.parse(t).threads())).toList());
    }

    /// What is trained and how, as text `64-32-10 batch 32 sgd`, with ` 2 threads` at the end for more than one, and
    /// the activation after the sizes, `64-32-10 tanh batch 32 sgd`, where it is not relu.
    ///
    /// @param features of an example
    /// @param hidden units of the hidden layer
    /// @param outputs classes
    /// @param activation of the hidden layer, by its name in the registry
    /// @param batch examples of a step
    /// @param rule of the optimizer, see [OptimizerBenchmark.Rule]
    /// @param threads the most that a step may use
    public record Plan(int features, int hidden, int outputs, String activation, int batch, String rule, int threads) {
        private static final Pattern FORM = Pattern.compile(
                "(\\d+)-(\\d+)-(\\d+)(?: ([a-z][a-z0-9-]*))? batch (\\d+) (\\w+)(?: (\\d+) threads?)?");

        /// Reads the text.
        ///
        /// @throws IllegalArgumentException for any other text
        public static Plan parse(String text) {
            Matcher m = FORM.matcher(text);
            if (!m.matches()) {
                throw new IllegalArgumentException("training '" + text + "' is not of the form "
                        + "'64-32-10 batch 32 sgd' or '64-32-10 batch 32 sgd 2 threads'");
            }
            return new Plan(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)), Integer.parseInt(m.group(3)),
                    m.group(4) == null ? Relu.OP.name() : m.group(4), Integer.parseInt(m.group(5)), m.group(6),
                    m.group(7) == null ? 1 : Integer.parseInt(m.group(7)));
        }

        /// Floating-point operations of the five matrix products of a step. The first layer has two, because nobody
        /// asks for the gradient of its input; the rest of the step is not counted.
        public double flops() {
            return 2.0 * batch * (2.0 * features * hidden + 3.0 * hidden * outputs);
        }
    }

    /// A network, its optimizer and one batch: the first rows of the digits, or random examples for a network of
    /// other sizes.
    public static final class Training {
        private final Sequential network;
        private final Optimizer optimizer;
        private final Tape tape;
        private final Tensor x;
        private final int[] labels;

        /// A training that has not begun.
        ///
        /// @param text as in [Plan]
        /// @throws IllegalArgumentException for a text that is no plan
        public Training(String text, float lr, Backend backend) {
            Plan plan = Plan.parse(text);
            network = Sequential.perceptron(Activations.named(plan.activation), Init.HE, new SplitMix(42),
                    plan.features, plan.hidden, plan.outputs);
            optimizer = OptimizerBenchmark.Rule.labelled(plan.rule).optimizer(network.parameters(), lr, backend);
            optimizer.threads(plan.threads);
            tape = new Tape(backend, plan.threads);
            labels = new int[plan.batch];
            Dataset digits = Digits.load().scaled(1f / Digits.MAX_PIXEL);
            if (plan.features == digits.features() && plan.outputs >= 10) {
                x = Tensor.zeros(plan.batch, plan.features);
                int[] order = new int[plan.batch];
                Arrays.setAll(order, i -> i);
                digits.gather(order, 0, plan.batch, x, labels);
            } else {
                x = tensor("examples", 0, 1, plan.batch, plan.features);
                SplitMix random = new SplitMix(42).split("labels");
                Arrays.setAll(labels, i -> random.nextInt(plan.outputs));
            }
        }

        /// One step; returns the loss before it.
        public Var step() {
            Var loss = SoftmaxCrossEntropy.of(network.apply(tape.constant(x)), labels);
            tape.backward(loss);
            optimizer.step();
            tape.rewind();
            return loss;
        }

        /// The loss as it stands, without a step.
        public float loss() {
            float loss = SoftmaxCrossEntropy.of(network.apply(tape.constant(x)), labels).value().item();
            tape.rewind();
            return loss;
        }

        /// Weights and biases, first layer to last.
        public List<Var> parameters() {
            return network.parameters();
        }

        /// The examples of the batch.
        public Tensor x() {
            return x;
        }

        /// The classes of the examples.
        public int[] labels() {
            return labels.clone();
        }

        private String sha256(int steps) {
            for (int i = 0; i < steps; i++) {
                step();
            }
            return network.sha256();
        }
    }
}
