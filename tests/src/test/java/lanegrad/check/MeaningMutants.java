package lanegrad.check;

import static lanegrad.check.GradientReport.Part.FORMULA;
import static lanegrad.check.GradientReport.Part.FORWARD;
import static lanegrad.check.GradientReport.Part.KERNEL;
import static lanegrad.check.GradientReport.Part.KINK;
import static lanegrad.check.GradientReport.Part.VACUOUS;

import java.util.List;
import lanegrad.Op;
import lanegrad.Real;
import lanegrad.Shape;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.op.Add;
import lanegrad.op.Log;
import lanegrad.op.Relu;
import lanegrad.op.Square;
import lanegrad.op.Subtract;
import lanegrad.op.Tanh;

/// Faults of exact meanings, kinks with slopes that neither side has, and checks that check nothing.
final class MeaningMutants {
    static final List<Mutant> ALL = List.of(
            function("derivative of another function", FORMULA, v -> Math.sin(v), v -> Math.sin(v), v -> Math.cos(v),
                    line(2)),
            function("derivative 1e-6 off", FORMULA,
                    v -> Math.sin(v), v -> Math.cos(v) * 1.000001, v -> Math.cos(v), line(2)),
            function("derivative 1e-3 off", FORMULA,
                    v -> Math.sin(v), v -> Math.cos(v) * 1.001, v -> Math.cos(v), line(2)),
            function("derivative wrong only below -1.9", FORMULA, v -> Math.sin(v), v -> v < -1.9 ? 0.5 : Math.cos(v),
                    v -> Math.cos(v), line(2)),
            function("derivative wrong at exactly 0", FORMULA, v -> Math.sin(v), v -> v == 0 ? 0 : Math.cos(v),
                    v -> Math.cos(v), KernelMutants.line(9, 0)),
            function("derivative without a sign", FORMULA,
                    v -> Math.cos(v), v -> Math.sin(v), v -> -Math.sin(v), line(2)),
            function("derivative of zeros", FORMULA, v -> Math.sin(v), v -> v < 1.5 ? 0 : Math.cos(v), v -> Math.cos(v),
                    line(2)),
            function("abs with slope 2 at 0", KINK, Math::abs, v -> v == 0 ? 2 : Math.signum(v), Math::signum,
                    KernelMutants.line(9, 0)),
            function("relu with slope -1 at 0", KINK, v -> Math.max(v, 0), v -> v == 0 ? -1 : v > 0 ? 1 : 0,
                    v -> v > 0 ? 1 : 0, KernelMutants.line(9, 0)),
            function("abs with slope 1 below 0", FORMULA, Math::abs, v -> v == 0 ? 0 : 1, Math::signum,
                    KernelMutants.line(9, 0)),
            function("a jump under half of the inputs", VACUOUS, v -> v >= 0 ? v + 1 : v, v -> 1, null,
                    KernelMutants.line(8, 0, 0, 0, 0)),
            Mutant.meaning("softmax without its sum in meaning and kernel", FORMULA, "softmax-rows",
                    Planted.gradient(0, (e, i, dx) -> e.dy().get(i) * e.y().get(i)), (y, x) -> each(y, x, v -> v)),
            Mutant.meaning("constant meaning", KERNEL, "tanh", null, (y, x) -> Real.of(Real.values(y))),
            Mutant.meaning("meaning of another function", FORWARD, "tanh", null, (y, x) -> each(y, x, v -> v * 0.999)),
            Mutant.of("all inputs flat", VACUOUS, v -> Relu.of(v[0]), v -> Tanh.of(v[0]), negative()),
            Mutant.of("everything set aside", VACUOUS, v -> Log.of(v[0]), v -> Tanh.of(v[0]), negative()),
            Mutant.of("too ill-conditioned", VACUOUS, v -> cancelled(v[0], 1e6f), v -> cancelled(v[0], 1), line(2)),
            Mutant.of("no elements", VACUOUS, v -> Tanh.of(v[0]), null, Tensor.zeros(0)),
            Mutant.of("no input wants a gradient", VACUOUS, v -> Tanh.of(Tape.of(v).constant(v[0].value())),
                    v -> Tanh.of(v[0]), line(2)),
            Mutant.of("without a meaning: 5% off", KERNEL, v -> Tape.of(v).record(new Unknown(1.05f), v[0]),
                    v -> Tape.of(v).record(new Unknown(1), v[0]), line(2)),
            Mutant.of("without a meaning: one element skipped", KERNEL, v -> Tape.of(v).record(new Unknown(-1), v[0]),
                    v -> Tape.of(v).record(new Unknown(1), v[0]), line(2)));

