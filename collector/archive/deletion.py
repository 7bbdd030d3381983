"""Deletes posts and every trace of them from the tables, and then from the file's bytes. Whose, is decided elsewhere.

A removal first writes the tombstones and hides what goes, in one transaction: from that moment nobody sees it and no
round brings it back. Then rows are deleted, a few posts a transaction; `finish` goes on where a removal was
interrupted. Last, `scrub` takes the words out of the file.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from collector.archive import identities, placing, rows, tombstones
from collector.archive.addresses import site
from collector.archive.connection import ArchiveError, info, plain_words, set_info, transaction
from collector.archive.rows import WANTED
from collector.platforms import identity_hash

DELETED_AT_ORIGIN = "deleted at its origin"
RETENTION = "the time for which it may be kept was over"
GOING = "being removed: "
"""Why a post is hidden whose rows are still to be deleted, before the reason of its removal."""
POSTS_A_TRANSACTION = 50
INDEX_PAGES_A_TRANSACTION = 500
MOST_IN_MEMORY = 100_000_000
LOG_ONLY = "log"
"""What `archive_info` says of scrubbing when only the write-ahead log is left to be emptied."""


class Removed(Struct, frozen=True, kw_only=True):
    """What a removal took away."""

    posts: int = 0
    """The posts meant, without the comments and replies that went with them."""
    context: int = 0
    """Comments, replies and quoted posts that were here only because of them."""
    authors: int = 0
    editions: tuple[str, ...] = ()
    """Whose figures are computed anew."""
    scrubbed: bool = True
    """Whether the bytes are gone as well; else the next round does it."""
    not_scrubbed_because: str = ""
    near: tuple[str, ...] = ()
    """Where nothing was found: addresses in the archive that look like the one that was given."""


class Gone(Struct):
    """What the deletion of rows took away so far."""

    authors: int = 0
    editions: set[str] = set()


def remove(
    conn: sqlite3.Connection, post_ids: Collection[int], *, keys: Iterable[str] = (), reason: str, now: str
) -> Removed:
    """Remove these posts and what is here only because of them, keep them out, and scrub the file.

    `keys` are further tombstone keys: of an author, a site, an address that is not in the archive. Raises
    `ArchiveError`; what is not done then is done by the next round.
    """
    with transaction(conn):
        context = context_of(conn, post_ids)
        _keep_out(conn, post_ids, keys, reason, now)
        mark(conn, [*post_ids, *context], reason, now)
    gone = finish(conn, now)
    # What an edit before had taken out of these posts may belong to nobody else either.
    delete_all_unused(conn, urgently=True)
    scrubbed, why_not = False, "somebody is reading the archive at this moment"
    try:
        scrubbed = scrub(conn)
    except ArchiveError as error:
        why_not = error.message
    return Removed(
        posts=len(set(post_ids)),
        context=len(context),
        authors=gone.authors,
        editions=tuple(sorted(gone.editions)),
        scrubbed=scrubbed,
        not_scrubbed_because="" if scrubbed else why_not,
    )


def mark(conn: sqlite3.Connection, post_ids: Iterable[int], reason: str, now: str) -> None:
    """Hide posts until `finish` deletes them; inside the caller's transaction."""
    conn.execute(
        "UPDATE posts SET hidden_reason = ?, hidden_at = ? WHERE id IN (SELECT value FROM json_each(?))",
        (GOING + reason, now, rows.listed(post_ids)),
    )
    set_info(conn, "removing", "1")


def finish(conn: sqlite3.Connection, now: str) -> Gone:
    """Delete the rows of everything that is marked as going, a few posts a transaction."""
    gone = Gone(editions=set())
    with plain_words(conn):
        while info(conn, "removing") is not None:
            marked = _marked(conn)
            for start in range(0, len(marked), POSTS_A_TRANSACTION):
                piece = marked[start : start + POSTS_A_TRANSACTION]
                with transaction(conn):
                    for reason in {reason for _, reason in piece}:
                        delete(conn, [post_id for post_id, why in piece if why == reason], reason, now, gone)
            with transaction(conn):
                # Another process may have marked more in the meantime.
                if not _marked(conn):
                    set_info(conn, "removing", None)
    return gone


def _marked(conn: sqlite3.Connection) -> list[tuple[int, str]]:
    """The posts that are marked as going, and why."""
    return conn.execute(
        "SELECT id, substr(hidden_reason, ?) FROM posts WHERE hidden_reason >= ? AND hidden_reason < ?",
        (len(GOING) + 1, GOING, GOING + "\U0010ffff"),
    ).fetchall()


