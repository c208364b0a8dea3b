package lanegrad.bench.lesson;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.data.Dataset;
import lanegrad.nn.History;
import lanegrad.nn.Init;
import lanegrad.nn.Sequential;
import lanegrad.nn.Trainer;
import lanegrad.op.Linear;
import lanegrad.op.MeanSquaredError;
import lanegrad.op.Relu;
import lanegrad.optim.Adagrad;
import lanegrad.optim.Adam;
import lanegrad.optim.AdamW;
import lanegrad.optim.NonFiniteException;
import lanegrad.optim.Optimizer;
import lanegrad.optim.RmsProp;
import lanegrad.optim.Sgd;

/// Chapter 9: how far to step, in which direction, after how many examples.
final class Optimizing extends Chapter {
    private static final int STEPS = 40;
    private static final int COLUMNS = 61;
    private static final int ROWS = 51;
    private static final Figure.Axis W = Figure.Axis.of("w", -2, 2.5);
    private static final Figure.Axis B = Figure.Axis.of("b", -1.5, 2);

    private final List<Figure.Series> batchCurves = new ArrayList<>();
    private final List<Figure.Series> paths = new ArrayList<>();
    private final List<Figure.Series> rules = new ArrayList<>();
    private final List<Figure.Series> rates = new ArrayList<>();
    private Tensor above;
    private Tensor below;

    Optimizing(Lesson lesson) {
        super(lesson, 9, "Optimizers");
    }

    @Override
    void write() {
        prose("""
                The gradient says which way is up. *Gradient descent* goes a step the other way: each weight less its
                slope times the *learning rate*. An *optimizer* is a rule for that step. Three choices make it up: after
                how many examples to step, how far, and what to remember of the steps before.""");
        heading("One, some, or all");
        prose("""
                The gradient over all examples is exact and takes a whole pass through the data for a single step. The
                gradient of one example is rough, but gives 1,437 steps for the same work. *Mini-batches* are in
                between: 32 examples tell the direction well enough, and their 32 rows are one matrix product. A pass
                through all examples is an *epoch*.""");
        code("batches");
        figure("sizes", new Figure.Lines("Training loss by epoch for three batch sizes", Figure.Axis.of("epoch"),
                Figure.Axis.logarithmic("training loss"), batchCurves), """
                The mean training loss of each epoch, from the same start. Full batch makes one step per epoch, which
                is why it hardly gets anywhere in six.""");
        figure("epoch", new Figure.Batches("An epoch of 2,000 examples in batches of 500", 2000, 500,
                new Figure.Frames("step", List.of("step 1: examples 1 to 500", "step 2: examples 501 to 1,000",
                        "step 3: examples 1,001 to 1,500", "step 4: examples 1,501 to 2,000"))), """
                What an epoch is: 2,000 examples in batches of 500 are four steps. Bright: the batch of this step; grey:
                done. Then the examples are shuffled and the next epoch begins. Our 1,437 digits in batches of 32 are 45
                steps, the last of 29 examples.""");
        question("What is an iteration, a step, an epoch?", """
                A step (or iteration, or update) is one change of the weights after one batch. An epoch is as many steps
                as it takes to see every example once: examples divided by batch size, rounded up.""");
        heading("A landscape with two parameters");
        prose("""
                With two parameters the loss can be drawn as a landscape. The task: guess one pixel from the pixel above
                it, y = w x + b, over all training digits; the loss is the mean squared error. From one start, each
                optimizer goes forty steps.""");
        code("paths");
        figure("paths", new Figure.Surface("Paths of the optimizers", W, B, COLUMNS, ROWS, surface(), paths), """
                Lines of equal loss, and the path of each optimizer. Step through: plain descent (sgd) goes to and fro
                across the valley, momentum gathers speed along it and overshoots, adagrad takes ever smaller steps,
                adam goes its own way because it scales each parameter's step by the sizes of its past slopes.""");
        points("*sgd:* `w -= rate · g`", """
                *momentum:* a velocity remembers past slopes, `v = 0.9 v + g`, `w -= rate · v`. *Nesterov's* looks at
                the slope a little ahead.""", """
                *adagrad:* divides by the root of the sum of all past squares, *rmsprop* by the root of their running
                mean, so that every weight moves about as much.""", """
                *adam:* momentum and rmsprop together, corrected for having started from nothing. *adamw* also lets
                weights decay a little in every step.""");
        heading("The same on the digits");
        code("rules");
        figure("rules", new Figure.Lines("Training loss of the optimizers on the digits", Figure.Axis.of("epoch"),
                Figure.Axis.logarithmic("training loss"), rules), """
                The same network, start and order of examples; only the rule differs.""");
        question("Which optimizer?", """
                Adam needs the least care: its usual rate of 0.001 to 0.01 works for most. Sgd with momentum is as good
                or better when one takes the time to find its rate. The differences are small beside those of a wrong
                learning rate.""");
        heading("The learning rate");
        code("rates");
        figure("rates", new Figure.Lines("Training loss for learning rates", Figure.Axis.of("epoch"),
                Figure.Axis.logarithmic("training loss"), rates), """
                Plain sgd with rates from too small to too large. Too small creeps; too large jumps over the valley and
                ends where the units are dead, guessing, at a loss of log 10 = 2.30.""");
        prose("""
                Still larger, and the numbers overflow. The engine does not train on with infinities but stops and says
                where they arose:""");
        code("overflow");
        tryThis("lanegrad train --optimizer adam --schedule cosine --warmup 2", """
                A rate that begins small, grows for two epochs and then falls to 0 along a cosine. Is the last epoch
                calmer?""");
    }

