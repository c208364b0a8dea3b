package lanegrad.op;

import java.util.Arrays;
import java.util.List;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.kernel.Axis;
import lanegrad.kernel.Lines;
import lanegrad.kernel.Sums;

/// What [Sum] and [Mean] share: the sums of lines, in the order of [Lines].
abstract class Total extends LineOp {
    private static final int TOTALS = OWN;
    private static final int EACH = OWN + 1;

    private final boolean mean;

    Total(String name, Axis axis, boolean mean) {
        super(name + axis.suffix(), axis, true, !mean);
        this.mean = mean;
    }

    // What the sum of n elements is divided by.
    private int divisor(int n) {
        return mean ? n : 1;
    }

    @Override
    public final void forward(Tape.Entry e) {
        float[] s = numbers(e, TOTALS);
        float[] y = e.y().data();
        sum(e, in(e, e.x(0).data()), s);
        divide(s, y, lines(e), divisor(length(e)));
    }

    @Override
    public final void backward(Tape.Entry e) {
        if (e.wants(0)) {
            float[] each = numbers(e, EACH);
            float[] x = e.x(0).data();
            divide(e.dy().data(), each, lines(e), divisor(length(e)));
            spread(e, x, each);
        }
    }

    // Short rows need no transposing for this: a fill each.
    private void spread(Tape.Entry e, float[] x, float[] each) {
        float[] dx = e.dx(0).data();
        int n = columns(e);
        if (!Lines.transposes(e.backend(), axis, n)) {
            mapOut(e, SPREAD, x, x, each, each, dx, e.adds(0));
            return;
        }
        for (int i = 0; i < rows(e); i++) {
            if (e.adds(0)) {
                for (int j = i * n; j < (i + 1) * n; j++) {
                    dx[j] = Sums.canonical(dx[j] + each[i]);
                }
            } else {
                Arrays.fill(dx, i * n, (i + 1) * n, Sums.canonical(each[i]));
            }
        }
    }

    @Override
    public final Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        Real[][] lines = lines(shapes[0], x[0]);
        Real[] y = new Real[lines.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = Real.sum(lines[i]).over(divisor(lines[i].length));
        }
        return y;
    }

    final Operation.Bound bound() {
        String text = (axis == Axis.ALL ? "(log2(n) + 10) 2^-24 times the " : "its roundings times 2^-24 times the ")
                + (mean ? "mean" : "sum") + " of |x|";
        return new Operation.Bound(text, (attribute, shapes, x, y) -> {
            double[][] lines = lines(shapes[0], x[0]);
            double[] limit = new double[lines.length];
            for (int i = 0; i < limit.length; i++) {
                for (double v : lines[i]) {
                    limit[i] += Math.abs(v);
                }
                limit[i] *= (Lines.roundings(axis, lines[i].length) + (axis == Axis.ALL ? 0 : 1)) * 0x1p-24
                        / divisor(lines[i].length);
            }
            return limit;
        });
    }

    /// Cases around the widths of vectors, and where the order changes.
    static List<Operation.Case> cases(Axis axis) {
        return switch (axis) {
            case ALL -> List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 19)),
                    Operation.Case.of(Operation.Range.of(0, 1, 5000)));
            case ROWS -> List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 10)),
                    Operation.Case.of(Operation.Range.of(-4, 4, 33, 3)),
                    Operation.Case.of(Operation.Range.of(0, 1, 3, 150)));
            case COLUMNS -> List.of(Operation.Case.of(Operation.Range.of(-4, 4, 7, 10)),
                    Operation.Case.of(Operation.Range.of(-4, 4, 5, 35)),
                    Operation.Case.of(Operation.Range.of(0, 1, 130, 3)));
        };
    }
}
