package lanegrad.bench.lesson;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import lanegrad.Tensor;
import lanegrad.data.Dataset;
import lanegrad.data.Split;
import lanegrad.math.SplitMix;
import lanegrad.nn.Dense;
import lanegrad.nn.Evaluation;
import lanegrad.nn.History;
import lanegrad.nn.Init;
import lanegrad.nn.Objective;
import lanegrad.nn.Sequential;
import lanegrad.nn.Trainer;
import lanegrad.op.Relu;
import lanegrad.op.Sigmoid;
import lanegrad.op.Softmax;
import lanegrad.optim.Sgd;

/// Chapter 10: training, and what it did to the weights.
///
/// (Over 300 lines, a third of them text: a chapter is one file, so that it can show itself.)
final class Training extends Chapter {
    private static final int EPOCHS = 20;

    private final List<List<Figure.Image>> frames = new ArrayList<>();
    private final List<String> titles = new ArrayList<>();
    private final List<List<String>> changes = new ArrayList<>();
    private final List<Figure.Image> wrong = new ArrayList<>();
    private final List<Figure.Series> seeds = new ArrayList<>();
    private final float[] growth = new float[64];
    private History parityRun;
    private History digitRun;
    private Tensor before;
    private Tensor after;
    private Evaluation result;
    private float largest;

    Training(Lesson lesson) {
        super(lesson, 10, "Training");
    }

    @Override
    void write() {
        prose("""
                All parts are there: a network, a loss, its gradient, an optimizer. Training is to go round: forward,
                loss, backward, step, batch by batch, epoch by epoch.""");
        heading("Odd or even, with four hidden units");
        prose("The network of chapter 6, whose first answers were chance:");
        code("parity");
        figure("parity", curves(parityRun), "Loss and accuracy by epoch, on the digits learned from and on "
                + "the others.");
        heading("What the weights became");
        figure("weights", new Figure.Digits("The first layer's weights, epoch by epoch", frames, true, largest,
                new Figure.Frames("epoch", titles), false, true), """
                The 64 weights into each of the four hidden units. Step from chance (epoch 0) to the end: strokes and
                gaps appear that tell odd from even.""");
        prose("What grew and what withered, measured:");
        code("growth");
        table("Mean size of the weights into each hidden unit.", List.of("unit", "before", "after", "grew", "shrank",
                "did not move"), changes);
        float most = 0;
        for (float v : growth) {
            most = Math.max(most, Math.abs(v));
        }
        double[] bySide = new double[2];
        int[] count = new int[2];
        for (int i = 0; i < 64; i++) {
            int edge = i % 8 == 0 || i % 8 == 7 ? 1 : 0;
            bySide[edge] += growth[i];
            count[edge]++;
        }
        figure("growth", new Figure.Digits("Change of size by pixel", List.of(List.of(new Figure.Image(growth,
                "change of |w|"))), true, most, null, false, true), text("""
                How much the size of the weights at each pixel changed, mean over the four units: by %.3f in the six
                inner columns, where digits differ, by %.3f in the two outer ones, where there is hardly ever ink.""",
                bySide[0] / count[0], bySide[1] / count[1]));
        question("Why do some weights not move at all?", text("""
                The slope by a weight is its input times the slope at the sum. %d of the 64 pixels are 0 in every image
                of the training set, so the slope is 0 for every example, and the weight keeps its first value to the
                last bit. It does no harm on these digits, and would be noise on an image with ink there.""",
                white(lesson.split().train())));
        heading("Ten digits");
        code("digits");
        figure("digits", curves(digitRun), """
                Loss and accuracy of a network 64-32-10 with ReLU. The training loss goes on falling when the test
                loss no longer does: from there on it learns its examples by heart.""");
        int[][] confusion = result.confusion();
        List<List<String>> rows = new ArrayList<>();
        List<String> header = new ArrayList<>(List.of("is"));
        for (int r = 0; r < 10; r++) {
            header.add(String.valueOf(r));
            List<String> row = new ArrayList<>(List.of(String.valueOf(r)));
            for (int c = 0; c < 10; c++) {
                row.add(confusion[r][c] == 0 ? "·" : String.valueOf(confusion[r][c]));
            }
            rows.add(row);
        }
        table("Confusion matrix of the test digits: a row for what they are, a column for what they were read "
                + "as.", header, rows);
        code("misread");
        if (!wrong.isEmpty()) {
            figure("misread", new Figure.Digits("The misread digits", List.of(wrong), false, 1, null, false, true), """
                    All misread test digits, with the three most probable readings. Would you have read them right?""");
        }
        code("probabilities");
        question("How sure is 99%?", """
                Less than it sounds. The softmax gives numbers that add up to 1, and training pushes them apart; on
                digits unlike those of the training set a network can be sure and wrong. The misread digits above show
                some that were.""");
        heading("Another seed");
        prose("""
                Weights begin by chance and examples are shuffled by chance. How much of the result is that chance? Five
                seeds, all else equal:""");
        code("seeds");
        figure("seeds", new Figure.Lines("Test loss by epoch for five seeds", Figure.Axis.of("epoch"),
                Figure.Axis.logarithmic("test loss"), seeds), """
                Five runs that differ in nothing but the seed. A change of method that gains less than the distance
                between these has gained nothing.""");
        tryThis("lanegrad train --save digits.model && lanegrad predict --index 133 --model digits.model", """
                Train, keep the network, and ask it about a digit it may misread.""");
    }

