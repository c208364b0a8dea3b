package lanegrad.bench.peers;

import lanegrad.bench.jmh.MatMulBenchmark.Shape;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;

/// `CommonOps_FDRM` of EJML, which chooses among its algorithms by the sizes, on our arrays.
final class Ejml implements GemmContender {
    private final Product product;
    private final FMatrixRMaj a;
    private final FMatrixRMaj b;
    private final FMatrixRMaj c;

    Ejml(Product product) {
        this.product = product;
        Shape s = product.shape;
        a = FMatrixRMaj.wrap(s.transA() ? s.k() : s.m(), product.lda(), product.a);
        b = FMatrixRMaj.wrap(s.transB() ? s.n() : s.k(), product.ldb(), product.b);
        c = FMatrixRMaj.wrap(s.m(), s.n(), product.c);
    }

    @Override
    public String name() {
        return "EJML";
    }

    @Override
    public void run(int calls) {
        boolean transA = product.shape.transA();
        boolean transB = product.shape.transB();
        for (int i = 0; i < calls; i++) {
            if (transA && transB) {
                CommonOps_FDRM.multTransAB(a, b, c);
            } else if (transA) {
                CommonOps_FDRM.multTransA(a, b, c);
            } else if (transB) {
                CommonOps_FDRM.multTransB(a, b, c);
            } else {
                CommonOps_FDRM.mult(a, b, c);
            }
        }
    }

    @Override
    public float[] product() {
        return product.c.clone();
    }
}
