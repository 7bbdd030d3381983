"""What people may ask for: forget a post, an author, a site; and what must be hidden, or go when its time is over.

Here is found what they mean, and how it is kept out. How rows and bytes are deleted is in `deletion.py`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import timedelta

from msgspec import Struct

from collector.archive import deletion, placing, raw, rows, tombstones
from collector.archive.addresses import canonical, host, site_of
from collector.archive.connection import ArchiveError, info, plain_words, set_info, transaction
from collector.archive.deletion import DELETED_AT_ORIGIN, RETENTION, Removed, scrub
from collector.archive.visit import MISSING_AT_ORIGIN
from collector.posts import moment, utc
from collector.terminal import plain

__all__ = [
    "DELETED_AT_ORIGIN",
    "MISSING_AT_ORIGIN",
    "RETENTION",
    "Removed",
    "expire",
    "forget_author",
    "forget_post",
    "forget_site",
    "hide",
    "scrub",
    "unhide",
]

ROUNDS_KEPT_DAYS = 90


def forget_post(conn: sqlite3.Connection, target: str, *, reason: str = "request", now: str) -> Removed:
    """Remove the post with this address, URI or other identity everywhere, and keep it out.

    Addresses count without http or https, `www.` and tracking parameters. A post that is not in the archive is kept out
    from now on. Raises `ArchiveError`.
    """
    target = target.strip()
    if not target or ("://" not in target and ":" not in target and not _posts_named(conn, target)):
        raise ArchiveError(f"“{target}” is no post in the archive and no address of one. Give the address of the post.")
    with plain_words(conn):
        found = _posts_named(conn, target)
        if not found and "://" in target:
            # Copied together with the place on the page that it was read at.
            target = target.partition("#")[0]
            found = _posts_named(conn, target)
        return deletion.remove(conn, found, keys=[tombstones.post_key(target)], reason=reason, now=now)


def forget_author(
    conn: sqlite3.Connection, target: str, *, platform: str | None = None, reason: str = "request", now: str
) -> Removed:
    """Remove an author and everything they published, and keep both out.

    `target` is a handle with or without @, the address of a profile or of a blog's author page, the platform's own
    id, or on blogs the byline. With `platform`, somebody who is not in the archive is kept out by this handle from
    now on. Raises `ArchiveError`, also where the words fit several authors: it names them, and one of their ids must
    be given.
    """
    target = target.strip()
    with plain_words(conn):
        found = _authors_named(conn, target, platform)
        if len(found) > 1:
            names = "; ".join(
                f"{plain(name or handle or native)} on {where}: {plain(native)}"
                for _, where, native, handle, name in found
            )
            raise ArchiveError(
                f"“{target}” fits {len(found)} authors. Nothing was removed. Give the id of one of them: {names}."
            )
        if not found:
            if platform is None or platform == "blogs":
                raise ArchiveError(
                    f"No author in the archive is “{target}”. To keep out somebody who is not in it yet, name the "
                    "platform as well; to keep out a whole blog, give the site's address."
                )
            return deletion.remove(conn, (), keys=[tombstones.handle_key(platform, target)], reason=reason, now=now)
        number, where, native_id, handle, _ = found[0]
        keys = [tombstones.author_key(where, native_id)]
        if where != "blogs":
            _forget_relations_to(conn, number)
            if handle:
                keys.append(tombstones.handle_key(where, handle))
        posts = [row[0] for row in conn.execute("SELECT id FROM posts WHERE author_id = ?", (number,))]
        if not posts:
            with transaction(conn):
                conn.execute("DELETE FROM authors WHERE id = ?", (number,))
                deletion.needs_scrubbing(conn, urgently=True)
        return deletion.remove(conn, posts, keys=keys, reason=reason, now=now)


def _forget_relations_to(conn: sqlite3.Connection, author: int) -> None:
    """What others replied to may never have been in the archive; on most networks its address names its author."""
    url = conn.execute("SELECT url FROM authors WHERE id = ?", (author,)).fetchone()[0]
    if host(url):
        with transaction(conn):
            below = url.rstrip("/")
            conn.execute("DELETE FROM relations WHERE target_uri > ? AND target_uri < ?", (f"{below}/", f"{below}0"))


def forget_site(conn: sqlite3.Connection, target: str, *, reason: str = "request", now: str) -> Removed:
    """Remove everything published at a site, given by its address or host name, ask it no more, and keep it out.

    `www.` makes no difference; other subdomains are other sites. Raises `ArchiveError`.
    """
    site = host(target) or host(f"https://{target.strip()}")
    if not site or "." not in site:
        raise ArchiveError(f"“{target.strip()}” is not the name or address of a site.")
    with plain_words(conn):
        posts = [
            post_id
            for post_id, uri, url in conn.execute(
                "SELECT id, uri, url FROM posts WHERE instr(lower(uri), ?1) OR instr(lower(coalesce(url, '')), ?1)",
                (site,),
            )
            if site in (host(uri), host(url))
        ]
        with transaction(conn):
            retire_sites(conn, {site}, now)
        return deletion.remove(conn, posts, keys=[tombstones.site_key(site)], reason=reason, now=now)


def retire_sites(conn: sqlite3.Connection, sites: Collection[str], now: str) -> None:
    """Sources at these sites are asked no more, and nothing that they asked to be remembered is kept."""
    for source_id, locator in conn.execute("SELECT id, locator FROM sources").fetchall():
        if host(locator) in sites:
            conn.execute(
                "UPDATE sources SET retired_at = coalesce(retired_at, ?), retired_reason = 'it asked to be left out' "
                "WHERE id = ?",
                (now, source_id),
            )
            deleted = [
                conn.execute(f"DELETE FROM {table} WHERE source_id = ?", (source_id,)).rowcount
                for table in ("source_memory", "feed_entries", "raw_items")
            ]
            if any(deleted):
                deletion.needs_scrubbing(conn, urgently=True)


def hide(conn: sqlite3.Connection, post_ids: Collection[int], reason: str, now: str) -> None:
    """Show these posts nowhere, for as long as the reason lasts: a privacy flag, or `MISSING_AT_ORIGIN`.

    `unhide` undoes it.
    """
    with transaction(conn):
        conn.execute(
            "UPDATE posts SET hidden_reason = ?, hidden_at = ? WHERE hidden_reason IS NULL "
            "AND id IN (SELECT value FROM json_each(?))",
            (reason, now, rows.listed(post_ids)),
        )
        placing.touch_posts(conn, post_ids, now)


def unhide(conn: sqlite3.Connection, post_ids: Collection[int], reason: str, now: str) -> None:
    """Show those of these posts again that were hidden for this reason."""
    with transaction(conn):
        conn.execute(
            "UPDATE posts SET hidden_reason = NULL, hidden_at = NULL WHERE hidden_reason = ? "
            "AND id IN (SELECT value FROM json_each(?))",
            (reason, rows.listed(post_ids)),
        )
        placing.touch_posts(conn, post_ids, now)


class Expired(Struct, frozen=True, kw_only=True):
    """What `expire` did."""

    posts: int = 0
    """Posts whose time was over."""
    trouble: str = ""
    """Why deleted words are still in the file's bytes. It is tried again in an hour."""


