"""Counts of people that are too small to print: 1 to 9 becomes "fewer than 10", and so that nobody can work it out
from the rest, a second cell is withheld too.

It holds for everything that leaves a figure, stored or computed now: table, chart, picture, file, report. So it is
applied where the number is made, in `metrics/new_voices.sql` and `metrics/potential_audience.sql`; a test holds them
to the functions here.

Where it applies: counts of people split by an attribute *of people* (new or returning here, lived experience, role).
A platform, a day or a hashtag is an attribute of posts: how many accounts wrote on Bluesky is printed as it is.
0 is printed: it says something of nobody. The rule's source is statistical disclosure control as the ONS practises it
(threshold 10, secondary suppression).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

THRESHOLD = 10
FEWER = f"fewer than {THRESHOLD}"
WITHHELD = "withheld"


def is_small(people: float | None) -> bool:
    """Whether a count of people is one that is not printed."""
    return people is not None and 0 < people < THRESHOLD


def outwards(at_least: float, at_most: float) -> tuple[int, int]:
    """Bounds with two significant digits, the lower one rounded down and the upper one up: still true, and no longer
    the number that some account shows on its profile.
    """
    return _two_digits(at_least, up=False), _two_digits(at_most, up=True)


def _two_digits(value: float, *, up: bool) -> int:
    whole = math.ceil(value) if up else math.floor(value)
    unit: int = 10 ** max(len(str(abs(whole))) - 2, 0)
    return -(-whole // unit) * unit if up else whole // unit * unit


def split(parts: Sequence[int | None]) -> tuple[int | str | None, ...]:
    """The parts of one total of people as they may be printed beside that total.

    One small part alone would be the total less the others: then the smallest of the others that says anything is
    withheld as well. None stays None (not available).
    """
    small = [place for place, people in enumerate(parts) if is_small(people)]
    printed: list[int | str | None] = [FEWER if place in small else people for place, people in enumerate(parts)]
    if len(small) == 1 and None not in parts:
        others = [(people, place) for place, people in enumerate(parts) if people and place not in small]
        if others:
            printed[min(others)[1]] = WITHHELD
    return tuple(printed)
