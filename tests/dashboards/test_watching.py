"""Stretches of time: joined, cut, measured, laid upon local days."""

from __future__ import annotations

import sqlite3
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.editions import EditionInfo
from dashboards.watching import (
    Stretch,
    gaps,
    local_days,
    rounded,
    seconds,
    sources_read,
    union,
    watched_seconds,
    within,
)

from .conftest import NOW

EDITION = EditionInfo(
    id="uk-2026",
    campaign_id="uk",
    year=2026,
    title="Co-production Week 2026",
    theme=None,
    campaign_title="Co-production Week",
    hashtag="CoProWeek",
    organiser=None,
    time_zone="Europe/London",
    starts_on="2026-07-06",
    ends_on="2026-07-10",
    early_from_utc="2025-08-01T23:00:00Z",
    lead_up_from_utc="2026-06-07T23:00:00Z",
    week_from_utc="2026-07-05T23:00:00Z",
    week_to_utc="2026-07-10T23:00:00Z",
    after_to_utc="2026-08-07T23:00:00Z",
    frozen_at_utc="2026-09-04T23:00:00Z",
    content_removed_at=None,
    made_up=False,
)


def hour(number: int) -> str:
    return f"2026-07-{1 + number // 24:02}T{number % 24:02}:00:00Z"


STRETCHES = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 200)).map(lambda ends: (hour(ends[0]), hour(ends[1]))), max_size=12
)


def hours_of(stretches: list[Stretch] | tuple[Stretch, ...]) -> set[int]:
    """The hours that stretches of whole hours cover, counted one by one."""
    return {number for number in range(201) if any(start <= hour(number) < end for start, end in stretches)}


@given(STRETCHES)
def test_a_union_covers_the_same_hours_once_and_in_order(stretches: list[Stretch]) -> None:
    joined = union(stretches)
    assert hours_of(joined) == hours_of(stretches)
    assert all(start < end for start, end in joined)
    assert all(joined[n][1] < joined[n + 1][0] for n in range(len(joined) - 1))
    assert seconds(stretches) == 3600 * len(hours_of(stretches))


@given(STRETCHES, st.integers(0, 100), st.integers(101, 200))
def test_a_window_is_what_was_watched_and_the_gaps(stretches: list[Stretch], start: int, end: int) -> None:
    window = (hour(start), hour(end))
    watched, unwatched = hours_of(within(stretches, window)), hours_of(gaps(stretches, window))
    assert watched | unwatched == set(range(start, end))
    assert not watched & unwatched


@given(STRETCHES)
def test_the_days_share_out_what_was_watched(stretches: list[Stretch]) -> None:
    days = local_days(EDITION, "2026-08-01T00:00:00Z")
    assert sum(watched_seconds(stretches, days)) == seconds(stretches)


def test_every_day_so_far_has_its_phase_and_today_is_cut() -> None:
    days = local_days(EDITION, "2026-07-11T09:30:00Z")
    assert (days[0].day, days[0].phase, days[0].from_utc) == ("2026-06-08", "lead-up", "2026-06-07T23:00:00Z")
    assert [day.day for day in days if day.phase == "week"] == [f"2026-07-{number:02}" for number in range(6, 11)]
    assert (days[-1].day, days[-1].phase, days[-1].to_utc) == ("2026-07-11", "after", "2026-07-11T09:30:00Z")


def test_days_end_with_the_edition() -> None:
    assert local_days(EDITION, "2030-01-01T00:00:00Z")[-1].day == "2026-08-07"
    assert local_days(EDITION, "2026-06-07T23:00:00Z") == ()


@pytest.mark.parametrize(
    ("zone", "lead_up", "now", "hours"),
    [
        # The clocks go forward on 29 March 2026 and back on 25 October.
        ("Europe/London", "2026-03-28T00:00:00Z", "2026-03-31T00:00:00Z", [24, 23, 24, 1]),
        ("Europe/London", "2026-10-23T23:00:00Z", "2026-10-27T00:00:00Z", [24, 25, 24]),
    ],
)
def test_days_are_as_long_as_their_zone_makes_them(zone: str, lead_up: str, now: str, hours: list[int]) -> None:
    edition = msgspec.structs.replace(
        EDITION, time_zone=zone, lead_up_from_utc=lead_up, after_to_utc="2026-12-01T00:00:00Z"
    )
    assert [seconds([(day.from_utc, day.to_utc)]) / 3600 for day in local_days(edition, now)] == hours


