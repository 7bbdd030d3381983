"""How far back in time a page of a feed truly reaches, and what of a task is covered by that. Pure.

A feed lists its newest entries, so it covers from the oldest it lists until now: if it is in order of time. An entry
may be pinned to the top, dated back or re-dated; then the oldest date is not how far the feed reaches. So the order is
looked at first, entries out of it are left aside, and of a feed without order nothing is claimed but what is newer than
everything in it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from msgspec import Struct

from collector.intervals import missing as gaps_in
from collector.intervals import union
from collector.platforms import CoverageState, Covered
from collector.posts import Interval

IN_ORDER = 0.8
"""The share of entries that must be in order of time for the feed to count as being so."""
FEWEST_ASCENDING = 5
"""A feed that lists its oldest entry first is believed to from so many entries on: two could be a pinned one and a
new."""


class Reach(Struct, frozen=True):
    """The stretch of time whose entries a page lists all of, so far as its order can be trusted."""

    oldest: str
    newest: str


def reach(published: Sequence[str | None], updated: Sequence[str | None]) -> Reach | None:
    """How far back a page reaches, from its entries' dates in the order of the page; None where that cannot be said.

    In order of publication it reaches to the last entry that is in that order. In order of change (Atom feeds often
    are), everything changed since the last one's date is there, so everything published since is as well.
    """
    dated = [date for date in published if date is not None]
    if not dated or len(dated) < IN_ORDER * len(published):
        return None
    newest = max(dated)
    if last := _last_in_order(dated):
        return Reach(last, newest)
    changed = [stated or first for stated, first in zip(updated, published, strict=True)]
    by_change = [date for date in changed if date is not None]
    if last := _last_in_order(by_change):
        return Reach(min(last, newest), newest)
    if len(dated) >= FEWEST_ASCENDING and (last := _last_in_order(dated[::-1])):
        return Reach(last, newest)
    return Reach(newest, newest)


def _last_in_order(dates: Sequence[str]) -> str | None:
    """The end of the longest run of dates that never rise, entries out of order left aside; None where those are
    many."""
    # Patience sorting, on texts that sort the other way round: `ends[n]` is the highest date at which a run of n + 1
    # dates can end.
    ends: list[str] = []
    for date in dates:
        key = _descending(date)
        at = bisect_right(ends, key)
        ends[at : at + 1] = [key]
    return _descending(ends[-1]) if ends and len(ends) >= IN_ORDER * len(dates) else None


def _descending(date: str) -> str:
    """A text that sorts the other way round; applied twice, the date again."""
    return date.translate(_NINES)


_NINES = str.maketrans("0123456789", "9876543210")


def within(missing: Iterable[Interval], truth: Iterable[Interval]) -> list[Interval]:
    """What of the missing stretches is true now, newest first."""
    truths = union(truth)
    found = [
        Interval(max(gap.from_utc, one.from_utc), min(gap.to_utc, one.to_utc)) for gap in missing for one in truths
    ]
    return sorted((one for one in found if one.from_utc < one.to_utc), reverse=True)


def still_missing(missing: Iterable[Interval], truth: Iterable[Interval]) -> tuple[Interval, ...]:
    """What of the missing stretches stays so, newest first."""
    truths = list(truth)
    return tuple(left for gap in missing for left in gaps_in(gap, truths))


def claims(
    missing: Iterable[Interval], truth: Iterable[Interval], state: CoverageState = "complete", reason: str = ""
) -> tuple[Covered, ...]:
    """The rows that the ledger gets."""
    return tuple(Covered(interval=one, state=state, reason=reason) for one in within(missing, truth))
