"""What makes a post an item of a campaign: its hashtags, its categories, and the campaign's name. Pure; no dates here.

The rules, which `docs/configuring.md` explains to users:

* A **hashtag** counts where the platform marks one, where a blog has it as a category or label, and where it stands
  with its # in the title or text. Only the whole hashtag counts: #CoProWeekScot is not #CoProWeek.
* A **phrase**, a name of the campaign, counts as whole words in a title, text or category. A hyphen in it stands for
  any dash, a space or nothing ("co-production week" is also "coproduction week" and "co production week"), a space
  for any white space within a paragraph. "week's" is the word week; "weeks", "weekend" and "weekly" are not.
* Letters are compared NFKC- and case-folded, without invisible characters; an address (URL) is not text.
* Where two phrases lie over each other the longer one counts. And a name that another campaign's longer name contains
  ("Co-production Week" in "Co-production Week Scotland") says little by itself: in a post that also names the other
  campaign, by whatever term, it counts for its own campaign only beside a hashtag or a name of its own.
* A **baseline** phrase never makes a post an item. It is only said of posts that are not of that campaign.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from msgspec import Struct

from collector.campaign import Campaign
from collector.posts import Post

RULES_VERSION = "1"
"""Part of every source's query hash: what did not match by older rules is read again when it changes."""

Place = Literal["entity", "category", "title", "text"]

MOST_TERMS = 20
"""Spellings recorded for one post: a hostile text could hold any number of them."""

CHUNK = 1_000
"""Text is normalised in pieces of this many characters: a long run of combining marks takes quadratic time."""

INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufe00-\ufe0f]")
DASHES = "\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\ufe58"
APOSTROPHES = "\u2018\u2019\u02bc"
ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
HASHTAG = re.compile(r"#(\w+)")

# White space within a paragraph: at most one line break. Every repeat is bounded, so no text makes a pattern slow.
GAP = r"(?:[^\S\n]{1,99}(?:\n[^\S\n]{0,99})?|\n[^\S\n]{0,99})"
HYPHEN = rf"(?:[-{DASHES}]{GAP}?|{GAP})?"
APOSTROPHE = f"['{APOSTROPHES}]"


class Match(Struct, frozen=True, kw_only=True):
    """One reason why a post is of a campaign."""

    campaign_id: str
    kind: Literal["hashtag", "phrase"]
    term: str
    """As the post writes it, a hashtag without its #."""
    place: Place


class Matches(Struct, frozen=True, kw_only=True):
    """What a post has to do with the campaigns: the same post may be an item of several."""

    of: tuple[Match, ...] = ()
    baseline: tuple[str, ...] = ()
    """The ids of the campaigns of whose baseline phrases it says one, while it is not an item of them."""


def match(post: Post, campaigns: tuple[Campaign, ...]) -> Matches:
    """Whether and why a post is an item of each campaign, in the order: marked hashtags, categories, title, text."""
    return _terms_of(campaigns).match(post)


def why(matches: Matches, campaign_id: str | None = None) -> str:
    """The reasons in words, of one campaign or of all: `hashtag #CoProWeek; “co-production week” in the title`."""
    said = [_reason(found) for found in matches.of if campaign_id is None or found.campaign_id == campaign_id]
    reasons = list(dict.fromkeys(said))
    more = len(reasons) - 5
    return "; ".join(reasons[:5]) + (f"; and {more} more" if more > 0 else "")


def fold_hashtag(text: str) -> str:
    """A hashtag as it is compared: without #, NFKC- and case-folded."""
    return _fold(text.strip()).text.lstrip("#")


def fold_phrase(text: str) -> str:
    """A phrase as it is compared: NFKC- and case-folded, every dash a hyphen, straight apostrophes, single spaces."""
    folded = re.sub(f"[{APOSTROPHES}]", "'", re.sub(f"[{DASHES}]", "-", _fold(text).text))
    return " ".join(folded.split())


