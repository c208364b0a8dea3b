package lanegrad.bench.peers;

import lanegrad.Backend;
import lanegrad.bench.jmh.MatMulBenchmark.Shape;
import lanegrad.kernel.Gemm;

/// [Gemm] on the vector backend.
final class Ours implements GemmContender {
    private final Product product;
    private final int threads;
    private final int lda;
    private final int ldb;

    Ours(Product product, int threads) {
        this.product = product;
        this.threads = threads;
        lda = product.lda();
        ldb = product.ldb();
    }

    @Override
    public String name() {
        return threads == 1 ? Row.OURS : Row.OURS + " " + threads + " threads";
    }

    @Override
    public void run(int calls) {
        Shape s = product.shape;
        for (int i = 0; i < calls; i++) {
            Gemm.multiply(Backend.VECTOR, threads, s.transA(), s.transB(), s.m(), s.n(), s.k(), 1, product.a, 0, lda,
                    product.b, 0, ldb, 0, product.c, 0, s.n());
        }
    }

    @Override
    public float[] product() {
        return product.c.clone();
    }
}
