"""RSS and Atom by feedparser: the only module that knows it. What of a feed it gets is decided in `scan.py`.

It gets bytes in a BytesIO and nothing else: a string could be an address or a path, which it would open, and so could
bytes. It does not sanitise nor resolve relative links, because `words.py` does both, at a third of the time and from
the words as they came, in which the embeds still are.
"""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import feedparser
from msgspec import Struct
from msgspec.structs import replace

from collector.platforms.feeds.items import About, Item, Listed, Markup, Medium, Unreadable, fingerprint
from collector.platforms.feeds.prepare import mended, prepared
from collector.platforms.feeds.scan import LONGEST_LIST, LONGEST_NAME, Entry, Refused, Scan, count, scan

GROUP_ENTRIES = 100
GROUP_BYTES = 500_000
LONGEST_ILL_FORMED = 1_000_000
"""Bytes. An ill-formed document goes to feedparser whole, which takes up to 10 s a megabyte."""

_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_EMAIL = re.compile(r"\S{1,100}@\S{1,100}")
_LONG_PEOPLE = re.compile(
    rb"(<(?:\w{1,20}:)?(?:author|creator|contributor|publisher|managingEditor|webMaster|owner|name|email)\b[^<>]{0,500}>)[^<]{%d,}"
    % LONGEST_NAME,
    re.IGNORECASE,
)
_LONG_LISTS = re.compile(rb"(<(?:\w{1,20}:)?(?:keywords|tags)\b[^<>]{0,500}>)[^<]{%d,}" % LONGEST_LIST, re.IGNORECASE)
_CATEGORY = re.compile(rb"<(?:\w{1,20}:)?(?:category|keywords|subject)\b", re.IGNORECASE)
_MOST_CATEGORIES = 2_000
_LONG_TAG = re.compile(rb"<[A-Za-z][^<>]{5000,}>")
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}

Group = Iterable[Item | Unreadable]


class Document(Struct, frozen=True, kw_only=True):
    """A feed: what it says of itself, which entries it lists, and the unknown ones, read when they are asked for."""

    version: str
    """As feedparser names it: rss20, atom10, …"""
    about: About
    listed: tuple[Listed, ...]
    """All entries in their order, also those met before."""
    groups: Callable[[], Iterator[Group]]
    """Reads the entries that were not met before, so many at a time."""
    deleted: tuple[str, ...] = ()
    """The guids of entries that the feed says were deleted."""


def read(body: bytes, content_type: str, url: str, known: frozenset[bytes] = frozenset()) -> Document | None:
    """A document of RSS or Atom that came from `url`; None where it is no feed.

    Raises:
        Refused: nested too deeply, with too many attributes or namespaces, or too long without being well-formed.
    """
    document = prepared(body, content_type)
    found = scan(document, known)
    if found is None or not found.entries:
        document = mended(document)
        found = scan(document, known)
    if found is None or not found.entries:
        return _whole(document if found is None else found.document, known)
    # Without a location, an entry's xml:base would stay in force for the entries after it; with one, feedparser
    # resolves addresses at every element, which takes a fifth of its time.
    location = url if b"base=" in found.document else ""
    batches, faulty = _batches(found)
    newest = batches[0] if batches else []
    parsed = _tried(found.only(newest), location)
    if parsed is None or len(parsed.entries) != len(newest):
        parsed, newest = _tried(found.only(()), location), []
        if parsed is None:
            return None
        if parsed.entries:  # what feedparser takes for an entry is not what the scan takes for one
            return _whole(found.document, known)

    def groups() -> Iterator[Group]:
        for batch in batches:
            yield _group(found, batch, location, parsed.entries if batch is newest else None)
        if faulty:
            yield faulty

    return Document(
        version=parsed.version,
        about=_about(parsed),
        listed=tuple(entry.listed for entry in found.entries),
        groups=groups,
        deleted=tuple(set(found.deleted) - {entry.listed.guid for entry in found.entries}),
    )


