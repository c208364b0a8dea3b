package lanegrad.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;

/// Gives each operation its own copy of a loop class.
///
/// **The trap.** One loop that calls its operation through an interface is compiled once, for all of them. As
/// soon as it has run with two operations, the call in its body is no longer inlined; a vector cannot cross a
/// call in a register, so it is boxed on the heap, and the loop becomes 8 to 25 times slower (2.5 instead of
/// 0.3 ns per element for exp, 1.2 instead of 0.06 for relu).
///
/// **The way out.** The bytes of the loop class are defined again, once per operation, as a hidden class
/// that carries the operation as its class data. The copy reads it into a `static final`, which the JIT
/// trusts as a constant, and inlines through it. The copies are as fast as loops written by hand. `bench`
/// keeps the trap as an exhibit.
///
/// Used at start-up, about one millisecond a copy; copies live as long as the operation that holds them.
final class HiddenCopy {
    private HiddenCopy() {
    }

    /// A new instance of a new copy of `template`, which has `data` as its class data.
    static <T> T of(Class<? extends T> template, Object data, Class<T> type) {
        String file = template.getName().substring(template.getPackageName().length() + 1) + ".class";
        try (InputStream bytes = template.getResourceAsStream(file)) {
            Class<?> copy = MethodHandles.lookup()
                    .defineHiddenClassWithClassData(bytes.readAllBytes(), data, true).lookupClass();
            return type.cast(copy.getDeclaredConstructor().newInstance());
        } catch (IOException | ReflectiveOperationException e) {
            throw new IllegalStateException("cannot copy the loop class " + template.getName() + " for "
                    + data.getClass().getName(), e);
        }
    }

    /// The class data of the copy that calls this from its static initialiser.
    static <T> T data(MethodHandles.Lookup copy, Class<T> type) {
        try {
            return MethodHandles.classData(copy, ConstantDescs.DEFAULT_NAME, type);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("a loop class reads its class data with its own lookup", e);
        }
    }
}
