package lanegrad.check;

import java.util.List;
import java.util.stream.IntStream;
import lanegrad.Tape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.math.SplitMix;
import lanegrad.op.Operation;
import lanegrad.op.Operations;

/// A computation with one fault, its right twin, and the part of the check that must see the fault.
///
/// @param what the fault, in words
/// @param settings of the check; those of the twin too
record Mutant(String what, GradientReport.Part part, GradientCheck.Function wrong, GradientCheck.Function right,
        GradientCheck.Settings settings, Tensor... x) {

    /// A fault after the right backward of an operation of the registry.
    static Mutant after(String what, GradientReport.Part part, String operation, Planted.Fault fault, Tensor... x) {
        return of(what, part, operation, null, fault, false, null, x);
    }

    /// A fault in place of the right backward.
    static Mutant instead(String what, GradientReport.Part part, String operation, Planted.Fault fault, Tensor... x) {
        return of(what, part, operation, null, fault, true, null, x);
    }

    /// A fault after the right forward.
    static Mutant forward(String what, GradientReport.Part part, String operation, Planted.Fault fault, Tensor... x) {
        return of(what, part, operation, fault, null, false, null, x);
    }

    /// A wrong exact meaning, and the kernel that goes with it: no comparison between float and double sees it.
    static Mutant meaning(String what, GradientReport.Part part, String operation, Planted.Fault kernel,
            Planted.Meaning meaning, Tensor... x) {
        return of(what, part, operation, null, kernel, kernel != null, meaning, x);
    }

    /// A function with its right twin.
    static Mutant of(String what, GradientReport.Part part, GradientCheck.Function wrong, GradientCheck.Function right,
            Tensor... x) {
        return new Mutant(what, part, wrong, right, GradientCheck.Settings.DEFAULT, x);
    }

    /// @param given the inputs that want a gradient; without any, those of the first case of the registry
    private static Mutant of(String what, GradientReport.Part part, String operation, Planted.Fault forward,
            Planted.Fault backward, boolean instead, Planted.Meaning meaning, Tensor... given) {
        Operation of = Operations.named(operation);
        Operation.Case on = of.cases().get(0);
        Tensor[] drawn = OperationCheck.inputs(on, new SplitMix(5), false);
        List<Integer> wanted = IntStream.range(0, drawn.length).filter(k -> on.inputs().get(k).differentiable()).boxed()
                .toList();
        Tensor[] x = given.length > 0 ? given : wanted.stream().map(k -> drawn[k]).toArray(Tensor[]::new);
        Planted wrong = new Planted(of.op(), forward, backward, instead, meaning);
        Planted right = new Planted(of.op(), null, null, false, null);
        return of(what, part, function(wrong, on, drawn, wanted), function(right, on, drawn, wanted), x);
    }

    private static GradientCheck.Function function(Planted op, Operation.Case on, Tensor[] drawn,
            List<Integer> wanted) {
        return v -> {
            Var[] in = new Var[drawn.length];
            for (int k = 0; k < in.length; k++) {
                int at = wanted.indexOf(k);
                in[k] = at >= 0 ? v[at] : Tape.of(v).constant(drawn[k]);
            }
            return Tape.of(v).recordWith(op, on.attribute(), in);
        };
    }

    @Override
    public String toString() {
        return what + " -> " + part;
    }
}
