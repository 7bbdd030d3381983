"""How far back in time a page of a feed truly reaches, and what of a task is covered by that. Pure.

A feed lists its newest entries, so it covers from the oldest it lists until now: if it is in order of time. An entry
may be pinned to the top, dated back or re-dated; then the oldest date is not how far the feed reaches. So the order is
looked at first, entries out of it are left aside, and of a feed without order nothing is claimed but what is newer than
everything in it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise

from msgspec import Struct

from collector.intervals import missing as gaps_in
from collector.intervals import union
from collector.platforms import CoverageState, Covered
from collector.posts import Interval, moment

IN_ORDER = 0.8
"""The share of entries that must be in order of time for the feed to count as being so."""
FEWEST_IN_ORDER = 3
"""Of so many entries a single one may always be out of order."""
FAR = 10
"""A last entry that lies so many times further from the one before than any other two neighbours do, and more than
`LEAST_FAR`, is a lone one that was put there: it says nothing of what lies between."""
LEAST_FAR = timedelta(days=30)
FEWEST_ASCENDING = 5
"""A feed that lists its oldest entry first is believed to from so many entries on: two could be a pinned one and a
new."""


class Reach(Struct, frozen=True):
    """The stretch of time whose entries a page lists all of, so far as its order can be trusted."""

    oldest: str
    newest: str
    in_order: bool = True
    """False: nothing can be said but of what is newer than all of them."""


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
    return Reach(newest, newest, in_order=len(set(dated)) < FEWEST_IN_ORDER)


def ends_alone(published: Sequence[str | None]) -> bool:
    """Whether a page's last entry lies so far below the rest that its being there proves nothing about them."""
    dated = [date for date in published if date is not None]
    return bool(published) and published[-1] is not None and _is_lone([*sorted(dated[:-1], reverse=True), dated[-1]])


def _is_lone(dates: Sequence[str]) -> bool:
    """Whether the last of several dates that do not rise is far from the others."""
    if len(dates) < FEWEST_IN_ORDER:
        return False
    times = [moment(date) for date in dates]
    *others, last = [one - after for one, after in pairwise(times)]
    return last > max(LEAST_FAR, FAR * max(others))


def _last_in_order(dates: Sequence[str]) -> str | None:
    """The end of the longest run of dates that never rise, without a lone one; entries out of order are left aside.
    None where those are many: more than one, and more than `IN_ORDER` allows."""
    # Patience sorting, on texts that sort the other way round: `ends[n]` is the highest date at which a run of n + 1
    # dates can end.
    ends: list[str] = []
    for date in dates:
        key = _descending(date)
        at = bisect_right(ends, key)
        ends[at : at + 1] = [key]
    single = len(dates) >= FEWEST_IN_ORDER and len(ends) == len(dates) - 1
    if not ends or not (single or len(ends) >= IN_ORDER * len(dates)):
        return None
    run = [_descending(key) for key in ends]
    return run[-2] if _is_lone(run) else run[-1]


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
