package lanegrad.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipException;
import lanegrad.Tensor;

/// Reads digits in the form of the bundled set: a line per image, 64 pixels and the label with commas
/// between them, without a header.
///
/// - A pixel is a whole number `0..16`, a label `0..9`, written in decimal digits only: no sign, space or
///   point, so `5`, not `5.0`.
/// - Lines end with LF or CRLF; the last may lack its end. Blank lines are allowed behind the last row only.
/// - A UTF-8 byte order mark at the start is skipped.
/// - The file may be compressed with gzip, which is told by its first two bytes, not by its name.
///
/// The limits below hold for every file and are checked before memory is taken, so that a small file which
/// decompresses to a huge one ends in a [DataException]. Reading stops at the first fault: the result is the
/// whole file or nothing.
///
/// (Over 300 lines, because a third of them are the sentences for what can be wrong with a file.)
public final class DigitsCsv {
    /// The longest line in bytes, without its line end; a good one needs 193.
    public static final int MAX_LINE_BYTES = 4096;
    /// The largest file in bytes after decompression: 256 MiB.
    public static final long MAX_BYTES = 256L << 20;
    /// The most rows: 44 times the whole UCI set, and as floats 64 MB.
    public static final int MAX_ROWS = 250_000;

    private static final int FIELDS = Digits.COLUMNS + 1;
    // Room for the bundled set without growing.
    private static final int FIRST_ROWS = 2048;

    private static final int BUFFER_BYTES = 1 << 16;

    /// Images of which not every one need have a label.
    ///
    /// @param pixels raw, 0 to 16, `[images, 64]`; row i stands in line i + 1 of the file
    /// @param labels the digits, -1 where there is none
    public record Images(Tensor pixels, int[] labels) {
    }

    private final String name;
    private final InputStream in;
    private final boolean labelled;

    // At a line's start the buffer holds all of it, or the end of the file, or more than a line may have.
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int end;
    private boolean ended;
    private long bytes;

    private int line;
    private int start;
    private int stop;

    // Bytes until all rows are known: a quarter of the floats, and half of that is growth.
    private byte[] pixels = new byte[FIRST_ROWS * Digits.COLUMNS];
    private byte[] labels = new byte[FIRST_ROWS];
    private int rows;

    private DigitsCsv(InputStream in, String name, boolean labelled) {
        this.in = in;
        this.name = name;
        this.labelled = labelled;
    }

    /// The data set of a file: raw pixels `0..16`, [Digits#CLASSES] classes, rows in the file's order.
    ///
    /// @throws DataException when the file is missing, a directory or unreadable; when it is empty, or
    ///         compressed data are damaged, incomplete or followed by something else; when a line has not 65
    ///         columns, a field is empty, no whole number or out of range, a line is blank with rows behind
    ///         it, or the first is a header; when a limit is passed
    public static Dataset read(Path file) {
        return open(file, true).dataset();
    }

    /// The images of a file of the same form, in which a line may lack the label and the comma before it.
    ///
    /// @throws DataException as [#read]
    public static Images images(Path file) {
        DigitsCsv read = open(file, false);
        return new Images(read.pixels(), read.labels());
    }

