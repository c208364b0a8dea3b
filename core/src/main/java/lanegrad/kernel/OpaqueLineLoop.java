package lanegrad.kernel;

import java.lang.invoke.MethodHandle;

/// Vector loops as methods of their own; see [Opaque].
final class OpaqueLineLoop extends LineLoop {
    private final MethodHandle across;
    private final MethodHandle along;

    OpaqueLineLoop(LineLoop loop) {
        across = Opaque.of(loop, "across", void.class, float[].class, float[].class, float[].class, float[].class,
                float[].class, boolean.class, int.class, int.class, int.class);
        along = Opaque.of(loop, "along", void.class, float[].class, float[].class, float.class, float.class,
                float[].class, boolean.class, int.class, int.class);
    }

    @Override
    void across(float[] x, float[] z, float[] p, float[] q, float[] y, boolean add, int from, int length, int lines) {
        try {
            across.invokeExact(x, z, p, q, y, add, from, length, lines);
        } catch (Throwable e) {
            throw Opaque.thrown(e);
        }
    }

    @Override
    void along(float[] x, float[] z, float p, float q, float[] y, boolean add, int from, int to) {
        try {
            along.invokeExact(x, z, p, q, y, add, from, to);
        } catch (Throwable e) {
            throw Opaque.thrown(e);
        }
    }
}
