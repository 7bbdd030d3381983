"""A small real HTTP server on loopback that misbehaves on request: the fake at the edge for every test of fetching.

It speaks HTTP/1.1 with keep-alive over real sockets, one thread a connection. What it answers is scripted:

    with FakeServer() as server:
        server.put("/feed", Reply(FEED, headers={"Content-Type": "application/rss+xml"}, etag='"1"'))
        server.put("/flaky", Reply(status=503), Reply(b"ok"))         # one after the other, the last one stays
        server.put("/echo", lambda request: Reply(request.target))    # or decided from the request
        client.get(server.url("/feed"))
        server.requests[0].headers["user-agent"]

A path that nobody put answers 404. Nothing here knows about feeds, platforms or the code under test.
"""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    """What arrived, as it was on the wire."""

    method: str
    target: str
    """As sent: `/path?query`, or the whole address when the client thinks it speaks to a proxy."""
    headers: Mapping[str, str]
    """Names in lower case."""
    connection: int
    """Which connection it came on, counted from 1: equal numbers mean that the connection was used again."""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


@dataclass(frozen=True)
class Reply:
    """One answer. The fields below `chunked` are faults; without them it is a well-behaved answer."""

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None
    """With its quotes. A request that names it (and, if given, `last_modified`) gets 304, as WordPress does."""
    last_modified: str | None = None
    compress: Literal["gzip", "deflate", "raw deflate"] | None = None
    """Packed whether or not the client offers to unpack it."""
    chunked: bool = False

    delay: float = 0.0
    """Seconds of silence before the first byte."""
    silent: bool = False
    """Takes the request and never says a word."""
    trickle: float | None = None
    """Seconds between single bytes."""
    trickle_from: Literal["head", "body"] = "body"
    announced_length: int | None = None
    """A Content-Length that is not the body's."""
    without_length: bool = False
    """The body ends where the connection does, as in HTTP/1.0."""
    cut_after: int | None = None
    """Closes the connection in good order after so many bytes of the body."""
    reset_after: int | None = None
    """Resets the connection (RST) after so many bytes of the whole answer; 0 means at once."""
    close: bool = False
    """Says `Connection: close`, and does."""
    surplus: bytes = b""
    """Sent after the answer, as if it belonged to it."""
    hang_up: bool = False
    """Closes the connection after the answer without having said so."""
    raw: bytes | None = None
    """Sent instead of all of the above, then the connection is closed."""


Answer = Reply | Callable[[Request], Reply]


def redirect(to: str, status: int = 302) -> Reply:
    return Reply(b"moved", status=status, headers={"Location": to})


