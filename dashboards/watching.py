"""What was watched, what was not, and the local days they fall into: arithmetic on stretches of time, and the one
place that reads the ledger for a platform's coverage (`sources_read`), so that every page says the same number.

A stretch is a half-open pair of UTC times as the archive writes them, which sort as text.

A platform's coverage is not always the union over its sources. Searches and hashtag timelines of one network look at
the same posts, so what any of them covered is covered. Every feed holds other posts: seven blogs that never answered
are not covered by the eighth. So each feed counts for itself, the sources of other kinds count together as one, and
the platform's coverage is the mean of those shares. A source that never answered counts 0. "Nobody watched", which
charts shade, stays what no source of the platform covered. Imported files watch nothing and are no source here: a
platform that is known from them alone is imported, not watched, and has no coverage at all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
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


class SourcesRead(Struct, frozen=True, kw_only=True):
    """How the sources of one platform were read over a stretch of time."""

    platform: str
    sources: int
    """Sources that are asked: configured and not given up before the stretch, or read in it. No files."""
    read: int
    """How many of them were read at all, for some of the stretch."""
    share: float | None
    """Coverage, 0 to 1, as `rounded`: the mean over the feeds and, as one, the sources of other kinds. None for a
    platform that is only imported."""
    parts: tuple[tuple[Stretch, ...], ...]
    """What the share is the mean of: what each feed covered, and what the sources of other kinds covered together."""

    @property
    def imported(self) -> bool:
        """Known from files that somebody exported, and not watched."""
        return not self.sources

    @property
    def watched(self) -> tuple[Stretch, ...]:
        """What some source covered."""
        return union(stretch for part in self.parts for stretch in part)


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


# The ledger ----------------------------------------------------------------------------------------------------------

_SOURCES = """
SELECT sources.platform, sources.id, sources.kind, coverage.from_utc, coverage.to_utc
FROM sources
LEFT JOIN coverage
    ON coverage.source_id = sources.id AND coverage.query_hash = sources.query_hash
    AND coverage.state IN ('complete', 'provisional') AND coverage.from_utc < :end AND coverage.to_utc > :start
WHERE coverage.from_utc IS NOT NULL OR sources.kind = 'file'
    OR (sources.configured = 1 AND (sources.retired_at IS NULL OR sources.retired_at > :start))
ORDER BY sources.platform, sources.id
"""


def sources_read(
    conn: sqlite3.Connection, edition: EditionInfo, now: str, over: Stretch | None = None
) -> dict[str, SourcesRead]:
    """Per platform that has a source or an imported file, in alphabetical order: how its sources were read.

    Over the edition's time so far (`window`), or over the stretch given, such as the week as far as it has come. Empty
    where that has no length yet. A platform that has items and neither a source nor a file is not in it.
    """
    stretch = over or window(edition, now)
    if stretch is None or stretch[0] >= stretch[1]:
        return {}
    found: dict[str, dict[int | None, list[Stretch]]] = {}
    sources: dict[str, set[int]] = {}
    read: dict[str, set[int]] = {}
    for platform, source, kind, start, end in conn.execute(_SOURCES, {"start": stretch[0], "end": stretch[1]}):
        parts = found.setdefault(platform, {})
        if kind == "file":
            continue
        sources.setdefault(platform, set()).add(source)
        covered = parts.setdefault(source if kind == "feed" else None, [])
        if start is not None:
            read.setdefault(platform, set()).add(source)
            covered.append((start, end))
    answer = {}
    for platform, parts in found.items():
        joined = tuple(within(covered, stretch) for covered in parts.values())
        answer[platform] = SourcesRead(
            platform=platform,
            sources=len(sources.get(platform, ())),
            read=len(read.get(platform, ())),
            share=rounded(mean_share(joined, stretch)) if joined else None,
            parts=joined,
        )
    return answer


def mean_share(parts: Sequence[Iterable[Stretch]], stretch: Stretch) -> Fraction:
    """The mean over the parts of what each covers of the stretch; both must not be empty."""
    return Fraction(sum(seconds(within(part, stretch)) for part in parts), len(parts) * seconds([stretch]))


def rounded(share: Fraction | float, digits: int = 4) -> float:
    """A share, 0 to 1, to so many digits; never 1 where something is missing, never 0 where there is something."""
    step = 10.0**-digits
    if 0 < share < 1:
        return min(max(round(float(share), digits), step), round(1 - step, digits))
    return float(share)
