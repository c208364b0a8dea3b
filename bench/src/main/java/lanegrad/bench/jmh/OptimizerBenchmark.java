package lanegrad.bench.jmh;

import java.util.List;
import java.util.Map;
import lanegrad.Backend;
import lanegrad.Op;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.math.SplitMix;
import lanegrad.nn.Init;
import lanegrad.nn.Sequential;
import lanegrad.op.Relu;
import lanegrad.optim.Adam;
import lanegrad.optim.Optimizer;
import lanegrad.optim.Sgd;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/// One step of an optimizer on the parameters of the 64-32-10 network: four arrays, 2410 floats.
///
/// An optimizer takes a step only after a backward. The one here costs next to nothing: an operation of our own
/// ([Touch]) that depends on all parameters and leaves their gradients as they are. What the tape needs for it,
/// some tens of nanoseconds, is in the time of both arms.
public class OptimizerBenchmark extends EngineBenchmark {
    private static final int AGREED_STEPS = 20;

    /// `sgd`, `momentum` or `adam`.
    @Param({"sgd", "momentum", "adam"})
    public String rule;

    /// Which kernels.
    @Param
    public Backend backend;

    private Training training;

    /// Compares the backends over some steps.
    @Override
    public void prepare() {
        Training scalar = new Training(rule, Backend.SCALAR);
        Training vector = new Training(rule, Backend.VECTOR);
        for (int i = 0; i < AGREED_STEPS; i++) {
            scalar.step();
            vector.step();
        }
        for (int i = 0; i < scalar.parameters.length; i++) {
            Tensor p = scalar.parameters[i].value();
            requireSameBits(rule + ", " + scalar.parameters[i].name(), p.data(),
                    vector.parameters[i].value().data(), p.size());
        }
        training = backend == Backend.SCALAR ? scalar : vector;
    }

    /// One step.
    @Benchmark
    @Override
    public Optimizer run() {
        return training.step();
    }

    static Optimizer optimizer(String rule, List<Var> parameters, float lr, Backend backend) {
        return switch (rule) {
            case "sgd" -> new Sgd(parameters, lr, 0, backend);
            case "momentum" -> new Sgd(parameters, lr, 0.9f, backend);
            case "adam" -> new Adam(parameters, lr, 0.9f, 0.999f, 1e-8f, backend);
            default -> throw new IllegalArgumentException("rule '" + rule + "' is unknown; choose sgd, momentum or "
                    + "adam");
        };
    }

    static Suite suite(List<Suite.Arm> arms) {
        int parameters = new Training("sgd", Backend.SCALAR).network.parameterCount();
        return new Suite("Optimizer", "Optimizers: one step on the " + parameters + " parameters of 64-32-10",
                OptimizerBenchmark.class, Suite.Figure.NS_PER_ELEMENT, arms, List.of("sgd", "momentum", "adam").stream()
                        .map(rule -> new Suite.Row(rule, Map.of("rule", rule), parameters,
                                bytes(rule) * (double) parameters, 1)).toList());
    }

    // Per parameter: reads the weight, its gradient and the moments, writes all but the gradient.
    private static int bytes(String rule) {
        int moments = switch (rule) {
            case "sgd" -> 0;
            case "momentum" -> 1;
            default -> 2;
        };
        return Float.BYTES * (3 + 2 * moments);
    }

    /// A network with fixed gradients, an optimizer, and the backward that makes the gradients count as new.
    private static final class Training {
        final Sequential network = Sequential.perceptron(Relu.OP, Init.HE, new SplitMix(42), 64, 32, 10);
        final Var[] parameters = network.parameters().toArray(Var[]::new);
        private final Optimizer optimizer;
        private final Tape tape;

        Training(String rule, Backend backend) {
            optimizer = optimizer(rule, network.parameters(), 1e-6f, backend);
            tape = new Tape(backend, 1);
            touch();
            for (Var p : parameters) {
                p.gradient().set(tensor("gradient of " + p.name(), -1, 1, p.value().size()).toArray());
            }
        }

        Optimizer step() {
            touch();
            optimizer.step();
            return optimizer;
        }

        private void touch() {
            tape.rewind();
            tape.backward(tape.recordWith(Touch.OP, null, parameters));
        }
    }

    private static final class Touch implements Op {
        static final Touch OP = new Touch();

        @Override
        public String name() {
            return "touch";
        }

        @Override
        public Shape shape(Object attribute, Shape... inputs) {
            return Shape.SCALAR;
        }

        @Override
        public void forward(Tape.Entry e) {
            e.y().data()[0] = 0;
        }

        @Override
        public void backward(Tape.Entry e) {
            for (int i = 0; i < e.inputs(); i++) {
                e.dx(i);
            }
        }
    }
}
