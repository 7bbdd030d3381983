"""Posts that are not in the archive yet, put into its tables. Which ones those are is decided in `saving.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from collector.archive import engagement, parts, raw, rows
from collector.archive.visit import Item, Visit, observed


def add(visit: Visit, platform: str, items: Sequence[Item]) -> set[int]:
    """Add posts, all of one platform, inside the caller's transaction.

    Returns their numbers and those of the posts they are related to: the place of all of these may have changed.
    """
    if not items:
        return set()
    conn = visit.conn
    authors = save_authors(visit, items)
    # A number that a removed post had is never given again, in case something outside still has it.
    used = conn.execute("SELECT seq FROM sqlite_sequence WHERE name = 'posts'").fetchone()
    numbered = list(enumerate(items, start=used[0] + 1 if used else 1))
    posts = [(number, item.post) for number, item in numbered]
    rows.insert(
        conn,
        "posts",
        "id, platform, uri, url, kind, author_id, published_at, published_from, first_seen_at, last_seen_at, "
        "edited_at, "
        "content_hash, content_at, details_hash, language, language_from, sensitive, comments_url, "
        f"{', '.join(engagement.COUNTS)}, engagement_at, engagement_scope, images, images_with_alt",
        [_row(number, item, authors, visit.now) for number, item in numbered],
    )
    rows.insert(
        conn,
        "post_texts",
        "post_id, title, text, html, content_warning",
        [(number, post.title, post.text, post.html, post.content_warning) for number, post in posts],
    )
    parts.insert_hashtags(conn, posts)
    parts.insert_categories(conn, posts)
    parts.insert_links(conn, posts)
    parts.insert_media(conn, posts)
    parts.insert_relations(conn, posts)
    parts.insert_matches(conn, [(number, item.matches) for number, item in numbered])
    parts.insert_aliases(conn, platform, [(number, item.aliases) for number, item in numbered])
    engagement.save_first(conn, [(number, post.engagement) for number, post in posts if post.engagement])
    rows.insert(
        conn,
        "sightings",
        "post_id, source_id, first_round_id, first_seen_at, last_seen_at, local_id",
        [(number, visit.source_id, visit.round_id, visit.now, visit.now, post.local_id) for number, post in posts],
    )
    raw.keep_items(visit, posts)
    visit.new += len(items)
    numbers = {number for number, _ in numbered}
    names = {name for item in items for name in (item.post.uri, *item.aliases)}
    return numbers | parts.join_relations(conn, platform, numbers, names)


def save_authors(visit: Visit, items: Iterable[Item]) -> dict[parts.AuthorKey, int]:
    """The authors of these posts; the number of each."""
    return parts.save_authors(
        visit.conn,
        [
            parts.AuthorReading(item.post.author, observed(item.post, visit.now))
            for item in items
            if item.post.author is not None
        ],
        visit.now,
    )


def _row(number: int, item: Item, authors: Mapping[parts.AuthorKey, int], now: str) -> tuple[Any, ...]:
    post = item.post
    latest = engagement.NOTHING if post.engagement is None else engagement.later(engagement.NOTHING, post.engagement)
    return (
        number,
        post.platform,
        post.uri,
        post.url,
        post.kind,
        None if post.author is None else authors[post.author.platform, post.author.native_id],
        post.published_at,
        post.published_from,
        now,
        now,
        post.edited_at,
        item.hashes.content,
        observed(post, now),
        item.hashes.details,
        post.language,
        post.language_from if post.language else None,
        post.sensitive,
        post.comments_url,
        *latest.counts,
        latest.at,
        latest.scope,
        *parts.image_counts(post),
    )
