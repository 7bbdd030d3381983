"""One exchange on the wire: connections that cannot outlive their deadline, outgrow their caps or go astray.

`Client` decides what to ask and what an answer means; here every byte that arrives is timed and counted, and TLS is
checked against the system's certificates. The limits hold for each single receive, so that a server that trickles
headers or body gains nothing by it; also while a name is looked up and TLS agreed on, and for what a proxy says.
`unpacking.py` bounds what the bytes unpack to.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import queue
import re
import socket
import ssl
import sys
import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

import urllib3.connection

from collector.http.addresses import literal
from collector.http.answers import Answer, Exchange

_MOST_PLACES = 8
_LOOK_AGAIN = 0.2


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
            http.client.HTTPConnection.putheader(self, name, value)  # urllib3's looks for marks that are not used here
        self.endheaders()
        # http.client's, not urllib3's: its response would be a second wrapper around the one that is wanted here.
        answer = http.client.HTTPConnection.getresponse(self)
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
