"""People's names in the bylines of blogs, as they are compared when somebody asked to be left out. Pure.

On purpose it errs on the side of telling people apart: a name counts only with all its words, and a single word never
does, so that nobody is left out for somebody else's sake.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_SEVERAL = re.compile(r"\s*,?\s+(?:and|with)\s+|\s*[;/&+]\s*", re.IGNORECASE)
# What comes behind these is a role or a place: "Ada Example | Chair", "Ada Example – The Carers".
_BEHIND = re.compile(r"\s*\|\s*|\s+[-\u2013\u2014]\s+|\s+(?:at|from)\s+", re.IGNORECASE)
_ASIDE = re.compile(r"[(\[][^)\]]{0,200}[)\]]")
_WORD = re.compile(r"[^\W_]+(?:['\-][^\W_]+)*")
_TITLES = frozenset("by dr prof professor mr mrs ms miss mx sir dame rev revd reverend cllr councillor".split())
_LETTERS = frozenset("phd obe mbe cbe".split())
LONGEST = 500


def people(byline: str) -> Iterator[str]:
    """Everybody whom a byline may name, each as the sorted words of the name without titles: `ada example`.

    "Dr Ada Example", "Ada Example, Chair" and "Example, Ada" are one; "Ada Example and Ben Other" are two. A role of
    several words is taken for a name as well, which harms nobody.
    """
    for group in _groups(byline):
        parts = [words for part in group.split(",") if (words := _words(part))]
        if len(parts) == 2 and len(parts[0]) == len(parts[1]) == 1:
            yield " ".join(sorted(parts[0] + parts[1]))
            continue
        for words in parts:
            if len(words) > 1:
                yield " ".join(sorted(words))


def person(byline: str) -> str | None:
    """The one person whom a byline names; None where it names several, or nobody by a whole name."""
    groups = list(_groups(byline))
    if len(groups) != 1:
        return None
    first, comma, rest = groups[0].partition(",")
    if len(_words(first)) > 1 and any(len(_words(part)) in (2, 3) for part in rest.split(",")):
        # "Ada Example, Ben Other" and "Ada Example, Vice Chair" look alike.
        return None
    return next(people(first if len(_words(first)) > 1 else first + comma + rest), None)


def _groups(byline: str) -> Iterator[str]:
    text = unicodedata.normalize("NFKC", byline[:LONGEST]).casefold().replace("\u2019", "'").replace(".", " ")
    for group in _SEVERAL.split(_ASIDE.sub(" ", text)):
        name = _BEHIND.split(group.strip(), maxsplit=1)[0]
        if name.strip(" ,"):
            yield name


def _words(part: str) -> list[str]:
    words = _WORD.findall(part)
    while words and words[0] in _TITLES:
        words = words[1:]
    while words and words[-1] in _LETTERS:
        words = words[:-1]
    return words
