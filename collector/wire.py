"""One exchange on the wire: connections that cannot outlive their deadline, outgrow their caps or go astray.

`http.py` decides what to ask and what an answer means; here every byte that arrives is timed and counted, and TLS is
checked against the system's certificates. The limits hold for each single receive, so that a server that trickles
headers or body gains nothing by it; also while a name is looked up and TLS agreed on, and for what a proxy says.
`unpacking.py` bounds what the bytes unpack to.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import os
import queue
import re
import socket
import ssl
import sys
import threading
from collections.abc import Sequence
from time import monotonic
from typing import Any, NamedTuple

import urllib3.connection
from urllib3.util.wait import wait_for_read

from collector.addresses import literal
from collector.failures import Stopped
from collector.unpacking import TooMuch, in_words

HEAD_LIMIT = 64_000
"""Bytes for a status line with all its headers, those of any "100 Continue" before it included."""
_BUFFER = 16 * 1024
_MOST_PLACES = 8
_LOOK_AGAIN = 0.2


class Exchange:
    """The limits of one call, shared by all its hops: when it must have ended, and how much may arrive till then."""

    def __init__(self, seconds: float, max_bytes: int) -> None:
        self._end = monotonic() + seconds
        self._max_bytes = max_bytes
        self._head_limit = max_bytes + HEAD_LIMIT
        self._handle: socket.socket | None = None
        self.received = 0
        self.stopped = False

    def left(self) -> float:
        """Seconds left.

        Raises:
            TimeoutError: none are.
            Stopped: the client is being closed.
        """
        if self.stopped:
            raise Stopped
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def extend(self, seconds: float) -> None:
        """Time spent waiting for one's turn is not the server's fault."""
        self._end += seconds

    def took(self, count: int) -> None:
        """Counts bytes that arrived.

        Raises:
            TooMuch: over the cap.
        """
        self.received += count
        if self.received > self._head_limit:
            raise TooMuch(f"sent headers of more than {in_words(HEAD_LIMIT)}")
        if self.received > self._max_bytes + HEAD_LIMIT:
            raise TooMuch(f"sent more than {in_words(self._max_bytes)}")

    def begin_head(self) -> None:
        self._head_limit = self.received + HEAD_LIMIT + _BUFFER

    def end_head(self) -> None:
        self._head_limit = self._max_bytes + HEAD_LIMIT

    def hold(self, handle: socket.socket | None) -> None:
        """The socket that `stop` has to shut."""
        self._handle = handle

    def stop(self) -> None:
        """Ends the exchange from another thread, whatever it is waiting for."""
        self.stopped = True
        if (handle := self._handle) is not None:
            with contextlib.suppress(OSError):
                # Not the socket's own method: an SSLSocket would forget that it is one, under its reader's hands.
                socket.socket.shutdown(handle, socket.SHUT_RDWR)


class Place(NamedTuple):
    """Where to connect to: a numeric address, so that nothing is looked up again."""

    family: int
    address: tuple[Any, ...]

    @property
    def number(self) -> str:
        return str(self.address[0])


def look_up(host: str, port: int, exchange: Exchange) -> list[Place]:
    """The numeric addresses of a host, by the system's resolver, which knows no deadline of its own: a thread waits.

    Raises:
        socket.gaierror: no such name, or no network.
        TimeoutError, Stopped: as `Exchange.left`.
    """
    if (number := literal(host)) is not None:
        return [Place(socket.AF_INET6 if ":" in number else socket.AF_INET, (number, port))]
    answers: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:
            answers.put(error)

    threading.Thread(target=ask, name=f"looking up {host}", daemon=True).start()
    while True:
        try:
            answer = answers.get(timeout=min(exchange.left(), _LOOK_AGAIN))
            break
        except queue.Empty:
            continue
    if isinstance(answer, Exception):
        raise answer
    return [
        Place(family, address) for family, _, _, _, address in answer if family in (socket.AF_INET, socket.AF_INET6)
    ]


def _connect(places: Sequence[Place], exchange: Exchange) -> socket.socket:
    """A connection to the first place that takes it; each gets its share of the time that is left."""
    last: OSError = ConnectionError("no address")
    places = places[:_MOST_PLACES]
    for at, place in enumerate(places):
        sock = socket.socket(place.family, socket.SOCK_STREAM)
        exchange.hold(sock)
        try:
            sock.settimeout(exchange.left() / (len(places) - at))
            sock.connect(place.address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(exchange.left())
            return sock
        except OSError as error:
            sock.close()
            last = error
        except BaseException:
            sock.close()
            raise
    raise last


class _Metered(io.RawIOBase):
    """A socket's bytes, each receive within what is left of the exchange."""

    def __init__(self, sock: socket.socket, exchange: Exchange) -> None:
        # makefile keeps the socket open until this is closed, also when the connection object lets go of it.
        self._raw = sock.makefile("rb", buffering=0)
        self._sock = sock
        self._exchange = exchange
        self._over = False
        exchange.hold(sock)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._over:
            return 0
        self._sock.settimeout(self._exchange.left())
        count = self._raw.readinto(buffer) or 0
        self._exchange.took(count)
        return count

    def finish(self) -> bytes:
        """A byte that came after the end of the answer, if one is there already; nothing is read after this."""
        self._over = True
        try:
            if wait_for_read(self._sock, timeout=0.0):
                self._sock.settimeout(0)
                return self._sock.recv(1)
        except (OSError, ValueError):  # reset, or shut already
            pass
        return b""

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _Reader(io.BufferedReader):
    """What http.client reads from. When it closes this, the answer is over, and what else is there is noted."""

    def __init__(self, metered: _Metered) -> None:
        super().__init__(metered, _BUFFER)
        self._metered = metered
        self.surplus = b""

    def close(self) -> None:
        if not self.closed:
            more = self._metered.finish()
            self.surplus = bytes(self.peek(1)) + more
        super().close()


