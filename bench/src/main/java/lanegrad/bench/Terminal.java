package lanegrad.bench;

import java.io.InputStream;
import java.io.PrintStream;
import lanegrad.Backend;

/// Where a command reads and writes, and what can be shown there: colours and a moving bar only on a terminal, block
/// characters only where the encoding has them, no colour when `NO_COLOR` is set.
final class Terminal {
    final InputStream in;
    final PrintStream out;
    final PrintStream err;
    final boolean interactive;
    private final boolean colour;
    private final boolean blocks;

    Terminal(InputStream in, PrintStream out, PrintStream err) {
        this.in = in;
        this.out = out;
        this.err = err;
        this.interactive = out == System.out && System.console() != null && System.console().isTerminal()
                && !"dumb".equals(System.getenv("TERM"));
        String noColour = System.getenv("NO_COLOR");
        this.colour = interactive && (noColour == null || noColour.isEmpty());
        this.blocks = canShow("█░━·");
    }

    /// The first line of every run: version, JDK, backend, lanes, threads; on SCALAR, why and how to change it.
    ///
    /// @param reason why it is SCALAR, or `null` for what [Backend#best] says, or that it was asked for
    void environment(Backend backend, int threads, String reason) {
        out.println(Main.VERSION + ", JDK " + Runtime.version().feature() + "." + Runtime.version().interim() + "."
                + Runtime.version().update() + ", " + described(backend, reason) + ", "
                + threads + (threads == 1 ? " thread" : " threads"));
        if (!Backend.fusedMultiplyAdd()) {
            err.println("lanegrad: this machine or virtual machine has no FMA instruction (or the JVM was told not to "
                    + "use it); results are the same, but hundreds of times slower. Run where the CPU shows the "
                    + "flag 'fma'");
        }
    }

    private static String described(Backend backend, String reason) {
        if (backend == Backend.VECTOR) {
            return "vector backend, " + backend.lanes() + " lanes (" + 32 * backend.lanes() + " bits)";
        }
        Backend.Choice best = Backend.best();
        return "scalar backend (" + (reason != null ? reason : best.backend() == Backend.SCALAR ? best.why()
                : "asked for; --backend vector is faster") + ")";
    }

    /// Whether the encoding has these characters.
    boolean canShow(String characters) {
        return out.charset().newEncoder().canEncode(characters);
    }

    /// Whether block characters can be shown.
    boolean blocks() {
        return blocks;
    }

    String bold(String text) {
        return colour ? "\u001b[1m" + text + "\u001b[0m" : text;
    }

    String red(String text) {
        return colour ? "\u001b[31m" + text + "\u001b[0m" : text;
    }

    String cyan(String text) {
        return colour ? "\u001b[36m" + text + "\u001b[0m" : text;
    }

    String yellow(String text) {
        return colour ? "\u001b[33m" + text + "\u001b[0m" : text;
    }

    String dim(String text) {
        return colour && !text.isEmpty() ? "\u001b[2m" + text + "\u001b[0m" : text;
    }

    /// A bar of `width` characters, `share` of it filled.
    String bar(double share, int width) {
        int filled = (int) Math.round(Math.min(1, Math.max(0, share)) * width);
        return (blocks ? "━" : "=").repeat(filled) + dim((blocks ? "─" : ".").repeat(width - filled));
    }

    /// A zero that does not draw the eye.
    String nothing() {
        return blocks ? "·" : ".";
    }

    /// Two characters for a pixel of this share of ink, 0 to 1.
    String shade(float ink) {
        String shades = blocks ? " ░▒▓█" : " .+%@";
        int level = Math.min(4, Math.max(0, Math.round(ink * 4)));
        return shades.substring(level, level + 1).repeat(2);
    }
}