    // show: batches
    Sequential network() {
        return Sequential.perceptron(Relu.OP, Init.HE, lesson.random("optimizers"), 64, 32, 10);
    }

    List<History.Epoch> run(Sequential model, Optimizer optimizer, int epochs, int batch) {
        Trainer trainer = new Trainer(model, optimizer, lesson.backend(), 1);
        History history = trainer.fit(lesson.split().train(), lesson.split().test(),
                Trainer.Settings.of(epochs, batch), lesson.random("order"), Trainer.Listener.SILENT);
        return history.epochs();
    }
    // end

    private void batches() {
        // show: batches
        int[] sizes = {1, 32, 1437};
        float[] rate = {0.01f, 0.1f, 0.5f};
        for (int i = 0; i < 3; i++) {
            Sequential model = network();
            List<History.Epoch> epochs = run(model, new Sgd(model.parameters(), rate[i]), 6, sizes[i]);
            print("batches of %4d: %4d steps an epoch, test accuracy after 1 epoch %.3f, after 6 %.3f",
                    sizes[i], (1437 + sizes[i] - 1) / sizes[i], epochs.getFirst().validationAccuracy(),
                    epochs.getLast().validationAccuracy());
            // hide
            batchCurves.add(curve(sizes[i] == 1 ? "one example" : sizes[i] == 32 ? "32 examples" : "all 1,437",
                    epochs));
            // shown
        }
        // end
    }

    private void paths() {
        // show: paths
        Dataset train = lesson.split().train();
        above = Tensor.zeros(1437, 1);
        below = Tensor.zeros(1437, 1);
        for (int i = 0; i < 1437; i++) {
            above.set(i, train.x().get(i, 8 * 3 + 4));
            below.set(i, train.x().get(i, 8 * 4 + 4));
        }
        path("sgd", p -> new Sgd(p, 0.6f));
        path("momentum", p -> new Sgd(p, 0.05f, 0.9f, lesson.backend()));
        path("nesterov", p -> new Sgd(p, 0.05f,
                Sgd.Settings.DEFAULT.withMomentum(0.9f).withNesterov(true), lesson.backend()));
        path("rmsprop", p -> new RmsProp(p, 0.1f));
        path("adagrad", p -> new Adagrad(p, 0.5f));
        path("adam", p -> new Adam(p, 0.2f));
        // end
    }

