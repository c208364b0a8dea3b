package lanegrad.bench.jmh;

import java.util.List;
import java.util.Map;
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
import lanegrad.optim.Optimizer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/// A whole training step through the public API: forward, loss, backward, optimizer, rewind. One thread.
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

    /// Layer sizes, batch and rule of the optimizer.
    @Param({"64-32-10 batch 32 sgd", "64-32-10 batch 32 adam", "64-128-10 batch 128 sgd"})
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

    static Suite suite(List<Suite.Arm> arms) {
        return new Suite("Step", "Training step: forward, loss, backward, optimizer", StepBenchmark.class,
                Suite.Figure.NONE, arms,
                List.of("64-32-10 batch 32 sgd", "64-32-10 batch 32 adam", "64-128-10 batch 128 sgd").stream()
                        .map(t -> new Suite.Row(t, Map.of("training", t), 1)).toList());
    }

    private static final class Training {
        private final Sequential network;
        private final Optimizer optimizer;
        private final Tape tape;
        private final Tensor x;
        private final int[] labels;

        Training(String text, float lr, Backend backend) {
            String[] words = text.split(" ");
            if (words.length != 4 || !words[0].matches("\\d+-\\d+-\\d+") || !words[2].matches("\\d+")) {
                throw new IllegalArgumentException("training '" + text + "' is not of the form "
                        + "'64-32-10 batch 32 sgd'");
            }
            String[] sizes = words[0].split("-");
            int batch = Integer.parseInt(words[2]);
            network = Sequential.perceptron(Relu.OP, Init.HE, new SplitMix(42), Integer.parseInt(sizes[0]),
                    Integer.parseInt(sizes[1]), Integer.parseInt(sizes[2]));
            optimizer = OptimizerBenchmark.optimizer(words[3], network.parameters(), lr, backend);
            tape = new Tape(backend, 1);
            Dataset digits = Digits.load().scaled(1f / Digits.MAX_PIXEL);
            int[] order = new int[batch];
            for (int i = 0; i < batch; i++) {
                order[i] = i;
            }
            x = Tensor.zeros(batch, digits.features());
            labels = new int[batch];
            digits.gather(order, 0, batch, x, labels);
        }

        Var step() {
            Var loss = SoftmaxCrossEntropy.of(network.apply(tape.constant(x)), labels);
            tape.backward(loss);
            optimizer.step();
            tape.rewind();
            return loss;
        }

        String sha256(int steps) {
            for (int i = 0; i < steps; i++) {
                step();
            }
            return network.sha256();
        }
    }
}
