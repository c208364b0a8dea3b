package lanegrad.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import lanegrad.data.Digits;

/// A digit drawn with characters, 8 lines of 8: shades, or the pixel values themselves.
///
/// - The shades ` .:-=+*#%@` are ten even steps from paper to full ink; `░▒▓█` are a quarter to full.
/// - `0` to `9` and `a` to `g` are the pixel values 0 to 16.
///
/// A line may be shorter: what it lacks is paper. There must be 8, blank ones too.
final class Drawing {
    private static final String LEGEND = "' .:-=+*#%@' from paper to full ink, or 0-9 and a-g for the pixel values 0 "
            + "to 16";

    private static final int SIDE = 8;
    private static final String SHADES = " .:-=+*#%@";
    private static final String BLOCKS = "░▒▓█";
    private static final int LONGEST = 4096;

    private Drawing() {
    }

    /// The pixels, 0 to 16, of what is drawn on the terminal, or comes through a pipe.
    ///
    /// @throws Main.Failure when it is no drawing
    static float[] read(Terminal terminal) {
        try {
            return pixels(terminal.interactive && terminal.in == System.in ? asked(terminal) : piped(terminal));
        } catch (IOException e) {
            throw new Main.Failure("--draw: standard input cannot be read (" + e.getMessage() + ")");
        }
    }

    private static List<String> asked(Terminal terminal) throws IOException {
        terminal.out.println("Draw a digit, 8 lines of 8 characters: " + LEGEND + ".");
        terminal.out.println("   01234567");
        BufferedReader in = new BufferedReader(new InputStreamReader(terminal.in, terminal.out.charset()));
        List<String> lines = new ArrayList<>();
        while (lines.size() < SIDE) {
            terminal.out.print(lines.size() + "  ");
            terminal.out.flush();
            String line = in.readLine();
            if (line == null) {
                terminal.out.println();
                break;
            }
            lines.add(line);
        }
        return lines;
    }

    // The whole input: one that never ends is not waited for.
    private static List<String> piped(Terminal terminal) throws IOException {
        byte[] bytes = terminal.in.readNBytes(LONGEST + 1);
        if (bytes.length > LONGEST) {
            throw new Main.Failure("--draw: standard input has more than " + LONGEST + " bytes; give 8 lines of 8 "
                    + "characters");
        }
        return new ArrayList<>(new String(bytes, StandardCharsets.UTF_8).lines().toList());
    }

    private static float[] pixels(List<String> lines) {
        while (lines.size() > SIDE && lines.getLast().isBlank()) {
            lines.removeLast();
        }
        if (lines.size() != SIDE) {
            throw new Main.Failure("--draw: the drawing has " + lines.size() + (lines.size() == 1 ? " line" : " lines")
                    + "; give 8 lines of 8 characters, blank ones too");
        }
        float[] pixels = new float[Digits.COLUMNS];
        for (int row = 0; row < SIDE; row++) {
            String line = lines.get(row).stripTrailing();
            if (line.length() > SIDE) {
                throw new Main.Failure("--draw: line " + (row + 1) + " has " + line.length() + " characters; give 8");
            }
            for (int column = 0; column < line.length(); column++) {
                int ink = ink(line.charAt(column));
                if (ink < 0) {
                    throw new Main.Failure("--draw: line " + (row + 1) + ", column " + (column + 1) + ": "
                            + shown(line.charAt(column)) + " is no shade; use " + LEGEND);
                }
                pixels[row * SIDE + column] = ink;
            }
        }
        return pixels;
    }

    /// The pixel value of a character, or -1.
    static int ink(char c) {
        int shade = SHADES.indexOf(c);
        if (shade >= 0) {
            return Math.round((float) shade * Digits.MAX_PIXEL / (SHADES.length() - 1));
        }
        int block = BLOCKS.indexOf(c);
        if (block >= 0) {
            return (block + 1) * Digits.MAX_PIXEL / BLOCKS.length();
        }
        // A digit of base 17, and of no other script than ours.
        return c < 128 ? Character.digit(c, Digits.MAX_PIXEL + 1) : -1;
    }

    private static String shown(char c) {
        return c < ' ' || c == 127 ? String.format("the control character \\x%02x", (int) c) : "'" + c + "'";
    }
}