def _reason(found: Match) -> str:
    where = {"entity": "", "category": "", "title": " in the title", "text": " in the text"}[found.place]
    if found.place == "category":
        return f"category “{found.term}”"
    return f"hashtag #{found.term}{where}" if found.kind == "hashtag" else f"“{found.term}”{where}"


# Folding ----------------------------------------------------------------------------------------------------------


class _Folded(NamedTuple):
    """A text as it is searched, with the way back to how it was written."""

    text: str
    written: str
    """As it came, but for invisible characters."""

    def as_written(self, start: int, end: int) -> str:
        """The words behind `text[start:end]`, their white space made single spaces."""
        words = self.written[start:end]
        if len(self.text) != len(self.written) or (not words.isascii() and _folded(words) != self.text[start:end]):
            words = self.written[self._position(start) : self._position(end - 1) + 1]
        return " ".join(words.split())

    def _position(self, index: int) -> int:
        """Which written character gave the folded one at `index`: folding may make a text longer or shorter."""
        start = 0
        while (size := len(_folded(chunk := self.written[start : start + CHUNK]))) <= index and chunk:
            index -= size
            start += CHUNK
        low, high = 0, len(chunk) - 1
        while low < high:  # the last character before which no more than that has been folded
            middle = (low + high + 1) // 2
            if len(_folded(chunk[:middle])) <= index:
                low = middle
            else:
                high = middle - 1
        return start + max(low, 0)


def _fold(text: str) -> _Folded:
    if text.isascii():
        return _Folded(text.lower(), text)
    if INVISIBLE.search(text):
        text = INVISIBLE.sub("", text)
    return _Folded(_folded(text), text)


def _folded(text: str) -> str:
    if len(text) <= CHUNK:
        return unicodedata.normalize("NFKC", text).casefold()
    return "".join(_folded(text[start : start + CHUNK]) for start in range(0, len(text), CHUNK))


_fold_hashtag = lru_cache(maxsize=2_000)(fold_hashtag)  # a week has few hashtags, each in many posts


def _squashed(folded: str) -> str:
    """Letters and digits alone: how a category such as "co-production-week" is compared with a name or a hashtag."""
    return "".join(filter(str.isalnum, folded))


# Terms ------------------------------------------------------------------------------------------------------------


class _Phrase(NamedTuple):
    pattern: re.Pattern[str]
    campaigns: tuple[int, ...]
    baseline: tuple[int, ...]


class _Evidence:
    """What has been found in one post so far."""

    def __init__(self, campaigns: int) -> None:
        self.reasons: list[dict[tuple[Literal["hashtag", "phrase"], str, Place], str]] = [{} for _ in range(campaigns)]
        """Of each campaign: kind, term, place → the phrase as configured, folded; empty for a hashtag."""
        self.hashtags: set[str] = set()
        self.baseline: set[int] = set()

    def add(self, number: int, reason: tuple[Literal["hashtag", "phrase"], str, Place], phrase: str) -> None:
        if len(self.reasons[number]) < MOST_TERMS:
            self.reasons[number].setdefault(reason, phrase)