def expire(conn: sqlite3.Connection, now: str, *, keep_days: int | None = None) -> Expired:
    """Delete what has been kept for as long as it may be. To be called often: mostly there is nothing, and it is quick.

    Raw items and pages go at their own dates. Once a day, so do the details of rounds that brought nothing and are
    over 90 days old, and authors, hashtags and links that no post has any more. With `keep_days`, so many days after
    an edition's figures are frozen its posts go, unless they belong to an edition that is still kept; its figures
    stay as they are. Removals that were interrupted are finished, and the file is scrubbed: at once of what somebody
    asked for, once a day of the rest.
    """
    deletion.finish(conn, now)
    with plain_words(conn):
        while _expire_raw(conn, now):
            pass
        new_day = info(conn, "tidied_on") != now[:10]
        if new_day:
            _tidy(conn, now)
        posts = 0 if keep_days is None else _end_retention(conn, now, keep_days)
        left = info(conn, "scrubbing")
        trouble = ""
        if left is not None and (new_day or not left.startswith("today")):
            trouble = _scrub_or_wait(conn, now)
    return Expired(posts=posts, trouble=trouble)


def _scrub_or_wait(conn: sqlite3.Connection, now: str) -> str:
    """Scrub; where that fails, such as on a disk without room for a second copy, not again within the hour."""
    if now < (info(conn, "scrub_not_before") or ""):
        return ""
    try:
        deletion.scrub(conn)
    except ArchiveError as error:
        with transaction(conn):
            set_info(conn, "scrub_not_before", utc(moment(now) + timedelta(hours=1)))
        return error.message
    return ""


def _expire_raw(conn: sqlite3.Connection, now: str) -> int:
    # Looking first needs no turn to write, and nearly always there is nothing.
    if conn.execute("SELECT 1 FROM raw_items WHERE expires_at <= ? LIMIT 1", (now,)).fetchone() is None:
        return 0
    with transaction(conn):
        return raw.expire(conn, now, 500)


