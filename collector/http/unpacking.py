"""Takes packed answers apart (gzip, deflate) without ever holding more than a limit: a small bomb stays small.

Pure: bytes in, bytes out. What arrives is counted in `wire.py`; what it unpacks to is counted here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any, Literal

_PIECE = 64 * 1024
_MOST_LAYERS = 3
_MOST_MEMBERS = 1_000


class TooMuch(Exception):
    """A cap was reached; the message says which, and follows the host's name."""


class BadPacking(Exception):
    """A body that cannot be unpacked; the message follows the host's name."""


class Unpacker:
    """Takes a body piece by piece, and unpacks it as its Content-Encoding says."""

    def __init__(self, content_encoding: str, limit: int) -> None:
        """
        Args:
            content_encoding: the header's value; empty for a body that is not packed.
            limit: bytes that each layer of packing may unpack to.

        Raises:
            BadPacking: a packing that is not understood.
        """
        codings = [coding.strip().lower().removeprefix("x-") for coding in content_encoding.split(",")]
        codings = [coding for coding in codings if coding not in ("", "identity")]
        if len(codings) > _MOST_LAYERS:
            raise BadPacking(f"sent an answer packed {len(codings)} times over")
        self._layers = [_Layer(_packing(coding), limit) for coding in reversed(codings)]
        self._limit = limit
        self._body = bytearray()

    def feed(self, data: bytes) -> None:
        """Takes what arrived.

        Raises:
            TooMuch: it unpacks to more than the limit.
            BadPacking: it does not unpack.
        """
        self._feed(data, 0)

    def _feed(self, data: bytes, depth: int) -> None:
        if depth < len(self._layers):
            for piece in self._layers[depth].feed(data):
                self._feed(piece, depth + 1)
            return
        if len(self._body) + len(data) > self._limit:
            raise _outgrown(self._limit)
        self._body += data

    def finish(self) -> bytes:
        """The whole body.

        Raises:
            BadPacking: its end is missing.
        """
        for layer in self._layers:
            layer.finish()
        return bytes(self._body)


class _Layer:
    """One packing: gzip of one member or several; deflate with zlib's wrapper, or bare as some servers send it."""

    def __init__(self, packing: Literal["gzip", "deflate"], limit: int) -> None:
        self._packing = packing
        self._limit = limit
        self._unpacker: Any = None
        self._held = b""
        self._members = 0
        self._produced = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        data, self._held = self._held + data, b""
        waiting = False
        while data or waiting:
            if self._unpacker is None:
                data = self._begin(data)
                if not data:
                    return
            piece = self._unpack(data)
            yield piece
            if self._unpacker.eof:
                data, self._unpacker, waiting = self._unpacker.unused_data, None, False
            else:
                # Behind a full piece more may wait, also when all input has been taken in.
                data, waiting = self._unpacker.unconsumed_tail, len(piece) == _PIECE

    def _unpack(self, data: bytes) -> bytes:
        try:
            piece: bytes = self._unpacker.decompress(data, _PIECE)
        except zlib.error:
            raise BadPacking("sent a packed answer that is damaged") from None
        self._produced += len(piece)
        if self._produced > self._limit:
            raise _outgrown(self._limit)
        return piece

    def _begin(self, data: bytes) -> bytes:
        """Starts a member if one begins here, and gives back its bytes; what else follows a whole member is padding."""
        if self._members:
            data = data.lstrip(b"\0")
            if self._packing == "deflate" or data[:1] != b"\x1f":
                return b""
        elif self._packing == "deflate" and len(data) < 2:
            self._held = data
            return b""
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise BadPacking(f"sent an answer packed in more than {_MOST_MEMBERS:,} parts")
        wbits = 31
        if self._packing == "deflate":
            wrapped = data[0] & 15 == 8 and int.from_bytes(data[:2], "big") % 31 == 0
            wbits = 15 if wrapped else -15
        self._unpacker = zlib.decompressobj(wbits=wbits)
        return data

    def finish(self) -> None:
        if self._unpacker is not None or self._held:
            raise BadPacking("sent a packed answer whose end is missing")


def _packing(coding: str) -> Literal["gzip", "deflate"]:
    if coding == "gzip":
        return "gzip"
    if coding == "deflate":
        return "deflate"
    name = "".join(c for c in coding[:20] if c.isascii() and c.isprintable())
    raise BadPacking(f"sent an answer packed as “{name}”, which was not asked for")


def _outgrown(limit: int) -> TooMuch:
    return TooMuch(f"sent an answer that unpacks to more than {in_words(limit)}")


def in_words(count: int) -> str:
    """A number of bytes as people say it."""
    for unit, size in (("MB", 1_000_000), ("kB", 1_000)):
        if count >= size:
            return f"{count / size:.0f} {unit}"
    return f"{count} bytes"
