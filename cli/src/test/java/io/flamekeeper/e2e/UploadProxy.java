package io.flamekeeper.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/// Stands between clients and a server: passes every upload on and remembers it, with what was answered. Where there
/// is no server it answers 503. Safe for all threads.
final class UploadProxy implements AutoCloseable {
    private static final int UNAVAILABLE = 503;

    private final HttpServer front;
    private final HttpClient back =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Upload> uploads = new ArrayList<>();
    private volatile URI target;

    /// @param path     path and query, as sent
    /// @param encoding of the body, `identity` = none
    /// @param status   what was answered
    record Upload(String path, String contentType, String encoding, byte[] body, int status) {
        /// Content of a part of a multipart body, empty if there is none of this name.
        byte[] part(String name) {
            String text = new String(body, StandardCharsets.ISO_8859_1);
            String boundary = "--" + contentType.substring(contentType.indexOf("boundary=") + 9);
            for (String part : text.split(boundary, -1)) {
                int head = part.indexOf("\r\n\r\n");
                if (head > 0 && part.substring(0, head).contains("name=\"" + name + "\"")) {
                    return part.substring(head + 4, part.length() - 2)
                            .getBytes(StandardCharsets.ISO_8859_1);
                }
            }
            return new byte[0];
        }

        /// The value of a parameter of the query.
        String parameter(String name) {
            for (String one : URI.create(path).getQuery().split("&")) {
                if (one.startsWith(name + "=")) {
                    return one.substring(name.length() + 1);
                }
            }
            throw new AssertionError(path + ": no " + name);
        }

        /// What stays the same when it is sent again.
        private List<Object> identity() {
            return !contentType.contains("boundary=")
                    ? List.of(path, ByteBuffer.wrap(body))
                    : List.of(path, ByteBuffer.wrap(part("jfr")), ByteBuffer.wrap(part("labels")));
        }
    }

    private UploadProxy(URI target) throws IOException {
        this.target = target;
        front = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        front.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        front.createContext("/", this::handle);
        front.start();
    }

    static UploadProxy to(URI target) throws IOException {
        return new UploadProxy(target);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + front.getAddress().getPort());
    }

    /// Passes on to another server from now on.
    void redirect(URI to) {
        target = to;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            int status =
                    send(
                            exchange.getRequestURI().toString(),
                            exchange.getRequestHeaders().getFirst("Content-Type"),
                            Optional.ofNullable(
                                            exchange.getRequestHeaders()
                                                    .getFirst("Content-Encoding"))
                                    .orElse("identity"),
                            body);
            exchange.sendResponseHeaders(status, -1);
        }
    }

    private int send(String path, String contentType, String encoding, byte[] body) {
        int status;
        try {
            status =
                    back.send(
                                    HttpRequest.newBuilder(URI.create(target + path))
                                            .header("Content-Type", contentType)
                                            .header("Content-Encoding", encoding)
                                            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode();
        } catch (IOException gone) {
            status = UNAVAILABLE;
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts our threads", e);
        }
        synchronized (uploads) {
            uploads.add(new Upload(path, contentType, encoding, body, status));
            uploads.notifyAll();
        }
        return status;
    }

    /// Waits until the uploads so far are as wanted.
    void await(Predicate<List<Upload>> wanted, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (uploads) {
            while (!wanted.test(uploads)) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    throw new AssertionError(
                            "answered so far: " + uploads.stream().map(Upload::status).toList());
                }
                uploads.wait(left);
            }
        }
    }

    List<Upload> uploads() {
        synchronized (uploads) {
            return List.copyOf(uploads);
        }
    }

    /// Different uploads that were answered with 200. What has not been, is first sent again, as its sender
    /// would have done had it lived.
    List<Upload> acknowledged() {
        Map<Object, Upload> byIdentity = new LinkedHashMap<>();
        for (Upload upload : uploads()) {
            Upload known = byIdentity.get(upload.identity());
            if (known == null || known.status() != 200) {
                byIdentity.put(upload.identity(), upload);
            }
        }
        for (Upload upload : byIdentity.values()) {
            if (upload.status() != 200) {
                int status =
                        send(upload.path(), upload.contentType(), upload.encoding(), upload.body());
                if (status != 200) {
                    throw new AssertionError(upload.path() + ": " + status + " (expected: 200)");
                }
            }
        }
        return List.copyOf(byIdentity.values());
    }

    @Override
    public void close() {
        front.stop(0);
        back.close();
    }
}
