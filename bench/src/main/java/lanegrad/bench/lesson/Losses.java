package lanegrad.bench.lesson;

import java.util.ArrayList;
import java.util.List;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.data.Dataset;
import lanegrad.math.SplitMix;
import lanegrad.nn.Dense;
import lanegrad.nn.Init;
import lanegrad.nn.Sequential;
import lanegrad.op.BinaryCrossEntropy;
import lanegrad.op.BinaryCrossEntropyOfProbabilities;
import lanegrad.op.ElementwiseLoss;
import lanegrad.op.HalfSquaredError;
import lanegrad.op.Hinge;
import lanegrad.op.Huber;
import lanegrad.op.MeanAbsoluteError;
import lanegrad.op.MeanSquaredError;
import lanegrad.op.Sigmoid;
import lanegrad.op.SmoothL1;
import lanegrad.op.SoftmaxCrossEntropy;

/// Chapter 7: what "wrong" means as a number.
final class Losses extends Chapter {
    private static final int POINTS = 121;

    private Dataset parity;
    private Tensor p;
    private Tensor y;
    private double likelihood;
    private double wrong;

    Losses(Lesson lesson) {
        super(lesson, 7, "Loss");
    }

    @Override
    void write() {
        prose("""
                To learn is to become less wrong, so there has to be a number that says how wrong: the *loss*. Accuracy
                will not do. It moves in jumps, when an answer changes sides, and has no slope to follow.""");
        heading("Odd against even");
        prose("The label of each digit becomes 1 if it is odd and 0 if it is even: the *target* t.");
        code("targets");
        heading("From likelihood to cross-entropy");
        prose("""
                The network says p, the probability that a digit is odd. To what was in fact the case it has given
                the probability p if t = 1, and 1 - p if t = 0. Over all digits the probabilities multiply: the
                *likelihood* of the labels, given the network. A good network makes it large. A product of 1,437 numbers
                below 1 is too small for any float, so one takes the logarithm, which turns the product into a sum; the
                mean, with its sign turned so that less is better, is the *cross-entropy*:""");
        formula("loss = - mean( t · log p + (1 - t) · log(1 - p) )");
        code("likelihood");
        prose(text("""
                The untrained network of chapter 6 has a loss of %.4f. One that always says 0.5 has log 2 = 0.6931: the
                untrained network knows nothing, and its loss says so.""", likelihood));
        figure("entropy", new Figure.Panels("Cross-entropy for both targets", List.of("target 1", "target 0"),
                List.of(probability(1), probability(0))), """
                What one prediction costs. Sure and right costs nothing, undecided costs 0.69, sure and wrong costs
                without limit.""");
        heading("A loss of 996");
        prose("""
                The notebook's mean loss reads 996, where 0.69 was to be expected. Its targets had the shape (n,) and
                its predictions (n, 1). NumPy fits such shapes to each other: it repeats the one along the rows and the
                other along the columns (*broadcasting*), and n predictions against n targets become n × n losses,
                every prediction against every target. Added up and divided by n, that is n times too much. The same on
                our numbers, with the repetition written out:""");
        code("broadcast");
        prose(text("""
                %,.1f, about 1,437 times 0.69, and no error message: a number of the wrong thing. This engine does not
                fit shapes to each other; predictions and targets must be equal in shape, and it says:""", wrong));
        code("refused");
        question("What shape should it have?", """
                The targets' shape is that of the predictions, [1437, 1] here: one column per output, one row per
                example. When a loss is far from the value of guessing (log 2 for two classes, log 10 = 2.30 for ten),
                look at the shapes first.""");
        heading("Why the loss takes the sum and not the probability");
        prose("""
                p near 1 cannot be told from 1 in a float, and the logarithm of 1 - p is then lost. The engine's
                cross-entropy takes the sum z before the sigmoid (the *logit*) and does both in one, where nothing
                overflows or cancels:""");
        code("logits");
        heading("Ten classes");
        prose("""
                For ten digits the network gets ten outputs, and the *softmax* makes them probabilities: e to the power
                of each, divided by the sum of all ten, so that they add up to 1. The loss is minus the logarithm of
                what the right digit got.""");
        code("softmax");
        heading("The zoo");
        figure("losses", new Figure.Panels("Losses as curves", List.of("mean-squared-error", "half-squared-error",
                "mean-absolute-error", "huber", "smooth-l1", "binary-cross-entropy", "hinge"),
                List.of(curve(MeanSquaredError.MEAN, 0, "prediction"), curve(HalfSquaredError.MEAN, 0, "prediction"),
                        curve(MeanAbsoluteError.MEAN, 0, "prediction"), curve(Huber.MEAN, 0, "prediction"),
                        curve(SmoothL1.MEAN, 0, "prediction"), curve(BinaryCrossEntropy.MEAN, 1, "logit"),
                        curve(Hinge.MEAN, 1, "score"))), """
                What one prediction costs, with its slope: the first five against a target of 0, the last two for the
                class 1. Squares punish far misses most; absolute error pulls equally from everywhere; huber and
                smooth-l1 change from one to the other; hinge is content once the score is above 1.""");
        question("Which loss?", """
                For classes cross-entropy: its slope by the logit is p - t, so it pulls hardest where the network is
                most wrong. For numbers the squared error, or huber where outliers spoil it. The squared error on top of
                a sigmoid, as in the worked example of chapter 8, learns slowly when it is sure and wrong: the slope of
                the sigmoid is next to 0 there.""");
        tryThis("lanegrad train --loss mean-squared-error", """
                The digits learned by another loss. Is the accuracy another? `--loss hinge --task parity` is one more.
                """);
    }

