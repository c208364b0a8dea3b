package lanegrad.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import lanegrad.Tensor;
import org.junit.jupiter.api.Test;

/// Figures of classifiers against numbers worked out by hand, and those that scikit-learn's documentation prints.
class MetricsTest {
    /// The example of `classification_report`: class 0 has precision 0.50, recall 1.00 and f1 0.67, class 1 zeros (it
    /// is predicted once, wrongly), class 2 1.00, 0.67 and 0.80; accuracy 0.60, macro averages 0.50, 0.56, 0.49.
    @Test
    void theReportOfScikitLearnsDocumentation() {
        Metrics m = Metrics.of(new int[] {0, 1, 2, 2, 2}, new int[] {0, 0, 2, 2, 1}, 3);
        double[][] expected = {{0.5, 1, 2.0 / 3}, {0, 0, 0}, {1, 2.0 / 3, 0.8}};
        for (int c = 0; c < 3; c++) {
            assertArrayEquals(expected[c], new double[] {m.precision(c), m.recall(c), m.f1(c)}, 1e-15, "class " + c);
        }
        assertEquals(0.6, m.accuracy(), 1e-15);
        assertEquals(0.5, m.macroPrecision(), 1e-15);
        assertEquals(5.0 / 9, m.macroRecall(), 1e-15);
        assertEquals((2.0 / 3 + 0.8) / 3, m.macroF1(), 1e-15);
        assertEquals(1, m.predicted(1));
        assertEquals(3, m.support(2));
    }

    /// The example of `precision_score` and its siblings: macro 0.22, 0.33 and 0.26 on 0 1 2 0 1 2 against
    /// 0 2 1 0 0 1.
    @Test
    void theMacroFiguresOfScikitLearnsDocumentation() {
        Metrics m = Metrics.of(new int[] {0, 1, 2, 0, 1, 2}, new int[] {0, 2, 1, 0, 0, 1}, 3);
        assertEquals(2.0 / 9, m.macroPrecision(), 1e-15);
        assertEquals(1.0 / 3, m.macroRecall(), 1e-15);
        assertEquals(0.8 / 3, m.macroF1(), 1e-15);
    }

    /// The example of `confusion_matrix`.
    @Test
    void theMatrixOfScikitLearnsDocumentation() {
        Metrics m = Metrics.of(new int[] {2, 0, 2, 2, 0, 1}, new int[] {0, 0, 2, 2, 0, 2}, 3);
        assertArrayEquals(new int[][] {{2, 0, 0}, {0, 0, 1}, {1, 0, 2}}, m.confusion());
        assertEquals(6, m.size());
        assertEquals(4, m.correct());
    }

    @Test
    void aClassWithoutPredictionsOrExamplesIsZeroAndItsCountsSayWhy() {
        Metrics m = Metrics.of(new int[] {0, 0, 1}, new int[] {0, 0, 0}, 3);
        assertEquals(0, m.precision(1));
        assertEquals(0, m.predicted(1));
        assertEquals(1, m.support(1));
        assertEquals(0, m.recall(2));
        assertEquals(0, m.f1(2));
        assertEquals(0, m.support(2));
        assertEquals(2.0 / 9, m.macroPrecision(), 1e-15);
        assertEquals(0, new Metrics(new int[2][2]).accuracy());
    }

    @Test
    void badMatricesAreRefused() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new Metrics(new int[][] {{1, 2}})).getMessage()
                .contains("1 rows, and one of 2 columns"));
        assertThrows(IllegalArgumentException.class, () -> new Metrics(new int[0][]));
        assertThrows(IllegalArgumentException.class, () -> new Metrics(new int[][] {{-1}}));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Metrics.of(new int[2], new int[3], 2))
                .getMessage().contains("2 labels and 3 predictions"));
    }

    private static Evaluation evaluation(int[] labels, float[]... rows) {
        int columns = rows[0].length;
        Tensor logits = Tensor.zeros(rows.length, columns);
        int[] predictions = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, logits.data(), i * columns, columns);
            predictions[i] = (columns == 1 ? Targets.BINARY : Targets.LABELS).predict(logits.data(), i * columns,
                    columns);
        }
        return new Evaluation(0, logits.changed(), labels, predictions);
    }

    /// The example of `top_k_accuracy_score`: 0.75 of four examples within the first two.
    @Test
    void topTwoOfScikitLearnsDocumentation() {
        Evaluation e = evaluation(new int[] {0, 1, 2, 2}, new float[] {0.5f, 0.2f, 0.2f},
                new float[] {0.3f, 0.4f, 0.2f}, new float[] {0.2f, 0.4f, 0.3f}, new float[] {0.7f, 0.2f, 0.1f});
        assertEquals(0.5, e.topAccuracy(1));
        assertEquals(0.75, e.topAccuracy(2));
        assertEquals(1, e.topAccuracy(3));
        assertEquals(1, e.topAccuracy(9));
        assertThrows(IllegalArgumentException.class, () -> e.topAccuracy(0));
    }

    @Test
    void tiesAndNaNsAgreeWithThePrediction() {
        float nan = Float.NaN;
        float[][] rows = {{1, 1, 0}, {0, 1, 1}, {nan, 2, 1}, {2, nan, 1}, {nan, nan, nan}, {nan, nan, -1}, {1, 1, 1}};
        int[] predictions = {0, 1, 1, 0, 0, 2, 0};
        for (int i = 0; i < rows.length; i++) {
            for (int label = 0; label < 3; label++) {
                Evaluation e = evaluation(new int[] {label}, rows[i]);
                assertEquals(predictions[i], e.predictions()[0], "row " + i);
                assertEquals(e.accuracy(), e.topAccuracy(1), "row " + i + ", label " + label);
                assertEquals(1, e.topAccuracy(3), "row " + i + ", label " + label);
            }
        }
    }

    @Test
    void aSingleScoreIsReadAtZero() {
        Evaluation e = evaluation(new int[] {1, 1, 0, 0}, new float[] {1e-30f}, new float[] {0}, new float[] {-0f},
                new float[] {3});
        assertArrayEquals(new int[] {1, 0, 0, 1}, e.predictions());
        assertArrayEquals(new int[][] {{1, 1}, {1, 1}}, e.confusion());
        assertEquals(0.5, e.topAccuracy(1));
        assertEquals(1, e.topAccuracy(2));
        assertEquals(2, e.classes());
    }
}
