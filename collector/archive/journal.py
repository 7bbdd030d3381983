"""What rounds did and how each source stands. Decides nothing: when a source is due next is `rounds.py`'s to say.

What was covered is entered together with the posts, in `saving.py`, and read back from `ledger.py`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import timedelta
from typing import Literal

from msgspec import Struct

from collector.archive import ledger, texts
from collector.archive.connection import plain_words, transaction
from collector.archive.ledger import covered
from collector.intervals import missing, seconds, union
from collector.platforms import Known, Shown, Thread
from collector.posts import Interval, moment, utc

__all__ = [
    "SourceRow",
    "SourceStatus",
    "begin_round",
    "begin_source",
    "covered",
    "finish_round",
    "finish_source",
    "has_posts",
    "known",
    "memory",
    "retire",
    "shown",
    "sources",
    "status",
    "threads",
]

Outcome = Literal["ok", "unchanged", "partial", "failed", "retired"]

SILENT = timedelta(minutes=15)
"""A round that has not ended and saved nothing for so long was cut off: no request may take that long."""
THREAD_AGE = timedelta(hours=24)
"""The comments of a post that does not say how many it has are looked for again after this long."""


class SourceRow(Struct, frozen=True, kw_only=True):
    """A source as a round needs it."""

    id: int
    platform: str
    kind: str
    locator: str
    title: str
    organisation_id: str | None
    query_hash: str
    configured: bool
    due_at: str | None
    """None: now."""
    failures: int
    last_success_at: str | None
    retired_at: str | None


class SourceStatus(Struct, frozen=True, kw_only=True):
    """How one source stands, for people."""

    id: int
    platform: str
    title: str
    locator: str
    configured: bool
    last_tried_at: str | None
    last_success_at: str | None
    last_outcome: str | None
    """What it answered last, in words."""
    failures: int
    """Failed rounds in a row."""
    due_at: str | None
    retired_at: str | None
    retired_reason: str | None
    running: bool
    """A round is asking it at this moment."""
    cut_off: bool
    """The last round that asked it ended without saying how: the computer was switched off, or the program killed."""
    covered_share: float | None
    """How much of the wanted stretch was seen, 0 to 1; None where nothing is wanted."""
    gaps: tuple[Interval, ...]
    """Stretches that nobody has asked about, newest first; the next rounds fill them."""
    out_of_reach: tuple[Interval, ...]
    """Stretches that the source does not give (any more), newest first."""
    posts: int
    """Posts that it has shown."""
    not_understood: int
    """Items of its rounds of the last 30 days that could not be read."""


def begin_round(conn: sqlite3.Connection, kind: str, now: str, software: str) -> int:
    """A new round's number. `kind` is collect, import or demonstration."""
    with transaction(conn):
        cursor = conn.execute(
            "INSERT INTO rounds (kind, started_at, last_active_at, software) VALUES (?, ?, ?, ?)",
            (kind, now, now, software),
        )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def finish_round(conn: sqlite3.Connection, round_id: int, now: str) -> None:
    with transaction(conn):
        conn.execute("UPDATE rounds SET finished_at = ?, last_active_at = ? WHERE id = ?", (now, now, round_id))
        # Lets SQLite's planner know how big the tables have become; it looks only where that changed much.
        conn.execute("PRAGMA analysis_limit = 400")
        conn.execute("PRAGMA optimize")


def begin_source(conn: sqlite3.Connection, round_id: int, source_id: int, now: str) -> None:
    """The round asks this source now."""
    with transaction(conn):
        conn.execute(
            "INSERT INTO round_sources (round_id, source_id, started_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (round_id, source_id, now),
        )
        conn.execute("UPDATE sources SET last_tried_at = ? WHERE id = ?", (now, source_id))
        conn.execute("UPDATE rounds SET last_active_at = ? WHERE id = ?", (now, round_id))


def finish_source(
    conn: sqlite3.Connection,
    round_id: int,
    source_id: int,
    *,
    outcome: str,
    reason: str = "",
    failures: int,
    due_at: str | None,
    now: str,
) -> None:
    """How a source ended in a round (`Outcome`), why in words, and when it is due next (None: now)."""
    reason = texts.text(reason, 1_000)
    with transaction(conn):
        conn.execute(
            "UPDATE round_sources SET finished_at = ?, outcome = ?, reason = ? WHERE round_id = ? AND source_id = ?",
            (now, outcome, reason or None, round_id, source_id),
        )
        conn.execute(
            "UPDATE sources SET due_at = ?, failures = ?, last_outcome = ?, last_tried_at = ?, "
            "last_success_at = CASE WHEN ? THEN ? ELSE last_success_at END WHERE id = ?",
            (due_at, failures, reason or outcome, now, outcome in ("ok", "unchanged"), now, source_id),
        )
        conn.execute("UPDATE rounds SET last_active_at = ? WHERE id = ?", (now, round_id))


