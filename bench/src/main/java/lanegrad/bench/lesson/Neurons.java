package lanegrad.bench.lesson;

import java.util.ArrayList;
import java.util.List;
import lanegrad.data.Dataset;

/// Chapter 1: the threshold unit of McCulloch and Pitts, and the perceptron of Rosenblatt.
final class Neurons extends Chapter {
    private static final int[][] CORNERS = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
    private static final int PASSES = 40;

    // What the snippets leave for the pictures: of AND, OR, XOR the line after each step.
    private final List<List<Figure.Edge>> learned = new ArrayList<>();
    private final List<String> mistakes = new ArrayList<>();
    private final float[][] detector = new float[10][];
    private final double[][] errors = new double[10][PASSES];
    private final int[] hits = new int[10];

    Neurons(Lesson lesson) {
        super(lesson, 1, "Neurons");
    }

    @Override
    void write() {
        prose("""
                A nerve cell collects signals on its branches, the dendrites. When what has arrived within a few
                milliseconds is enough, it fires: a pulse runs down its one long fibre, the axon, to the next cells. A
                contact between two cells, a synapse, can be strong or weak, and can excite or inhibit. In 1943 (one
                often reads 1944) the physiologist Warren McCulloch and the logician Walter Pitts left all else away
                and asked what such cells could compute.""");
        heading("A unit with a threshold");
        prose("""
                Their unit gets inputs that are 0 or 1, multiplies each by a *weight* (how much that input counts, and
                in which direction), adds up, and says 1 if the sum reaches a *threshold*, otherwise 0. With weights and
                thresholds chosen by hand it is a gate of logic:""");
        formula("y = 1 if x₁w₁ + x₂w₂ + … ≥ threshold, else 0");
        code("gates");
        prose("""
                Two inputs are the corners of a square. The unit draws a straight line through it: 1 on one side, 0
                on the other. For *exclusive or* (one or the other, not both) the corners that should be 1 lie across
                from each other, and no straight line parts them from the rest.""");
        figure("gates", new Figure.Plane("Three gates as lines through a square", List.of("AND", "OR", "XOR"),
                List.of(points(0, 0, 0, 1), points(0, 1, 1, 1), points(0, 1, 1, 0)),
                List.of(List.of(new Figure.Edge(1, 1, 1.5)), List.of(new Figure.Edge(1, 1, 0.5)), List.of()), null), """
                The four pairs of inputs; a filled dot is a pair for which the gate says 1. The shaded side is where one
                unit says 1. For XOR there is no such line.""");
        prose("A search agrees. There are 16 functions of two bits; of these, one unit can be:");
        code("reach");
        question("Can it be proved that no unit is XOR?", """
                Yes, in four lines. 0 for (0, 0) means threshold > 0. 1 for (0, 1) and for (1, 0) means w₂ ≥ threshold
                and w₁ ≥ threshold. Then w₁ + w₂ ≥ 2 · threshold, which is more than the threshold, so (1, 1) gives 1,
                and XOR wants 0. Two units feeding a third can do it: (x₁ OR x₂) AND NOT (x₁ AND x₂). That is
                a network with a hidden layer, which chapter 6 comes to.""");
        heading("A unit that learns");
        prose("""
                In 1957 Frank Rosenblatt let the weights be found instead of set. His *perceptron* starts with weights
                of 0 and looks at one example after another. When its answer is right it does nothing. When it should
                have said 1, it adds the input to the weights; when it should have said 0, it subtracts the input. The
                threshold learns as well: it is written as a *bias* b, a weight on an input that is always 1.""");
        code("perceptron");
        figure("perceptron", new Figure.Plane("The perceptron's line, mistake by mistake", List.of("AND", "OR", "XOR"),
                List.of(points(0, 0, 0, 1), points(0, 1, 1, 1), points(0, 1, 1, 0)), learned,
                new Figure.Frames("correction", corrections())), """
                Step through the corrections. For AND and OR the line comes to rest; for XOR it wanders for ever. That
                it comes to rest whenever some line is right is a theorem (Novikoff, 1962).""");
        question("Why does adding the input help?", """
                The sum for that same input grows by x · x + 1, which is above 0, so the next time its answer is nearer
                to 1. Other examples may suffer; that is why it takes several passes.""");
        heading("A digit against the rest");
        prose("""
                The same rule with 64 inputs instead of two, the pixels of a handwritten digit (chapter 2 shows
                them): ten perceptrons, each to say whether an image is *its* digit or not.""");
        code("detectors");
        figure("detectors", new Figure.Lines("Corrections in each pass over the training digits",
                Figure.Axis.of("pass"), Figure.Axis.of("corrections"), detectorCurves()), """
                Corrections per pass. A curve at 0 has converged: a plane in 64 dimensions parts that digit from all
                others in the training data. The others go on making mistakes.""");
        figure("templates", new Figure.Digits("The 64 weights of each perceptron", List.of(templates()), true,
                largest(), null, false, false), """
                What they learned, each perceptron's 64 weights put back where their pixels are: in orange the
                pixels that speak for the digit, in blue those that speak against it.""");
        prose(text("""
                Some digits are not to be had by one unit, as XOR is not: 8 shares its strokes with half of the
                others. A detector that never says yes would be right for nine tenths of the images, so look at the
                misses too: perceptron 8 is right on %d of the 360 test digits, of which %d are 8s.""", hits[8],
                count(lesson.split().test(), 8)));
        heading("How far the analogy goes");
        table("What became of what.", List.of("nerve cell", "unit"), List.of(
                List.of("dendrites, where signals arrive", "inputs x"),
                List.of("a synapse, strong or weak", "a weight w, large or small"),
                List.of("exciting or inhibiting", "above or below 0"),
                List.of("the cell body, where they add up", "the sum z"),
                List.of("the level from which on it fires", "the threshold, or minus the bias b"),
                List.of("the pulse along the axon", "the output y"),
                List.of("learning: synapses change", "learning: weights change")));
        points("""
                *What was kept:* many inputs, strengths that can be learned, a sum, an answer only when there is enough,
                and that knowledge sits in the strength of connections.""", """
                *What was left away:* time. Real cells answer with trains of pulses whose rate and moment matter; a unit
                gives one number.""", """
                *What differs:* a real cell excites or inhibits, hardly ever both, while a weight may change its
                sign. A dendrite computes by itself. And nobody has found in the brain the backward pass by which our
                networks learn (chapter 8).""");
        prose("From here on, *neuron* or *unit* means the sum and what is done with it, and nothing of biology.");
        tryThis("lanegrad lesson --chapter 1 --seed 7", """
                The perceptrons see the digits in another order. Which digits still converge, and which never do?""");
    }

