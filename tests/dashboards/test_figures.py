"""Computing once, storing, keeping, freezing: what the stored figures say and when they change."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dashboards import figures, wording
from dashboards.figures import Figure
from dashboards.metrics import load_all

from .conftest import COVERAGE, EDITIONS, INDIVIDUALS, NOW, POSTS, make


def change(archive: sqlite3.Connection, when: str, *, edition: str = "uk-2026", items: int = 0) -> None:
    """What a round does: perhaps some posts, and the note that something changed."""
    for _number in range(items):
        archive.execute(
            """
            INSERT INTO posts (platform, uri, kind, author_id, published_at, published_from, first_seen_at,
                last_seen_at, content_hash, content_at, details_hash)
            SELECT 'x', 'new ' || COUNT(*), 'post', 3, '2026-07-08T10:00:00Z', 'stated', 't', 't', x'00', 't', x'00'
            FROM posts
            """
        )
        archive.execute(
            """
            INSERT INTO edition_posts (edition_id, post_id, phase, role, why, local_day, local_hour)
            SELECT ?, MAX(id), 'week', 'tagged', 'because', '2026-07-08', 11 FROM posts
            """,
            (edition,),
        )
    archive.execute("UPDATE edition_changes SET changed_at = ? WHERE edition_id = ?", (when, edition))


def stored(archive: sqlite3.Connection, metric: str = "items_by_platform", platform: str = "") -> list[tuple[Any, ...]]:
    """Every value that is kept of one figure of 2026: since, as at, revision, the items of the first row."""
    return [
        (since, as_at, revision, msgspec.json.decode(rows)[0][1])
        for since, as_at, revision, rows in archive.execute(
            "SELECT since, as_at, revision, rows FROM figures"
            " WHERE edition_id = 'uk-2026' AND metric = ? AND platform = ? ORDER BY id",
            (metric, platform),
        )
    ]


def latest(archive: sqlite3.Connection, metric: str, platform: str = "", edition: str = "uk-2026") -> Figure:
    figure = figures.latest(archive, metric, edition, platform)
    assert figure is not None
    return figure


# Computing and storing -----------------------------------------------------------------------------------------------


def test_a_stored_figure_is_what_was_computed(archive: sqlite3.Connection) -> None:
    made = figures.refresh(archive, NOW)
    # Of 2026 every metric for all platforms and for each of three; of 2025 for all and two.
    assert len(made) == len(load_all()) * (4 + 3)
    for figure in made:
        assert figures.latest(archive, figure.metric.name, figure.edition.id, figure.platform) == figure
    live = figures.live(archive, "contributors", "uk-2026", "x", NOW)
    assert live.live
    assert msgspec.structs.replace(live, live=False) == latest(archive, "contributors", "x")


def test_nothing_is_computed_when_nothing_changed(archive: sqlite3.Connection) -> None:
    figures.refresh(archive, NOW)
    archive.execute("DELETE FROM edition_posts")
    assert figures.refresh(archive, "2026-07-20T13:00:00Z") == []
    assert latest(archive, "items_by_platform").as_at == NOW


def test_only_the_edition_that_changed_is_computed(archive: sqlite3.Connection) -> None:
    figures.refresh(archive, NOW)
    change(archive, "2026-07-20T12:30:00Z", items=1)
    made = figures.refresh(archive, "2026-07-20T13:00:00Z")
    assert {figure.edition.id for figure in made} == {"uk-2026"}
    assert latest(archive, "items_by_platform", edition="uk-2025").as_at == NOW


def test_editions_can_be_named(archive: sqlite3.Connection) -> None:
    made = figures.refresh(archive, NOW, editions=["uk-2025"])
    assert {figure.edition.id for figure in made} == {"uk-2025"}


def test_a_value_that_stays_is_kept_once_and_its_date_moves(archive: sqlite3.Connection) -> None:
    figures.refresh(archive, NOW)
    change(archive, "2026-07-20T12:30:00Z")
    made = figures.refresh(archive, "2026-07-20T13:00:00Z")
    # The hour that passed changes what the ledger says, and no other figure.
    assert {figure.metric.name for figure in made} == {"coverage", "items_per_day"}
    assert stored(archive) == [(NOW, "2026-07-20T13:00:00Z", None, 6)]


def test_a_value_that_changes_is_kept_beside_the_one_before(archive: sqlite3.Connection) -> None:
    figures.refresh(archive, NOW)
    change(archive, "2026-07-20T12:30:00Z", items=2)
    figures.refresh(archive, "2026-07-20T13:00:00Z")
    assert stored(archive) == [(NOW, NOW, None, 6), ("2026-07-20T13:00:00Z", "2026-07-20T13:00:00Z", None, 8)]
    assert latest(archive, "items_by_platform").rows[0][1] == 8


def test_a_change_that_was_saved_while_figures_were_computed_is_not_missed(archive: sqlite3.Connection) -> None:
    # Stamped before the figures, saved after them: a writer had to wait for its turn.
    change(archive, "2026-07-20T11:59:40Z")
    figures.refresh(archive, NOW)
    change(archive, "2026-07-20T11:59:40Z", items=1)
    figures.refresh(archive, "2026-07-20T12:00:20Z")
    assert latest(archive, "items_by_platform").rows[0][1] == 7


def test_a_clock_that_goes_back_loses_no_change(archive: sqlite3.Connection) -> None:
    figures.refresh(archive, NOW)
    change(archive, "2026-07-20T11:10:00Z", items=1)
    figures.refresh(archive, "2026-07-20T11:15:00Z")
    figure = latest(archive, "items_by_platform")
    assert (figure.rows[0][1], figure.as_at) == (7, "2026-07-20T11:15:00Z")


def test_a_new_version_of_a_metric_is_computed_again(
    archive: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures.refresh(archive, NOW)
    changed = msgspec.structs.replace(load_all()["contributors"], version=2)
    monkeypatch.setattr("dashboards.figures.load_all", lambda: {**load_all(), "contributors": changed})
    # Figures of two versions are not compared: until it is computed there is none.
    assert figures.latest(archive, "contributors", "uk-2026") is None
    made = figures.refresh(archive, "2026-07-20T13:00:00Z")
    assert {figure.metric.name for figure in made} == {"contributors"}
    assert latest(archive, "contributors").metric.version == 2


def test_figures_of_a_platform_that_has_no_items_any_more_go(archive: sqlite3.Connection) -> None:
    figures.refresh(archive, NOW)
    assert figures.platforms(archive, "uk-2026") == ["blogs", "mastodon", "x"]
    archive.execute("DELETE FROM edition_posts WHERE post_id = 7")
    change(archive, "2026-07-20T12:30:00Z")
    figures.refresh(archive, "2026-07-20T13:00:00Z")
    assert figures.platforms(archive, "uk-2026") == ["blogs", "x"]
    assert figures.latest(archive, "contributors", "uk-2026", "mastodon") is None


def test_figures_that_a_removal_deleted_are_made_again(archive: sqlite3.Connection) -> None:
    figures.refresh(archive, NOW, draw=lambda figure: figure.headline)
    archive.execute("DELETE FROM figures WHERE edition_id = 'uk-2026'")
    assert archive.execute("SELECT COUNT(*) FROM figure_drawings").fetchone() == (len(load_all()),)
    made = figures.refresh(archive, "2026-07-20T13:00:00Z")
    assert {figure.edition.id for figure in made} == {"uk-2026"}


def test_what_another_process_stored_meanwhile_stands(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    archive, other = make(path, EDITIONS, POSTS, COVERAGE), sqlite3.connect(path, isolation_level=None)
    figures.migrate(archive)

    def draw(figure: Figure) -> str:
        # While the first one draws, the other one does all of it, an hour later by its clock.
        if figures.latest(other, "items_by_platform", "uk-2026") is None:
            figures.refresh(other, "2026-07-20T13:00:00Z")
        return "drawing"

    figures.refresh(archive, NOW, editions=["uk-2026"], draw=draw)
    assert stored(archive) == [("2026-07-20T13:00:00Z", "2026-07-20T13:00:00Z", None, 6)]
    archive.close()
    other.close()


def test_a_writer_is_not_held_up_while_figures_are_computed_and_drawn(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    archive = make(path, "PRAGMA journal_mode = WAL;", EDITIONS, POSTS, COVERAGE)
    figures.migrate(archive)
    writer = sqlite3.connect(path, isolation_level=None, timeout=0)

    def draw(figure: Figure) -> str:
        writer.execute("UPDATE posts SET likes = 1 WHERE id = 1")
        return "drawing"

    assert figures.refresh(archive, NOW, draw=draw)
    archive.close()
    writer.close()


# Keeping and freezing ------------------------------------------------------------------------------------------------


def hourly(archive: sqlite3.Connection, moments: list[str]) -> None:
    for moment in moments:
        change(archive, moment, items=1)
        figures.refresh(archive, moment)


def test_values_older_than_two_days_are_thinned_to_the_last_of_each_day(archive: sqlite3.Connection) -> None:
    hourly(archive, [f"2026-07-{day}T{hour:02}:00:00Z" for day in (21, 22, 23) for hour in (9, 15, 21)])
    assert [row[0] for row in stored(archive)] == [
        "2026-07-21T21:00:00Z",  # of the 21st only the last is left
        "2026-07-22T09:00:00Z",
        "2026-07-22T15:00:00Z",
        "2026-07-22T21:00:00Z",
        "2026-07-23T09:00:00Z",
        "2026-07-23T15:00:00Z",
        "2026-07-23T21:00:00Z",
    ]


def test_of_coverage_only_the_latest_is_kept_as_the_ledger_keeps_its_history(archive: sqlite3.Connection) -> None:
    hourly(archive, [f"2026-07-21T{hour:02}:00:00Z" for hour in (9, 10, 11)])
    assert [row[0] for row in stored(archive, "coverage")] == ["2026-07-21T11:00:00Z"]


def test_a_frozen_edition_keeps_its_frozen_value_alone(archive: sqlite3.Connection) -> None:
    hourly(archive, ["2026-08-30T09:00:00Z", "2026-08-31T09:00:00Z", "2026-09-04T22:59:59Z"])
    assert not latest(archive, "items_by_platform").frozen
    # Nothing changes after that, and yet the edition freezes.
    made = figures.refresh(archive, "2026-09-04T23:30:00Z")
    assert made and all(figure.frozen and figure.revision == 1 for figure in made)
    assert stored(archive) == [("2026-09-04T23:30:00Z", "2026-09-04T23:30:00Z", 1, 9)]
    assert figures.refresh(archive, "2026-09-05T12:00:00Z") == []


def test_a_frozen_edition_that_changes_gets_a_revision_and_the_old_one_stays(archive: sqlite3.Connection) -> None:
    hourly(archive, ["2026-09-05T09:00:00Z", "2026-12-01T09:00:00Z"])
    assert [(row[2], row[3]) for row in stored(archive)] == [(1, 7), (2, 8)]
    assert latest(archive, "items_by_platform").revision == 2
    # Nor are frozen values thinned.
    change(archive, "2027-01-01T09:00:00Z")
    figures.refresh(archive, "2027-01-01T09:00:00Z")
    assert [(row[2], row[3]) for row in stored(archive)] == [(1, 7), (2, 8)]


def test_published_figures_stay_when_their_metric_is_defined_anew_or_is_no_more(archive: sqlite3.Connection) -> None:
    hourly(archive, ["2026-09-05T09:00:00Z"])
    archive.execute("UPDATE figures SET metric_version = 0 WHERE metric = 'items_by_platform'")
    archive.execute("UPDATE figures SET metric = 'an_older_name' WHERE metric = 'phases'")
    figures.refresh(archive, "2026-09-06T09:00:00Z")
    assert [row[2] for row in stored(archive)] == [1, 2]
    assert len(stored(archive, "an_older_name")) == 1
    assert [row[2] for row in stored(archive, "phases")] == [1]


def test_figures_outlive_the_posts_that_may_not_be_kept(archive: sqlite3.Connection) -> None:
    figures.refresh(archive, NOW)
    before = latest(archive, "items_by_platform", edition="uk-2025")
    archive.executescript(
        """
        UPDATE editions SET content_removed_at = '2026-07-21T00:00:00Z' WHERE id = 'uk-2025';
        DELETE FROM edition_posts WHERE edition_id = 'uk-2025';
        UPDATE edition_changes SET changed_at = '2026-07-21T00:00:00Z';
        """
    )
    figures.refresh(archive, "2026-07-21T09:00:00Z")
    assert latest(archive, "items_by_platform", edition="uk-2025").rows == before.rows


# Drawings ------------------------------------------------------------------------------------------------------------


def test_drawings_are_made_once_and_again_when_the_value_changes(archive: sqlite3.Connection) -> None:
    drawn: list[tuple[str, str, str]] = []

    def draw(figure: Figure) -> str:
        drawn.append((figure.edition.id, figure.metric.name, figure.platform))
        return f"drawing of {figure.rows[0] if figure.rows else ()}"

    figures.refresh(archive, NOW, draw=draw)
    # Both editions, all platforms together: those of one platform are drawn when somebody looks at them.
    assert len(drawn) == len(set(drawn)) == len(load_all()) * 2
    assert {platform for _, _, platform in drawn} == {""}
    assert figures.chart_svg(archive, "items_by_platform", "uk-2026") == "drawing of ('x', 6, 9, 0.6666666666666666)"
    drawn.clear()
    figures.refresh(archive, "2026-07-20T12:10:00Z", draw=draw)
    assert drawn == []
    change(archive, "2026-07-20T12:30:00Z", items=1)
    figures.refresh(archive, "2026-07-20T13:00:00Z", draw=draw)
    assert ("uk-2026", "items_by_platform", "") in drawn
    assert ("uk-2026", "alt_text", "") not in drawn
    assert figures.chart_svg(archive, "items_by_platform", "uk-2026") == "drawing of ('x', 7, 10, 0.7)"
    # Of the older value no drawing is kept.
    assert archive.execute("SELECT COUNT(*) FROM figure_drawings").fetchone() == (len(load_all()) * 2,)


def test_figures_stored_without_drawings_are_drawn_later(archive: sqlite3.Connection) -> None:
    figures.refresh(archive, NOW)
    assert figures.chart_svg(archive, "contributors", "uk-2026") is None
    assert figures.refresh(archive, "2026-07-20T12:30:00Z", draw=lambda figure: "drawing") == []
    assert figures.chart_svg(archive, "contributors", "uk-2026") == "drawing"


def test_a_new_style_draws_everything_again(archive: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    figures.refresh(archive, NOW, draw=lambda figure: "old")
    monkeypatch.setattr(figures, "STYLE", figures.STYLE + 1)
    figures.refresh(archive, "2026-07-20T12:30:00Z", draw=lambda figure: "new")
    assert figures.chart_svg(archive, "contributors", "uk-2025") == "new"


# How it was watched --------------------------------------------------------------------------------------------------


def test_coverage_is_the_share_of_the_time_so_far(archive: sqlite3.Connection) -> None:
    # From 8 June 00:00 to 20 July 13:00 local time there are 42 days and 13 hours: 1,021 hours.
    # Mastodon lacks 12 of them; X was watched from 5 July 00:00 on: 15 days and 13 hours, 373.
    def share(platform: str) -> float | None:
        return figures.live(archive, "contributors", "uk-2026", platform, NOW).coverage

    # Of two blogs one was watched all the time and one never.
    assert share("blogs") == 0.5
    assert share("mastodon") == round(1009 / 1021, 4)
    assert share("x") == round(373 / 1021, 4)
    assert share("") == round((0.5 + 1009 / 1021 + 373 / 1021) / 3, 4)


def test_eight_blogs_of_which_one_answered_are_an_eighth_watched(archive: sqlite3.Connection) -> None:
    for number in range(6):
        add_source(archive, 10 + number, "blogs", "feed")
    figure = figures.live(archive, "items_per_day", "uk-2026", "blogs", NOW)
    assert figure.coverage == 1 / 8
    assert {row[-1] for row in figure.rows} == {0.12}
    # Somebody watched one of them all the time: nothing is shaded, and a day without an item is 0.
    assert figure.unwatched == ()
    assert None not in {row[3] for row in figure.rows}
    # The same number on the page of the sources' coverage.
    assert figures.live(archive, "coverage", "uk-2026", "blogs", NOW).headline == (
        "12.5% of the time was watched on blogs"
    )


def test_a_platform_that_is_only_imported_is_neither_watched_nor_unwatched(archive: sqlite3.Connection) -> None:
    before = figures.live(archive, "contributors", "uk-2026", "", NOW)
    add_source(archive, 10, "linkedin", "file")
    add_source(archive, 11, "blogs", "file")
    archive.execute("UPDATE posts SET platform = 'linkedin' WHERE id = 12")
    after = figures.live(archive, "contributors", "uk-2026", "", NOW)
    assert (after.coverage, after.unwatched) == (before.coverage, before.unwatched)
    alone = figures.live(archive, "items_per_day", "uk-2026", "linkedin", NOW)
    assert (alone.coverage, alone.unwatched) == (None, ())
    assert ("2026-07-11", "after", "linkedin", 1, None) in alone.rows
    # And no file is listed among the sources.
    listed = {row[1] for row in figures.live(archive, "coverage", "uk-2026", "", NOW).rows}
    assert listed == {"SCIE blog", "Blog no. 3", "Mastodon #CoProWeek", "X #CoProWeek"}


def test_a_configured_platform_that_never_answered_is_not_watched(archive: sqlite3.Connection) -> None:
    add_source(archive, 10, "bluesky", "search")
    figure = figures.live(archive, "contributors", "uk-2026", "", NOW)
    assert figure.coverage == round((0.5 + 0 + 1009 / 1021 + 373 / 1021) / 4, 4)
    assert ("bluesky", "2026-06-07T23:00:00Z", NOW) in figure.unwatched


def test_what_lacks_a_moment_is_not_all(archive: sqlite3.Connection) -> None:
    # Dora's blog lacks ten seconds of 1,021 hours, on 8 July.
    archive.execute("DELETE FROM sources WHERE id = 1")
    archive.executescript(
        """
        INSERT INTO coverage (source_id, query_hash, round_id, from_utc, to_utc, state) VALUES
            (3, 'q3', 1, '2026-01-01T00:00:00Z', '2026-07-08T12:00:00Z', 'complete'),
            (3, 'q3', 1, '2026-07-08T12:00:10Z', '2026-07-20T12:00:00Z', 'complete');
        """
    )
    figure = figures.live(archive, "coverage", "uk-2026", "blogs", NOW)
    assert figure.coverage == 0.9999
    assert figure.headline == "Over 99.9% of the time was watched on blogs"
    assert "Blog no. 3: 1,020.9 of 1,021 hours (over 99.9%)" in figure.summary
    assert ("blogs", "Blog no. 3", "2026-07-08", "week", 23.99, 24.0, 0.9999) in figure.rows
    days = figures.live(archive, "items_per_day", "uk-2026", "blogs", NOW)
    assert ("2026-07-08", "week", "blogs", 0, 0.99) in days.rows
    assert ("2026-07-09", "week", "blogs", 0, 1.0) in days.rows


def add_source(archive: sqlite3.Connection, number: int, platform: str, kind: str) -> None:
    """One more source, of which the ledger knows nothing."""
    archive.execute(
        "INSERT INTO sources (id, platform, kind, locator, title, query_hash, added_at) VALUES (?, ?, ?, ?, ?, ?, 't')",
        (number, platform, kind, f"made up {number}", f"Made up {number}", f"q{number}"),
    )


def test_unwatched_stretches_are_what_the_ledger_lacks(archive: sqlite3.Connection) -> None:
    assert figures.live(archive, "contributors", "uk-2026", "", NOW).unwatched == (
        ("mastodon", "2026-07-07T11:00:00Z", "2026-07-07T23:00:00Z"),
        ("x", "2026-06-07T23:00:00Z", "2026-07-04T23:00:00Z"),
    )
    assert figures.live(archive, "contributors", "uk-2026", "blogs", NOW).unwatched == ()


def test_a_source_that_is_only_due_again_soon_leaves_no_gap(archive: sqlite3.Connection) -> None:
    def gaps(now: str) -> list[str]:
        return [gap[1] for gap in figures.live(archive, "contributors", "uk-2026", "blogs", now).unwatched]

    assert gaps("2026-07-20T14:30:00Z") == []
    assert gaps("2026-07-20T15:00:00Z") == ["2026-07-20T12:00:00Z"]


def test_before_the_lead_up_there_is_nothing_to_watch(archive: sqlite3.Connection) -> None:
    figure = figures.live(archive, "items_per_day", "uk-2026", "", "2026-06-07T22:00:00Z")
    assert (figure.coverage, figure.unwatched) == (None, ())


# Editions ------------------------------------------------------------------------------------------------------------


def test_editions_with_their_items(archive: sqlite3.Connection) -> None:
    # Twelve of 2026: nine of the week, one before, one early, one after. 2025: two, as the third is hidden.
    expected = [("uk-2027", 0), ("uk-2026", 12), ("uk-2025", 2)]
    assert [(one.edition.id, one.items) for one in figures.editions(archive)] == expected
    figures.refresh(archive, NOW)
    assert [(one.edition.id, one.items) for one in figures.editions(archive)] == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-06-07T22:59:59Z", "uk-2026"),  # ahead, with an early post
        ("2026-07-20T12:00:00Z", "uk-2026"),  # running
        ("2026-12-01T00:00:00Z", "uk-2026"),  # the latest with posts
        ("2025-07-01T00:00:00Z", "uk-2025"),  # running
        ("2024-07-01T00:00:00Z", "uk-2025"),  # the next one with posts
    ],
)
def test_the_edition_of_the_home_page(archive: sqlite3.Connection, now: str, expected: str) -> None:
    current = figures.current_edition(archive, now)
    assert current is not None and current.id == expected


def test_a_running_edition_is_shown_before_anything_was_found(empty_archive: sqlite3.Connection) -> None:
    running = figures.current_edition(empty_archive, "2026-07-20T12:00:00Z")
    assert running is not None and running.id == "uk-2026"
    assert figures.current_edition(empty_archive, "2026-12-01T00:00:00Z") is None


def test_of_two_campaigns_the_one_in_its_week_is_shown(archive: sqlite3.Connection) -> None:
    archive.executescript(
        """
        INSERT INTO campaigns (id, title, time_zone, hashtag, lead_up_days, after_days, position)
            VALUES ('other', 'Other Week', 'Europe/London', 'OtherWeek', 28, 28, 1);
        INSERT INTO editions (id, campaign_id, year, title, starts_on, ends_on, early_from_utc, lead_up_from_utc,
            week_from_utc, week_to_utc, after_to_utc, frozen_at_utc)
        VALUES ('other-2026', 'other', 2026, 'Other Week 2026', '2026-07-20', '2026-07-24', '1970-01-01T00:00:00Z',
            '2026-06-21T23:00:00Z', '2026-07-19T23:00:00Z', '2026-07-24T23:00:00Z', '2026-08-21T23:00:00Z',
            '2026-09-18T23:00:00Z');
        """
    )
    during, after = figures.current_edition(archive, NOW), figures.current_edition(archive, "2026-07-25T12:00:00Z")
    assert during is not None and during.id == "other-2026"
    assert after is not None and after.id == "uk-2026"


def test_an_archive_without_figures_answers_politely(archive: sqlite3.Connection) -> None:
    assert figures.latest(archive, "contributors", "uk-2026") is None
    assert figures.latest(archive, "contributors", "nowhere") is None
    assert figures.chart_svg(archive, "contributors", "uk-2026") is None
    assert figures.platforms(archive, "uk-2026") == ["blogs", "mastodon", "x"]
    with pytest.raises(KeyError):
        figures.live(archive, "nothing", "uk-2026", "", NOW)
    with pytest.raises(KeyError):
        figures.live(archive, "contributors", "nowhere", "", NOW)


def test_reading_needs_no_right_to_write(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    archive = make(path, EDITIONS, POSTS, COVERAGE)
    figures.refresh(archive, NOW)
    reader = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    reader.row_factory = sqlite3.Row
    assert latest(reader, "contributors").rows == latest(archive, "contributors").rows
    assert figures.live(reader, "contributors", "uk-2026", "", NOW).rows == latest(archive, "contributors").rows
    assert figures.editions(reader) == figures.editions(archive)
    archive.close()
    reader.close()


# What a figure says, and what it must not ----------------------------------------------------------------------------


@pytest.fixture
def every(archive: sqlite3.Connection) -> Iterator[list[Figure]]:
    yield figures.refresh(archive, NOW)


def test_no_figure_holds_an_individuals_name_handle_or_words(archive: sqlite3.Connection, every: list[Figure]) -> None:
    stored = "\n".join(str(row) for row in archive.execute("SELECT * FROM figures"))
    for secret in (*INDIVIDUALS, "said something", "dora.example", "MyPetProject"):
        assert secret.casefold() not in stored.casefold()


def test_a_headline_is_a_sentence_of_at_most_fifteen_words(every: list[Figure]) -> None:
    for figure in every:
        assert 3 <= len(figure.headline.split()) <= 15, figure.headline


def test_a_long_name_does_not_make_a_long_headline(archive: sqlite3.Connection) -> None:
    archive.execute(
        "UPDATE organisations SET name = 'The Very Long Name of an Organisation ' || name || ' and Its Friends'"
    )
    headline = figures.live(archive, "organisations", "uk-2026", "", NOW).headline
    assert len(headline.split()) == 15 and headline.endswith("…")


def test_the_numbers_of_a_summary_are_the_tables(every: list[Figure]) -> None:
    """Every value that the text alternative gives for a row is printed as the table prints it."""
    for figure in every:
        if wording.is_empty(figure) or figure.metric.chart in ("days", "coverage", "hours"):
            continue
        for row in wording.dicts(figure)[: wording.ROWS_TOLD]:
            shown = {column: wording.show(column, value) for column, value in row.items()}
            told = {
                "bars": ["items"],
                "phases": ["items"],
                "shares": [] if row.get("share") is None else ["share"],
                "voices": ["contributors"] + (["effective_voices"] if row.get("contributors", 0) > 1 else []),
                "spread": ["median"],
            }[figure.metric.chart]
            for column in told:
                assert shown[column] in figure.summary, (figure.metric.name, column)


def test_summaries_worked_out_by_hand(archive: sqlite3.Connection) -> None:
    def summary(metric: str, platform: str = "") -> str:
        return figures.live(archive, metric, "uk-2026", platform, NOW).summary

    assert summary("items_by_platform", "blogs") == (
        "Bar chart. Blogs carried 2 of the week's 9 items. Blogs: 2 items (22.2%)."
    )
    assert summary("items_per_day", "mastodon") == (
        "Column charts, one for each platform. Items on Mastodon peaked on Monday 6 July 2026, with 1 that day. "
        "Mastodon: at most 1 item a day, on Monday 6 July 2026. "
        "Not watched: Mastodon Tuesday 7 July 2026 12:00 to Wednesday 8 July 2026 00:00."
    )
    assert summary("phases", "blogs") == (
        "Bar chart. The week itself brought 2 of 4 items on blogs. "
        "Early: 1 item; Lead-up: 0 items; Week: 2 items; After: 1 item."
    )
    assert summary("items_per_hour", "blogs") == (
        "Column chart. The busiest hours on blogs had 1 item: 09:00 to 10:00 and 1 other. "
        "09:00 to 10:00: 1 item; 10:00 to 11:00: 1 item."
    )
    assert summary("coverage", "mastodon") == (
        "Bar chart of shares, the least watched first. 98.8% of the time was watched on Mastodon. "
        "Mastodon #CoProWeek: 1,009 of 1,021 hours (98.8%)."
    )


def test_before_the_week_its_figures_say_so(archive: sqlite3.Connection) -> None:
    archive.execute("DELETE FROM edition_posts WHERE phase IN ('week', 'after')")
    now = "2026-07-05T12:00:00Z"
    assert figures.live(archive, "contributors", "uk-2026", "", now).headline == "The week has not begun yet"
    assert figures.live(archive, "phases", "uk-2026", "", now).headline == "2 items came before the week"


def test_made_up_data_say_so(archive: sqlite3.Connection) -> None:
    archive.execute("INSERT INTO archive_info VALUES ('made_up', '1')")
    for figure in figures.refresh(archive, NOW):
        assert figure.edition.made_up
        assert figure.summary.startswith("Made-up data: demonstration.")