    private void parity() {
        // show: parity
        Split parity = lesson.parity();
        SplitMix random = lesson.random("parity");
        Dense hidden = new Dense("hidden", 64, 4, Sigmoid.OP, Init.NORMAL, random.split("hidden"));
        Dense output = new Dense("output", 4, 1, null, Init.NORMAL, random.split("output"));
        Sequential network = new Sequential(hidden, output);
        Sgd sgd = new Sgd(network.parameters(), 0.2f, 0.9f, lesson.backend());
        Trainer trainer = new Trainer(network, sgd, Objective.BINARY_CROSS_ENTROPY, lesson.backend(), 1);
        before = hidden.weights().value().copy();
        keep(0, before);
        parityRun = trainer.fit(parity.train(), parity.test(), Trainer.Settings.of(EPOCHS, 32),
                random.split("order"), new Trainer.Listener() {
                    @Override
                    public boolean epoch(History.Epoch e) {
                        keep(e.epoch(), hidden.weights().value());
                        return true;
                    }
                });
        after = hidden.weights().value();
        for (int epoch : new int[] {1, 2, 5, 10, 20}) {
            History.Epoch e = parityRun.epochs().get(epoch - 1);
            print("epoch %2d: training loss %.4f accuracy %.3f, test loss %.4f accuracy %.3f", epoch,
                    e.trainLoss(), e.trainAccuracy(), e.validationLoss(), e.validationAccuracy());
        }
        // end
    }

    private void keep(int epoch, Tensor w) {
        frames.add(Lesson.columns(w, "unit "));
        titles.add(epoch == 0 ? "before training" : "after epoch " + epoch);
        for (int i = 0; i < w.size(); i++) {
            largest = Math.max(largest, Math.abs(w.get(i)));
        }
    }

    private void growth() {
        // show: growth
        for (int unit = 0; unit < 4; unit++) {
            double first = 0;
            double last = 0;
            int grew = 0;
            int shrank = 0;
            for (int i = 0; i < 64; i++) {
                float a = Math.abs(before.get(i, unit));
                float b = Math.abs(after.get(i, unit));
                first += a / 64;
                last += b / 64;
                grew += b > a ? 1 : 0;
                shrank += b < a ? 1 : 0;
                growth[i] += (b - a) / 4;
            }
            print("unit %d: mean size %.4f -> %.4f; %d grew, %d shrank, %d as before", unit + 1, first,
                    last, grew, shrank, 64 - grew - shrank);
            // hide
            changes.add(List.of(String.valueOf(unit + 1), text("%.4f", first), text("%.4f", last),
                    String.valueOf(grew), String.valueOf(shrank), String.valueOf(64 - grew - shrank)));
            // shown
        }
        // end
    }

    private void digits() {
        // show: digits
        Sequential network = digitNetwork(lesson.random("digits"));
        digitRun = fit(network, lesson.random("digits"), EPOCHS);
        result = new Trainer(network, new Sgd(network.parameters(), 0.1f), lesson.backend(), 1)
                .evaluate(lesson.split().test());
        print("%d numbers learned; %d of %d test digits read right, %.4f", network.parameterCount(),
                result.correct(), result.size(), result.accuracy());
        print("weights sha256 %s", network.sha256());
        // end
    }

