package lanegrad.bench.lesson;

import java.util.List;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.data.Digits;
import lanegrad.data.Split;
import lanegrad.nn.Init;
import lanegrad.op.AddRow;
import lanegrad.op.MatMul;

/// Chapter 5: the split, and one matrix product for all examples.
final class AllAtOnce extends Chapter {
    private Split split;
    private Tensor w;
    private Tensor z;

    AllAtOnce(Lesson lesson) {
        super(lesson, 5, "All the data at once");
    }

    @Override
    void write() {
        heading("What is learned from, and what is judged by");
        prose("""
                A network that has learned its examples by heart looks perfect on them. So some digits are put aside
                before anything is learned: the *test set*, a fifth of all. The rest is the *training set*. The rows are
                shuffled first, by the same rule and seed as scikit-learn's `train_test_split(test_size=0.2,
                random_state=42)`, so that the parts are the same, row for row.""");
        code("divide");
        question("Why not judge by the training data?", """
                Because memory would pass for understanding. Chapter 10 measures the gap: a network can read every
                training digit right and still misread test digits. What is tuned by looking at the test set, the
                learning rate for instance, is in part learned from it, too; who tunes much keeps a third part for
                that, the *validation set* (`train --validation`).""");
        heading("X w + b");
        prose("""
                Chapter 3 took one digit as a row [1, 64] times the weights [64, 1]. Put all training digits beneath
                each other, a matrix X of [1437, 64], and the very same product gives all sums at once: [1437, 64]
                times [64, 1] is [1437, 1]. The bias is added to every row.""");
        formula("Z = X w + b");
        code("product");
        prose("What happened in it, as three nested loops, with the same result to the last bit:");
        code("loops");
        prose("""
                This is the whole of it. A layer of a network is a matrix product, a bias and an activation; training is
                matrix products forward and backward. It is why so much care goes into one routine, `Gemm`, and why
                chapter 11 comes back to it.""");
        table("Shapes. Rows are examples, columns are features or units; the inner extents meet and vanish.",
                List.of("what", "shape", "because"), List.of(
                List.of("X", "[1437, 64]", "a row per digit, a column per pixel"),
                List.of("w", "[64, 1]", "a row per pixel, a column per unit"),
                List.of("X w", "[1437, 1]", "a row per digit, a column per unit"),
                List.of("b", "[1]", "one per unit, for every row"),
                List.of("Z", z.shape().toString(), "as computed above")));
        double[] counts = new double[40];
        double[] at = new double[40];
        float least = z.get(0);
        float most = z.get(0);
        for (int i = 0; i < z.size(); i++) {
            least = Math.min(least, z.get(i));
            most = Math.max(most, z.get(i));
        }
        for (int i = 0; i < z.size(); i++) {
            counts[Math.min(39, (int) ((z.get(i) - least) / (most - least) * 40))]++;
        }
        for (int i = 0; i < 40; i++) {
            at[i] = least + (i + 0.5) * (most - least) / 40;
        }
        figure("sums", new Figure.Lines("How the sums are spread", Figure.Axis.of("z"), Figure.Axis.of("digits"),
                List.of(Figure.Series.of("", at, counts))), """
                How the 1,437 sums are spread. A random unit says about the same to all digits; learning must pull
                them apart.""");
        question("Why all at once?", """
                For speed: the weights are loaded once and used for many rows while they are in registers, and the
                products of a row are independent of those of the next, so vector instructions can work on 16 at a time.
                The numbers are those of one row after the other.""");
        tryThis("lanegrad train --split-seed 1", """
                Another split: how much of the accuracy is the luck of which digits are in the test set?""");
    }

    private void divide() {
        // show: divide
        split = Split.of(Digits.load().scaled(1f / 16), 0.2, 42);
        print("train X %s, %d labels", split.train().x().shape(), split.train().y().length);
        print("test  X %s, %d labels", split.test().x().shape(), split.test().y().length);
        StringBuilder first = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            first.append(' ').append(split.test().y()[i]);
        }
        print("the first test digits:%s", first);
        // end
    }

    private void product() {
        // show: product
        w = Init.weights(Init.UNIFORM, 64, 1, lesson.random("unit"));
        Tape tape = lesson.tape();
        Var x = tape.constant(split.train().x());
        Var product = MatMul.of(x, tape.constant(w));
        z = AddRow.of(product, tape.constant(Tensor.zeros(1))).value();
        print("X %s times w %s = %s", x.shape(), w.shape(), product.shape());
        print("z of the first three digits: %.6f %.6f %.6f", z.get(0), z.get(1), z.get(2));
        // end
    }

    private void loops() {
        // show: loops
        Tensor x = split.train().x();
        int different = 0;
        for (int i = 0; i < 1437; i++) {
            for (int j = 0; j < 1; j++) {
                float sum = 0;
                for (int k = 0; k < 64; k++) {
                    sum = Math.fma(x.get(i, k), w.get(k, j), sum);
                }
                different += sum == z.get(i, j) ? 0 : 1;
            }
        }
        print("%d of 1437 sums differ; %,d multiply-adds", different, 1437 * 64);
        // end
    }
}
