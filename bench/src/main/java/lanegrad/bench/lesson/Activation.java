package lanegrad.bench.lesson;

import java.util.ArrayList;
import java.util.List;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.data.Dataset;
import lanegrad.nn.Dense;
import lanegrad.nn.Init;
import lanegrad.nn.Sequential;
import lanegrad.op.Activations;
import lanegrad.op.Linear;
import lanegrad.op.Min;
import lanegrad.op.Operation;
import lanegrad.op.Relu;
import lanegrad.op.Sigmoid;
import lanegrad.op.SoftmaxCrossEntropy;
import lanegrad.op.Sum;
import lanegrad.op.Tanh;
import lanegrad.op.UnaryOp;

/// Chapter 4: what becomes of the weighted sum.
final class Activation extends Chapter {
    private static final int POINTS = 161;
    private static final int DEPTH = 10;

    private final List<List<String>> through = new ArrayList<>();
    private final List<Figure.Series> depths = new ArrayList<>();
    private final List<Double> dead = new ArrayList<>();

    Activation(Lesson lesson) {
        super(lesson, 4, "Activations");
    }

    @Override
    void write() {
        prose("""
                The unit of chapter 1 turned its sum into 0 or 1 at a threshold. That step cannot be learned through:
                it is flat everywhere, so a small change of a weight changes nothing, and learning is small changes. An
                *activation* is what replaces the step: a function of z with a slope.""");
        heading("Sigmoid");
        formula("σ(z) = 1 / (1 + e⁻ᶻ)");
        prose("""
                The step made soft. It goes from 0 to 1, so its value can be read as a probability. Drawn from -100 to
                100 it still looks like the step; closer by it has a slope, 0.25 at the middle.""");
        code("sigmoid");
        figure("sigmoid", new Figure.Panels("The sigmoid from far and near", List.of("from -100 to 100",
                "from -8 to 8"), List.of(curves(Sigmoid.OP, 100), curves(Sigmoid.OP, 8))), """
                The same function twice, with its slope dashed. Point at a curve to read its numbers.""");
        heading("Tanh and ReLU");
        prose("""
                *tanh* is the sigmoid stretched to -1 … 1, with slope 1 at the middle. *ReLU* (rectified linear unit)
                is max(z, 0): nothing below zero, z itself above. It costs one comparison, and its slope is 1 wherever
                it is not 0.""");
        figure("three", new Figure.Panels("Three activations and their slopes", List.of("sigmoid", "tanh", "relu"),
                List.of(curves(Sigmoid.OP, 5), curves(Tanh.OP, 5), curves(Relu.OP, 5))), """
                Value and slope of the three.""");
        prose("""
                What they make of the sums of chapter 3, for the first ten training digits. All weights are positive,
                and so are all sums; relu then changes nothing, and the sigmoid says *yes* to everything.""");
        code("ten");
        table("z of ten digits and what three activations make of it.", List.of("digit", "z", "sigmoid", "tanh",
                "relu"), through);
        heading("The zoo");
        prose(text("""
                This engine has %d activations; `lanegrad ops` gives the formula, the derivative and the error of each.
                They differ in what they do below zero: cut off (relu), leak (leaky-relu), bend (elu, softplus),
                dip (silu, gelu, mish), clip (relu6, hard-tanh).""", Activations.ALL.size()));
        List<String> names = new ArrayList<>();
        List<Figure.Lines> zoo = new ArrayList<>();
        for (Operation operation : Activations.ALL) {
            names.add(operation.op().name());
            zoo.add(curves((UnaryOp) operation.op(), 4));
        }
        figure("zoo", new Figure.Panels("All activations with their slopes", names, zoo), """
                All of them from -4 to 4, values and slopes as the engine computes them, on its tape.""");
        heading("Saturation");
        prose("""
                Far from the middle a sigmoid is flat: it is *saturated*. It then says the same whatever z is, and its
                slope, through which all learning passes, is next to nothing.""");
        code("saturation");
        heading("The vanishing gradient, measured");
        prose(text("""
                A network learns from its last layer backward (chapter 8), and on the way each layer multiplies what
                it is told by its slope. For the sigmoid that is at most 0.25, so after %d layers at most 0.25 to the
                power of %1$d is left, about a millionth. Here are such stacks of %1$d hidden layers of 32 units, one
                batch of 256 digits, before any training, and the mean size of the gradient at each layer's
                weights:""", DEPTH));
        code("vanishing");
        figure("vanishing", new Figure.Lines("Size of the gradient by layer", Figure.Axis.of("layer, 1 is the first"),
                Figure.Axis.logarithmic("mean |gradient|"), depths), """
                Mean size of the gradient at the weights of each layer, on a logarithmic axis. With sigmoids the first
                layer is told next to nothing; it would take ages to move.""");
        question("Is this why deep networks once did not work?", """
                It is a large part of it. Activations with slope 1 (ReLU), initial weights scaled to the layer's size
                (Xavier, He: `train --init`), and later shortcuts around layers made depth possible.""");
        heading("Dead units");
        prose("""
                ReLU has an illness of its own. A unit whose z is negative for every example gives 0 and has slope 0: no
                example can move it again. A step that is too large can push a unit there. Counted after three epochs
                of training a network of 64 hidden units:""");
        code("dying");
        question("Which activation?", """
                For hidden layers ReLU is a good first choice: cheap, and it does not saturate above zero; gelu or silu
                where the last percent counts, tanh in small networks and when zero-centred outputs help. For the output
                the task decides: nothing (a plain sum) for a number, sigmoid for yes or no, softmax for one of
                many, both of which the loss of chapter 7 has built in.""");
        tryThis("lanegrad plot gelu mish relu", """
                Any activation's curve and slope, in the terminal or as a picture.""");
    }

