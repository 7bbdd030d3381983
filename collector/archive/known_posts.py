"""Posts that are in the archive and have come again: what is different is changed, and nothing that is known is lost.

The rules: a different text is a new version and the old one is kept; the date of publication stays what was stated
first; what a source does not say changes nothing; a feed that is not the post's own site changes nothing of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from collector.archive import engagement, identities, parts, placing, raw, rows
from collector.archive.identities import Stored
from collector.archive.new_posts import save_authors
from collector.archive.rows import WANTED
from collector.archive.texts import Hashes
from collector.archive.visit import MISSING_AT_ORIGIN, Item, Visit, observed
from collector.posts import Post

MOST_VERSIONS = 100
MOST_VERSION_CHARACTERS = 5_000_000
"""Of one post. Beyond, an edit overwrites what it replaces, and only the version's number tells of it: a hostile blog
that edits itself at every visit cannot fill the disk."""

_RANK = {"first_seen": 0, "updated": 1, "stated": 2}


class Met(NamedTuple):
    """A stored post, and how it came again."""

    stored: Stored
    item: Item
    fresh: tuple[str, ...]
    """Identities under which it was not known."""

    @property
    def id(self) -> int:
        return self.stored.id

    @property
    def post(self) -> Post:
        return self.item.post


def meet_again(visit: Visit, platform: str, met: Sequence[Met]) -> set[int]:
    """Bring stored posts, all of one platform, up to date, inside the caller's transaction.

    Returns the posts whose place may have changed.
    """
    if not met:
        return set()
    conn = visit.conn
    doubted = identities.mistrusted(conn, visit.source_id, {one.id: one.post.uri for one in met})
    believed = _without_excerpts(conn, [one for one in met if one.id not in doubted])
    _see(visit, met)
    authors = save_authors(visit, [one.item for one in believed])

    edited = [one for one in believed if one.item.hashes.content != one.stored.content_hash]
    older = [one for one in edited if _is_older(one, visit.now)]
    out_of_date = {one.id for one in older}
    newer = [one for one in edited if one.id not in out_of_date]
    changed = _write_words(visit, newer) | _keep_older(visit, older)
    reworded = {one.id for one in newer}
    detailed = [
        one for one in believed if one.item.hashes.details != one.stored.details_hash and one.id not in out_of_date
    ]
    _write_details(conn, detailed, authors)
    rewritten = reworded | {one.id for one in detailed}
    affected = _write_parts(conn, platform, [one for one in believed if one.id in rewritten], reworded)
    affected |= _write_aliases(conn, platform, [one for one in believed if one.fresh])
    dated = _write_dates(
        conn, [one for one in believed if _RANK[one.post.published_from] > _RANK[one.stored.published_from]]
    )
    _write_matches(conn, newer, older)

    counted = engagement.save(
        conn,
        {
            one.id: one.post.engagement
            for one in met
            # A place that knows part of the counts says so itself; one that claims to know them all must be believed.
            if one.post.engagement and (one.id not in doubted or one.post.engagement.scope == "instance_partial")
        },
        {one.id: one.stored.latest for one in met},
    )
    raw.keep_items(visit, [(one.id, one.post) for one in newer])
    shown = _show_again(conn, believed)
    visit.changed += len(changed)
    visit.unchanged += len(met) - len(changed)
    placing.touch_posts(conn, rewritten | changed | counted | shown, visit.now)
    return affected | dated | {one.id for one in edited}


def _without_excerpts(conn: sqlite3.Connection, met: Sequence[Met]) -> list[Met]:
    """The same, where a feed gives only a summary and longer words are there: of the words it says nothing new."""
    short = [one for one in met if one.post.summary_only and one.item.hashes.content != one.stored.content_hash]
    if not short:
        return list(met)
    longer = {
        post_id: (title, text, html)
        for post_id, title, text, html in conn.execute(
            f"SELECT post_id, title, text, html FROM {WANTED} CROSS JOIN post_texts ON post_id = wanted",
            (rows.listed([one.id for one in short]),),
        )
    }
    return [_completed(one, *longer[one.id]) if one.id in longer else one for one in met]


def _completed(one: Met, title: str | None, text: str, html: str | None) -> Met:
    if not one.post.summary_only or len(one.post.text) >= len(text):
        return one
    if (one.post.title or "").split() == (title or "").split():
        return one._replace(item=one.item._replace(hashes=Hashes(one.stored.content_hash, one.stored.details_hash)))
    # A new title is an edit, of the title alone.
    return one._replace(item=one.item._replace(post=replace(one.post, text=text, html=html)))


def _see(visit: Visit, met: Sequence[Met]) -> None:
    numbers = rows.listed([one.id for one in met])
    visit.conn.execute(
        "UPDATE posts SET last_seen_at = ?1 WHERE id IN (SELECT value FROM json_each(?2)) AND last_seen_at < ?1",
        (visit.now, numbers),
    )
    visit.conn.execute(
        "UPDATE sightings SET last_seen_at = ?1 WHERE post_id IN (SELECT value FROM json_each(?2)) "
        "AND source_id = ?3 AND last_seen_at < ?1",
        (visit.now, numbers, visit.source_id),
    )
    seen_here = {
        row[0]
        for row in visit.conn.execute(
            f"SELECT post_id FROM {WANTED} CROSS JOIN sightings ON post_id = wanted AND source_id = ?",
            (numbers, visit.source_id),
        )
    }
    rows.insert(
        visit.conn,
        "sightings",
        "post_id, source_id, first_round_id, first_seen_at, last_seen_at, local_id",
        [
            (one.id, visit.source_id, visit.round_id, visit.now, visit.now, one.post.local_id)
            for one in met
            if one.id not in seen_here
        ],
    )


def _is_older(one: Met, now: str) -> bool:
    """Whether the words that came are from before those that stand."""
    stated, standing = one.post.edited_at, one.stored.edited_at
    if stated and standing and stated != standing:
        return stated < standing
    return observed(one.post, now) < one.stored.content_at


def _write_words(visit: Visit, newer: Sequence[Met]) -> set[int]:
    """New words in place of the old ones, which become a version."""
    if not newer:
        return set()
    replaced = {
        post_id: (title, text)
        for post_id, title, text in visit.conn.execute(
            f"SELECT post_id, title, text FROM {WANTED} CROSS JOIN post_texts ON post_id = wanted",
            (rows.listed([one.id for one in newer]),),
        )
    }
    _keep_versions(visit, [(one.id, one.stored.version, *replaced[one.id], one.stored.content_hash) for one in newer])
    visit.conn.executemany(
        "UPDATE post_texts SET title = ?, text = ?, html = ?, content_warning = ? WHERE post_id = ?",
        [(one.post.title, one.post.text, one.post.html, one.post.content_warning, one.id) for one in newer],
    )
    visit.conn.executemany(
        "UPDATE posts SET version = version + 1, edited_at = ?, content_hash = ?, content_at = ? WHERE id = ?",
        [
            (
                one.post.edited_at or observed(one.post, visit.now),
                one.item.hashes.content,
                observed(one.post, visit.now),
                one.id,
            )
            for one in newer
        ],
    )
    return {one.id for one in newer}


def _keep_older(visit: Visit, older: Sequence[Met]) -> set[int]:
    """Words from before those that stand, and not met so far, become a version. Nothing else changes."""
    added = _keep_versions(
        visit,
        [(one.id, one.stored.version, one.post.title, one.post.text, one.item.hashes.content) for one in older],
    )
    visit.conn.executemany("UPDATE posts SET version = version + 1 WHERE id = ?", [(post_id,) for post_id in added])
    return added


def _keep_versions(visit: Visit, versions: Sequence[tuple[int, int, str | None, str, bytes]]) -> set[int]:
    """Keep versions (post, number, title, text, hash) of which there is none with the same text, as far as there is
    room.

    Returns the posts of those that were kept.
    """
    if not versions:
        return set()
    known = set()
    filled: dict[int, tuple[int, int]] = {}
    for post_id, content_hash, size in visit.conn.execute(
        f"SELECT post_id, content_hash, length(text) FROM {WANTED} CROSS JOIN post_versions ON post_id = wanted",
        (rows.listed([version[0] for version in versions]),),
    ):
        known.add((post_id, content_hash))
        count, characters = filled.get(post_id, (0, 0))
        filled[post_id] = (count + 1, characters + size)
    kept = []
    for post_id, number, title, text, content_hash in versions:
        count, characters = filled.get(post_id, (0, 0))
        fits = count < MOST_VERSIONS and characters + len(text) <= MOST_VERSION_CHARACTERS
        if fits and (post_id, content_hash) not in known:
            kept.append((post_id, number, visit.now, title, text, content_hash))
    rows.insert(visit.conn, "post_versions", "post_id, version, replaced_at, title, text, content_hash", kept)
    return {row[0] for row in kept}


def _write_details(conn: sqlite3.Connection, detailed: Iterable[Met], authors: dict[parts.AuthorKey, int]) -> None:
    """What else stands beside a post. Unknown never overwrites known."""
    conn.executemany(
        "UPDATE posts SET url = coalesce(?, url), author_id = coalesce(?, author_id), language = coalesce(?, "
        "language), "
        "language_from = coalesce(?, language_from), sensitive = coalesce(?, sensitive), "
        "comments_url = coalesce(?, comments_url), details_hash = ? WHERE id = ?",
        [
            (
                one.post.url,
                None if one.post.author is None else authors[one.post.author.platform, one.post.author.native_id],
                one.post.language,
                one.post.language_from if one.post.language else None,
                one.post.sensitive,
                one.post.comments_url,
                one.item.hashes.details,
                one.id,
            )
            for one in detailed
        ],
    )


def _write_parts(
    conn: sqlite3.Connection, platform: str, rewritten: Sequence[Met], reworded: Collection[int]
) -> set[int]:
    """Hashtags, links, media and so on, anew; returns the posts whose relations were joined to others.

    Where the words are the same, an empty list is one that was not given, and changes nothing.
    """
    if not rewritten:
        return set()

    def given(known: bool, one: Met, values: Sequence[object]) -> bool:
        return bool(values) or (known and one.id in reworded)

    tags = [(one.id, one.post) for one in rewritten if given(True, one, one.post.hashtags)]
    parts.clear(conn, "post_hashtags", tags)
    parts.insert_hashtags(conn, tags)
    categories = [(one.id, one.post) for one in rewritten if given(True, one, one.post.categories)]
    parts.clear(conn, "post_categories", categories)
    parts.insert_categories(conn, categories)
    links = [(one.id, one.post) for one in rewritten if given(True, one, one.post.links)]
    parts.clear(conn, "post_links", links)
    parts.insert_links(conn, links)
    media = [(one.id, one.post) for one in rewritten if given(one.post.media_known, one, one.post.media)]
    parts.clear(conn, "media", media)
    parts.insert_media(conn, media)
    conn.executemany(
        "UPDATE posts SET images = ?, images_with_alt = ? WHERE id = ?",
        [(*parts.image_counts(post), post_id) for post_id, post in media],
    )
    related = [(one.id, one.post) for one in rewritten if one.post.relations]
    parts.insert_relations(conn, related)
    return parts.join_relations(conn, platform, [post_id for post_id, _ in related], ())


def _write_matches(conn: sqlite3.Connection, newer: Sequence[Met], older: Sequence[Met]) -> None:
    """What makes them items, anew. What they say no longer is kept as past: a post that was an item stays one."""
    # A summary does not tell what the rest no longer says.
    whole = rows.listed([one.id for one in newer if not one.post.summary_only])
    conn.execute("UPDATE post_matches SET past = 1 WHERE post_id IN (SELECT value FROM json_each(?))", (whole,))
    parts.insert_matches(conn, [(one.id, one.item.matches) for one in newer])
    parts.insert_matches(conn, [(one.id, one.item.matches) for one in older], past=True)


def _write_aliases(conn: sqlite3.Connection, platform: str, renamed: Sequence[Met]) -> set[int]:
    """Other identities of known posts; returns the posts whose relations were joined by those."""
    if not renamed:
        return set()
    parts.insert_aliases(conn, platform, [(one.id, one.fresh) for one in renamed])
    return parts.join_relations(conn, platform, (), {name for one in renamed for name in one.fresh})


def _write_dates(conn: sqlite3.Connection, dated: Sequence[Met]) -> set[int]:
    """A better-founded date of publication takes the place of a guess; a date that was stated never moves."""
    conn.executemany(
        "UPDATE posts SET published_at = ?, published_from = ? WHERE id = ?",
        [(one.post.published_at, one.post.published_from, one.id) for one in dated],
    )
    return {one.id for one in dated}


def _show_again(conn: sqlite3.Connection, met: Iterable[Met]) -> set[int]:
    """Posts that were hidden because they were missing, and are there."""
    shown = {one.id for one in met if one.stored.hidden_reason == MISSING_AT_ORIGIN}
    conn.executemany(
        "UPDATE posts SET hidden_reason = NULL, hidden_at = NULL WHERE id = ?", [(post_id,) for post_id in shown]
    )
    return shown
