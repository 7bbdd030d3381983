"""What is in the HTML of an entry: safe HTML, plain text, images with their alt text, embeds, links, hashtags,
language.

nh3 sanitises first, with the parser that browsers have, and everything else is taken from its clean output by lxml.
Pure but for the language model, which is loaded when a text is first met whose language nobody says.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urljoin

import nh3
from lxml import etree  # type: ignore[import-untyped]
from msgspec import Struct

from collector.archive.addresses import canonical
from collector.platforms.feeds.items import Markup, Medium
from collector.posts import AltState, Hashtag, Link, Media

LONGEST_HTML = 600_000
"""Characters that are sanitised; of longer ones the text is taken without their structure."""
DEEPEST_HTML = 500
"""Open tags within one another. nh3 takes quadratic time over deep nesting (10,000: 0.9 s, 200,000: 10 min)."""
MOST_LINKS = 500
MOST_MEDIA = 500
MOST_HASHTAGS = 200
LONGEST_HASHTAG = 140

_TAGS = frozenset(nh3.ALLOWED_TAGS) - {"area", "center", "map", "nav", "tt"}
_ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href", "hreflang"},
    "abbr": {"title"},
    "blockquote": {"cite"},
    "del": {"datetime"},
    "details": {"open"},
    "img": {"src", "alt", "width", "height"},
    "ins": {"datetime"},
    "li": {"value"},
    "ol": {"start", "reversed"},
    "q": {"cite"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "headers", "scope"},
    "time": {"datetime"},
}
_LAZY = ("data-src", "data-lazy-src", "data-original")
_EMBEDS = {"iframe": "embed", "embed": "embed", "object": "embed", "video": "video", "audio": "audio"}
_SEEN_TAGS = _TAGS | frozenset(_EMBEDS) | {"source"}
_SEEN_ATTRIBUTES = {
    **_ATTRIBUTES,
    "img": {"src", "alt", "width", "height", "class", *_LAZY},
    "iframe": {"src", *_LAZY},
    "embed": {"src"},
    "object": {"data"},
    "video": {"src"},
    "audio": {"src"},
    "source": {"src"},
}
_SEEN_MORE = re.compile(
    r"<(?:iframe|embed|object|video|audio)\b|\bdata-(?:lazy-)?(?:src|original)\b|\bclass\s*=", re.IGNORECASE
)
_HIDDEN = frozenset({"script", "style", "template", "title", "textarea", "select", "noembed", "noframes"})
_SCHEMES = frozenset({"http", "https", "mailto"})

_HAS_TAGS = re.compile(r"<[A-Za-z/!?]")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)[^<>]*>")
_CLOSED_BY_THEMSELVES = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dd dt td th tr option rp rt".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body caption dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 "
    "header hgroup hr li ol p pre section summary table tbody tfoot thead tr ul".split()
)
_TIGHT = frozenset({"li", "dd", "dt", "tr", "br"})
_SPACES = re.compile(r"[ \t\r\n\f\xa0]+")
_EDGES = re.compile(r" *\n *")
_MANY_LINES = re.compile(r"\n{3,}")
# WordPress's excerpts end so, and the site's title in it would match "Co-production Week" in every entry of a blog of
# that name.
_APPEARED = re.compile(r"\s*\bThe post .{1,300}? (?:appeared first on|first appeared on) .{1,200}\Z", re.DOTALL)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_EMOJI_CLASSES = frozenset({"wp-smiley", "emoji"})
_NOT_PICTURES = re.compile(
    r"gravatar\.com/avatar|feeds\.feedburner\.com/~r/|feeds\.wordpress\.com/|pixel\.wp\.com|stats\.wordpress\.com"
    r"|s\.w\.org/images/core/emoji|medium\.com/_/stat|googleusercontent\.com/tracker/",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,4}")
_NO_LANGUAGES = frozenset({"und", "zxx", "mul", "mis", "xx"})
FEWEST_LETTERS = 20
"""Below this many letters a guess at the language is worth nothing."""
MOST_LETTERS = 2_000


class Words(Struct, frozen=True, kw_only=True):
    """The contents of a body."""

    text: str = ""
    html: str | None = None
    """Sanitised; None where the body was plain text."""
    links: tuple[Link, ...] = ()
    media: tuple[Media, ...] = ()


def read(body: Markup | None, base: str) -> Words:
    """A body's contents; relative addresses are resolved against its own base, and that against `base`."""
    if body is None:
        return Words()
    if not body.is_html or not _HAS_TAGS.search(body.value):
        return Words(text=_paragraphs(html.unescape(body.value) if body.is_html else body.value))
    if len(body.value) > LONGEST_HTML or _is_too_deep(body.value):
        return Words(text=_paragraphs(_without_tags(body.value)))
    base = _joined(base, body.base)
    clean = _clean(body.value, base, _TAGS, _ATTRIBUTES)
    seen = _clean(body.value, base, _SEEN_TAGS, _SEEN_ATTRIBUTES) if _SEEN_MORE.search(body.value) else clean
    found = _Found(base)
    found.read(seen)
    return Words(
        text=_APPEARED.sub("", _tidied("".join(found.pieces))),
        html=clean,
        links=tuple(Link(as_given=link) for link in dict.fromkeys(found.links))[:MOST_LINKS],
        media=tuple(found.media[:MOST_MEDIA]),
    )


