"""A post's parts in their tables: author, hashtags, categories, links, media, relations, matches. Decides nothing.

Every function takes many posts at once and runs inside the caller's transaction; `saving.py` says which posts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from collector.archive import rows
from collector.archive.addresses import canonical, host, site_of
from collector.archive.rows import KEEP, WANTED
from collector.archive.texts import fold_hashtag
from collector.matching import Match
from collector.posts import Author, Post

MOST_ALIASES = 50
"""Of one post."""

Pairs = Sequence[tuple[int, Post]]
"""Posts, each with its number in the archive."""

AuthorKey = tuple[str, str]
"""Platform and native id."""


class AuthorReading(NamedTuple):
    """An author as one post shows it, and when that was."""

    author: Author
    at: str


def account_name(platform: str, handle: str) -> str:
    """A handle as `organisation_accounts` has it: case-folded, without @; of a blog the host without `www.`."""
    return site_of(handle) if platform == "blogs" else handle.strip().removeprefix("@").casefold()


def save_authors(conn: sqlite3.Connection, readings: Iterable[AuthorReading], now: str) -> dict[AuthorKey, int]:
    """New authors, and what changed of known ones; the number of each."""
    latest: dict[AuthorKey, AuthorReading] = {}
    for reading in readings:
        key = (reading.author.platform, reading.author.native_id)
        if key not in latest or reading.at >= latest[key].at:
            latest[key] = reading
    known = _authors(conn, latest)
    organisations = _organisations(conn, [reading.author for reading in latest.values()])
    rows.insert(
        conn,
        "authors",
        "platform, native_id, handle, name, url, organisation_id, is_bot, followers, followers_at, first_seen_at",
        [
            (
                *key,
                author.handle,
                author.name,
                author.url,
                organisations.get(key),
                author.is_bot,
                author.followers,
                None if author.followers is None else at,
                now,
            )
            for key, (author, at) in latest.items()
            if key not in known
        ],
    )
    if len(known) < len(latest):
        known_before, known = known, _authors(conn, latest)
    else:
        known_before = known
    _update_authors(conn, latest, known_before, organisations)
    rows.insert(
        conn,
        "author_snapshots",
        "author_id, observed_at, followers",
        [
            (known[key][0], at, author.followers)
            for key, (author, at) in latest.items()
            if author.followers is not None and (key not in known_before or known_before[key][6] != author.followers)
        ],
        on_conflict=KEEP,
    )
    return {key: row[0] for key, row in known.items()}


def insert_hashtags(conn: sqlite3.Connection, posts: Pairs) -> None:
    found = {
        (post_id, folded, tag.origin): tag.as_written
        for post_id, post in posts
        for tag in reversed(post.hashtags)
        if (folded := fold_hashtag(tag.as_written))
    }
    if not found:
        return
    numbers = _numbers(conn, "hashtags", "folded", {folded: () for _, folded, _ in found})
    rows.insert(
        conn,
        "post_hashtags",
        "post_id, hashtag_id, as_written, origin",
        sorted((post_id, numbers[folded], written, origin) for (post_id, folded, origin), written in found.items()),
        on_conflict=KEEP,
    )


def insert_categories(conn: sqlite3.Connection, posts: Pairs) -> None:
    rows.insert(
        conn,
        "post_categories",
        "post_id, position, category",
        [(post_id, position, name) for post_id, post in posts for position, name in enumerate(post.categories)],
    )


def insert_links(conn: sqlite3.Connection, posts: Pairs) -> None:
    """Web addresses only: who can be written or called at `mailto:` and `tel:` is nobody's statistics."""
    found = [
        (post_id, position, link.as_given, leads_to)
        for post_id, post in posts
        for position, link in enumerate(post.links)
        if (leads_to := canonical(link.expanded or link.as_given))
    ]
    if not found:
        return
    numbers = _numbers(conn, "links", "canonical, domain", {link: (host(link) or "",) for _, _, _, link in found})
    rows.insert(
        conn,
        "post_links",
        "post_id, position, link_id, as_given",
        [(post_id, position, numbers[link], given) for post_id, position, given, link in found],
    )


