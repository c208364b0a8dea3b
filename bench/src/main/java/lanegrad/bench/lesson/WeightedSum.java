package lanegrad.bench.lesson;

import java.util.ArrayList;
import java.util.List;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.math.SplitMix;
import lanegrad.nn.Dense;
import lanegrad.nn.History;
import lanegrad.nn.Init;
import lanegrad.nn.Sequential;
import lanegrad.nn.Trainer;
import lanegrad.op.Add;
import lanegrad.op.MatMul;
import lanegrad.op.Max;
import lanegrad.op.Min;
import lanegrad.op.Relu;
import lanegrad.op.Reshape;
import lanegrad.op.Sigmoid;
import lanegrad.op.UnaryOp;

/// Chapter 3: weights, a bias, the sum, its shapes; and what happens when all weights are zero.
final class WeightedSum extends Chapter {
    private final List<List<Figure.Image>> units = new ArrayList<>();
    private Tensor w;
    private Tensor b;
    private float most;

    WeightedSum(Lesson lesson) {
        super(lesson, 3, "A weighted sum");
    }

    @Override
    void write() {
        prose("""
                A unit of today is that of chapter 1 with numbers in place of bits. Each of its 64 inputs is multiplied
                by a weight of its own; the products and the bias are added up. The sum is called z, and chapter 4
                decides what becomes of it.""");
        formula("z = x₁w₁ + x₂w₂ + … + x₆₄w₆₄ + b = xᵀw + b");
        heading("Weights to begin with");
        prose("""
                Before anything is learned the weights are drawn by chance, here evenly from 0 to 0.1 (*uniform*), and
                the bias is 0. The seed of the page decides which chance.""");
        code("weights");
        heading("One digit through the unit");
        prose("""
                In the notation of linear algebra x and w are columns, 64 × 1. A product of matrices needs the inner
                extents to be equal, so x is laid on its side, *transposed*: 1 × 64 times 64 × 1 is 1 × 1, a single
                number.""");
        code("sum");
        figure("product", new Figure.Digits("Pixels, weights, and their products", List.of(List.of(
                new Figure.Image(scaled(Lesson.row(lesson.split().train(), 0), 1), "x: pixels"),
                new Figure.Image(scaled(w.toArray(), 10), "w: weights × 10"),
                new Figure.Image(products(), "their products × 10"))), false, 1, null, false, true), """
                The digit, the weights, and what each pixel adds to the sum. Where there is no ink, the weight does not
                matter.""");
        question("What shape should w have?", """
                One number per input and one column per unit: [64, 1] for one unit, [64, 4] for four. Then x of [1, 64],
                or n examples of [n, 64], times w fits without thinking, and the result has one column per unit.""");
        question("Why transpose?", """
                Only because the example was a column: [64, 1] times [64, 1] is no product. With examples as rows, as
                all data here, there is nothing to transpose: X w. Transposing a single row or column moves no number;
                it is the same 64 floats with another shape. In this engine it is a flag of the matrix product and not
                a copy.""");
        prose("What the engine says to the product without the transpose:");
        code("refused");
        heading("All weights zero");
        prose("""
                It seems the fairest start. A network with a hidden layer of four sigmoid units (chapter 6) is trained
                from zeros and from chance, and after every epoch its four units are compared.""");
        code("zeros");
        figure("zeros", new Figure.Digits("The weights of four hidden units after training", units, true, most,
                new Figure.Frames("start", List.of("sigmoid, started at zero", "sigmoid, started by chance")), false,
                true), """
                The 64 weights into each of four hidden units after training, orange above 0, blue below. Step
                between the starts: from zero, four copies of one unit.""");
        question("What if all weights are zero?", """
                Then all units stay equal. Four units with the same weights give the same output, so the next layer
                treats them alike and the gradient (chapter 8) tells them the same. An equal step from equal places
                leads to equal places, in every epoch, to the last bit. The network has four hidden units and the power
                of one. With ReLU nothing moves at all: its output is 0 and so is its slope at 0, so no gradient gets
                through. Chance is there to *break the symmetry*; biases may start at 0 once the weights differ.""");
        tryThis("lanegrad train --init zero --activation sigmoid", """
                The same with 64 hidden units and ten digits: how good is a network that has in truth one unit?""");
    }

