"""Words on their way into the archive: made safe to store, cut to a bounded size, and hashed to notice edits. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from collector import matching
from collector.archive.addresses import canonical, without_tracking
from collector.archive.engagement import counts_of
from collector.posts import Author, Engagement, Hashtag, Link, Media, Post, Relation

# A row stays well under the 5 MB that visitors' SQL may hold, so that no post can make a whole table unreadable.
MOST_TITLE = 2_000
MOST_TEXT = 250_000
MOST_HTML = 600_000
MOST_NAME = 500
MOST_ADDRESS = 4_000
MOST_HASHTAGS = 200
MOST_CATEGORIES = 200
MOST_LINKS = 500
MOST_MEDIA = 500
MOST_ALIASES = 20
MOST_RELATIONS = 50
MOST_NAMES = 60
"""Names, addresses and tags of a post of which no list can be too long."""
CUT = " […]"
HIGHEST = 2**63 - 1

fold_hashtag = lru_cache(maxsize=4096)(matching.fold_hashtag)


def text(value: str, most: int) -> str:
    """Storable: no NUL, no half of a surrogate pair, at most so many characters; what was cut ends with […]."""
    if "\0" in value:
        value = value.replace("\0", "")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            # Pairs of halves become the character that they mean, single ones a replacement character.
            value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value if len(value) <= most else value[: most - len(CUT)] + CUT


def identity(value: str) -> str:
    """The same, for what tells one thing from another: two that are too long and begin alike stay two."""
    stored = text(value, len(value))
    if len(stored) <= MOST_ADDRESS:
        return stored
    return f"{stored[:200]}{CUT} {hashlib.blake2b(stored.encode(), digest_size=16).hexdigest()}"


def optional(value: str | None, most: int) -> str | None:
    return None if value is None else text(value, most)


def count(value: int | None) -> int | None:
    """A count that can be one; anything else is unknown."""
    return value if value is not None and 0 <= value <= HIGHEST else None


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def storable(post: Post) -> Post:
    """The same post with every text storable and every list bounded.

    Raises ValueError where a time is not written as times are here: such a row could neither be sorted nor placed.
    """
    counts = post.engagement
    if _is_storable(post):
        return post
    for when in (post.published_at, post.edited_at, counts.observed_at if counts else None):
        if when is not None and not _MOMENT.fullmatch(when):
            raise ValueError(f"{when[:40]!r} is not a time in UTC")
    return Post(
        platform=text(post.platform, MOST_NAME),
        uri=identity(post.uri),
        url=optional(post.url, MOST_ADDRESS),
        aliases=tuple(dict.fromkeys(identity(alias) for alias in post.aliases[:MOST_ALIASES] if alias)),
        kind=post.kind,
        author=None if post.author is None else _author(post.author),
        title=optional(post.title, MOST_TITLE),
        text=text(post.text, MOST_TEXT),
        # Cut HTML would be broken HTML; the text is there.
        html=None if post.html is None or len(post.html) > MOST_HTML else text(post.html, MOST_HTML),
        language=optional(post.language, 50),
        language_from=post.language_from,
        published_at=post.published_at,
        published_from=post.published_from,
        edited_at=post.edited_at,
        categories=tuple(text(category, MOST_NAME) for category in post.categories[:MOST_CATEGORIES]),
        hashtags=tuple(_hashtag(tag) for tag in post.hashtags[:MOST_HASHTAGS]),
        links=tuple(_link(link) for link in post.links[:MOST_LINKS]),
        media=tuple(_media(medium) for medium in post.media[:MOST_MEDIA]),
        media_known=post.media_known,
        relations=tuple(
            Relation(kind=relation.kind, uri=identity(relation.uri)) for relation in post.relations[:MOST_RELATIONS]
        ),
        engagement=None if post.engagement is None else _engagement(post.engagement),
        comments_url=optional(post.comments_url, MOST_ADDRESS),
        summary_only=post.summary_only,
        sensitive=post.sensitive,
        content_warning=optional(post.content_warning, MOST_TITLE),
        fingerprint=post.fingerprint,
        local_id=optional(post.local_id, MOST_NAME),
        raw=post.raw,
    )


def _is_storable(post: Post) -> bool:
    """The quick look at nearly every post: nothing long, nothing odd, well-formed times."""
    counts = post.engagement
    names: list[str | None] = [
        post.platform,
        post.uri,
        post.url,
        post.language,
        post.content_warning,
        post.local_id,
        post.comments_url,
        *post.aliases,
        *post.categories,
    ]
    author = post.author
    if author is not None:
        names += (author.platform, author.native_id, author.handle, author.name, author.url)
    for tag in post.hashtags:
        names.append(tag.as_written)
    for link in post.links:
        names += (link.as_given, link.expanded)
    for medium in post.media:
        names += (medium.url, medium.alt)
    for relation in post.relations:
        names.append(relation.uri)
    if counts is not None:
        names.append(counts.observed_via)
    given = [name for name in names if name]
    words = "".join((post.title or "", post.text, post.html or ""))
    together = "".join(given)
    if (
        len(names) > MOST_NAMES
        or len(post.aliases) > MOST_ALIASES
        or "" in post.aliases
        or max(map(len, given)) > MOST_NAME
        or len(post.title or "") > MOST_TITLE
        or len(words) > MOST_TEXT
        or "\0" in words
        or "\0" in together
        or not _MOMENT.fullmatch(post.published_at)
        or (post.edited_at is not None and not _MOMENT.fullmatch(post.edited_at))
    ):
        return False
    if counts is not None:
        if not _MOMENT.fullmatch(counts.observed_at):
            return False
        for number in counts_of(counts):
            if number is not None and not 0 <= number <= HIGHEST:
                return False
    try:
        (words + together).encode()
    except UnicodeEncodeError:
        return False
    return author is None or author.followers is None or 0 <= author.followers <= HIGHEST


class Hashes(Struct, frozen=True):
    """What a post is compared by when it comes again."""

    content: bytes
    """Title, words, hashtags, categories and content warning. White space, tracking parameters and markup play no part:
    they change without anybody having edited anything."""
    details: bytes
    """What else is stored of it."""


def hashes(post: Post) -> Hashes:
    """16 bytes each."""
    tags = sorted({fold_hashtag(tag.as_written) for tag in post.hashtags})
    content = (
        _folded(post.title),
        _folded(post.text),
        *tags,
        "categories",
        *sorted({_folded(category) for category in post.categories}),
        "warning",
        _folded(post.content_warning),
    )
    author = post.author
    details = (
        post.url,
        author.native_id if author else None,
        post.language,
        post.language_from,
        None if post.sensitive is None else str(post.sensitive),
        post.comments_url,
        *(f"{tag.origin} {tag.as_written}" for tag in post.hashtags),
        "links",
        *(canonical(link.expanded or link.as_given) for link in post.links),
        "media",
        # Not where it lies: on Mastodon every server keeps its own copy, and many sites sign such addresses anew.
        *(f"{medium.kind} {medium.alt_state} {medium.alt}" for medium in post.media),
        "relations",
        *(f"{relation.kind} {relation.uri}" for relation in post.relations),
    )
    return Hashes(_hash(content), _hash(details))


def _folded(value: str | None) -> str:
    return " ".join(without_tracking(value).split()) if value else ""


def _hash(parts: Iterable[str | None]) -> bytes:
    joined = "\x1e".join(["\x1f" if part is None else part for part in parts])
    return hashlib.blake2b(joined.encode(), digest_size=16).digest()


def _author(author: Author) -> Author:
    return Author(
        platform=text(author.platform, MOST_NAME),
        native_id=identity(author.native_id),
        handle=optional(author.handle, MOST_NAME),
        name=optional(author.name, MOST_NAME),
        url=optional(author.url, MOST_ADDRESS),
        is_bot=author.is_bot,
        followers=count(author.followers),
    )


def _hashtag(tag: Hashtag) -> Hashtag:
    return Hashtag(as_written=text(tag.as_written, MOST_NAME), origin=tag.origin)


def _link(link: Link) -> Link:
    return Link(as_given=text(link.as_given, MOST_ADDRESS), expanded=optional(link.expanded, MOST_ADDRESS))


def _media(medium: Media) -> Media:
    return Media(
        kind=medium.kind,
        url=text(medium.url, MOST_ADDRESS),
        alt=optional(medium.alt, 20_000),
        alt_state=medium.alt_state,
    )


def _engagement(counts: Engagement) -> Engagement:
    return Engagement(
        observed_at=counts.observed_at,
        observed_via=text(counts.observed_via, MOST_NAME),
        scope=counts.scope,
        likes=count(counts.likes),
        reposts=count(counts.reposts),
        replies=count(counts.replies),
        quotes=count(counts.quotes),
        bookmarks=count(counts.bookmarks),
        views=count(counts.views),
        comments=count(counts.comments),
        shares=count(counts.shares),
    )
