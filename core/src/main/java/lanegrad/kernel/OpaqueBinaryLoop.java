package lanegrad.kernel;

import java.lang.invoke.MethodHandle;

/// Vector loops as methods of their own; see [Opaque].
final class OpaqueBinaryLoop extends BinaryLoop {
    private final MethodHandle forward;
    private final MethodHandle backwardA;
    private final MethodHandle backwardB;
    private final MethodHandle block;
    private final MethodHandle sumBackwardA;
    private final MethodHandle sumBackwardB;

    OpaqueBinaryLoop(BinaryLoop loop) {
        forward = Opaque.of(loop, "forward", void.class, float[].class, int.class, float[].class, int.class,
                float[].class, int.class, int.class);
        backwardA = Opaque.of(loop, "backwardA", void.class, float[].class, int.class, float[].class, int.class,
                float[].class, float[].class, boolean.class, int.class, int.class);
        backwardB = Opaque.of(loop, "backwardB", void.class, float[].class, int.class, float[].class, int.class,
                float[].class, float[].class, boolean.class, int.class, int.class);
        block = Opaque.of(loop, "block", float.class, float[].class, float[].class, int.class, int.class,
                float[].class);
        sumBackwardA = Opaque.of(loop, "sumBackwardA", void.class, float[].class, float[].class, float.class,
                float[].class, boolean.class, int.class, int.class);
        sumBackwardB = Opaque.of(loop, "sumBackwardB", void.class, float[].class, float[].class, float.class,
                float[].class, boolean.class, int.class, int.class);
    }

    @Override
    public void forward(float[] a, int aShift, float[] b, int bShift, float[] y, int from, int to) {
        try {
            forward.invokeExact(a, aShift, b, bShift, y, from, to);
        } catch (Throwable e) {
            throw Opaque.thrown(e);
        }
    }

    @Override
    public void backwardA(float[] a, int aShift, float[] b, int bShift, float[] dy, float[] da, boolean add,
            int from, int to) {
        try {
            backwardA.invokeExact(a, aShift, b, bShift, dy, da, add, from, to);
        } catch (Throwable e) {
            throw Opaque.thrown(e);
        }
    }

    @Override
    public void backwardB(float[] a, int aShift, float[] b, int bShift, float[] dy, float[] db, boolean add,
            int from, int to) {
        try {
            backwardB.invokeExact(a, aShift, b, bShift, dy, db, add, from, to);
        } catch (Throwable e) {
            throw Opaque.thrown(e);
        }
    }

    @Override
    float block(float[] a, float[] b, int from, int to, float[] scratch) {
        try {
            return (float) block.invokeExact(a, b, from, to, scratch);
        } catch (Throwable e) {
            throw Opaque.thrown(e);
        }
    }

    @Override
    public void sumBackwardA(float[] a, float[] b, float dy, float[] da, boolean add, int from, int to) {
        try {
            sumBackwardA.invokeExact(a, b, dy, da, add, from, to);
        } catch (Throwable e) {
            throw Opaque.thrown(e);
        }
    }

    @Override
    public void sumBackwardB(float[] a, float[] b, float dy, float[] db, boolean add, int from, int to) {
        try {
            sumBackwardB.invokeExact(a, b, dy, db, add, from, to);
        } catch (Throwable e) {
            throw Opaque.thrown(e);
        }
    }
}
