"""What a platform gives, in one vocabulary: posts, authors, counts, links, media.

Every platform module turns its own payloads into these frozen values; the archive saves them and knows no platform.
Pure data lives here: no requests, no SQL, no decisions about campaigns (`matching.py`) or rounds (`rounds.py`).

Conventions, the same everywhere in the project:

* a **time** is text in UTC, `YYYY-MM-DDTHH:MM:SSZ` (`utc` makes it, `moment` reads it), so that times sort as text;
* `None` means *unknown* or *not given by this platform*. It is never written as 0, "" or False.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct

Kind = Literal["post", "article", "comment", "video"]
DateFrom = Literal["stated", "updated", "first_seen"]
LanguageFrom = Literal["declared", "detected"]
HashtagOrigin = Literal["entity", "facet", "hidden_tag", "category", "text"]
AltState = Literal["present", "empty", "absent", "not_offered"]
RelationKind = Literal["reply_to", "quote_of", "repost_of", "comment_on"]


def utc(when: datetime) -> str:
    """An aware datetime as the archive writes it, in whole seconds of UTC."""
    if when.tzinfo is None:
        raise ValueError(f"{when!r} has no time zone, so its moment is unknown")
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """The aware datetime that `utc` wrote. Raises ValueError for text in any other form."""
    if len(text) != 20 or text[-1] != "Z":
        raise ValueError(f"{text!r} is not a time as the archive writes it")
    return datetime.fromisoformat(text)  # twenty times quicker than strptime


class Author(Struct, frozen=True, kw_only=True):
    """Who published it: an account, or for a blog the byline it gives, else the blog itself."""

    platform: str
    native_id: str
    """The platform's own stable id. Blogs have none: `HOST` for the blog itself, `HOST/folded byline` for a byline."""
    handle: str | None = None
    """As people write it, without @. For blogs the host name, by which an organisation's blog is recognised."""
    name: str | None = None
    url: str | None = None
    is_bot: bool | None = None
    followers: int | None = None


class Hashtag(Struct, frozen=True, kw_only=True):
    as_written: str
    """Without the #, the capitals kept: CamelCase is what lets a screen reader say the words."""
    origin: HashtagOrigin


class Link(Struct, frozen=True, kw_only=True):
    as_given: str
    expanded: str | None = None
    """Only where the platform itself says where a short link leads. No request is ever made to find out."""


class Media(Struct, frozen=True, kw_only=True):
    kind: Literal["image", "video", "audio", "embed"]
    url: str
    alt: str | None
    alt_state: AltState


class Relation(Struct, frozen=True, kw_only=True):
    kind: RelationKind
    uri: str
    """The other post's URI on the same platform; it need not be in the archive."""


class Engagement(Struct, frozen=True, kw_only=True):
    """Counts as one place showed them at one moment. None: this platform, or this page, does not say."""

    observed_at: str
    observed_via: str
    """The host that gave the counts: on Mastodon only the post's own server knows them all."""
    scope: Literal["global", "instance_partial", "version"] = "global"
    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    quotes: int | None = None
    bookmarks: int | None = None
    views: int | None = None
    comments: int | None = None
    shares: int | None = None


class Post(Struct, frozen=True, kw_only=True):
    """One thing somebody published: a post, a blog article, a video, or a comment on one."""

    platform: str
    uri: str
    """Stable identity, unique within the platform; also what exports and pages link to when there is no `url`."""
    url: str | None = None
    aliases: tuple[str, ...] = ()
    """Other identities by which this same post was or may be known (a feed's guid, an old address)."""
    kind: Kind = "post"
    author: Author | None = None
    title: str | None = None
    text: str = ""
    html: str | None = None
    """Sanitised. Whatever shows it may put it into a page as it is."""
    language: str | None = None
    language_from: LanguageFrom | None = None
    published_at: str
    published_from: DateFrom = "stated"
    edited_at: str | None = None
    categories: tuple[str, ...] = ()
    """A blog's categories and labels as written; they also count as hashtags where they can be one."""
    hashtags: tuple[Hashtag, ...] = ()
    links: tuple[Link, ...] = ()
    media: tuple[Media, ...] = ()
    media_known: bool = True
    """False: whatever gave this post says nothing of its media, so that none is unknown and not zero."""
    relations: tuple[Relation, ...] = ()
    engagement: Engagement | None = None
    comments_url: str | None = None
    """The feed of its comments, where it has one."""
    summary_only: bool = False
    """The blog's feed gives no more than the beginning; `collector.platforms.feeds.complete` gets the rest."""
    sensitive: bool | None = None
    content_warning: str | None = None
    fingerprint: bytes | None = None
    """Hash of the raw item, so that an item met again unchanged need not be read again (feeds)."""
    local_id: str | None = None
    """The id it has where it was seen, which on Mastodon differs from server to server."""
    raw: bytes | None = None
    """The item as it came, for the raw table (30 days)."""


class Unread(Struct, frozen=True, kw_only=True):
    """An item that could not be understood: kept, counted, and the rest goes on."""

    reason: str
    raw: bytes
    fingerprint: bytes | None = None


class Interval(Struct, frozen=True, order=True):
    """Half-open [from_utc, to_utc), in publication time."""

    from_utc: str
    to_utc: str