class _Terms:
    """The terms of a set of campaigns, made ready for searching."""

    def __init__(self, campaigns: Sequence[Campaign]) -> None:
        self.ids = [campaign.id for campaign in campaigns]
        self.hashtags: dict[str, list[int]] = {}
        self.names: dict[str, str] = {}
        owners: dict[str, tuple[list[int], list[int]]] = {}
        for number, campaign in enumerate(campaigns):
            for hashtag in campaign.hashtags:
                self.hashtags.setdefault(fold_hashtag(hashtag), []).append(number)
            for phrase in campaign.phrases:
                owners.setdefault(fold_phrase(phrase), ([], []))[0].append(number)
                self.names[_squashed(fold_phrase(phrase))] = fold_phrase(phrase)
            for phrase in campaign.baseline:
                owners.setdefault(fold_phrase(phrase), ([], []))[1].append(number)
        self.phrases = {
            phrase: _Phrase(_pattern(phrase), tuple(of), tuple(baseline)) for phrase, (of, baseline) in owners.items()
        }
        self.anchors: dict[str, list[str]] = {}
        """A word that is surely in a text that holds the phrases: looking for it first costs next to nothing."""
        words = {phrase: re.split("[ '-]", phrase) for phrase in self.phrases}
        shared = Counter(word for parts in words.values() for word in set(parts))
        for phrase, parts in words.items():
            self.anchors.setdefault(min(parts, key=lambda word: (shared[word], -len(word))), []).append(phrase)
        self.vague = {
            (number, phrase): self._wider(phrase) - {number}
            for phrase, terms in self.phrases.items()
            for number in terms.campaigns
        }

    def _wider(self, phrase: str) -> set[int]:
        """The campaigns with a longer name that contains this one, and without this one."""
        squashed, own = _squashed(phrase), self.phrases[phrase].campaigns
        return {
            number
            for other, terms in self.phrases.items()
            if squashed in _squashed(other) and len(squashed) < len(_squashed(other))
            for number in terms.campaigns
            if number not in own
        }

    def match(self, post: Post) -> Matches:
        found = _Evidence(len(self.ids))
        categories = dict.fromkeys(post.categories)
        unplaced: list[tuple[str, str]] = []
        for tag in post.hashtags:
            folded = _fold_hashtag(tag.as_written)
            if tag.origin == "category":
                categories[tag.as_written] = None
            elif folded in self.hashtags and tag.origin == "text":
                unplaced.append((folded, tag.as_written))
            elif folded in self.hashtags:
                self._add_hashtag(found, folded, tag.as_written, "entity")
        marked = frozenset(found.hashtags)
        for category in categories:
            self._search_category(category, found)
        if post.title:
            self._search(post.title, "title", found, marked)
        if post.text:
            self._search(post.text, "text", found, marked)
        for folded, as_written in unplaced:
            if folded not in found.hashtags:
                self._add_hashtag(found, folded, as_written, "text")
        return self._answer(found)

    def _answer(self, found: _Evidence) -> Matches:
        named = {number for number, reasons in enumerate(found.reasons) if reasons}
        if not named and not found.baseline:
            return NOTHING
        items = [
            number
            for number in sorted(named)
            if len(named) == 1
            or any(not phrase or not self.vague[number, phrase] & named for phrase in found.reasons[number].values())
        ]
        return Matches(
            of=tuple(
                Match(campaign_id=self.ids[number], kind=kind, term=term, place=place)
                for number in items
                for kind, term, place in found.reasons[number]
            ),
            baseline=tuple(self.ids[number] for number in sorted(found.baseline.difference(items))),
        )

    def _add_hashtag(self, found: _Evidence, folded: str, as_written: str, place: Place) -> None:
        found.hashtags.add(folded)
        term = " ".join(INVISIBLE.sub("", as_written).split()).lstrip("#＃")
        for number in self.hashtags[folded]:
            found.add(number, ("hashtag", term, place), "")

    def _search_category(self, category: str, found: _Evidence) -> None:
        """A category counts where it is a hashtag or a name, however its words are joined, or where it holds one."""
        folded = _fold(category)
        squashed = _squashed(folded.text)
        if squashed in self.hashtags:
            self._add_hashtag(found, squashed, folded.written, "category")
        if squashed in self.names:
            phrase = self.names[squashed]
            term = " ".join(folded.written.split())
            for number in self.phrases[phrase].campaigns:
                if number not in self.hashtags.get(squashed, ()):
                    found.add(number, ("phrase", term, "category"), phrase)
        elif squashed not in self.hashtags:
            self._search(category, "category", found, frozenset())

    def _search(self, text: str, place: Place, found: _Evidence, marked: frozenset[str]) -> None:
        """Finds names, and those hashtags that the platform has not marked already."""
        folded = _fold(text)
        searched = folded.text
        if "://" in searched or "www." in searched:
            searched = ADDRESS.sub(lambda address: "\0" * len(address[0]), searched)
        if "#" in searched:
            for tag in HASHTAG.finditer(searched):
                if tag[1] in self.hashtags and tag[1] not in marked and _begins_hashtag(searched, tag.start()):
                    self._add_hashtag(found, tag[1], folded.as_written(tag.start(1), tag.end(1)), place)
        tried: dict[str, int] = {}
        for start, end, phrase in self._names(searched, found.baseline):
            tried[phrase] = tried.get(phrase, 0) + 1
            if tried[phrase] <= MOST_TERMS:
                term = folded.as_written(*((start, end) if place != "category" else (0, len(searched))))
                for number in self.phrases[phrase].campaigns:
                    found.add(number, ("phrase", term, place), phrase)

    def _names(self, text: str, baseline: set[int]) -> list[tuple[int, int, str]]:
        """Where the campaigns' names stand: of those that lie over each other, the longest. Notes baseline phrases."""
        spans: list[tuple[int, int, str]] = []
        for phrase in self._possible(text):
            terms = self.phrases[phrase]
            for hit in terms.pattern.finditer(text):
                start = hit.start()
                before = text[start - 1] if start else " "
                if before.isalnum() or before in "_@" or (before == "#" and hit[0] in self.hashtags):
                    continue
                baseline.update(terms.baseline)
                if not terms.campaigns:
                    break
                spans.append((start, hit.end(), phrase))
        if len(spans) < 2:
            return spans
        spans.sort(key=lambda span: (span[0], -span[1]))
        longest, covered_to = [], 0
        for span in spans:
            if span[1] > covered_to:
                covered_to = span[1]
                longest.append(span)
        return longest

    def _possible(self, text: str) -> list[str]:
        return [phrase for anchor, phrases in self.anchors.items() if anchor in text for phrase in phrases]


