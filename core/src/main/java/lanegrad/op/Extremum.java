package lanegrad.op;

import java.util.Arrays;
import java.util.ArrayList;
import java.util.List;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.kernel.Axis;
import lanegrad.kernel.LineMap;

/// What [Max] and [Min] share.
abstract class Extremum extends LineOp {
    private static final int NUMBERS = OWN;
    private static final int COUNTS = OWN + 1;
    private static final int TIES = OWN + 2;

    Extremum(String name, Axis axis) {
        super(name + axis.suffix(), axis, true, false);
    }

    abstract void extreme(Tape.Entry e, float[] x, float[] y);

    abstract double exact(double a, double b);

    /// `q` where x is the extreme p, else 0; `q` everywhere for a NaN p.
    abstract LineMap share();

    @Override
    public final void forward(Tape.Entry e) {
        float[] y = numbers(e, NUMBERS);
        if (lines(e) > 0) {
            extreme(e, in(e, e.x(0).data()), y);
        }
        System.arraycopy(y, 0, e.y().data(), 0, lines(e));
    }

    @Override
    public final void backward(Tape.Entry e) {
        if (!e.wants(0)) {
            return;
        }
        float[] x = in(e, e.x(0).data());
        float[] y = e.y().data();
        float[] dy = e.dy().data();
        float[] counts = numbers(e, COUNTS);
        float[] ties = matrix(e, TIES);
        Arrays.fill(counts, 1);
        map(e, share(), x, x, y, counts, ties);
        sum(e, ties, counts);
        for (int i = 0; i < lines(e); i++) {
            counts[i] = y[i] != y[i] ? y[i] : dy[i] / counts[i];
        }
        mapOut(e, share(), x, x, y, counts, e.dx(0).data(), e.adds(0));
    }

    @Override
    public final Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
        Real[][] lines = lines(shapes[0], x[0]);
        Real[] y = new Real[lines.length];
        for (int i = 0; i < y.length; i++) {
            double extremum = lines[i][0].value();
            for (Real v : lines[i]) {
                extremum = exact(extremum, v.value());
            }
            // Ties share the gradient equally: their mean.
            List<Real> ties = new ArrayList<>();
            for (Real v : lines[i]) {
                if (v.value() == extremum || v.value() != v.value() && extremum != extremum) {
                    ties.add(v);
                }
            }
            Real first = ties.get(0);
            y[i] = ties.size() == 1 ? first : Real.sum(ties.toArray(new Real[0])).over(ties.size());
            for (Real v : lines[i]) {
                y[i] = v == first ? y[i] : y[i].branched(v, first, 1);
            }
        }
        return y;
    }

    static List<Operation.Case> cases(Axis axis) {
        return switch (axis) {
            case ALL -> List.of(of(7, 19), of(150));
            case ROWS -> List.of(of(7, 10), of(33, 3), of(2, 70));
            case COLUMNS -> List.of(of(7, 10), of(3, 35), of(70, 2));
        };
    }

    // Among all elements none are closer to each other than a finite difference is wide.
    private static Operation.Case of(int... extents) {
        return Operation.Case.of(Operation.Range.of(-80, 80, extents)).kinks(Operation.Case.Kinks.TIES);
    }
}
