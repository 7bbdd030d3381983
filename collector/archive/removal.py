"""What people may ask for: forget a post, an author, a site; and what must be hidden, or go when its time is over.

Here is found what they mean, and how it is kept out. How rows and bytes are deleted is in `deletion.py`.
"""

from __future__ import annotations

import difflib
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from collector.archive import deletion, names, placing, raw, rows, tombstones
from collector.archive.addresses import (
    MANY_PUBLISH_AT,
    canonical,
    host,
    needle,
    page_of,
    places,
    site,
    site_of,
    source_places,
)
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
MOST_NEAR = 5


def forget_post(conn: sqlite3.Connection, target: str, *, reason: str = "request", now: str) -> Removed:
    """Remove the post with this address, URI or other identity everywhere, and keep it out.

    Addresses count in every ordinary spelling (`addresses.page_of`). A post that is not in the archive is kept out from
    now on; `Removed.near` then says which addresses of the same site look alike. Raises `ArchiveError`.
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
        _forget_unread_at(conn, site(target))
        removed = deletion.remove(conn, found, keys=[tombstones.post_key(target)], reason=reason, now=now)
        return removed if found else replace(removed, near=_near(conn, target))


def _forget_unread_at(conn: sqlite3.Connection, name: str | None) -> None:
    """What could not be understood of a site's own sources, and pages of theirs: they may hold what was asked for."""
    sources = [
        number for number, locator in conn.execute("SELECT id, locator FROM sources") if name and site(locator) == name
    ]
    if sources:
        with transaction(conn):
            if deletion.delete_unread(conn, sources):
                deletion.needs_scrubbing(conn, urgently=True)


def _near(conn: sqlite3.Connection, target: str) -> tuple[str, ...]:
    """Addresses of posts on the same host that look like this one."""
    name, wanted = site(target), page_of(target)
    if name is None or wanted is None:
        return ()
    # Compared behind the host, in which all of them agree.
    found = {page.removeprefix(name): other for _, other in _names_at(conn, name) if (page := page_of(other))}
    return tuple(found[page] for page in difflib.get_close_matches(wanted.removeprefix(name), found, MOST_NEAR))


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
        if len(found) > 1 and not _one_person(target, found):
            said = "; ".join(
                f"{plain(name or handle or native)} on {where}: {plain(native)}"
                for _, where, native, handle, name in found
            )
            raise ArchiveError(
                f"“{target}” fits {len(found)} authors. Nothing was removed. Give the id of one of them: {said}."
            )
        if not found:
            if platform is None or platform == "blogs":
                raise ArchiveError(
                    f"No author in the archive is “{target}”. To keep out somebody who is not in it yet, name the "
                    "platform as well; to keep out a whole blog, give the site's address."
                )
            return deletion.remove(conn, (), keys=[tombstones.handle_key(platform, target)], reason=reason, now=now)
        keys = []
        for number, where, native_id, handle, name in found:
            keys.append(tombstones.author_key(where, native_id))
            if where == "blogs":
                person = _person(target, name)
                if handle and person:
                    keys.append(tombstones.person_key(handle, person))
                _forget_unread_at(conn, site(f"https://{native_id.partition('/')[0]}"))
            else:
                _forget_relations_to(conn, number)
                if handle:
                    keys.append(tombstones.handle_key(where, handle))
        numbers = rows.listed([row[0] for row in found])
        posts = [
            row[0]
            for row in conn.execute(
                "SELECT id FROM posts WHERE author_id IN (SELECT value FROM json_each(?))", (numbers,)
            )
        ]
        if not posts:
            with transaction(conn):
                conn.execute("DELETE FROM authors WHERE id IN (SELECT value FROM json_each(?))", (numbers,))
                deletion.needs_scrubbing(conn, urgently=True)
        return deletion.remove(conn, posts, keys=keys, reason=reason, now=now)


def _person(target: str, byline: str | None) -> str | None:
    """Who is meant, of those whom a byline names: whom was asked for, else the only one."""
    asked = names.person(target)
    return asked if asked and asked in names.people(byline or "") else names.person(byline or "")


