package lanegrad.bench;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;

/// Whether Java can draw text here. Asked before [Charts] is loaded, which cannot be where the desktop classes are
/// missing.
final class FontSystem {
    private FontSystem() {
    }

    /// Draws nothing on a screen from now on, and measures a text.
    ///
    /// @throws Main.Failure when that does not work, with what to install
    static void check() {
        // Where there is no screen Java would look for it in vain.
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
        try {
            Graphics2D g = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
            g.getFontMetrics(new Font(Font.SANS_SERIF, Font.PLAIN, 12)).stringWidth("0");
            g.dispose();
        } catch (LinkageError | RuntimeException | InternalError e) {
            throw new Main.Failure("pictures cannot be drawn: the font system that Java uses does not work here (" + e
                    + "). Install a JDK with its desktop module, fontconfig and a font, for instance: apt-get install "
                    + "fontconfig fonts-dejavu-core. Without them 'lanegrad plot' still draws on the terminal");
        }
    }
}
