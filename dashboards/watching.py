"""Arithmetic on stretches of time: what was watched, what was not, and the local days they fall into. Pure.

A stretch is a half-open pair of UTC times as the archive writes them, which sort as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from msgspec import Struct

from dashboards.editions import EditionInfo

Stretch = tuple[str, str]


class LocalDay(Struct, frozen=True):
    """One day of an edition as far as it has come, with its moments in UTC."""

    day: str
    """YYYY-MM-DD in the campaign's time zone."""
    phase: str
    from_utc: str
    to_utc: str
    """The next local midnight, or now."""


def seconds_since_1970(text: str) -> int:
    """A UTC time of the archive as whole seconds."""
    return int(datetime.fromisoformat(text).timestamp())


def utc(when: datetime) -> str:
    """An aware datetime as the archive writes it."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def union(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """The same moments as disjoint stretches in order; touching ones are joined, empty ones left out."""
    joined: list[Stretch] = []
    for start, end in sorted(stretches):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def within(stretches: Iterable[Stretch], window: Stretch) -> tuple[Stretch, ...]:
    """What of the stretches, joined, lies inside the window."""
    return union((max(start, window[0]), min(end, window[1])) for start, end in stretches)


def gaps(stretches: Iterable[Stretch], window: Stretch) -> tuple[Stretch, ...]:
    """What of the window no stretch reaches, in order."""
    edges = [window[0], *(edge for stretch in within(stretches, window) for edge in stretch), window[1]]
    return union(zip(edges[::2], edges[1::2], strict=True))


def seconds(stretches: Iterable[Stretch]) -> int:
    """Their total length, overlaps counted once."""
    return sum(seconds_since_1970(end) - seconds_since_1970(start) for start, end in union(stretches))


def watched_seconds(stretches: Iterable[Stretch], days: Sequence[LocalDay]) -> list[int]:
    """How much of each day the stretches cover; the days in order and without overlap."""
    spans = [(seconds_since_1970(start), seconds_since_1970(end)) for start, end in union(stretches)]
    covered, at = [], 0
    for day in days:
        start, end = seconds_since_1970(day.from_utc), seconds_since_1970(day.to_utc)
        while at < len(spans) and spans[at][1] <= start:
            at += 1
        total, ahead = 0, at
        while ahead < len(spans) and spans[ahead][0] < end:
            total += min(spans[ahead][1], end) - max(spans[ahead][0], start)
            ahead += 1
        covered.append(total)
    return covered


def window(edition: EditionInfo, now: str) -> Stretch | None:
    """From the lead-up's beginning until now or the end of *after*; None before that, and without dates."""
    if edition.lead_up_from_utc is None or edition.after_to_utc is None or now <= edition.lead_up_from_utc:
        return None
    return edition.lead_up_from_utc, min(now, edition.after_to_utc)


def midnight(day: date, zone: ZoneInfo) -> str:
    """The moment at which a local day begins."""
    return utc(datetime(day.year, day.month, day.day, tzinfo=zone))


def local_days(edition: EditionInfo, now: str) -> tuple[LocalDay, ...]:
    """The days from the lead-up's first to now or the last of *after*, each with its phase; none without dates."""
    open_to = window(edition, now)
    if open_to is None or edition.week_from_utc is None or edition.week_to_utc is None:
        return ()
    zone = ZoneInfo(edition.time_zone)
    first = datetime.fromisoformat(open_to[0]).astimezone(zone).date()
    midnights = [midnight(first, zone)]
    while midnights[-1] < open_to[1]:
        midnights.append(midnight(first + timedelta(days=len(midnights)), zone))
    days = []
    for number, (start, end) in enumerate(pairwise(midnights)):
        phase = "lead-up" if start < edition.week_from_utc else "week" if start < edition.week_to_utc else "after"
        days.append(LocalDay((first + timedelta(days=number)).isoformat(), phase, start, min(end, open_to[1])))
    return tuple(days)
