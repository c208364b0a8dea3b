package lanegrad.nn;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import lanegrad.Shape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.data.DataException;
import lanegrad.data.WholeFile;
import lanegrad.math.SplitMix;
import lanegrad.op.Activations;
import lanegrad.op.UnaryOp;

/// A trained network as a file: of [Dense] layers, with every bit of their weights.
///
/// **Format, version 1.** All numbers are little-endian. A *text* is its length in bytes as a 16-bit unsigned number
/// and then so many bytes of UTF-8.
///
///     bytes  what
///         8  89 4c 47 4d 0d 0a 1a 0a: what the file is. The byte above 7f, the two kinds of line end and the
///            control-Z show a transfer that took it for text
///         4  the version, 1
///         8  the length of the whole file in bytes
///         4  float32: what raw features are multiplied with
///      text  the task: "digits"
///      text  the loss that it was trained on, by its name in Objective.named: "softmax-cross-entropy"
///      text  a note for people
///         2  the number of classes, and as often
///      text      the name of the class
///         4  the number of features
///         2  the number of layers, and as often
///         4      the number of units
///      text      the activation, by its name in Activations.named; empty for none
///            for each layer
///       4mn      float32: the weights [m, n], from m inputs to n units, row-major
///        4n      float32: the biases
///        32  SHA-256 of all bytes before it
///
/// **Checks.** In this order: what the file is, its version, its length, its SHA-256, and then each field. So a file
/// cut short, changed in a single bit, of another version or of another kind is refused, before anything is made of it.
/// The SHA-256 tells damage, not who wrote the file.
///
/// Layers that do nothing in a prediction, [Dropout], are not kept.
///
/// (Over 300 lines, because writer and reader belong beside the format, and a third are the sentences of its errors.)
public final class ModelFile {
    /// The version that is written, and the only one that is read.
    public static final int VERSION = 1;
    /// The longest file in bytes: 1 GiB.
    public static final long MAX_BYTES = 1L << 30;

    private static final byte[] MAGIC = HexFormat.of().parseHex("894c474d0d0a1a0a");
    private static final int LENGTH_AT = MAGIC.length + 4;
    private static final int START = LENGTH_AT + 8;
    private static final int HASH = 32;
    private static final int LONGEST_TEXT = 0xffff;
    private static final String ODD = "; it was not written by Lanegrad, or by another version of it";

    private final ByteBuffer in;
    private final String name;

    private ModelFile(byte[] bytes, String name) {
        this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.name = name;
    }

    /// Writes the file, or puts it in the place of the one that is: whole or not at all.
    ///
    /// @throws DataException when it cannot be written
    /// @throws IllegalArgumentException as [#encode]
    public static void write(Path file, Classifier classifier) {
        byte[] bytes = encode(classifier);
        try {
            WholeFile.write(file, bytes);
        } catch (IOException e) {
            throw new DataException(file + " cannot be written: " + e + "; choose another place.", e);
        }
    }

