package lanegrad.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/// Writes files that appear whole or not at all.
///
/// The bytes go to a new file in the same folder, are forced to the disk, and take the place of the old file in one
/// step. Whoever reads meanwhile sees the old file or the new one; when writing fails, the old one is as it was.
public final class WholeFile {
    private WholeFile() {
    }

    /// Puts the file there, or in the place of the one that is.
    ///
    /// @throws IOException when it cannot be written; no part of it stays behind
    public static void write(Path file, byte[] bytes) throws IOException {
        // Not Files.createTempFile: what that makes, only its owner may read.
        Path temporary = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(bytes);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
