"""How moments, stretches of time and cells from outside are written on our pages and in our files. Pure.

What a figure's values are called is in `dashboards.wording`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dashboards import wording

_FORMULA = re.compile(r"[\t\r\n\0]|[\s\ufeff\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069]*[=+\-@＝＋－＠﹦﹢﹣﹫−]")
"""What a spreadsheet may take for a formula, also behind spaces and marks that are not seen, and in the full-width
signs that some read as the plain ones."""


def harmless(cell: str) -> str:
    """A CSV cell that no spreadsheet takes for a formula: where it would, an apostrophe is put before it. Numbers, also
    negative ones, stay numbers."""
    if not _FORMULA.match(cell):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell


def moment(utc: str) -> datetime:
    """The aware datetime of a time as the archive writes it."""
    return datetime.strptime(utc, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def stamp(when: datetime) -> str:
    """A time as the archive writes it."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local(utc: str, time_zone: str) -> str:
    """A moment where the campaign is: 14:32 on Wednesday 8 July 2026."""
    there = moment(utc).astimezone(ZoneInfo(time_zone))
    return f"{there:%H:%M} on {wording.day(there.date().isoformat())}"


def ago(utc: str, now: str) -> str:
    """How long ago: just now, 5 minutes ago, 3 hours ago. A moment to come is also just now: clocks differ."""
    seconds = (moment(now) - moment(utc)).total_seconds()
    return "just now" if seconds < 60 else f"{lasting(seconds)} ago"


def ahead(utc: str, now: str) -> str:
    """How soon: now, in 5 minutes, in 3 hours."""
    seconds = (moment(utc) - moment(now)).total_seconds()
    return "now" if seconds < 60 else f"in {lasting(seconds)}"


def lasting(seconds: float) -> str:
    """A length of time in its largest whole unit: 5 minutes, 3 hours, 2 days."""
    for unit, length, least in (("day", 86_400, 2 * 86_400), ("hour", 3_600, 2 * 3_600), ("minute", 60, 0)):
        if seconds >= least:
            count = int(seconds // length)
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    raise ValueError(f"{seconds} is not a length of time")


def counted(number: int, one: str, many: str | None = None) -> str:
    """1 post, 1,234 posts."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