def forget_future(conn: sqlite3.Connection, source_id: int, now: str) -> None:
    """Take back what the ledger says beyond `now`: it was written under a clock that was wrong, so nothing it says of
    that source since then can be believed. What is missed then is asked for again, which doubles nothing."""
    wrong = "source_id = ? AND to_utc > ?"
    with plain_words(conn):
        if conn.execute(f"SELECT 1 FROM coverage WHERE {wrong} LIMIT 1", (source_id, now)).fetchone() is None:
            return
    with transaction(conn):
        conn.execute(f"DELETE FROM coverage WHERE {wrong}", (source_id, now))


def ask_again(conn: sqlite3.Connection, source_ids: Iterable[int], due_at: str) -> None:
    """These sources are due at that time instead, and their last failure is not counted: it was not theirs."""
    with transaction(conn):
        conn.executemany(
            "UPDATE sources SET due_at = ?, failures = max(failures - 1, 0) WHERE id = ?",
            [(due_at, number) for number in source_ids],
        )


def retire(conn: sqlite3.Connection, source_id: int, reason: str, now: str) -> None:
    """Give a source up for good, such as after 410 Gone."""
    with transaction(conn):
        conn.execute(
            "UPDATE sources SET retired_at = ?, retired_reason = ? WHERE id = ?",
            (now, texts.text(reason, 1_000), source_id),
        )


def sources(conn: sqlite3.Connection) -> list[SourceRow]:
    """Every source that was ever asked or imported, the configured ones first, in the order in which they came."""
    with plain_words(conn):
        return [
            SourceRow(
                id=row[0],
                platform=row[1],
                kind=row[2],
                locator=row[3],
                title=row[4],
                organisation_id=row[5],
                query_hash=row[6],
                configured=bool(row[7]),
                due_at=row[8],
                failures=row[9],
                last_success_at=row[10],
                retired_at=row[11],
            )
            for row in conn.execute(
                "SELECT id, platform, kind, locator, title, organisation_id, query_hash, configured, due_at, failures, "
                "last_success_at, retired_at FROM sources ORDER BY configured DESC, id"
            )
        ]


def memory(conn: sqlite3.Connection, source_id: int) -> dict[str, str]:
    """What the platform module asked to be remembered of a source."""
    with plain_words(conn):
        return dict(conn.execute("SELECT key, value FROM source_memory WHERE source_id = ?", (source_id,)).fetchall())


def known(conn: sqlite3.Connection, source_id: int) -> Known:
    """Every entry that a source has shown, as hashes: of the URI and every alias of its posts, and of the raw items."""
    with plain_words(conn):
        return ledger.known(conn, source_id)


def threads(conn: sqlite3.Connection, source_id: int, limit: int = 20) -> tuple[Thread, ...]:
    """Items of this source whose comments are to be read: whose count is not what it was when they were read last.

    Where the source gives no count, once a day while the item's edition is open. Those not read for longest come first.
    """
    with plain_words(conn):
        last = conn.execute("SELECT last_tried_at FROM sources WHERE id = ?", (source_id,)).fetchone()[0]
        day_before = "" if last is None else utc(moment(last) - THREAD_AGE)
        return tuple(
            Thread(post_uri=uri, comments_url=comments_url)
            for uri, comments_url in conn.execute(
                "SELECT uri, comments_url FROM sightings JOIN posts ON posts.id = post_id "
                "WHERE source_id = ?1 AND comments_url IS NOT NULL AND hidden_reason IS NULL "
                "AND EXISTS (SELECT 1 FROM post_matches WHERE post_matches.post_id = posts.id) "
                "AND CASE WHEN comments IS NOT NULL THEN comments <> coalesce(comments_read, 0) "
                "ELSE comments_read_at IS NULL OR (comments_read_at < ?2 AND EXISTS ("
                "SELECT 1 FROM edition_posts JOIN editions ON editions.id = edition_id "
                "WHERE edition_posts.post_id = posts.id AND frozen_at_utc > ?2)) END "
                "ORDER BY comments_read_at IS NOT NULL, comments_read_at, published_at DESC, posts.id LIMIT ?3",
                (source_id, day_before, limit),
            )
        )


