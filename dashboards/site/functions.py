"""SQL functions for visitors, in place of SQLite's own wherever one call can take seconds or fill the memory.

SQLite looks at the time only between the steps of its program, never inside a function. So these take time in
proportion to their input, or refuse an input that is too large, and end at once when the query's time is over
(`limit`). They answer as SQLite's own do.
"""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any

LENGTH = 5_000_000
"""Bytes of one value, and so of what `zeroblob`, `printf` and their kin can build."""
JSON_LENGTH = 100_000
PATTERN_LENGTH = 1_000
FORMAT_LENGTH = 10_000
"""Of a format, and of all the widths and precisions in it together."""
TRIM_CHARACTERS = 1_000
STEPS = 20_000_000
"""Comparisons that one LIKE or GLOB may need: some tenths of a second."""

STEPS_BETWEEN_LOOKS = 100
"""Steps of SQLite's program between two looks at the clock: a step may be a function of a large value."""

_WIDTH = re.compile(r"%[^a-zA-Z%*\d.]*(\*|\d*)(?:\.(\*|\d*))?")
_READ_JSON = ("json_array_length", "json_extract", "json_type", "json_valid", "->", "->>")

_mine = threading.local()
"""Of this thread: when its query must have ended, and a connection to ask SQLite's own functions."""


class TooLarge(ValueError):
    """A value is too large, or the time is over."""


def put(conn: Any) -> None:
    """Put these functions in the place of SQLite's own on one connection."""
    replaced: tuple[tuple[str, int, Callable[..., Any]], ...] = (
        ("instr", 2, _instr),
        ("replace", 3, _replace),
        ("printf", -1, _printf),
        ("format", -1, _printf),
        ("like", 2, _like),
        ("like", 3, _like),
        ("glob", 2, _glob),
        *((name, 2 if name.startswith("-") else -1, partial(_json, name)) for name in _READ_JSON),
        *((name, 1, _trimmer(strip)) for name, strip in _STRIPS.items()),
        *((name, 2, _trimmer(strip)) for name, strip in _STRIPS.items()),
    )
    for name, arguments, function in replaced:
        conn.create_function(name, arguments, _in_time(function), deterministic=True)


@contextmanager
def limit(conn: Any, milliseconds: float) -> Iterator[None]:
    """Interrupt what this thread runs on the connection when the time is over."""
    until = _mine.until = time.perf_counter() + milliseconds / 1000
    conn.set_progress_handler(lambda: time.perf_counter() > until, STEPS_BETWEEN_LOOKS)
    try:
        yield
    finally:
        conn.set_progress_handler(None, 0)
        _mine.until = None


def over() -> bool:
    """Whether the time of this thread's query is over."""
    until = getattr(_mine, "until", None)
    return until is not None and time.perf_counter() > until


def _in_time(function: Callable[..., Any]) -> Callable[..., Any]:
    def called(*arguments: Any) -> Any:
        if over():
            raise TooLarge("the time is over")
        return function(*arguments)

    return called


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _own(expression: str, arguments: Sequence[Any]) -> Any:
    """What SQLite's own function says."""
    conn = getattr(_mine, "conn", None)
    if conn is None:
        conn = _mine.conn = sqlite3.connect(":memory:")
        conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LENGTH)
    return conn.execute(f"SELECT {expression}", arguments).fetchone()[0]


def _instr(haystack: Any, needle: Any) -> int | None:
    if haystack is None or needle is None:
        return None
    if isinstance(haystack, bytes) and isinstance(needle, bytes):
        return haystack.find(needle) + 1
    return _text(haystack).find(_text(needle)) + 1


def _replace(text: Any, old: Any, new: Any) -> Any:
    if text is None or old is None:
        return None
    whole, found = _text(text), _text(old)
    if not found:
        return whole if isinstance(text, bytes) else text
    if new is None:
        return None
    put_in = _text(new)
    if len(whole) + whole.count(found) * (len(put_in) - len(found)) > LENGTH:
        raise TooLarge("the result would be too large")
    return whole.replace(found, put_in)


def _printf(*arguments: Any) -> Any:
    """SQLite's own, but for widths that keep it busy for seconds: `printf('%.*c', 300000000, 'x')`."""
    if arguments and arguments[0] is not None:
        form = _text(arguments[0])
        widths = [width for found in _WIDTH.findall(form) for width in found if width] if "%" in form else []
        if "*" in widths or len(form) > FORMAT_LENGTH or any(len(width) > 5 for width in widths):
            raise TooLarge("the format is too long, or a width too large")
        if sum(map(int, widths)) > FORMAT_LENGTH:
            raise TooLarge("the widths are too large")
    return _own(f"printf({', '.join('?' * len(arguments))})", arguments)


def _json(name: str, *arguments: Any) -> Any:
    if sum(len(value) for value in arguments if isinstance(value, str | bytes)) > JSON_LENGTH:
        raise TooLarge("the JSON is too large")
    if name.startswith("-"):
        return _own(f"? {name} ?", arguments)
    return _own(f"{name}({', '.join('?' * len(arguments))})", arguments)


_STRIPS: Mapping[str, Callable[[str, str], str]] = {"trim": str.strip, "ltrim": str.lstrip, "rtrim": str.rstrip}


