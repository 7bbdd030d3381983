"""What an entry means: an `Item`, whatever format it came in, made a `Post`. Pure but for the guess at a language.

Which post it is was decided in `identity.py`; what is in its HTML is found by `words.py`, its date is read by
`dates.py`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import urlsplit

from msgspec import Struct

from collector.archive.addresses import host as site_host
from collector.platforms.feeds import dates, words
from collector.platforms.feeds.identity import Blog, Identity, by_words, host_of
from collector.platforms.feeds.items import About, Item
from collector.platforms.feeds.scan import urljoin_or_empty
from collector.posts import Author, DateFrom, Engagement, Post, Relation

PLATFORM = "blogs"
MOST_CATEGORIES = 200
LONGEST_CATEGORY = 200
LONGEST_BYLINE = 200
LONGEST_SUMMARY = 500
"""Characters: a description shorter than this, with nothing called content beside it, is taken for a summary."""

# Names that an account has before anybody has given it one.
_NOBODY = frozenset({
    "", "admin", "administrator", "anonymous", "author", "blogger", "editor", "noreply", "no reply", "root", "unknown",
    "user", "webmaster", "wordpress",
})  # fmt: skip
_SHARED_HOSTS = frozenset({"feeds.feedburner.com", "medium.com"})
_GOES_ON = re.compile(
    r"(?:…|\.\.\.|\[(?:…|\.\.\.)\]|(?:read|continue|see) (?:more|on|reading|the (?:full|rest))\b.{0,100})\W*\Z",
    re.IGNORECASE | re.DOTALL,
)


class Nothing(Exception):
    """An entry with nothing in it. The message says so, in words."""


class Feed(Struct, frozen=True, kw_only=True):
    """What an entry is read with: the feed around it, and the time."""

    blog: Blog
    about: About
    now: str


def article(item: Item, identity: Identity | None, feed: Feed) -> Post:
    """The post that an entry of a blog is.

    Raises:
        Nothing: it has neither title nor words nor an address.
    """
    title = words.plain(item.title)
    base = (identity.url if identity else None) or feed.blog.url
    found = words.read(item.body, base)
    if not title and not found.text and not found.media and not (identity and identity.url):
        raise Nothing("an entry without title, words, pictures or an address")
    if identity is None:
        identity = by_words(feed.blog, title, next(iter(item.listed.published), ""), found.text, None)
    published_at, published_from = published(item, feed.now)
    categories = tuple(dict.fromkeys(" ".join(one.split()) for one in item.categories if one.strip()))[:MOST_CATEGORIES]
    categories = tuple(one for one in categories if len(one) <= LONGEST_CATEGORY)
    declared = words.declared_language(item.language, feed.about.language)
    language = declared or words.detected_language(f"{title}\n{found.text}")
    media = words.with_media(found, item.media, base)
    is_summary = item.is_summary and identity.url is not None and only_summary(found.text)
    return Post(
        platform=PLATFORM,
        uri=identity.uri,
        url=identity.url,
        aliases=identity.aliases,
        kind="article",
        author=author(item, identity, feed),
        title=title or None,
        text=found.text,
        html=found.html,
        language=language,
        language_from="declared" if declared else "detected" if language else None,
        published_at=published_at,
        published_from=published_from,
        edited_at=edited(item, published_at, feed.now),
        categories=categories,
        hashtags=words.hashtags(title, found.text, categories),
        links=found.links,
        media=media,
        media_known=bool(media) or not is_summary,
        engagement=None
        if item.comments is None
        else Engagement(observed_at=feed.now, observed_via=host_of(feed.blog.url), comments=item.comments),
        comments_url=_web_address(feed.blog.url, item.comments_url),
        # Where one of two clocks is wrong, the date will be believed when that is mended.
        fingerprint=None if is_ahead(item, feed.now) else item.listed.fingerprint,
        raw=item.raw,
        summary_only=is_summary,
    )


def comment(item: Item, identity: Identity, feed: Feed, *, post_uri: str, keep_words: bool) -> Post:
    """A comment on a post. Without `keep_words` it says that there is one, and when, and nothing of who and what."""
    published_at, published_from = published(item, feed.now)
    found = words.read(item.body, identity.url or feed.blog.url) if keep_words else words.Words()
    declared = words.declared_language(item.language, feed.about.language) if keep_words else None
    return Post(
        platform=PLATFORM,
        uri=identity.uri,
        url=identity.url,
        aliases=identity.aliases,
        kind="comment",
        author=_commenter(item, feed, keep_words=keep_words),
        text=found.text,
        html=found.html,
        language=declared,
        language_from="declared" if declared else None,
        published_at=published_at,
        published_from=published_from,
        hashtags=words.hashtags("", found.text, ()),
        links=found.links,
        media=found.media,
        media_known=keep_words,
        relations=(Relation(kind="comment_on", uri=post_uri),),
        fingerprint=item.listed.fingerprint,
        raw=item.raw if keep_words else None,
    )


def published(item: Item, now: str) -> tuple[str, DateFrom]:
    """When an entry was published, and where that is from: as stated; when it was updated, where it says only that;
    else `now`, when it was first seen."""
    if when := dates.first(item.listed.published, now) or dates.from_struct(item.published_parsed, now):
        return when, "stated"
    if when := dates.first(item.listed.updated, now) or dates.from_struct(item.updated_parsed, now):
        # feedparser files dc:date, which is a date of publication, under updated.
        return when, "stated" if item.listed.published and not item.listed.updated else "updated"
    return now, "first_seen"


def is_ahead(item: Item, now: str) -> bool:
    """Whether the entry states a date that is not believed because it lies in the future."""
    stated = published(item, now)[1] == "stated"
    return not stated and dates.ahead((*item.listed.published, *item.listed.updated), now)


def edited(item: Item, published_at: str, now: str) -> str | None:
    """When the entry says it was changed, where that is after it was published."""
    when = dates.first(item.listed.updated, now)
    return when if when is not None and when > published_at else None


def only_summary(text: str) -> bool:
    """Whether the words of a description are no more than the beginning of the article."""
    return len(text) < LONGEST_SUMMARY or bool(_GOES_ON.search(text[-200:]))


def author(item: Item, identity: Identity, feed: Feed) -> Author:
    """The byline where the entry has one, else the blog itself.

    The host is that of the entry's own address where that is on the feed's own site; else the feed's, so that nobody
    can publish in somebody else's name by linking there.
    """
    blog = feed.blog
    own = identity.url is not None and (not (blog.configured or blog.url) or is_own(identity.url, blog))
    host = home((own and identity.url) or blog.configured or blog.url)
    name = byline(", ".join(item.authors or feed.about.authors))
    folded = folded_name(name)
    if folded in _NOBODY or folded in {folded_name(feed.about.title), host}:
        return Author(platform=PLATFORM, native_id=host, handle=host, name=feed.about.title or None, url=feed.blog.site)
    return Author(
        platform=PLATFORM,
        native_id=f"{host}/{folded}",
        handle=host,
        name=name,
        url=_web_address(feed.blog.url, item.author_url),
    )


def byline(name: str) -> str:
    """A byline as it is shown: one line, without "By"."""
    return re.sub(r"^by\s+", "", " ".join(name.split())[:LONGEST_BYLINE], flags=re.IGNORECASE)


def folded_name(name: str) -> str:
    """A name as it is compared."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def home(url: str) -> str:
    """The site that an address belongs to, by which an organisation's blog is recognised: its host, without www.

    Where many people share a host, the first part of the path belongs to it; in the addresses of Medium's feeds that is
    after "feed".
    """
    host = site_host(url) or ""
    if host in _SHARED_HOSTS:
        first = urlsplit(url).path.strip("/").removeprefix("feed/").partition("/")[0]
        return f"{host}/{first.lower()}" if first else host
    return host


def is_own(url: str, blog: Blog) -> bool:
    """Whether an address is on the site that a feed came from or is configured at, or on a part of it
    (`blog.example.org` of `example.org`)."""
    where = home(url)
    sites = [site for site in (home(blog.url), home(blog.configured)) if site]
    return bool(where) and any(where == site or where.endswith(f".{site}") for site in sites)


def _commenter(item: Item, feed: Feed, *, keep_words: bool) -> Author:
    host = home(feed.blog.url)
    name = byline(", ".join(item.authors))
    if not name:
        return Author(platform=PLATFORM, native_id=f"{host}/commenter")
    if keep_words:
        return Author(platform=PLATFORM, native_id=f"{host}/{folded_name(name)}", handle=host, name=name)
    # Told apart from others, without a name. The hash is salted with the place, not with a secret: it is no protection
    # against somebody who guesses names, and is not published.
    digest = hashlib.blake2b(f"{host}\n{folded_name(name)}".encode("utf-8", "replace"), digest_size=16).hexdigest()
    return Author(platform=PLATFORM, native_id=f"{host}/commenter-{digest}")


def _web_address(base: str, address: str | None) -> str | None:
    url = urljoin_or_empty(base, address) if address else ""
    return url if site_host(url) else None
