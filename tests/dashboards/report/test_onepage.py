"""The five sentences and numbers, where figures say little, nothing or the unexpected."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from dashboards.computing import Figure
from dashboards.editions import EditionInfo
from dashboards.metrics import load_all
from dashboards.report import audience, methods, onepage

EDITION = EditionInfo(
    id="uk-2026",
    campaign_id="uk",
    year=2026,
    title="Co-production Week 2026",
    theme=None,
    campaign_title="Co-production Week",
    hashtag="CoProWeek",
    organiser="SCIE",
    time_zone="Europe/London",
    starts_on="2026-07-06",
    ends_on="2026-07-10",
    early_from_utc=None,
    lead_up_from_utc="2026-06-07T23:00:00Z",
    week_from_utc="2026-07-05T23:00:00Z",
    week_to_utc="2026-07-10T23:00:00Z",
    after_to_utc="2026-08-07T23:00:00Z",
    frozen_at_utc="2026-09-04T23:00:00Z",
    content_removed_at=None,
    made_up=False,
)


def figure(metric: str, *rows: tuple[Any, ...]) -> Figure:
    definition = load_all()[metric]
    return Figure(
        metric=definition,
        edition=EDITION,
        platform="",
        as_at="2026-07-20T12:00:00Z",
        columns=tuple(column.name for column in definition.columns),
        rows=rows,
        coverage=None,
        unwatched=(),
        headline="",
        summary="",
        frozen=False,
        live=False,
    )


def sentences(*figures: Figure, edition: EditionInfo = EDITION, stage: Any = "first") -> tuple[str, ...]:
    named = {one.metric.name: one for one in figures}
    return onepage.one_page(named, edition, stage, (), ()).sentences


def test_without_any_figure_there_are_still_five_sentences_and_five_numbers() -> None:
    page = onepage.one_page({}, EDITION, "first", (), ())
    assert len(page.sentences) == len(page.numbers) == 5
    assert all("not available" in sentence or "no busiest day" in sentence for sentence in page.sentences)
    assert [number.value for number in page.numbers] == ["not available"] * 5


def test_one_item_is_said_in_the_singular() -> None:
    said = sentences(
        figure("items_by_platform", ("blogs", 1, 1, 1.0)),
        figure("items_per_day", ("2026-07-06", "week", "blogs", 1, 1.0)),
        figure("contributors", ("all", 1, 1, 0, 1.0, 1.0, 1, 1.0)),
        figure("organiser_share", ("all", 0, 1, 0.0)),
        figure("comments_per_item", ("all", 3.0, 3.0, 3.0, 1, 0, 1, 1.0)),
    )
    assert said == (
        "1 item for #CoProWeek was published in the week, on blogs.",
        "The busiest day was Monday 6 July 2026, with 1 item.",
        "1 contributor took part; the talking was as varied as 1 equally busy voice.",
        "SCIE, the organiser, published no items of 1, or 0%.",
        "Half of the items drew 3 comments or fewer; comments are known for 1 of 1 item.",
    )


def test_items_that_mostly_drew_no_comments() -> None:
    comments = figure("comments_per_item", ("all", 0.0, 0.0, 2.0, 1488, 0, 1488, 1.0))
    assert (
        sentences(comments)[4] == "At least half of the items drew no comments; comments are known for all 1,488 items."
    )


def test_days_are_added_up_over_platforms_and_only_of_the_week() -> None:
    days = figure(
        "items_per_day",
        ("2026-07-05", "lead-up", "x", 90, 1.0),
        ("2026-07-06", "week", "x", 3, 1.0),
        ("2026-07-06", "week", "blogs", 4, 1.0),
        ("2026-07-07", "week", "x", 6, 1.0),
        ("2026-07-07", "week", "blogs", None, 0.0),
        ("2026-07-11", "after", "x", 90, 1.0),
    )
    assert onepage.busiest({"items_per_day": days}) == (["2026-07-06"], 7)


@pytest.mark.parametrize(
    ("tied", "said"),
    [
        (2, "The busiest days were Monday 6 July 2026 and Tuesday 7 July 2026, with 4 items each."),
        (3, "No single day stood out: 3 days had 4 items each."),
    ],
)
def test_days_that_tie(tied: int, said: str) -> None:
    days = [(f"2026-07-{6 + place:02}", "week", "x", 4, 1.0) for place in range(tied)]
    assert sentences(figure("items_per_day", *days))[1] == said


def test_many_platforms_are_counted_and_not_listed() -> None:
    rows = [(name, 1, 6, 1 / 6) for name in ("x", "blogs", "mastodon", "bluesky", "linkedin", "youtube")]
    assert sentences(figure("items_by_platform", *rows))[0].endswith(", on 6 platforms.")


def test_a_campaign_without_an_organiser() -> None:
    edition = msgspec.structs.replace(EDITION, organiser=None)
    said = sentences(figure("organiser_share", ("all", None, 9, None)), edition=edition)
    assert said[3] == "The organiser's own share of the week is not available."


def test_no_images_at_all_is_not_a_share_of_nothing() -> None:
    page = onepage.one_page({"alt_text": figure("alt_text")}, EDITION, "first", (), ())
    assert page.numbers[4].value == "not available"
    assert page.numbers[4].of == "no images of which it is known"


def test_how_much_was_watched_stands_beside_the_numbers() -> None:
    def watched(platform: str, share: float | None) -> methods.Watched:
        return methods.Watched(platform=platform, named=(), unnamed=1, imported=False, share=share, gap=None, silent=0)

    seen = [watched("blogs", 1.0), watched("bluesky", 0.925), watched("linkedin", None)]
    assert (
        onepage.how_much_was_watched(seen, "first") == "How much of the week was watched: blogs 100% and Bluesky 92.5%."
    )
    assert onepage.how_much_was_watched(seen[2:], "first") == ""


def test_what_cannot_be_known_names_what_was_not_watched() -> None:
    assert "What was published on X. It was not watched." in onepage.cannot_know(("x",), False)
    assert "What was published on blogs and X. They were not watched." in onepage.cannot_know(("blogs", "x"), False)
    assert not [one for one in onepage.cannot_know((), False) if "watched" in one]
    assert [one for one in onepage.cannot_know((), True) if "while nobody watched" in one]


def test_bounds_of_an_audience_say_for_how_many_they_are_known() -> None:
    known = figure("potential_audience", ("all", 40, 60, 0.67, None, None), ("mastodon", 40, 60, 0.67, 2_140, 39_812))
    assert audience.sentences({"potential_audience": known}) == (
        "Mastodon: at least 2,100 and at most 40,000 accounts follow 40 of 60 contributors; "
        "of the others it is not known.",
    )


WEEK = ("2026-07-05T23:00:00Z", "2026-07-10T23:00:00Z")


def test_the_longest_gap_of_a_week_is_what_lies_inside_it() -> None:
    watched = [("2026-06-01T00:00:00Z", "2026-07-06T11:00:00Z"), ("2026-07-07T11:00:00Z", "2026-07-10T11:00:00Z")]
    gap, share = methods.gap_and_share(watched, WEEK)
    assert gap == ("2026-07-06T11:00:00Z", "2026-07-07T11:00:00Z")
    assert share == pytest.approx(1 - 36 / 120)
    assert methods.gap_and_share([WEEK], WEEK) == (None, 1)
    assert methods.gap_and_share([], WEEK) == (WEEK, 0)
    assert methods.gap_and_share([], (WEEK[0], WEEK[0])) == (None, None)
