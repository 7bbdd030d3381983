"""Many rows a statement, which is what makes SQLite quick. Contains no knowledge of any table.

Two things cost most: a statement for each row (with the search index beside it, each one also writes that index), and a
question for each row. So rows go in by dozens, and lists go into a question as one JSON parameter.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import msgspec

MOST_PARAMETERS = 8_000
"""A quarter of what every SQLite in use allows (32,766)."""

MOST_AT_ONCE = 5_000
"""Rows that one transaction deletes or changes, so that nobody waits long for a turn to write."""

WANTED = "(SELECT value AS wanted FROM json_each(?1))"
"""For questions about a list: `FROM {WANTED} CROSS JOIN table ON column = wanted`. The list is the first parameter.

CROSS JOIN, in every further join of such a question as well, is SQLite's way to say: in this order, by the index. Left
to itself the planner may begin with the whole of a large table, as it knows nothing of the list.
"""

KEEP = "ON CONFLICT DO NOTHING"


def insert(
    conn: sqlite3.Connection,
    table: str,
    columns: str,
    rows: Sequence[tuple[Any, ...]],
    *,
    on_conflict: str = "",
) -> None:
    """Insert `rows` into `table`; `columns` is their names as SQL has them, `on_conflict` an upsert clause.

    Never INSERT OR IGNORE, which passes over rows that break any rule; `KEEP` passes over those that are there.

    In pieces of 128, 64, 32 … rows, so that only few different statements are ever prepared.
    """
    if not rows:
        return
    width = len(rows[0])
    row = f"({', '.join('?' * width)})"
    size = 256
    while size * width > MOST_PARAMETERS:
        size //= 2
    start = 0
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        piece = rows[start : start + size]
        conn.execute(
            f"INSERT INTO {table} ({columns}) VALUES {', '.join([row] * size)} {on_conflict}",
            list(chain.from_iterable(piece)),
        )
        start += size


def listed(values: Iterable[int | str]) -> str:
    """A list as one parameter: `... IN (SELECT value FROM json_each(?))`."""
    return msgspec.json.encode(list(values)).decode()


def in_pieces(values: Collection[bytes], size: int = 500) -> Iterator[tuple[str, list[bytes]]]:
    """Hashes cannot stand in JSON: the placeholders of an IN list, and its values, piece by piece.

    The last piece is filled up with repeats to a power of two, so that only few different statements are prepared.
    """
    everything = list(values)
    for start in range(0, len(everything), size):
        piece = everything[start : start + size]
        wanted = 1
        while wanted < len(piece):
            wanted *= 2
        piece += piece[-1:] * (wanted - len(piece))
        yield ", ".join("?" * len(piece)), piece
