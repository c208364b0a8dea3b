package lanegrad.data;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/// Decompresses gzip (RFC 1952), strictly: every member whole, its check sum and length right, and nothing
/// but members up to the end of the file.
///
/// Not `java.util.zip.GZIPInputStream`, which takes whatever is wrong behind the first member for the end of
/// the data, so that of two joined files the second can vanish without a word.
final class Gunzip extends InputStream {
    private static final int RESERVED_FLAGS = 0xe0;
    private static final int HEADER_CHECK = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;

    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final byte[] compressed = new byte[8192];
    private int at;
    private int end;
    private boolean started;
    private boolean finished;

    Gunzip(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        if (!started) {
            started = true;
            header();
        }
        while (!finished) {
            int got = inflate(into, from, count);
            if (got > 0) {
                crc.update(into, from, got);
                return got;
            }
            if (inflater.finished()) {
                at = end - inflater.getRemaining();
                trailer();
                if (more()) {
                    header();
                } else {
                    finished = true;
                }
            } else if (inflater.needsInput() && more()) {
                feed();
            } else {
                throw inflater.needsInput() ? truncated() : new ZipException("the gzip data are damaged");
            }
        }
        return -1;
    }

    private int inflate(byte[] into, int from, int count) throws ZipException {
        try {
            return inflater.inflate(into, from, count);
        } catch (DataFormatException e) {
            throw (ZipException) new ZipException("the gzip data are damaged").initCause(e);
        }
    }

    private void header() throws IOException {
        crc.reset();
        if (next() != 0x1f || next() != 0x8b) {
            throw new ZipException("something that is no gzip data follows the gzip data");
        }
        int method = next();
        int flags = next();
        if (method != 8 || (flags & RESERVED_FLAGS) != 0) {
            throw new ZipException("the gzip header is damaged");
        }
        skipBytes(6);
        if ((flags & EXTRA) != 0) {
            skipBytes(little(2));
        }
        if ((flags & NAME) != 0) {
            skipText();
        }
        if ((flags & COMMENT) != 0) {
            skipText();
        }
        if ((flags & HEADER_CHECK) != 0) {
            long check = crc.getValue() & 0xffff;
            if (little(2) != check) {
                throw new ZipException("the gzip header is damaged: its check sum differs");
            }
        }
        crc.reset();
        inflater.reset();
        feed();
    }

    /// Gives the inflater all that is in the buffer; what it leaves is taken back at the end of its data.
    private void feed() {
        inflater.setInput(compressed, at, end - at);
        at = end;
    }

    private void trailer() throws IOException {
        long check = crc.getValue();
        if (little(4) != check || little(4) != (inflater.getBytesWritten() & 0xffff_ffffL)) {
            throw new ZipException("the gzip data are damaged: the check sum or length differs");
        }
    }

    private void skipBytes(long count) throws IOException {
        for (long i = 0; i < count; i++) {
            next();
        }
    }

    private void skipText() throws IOException {
        int unit;
        do {
            unit = next();
        } while (unit != 0);
    }

    /// An unsigned number of `bytes` bytes, lowest first.
    private long little(int bytes) throws IOException {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) next() << 8 * i;
        }
        return value;
    }

    private int next() throws IOException {
        if (!more()) {
            throw truncated();
        }
        int value = compressed[at++] & 0xff;
        crc.update(value);
        return value;
    }

    /// Whether a compressed byte is there, at `at`; reads on when the buffer is used up.
    private boolean more() throws IOException {
        if (at == end) {
            at = 0;
            end = Math.max(0, in.read(compressed));
        }
        return at < end;
    }

    private static ZipException truncated() {
        return new ZipException("the gzip data end in the middle; fetch or compress the file again");
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }
}