def insert_media(conn: sqlite3.Connection, posts: Pairs) -> None:
    rows.insert(
        conn,
        "media",
        "post_id, position, kind, url, alt, alt_state",
        [
            (post_id, position, medium.kind, medium.url, medium.alt, medium.alt_state)
            for post_id, post in posts
            for position, medium in enumerate(post.media)
        ],
    )


def image_counts(post: Post) -> tuple[int | None, int | None]:
    """How many images, videos and sounds, and how many of them have a text alternative; None where that is unknown."""
    if not post.media and not post.media_known:
        return None, None
    shown = [medium for medium in post.media if medium.kind != "embed"]
    if shown and all(medium.alt_state == "not_offered" for medium in shown):
        return len(shown), None
    return len(shown), sum(medium.alt_state == "present" for medium in shown)


def insert_relations(conn: sqlite3.Connection, posts: Pairs) -> None:
    """Relations, not yet joined to the posts they lead to."""
    rows.insert(
        conn,
        "relations",
        "post_id, kind, target_uri",
        [(post_id, relation.kind, relation.uri) for post_id, post in posts for relation in post.relations],
        on_conflict=KEEP,
    )


def join_relations(
    conn: sqlite3.Connection, platform: str, post_ids: Collection[int], names: Collection[str]
) -> set[int]:
    """Join relations to posts that are in the archive: those of `post_ids`, and those that lead to one of `names`.

    Returns the posts at either end of a relation that was joined.
    """
    loose = conn.execute(
        f"SELECT post_id, kind, target_uri FROM {WANTED} CROSS JOIN relations ON post_id = wanted "
        "WHERE target_post_id IS NULL",
        (rows.listed(post_ids),),
    ).fetchall()
    loose += conn.execute(
        f"SELECT post_id, relations.kind, target_uri FROM {WANTED} CROSS JOIN relations ON target_uri = wanted "
        "CROSS JOIN posts ON posts.id = post_id WHERE target_post_id IS NULL AND platform = ?",
        (rows.listed(names), platform),
    ).fetchall()
    if not loose:
        return set()
    wanted = rows.listed({uri for _, _, uri in loose})
    targets = dict(
        conn.execute(
            f"SELECT alias, post_id FROM {WANTED} CROSS JOIN post_aliases ON platform = ?2 AND alias = wanted "
            f"UNION ALL SELECT uri, id FROM {WANTED} CROSS JOIN posts ON platform = ?2 AND uri = wanted",
            (wanted, platform),
        ).fetchall()
    )
    joined = [(targets[uri], post_id, kind, uri) for post_id, kind, uri in loose if uri in targets]
    conn.executemany(
        "UPDATE relations SET target_post_id = ? WHERE post_id = ? AND kind = ? AND target_uri = ?", joined
    )
    return {row[0] for row in joined} | {row[1] for row in joined}


def insert_matches(
    conn: sqlite3.Connection, matches: Iterable[tuple[int, Sequence[Match]]], *, past: bool = False
) -> None:
    """What posts say now, or with `past` what only an earlier version of them said."""
    rows.insert(
        conn,
        "post_matches",
        "campaign_id, post_id, kind, term, place, past",
        [
            (match.campaign_id, post_id, match.kind, match.term, match.place, int(past))
            for post_id, found in matches
            for match in found
        ],
        on_conflict=KEEP if past else "ON CONFLICT DO UPDATE SET past = 0",
    )


def insert_aliases(conn: sqlite3.Connection, platform: str, aliases: Iterable[tuple[int, Iterable[str]]]) -> None:
    """An alias that is taken stays whose it is. A post that changes its guid at every visit gets only so many."""
    wanted = [(post_id, tuple(names)) for post_id, names in aliases]
    counts = dict(
        conn.execute(
            f"SELECT post_id, count(*) FROM {WANTED} CROSS JOIN post_aliases ON post_id = wanted GROUP BY post_id",
            (rows.listed([post_id for post_id, names in wanted if names]),),
        )
    )
    rows.insert(
        conn,
        "post_aliases",
        "platform, alias, post_id",
        [
            (platform, alias, post_id)
            for post_id, names in wanted
            for alias in names[: max(0, MOST_ALIASES - counts.get(post_id, 0))]
        ],
        on_conflict=KEEP,
    )


