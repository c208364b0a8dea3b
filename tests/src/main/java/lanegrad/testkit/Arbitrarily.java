package lanegrad.testkit;

import java.util.List;
import lanegrad.Shape;
import lanegrad.Tensor;
import lanegrad.testkit.Floats.Regime;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/// Arbitraries of jqwik for tensors and computations. Structure shrinks first: fewer operations, lower rank, smaller
/// extents, fewer regimes; values stay with their seed.
public final class Arbitrarily {
    /// Tensors of one shape, two or more.
    ///
    /// @param a the first
    /// @param b the second
    public record Pair(Tensor a, Tensor b) {
    }

    private Arbitrarily() {
    }

    /// Shapes of these ranks, each extent up to `extent`; 0 among them, for what is empty breaks loops.
    public static Arbitrary<Shape> shapes(int lowestRank, int highestRank, int extent) {
        return Arbitraries.integers().between(lowestRank, highestRank).flatMap(rank -> Arbitraries.integers()
                .between(0, extent).list().ofSize(rank)
                .map(extents -> Shape.of(extents.stream().mapToInt(e -> e).toArray())));
    }

    /// Tensors of a shape, their bit patterns from some of these regimes.
    public static Arbitrary<Tensor> tensors(Shape shape, List<Regime> regimes) {
        return Floats.fillings(regimes).map(filling -> tensor(shape, filling));
    }

    /// Tensors of any of these shapes.
    public static Arbitrary<Tensor> tensors(Arbitrary<Shape> shapes, List<Regime> regimes) {
        return Combinators.combine(shapes, Floats.fillings(regimes)).as(Arbitrarily::tensor);
    }

    /// Two tensors of equal shapes, for operations element by element.
    public static Arbitrary<Pair> pairs(Arbitrary<Shape> shapes, List<Regime> regimes) {
        return Combinators.combine(shapes, Floats.fillings(regimes)).as((shape, filling) ->
                new Pair(tensor(shape, filling), tensor(shape, filling.split("second"))));
    }

    /// Two matrices that have a product, `[m, k]` and `[k, n]`, each side up to `extent`.
    public static Arbitrary<Pair> factors(int extent, List<Regime> regimes) {
        Arbitrary<Integer> side = Arbitraries.integers().between(0, extent);
        return Combinators.combine(side, side, side, Floats.fillings(regimes)).as((m, n, k, filling) ->
                new Pair(tensor(Shape.of(m, k), filling), tensor(Shape.of(k, n), filling.split("second"))));
    }

    /// Computations of up to so many operations; some operations bring a tanh before or after.
    public static Arbitrary<Graph> graphs(int operations) {
        Arbitrary<Integer> any = Arbitraries.integers().between(0, 10_000).withoutEdgeCases();
        // Mostly one after the other: 0 is the last value.
        Arbitrary<Integer> operand = Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just(0)),
                Tuple.of(1, any));
        return Combinators.combine(Arbitraries.longs().withoutEdgeCases().dontShrink(),
                Combinators.combine(any, operand, any).as(Graph.Gene::new).list().ofMinSize(1).ofMaxSize(operations))
                .as(Graph::of);
    }

    private static Tensor tensor(Shape shape, Floats.Filling filling) {
        Tensor x = Tensor.zeros(shape);
        return x.set(filling.floats(x.size()));
    }
}
