package lanegrad.kernel;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/// Calls that the JIT does not look through, for the vector loops.
///
/// **Why.** A loop over a long lane function fills what C2 is ready to inline into one method. Inlined itself into its
/// caller, together with another one (the forward of one layer and the backward, two activations of one network), it
/// comes to the point from where C2 inlines only the Vector API, and the vectors of the lane function are boxed. A
/// training step of 64-64-10 with tanh then left 24 KB of garbage, one of two networks, tanh and gelu, 73 KB, and took
/// three times as long. As a method of its own each loop is compiled once, and well.
///
/// **How.** A call through a method handle that is no constant: a field of an ordinary object. C2 knows neither its
/// target nor a profile of it. It costs some nanoseconds. That a call site has seen three kinds of loops does the same,
/// but only by chance.
final class Opaque {
    private Opaque() {
    }

    /// A method of this package, bound to its receiver.
    static MethodHandle of(Object loop, String name, Class<?> returned, Class<?>... parameters) {
        try {
            return MethodHandles.lookup().bind(loop, name, MethodType.methodType(returned, parameters));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot find the method " + name + " of " + loop.getClass().getName(), e);
        }
    }

    /// What a loop threw, to be thrown on: never checked.
    static RuntimeException thrown(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
    }
}
