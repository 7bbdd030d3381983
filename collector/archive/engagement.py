"""Counts over time: which readings become a snapshot, and what stands beside the post as the latest known.

The deciding half is pure. Unknown is not zero: a count that a reading does not give changes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

from collector.archive import rows
from collector.archive.rows import KEEP, WANTED
from collector.posts import Engagement, moment, utc

COUNTS = ("likes", "reposts", "replies", "quotes", "bookmarks", "views", "comments", "shares")
_COLUMNS = ", ".join(COUNTS)
HEARTBEAT = timedelta(hours=24)
"""Unchanged counts are written down again after this long, which says that they were still the same."""

Counts = tuple[int | None, ...]
"""In the order of `COUNTS`."""


class Latest(NamedTuple):
    """What stands beside a post."""

    counts: Counts
    at: str | None
    scope: str | None


NOTHING = Latest((None,) * len(COUNTS), None, None)


def counts_of(reading: Engagement) -> Counts:
    return (
        reading.likes,
        reading.reposts,
        reading.replies,
        reading.quotes,
        reading.bookmarks,
        reading.views,
        reading.comments,
        reading.shares,
    )


def later(latest: Latest, reading: Engagement) -> Latest:
    """What stands beside the post after a reading that is not older than the ones before it.

    A server that knows only part of the counts (`instance_partial`) never overwrites one that knows them all; of
    several such servers the highest number stands, as the least that it can be.
    """
    given = counts_of(reading)
    if all(count is None for count in given):
        return latest
    partial, was_partial = reading.scope == "instance_partial", latest.scope == "instance_partial"
    if latest.at is None:
        return Latest(given, reading.observed_at, reading.scope)
    if partial and not was_partial:
        return Latest(_first_known(latest.counts, given), latest.at, latest.scope)
    if partial and was_partial:
        highest = tuple(
            max(known, new) if known is not None and new is not None else (new if known is None else known)
            for known, new in zip(latest.counts, given, strict=True)
        )
        return Latest(highest, max(latest.at, reading.observed_at), reading.scope)
    return Latest(_first_known(given, latest.counts), reading.observed_at, reading.scope)


def is_worth_a_snapshot(previous: tuple[str, Counts] | None, reading: Engagement) -> bool:
    """Whether a reading says anything that the one before it from the same place did not."""
    given = counts_of(reading)
    if all(count is None for count in given):
        return False
    if previous is None:
        return True
    at, counts = previous
    if any(new is not None and new != known for new, known in zip(given, counts, strict=True)):
        return reading.observed_at > at
    return reading.observed_at >= _next_heartbeat(at)


def _tells(latest: Latest, reading: Engagement) -> bool:
    """False for the very reading that stands beside the post already, as when a file is imported again."""
    return Latest(counts_of(reading), reading.observed_at, reading.scope) != latest


@lru_cache(maxsize=4096)
def _next_heartbeat(at: str) -> str:
    return utc(moment(at) + HEARTBEAT)


def save_first(conn: sqlite3.Connection, readings: Iterable[tuple[int, Engagement]]) -> None:
    """The first snapshots of posts that were not there before."""
    _insert(conn, [(post_id, reading) for post_id, reading in readings if is_worth_a_snapshot(None, reading)])


def save(conn: sqlite3.Connection, readings: Mapping[int, Engagement], latest: Mapping[int, Latest]) -> set[int]:
    """Snapshots of posts that were there before, and what now stands beside them; the posts whose counts changed.

    Inside the caller's transaction. `latest` says what stands beside each of those posts now.
    """
    readings = {post_id: reading for post_id, reading in readings.items() if _tells(latest[post_id], reading)}
    if not readings:
        return set()
    previous: dict[tuple[int, str], tuple[str, Counts]] = {
        (post_id, via): (at, tuple(counts))
        for post_id, via, at, *counts in conn.execute(
            # SQLite gives the other columns from the row that holds the maximum.
            f"SELECT post_id, observed_via, max(observed_at), {_COLUMNS} FROM {WANTED} "
            "CROSS JOIN engagement ON post_id = wanted GROUP BY post_id, observed_via",
            (rows.listed(readings),),
        )
    }
    snapshots: list[tuple[int, Engagement]] = []
    beside: list[tuple[int, Latest]] = []
    late: list[int] = []
    for post_id, reading in readings.items():
        before = previous.get((post_id, reading.observed_via))
        if before is not None and reading.observed_at < before[0]:
            before = _reading_before(conn, post_id, reading)
        if is_worth_a_snapshot(before, reading):
            snapshots.append((post_id, reading))
        known = latest[post_id]
        if known.at is not None and reading.observed_at < known.at:
            late.append(post_id)
        elif (now_known := later(known, reading)) != known:
            beside.append((post_id, now_known))
    _insert(conn, snapshots)
    # A reading that came late may still be the latest that gave some count: worked out from all of them.
    for post_id, worked_out in _from_snapshots(conn, late).items():
        known = latest[post_id]
        worked_out = worked_out._replace(at=max(worked_out.at or "", known.at or ""))
        if worked_out != known:
            beside.append((post_id, worked_out))
    _write_latest(conn, beside)
    return {post_id for post_id, known in beside if known.counts != latest[post_id].counts}


def _write_latest(conn: sqlite3.Connection, beside: Iterable[tuple[int, Latest]]) -> None:
    conn.executemany(
        f"UPDATE posts SET {', '.join(f'{name} = ?' for name in COUNTS)}, engagement_at = ?, engagement_scope = ? "
        "WHERE id = ?",
        [(*known.counts, known.at, known.scope, post_id) for post_id, known in beside],
    )


def _first_known(counts: Counts, otherwise: Counts) -> Counts:
    return tuple(other if count is None else count for count, other in zip(counts, otherwise, strict=True))


def _from_snapshots(conn: sqlite3.Connection, post_ids: Collection[int]) -> dict[int, Latest]:
    """What should stand beside these posts, from their snapshots in the order of time."""
    found: dict[int, Latest] = {}
    for post_id, at, via, scope, *counts in conn.execute(
        f"SELECT post_id, observed_at, observed_via, scope, {_COLUMNS} FROM {WANTED} "
        "CROSS JOIN engagement ON post_id = wanted ORDER BY post_id, observed_at, observed_via",
        (rows.listed(post_ids),),
    ):
        reading = Engagement(observed_at=at, observed_via=via, scope=scope, **dict(zip(COUNTS, counts, strict=True)))
        found[post_id] = later(found.get(post_id, NOTHING), reading)
    return found


def _reading_before(conn: sqlite3.Connection, post_id: int, reading: Engagement) -> tuple[str, Counts] | None:
    row = conn.execute(
        f"SELECT observed_at, {_COLUMNS} FROM engagement WHERE post_id = ? AND observed_via = ? AND observed_at <= ? "
        "ORDER BY observed_at DESC LIMIT 1",
        (post_id, reading.observed_via, reading.observed_at),
    ).fetchone()
    return None if row is None else (row[0], tuple(row[1:]))


def _insert(conn: sqlite3.Connection, snapshots: Iterable[tuple[int, Engagement]]) -> None:
    rows.insert(
        conn,
        "engagement",
        f"post_id, observed_at, observed_via, scope, {_COLUMNS}",
        [
            (post_id, reading.observed_at, reading.observed_via, reading.scope, *counts_of(reading))
            for post_id, reading in snapshots
        ],
        on_conflict=KEEP,
    )
