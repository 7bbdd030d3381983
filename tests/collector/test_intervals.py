"""Interval arithmetic: what is covered, what is missing."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from collector.intervals import missing, seconds, union
from collector.posts import Interval, utc

START = datetime(2026, 7, 6, tzinfo=UTC)


def hour(n: int) -> str:
    return utc(START + timedelta(hours=n))


def stretch(a: int, b: int) -> Interval:
    return Interval(hour(a), hour(b))


def test_touching_and_overlapping_intervals_are_joined() -> None:
    assert union([stretch(5, 7), stretch(0, 2), stretch(2, 3), stretch(6, 9)]) == (stretch(0, 3), stretch(5, 9))


def test_gaps_come_newest_first() -> None:
    assert missing(stretch(0, 10), [stretch(2, 3), stretch(5, 8)]) == (stretch(8, 10), stretch(3, 5), stretch(0, 2))


def test_what_lies_outside_the_wanted_stretch_does_not_matter() -> None:
    assert missing(stretch(5, 10), [stretch(0, 6), stretch(9, 20)]) == (stretch(6, 9),)
    assert missing(stretch(5, 10), [stretch(0, 20)]) == ()
    assert missing(stretch(5, 10), [stretch(20, 30)]) == (stretch(5, 10),)


def test_nothing_is_wanted_of_an_empty_stretch() -> None:
    assert missing(stretch(5, 5), []) == ()


def test_overlaps_count_once() -> None:
    assert seconds([stretch(0, 2), stretch(1, 3)]) == 3 * 3600


hours = st.integers(0, 50)
stretches = st.lists(st.tuples(hours, hours).map(lambda ab: stretch(min(ab), max(ab))), max_size=12)


@given(stretches, hours, hours)
def test_covered_and_missing_together_are_what_was_wanted(covered: list[Interval], a: int, b: int) -> None:
    wanted = stretch(min(a, b), max(a, b))
    gaps = missing(wanted, covered)
    for n in range(51):
        inside = wanted.from_utc <= hour(n) < wanted.to_utc
        reached = any(i.from_utc <= hour(n) < i.to_utc for i in covered)
        in_gap = any(i.from_utc <= hour(n) < i.to_utc for i in gaps)
        assert in_gap == (inside and not reached)
