package io.flamekeeper.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/// What a real client once sent: its requests in order, byte for byte.
///
/// On disk each is `NNN.meta.json` (method, path, headers, and more) beside `NNN.body`.
public record Recording(String name, List<Request> requests) {
    /// Headers that belong to the connection the request was recorded on.
    private static final Set<String> HOP =
            Set.of("host", "connection", "transfer-encoding", "content-length", "accept-encoding");

    /// @param path    path and query, as sent
    /// @param headers in order, those of the connection left out
    public record Request(
            String method, String path, List<Map.Entry<String, String>> headers, byte[] body) {}

    /// One of our own, kept beside this class.
    public static Recording own(String name) throws IOException {
        return in(name, ownFolder(name));
    }

    /// The folder of one of our own, with its `GROUND_TRUTH.tsv`.
    public static Path ownFolder(String name) {
        var url =
                Objects.requireNonNull(
                        Recording.class.getResource("/recordings/" + name + "/GROUND_TRUTH.tsv"),
                        name);
        if (!url.getProtocol().equals("file")) {
            return unpacked(name);
        }
        try {
            return Objects.requireNonNull(Path.of(url.toURI()).getParent());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    public static Recording in(String name, Path folder) throws IOException {
        var json = new ObjectMapper();
        List<Request> requests = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(one -> one.toString().endsWith(".meta.json")).sorted().toList()) {
                JsonNode meta = json.readTree(file.toFile());
                Path body =
                        folder.resolve(
                                file.getFileName().toString().replace(".meta.json", ".body"));
                requests.add(
                        new Request(
                                meta.get("method").asText(),
                                meta.get("path").asText(),
                                headers(meta.get("headers")),
                                Files.readAllBytes(body)));
            }
        }
        return new Recording(name, List.copyOf(requests));
    }

    /// Recorded either as an object or as a list of pairs.
    private static List<Map.Entry<String, String>> headers(JsonNode recorded) {
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        if (recorded.isArray()) {
            recorded.forEach(
                    pair -> headers.add(Map.entry(pair.get(0).asText(), pair.get(1).asText())));
        } else {
            recorded.properties()
                    .forEach(field ->
                            headers.add(Map.entry(field.getKey(), field.getValue().asText())));
        }
        headers.removeIf(header -> HOP.contains(header.getKey().toLowerCase(Locale.ROOT)));
        return List.copyOf(headers);
    }

    /// Copies a recording out of the jar.
    private static Path unpacked(String name) {
        try {
            Path folder = Files.createTempDirectory("recording");
            var url = Objects.requireNonNull(Recording.class.getResource("/recordings/" + name));
            try (var jar = java.nio.file.FileSystems.newFileSystem(url.toURI(), Map.of());
                    Stream<Path> files = Files.list(jar.getPath("/recordings/" + name))) {
                for (Path file : files.toList()) {
                    Path copy = folder.resolve(file.getFileName().toString());
                    Files.copy(file, copy);
                    copy.toFile().deleteOnExit();
                }
            }
            folder.toFile().deleteOnExit();
            return folder;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
