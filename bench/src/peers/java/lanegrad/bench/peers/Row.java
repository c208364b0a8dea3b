package lanegrad.bench.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import lanegrad.bench.jmh.MatMulBenchmark.Shape;
import lanegrad.bench.jmh.StepBenchmark.Plan;

/// One line of a table.
///
/// @param kind which table
/// @param work what is computed: `NN 32x64x32`, or `64-32-10 batch 32 sgd`
/// @param threads of ours and, in a training step, of PyTorch
record Row(Kind kind, String work, int threads) {
    /// The column that the others are compared with.
    static final String OURS = "ours";

    /// The tables.
    enum Kind {
        /// Matrix products, all with one thread.
        PRODUCT,
        /// Matrix products of ours with two threads against ours with one.
        THREADS,
        /// Training steps.
        STEP
    }

    /// All rows in the order of the report. A product is `op(A) op(B)` with the sizes m x k x n by operation: NN is
    /// forward, TN the gradient of weights, NT that of inputs.
    static List<Row> all() {
        Stream<Row> products = Stream.of("NN 256x256x256", "NN 512x512x512", "NN 1024x1024x1024", "NN 32x64x128",
                "NN 64x64x64", "NN 128x64x128", "NN 1437x64x32", "NN 1437x64x128", "NN 32x64x32", "NN 32x64x10",
                "NN 32x32x10", "NN 128x128x10", "NN 1437x64x4", "NN 1437x64x10", "TN 64x32x32", "TN 64x32x1437",
                "TN 64x1437x32", "TN 32x32x10", "TN 128x128x10", "NT 32x10x32", "NT 128x10x128", "NN 1x64x32",
                "NN 1x64x128", "NN 1437x64x1").map(s -> new Row(Kind.PRODUCT, s, 1));
        Stream<Row> threads = Stream.of("NN 512x512x512", "NN 1024x1024x1024")
                .map(s -> new Row(Kind.THREADS, s, 2));
        Stream<Row> steps = Stream.of(new Row(Kind.STEP, "64-32-10 batch 32 sgd", 1),
                new Row(Kind.STEP, "64-32-10 batch 32 adam", 1), new Row(Kind.STEP, "64-128-10 batch 128 sgd", 1),
                new Row(Kind.STEP, "784-512-10 batch 128 sgd", 1), new Row(Kind.STEP, "784-512-10 batch 128 sgd", 2));
        return Stream.of(products, threads, steps).flatMap(s -> s).toList();
    }

    /// The row of a name.
    ///
    /// @throws IllegalArgumentException when there is none
    static Row named(String name) {
        return all().stream().filter(r -> r.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("row '" + name + "' is unknown"));
    }

    /// What the row is called in progress and filters.
    String name() {
        return threads == 1 ? work : work + " " + threads + " threads";
    }

    /// Floating-point operations.
    double flops() {
        return kind == Kind.STEP ? Plan.parse(work).flops() : Shape.parse(work).flops();
    }

    /// Those who do the work, ours first, their results compared.
    ///
    /// @throws IllegalStateException when somebody's result is wrong
    List<Contender> contenders() {
        return switch (kind) {
            case PRODUCT -> products();
            case THREADS -> withThreads();
            case STEP -> steps();
        };
    }

    private List<Contender> products() {
        Product product = new Product(Shape.parse(work));
        OffHeap offHeap = new OffHeap(product);
        List<GemmContender> all = new ArrayList<>(List.of(new Ours(product, 1), new OpenBlas(offHeap, false),
                new Mkl(offHeap, false), new Netlib(product, false), new Ejml(product)));
        if (product.isVector()) {
            all.addAll(List.of(new OpenBlas(offHeap, true), new Mkl(offHeap, true), new Netlib(product, true)));
        }
        return checked(product, all);
    }

    private List<Contender> withThreads() {
        Product product = new Product(Shape.parse(work));
        return checked(product, List.of(new Ours(product, 1), new Ours(product, threads)));
    }

    private static List<Contender> checked(Product product, List<GemmContender> all) {
        all.getFirst().run(1);
        float[] ours = all.getFirst().product();
        for (GemmContender contender : all.subList(1, all.size())) {
            contender.run(1);
            product.check(contender.name(), ours, contender.product());
        }
        return List.copyOf(all);
    }

    private List<Contender> steps() {
        PyTorchStep.check(work, threads);
        List<Contender> all = new ArrayList<>(List.of(new OurStep(work, 1)));
        if (threads > 1) {
            all.add(new OurStep(work, threads));
        }
        all.add(new PyTorchStep(work, OurStep.TINY, threads));
        return all;
    }
}
