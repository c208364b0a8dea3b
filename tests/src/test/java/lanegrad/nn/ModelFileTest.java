package lanegrad.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import lanegrad.Backend;
import lanegrad.Shape;
import lanegrad.Tensor;
import lanegrad.Var;
import lanegrad.data.DataException;
import lanegrad.data.Digits;
import lanegrad.data.Split;
import lanegrad.math.SplitMix;
import lanegrad.op.LeakyRelu;
import lanegrad.op.Relu;
import lanegrad.op.Tanh;
import lanegrad.optim.Sgd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Models as files: every bit comes back, and nothing that was changed is taken for a model.
class ModelFileTest {
    private static final List<String> TWO = List.of("even", "odd");

    @TempDir
    Path folder;

    private static Classifier small() {
        Sequential model = Sequential.perceptron(Tanh.OP, Init.HE, new SplitMix(1), 3, 2, 1);
        return new Classifier(model, Objective.BINARY_CROSS_ENTROPY, 0.0625f, "parity", TWO, "für Leute");
    }

    private static String refused(byte[] bytes) {
        DataException e = assertThrows(DataException.class, () -> ModelFile.decode(bytes, "some.model"));
        assertTrue(e.getMessage().startsWith("some.model ") && e.getMessage().endsWith("."), e.getMessage());
        return e.getMessage();
    }