def _forget_relations_to(conn: sqlite3.Connection, author: int) -> None:
    """What others replied to may never have been in the archive; on most networks its address names its author."""
    url = conn.execute("SELECT url FROM authors WHERE id = ?", (author,)).fetchone()[0]
    if host(url):
        with transaction(conn):
            below = url.rstrip("/")
            conn.execute("DELETE FROM relations WHERE target_uri > ? AND target_uri < ?", (f"{below}/", f"{below}0"))


def forget_site(conn: sqlite3.Connection, target: str, *, reason: str = "request", now: str) -> Removed:
    """Remove everything published at a site, given by its address or host name, ask it no more, and keep it out.

    With a path, only what lies under it: `medium.com/@ada` is not everybody at medium.com. `www.` makes no difference;
    other subdomains are other sites. A post without an address of its own is where its author or its blog is. Raises
    `ArchiveError`, also for the bare name of a host where many people publish.
    """
    target = target.strip()
    address = target if host(target) else f"https://{target}"
    *_, wanted = ["", *places(address)]
    name = site(address)
    if not name or "." not in name:
        raise ArchiveError(f"“{target}” is not the name or address of a site.")
    if wanted == name and name in MANY_PUBLISH_AT:
        raise ArchiveError(
            f"Many people publish at {name}. Nothing was removed. Give the address of the one that is meant, such as "
            f"“{name}/@name” or “name.{name}”."
        )
    path = (page_of(address) or "").partition("/")[2]
    if wanted != (f"{name}/{path}" if path else name).lower() or "?" in (page_of(address) or ""):
        raise ArchiveError(
            f"“{target}” is not the beginning of a site's addresses. Nothing was removed. Give the site's address, "
            f"such as “{name}”, or the address of a single post as a post."
        )
    with plain_words(conn):
        posts = _posts_at(conn, wanted)
        with transaction(conn):
            tombstones.add(conn, [tombstones.site_key(wanted)], reason, now)
            deletion.mark(conn, posts, reason, now)
            retired = retire_sites(conn, {wanted}, now)
        _forget_entries(conn, retired)
        removed = deletion.remove(conn, posts, reason=reason, now=now)
        return removed if posts else replace(removed, near=_near(conn, address))


def _posts_at(conn: sqlite3.Connection, place: str) -> list[int]:
    part = needle(place.partition("/")[0])
    return [
        post_id
        for post_id, uri, url, author_url, handle in conn.execute(
            "SELECT posts.id, uri, posts.url, authors.url, CASE WHEN authors.platform = 'blogs' "
            "THEN coalesce(handle, native_id) END FROM posts LEFT JOIN authors ON authors.id = author_id "
            "WHERE instr(lower(uri), ?1) OR instr(lower(coalesce(posts.url, '')), ?1) "
            "OR instr(lower(coalesce(authors.url, '')), ?1) "
            "OR instr('https://' || coalesce(handle, '') || '.' || native_id, ?1)",
            (part,),
        )
        if place in tombstones.sites_of(uri, url, author_url, handle)
    ]


def retire_sites(conn: sqlite3.Connection, sites: Collection[str], now: str) -> list[int]:
    """Sources at these sites or parts of sites (`addresses.places`) are asked no more, and nothing that they asked to
    be remembered is kept. Inside the caller's transaction; returns these sources."""
    found = [
        number
        for number, locator in conn.execute("SELECT id, locator FROM sources").fetchall()
        if not source_places(locator).isdisjoint(sites)
    ]
    for number in found:
        conn.execute(
            "UPDATE sources SET retired_at = coalesce(retired_at, ?), retired_reason = 'it asked to be left out' "
            "WHERE id = ?",
            (now, number),
        )
        if conn.execute("DELETE FROM source_memory WHERE source_id = ?", (number,)).rowcount:
            deletion.needs_scrubbing(conn, urgently=True)
    return found