def gzip_bomb(megabytes: int) -> bytes:
    """Zeros that unpack to so many megabytes from about a thousandth of that (one member for each 8 MB)."""
    member = gzip.compress(bytes(8_000_000), compresslevel=9)
    return member * -(-megabytes // 8)


class FakeServer:
    """Answers on an ephemeral port of 127.0.0.1 (or ::1) from `with` until the end of the block."""

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", tunnel_to: int | None = None
    ) -> None:
        """
        Args:
            tls: to speak HTTPS.
            tunnel_to: the port of loopback that every CONNECT ends at; the server is then a proxy for HTTPS as well.
        """
        self.requests: list[Request] = []
        self._tunnel_to = tunnel_to
        self._tls = tls
        self._host = host
        self._routes: dict[str, list[Answer]] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._accepted = 0
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family, backlog=128)
        self.port: int = self._listener.getsockname()[1]

    # What tests say to it

    def url(self, path: str = "/") -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def put(self, path: str, *answers: Answer) -> None:
        """What `path` answers from now on. With a query in it, only that query; a whole address, only through a proxy.

        Several answers are given one after the other; the last one stays.
        """
        with self._lock:
            self._routes[path] = list(answers)

    def requested(self, path: str) -> list[Request]:
        """The requests for this path so far, in order."""
        return [request for request in self.requests if request.path == path]

    # Its life

    def __enter__(self) -> FakeServer:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Dies at once: open connections are cut, new ones refused."""
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            connections = list(self._connections)
            threads = list(self._threads)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(timeout=5)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        with self._lock:
            self._threads = [t for t in self._threads if t.is_alive()]
            thread.start()
            self._threads.append(thread)

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._connections.add(connection)
                self._accepted += 1
                number = self._accepted
            self._start(self._serve, connection, number)

    def _serve(self, connection: socket.socket, number: int) -> None:
        plain = connection
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
                with self._lock:
                    self._connections.add(connection)
            waiting = b""
            while not self._stopping.is_set():
                request, waiting = self._read(connection, waiting, number)
                if request is None or not self._answer(connection, request):
                    return
        except (OSError, ValueError):
            return
        finally:
            with self._lock:
                self._connections -= {plain, connection}
            connection.close()

    def _read(self, connection: socket.socket, waiting: bytes, number: int) -> tuple[Request | None, bytes]:
        while b"\r\n\r\n" not in waiting:
            more = connection.recv(65536)
            if not more:
                return None, b""
            waiting += more
        head, waiting = waiting.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        request = Request(method, target, headers, number)
        with self._lock:
            self.requests.append(request)
        return request, waiting

    def _reply(self, request: Request) -> Reply:
        with self._lock:
            answers = self._routes.get(request.target) or self._routes.get(request.path)
            if not answers:
                return Reply(b"nobody put this path", status=404)
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return answer if isinstance(answer, Reply) else answer(request)

    # Answering, well or badly

    def _answer(self, connection: socket.socket, request: Request) -> bool:
        """Sends the reply; says whether the connection goes on."""
        if request.method == "CONNECT" and self._tunnel_to is not None:
            self._tunnel(connection, self._tunnel_to)
            return False
        reply = self._reply(request)
        if reply.delay:
            self._stopping.wait(reply.delay)
        if reply.silent:
            self._stopping.wait()
            return False
        if reply.raw is not None:
            connection.sendall(reply.raw)
            return False
        head, body = _compose(reply, request)
        body += reply.surplus
        if reply.reset_after is not None:
            connection.sendall((head + body)[: reply.reset_after])
            # Closing with unread time-to-linger of zero is what makes the kernel send a reset.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if reply.cut_after is not None:
            connection.sendall(head + body[: reply.cut_after])
            return False
        if reply.trickle is not None:
            prompt, slow = (b"", head + body) if reply.trickle_from == "head" else (head, body)
            connection.sendall(prompt)
            for byte in slow:
                if self._stopping.wait(reply.trickle):
                    return False
                connection.sendall(bytes([byte]))
        else:
            connection.sendall(head + body)
        return not (reply.close or reply.without_length or reply.hang_up)

    def _tunnel(self, connection: socket.socket, port: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as onward:
            with self._lock:
                self._connections.add(onward)
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self._start(_pour, onward, connection)
            _pour(connection, onward)


def _pour(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _compose(reply: Reply, request: Request) -> tuple[bytes, bytes]:
    """The head and body as they go on the wire."""
    body = reply.body.encode() if isinstance(reply.body, str) else reply.body
    status = reply.status
    headers = {"Date": "Mon, 06 Jul 2026 09:00:00 GMT", **reply.headers}
    if reply.etag:
        headers["ETag"] = reply.etag
    if reply.last_modified:
        headers["Last-Modified"] = reply.last_modified
    if _unchanged(reply, request):
        status, body = 304, b""
    elif reply.compress:
        body = _pack(body, reply.compress)
        headers["Content-Encoding"] = reply.compress.removeprefix("raw ")
    if status != HTTPStatus.NOT_MODIFIED:
        if reply.chunked:
            headers["Transfer-Encoding"] = "chunked"
            pieces = [body[at : at + 1000] for at in range(0, len(body), 1000)]
            body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
        elif not reply.without_length:
            headers["Content-Length"] = str(len(body) if reply.announced_length is None else reply.announced_length)
    if reply.close or reply.without_length:
        headers["Connection"] = "close"
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unheard of"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    return head, b"" if request.method == "HEAD" else body


def _unchanged(reply: Reply, request: Request) -> bool:
    """WordPress's rule: each validator sent must match, and at least one must be sent."""
    tag, since = request.headers.get("if-none-match"), request.headers.get("if-modified-since")
    if reply.status != HTTPStatus.OK or not (reply.etag or reply.last_modified) or (tag is None and since is None):
        return False
    return (tag is None or tag == reply.etag) and (since is None or since == reply.last_modified)


def _pack(body: bytes, how: str) -> bytes:
    if how == "gzip":
        return gzip.compress(body, mtime=0)
    packer = zlib.compressobj(wbits=-15 if how.startswith("raw") else 15)
    return packer.compress(body) + packer.flush()
