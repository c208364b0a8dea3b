package lanegrad.check;

import java.util.Arrays;
import lanegrad.Real;

/// How many numbers of a computation are at a kink of their own.
///
/// Where one is, the gradient lies between the slopes of the two sides. Where several are at once, the chain rule
/// promises nothing: `relu(x) - relu(-x)` is x, and its gradient at 0, by the conventions of the two, is 0. Both sides
/// of a number are told from its operation's inputs: one that has no kink maps what they bend by, linearly, to what
/// its result bends by.
///
/// Source: A. Griewank, A. Walther, *Evaluating Derivatives* (2008), chapter 14.
final class Kinks {
    /// Steps as short as here leave kinks alone that are elsewhere.
    private static final int STEP = 2;
    /// What a result bends by beyond this share of its slopes is a kink.
    private static final double SHARE = 1e-4;

    private final Replay replay;
    private final Replay.Run here;
    private final double noise;
    private final double h;
    /// After a half and a whole step to each side.
    private final Replay.Run p1;
    private final Replay.Run p2;
    private final Replay.Run m1;
    private final Replay.Run m2;

    /// A computation with one of its inputs moved.
    interface Line {
        /// All of it with the coordinate at this value.
        Replay.Run at(double x);
    }

    Kinks(Replay replay, Replay.Run here, Line line, double x, double noise) {
        this.replay = replay;
        this.here = here;
        this.noise = noise;
        h = Slopes.step(x, STEP);
        p1 = line.at(x + h / 2);
        p2 = line.at(x + h);
        m1 = line.at(x - h / 2);
        m2 = line.at(x - h);
    }

    /// The numbers at a kink when input `k` moves, over all operations.
    int count(int k) {
        int count = 0;
        for (int i : replay.operations(k)) {
            Real[][] at = replay.arguments(i, here);
            Real[][] in = new Real[at.length][];
            for (int j = 0; j < in.length; j++) {
                double[] bends = bends(at[j], replay.arguments(i, p1)[j], replay.arguments(i, p2)[j],
                        replay.arguments(i, m1)[j], replay.arguments(i, m2)[j]);
                in[j] = Real.of(Real.values(at[j]), bends);
            }
            Real[] smooth = replay.apply(i, in);
            Real[] y = here.nodes()[i];
            double[] bends = bends(y, p1.nodes()[i], p2.nodes()[i], m1.nodes()[i], m2.nodes()[i]);
            for (int j = 0; j < y.length; j++) {
                double right = Slopes.side(p1.nodes()[i][j].value() - y[j].value(),
                        p2.nodes()[i][j].value() - y[j].value(), h);
                double rounding = 8 * noise / h * (y[j].error() + p1.nodes()[i][j].error() + m1.nodes()[i][j].error());
                double size = Math.abs(right) + Math.abs(right - bends[j]) + Math.abs(smooth[j].slope());
                count += Math.abs(bends[j] - smooth[j].slope()) > SHARE * size + rounding ? 1 : 0;
            }
        }
        return count;
    }

    // The slope of the right side minus that of the left.
    private double[] bends(Real[] y, Real[] p1, Real[] p2, Real[] m1, Real[] m2) {
        double[] bends = new double[y.length];
        Arrays.setAll(bends, j -> {
            double y0 = y[j].value();
            return Slopes.side(p1[j].value() - y0, p2[j].value() - y0, h)
                    + Slopes.side(m1[j].value() - y0, m2[j].value() - y0, h);
        });
        return bends;
    }
}