def _forget_entries(conn: sqlite3.Connection, sources: Iterable[int]) -> None:
    """Delete what is kept of these sources' entries, some thousand rows a transaction."""
    for number in sources:
        for table, key in (("feed_entries", "identity"), ("raw_items", "id")):
            deleted = rows.MOST_AT_ONCE
            while deleted == rows.MOST_AT_ONCE:
                with transaction(conn):
                    deleted = conn.execute(
                        f"DELETE FROM {table} WHERE source_id = ?1 AND {key} IN "
                        f"(SELECT {key} FROM {table} WHERE source_id = ?1 LIMIT {rows.MOST_AT_ONCE})",
                        (number,),
                    ).rowcount
                    if deleted:
                        deletion.needs_scrubbing(conn, urgently=True)


def hide(conn: sqlite3.Connection, post_ids: Collection[int], reason: str, now: str) -> None:
    """Show these posts nowhere, for as long as the reason lasts: a privacy flag, or `MISSING_AT_ORIGIN`.

    `unhide` undoes it.
    """
    for piece in _pieces(post_ids):
        with transaction(conn):
            conn.execute(
                "UPDATE posts SET hidden_reason = ?, hidden_at = ? WHERE hidden_reason IS NULL "
                "AND id IN (SELECT value FROM json_each(?))",
                (reason, now, rows.listed(piece)),
            )
            placing.touch_posts(conn, piece, now)


def unhide(conn: sqlite3.Connection, post_ids: Collection[int], reason: str, now: str) -> None:
    """Show those of these posts again that were hidden for this reason."""
    for piece in _pieces(post_ids):
        with transaction(conn):
            conn.execute(
                "UPDATE posts SET hidden_reason = NULL, hidden_at = NULL WHERE hidden_reason = ? "
                "AND id IN (SELECT value FROM json_each(?))",
                (reason, rows.listed(piece)),
            )
            placing.touch_posts(conn, piece, now)


def _pieces(post_ids: Collection[int]) -> Iterator[list[int]]:
    numbers = list(post_ids)
    for start in range(0, len(numbers), rows.MOST_AT_ONCE):
        yield numbers[start : start + rows.MOST_AT_ONCE]


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
    deletion.delete_all_unused(conn, urgently=False)
    with transaction(conn):
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
    name = site(target)
    if name is None:
        return found
    wanted = tombstones.post_key(target)
    return found | {post_id for post_id, other in _names_at(conn, name) if wanted in tombstones.post_keys(other)}


def _names_at(conn: sqlite3.Connection, name: str) -> Iterable[tuple[int, str]]:
    """Posts' numbers and identities that may lie on this host, whichever way it is written."""
    return conn.execute(
        "SELECT id, uri FROM posts WHERE instr(lower(uri), ?1) "
        "UNION ALL SELECT id, url FROM posts WHERE instr(lower(url), ?1) "
        "UNION ALL SELECT post_id, alias FROM post_aliases WHERE instr(lower(alias), ?1)",
        (needle(name),),
    )


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
    asked = None if link else names.person(target)
    return [
        (number, where, native_id, handle, name)
        for number, where, native_id, handle, name, url in everybody
        # A blog's handle is its host, and names of accounts are anybody's: neither says who somebody is.
        if (where != "blogs" and handle and handle.removeprefix("@").casefold() == words)
        or (where == "blogs" and name and " ".join(name.casefold().split()) == words)
        or (where == "blogs" and name and asked is not None and asked in names.people(name))
        or (link is not None and url and canonical(url) == link)
        or (site_of(native_id) == words and where == "blogs")
    ]


def _one_person(target: str, found: Collection[tuple[int, str, str, str | None, str | None]]) -> bool:
    """Whether all of these are ways in which one blog writes the name of one person."""
    asked = names.person(target)
    blogs = {handle for _, where, _, handle, _ in found if where == "blogs"}
    return (
        asked is not None
        and len(blogs) == 1
        and None not in blogs
        and all(where == "blogs" and asked in names.people(name or "") for _, where, _, _, name in found)
    )