def _tidy(conn: sqlite3.Connection, now: str) -> None:
    before = utc(moment(now) - timedelta(days=ROUNDS_KEPT_DAYS))
    while True:
        with transaction(conn):
            gone = conn.execute(
                "DELETE FROM round_sources WHERE (round_id, source_id) IN (SELECT round_id, source_id FROM rounds "
                "JOIN round_sources ON round_id = rounds.id "
                "WHERE rounds.started_at < ? AND outcome IN ('ok', 'unchanged') "
                "AND new_posts = 0 AND changed_posts = 0 AND not_understood = 0 AND skipped = 0 LIMIT 1000)",
                (before,),
            ).rowcount
        if gone < 1000:
            break
    unused = [
        [row[0] for row in conn.execute(f"SELECT id FROM {table} WHERE NOT EXISTS (SELECT 1 FROM {use} = {table}.id)")]
        for table, use in (
            ("authors", "posts WHERE author_id"),
            ("hashtags", "post_hashtags WHERE hashtag_id"),
            ("links", "post_links WHERE link_id"),
        )
    ]
    with transaction(conn):
        deletion.delete_unused(conn, *unused)
        if any(unused):
            deletion.needs_scrubbing(conn, urgently=False)
        set_info(conn, "tidied_on", now[:10])


def _end_retention(conn: sqlite3.Connection, now: str, keep_days: int) -> int:
    over = [
        edition_id
        for edition_id, frozen_at in conn.execute(
            "SELECT id, frozen_at_utc FROM editions WHERE content_removed_at IS NULL AND frozen_at_utc IS NOT NULL"
        )
        if utc(moment(frozen_at) + timedelta(days=keep_days)) <= now
    ]
    if not over:
        return 0
    with transaction(conn):
        conn.executemany(
            "UPDATE editions SET content_removed_at = ? WHERE id = ?", [(now, edition) for edition in over]
        )
        posts = [
            row[0]
            for row in conn.execute(
                "SELECT DISTINCT post_id FROM edition_posts AS gone "
                "WHERE edition_id IN (SELECT value FROM json_each(?)) AND NOT EXISTS (SELECT 1 "
                "FROM edition_posts AS kept JOIN editions ON editions.id = kept.edition_id "
                "WHERE kept.post_id = gone.post_id AND content_removed_at IS NULL)",
                (rows.listed(over),),
            )
        ]
        deletion.mark(conn, posts, RETENTION, now)
    deletion.finish(conn, now)
    return len(posts)


def _posts_named(conn: sqlite3.Connection, target: str) -> set[int]:
    """The posts that have this identity or address, however it is written."""
    found = {
        row[0]
        for row in conn.execute(
            "SELECT id FROM posts WHERE uri = ?1 OR url = ?1 UNION SELECT post_id FROM post_aliases WHERE alias = ?1",
            (target,),
        )
    }
    site = host(target)
    if site is None:
        return found
    wanted = tombstones.post_key(target)
    names = conn.execute(
        "SELECT id, uri FROM posts WHERE instr(lower(uri), ?1) "
        "UNION ALL SELECT id, url FROM posts WHERE instr(lower(url), ?1) "
        "UNION ALL SELECT post_id, alias FROM post_aliases WHERE instr(lower(alias), ?1)",
        (site,),
    )
    return found | {post_id for post_id, name in names if tombstones.post_key(name) == wanted}


def _authors_named(
    conn: sqlite3.Connection, target: str, platform: str | None
) -> list[tuple[int, str, str, str | None, str | None]]:
    """Number, platform, native id, handle and name of the authors that these words fit."""
    everybody = conn.execute(
        "SELECT id, platform, native_id, handle, name, url FROM authors WHERE ?1 IS NULL OR platform = ?1 ORDER BY id",
        (platform,),
    ).fetchall()
    by_id = [row[:5] for row in everybody if row[2] == target]
    if by_id:
        return by_id
    words = " ".join(target.removeprefix("@").casefold().split())
    link = canonical(target)
    return [
        (number, where, native_id, handle, name)
        for number, where, native_id, handle, name, url in everybody
        # A blog's handle is its host, and names of accounts are anybody's: neither says who somebody is.
        if (where != "blogs" and handle and handle.removeprefix("@").casefold() == words)
        or (where == "blogs" and name and " ".join(name.casefold().split()) == words)
        or (link is not None and url and canonical(url) == link)
        or (site_of(native_id) == words and where == "blogs")
    ]
