"""Posts and comments from WordPress's REST API, where a blog's feeds show the newest only. Pure.

A comment feed of WordPress always shows the newest ten and has no older pages; a feed of posts mostly has. The guid and
link of a post, and the number of a comment, are those of the feed, so that both are one.
https://developer.wordpress.org/rest-api/reference/
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import msgspec

from collector.platforms.feeds.items import About, Item, Listed, Markup, Medium, Unreadable, fingerprint
from collector.platforms.feeds.parse import Document, without_email
from collector.posts import Interval, moment, utc

PER_PAGE = 100
MARGIN = timedelta(days=1)
"""Asked for on both sides: versions of WordPress differ in the zone that they take the bounds to be in."""
_API = re.compile(r"""<([^<>]{1,2000})>\s*;\s*rel=["']?https://api\.w\.org/["']?""")
_POST = re.compile(r"""<([^<>]{1,2000}wp/v2/)\w{1,50}/(\d{1,18})>\s*;\s*rel=["']?alternate["']?""")


def is_wordpress(about: About, headers: Mapping[str, str], url: str) -> bool:
    """Whether a feed comes from WordPress: by its generator, its headers, or, where no generator is named, its
    address."""
    if "wordpress" in about.generator.lower() or _API.search(headers.get("link", "")):
        return True
    parts = urlsplit(url)
    return not about.generator and (parts.path.rstrip("/").endswith("/feed") or "feed=" in parts.query)


def api(headers: Mapping[str, str], site: str) -> str:
    """Where the API is, by the Link header, else at its usual place; only on the blog's own host."""
    announced = _API.search(headers.get("link", ""))
    usual = urljoin(site if site.endswith("/") else site + "/", "wp-json/")
    if announced is None:
        return usual
    address = urljoin(site, announced[1])
    return address if urlsplit(address).netloc == urlsplit(site).netloc else usual


def posts_url(api_url: str, wanted: Interval, page: int) -> str:
    """A page of the posts published within an interval, newest first."""
    query = {
        "after": utc(moment(wanted.from_utc) - MARGIN),
        "before": utc(moment(wanted.to_utc) + MARGIN),
        "per_page": str(PER_PAGE),
        "page": str(page),
        "_embed": "1",
    }
    if "rest_route=" in api_url:  # the API's address on sites without readable addresses: ?rest_route=/
        return f"{api_url}wp/v2/posts&{urlencode(query)}"
    return urljoin(api_url, "wp/v2/posts") + f"?{urlencode(query)}"


def comments_url(headers: Mapping[str, str], feed_url: str) -> str | None:
    """The comments on the post whose comment feed came with `headers`; None where these do not say which post it is."""
    announced = _POST.search(headers.get("link", ""))
    if announced is None:
        return None
    address = urljoin(feed_url, announced[1])
    if urlsplit(address).netloc != urlsplit(feed_url).netloc:
        return None
    query = {"post": announced[2], "per_page": str(PER_PAGE), "page": "1"}
    return f"{address}comments{'&' if 'rest_route=' in address else '?'}{urlencode(query)}"


def next_page(url: str, headers: Mapping[str, str]) -> str | None:
    """The page of the API after the one at `url`, which came with `headers`; None where that was the last."""
    number = re.search(r"(?<=[?&]page=)\d{1,8}", url)
    total = pages(headers)
    if number is None or total is None or int(number[0]) >= total:
        return None
    return f"{url[: number.start()]}{int(number[0]) + 1}{url[number.end() :]}"


def pages(headers: Mapping[str, str]) -> int | None:
    """How many pages there are, by X-WP-TotalPages."""
    text = headers.get("x-wp-totalpages", "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def read(body: bytes, known: frozenset[bytes] = frozenset()) -> Document | None:
    """A page of posts; None where it is none."""
    return _read(body, known, _post)


def read_comments(body: bytes, known: frozenset[bytes] = frozenset()) -> Document | None:
    """A page of comments; None where it is none."""
    return _read(body, known, _comment)


def _read(
    body: bytes, known: frozenset[bytes], of: Callable[[Any, bytes, bytes, bool], Item | Unreadable]
) -> Document | None:
    try:
        given = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(given, list):
        return None
    items = []
    for one in given:
        raw = msgspec.json.encode(one, order="sorted")
        hash_ = fingerprint(raw)
        items.append(of(one, raw, hash_, hash_ in known))
    return Document(
        version="wp/v2",
        about=About(),
        listed=tuple(item.listed for item in items if isinstance(item, Item)),
        groups=lambda: iter([[item for item in items if not (isinstance(item, Item) and item.listed.known)]]),
    )


def _post(post: Any, raw: bytes, hash_: bytes, known: bool) -> Item | Unreadable:
    link = _text(post, "link")
    content = _text(post, "content", "rendered")
    excerpt = _text(post, "excerpt", "rendered")
    if not (isinstance(post, dict) and (link or _text(post, "guid", "rendered"))):
        return Unreadable(reason="a post of WordPress's API without an address", raw=raw, fingerprint=hash_)
    title = _text(post, "title", "rendered")
    embedded = post.get("_embedded") if isinstance(post.get("_embedded"), dict) else {}
    authors = [one for one in _list(embedded, "author") if isinstance(one, dict)]
    return Item(
        listed=Listed(
            guid=_text(post, "guid", "rendered"),
            link=link,
            published=_utc(post, "date_gmt"),
            updated=_utc(post, "modified_gmt"),
            fingerprint=hash_,
            known=known,
        ),
        raw=raw,
        title=Markup(title, is_html=True) if title else None,
        body=Markup(content or excerpt or "", is_html=True) if content or excerpt else None,
        is_summary=not content,
        authors=tuple(dict.fromkeys(name for one in authors if (name := without_email(_text(one, "name"))))),
        author_url=next((url for one in authors if (url := _text(one, "link"))), None),
        categories=tuple(_terms(embedded)),
        media=tuple(_featured(embedded)),
    )


def _comment(comment: Any, raw: bytes, hash_: bytes, known: bool) -> Item | Unreadable:
    link = _text(comment, "link")
    if link is None:
        return Unreadable(reason="a comment of WordPress's API without an address", raw=raw, fingerprint=hash_)
    content = _text(comment, "content", "rendered")
    name = without_email(_text(comment, "author_name"))
    return Item(
        listed=Listed(link=link, published=_utc(comment, "date_gmt"), fingerprint=hash_, known=known),
        raw=raw,
        body=Markup(content, is_html=True) if content else None,
        authors=(name,) if name else (),
    )


def _terms(embedded: Any) -> Iterator[str]:
    for taxonomy in _list(embedded, "wp:term"):
        for term in taxonomy if isinstance(taxonomy, list) else ():
            if name := _text(term, "name"):
                yield html.unescape(name)


def _featured(embedded: Any) -> Iterator[Medium]:
    for media in _list(embedded, "wp:featuredmedia"):
        if _text(media, "media_type") == "image" and (url := _text(media, "source_url")):
            # An empty alt_text is WordPress's default: nobody has said that the picture is decoration.
            yield Medium(kind="image", url=url, description=_text(media, "alt_text"))


def _utc(holder: Any, key: str) -> tuple[str, ...]:
    """A date in UTC, which WordPress gives without saying so."""
    date = _text(holder, key)
    return (f"{date}Z",) if date else ()


def _text(holder: Any, *keys: str) -> str | None:
    for key in keys:
        holder = holder.get(key) if isinstance(holder, dict) else None
    return holder.strip() or None if isinstance(holder, str) else None


def _list(holder: Any, key: str) -> list[Any]:
    value = holder.get(key) if isinstance(holder, dict) else None
    return value if isinstance(value, list) else []
