"""Where each entry of an XML feed begins and ends, what it is and when: cheap, and without reading its words.

feedparser takes some 40 ms over a feed, and most entries of a feed have been met before. So Expat goes over the
document first: it knows CDATA, namespaces and entities, and gives the places in the bytes, so that entries can be
left out of what feedparser gets (`without`). Where Expat does not find a well-formed document there is no scan, and
the whole is read.

The scan also takes what feedparser loses: the guid as it was written (feedparser resolves it against the feed's
address, so that it changes when the feed moves), which of several dates is which, and text alternatives in Media RSS,
which feedparser drops or, worse, takes for the entry's words. And it finds what feedparser takes for ever over.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple
from urllib.parse import urljoin
from xml.parsers import expat

from collector.platforms.feeds.items import Listed, Medium, fingerprint

LONGEST_ENTRY = 1_000_000
"""Bytes, pictures inside the words not counted. Nobody's article is as long; parsing takes seconds from here on."""
MOST_PARTS = 500
MOST_ATTRIBUTES = 100
MOST_NAMESPACES = 200
DEEPEST = 300
LONGEST_PART = 8_000
"""Bytes of an element that is not the entry's words: longer ones are left out."""
LONGEST_NAME = 400
"""Bytes of an author: feedparser looks for mail addresses in more than quadratic time."""
LONGEST_LIST = 2_000
"""Bytes of a list of keywords: feedparser compares each with each."""

FEED_NAMESPACES = frozenset({
    "", "http://backend.userland.com/rss", "http://blogs.law.harvard.edu/tech/rss", "http://purl.org/rss/1.0/",
    "http://my.netscape.com/rdf/simple/0.9/", "http://example.com/newformat#", "http://example.com/necho",
    "http://purl.org/echo/", "uri/of/echo/namespace#", "http://purl.org/pie/", "http://purl.org/atom/ns#",
    "http://www.w3.org/2005/atom", "http://purl.org/rss/1.0/modules/rss091#",
})  # fmt: skip
_PREFIXES = {
    "http://search.yahoo.com/mrss": "media", "http://search.yahoo.com/mrss/": "media",
    "http://purl.org/dc/elements/1.1/": "dc", "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content", "http://purl.org/rss/1.0/modules/slash/": "slash",
    "http://wellformedweb.org/commentapi/": "wfw", "http://purl.org/syndication/thread/1.0": "thr",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner", "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes", "http://purl.org/atompub/tombstones/1.0": "at",
}  # fmt: skip
_XML = "http://www.w3.org/XML/1998/namespace "
_THREAD_COUNT = "http://purl.org/syndication/thread/1.0 count"
_RDF_ABOUT = "http://www.w3.org/1999/02/22-rdf-syntax-ns# about"

_ENTRIES = frozenset({"item", "entry"})
_CONTENT = frozenset({"content", "content:encoded", "body", "xhtml:body", "fullitem"})
_SUMMARIES = frozenset({"description", "summary", "abstract", "dc:description"})
_OTHER_BODIES = frozenset({"title", "subtitle", "tagline", "info", "rights", "copyright", "dc:title", "dc:rights"})
_BODIES = _CONTENT | _SUMMARIES | _OTHER_BODIES
_PEOPLE = frozenset({
    "author", "contributor", "managingeditor", "webmaster", "name", "email", "dc:author", "dc:creator", "dc:publisher",
    "dc:contributor", "itunes:author", "itunes:owner", "itunes:name", "itunes:email",
})  # fmt: skip
_PUBLISHED = ("pubdate", "published", "issued", "dcterms:issued", "dc:date", "created", "dcterms:created")
_UPDATED = ("updated", "modified", "dcterms:modified")
# Read here and kept from feedparser, which takes them for the entry's own title and words.
_HIDDEN = frozenset({"media:title", "media:description", "media:text"})
_LISTS = frozenset({"media:keywords", "itunes:keywords", "tags", "keywords", "category", "dc:subject"})
_CAPTURED = frozenset({
    "guid", "id", "link", "feedburner:origlink", "slash:comments", "thr:total", "wfw:commentrss", "media:description",
    *_PUBLISHED, *_UPDATED,
})  # fmt: skip
_EMPTY_TAG = re.compile(rb"""<[^\s/>]+(?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/>""")


class Refused(Exception):
    """A document that no honest feed is. The message says how, in words."""


class Entry(NamedTuple):
    """An entry's place in the document, and what stands in it."""

    start: int
    end: int
    cuts: tuple[tuple[int, int], ...]
    """Places inside it that feedparser does not get."""
    listed: Listed
    media: tuple[Medium, ...]
    description: str | None
    """Media RSS's description of the entry as a whole, such as a video's."""
    has_content: bool
    comments: int | None
    comments_url: str | None
    fault: str
    """Why feedparser does not get it at all; empty when it does."""


