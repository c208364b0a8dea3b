package lanegrad.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lanegrad.Tensor;
import lanegrad.data.Dataset;
import lanegrad.data.Digits;
import lanegrad.data.Split;
import org.junit.jupiter.api.Test;

/// Rosenblatt's rule: it finds what one unit can tell apart, and never ends on what it cannot.
class PerceptronTest {
    private static Dataset gate(int... outputs) {
        return new Dataset(Tensor.of(new float[] {0, 0, 0, 1, 1, 0, 1, 1}, 4, 2), outputs, 2);
    }

    @Test
    void orByHand() {
        Perceptron unit = new Perceptron(2);
        Perceptron.Learning learning = unit.learn(gate(0, 1, 1, 1), 1, 100);
        // Epoch 1: (0,1) is taken for 0: w = (0,1), b = 1; then all is right.
        // Epoch 2: (0,0) is taken for 1: b = 0; (1,0) for 0: w = (1,1), b = 1.
        // Epoch 3: (0,0) again: b = 0. Epoch 4: none.
        assertEquals(List.of(1, 2, 1, 0), learning.mistakes());
        assertTrue(learning.converged());
        assertArrayEquals(new float[] {1, 1}, unit.weights().toArray());
        assertEquals(0, unit.bias());
        assertEquals(4, learning.total());
    }

    /// Novikoff: AND is separated by (1, 1, -1.5) / |.| with distance 0.5 / sqrt(4.25), and the longest example,
    /// (1, 1, 1), has length sqrt 3: at most 3 * 4.25 / 0.25 = 51 mistakes.
    @Test
    void andConvergesWithinNovikoffsBound() {
        Perceptron unit = new Perceptron(2);
        Perceptron.Learning learning = unit.learn(gate(0, 0, 0, 1), 0.5f, 100);
        assertTrue(learning.converged(), learning.toString());
        assertTrue(learning.total() <= 51, learning.toString());
        assertEquals(1, unit.evaluate(gate(0, 0, 0, 1)).accuracy());
    }

    @Test
    void theRateOnlyScalesTheWeights() {
        Perceptron one = new Perceptron(2);
        Perceptron four = new Perceptron(2);
        assertEquals(one.learn(gate(0, 0, 0, 1), 1, 100), four.learn(gate(0, 0, 0, 1), 4, 100));
        for (int i = 0; i < 2; i++) {
            assertEquals(4 * one.weights().get(i), four.weights().get(i));
        }
        assertEquals(4 * one.bias(), four.bias());
    }

    @Test
    void xorNeverConverges() {
        Perceptron unit = new Perceptron(2);
        Perceptron.Learning learning = unit.learn(gate(0, 1, 1, 0), 1, 1000);
        assertFalse(learning.converged());
        assertEquals(1000, learning.mistakes().size());
        assertFalse(learning.mistakes().contains(0));
        assertTrue(unit.evaluate(gate(0, 1, 1, 0)).accuracy() <= 0.75, "no unit is right on all four");
    }

    /// Whole pixels and rate 1 keep every sum exact.
    @Test
    void aDigitAgainstTheRest() {
        Split digits = Split.of(Digits.load(), 0.2, 42);
        Dataset train = digits.train().relabeled(2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        Dataset test = digits.test().relabeled(2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        Perceptron unit = new Perceptron(Digits.COLUMNS);
        Perceptron.Learning learning = unit.learn(train, 1, 200);
        assertTrue(learning.converged(), "0 against the rest: mistakes " + learning.mistakes());
        assertEquals(1, unit.evaluate(train).accuracy());
        Metrics m = unit.evaluate(test);
        assertTrue(m.accuracy() > 0.98 && m.f1(1) > 0.9, m.accuracy() + " " + m.f1(1));
        // 8 is no half-space: mistakes grow fewer and do not end.
        Dataset eights = digits.train().relabeled(2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0);
        Perceptron.Learning eight = new Perceptron(Digits.COLUMNS).learn(eights, 1, 20);
        assertFalse(eight.converged());
        assertTrue(eight.mistakes().getLast() < eight.mistakes().getFirst() / 2, eight.toString());
    }

    @Test
    void whatDoesNotFitIsASentence() {
        Perceptron unit = new Perceptron(3);
        assertRefused("the data has 2 features, the unit 3 weights", () -> unit.learn(gate(0, 1, 1, 1), 1, 1));
        assertRefused("the data has 10 classes", () -> new Perceptron(64).learn(Digits.load(), 1, 1));
        assertRefused("the rate is NaN", () -> new Perceptron(2).learn(gate(0, 1, 1, 1), Float.NaN, 1));
        assertRefused("epochs is 0", () -> new Perceptron(2).learn(gate(0, 1, 1, 1), 1, 0));
        assertRefused("features is 0", () -> new Perceptron(0));
        Dataset huge = new Dataset(Tensor.of(new float[] {Float.POSITIVE_INFINITY}, 1, 1), new int[] {1}, 2);
        assertTrue(assertThrows(ArithmeticException.class, () -> new Perceptron(1).learn(huge, 1, 1)).getMessage()
                .contains("the sum for example 0 is NaN"));
    }

    private static void assertRefused(String sentence, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(sentence), message);
    }
}
