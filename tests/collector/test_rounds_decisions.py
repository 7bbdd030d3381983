"""What is due, what is missing and when to come back: pure decisions, worked out by hand."""

from datetime import date

import pytest

from collector.campaign import Campaign, Edition, Schedule
from collector.editions import timeline
from collector.platforms import Known, Source
from collector.posts import Interval, moment, utc
from collector.rounds import Heard, is_due, next_due, pace, plan_task, still_missing, watched_from

NOW = "2026-07-08T12:00:00Z"
SCHEDULE = Schedule(in_week_minutes=20, in_phase_minutes=60, otherwise_minutes=360)
CAMPAIGN = Campaign(
    id="uk",
    title="Co-production Week",
    organiser=None,
    time_zone="Europe/London",
    hashtags=("CoProWeek",),
    phrases=("co-production week",),
    baseline=(),
    lead_up_days=28,
    after_days=28,
    editions=(
        Edition(
            id="uk-2016",
            campaign_id="uk",
            year=2016,
            title="2016",
            starts_on=date(2016, 7, 4),
            ends_on=date(2016, 7, 8),
        ),
        Edition(
            id="uk-2026",
            campaign_id="uk",
            year=2026,
            title="2026",
            starts_on=date(2026, 7, 6),
            ends_on=date(2026, 7, 10),
        ),
    ),
)
WINDOWS = timeline(CAMPAIGN)


def minutes_until(due: str, now: str = NOW) -> float:
    return (moment(due) - moment(now)).total_seconds() / 60


@pytest.mark.parametrize(
    ("now", "minutes"),
    [
        ("2026-07-05T22:59:59Z", 60),  # one second before local midnight of Monday 6 July, BST
        ("2026-07-05T23:00:00Z", 20),  # the week begins
        ("2026-07-10T22:59:59Z", 20),  # its last second
        ("2026-07-10T23:00:00Z", 60),  # the phase after it
        ("2026-08-07T23:00:00Z", 360),  # 28 days on: calm again
        ("2026-06-07T22:59:59Z", 360),  # the lead-up begins on 8 June, local midnight
        ("2026-06-07T23:00:00Z", 60),
    ],
)
def test_rounds_are_quick_in_the_week_and_calm_outside(now: str, minutes: int) -> None:
    assert pace(WINDOWS, SCHEDULE, now) == minutes * 60


def test_the_slower_of_our_pace_and_the_servers_counts() -> None:
    assert 20 <= minutes_until(next_due(1, NOW, 1200, Heard(server_wait=60))) <= 22
    assert 120 <= minutes_until(next_due(1, NOW, 1200, Heard(server_wait=7200))) <= 132


def test_a_server_cannot_send_us_away_for_longer_than_a_day_by_a_hint() -> None:
    assert minutes_until(next_due(1, NOW, 1200, Heard(server_wait=10**9))) <= 24 * 60 * 1.1


def test_retry_after_is_obeyed_beyond_a_day() -> None:
    assert minutes_until(next_due(1, NOW, 1200, Heard(failures=1, retry_after=3 * 86_400))) == 3 * 24 * 60


def test_a_failing_source_is_asked_half_as_often_each_time_up_to_once_a_day() -> None:
    waits = [minutes_until(next_due(1, NOW, 1200, Heard(failures=n))) for n in (1, 2, 3, 50)]
    assert 20 <= waits[0] <= 22
    assert 40 <= waits[1] <= 44
    assert 80 <= waits[2] <= 88
    assert 1440 <= waits[3] <= 1584


def test_a_gap_that_is_being_read_back_goes_on_soon() -> None:
    assert 5 <= minutes_until(next_due(1, NOW, 21_600, Heard(gap_left=True))) <= 5.5


def test_sources_are_spread_and_each_keeps_its_place() -> None:
    dues = [next_due(n, NOW, 3600, Heard()) for n in range(50)]
    assert len(set(dues)) > 20
    assert dues == [next_due(n, NOW, 3600, Heard()) for n in range(50)]


def test_due_times_survive_a_clock_set_back() -> None:
    assert is_due(None, NOW)
    assert is_due(NOW, NOW)
    assert not is_due("2026-07-08T13:00:00Z", NOW)
    assert is_due("2027-08-12T12:00:00Z", NOW)  # written 400 days ahead, before the clock was put right


def test_a_year_before_the_first_edition_is_wanted() -> None:
    assert (
        watched_from(WINDOWS, NOW) == "2015-07-04T23:00:00Z"
    )  # 2016-07-03T23:00Z less 365 days, a leap day in between


def test_a_campaign_without_dates_is_watched_for_a_year_back() -> None:
    assert watched_from((), NOW) == "2025-07-08T12:00:00Z"


def test_what_the_platform_no_longer_gives_is_not_asked_for_again() -> None:
    wanted = Interval("2026-07-01T00:00:00Z", "2026-07-05T00:00:00Z")
    covered = [
        (Interval("2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z"), "truncated"),
        (Interval("2026-07-03T00:00:00Z", "2026-07-05T00:00:00Z"), "complete"),
    ]
    assert still_missing(wanted, covered) == (Interval("2026-07-02T00:00:00Z", "2026-07-03T00:00:00Z"),)  # type: ignore[arg-type]


def test_the_task_is_computed_from_the_ledger() -> None:
    task = plan_task(
        Source(id=1, platform="blogs", kind="feed", locator="https://blog.example/", title="Blog"),
        now=NOW,
        wanted_from="2026-07-01T00:00:00Z",
        covered=[(Interval("2026-07-02T00:00:00Z", "2026-07-08T00:00:00Z"), "complete")],
        memory={"etag": '"x"'},
        known=Known(),
    )
    assert task.wanted == Interval("2026-07-01T00:00:00Z", NOW)
    assert task.missing == (
        Interval("2026-07-08T00:00:00Z", NOW),
        Interval("2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z"),
    )
    assert utc(moment(task.now)) == NOW
