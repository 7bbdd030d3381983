"""Items and pages as they came, kept for a limited time so that a mistake of ours can be looked into and mended.

Bounded on purpose: of each post only the item as it came last, of what could not be understood so much a source and
day. Everything here is closed to visitors.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from datetime import timedelta

from collector.archive import ledger, rows
from collector.archive.texts import text
from collector.archive.visit import Visit
from collector.posts import Post, Unread, moment, utc

ITEM_DAYS = 30
PAGE_DAYS = 7
MOST_BYTES = 2_000_000
MOST_UNREAD_BYTES = 65_536
MOST_UNREAD = 200
"""Of one source and day; more are counted and not kept."""

_COLUMNS = "round_id, source_id, post_id, kind, reason, received_at, expires_at, body"


def keep_items(visit: Visit, posts: Iterable[tuple[int, Post]]) -> None:
    """The items that posts were made from, in place of what was kept of those posts before."""
    given = [(post_id, post.raw) for post_id, post in posts if post.raw is not None]
    if not given:
        return
    visit.conn.execute(
        "DELETE FROM raw_items WHERE post_id IN (SELECT value FROM json_each(?)) AND kind = 'item'",
        (rows.listed([post_id for post_id, _ in given]),),
    )
    expires = _after(visit.now, ITEM_DAYS)
    rows.insert(
        visit.conn,
        "raw_items",
        _COLUMNS,
        [
            (visit.round_id, visit.source_id, post_id, "item", None, visit.now, expires, packed(raw))
            for post_id, raw in given
        ],
    )


def keep_page(visit: Visit, page: bytes) -> None:
    rows.insert(
        visit.conn,
        "raw_items",
        _COLUMNS,
        [
            (
                visit.round_id,
                visit.source_id,
                None,
                "page",
                None,
                visit.now,
                _after(visit.now, PAGE_DAYS),
                packed(page),
            )
        ],
    )


def keep_unread(visit: Visit, unread: Sequence[Unread]) -> None:
    """Count and keep what could not be understood; what a source has shown before is neither counted nor kept again."""
    marked = {item.fingerprint for item in unread if item.fingerprint is not None}
    met = ledger.met_here(visit.conn, visit.source_id, marked)
    fresh = [item for item in unread if item.fingerprint is None or item.fingerprint not in met]
    visit.unchanged += len(unread) - len(fresh)
    visit.not_understood += len(fresh)
    ledger.remember(
        visit.conn,
        visit.source_id,
        [
            ledger.Entry([item.fingerprint], item.fingerprint, visit.now[:10], matched=False)
            for item in fresh
            if item.fingerprint is not None
        ],
    )
    kept_today = visit.conn.execute(
        "SELECT count(*) FROM raw_items WHERE source_id = ? AND kind = 'not_understood' AND received_at >= ?",
        (visit.source_id, visit.now[:10]),
    ).fetchone()[0]
    expires = _after(visit.now, ITEM_DAYS)
    rows.insert(
        visit.conn,
        "raw_items",
        _COLUMNS,
        [
            (
                visit.round_id,
                visit.source_id,
                None,
                "not_understood",
                text(item.reason, 500),
                visit.now,
                expires,
                packed(item.raw, MOST_UNREAD_BYTES),
            )
            for item in fresh[: max(0, MOST_UNREAD - kept_today)]
        ],
    )


def expire(conn: sqlite3.Connection, now: str, most: int) -> int:
    """Delete at most `most` of what has been kept long enough, inside the caller's transaction; how many that were."""
    return conn.execute(
        "DELETE FROM raw_items WHERE id IN (SELECT id FROM raw_items WHERE expires_at <= ? LIMIT ?)", (now, most)
    ).rowcount


def packed(raw: bytes, most: int = MOST_BYTES) -> bytes:
    return zlib.compress(raw[:most], 1)


def _after(now: str, days: int) -> str:
    return utc(moment(now) + timedelta(days=days))
