package lanegrad;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What Java does not tell about the processor.
final class Processor {
    /// The first lines of Linux's list name the maker and the family; all of it is long where there are many cores.
    private static final int LINES = 6;

    private Processor() {
    }

    /// Whether this is a processor that does operations on 512 bits as two halves, one after the other: AMD's Zen 4,
    /// the one with AVX-512 in AMD's family 25. Zen 5, family 26, does not, nor do Intel's servers. Where the system
    /// does not tell, the answer is no.
    static boolean halves512Bits() {
        return halves512Bits(name());
    }

    static boolean halves512Bits(String name) {
        return name.contains("AuthenticAMD") && name.matches("(?is).*\\bfamily\\s*:?\\s+25\\b.*");
    }

    private static String name() {
        String windows = System.getenv("PROCESSOR_IDENTIFIER");
        if (windows != null) {
            return windows;
        }
        StringBuilder name = new StringBuilder();
        try (BufferedReader lines = Files.newBufferedReader(Path.of("/proc/cpuinfo"))) {
            String line = lines.readLine();
            for (int i = 0; i < LINES && line != null; i++, line = lines.readLine()) {
                name.append(line).append('\n');
            }
        } catch (IOException e) {
            // No Linux: nothing is known, and the tiles are those of processors that have whole vectors.
            return "";
        }
        return name.toString();
    }
}
