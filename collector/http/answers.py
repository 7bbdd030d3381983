"""Reads one answer off a socket, within the limits of its exchange: its head, how long its body is, and its end.

http.client reads the bodies. The head is read here instead of there, because a body that is not whole must never pass
for one: http.client takes `Content-Length: 1_0` for 10, and a body that is packed and in chunks for the body itself.
(It also puts every head through a parser of e-mail, which costs more than all the rest of an unchanged answer.)
"""

from __future__ import annotations

import contextlib
import http.client
import io
import re
import socket
from collections.abc import Iterable, Iterator, Mapping
from time import monotonic
from typing import Any

from urllib3.util.wait import wait_for_read

from collector.http.failures import Stopped
from collector.http.unpacking import TooMuch, in_words

HEAD_LIMIT = 64_000
"""Bytes for a status line with all its headers, those of any "100 Continue" before it included."""
_BUFFER = 16 * 1024
_LONGEST_LINE = 64 * 1024
_CONTROLS = re.compile(r"[\x00-\x20\x7f]+")
_BODILESS = frozenset({204, 304})


class Headers(Mapping[str, str]):
    """Response headers, asked for in any case; repeated ones joined by commas."""

    __slots__ = ("_values",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        values: dict[str, str] = {}
        for name, value in pairs:
            name = name.lower()
            # One line each, whatever was folded or smuggled in.
            if not value.isprintable():
                value = _CONTROLS.sub(" ", value)
            value = value.strip(" ")
            values[name] = f"{values[name]}, {value}" if name in values else value
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Headers({self._values!r})"


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
    """One answer: once made, its head has been read (`begin`); `read` then gives its body."""

    headers: Headers  # type: ignore[assignment]

    def __init__(self, sock: socket.socket, exchange: Exchange, method: str | None) -> None:
        self.reader = _Reader(_Metered(sock, exchange))
        self._exchange = exchange
        exchange.begin_head()
        super().__init__(_Opened(self.reader), method=method)  # type: ignore[arg-type]

    @property
    def surplus(self) -> bytes:
        """What came after the end of a body whose length was announced; line ends aside, which some servers add."""
        return b"" if self.status in _BODILESS else self.reader.surplus.strip(b"\r\n")

    def begin(self) -> None:
        """Reads the head, and decides where the body ends (RFC 9112, 6.3).

        Raises:
            http.client.HTTPException: what came is not HTTP, or says two things about the body's length.
        """
        status = 100
        while status < 200 and status != http.client.SWITCHING_PROTOCOLS:  # interim answers have no body
            version, status, reason = self._read_status()  # type: ignore[attr-defined]
            headers = Headers(self._header_lines())
        if not version.startswith("HTTP/1."):
            raise http.client.UnknownProtocol(version)
        self.code = self.status = status
        self.reason = reason.strip()
        self.version = 10 if version == "HTTP/1.0" else 11
        self.headers = self.msg = headers  # type: ignore[assignment]
        self.will_close = self._check_close()  # type: ignore[attr-defined]
        self.chunked, self.chunk_left, self.length = False, None, None
        if status in _BODILESS:
            self.length = 0
        elif transfer := headers.get("transfer-encoding", "").lower():
            if transfer != "chunked":
                raise http.client.HTTPException(f"Transfer-Encoding {transfer}")
            self.chunked = True
        elif announced := {one.strip() for one in headers.get("content-length", "").split(",")} - {""}:
            if len(announced) > 1 or not re.fullmatch(r"[0-9]{1,18}", length := announced.pop()):
                raise http.client.HTTPException("Content-Length")
            self.length = int(length)
        if self.length is None and not self.chunked:
            self.will_close = True
        self._exchange.end_head()

    def _header_lines(self) -> Iterator[tuple[str, str]]:
        name, value = "", ""
        while (line := self.reader.readline(_LONGEST_LINE)) not in (b"\r\n", b"\n"):
            if not line:
                raise http.client.RemoteDisconnected("in the middle of the headers")
            text = line.decode("latin-1")
            if text[0] in " \t":
                value += text  # folded, as was allowed once
                continue
            if name:
                yield name, value
            name, _, value = text.partition(":")
            name = name.strip()
        if name:
            yield name, value


class _Opened:
    """What http.client takes for a socket and only calls makefile on."""

    def __init__(self, reader: _Reader) -> None:
        self._reader = reader

    def makefile(self, _mode: str) -> _Reader:
        return self._reader