    // show: gates
    static int unit(int[] x, int[] w, int threshold) {
        int sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * w[i];
        }
        return sum >= threshold ? 1 : 0;
    }
    // end

    private void gates() {
        // show: gates
        int[] both = {1, 1};
        for (int[] x : new int[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}}) {
            print("%d and %d = %d     %1$d or %2$d = %d", x[0], x[1],
                    unit(x, both, 2), unit(x, both, 1));
        }
        for (int x = 0; x <= 1; x++) {
            print("not %d = %d", x, unit(new int[] {x}, new int[] {-1}, 0));
        }
        // end
    }

    private void reach() {
        // show: reach
        boolean[] found = new boolean[16];
        for (int w1 = -2; w1 <= 2; w1++) {
            for (int w2 = -2; w2 <= 2; w2++) {
                for (int threshold = -4; threshold <= 4; threshold++) {
                    int[] w = {w1, w2};
                    int table = 0;
                    for (int i = 0; i < 4; i++) {
                        table |= unit(CORNERS[i], w, threshold) << i;
                    }
                    found[table] = true;
                }
            }
        }
        int count = 0;
        for (int table = 0; table < 16; table++) {
            count += found[table] ? 1 : 0;
            if (!found[table]) {
                print("not found: 00 -> %d, 01 -> %d, 10 -> %d, 11 -> %d",
                        table & 1, table >> 1 & 1, table >> 2 & 1, table >> 3 & 1);
            }
        }
        print("%d of 16", count);
        // end
    }

    // show: perceptron
    // w[0] and w[1] are the weights, w[2] is the bias. True if something had to be corrected.
    static boolean correct(float[] w, int[] x, int wanted) {
        int said = x[0] * w[0] + x[1] * w[1] + w[2] > 0 ? 1 : 0;
        int error = wanted - said;
        w[0] += error * x[0];
        w[1] += error * x[1];
        w[2] += error;
        return error != 0;
    }
    // end

    private void perceptron() {
        int[][] gate = {{0, 0, 0, 1}, {0, 1, 1, 1}, {0, 1, 1, 0}};
        String[] name = {"AND", "OR", "XOR"};
        // show: perceptron
        for (int g = 0; g < 3; g++) {
            float[] w = new float[3];
            List<Figure.Edge> lines = new ArrayList<>();
            StringBuilder perPass = new StringBuilder();
            int corrections = 1;
            for (int pass = 1; pass <= 12 && corrections > 0; pass++) {
                corrections = 0;
                for (int i = 0; i < 4; i++) {
                    if (correct(w, CORNERS[i], gate[g][i])) {
                        corrections++;
                        lines.add(new Figure.Edge(w[0], w[1], -w[2]));
                    }
                }
                perPass.append(' ').append(corrections);
            }
            print("%-3s  corrections per pass:%s%s", name[g], perPass, corrections > 0 ? " …"
                    : text(";  w = %.0f, %.0f, b = %.0f", w[0], w[1], w[2]));
            learned.add(lines);
        }
        // end
    }

    private List<String> corrections() {
        int most = learned.stream().mapToInt(List::size).max().orElseThrow();
        for (int i = 1; i <= most; i++) {
            mistakes.add("after correction " + i);
        }
        return mistakes;
    }

    private void detectors() {
        // show: detectors
        Dataset train = lesson.split().train();
        Dataset test = lesson.split().test();
        for (int digit = 0; digit < 10; digit++) {
            float[] w = new float[65];
            int[] order = Lesson.naturals(train.size());
            int last = 0;
            for (int pass = 0; pass < PASSES; pass++) {
                lesson.random("digit " + digit + " pass " + pass).shuffle(order);
                for (int i : order) {
                    int error = (train.y()[i] == digit ? 1 : 0) - says(w, train, i);
                    if (error != 0) {
                        for (int p = 0; p < 64; p++) {
                            w[p] += error * train.x().get(i, p);
                        }
                        w[64] += error;
                        errors[digit][pass]++;
                        last = pass + 1;
                    }
                }
            }
            for (int i = 0; i < test.size(); i++) {
                hits[digit] += says(w, test, i) == (test.y()[i] == digit ? 1 : 0) ? 1 : 0;
            }
            print("%d  %-25s right on %d of %d test digits", digit, last < PASSES
                    ? "no mistake after pass " + last
                    : text("%.0f mistakes in pass %d", errors[digit][PASSES - 1], PASSES),
                    hits[digit], test.size());
            detector[digit] = w;
        }
        // end
    }

    private static int says(float[] w, Dataset data, int row) {
        float sum = w[64];
        float[] x = data.x().data();
        for (int p = 0; p < 64; p++) {
            sum += w[p] * x[row * 64 + p];
        }
        return sum > 0 ? 1 : 0;
    }

    private static int count(Dataset data, int label) {
        int count = 0;
        for (int y : data.y()) {
            count += y == label ? 1 : 0;
        }
        return count;
    }

    private List<Figure.Series> detectorCurves() {
        double[] pass = new double[PASSES];
        for (int i = 0; i < PASSES; i++) {
            pass[i] = i + 1;
        }
        List<Figure.Series> curves = new ArrayList<>();
        for (int digit = 0; digit < 10; digit++) {
            curves.add(Figure.Series.of("digit " + digit, pass, errors[digit]));
        }
        return curves;
    }

    private List<Figure.Image> templates() {
        List<Figure.Image> images = new ArrayList<>();
        for (int digit = 0; digit < 10; digit++) {
            images.add(new Figure.Image(java.util.Arrays.copyOf(detector[digit], 64), String.valueOf(digit)));
        }
        return images;
    }

    private float largest() {
        float most = 0;
        for (float[] w : detector) {
            for (int p = 0; p < 64; p++) {
                most = Math.max(most, Math.abs(w[p]));
            }
        }
        return most;
    }

    private static List<Figure.Point> points(int... on) {
        List<Figure.Point> points = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            points.add(new Figure.Point(CORNERS[i][0], CORNERS[i][1], on[i] == 1));
        }
        return points;
    }
}