    private MeaningMutants() {
    }

    /// A function of one number.
    interface Numbers {
        double at(double v);
    }

    /// `x^2` without exact meaning, its gradient times a factor; -1 skips the last element.
    record Unknown(float factor) implements Op {
        @Override
        public String name() {
            return "unknown";
        }

        @Override
        public Shape shape(Object attribute, Shape... inputs) {
            return inputs[0];
        }

        @Override
        public void forward(Tape.Entry e) {
            Planted.result((f, i, y) -> f.x(0).get(i) * f.x(0).get(i)).plant(e);
        }

        @Override
        public void backward(Tape.Entry e) {
            Planted.gradient(0, (f, i, dx) -> factor > 0 ? 2 * factor * f.x(0).get(i) * f.dy().get(i)
                    : i == f.x(0).size() - 1 ? 0 : 2 * f.x(0).get(i) * f.dy().get(i)).plant(e);
        }
    }

    /// A function and its derivative, the same in float and double.
    record Pointwise(Numbers f, Numbers slope) implements Op {
        @Override
        public String name() {
            return "pointwise";
        }

        @Override
        public Shape shape(Object attribute, Shape... inputs) {
            return inputs[0];
        }

        @Override
        public void forward(Tape.Entry e) {
            Planted.result((g, i, y) -> (float) f.at(g.x(0).get(i))).plant(e);
        }

        @Override
        public void backward(Tape.Entry e) {
            Planted.gradient(0, (g, i, dx) -> (float) (slope.at(g.x(0).get(i)) * g.dy().get(i))).plant(e);
        }

        @Override
        public Real[] exact(Object attribute, Shape[] shapes, Real[]... x) {
            Real[] y = new Real[x[0].length];
            for (int i = 0; i < y.length; i++) {
                double v = x[0][i].value();
                y[i] = x[0][i].function(f.at(v), slope.at(v), 0);
            }
            return y;
        }
    }

    private static Mutant function(String what, GradientReport.Part part, Numbers f, Numbers wrong, Numbers right,
            Tensor x) {
        Pointwise mutant = new Pointwise(f, wrong);
        Pointwise twin = new Pointwise(f, right);
        return Mutant.of(what, part, v -> Tape.of(v).record(mutant, v[0]),
                right == null ? null : v -> Tape.of(v).record(twin, v[0]), x);
    }

    private static Real[] each(Real[] y, Real[][] x, Numbers f) {
        Real[] z = new Real[y.length];
        for (int i = 0; i < z.length; i++) {
            double v = f.at(y[i].value());
            z[i] = x[0][i].function(v, v, 0);
        }
        return z;
    }

    private static Var cancelled(Var x, float large) {
        Var c = x.tape().constant(Tensor.of(new float[] {large}, new int[0]));
        return Square.of(Subtract.of(Add.of(x, c), c));
    }

    private static Tensor line(int rows) {
        Tensor x = Tensor.zeros(rows, 8);
        return x.set(KernelMutants.line(8 * rows).toArray());
    }

    private static Tensor negative() {
        return Tensor.of(new float[] {-1, -2, -0.5f, -3}, 4);
    }
}