    private void sigmoid() {
        // show: sigmoid
        Tape tape = lesson.tape();
        Var z = tape.variable(Tensor.of(new float[] {-100, -10, -1, 0, 1, 10, 100}, 7));
        Var y = Sigmoid.of(z);
        tape.backward(Sum.of(y));
        for (int i = 0; i < 7; i++) {
            print("z = %4.0f   sigmoid %-12.4g slope %.4g", z.value().get(i), y.value().get(i),
                    z.gradient().get(i));
        }
        // end
    }

    private void ten() {
        // show: ten
        Tape tape = lesson.tape();
        Dataset train = lesson.split().train();
        Tensor w = Init.weights(Init.UNIFORM, 64, 1, lesson.random("unit"));
        Var z = Linear.of(tape.constant(train.x()), tape.constant(w), tape.constant(Tensor.zeros(1)));
        Var sigmoid = Sigmoid.of(z);
        Var tanh = Tanh.of(z);
        Var relu = Relu.of(z);
        float least = Min.of(z).value().item();
        print("z %s, the least of all is %.3f", z.shape(), least);
        // end
        for (int i = 0; i < 10; i++) {
            through.add(List.of(String.valueOf(train.y()[i]), text("%.4f", z.value().get(i)),
                    text("%.4f", sigmoid.value().get(i)), text("%.4f", tanh.value().get(i)),
                    text("%.4f", relu.value().get(i))));
        }
    }

    private void saturation() {
        // show: saturation
        for (float z : new float[] {0, 2, 5, 10, 17, 17.5f, 100}) {
            Tape tape = lesson.tape();
            Var x = tape.variable(Tensor.of(new float[] {z}, 1));
            Var y = Sigmoid.of(x);
            tape.backward(y);
            print("sigmoid(%5.1f) = %.8f%s  slope %.3g", z, y.value().item(),
                    y.value().item() == 1 ? ", exactly 1" : "           ", x.gradient().item());
        }
        // end
    }

    private void vanishing() {
        // show: vanishing
        gradients("sigmoid", Sigmoid.OP, Init.XAVIER);
        gradients("tanh", Tanh.OP, Init.XAVIER);
        gradients("relu", Relu.OP, Init.HE);
        // end
    }

    // show: vanishing
    void gradients(String name, UnaryOp activation, Init init) {
        int[] sizes = {64, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 10};
        Sequential model = Sequential.perceptron(activation, init, lesson.random("deep"), sizes);
        Dataset batch = lesson.split().train().rows(Lesson.naturals(256));
        Tape tape = lesson.tape();
        Var scores = model.apply(tape.constant(batch.x()));
        tape.backward(SoftmaxCrossEntropy.of(scores, batch.y()));
        double[] size = new double[model.layers().size()];
        for (int layer = 0; layer < size.length; layer++) {
            Tensor g = ((Dense) model.layers().get(layer)).weights().gradient();
            for (int i = 0; i < g.size(); i++) {
                size[layer] += Math.abs(g.get(i)) / g.size();
            }
        }
        print("%-8s last layer %.2e, first %.2e: %,.1f times less", name, size[size.length - 1],
                size[0], size[size.length - 1] / size[0]);
        // end
        double[] layers = new double[size.length];
        for (int i = 0; i < layers.length; i++) {
            layers[i] = i + 1;
        }
        depths.add(Figure.Series.of(name, layers, size));
    }

    private void dying() {
        // show: dying
        for (float rate : new float[] {0.1f, 0.5f, 1, 2}) {
            Sequential model = Sequential.perceptron(Relu.OP, Init.HE, lesson.random("dead"), 64, 64, 10);
            double accuracy = lesson.train(model, 3, rate).accuracy();
            Tape tape = lesson.tape();
            Var hidden = model.layers().getFirst().apply(tape.constant(lesson.split().train().x()));
            Tensor sums = Sum.ofColumns(hidden).value();
            int dead = 0;
            for (int unit = 0; unit < 64; unit++) {
                dead += sums.get(unit) == 0 ? 1 : 0;
            }
            print("learning rate %.1f, momentum 0.9: %2d of 64 units are dead, accuracy %.3f", rate, dead,
                    accuracy);
        }
        // end
    }

    /// Value and slope of an activation, as the tape gives them.
    Figure.Lines curves(UnaryOp op, float range) {
        float[] x = new float[POINTS];
        double[] at = new double[POINTS];
        for (int i = 0; i < POINTS; i++) {
            x[i] = range * (i - POINTS / 2) / (POINTS / 2);
            at[i] = x[i];
        }
        Tape tape = lesson.tape();
        Var z = tape.variable(Tensor.of(x, POINTS));
        Var y = op.apply(z);
        tape.backward(Sum.of(y));
        double[] value = new double[POINTS];
        double[] slope = new double[POINTS];
        for (int i = 0; i < POINTS; i++) {
            value[i] = y.value().get(i);
            slope[i] = z.gradient().get(i);
        }
        return new Figure.Lines(op.name(), Figure.Axis.of("z", -range, range), Figure.Axis.of(""), List.of(
                Figure.Series.of("value", at, value), Figure.Series.dashed("slope", at, slope)));
    }
}