def _feedparser(document: bytes, location: str = "") -> Any:
    return feedparser.parse(
        io.BytesIO(document),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": location},
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _tried(document: bytes, location: str = "") -> Any | None:
    """What feedparser makes of a document; None where it stumbles over it."""
    try:
        return _feedparser(document, location)
    except Exception:  # whatever its code meets in what somebody may have made for that
        return None


# It fills a table of its class with the first feed it parses; another thread could meet it half filled.
_feedparser(b"<rss/>")


def _batches(found: Scan) -> tuple[list[list[Entry]], list[Unreadable]]:
    """The unknown entries, so many together as feedparser gets at a time; and those that it does not get at all."""
    batches: list[list[Entry]] = []
    size = 0
    faulty = []
    for entry in found.entries:
        if entry.listed.known:
            continue
        if entry.fault:
            faulty.append(_unreadable(entry.fault, found.raw(entry)))
            continue
        length = entry.end - entry.start
        if not batches or len(batches[-1]) >= GROUP_ENTRIES or size + length > GROUP_BYTES:
            batches.append([])
            size = 0
        batches[-1].append(entry)
        size += length
    return batches, faulty


def _group(found: Scan, entries: list[Entry], location: str, parsed: Any | None = None) -> list[Item | Unreadable]:
    """The items of some entries; where feedparser stumbles over them together, of each by itself."""
    try:
        parsed = _feedparser(found.only(entries), location).entries if parsed is None else parsed
        if len(parsed) == len(entries):
            return [_scanned_item(found, entry, one, location) for entry, one in zip(entries, parsed, strict=True)]
    except Exception as error:  # whatever its code meets in a hostile entry
        if len(entries) == 1:
            return [_unreadable(f"feedparser stumbles over it ({type(error).__name__})", found.raw(entries[0]))]
    if len(entries) > 1:
        return [item for entry in entries for item in _group(found, [entry], location)]
    if not parsed:
        return [_unreadable("feedparser finds no entry in it", found.raw(entries[0]))]
    # An entry with others inside it: each is one, as feedparser sees it.
    return [_bare_item(one) for one in parsed]


def _whole(document: bytes, known: frozenset[bytes]) -> Document | None:
    """A document that could not be cut into entries, read whole. Its location is not said, so that guids stay as they
    are."""
    if len(document) > LONGEST_ILL_FORMED:
        raise Refused(f"is not well-formed, and with {len(document):,} bytes too long to be read all the same")
    document = _LONG_LISTS.sub(rb"\1", _LONG_PEOPLE.sub(rb"\1", document))
    document = _LONG_TAG.sub(b"", document)
    if len(_CATEGORY.findall(document)) > _MOST_CATEGORIES:
        document = _CATEGORY.sub(b"<uncounted", document)
    parsed = _tried(document)
    if parsed is None or not (parsed.version or parsed.entries):
        return None
    read_items: list[Item | Unreadable] = []
    listed = []
    for one in parsed.entries:
        try:
            item = _bare_item(one)
        except Exception as error:
            read_items.append(_unreadable(f"feedparser stumbles over it ({type(error).__name__})", _as_raw(one)))
            continue
        item = replace(item, listed=replace(item.listed, known=item.listed.fingerprint in known))
        listed.append(item.listed)
        if not item.listed.known:
            read_items.append(item)
    return Document(
        version=parsed.version,
        about=_about(parsed),
        listed=tuple(listed),
        groups=lambda: iter([read_items] if read_items else []),
    )


def _unreadable(reason: str, raw: bytes) -> Unreadable:
    return Unreadable(reason=reason, raw=raw, fingerprint=fingerprint(raw))


# From feedparser's dictionaries. Its `get` falls back from one key to another (updated → published), so that a plain
# dict's is used where the difference matters.


def _scanned_item(found: Scan, entry: Entry, parsed: Any, location: str) -> Item:
    item = _item(parsed, entry.listed, found.raw(entry), location)
    media = list(entry.media)
    body = item.body
    if entry.description:
        images = [number for number, medium in enumerate(media) if medium.kind == "image"]
        if len(images) == 1 and media[images[0]].description is None:
            media[images[0]] = replace(media[images[0]], description=entry.description)
        elif body is None:
            body = Markup(entry.description, is_html=False)
    return replace(
        item,
        body=body,
        is_summary=not entry.has_content,
        media=(*media, *item.media),
        comments=entry.comments,
        comments_url=entry.comments_url,
    )


def _bare_item(parsed: Any) -> Item:
    """An entry of a document that was read whole: all that is known of it is what feedparser says."""
    raw = _as_raw(parsed)
    replies = [link for link in parsed.get("links", ()) if link.get("rel") == "replies"]
    listed = Listed(
        guid=_text(dict.get(parsed, "id")),
        guid_is_link=True,
        link=_text(parsed.get("feedburner_origlink") or parsed.get("link")),
        published=_texts(dict.get(parsed, "published"), dict.get(parsed, "created")),
        updated=_texts(dict.get(parsed, "updated")),
        fingerprint=fingerprint(raw),
    )
    item = _item(parsed, listed, raw)
    counts = [parsed.get("thr_total"), parsed.get("slash_comments"), *(link.get("thr:count") for link in replies)]
    return replace(
        item,
        is_summary="content" not in parsed,
        comments=count(next((text for text in counts if isinstance(text, str)), None)),
        comments_url=_text(parsed.get("wfw_commentrss") or next((link.get("href") for link in replies), None)),
    )


def _item(parsed: Any, listed: Listed, raw: bytes, location: str = "") -> Item:
    body = _body(parsed)
    return Item(
        listed=listed,
        raw=raw,
        published_parsed=_struct(dict.get(parsed, "published_parsed") or dict.get(parsed, "created_parsed")),
        updated_parsed=_struct(dict.get(parsed, "updated_parsed")),
        title=_markup(parsed.get("title_detail"), location),
        body=_markup(body, location),
        language=_text((body or {}).get("language")) or _text(parsed.get("dc_language")),
        authors=_authors(parsed),
        author_url=_text((parsed.get("author_detail") or {}).get("href")),
        categories=tuple(_categories(parsed.get("tags", ()))),
        media=tuple(_enclosures(parsed.get("links", ()))),
    )


def _body(parsed: Any) -> Any:
    """Of several bodies the longest in HTML, else the longest as text, else the summary."""
    readable = [one for one in parsed.get("content", ()) if one.get("value") and _readable(one)]
    if readable:
        return max(readable, key=lambda one: (one.get("type") in _HTML_TYPES, len(one["value"])))
    detail = parsed.get("summary_detail")
    if detail is not None and _readable(detail):
        return detail
    return {"value": parsed.get("summary"), "type": "text/html"} if parsed.get("summary") and not detail else None


def _readable(detail: Any) -> bool:
    kind = str(detail.get("type", ""))
    return kind in _HTML_TYPES or kind.startswith("text/") or not kind


def _markup(detail: Any, location: str) -> Markup | None:
    """A title or body. Where its base is no more than the feed's own address, the entry has not given one."""
    value = None if detail is None else detail.get("value")
    if not isinstance(value, str) or not value.strip():
        return None
    base = _text(detail.get("base")) or ""
    return Markup(value, detail.get("type", "text/html") in _HTML_TYPES, "" if base == location else base)


def _authors(parsed: Any) -> tuple[str, ...]:
    names = [one.get("name") for one in parsed.get("authors", ())] or [dict.get(parsed, "author")]
    return tuple(dict.fromkeys(name for name in map(without_email, names) if name))


def without_email(name: Any) -> str:
    """A name without the mail address beside it; empty where there is only one of those."""
    if not isinstance(name, str):
        return ""
    return " ".join(_EMAIL.sub(" ", name[:LONGEST_NAME]).split()).strip("()<>,; ")


def _categories(tags: Any) -> Iterator[str]:
    for tag in tags:
        # Blogger says of every entry that it is a post.
        if not str(tag.get("scheme") or "").endswith("#kind") and (name := _text(tag.get("label") or tag.get("term"))):
            yield name


def _enclosures(links: Any) -> Iterator[Medium]:
    kinds: dict[str, Literal["image", "video", "audio"]] = {"image": "image", "video": "video", "audio": "audio"}
    for link in links:
        kind = kinds.get(str(link.get("type", "")).partition("/")[0])
        if link.get("rel") == "enclosure" and kind and (url := _text(link.get("href"))):
            yield Medium(kind=kind, url=url, describable=False)


def _about(parsed: Any) -> About:
    feed = parsed.feed
    links = feed.get("links", ())

    def link(rel: str) -> str | None:
        return next((_text(one.get("href")) for one in links if one.get("rel") == rel and one.get("href")), None)

    return About(
        title=_text(feed.get("title")) or "",
        site=_text(feed.get("link")),
        language=_text(feed.get("language")),
        authors=_authors(feed) if parsed.version.startswith("atom") else (),
        generator=_text(
            " ".join(filter(None, [feed.get("generator"), (feed.get("generator_detail") or {}).get("href")]))
        )
        or "",
        period_seconds=_period(feed),
        next_url=link("next"),
        archive_url=link("prev-archive"),
        is_complete="fh_complete" in feed,
        total=count(_text(feed.get("opensearch_totalresults"))),
    )


def _period(feed: Any) -> int | None:
    """What the feed says of how often it changes: the longest of what it says in two ways."""
    waits = []
    ttl = count(_text(feed.get("ttl")))
    if ttl:
        waits.append(ttl * 60)
    period = _PERIODS.get((_text(feed.get("sy_updateperiod")) or "").lower())
    if period:
        waits.append(period // max(1, count(_text(feed.get("sy_updatefrequency"))) or 1))
    return max(waits, default=None)


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _texts(*values: Any) -> tuple[str, ...]:
    return tuple(text for text in map(_text, values) if text)


def _struct(value: Any) -> time.struct_time | None:
    return value if isinstance(value, time.struct_time) else None


def _as_raw(parsed: Any) -> bytes:
    return json.dumps(parsed, default=str, ensure_ascii=False).encode("utf-8", "replace")
