"""Which post an entry is, so that it is recognised when it comes again changed. Pure.

The identity of an entry, `Post.uri`, is its link in canonical form: feeds change their guids (a move, a new plugin)
far more often than a blog changes its addresses. Where the link says nothing (there is none, or several entries share
it, or it leads to the front page), it is `urn:feed-entry:` and a hash of the guid and the blog's address;
without a guid, of title and date. `Post.aliases` holds the guid with the address of the blog as configured,
`guid:BLOG:GUID`, so that an entry whose address changed is still found, and one blog cannot claim another's guid: many
blogs of one host number their entries 1, 2, 3 …. A guid that several entries share is none. A guid that is an address
on the blog's own host (isPermaLink) is an alias as a link, too.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

from collector.archive.addresses import canonical, site_of
from collector.platforms.feeds.items import Listed
from collector.platforms.feeds.scan import urljoin_or_empty

LONGEST_GUID = 1_000
_COMMENT = re.compile(r"#comment-(\d{1,18})$")
# What Blogger's pages for telephones, and Medium, add to an address.
_VIEWS = re.compile(r"(?<=[?&])(?:m=[01]|source=rss[\w-]*)(?:&|$)")


class Identity(Struct, frozen=True, kw_only=True):
    uri: str
    url: str | None
    """The entry's address for people, as the feed gives it, absolute."""
    aliases: tuple[str, ...] = ()


class Blog(Struct, frozen=True, kw_only=True):
    """Where a feed was found, as far as identities depend on it."""

    name: str
    """Its address as configured (`blog_name`), which stays when the feed moves."""
    url: str
    """Where the feed came from."""
    site: str | None = None
    """The blog's front page, as the feed says."""
    configured: str = ""
    """Its address as configured, in full."""


def canonical_link(url: str) -> str | None:
    """An entry's address without what changes by itself: scheme, tracking, fragment, trailing slash, ?m=1.

    A fragment that begins with ! is a page of its own. Redirects of Google Alerts are unwrapped.
    """
    url = unwrapped(url)
    link = canonical(url)
    if link is None:
        return None
    if "?" in link:
        link = _VIEWS.sub("", link).rstrip("?&")
    _, hash_bang, page = url.partition("#!")
    return f"{link}#!{page}" if hash_bang else link


def unwrapped(url: str) -> str:
    """The address that Google's alerts hide in one of Google's; others as they are."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if parts.path == "/url" and re.fullmatch(r"(?:www\.)?google(?:\.[a-z]{2,3}){1,2}", (parts.hostname or "").lower()):
        for name in ("url", "q"):
            if hidden := parse_qs(parts.query, max_num_fields=50).get(name):
                return hidden[0]
    return url


def identify(listed: Sequence[Listed], blog: Blog) -> list[Identity | None]:
    """The identity of each entry of a page; None where it has neither link nor guid (see `by_words`)."""
    links = [_link(entry, blog) for entry in listed]
    canonicals = [canonical_link(link) if link else None for link in links]
    front_pages = {canonical_link(address) for address in (blog.site, blog.url) if address}
    sharing = _shared(
        (link, entry.guid or f"{as_given} {entry.published[:1]}")
        for link, entry, as_given in zip(canonicals, listed, links, strict=True)
    )
    same_guid = _shared((entry.guid, link) for entry, link in zip(listed, canonicals, strict=True))
    answers: list[Identity | None] = []
    for entry, url, link in zip(listed, links, canonicals, strict=True):
        guid = entry.guid if entry.guid and entry.guid not in same_guid and len(entry.guid) <= LONGEST_GUID else None
        aliases = (guid_alias(blog, guid),) if guid else ()
        permalink = canonical_link(guid) if guid and entry.guid_is_link else None
        if permalink and permalink not in front_pages and permalink not in canonicals and _is_of(blog, permalink):
            # Another feed of the same blog may give this as the entry's link.
            aliases = (*aliases, permalink)
        if link and link not in sharing and link not in front_pages:
            answers.append(Identity(uri=link, url=url, aliases=aliases))
        elif guid:
            answers.append(Identity(uri=_urn(blog, "guid", guid), url=url, aliases=aliases))
        elif url and "#" in url and url not in front_pages:
            answers.append(Identity(uri=_urn(blog, "link", url), url=url))
        else:
            answers.append(None)
    return answers


def guid_alias(blog: Blog, guid: str) -> str:
    """A guid as an identity: it is the blog's own."""
    return f"guid:{blog.name}:{guid}"


def by_words(blog: Blog, title: str, date: str, text: str, url: str | None) -> Identity:
    """The identity of an entry that has none of its own: its title and date, else the beginning of its words."""
    return Identity(uri=_urn(blog, "words", "\n".join((title, date) if title else (date, text[:500]))), url=url)


def comment_identity(listed: Listed, blog: Blog, post_uri: str) -> Identity | None:
    """The identity of a comment on a post: its number on WordPress, else its guid, else its link with the fragment,
    which is all that tells it from the post."""
    url = _link(listed, blog)
    for address in (listed.guid, url):
        if address and (number := _COMMENT.search(address)):
            return Identity(uri=_urn(blog, "comment", f"{post_uri} {number[1]}"), url=url)
    if listed.guid and len(listed.guid) <= LONGEST_GUID:
        return Identity(uri=_urn(blog, "guid", listed.guid), url=url)
    return Identity(uri=_urn(blog, "link", url), url=url) if url else None


def blog_name(address: str) -> str:
    """A blog's address in the form that tells it from other blogs of its host: `blog.example/carers`."""
    link = canonical_link(address)
    return host_of(address) + (urlsplit(link).path.rstrip("/") if link else "")


def host_of(url: str) -> str:
    """The host of an address as people name a site, with its port where it has an unusual one; empty where there is
    none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    return site_of(f"[{host}]" if ":" in host else host) + (f":{port}" if port and port not in {80, 443} else "")


def _is_of(blog: Blog, url: str) -> bool:
    """Whether an address is on the host of a blog, or of its feed."""
    return host_of(url) in {host_of(blog.url), host_of(blog.configured)}


def _link(entry: Listed, blog: Blog) -> str | None:
    """The entry's address, absolute. A guid that is an address stands in for a missing one."""
    address = entry.link
    if not address and entry.guid and entry.guid_is_link and entry.guid.lower().startswith(("http://", "https://")):
        address = entry.guid
    if not address:
        return None
    url = unwrapped(urljoin_or_empty(blog.url, address))
    return url if canonical(url) else None


def _shared(pairs: Iterable[tuple[str | None, str | None]]) -> set[str]:
    """The first parts that stand with several different second parts."""
    counts = Counter(first for first, _ in set(pairs) if first)
    return {first for first, number in counts.items() if number > 1}


def _urn(blog: Blog, kind: str, value: str) -> str:
    digest = hashlib.blake2b(f"{blog.name}\n{kind}\n{value}".encode("utf-8", "replace"), digest_size=16).hexdigest()
    return f"urn:feed-entry:{digest}"
