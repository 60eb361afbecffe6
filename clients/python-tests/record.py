#!/usr/bin/env python3
"""A recording HTTP proxy: keeps every upload of a profiling client, byte for byte.

It listens on loopback and takes requests in origin form (``POST /ingest``: the client uses it as its server)
and in absolute form (``POST http://any-host:4040/ingest``: the client uses it as its HTTP proxy, so that any
host name works without a name server). It passes each request to ``--forward URL``, or answers 200 itself.

    python3 record.py --out FOLDER [--listen 127.0.0.1:4040] [--forward http://127.0.0.1:4041]

It prints its own address as one line on stdout and stops at SIGINT or SIGTERM. Request N becomes two files:

    NNN.meta.json   seq, recv_unix, method, path, http_version, client, headers (ordered pairs), body_bytes,
                    answered_status
    NNN.body        the body as sent: de-chunked, never decompressed
"""

from __future__ import annotations

import argparse
import http.client
import json
import signal
import sys
import threading
import time
import urllib.parse
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FORWARD_TIMEOUT_SECONDS = 30

# Headers that speak about one connection and are not passed on [RFC 9110, section 7.6.1].
HOP_BY_HOP = frozenset({"connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade",
                        "proxy-authorization", "content-length"})


@dataclass(frozen=True)
class Recorded:
    """One request as received, and the status it was answered with."""

    seq: int
    recv_unix: float
    method: str
    path: str
    http_version: str
    client: tuple[str, int]
    headers: list[tuple[str, str]]
    body: bytes
    answered_status: int

    def header(self, name: str) -> str:
        """The first header of that name, ignoring case; "" if there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def write_to(self, folder: Path) -> None:
        meta = {key: value for key, value in asdict(self).items() if key not in ("body", "answered_status")}
        meta |= {"body_bytes": len(self.body), "answered_status": self.answered_status}
        (folder / f"{self.seq:03d}.body").write_bytes(self.body)
        (folder / f"{self.seq:03d}.meta.json").write_text(json.dumps(meta, indent=1) + "\n")


class RecordingProxy:
    """The listening proxy. ``requests()`` is safe to call from any thread while it records."""

    def __init__(self, listen: tuple[str, int] = ("127.0.0.1", 0), forward: str | None = None,
                 out: Path | None = None) -> None:
        self._forward = forward
        self._out = out
        self._lock = threading.Lock()
        self._requests: list[Recorded] = []
        self._seq = 0
        proxy = self

        class Handler(_Handler):
            recorder = proxy

        self._server = ThreadingHTTPServer(listen, Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="recording-proxy", daemon=True)

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host}:{port}"

    def __enter__(self) -> RecordingProxy:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def requests(self) -> list[Recorded]:
        """What arrived and was answered so far, in order of arrival."""
        with self._lock:
            return sorted(self._requests, key=lambda request: request.seq)

    def next_seq(self) -> int:
        with self._lock:
            self._seq += 1
            return self._seq

    def keep(self, request: Recorded) -> None:
        if self._out is not None:
            request.write_to(self._out)
        with self._lock:
            self._requests.append(request)

    def answer(self, method: str, path: str, headers: list[tuple[str, str]],
               body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """Status, headers and body to send back: the upstream server's, or an empty 200 without one."""
        if self._forward is None:
            return 200, [], b""
        upstream = urllib.parse.urlsplit(self._forward)
        connection = http.client.HTTPConnection(upstream.hostname, upstream.port, timeout=FORWARD_TIMEOUT_SECONDS)
        try:
            connection.putrequest(method, upstream.path.rstrip("/") + path, skip_host=True, skip_accept_encoding=True)
            for key, value in headers:
                if key.lower() not in HOP_BY_HOP:
                    connection.putheader(key, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            kept = [(key, value) for key, value in response.getheaders() if key.lower() not in HOP_BY_HOP]
            return response.status, kept, response.read()
        except OSError as failure:
            return 502, [("Content-Type", "text/plain")], f"{self._forward}: {failure}\n".encode()
        finally:
            connection.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    recorder: RecordingProxy

    def _record(self) -> None:
        received = time.time()
        seq = self.recorder.next_seq()
        body = self._body()
        headers = list(self.headers.items())
        target = urllib.parse.urlsplit(self.path)
        path = urllib.parse.urlunsplit(("", "", target.path or "/", target.query, ""))
        status, answer_headers, answer = self.recorder.answer(self.command, path, headers, body)
        self.recorder.keep(Recorded(seq, round(received, 3), self.command, path, self.request_version,
                                    self.client_address[:2], headers, body, status))
        self.send_response(status)
        for key, value in answer_headers:
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = _record

    def handle(self) -> None:
        try:
            super().handle()
        except (BrokenPipeError, ConnectionResetError):
            pass  # a client that exits does not wait for the answer; what it sent is recorded

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        body = bytearray()
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # trailers
        return bytes(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the recorded files are the log."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for NNN.meta.json and NNN.body")
    parser.add_argument("--listen", default="127.0.0.1:0", help="HOST:PORT on loopback; port 0 picks a free one")
    parser.add_argument("--forward", help="base URL of the server that answers; without it every answer is 200")
    arguments = parser.parse_args()
    host, _, port = arguments.listen.rpartition(":")
    arguments.out.mkdir(parents=True, exist_ok=True)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with RecordingProxy((host, int(port)), arguments.forward, arguments.out) as proxy:
        print(proxy.url, flush=True)
        stop.wait()
        print(f"{len(proxy.requests())} requests recorded in {arguments.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
