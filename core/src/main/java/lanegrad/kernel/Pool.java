package lanegrad.kernel;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/// Objects that calls use one at a time and keep for the next, so that a call allocates nothing. For any number of
/// calling threads: a `ThreadLocal` would keep what belongs to every thread that ever called.
final class Pool<T> {
    private final AtomicReferenceArray<T> free = new AtomicReferenceArray<>(16);
    private final Supplier<T> maker;

    Pool(Supplier<T> maker) {
        this.maker = maker;
    }

    /// A free object, or a new one.
    T take() {
        for (int i = 0; i < free.length(); i++) {
            T x = free.get(i);
            if (x != null && free.compareAndSet(i, x, null)) {
                return x;
            }
        }
        return maker.get();
    }

    /// Gives it back; it should hold nothing of the caller's any more.
    void give(T x) {
        for (int i = 0; i < free.length(); i++) {
            if (free.compareAndSet(i, null, x)) {
                return;
            }
        }
    }
}
