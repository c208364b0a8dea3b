package lanegrad.bench.lesson;

import java.util.List;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.math.SplitMix;
import lanegrad.nn.Dense;
import lanegrad.nn.Init;
import lanegrad.nn.Sequential;
import lanegrad.op.BinaryCrossEntropy;
import lanegrad.op.MatMul;
import lanegrad.op.Sigmoid;
import lanegrad.op.Tanh;
import lanegrad.optim.Adam;

/// Chapter 6: four units between pixels and answer, before any training.
final class HiddenLayer extends Chapter {
    private Dense hidden;
    private Dense output;
    private int over;
    private double[] probabilities;

    HiddenLayer(Lesson lesson) {
        super(lesson, 6, "A hidden layer");
    }

    @Override
    void write() {
        prose("""
                One unit draws one straight cut. To get past that, let several units look at the pixels, and another
                look at *their* answers. The units in between are a *hidden layer*: nobody tells them what to say, they
                have to find something useful themselves.""");
        prose("""
                The task of this and the next chapter is a question with two answers: is the digit odd? Four hidden
                units, one output, sigmoids in both layers; weights drawn from a *normal* distribution with mean 0 and
                deviation 0.1, biases 0.""");
        code("layers");
        figure("network", new Figure.Network("The network with its weights", List.of(
                List.of("h₁", "h₂", "h₃", "h₄"), List.of("odd?")), new float[][][] {matrix(output.weights().value())},
                Lesson.columns(hidden.weights().value(), "h")), """
                The network with the weights of this run. Left, the 64 weights into each hidden unit, as a picture. On
                the lines, the weights into the output; width is size; orange is above 0, blue below.""");
        heading("What it says before it has learned anything");
        prose("A sigmoid of 0.5 or more is read as *odd*. Without any training:");
        code("untrained");
        figure("untrained", new Figure.Lines("Predictions before training", Figure.Axis.of("digit number, sorted"),
                Figure.Axis.of("probability of odd"), List.of(Figure.Series.of("", sorted(), probabilities))), """
                The 1,437 answers in ascending order. All are near one another: the network has no opinion on digits
                yet, only a bias by chance.""");
        prose(text("""
                %d of 1,437 predictions are over 0.5. That is chance, not knowledge: another seed gives another
                number, often all or none, because small weights give all digits nearly the same answer.""", over));
        question("What shape should the weights have now?", """
                The first layer takes 64 numbers and gives 4: [64, 4]. The second takes 4 and gives 1: [4, 1]. The
                product of all digits, [1437, 64] times [64, 4], is [1437, 4]; that times [4, 1] is [1437, 1].""");
        heading("Why there must be an activation in between");
        prose("""
                Without one, two layers are a waste of the first: a product of products is a single product, with the
                weights W₁ W₂.""");
        code("collapse");
        heading("XOR, at last");
        prose("""
                Chapter 1 showed that no single unit is XOR. A hidden layer of three is enough, and the weights can be
                learned. (How is the matter of the next three chapters.)""");
        code("xor");
        question("How many hidden units?", """
                As few as solve the task, a few more to make it easy to find. Four are few for ten digits and plenty for
                odd and even. `train --hidden` tries any number; test accuracy rises, then stays, while time grows.""");
        tryThis("lanegrad train --hidden 4", """
                Ten digits through four units. Then 2, 8, 16: where does more stop helping?""");
    }

    private void layers() {
        // show: layers
        SplitMix random = lesson.random("parity");
        hidden = new Dense("hidden", 64, 4, Sigmoid.OP, Init.NORMAL, random.split("hidden"));
        output = new Dense("output", 4, 1, Sigmoid.OP, Init.NORMAL, random.split("output"));
        Var x = lesson.tape().constant(lesson.split().train().x());
        Var h = hidden.apply(x);
        Var p = output.apply(h);
        print("X  %s", x.shape());
        print("W1 %s, b1 %s: hidden %s", hidden.weights().shape(), hidden.bias().shape(), h.shape());
        print("W2 %s, b2 %s: output %s", output.weights().shape(), output.bias().shape(), p.shape());
        print("%d numbers to learn", 64 * 4 + 4 + 4 * 1 + 1);
        // end
    }

    private void untrained() {
        // show: untrained
        Sequential network = new Sequential(hidden, output);
        Tensor p = network.apply(lesson.tape().constant(lesson.split().train().x())).value();
        for (int i = 0; i < 5; i++) {
            int label = lesson.split().train().y()[i];
            print("digit %d: %.4f, read as %s", label, p.get(i), p.get(i) > 0.5 ? "odd" : "even");
        }
        int right = 0;
        for (int i = 0; i < p.size(); i++) {
            boolean odd = p.get(i) > 0.5;
            over += odd ? 1 : 0;
            right += odd == (lesson.split().train().y()[i] % 2 == 1) ? 1 : 0;
        }
        print("over 0.5: %d of %d; right: %d", over, p.size(), right);
        // end
        probabilities = new double[p.size()];
        for (int i = 0; i < p.size(); i++) {
            probabilities[i] = p.get(i);
        }
        java.util.Arrays.sort(probabilities);
    }

    private void collapse() {
        // show: collapse
        Tape tape = lesson.tape();
        Var x = tape.constant(lesson.split().train().x());
        Var w1 = hidden.weights();
        Var w2 = output.weights();
        Tensor two = MatMul.of(MatMul.of(x, w1), w2).value();
        Var w = tape.record(MatMul.NN, w1, w2);
        Tensor one = MatMul.of(x, w).value();
        float apart = 0;
        for (int i = 0; i < 1437; i++) {
            apart = Math.max(apart, Math.abs(two.get(i) - one.get(i)));
        }
        print("(X W1) W2 against X (W1 W2) %s: apart by %.1e, rounding", w.shape(), apart);
        // end
    }

    private void xor() {
        // show: xor
        Tensor x = Tensor.of(new float[] {0, 0, 0, 1, 1, 0, 1, 1}, 4, 2);
        Tensor wanted = Tensor.of(new float[] {0, 1, 1, 0}, 4, 1);
        Sequential network = Sequential.perceptron(Tanh.OP, Init.XAVIER, lesson.random("xor"), 2, 3, 1);
        Adam adam = new Adam(network.parameters(), 0.05f, Adam.Settings.DEFAULT, lesson.backend());
        Tape tape = lesson.tape();
        for (int step = 0; step < 500; step++) {
            tape.rewind();
            Var scores = network.apply(tape.constant(x));
            tape.backward(BinaryCrossEntropy.of(scores, tape.constant(wanted)));
            adam.step();
        }
        tape.rewind();
        Var p = Sigmoid.of(network.apply(tape.constant(x)));
        for (int i = 0; i < 4; i++) {
            print("%.0f xor %.0f: %.4f", x.get(i, 0), x.get(i, 1), p.value().get(i));
        }
        // end
    }

    private static float[][] matrix(Tensor w) {
        float[][] matrix = new float[w.shape().extent(0)][w.shape().extent(1)];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < matrix[i].length; j++) {
                matrix[i][j] = w.get(i, j);
            }
        }
        return matrix;
    }

    private double[] sorted() {
        double[] at = new double[probabilities.length];
        for (int i = 0; i < at.length; i++) {
            at[i] = i + 1;
        }
        return at;
    }
}
