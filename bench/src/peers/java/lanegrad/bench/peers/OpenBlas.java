package lanegrad.bench.peers;

import java.lang.invoke.MethodHandle;
import lanegrad.bench.jmh.MatMulBenchmark.Shape;
import org.bytedeco.openblas.global.openblas_nolapack;

/// `cblas_sgemm` or `cblas_sgemv` of OpenBLAS, one thread, on memory made beforehand: its best case from Java.
final class OpenBlas implements GemmContender {
    private static final Cblas LIBRARY = new Cblas(openblas_nolapack.class, "libopenblas_nolapack.so.0");
    // Constants, so that the JIT compiles the call itself.
    private static final MethodHandle SGEMM = LIBRARY.sgemm();
    private static final MethodHandle SGEMV = LIBRARY.sgemv();

    private final OffHeap x;
    private final boolean vector;
    private final int transA;
    private final int transB;

    /// @param vector `cblas_sgemv`, for a product that is a vector
    OpenBlas(OffHeap operands, boolean vector) {
        this.x = operands;
        this.vector = vector;
        transA = Cblas.transpose(x.shape.transA());
        transB = Cblas.transpose(x.shape.transB());
        LIBRARY.oneThread("openblas_set_num_threads", "openblas_get_num_threads");
    }

    @Override
    public String name() {
        return vector ? "OpenBLAS sgemv" : "OpenBLAS";
    }

    @Override
    public String detail() {
        return "OpenBLAS took its kernels for " + LIBRARY.text("openblas_get_corename") + ".";
    }

    @Override
    public void run(int calls) {
        try {
            if (!vector) {
                sgemm(calls);
            } else {
                sgemv(calls);
            }
        } catch (Throwable e) {
            throw Cblas.failed(e);
        }
    }

    private void sgemm(int calls) throws Throwable {
        Shape s = x.shape;
        for (int i = 0; i < calls; i++) {
            SGEMM.invokeExact(Cblas.ROW_MAJOR, transA, transB, s.m(), s.n(), s.k(), 1f, x.a, x.lda, x.b, x.ldb, 0f,
                    x.c, s.n());
        }
    }

    private void sgemv(int calls) throws Throwable {
        Shape s = x.shape;
        if (s.n() == 1) {
            for (int i = 0; i < calls; i++) {
                SGEMV.invokeExact(Cblas.ROW_MAJOR, transA, s.transA() ? s.k() : s.m(), x.lda, 1f, x.a, x.lda, x.b, 1,
                        0f, x.c, 1);
            }
        } else {
            int transposed = Cblas.transpose(!s.transB());
            for (int i = 0; i < calls; i++) {
                SGEMV.invokeExact(Cblas.ROW_MAJOR, transposed, s.transB() ? s.n() : s.k(), x.ldb, 1f, x.b, x.ldb, x.a,
                        1, 0f, x.c, 1);
            }
        }
    }

    @Override
    public float[] product() {
        return x.product();
    }
}
