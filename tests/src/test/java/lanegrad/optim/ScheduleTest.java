package lanegrad.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ScheduleTest {
    // Ten steps an epoch; rates at these steps, exact.
    private static void rates(Schedule schedule, float base, int[] steps, float... rates) {
        for (int i = 0; i < steps.length; i++) {
            assertEquals(rates[i], schedule.rate(base, steps[i], 10), schedule + ", step " + steps[i]);
        }
    }

    @Test
    void exactValues() {
        int[] steps = {0, 9, 10, 19, 20, 39, 40, 1_000_000};
        rates(new Schedule.Constant(), 0.3f, steps, 0.3f, 0.3f, 0.3f, 0.3f, 0.3f, 0.3f, 0.3f, 0.3f);
        rates(new Schedule.StepDecay(2, 0.5f), 0.3f, steps, 0.3f, 0.3f, 0.3f, 0.3f, 0.15f, 0.15f, 0.075f, 0);
        rates(new Schedule.Exponential(0.5f), 0.3f, steps, 0.3f, 0.3f, 0.15f, 0.15f, 0.075f, 0.0375f, 0.01875f, 0);
        // A factor that is no power of 2: in double from the float, rounded once.
        assertEquals((float) (0.3f * Math.pow(0.1f, 3)), new Schedule.StepDecay(1, 0.1f).rate(0.3f, 30, 10));
    }

    @Test
    void cosine() {
        Schedule schedule = new Schedule.Cosine(4, 0.1f);
        // At 0, pi/2, pi, and after.
        rates(schedule, 0.5f, new int[] {0, 20, 40, 41, 1_000_000}, 0.5f, (float) (((double) 0.5f + 0.1f) / 2), 0.1f,
                0.1f, 0.1f);
        // At multiples of pi/3 and pi/2.
        rates(new Schedule.Cosine(3, 0), 1, new int[] {0, 10, 15, 20, 30}, 1, 0.75f, 0.5f, 0.25f, 0);
        float last = 1;
        for (int step = 1; step <= 40; step++) {
            float rate = schedule.rate(0.5f, step, 10);
            assertTrue(rate < last && rate >= 0.1f, "step " + step + ": " + rate + " after " + last);
            last = rate;
        }
        // No int overflow: 2^31 steps and more.
        assertEquals(0.5f, new Schedule.Cosine(1 << 20, 0).rate(1, 1 << 30, 1 << 11), 1e-6f);
    }

    @Test
    void warmup() {
        Schedule schedule = new Schedule.Warmup(2, new Schedule.StepDecay(1, 0.5f));
        rates(schedule, 0.5f, new int[] {0, 1, 5, 10, 19, 20, 29, 30, 40}, 0, 0.025f, 0.125f, 0.25f, 0.475f, 0.5f, 0.5f,
                0.25f, 0.125f);
        // A longer warm-up than ints can count steps: still on the way up.
        assertEquals(0.25f, new Schedule.Warmup(1 << 22, new Schedule.Constant()).rate(1, 1 << 30, 1 << 10));
    }

    @Test
    void warmupKeepsItsEpochsFromTheNext() {
        Schedule schedule = new Schedule.Warmup(2, new Schedule.Plateau(0.5f, 0, 0));
        schedule.epoch(1);
        schedule.epoch(2);
        schedule.epoch(3);
        assertEquals(1, schedule.rate(1, 30, 10));
        schedule.epoch(3);
        assertEquals(0.5f, schedule.rate(1, 40, 10));
    }

    @Test
    void plateau() {
        // Patience 2: the third epoch in a row without improvement lowers the rate.
        Schedule schedule = new Schedule.Plateau(0.5f, 2, 0.25f);
        assertEquals(0.5f, schedule.rate(0.5f, 0, 10));
        double[] losses = {8, 6.5, 7, 5.9, 6, 6, 4.4, 5, 5, 5, Double.NaN, 5, 5};
        // 8 is the best; 6.5 and 7 are not 25% below; 5.9 is; 6, 6 are not; 4.4 is: then 3 bad ones, and 3 more.
        float[] rates = {0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.25f, 0.25f, 0.25f, 0.125f};
        for (int i = 0; i < losses.length; i++) {
            schedule.epoch(losses[i]);
            assertEquals(rates[i], schedule.rate(0.5f, 10 * i, 10), "after epoch " + (i + 1));
        }
        // Exactly at the threshold is no improvement.
        Schedule exact = new Schedule.Plateau(0.5f, 0, 0.25f);
        exact.epoch(8);
        exact.epoch(6);
        assertEquals(0.5f, exact.rate(1, 0, 10));
        exact.epoch(Math.nextDown(6.0));
        assertEquals(0.5f, exact.rate(1, 0, 10));
        // A loss below 0 improves downwards too; a first loss of NaN or infinity is not the best.
        Schedule below = new Schedule.Plateau(0.5f, 0, 0.25f);
        below.epoch(-4);
        below.epoch(-5.1);
        assertEquals(1, below.rate(1, 0, 10));
        below.epoch(-6);
        assertEquals(0.5f, below.rate(1, 0, 10));
        Schedule late = new Schedule.Plateau(0.5f, 1, 0.25f);
        late.epoch(Double.NaN);
        late.epoch(3);
        late.epoch(2);
        assertEquals(1, late.rate(1, 0, 10));
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        for (float factor : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY}) {
            refused(() -> new Schedule.StepDecay(1, factor), "step decay: the factor is " + factor);
            refused(() -> new Schedule.Exponential(factor), "exponential decay: the factor is " + factor);
            refused(() -> new Schedule.Plateau(factor, 1, 0), "plateau: the factor is " + factor);
        }
        refused(() -> new Schedule.Plateau(1, 1, 0), "plateau: the factor is 1.0");
        refused(() -> new Schedule.Plateau(0.1f, -1, 0), "patience is -1");
        refused(() -> new Schedule.Plateau(0.1f, 1, 1), "threshold is 1.0");
        refused(() -> new Schedule.Cosine(1, -1), "floor is -1.0");
        refused(() -> new Schedule.Cosine(0, 0), "epochs is 0");
        refused(() -> new Schedule.StepDecay(0, 0.1f), "epochs is 0");
        refused(() -> new Schedule.Warmup(0, new Schedule.Constant()), "epochs is 0");
    }

    private static void refused(Runnable call, String words) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
        assertTrue(e.getMessage().contains(words), e.getMessage());
    }
}
