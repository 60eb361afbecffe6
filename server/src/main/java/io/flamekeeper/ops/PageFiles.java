package io.flamekeeper.ops;

import io.flamekeeper.http.Answer;
import io.flamekeeper.http.Endpoint;
import io.flamekeeper.http.Request;
import io.flamekeeper.model.ErrorCode;
import io.flamekeeper.model.FlamekeeperException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;

/// Serves the page from the class path: `index.html` for every view, and what it asks for. Files under
/// `assets` have their content's hash in their name and never change.
public final class PageFiles implements Endpoint.Handler {
    private static final String ROOT = "/META-INF/flamekeeper/ui";
    private static final String INDEX = "/index.html";

    /// Paths that the page itself makes sense of.
    private static final Set<String> VIEWS = Set.of("/", "/explore", "/dev/states");

    /// The smaller first.
    private static final List<String> ENCODINGS = List.of("br", "gzip");

    private static final Map<String, String> SUFFIX_BY_ENCODING = Map.of("br", ".br", "gzip", ".gz");

    private static final Map<String, String> TYPE_BY_EXTENSION = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml",
            "png", "image/png",
            "json", "application/json");

    private static final String POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self';"
            + " frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";

    private final Map<String, byte[]> contentByName = new ConcurrentHashMap<>();

    @Override
    public Answer answer(Request request) {
        String name = VIEWS.contains(request.path()) ? INDEX : request.path();
        String type = type(name);
        Optional<byte[]> plain = type.isEmpty() ? Optional.empty() : content(name);
        if (plain.isEmpty()) {
            throw new FlamekeeperException(
                    ErrorCode.NOT_FOUND, "path: '%.200s' (expected: one that this server knows)", request.path());
        }
        String tag = tag(plain.get());
        Answer answer = encoded(request, name, type, plain.get())
                .with("etag", tag)
                .with("vary", "accept-encoding")
                .with("cache-control", name.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache")
                .with("content-security-policy", POLICY)
                .with("referrer-policy", "no-referrer");
        return request.header("if-none-match").equals(tag)
                ? new Answer(304, "", answer.headers(), new byte[0])
                : answer;
    }

    /// As the build compressed it, if the caller can read that.
    private Answer encoded(Request request, String name, String type, byte[] plain) {
        String accepted = request.header("accept-encoding");
        for (String encoding : ENCODINGS) {
            Optional<byte[]> smaller =
                    accepts(accepted, encoding) ? content(name + SUFFIX_BY_ENCODING.get(encoding)) : Optional.empty();
            if (smaller.isPresent()) {
                return Answer.of(200, type, smaller.get()).with("content-encoding", encoding);
            }
        }
        return Answer.of(200, type, plain);
    }

    private static boolean accepts(String accepted, String encoding) {
        return Arrays.stream(accepted.split(",")).map(String::strip).anyMatch(encoding::equals);
    }

    private static String type(String name) {
        return TYPE_BY_EXTENSION.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "");
    }

    /// Only names that exist are remembered, so that nobody can fill the memory with others.
    private Optional<byte[]> content(String name) {
        Optional<byte[]> known = Optional.ofNullable(contentByName.get(name)).or(() -> read(name));
        known.ifPresent(content -> contentByName.put(name, content));
        return known;
    }

    private static Optional<byte[]> read(String name) {
        if (name.contains("..") || name.contains("//")) {
            return Optional.empty();
        }
        try (InputStream in = PageFiles.class.getResourceAsStream(ROOT + name)) {
            return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String tag(byte[] content) {
        var checksum = new CRC32C();
        checksum.update(content);
        return '"' + HexFormat.of().toHexDigits((int) checksum.getValue()) + "-" + content.length + '"';
    }
}
