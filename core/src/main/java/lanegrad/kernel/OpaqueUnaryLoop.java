package lanegrad.kernel;

import java.lang.invoke.MethodHandle;

/// Vector loops as methods of their own; see [Opaque].
final class OpaqueUnaryLoop extends UnaryLoop {
    private final MethodHandle forward;
    private final MethodHandle backward;
    private final MethodHandle block;
    private final MethodHandle sumBackward;

    OpaqueUnaryLoop(UnaryLoop loop) {
        forward = Opaque.of(loop, "forward", void.class, float[].class, float[].class, int.class, int.class);
        backward = Opaque.of(loop, "backward", void.class, float[].class, float[].class, float[].class,
                float[].class, boolean.class, int.class, int.class);
        block = Opaque.of(loop, "block", float.class, float[].class, int.class, int.class, float[].class);
        sumBackward = Opaque.of(loop, "sumBackward", void.class, float[].class, float.class, float[].class,
                boolean.class, int.class, int.class);
    }

    @Override
    public void forward(float[] x, float[] y, int from, int to) {
        try {
            forward.invokeExact(x, y, from, to);
        } catch (Throwable e) {
            throw Opaque.thrown(e);
        }
    }

    @Override
    public void backward(float[] x, float[] y, float[] dy, float[] dx, boolean add, int from, int to) {
        try {
            backward.invokeExact(x, y, dy, dx, add, from, to);
        } catch (Throwable e) {
            throw Opaque.thrown(e);
        }
    }

    @Override
    float block(float[] x, int from, int to, float[] scratch) {
        try {
            return (float) block.invokeExact(x, from, to, scratch);
        } catch (Throwable e) {
            throw Opaque.thrown(e);
        }
    }

    @Override
    public void sumBackward(float[] x, float dy, float[] dx, boolean add, int from, int to) {
        try {
            sumBackward.invokeExact(x, dy, dx, add, from, to);
        } catch (Throwable e) {
            throw Opaque.thrown(e);
        }
    }
}