    private static DigitsCsv open(Path file, boolean labelled) {
        String name = file.toString();
        if (Files.isDirectory(file)) {
            throw new DataException(name + " is a directory; give the CSV file itself.");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return parse(in, name, labelled);
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    /// The data set of a stream; `name` opens every message. Closes the stream.
    static Dataset parse(InputStream source, String name) {
        return parse(source, name, true).dataset();
    }

    private static DigitsCsv parse(InputStream source, String name, boolean labelled) {
        try (InputStream in = decompressed(source)) {
            return new DigitsCsv(in, name, labelled).read();
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    private static InputStream decompressed(InputStream source) throws IOException {
        PushbackInputStream in = new PushbackInputStream(source, 2);
        byte[] first = in.readNBytes(2);
        in.unread(first);
        boolean gzip = first.length == 2 && first[0] == 0x1f && first[1] == (byte) 0x8b;
        return gzip ? new Gunzip(in) : in;
    }

    private static DataException unreadable(String name, IOException e) {
        String reason = switch (e) {
            case NoSuchFileException missing -> "there is no such file; check the path";
            case AccessDeniedException denied -> "its permissions forbid it";
            case ZipException damaged -> damaged.getMessage();
            default -> e.toString();
        };
        return new DataException(name + " cannot be read: " + reason + ".", e);
    }

    private DigitsCsv read() throws IOException {
        fill();
        if (end >= 3 && buffer[0] == (byte) 0xef && buffer[1] == (byte) 0xbb && buffer[2] == (byte) 0xbf) {
            at = 3;
        }
        int blank = 0;
        while (nextLine()) {
            if (start == stop) {
                blank = blank == 0 ? line : blank;
            } else if (blank != 0) {
                throw new DataException(name + ", line " + blank
                        + ": the line is blank and rows follow; remove it.");
            } else {
                row();
            }
        }
        if (rows == 0) {
            throw new DataException(name + " is empty: it has no row of " + Digits.COLUMNS
                    + " pixels and a label; give a file with at least one.");
        }
        return this;
    }

    private void fill() throws IOException {
        System.arraycopy(buffer, at, buffer, 0, end - at);
        end -= at;
        at = 0;
        while (!ended && end < MAX_LINE_BYTES + 2) {
            int got = in.read(buffer, end, buffer.length - end);
            ended = got < 0;
            end += Math.max(got, 0);
            bytes += Math.max(got, 0);
            if (bytes > MAX_BYTES) {
                throw new DataException(name + ", after line " + line + ": the file has more than "
                        + (MAX_BYTES >> 20) + " MiB (decompressed); give a smaller one.");
            }
        }
    }

    /// Sets `line`, `start` and `stop` to the next line without its end; false at the end of the file.
    private boolean nextLine() throws IOException {
        if (!ended && end - at < MAX_LINE_BYTES + 2) {
            fill();
        }
        if (at == end) {
            return false;
        }
        line++;
        start = at;
        int i = at;
        while (i < end && buffer[i] != '\n') {
            i++;
        }
        at = Math.min(i + 1, end);
        stop = i > start && buffer[i - 1] == '\r' ? i - 1 : i;
        if (stop - start > MAX_LINE_BYTES) {
            throw new DataException(name + ", line " + line + ": the line is longer than " + MAX_LINE_BYTES
                    + " bytes; a row of " + FIELDS + " columns is shorter, so give one row per line.");
        }
        return true;
    }

    private void row() {
        if (rows == labels.length) {
            grow();
        }
        int column = 0;
        int value = 0;
        int digits = 0;
        for (int i = start; i <= stop; i++) {
            int c = i < stop ? buffer[i] : ',';
            if (c >= '0' && c <= '9') {
                // Far above every range, far below overflow.
                value = Math.min(value * 10 + c - '0', 100);
                digits++;
            } else if (c == ',' && digits > 0 && column < FIELDS && value <= largest(column)) {
                if (column < Digits.COLUMNS) {
                    pixels[rows * Digits.COLUMNS + column] = (byte) value;
                } else {
                    labels[rows] = (byte) value;
                }
                column++;
                value = 0;
                digits = 0;
            } else {
                throw fault();
            }
        }
        if (!labelled && column == Digits.COLUMNS) {
            labels[rows] = -1;
        } else if (column < FIELDS) {
            throw fault();
        }
        rows++;
    }

    private static int largest(int column) {
        return column < Digits.COLUMNS ? Digits.MAX_PIXEL : Digits.CLASSES - 1;
    }

    private void grow() {
        if (rows == MAX_ROWS) {
            throw new DataException(name + ", line " + line + ": the file has more than " + MAX_ROWS
                    + " rows; give a smaller one.");
        }
        int room = Math.min(2 * rows, MAX_ROWS);
        pixels = Arrays.copyOf(pixels, room * Digits.COLUMNS);
        labels = Arrays.copyOf(labels, room);
    }

    private Dataset dataset() {
        return new Dataset(pixels(), labels(), Digits.CLASSES);
    }

    private Tensor pixels() {
        Tensor x = Tensor.zeros(rows, Digits.COLUMNS);
        float[] floats = x.data();
        for (int i = 0; i < rows * Digits.COLUMNS; i++) {
            floats[i] = pixels[i];
        }
        return x.changed();
    }

    private int[] labels() {
        int[] y = new int[rows];
        for (int i = 0; i < rows; i++) {
            y[i] = labels[i];
        }
        return y;
    }

    /// What is wrong with the current line, which [#row] could not read. A wrong number of columns comes
    /// first, because it makes every single field doubtful.
    private DataException fault() {
        String where = name + ", line " + line;
        if (line == 1 && startsLikeHeader()) {
            return new DataException(where + ": the line begins with " + quoted(start, fieldEnd(start))
                    + " and looks like a header; remove it, the file holds rows only.");
        }
        int columns = 1;
        for (int i = start; i < stop; i++) {
            columns += buffer[i] == ',' ? 1 : 0;
        }
        if (columns != FIELDS && (labelled || columns != Digits.COLUMNS)) {
            return new DataException(where + ": the row is too " + (columns < FIELDS ? "short" : "long")
                    + ", " + columns + (columns == 1 ? " column" : " columns") + " instead of "
                    + (labelled ? "" : Digits.COLUMNS + " or ") + FIELDS + "; give " + Digits.COLUMNS + " pixels "
                    + (labelled ? "and the label" : "and, if it is known, the label") + ", with commas between.");
        }
        int column = 0;
        int from = start;
        while (good(from, column)) {
            from = fieldEnd(from) + 1;
            column++;
        }
        String role = column < Digits.COLUMNS ? "pixel" : "label";
        String found = from == fieldEnd(from) ? "empty" : quoted(from, fieldEnd(from));
        String fix = line == 1 ? "correct it, or remove the line if it is a header." : "correct it.";
        return new DataException(where + ", column " + (column + 1) + ": the " + role + " is " + found
                + ", not a whole number 0.." + largest(column) + " in digits only; " + fix);
    }

    private boolean startsLikeHeader() {
        int c = buffer[start];
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '"' || c == '\'' || c == '#' || c == '_';
    }

    private boolean good(int from, int column) {
        int value = 0;
        int to = fieldEnd(from);
        for (int i = from; i < to; i++) {
            if (buffer[i] < '0' || buffer[i] > '9') {
                return false;
            }
            value = Math.min(value * 10 + buffer[i] - '0', 100);
        }
        return to > from && value <= largest(column);
    }

    private int fieldEnd(int from) {
        int to = from;
        while (to < stop && buffer[to] != ',') {
            to++;
        }
        return to;
    }

    /// The bytes in quotes, at most 16 of them, whatever is not printable ASCII as `\x1f`.
    private String quoted(int from, int to) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = from; i < Math.min(to, from + 16); i++) {
            int c = buffer[i] & 0xff;
            if (c >= ' ' && c <= '~') {
                text.append((char) c);
            } else {
                text.append("\\x");
                text.append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            }
        }
        return text.append(to - from > 16 ? "…\"" : "\"").toString();
    }
}
