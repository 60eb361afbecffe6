package io.flamekeeper.access;

import io.flamekeeper.model.FlamekeeperException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The tokens of a [TokenFile], as it is now or was a second ago: whatever is taken out of it is worth nothing from then
/// on. A file that cannot be read any more changes nothing and is reported. Safe for use by many threads.
final class TokenRegistry {
    static final long LOOK_NANOS = 1_000_000_000;

    private static final Logger LOG = LoggerFactory.getLogger(TokenRegistry.class);

    private final Path path;
    private final TokenFile file;
    private final LongSupplier nanoTime;
    private volatile Read read;
    private volatile long lookedAt;

    /// What the file held when it had this time and size.
    private record Read(FileTime modified, long bytes, Map<String, Token> tokens) {}

    /// @throws FlamekeeperException as [TokenFile#read]
    TokenRegistry(Path path, LongSupplier nanoTime) {
        this.path = path;
        this.file = new TokenFile(path);
        this.nanoTime = nanoTime;
        this.read = new Read(FileTime.fromMillis(0), 0, file.read());
        this.lookedAt = nanoTime.getAsLong() - LOOK_NANOS;
    }

    Optional<Token> find(String id) {
        if (nanoTime.getAsLong() - lookedAt >= LOOK_NANOS) {
            look();
        }
        return Optional.ofNullable(read.tokens().get(id));
    }

    private synchronized void look() {
        if (nanoTime.getAsLong() - lookedAt < LOOK_NANOS) {
            return;
        }
        lookedAt = nanoTime.getAsLong();
        try {
            FileTime modified = Files.getLastModifiedTime(path);
            long bytes = Files.size(path);
            if (!modified.equals(read.modified()) || bytes != read.bytes()) {
                // Marked as read even if it is not: it is reported once.
                read = new Read(modified, bytes, read.tokens());
                read = new Read(modified, bytes, file.read());
            }
        } catch (IOException | FlamekeeperException e) {
            LOG.error("access: the tokens stay as they were: {}", e.getMessage());
        }
    }
}
