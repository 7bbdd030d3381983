"""What a feed and its entries say, in one shape for every format. Pure data; nothing is judged here.

`parse.py`, `jsonfeed.py` and `wordpress.py` make these; `articles.py` makes posts of them.
"""

from __future__ import annotations

import hashlib
import time
from typing import Literal

from msgspec import Struct

READING = b"1"
"""Part of every fingerprint: with another number, every entry is read anew, as it must be when reading has changed."""


def fingerprint(raw: bytes) -> bytes:
    """The 16 bytes by which an entry that has not changed by a byte is recognised."""
    return hashlib.blake2b(raw, digest_size=16, key=READING).digest()


class Markup(Struct, frozen=True):
    """A title or body as it came."""

    value: str
    is_html: bool
    base: str = ""
    """What its relative addresses start from, as far as the feed says (xml:base); itself perhaps relative."""


class Medium(Struct, frozen=True, kw_only=True):
    """An image, video or sound that a feed gives beside the words, not in them."""

    kind: Literal["image", "video", "audio"]
    url: str
    description: str | None = None
    describable: bool = True
    """The format has a place for a text alternative (Media RSS has, an enclosure has not)."""


class Listed(Struct, frozen=True, kw_only=True):
    """An entry as far as it can be seen without reading it: who it is, and when."""

    guid: str | None = None
    guid_is_link: bool = False
    link: str | None = None
    """Absolute, or relative to the feed."""
    published: tuple[str, ...] = ()
    """Dates of publication as written, the best first."""
    updated: tuple[str, ...] = ()
    fingerprint: bytes
    known: bool = False
    """Met before, byte for byte."""


class Item(Struct, frozen=True, kw_only=True):
    """An entry that has been read."""

    listed: Listed
    raw: bytes
    published_parsed: time.struct_time | None = None
    """feedparser's reading, for dates written in ways that `dates.py` does not know."""
    updated_parsed: time.struct_time | None = None
    title: Markup | None = None
    body: Markup | None = None
    is_summary: bool = False
    """The body is called a summary or description, and there is none that is called content."""
    language: str | None = None
    authors: tuple[str, ...] = ()
    author_url: str | None = None
    categories: tuple[str, ...] = ()
    media: tuple[Medium, ...] = ()
    comments: int | None = None
    comments_url: str | None = None


class Unreadable(Struct, frozen=True, kw_only=True):
    """An entry that could not be read, and why."""

    reason: str
    raw: bytes
    fingerprint: bytes


class About(Struct, frozen=True, kw_only=True):
    """What a feed says of itself."""

    title: str = ""
    site: str | None = None
    """The blog's own address."""
    language: str | None = None
    authors: tuple[str, ...] = ()
    """Who wrote the entries that name nobody (Atom)."""
    generator: str = ""
    period_seconds: int | None = None
    """How often it wants to be asked, by ttl or sy:updatePeriod."""
    next_url: str | None = None
    """Where its older entries are: rel=next, next_url."""
    archive_url: str | None = None
    """Where its older entries are: RFC 5005's prev-archive."""
    is_complete: bool = False
    """It says that it lists everything there is (RFC 5005's fh:complete)."""
    total: int | None = None
    """How many entries there are in all, by OpenSearch."""
