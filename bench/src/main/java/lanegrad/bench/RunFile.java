package lanegrad.bench;

import com.google.gson.FormattingStyle;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import lanegrad.Backend;
import lanegrad.data.WholeFile;
import lanegrad.nn.Evaluation;
import lanegrad.nn.History;
import lanegrad.nn.Metrics;
import lanegrad.nn.Sequential;

/// What a command writes at its end, for instance the run as JSON. The place is looked at before the work begins, and
/// the file appears whole or not at all.
final class RunFile {
    private final String option;
    private final Path file;

    /// The file of this option.
    ///
    /// @throws Main.Failure when nothing can be written there
    RunFile(String option, Path file) {
        this.option = option;
        if (file.toString().isEmpty()) {
            throw new Main.Failure(option + " is empty; give the name of a file");
        }
        if (Files.isDirectory(file)) {
            throw new Main.Failure(option + " " + file + ": this is a folder; give the name of a file");
        }
        this.file = target(file);
        Path folder = this.file.getParent();
        if (!Files.isDirectory(folder)) {
            throw new Main.Failure(option + " " + file + ": the folder " + folder + " does not exist; create it first");
        }
        if (!device() && !Files.isWritable(folder) || Files.exists(file) && !Files.isWritable(file)) {
            throw new Main.Failure(option + " " + file + ": no permission to write there; choose another place");
        }
    }

    // What a link leads to is replaced, not the link.
    private static Path target(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            return file.toAbsolutePath();
        }
    }

    // A terminal, a pipe, /dev/null: written to and never replaced.
    private boolean device() {
        return Files.exists(file) && !Files.isRegularFile(file);
    }

    /// What there is to write.
    record Run(Backend backend, int threads, long seed, Map<String, Object> config, DataOptions.Parts parts,
            History history, Evaluation result, Sequential model) {
    }

    void write(Run of) {
        Map<String, Object> run = new LinkedHashMap<>();
        run.put("version", Main.VERSION.substring("lanegrad ".length()));
        run.put("jdk", Runtime.version().toString());
        run.put("backend", of.backend().toString().toLowerCase(Locale.ROOT));
        run.put("lanes", of.backend().lanes());
        run.put("threads", of.threads());
        run.put("seed", of.seed());
        run.put("config", of.config());
        run.put("train_examples", of.parts().train().size());
        String judged = of.parts().validated() ? "validation" : "test";
        run.put("validation_examples", of.parts().validated() ? of.parts().validation().size() : 0);
        run.put("test_examples", of.parts().test().size());
        List<Map<String, Object>> epochs = new ArrayList<>();
        for (History.Epoch e : of.history().epochs()) {
            Map<String, Object> epoch = new LinkedHashMap<>();
            epoch.put("epoch", e.epoch());
            epoch.put("train_loss", e.trainLoss());
            epoch.put("train_accuracy", e.trainAccuracy());
            epoch.put(judged + "_loss", e.validationLoss());
            epoch.put(judged + "_accuracy", e.validationAccuracy());
            epoch.put("seconds", e.seconds());
            epochs.add(epoch);
        }
        run.put("epochs", epochs);
        run.put("kept_epoch", of.history().kept());
        Metrics metrics = of.result().metrics();
        run.put("test_accuracy", metrics.accuracy());
        run.put("macro_precision", metrics.macroPrecision());
        run.put("macro_recall", metrics.macroRecall());
        run.put("macro_f1", metrics.macroF1());
        run.put("weights_sha256", of.model().sha256());
        run.put("confusion", metrics.confusion());
        write(json(run), "training had ended");
    }

    static String json(Object content) {
        Gson gson = new GsonBuilder().setFormattingStyle(FormattingStyle.PRETTY).serializeNulls().create();
        return gson.toJson(content) + "\n";
    }

    /// The file.
    Path file() {
        return file;
    }

    /// Puts the file there, or in the place of the one that is.
    ///
    /// @param lost what had happened by then, for the message
    /// @throws Main.Failure when it cannot be written
    void write(byte[] bytes, String lost) {
        try {
            if (device()) {
                Files.write(file, bytes, StandardOpenOption.WRITE);
                return;
            }
            WholeFile.write(file, bytes);
        } catch (IOException e) {
            throw new Main.Failure(option + " " + file + ": it could not be written (" + e.getMessage() + "); " + lost
                    + ", run again with another place");
        }
    }

    /// A text, as UTF-8.
    void write(String text, String lost) {
        write(text.getBytes(StandardCharsets.UTF_8), lost);
    }
}