def plain(markup: Markup | None) -> str:
    """A title as one line of text."""
    if markup is None:
        return ""
    value = markup.value
    if markup.is_html and _HAS_TAGS.search(value):
        value = _without_tags(value)
    elif markup.is_html:
        value = html.unescape(value)
    return " ".join(value.split())


def with_media(words: Words, beside: Iterable[Medium], base: str) -> tuple[Media, ...]:
    """The images of the body, and what the feed gives beside it and is not in it already.

    A picture beside the words without a description is mostly a copy of one in them, in another size, so it counts only
    where the body has no picture of its own.
    """
    media = {medium.url: medium for medium in words.media}
    has_pictures = any(medium.kind == "image" for medium in words.media)
    for medium in beside:
        url = _web_address(_joined(base, medium.url))
        if url is None or _NOT_PICTURES.search(url):
            continue
        described = bool(medium.description and medium.description.strip())
        if url in media:
            if described and media[url].alt_state in {"absent", "empty"}:
                media[url] = Media(kind=medium.kind, url=url, alt=medium.description, alt_state="present")
        elif described:
            media[url] = Media(kind=medium.kind, url=url, alt=medium.description, alt_state="present")
        elif medium.kind != "image" or not has_pictures:
            offered = medium.kind == "image" and medium.describable
            media[url] = Media(kind=medium.kind, url=url, alt=None, alt_state="absent" if offered else "not_offered")
    return tuple(media.values())[:MOST_MEDIA]


def hashtags(title: str, text: str, categories: Iterable[str]) -> tuple[Hashtag, ...]:
    """The hashtags written with # in title and text, and the categories that could be one: a single word."""
    found: dict[tuple[str, str], Hashtag] = {}
    for category in categories:
        word = category.strip().lstrip("#")
        if len(word) <= LONGEST_HASHTAG and word and _hashtag_at(word, 0) == word:
            found.setdefault((word, "category"), Hashtag(as_written=word, origin="category"))
    for words in (title, text):
        for tag in _written(words):
            found.setdefault((tag, "text"), Hashtag(as_written=tag, origin="text"))
            if len(found) >= MOST_HASHTAGS:
                break
    return tuple(found.values())


def declared_language(*stated: str | None) -> str | None:
    """The first language that is one: en, en-GB, cy; in the usual capitals."""
    for text in stated:
        if text and _LANGUAGE.fullmatch(text := text.strip()):
            first, *rest = text.replace("_", "-").split("-")
            if first.lower() not in _NO_LANGUAGES:
                return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])
    return None


def detected_language(text: str) -> str | None:
    """A guess by py3langid; None where there are too few letters to guess by."""
    letters = _ADDRESS.sub(" ", text[: 2 * MOST_LETTERS])
    if sum(map(str.isalpha, letters)) < FEWEST_LETTERS:
        return None
    import py3langid  # its model takes more than a second to load

    return str(py3langid.classify(letters[:MOST_LETTERS])[0])


# HTML


def _clean(value: str, base: str, tags: frozenset[str], attributes: dict[str, set[str]]) -> str:
    options: dict[str, Any] = {
        "tags": set(tags),
        "attributes": attributes,
        "clean_content_tags": set(_HIDDEN),
        "url_schemes": set(_SCHEMES),
        "link_rel": "nofollow noopener noreferrer",
    }
    try:
        return nh3.clean(value, url_relative=("rewrite_with_base", base), **options)
    except ValueError:  # nothing can be resolved against that base
        return nh3.clean(value, url_relative="deny", **options)


def _is_too_deep(value: str) -> bool:
    """Whether so many tags may be open within one another that nh3 takes for ever; a quick upper bound."""
    if value.count("<") < DEEPEST_HTML:
        return False
    depth = 0
    for tag in _TAG.finditer(value):
        if tag[2].lower() not in _CLOSED_BY_THEMSELVES:
            depth = max(0, depth - 1) if tag[1] else depth + 1
            if depth > DEEPEST_HTML:
                return True
    return False


def _without_tags(value: str) -> str:
    """Only the words, also of markup that is too much for a parser."""
    for name in ("script", "style"):
        value = re.sub(rf"<{name}\b[^>]*>.*?(?:</{name}\s*>|\Z)", " ", value, flags=re.DOTALL | re.IGNORECASE)
    return html.unescape(
        _TAG.sub(lambda tag: "\n" if tag[2].lower() in _BLOCKS or tag[2].lower() == "br" else "", value)
    )


