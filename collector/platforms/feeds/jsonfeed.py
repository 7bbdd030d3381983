"""JSON Feed 1 and 1.1 (https://www.jsonfeed.org/version/1.1/), which feedparser 6 does not read. Pure.

Like every format it becomes `items.py`'s shapes; anything of the wrong type counts as not given.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from collector.platforms.feeds.items import About, Item, Listed, Markup, Medium, Unreadable, fingerprint
from collector.platforms.feeds.parse import Document, without_email
from collector.platforms.feeds.prepare import text_of

GROUP_ENTRIES = 100
_VERSION = "https://jsonfeed.org/version/"


def read(body: bytes, content_type: str, known: frozenset[bytes] = frozenset()) -> Document | None:
    """A document of JSON Feed; None where it is none."""
    try:
        feed = msgspec.json.decode(text_of(body, content_type).lstrip("\ufeff \t\r\n").encode())
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None
    if not isinstance(feed, dict) or not (_text(feed, "version") or "").startswith(_VERSION):
        return None
    entries = feed.get("items")
    if not isinstance(entries, list):
        return None
    read_entries = [_entry(entry, known) for entry in entries]
    unknown = [
        entry for entry in read_entries if not (isinstance(entry, Item) and entry.listed.known)
    ]  # few enough to be held: the whole document is
    return Document(
        version="json" + (_text(feed, "version") or "")[len(_VERSION) :],
        about=About(
            title=_text(feed, "title") or "",
            site=_text(feed, "home_page_url"),
            language=_text(feed, "language"),
            authors=_authors(feed),
            next_url=_text(feed, "next_url"),
        ),
        listed=tuple(entry.listed for entry in read_entries if isinstance(entry, Item)),
        groups=lambda: (unknown[at : at + GROUP_ENTRIES] for at in range(0, len(unknown), GROUP_ENTRIES)),
    )


def _entry(entry: Any, known: frozenset[bytes]) -> Item | Unreadable:
    raw = msgspec.json.encode(entry, order="sorted")
    hash_ = fingerprint(raw)
    if not isinstance(entry, dict):
        return Unreadable(reason="an entry that is no JSON object", raw=raw, fingerprint=hash_)
    link = _text(entry, "url") or _text(entry, "external_url")
    identity = entry.get("id")
    if isinstance(identity, int | float) and not isinstance(identity, bool):
        identity = str(identity)  # the standard asks readers to take numbers for text
    words = _text(entry, "content_html")
    plain = _text(entry, "content_text")
    summary = _text(entry, "summary")
    content = words or plain or summary
    title = _text(entry, "title")
    return Item(
        listed=Listed(
            guid=identity.strip() or None if isinstance(identity, str) else None,
            guid_is_link=True,
            link=link,
            published=_one(_text(entry, "date_published")),
            updated=_one(_text(entry, "date_modified")),
            fingerprint=hash_,
            known=hash_ in known,
        ),
        raw=raw,
        title=Markup(title, is_html=False) if title else None,
        body=Markup(content, is_html=content == words) if content else None,
        is_summary=not words and not plain,
        language=_text(entry, "language"),
        authors=_authors(entry),
        author_url=_author_url(entry),
        categories=tuple(tag.strip() for tag in _list(entry, "tags") if isinstance(tag, str) and tag.strip()),
        media=tuple(_media(entry)),
    )


def _media(entry: dict[str, Any]) -> list[Medium]:
    kinds: dict[str, Literal["image", "video", "audio"]] = {"image": "image", "video": "video", "audio": "audio"}
    found = []
    if image := _text(entry, "image"):
        found.append(Medium(kind="image", url=image, describable=False))
    for attachment in _list(entry, "attachments"):
        if isinstance(attachment, dict) and (url := _text(attachment, "url")):
            kind = kinds.get((_text(attachment, "mime_type") or "").partition("/")[0])
            if kind:
                found.append(Medium(kind=kind, url=url, describable=False))
    return found


def _people(holder: dict[str, Any]) -> list[dict[str, Any]]:
    """Version 1.1 has a list of authors; version 1 had one."""
    return [one for one in [*_list(holder, "authors"), holder.get("author")] if isinstance(one, dict)]


def _authors(holder: dict[str, Any]) -> tuple[str, ...]:
    names = (without_email(_text(one, "name")) for one in _people(holder))
    return tuple(dict.fromkeys(name for name in names if name))


def _author_url(holder: dict[str, Any]) -> str | None:
    return next((url for one in _people(holder) if (url := _text(one, "url"))), None)


def _text(holder: dict[str, Any], key: str) -> str | None:
    value = holder.get(key)
    return value.strip() or None if isinstance(value, str) else None


def _list(holder: dict[str, Any], key: str) -> list[Any]:
    value = holder.get(key)
    return value if isinstance(value, list) else []


def _one(text: str | None) -> tuple[str, ...]:
    return (text,) if text else ()
