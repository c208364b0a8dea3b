package lanegrad.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import lanegrad.math.SplitMix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The distributions that weights begin with, and their names.
class InitTest {
    private static final int IN = 300;
    private static final int OUT = 200;

    private static float[] weights(Init init) {
        return Init.weights(init, IN, OUT, new SplitMix(5)).toArray();
    }

    /// The bounds are five deviations of the mean and of the variance of 60,000 draws: s / sqrt(n) and, for a normal
    /// distribution, whose fourth moment is the larger, s^2 sqrt(2 / n).
    @ParameterizedTest
    @CsvSource({
        "he,                0.00666666667, false",
        "he-normal,         0.00666666667, false",
        "he-uniform,        0.00666666667, true",
        "xavier,            0.004,         true",
        "xavier-uniform,    0.004,         true",
        "xavier-normal,     0.004,         false",
        "lecun,             0.00333333333, false",
        "lecun-normal,      0.00333333333, false",
        "lecun-uniform,     0.00333333333, true",
        "normal,            0.01,          false",
        "normal:0.5,        0.25,          false",
        "uniform:-0.3:0.3,  0.03,          true"})
    void meanVarianceAndTailsAreThoseOfTheDistribution(String name, double variance, boolean bounded) {
        float[] w = weights(Init.named(name));
        double sum = 0;
        double squares = 0;
        double largest = 0;
        for (float x : w) {
            sum += x;
            squares += (double) x * x;
            largest = Math.max(largest, Math.abs(x));
        }
        double deviation = Math.sqrt(variance);
        double mean = sum / w.length;
        double measured = squares / w.length;
        assertTrue(Math.abs(mean) <= 5 * deviation / Math.sqrt(w.length), name + ": mean " + mean);
        assertTrue(Math.abs(measured - variance) <= 5 * variance * Math.sqrt(2.0 / w.length),
                name + ": variance " + measured + " instead of " + variance);
        double edge = deviation * Math.sqrt(3);
        if (bounded) {
            assertTrue(largest <= edge * (1 + 1e-6) && largest > 0.999 * edge, name + ": largest " + largest);
        } else {
            assertTrue(largest > 3 * deviation, name + ": largest " + largest + " is none of a normal distribution");
        }
    }

    @Test
    void theFirstNamesKeepTheirMeaning() {
        SplitMix random = new SplitMix(5);
        float[] he = weights(Init.named("HE"));
        float[] xavier = weights(Init.named("xavier"));
        float[] uniform = weights(Init.named("uniform"));
        float[] normal = weights(Init.named("normal"));
        float limit = (float) Math.sqrt(6.0 / (IN + OUT));
        assertEquals((float) (random.nextGaussian() * Math.sqrt(2.0 / IN)), he[0]);
        assertEquals(new SplitMix(5).nextFloat(-limit, limit), xavier[0]);
        assertEquals(new SplitMix(5).nextFloat(0, 0.1f), uniform[0]);
        assertEquals((float) (new SplitMix(5).nextGaussian() * 0.1), normal[0]);
        assertArrayEquals(new float[IN * OUT], weights(Init.named("zero")));
        float[] quarter = weights(Init.named("constant:-0.25"));
        for (float x : quarter) {
            assertEquals(-0.25f, x);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"he", "he-uniform", "xavier", "xavier-normal", "lecun", "lecun-uniform", "uniform",
        "uniform:-0.5:2.0", "normal", "normal:0.25", "zero", "constant:0.5"})
    void aNameComesBack(String name) {
        assertEquals(name, Init.named(name).name());
        assertEquals(Init.named(name), Init.named(Init.named(name).name()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "hee               | init 'hee' is unknown; choose one of he, he-normal",
        "he:2              | init 'he:2' is unknown; choose one of he",
        "zero:1            | init 'zero:1' is unknown",
        "''                | init '' is unknown",
        "uniform:1         | init 'uniform:1' has 1 number and takes 2; write for instance uniform:-0.1:0.1",
        "uniform:1:2:3     | init 'uniform:1:2:3' has 3 numbers and takes 2",
        "constant          | init 'constant' has 0 numbers and takes 1; write for instance constant:0.1",
        "uniform:0:much    | init 'uniform:0:much': 'much' is not a number",
        "uniform:0.1:0.1   | init uniform: the interval [0.1, 0.1) is empty or not finite",
        "uniform:0:NaN     | init uniform: the interval [0.0, NaN) is empty or not finite",
        "normal:0          | init normal: the deviation is 0.0; give a number above 0",
        "normal:-1         | init normal: the deviation is -1.0; give a number above 0",
        "normal:1e300      | init normal: the deviation is 1.0E300; give a number above 0",
        "constant:Infinity | init constant: the value is Infinity; give a finite one"})
    void aBadNameIsASentence(String name, String sentence) {
        String message = assertThrows(IllegalArgumentException.class, () -> Init.named(name)).getMessage();
        assertTrue(message.contains(sentence), message);
    }
}
