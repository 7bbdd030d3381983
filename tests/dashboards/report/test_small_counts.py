"""Small counts of people do not leave the house, and cannot be worked out from what does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboards.small_counts import FEWER, WITHHELD, is_small, outwards, split


def test_one_to_nine_people_are_fewer_than_ten() -> None:
    assert [people for people in range(12) if is_small(people)] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert not is_small(None)


def test_the_total_does_not_give_the_small_part_away() -> None:
    # 40 contributors, 4 of them new: "36 returned" would say 4.
    assert split([4, 36]) == (FEWER, WITHHELD)
    # Of three groups the smaller one is withheld too, the largest is printed.
    assert split([4, 36, 20]) == (FEWER, 36, WITHHELD)


def test_two_small_parts_hide_each_other() -> None:
    assert split([4, 5, 31]) == (FEWER, FEWER, 31)


def test_nobody_and_large_groups_are_printed() -> None:
    assert split([0, 36]) == (0, 36)
    assert split([10, 36]) == (10, 36)
    assert split([None, 4]) == (None, FEWER)


def test_a_small_part_that_is_everybody_needs_no_partner() -> None:
    assert split([4, 0]) == (FEWER, 0)


@given(st.lists(st.integers(0, 60), min_size=2, max_size=5))
def test_what_is_printed_never_determines_a_small_part(parts: list[int]) -> None:
    printed = split(parts)
    for people, said in zip(parts, printed, strict=True):
        assert not (is_small(people) and isinstance(said, int))
    hidden = [said for said in printed if isinstance(said, str)]
    assert len(hidden) != 1 or sum(map(bool, parts)) == 1


def test_bounds_are_rounded_outwards_to_two_digits() -> None:
    assert outwards(51_204, 230_001) == (51_000, 240_000)
    assert outwards(7, 42) == (7, 42)
    assert outwards(999, 999) == (990, 1000)
    assert outwards(0, 0) == (0, 0)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_rounded_bounds_still_hold(at_least: int, more: int) -> None:
    low, high = outwards(at_least, at_least + more)
    assert low <= at_least <= at_least + more <= high