class Scan(NamedTuple):
    document: bytes
    entries: tuple[Entry, ...]
    cuts: tuple[tuple[int, int], ...]
    """Places outside the entries that feedparser does not get."""
    deleted: tuple[str, ...] = ()
    """The ids of entries that the feed says were deleted (RFC 6721)."""

    def raw(self, entry: Entry) -> bytes:
        return self.document[entry.start : entry.end]

    def only(self, entries: Collection[Entry]) -> bytes:
        """The document with no other entries than these."""
        kept = {entry.start for entry in entries}
        left_out = [*self.cuts]
        for entry in self.entries:
            left_out.extend(entry.cuts if entry.start in kept else [(entry.start, entry.end)])
        return without(self.document, left_out)


def scan(document: bytes, known: Collection[bytes] = ()) -> Scan | None:
    """The entries of a prepared document; None where it is not well-formed.

    `known` are fingerprints of entries met before.

    Raises:
        Refused: nested too deeply, or with more attributes or namespaces than any feed has.
    """
    scanner = _Scanner(document, known)
    try:
        scanner.parser.Parse(document, True)
    except expat.ExpatError as error:
        if error.code != expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]:
            return None
        # Counters and adverts are appended to feeds; the feed itself is whole.
        document = document[: scanner.parser.ErrorByteIndex]
    return Scan(document, tuple(scanner.entries), tuple(scanner.cuts), tuple(scanner.deleted))


def without(document: bytes, left_out: Iterable[tuple[int, int]]) -> bytes:
    """The bytes but for some stretches of them, which may lie within one another."""
    pieces, at = [], 0
    for start, end in sorted(left_out):
        if end > at:
            pieces.append(document[at : max(at, start)])
            at = end
    pieces.append(document[at:])
    return b"".join(pieces)


