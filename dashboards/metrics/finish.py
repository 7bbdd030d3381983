"""Finishes a metric's rows where SQL is not enough: days without items, phases to come, shares of watched days.

Pure functions, each named by a metric's `finish` line: the query's rows and a `Context` in, the figure's rows out, in
the order of the metric's columns.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from dashboards.editions import EditionInfo
from dashboards.small_counts import WITHHELD
from dashboards.watching import (
    SourcesRead,
    Stretch,
    local_days,
    rounded,
    seconds_since_1970,
    watched_seconds,
    within,
)

Rows = Sequence[Sequence[Any]]
Finished = list[tuple[Any, ...]]


class Context(Struct, frozen=True, kw_only=True):
    """What a figure is computed for, and what is known of how it was watched."""

    edition: EditionInfo
    now: str
    platforms: tuple[str, ...]
    """Platforms that have items in the edition."""
    watched: Mapping[str, tuple[Stretch, ...]]
    """Per platform, the stretches that any of its sources covered, of all phases. Of one platform only, where the rows
    are."""
    sources: Mapping[str, SourcesRead]
    """Per platform, how its sources were read from the lead-up on. Of one platform only, where the rows are."""


def days(rows: Rows, context: Context) -> Finished:
    """A row for every day so far and platform present: 0 where it was watched, None where nobody watched.

    In: day, phase, platform, items. Out: day, phase, platform, items, watched share of the day so far.
    """
    calendar = local_days(context.edition, context.now)
    found = {(day, platform): (phase, items) for day, phase, platform, items in rows}
    covered = {}
    for platform in sorted({platform for _day, platform in found} | set(context.platforms)):
        read = context.sources.get(platform)
        covered[platform] = [watched_seconds(part, calendar) for part in read.parts] if read else [[0] * len(calendar)]
    finished: Finished = []
    for number, one in enumerate(calendar):
        length = seconds_since_1970(one.to_utc) - seconds_since_1970(one.from_utc)
        for platform, parts in covered.items():
            total = sum(part[number] for part in parts)
            # What is only imported was not watched, and no share of it.
            share = rounded(Fraction(total, len(parts) * length), 2) if parts else None
            _phase, items = found.pop((one.day, platform), (one.phase, 0 if total else None))
            finished.append((one.day, one.phase, platform, items, share))
    # Days outside the calendar: a clock that runs ahead of ours. Nothing that was counted is left out.
    finished.extend((day, phase, platform, items, None) for (day, platform), (phase, items) in sorted(found.items()))
    return finished


def hours(rows: Rows, context: Context) -> Finished:
    """All 24 hours, once the week has begun: 0 where it has passed and none came, None where it is still to come.

    Also None instead of 0 where nobody watched the week at all.
    """
    start, end = context.edition.week_from_utc, context.edition.week_to_utc
    if start is None or end is None or context.now <= start:
        return [tuple(row) for row in rows]
    zone = ZoneInfo(context.edition.time_zone)
    began = datetime.fromisoformat(start).astimezone(zone)
    so_far = (datetime.fromisoformat(min(context.now, end)) - timedelta(seconds=1)).astimezone(zone)
    reached = 24 if so_far.date() > began.date() else so_far.hour + 1
    found = {int(hour): items for hour, items in rows}
    watched = _was_watched(context, (start, end))
    return [(hour, found.get(hour, 0 if watched and hour < reached else None)) for hour in range(24)]


def phases(rows: Rows, context: Context) -> Finished:
    """The four phases in order with their local days; None for one that has not begun or that nobody watched."""
    edition = context.edition
    edges = (
        edition.early_from_utc,
        edition.lead_up_from_utc,
        edition.week_from_utc,
        edition.week_to_utc,
        edition.after_to_utc,
    )
    found = {phase: items for phase, items in rows}
    zone = ZoneInfo(edition.time_zone)
    finished: Finished = []
    for number, phase in enumerate(("early", "lead-up", "week", "after")):
        start, end = edges[number], edges[number + 1]
        begun = start is not None and end is not None and start <= context.now
        nothing = 0 if begun and _was_watched(context, (start or "", end or "")) else None
        # The first edition's early phase has no beginning; the archive writes 1970 for it.
        open_start = start is None or start.startswith("1970")
        finished.append(
            (
                phase,
                None if open_start else _day(start, zone),
                _day(end, zone, seconds=-1),
                found.get(phase, nothing),
            )
        )
    return finished


def coverage(rows: Rows, context: Context) -> Finished:
    """For every source and day so far: hours watched, hours so far, share.

    In: source id, platform, name, from, to (None for a source that nothing is known of). Out: platform, name, day,
    phase, hours watched, hours, share. Sources of one name are told apart by their numbers.
    """
    calendar = local_days(context.edition, context.now)
    sources: dict[tuple[int, str, str], list[Stretch]] = {}
    for number, platform, name, start, end in rows:
        stretches = sources.setdefault((number, platform, name), [])
        if start is not None:
            stretches.append((start, end))
    names = Counter((platform, name) for _number, platform, name in sources)
    finished: Finished = []
    for (number, platform, name), stretches in sources.items():
        source = name if names[platform, name] == 1 else f"{name} (no. {number})"
        for one, covered in zip(calendar, watched_seconds(stretches, calendar), strict=True):
            length = seconds_since_1970(one.to_utc) - seconds_since_1970(one.from_utc)
            hours_so_far = round(length / 3600, 2)
            # Rounded down, so that a day that lacks a moment is not a whole one.
            hours_watched = hours_so_far if covered == length else math.floor(covered / 36) / 100
            share = rounded(Fraction(covered, length))
            finished.append((platform, source, one.day, one.phase, hours_watched, hours_so_far, share))
    return finished


def new_voices(rows: Rows, context: Context) -> Finished:
    """The row's own word for what is withheld (its last column, else None) in place of the count and the share.

    In: platform, new voices, compared, share, contributors, word. Out: without the word.
    """
    return [
        (platform, new, compared, share, contributors)
        if word is None
        else (platform, word, compared, WITHHELD, contributors)
        for platform, new, compared, share, contributors, word in rows
    ]


def potential_audience(rows: Rows, context: Context) -> Finished:
    """The row's own word for what is withheld (its last column, else None) in place of both bounds."""
    return [
        (*row, at_least if word is None else word, at_most if word is None else word)
        for *row, at_least, at_most, word in rows
    ]


def _was_watched(context: Context, window: Stretch) -> bool:
    return any(within(stretches, window) for stretches in context.watched.values())


def _day(moment: str | None, zone: ZoneInfo, seconds: int = 0) -> str | None:
    if moment is None:
        return None
    return (datetime.fromisoformat(moment).astimezone(zone) + timedelta(seconds=seconds)).date().isoformat()


FUNCTIONS: Mapping[str, Callable[[Rows, Context], Finished]] = {
    "days": days,
    "hours": hours,
    "phases": phases,
    "coverage": coverage,
    "new_voices": new_voices,
    "potential_audience": potential_audience,
}
