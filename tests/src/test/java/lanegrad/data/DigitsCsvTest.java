package lanegrad.data;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigitsCsvTest {
    /// Pixels 0, 1, .. 16, 0, 1, ..; label 7.
    private static final String ROW = row(7);

    @TempDir
    private Path directory;

    // What is read

    @Test
    void readsWhatTheBundledSetHolds() throws IOException {
        byte[] gzip;
        try (InputStream in = Digits.class.getResourceAsStream("digits.csv.gz")) {
            gzip = in.readAllBytes();
        }
        Path misnamed = Files.write(directory.resolve("digits.csv"), gzip);
        assertEquals("4d86facb", DigitsTest.crc(DigitsCsv.read(misnamed)), "told by its bytes, not its name");
        byte[] plain = new GZIPInputStream(new ByteArrayInputStream(gzip)).readAllBytes();
        Path file = Files.write(directory.resolve("digits.csv.gz"), plain);
        assertEquals("4d86facb", DigitsTest.crc(DigitsCsv.read(file)), "told by its bytes, not its name");
    }

    @Test
    void readsRowsInOrder() {
        Dataset data = parse(row(3) + "\n" + row(9) + "\n" + row(0) + "\n");
        assertArrayEquals(new int[] {3, 9, 0}, data.y());
        assertEquals(10, data.classes());
        for (int i = 0; i < 64; i++) {
            assertEquals(i % 17, data.x().get(1, i));
        }
    }

    @Test
    void lineEndsAndMarks() {
        String expected = DigitsTest.crc(parse(ROW + "\n" + row(1) + "\n"));
        String mark = "\u00ef\u00bb\u00bf";
        assertEquals(expected, DigitsTest.crc(parse(ROW + "\n" + row(1))), "no final line end");
        assertEquals(expected, DigitsTest.crc(parse(ROW + "\r\n" + row(1) + "\r\n")), "CRLF");
        assertEquals(expected, DigitsTest.crc(parse(ROW + "\r\n" + row(1) + "\r")), "half a CRLF at the end");
        assertEquals(expected, DigitsTest.crc(parse(ROW + "\r\n" + row(1) + "\n")), "both");
        assertEquals(expected, DigitsTest.crc(parse(mark + ROW + "\n" + row(1) + "\n")), "byte order mark");
        assertEquals(expected, DigitsTest.crc(parse(ROW + "\n" + row(1) + "\n\n\r\n\n")),
                "blank lines behind");
    }

    @Test
    void leadingZerosAreDigits() {
        assertEquals(DigitsTest.crc(parse(ROW)), DigitsTest.crc(parse(ROW.replace(",5,", ",005,"))));
    }

    @Test
    void joinedGzipFilesAreOneFile() throws IOException {
        byte[] joined = join(gzip(ROW + "\n"), gzip(row(1) + "\n"), gzip(""), gzip(row(2)));
        assertArrayEquals(new int[] {7, 1, 2}, parse(joined).y());
    }

    @Test
    void gzipHeadersMayHoldMore() throws IOException {
        byte[] plain = gzip(ROW);
        // Flags: header check 2, extra field 4, name 8, comment 16.
        byte[] start = {0x1f, (byte) 0x8b, 8, 2 + 4 + 8 + 16, 1, 2, 3, 4, 0, 3, 3, 0, 'x', 'y', 'z', 'a', 0,
            'b', 'c', 0};
        CRC32 crc = new CRC32();
        crc.update(start);
        byte[] check = {(byte) crc.getValue(), (byte) (crc.getValue() >> 8)};
        byte[] full = join(start, check, Arrays.copyOfRange(plain, 10, plain.length));
        assertArrayEquals(new int[] {7}, parse(full).y());
        full[start.length] ^= 1;
        assertEquals("x cannot be read: the gzip header is damaged: its check sum differs.", fault(full));
    }

    @Test
    void shortReadsMakeNoDifference() throws IOException {
        byte[] plain = (ROW + "\n" + row(1) + "\r\n").repeat(40).getBytes(ISO_8859_1);
        String expected = DigitsTest.crc(parse(plain));
        assertEquals(expected, DigitsTest.crc(DigitsCsv.parse(new Trickle(plain), "x")));
        assertEquals(expected, DigitsTest.crc(DigitsCsv.parse(new Trickle(gzip(plain)), "x")));
    }

    @Test
    void theStreamIsClosed() {
        Trickle good = new Trickle(ROW.getBytes(ISO_8859_1));
        DigitsCsv.parse(good, "x");
        assertTrue(good.closed);
        Trickle bad = new Trickle("1,2".getBytes(ISO_8859_1));
        assertThrows(DataException.class, () -> DigitsCsv.parse(bad, "x"));
        assertTrue(bad.closed);
    }

    // What is refused

    @Test
    void wrongNumberOfColumns() {
        assertEquals("x, line 2: the row is too short, 64 columns instead of 65; give 64 pixels and the"
                + " label, with commas between.", fault(ROW + "\n" + ROW.substring(2) + "\n"));
        assertEquals("x, line 1: the row is too long, 66 columns instead of 65; give 64 pixels and the label,"
                + " with commas between.", fault("0," + ROW));
        assertEquals("x, line 1: the row is too long, 66 columns instead of 65; give 64 pixels and the label,"
                + " with commas between.", fault(ROW + ","));
        assertEquals("x, line 1: the row is too short, 1 column instead of 65; give 64 pixels and the label,"
                + " with commas between.", fault(ROW.replace(',', ';')));
        assertEquals("x, line 1: the row is too short, 1 column instead of 65; give 64 pixels and the label,"
                + " with commas between.", fault(" "));
        // The count comes before a field, even when the field stands first.
        assertTrue(fault("99," + ROW).contains("66 columns"));
    }

    @Test
    void wrongPixels() {
        assertEquals("x, line 2, column 6: the pixel is \"17\", not a whole number 0..16 in digits only;"
                + " correct it.", fault(ROW + "\n" + with(5, "17")));
        assertEquals("x, line 1, column 6: the pixel is \"17\", not a whole number 0..16 in digits only;"
                + " correct it, or remove the line if it is a header.", fault(with(5, "17")));
        assertEquals("x, line 2, column 1: the pixel is empty, not a whole number 0..16 in digits only;"
                + " correct it.", fault(ROW + "\n" + with(0, "")));
        assertEquals("x, line 2, column 64: the pixel is \"x\", not a whole number 0..16 in digits only;"
                + " correct it.", fault(ROW + "\n" + with(63, "x")));
        for (String wrong : new String[] {"-1", "+1", " 1", "1 ", "1.0", "1e0", "\"1\"", "100", "4294967296",
            "18446744073709551616", "0x1", "1\r", "NaN", "\t"}) {
            String message = fault(ROW + "\n" + with(5, wrong));
            assertTrue(message.startsWith("x, line 2, column 6: the pixel is \"" + wrong.charAt(0))
                    || message.startsWith("x, line 2, column 6: the pixel is \"\\x09\""), message);
        }
    }

    @Test
    void wrongLabels() {
        assertEquals("x, line 2, column 65: the label is \"10\", not a whole number 0..9 in digits only;"
                + " correct it.", fault(ROW + "\n" + with(64, "10")));
        assertEquals("x, line 2, column 65: the label is empty, not a whole number 0..9 in digits only;"
                + " correct it.", fault(ROW + "\n" + with(64, "")));
        assertEquals("x, line 2, column 65: the label is \"-1\", not a whole number 0..9 in digits only;"
                + " correct it.", fault(ROW + "\r\n" + with(64, "-1") + "\r\n"));
        assertEquals("x, line 1, column 65: the label is \"7 \\x0d\\xe9\", not a whole number 0..9 in"
                + " digits only; correct it, or remove the line if it is a header.",
                fault(with(64, "7 \r\u00e9")));
        assertEquals("x, line 2, column 65: the label is \"1234567890123456…\", not a whole number 0..9 in"
                + " digits only; correct it.", fault(ROW + "\n" + with(64, "12345678901234567")));
    }

    @Test
    void theFirstFaultOfALineIsNamed() {
        String two = with(5, "17").replaceFirst("^0", "a");
        assertTrue(fault(ROW + "\n" + two).contains("column 1: the pixel is \"a\""));
    }

    @Test
    void headers() {
        String message = "x, line 1: the line begins with \"pixel_0\" and looks like a header; remove it,"
                + " the file holds rows only.";
        assertEquals(message, fault("pixel_0,pixel_1,label\n" + ROW));
        assertEquals(message, fault("\u00ef\u00bb\u00bfpixel_0,pixel_1,label\n" + ROW));
        assertTrue(fault("\"p0\",\"p1\"\n" + ROW).contains("looks like a header; remove it"));
        assertTrue(fault("# digits\n" + ROW).contains("looks like a header; remove it"));
        assertFalse(fault(ROW + "\npixel_0,pixel_1,label\n").contains("header"),
                "only the first line can be one");
        StringBuilder numbers = new StringBuilder("0");
        for (int i = 1; i <= 64; i++) {
            numbers.append(',').append(i);
        }
        assertEquals("x, line 1, column 18: the pixel is \"17\", not a whole number 0..16 in digits only;"
                + " correct it, or remove the line if it is a header.", fault(numbers + "\n" + ROW));
    }

    @Test
    void blankLines() {
        String message = "x, line 2: the line is blank and rows follow; remove it.";
        assertEquals(message, fault(ROW + "\n\n" + ROW));
        assertEquals(message, fault(ROW + "\r\n\r\n\r\n" + ROW));
        assertEquals("x, line 1: the line is blank and rows follow; remove it.", fault("\n" + ROW));
    }

    @Test
    void emptyFiles() {
        String message = "x is empty: it has no row of 64 pixels and a label; give a file with at least one.";
        assertEquals(message, fault(""));
        assertEquals(message, fault("\n\r\n\n"));
        assertEquals(message, fault("\u00ef\u00bb\u00bf"));
        assertEquals(message, fault(gzip("")));
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        assertTrue(fault("\u007fELF\u0002\u0001\u0001").startsWith("x, line 1: the row is too short"));
        assertTrue(fault("PK\u0003\u0004").startsWith("x, line 1: the line begins with \"PK\\x03\\x04\""));
        assertTrue(fault("\u00ff\u00fe0\u0000,\u0000").startsWith("x, line 1: the row is too short"),
                "UTF-16");
        assertTrue(fault(new byte[100_000]).startsWith("x, line 1: the line is longer than 4096 bytes"));
        // The class file of the parser, for something binary with every kind of byte.
        try (InputStream in = DigitsCsv.class.getResourceAsStream("DigitsCsv.class")) {
            fault(in.readAllBytes());
        }
    }

    // Limits

    @Test
    void longLines() {
        String most = "0".repeat(DigitsCsv.MAX_LINE_BYTES - ROW.length()) + ROW;
        assertArrayEquals(new int[] {7, 7}, parse(most + "\r\n" + most).y());
        String message = "x, line 2: the line is longer than 4096 bytes; a row of 65 columns is shorter, so"
                + " give one row per line.";
        assertEquals(message, fault(ROW + "\n0" + most + "\n" + ROW));
        assertEquals(message, fault(ROW + "\n0" + most));
        assertEquals(message, fault(ROW + "\n0" + most + "\r\n"));
        assertEquals(message, fault(ROW + "\n" + "x".repeat(1_000_000)));
    }

    @Test
    void tooManyRows() throws IOException {
        byte[] line = (ROW + "\n").getBytes(ISO_8859_1);
        assertEquals(DigitsCsv.MAX_ROWS,
                DigitsCsv.parse(new Repeated(line, DigitsCsv.MAX_ROWS), "x").size());
        assertEquals("x, line 250001: the file has more than 250000 rows; give a smaller one.",
                assertThrows(DataException.class,
                        () -> DigitsCsv.parse(new Repeated(line, DigitsCsv.MAX_ROWS + 1), "x")).getMessage());
    }

    @Test
    void aBombFillsNoMemory() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] blank = new byte[1 << 20];
        Arrays.fill(blank, (byte) '\n');
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write((ROW + "\n").getBytes(ISO_8859_1));
            for (int i = 0; i < 300; i++) {
                gzip.write(blank);
            }
        }
        byte[] bomb = out.toByteArray();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        String message = fault(bomb);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(message.startsWith("x, after line ")
                && message.endsWith(": the file has more than 256 MiB (decompressed); give a smaller one."),
                message);
        assertTrue(allocated < 4 << 20, allocated + " bytes allocated");
    }

    /// Lines of 4,096 bytes with their ends: 65,536 of them are 256 MiB exactly.
    @Test
    void theLargestFileIsAllowed() {
        byte[] line = ("0".repeat(4095 - ROW.length()) + ROW + "\n").getBytes(ISO_8859_1);
        int times = (int) (DigitsCsv.MAX_BYTES / line.length);
        assertEquals(65_536, DigitsCsv.parse(new Repeated(line, times), "x").size());
        InputStream more = new SequenceInputStream(new Repeated(line, times),
                new ByteArrayInputStream(new byte[] {'\n'}));
        assertEquals("x, after line 65535: the file has more than 256 MiB (decompressed); give a smaller"
                + " one.",
                assertThrows(DataException.class, () -> DigitsCsv.parse(more, "x")).getMessage());
    }

    // Files

    @Test
    void missingFile() {
        Path file = directory.resolve("missing.csv");
        DataException e = assertThrows(DataException.class, () -> DigitsCsv.read(file));
        assertEquals(file + " cannot be read: there is no such file; check the path.", e.getMessage());
        assertInstanceOf(NoSuchFileException.class, e.getCause());
        Path nowhere = directory.resolve("missing").resolve("x.csv");
        assertThrows(DataException.class, () -> DigitsCsv.read(nowhere));
        Path below = directory.resolve("file");
        assertThrows(DataException.class, () -> DigitsCsv.read(Files.createFile(below).resolve("x.csv")));
    }

    @Test
    void directory() {
        assertEquals(directory + " is a directory; give the CSV file itself.",
                assertThrows(DataException.class, () -> DigitsCsv.read(directory)).getMessage());
    }

    @Test
    void forbiddenFile() throws IOException {
        Path file = Files.writeString(directory.resolve("forbidden.csv"), ROW);
        file.toFile().setReadable(false, false);
        assumeFalse(Files.isReadable(file), "root may read everything");
        assertEquals(file + " cannot be read: its permissions forbid it.",
                assertThrows(DataException.class, () -> DigitsCsv.read(file)).getMessage());
    }

    @Test
    void failingStreams() {
        assertEquals("x cannot be read: its permissions forbid it.",
                failing(new AccessDeniedException("secret.csv")));
        assertEquals("x cannot be read: java.io.IOException: Input/output error.",
                failing(new IOException("Input/output error")));
    }

    private static String failing(IOException failure) {
        InputStream in = new Trickle((ROW + "\n").getBytes(ISO_8859_1)) {
            @Override
            public int read(byte[] into, int from, int count) throws IOException {
                int got = super.read(into, from, count);
                if (got < 0) {
                    throw failure;
                }
                return got;
            }
        };
        DataException e = assertThrows(DataException.class, () -> DigitsCsv.parse(in, "x"));
        assertEquals(failure, e.getCause());
        return e.getMessage();
    }

    // Damage

    @Test
    void somethingBehindTheGzipData() {
        byte[] good = gzip(ROW + "\n");
        String message = "x cannot be read: something that is no gzip data follows the gzip data.";
        assertEquals(message, fault(join(good, new byte[] {0})));
        assertEquals(message, fault(join(good, (ROW + "\n").getBytes(ISO_8859_1))));
        byte[] second = gzip(row(1) + "\n");
        for (int bit = 0; bit < 16; bit++) {
            byte[] damaged = second.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertEquals(message, fault(join(good, damaged)), "bit " + bit + " of the second member");
        }
        for (int length = 1; length < second.length; length++) {
            assertEquals("x cannot be read: the gzip data end in the middle; fetch or compress the file"
                    + " again.",
                    fault(join(good, Arrays.copyOf(second, length))));
        }
    }

    @Test
    void wrongChecksAreDamage() {
        byte[] good = gzip(ROW + "\n");
        for (int i = good.length - 8; i < good.length; i++) {
            byte[] damaged = good.clone();
            damaged[i] ^= 0x40;
            assertEquals("x cannot be read: the gzip data are damaged: the check sum or length differs.",
                    fault(damaged));
        }
    }

    /// Every place of a small file, and every thousandth of the bundled one.
    @Test
    void truncatedGzip() throws IOException {
        byte[] small = gzip(lines(30));
        for (int length = 2; length < small.length; length++) {
            truncated(small, length);
        }
        byte[] bundled;
        try (InputStream in = Digits.class.getResourceAsStream("digits.csv.gz")) {
            bundled = in.readAllBytes();
        }
        for (int length = 2; length < bundled.length; length += 997) {
            truncated(bundled, length);
        }
        for (int length = bundled.length - 20; length < bundled.length; length++) {
            truncated(bundled, length);
        }
    }

    private static void truncated(byte[] gzip, int length) {
        assertEquals("x cannot be read: the gzip data end in the middle; fetch or compress the file again.",
                fault(Arrays.copyOf(gzip, length)), "the first " + length + " bytes");
    }

    /// Every single bit of a compressed file: the check sum lets no other data set through. In the header the
    /// flag "text", the time and the two bytes about the compressor mean nothing; in the middle a flip can
    /// mean the same, such as a copy from another equal place.
    @Test
    void flippedBitsOfGzip() {
        byte[] good = gzip(lines(12));
        int bits = 8 * good.length;
        String expected = DigitsTest.crc(parse(good));
        for (int bit = 0; bit < bits; bit++) {
            byte[] damaged = good.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            boolean meaningless = bit == 24 || bit >= 32 && bit < 80;
            boolean middle = bit >= 80 && bit < bits - 64;
            try {
                assertEquals(expected, DigitsTest.crc(parse(damaged)), "bit " + bit);
                assertTrue(meaningless || middle, "bit " + bit + " was flipped without an exception");
            } catch (DataException e) {
                assertTrue(!meaningless, "bit " + bit + ": " + e.getMessage());
            }
        }
    }

    @Property(tries = 2000)
    void damagedGzip(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] good = gzip(lines(1 + random.nextInt(40)));
        goodOrDataException(damaged(good, random), seed);
    }

    @Property(tries = 2000)
    void damagedText(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] good = lines(1 + random.nextInt(40)).getBytes(ISO_8859_1);
        goodOrDataException(damaged(good, random), seed);
    }

    /// Text that is nearly right: only bytes a file of digits is made of.
    @Property(tries = 2000)
    void randomText(@ForAll long seed, @ForAll @IntRange(max = 6000) int length) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] alphabet = "0123456789,,,,,,\r\n".getBytes(ISO_8859_1);
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) {
            text[i] = alphabet[random.nextInt(alphabet.length)];
        }
        goodOrDataException(text, seed);
    }

    @Property(tries = 200)
    void everyGoodFileIsRead(@ForAll long seed, @ForAll @IntRange(min = 1, max = 1000) int rows,
            @ForAll boolean crlf, @ForAll boolean lastEnd, @ForAll boolean compressed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] words = new int[rows * 65];
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words.length; i++) {
            boolean label = i % 65 == 64;
            words[i] = random.nextInt(label ? 10 : 17);
            text.append(words[i]).append(label ? crlf ? "\r\n" : "\n" : ",");
        }
        if (!lastEnd) {
            text.setLength(text.length() - (crlf ? 2 : 1));
        }
        byte[] bytes = text.toString().getBytes(ISO_8859_1);
        Dataset data = parse(compressed ? gzip(bytes) : bytes);
        assertEquals(rows, data.size());
        for (int i = 0; i < words.length; i++) {
            int found = i % 65 == 64 ? data.y()[i / 65] : (int) data.x().get(i / 65, i % 65);
            assertEquals(words[i], found, "value " + i);
        }
    }

    private static byte[] damaged(byte[] good, SplittableRandom random) {
        byte[] bytes = good.clone();
        int edits = 1 + random.nextInt(4);
        for (int i = 0; i < edits && bytes.length > 0; i++) {
            int place = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[place] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[place] = (byte) random.nextInt(256);
                case 2 -> bytes = Arrays.copyOf(bytes, place);
                case 3 -> bytes = join(Arrays.copyOf(bytes, place),
                        Arrays.copyOfRange(bytes, random.nextInt(place + 1), bytes.length));
                default -> Arrays.fill(bytes, place, Math.min(place + random.nextInt(20), bytes.length),
                        (byte) ",\n\r0\u00009x".charAt(random.nextInt(7)));
            }
        }
        return bytes;
    }

    private static void goodOrDataException(byte[] bytes, long seed) {
        try {
            Dataset data = parse(bytes);
            assertTrue(data.size() > 0);
            for (int row = 0; row < data.size(); row++) {
                assertTrue(data.y()[row] >= 0 && data.y()[row] <= 9);
                for (int column = 0; column < 64; column++) {
                    float pixel = data.x().get(row, column);
                    assertTrue(pixel >= 0 && pixel <= 16 && pixel == (int) pixel, "pixel " + pixel);
                }
            }
        } catch (DataException e) {
            assertTrue(e.getMessage().startsWith("x") && e.getMessage().endsWith("."), e.getMessage());
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed + ": " + e, e);
        }
    }

    // What files are made of

    private static String row(int label) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 64; i++) {
            text.append(i % 17).append(',');
        }
        return text.append(label).toString();
    }

    /// [#ROW] with one field replaced.
    private static String with(int column, String field) {
        String[] fields = ROW.split(",");
        fields[column] = field;
        return String.join(",", fields);
    }

    private static String lines(int rows) {
        SplittableRandom random = new SplittableRandom(rows);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < rows; i++) {
            for (int column = 0; column < 64; column++) {
                text.append(random.nextInt(17)).append(',');
            }
            text.append(random.nextInt(10)).append('\n');
        }
        return text.toString();
    }

    private static Dataset parse(String latin1) {
        return parse(latin1.getBytes(ISO_8859_1));
    }

    private static Dataset parse(byte[] bytes) {
        return DigitsCsv.parse(new ByteArrayInputStream(bytes), "x");
    }

    private static String fault(String latin1) {
        return fault(latin1.getBytes(ISO_8859_1));
    }

    private static String fault(byte[] bytes) {
        return assertThrows(DataException.class, () -> parse(bytes)).getMessage();
    }

    private static byte[] gzip(String latin1) {
        return gzip(latin1.getBytes(ISO_8859_1));
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /// One byte per read.
    private static class Trickle extends InputStream {
        private final byte[] bytes;
        private int at;
        private boolean closed;

        Trickle(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() throws IOException {
            return at == bytes.length ? -1 : bytes[at++] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int count) throws IOException {
            return super.read(into, from, Math.min(count, 1));
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /// The same bytes many times over, without holding them.
    private static final class Repeated extends InputStream {
        private final byte[] bytes;
        private final long total;
        private long at;

        Repeated(byte[] bytes, int times) {
            this.bytes = bytes;
            this.total = (long) bytes.length * times;
        }

        @Override
        public int read() {
            return at == total ? -1 : bytes[(int) (at++ % bytes.length)] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int count) {
            int place = (int) (at % bytes.length);
            int got = (int) Math.min(Math.min(count, bytes.length - place), total - at);
            System.arraycopy(bytes, place, into, from, got);
            at += got;
            return got == 0 && count > 0 ? -1 : got;
        }
    }
}
