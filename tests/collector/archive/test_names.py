"""Whom a byline names: one person in all the ways a blog may write it, and never somebody else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.archive.names import people, person


@pytest.mark.parametrize(
    "byline",
    [
        "Ada Example",
        "ADA  EXAMPLE",
        "Ada Example, CEO",
        "Dr Ada Example",
        "Dr. Ada Example PhD",
        "Example, Ada",
        "Ada Example (she/her)",
        "Ada Example | Chair",
        "Ada Example – The Carers",
        "Ada Example at The Carers",
    ],
)
def test_one_person_however_it_is_written(byline: str) -> None:
    assert list(people(byline)) == ["ada example"]
    assert person(byline) == "ada example"


@pytest.mark.parametrize(
    "byline",
    ["Ada Example and Ben Other", "Ben Other, Ada Example", "Example, Ada; Other, Ben", "Ben Other/Ada Example"],
)
def test_several_people_are_several(byline: str) -> None:
    assert sorted(people(byline)) == ["ada example", "ben other"]
    assert person(byline) is None


@pytest.mark.parametrize(
    "byline", ["Ada Other", "Ada", "Example", "Ada B Example", "Ada Example-Other", "Ben Example", ""]
)
def test_others_are_others(byline: str) -> None:
    assert "ada example" not in people(byline)


def test_a_role_of_several_words_is_no_person_to_keep_out() -> None:
    assert person("Ada Example, Vice Chair") is None
    assert "ada example" in people("Ada Example, Vice Chair")


@given(st.text(max_size=80))
def test_nothing_is_too_odd_for_a_name(byline: str) -> None:
    assert all(" " in name for name in people(byline))
    assert person(byline) in {None, *people(byline)}