    // The file with this content before its hash.
    private static byte[] sealed(byte[] content) throws Exception {
        ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).putLong(12, content.length + 32);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(content);
        all.writeBytes(MessageDigest.getInstance("SHA-256").digest(content));
        return all.toByteArray();
    }

    /// The format of the Javadoc, written a second time, by hand.
    @Test
    void theBytesAreThoseOfTheDocument() throws Exception {
        Classifier classifier = small();
        ByteBuffer b = ByteBuffer.allocate(1000).order(ByteOrder.LITTLE_ENDIAN);
        b.put(HexFormat.ofDelimiter(" ").parseHex("89 4c 47 4d 0d 0a 1a 0a")).putInt(1).putLong(0).putFloat(0.0625f);
        for (String text : List.of("parity", "binary-cross-entropy", "für Leute")) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            b.putShort((short) utf8.length).put(utf8);
        }
        b.putShort((short) 2).putShort((short) 4).put("even".getBytes()).putShort((short) 3).put("odd".getBytes());
        b.putInt(3).putShort((short) 2).putInt(2).putShort((short) 4).put("tanh".getBytes()).putInt(1)
                .putShort((short) 0);
        for (Var p : classifier.model().parameters()) {
            for (float v : p.value().toArray()) {
                b.putFloat(v);
            }
        }
        assertArrayEquals(sealed(Arrays.copyOf(b.array(), b.position())), ModelFile.encode(classifier));
    }

    @Test
    void everythingComesBackBitForBit() throws IOException {
        Sequential model = new Sequential(
                new Dense("a", 5, 4, Relu.OP, Init.HE, new SplitMix(1)), new Dropout(0.5f, new SplitMix(2)),
                new Dense("b", 4, 7, null, Init.HE, new SplitMix(3)),
                new Dense("c", 7, 10, Tanh.OP, Init.HE, new SplitMix(4)));
        float[] odd = {-0f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NEGATIVE_INFINITY,
                Float.intBitsToFloat(0x7fc12345)};
        Tensor w = model.parameters().getFirst().value();
        for (int i = 0; i < odd.length; i++) {
            w.set(i, odd[i]);
        }
        model.parameters().get(1).value().fill(0.1f);
        List<String> classes = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "");
        Path file = folder.resolve("a.model");
        ModelFile.write(file, new Classifier(model, Objective.named("huber"), -3e38f, "", classes, "two\nlines"));
        Classifier read = ModelFile.read(file);

        assertEquals(model.sha256(), read.model().sha256());
        assertEquals(List.of("dense relu", "dense", "dense tanh"),
                read.model().layers().stream().map(Layer::describe).toList());
        assertEquals(Shape.of(2, 10), read.model().output(Shape.of(2, 5)));
        assertEquals("huber", read.objective().name());
        assertEquals(-3e38f, read.scale());
        assertEquals(List.of("", "two\nlines"), List.of(read.task(), read.note()));
        assertEquals(classes, read.classes());
        assertSame(Relu.OP, ((Dense) read.model().layers().getFirst()).activation());
        assertNull(((Dense) read.model().layers().get(1)).activation());
        assertEquals("dense2.b", read.model().parameters().get(3).name());
    }

    /// A trained network and what is read of its file say the same of every digit.
    @Test
    void theScoresAreThoseOfTheTrainer() {
        Split digits = Split.of(Digits.load(), 0.2, 42);
        Split scaled = Split.of(Digits.load().scaled(1f / 16), 0.2, 42);
        Sequential model = Sequential.perceptron(Relu.OP, Init.HE, new SplitMix(3), 64, 16, 10);
        Trainer trainer = new Trainer(model, new Sgd(model.parameters(), 0.2f, 0.9f, Backend.SCALAR), Backend.SCALAR,
                1);
        trainer.fit(scaled.train(), scaled.test(), Trainer.Settings.of(2, 32), new SplitMix(4),
                Trainer.Listener.SILENT);
        Evaluation expected = trainer.evaluate(scaled.test());
        List<String> classes = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        Classifier read = ModelFile.decode(ModelFile.encode(new Classifier(model, Objective.SOFTMAX_CROSS_ENTROPY,
                1f / 16, "digits", classes, "")), "memory");
        Tensor scores = read.scores(digits.test().x(), Backend.SCALAR);
        assertArrayEquals(expected.logits().toArray(), scores.toArray());
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.predictions()[i], read.predict(scores, i));
            double[] shares = read.shares(scores, i);
            assertEquals(1, Arrays.stream(shares).sum(), 1e-12);
            for (int c = 0; c < 10; c++) {
                double odds = StrictMath.exp((double) scores.get(i, c) - scores.get(i, read.predict(scores, i)));
                assertEquals(odds * shares[read.predict(scores, i)], shares[c], 1e-15);
            }
        }
    }

    @Test
    void sharesOfASingleScore() {
        Tensor scores = Tensor.of(new float[] {0, 2, -3}, 3, 1);
        assertArrayEquals(new double[] {0.5, 0.5}, Objective.BINARY_CROSS_ENTROPY.shares(scores, 0));
        double p = 1 / (1 + Math.exp(-2));
        assertArrayEquals(new double[] {1 - p, p}, Objective.BINARY_CROSS_ENTROPY.shares(scores, 1), 1e-15);
        assertArrayEquals(new double[] {3, -3}, Objective.named("hinge").shares(scores, 2));
    }

    /// Single bits are what a disk or a wire changes.
    @Test
    void everyFlippedBitIsRefused() {
        byte[] bytes = ModelFile.encode(small());
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            String message = refused(flipped);
            String expected = bit < 64 ? " is no model: " : bit < 96 ? " is a model of version "
                    : bit < 160 ? " bytes" : " is damaged: its content does not have the SHA-256 at its end";
            assertTrue(message.contains(expected), "bit " + bit + ": " + message);
        }
    }

    @Test
    void everyCutAndEveryAdditionIsRefused() {
        byte[] bytes = ModelFile.encode(small());
        for (int length = 0; length < bytes.length; length++) {
            String message = refused(Arrays.copyOf(bytes, length));
            assertTrue(message.contains(length == 0 ? " is empty; " : " is cut short: it has " + length + " bytes"),
                    message);
        }
        assertTrue(refused(Arrays.copyOf(bytes, bytes.length + 1)).contains(" is damaged: it has "));
    }

    @Test
    void anotherVersionIsRefusedByName() throws Exception {
        byte[] bytes = ModelFile.encode(small());
        byte[] content = Arrays.copyOf(bytes, bytes.length - 32);
        content[8] = 2;
        assertTrue(refused(sealed(content)).contains(
                " is a model of version 2, and this program reads version 1; train and save it with this program"));
    }

    @Test
    void whatIsNoModelIsRefused() {
        assertTrue(refused("0,0,5,13\n".getBytes()).contains(
                " is no model: it does not begin with the bytes 89 4c 47 4d 0d 0a 1a 0a; give a file that train "));
        assertTrue(refused(new byte[] {(byte) 0x89}).contains("cut short"));
    }

    /// The right hash over fields that say nothing sensible: each is refused, and before memory is taken for it.
    @Test
    void fieldsThatAreNotOursAreRefused() throws Exception {
        byte[] bytes = ModelFile.encode(small());
        byte[] content = Arrays.copyOf(bytes, bytes.length - 32);
        String latin = new String(content, StandardCharsets.ISO_8859_1);
        int layers = latin.indexOf("odd") + 3;
        // Where, what is put there, and what the message says.
        Object[][] faults = {
            {20, "0000c07f", "the scale is NaN"},
            {24, "ffff", "its header ends too early"},
            {26, "ff", "its task is not UTF-8"},
            {latin.indexOf("binary-"), "78", "loss 'xinary-cross-entropy' is unknown; choose one of softmax-"},
            // One class less: its name becomes the number of features.
            {latin.indexOf("even") - 4, "01", "more parameters than a file can hold"},
            {layers, "00000000", "the number of features is 0"},
            {layers, "ffffffff", "the number of features is 4294967295"},
            {layers, "ffffff7f", "has more parameters than a file can hold"},
            {layers, "04000000", "its layers have 13 parameters, and 11 are there"},
            {layers + 4, "0000", "it has no layers"},
            {layers + 6, "03000000", "its layers have 16 parameters, and 11 are there"},
            {latin.indexOf("tanh"), "78", "activation 'xanh' is unknown; choose one of relu"}};
        for (Object[] fault : faults) {
            byte[] changed = content.clone();
            byte[] put = HexFormat.of().parseHex((String) fault[1]);
            System.arraycopy(put, 0, changed, (int) fault[0], put.length);
            String message = refused(sealed(changed));
            assertTrue(message.matches(".* cannot be used: .*(" + fault[2] + ").*"), fault[2] + " in " + message);
            assertTrue(message.endsWith("; it was not written by Lanegrad, or by another version of it."), message);
        }
    }

    @Test
    void whatTheFormatHasNoNameForIsRefusedWhenItIsWritten() {
        Classifier good = small();
        Layer own = new Unchanged("mine");
        for (Object[] bad : new Object[][] {
            {new Sequential(own), "the layer mine cannot be kept; the format knows dense layers only"},
            {new Sequential(new Dropout(0.1f, new SplitMix(1))), "the network has no dense layer"},
            {Sequential.perceptron(new LeakyRelu(0.3f), Init.HE, new SplitMix(1), 3, 2, 1),
                "the activation leaky-relu.* is not the one of the registry|activation .* is unknown"},
            {new Sequential(new Dense("a", 3, 2, null, Init.ZERO, new SplitMix(1)),
                    new Dense("b", 3, 1, null, Init.ZERO, new SplitMix(1))), ".*"},
            {new Sequential(new Dense("a", 3, 2, null, Init.ZERO, new SplitMix(1))), "the last layer has 2 units; "
                    + "binary-cross-entropy on 2 classes needs 1"}}) {
            Classifier classifier = new Classifier((Sequential) bad[0], good.objective(), 1, "", TWO, "");
            String message = assertThrows(IllegalArgumentException.class, () -> ModelFile.encode(classifier))
                    .getMessage();
            assertNotNull(message);
            assertTrue(message.matches(".*(" + bad[1] + ").*"), message);
        }
        assertThrows(IllegalArgumentException.class, () -> ModelFile.encode(
                new Classifier(good.model(), good.objective(), 1, "", TWO, "n".repeat(65536))));
        assertThrows(IllegalArgumentException.class, () -> new Classifier(good.model(), good.objective(), 1, "",
                List.of("a", "b", "c"), ""));
        assertThrows(IllegalArgumentException.class, () -> new Classifier(good.model(), good.objective(),
                Float.POSITIVE_INFINITY, "", TWO, ""));
    }

    @Test
    void filesThatCannotBeReadOrWrittenAreSentences() throws IOException {
        for (Path bad : List.of(folder, folder.resolve("missing.model"))) {
            DataException e = assertThrows(DataException.class, () -> ModelFile.read(bad));
            assertTrue(e.getMessage().startsWith(bad + " "), e.getMessage());
        }
        Path nowhere = folder.resolve("no/such/a.model");
        DataException e = assertThrows(DataException.class, () -> ModelFile.write(nowhere, small()));
        assertTrue(e.getMessage().startsWith(nowhere + " cannot be written: "), e.getMessage());
        Path file = Files.writeString(folder.resolve("a.model"), "the old one");
        ModelFile.write(file, small());
        assertArrayEquals(ModelFile.encode(small()), Files.readAllBytes(file));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList(), "no temporary file stays behind");
        }
    }
}
