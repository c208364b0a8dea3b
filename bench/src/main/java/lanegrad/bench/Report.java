package lanegrad.bench;

import java.util.Locale;
import lanegrad.data.Dataset;
import lanegrad.nn.Evaluation;
import lanegrad.nn.Objective;

/// What a trained classifier does on the test digits: the confusion matrix, and the images that it misreads.
final class Report {
    private static final int SIDE = 8;
    private static final int SHOWN = 4;

    private final Terminal terminal;
    private final Task task;
    private final Objective objective;

    Report(Terminal terminal, Task task, Objective objective) {
        this.terminal = terminal;
        this.task = task;
        this.objective = objective;
    }

    void print(Dataset test, Evaluation result) {
        confusion(result.confusion());
        misread(test, result);
    }

    private void confusion(int[][] counts) {
        terminal.out.println();
        StringBuilder header = new StringBuilder("read as");
        for (String name : task.classes) {
            header.append(String.format("%5s", name));
        }
        terminal.out.println(header);
        for (int r = 0; r < counts.length; r++) {
            String name = task.classes.get(r);
            StringBuilder line = new StringBuilder(String.format("%-8s", task == Task.DIGITS ? "digit " + name : name));
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
        double[] p = objective.shares(result.logits(), i);
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
                line.append("test digit ").append(i).append(task == Task.DIGITS ? " shows " : " is ")
                        .append(task.classes.get(result.labels()[i])).append("; read as");
            } else if (row >= 2 && row <= 4 && row - 2 < p.length) {
                int c = order[row - 2];
                line.append(String.format(Locale.ROOT, task == Task.DIGITS ? "%s  " : "%-4s  ", task.classes.get(c)))
                        .append(objective.probabilistic() ? String.format(Locale.ROOT, "%5.1f%%", 100 * p[c])
                                : String.format(Locale.ROOT, "%6.3f", p[c]))
                        .append("  ").append(terminal.bar(p[c], 20));
            }
            terminal.out.println(line.toString().stripTrailing());
        }
        terminal.out.println();
    }
}
