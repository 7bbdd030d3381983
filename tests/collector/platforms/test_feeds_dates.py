"""When a feed's dates say something happened."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.platforms.feeds import dates

NOW = "2026-07-10T12:00:00Z"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Mon, 06 Jul 2026 09:00:00 +0100", "2026-07-06T08:00:00Z"),
        ("Mon, 06 Jul 2026 09:00:00 GMT", "2026-07-06T09:00:00Z"),
        ("Mon, 06 Jul 2026 09:00:00 EDT", "2026-07-06T13:00:00Z"),
        ("Mon, 06 Jul 2026 09:00:00 +0100 (BST)", "2026-07-06T08:00:00Z"),
        ("6 Jul 26 09:00 CEST", "2026-07-06T07:00:00Z"),
        ("2026-07-06T09:00:00+01:00", "2026-07-06T08:00:00Z"),
        ("2026-07-06T09:00:00.123Z", "2026-07-06T09:00:00Z"),
        ("2026-07-06 09:00:00 +0100", "2026-07-06T08:00:00Z"),
        ("Mon, 06 Jul 2026 23:59:60 GMT", "2026-07-06T23:59:59Z"),
    ],
)
def test_dates_as_feeds_write_them(written: str, meant: str) -> None:
    assert dates.read(written, NOW) == meant


@pytest.mark.parametrize(
    "written", ["Mon, 06 Jul 2026 09:00:00 BST", "2026-07-06 09:00:00 BST", "2026-07-06T09:00:00 bst"]
)
def test_british_summer_time_is_an_hour_ahead_of_utc(written: str) -> None:
    assert dates.read(written, NOW) == "2026-07-06T08:00:00Z"


@pytest.mark.parametrize(
    "written", ["2026-07-06T09:00:00", "Mon, 06 Jul 2026 09:00:00", "Mon, 06 Jul 2026 09:00:00 IST"]
)
def test_a_date_without_a_zone_or_with_an_ambiguous_one_counts_as_utc(written: str) -> None:
    assert dates.read(written, NOW) == "2026-07-06T09:00:00Z"


def test_a_date_without_a_time_is_its_midnight() -> None:
    assert dates.read("2026-07-06", NOW) == "2026-07-06T00:00:00Z"


@pytest.mark.parametrize(
    "written",
    [
        "06/07/2026",  # the sixth of July or the seventh of June
        "1783328400",
        "Mon, 06 Jul 1783 09:00:00 GMT",
        "Thu, 01 Jan 1970 00:00:00 +0000",
        "Mon, 06 Jul 2030 09:00:00 GMT",
        "2026-07-06T99:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "Mon, 06 Jul 2026 09:00:00 +9999",
        "yesterday",
        "",
    ],
)
def test_what_cannot_be_read_or_believed_is_no_date(written: str) -> None:
    assert dates.read(written, NOW) is None


def test_a_clock_or_zone_may_be_wrong_by_a_day_and_no_more() -> None:
    assert dates.read("2026-07-11T12:00:00Z", NOW) == "2026-07-11T12:00:00Z"
    assert dates.read("2026-07-11T12:00:01Z", NOW) is None


def test_feedparsers_own_reading_is_judged_by_the_same_rule() -> None:
    assert dates.from_struct(time.struct_time((2026, 7, 6, 9, 0, 61, 0, 187, 0)), NOW) == "2026-07-06T09:00:59Z"
    assert dates.from_struct(time.struct_time((1783, 3, 28, 4, 0, 0, 0, 187, 0)), NOW) is None
    assert dates.from_struct(time.struct_time((2026, 13, 6, 9, 0, 0, 0, 187, 0)), NOW) is None
    assert dates.from_struct(None, NOW) is None


@given(st.text(max_size=60) | st.from_regex(r"\d{4}-\d{2}-\d{2}[T ]\d\d:\d\d(:\d\d)?.{0,8}", fullmatch=True))
def test_no_text_breaks_it(text: str) -> None:
    when = dates.read(text, NOW)
    assert when is None or dates.EARLIEST <= when <= "2026-07-11T12:00:00Z"
