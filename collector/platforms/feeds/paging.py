"""Where a feed's older entries are: the address of the page after a page, by the feed's own links or its software's
ways. Pure; everything is told from the page and its address, so that going on in a later round needs no more than an
address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

from collector.platforms.feeds import wordpress
from collector.platforms.feeds.discovery import BLOGGER_PAGE, is_blogger, with_query
from collector.platforms.feeds.identity import canonical_link
from collector.platforms.feeds.parse import Document
from collector.platforms.feeds.scan import urljoin_or_empty

BLOGGER_OLDER = 100
"""Entries of a page of older ones. Blogger gives fewer where it wants to; the next page starts after what came."""

Way = Literal["blogger", "link", "wordpress", "archive"]


class Step(Struct, frozen=True):
    """The next page; without an address there is none, because this was the last."""

    way: Way
    url: str


def following(url: str, page: Document, headers: Mapping[str, str], way: Way | None = None) -> Step | None:
    """The page of older entries after the one at `url`; None where the feed offers no such thing.

    `way` is how that page was reached itself, None for a feed's newest page.
    """
    about = page.about
    if way in {None, "blogger"} and is_blogger(url):
        start = _number(url, "start-index") + len(page.listed)
        if not page.listed or (about.total is not None and start > about.total):
            return Step("blogger", "")
        size = BLOGGER_OLDER if way is None else _number(url, "max-results")
        return Step("blogger", _with(url, {"start-index": str(start), "max-results": str(size)}))
    for name, address in (("link", about.next_url), ("archive", about.archive_url)):
        if way in {None, name}:
            target = urljoin_or_empty(url, address) if address else ""
            if target and canonical_link(target) != canonical_link(url):
                return Step("link" if name == "link" else "archive", target)
            if way is not None:
                return Step(way, "")
    if way == "wordpress" or wordpress.is_wordpress(about, headers, url):
        return Step("wordpress", _with(url, {"paged": str(_number(url, "paged") + 1)}))
    return None


def smaller(step: Step) -> Step | None:
    """The same page with fewer entries, where that can be asked for."""
    if step.way != "blogger" or _number(step.url, "max-results") <= BLOGGER_PAGE:
        return None
    return Step(step.way, _with(step.url, {"max-results": str(BLOGGER_PAGE)}))


def _number(url: str, name: str) -> int:
    """A numbered parameter of an address; 1 where it is absent."""
    value = dict(parse_qsl(urlsplit(url).query)).get(name, "")
    return int(value) if value.isascii() and value.isdigit() and 0 < len(value) < 9 else 1


def _with(url: str, parameters: dict[str, str]) -> str:
    query = [
        (name, value)
        for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True)
        if name not in parameters
    ]
    return with_query(url, [*query, *parameters.items()])
