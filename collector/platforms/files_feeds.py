"""A feed that was saved as a file: RSS, Atom or JSON Feed, read as the feeds that are asked for are."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from collector.platforms import Page, Trouble
from collector.platforms.feeds import jsonfeed, parse
from collector.platforms.feeds.articles import PLATFORM, Feed, Nothing, article
from collector.platforms.feeds.identity import Blog, blog_name, host_of, identify
from collector.platforms.feeds.items import Item
from collector.platforms.feeds.polling import looks_like_html
from collector.platforms.feeds.scan import Refused
from collector.platforms.files import File
from collector.posts import Post, Unread


def understand_feed(data: bytes, name: str, made_at: str) -> File:
    """What the file is; raises Trouble where it is no feed."""
    try:
        document = jsonfeed.read(data, "") or parse.read(data, "", "")
    except Refused as refused:
        raise Trouble("too_large", f"{name} is no feed that can be read: {refused}") from None
    if document is None:
        what = "a web page, and no feed" if looks_like_html(data) else "no feed, and no spreadsheet"
        raise Trouble("not_a_feed", f"{name} is {what}. docs/importing.md says what can be imported")
    return File(
        name=name,
        title=f"saved feed: {document.about.title[:100]}" if document.about.title else "saved feed",
        platform=PLATFORM,
        pages=partial(_pages, document, _blog(document), made_at),
    )


def _blog(document: parse.Document) -> Blog:
    """Whose feed it is: by the address of the blog that it gives, else by its first entry's."""
    links = (entry.link for entry in document.listed if entry.link)
    site = next((url for url in (document.about.site, *links) if url and host_of(url)), None)
    return Blog(name=blog_name(site) if site else "", url=site or "", site=document.about.site)


def _pages(document: parse.Document, blog: Blog, now: str) -> Iterator[Page]:
    identities = dict(zip(document.listed, identify(document.listed, blog), strict=True))
    feed = Feed(blog=blog, about=document.about, now=now)
    for group in document.groups():
        posts: list[Post] = []
        unread: list[Unread] = []
        for entry in group:
            if isinstance(entry, Item):
                try:
                    # An entry inside another one is not listed.
                    known = entry.listed in identities
                    identity = identities[entry.listed] if known else identify([entry.listed], blog)[0]
                    posts.append(article(entry, identity, feed))
                except Nothing as nothing:
                    unread.append(Unread(reason=str(nothing), raw=entry.raw, fingerprint=entry.listed.fingerprint))
            else:
                unread.append(Unread(reason=entry.reason, raw=entry.raw, fingerprint=entry.fingerprint))
        yield Page(posts=tuple(posts), unread=tuple(unread), requests=0)
