package lanegrad.bench.jmh;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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
import lanegrad.optim.Adagrad;
import lanegrad.optim.Adam;
import lanegrad.optim.AdamW;
import lanegrad.optim.Clip;
import lanegrad.optim.Optimizer;
import lanegrad.optim.RmsProp;
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

    /// The optimizers, each with settings of its own: a row each.
    public enum Rule {
        /// Plain descent.
        SGD(0, (p, lr, b) -> new Sgd(p, lr, 0, b)),
        /// Descent with momentum.
        MOMENTUM(1, (p, lr, b) -> new Sgd(p, lr, 0.9f, b)),
        /// Descent with Nesterov's momentum and weight decay: all that [Sgd] can do.
        NESTEROV(1, (p, lr, b) -> new Sgd(p, lr, new Sgd.Settings(0.9f, true, 1e-4f), b)),
        /// RMSProp.
        RMSPROP(1, (p, lr, b) -> new RmsProp(p, lr, RmsProp.Settings.DEFAULT, b)),
        /// RMSProp, centered, with momentum and weight decay: all that [RmsProp] can do.
        CENTERED(3, (p, lr, b) -> new RmsProp(p, lr, new RmsProp.Settings(0.99f, 1e-8f, 0.9f, true, 1e-4f), b)),
        /// Adagrad.
        ADAGRAD(1, (p, lr, b) -> new Adagrad(p, lr, Adagrad.Settings.DEFAULT, b)),
        /// Adam.
        ADAM(2, (p, lr, b) -> new Adam(p, lr, Adam.Settings.DEFAULT, b)),
        /// Adam with decay apart from the gradient.
        ADAMW(2, (p, lr, b) -> new AdamW(p, lr, AdamW.Settings.DEFAULT, b)),
        /// Plain descent after the norm of a gradient was found and all of it shortened.
        CLIPPED(0, (p, lr, b) -> {
            Optimizer sgd = new Sgd(p, lr, 0, b);
            sgd.clip(Clip.norm(1e-3f));
            return sgd;
        });

        private final int states;
        private final Maker maker;

        Rule(int states, Maker maker) {
            this.states = states;
            this.maker = maker;
        }

        /// The name in rows and plans: in lower case.
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /// The rule of a label.
        ///
        /// @throws IllegalArgumentException when there is none
        public static Rule labelled(String label) {
            for (Rule rule : values()) {
                if (rule.label().equals(label)) {
                    return rule;
                }
            }
            throw new IllegalArgumentException("rule '" + label + "' is unknown; choose one of "
                    + Arrays.stream(values()).map(Rule::label).toList());
        }

        Optimizer optimizer(List<Var> parameters, float lr, Backend backend) {
            return maker.make(parameters, lr, backend);
        }

        // Per parameter: reads the weight, its gradient and the states, writes all but the gradient.
        private int bytes() {
            return Float.BYTES * (3 + 2 * states);
        }
    }

    private interface Maker {
        Optimizer make(List<Var> parameters, float lr, Backend backend);
    }

    /// Which optimizer.
    @Param
    public Rule rule;

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
            requireSameBits(rule.label() + ", " + scalar.parameters[i].name(), p.data(),
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

    static Suite suite(List<Suite.Arm> arms) {
        int parameters = new Training(Rule.SGD, Backend.SCALAR).network.parameterCount();
        return new Suite("Optimizer", "Optimizers: one step on the " + parameters + " parameters of 64-32-10",
                OptimizerBenchmark.class, Suite.Figure.NS_PER_ELEMENT, arms, Arrays.stream(Rule.values())
                        .map(rule -> new Suite.Row(rule.label(), Map.of("rule", rule.name()), parameters,
                                rule.bytes() * (double) parameters, 1)).toList());
    }

    /// A network with fixed gradients, an optimizer, and the backward that makes the gradients count as new.
    private static final class Training {
        final Sequential network = Sequential.perceptron(Relu.OP, Init.HE, new SplitMix(42), 64, 32, 10);
        final Var[] parameters = network.parameters().toArray(Var[]::new);
        private final Optimizer optimizer;
        private final Tape tape;

        Training(Rule rule, Backend backend) {
            optimizer = rule.optimizer(network.parameters(), 1e-6f, backend);
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
