package io.flamekeeper.ops;

import io.flamekeeper.http.Answer;
import io.flamekeeper.http.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The page, from the class path. A path of the page's own router gets `index.html`.
///
/// Files under `/assets/` have a hash in their names and may be kept for ever; everything else is asked for
/// again, by its tag. A file that lies there compressed as well is sent so to those who accept it.
final class UiFiles {
    private static final String FOLDER = "/META-INF/flamekeeper/ui";
    private static final String INDEX = "/index.html";
    private static final Set<String> PAGES = Set.of("/", "/explore", "/dev/states");
    private static final String FOR_EVER = "public, max-age=31536000, immutable";
    private static final String ASK_AGAIN = "no-cache";
    private static final String CONTENT_POLICY =
            "default-src 'self'; img-src 'self' data:; style-src 'self'; frame-ancestors 'none';"
                    + " base-uri 'none'";
    private static final Map<String, String> TYPE_BY_SUFFIX =
            Map.ofEntries(
                    Map.entry("html", "text/html; charset=utf-8"),
                    Map.entry("js", "text/javascript; charset=utf-8"),
                    Map.entry("css", "text/css; charset=utf-8"),
                    Map.entry("json", "application/json"),
                    Map.entry("svg", "image/svg+xml"),
                    Map.entry("png", "image/png"),
                    Map.entry("ico", "image/x-icon"),
                    Map.entry("woff2", "font/woff2"),
                    Map.entry("txt", "text/plain; charset=utf-8"),
                    Map.entry("map", "application/json"));

    /// Only of files that exist, so as bounded as the page.
    private final Map<String, Optional<File>> fileByName = new ConcurrentHashMap<>();

    /// @param encoding of HTTP, `""` = none
    private record File(byte[] content, String tag, String encoding) {}

    private record Encoding(String name, String suffix) {}

    private static final List<Encoding> ENCODINGS =
            List.of(new Encoding("br", ".br"), new Encoding("gzip", ".gz"));

    Answer answer(Request request) {
        String path = PAGES.contains(request.path()) ? INDEX : request.path();
        String type = TYPE_BY_SUFFIX.get(path.substring(path.lastIndexOf('.') + 1));
        Optional<File> plain = type == null || !isPlain(path) ? Optional.empty() : file(path, "");
        if (type == null || plain.isEmpty()) {
            return Answer.text(404, "404 page not found\n");
        }
        File file = encoded(path, request.header("accept-encoding")).orElse(plain.get());
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("etag", file.tag());
        headers.put("cache-control", path.startsWith("/assets/") ? FOR_EVER : ASK_AGAIN);
        headers.put("vary", "accept-encoding");
        headers.put("content-security-policy", CONTENT_POLICY);
        headers.put("referrer-policy", "no-referrer");
        if (request.header("if-none-match").contains(file.tag())) {
            return new Answer(304, "", headers, new byte[0]);
        }
        headers.put("content-encoding", file.encoding().isEmpty() ? "identity" : file.encoding());
        return new Answer(200, type, headers, file.content());
    }

    /// Names of files in folders, nothing that leads elsewhere.
    private static boolean isPlain(String path) {
        return path.startsWith("/")
                && !path.contains("..")
                && !path.contains("//")
                && path.chars()
                        .allMatch(
                                c ->
                                        (c >= 'a' && c <= 'z')
                                                || (c >= 'A' && c <= 'Z')
                                                || (c >= '0' && c <= '9')
                                                || "/._-".indexOf(c) >= 0);
    }

    private Optional<File> encoded(String path, String acceptEncoding) {
        for (Encoding encoding : ENCODINGS) {
            if (accepts(acceptEncoding, encoding.name())) {
                Optional<File> file = file(path + encoding.suffix(), encoding.name());
                if (file.isPresent()) {
                    return file;
                }
            }
        }
        return Optional.empty();
    }

    private static boolean accepts(String acceptEncoding, String encoding) {
        for (String one : acceptEncoding.split(",")) {
            if (one.strip().equals(encoding) || one.strip().startsWith(encoding + ";q=0.")) {
                return true;
            }
        }
        return false;
    }

    private Optional<File> file(String name, String encoding) {
        Optional<File> known = fileByName.get(name);
        if (known != null) {
            return known;
        }
        Optional<File> file = load(name, encoding);
        if (file.isPresent()) {
            fileByName.put(name, file);
        }
        return file;
    }

    private static Optional<File> load(String name, String encoding) {
        try (InputStream resource = UiFiles.class.getResourceAsStream(FOLDER + name)) {
            if (resource == null) {
                return Optional.empty();
            }
            byte[] content = resource.readAllBytes();
            return Optional.of(new File(content, tag(content), encoding));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String tag(byte[] content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return '"' + HexFormat.of().formatHex(hash, 0, 8) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