def shown(conn: sqlite3.Connection, source_id: int, since: str) -> tuple[Shown, ...]:
    """Articles that this source gave and the archive shows, published at `since` or later, newest first.

    Without those that state no date that can be believed: nobody can say whether the source should still list them.
    """
    with plain_words(conn):
        return tuple(
            Shown(uri=uri, url=url, published_at=published_at, aliases=tuple(json.loads(aliases)))
            for uri, url, published_at, aliases in conn.execute(
                "SELECT uri, url, published_at, "
                "(SELECT json_group_array(alias) FROM post_aliases WHERE post_aliases.post_id = posts.id) "
                "FROM sightings JOIN posts ON posts.id = post_id "
                "WHERE source_id = ? AND published_at >= ? AND kind = 'article' AND url IS NOT NULL "
                "AND published_from <> 'first_seen' AND hidden_reason IS NULL ORDER BY published_at DESC, posts.id",
                (source_id, since),
            )
        )


def has_posts(conn: sqlite3.Connection) -> bool:
    """Whether anything was collected yet."""
    with plain_words(conn):
        return conn.execute("SELECT 1 FROM posts LIMIT 1").fetchone() is not None


def status(conn: sqlite3.Connection, now: str, wanted_from: str) -> list[SourceStatus]:
    """How every source stands that is configured or has shown a post; what is wanted begins at `wanted_from`."""
    with plain_words(conn):
        shown = dict(conn.execute("SELECT source_id, count(*) FROM sightings GROUP BY source_id").fetchall())
        not_understood = dict(
            conn.execute(
                "SELECT source_id, sum(not_understood) FROM round_sources WHERE round_id IN "
                "(SELECT id FROM rounds WHERE started_at > ?) GROUP BY source_id",
                (utc(moment(now) - timedelta(days=30)),),
            ).fetchall()
        )
        open_since = dict(
            conn.execute(
                # SQLite gives the other columns from the row that holds the maximum: a source's latest round.
                "SELECT source_id, CASE WHEN latest.finished_at IS NULL AND rounds.finished_at IS NULL "
                "THEN last_active_at WHEN latest.finished_at IS NULL THEN '' END "
                "FROM (SELECT source_id, max(round_id) AS round_id, finished_at FROM round_sources GROUP BY source_id) "
                "AS latest JOIN rounds ON rounds.id = round_id"
            ).fetchall()
        )
        return [
            _status(conn, row, now, Interval(wanted_from, now), shown, not_understood, open_since)
            for row in conn.execute(
                "SELECT id, platform, title, locator, configured, last_tried_at, last_success_at, last_outcome, "
                "failures, due_at, retired_at, retired_reason, query_hash FROM sources ORDER BY configured DESC, id"
            ).fetchall()
            if row[4] or row[0] in shown
        ]


def _status(
    conn: sqlite3.Connection,
    row: tuple[
        int, str, str, str, int, str | None, str | None, str | None, int, str | None, str | None, str | None, str
    ],
    now: str,
    wanted: Interval,
    shown: dict[int, int],
    not_understood: dict[int, int],
    open_since: dict[int, str | None],
) -> SourceStatus:
    number = row[0]
    stretches = covered(conn, number, row[12])
    seen = [interval for interval, state in stretches if state in ("complete", "provisional")]
    unseen = missing(wanted, seen)
    gaps = missing(wanted, [interval for interval, _ in stretches])
    active = open_since.get(number)
    silent = active is not None and active < utc(moment(now) - SILENT)
    return SourceStatus(
        id=number,
        platform=row[1],
        title=row[2],
        locator=row[3],
        configured=bool(row[4]),
        last_tried_at=row[5],
        last_success_at=row[6],
        last_outcome=row[7],
        failures=row[8],
        due_at=row[9],
        retired_at=row[10],
        retired_reason=row[11],
        running=active is not None and not silent,
        cut_off=silent,
        covered_share=_share(wanted, unseen),
        gaps=gaps,
        out_of_reach=tuple(reversed(union(part for stretch in unseen for part in missing(stretch, gaps)))),
        posts=shown.get(number, 0),
        not_understood=not_understood.get(number, 0),
    )


def _share(wanted: Interval, unseen: tuple[Interval, ...]) -> float | None:
    whole = seconds([wanted])
    return None if whole == 0 else 1 - seconds(unseen) / whole
