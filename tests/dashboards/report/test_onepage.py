"""The five sentences and numbers, where figures say little, nothing or the unexpected."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from dashboards import wording
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
    assert all("is not known." in sentence or "no busiest day" in sentence for sentence in page.sentences)
    assert all(not number.value and not number.of and number.label.endswith(".") for number in page.numbers)


def test_one_item_is_said_in_the_singular() -> None:
    said = sentences(
        figure("items_by_platform", ("blogs", 1, 1, 1.0)),
        figure("items_per_day", ("2026-07-06", "week", "blogs", 1, 1.0)),
        figure("contributors", ("all", 1, 1, 0, 1.0, 1.0, 1, 1.0)),
        figure("organiser_share", ("all", 0, 1, 0.0)),
        figure("comments_per_item", ("all", 3.0, 3.0, 3.0, 1, 0, 1, 1.0)),
    )
    assert said == (
        "In the week, 1 item was tagged for Co-production Week, on blogs.",
        "The busiest day was Monday 6 July 2026, with 1 item.",
        "1 contributor took part: accounts and authors of blogs.",
        "SCIE, the organiser, published none of 1 item, or 0%.",
        "Half of the items drew at most 3 comments.",
    )


COUNTS: dict[int | None, tuple[str, ...]] = {
    0: (
        "In the week, no items were tagged for Co-production Week.",
        "Nobody is known to have taken part.",
        "SCIE, the organiser, published none of 2 items, or 0%.",
        "At least half of the items drew no comments.",
        "0 items in the week of no items in all: before, during and after the week",
        "0 contributors: accounts and blog authors who published all 2 items",
        "0% of the items by the organiser none of 2 items",
        "0 comments on the middle item known for all 2 items",
        "0% of images have a text alternative none of 2 images, videos included",
    ),
    1: (
        "In the week, 1 item was tagged for Co-production Week, on blogs.",
        "1 contributor took part: accounts and authors of blogs.",
        "SCIE, the organiser, published 1 of 2 items, or 50%.",
        "Half of the items drew at most 1 comment.",
        "1 item in the week of 1 item in all: before, during and after the week",
        "1 contributor: an account or blog author who published all 2 items",
        "50% of the items by the organiser 1 of 2 items",
        "1 comment on the middle item known for all 2 items",
        "50% of images have a text alternative 1 of 2 images, videos included",
    ),
    2: (
        "In the week, 2 items were tagged for Co-production Week, on blogs.",
        "2 contributors took part: accounts and authors of blogs.",
        "SCIE, the organiser, published all 2 items, or 100%.",
        "Half of the items drew at most 2 comments.",
        "2 items in the week of 2 items in all: before, during and after the week",
        "2 contributors: accounts and blog authors who published all 2 items",
        "100% of the items by the organiser all 2 items",
        "2 comments on the middle item known for all 2 items",
        "100% of images have a text alternative all 2 images, videos included",
    ),
    None: (
        "In the week, 2 items were tagged for Co-production Week, on blogs.",
        "How many people and organisations took part is not known.",
        "The organiser's own share of the week is not known.",
        "How many comments the items drew is not known.",
        "2 items in the week how many came before or after it is not known in full",
        "How many contributors took part is not known.",
        "The organiser's own share of the items is not known.",
        "How many comments the middle item drew is not known.",
        "Whether all 2 images have a text alternative is not known.",
    ),
}


@pytest.mark.parametrize("n", list(COUNTS))
def test_every_sentence_and_card_agrees_in_number(n: int | None) -> None:
    part = None if n is None else n / 2
    items = () if n == 0 else (("blogs", n or 2, n or 2, 1.0),)
    phases = [("early", None, None, 0 if n is not None else None), ("week", None, None, n or 0)]
    page = onepage.one_page(
        {
            "items_by_platform": figure("items_by_platform", *items),
            "phases": figure("phases", *phases, ("after", None, None, None if n is None else 0)),
            "contributors": figure("contributors", ("all", n, 2, 0, 1.0, n, n, 1.0)),
            "organiser_share": figure("organiser_share", ("all", n, 2, part)),
            "comments_per_item": figure("comments_per_item", ("all", n, n, n, 2, 0, 2, 1.0)),
            "alt_text": figure("alt_text", ("all", n, 0 if n is None else 2, part, 2 if n is None else 0)),
        },
        EDITION,
        "first",
        (),
        (),
    )
    cards = [" ".join(filter(None, (one.value, one.label, one.of))) for one in page.numbers]
    assert (page.sentences[0], *page.sentences[2:], *cards) == COUNTS[n]


@pytest.mark.parametrize(
    ("early", "after", "of"),
    [
        (3, 4, "of 9 items in all: before, during and after the week"),
        (None, 4, "how many came before it is not known in full"),
        (3, None, "how many came after it is not known in full"),
    ],
)
def test_there_is_no_total_of_phases_while_one_is_unknown(early: int | None, after: int | None, of: str) -> None:
    phases = [("early", early), ("lead-up", 0), ("week", 2), ("after", after)]
    figures = {
        "items_by_platform": figure("items_by_platform", ("x", 2, 2, 1.0)),
        "phases": figure("phases", *((name, None, None, items) for name, items in phases)),
    }
    assert onepage.one_page(figures, EDITION, "first", (), ()).numbers[0].of == of


def test_contributors_that_nobody_knows_are_not_none() -> None:
    row = figure("contributors", ("all", 0, 0, 9, None, None, 0, None))
    page = onepage.one_page({"contributors": row}, EDITION, "first", (), ())
    assert page.sentences[2] == "Who took part is not known."
    assert page.numbers[1].label == "Who published all 9 items of the week is not known."


def test_items_that_mostly_drew_no_comments() -> None:
    comments = figure("comments_per_item", ("all", 0.0, 0.0, 2.0, 1480, 8, 1488, 0.99))
    assert sentences(comments)[4] == (
        "At least half of the items drew no comments; comments are known for 1,480 of 1,488 items."
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
    assert sentences(days)[1] == "The busiest day was Monday 6 July 2026, with 7 items."


@pytest.mark.parametrize(
    ("tied", "said"),
    [
        (2, "The busiest days were Monday 6 July 2026 and 1 other day, with 4 items each."),
        (3, "The busiest days were Monday 6 July 2026 and 2 other days, with 4 items each."),
    ],
)
def test_days_that_tie(tied: int, said: str) -> None:
    days = [(f"2026-07-{6 + place:02}", "week", "x", 4, 1.0) for place in range(tied)]
    tied_days = figure("items_per_day", *days)
    assert sentences(tied_days)[1] == said
    # The chart and its text alternative say the same day.
    assert said[len("The busiest days were ") : said.index(", with")] in wording.headline(tied_days)


def test_many_platforms_are_counted_and_not_listed() -> None:
    rows = [(name, 1, 6, 1 / 6) for name in ("x", "blogs", "mastodon", "bluesky", "linkedin", "youtube")]
    assert sentences(figure("items_by_platform", *rows))[0].endswith(", on 6 platforms.")


def test_a_campaign_without_an_organiser() -> None:
    edition = msgspec.structs.replace(EDITION, organiser=None)
    said = sentences(figure("organiser_share", ("all", None, 9, None)), edition=edition)
    assert said[3] == "The organiser's own share of the week is not known."


def test_of_an_organiser_only_the_platforms_where_it_was_read_count() -> None:
    share = figure("organiser_share", ("all", 2, 9, 2 / 9), ("x", 2, 9, 2 / 9), ("mastodon", None, 41, None))
    assert sentences(share)[3] == (
        "SCIE, the organiser, published 2 of 9 items on the platforms where it was read, or 22.2%."
    )
    card = onepage.one_page({"organiser_share": share}, EDITION, "first", (), ()).numbers[2]
    assert card.of == "2 of 9 items; 41 items elsewhere, where nothing of the organiser was read"


def test_no_images_at_all_is_not_a_share_of_nothing() -> None:
    page = onepage.one_page({"alt_text": figure("alt_text")}, EDITION, "first", (), ())
    assert page.numbers[4].value == ""
    assert page.numbers[4].label == "No images are known, so no share of them has a text alternative."


def watched(platform: str, share: float | None, **changed: Any) -> methods.Watched:
    settings: dict[str, Any] = {
        "named": (),
        "unnamed": 1,
        "imported": False,
        "gap": None,
        "sources": 1,
        "read": 1,
        "silent": 0,
    }
    return methods.Watched(platform=platform, share=share, **(settings | changed))


def test_how_much_was_watched_stands_beside_the_numbers() -> None:
    seen = [watched("bluesky", 0.925), watched("linkedin", None), watched("x", 1.0)]
    assert onepage.how_much_was_watched(seen, "first") == "How much of the week was watched: Bluesky 92.5% and X 100%."
    assert onepage.how_much_was_watched(seen[1:2], "first") == ""


@pytest.mark.parametrize(
    ("sources", "read", "share", "said"),
    [
        (8, 1, 0.125, "1 of 8 blogs was read; on average 12.5% of the week."),
        (8, 6, 0.7, "6 of 8 blogs were read; on average 70% of the week."),
        (8, 8, 1.0, "All 8 blogs were read; on average 100% of the week."),
        (8, 0, 0.0, "None of 8 blogs was read."),
        (1, 1, 0.5, "The only blog was read for 50% of the week."),
    ],
)
def test_of_blogs_it_is_said_how_many_were_read(sources: int, read: int, share: float, said: str) -> None:
    blogs = watched("blogs", share, sources=sources, read=read)
    assert onepage.how_much_was_watched([blogs], "first") == said


def test_what_was_read_after_the_week_was_not_watched() -> None:
    late = {"began": "2026-11-22T09:00:00Z", "read_back": True}
    seen = [watched("x", 1.0, **late), watched("blogs", 0.5, sources=2, read=1, **late)]
    assert onepage.how_much_was_watched(seen, "first") == (
        "How much of the week was read back later: X 100%. "
        "1 of 2 blogs was read back later; on average 50% of the week."
    )
    assert "What was removed before it was read back." in onepage.cannot_know(seen, ())
    assert not [one for one in onepage.cannot_know(seen, ()) if "watched" in one]


def test_what_cannot_be_known_names_what_was_not_watched() -> None:
    assert "What was published on X. It was not watched." in onepage.cannot_know((), ("x",))
    assert "What was published on blogs and X. They were not watched." in onepage.cannot_know((), ("blogs", "x"))
    assert not [one for one in onepage.cannot_know([watched("x", 1.0)], ()) if "watched" in one]
    assert [one for one in onepage.cannot_know([watched("x", 0.9)], ()) if "while nobody watched" in one]


def test_bounds_of_an_audience_say_for_how_many_they_are_known() -> None:
    known = figure("potential_audience", ("all", 40, 60, 0.67, None, None), ("mastodon", 40, 60, 0.67, 2_100, 40_000))
    assert audience.sentences({"potential_audience": known}) == (
        "Mastodon: between 2,100 and 40,000 different accounts follow at least one of the 40 contributors, of 60, "
        "whose followers are known.",
    )


def test_bounds_of_an_audience_are_of_accounts_that_follow_anybody() -> None:
    known = figure("potential_audience", ("x", 160, 160, 1.0, 22_000, 200_000), ("bluesky", 12, 12, 1.0, 0, 0))
    assert audience.sentences({"potential_audience": known}) == (
        "X: between 22,000 and 200,000 different accounts follow at least one of the 160 contributors.",
        "Bluesky: no account follows at least one of the 12 contributors.",
    )


WEEK = ("2026-07-05T23:00:00Z", "2026-07-10T23:00:00Z")


def test_the_longest_gap_of_a_week_is_what_lies_inside_it() -> None:
    seen = [("2026-06-01T00:00:00Z", "2026-07-06T11:00:00Z"), ("2026-07-07T11:00:00Z", "2026-07-10T11:00:00Z")]
    assert methods.longest_gap(seen, WEEK) == ("2026-07-06T11:00:00Z", "2026-07-07T11:00:00Z")
    assert methods.longest_gap([WEEK], WEEK) is None
    assert methods.longest_gap([], WEEK) == WEEK


def test_collecting_began_with_the_first_round_or_the_platforms_first_source() -> None:
    late = "2026-07-07T00:00:00Z"
    assert methods.began_late(late, ["2026-05-01T00:00:00Z", "2026-08-01T00:00:00Z"], WEEK[0]) == late
    assert methods.began_late("2026-05-01T00:00:00Z", [late], WEEK[0]) == late
    assert methods.began_late("2026-07-06T22:00:00Z", ["2026-05-01T00:00:00Z"], WEEK[0]) is None  # within a day
    assert methods.began_late(None, [late], WEEK[0]) is None  # nothing but imports
    assert methods.began_late(late, [], WEEK[0]) is None
