package lanegrad.bench.jmh;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import lanegrad.Op;
import lanegrad.Real;
import lanegrad.Tensor;
import lanegrad.check.GradientCheck;
import lanegrad.check.GradientReport;
import lanegrad.check.OperationCheck;
import lanegrad.op.Operation;
import lanegrad.op.Operations;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/// What a gradient check costs: the double replay of an operation, forward and backward, and the whole check.
public class CheckBenchmark extends EngineBenchmark {
    /// What is measured.
    public enum What {
        /// The exact meaning of the operation's first case on a trace, and its gradient.
        REPLAY,
        /// The check of all its cases.
        CHECK
    }

    /// An operation of the registry.
    @Param({"tanh", "softmax-rows", "layer-norm", "linear", "softmax-cross-entropy"})
    public String op;

    /// Replay or check.
    @Param
    public What what;

    private Operation operation;
    private Operation.Case first;
    private double[][] x;

    // Exact arithmetic is made of objects.
    @Override
    boolean garbage() {
        return true;
    }

    /// Draws the inputs, and refuses an operation whose check fails.
    @Override
    public void prepare() {
        operation = Operations.named(op);
        first = operation.cases().get(0);
        x = new double[first.inputs().size()][];
        for (int k = 0; k < x.length; k++) {
            Operation.Range range = first.inputs().get(k);
            Tensor t = tensor("input " + k, range.low(), range.high(), range.shape().size());
            x[k] = new double[t.size()];
            for (int i = 0; i < x[k].length; i++) {
                x[k][i] = t.get(i);
            }
        }
        GradientReport report = OperationCheck.of(operation, GradientCheck.Settings.DEFAULT);
        if (!report.passed()) {
            throw new IllegalStateException(report.toString());
        }
    }

    /// A replay, or a check.
    @Benchmark
    @Override
    public Object run() {
        return what == What.CHECK ? OperationCheck.of(operation, GradientCheck.Settings.DEFAULT)
                : replay(operation.op());
    }

    private Real[][] replay(Op of) {
        Real.Trace trace = new Real.Trace();
        Real[][] variables = new Real[x.length][];
        for (int k = 0; k < x.length; k++) {
            variables[k] = trace.variables(x[k]);
        }
        Real[] y = of.exact(first.attribute(), first.shapes(), variables);
        double[] dy = new double[y.length];
        Arrays.fill(dy, 0.5);
        return trace.gradient(y, dy, variables);
    }

    // Two tables: a check is no other way to do what a replay does, so there is no ratio.
    static List<Suite> suites(boolean full) {
        List<Suite.Row> rows = new ArrayList<>();
        for (Operation operation : Operations.ALL) {
            String name = operation.op().name();
            boolean refused = operation.derivative().startsWith("none");
            if (!refused && (full || List.of("tanh", "softmax-rows", "layer-norm", "linear", "softmax-cross-entropy")
                    .contains(name))) {
                rows.add(new Suite.Row(name, Map.of("op", name), 1));
            }
        }
        return List.of(suite("Replay", "Double replays of operations, with their gradients", What.REPLAY, rows),
                suite("Check", "Gradient checks of operations, all their cases", What.CHECK, rows));
    }

    private static Suite suite(String name, String title, What what, List<Suite.Row> rows) {
        return new Suite(name, title, CheckBenchmark.class, Suite.Figure.NONE,
                List.of(new Suite.Arm("time", Map.of("what", what.name()), List.of())), rows);
    }
}
