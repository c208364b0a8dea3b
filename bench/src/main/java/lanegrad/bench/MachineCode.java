package lanegrad.bench;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The bytes that C2 made of a method, read from what `-XX:CompileCommand=print` writes.
///
/// Without a disassembler of its own the JVM prints the bytes in hexadecimal, between `[MachCode]` and
/// `[/MachCode]`, with comments on lines between them:
///
///     Compiled method (c2) 738  523       4       lanegrad.kernel.VectorGemm::tile6x2 (808 bytes)
///     [MachCode]
///     [Verified Entry Point]
///       0x00007ff537ef8e80: 8984 2400 | c0fe ff55 | 4881 ecd0
///
///       0x00007ff537ef8e8c: ;   {runtime_call UncommonTrapBlob}
///       0x00007ff537ef8e8c: 0300 0090
///
///     [Exception Handler]
///
/// What follows the exception handler or the stubs is the same in every method and left out.
///
/// @param method class and method, without the address that tells hidden classes apart
/// @param osr whether this version is entered in the middle of a loop that ran in slower code
/// @param bytes the instructions
/// @param notes comments, one a line, by the offset at which they stand: that of the first byte of their instruction,
///         for the method called that of its last byte, rounded down to a multiple of four
record MachineCode(String method, boolean osr, byte[] bytes, Map<Long, String> notes) {
    private static final Pattern HEADER = Pattern.compile(
            "Compiled method \\(c2\\)\\s+\\d+\\s+\\d+\\s.*?(\\S+)::(\\S+)( @ -?\\d+)? \\(\\d+ bytes\\)");
    private static final Pattern LINE = Pattern.compile("\\s*0x([0-9a-f]{16}): (.*)");
    private static final Pattern MORE = Pattern.compile("\\s+;(.*)");

    /// The methods that C2 compiled, in the order of the text; those of other compilers are left out.
    ///
    /// @throws IllegalArgumentException where bytes are missing
    static List<MachineCode> all(String text) {
        List<MachineCode> all = new ArrayList<>();
        Matcher header = null;
        Bytes bytes = null;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            if (line.startsWith("Compiled method")) {
                Matcher matcher = HEADER.matcher(line);
                header = matcher.lookingAt() ? matcher : null;
                bytes = null;
            } else if (line.equals("[MachCode]") && header != null) {
                bytes = new Bytes();
            } else if (bytes != null && (line.equals("[Exception Handler]") || line.equals("[Stub Code]")
                    || line.equals("[/MachCode]"))) {
                String method = header.group(1).replaceFirst("/0x.*", "") + "." + header.group(2);
                all.add(new MachineCode(method, header.group(3) != null, bytes.out.toByteArray(), bytes.notes));
                bytes = null;
            } else if (bytes != null) {
                Matcher matcher = LINE.matcher(line);
                if (matcher.matches()) {
                    bytes.add(Long.parseUnsignedLong(matcher.group(1), 16), matcher.group(2));
                } else if (MORE.matcher(line).matches()) {
                    bytes.note(line);
                }
            }
        }
        return all;
    }

    private static final class Bytes {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final Map<Long, String> notes = new TreeMap<>();
        private long base = -1;
        private long noted;

        void add(long address, String text) {
            base = base == -1 ? address : base;
            if (text.startsWith(";")) {
                noted = address - base;
                note(text);
                return;
            }
            if (address - base != out.size()) {
                throw new IllegalArgumentException("the JVM's text has " + out.size() + " bytes before offset "
                        + (address - base));
            }
            out.writeBytes(HexFormat.of().parseHex(text.replaceAll("[ |]", "")));
        }

        // A comment goes on over lines without an address.
        void note(String text) {
            notes.merge(noted, text.strip().substring(1).strip(), (a, b) -> a + "\n" + b);
        }
    }
}
