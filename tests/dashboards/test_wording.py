"""How numbers, days and sentences read."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

import msgspec
import pytest

from dashboards import figures, wording
from dashboards.figures import Figure
from dashboards.metrics import load_all
from dashboards.small_counts import FEWER, WITHHELD

from .conftest import NOW


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
        ("share", WITHHELD, "withheld"),
        ("new_voices", FEWER, "fewer than 10"),
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
    assert wording.singular("with 1 of 1 items") == "with the only item"
    assert wording.singular("in 1 of the week's 1 items") == "in the week's only item"
    assert wording.singular("11 of 11 items, 1 of 12 items") == "11 of 11 items, 1 of 12 items"


def test_words_from_right_to_left_keep_what_follows_in_its_place() -> None:
    assert wording.isolated("#CoProWeek") == "#CoProWeek"
    assert wording.isolated("#عربى") == "\u2068#عربى\u2069"
    # Marks that would turn the rest of the line are left out.
    assert wording.isolated("a\u202eb\u2067c") == "abc"


# Headlines and summaries ---------------------------------------------------------------------------------------------


def figure_with(archive: sqlite3.Connection, name: str, *rows: tuple[Any, ...], platform: str = "") -> Figure:
    """A figure of 2026 with these rows, in its own words."""
    figure = msgspec.structs.replace(
        figures.live(archive, name, "uk-2026", platform, NOW), rows=rows, unwatched=(), metric=load_all()[name]
    )
    figure = msgspec.structs.replace(figure, headline=wording.headline(figure))
    return msgspec.structs.replace(figure, summary=wording.summary(figure))


def rows_of(name: str, n: int | None) -> list[tuple[Any, ...]]:
    """Rows of a metric in which everything that is counted is n, or not known."""
    share = None if not n else 1.0
    rows: dict[str, list[tuple[Any, ...]]] = {
        "alt_text": [("all", n, n or 0, share, n or 0)],
        "camel_case": [("all", n, n or 0, share)],
        "comments_per_item": [("all", n, n, n, n or 0, n or 0, 2 * (n or 0), share)],
        "contributors": [("all", n or 0, n or 0, n or 0, n and 1.0, n and float(n), n or 0, share)],
        "coverage": [("blogs", "A blog", "2026-07-06", "week", n or 0, 24.0, (n or 0) / 24)],
        "hashtags": [("CoProWeek", None, n, n, share, n, share, n)],
        "items_by_platform": [("x", n or 0, n or 0, share)],
        "items_per_day": [("2026-07-06", "week", "x", n, 1.0), ("2026-07-07", "week", "x", n, 1.0)],
        "items_per_hour": [(hour, n if hour == 9 else 0) for hour in range(24)],
        "known_views": [("all", n or 0, n or 0, share, n)],
        "new_voices": [("all", n, n or 0, share, n or 0)],
        "organisations": [("A council", 0, n or 0, n or 0, share)],
        "organiser_share": [("all", n, n or 0, share)],
        "phases": [(phase, None, "2026-07-05", n) for phase in ("early", "lead-up", "week", "after")],
        "potential_audience": [("all", n or 0, n or 0, share, n, n)],
    }
    return rows[name]


@pytest.mark.parametrize("n", [0, 1, 2, None])
@pytest.mark.parametrize("name", sorted(load_all()))
def test_sentences_agree_in_number_and_say_what_is_not_known(
    archive: sqlite3.Connection, name: str, n: int | None
) -> None:
    rows = rows_of(name, n)
    for some in (rows, []):
        figure = figure_with(archive, name, *some)
        for words in (figure.headline, figure.summary):
            assert not re.search(r"(?<![\d.,])1 (?:effective |equal )?\w+s\b", words), words
            assert not re.search(r"\b[2-9] (?:comment|contributor|day|hashtag|hour|image|item|voice)\b", words), words
            assert "None" not in words and "not available of" not in words.casefold(), words
            assert not re.search(r"not available (?:contributors|comments|items|effective|equal)", words), words
            assert "  " not in words and ".." not in words and "…" not in words, words


def test_every_metric_has_made_up_rows_here(archive: sqlite3.Connection) -> None:
    for metric in load_all().values():
        assert {len(row) for row in rows_of(metric.name, 1)} == {len(metric.columns)}


@pytest.mark.parametrize(
    ("contributors", "voices", "words"),
    [
        (0, None, "Of no item is the author known"),
        (1, 1.0, "1 contributor took part"),
        (2, 2.0, "2 contributors took part, all equally busy"),
        (2, 1.8, "2 contributors are as varied as about 1.8 equal voices"),
        (400, 152.4, "400 contributors are as varied as about 152 equal voices"),
        (400, 152.5, "400 contributors are as varied as about 153 equal voices"),
        (12, 9.96, "12 contributors are as varied as about 10 equal voices"),
    ],
)
def test_effective_voices_in_a_sentence(
    archive: sqlite3.Connection, contributors: int, voices: float | None, words: str
) -> None:
    row = ("all", contributors, 500, 0, None, voices, 100, 0.2)
    assert figure_with(archive, "contributors", row).headline == words


@pytest.mark.parametrize(
    ("days", "words", "told"),
    [
        ((3, 5, 1), "on Tuesday 7 July 2026, with 5 that day", "on Tuesday 7 July 2026"),
        ((1, 5, 5), "at 5 on Tuesday 7 July 2026 and 1 other day", "on Tuesday 7 July 2026 and 1 other day"),
        ((5, 5, 5), "at 5 on Monday 6 July 2026 and 2 other days", "on Monday 6 July 2026 and 2 other days"),
        ((None, 1, None), "on Tuesday 7 July 2026, with 1 that day", "on Tuesday 7 July 2026"),
    ],
)
def test_days_that_tie_are_told_alike_in_headline_and_summary(
    archive: sqlite3.Connection, days: tuple[int | None, ...], words: str, told: str
) -> None:
    rows = [(f"2026-07-0{day}", "week", "x", items, 1.0) for day, items in enumerate(days, 6)]
    for some in (rows, rows[::-1]):
        figure = figure_with(archive, "items_per_day", *some)
        assert figure.headline == f"Items peaked {words}"
        assert figure.summary.removesuffix(".").endswith(told)
    assert len(figure_with(archive, "items_per_day", *rows, platform="mastodon").headline.split()) <= 15


def test_the_busiest_day_is_of_all_platforms_together() -> None:
    assert wording.busiest({"2026-07-06": 0, "2026-07-07": None}) is None
    assert wording.busiest({}) is None
    assert wording.busiest({"2026-07-08": 2, "2026-07-06": 2}) == wording.Busiest("2026-07-06", 1, 2)


def test_organisations_that_tie_are_none_the_first(archive: sqlite3.Connection) -> None:
    def headline(*items: int) -> str:
        rows = [(f"Council {letter}", 0, count, 9, count / 9) for letter, count in zip("ABC", items, strict=False)]
        return figure_with(archive, "organisations", *rows).headline

    assert headline(4, 1) == "Council A published most among registered organisations: 4 items"
    assert headline(4, 4, 1) == "Council A and 1 other organisation published most: 4 items each"
    assert headline(1) == "Council A alone published among registered organisations: 1 item"


@pytest.mark.parametrize(
    ("items", "now", "words"),
    [
        ((1, 2, 9, 3), NOW, "The week itself brought 9 of 15 items"),
        # A phase that nobody watched: no sum that would pass for the whole.
        ((None, 2, 9, 3), NOW, "The week itself brought 9 items"),
        ((1, 2, 9, None), NOW, "The week itself brought 9 items"),
        ((1, 2, None, 3), NOW, "Nobody watched the week: its items are not known"),
        # What has not begun is not missing.
        ((1, 2, 9, None), "2026-07-08T12:00:00Z", "The week itself brought 9 of 12 items"),
        ((1, 2, None, None), "2026-07-05T12:00:00Z", "3 items came before the week"),
        ((None, 1, None, None), "2026-07-05T12:00:00Z", "At least 1 item came before the week"),
    ],
)
def test_phases_that_nobody_watched_are_in_no_sum(
    archive: sqlite3.Connection, items: tuple[int | None, ...], now: str, words: str
) -> None:
    names = ("early", "lead-up", "week", "after")
    rows = [(name, None, None, count) for name, count in zip(names, items, strict=True)]
    figure = msgspec.structs.replace(figure_with(archive, "phases", *rows), as_at=now)
    assert wording.headline(figure) == words