class _Scanner:
    """Expat's handlers, and where they are in the document."""

    def __init__(self, document: bytes, known: Collection[bytes]) -> None:
        self.document = document
        self.known = known
        self.entries: list[Entry] = []
        self.cuts: list[tuple[int, int]] = []
        self.deleted: list[str] = []
        self.names: dict[str, str] = {}
        self.open: list[tuple[str, int, int]] = []
        """Of every open element outside words: its name, where it begins, how many elements had begun before it."""
        self.begun = 0
        self.namespaces = 0
        self.bases: list[tuple[int, str]] = []
        self.depth = 0
        self.words_at = 0
        """The depth of the words we are inside of; 0 when outside."""
        self.entry: _Entry | None = None
        self.text: list[str] | None = None
        self.parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.StartNamespaceDeclHandler = self.namespace

    def namespace(self, prefix: str | None, uri: str | None) -> None:
        self.namespaces += 1
        if self.namespaces > MOST_NAMESPACES + 20 * len(self.entries):
            raise Refused("declares more namespaces than any feed does")

    def start(self, full_name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Refused("is nested more deeply than any feed is")
        if len(attributes) > MOST_ATTRIBUTES:
            raise Refused("has an element with more attributes than any feed has")
        if self.words_at:
            return
        name = self.names.get(full_name) or self._name(full_name)
        self.begun += 1
        self.open.append((name, self.parser.CurrentByteIndex, self.begun))
        if base := attributes.get(_XML + "base"):
            self.bases.append((self.depth, urljoin_or_empty(self.bases[-1][1] if self.bases else "", base)))
        if self.entry is None:
            if name in _ENTRIES:
                self.entry = _Entry(self.depth, attributes.get(_RDF_ABOUT), self.begun)
            elif name in _BODIES:
                self.words_at = self.depth
            elif name == "at:deleted-entry" and (ref := attributes.get("ref", "").strip()):
                self.deleted.append(ref)
        else:
            self._within(self.entry, name, attributes)
            if name in _BODIES:
                self.words_at = self.depth

    def _within(self, entry: _Entry, name: str, attributes: dict[str, str]) -> None:
        inside = self.depth - entry.depth
        if name in _CAPTURED and (inside == 1 or name == "media:description"):
            self.text = []
            self.parser.CharacterDataHandler = self.text.append
        if inside == 1:
            if name == "link" and "href" in attributes:
                entry.link(self.based(attributes["href"]), attributes)
            elif name == "guid":
                entry.guid_is_link = attributes.get("isPermaLink", attributes.get("ispermalink", "true")) != "false"
            elif name in _CONTENT:
                entry.has_content = True
        if name == "media:content":
            entry.media.append([attributes.get("url", ""), _kind(attributes), None])

    def end(self, full_name: str) -> None:
        if self.words_at and self.depth > self.words_at:
            self.depth -= 1
            return
        self.words_at = 0
        name, start, number = self.open.pop()
        index = self.parser.CurrentByteIndex
        # For <item/>, Expat gives the place after it, where the end tag of what is around it may stand.
        is_empty = (
            number == self.begun
            and self.document.endswith(b"/>", start, index)
            and _EMPTY_TAG.fullmatch(self.document, start, index) is not None
        )
        end = index if is_empty else self.document.index(b">", index) + 1
        if self.text is not None and self.entry is not None and name in _CAPTURED:
            text = "".join(self.text).strip()
            self.text, self.parser.CharacterDataHandler = None, None
            self._captured(self.entry, name, text)
        size = end - start
        if (
            name in _HIDDEN
            or (size > LONGEST_NAME and name in _PEOPLE)
            or (size > LONGEST_LIST and name in _LISTS)
            or (size > LONGEST_PART and number == self.begun and name not in _CONTENT and name not in _SUMMARIES)
        ):
            (self.cuts if self.entry is None else self.entry.cuts).append((start, end))
        if self.entry is not None and self.depth == self.entry.depth:
            self.entries.append(self.entry.done(self, start, end))
            self.entry = None
        if self.bases and self.bases[-1][0] == self.depth:
            self.bases.pop()
        self.depth -= 1

    def _captured(self, entry: _Entry, name: str, text: str) -> None:
        if name == "media:description":
            around = next((open_name for open_name, _, _ in reversed(self.open) if open_name != "media:group"), "")
            if around == "media:content" and entry.media:
                entry.media[-1][2] = entry.media[-1][2] or text
            else:
                entry.description = entry.description or text
        elif text:
            entry.texts.setdefault(name, text[:LONGEST_PART])

    def based(self, address: str) -> str:
        return urljoin_or_empty(self.bases[-1][1], address) if self.bases else address

    def _name(self, full_name: str) -> str:
        """An element's name as this module has it: lower case, its namespace by the usual prefix."""
        uri, _, local = full_name.rpartition(" ")
        uri, local = uri.lower(), local.lower()
        if uri in FEED_NAMESPACES or "backend.userland.com/rss" in uri:
            name = local
        else:
            name = f"{_PREFIXES.get(uri, '?')}:{local}"
        self.names[full_name] = name
        return name


class _Entry:
    """An entry while the scanner is inside it."""

    def __init__(self, depth: int, about: str | None, number: int) -> None:
        self.depth = depth
        self.about = about
        self.number = number
        self.texts: dict[str, str] = {}
        self.cuts: list[tuple[int, int]] = []
        self.media: list[list[str | None]] = []
        self.description: str | None = None
        self.guid_is_link = False
        self.alternate: tuple[bool, str] | None = None
        self.replies: str | None = None
        self.replies_count: str | None = None
        self.has_content = False

    def link(self, address: str, attributes: dict[str, str]) -> None:
        rel = attributes.get("rel", "alternate").lower()
        kind = attributes.get("type", "").lower()
        if rel == "alternate":
            is_page = kind in {"", "text/html", "application/xhtml+xml"}
            if self.alternate is None or (is_page and not self.alternate[0]):
                self.alternate = (is_page, address)
        elif rel == "replies":
            self.replies_count = attributes.get(_THREAD_COUNT, self.replies_count)
            if kind in {"application/atom+xml", "application/rss+xml"}:
                self.replies = address

    def done(self, scanner: _Scanner, start: int, end: int) -> Entry:
        raw = scanner.document[start:end]
        hash_ = fingerprint(raw)
        texts = self.texts
        guid = texts.get("guid") or texts.get("id") or self.about
        link = texts.get("feedburner:origlink") or (self.alternate[1] if self.alternate else texts.get("link"))
        fault = ""
        if len(raw) > LONGEST_ENTRY:
            fault = f"the entry is longer than {LONGEST_ENTRY:,} bytes"
        elif scanner.begun - self.number > MOST_PARTS:
            fault = f"the entry has more than {MOST_PARTS} parts"
        return Entry(
            start=start,
            end=end,
            cuts=tuple(self.cuts),
            listed=Listed(
                guid=guid,
                guid_is_link=self.guid_is_link or "guid" not in texts,
                link=link,
                published=tuple(texts[name] for name in _PUBLISHED if name in texts),
                updated=tuple(texts[name] for name in _UPDATED if name in texts),
                fingerprint=hash_,
                known=hash_ in scanner.known,
            ),
            media=tuple(_media(self.media, scanner)),
            description=self.description,
            has_content=self.has_content,
            comments=count(texts.get("thr:total") or texts.get("slash:comments") or self.replies_count),
            comments_url=texts.get("wfw:commentrss") or self.replies,
            fault=fault,
        )


def count(text: str | None) -> int | None:
    """A number of comments as text."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def urljoin_or_empty(base: str, address: str) -> str:
    """The address resolved, or as it is where it, or the base, is none that can be."""
    try:
        return urljoin(base, address)
    except ValueError:
        return address


def _kind(attributes: dict[str, str]) -> str | None:
    stated = attributes.get("medium") or attributes.get("type", "").partition("/")[0]
    return stated if stated in {"image", "video", "audio"} else None


def _media(found: Iterable[list[str | None]], scanner: _Scanner) -> Iterable[Medium]:
    kinds: dict[str, Literal["image", "video", "audio"]] = {"image": "image", "video": "video", "audio": "audio"}
    for url, kind, description in found:
        if url and kind:
            yield Medium(kind=kinds[kind], url=scanner.based(url), description=description)