def clear(conn: sqlite3.Connection, table: str, posts: Pairs) -> None:
    """Take the rows of these posts out of a table of parts, to write them anew."""
    numbers = rows.listed([post_id for post_id, _ in posts])
    conn.execute(f"DELETE FROM {table} WHERE post_id IN (SELECT value FROM json_each(?))", (numbers,))


def _numbers(
    conn: sqlite3.Connection, table: str, columns: str, values: Mapping[str, tuple[str, ...]]
) -> dict[str, int]:
    """The numbers of what stands in a table of things that are there once; what is missing is added."""
    name = columns.partition(",")[0]
    question = f"SELECT {name}, id FROM {WANTED} CROSS JOIN {table} ON {name} = wanted"
    numbers = dict(conn.execute(question, (rows.listed(values),)).fetchall())
    missing = [(value, *others) for value, others in values.items() if value not in numbers]
    if missing:
        rows.insert(conn, table, columns, missing)
        numbers.update(conn.execute(question, (rows.listed([row[0] for row in missing]),)).fetchall())
    return numbers


_AuthorRow = tuple[int, str | None, str | None, str | None, int | None, str | None, int | None, str | None]


def _authors(conn: sqlite3.Connection, keys: Collection[AuthorKey]) -> dict[AuthorKey, _AuthorRow]:
    """Number, handle, name, url, is_bot, organisation, followers and their date, of the authors that are there."""
    found: dict[AuthorKey, _AuthorRow] = {}
    for platform in {platform for platform, _ in keys}:
        for native_id, *values in conn.execute(
            "SELECT native_id, id, handle, name, url, is_bot, organisation_id, followers, followers_at "
            f"FROM {WANTED} CROSS JOIN authors ON platform = ? AND native_id = wanted",
            (rows.listed([native_id for of, native_id in keys if of == platform]), platform),
        ):
            found[platform, native_id] = tuple(values)
    return found


def _update_authors(
    conn: sqlite3.Connection,
    readings: Mapping[AuthorKey, AuthorReading],
    known: Mapping[AuthorKey, _AuthorRow],
    organisations: Mapping[AuthorKey, str],
) -> None:
    """What a reading does not give stays; follower counts change only forward in time."""
    changed = []
    for key, (author, at) in readings.items():
        if key not in known:
            continue
        number, handle, name, url, is_bot, organisation, followers, followers_at = known[key]
        before = (handle, name, url, is_bot, organisation, followers, followers_at)
        if author.followers is not None and author.followers != followers and at >= (followers_at or ""):
            followers, followers_at = author.followers, at
        after = (
            author.handle or handle,
            author.name or name,
            author.url or url,
            is_bot if author.is_bot is None else int(author.is_bot),
            # An account that is renamed stays its organisation's.
            organisations.get(key, organisation),
            followers,
            followers_at,
        )
        if after != before:
            changed.append((*after, number))
    conn.executemany(
        "UPDATE authors SET handle = ?, name = ?, url = ?, is_bot = ?, organisation_id = ?, followers = ?, "
        "followers_at = ? WHERE id = ?",
        changed,
    )


def _organisations(conn: sqlite3.Connection, authors: Sequence[Author]) -> dict[AuthorKey, str]:
    """Whose account each author is, where it is an organisation's."""
    accounts = [
        (author.platform, author.native_id, account_name(author.platform, author.handle))
        for author in authors
        if author.handle
    ]
    by_account = {
        (platform, handle): organisation
        for platform, handle, organisation in conn.execute(
            "SELECT platform, handle, organisation_id FROM organisation_accounts "
            "WHERE handle IN (SELECT value FROM json_each(?))",
            (rows.listed({handle for _, _, handle in accounts}),),
        )
    }
    return {
        (platform, native_id): by_account[platform, handle]
        for platform, native_id, handle in accounts
        if (platform, handle) in by_account
    }
