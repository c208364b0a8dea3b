package lanegrad.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import lanegrad.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigitsTest {
    private static final String SIZES = "1797 rows, 64 features, 10 classes";

    @Test
    void theBundledSet() {
        Dataset digits = Digits.load();
        assertEquals(Digits.ROWS, digits.size());
        assertEquals(Digits.COLUMNS, digits.features());
        assertEquals(Digits.CLASSES, digits.classes());
        assertEquals(Shape.of(1797, 64), digits.x().shape());
        float[] first = {0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0, 0, 3, 15, 2, 0, 11, 8, 0,
            0, 4, 12, 0, 0, 8, 8, 0, 0, 5, 8, 0, 0, 9, 8, 0, 0, 4, 11, 0, 1, 12, 7, 0,
            0, 2, 14, 5, 10, 12, 0, 0, 0, 0, 6, 13, 10, 0, 0, 0};
        assertArrayEquals(first, Arrays.copyOf(digits.x().data(), 64));
        assertEquals(0, digits.y()[0]);
        assertEquals(8, digits.y()[1796]);
        assertEquals("4d86facb", crc(digits));
    }

    /// The numbers in the description of the source.
    @Test
    void theClassesOfTheSource() {
        int[] counts = new int[10];
        for (int label : Digits.load().y()) {
            counts[label]++;
        }
        assertArrayEquals(new int[] {178, 182, 177, 183, 181, 182, 181, 179, 174, 180}, counts);
    }

    @Test
    void pixelsSpanTheirRange() {
        float sum = 0;
        float largest = 0;
        float[] pixels = Digits.load().x().toArray();
        for (float pixel : pixels) {
            sum += pixel;
            largest = Math.max(largest, pixel);
        }
        assertEquals(Digits.MAX_PIXEL, largest);
        assertEquals(561_718, sum);
        float[] scaled = Digits.load().scaled(1 / 16f).x().toArray();
        for (int i = 0; i < pixels.length; i++) {
            assertEquals(pixels[i], scaled[i] * 16, "a sixteenth is exact");
        }
    }

    @Test
    void everyCallGivesANewSet() {
        Dataset one = Digits.load();
        one.x().fill(0);
        one.y()[0] = 9;
        Dataset two = Digits.load();
        assertNotSame(one.x(), two.x());
        assertEquals("4d86facb", crc(two));
    }

    @Test
    void theAttributionLiesBesideTheData() throws IOException {
        try (InputStream in = Digits.class.getResourceAsStream("digits.txt")) {
            assertNotNull(in);
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(text.contains("E. Alpaydin and C. Kaynak") && text.contains("CC BY 4.0")
                    && text.contains("10.24432/C50P49"), text);
        }
    }

    @Test
    void loadsFromAJarOnTheClassPath(@TempDir Path directory) throws Exception {
        URL jar = jar(directory).toUri().toURL();
        ClassLoader parent = ClassLoader.getPlatformClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar}, parent)) {
            Class<?> digits = loader.loadClass("lanegrad.data.Digits");
            assertNotSame(Digits.class, digits);
            assertEquals(SIZES, digits.getMethod("load").invoke(null).toString());
        }
    }

    @Test
    void loadsFromAJarOnTheModulePath(@TempDir Path directory) throws Exception {
        ModuleFinder finder = ModuleFinder.of(jar(directory));
        String name = finder.findAll().iterator().next().descriptor().name();
        Configuration configuration = ModuleLayer.boot().configuration()
                .resolve(finder, ModuleFinder.of(), Set.of(name));
        ModuleLayer layer = ModuleLayer.boot()
                .defineModulesWithOneLoader(configuration, ClassLoader.getPlatformClassLoader());
        Class<?> digits = layer.findLoader(name).loadClass("lanegrad.data.Digits");
        assertEquals(name, digits.getModule().getName());
        assertEquals(SIZES, digits.getMethod("load").invoke(null).toString());
    }

    /// Core as a jar: the one the tests run with, or one made of its classes directory.
    private static Path jar(Path directory) throws Exception {
        URI origin = Digits.class.getProtectionDomain().getCodeSource().getLocation().toURI();
        Path core = Path.of(origin);
        if (!Files.isDirectory(core)) {
            return core;
        }
        List<Path> files = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(core)) {
            walk.filter(Files::isRegularFile).forEach(files::add);
        }
        Path jar = directory.resolve("lanegrad-core.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out)) {
            for (Path file : files) {
                entries.putNextEntry(new ZipEntry(core.relativize(file).toString().replace('\\', '/')));
                Files.copy(file, entries);
            }
        }
        return jar;
    }

    /// The check sum of [NumpyRandomTest#crc] over rows of pixels and label.
    static String crc(Dataset data) {
        int[] words = new int[data.size() * (data.features() + 1)];
        int at = 0;
        for (int row = 0; row < data.size(); row++) {
            for (int column = 0; column < data.features(); column++) {
                words[at++] = (int) data.x().get(row, column);
            }
            words[at++] = data.y()[row];
        }
        return Long.toHexString(NumpyRandomTest.crc(words));
    }
}
