"""Arithmetic on half-open stretches of time: what is covered, what is missing. Pure; times are text, as in `posts.py`.

The ledger's rows come in as intervals and the gaps that the next round must fill go out. Nothing here knows a source.
"""

from __future__ import annotations

from collections.abc import Iterable

from collector.posts import Interval, moment


def union(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same moments, as disjoint intervals in order; touching ones are joined."""
    merged: list[Interval] = []
    for interval in sorted(intervals):
        if interval.from_utc >= interval.to_utc:
            continue
        if merged and interval.from_utc <= merged[-1].to_utc:
            merged[-1] = Interval(merged[-1].from_utc, max(merged[-1].to_utc, interval.to_utc))
        else:
            merged.append(interval)
    return tuple(merged)


def missing(wanted: Interval, covered: Iterable[Interval]) -> tuple[Interval, ...]:
    """What of `wanted` no interval of `covered` reaches, newest first: new posts come before old gaps."""
    gaps: list[Interval] = []
    start = wanted.from_utc
    for interval in union(covered):
        if interval.from_utc >= wanted.to_utc:
            break
        if interval.from_utc > start:
            gaps.append(Interval(start, interval.from_utc))
        start = max(start, interval.to_utc)
    if start < wanted.to_utc:
        gaps.append(Interval(start, wanted.to_utc))
    return tuple(reversed(gaps))


def seconds(intervals: Iterable[Interval]) -> int:
    """Their total length, overlaps counted once."""
    return sum(
        int((moment(interval.to_utc) - moment(interval.from_utc)).total_seconds()) for interval in union(intervals)
    )
