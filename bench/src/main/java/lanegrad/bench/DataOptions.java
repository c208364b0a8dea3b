package lanegrad.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import lanegrad.data.DataException;
import lanegrad.data.Dataset;
import lanegrad.data.Digits;
import lanegrad.data.DigitsCsv;
import lanegrad.data.NumpyRandom;
import lanegrad.data.Split;
import picocli.CommandLine.Option;

/// Options of `lanegrad train`: what is learned, and from which examples.
final class DataOptions {
    private static final double USUAL_VALIDATION = 0.1;

    @Option(names = "--task", paramLabel = "NAME",
            description = "digits: which of the ten; parity: odd or even, with one output. Default: digits.")
    private String task = "digits";

    @Option(names = "--data", paramLabel = "FILE",
            description = "A CSV of your own, plain or gzip: 64 pixels 0..16 and a label 0..9 per line. "
                    + "Default: the bundled 1,797 digits.")
    private Path data;

    @Option(names = "--test-fraction", paramLabel = "SHARE",
            description = "Share of the data kept for testing. Default: 0.2.")
    private double testFraction = 0.2;

    @Option(names = "--split-seed", paramLabel = "N",
            description = "Seed of the split, as scikit-learn's random_state. Default: 42.")
    private long splitSeed = 42;

    @Option(names = "--validation", paramLabel = "SHARE",
            description = "Share of the training data kept aside, to show after each epoch in place of the test data. "
                    + "Default: 0.1 for --early-stopping and --schedule plateau, which decide by it, else 0.")
    private Double validation;

    private double share;

    /// The examples in their three parts.
    ///
    /// @param validation what is looked at after each epoch; the test part itself where nothing is decided by it
    record Parts(Dataset train, Dataset validation, Dataset test) {
        /// Whether validation examples were kept aside.
        boolean validated() {
            return validation != test;
        }
    }

    /// @param decides whether something is decided by the validation data
    void check(Usage usage, boolean decides) {
        task(usage);
        usage.check(testFraction > 0 && testFraction < 1, "--test-fraction", testFraction,
                "give a number between 0 and 1");
        usage.check(splitSeed >= 0 && splitSeed <= NumpyRandom.MAX_SEED, "--split-seed", splitSeed,
                "give 0 to " + NumpyRandom.MAX_SEED);
        usage.check(data == null || !data.toString().isEmpty(), "--data", "''", "give the name of a CSV file");
        usage.check(validation == null || validation >= 0 && validation < 1, "--validation", validation,
                "give 0 to below 1");
        share = validation != null ? validation : decides ? USUAL_VALIDATION : 0;
        usage.check(!decides || share > 0, "--validation", share,
                "--early-stopping and --schedule plateau decide by validation data; give a share above 0");
    }

    Task task(Usage usage) {
        return usage.choice("task", task, Task.DIGITS.title, Task.PARITY.title).equals(Task.DIGITS.title)
                ? Task.DIGITS : Task.PARITY;
    }

    /// Reads and splits.
    ///
    /// @throws DataException when the data cannot be read, or is too little to split
    Parts parts(Usage usage) {
        Split split = split("--test-fraction", task(usage).labelled(all().scaled(1f / Digits.MAX_PIXEL)), testFraction);
        if (share == 0) {
            return new Parts(split.train(), split.test(), split.test());
        }
        Split again = split("--validation", split.train(), share);
        return new Parts(again.train(), again.test(), split.test());
    }

    private Split split(String option, Dataset data, double part) {
        int rows = (int) Math.ceil(part * data.size());
        if (rows == data.size()) {
            throw new DataException(option + " is " + part + "; of " + data.size() + (rows == 1 ? " row" : " rows")
                    + " it leaves none to train on; give a smaller share or more data");
        }
        return Split.of(data, part, splitSeed);
    }

    /// Refuses to write the file of an option over the data.
    void keeps(Usage usage, String option, Path file) {
        try {
            usage.check(file == null || data == null || !Files.exists(file) || !Files.isSameFile(file, data), option,
                    file, "this is the file of --data, which would be lost; give another name");
        } catch (IOException e) {
            // A file of the data that is not there: reading it says so.
            return;
        }
    }

    private Dataset all() {
        return data == null ? Digits.load() : DigitsCsv.read(data);
    }

    /// The test part of [#parts], the same rows in the same order, as it is in the file: pixels of 0 to 16, and the
    /// digits as labels.
    Dataset rawTest() {
        return split("--test-fraction", all(), testFraction).test();
    }

    void describe(Map<String, Object> config) {
        config.put("task", task);
        config.put("split_seed", splitSeed);
        config.put("test_fraction", testFraction);
        config.put("validation", share);
        config.put("data", data == null ? "bundled" : data.toString());
    }
}
