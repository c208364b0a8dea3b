package lanegrad.check;

import java.util.ArrayList;
import java.util.List;
import lanegrad.Backend;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.check.GradientReport.Part;
import lanegrad.math.SplitMix;
import lanegrad.op.Operation;
import lanegrad.op.UnaryOp;

/// Checks the gradients of an operation of the registry, at all its cases.
///
/// Inputs are drawn from the ranges of the case; some elements are put on the kinks that it names, at 0, and on the
/// value of another element, for that is where derivatives have their conventions. An operation on one tensor, element
/// by element, that takes every float is also checked at magnitudes from 2^-20 to 128.
public final class OperationCheck {
    /// Words of the table for a gradient that is 0 by definition, and for one that does not exist.
    private static final String FLAT = "dx = 0";
    private static final String NONE = "none";
    private static final String EVERYWHERE = "every float";

    private OperationCheck() {
    }

    /// Checks an operation.
    ///
    /// @throws IllegalArgumentException with a sentence for an operation without cases, or without an exact meaning
    public static GradientReport of(Operation operation, GradientCheck.Settings settings) {
        String name = operation.op().name();
        if (operation.cases().isEmpty()) {
            throw new IllegalArgumentException("gradient check: operation '" + name + "' has no cases; name shapes and "
                    + "ranges to draw its inputs from, Operation.Case.of(Operation.Range.of(low, high, extents))");
        }
        List<GradientReport> reports = new ArrayList<>();
        for (int c = 0; c < operation.cases().size(); c++) {
            Operation.Case on = operation.cases().get(c);
            SplitMix random = new SplitMix(settings.seed()).split(name + " case " + c);
            reports.add(of(operation, on, settings, random, false));
            if (operation.op() instanceof UnaryOp && operation.domain().equals(EVERYWHERE)) {
                reports.add(of(operation, on, settings, random, true));
            }
        }
        return GradientReport.sum(name, reports);
    }

    private static GradientReport of(Operation operation, Operation.Case on, GradientCheck.Settings settings,
            SplitMix random, boolean wide) {
        String name = operation.op().name();
        if (operation.derivative().startsWith(NONE)) {
            return refused(operation, on, settings, random);
        }
        boolean flat = operation.derivative().startsWith(FLAT);
        Tensor[] x = inputs(on, random, wide);
        List<Integer> wanted = new ArrayList<>();
        for (int k = 0; k < x.length; k++) {
            if (on.inputs().get(k).differentiable() || flat) {
                wanted.add(k);
            }
        }
        Tensor[] variables = wanted.stream().map(k -> x[k]).toArray(Tensor[]::new);
        GradientCheck.Function f = v -> {
            Var[] in = new Var[x.length];
            for (int k = 0; k < x.length; k++) {
                int at = wanted.indexOf(k);
                in[k] = at >= 0 ? v[at] : Tape.of(v).constant(x[k]);
            }
            return Tape.of(v).recordWith(operation.op(), on.attribute(), in);
        };
        GradientReport report = GradientCheck.of(name + (wide ? ", far from 0" : ""), f, settings.flat(flat),
                variables);
        if (report.weak() != null) {
            throw new IllegalArgumentException("gradient check: " + report.weak());
        }
        return report;
    }

    // An operation without a gradient must say so.
    private static GradientReport refused(Operation operation, Operation.Case on, GradientCheck.Settings settings,
            SplitMix random) {
        Findings findings = new Findings(operation.op().name());
        for (Backend backend : settings.backends()) {
            Tape tape = new Tape(backend, 1);
            Var[] in = new Var[on.inputs().size()];
            Tensor[] x = inputs(on, random, false);
            for (int k = 0; k < in.length; k++) {
                in[k] = tape.variable(x[k]);
            }
            Var y = tape.recordWith(operation.op(), on.attribute(), in);
            findings.points++;
            try {
                tape.backward(y, FloatRun.cotangent(y.shape(), new float[y.shape().size()]));
                findings.add(Part.FORMULA, backend + ": " + operation.op().name() + " has no derivative, but "
                        + "its backward gives one");
            } catch (UnsupportedOperationException e) {
                findings.elements++;
            }
        }
        return findings.report();
    }

    /// The inputs of a case, drawn anew from this.
    static Tensor[] inputs(Operation.Case on, SplitMix random, boolean wide) {
        Tensor[] x = new Tensor[on.inputs().size()];
        for (int k = 0; k < x.length; k++) {
            Operation.Range range = on.inputs().get(k);
            x[k] = Tensor.zeros(range.shape());
            float[] data = x[k].changed().data();
            for (int i = 0; i < x[k].size(); i++) {
                data[i] = wide ? far(random) : range.differentiable() ? special(range, data, i, random)
                        : plain(range, random);
            }
        }
        return x;
    }

    private static float special(Operation.Range range, float[] data, int i, SplitMix random) {
        int choice = random.nextInt(16);
        if (choice < 2 && !range.kinks().isEmpty()) {
            return range.kinks().get(random.nextInt(range.kinks().size()));
        }
        if (choice == 2 && range.low() < 0 && range.high() > 0) {
            return 0;
        }
        if (choice == 3 && i > 0) {
            return data[random.nextInt(i)];
        }
        return plain(range, random);
    }

    private static float plain(Operation.Range range, SplitMix random) {
        return range.low() == range.high() ? range.low() : random.nextFloat(range.low(), range.high());
    }

    private static float far(SplitMix random) {
        float magnitude = Math.scalb(random.nextFloat(1, 2), random.nextInt(27) - 20);
        return random.nextInt(2) == 0 ? magnitude : -magnitude;
    }
}
