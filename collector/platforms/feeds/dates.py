"""When an entry says it was published: text in the many ways feeds write it → a moment in UTC, or nothing. Pure.

feedparser reads more ways than this does, but takes "BST" for UTC (an hour wrong all summer, and the week is in summer)
and believes any year. So what is commonly written is read here, and feedparser's reading is the second opinion.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from collector.posts import moment, utc

EARLIEST = "1990-01-01T00:00:00Z"
"""Nothing on the web is older; what says so has been misread ("year 1783") or made up."""
AHEAD = timedelta(days=1)
"""A clock or zone may be wrong by a day; what is dated later is an event's date or a mistake."""

END = "9990-01-01T00:00:00Z"
LONGEST = 100

# Hours east of UTC of the names that mean one zone only, read as people in these countries mean them. RFC 822 knows the
# American ones. Ambiguous names (IST, AST) are left out: they count as no zone.
_ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "BST": 1, "WEST": 1, "CET": 1, "MET": 1, "CEST": 2, "MEST": 2,
    "EET": 2, "EEST": 3, "MSK": 3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8,
    "PDT": -7, "JST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
_NAMED_ZONE = re.compile(r"\s*\b([A-Za-z]{1,5})$")
_COMMENT = re.compile(r"\s*\([^()]*\)$")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:$|[Tt ]\d)")


def read(text: str, now: str) -> str | None:
    """The moment that a date of a feed names, in UTC.

    A date without a zone counts as UTC, one without a time as midnight. None where it cannot be read, where day and
    month could be either ("06/07/2026"), and where it is before 1990 or more than a day after `now`.
    """
    text = _COMMENT.sub("", text.strip()[:LONGEST])
    zone: timezone | None = None
    if (named := _NAMED_ZONE.search(text)) and (hours := _ZONES.get(named[1].upper())) is not None:
        zone, text = timezone(timedelta(hours=hours)), text[: named.start()]
    when = _iso(text) if _ISO.match(text) else _rfc822(text)
    if when is None:
        return None
    if zone is not None or when.tzinfo is None:
        when = when.replace(tzinfo=zone or UTC)
    try:
        return believable(utc(when), now)
    except (OverflowError, ValueError):  # within a zone's width of year 1 or 9999
        return None


def from_struct(parsed: time.struct_time | None, now: str) -> str | None:
    """feedparser's reading of a date, which is in UTC, if it can be believed."""
    if parsed is None:
        return None
    try:
        return believable(utc(datetime(*parsed[:5], min(parsed[5], 59), tzinfo=UTC)), now)
    except (TypeError, ValueError):
        return None


def first(texts: Iterable[str], now: str) -> str | None:
    """The first of several dates that can be read and believed."""
    return next((when for text in texts if (when := read(text, now)) is not None), None)


def ahead(texts: Iterable[str], now: str) -> bool:
    """Whether a date is not believed only because it is too long after `now`: of the two clocks, one is wrong."""
    return any(read(text, now) is None and read(text, END) is not None for text in texts)


def believable(when: str, now: str) -> str | None:
    """The moment itself, unless a blog cannot have published then."""
    return when if EARLIEST <= when <= utc(moment(now) + AHEAD) else None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip().upper().replace(" ", "T", 1).replace(" ", ""))
    except ValueError:
        return None


def _rfc822(text: str) -> datetime | None:
    try:
        parts = parsedate_tz(text)
        if parts is None or not re.search(r"[A-Za-z]{3}", text):
            return None
        # Without a zone, or with one it does not know, parsedate_tz says 0.
        return datetime(*parts[:5], min(parts[5], 59), tzinfo=timezone(timedelta(seconds=parts[9] or 0)))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