def needs_scrubbing(conn: sqlite3.Connection, *, urgently: bool) -> None:
    """Note, inside the caller's transaction, that deleted rows have left bytes. What somebody asked for goes first."""
    before = info(conn, "scrubbing")
    urgency = "now" if urgently or (before or "").startswith("now") else "today"
    # A different word each time, so that `scrub` sees when more was deleted while it was at work.
    set_info(conn, "scrubbing", f"{urgency} {secrets.token_hex(8)}")


def scrub(conn: sqlite3.Connection) -> bool:
    """Take what was deleted out of the file's bytes, if anything was; False while a reader keeps the old bytes in use.

    Deleted rows are zeros already (`secure_delete`). What is left is in three places: in the search index, where FTS5
    only marks words as deleted until it is rewritten; in the unused part of pages out of which SQLite had moved rows to
    others, which only VACUUM writes anew; and in the write-ahead log, which is emptied last.
    """
    with plain_words(conn):
        noted = info(conn, "scrubbing")
        if noted is None:
            return True
        if noted != LOG_ONLY:
            _rewrite_index(conn)
            _rewrite_file(conn)
            if not _note_scrubbed(conn, noted, LOG_ONLY):
                return False
        if conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            return False
        return _note_scrubbed(conn, LOG_ONLY, None)


def _note_scrubbed(conn: sqlite3.Connection, noted: str, now: str | None) -> bool:
    """False where more was deleted in the meantime."""
    with transaction(conn):
        if info(conn, "scrubbing") != noted:
            return False
        set_info(conn, "scrubbing", now)
        return True