def _trimmer(strip: Callable[[str, str], str]) -> Callable[..., str | None]:
    def trim(text: Any, characters: Any = " ") -> str | None:
        if text is None or characters is None:
            return None
        distinct = set(_text(characters)[: TRIM_CHARACTERS + 1])
        if len(distinct) > TRIM_CHARACTERS:
            raise TooLarge("too many characters to trim")
        return strip(_text(text), "".join(distinct)) if distinct else _text(text)

    return trim


# LIKE and GLOB ------------------------------------------------------------------------------------------------------

Piece = tuple[str, "re.Pattern[str] | None", int]
"""What stands between two of a pattern's “anything” signs: as text, or, where it holds signs for one character, as an
expression that takes no character more than once; and how many characters it is long."""

_NOTHING: Piece = ("", None, 0)


def _like(pattern: Any, text: Any, escape: Any = None) -> int | None:
    """`text LIKE pattern`: as SQLite's, only the letters A to Z are alike whether small or large."""
    if escape is not None and len(_text(escape)) != 1:
        raise TooLarge("ESCAPE takes one character")
    if pattern is None or text is None:
        return None
    folded = None if escape is None else _text(escape)
    return int(_matches(_like_pieces(_short(pattern), folded), _folded(_text(text))))


def _glob(pattern: Any, text: Any) -> int | None:
    if pattern is None or text is None:
        return None
    pieces = _glob_pieces(_short(pattern))
    return int(pieces is not None and _matches(pieces, _text(text)))


def _short(pattern: Any) -> str:
    if len(_text(pattern)) > PATTERN_LENGTH:
        raise TooLarge("the pattern is too long")
    return _text(pattern)


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else text.encode("utf-8").lower().decode("utf-8")


@lru_cache(maxsize=64)
def _like_pieces(pattern: str, escape: str | None) -> tuple[Piece, ...]:
    pieces: list[list[tuple[str, str]]] = [[]]
    characters = iter(pattern)
    for character in characters:
        if character == escape:
            literal = next(characters, None)
            if literal is None:
                return (("", re.compile(r"(?!)"), 1),)  # nothing is like a pattern that ends in its escape
            pieces[-1].append((_folded(literal), ""))
        elif character == "%":
            pieces.append([])
        else:
            pieces[-1].append(("", ".") if character == "_" else (_folded(character), ""))
    return tuple(map(_piece, pieces))


@lru_cache(maxsize=64)
def _glob_pieces(pattern: str) -> tuple[Piece, ...] | None:
    """None for a pattern that nothing is like: one with a bracket that does not end."""
    pieces: list[list[tuple[str, str]]] = [[]]
    place = 0
    while place < len(pattern):
        character = pattern[place]
        place += 1
        if character == "*":
            pieces.append([])
        elif character == "?":
            pieces[-1].append(("", "."))
        elif character == "[":
            start = place + pattern.startswith("^", place)
            end = pattern.find("]", start + 1)
            if end < 0:
                return None
            pieces[-1].append(("", _class(pattern[start:end], inverted=start > place)))
            place = end + 1
        else:
            pieces[-1].append((character, ""))
    return tuple(map(_piece, pieces))


def _class(members: str, *, inverted: bool) -> str:
    ranges: list[str] = []
    place = 0
    while place < len(members):
        if place + 2 < len(members) and members[place + 1] == "-":
            if members[place] <= members[place + 2]:
                ranges.append(f"{re.escape(members[place])}-{re.escape(members[place + 2])}")
            place += 3
        else:
            ranges.append(re.escape(members[place]))
            place += 1
    if not ranges:
        return "." if inverted else "(?!)"
    return f"[{'^' if inverted else ''}{''.join(ranges)}]"


def _piece(signs: list[tuple[str, str]]) -> Piece:
    if not any(sign for _, sign in signs):
        return "".join(literal for literal, _ in signs), None, len(signs)
    expression = "".join(sign or re.escape(literal) for literal, sign in signs)
    return "", re.compile(expression, re.DOTALL), len(signs)


def _matches(pieces: tuple[Piece, ...], text: str) -> bool:
    """Whether the pieces stand in the text one after the other, the first at its start and the last at its end.

    Each is taken where it first stands, so that the text is gone through once.
    """
    if len(pieces) == 3 and pieces[0] == pieces[2] == _NOTHING and pieces[1][1] is None:
        return pieces[1][0] in text  # “contains”, of every row of a table
    if max((length for _, expression, length in pieces if expression), default=0) * len(text) > STEPS:
        raise TooLarge("the pattern is too long for so long a text")
    if len(pieces) == 1:
        return _at(pieces[0], text, 0) and len(text) == pieces[0][2]
    first, *middle, last = pieces
    place, end = first[2], len(text) - last[2]
    if place > end or not _at(first, text, 0) or not _at(last, text, end):
        return False
    for literal, expression, length in middle:
        if expression is None:
            found = text.find(literal, place, end)
        else:
            hit = expression.search(text, place, end)
            found = hit.start() if hit else -1
        if found < 0:
            return False
        place = found + length
    return True


def _at(piece: Piece, text: str, place: int) -> bool:
    literal, expression, _ = piece
    return text.startswith(literal, place) if expression is None else expression.match(text, place) is not None
