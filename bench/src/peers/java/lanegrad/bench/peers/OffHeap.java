package lanegrad.bench.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lanegrad.bench.jmh.MatMulBenchmark.Shape;

/// The operands outside of the heap, where native code takes them without a copy; each begins on a cache line. They
/// live as long as the JVM.
final class OffHeap {
    private static final int LINE = 64;

    final Shape shape;
    final int lda;
    final int ldb;
    final MemorySegment a;
    final MemorySegment b;
    final MemorySegment c;

    OffHeap(Product product) {
        shape = product.shape;
        lda = product.lda();
        ldb = product.ldb();
        a = copy(product.a, shape.m() * shape.k());
        b = copy(product.b, shape.k() * shape.n());
        c = copy(product.c, shape.m() * shape.n());
    }

    float[] product() {
        return c.toArray(ValueLayout.JAVA_FLOAT);
    }

    private static MemorySegment copy(float[] values, int n) {
        MemorySegment copy = Arena.global().allocate((long) n * Float.BYTES, LINE);
        MemorySegment.copy(values, 0, copy, ValueLayout.JAVA_FLOAT, 0, n);
        return copy;
    }
}
