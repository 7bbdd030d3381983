"""From a blog's address to its feed: which addresses are worth asking, the best first. Pure; `asking.py` asks them.

People paste what they see in their browser. A page names its feeds by `<link rel=alternate>`; where it does not, the
usual places of Blogger, WordPress, Ghost, Medium, Substack and static sites are tried.
"""

from __future__ import annotations

import contextlib
import re
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from collector.archive.addresses import canonical
from collector.platforms.feeds.polling import looks_like_html
from collector.platforms.feeds.prepare import text_of

MOST_CANDIDATES = 12
_MOST_HTML = 400_000
_TYPES = {
    "application/atom+xml": 0,
    "application/rss+xml": 0,
    "application/feed+json": 0,
    "application/rdf+xml": 1,
    "application/json": 2,
    "application/xml": 2,
    "text/xml": 2,
}
_NOT_POSTS = re.compile(r"\bcomments?\b|/comments/|kommentar|commentaires", re.IGNORECASE)
_PART = re.compile(r"/(?:category|tag|author|label|topics?|search)/|/-/|[?&](?:cat|tag|author|s)=", re.IGNORECASE)
_USUAL = (
    "feed/",
    "?feed=rss2",
    "feeds/posts/default",
    "rss/",
    "feed",
    "atom.xml",
    "index.xml",
    "feed.xml",
    "rss.xml",
    "feed.json",
)
_BLOGSPOT = re.compile(r"(?:^|\.)(?:blogspot|blogger)\.[a-z.]{2,6}$")
_BLOGGER_FEED = re.compile(r"/feeds/(?:\d+/)?(?:posts|comments|\d+/comments)/(?:default|summary|full)\b")

BLOGGER_PAGE = 25
"""Entries of a Blogger feed when it is polled; older ones are read by more at a time."""


def candidates(page_url: str, body: bytes, content_type: str) -> list[str]:
    """The addresses at which a page's feed may be, in the order in which to try them."""
    found = (
        announced(page_url, text_of(body, content_type)) if looks_like_html(body) or b"<link" in body.lower() else []
    )
    found.extend(usual_places(page_url))
    return list(dict.fromkeys(map(polled, found)))[:MOST_CANDIDATES]


def announced(page_url: str, page: str) -> list[str]:
    """The feeds that a page names, those of all its posts before those of comments or of one category."""
    reader = _Links()
    with contextlib.suppress(AssertionError, ValueError):  # what html.parser raises on some broken declarations
        reader.feed(page[:_MOST_HTML])
    base = _joined(page_url, reader.base) or page_url
    found = []
    for order, (kind, href, title) in enumerate(reader.alternates):
        url = _joined(base, href)
        if url is not None and canonical(url):
            words = f"{title} {urlsplit(url).path}?{urlsplit(url).query}"
            found.append((bool(_NOT_POSTS.search(words)), bool(_PART.search(url)), _TYPES[kind], order, url))
    return [url for *_, url in sorted(found)]


def usual_places(page_url: str) -> list[str]:
    """Where blogs have their feeds, near a page and at the front of its site."""
    parts = urlsplit(page_url)
    root = f"{parts.scheme}://{parts.netloc}/"
    host = (parts.hostname or "").lower()
    path = parts.path.lstrip("/")
    if host in {"medium.com", "www.medium.com"} and path:
        return [f"{root}feed/{path.split('/')[0]}"]
    if _BLOGSPOT.search(host):
        return [f"{root}feeds/posts/default"]
    folder = root + (
        path
        if path.endswith("/") or not path
        else path.rpartition("/")[0] + "/"
        if "." in path.rpartition("/")[2]
        else path + "/"
    )
    near = [urljoin(folder, place) for place in _USUAL]
    if folder == root:
        return near
    return [*near[:2], *(urljoin(root, place) for place in _USUAL)]


def is_blogger(url: str) -> bool:
    """Whether an address is that of a feed of Blogger's."""
    return bool(_BLOGGER_FEED.search(urlsplit(url).path))


def polled(url: str) -> str:
    """A feed's address as it is polled: Blogger's without its redirect to elsewhere, and with a page of a known
    size."""
    if not is_blogger(url):
        return url
    query = [
        (name, value) for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True) if name != "redirect"
    ]
    if not any(name == "max-results" for name, _ in query):
        query.append(("max-results", str(BLOGGER_PAGE)))
    return with_query(url, [*query, ("redirect", "false")])


def with_query(url: str, query: list[tuple[str, str]]) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))


class _Links(HTMLParser):
    """The `<link rel=alternate>` of feeds, and `<base href>`."""

    def __init__(self) -> None:
        super().__init__()
        self.alternates: list[tuple[str, str, str]] = []
        self.base = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"link", "base"} or len(self.alternates) >= 100:
            return
        given = {name: value or "" for name, value in attrs}
        if tag == "base":
            self.base = self.base or given.get("href", "")
            return
        kind = given.get("type", "").partition(";")[0].strip().lower()
        if "alternate" in given.get("rel", "").lower().split() and kind in _TYPES and given.get("href", "").strip():
            self.alternates.append((kind, given["href"].strip(), given.get("title", "")))


def _joined(base: str, address: str) -> str | None:
    try:
        return urljoin(base, address) if address else None
    except ValueError:
        return None
