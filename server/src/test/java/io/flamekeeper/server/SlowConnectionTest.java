package io.flamekeeper.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoublePredicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Peers that take up a connection and get nowhere. The server lets go of them, and of their memory; meanwhile it
/// answers everybody else.
@Timeout(30)
class SlowConnectionTest {
    private static final int CONNECTIONS_MAX = 20;
    private static final int TRICKLE_MILLIS = 50;

    @TempDir private static Path folder = Path.of("");
    private static final List<RunningServer> SERVER = new ArrayList<>();

    @BeforeAll
    static void start() {
        SERVER.add(
                RunningServer.in(
                        folder,
                        Map.of(
                                "header-timeout", "1s",
                                "body-timeout", "1s",
                                "answer-timeout", "1s",
                                "idle-timeout", "2s",
                                "connections-max", Integer.toString(CONNECTIONS_MAX))));
    }

    @AfterAll
    static void stop() {
        SERVER.forEach(RunningServer::close);
    }

    private static RunningServer server() {
        return SERVER.getFirst();
    }

    private static Socket connect() throws IOException {
        return new Socket(server().uri().getHost(), server().uri().getPort());
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /// Sends a byte every now and then until the server closes the connection; what it answered till then.
    private static String trickle(Socket socket) throws IOException {
        var answer = new ByteArrayOutputStream();
        socket.setSoTimeout(TRICKLE_MILLIS);
        while (true) {
            try {
                int b = socket.getInputStream().read();
                if (b < 0) {
                    return answer.toString(ISO_8859_1);
                }
                answer.write(b);
            } catch (SocketTimeoutException quiet) {
                try {
                    send(socket, "x");
                } catch (SocketException closed) {
                    return answer.toString(ISO_8859_1);
                }
            } catch (SocketException reset) {
                return answer.toString(ISO_8859_1);
            }
        }
    }

    private static double metric(String name) {
        return server().get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /// Asks until it is so; the test's time is the limit.
    private static void eventually(String metric, DoublePredicate expected) {
        while (!expected.test(metric(metric))) {
            Thread.onSpinWait();
        }
    }

    @Test
    void headers_thatTrickle_connectionIsClosed() throws IOException {
        try (Socket socket = connect()) {
            send(socket, "POST /ingest?name=a HTTP/1.1\r\nHost: a\r\nX-Long: ");
            assertThat(trickle(socket)).isEmpty();
        }
    }

    @Test
    void headers_thatTrickleBehindARequest_connectionIsClosed() throws IOException {
        try (Socket socket = connect()) {
            send(socket, "GET /ready HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(trickle(socket)).startsWith("HTTP/1.1 200").endsWith("ready\n");
        }
    }

    @Test
    void connection_thatSaysNothing_isClosed() throws IOException {
        try (Socket socket = connect()) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void body_thatTrickles_408AndClosed() throws IOException {
        double before = metric("flamekeeper_uploads_rejected_total");
        try (Socket socket = connect()) {
            send(
                    socket,
                    "POST /ingest?name=a&format=pprof HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
            assertThat(trickle(socket)).startsWith("HTTP/1.1 408").contains("connection: close");
        }
        assertThat(metric("flamekeeper_uploads_rejected_total")).isEqualTo(before + 1);
        eventually("flamekeeper_requests_bytes", bytes -> bytes == 0);
    }

    @Test
    void answers_thatAreNotRead_connectionIsClosed() throws IOException {
        try (Socket socket = connect()) {
            String question = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n";
            send(socket, question.repeat(400));
            assertThatThrownBy(
                            () -> {
                                while (true) {
                                    metric("flamekeeper_connections");
                                    send(socket, "x");
                                }
                            })
                    .isInstanceOf(SocketException.class);
        }
    }

    @Test
    void uploads_halfClosedAndReset_giveTheirMemoryBack() throws IOException {
        double received = metric("flamekeeper_uploads_received_total");
        for (int i = 0; i < 10; i++) {
            try (Socket socket = connect()) {
                send(
                        socket,
                        "POST /ingest?name=a&format=pprof HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
                                + "x".repeat(50_000));
                if (i % 2 == 0) {
                    socket.shutdownOutput();
                    assertThat(drained(socket.getInputStream())).doesNotContain("HTTP/1.1 5");
                } else {
                    socket.setSoLinger(true, 0);
                }
            }
        }
        eventually("flamekeeper_requests_bytes", bytes -> bytes == 0);
        // One that is reset before its headers were read is not seen at all.
        assertThat(metric("flamekeeper_uploads_received_total"))
                .isBetween(received + 5, received + 10);
        assertThat(metric("flamekeeper_uploads_under_way")).isZero();
    }

    private static String drained(InputStream in) throws IOException {
        try {
            return new String(in.readAllBytes(), ISO_8859_1);
        } catch (SocketException reset) {
            return "";
        }
    }

    @Test
    void connections_moreThanThereMayBe_closedAtOnceAndRoomComesBack() throws IOException {
        List<Socket> open = new ArrayList<>();
        try {
            int refused = 0;
            for (int i = 0; i < 2 * CONNECTIONS_MAX; i++) {
                Socket socket = connect();
                open.add(socket);
                try {
                    send(socket, "GET /ready HTTP/1.1\r\nHost: a\r\n\r\n");
                    refused += socket.getInputStream().read() < 0 ? 1 : 0;
                } catch (SocketException closed) {
                    refused++;
                }
            }
            assertThat(refused).isBetween(CONNECTIONS_MAX, CONNECTIONS_MAX + 2);
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
        while (true) {
            try (Socket socket = connect()) {
                send(socket, "GET /ready HTTP/1.1\r\nHost: a\r\n\r\n");
                if (socket.getInputStream().read() >= 0) {
                    return;
                }
            } catch (SocketException stillFull) {
                Thread.onSpinWait();
            }
        }
    }

    /// By hand, because every client keeps to what the server says.
    @Test
    void streams_moreThanAConnectionMayHave_areRefused() throws IOException {
        try (Socket socket = connect()) {
            var out = new ByteArrayOutputStream();
            out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1));
            out.writeBytes(frame(SETTINGS, 0, 0, new byte[0]));
            for (int stream = 1; stream < 2 * 200; stream += 2) {
                out.writeBytes(frame(HEADERS, END_HEADERS, stream, headers()));
            }
            socket.getOutputStream().write(out.toByteArray());
            socket.getOutputStream().flush();
            Map<Integer, Integer> settings = new HashMap<>();
            int refused = 0;
            var in = new DataInputStream(socket.getInputStream());
            while (refused < 200 - 128) {
                int length = (in.readUnsignedShort() << 8) | in.readUnsignedByte();
                int type = in.readUnsignedByte();
                int flags = in.readUnsignedByte();
                in.readInt();
                ByteBuffer payload = ByteBuffer.wrap(in.readNBytes(length));
                if (type == SETTINGS && (flags & 1) == 0) {
                    while (payload.hasRemaining()) {
                        settings.put((int) payload.getShort(), payload.getInt());
                    }
                } else if (type == RST_STREAM) {
                    assertThat(payload.getInt()).isEqualTo(REFUSED_STREAM);
                    refused++;
                } else if (type == GOAWAY) {
                    break;
                }
            }
            assertThat(settings).containsEntry(3, 128).containsEntry(6, 8 << 10);
        }
        eventually("flamekeeper_requests_bytes", bytes -> bytes == 0);
    }

    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int GOAWAY = 7;
    private static final int END_HEADERS = 4;
    private static final int REFUSED_STREAM = 7;

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /// `POST /ingest?name=a` as HPACK writes it without a table.
    private static byte[] headers() {
        var block = new ByteArrayOutputStream();
        block.writeBytes(new byte[] {(byte) 0x83, (byte) 0x86});
        literal(block, 4, "/ingest?name=a");
        literal(block, 1, "a");
        return block.toByteArray();
    }

    private static void literal(ByteArrayOutputStream block, int name, String value) {
        block.write(name);
        block.write(value.length());
        block.writeBytes(value.getBytes(ISO_8859_1));
    }
}