class Answer(http.client.HTTPResponse):
    """http.client's own parser over a metered reader."""

    def __init__(self, sock: socket.socket, exchange: Exchange, method: str | None) -> None:
        self.reader = _Reader(_Metered(sock, exchange))
        exchange.begin_head()
        super().__init__(_Opened(self.reader), method=method)  # type: ignore[arg-type]

    @property
    def surplus(self) -> bytes:
        """What came after the end of the answer, line ends aside, which some servers add."""
        return self.reader.surplus.strip(b"\r\n")


class _Opened:
    """What http.client takes for a socket and only calls makefile on."""

    def __init__(self, reader: _Reader) -> None:
        self._reader = reader

    def makefile(self, _mode: str) -> _Reader:
        return self._reader


class Connection(urllib3.connection.HTTPConnection):
    """A plain connection, to a place that somebody has judged already."""

    def prepare(self, exchange: Exchange, places: Sequence[Place] = ()) -> None:
        """What the next request on it must keep to; the places only matter while it is not connected."""
        self._exchange = exchange
        self._places = places
        self.timeout = exchange.left()
        if self.sock is not None:
            self.sock.settimeout(self.timeout)
        exchange.hold(self.sock)

    def ask(self, path: str, headers: dict[str, str]) -> Answer:
        """Sends a GET with just these headers, Host among them, and reads the answer's head.

        The body is read from what is returned.
        """
        self.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            self.putheader(name, value)
        self.endheaders()
        # http.client's, not urllib3's: its response would be a second wrapper around the one that is wanted here.
        answer = http.client.HTTPConnection.getresponse(self)
        self._exchange.end_head()
        assert isinstance(answer, Answer)
        return answer

    def response_class(  # type: ignore[override]
        self, sock: socket.socket, debuglevel: int = 0, method: str | None = None, url: str | None = None
    ) -> Answer:
        """Called by http.client for what it takes for a class."""
        return Answer(sock, self._exchange, method)

    def _new_conn(self) -> socket.socket:
        return _connect(self._places, self._exchange)

    def _tunnel(self) -> None:
        super()._tunnel()
        assert self.sock is not None
        self.sock.settimeout(self._exchange.left())


class SecureConnection(Connection, urllib3.connection.HTTPSConnection):
    """The same over TLS."""

    _spare: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        # TLS takes the descriptor away from this object; a second one lets `stop` end a handshake as well.
        self._spare = sock.dup()
        self._exchange.hold(self._spare)
        return sock

    def connect(self) -> None:
        try:
            super().connect()
        finally:
            self._exchange.hold(self.sock)
            if self._spare is not None:
                self._spare.close()
                self._spare = None


def trust() -> ssl.SSLContext | None:
    """A TLS context with the system's certificates, to be shared; None where each connection needs one of its own.

    truststore asks Windows' and macOS's own verifiers. Its context holds a lock while TLS is being agreed on, so that
    one silent server would hold up all others, hence one for each connection (`trust_once`). Elsewhere it would load
    the same files as OpenSSL, 60 ms of CPU for every connection; they are loaded once instead.
    """
    if sys.platform in ("win32", "darwin") or not _openssl_knows_the_store():
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_default_verify_paths()
    return context


def trust_once() -> ssl.SSLContext:
    """A TLS context with the system's certificates for one connection (see `trust`)."""
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _openssl_knows_the_store() -> bool:
    """Whether the places that Python's OpenSSL was built with hold certificates; not so in some portable builds."""
    paths = ssl.get_default_verify_paths()
    if paths.cafile:
        return True
    with contextlib.suppress(OSError):
        return any(re.fullmatch(r"[0-9a-f]{8}\.\d+", name) for name in os.listdir(paths.capath or ""))
    return False
