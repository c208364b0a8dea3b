package lanegrad.bench.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;

/// A C library that bytedeco ships, and its functions as method handles.
///
/// Why not the JNI methods that bytedeco ships too: their libraries look for `cblas_sgemm` by name among all that
/// the process has loaded. With OpenBLAS and MKL in one process, both then call the same of the two. Here each name
/// is looked up in one library. The call is also cheaper than JNI, by 10 ns or so, being declared critical: it does not
/// leave the Java state of the thread.
@SuppressWarnings("restricted") // native calls are what this class is for
final class Cblas {
    static final int ROW_MAJOR = 101;

    private static final int NO_TRANS = 111;
    private static final int TRANS = 112;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout POINTER = ValueLayout.ADDRESS;
    private static final int LONGEST_TEXT = 256;

    private final String library;
    private final SymbolLookup symbols;

    /// Loads a library.
    ///
    /// @param preset bytedeco's class for it
    /// @param library the file, beside that of the preset
    Cblas(Class<?> preset, String library) {
        this.library = library;
        symbols = SymbolLookup.libraryLookup(Path.of(Loader.load(preset)).resolveSibling(library), Arena.global());
    }

    /// The constant for a transpose or none.
    static int transpose(boolean transposed) {
        return transposed ? TRANS : NO_TRANS;
    }

    /// `cblas_sgemm(order, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)`.
    MethodHandle sgemm() {
        return function("cblas_sgemm", FunctionDescriptor.ofVoid(INT, INT, INT, INT, INT, INT, FLOAT, POINTER, INT,
                POINTER, INT, FLOAT, POINTER, INT));
    }

    /// `cblas_sgemv(order, trans, m, n, alpha, a, lda, x, incx, beta, y, incy)`.
    MethodHandle sgemv() {
        return function("cblas_sgemv", FunctionDescriptor.ofVoid(INT, INT, INT, INT, FLOAT, POINTER, INT, POINTER, INT,
                FLOAT, POINTER, INT));
    }

    /// Sets the number of threads to one.
    ///
    /// @param set the function that sets it
    /// @param get the function that tells it
    /// @throws IllegalStateException when the library does not obey
    void oneThread(String set, String get) {
        try {
            function(set, FunctionDescriptor.ofVoid(INT)).invokeExact(1);
            int threads = (int) function(get, FunctionDescriptor.of(INT)).invokeExact();
            if (threads != 1) {
                throw new IllegalStateException(library + " runs with " + threads + " threads instead of one");
            }
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /// A string that a function without arguments returns.
    String text(String name) {
        try {
            return ((MemorySegment) function(name, FunctionDescriptor.of(ValueLayout.ADDRESS)).invokeExact())
                    .reinterpret(LONGEST_TEXT).getString(0);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /// What to throw for what a method handle threw.
    static IllegalStateException failed(Throwable e) {
        return e instanceof IllegalStateException own ? own : new IllegalStateException("a native call failed", e);
    }

    private MethodHandle function(String name, FunctionDescriptor type) {
        MemorySegment address = symbols.find(name)
                .orElseThrow(() -> new IllegalStateException(library + " has no " + name));
        return Linker.nativeLinker().downcallHandle(address, type, Linker.Option.critical(false));
    }
}
