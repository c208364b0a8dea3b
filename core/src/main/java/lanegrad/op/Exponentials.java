package lanegrad.op;

import jdk.incubator.vector.FloatVector;
import lanegrad.Real;
import lanegrad.Tape;
import lanegrad.kernel.Axis;
import lanegrad.kernel.LineMap;
import lanegrad.kernel.Lines;
import lanegrad.kernel.RowSoftmax;
import lanegrad.math.Log;

/// What [Softmax], [LogSoftmax] and [LogSumExp] share: the exponentials of a line, less its maximum, and their sum.
abstract class Exponentials extends LineOp {
    static final int SOFTMAX = OWN;
    static final int MAXIMA = OWN + 1;
    static final int SUMS = OWN + 2;
    static final int OTHER = OWN + 3;
    static final int MORE = OWN + 4;

    private static final LineMap EXP = new LineMap() {
        @Override
        public float scalar(float x, float z, float p, float q) {
            return lanegrad.math.Exp.scalar(x - p);
        }

        @Override
        public Lanes lanes() {
            return new VectorExp();
        }
    };
    private static final LineMap LOG = new LineMap() {
        @Override
        public float scalar(float x, float z, float p, float q) {
            return Log.scalar(x);
        }

        @Override
        public Lanes lanes() {
            return new VectorLog();
        }
    };

    Exponentials(String name, Axis axis, boolean reduces) {
        super(name + axis.suffix(), axis, reduces, true);
    }

    /// Writes the softmax of `x` to `y`, both laid out as the kernels want it, and the maxima and sums of the lines to
    /// scratch. Of a line with a NaN, the maximum is NaN or that of the others, and all else NaN.
    final void softmax(Tape.Entry e, float[] x, float[] y) {
        float[] max = numbers(e, MAXIMA);
        float[] s = numbers(e, SUMS);
        if (Lines.transposes(e.backend(), axis, columns(e))) {
            System.arraycopy(x, 0, y, 0, Lines.width(lines(e)) * columns(e));
            RowSoftmax.across(Exp.OP.loop(e.backend()), y, columns(e), Lines.width(lines(e)), s, 0, max, 0);
            return;
        }
        float[] inverse = numbers(e, OTHER);
        max(e, x, max);
        map(e, EXP, x, x, max, max, y);
        sum(e, y, s);
        for (int i = 0; i < lines(e); i++) {
            inverse[i] = 1 / s[i];
        }
        map(e, TIMES, y, y, inverse, inverse, y);
    }

    /// The logarithms of the sums.
    final float[] logs(Tape.Entry e) {
        float[] s = numbers(e, SUMS);
        float[] logs = numbers(e, OTHER);
        LOG.run(e.backend(), Axis.ALL, 1, lines(e), s, s, s, s, logs, false);
        return logs;
    }

    /// Maximum, logarithm of the sum, of each line in double.
    record Line(double max, double log) {
        static Line of(double[] x) {
            double max = Double.NEGATIVE_INFINITY;
            for (double v : x) {
                max = Math.max(max, v);
            }
            double s = 0;
            for (double v : x) {
                s += StrictMath.exp(v - max);
            }
            return new Line(max, StrictMath.log(s));
        }
    }

    /// [Line] exactly: the maximum as a constant, for it only keeps `exp` in range and cancels, derivative and all.
    record Exact(double max, Real log) {
        static Exact of(Real[] x) {
            double max = Double.NEGATIVE_INFINITY;
            for (Real v : x) {
                max = Math.max(max, v.value());
            }
            Real[] e = new Real[x.length];
            for (int i = 0; i < e.length; i++) {
                e[i] = x[i].minus(max).exp();
            }
            return new Exact(max, Real.sum(e).log());
        }
    }

    private static final class VectorExp implements LineMap.Lanes {
        @Override
        public FloatVector vector(FloatVector x, FloatVector z, FloatVector p, FloatVector q) {
            return lanegrad.math.Exp.Lanes.vector(x.sub(p));
        }
    }

    private static final class VectorLog implements LineMap.Lanes {
        @Override
        public FloatVector vector(FloatVector x, FloatVector z, FloatVector p, FloatVector q) {
            return Log.Lanes.vector(x);
        }
    }
}
