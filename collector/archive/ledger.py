"""The coverage ledger's rows, and the hashes of feed entries that were met. Says nothing of posts.

Arithmetic on stretches of time is in `collector/intervals.py`; what to do about a gap is decided in `rounds.py`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from collector.archive import rows
from collector.platforms import CoverageState, Covered, Known
from collector.posts import Interval


def cover(
    conn: sqlite3.Connection, *, round_id: int, source_id: int, query_hash: str, covered: Iterable[Covered]
) -> list[Interval]:
    """Enter what was covered, inside the caller's transaction; returns the stretches about which that says anything
    new.

    Stretches that touch or overlap and have one state and reason become one row, or the ledger would grow by a row a
    source and round for years. What is complete need not be called provisional any more.
    """
    changed = []
    for stretch in covered:
        start, end = stretch.interval.from_utc, stretch.interval.to_utc
        if start >= end:
            continue
        same = (source_id, query_hash, stretch.state, stretch.reason)
        touching = conn.execute(
            "SELECT id, from_utc, to_utc FROM coverage "
            "WHERE source_id = ? AND query_hash = ? AND state = ? AND reason = ? "
            "AND from_utc <= ? AND to_utc >= ? ORDER BY from_utc",
            (*same, end, start),
        ).fetchall()
        if any(from_utc <= start and end <= to_utc for _, from_utc, to_utc in touching):
            continue
        changed.append(stretch.interval)
        whole = (min([start, *(row[1] for row in touching)]), max([end, *(row[2] for row in touching)]))
        if touching:
            kept, *others = (row[0] for row in touching)
            conn.executemany("DELETE FROM coverage WHERE id = ?", [(other,) for other in others])
            conn.execute(
                "UPDATE coverage SET from_utc = ?, to_utc = ?, round_id = ? WHERE id = ?", (*whole, round_id, kept)
            )
        else:
            conn.execute(
                "INSERT INTO coverage (source_id, query_hash, state, reason, from_utc, to_utc, round_id) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*same, *whole, round_id),
            )
        if stretch.state == "complete":
            conn.execute(
                "DELETE FROM coverage WHERE source_id = ? AND query_hash = ? AND state = 'provisional' "
                "AND from_utc >= ? AND to_utc <= ?",
                (source_id, query_hash, *whole),
            )
    return changed


def covered(conn: sqlite3.Connection, source_id: int, query_hash: str) -> list[tuple[Interval, CoverageState]]:
    """What the ledger shows for a source and for what is asked of it now, in order of time."""
    return [
        (Interval(from_utc, to_utc), state)
        for from_utc, to_utc, state in conn.execute(
            "SELECT from_utc, to_utc, state FROM coverage WHERE source_id = ? AND query_hash = ? "
            "ORDER BY from_utc, to_utc",
            (source_id, query_hash),
        )
    ]


class Entry(Struct, frozen=True):
    """An entry that was met, as hashes."""

    identities: Sequence[bytes]
    """The first one carries the fingerprint."""
    fingerprint: bytes | None
    day: str
    matched: bool


def met_anywhere(conn: sqlite3.Connection, identities: Collection[bytes]) -> set[bytes]:
    """Which of these identities any source has shown before."""
    found: set[bytes] = set()
    for marks, piece in rows.in_pieces(identities):
        found.update(
            row[0] for row in conn.execute(f"SELECT identity FROM feed_entries WHERE identity IN ({marks})", piece)
        )
    return found


def met_here(
    conn: sqlite3.Connection, source_id: int, identities: Collection[bytes]
) -> dict[bytes, tuple[bytes | None, bool]]:
    """Fingerprint and whether it became a post, of those of these identities that this source has shown before."""
    found: dict[bytes, tuple[bytes | None, bool]] = {}
    for marks, piece in rows.in_pieces(identities):
        for identity, fingerprint, matched in conn.execute(
            f"SELECT identity, fingerprint, matched FROM feed_entries WHERE source_id = ? AND identity IN ({marks})",
            (source_id, *piece),
        ):
            found[identity] = (fingerprint, bool(matched))
    return found


def remember(conn: sqlite3.Connection, source_id: int, entries: Sequence[Entry]) -> int:
    """Note entries as met, inside the caller's transaction; how many of them this source had not shown before."""
    known = met_here(conn, source_id, {identity for entry in entries for identity in entry.identities})
    wanted: dict[bytes, tuple[bytes | None, bool, str]] = {}
    new = 0
    for entry in entries:
        if not any(identity in known or identity in wanted for identity in entry.identities):
            new += 1
        for position, identity in enumerate(entry.identities):
            fingerprint = entry.fingerprint if position == 0 else None
            earlier = known.get(identity, (None, False))
            if identity in wanted:
                earlier = wanted[identity][:2]
            wanted[identity] = (fingerprint or earlier[0], entry.matched or earlier[1], entry.day)
    written = [
        (source_id, identity, fingerprint, day, matched)
        for identity, (fingerprint, matched, day) in wanted.items()
        if known.get(identity) != (fingerprint, matched)
    ]
    rows.insert(
        conn,
        "feed_entries",
        "source_id, identity, fingerprint, day, matched",
        written,
        on_conflict="ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint, matched = excluded.matched",
    )
    return new


def forget_fingerprints(conn: sqlite3.Connection, source_id: int) -> None:
    """What did not match is read again when it comes again: the terms have changed."""
    conn.execute(
        "UPDATE feed_entries SET fingerprint = NULL WHERE source_id = ? AND matched = 0 AND fingerprint IS NOT NULL",
        (source_id,),
    )


def known(conn: sqlite3.Connection, source_id: int) -> Known:
    """Every entry this source has shown, as hashes."""
    fingerprints, identities = set(), set()
    for identity, fingerprint in conn.execute(
        "SELECT identity, fingerprint FROM feed_entries WHERE source_id = ?", (source_id,)
    ):
        identities.add(identity)
        if fingerprint is not None:
            fingerprints.add(fingerprint)
    return Known(fingerprints=frozenset(fingerprints), identities=frozenset(identities))
