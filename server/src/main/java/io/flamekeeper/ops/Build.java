package io.flamekeeper.ops;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/// Which program this is, as the build wrote it down.
///
/// @param version such as `0.1.0`
/// @param date    when it was built; the same for every build of the same sources
public record Build(String version, String date) {
    private static final String RESOURCE = "/META-INF/flamekeeper/build.properties";

    public static Build read() {
        var properties = new Properties();
        try (InputStream resource = Build.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new IllegalStateException(RESOURCE + " is not on the class path");
            }
            properties.load(resource);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Build(
                properties.getProperty("version", ""), properties.getProperty("date", ""));
    }
}
