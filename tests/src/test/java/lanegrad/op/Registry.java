package lanegrad.op;

import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/// One test per line of the registry: a new operation is covered with no further code.
final class Registry {
    private Registry() {
    }

    /// A test named after each operation.
    static Stream<DynamicTest> all(Consumer<Operation> check) {
        return of(Object.class, check);
    }

    /// A test named after each operation that has a gradient.
    static Stream<DynamicTest> differentiable(Consumer<Operation> check) {
        return Operations.ALL.stream().filter(Registry::differentiable)
                .map(o -> DynamicTest.dynamicTest(o.op().name(), () -> check.accept(o)));
    }

    /// Whether a case has an input with a gradient.
    static boolean differentiable(Operation o) {
        return o.cases().stream().anyMatch(on -> on.inputs().stream().anyMatch(Operation.Range::differentiable));
    }

    /// A test named after each operation whose `op` is of this type.
    static Stream<DynamicTest> of(Class<?> type, Consumer<Operation> check) {
        return Operations.ALL.stream().filter(o -> type.isInstance(o.op()))
                .map(o -> DynamicTest.dynamicTest(o.op().name(), () -> check.accept(o)));
    }
}