class _Found:
    """What a walk through sanitised HTML finds."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.pieces: list[str] = []
        self.links: list[str] = []
        self.media: list[Media] = []
        self.preformatted = 0
        self.inside: Media | None = None
        """A video or sound that has no address of its own, whose sources follow."""

    def read(self, clean: str) -> None:
        root = etree.HTML(f"<html><body>{clean}</body></html>", etree.HTMLParser(huge_tree=True))
        if root is None:
            return
        for event, element in etree.iterwalk(root, events=("start", "end")):
            name = element.tag
            if not isinstance(name, str):
                continue
            if event == "start":
                self._start(name, element)
                self._words(element.text)
            else:
                self._end(name)
                self._words(element.tail)

    def _start(self, name: str, element: Any) -> None:
        if name in _TIGHT:
            self.pieces.append("\n")
        elif name in _BLOCKS:
            self.pieces.append("\n\n")
        elif name in {"td", "th"}:
            self.pieces.append(" ")
        if name == "pre":
            self.preformatted += 1
        elif name == "a":
            if link := _web_address(element.get("href")):
                self.links.append(link)
        elif name == "img":
            self._image(element)
        elif name in _EMBEDS or name == "source":
            self._embed(name, element)

    def _end(self, name: str) -> None:
        if name in _BLOCKS and name not in _TIGHT:
            self.pieces.append("\n\n")
        if name == "pre":
            self.preformatted -= 1

    def _words(self, text: str | None) -> None:
        if text:
            self.pieces.append(text.replace("\xa0", " ") if self.preformatted else _SPACES.sub(" ", text))

    def _image(self, image: Any) -> None:
        alt = image.get("alt")
        sizes = {image.get("width"), image.get("height")}
        if _EMOJI_CLASSES & set((image.get("class") or "").split()):
            self._words(alt)
            return
        url = self._address(image)
        if url is None or sizes & {"0", "1"} or _NOT_PICTURES.search(url):
            return
        state: AltState = "absent" if alt is None else "present" if alt.strip() else "empty"
        self.media.append(
            Media(kind="image", url=url, alt=alt.strip() if state == "present" else None, alt_state=state)
        )

    def _embed(self, name: str, element: Any) -> None:
        around = element.getparent()
        if name == "source":  # of the video or sound around it, which has no address of its own
            if around is None or around.tag not in {"video", "audio"} or around.get("src"):
                return
            if element.getprevious() is not None:
                return
            name = around.tag
        url = self._address(element)
        if url is not None:
            kind = _EMBEDS[name]
            known = any(medium.url == url for medium in self.media)
            if not known:
                self.media.append(Media(kind=kind, url=url, alt=None, alt_state="not_offered"))  # type: ignore[arg-type]

    def _address(self, element: Any) -> str | None:
        for name in ("src", "data", *_LAZY):
            address = element.get(name)
            if address and (url := _web_address(_joined(self.base, address))):
                return url
        return None


def _web_address(url: str | None) -> str | None:
    """The address if it is one of the web."""
    if not url:
        return None
    url = url.strip()
    return url if url[:8].lower().startswith(("http://", "https://")) and canonical(url) else None


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip()) if address.strip() else base
    except ValueError:
        return base


# Text


def _tidied(text: str) -> str:
    return _MANY_LINES.sub("\n\n", _EDGES.sub("\n", text)).strip()


def _paragraphs(text: str) -> str:
    """Plain text with its paragraphs and without its other white space."""
    return _APPEARED.sub("", _tidied(re.sub(r"[ \t\f\xa0]+", " ", text.replace("\r\n", "\n").replace("\r", "\n"))))


def _written(text: str) -> Iterator[str]:
    """The hashtags in a text: with # and a letter, and not within a word or an address."""
    if "#" not in text and "＃" not in text:
        return
    text = _ADDRESS.sub(" ", text)
    for place in re.finditer("[#＃]", text):
        before = text[place.start() - 1] if place.start() else " "
        if before.isalnum() or before in "_&#＃/":
            continue
        if tag := _hashtag_at(text, place.end()):
            yield tag


def _hashtag_at(text: str, start: int) -> str:
    """The hashtag whose first character is at `start`; empty where there is none. Letters of every script, their marks
    and joiners, digits and _; not digits alone."""
    end = start
    while end < len(text) and end - start <= LONGEST_HASHTAG and _in_hashtag(text[end]):
        end += 1
    tag = text[start:end]
    return tag if len(tag) <= LONGEST_HASHTAG and any(map(str.isalpha, tag)) else ""


def _in_hashtag(character: str) -> bool:
    return character.isalnum() or character in "_\u200c\u200d\u00b7" or unicodedata.category(character) in {"Mn", "Mc"}