    /// The network of a file.
    ///
    /// @throws DataException when there is no such file, or it is damaged, incomplete or no model of this version
    public static Classifier read(Path file) {
        if (Files.isDirectory(file)) {
            throw new DataException(file + " is a folder; give the model file itself.");
        }
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw new DataException(file + " is no model: it has " + size + " bytes, and a model has at most "
                        + MAX_BYTES + "; give a file that train --save wrote.");
            }
            return decode(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            String reason = switch (e) {
                case NoSuchFileException missing -> "there is no such file; check the path, or write it with "
                        + "train --save";
                case AccessDeniedException denied -> "its permissions forbid it";
                default -> e.toString();
            };
            throw new DataException(file + " cannot be read: " + reason + ".", e);
        }
    }

    /// The bytes of a file.
    ///
    /// @throws IllegalArgumentException for a layer, an activation or a loss that the format has no name for, or a
    ///         network that is too large for it
    public static byte[] encode(Classifier classifier) {
        List<Dense> layers = layers(classifier.model());
        Fields header = new Fields();
        header.number(Float.floatToRawIntBits(classifier.scale()), 4);
        header.text("task", classifier.task());
        Objective objective = classifier.objective();
        if (!Objective.named(objective.name()).equals(objective)) {
            throw new IllegalArgumentException("model file: the objective " + objective.name()
                    + " is not the one that Objective knows by this name; the format keeps the name only");
        }
        header.text("loss", objective.name());
        header.text("note", classifier.note());
        header.number(classifier.classes().size(), 2);
        for (String c : classifier.classes()) {
            header.text("name of a class", c);
        }
        int features = layers.getFirst().weights().shape().extent(0);
        // Layers that do not fit each other are refused here, not by whoever reads the file.
        classifier.model().output(Shape.of(1, features));
        int outputs = classifier.objective().targets().outputs(classifier.classes().size());
        int units = layers.getLast().bias().shape().size();
        if (units != outputs) {
            throw new IllegalArgumentException("model file: the last layer has " + units + " units; "
                    + objective.name() + " on " + classifier.classes().size() + " classes needs " + outputs);
        }
        header.number(features, 4);
        header.number(layers.size(), 2);
        for (Dense layer : layers) {
            header.number(layer.bias().shape().size(), 4);
            header.text("activation", layer.activation() == null ? "" : known(layer.activation()));
        }
        long length = (long) START + header.size() + 4L * classifier.model().parameterCount() + HASH;
        if (length > MAX_BYTES) {
            throw new IllegalArgumentException("model file: the network has " + classifier.model().parameterCount()
                    + " parameters, and the file would have " + length + " bytes; the most is " + MAX_BYTES);
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(MAGIC).putInt(VERSION).putLong(length).put(header.toByteArray());
        for (Var p : classifier.model().parameters()) {
            Tensor t = p.value();
            bytes.asFloatBuffer().put(t.data(), 0, t.size());
            bytes.position(bytes.position() + 4 * t.size());
        }
        return bytes.put(hash(bytes.array(), bytes.position())).array();
    }

    private static List<Dense> layers(Sequential model) {
        List<Dense> layers = new ArrayList<>();
        for (Layer layer : model.layers()) {
            switch (layer) {
                case Dense dense -> layers.add(dense);
                case Dropout dropout -> {
                }
                default -> throw new IllegalArgumentException("model file: the layer " + layer.describe()
                        + " cannot be kept; the format knows dense layers only");
            }
        }
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("model file: the network has no dense layer, so there is nothing to "
                    + "keep");
        }
        return layers;
    }

    private static String known(UnaryOp activation) {
        if (Activations.named(activation.name()) != activation) {
            throw new IllegalArgumentException("model file: the activation " + activation.name()
                    + " is not the one of the registry; the format keeps its name only");
        }
        return activation.name();
    }

    private static byte[] hash(byte[] bytes, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes, 0, length);
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /// The network that these bytes are.
    ///
    /// @param name opens every message: the file
    /// @throws DataException when they are damaged, incomplete or no model of this version
    public static Classifier decode(byte[] bytes, String name) {
        return new ModelFile(bytes, name).classifier();
    }

    private Classifier classifier() {
        whole();
        float scale = in.getFloat();
        String task = text("task");
        String loss = text("loss");
        String note = text("note");
        int count = count();
        List<String> classes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            classes.add(text("name of a class"));
        }
        Sequential model = model();
        try {
            Classifier classifier = new Classifier(model, Objective.named(loss), scale, task, classes, note);
            int outputs = classifier.objective().targets().outputs(count);
            Var last = model.parameters().getLast();
            if (last.shape().size() != outputs) {
                throw odd("the last layer has " + last.shape().size() + " units for " + count + " classes");
            }
            return classifier;
        } catch (IllegalArgumentException e) {
            throw odd(e.getMessage());
        }
    }

    // Everything but the meaning of the fields.
    private void whole() {
        byte[] bytes = in.array();
        if (bytes.length == 0) {
            throw new DataException(name + " is empty; write it anew with train --save.");
        }
        int begun = Math.min(MAGIC.length, bytes.length);
        if (!Arrays.equals(bytes, 0, begun, MAGIC, 0, begun)) {
            throw new DataException(name + " is no model: it does not begin with the bytes "
                    + HexFormat.ofDelimiter(" ").formatHex(MAGIC) + "; give a file that train --save wrote.");
        }
        if (bytes.length >= LENGTH_AT && in.getInt(MAGIC.length) != VERSION) {
            throw new DataException(name + " is a model of version " + Integer.toUnsignedString(in.getInt(MAGIC.length))
                    + ", and this program reads version " + VERSION
                    + "; train and save it with this program, or take the program that wrote it.");
        }
        long length = bytes.length >= START ? in.getLong(LENGTH_AT) : START + HASH;
        if (bytes.length < length) {
            throw new DataException(name + " is cut short: it has " + bytes.length + " bytes"
                    + (bytes.length >= START ? " of " + Long.toUnsignedString(length) : "")
                    + "; copy it again, or write it anew with train --save.");
        }
        if (bytes.length > length || length < START + HASH) {
            throw new DataException(name + " is damaged: it has " + bytes.length + " bytes, and says that it has "
                    + Long.toUnsignedString(length) + "; copy it again, or write it anew with train --save.");
        }
        int end = bytes.length - HASH;
        if (!Arrays.equals(bytes, end, bytes.length, hash(bytes, end), 0, HASH)) {
            throw new DataException(name + " is damaged: its content does not have the SHA-256 at its end; copy it "
                    + "again, or write it anew with train --save.");
        }
        in.position(START).limit(end);
        require(4);
    }

    private Sequential model() {
        require(6);
        int features = size("features", in.getInt());
        int layers = count();
        if (layers == 0) {
            throw odd("it has no layers");
        }
        int[] units = new int[layers];
        UnaryOp[] activations = new UnaryOp[layers];
        long floats = 0;
        for (int i = 0; i < layers; i++) {
            require(4);
            units[i] = size("units of layer " + (i + 1), in.getInt());
            floats += ((i == 0 ? features : units[i - 1]) + 1L) * units[i];
            if (floats > MAX_BYTES) {
                throw odd("layer " + (i + 1) + " has more parameters than a file can hold");
            }
            String activation = text("activation");
            try {
                activations[i] = activation.isEmpty() ? null : Activations.named(activation);
            } catch (IllegalArgumentException e) {
                throw odd(e.getMessage());
            }
        }
        // Before any array is made: the sizes are only words so far.
        if (floats * 4 != in.remaining()) {
            throw odd("its layers have " + floats + " parameters, and " + in.remaining() / 4 + " are there");
        }
        Layer[] dense = new Layer[layers];
        for (int i = 0; i < layers; i++) {
            int inputs = i == 0 ? features : units[i - 1];
            dense[i] = new Dense("dense" + (i + 1), inputs, units[i], activations[i], Init.ZERO, new SplitMix(0));
            for (Var p : dense[i].parameters()) {
                Tensor t = p.value();
                in.asFloatBuffer().get(t.data(), 0, t.size());
                in.position(in.position() + 4 * t.size());
                t.changed();
            }
        }
        return new Sequential(dense);
    }

    private int size(String what, int size) {
        if (size < 1) {
            throw odd("the number of " + what + " is " + Integer.toUnsignedString(size));
        }
        return size;
    }

    private String text(String what) {
        int length = count();
        require(length);
        ByteBuffer bytes = in.slice(in.position(), length);
        in.position(in.position() + length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw odd("its " + what + " is not UTF-8");
        }
    }

    private int count() {
        require(2);
        return Short.toUnsignedInt(in.getShort());
    }

    private void require(int bytes) {
        if (in.remaining() < bytes) {
            throw odd("its header ends too early");
        }
    }

    // The SHA-256 is right and the content is not: no damage.
    private DataException odd(String what) {
        return new DataException(name + " cannot be used: " + what + ODD + ".");
    }

    // The fields of the header. A DataOutputStream would write the largest byte first.
    private static final class Fields extends ByteArrayOutputStream {
        void number(int value, int bytes) {
            if (bytes == 2 && value > 0xffff) {
                throw new IllegalArgumentException("model file: " + value
                        + " classes or layers are too many; the most is 65535");
            }
            for (int i = 0; i < bytes; i++) {
                write(value >>> 8 * i);
            }
        }

        void text(String what, String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            if (bytes.length > LONGEST_TEXT) {
                throw new IllegalArgumentException("model file: the " + what + " has " + bytes.length
                        + " bytes; the most is " + LONGEST_TEXT);
            }
            number(bytes.length, 2);
            writeBytes(bytes);
        }
    }
}