    private void weights() {
        // show: weights
        w = Init.weights(Init.UNIFORM, 64, 1, lesson.random("unit"));
        b = Tensor.zeros(1, 1);
        Var weights = lesson.tape().constant(w);
        float least = Min.of(weights).value().item();
        float greatest = Max.of(weights).value().item();
        print("w %s from %.4f to %.4f, b %s = %.0f", w.shape(), least, greatest, b.shape(), b.item());
        // end
    }

    private void sum() {
        // show: sum
        float[] pixels = Lesson.row(lesson.split().train(), 0);
        Tape tape = lesson.tape();
        Var x = tape.constant(Tensor.of(pixels, 64, 1));
        Var product = MatMul.of(x, true, tape.constant(w), false);
        Var z = Add.of(product, tape.constant(b));
        print("x %s, transposed [1, 64]; w %s", x.shape(), w.shape());
        print("x^T w %s, b %s", product.shape(), b.shape());
        print("z %s = %.6f", z.shape(), z.value().item());

        float byHand = b.item();
        for (int i = 0; i < 64; i++) {
            byHand = Math.fma(pixels[i], w.get(i), byHand);
        }
        print("with a loop   %.6f", byHand);
        // end
    }

    private void refused() {
        // show: refused
        Tape tape = lesson.tape();
        Var x = tape.constant(Tensor.of(Lesson.row(lesson.split().train(), 0), 64, 1));
        try {
            MatMul.of(x, tape.constant(w));
        } catch (IllegalArgumentException e) {
            print("%s", e.getMessage());
        }
        Var row = Reshape.of(x, Shape.of(1, 64));
        print("as a row %s: z = %.6f", row.shape(), MatMul.of(row, tape.constant(w)).value().item());
        // end
    }

    private void zeros() {
        // show: zeros
        compare("sigmoid, from zero", Sigmoid.OP, Init.ZERO);
        compare("sigmoid, by chance", Sigmoid.OP, Init.XAVIER);
        compare("relu, from zero", Relu.OP, Init.ZERO);
        compare("relu, by chance", Relu.OP, Init.HE);
        // end
    }

    // show: zeros
    void compare(String name, UnaryOp activation, Init init) {
        SplitMix random = lesson.random("zeros");
        Sequential model = Sequential.perceptron(activation, init, random, 64, 4, 10);
        Tensor hidden = ((Dense) model.layers().getFirst()).weights().value();
        float[] apart = new float[15];
        double accuracy = lesson.train(model, 15, 0.2f, new Trainer.Listener() {
            @Override
            public boolean epoch(History.Epoch e) {
                apart[e.epoch() - 1] = apart(hidden);
                return true;
            }
        }).accuracy();
        // hide
        if (activation == Sigmoid.OP) {
            keep(hidden);
        }
        // shown
        print("%-18s  units apart in epoch 1: %.4f, 5: %.4f, 15: %.4f; accuracy %.3f", name,
                apart[0], apart[4], apart[14], accuracy);
    }

    // The greatest difference between a weight of the first unit and that of another.
    static float apart(Tensor w) {
        float apart = 0;
        for (int i = 0; i < 64; i++) {
            for (int unit = 1; unit < 4; unit++) {
                apart = Math.max(apart, Math.abs(w.get(i, unit) - w.get(i, 0)));
            }
        }
        return apart;
    }
    // end

    private void keep(Tensor hidden) {
        units.add(Lesson.columns(hidden, "unit "));
        for (int i = 0; i < hidden.size(); i++) {
            most = Math.max(most, Math.abs(hidden.get(i)));
        }
    }

    private float[] products() {
        float[] x = Lesson.row(lesson.split().train(), 0);
        for (int i = 0; i < 64; i++) {
            x[i] *= 10 * w.get(i);
        }
        return x;
    }

    private static float[] scaled(float[] x, float factor) {
        float[] y = x.clone();
        for (int i = 0; i < y.length; i++) {
            y[i] *= factor;
        }
        return y;
    }
}
