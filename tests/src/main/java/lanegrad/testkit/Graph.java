package lanegrad.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import lanegrad.Op;
import lanegrad.Shape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.check.GradientCheck;
import lanegrad.math.SplitMix;
import lanegrad.op.Dropout;
import lanegrad.op.Operation;
import lanegrad.op.Operations;
import lanegrad.op.Sigmoid;
import lanegrad.op.Slice;
import lanegrad.op.Tanh;

/// A random computation: inputs, and operations of the registry on them and on each other's results.
///
/// It is grown from genes, one for each operation. Whatever the genes are, the graph is a right one: operands that do
/// not fit get new inputs of the shape that does; where a value lies outside of what an operation is defined for, or is
/// on its way out of the floats, it goes through a tanh or a sigmoid first. So a list of genes shrinks gene by gene to
/// the smallest graph.
public final class Graph implements GradientCheck.Function {
    /// Values beyond this are brought back by a tanh.
    private static final double LARGE = 8;
    /// Sides of the inputs.
    private static final int SIDE = 5;
    // No derivative, attributes that name elements, or a condition that nothing of the graph yields.
    private static final Set<String> OTHERS = Set.of("where", "one-hot", "greater-than", "threshold");
    private static final List<Operation> POOL = Operations.ALL.stream()
            .filter(o -> o.kind() != Operation.Kind.LOSS && o.kind() != Operation.Kind.REDUCTION)
            .filter(o -> !OTHERS.contains(o.op().name()) && !o.op().name().startsWith("argmax")).toList();

    /// What decides on one operation.
    ///
    /// @param operation which
    /// @param operand which value it takes, counted back from the last
    /// @param other the same for its second operand, and its attribute
    public record Gene(int operation, int operand, int other) {
    }

    private record Step(Op op, Object attribute, int... operands) {
    }

    private final List<Tensor> inputs = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final SplitMix random;
    /// Of inputs as `-1 - input`, of results as the step: where each value comes from.
    private final List<Integer> sources = new ArrayList<>();
    private final List<Shape> shapes = new ArrayList<>();
    private final List<double[]> values = new ArrayList<>();

    private Graph(long seed) {
        random = new SplitMix(seed);
    }

    /// The graph of these genes.
    ///
    /// @param seed of the inputs' values
    public static Graph of(long seed, List<Gene> genes) {
        Graph graph = new Graph(seed);
        graph.input(Shape.of(3, 4));
        for (Gene gene : genes) {
            graph.grow(gene);
        }
        return graph;
    }

    /// The inputs.
    public Tensor[] inputs() {
        return inputs.toArray(Tensor[]::new);
    }

    /// The number of operations.
    public int operations() {
        return steps.size();
    }

    @Override
    public Var apply(Var... x) {
        Var[] nodes = new Var[values.size()];
        for (int n = 0; n < nodes.length; n++) {
            int source = sources.get(n);
            if (source < 0) {
                nodes[n] = x[-1 - source];
                continue;
            }
            Step step = steps.get(source);
            Var[] in = new Var[step.operands.length];
            for (int k = 0; k < in.length; k++) {
                in[k] = nodes[step.operands[k]];
            }
            nodes[n] = x[0].tape().recordWith(step.op, step.attribute, in);
        }
        return nodes[nodes.length - 1];
    }

    private void grow(Gene gene) {
        Operation operation = POOL.get(Math.floorMod(gene.operation, POOL.size()));
        int a = values.size() - 1 - Math.floorMod(gene.operand, values.size());
        Shape shape = shapes.get(a);
        int other = Math.floorMod(gene.other, SIDE) + 1;
        List<Integer> operands = new ArrayList<>(List.of(a));
        Object attribute = null;
        String name = operation.op().name();
        if (name.startsWith("matmul") || name.startsWith("linear") || name.equals("add-row")
                || name.equals("layer-norm") || name.startsWith("slice") || name.startsWith("gather")) {
            if (shape.rank() != 2 || shape.size() == 0) {
                return;
            }
        }
        int rows = shape.rank() == 2 ? shape.extent(0) : 1;
        int columns = shape.rank() == 2 ? shape.extent(1) : shape.size();
        switch (name) {
            case "matmul-nn" -> operands.add(like(gene, Shape.of(columns, other)));
            case "matmul-nt" -> operands.add(like(gene, Shape.of(other, columns)));
            case "matmul-tn" -> operands.add(like(gene, Shape.of(rows, other)));
            case "matmul-tt" -> operands.add(like(gene, Shape.of(other, rows)));
            case "linear", "linear-sigmoid" -> {
                operands.add(like(gene, Shape.of(columns, other)));
                operands.add(like(gene, Shape.of(other)));
            }
            case "add-row" -> operands.add(like(gene, Shape.of(columns)));
            case "layer-norm" -> {
                operands.add(like(gene, Shape.of(columns)));
                operands.add(like(gene, Shape.of(columns)));
            }
            case "concatenate-rows", "concatenate-columns" -> operands.add(like(gene, shape));
            case "slice-rows" -> attribute = span(rows, other);
            case "slice-columns" -> attribute = span(columns, other);
            case "gather-rows" -> attribute = new int[] {0, rows - 1, other % rows, 0};
            case "dropout" -> attribute = new Dropout.Key(gene.other);
            case "reshape" -> attribute = shape.rank() == 2 ? Shape.of(columns, rows) : Shape.of(1, shape.size());
            default -> {
                if (operation.cases().get(0).inputs().size() == 2) {
                    operands.add(like(gene, shape));
                }
            }
        }
        add(operation, attribute, operands);
    }

