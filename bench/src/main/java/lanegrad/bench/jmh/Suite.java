package lanegrad.bench.jmh;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A benchmark class as a table: which rows to run, in which arms, and what to make of the times.
///
/// @param name the first word of each row's name in progress and filters
/// @param title the heading of the table
/// @param benchmark the JMH class; it has one benchmark method
/// @param figure the column that puts the time of the last arm in proportion to the work
/// @param arms the columns of times; the last is the one the others are compared with, if there are others
/// @param rows what is measured
public record Suite(String name, String title, Class<?> benchmark, Figure figure, List<Arm> arms, List<Row> rows) {
    /// The times that rows are compared in.
    public static final List<Arm> TWO_ARMS = List.of(
            new Arm("scalar", Map.of("backend", "SCALAR"), List.of()),
            new Arm("vector", Map.of("backend", "VECTOR"), List.of()));

    /// The same with a scalar arm that C2 must not vectorise on its own: what a plain loop costs is partly the
    /// work of C2's SuperWord, and this arm shows which part.
    public static final List<Arm> THREE_ARMS = Stream.concat(
            Stream.of(new Arm("no SuperWord", Map.of("backend", "SCALAR"), List.of("-XX:-UseSuperWord"))),
            TWO_ARMS.stream()).toList();

    /// Work in proportion to time.
    public enum Figure {
        /// Work is in floating-point operations.
        GFLOPS("GFLOP/s"),
        /// Work is in elements.
        NS_PER_ELEMENT("ns/element"),
        /// Work is in bytes.
        GIGABYTES("GB/s"),
        /// Only the time.
        NONE("");

        private final String heading;

        Figure(String heading) {
            this.heading = heading;
        }

        /// The column's heading, empty for none.
        public String heading() {
            return heading;
        }
    }

    /// One column of times.
    ///
    /// @param label the column's heading
    /// @param params JMH parameters on top of the row's
    /// @param jvmArgs flags on top of [EngineBenchmark]'s
    public record Arm(String label, Map<String, String> params, List<String> jvmArgs) {
    }

    /// One line of the table.
    ///
    /// @param label what it shows
    /// @param params JMH parameters
    /// @param work per invocation, in the unit of the figure
    /// @param bytes read and written per invocation, at least; 0 where that is not known
    /// @param threads of the row: so many cores are its roof
    public record Row(String label, Map<String, String> params, double work, double bytes, int threads) {
        /// A row of one thread whose bytes are not known.
        public Row(String label, Map<String, String> params, double work) {
            this(label, params, work, 0, 1);
        }
    }

    /// All suites in the order of the report.
    ///
    /// @param full all sizes, not only the important ones
    /// @param arms 2, or 3 with the scalar arm without SuperWord where it tells something
    public static List<Suite> all(boolean full, int arms) {
        List<Arm> kernels = arms == 3 ? THREE_ARMS : TWO_ARMS;
        return Stream.of(RoofBenchmark.suites(full),
                List.of(StepBenchmark.suite(full, kernels), MatMulBenchmark.suite(full, kernels)),
                UnaryBenchmark.suites(full, kernels),
                List.of(BinaryBenchmark.suite(full, kernels), OperationBenchmark.suite(full, TWO_ARMS),
                        OptimizerBenchmark.suite(kernels)),
                CheckBenchmark.suites(full), List.of(TrapExhibit.suite()))
                .flatMap(List::stream).filter(s -> !s.rows().isEmpty()).toList();
    }

    /// The row's name in progress and filters.
    public String nameOf(Row row) {
        return name + " " + row.label();
    }

    /// This suite with these rows only.
    public Suite with(List<Row> rows) {
        return new Suite(name, title, benchmark, figure, arms, rows);
    }
}
