package lanegrad.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import lanegrad.op.Operations;
import lanegrad.testkit.Arbitrarily;
import lanegrad.testkit.Floats.Regime;
import lanegrad.testkit.Graph;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/// Gradients of random computations: what the operations' own tests do not see is how they go together.
class GraphPropertiesTest {
    @Property(tries = 60, shrinking = ShrinkingMode.BOUNDED)
    void gradientsOfGraphsAreRight(@ForAll("graphs") Graph graph) {
        GradientReport report = GradientCheck.run("graph", graph, GradientCheck.Settings.DEFAULT.points(8).flat(true),
                graph.inputs());
        // A graph may be flat, or bend so much that floats say nothing: then the check says that, and nothing else.
        List<GradientReport.Failure> failures = report.failures().stream()
                .filter(f -> f.part() != GradientReport.Part.VACUOUS).toList();
        assertEquals(List.of(), failures, () -> graph + "\n" + report);
    }

    @Property(tries = 60)
    void operationsAreRightForAnySeed(@ForAll("operations") String name, @ForAll long seed) {
        OperationCheck.of(Operations.named(name), GradientCheck.Settings.DEFAULT.seed(seed)).orThrow();
    }

    @Property(tries = 100)
    void pairsFit(@ForAll("pairs") Arbitrarily.Pair pair, @ForAll("factors") Arbitrarily.Pair factors) {
        assertEquals(pair.a().shape(), pair.b().shape());
        assertEquals(factors.a().shape().extent(1), factors.b().shape().extent(0));
    }

    @Provide
    Arbitrary<Graph> graphs() {
        return Arbitrarily.graphs(30);
    }

    @Provide
    Arbitrary<String> operations() {
        return Arbitraries.of(Operations.ALL.stream().map(o -> o.op().name()).toList());
    }

    @Provide
    Arbitrary<Arbitrarily.Pair> pairs() {
        return Arbitrarily.pairs(Arbitrarily.shapes(0, 3, 5), Regime.SUMMABLE);
    }

    @Provide
    Arbitrary<Arbitrarily.Pair> factors() {
        return Arbitrarily.factors(9, Regime.SUMMABLE);
    }
}
