"""Editions and phases: local midnights, weeks of odd shapes, and editions whose dates nobody has set."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.campaign import Campaign, Edition
from collector.editions import BEGINNING, Placed, Window, local_day, local_midnight, place, timeline
from collector.posts import utc


def campaign(*weeks: tuple[int, str | None, str | None], zone: str = "Europe/London", days: int = 28) -> Campaign:
    return Campaign(
        id="uk",
        title="Co-production Week",
        organiser=None,
        time_zone=zone,
        hashtags=("CoProWeek",),
        phrases=(),
        baseline=(),
        lead_up_days=days,
        after_days=days,
        editions=tuple(
            Edition(
                id=f"uk-{year}",
                campaign_id="uk",
                year=year,
                title=f"Co-production Week {year}",
                starts_on=date.fromisoformat(starts) if starts else None,
                ends_on=date.fromisoformat(ends) if ends else None,
            )
            for year, starts, ends in weeks
        ),
    )


JULY_2018 = (2018, "2018-07-02", "2018-07-06")
JULY_2017 = (2017, "2017-07-03", "2017-07-07")
JULY_2016 = (2016, "2016-07-04", "2016-07-08")


def phases(windows: tuple[Window, ...], *moments: str) -> list[str | None]:
    return [placed.phase if (placed := place(windows, at)) else None for at in moments]


def test_every_boundary_is_a_local_midnight_and_summer_time_is_an_hour_ahead() -> None:
    (window,) = timeline(campaign(JULY_2018))
    assert window == Window(
        edition_id="uk-2018",
        time_zone="Europe/London",
        early_from=BEGINNING,
        lead_up_from="2018-06-03T23:00:00Z",  # 4 June, 28 days before 2 July
        week_from="2018-07-01T23:00:00Z",
        week_to="2018-07-06T23:00:00Z",  # the midnight after the last day
        after_to="2018-08-03T23:00:00Z",  # 28 days later
        frozen_at="2018-08-31T23:00:00Z",  # 56 days after the week
    )


def test_in_november_london_is_on_utc() -> None:
    (window,) = timeline(campaign((2018, "2018-11-19", "2018-11-25")))
    assert window.week_from == "2018-11-19T00:00:00Z"
    assert window.week_to == "2018-11-26T00:00:00Z", "Monday to Sunday: the Sunday counts"
    assert window.lead_up_from == "2018-10-21T23:00:00Z", "22 October was still summer time"


def test_a_phase_begins_on_the_second_and_ends_the_second_before_the_next() -> None:
    windows = timeline(campaign(JULY_2018))
    assert phases(
        windows,
        "2018-06-03T22:59:59Z",
        "2018-06-03T23:00:00Z",
        "2018-07-01T22:59:59Z",
        "2018-07-01T23:00:00Z",
        "2018-07-06T22:59:59Z",
        "2018-07-06T23:00:00Z",
        "2018-08-03T22:59:59Z",
        "2018-08-03T23:00:00Z",
    ) == ["early", "lead-up", "lead-up", "week", "week", "after", "after", None]


def test_early_runs_from_the_end_of_the_previous_after() -> None:
    windows = timeline(campaign(JULY_2017, JULY_2018))
    assert windows[1].early_from == windows[0].after_to == "2017-08-04T23:00:00Z"
    assert place(windows, "2017-08-04T22:59:59Z") == Placed(
        edition_id="uk-2017", phase="after", local_day="2017-08-04", local_hour=23
    )
    assert place(windows, "2017-08-04T23:00:00Z") == Placed(
        edition_id="uk-2018", phase="early", local_day="2017-08-05", local_hour=0
    )


def test_the_first_edition_is_early_since_the_beginning() -> None:
    windows = timeline(campaign(JULY_2016))
    assert phases(windows, "1999-01-01T00:00:00Z", "1969-12-31T23:59:59Z") == ["early", None]


def test_the_order_of_the_file_does_not_matter() -> None:
    assert timeline(campaign(JULY_2018, JULY_2016, JULY_2017)) == timeline(campaign(JULY_2016, JULY_2017, JULY_2018))


def test_posts_under_a_title_that_claims_another_year_go_by_their_date() -> None:
    """coproductionweek2017.blogspot.com showed "2019" above posts of 2017 and 2018."""
    windows = timeline(campaign(JULY_2016, JULY_2017, JULY_2018))
    days = ["2016-05-05", "2017-02-27", "2017-06-21", "2018-04-16", "2018-06-07"]
    placed = [place(windows, f"{day}T09:00:00Z") for day in days]
    assert [(p.edition_id, p.phase) for p in placed if p] == [
        ("uk-2016", "early"),
        ("uk-2017", "early"),
        ("uk-2017", "lead-up"),
        ("uk-2018", "early"),
        ("uk-2018", "lead-up"),
    ]


def test_the_week_of_2022_ran_to_saturday() -> None:
    windows = timeline(campaign((2022, "2022-07-04", "2022-07-09")))
    assert phases(windows, "2022-07-09T22:59:59Z", "2022-07-09T23:00:00Z") == ["week", "after"]


def test_the_week_of_2025_began_in_june() -> None:
    windows = timeline(campaign((2025, "2025-06-30", "2025-07-04")))
    placed = place(windows, "2025-06-29T23:00:00Z")
    assert placed == Placed(edition_id="uk-2025", phase="week", local_day="2025-06-30", local_hour=0)


def test_an_edition_without_dates_waits_until_the_end_of_its_year() -> None:
    windows = timeline(campaign(JULY_2018, (2019, None, None), (2020, "2020-07-06", "2020-07-10")))
    waiting = windows[1]
    assert waiting.waiting and waiting.week_from is None and waiting.lead_up_from is None and waiting.frozen_at is None
    assert (waiting.early_from, waiting.after_to) == (windows[0].after_to, "2020-01-01T00:00:00Z")
    assert windows[2].early_from == "2020-01-01T00:00:00Z"
    assert phases(windows, "2019-07-03T12:00:00Z", "2019-12-31T23:59:59Z", "2020-01-01T00:00:00Z") == [
        None,
        None,
        "early",
    ]


def test_waiting_posts_fall_into_place_when_the_dates_are_set() -> None:
    before = timeline(campaign(JULY_2018, (2019, None, None)))
    after = timeline(campaign(JULY_2018, (2019, "2019-07-01", "2019-07-05")))
    assert place(before, "2019-07-03T12:00:00Z") is None
    assert place(after, "2019-07-03T12:00:00Z") == Placed(
        edition_id="uk-2019", phase="week", local_day="2019-07-03", local_hour=13
    )


def test_two_editions_without_dates_wait_one_after_the_other() -> None:
    windows = timeline(campaign(JULY_2018, (2019, None, None), (2020, None, None)))
    assert [(w.early_from, w.after_to) for w in windows[1:]] == [
        ("2018-08-03T23:00:00Z", "2020-01-01T00:00:00Z"),
        ("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"),
    ]


def test_waiting_ends_where_the_next_lead_up_begins() -> None:
    windows = timeline(campaign((2019, None, None), (2020, "2020-01-13", "2020-01-17")))
    assert windows[0].after_to == windows[1].early_from == windows[1].lead_up_from == "2019-12-16T00:00:00Z"


def test_an_edition_whose_year_is_already_taken_has_no_waiting_window() -> None:
    windows = timeline(campaign((2018, "2018-12-10", "2018-12-14"), (2019, None, None), days=400))
    assert [w.edition_id for w in windows] == ["uk-2018"]


def test_days_and_hours_are_local_on_the_nights_when_the_clocks_change() -> None:
    windows = timeline(campaign((2026, "2026-03-23", "2026-03-29")))
    hours = [place(windows, f"2026-03-29T{at}Z") for at in ("00:59:59", "01:00:00", "22:59:59", "23:00:00")]
    assert [(p.local_day, p.local_hour, p.phase) for p in hours if p] == [
        ("2026-03-29", 0, "week"),
        ("2026-03-29", 2, "week"),  # 01:00 does not exist: the clocks go to 02:00
        ("2026-03-29", 23, "week"),
        ("2026-03-30", 0, "after"),
    ]
    autumn = timeline(campaign((2026, "2026-10-19", "2026-10-25")))
    twice = [place(autumn, at) for at in ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")]
    assert [(p.local_day, p.local_hour) for p in twice if p] == [("2026-10-25", 1)] * 2
    assert autumn[0].week_from == "2026-10-18T23:00:00Z" and autumn[0].week_to == "2026-10-26T00:00:00Z"


def test_where_the_clocks_skip_midnight_the_day_begins_when_they_do() -> None:
    """In Cairo clocks went from 00:00 to 01:00 on 28 April 2023."""
    assert local_midnight(date(2023, 4, 28), ZoneInfo("Africa/Cairo")) == "2023-04-27T22:00:00Z"


def test_a_day_is_named_in_the_zone() -> None:
    assert local_day("2018-07-01T23:30:00Z", "Europe/London") == "2018-07-02"
    assert local_day("2018-07-01T23:30:00Z", "UTC") == "2018-07-01"


ZONES = [
    "Europe/London",
    "UTC",
    "Pacific/Apia",
    "Africa/Cairo",
    "America/Havana",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
]


@st.composite
def campaigns(draw: st.DrawFn) -> Campaign:
    weeks: list[tuple[int, str | None, str | None]] = []
    for year in sorted(draw(st.sets(st.integers(2005, 2030), max_size=6))):
        starts = date(year, 1, 1) + timedelta(days=draw(st.integers(0, 364)))
        ends = starts + timedelta(days=draw(st.integers(0, 40)))
        weeks.append((year, str(starts), str(ends)) if draw(st.booleans()) else (year, None, None))
    return campaign(*weeks, zone=draw(st.sampled_from(ZONES)), days=draw(st.integers(0, 400)))


MOMENTS = st.datetimes(datetime(1960, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)).map(utc)


@settings(max_examples=300, deadline=None)
@given(campaigns(), MOMENTS)
def test_every_moment_belongs_to_at_most_one_edition_and_phase(watched: Campaign, at: str) -> None:
    windows = timeline(watched)
    inside = [w for w in windows if w.early_from <= at < w.after_to]
    assert len(inside) <= 1
    placed = place(windows, at)
    if not inside or inside[0].waiting:
        assert placed is None
        return
    (window,) = inside
    assert placed is not None and placed.edition_id == window.edition_id
    edges = [window.early_from, window.lead_up_from, window.week_from, window.week_to, window.after_to]
    spans = dict(zip(["early", "lead-up", "week", "after"], pairwise(edges), strict=True))
    assert [name for name, (start, end) in spans.items() if start and end and start <= at < end] == [placed.phase]
    local = datetime.fromisoformat(at).astimezone(ZoneInfo(watched.time_zone))
    assert (placed.local_day, placed.local_hour) == (str(local.date()), local.hour)


@settings(max_examples=200, deadline=None)
@given(campaigns())
def test_windows_follow_one_another_and_their_boundaries_are_in_order(watched: Campaign) -> None:
    windows = timeline(watched)
    for earlier, later in pairwise(windows):
        assert earlier.after_to == later.early_from, "no moment between two editions is lost"
    for window in windows:
        edges = [window.early_from, window.lead_up_from, window.week_from, window.week_to, window.after_to]
        known = [edge for edge in edges if edge is not None]
        assert known == sorted(known)
        assert window.waiting or None not in edges


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ZONES), st.dates(date(1990, 1, 1), date(2037, 12, 31)))
def test_local_midnight_is_the_first_moment_of_its_day(zone: str, day: date) -> None:
    start = datetime.fromisoformat(local_midnight(day, ZoneInfo(zone)))
    assert (start - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() < day
    if (zone, day) != ("Pacific/Apia", date(2011, 12, 30)):  # Samoa went over the date line and had no such day
        assert start.astimezone(ZoneInfo(zone)).date() == day
