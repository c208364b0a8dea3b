package lanegrad.bench;

import java.util.Locale;
import lanegrad.data.Dataset;
import lanegrad.nn.Evaluation;

/// What a trained classifier does on the test digits: the confusion matrix, and the digits that it misreads.
final class Report {
    private static final int SIDE = 8;
    private static final int SHOWN = 4;

    private final Terminal terminal;

    Report(Terminal terminal) {
        this.terminal = terminal;
    }

    void print(Dataset test, Evaluation result) {
        confusion(result.confusion());
        misread(test, result);
    }

    private void confusion(int[][] counts) {
        terminal.out.println();
        terminal.out.println("read as    0    1    2    3    4    5    6    7    8    9");
        for (int r = 0; r < counts.length; r++) {
            StringBuilder line = new StringBuilder(String.format("digit %d ", r));
            for (int c = 0; c < counts[r].length; c++) {
                String cell = String.format("%5s", counts[r][c] == 0 ? terminal.nothing() : counts[r][c]);
                line.append(counts[r][c] == 0 ? terminal.dim(cell) : r == c ? terminal.bold(cell)
                        : terminal.red(cell));
            }
            terminal.out.println(line);
        }
        terminal.out.println();
    }

    private void misread(Dataset test, Evaluation result) {
        int wrong = result.size() - result.correct();
        if (wrong == 0) {
            return;
        }
        terminal.out.println("Misread, " + Math.min(SHOWN, wrong) + " of " + wrong + ":");
        terminal.out.println();
        int shown = 0;
        for (int i = 0; i < result.size() && shown < SHOWN; i++) {
            if (result.predictions()[i] != result.labels()[i]) {
                digit(test, result, i);
                shown++;
            }
        }
    }

    private void digit(Dataset test, Evaluation result, int i) {
        double[] p = softmax(result, i);
        Integer[] order = new Integer[p.length];
        for (int c = 0; c < p.length; c++) {
            order[c] = c;
        }
        java.util.Arrays.sort(order, (a, b) -> Double.compare(p[b], p[a]));
        for (int row = 0; row < SIDE; row++) {
            StringBuilder line = new StringBuilder("  ");
            for (int column = 0; column < SIDE; column++) {
                line.append(terminal.shade(test.x().get(i, row * SIDE + column)));
            }
            line.append("   ");
            if (row == 1) {
                line.append("test digit ").append(i).append(" is a ").append(result.labels()[i]).append("; read as");
            } else if (row >= 2 && row <= 4) {
                int c = order[row - 2];
                line.append(String.format(Locale.ROOT, "%d  %5.1f%%  %s", c, 100 * p[c], terminal.bar(p[c], 20)));
            }
            terminal.out.println(line.toString().stripTrailing());
        }
        terminal.out.println();
    }

    private static double[] softmax(Evaluation result, int i) {
        int classes = result.logits().shape().extent(1);
        double[] p = new double[classes];
        double max = result.logits().get(i, result.predictions()[i]);
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            p[c] = Math.exp(result.logits().get(i, c) - max);
            sum += p[c];
        }
        for (int c = 0; c < classes; c++) {
            p[c] /= sum;
        }
        return p;
    }
}
