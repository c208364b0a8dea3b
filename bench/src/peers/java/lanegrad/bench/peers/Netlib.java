package lanegrad.bench.peers;

import dev.ludovic.netlib.blas.JavaBLAS;
import lanegrad.bench.jmh.MatMulBenchmark.Shape;

/// `sgemm` or `sgemv` of dev.ludovic.netlib in Java, on the Vector API.
///
/// It is column-major: what we store by rows as X it reads as X transposed. So it computes `C^T = op(B)^T op(A)^T`,
/// where nothing has to be moved.
final class Netlib implements GemmContender {
    private final Product product;
    private final boolean vector;
    private final JavaBLAS blas = JavaBLAS.getInstance();
    private final int lda;
    private final int ldb;

    /// @param vector `sgemv`, for a product that is a vector
    /// @throws IllegalStateException when netlib does not take the Vector API
    Netlib(Product product, boolean vector) {
        this.product = product;
        this.vector = vector;
        lda = product.lda();
        ldb = product.ldb();
        if (!blas.getClass().getSimpleName().equals("VectorBLAS")) {
            throw new IllegalStateException("netlib chose " + blas.getClass().getName()
                    + " instead of VectorBLAS, its implementation on the Vector API");
        }
    }

    @Override
    public String name() {
        return vector ? "netlib sgemv" : "netlib";
    }

    @Override
    public void run(int calls) {
        Shape s = product.shape;
        if (!vector) {
            for (int i = 0; i < calls; i++) {
                blas.sgemm(s.transB() ? "T" : "N", s.transA() ? "T" : "N", s.n(), s.m(), s.k(), 1, product.b, ldb,
                        product.a, lda, 0, product.c, s.n());
            }
        } else if (s.n() == 1) {
            for (int i = 0; i < calls; i++) {
                blas.sgemv(s.transA() ? "N" : "T", lda, s.transA() ? s.k() : s.m(), 1, product.a, lda, product.b, 1,
                        0, product.c, 1);
            }
        } else {
            for (int i = 0; i < calls; i++) {
                blas.sgemv(s.transB() ? "T" : "N", ldb, s.transB() ? s.n() : s.k(), 1, product.b, ldb, product.a, 1,
                        0, product.c, 1);
            }
        }
    }

    @Override
    public float[] product() {
        return product.c.clone();
    }
}
