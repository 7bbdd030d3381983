"""Which stored post a post that arrives is, and whether its source may say anything about it. Changes nothing.

A post is the same when its URI is, or when one is an alias of the other and something else agrees as well: the title,
the date or the words. Without that, feeds that give every entry one guid would make one post of all of them, and a
hostile feed could take over an address that a post of somebody else is going to have.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from collector.archive import rows
from collector.archive.addresses import host
from collector.archive.engagement import COUNTS, Latest
from collector.archive.rows import WANTED
from collector.archive.texts import Hashes
from collector.posts import Post


class Stored(NamedTuple):
    """What the archive has of a post, as far as saving needs it."""

    id: int
    uri: str
    kind: str
    author_id: int | None
    published_at: str
    published_from: str
    edited_at: str | None
    version: int
    content_hash: bytes
    content_at: str
    details_hash: bytes
    hidden_reason: str | None
    latest: Latest


class Found(NamedTuple):
    """The answer for one post."""

    stored: Stored | None
    fresh: tuple[str, ...]
    """Those of its identities that no stored post has."""
    collision: bool
    """It bears identities of more than one stored post, or one that does not agree with it in anything else."""


def unambiguous(posts: Sequence[Post]) -> list[tuple[str, ...]]:
    """Each post's aliases, without those that posts of different URIs on the same page share: they identify nothing."""
    claims: Counter[tuple[str, str]] = Counter()
    for platform, uri, alias in {(post.platform, post.uri, alias) for post in posts for alias in post.aliases}:
        if alias != uri:
            claims[platform, alias] += 1
    return [
        tuple(alias for alias in post.aliases if alias != post.uri and claims[post.platform, alias] == 1)
        for post in posts
    ]


def find(
    conn: sqlite3.Connection,
    platform: str,
    posts: Sequence[Post],
    aliases: Sequence[tuple[str, ...]],
    hashes: Sequence[Hashes],
) -> list[Found]:
    """The stored post that each of `posts`, all of one platform, is."""
    names = {post.uri for post in posts}.union(*aliases)
    by_uri, by_alias = named(conn, platform, names)
    stored = _stored(conn, {*by_uri.values(), *by_alias.values()})
    titles: dict[int, str | None] = {}
    answers = []
    for post, others, compared in zip(posts, aliases, hashes, strict=True):
        direct = by_uri.get(post.uri)
        candidates = [
            by_alias.get(post.uri),
            *(name for alias in others for name in (by_uri.get(alias), by_alias.get(alias))),
        ]
        ids = [post_id for post_id in dict.fromkeys(candidates) if post_id is not None]
        fresh = tuple(name for name in (post.uri, *others) if name not in by_uri and name not in by_alias)
        if direct is not None:
            answers.append(Found(stored[direct], fresh, any(post_id != direct for post_id in ids)))
            continue
        if ids and not titles:
            titles = _titles(conn, stored)
        agreeing = [post_id for post_id in ids if _agrees(stored[post_id], titles.get(post_id), post, compared)]
        answers.append(
            Found(stored[agreeing[0]] if agreeing else None, fresh, len(ids) > 1 or len(agreeing) < len(ids))
        )
    return answers


def named(conn: sqlite3.Connection, platform: str, names: Collection[str]) -> tuple[dict[str, int], dict[str, int]]:
    """The ids of the posts whose URI is one of `names`, and of those that have one as an alias."""
    wanted = rows.listed(names)
    by_uri = dict(
        conn.execute(
            f"SELECT uri, id FROM {WANTED} CROSS JOIN posts ON platform = ? AND uri = wanted",
            (wanted, platform),
        )
    )
    by_alias = dict(
        conn.execute(
            f"SELECT alias, post_id FROM {WANTED} CROSS JOIN post_aliases ON platform = ? AND alias = wanted",
            (wanted, platform),
        )
    )
    return by_uri, by_alias


def mistrusted(conn: sqlite3.Connection, source_id: int, uris: Mapping[int, str]) -> set[int]:
    """Of stored posts (their numbers and URIs) that a source shows, those about which it is not believed.

    A feed can hold entries that link anywhere. The site a post is published on may change what the archive has of it;
    else the source that showed it first, unless the site itself has shown it since. Searches and files are believed.
    """
    locator = conn.execute("SELECT locator FROM sources WHERE id = ?", (source_id,)).fetchone()[0]
    source_host = host(locator)
    if source_host is None:
        return set()
    homes = {post_id: host(uri) for post_id, uri in uris.items()}
    foreign = {post_id for post_id, home in homes.items() if home is not None and home != source_host}
    if not foreign:
        return set()
    showed: dict[int, list[tuple[int, str | None]]] = {post_id: [] for post_id in foreign}
    for post_id, shower, address in conn.execute(
        f"SELECT post_id, source_id, locator FROM {WANTED} CROSS JOIN sightings ON post_id = wanted "
        "CROSS JOIN sources ON sources.id = source_id ORDER BY post_id, first_seen_at, first_round_id, source_id",
        (rows.listed(foreign),),
    ):
        showed[post_id].append((shower, host(address)))
    return {
        post_id
        for post_id, sources in showed.items()
        if sources and (any(home == homes[post_id] for _, home in sources) or sources[0][0] != source_id)
    }


def _stored(conn: sqlite3.Connection, post_ids: Iterable[int]) -> dict[int, Stored]:
    return {
        row[0]: Stored._make((*row[:12], Latest(tuple(row[12:20]), row[20], row[21])))
        for row in conn.execute(
            "SELECT id, uri, kind, author_id, published_at, published_from, edited_at, version, content_hash, "
            f"content_at, details_hash, hidden_reason, {', '.join(COUNTS)}, engagement_at, engagement_scope "
            f"FROM {WANTED} CROSS JOIN posts ON id = wanted",
            (rows.listed(post_ids),),
        )
    }


def _titles(conn: sqlite3.Connection, post_ids: Iterable[int]) -> dict[int, str | None]:
    return dict(
        conn.execute(
            f"SELECT post_id, title FROM {WANTED} CROSS JOIN post_texts ON post_id = wanted",
            (rows.listed(post_ids),),
        )
    )


def _agrees(stored: Stored, title: str | None, post: Post, compared: Hashes) -> bool:
    return (
        (post.published_at == stored.published_at and post.published_from != "first_seen")
        or compared.content == stored.content_hash
        or bool(title and post.title and title.split() == post.title.split())
    )