    // show: digits
    static Sequential digitNetwork(SplitMix random) {
        return Sequential.perceptron(Relu.OP, Init.HE, random.split("init"), 64, 32, 10);
    }

    History fit(Sequential network, SplitMix random, int epochs) {
        Sgd sgd = new Sgd(network.parameters(), 0.1f, 0.9f, lesson.backend());
        return new Trainer(network, sgd, lesson.backend(), 1).fit(lesson.split().train(),
                lesson.split().test(), Trainer.Settings.of(epochs, 32), random.split("order"),
                Trainer.Listener.SILENT);
    }
    // end

    private void misread() {
        // show: misread
        Tensor p = Softmax.ofRows(lesson.tape().constant(result.logits())).value();
        for (int i = 0; i < result.size(); i++) {
            int label = result.labels()[i];
            int read = result.predictions()[i];
            if (read != label) {
                print("test digit %3d shows %d, read as %d with probability %.3f; the %d got %.3f", i, label,
                        read, p.get(i, read), label, p.get(i, label));
                // hide
                wrong.add(new Figure.Image(Lesson.row(lesson.split().test(), i), "is " + label + "\n" + best(p, i)));
                // shown
            }
        }
        print("%d of %d misread", result.size() - result.correct(), result.size());
        // end
    }

    private void probabilities() {
        // show: probabilities
        Dataset test = lesson.split().test();
        Tensor p = Softmax.ofRows(lesson.tape().constant(result.logits())).value();
        print("%s", "digit     0     1     2     3     4     5     6     7     8     9");
        for (int i = 0; i < 8; i++) {
            StringBuilder row = new StringBuilder();
            for (int c = 0; c < 10; c++) {
                row.append(text(" %.3f", p.get(i, c)));
            }
            print("%d    %s", test.y()[i], row);
        }
        // end
    }

    private void seeds() {
        // show: seeds
        double least = 1;
        double most = 0;
        for (int seed = 1; seed <= 5; seed++) {
            SplitMix random = lesson.random("seed " + seed);
            Sequential network = digitNetwork(random);
            History run = fit(network, random, 12);
            double accuracy = run.epochs().getLast().validationAccuracy();
            least = Math.min(least, accuracy);
            most = Math.max(most, accuracy);
            print("seed %d: test accuracy %.4f, loss %.4f", seed, accuracy,
                    run.epochs().getLast().validationLoss());
            seeds.add(series("seed " + seed, run, false, true));
        }
        print("from %.4f to %.4f: a digit is %.4f", least, most, 1.0 / 360);
        // end
    }

    // How many pixels are 0 in all images.
    private static int white(Dataset data) {
        int white = 0;
        for (int pixel = 0; pixel < 64; pixel++) {
            boolean ink = false;
            for (int i = 0; i < data.size(); i++) {
                ink |= data.x().get(i, pixel) > 0;
            }
            white += ink ? 0 : 1;
        }
        return white;
    }

    // The three most probable readings.
    private static String best(Tensor p, int row) {
        Integer[] order = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
        Arrays.sort(order, (a, b) -> Float.compare(p.get(row, b), p.get(row, a)));
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            text.append(i == 0 ? "" : "\n").append(text("%d: %.1f%%", order[i], 100 * p.get(row, order[i])));
        }
        return text.toString();
    }

    private static Figure.Panels curves(History run) {
        return new Figure.Panels("Loss and accuracy by epoch", List.of("loss", "accuracy"), List.of(
                new Figure.Lines("loss by epoch", Figure.Axis.of("epoch"), Figure.Axis.logarithmic(""),
                        List.of(series("training", run, true, true), series("test", run, false, true))),
                new Figure.Lines("accuracy by epoch", Figure.Axis.of("epoch"), Figure.Axis.of(""),
                        List.of(series("training", run, true, false), series("test", run, false, false)))));
    }

    private static Figure.Series series(String name, History run, boolean train, boolean loss) {
        int n = run.epochs().size();
        double[] x = new double[n];
        double[] y = new double[n];
        for (int i = 0; i < n; i++) {
            History.Epoch e = run.epochs().get(i);
            x[i] = e.epoch();
            y[i] = loss ? train ? e.trainLoss() : e.validationLoss()
                    : train ? e.trainAccuracy() : e.validationAccuracy();
        }
        return Figure.Series.of(name, x, y);
    }
}