def _pattern(phrase: str) -> re.Pattern[str]:
    """Finds a folded phrase in a folded text; what stands before it is looked at by the caller, which is quicker."""
    special = {"-": HYPHEN, " ": GAP, "'": APOSTROPHE}
    parts = [special.get(part) or re.escape(part) for part in re.split("([ '-])", phrase)]
    return re.compile("".join(parts) + r"(?!\w)")


def _begins_hashtag(text: str, at: int) -> bool:
    """Whether the # at a place begins a hashtag: not within a word, an HTML entity or an address without a scheme."""
    before = text[at - 1] if at else " "
    if before == "/":
        word = text[max(0, at - 300) : at].rsplit(None, 1)
        return not word or "." not in word[-1]
    return not (before.isalnum() or before in "_&")


NOTHING = Matches()

_ready: list[tuple[tuple[Campaign, ...], _Terms]] = []


def _terms_of(campaigns: tuple[Campaign, ...]) -> _Terms:
    """The terms made ready, remembered for the sets of campaigns asked for last: there is one in a running process."""
    for known, terms in _ready:
        if known is campaigns:
            return terms
    terms = _Terms(campaigns)
    _ready.insert(0, (campaigns, terms))
    del _ready[4:]
    return terms


def terms_fingerprint(campaigns: Iterable[Campaign]) -> str:
    """Text that changes when the same posts could be matched differently: the terms, folded, and the rules."""
    lines = {
        f"{campaign.id} {kind} {folded}"
        for campaign in campaigns
        for kind, folded in [
            *(("hashtag", fold_hashtag(term)) for term in campaign.hashtags),
            *(("phrase", fold_phrase(term)) for term in campaign.phrases),
            *(("baseline", fold_phrase(term)) for term in campaign.baseline),
        ]
    }
    return "\n".join([RULES_VERSION, *sorted(lines)])