    // show: paths
    void path(String name, Function<List<Var>, Optimizer> rule) {
        Var w = Var.parameter("w", Tensor.of(new float[] {-1.8f}, 1, 1));
        Var b = Var.parameter("b", Tensor.of(new float[] {0.6f}, 1));
        Optimizer optimizer = rule.apply(List.of(w, b));
        double[] x = new double[STEPS + 1];
        double[] y = new double[STEPS + 1];
        Tape tape = lesson.tape();
        Var loss = null;
        for (int step = 0; step <= STEPS; step++) {
            x[step] = w.value().item();
            y[step] = b.value().item();
            tape.rewind();
            loss = MeanSquaredError.of(Linear.of(tape.constant(above), w, b), tape.constant(below));
            tape.backward(loss);
            optimizer.step();
        }
        print("%-9s after %d steps w = %6.3f, b = %6.3f, loss %.5f", name, STEPS, x[STEPS], y[STEPS],
                loss.value().item());
        paths.add(Figure.Series.of(name, x, y));
    }
    // end

    private double[] surface() {
        double[] z = new double[COLUMNS * ROWS];
        Tensor w = Tensor.zeros(1, 1);
        Tensor b = Tensor.zeros(1);
        Tape tape = lesson.tape();
        for (int r = 0; r < ROWS; r++) {
            for (int c = 0; c < COLUMNS; c++) {
                w.set(0, (float) (W.low() + c * (W.high() - W.low()) / (COLUMNS - 1)));
                b.set(0, (float) (B.low() + r * (B.high() - B.low()) / (ROWS - 1)));
                tape.rewind();
                z[r * COLUMNS + c] = MeanSquaredError.of(Linear.of(tape.constant(above), tape.constant(w),
                        tape.constant(b)), tape.constant(below)).value().item();
            }
        }
        return z;
    }

    private void rules() {
        // show: rules
        rule("sgd", p -> new Sgd(p, 0.1f));
        rule("momentum", p -> new Sgd(p, 0.05f, 0.9f, lesson.backend()));
        rule("nesterov", p -> new Sgd(p, 0.05f,
                Sgd.Settings.DEFAULT.withMomentum(0.9f).withNesterov(true), lesson.backend()));
        rule("rmsprop", p -> new RmsProp(p, 0.003f));
        rule("adagrad", p -> new Adagrad(p, 0.03f));
        rule("adam", p -> new Adam(p, 0.005f));
        rule("adamw", p -> new AdamW(p, 0.005f));
        // end
    }

    // show: rules
    void rule(String name, Function<List<Var>, Optimizer> rule) {
        Sequential model = network();
        List<History.Epoch> epochs = run(model, rule.apply(model.parameters()), 10, 32);
        print("%-9s training loss %.4f, test accuracy %.3f", name, epochs.getLast().trainLoss(),
                epochs.getLast().validationAccuracy());
        rules.add(curve(name, epochs));
    }
    // end

    private void rates() {
        // show: rates
        for (String rate : List.of("0.0001", "0.001", "0.01", "0.1", "1", "5")) {
            Sequential model = network();
            Sgd sgd = new Sgd(model.parameters(), Float.parseFloat(rate));
            List<History.Epoch> epochs = run(model, sgd, 6, 32);
            print("rate %-6s training loss %.4f, test accuracy %.3f", rate, epochs.getLast().trainLoss(),
                    epochs.getLast().validationAccuracy());
            rates.add(curve("rate " + rate, epochs));
        }
        // end
    }

    private void overflow() {
        // show: overflow
        Sequential model = network();
        try {
            run(model, new Sgd(model.parameters(), 1e20f), 8, 32);
            print("no overflow");
        } catch (NonFiniteException e) {
            print("%s", e.getMessage());
        }
        // end
    }

    private static Figure.Series curve(String name, List<History.Epoch> epochs) {
        double[] x = new double[epochs.size()];
        double[] y = new double[epochs.size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = epochs.get(i).epoch();
            y[i] = epochs.get(i).trainLoss();
        }
        return Figure.Series.of(name, x, y);
    }
}