    // With operands that the operation is defined for.
    private void add(Operation operation, Object attribute, List<Integer> operands) {
        List<Operation.Range> ranges = operation.cases().get(0).inputs();
        int[] in = new int[operands.size()];
        for (int k = 0; k < in.length; k++) {
            in[k] = within(operands.get(k), ranges.get(Math.min(k, ranges.size() - 1)));
            if (in[k] < 0) {
                return;
            }
        }
        record(operation.op(), attribute, in);
        if (!small(values.get(values.size() - 1), -LARGE, LARGE)) {
            record(Tanh.OP, null, values.size() - 1);
        }
    }

    private int within(int node, Operation.Range range) {
        if (small(values.get(node), range.low(), range.high())) {
            return node;
        }
        if (range.low() <= -1 && range.high() >= 1) {
            return record(Tanh.OP, null, node);
        }
        // Sigmoids are above 0; below 1/4, functions with a pole there are steep.
        if (range.low() >= 0 && range.low() <= 0.5f && range.high() >= 1) {
            int squashed = record(Tanh.OP, null, node);
            return record(Sigmoid.OP, null, squashed);
        }
        return -1;
    }

    private int record(Op op, Object attribute, int... in) {
        Shape[] of = new Shape[in.length];
        double[][] x = new double[in.length][];
        for (int k = 0; k < in.length; k++) {
            of[k] = shapes.get(in[k]);
            x[k] = values.get(in[k]);
        }
        try {
            Shape shape = op.shape(attribute, of);
            double[] y = op.exact(attribute, of, x);
            return node(steps.size(), shape, y, new Step(op, attribute, in));
        } catch (IllegalArgumentException refused) {
            // Rows of a vector, say: this gene does nothing.
            return in[0];
        }
    }

    private int node(int source, Shape shape, double[] value, Step step) {
        if (step != null) {
            steps.add(step);
        }
        sources.add(source);
        shapes.add(shape);
        values.add(value);
        return values.size() - 1;
    }

    // A value of this shape that is there already, or a new input.
    private int like(Gene gene, Shape shape) {
        List<Integer> fit = new ArrayList<>();
        for (int n = 0; n < shapes.size(); n++) {
            if (shapes.get(n).equals(shape)) {
                fit.add(n);
            }
        }
        int choice = Math.floorMod(gene.other, fit.size() + 1);
        return choice < fit.size() ? fit.get(choice) : input(shape);
    }

    private int input(Shape shape) {
        Tensor x = Tensor.zeros(shape);
        double[] value = new double[x.size()];
        for (int i = 0; i < x.size(); i++) {
            // Some on eighths: kinks and ties.
            float v = random.nextFloat(-2, 2);
            x.set(i, random.nextInt(4) == 0 ? Math.round(v * 8) / 8f : v);
            value[i] = x.get(i);
        }
        inputs.add(x);
        return node(-inputs.size(), shape, value, null);
    }

    private static Slice.Span span(int extent, int from) {
        return new Slice.Span(Math.min(from, extent) - 1, extent);
    }

    private static boolean small(double[] x, double low, double high) {
        for (double v : x) {
            if (!(v >= low && v <= high)) {
                return false;
            }
        }
        return true;
    }

    /// One line for each value: `v3 = tanh(v1) [3, 4]`.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int n = 0; n < sources.size(); n++) {
            text.append("\nv").append(n).append(" = ");
            int source = sources.get(n);
            if (source < 0) {
                text.append("input ").append(shapes.get(n)).append(' ').append(Arrays.toString(values.get(n)));
                continue;
            }
            Step step = steps.get(source);
            text.append(step.op.name()).append('(');
            for (int k = 0; k < step.operands.length; k++) {
                text.append(k == 0 ? "v" : ", v").append(step.operands[k]);
            }
            text.append(") ").append(shapes.get(n));
        }
        return text.toString();
    }
}
