package lanegrad.data;

import java.io.IOException;
import java.io.InputStream;

/// The bundled handwritten digits: 1,797 images of 8 x 8 pixels with their labels, in the order of the
/// source.
///
/// The test set of "Optical Recognition of Handwritten Digits", E. Alpaydin and C. Kaynak, 1998, UCI Machine
/// Learning Repository, <https://doi.org/10.24432/C50P49>, CC BY 4.0; the attribution lies beside the data
/// as `digits.txt`.
public final class Digits {
    /// Images in the bundled set.
    public static final int ROWS = 1797;

    /// Pixels of an image: 8 rows of 8, row-major.
    public static final int COLUMNS = 64;

    /// Digits `0..9`.
    public static final int CLASSES = 10;

    /// The darkest pixel. A pixel counts the black dots of a 4 x 4 block, so every value `0..16` is whole
    /// and exact in a float, and so is its product with `1 / 16f`.
    public static final int MAX_PIXEL = 16;

    private static final String RESOURCE = "digits.csv.gz";

    private Digits() {
    }

    /// The bundled set with raw pixels `0..16`; a new copy with every call.
    ///
    /// @throws DataException when the resource is missing or damaged
    public static Dataset load() {
        try (InputStream in = Digits.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new DataException("The bundled digits are missing: there is no resource lanegrad/data/"
                        + RESOURCE + " beside the classes; build or fetch lanegrad-core again.");
            }
            return DigitsCsv.parse(in, "The bundled " + RESOURCE);
        } catch (IOException e) {
            throw new DataException("The bundled " + RESOURCE + " could not be closed: " + e + ".", e);
        }
    }
}
