package lanegrad.optim;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import lanegrad.Backend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What optimizers ask of a gradient before they change a weight.
class GradientsTest {
    /// More than four vectors of 512 bits, one, and a rest.
    private static final int MOST = 90;
    private static final float[] FINITE = {1, -Float.MAX_VALUE, Float.MAX_VALUE, -0.0f, Float.MIN_VALUE};

    /// At every place of stretches of every length one value is not finite, or only beside the stretch.
    @ParameterizedTest
    @EnumSource
    void oneInfinityOrNaNIsFoundAtEveryPlace(Backend backend) {
        int from = 3;
        for (int n = 0; n <= MOST; n++) {
            float[] x = new float[from + n + 1];
            for (int i = 0; i < x.length; i++) {
                x[i] = FINITE[i % FINITE.length];
            }
            x[from - 1] = Float.NaN;
            x[from + n] = Float.POSITIVE_INFINITY;
            assertTrue(Gradients.finite(backend, x, from, from + n), n + " on " + backend);
            for (int i = from; i < from + n; i++) {
                float was = x[i];
                for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                    x[i] = bad;
                    assertFalse(Gradients.finite(backend, x, from, from + n), bad + " at " + (i - from) + " of " + n
                            + " on " + backend);
                }
                x[i] = was;
            }
        }
    }
}