def _rewrite_file(conn: sqlite3.Connection) -> None:
    pages, size = (conn.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    if pages * size <= MOST_IN_MEMORY:
        conn.execute("VACUUM")
        return
    # The copy that VACUUM makes on its way does not fit into memory. It holds nothing of what was deleted.
    conn.execute("PRAGMA temp_store = FILE")
    try:
        conn.execute("VACUUM")
    finally:
        conn.execute("PRAGMA temp_store = MEMORY")


def _rewrite_index(conn: sqlite3.Connection) -> None:
    """What FTS5 calls optimize, in steps, as the whole of a large index at once would hold up every other writer."""
    pages = -INDEX_PAGES_A_TRANSACTION
    while True:
        with transaction(conn):
            before = conn.total_changes
            conn.execute("INSERT INTO post_search (post_search, rank) VALUES ('merge', ?)", (pages,))
            # The documented sign that there was nothing left to merge.
            if conn.total_changes - before < 2:
                break
        pages = INDEX_PAGES_A_TRANSACTION
    with transaction(conn):
        # Where SQLite keeps samples of indexed values for its planner, they may hold addresses.
        if conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat4'").fetchone():
            conn.execute("DELETE FROM sqlite_stat4")


def remove_expired(conn: sqlite3.Connection, source_id: int, uris: Sequence[str], now: str) -> None:
    """Delete posts whose origin says that they are gone, at once and inside the caller's transaction.

    A source is believed about posts that it showed itself and may speak for (`identities.mistrusted`). The bytes follow
    within a day (`removal.expire`).
    """
    if not uris:
        return
    platform = conn.execute("SELECT platform FROM sources WHERE id = ?", (source_id,)).fetchone()[0]
    by_uri, by_alias = identities.named(conn, platform, uris)
    shown = dict(
        conn.execute(
            f"SELECT id, uri FROM {WANTED} CROSS JOIN posts ON id = wanted "
            "WHERE EXISTS (SELECT 1 FROM sightings WHERE post_id = id AND source_id = ?)",
            (rows.listed({*by_uri.values(), *by_alias.values()}), source_id),
        )
    )
    gone = shown.keys() - identities.mistrusted(conn, source_id, shown)
    if gone:
        context = context_of(conn, gone)
        _keep_out(conn, gone, (), DELETED_AT_ORIGIN, now)
        delete(conn, [*gone, *context], DELETED_AT_ORIGIN, now, Gone(editions=set()))


def context_of(conn: sqlite3.Connection, post_ids: Collection[int]) -> set[int]:
    """The posts that are no items and are here only because of these: their comments, replies, what they quote."""
    gone = set(post_ids)
    context: set[int] = set()
    while True:
        found = {
            row[0]
            for row in conn.execute(
                f"SELECT wanted FROM {WANTED} WHERE NOT EXISTS (SELECT 1 FROM post_matches WHERE post_id = wanted)",
                (rows.listed(placing.around(conn, gone) - gone),),
            )
        }
        found -= {post_id for post_id, others in _because_of(conn, found).items() if not others.issubset(gone)}
        if not found:
            return context
        context |= found
        gone |= found


def _because_of(conn: sqlite3.Connection, post_ids: Collection[int]) -> dict[int, set[int]]:
    """The stored posts that these comment on, reply to, share, quote, or are quoted by."""
    reasons: dict[int, set[int]] = {}
    for post_id, other in conn.execute(
        f"SELECT post_id, target_post_id FROM {WANTED} CROSS JOIN relations ON post_id = wanted "
        "WHERE target_post_id IS NOT NULL "
        f"UNION SELECT target_post_id, post_id FROM {WANTED} CROSS JOIN relations ON target_post_id = wanted "
        "WHERE kind = 'quote_of'",
        (rows.listed(post_ids),),
    ):
        reasons.setdefault(post_id, set()).add(other)
    return reasons


def _keep_out(conn: sqlite3.Connection, post_ids: Collection[int], keys: Iterable[str], reason: str, now: str) -> None:
    found = [*keys]
    for names in _names(conn, post_ids).values():
        found += [key for name in names for key in tombstones.post_keys(name)]
    # What its own site deleted may well be published again elsewhere.
    if reason != DELETED_AT_ORIGIN:
        for title, text in conn.execute(
            f"SELECT title, text FROM {WANTED} CROSS JOIN post_texts ON post_id = wanted", (rows.listed(post_ids),)
        ):
            words = tombstones.words_key(title, text)
            if words is not None:
                found.append(words)
    tombstones.add(conn, found, reason, now)


def _names(conn: sqlite3.Connection, post_ids: Iterable[int]) -> dict[int, set[str]]:
    """Everything by which these posts are known."""
    names: dict[int, set[str]] = {}
    for post_id, name in conn.execute(
        f"SELECT id, uri FROM {WANTED} CROSS JOIN posts ON id = wanted "
        f"UNION ALL SELECT id, url FROM {WANTED} CROSS JOIN posts ON id = wanted WHERE url IS NOT NULL "
        f"UNION ALL SELECT post_id, alias FROM {WANTED} CROSS JOIN post_aliases ON post_id = wanted",
        (rows.listed(post_ids),),
    ):
        names.setdefault(post_id, set()).add(name)
    return names


def delete(conn: sqlite3.Connection, post_ids: Sequence[int], reason: str, now: str, gone: Gone) -> None:
    """Delete posts with everything that belongs to them or points at them, inside the caller's transaction.

    When it is only that their time is over, the editions' figures and the hashes by which feeds know them stay.
    """
    wanted = rows.listed(post_ids)
    editions = placing.editions_of(conn, post_ids)
    _count(conn, wanted, reason, now)
    authors = _numbers(conn, "author_id", "posts ON id = wanted", wanted)
    hashtags = _numbers(conn, "hashtag_id", "post_hashtags ON post_id = wanted", wanted)
    links = _numbers(conn, "link_id", "post_links ON post_id = wanted", wanted)
    if reason != RETENTION:
        _delete_traces(conn, wanted, {name for names in _names(conn, post_ids).values() for name in names})
        _delete_figures(conn, editions)
    conn.execute("DELETE FROM posts WHERE id IN (SELECT value FROM json_each(?))", (wanted,))
    gone.authors += delete_unused(conn, authors, hashtags, links)
    gone.editions |= editions
    placing.touch(conn, editions, now)
    needs_scrubbing(conn, urgently=reason not in (DELETED_AT_ORIGIN, RETENTION))


def delete_unused(
    conn: sqlite3.Connection, authors: Collection[int], hashtags: Collection[int], links: Collection[int]
) -> int:
    """Of these, delete what no post has any more: a rare hashtag or link can point at a person.

    Returns how many authors went.
    """
    for table, use, numbers in (("hashtags", "hashtag", hashtags), ("links", "link", links)):
        conn.execute(
            f"DELETE FROM {table} WHERE id IN (SELECT value FROM json_each(?)) "
            f"AND NOT EXISTS (SELECT 1 FROM post_{table} WHERE {use}_id = {table}.id)",
            (rows.listed(numbers),),
        )
    return conn.execute(
        "DELETE FROM authors WHERE id IN (SELECT value FROM json_each(?)) "
        "AND NOT EXISTS (SELECT 1 FROM posts WHERE author_id = authors.id)",
        (rows.listed(authors),),
    ).rowcount


def delete_all_unused(conn: sqlite3.Connection, *, urgently: bool) -> None:
    """Delete every author, hashtag and link that no post has any more, some thousands a transaction."""
    for place, (table, use) in enumerate(
        (
            ("authors", "posts WHERE author_id"),
            ("hashtags", "post_hashtags WHERE hashtag_id"),
            ("links", "post_links WHERE link_id"),
        )
    ):
        unused = [
            row[0]
            for row in conn.execute(f"SELECT id FROM {table} WHERE NOT EXISTS (SELECT 1 FROM {use} = {table}.id)")
        ]
        for start in range(0, len(unused), rows.MOST_AT_ONCE):
            numbers: list[list[int]] = [[], [], []]
            numbers[place] = unused[start : start + rows.MOST_AT_ONCE]
            with transaction(conn):
                delete_unused(conn, *numbers)
                needs_scrubbing(conn, urgently=urgently)


def delete_unread(conn: sqlite3.Connection, source_ids: Iterable[int]) -> int:
    """Delete the pages of these sources, and what could not be understood of them; how many rows that were."""
    return conn.execute(
        "DELETE FROM raw_items WHERE kind IN ('page', 'not_understood') "
        "AND source_id IN (SELECT value FROM json_each(?))",
        (rows.listed(source_ids),),
    ).rowcount


def _count(conn: sqlite3.Connection, wanted: str, reason: str, now: str) -> None:
    """The number that the report prints: items, once for each edition they belonged to."""
    conn.execute(
        "INSERT INTO removals (day, platform, edition_id, reason, posts) "
        "SELECT ?2, platform, coalesce(edition_id, ''), ?3, count(*) "
        f"FROM {WANTED} CROSS JOIN posts ON id = wanted LEFT JOIN edition_posts ON post_id = id "
        "WHERE role IS NULL OR role = 'tagged' GROUP BY platform, coalesce(edition_id, '') "
        "ON CONFLICT DO UPDATE SET posts = posts + excluded.posts",
        (wanted, now[:10], reason),
    )


def _delete_traces(conn: sqlite3.Connection, wanted: str, names: Collection[str]) -> None:
    """What elsewhere in the archive tells of these posts."""
    hashed = {identity_hash(name) for name in names}
    for marks, piece in rows.in_pieces(hashed):
        # The index finds them in every source.
        conn.execute(f"DELETE FROM feed_entries WHERE identity IN ({marks})", piece)
    # Other people's replies stay; the address of what they reply to does not.
    conn.execute(
        "DELETE FROM relations WHERE target_post_id IN (SELECT value FROM json_each(?)) "
        "OR target_uri IN (SELECT value FROM json_each(?))",
        (wanted, rows.listed(names)),
    )
    # Pages, and what could not be understood when it came, may hold the post as well.
    sites = {site(name) for name in names} - {None}
    showed = conn.execute(
        f"SELECT DISTINCT source_id FROM {WANTED} CROSS JOIN sightings ON post_id = wanted", (wanted,)
    )
    sources = {row[0] for row in showed}
    sources |= {number for number, locator in conn.execute("SELECT id, locator FROM sources") if site(locator) in sites}
    delete_unread(conn, sources)
    comment_feeds = {
        row[0]
        for row in conn.execute(
            f"SELECT comments_url FROM {WANTED} CROSS JOIN posts ON id = wanted WHERE comments_url IS NOT NULL",
            (wanted,),
        )
    }
    _delete_mentions(conn, [name for name in {*names, *comment_feeds} if "://" in name])


def _delete_mentions(conn: sqlite3.Connection, addresses: Sequence[str]) -> None:
    """What a platform module remembers of these addresses, and what was said about them."""
    for source_id, key, value in conn.execute("SELECT source_id, key, value FROM source_memory").fetchall():
        if any(address in key or address in value for address in addresses):
            conn.execute("DELETE FROM source_memory WHERE source_id = ? AND key = ?", (source_id, key))
    for table, column in (("round_sources", "reason"), ("sources", "last_outcome"), ("coverage", "reason")):
        said = conn.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {column} LIKE '%://%'").fetchall()
        for (words,) in said:
            cleaned = words
            for address in sorted(addresses, key=len, reverse=True):
                cleaned = cleaned.replace(address, "[removed]")
            if cleaned != words:
                conn.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (cleaned, words))


def _delete_figures(conn: sqlite3.Connection, editions: Iterable[str]) -> None:
    """The figures and drawings that counted these posts, so that nothing computed from them is shown or sent.

    They belong to `dashboards/figures.py`, which computes them anew; this is the one exception to that.
    """
    if conn.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'figures'").fetchone():
        conn.executemany("DELETE FROM figures WHERE edition_id = ?", [(edition_id,) for edition_id in editions])


def _numbers(conn: sqlite3.Connection, column: str, table: str, wanted: str) -> set[int]:
    found = conn.execute(f"SELECT DISTINCT {column} FROM {WANTED} CROSS JOIN {table}", (wanted,))
    return {row[0] for row in found if row[0] is not None}