    private void targets() {
        // show: targets
        parity = lesson.split().train().relabeled(2, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1);
        int odd = 0;
        for (int label : parity.y()) {
            odd += label;
        }
        print("%d odd, %d even", odd, parity.size() - odd);
        // end
    }

    private void likelihood() {
        // show: likelihood
        SplitMix random = lesson.random("parity");
        Sequential network = new Sequential(
                new Dense("hidden", 64, 4, Sigmoid.OP, Init.NORMAL, random.split("hidden")),
                new Dense("output", 4, 1, Sigmoid.OP, Init.NORMAL, random.split("output")));
        p = network.apply(lesson.tape().constant(parity.x())).value();
        double product = 1;
        double logarithms = 0;
        for (int i = 0; i < 1437; i++) {
            double given = parity.y()[i] == 1 ? p.get(i) : 1 - p.get(i);
            product *= given;
            logarithms += StrictMath.log(given);
        }
        likelihood = -logarithms / 1437;
        print("likelihood %.1e, minus the mean of the logarithms %.6f", product, likelihood);

        y = Tensor.zeros(1437, 1);
        for (int i = 0; i < 1437; i++) {
            y.set(i, parity.y()[i]);
        }
        Tape tape = lesson.tape();
        Var loss = BinaryCrossEntropyOfProbabilities.of(tape.constant(p), tape.constant(y));
        print("the engine's cross-entropy                      %.6f", loss.value().item());
        // end
    }

    private void broadcast() {
        // show: broadcast
        double sum = 0;
        for (int i = 0; i < 1437; i++) {
            double yes = StrictMath.log(p.get(i));
            double no = StrictMath.log(1 - p.get(i));
            for (int j = 0; j < 1437; j++) {
                sum -= y.get(j) * yes + (1 - y.get(j)) * no;
            }
        }
        wrong = sum / 1437;
        print("%,d losses, their sum divided by 1,437: %.3f", 1437 * 1437, wrong);
        // end
    }

    private void refused() {
        // show: refused
        Tape tape = lesson.tape();
        Var flat = tape.constant(Tensor.of(y.toArray(), 1437));
        try {
            BinaryCrossEntropyOfProbabilities.of(tape.constant(p), flat);
        } catch (IllegalArgumentException e) {
            print("%s", e.getMessage());
        }
        // end
    }

    private void logits() {
        // show: logits
        Tape tape = lesson.tape();
        Var target = tape.constant(Tensor.of(new float[] {0}, 1));
        for (float z : new float[] {1, 10, 16, 20, 100}) {
            Var logit = tape.constant(Tensor.of(new float[] {z}, 1));
            float apart = BinaryCrossEntropyOfProbabilities.of(Sigmoid.of(logit), target).value().item();
            float inOne = BinaryCrossEntropy.of(logit, target).value().item();
            print("z = %3.0f, target 0: sigmoid, then loss %9.5f; in one %9.5f", z, apart, inOne);
        }
        // end
    }

    private void softmax() {
        // show: softmax
        Tape tape = lesson.tape();
        Var scores = tape.constant(Tensor.of(new float[] {1, 0, 3, 0, 0, 0, 0, 0.5f, 0, 0}, 1, 10));
        Tensor probability = lanegrad.op.Softmax.ofRows(scores).value();
        print("a 2 gets probability %.4f, a 0 gets %.4f", probability.get(2), probability.get(0));
        print("loss if it is a 2: %.4f", SoftmaxCrossEntropy.of(scores, new int[] {2}).value().item());
        print("loss if it is a 0: %.4f", SoftmaxCrossEntropy.of(scores, new int[] {0}).value().item());
        // end
    }

    private Figure.Lines probability(int target) {
        double[] at = new double[POINTS];
        double[] value = new double[POINTS];
        Tape tape = lesson.tape();
        for (int i = 0; i < POINTS; i++) {
            float prediction = Math.clamp(i / (POINTS - 1f), 0.004f, 0.996f);
            tape.rewind();
            at[i] = prediction;
            value[i] = BinaryCrossEntropyOfProbabilities.of(tape.constant(Tensor.of(new float[] {prediction}, 1)),
                    tape.constant(Tensor.of(new float[] {target}, 1))).value().item();
        }
        return new Figure.Lines("cross-entropy for target " + target, Figure.Axis.of("p", 0, 1),
                Figure.Axis.of("loss", 0, 5.6), List.of(Figure.Series.of("", at, value)));
    }

    private Figure.Lines curve(ElementwiseLoss loss, float target, String axis) {
        double[] at = new double[POINTS];
        double[] value = new double[POINTS];
        double[] slope = new double[POINTS];
        List<Float> predictions = new ArrayList<>();
        for (int i = 0; i < POINTS; i++) {
            predictions.add(6f * i / (POINTS - 1) - 3);
        }
        Tape tape = lesson.tape();
        for (int i = 0; i < POINTS; i++) {
            tape.rewind();
            Var prediction = tape.variable(Tensor.of(new float[] {predictions.get(i)}, 1));
            Var y = loss.apply(prediction, tape.constant(Tensor.of(new float[] {target}, 1)));
            tape.backward(y);
            at[i] = predictions.get(i);
            value[i] = y.value().item();
            slope[i] = prediction.gradient().item();
        }
        return new Figure.Lines(loss.name(), Figure.Axis.of(axis, -3, 3), Figure.Axis.of("", -3, 5), List.of(
                Figure.Series.of("loss", at, value), Figure.Series.dashed("slope", at, slope)));
    }
}
