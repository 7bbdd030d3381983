"""How numbers, days and sentences read."""

from __future__ import annotations

import pytest

from dashboards import wording


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0"), (1234567, "1,234,567"), (2.0, "2"), (1.25, "1.3"), (0.05, "0.1"), (1234.56, "1,234.6")],
)
def test_numbers_have_thousands_separators_and_at_most_one_decimal(value: float, words: str) -> None:
    assert wording.number(value) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0%"),
        (1, "100%"),
        (0.5, "50%"),
        (1 / 3, "33.3%"),
        (0.0001, "under 0.1%"),
        (0.9999, "over 99.9%"),
        (0.0005, "0.1%"),
    ],
)
def test_a_share_that_is_not_quite_nothing_or_all_says_so(share: float, words: str) -> None:
    assert wording.percent(share) == words


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("items", None, "not available"),
        ("share", 0.25, "25%"),
        ("top_10_share", 1.0, "100%"),
        ("items", 12345, "12,345"),
        ("platform", "all", "All platforms"),
        ("platform", "x", "X"),
        ("platform", "bluesky", "Bluesky"),
        ("phase", "lead-up", "Lead-up"),
        ("local_day", "2026-07-06", "Monday 6 July 2026"),
        ("local_hour", 23, "23:00 to 00:00"),
        ("hashtag", "CoProWeek", "#CoProWeek"),
        ("organiser", 1, "yes"),
        ("organisation", "Anyshire Council", "Anyshire Council"),
    ],
)
def test_values_are_shown_as_people_write_them(column: str, value: object, words: str) -> None:
    assert wording.show(column, value) == words


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-07-06", "2026-07-10", "6 to 10 July 2026"),
        ("2025-06-30", "2025-07-04", "30 June to 4 July 2025"),
        ("2026-12-28", "2027-01-02", "28 December 2026 to 2 January 2027"),
        ("2026-07-06", "2026-07-06", "Monday 6 July 2026"),
    ],
)
def test_periods_say_what_differs(first: str, last: str, words: str) -> None:
    assert wording.span(first, last) == words


def test_stretches_are_told_in_local_time() -> None:
    assert (
        wording.stretch("2026-07-07T11:00:00Z", "2026-07-07T17:30:00Z", "Europe/London")
        == "Tuesday 7 July 2026 12:00 to 18:30"
    )
    assert (
        wording.stretch("2026-07-07T11:00:00Z", "2026-07-08T11:00:00Z", "Europe/London")
        == "Tuesday 7 July 2026 12:00 to Wednesday 8 July 2026 12:00"
    )


def test_one_is_singular() -> None:
    assert wording.singular("1 items of 11 items, 1 effective voices") == "1 item of 11 items, 1 effective voice"
    assert wording.singular("1.1 items, 2,001 items") == "1.1 items, 2,001 items"


def test_words_from_right_to_left_keep_what_follows_in_its_place() -> None:
    assert wording.isolated("#CoProWeek") == "#CoProWeek"
    assert wording.isolated("#عربى") == "\u2068#عربى\u2069"
    # Marks that would turn the rest of the line are left out.
    assert wording.isolated("a\u202eb\u2067c") == "abc"