@pytest.mark.parametrize(
    ("share", "digits", "expected"),
    [
        (Fraction(1), 4, 1.0),
        (Fraction(0), 4, 0.0),
        (Fraction(99_999, 100_000), 4, 0.9999),
        (Fraction(1, 1_000_000), 4, 0.0001),
        (Fraction(1, 3), 4, 0.3333),
        (Fraction(2, 3), 4, 0.6667),
        (Fraction(999, 1000), 2, 0.99),
    ],
)
def test_a_share_is_never_rounded_to_all_or_nothing(share: Fraction, digits: int, expected: float) -> None:
    assert rounded(share, digits) == expected


# The ledger ----------------------------------------------------------------------------------------------------------

WEEK = ("2026-07-05T23:00:00Z", "2026-07-10T23:00:00Z")


def test_feeds_count_each_for_itself_and_searches_of_one_network_together(archive: sqlite3.Connection) -> None:
    # A second search on X covers what the first does not, and a third never answered: they look at the same posts.
    archive.executescript(
        """
        INSERT INTO sources (id, platform, kind, locator, title, query_hash, added_at)
            VALUES (5, 'x', 'search', 'words', 'Words', 'q5', 't'), (6, 'x', 'search', 'none', 'Silent', 'q6', 't');
        INSERT INTO coverage (source_id, query_hash, round_id, from_utc, to_utc, state)
            VALUES (5, 'q5', 1, '2026-06-20T23:00:00Z', '2026-07-10T00:00:00Z', 'complete');
        """
    )
    found = sources_read(archive, EDITION, NOW)
    assert list(found) == ["blogs", "mastodon", "x"]
    # SCIE's blog all the time, Dora's never.
    assert (found["blogs"].sources, found["blogs"].read, found["blogs"].share) == (2, 1, 0.5)
    assert found["blogs"].watched == (("2026-06-07T23:00:00Z", NOW),)
    # X from 21 June 00:00 on: 29 days and 13 hours, 709 of 1,021.
    assert (found["x"].sources, found["x"].read, found["x"].share) == (3, 2, round(709 / 1021, 4))


def test_the_week_alone_can_be_asked_for(archive: sqlite3.Connection) -> None:
    found = sources_read(archive, EDITION, NOW, WEEK)
    # Mastodon lacks 12 of the week's 120 hours.
    assert {name: read.share for name, read in found.items()} == {"blogs": 0.5, "mastodon": 0.9, "x": 1.0}
    assert sources_read(archive, EDITION, NOW, (WEEK[0], WEEK[0])) == {}
    assert sources_read(archive, EDITION, "2026-06-07T23:00:00Z") == {}


def test_a_source_given_up_before_the_stretch_is_none_of_it(archive: sqlite3.Connection) -> None:
    archive.execute("UPDATE sources SET retired_at = '2026-07-06T12:00:00Z' WHERE id = 3")
    assert sources_read(archive, EDITION, NOW)["blogs"].share == 0.5
    archive.execute("UPDATE sources SET retired_at = '2026-06-01T00:00:00Z' WHERE id = 3")
    assert sources_read(archive, EDITION, NOW)["blogs"].share == 1
    # One that config.toml no longer names counts for what was read of it.
    archive.execute("UPDATE sources SET configured = 0")
    assert list(sources_read(archive, EDITION, NOW)) == ["blogs", "mastodon", "x"]


def test_a_file_is_no_source(archive: sqlite3.Connection) -> None:
    archive.executescript(
        """
        INSERT INTO sources (id, platform, kind, locator, title, query_hash, added_at)
            VALUES (5, 'linkedin', 'file', 'a', 'a', '', 't'), (6, 'x', 'file', 'b', 'b', '', 't');
        """
    )
    found = sources_read(archive, EDITION, NOW)
    assert (found["linkedin"].imported, found["linkedin"].share, found["linkedin"].sources) == (True, None, 0)
    assert (found["x"].imported, found["x"].share, found["x"].sources) == (False, round(373 / 1021, 4), 1)
