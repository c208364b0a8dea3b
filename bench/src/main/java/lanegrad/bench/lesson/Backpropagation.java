package lanegrad.bench.lesson;

import java.util.ArrayList;
import java.util.List;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.op.HalfSquaredError;
import lanegrad.op.Linear;
import lanegrad.op.Sigmoid;
import lanegrad.optim.Sgd;

/// Chapter 8: the published worked example, number by number.
///
/// Source: M. Mazur, *A step by step backpropagation example* (2015).
final class Backpropagation extends Chapter {
    /// The weights after one update, as published: w1 to w8.
    static final double[] PUBLISHED = {0.149780716, 0.19956143, 0.24975114, 0.29950229, 0.35891648, 0.408666186,
        0.511301270, 0.561370121};

    private Var zh;
    private Var h;
    private Var zo;
    private Var o;
    private Var loss;
    private Tape tape;
    private Sgd descent;
    private float[] before;
    private float[] gradient;
    private float[] after;
    private float second;
    private final List<Double> errors = new ArrayList<>();

    Backpropagation(Lesson lesson) {
        super(lesson, 8, "Backpropagation");
    }

    @Override
    void write() {
        prose("""
                The loss says how wrong; now for each weight the question is: up or down, and how much does it matter?
                That is the slope of the loss by that weight, and all slopes together are the *gradient*. One could
                change each weight a little and look, which takes two passes per weight. *Backpropagation* finds all
                slopes with one pass forward and one backward.""");
        heading("The chain rule");
        prose("""
                If w changes z, z changes h, and h changes the loss, the slopes multiply: dE/dw = dE/dh · dh/dz · dz/dw.
                Where a number is used twice, the slopes of both ways are added. That is all; the rest is book-keeping,
                and doing it from the loss backward means that each slope is computed once.""");
        heading("A worked example");
        prose("""
                This small network is from Matt Mazur's *A step by step backpropagation example* (2015), by which many
                have learned it: two inputs, two hidden units, two outputs, sigmoids, half the squared error, and
                numbers one can follow with a pocket calculator. The engine computes it in float32.""");
        code("forward");
        code("backward");
        code("update");
        figure("walk", walk(), """
                The same numbers on the network. Step through it: forward in blue, the slopes backward in
                orange, at last the new weights. (δ is the slope of the error by the sum z of a unit.)""");
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            rows.add(List.of("w" + (i + 1), text("%.2f", before[i]), text("%.9f", gradient[i]),
                    text("%.9f", after[i]), text("%.9f", PUBLISHED[i])));
        }
        table("All eight weights after one update with learning rate 0.5, beside the published ones. They agree as far "
                + "as a float goes.", List.of("weight", "before", "slope", "after",
                "published"), rows);
        heading("The tape");
        prose("""
                How does the engine know the way back? It writes down what it does. Every operation appends a line to a
                *tape*: its name, its inputs, its output. The tape of the computation above, as the engine prints it:
                """);
        code("tape");
        prose("""
                Backward reads the same program from its end. Each operation knows one thing: how slopes at its output
                become slopes at its inputs. The order is right by itself, because nothing on the tape uses what comes
                after it. Below, each operation and what it gave (constants want no slopes):""");
        code("reversed");
        heading("Is it right?");
        prose("""
                A gradient can be wrong and the network still learn, badly. So it is checked against the definition of a
                slope: move one weight a little up and a little down, and divide the change of the error by the
                distance (*finite differences*), here in double precision.""");
        code("check");
        question("Why not always use differences?", """
                Two passes per weight: for the 2,410 numbers of a small digit network 4,820 passes instead of two, and
                less exact. But as a check they know nothing of the chain rule, and that is what makes them a good
                one; this project's tests check every operation that way.""");
        heading("Ten thousand updates");
        code("training");
        prose(text("""
                After one update the error is %.9f in float. The published weights give 0.291027774; the published error
                is 0.291027924, which results when the hidden layer's slopes are taken through output weights that are
                already updated. And the error published for 10,000 updates, 0.0000351085, is that after 9,999.""",
                second));
        double[] at = new double[errors.size()];
        double[] value = new double[errors.size()];
        for (int i = 0; i < at.length; i++) {
            at[i] = 1 + i * 20.0;
            value[i] = errors.get(i);
        }
        figure("errors", new Figure.Lines("The error over the updates", Figure.Axis.of("updates"),
                Figure.Axis.logarithmic("error"), List.of(Figure.Series.of("error", at, value))), """
                The error over 10,000 updates, on a logarithmic axis.""");
        question("Which way is backward?", """
                A picture that helps: forward, each unit asks those before it "what do you say?". Backward, each unit is
                told "this is how much your answer mattered, and in which direction", and tells those before it the
                same, weighted by how much it had listened to them. The weights are the same both ways.""");
        tryThis("lanegrad lesson --chapter 8", """
                The numbers of this chapter in the terminal, with no picture in the way; follow one weight by hand.""");
    }

    // show: forward
    final Tensor x = Tensor.of(new float[] {0.05f, 0.10f}, 1, 2);
    final Tensor target = Tensor.of(new float[] {0.01f, 0.99f}, 1, 2);
    // A column for each unit: w1, w2 go to h1; w3, w4 to h2; w5, w6 to o1; w7, w8 to o2.
    final Tensor w1to4 = Tensor.of(new float[] {0.15f, 0.25f, 0.20f, 0.30f}, 2, 2);
    final Tensor w5to8 = Tensor.of(new float[] {0.40f, 0.50f, 0.45f, 0.55f}, 2, 2);
    final Tensor hiddenB = Tensor.of(new float[] {0.35f, 0.35f}, 2);
    final Tensor outputB = Tensor.of(new float[] {0.60f, 0.60f}, 2);
    final Var hiddenW = Var.parameter("hidden", w1to4);
    final Var outputW = Var.parameter("output", w5to8);

    Var error(Tape tape) {
        tape.rewind();
        zh = Linear.of(tape.constant(x), hiddenW, tape.constant(hiddenB));
        h = Sigmoid.of(zh);
        zo = Linear.of(h, outputW, tape.constant(outputB));
        o = Sigmoid.of(zo);
        return HalfSquaredError.SUM.apply(o, tape.constant(target));
    }
    // end

    private void forward() {
        before = weights(w1to4, w5to8);
        // show: forward
        tape = lesson.tape();
        loss = error(tape);
        print("hidden sums   %.9f  %.9f", zh.value().get(0), zh.value().get(1));
        print("hidden units  %.9f  %.9f", h.value().get(0), h.value().get(1));
        print("output sums   %.9f  %.9f", zo.value().get(0), zo.value().get(1));
        print("outputs       %.9f  %.9f", o.value().get(0), o.value().get(1));
        print("error         %.9f", loss.value().item());
        // end
    }

    private void backward() {
        // show: backward
        descent = new Sgd(List.of(hiddenW, outputW), 0.5f, 0, lesson.backend());
        tape.backward(loss);
        print("by the outputs      %12.9f  %12.9f", o.gradient().get(0), o.gradient().get(1));
        print("by the output sums  %12.9f  %12.9f", zo.gradient().get(0), zo.gradient().get(1));
        print("by the hidden units %12.9f  %12.9f", h.gradient().get(0), h.gradient().get(1));
        print("by the hidden sums  %12.9f  %12.9f", zh.gradient().get(0), zh.gradient().get(1));
        print("by w5               %12.9f", outputW.gradient().get(0, 0));
        print("by w1               %12.9f", hiddenW.gradient().get(0, 0));
        // end
        gradient = weights(hiddenW.gradient(), outputW.gradient());
    }

    private void update() {
        // show: update
        descent.step();
        print("w5 = 0.40 - 0.5 * %.9f = %.9f", gradient[4], w5to8.get(0, 0));
        print("w1 = 0.15 - 0.5 * %.9f = %.9f", gradient[0], w1to4.get(0, 0));
        // end
        after = weights(w1to4, w5to8);
    }

    private void tape() {
        // show: tape
        print("%s", tape.toString().stripTrailing());
        // end
    }

    private void reversed() {
        // show: reversed
        String[] program = tape.toString().split("\n");
        Var[] slopes = {o, zo, h, zh, hiddenW};
        int next = 0;
        for (int line = program.length - 1; line >= 0; line--) {
            if (program[line].contains("(")) {
                Tensor g = slopes[next].gradient();
                print("%-38s gives %-22s %12.9f %12.9f%s",
                        program[line].substring(program[line].indexOf('=') + 2), slopes[next],
                        g.get(0), g.get(1), g.size() > 2 ? " …" : "");
                next++;
            }
        }
        // end
    }

    // show: check
    static double error(double[] w) {
        double h1 = sigmoid(w[0] * 0.05 + w[1] * 0.10 + 0.35);
        double h2 = sigmoid(w[2] * 0.05 + w[3] * 0.10 + 0.35);
        double o1 = sigmoid(w[4] * h1 + w[5] * h2 + 0.60);
        double o2 = sigmoid(w[6] * h1 + w[7] * h2 + 0.60);
        return ((0.01 - o1) * (0.01 - o1) + (0.99 - o2) * (0.99 - o2)) / 2;
    }

    static double sigmoid(double z) {
        return 1 / (1 + StrictMath.exp(-z));
    }
    // end

    private void check() {
        // show: check
        double step = 1e-6;
        for (int i = 0; i < 8; i++) {
            double[] up = {0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55};
            double[] down = up.clone();
            up[i] += step;
            down[i] -= step;
            double slope = (error(up) - error(down)) / (2 * step);
            print("w%d: backward %12.9f, difference %12.9f", i + 1, gradient[i], slope);
        }
        // end
    }

    private void training() {
        // show: training
        Tape again = lesson.tape();
        for (int update = 1; update <= 10_000; update++) {
            Var error = error(again);
            // hide
            if (update == 1) {
                second = error.value().item();
            }
            if (update % 20 == 1) {
                errors.add((double) error.value().item());
            }
            // shown
            if (Math.log10(update) % 1 == 0 || update == 9_999) {
                print("after %5d updates %.10f, outputs %.6f %.6f", update,
                        error.value().item(), o.value().get(0), o.value().get(1));
            }
            again.backward(error);
            descent.step();
        }
        // end
    }

    // In the order w1 to w8.
    private static float[] weights(Tensor hidden, Tensor output) {
        return new float[] {hidden.get(0, 0), hidden.get(1, 0), hidden.get(0, 1), hidden.get(1, 1),
            output.get(0, 0), output.get(1, 0), output.get(0, 1), output.get(1, 1)};
    }

    private Figure.Walk walk() {
        int[][] ends = {{0, 2}, {1, 2}, {0, 3}, {1, 3}, {2, 4}, {3, 4}, {2, 5}, {3, 5}};
        List<Figure.Note> notes = new ArrayList<>();
        notes.add(new Figure.Note(0, -1, "0.05", "given", 0));
        notes.add(new Figure.Note(1, -1, "0.10", "given", 0));
        for (int i = 0; i < 8; i++) {
            notes.add(new Figure.Note(ends[i][0], ends[i][1], text("w%d %.2f", i + 1, before[i]), "given", 0));
        }
        for (int i = 0; i < 2; i++) {
            notes.add(new Figure.Note(2 + i, -1, text("z %.6f", zh.value().get(i)), "forward", 1));
            notes.add(new Figure.Note(2 + i, -1, text("σ(z) %.6f", h.value().get(i)), "forward", 1));
            notes.add(new Figure.Note(4 + i, -1, text("z %.6f", zo.value().get(i)), "forward", 2));
            notes.add(new Figure.Note(4 + i, -1, text("σ(z) %.6f", o.value().get(i)), "forward", 2));
            notes.add(new Figure.Note(4 + i, -1, i == 0 ? "wanted 0.01" : "wanted 0.99", "given", 3));
            notes.add(new Figure.Note(4 + i, -1, text("δ %.6f", zo.gradient().get(i)), "backward", 4));
            notes.add(new Figure.Note(2 + i, -1, text("δ %.6f", zh.gradient().get(i)), "backward", 6));
        }
        notes.add(new Figure.Note(6, -1, text("%.6f", loss.value().item()), "forward", 3));
        for (int i = 0; i < 8; i++) {
            notes.add(new Figure.Note(ends[i][0], ends[i][1], text("%+.6f", gradient[i]), "backward", i < 4 ? 7 : 5));
        }
        for (int i = 0; i < 8; i++) {
            notes.add(new Figure.Note(ends[i][0], ends[i][1], text("→ %.6f", after[i]), "given", 8));
        }
        // The third number: where on the edge its labels stand, in hundredths; those that cross stand apart.
        int[][] edges = {{0, 2, 50}, {1, 2, 30}, {0, 3, 30}, {1, 3, 50}, {2, 4, 50}, {3, 4, 30}, {2, 5, 30}, {3, 5, 50},
            {4, 6, 50}, {5, 6, 50}};
        return new Figure.Walk("The worked example", List.of("i₁", "i₂", "h₁", "h₂", "o₁", "o₂", "E"),
                new double[] {0, 0, 0.44, 0.44, 0.88, 0.88, 1.0},
                new double[] {0.08, 0.88, 0.08, 0.88, 0.08, 0.88, 0.48},
                edges, notes, new Figure.Frames("step", List.of("Given: inputs and weights",
                "Forward: the hidden units", "Forward: the outputs", "Forward: the error",
                "Backward: the slope at the outputs' sums", "Backward: the slopes of w₅ to w₈",
                "Backward: the slope at the hidden units' sums", "Backward: the slopes of w₁ to w₄",
                "The update: each weight less half its slope")));
    }
}
