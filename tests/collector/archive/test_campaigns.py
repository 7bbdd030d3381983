"""The configuration in the archive: what changes with it, what stays, and where posts go when dates or terms change."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from collector.archive import campaigns, journal
from collector.archive.connection import connect, info
from collector.campaign import Account, Configuration, Organisation, SourceSpec
from collector.posts import Author, Hashtag
from tests.collector.archive.making import (
    CONFIGURATION,
    FEED,
    NOW,
    SCOTLAND,
    SEARCH,
    SECOND_FEED,
    UK,
    Archive,
    article,
    comment,
    post,
    week,
)

LATER = "2026-07-09T12:00:00Z"
PLACES = "SELECT edition_id, phase, role, local_day FROM edition_posts JOIN posts ON posts.id = post_id ORDER BY uri, 1"


def with_uk(**changes: Any) -> Configuration:
    return replace(CONFIGURATION, campaigns=(replace(UK, **changes), SCOTLAND))


def test_the_configuration_stands_in_the_tables(archive: Archive) -> None:
    assert archive.ask("SELECT id, hashtag, organiser, position FROM campaigns ORDER BY position") == [
        ("uk", "CoProWeek", "organiser", 0),
        ("scot", "CoProWeekScot", None, 1),
    ]
    assert archive.ask("SELECT kind, folded, term FROM campaign_terms WHERE campaign_id = 'uk' ORDER BY 1, 2") == [
        ("baseline", "co-production", "co-production"),
        ("hashtag", "coproductionweek", "CoProductionWeek"),
        ("hashtag", "coproweek", "CoProWeek"),
        ("phrase", "co-production week", "co-production week"),
    ]
    assert archive.ask("SELECT * FROM editions WHERE id = 'uk-2026'") == [
        (
            "uk-2026",
            "uk",
            2026,
            "Week 2026",
            None,
            "2026-07-06",
            "2026-07-10",
            None,
            "2025-08-01T23:00:00Z",  # 28 days after Friday 4 July 2025, local midnight in BST
            "2026-06-07T23:00:00Z",
            "2026-07-05T23:00:00Z",
            "2026-07-10T23:00:00Z",
            "2026-08-07T23:00:00Z",
            "2026-09-04T23:00:00Z",
            None,
        )
    ]
    assert archive.ask("SELECT starts_on, early_from_utc, week_from_utc FROM editions WHERE id = 'uk-2027'") == [
        (None, "2026-08-07T23:00:00Z", None)
    ]
    assert archive.ask("SELECT handle FROM organisation_accounts ORDER BY platform") == [
        ("blog.example",),
        ("organiser",),
    ]


def test_the_same_configuration_again_writes_nothing(archive: Archive) -> None:
    archive.save(article(1))
    changes = archive.conn.total_changes
    archive.sync(CONFIGURATION, LATER)
    assert archive.conn.total_changes == changes


def test_new_editions_have_no_figures_that_could_be_out_of_date(archive: Archive) -> None:
    assert archive.ask("SELECT * FROM edition_changes") == []


def test_posts_of_an_edition_without_dates_wait_and_fall_into_place(archive: Archive) -> None:
    archive.save(article(1, published_at="2027-05-20T09:00:00Z"), comment(1, published_at="2027-05-21T09:00:00Z"))
    assert archive.ask(PLACES) == []
    dated = week(2027, date(2027, 7, 5), date(2027, 7, 9))
    archive.sync(with_uk(editions=(*UK.editions[:2], dated)), LATER)
    assert archive.ask(PLACES) == [
        ("uk-2027", "early", "tagged", "2027-05-20"),
        ("uk-2027", "early", "context", "2027-05-21"),
    ]
    assert archive.one("SELECT changed_at FROM edition_changes WHERE edition_id = 'uk-2027'") == LATER


def test_posts_move_when_a_week_moves(archive: Archive) -> None:
    archive.save(article(1), comment(1))
    moved = week(2026, date(2026, 7, 13), date(2026, 7, 17))
    archive.sync(with_uk(editions=(UK.editions[0], moved, UK.editions[2])), LATER)
    assert archive.ask(PLACES) == [
        ("uk-2026", "lead-up", "tagged", "2026-07-06"),
        ("uk-2026", "lead-up", "context", "2026-07-07"),
    ]


def test_days_move_when_the_time_zone_does(archive: Archive) -> None:
    archive.save(article(1, published_at="2026-07-06T23:30:00Z"))
    assert archive.ask("SELECT local_day, local_hour FROM edition_posts") == [("2026-07-07", 0)]
    archive.sync(with_uk(time_zone="UTC"), LATER)
    assert archive.ask("SELECT local_day, local_hour FROM edition_posts") == [("2026-07-06", 23)]


def test_a_new_hashtag_makes_items_of_posts_that_were_there(archive: Archive) -> None:
    archive.save(article(1, hashtags=(Hashtag(as_written="CoProWeek", origin="text"),), categories=("MSKCoPro",)))
    more = replace(SCOTLAND, hashtags=("CoProWeekScot", "MSKCoPro"))
    archive.sync(replace(CONFIGURATION, campaigns=(UK, more)), LATER)
    assert archive.ask("SELECT edition_id, why FROM edition_posts ORDER BY 1") == [
        ("scot-2026", "category “MSKCoPro”"),
        ("uk-2026", "hashtag #CoProWeek in the text"),
    ]


def test_a_post_that_no_term_matches_any_more_leaves_the_edition_and_not_the_archive(archive: Archive) -> None:
    archive.save(article(1), comment(1))
    archive.sync(with_uk(hashtags=("SomethingElse",), phrases=()), LATER)
    assert archive.ask(PLACES) == []
    assert archive.one("SELECT count(*) FROM posts") == 2
    assert archive.one("SELECT changed_at FROM edition_changes WHERE edition_id = 'uk-2026'") == LATER
    archive.sync(CONFIGURATION, LATER)
    assert len(archive.ask(PLACES)) == 2


def test_matching_again_looks_at_earlier_versions_too(archive: Archive) -> None:
    archive.save(article(1))
    archive.save(article(1, text="No tag any more", hashtags=()), now=LATER)
    archive.sync(with_uk(hashtags=("CoProWeek", "Another")), LATER)
    assert archive.ask("SELECT role FROM edition_posts") == [("tagged",)]


def test_a_comment_stays_context_when_posts_are_matched_again(archive: Archive) -> None:
    archive.save(article(1), comment(1, text="#CoProWeek"))
    archive.sync(with_uk(hashtags=("CoProWeek", "Another")), LATER)
    assert archive.ask("SELECT role FROM edition_posts ORDER BY post_id") == [("tagged",), ("context",)]


def test_a_campaign_that_vanishes_takes_no_post_and_no_baseline_count_along(archive: Archive) -> None:
    archive.save(article(1), article(2, text="On co-production", hashtags=()))
    archive.sync(replace(CONFIGURATION, campaigns=(SCOTLAND,)), LATER)
    assert archive.ask("SELECT id FROM campaigns") == [("scot",)]
    assert archive.one("SELECT count(*) FROM posts") == 1
    archive.sync(CONFIGURATION, LATER)
    assert archive.ask(PLACES) == [("uk-2026", "week", "tagged", "2026-07-06")]
    assert archive.one("SELECT items FROM baseline_counts") == 1


def test_an_edition_that_vanishes_takes_no_post_along(archive: Archive) -> None:
    archive.save(article(1))
    archive.sync(with_uk(editions=UK.editions[:1]), LATER)
    assert (archive.one("SELECT count(*) FROM posts"), archive.ask(PLACES)) == (1, [])


def test_placing_that_was_interrupted_goes_on_at_the_next_start(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaigns, "POSTS_A_TRANSACTION", 2)
    archive.save(*(article(n) for n in range(6)))
    changed = with_uk(hashtags=("Another", "CoProWeek"))

    def cut_off(done: int, of: int) -> None:
        if done >= 8:
            raise KeyboardInterrupt

    moved = week(2026, date(2026, 7, 13), date(2026, 7, 17))
    changed = with_uk(hashtags=("Another", "CoProWeek"), editions=(UK.editions[0], moved, UK.editions[2]))
    with pytest.raises(KeyboardInterrupt):
        campaigns.sync(archive.conn, changed, LATER, progress=cut_off)
    assert {row[1] for row in archive.ask(PLACES)} == {"week", "lead-up"}
    archive.sync(changed, LATER)
    assert {row[1] for row in archive.ask(PLACES)} == {"lead-up"}
    assert info(archive.conn, "posts_to_place") is None


def test_placing_says_how_far_it_is(archive: Archive) -> None:
    archive.save(*(article(n) for n in range(3)))
    heard: list[tuple[int, int]] = []
    campaigns.sync(
        archive.conn, with_uk(hashtags=("Another",)), LATER, progress=lambda done, of: heard.append((done, of))
    )
    assert heard == [(3, 6), (6, 6)]


def test_an_account_that_is_registered_names_the_authors_that_are_there(archive: Archive) -> None:
    somebody = Author(platform="x", native_id="7", handle="Council")
    archive.save(post(1, author=somebody), source=SEARCH)
    council = Organisation(id="council", name="The Council", accounts=(Account(platform="x", handle="@council"),))
    archive.sync(replace(CONFIGURATION, organisations=(*CONFIGURATION.organisations, council)), LATER)
    assert archive.ask("SELECT organisation_id FROM authors") == [("council",)]
    assert archive.one("SELECT changed_at FROM edition_changes WHERE edition_id = 'uk-2026'") == LATER
    archive.sync(CONFIGURATION, LATER)
    assert archive.ask("SELECT organisation_id FROM authors") == [(None,)]


# Sources ------------------------------------------------------------------------------------------------------------


def with_sources(*sources: SourceSpec) -> Configuration:
    return replace(CONFIGURATION, sources=sources)


def test_a_source_that_is_taken_out_is_not_asked_and_keeps_its_number(archive: Archive) -> None:
    number = archive.source(FEED).id
    archive.sync(with_sources(SEARCH), LATER)
    assert not archive.source(FEED).configured
    archive.sync(with_sources(replace(FEED, title="New title"), SEARCH), LATER)
    row = archive.source(FEED)
    assert (row.id, row.title, row.configured) == (number, "New title", True)


def test_a_source_that_is_put_back_is_tried_again(archive: Archive) -> None:
    journal.retire(archive.conn, archive.source(FEED).id, "410 Gone", NOW)
    archive.sync(with_sources(SEARCH), LATER)
    assert archive.source(FEED).retired_at == NOW
    archive.sync(with_sources(FEED, SEARCH), LATER)
    assert archive.source(FEED).retired_at is None


def test_when_the_terms_change_what_did_not_match_is_read_again(archive: Archive) -> None:
    archive.save(article(1), article(2, text="Nothing", hashtags=()))
    row = archive.source(FEED)
    journal.begin_source(archive.conn, archive.round_id, row.id, NOW)
    journal.finish_source(
        archive.conn, archive.round_id, row.id, outcome="ok", failures=0, due_at="2026-07-08T18:00:00Z", now=NOW
    )
    archive.sync(with_sources(replace(FEED, query_hash="terms-2"), SEARCH, SECOND_FEED), LATER)
    known = journal.known(archive.conn, row.id)
    assert known.fingerprints == {b"fingerprint of article 1"}
    assert len(known.identities) == 4
    assert archive.source(FEED).due_at is None


def test_an_imported_file_is_a_source_that_is_never_asked(archive: Archive) -> None:
    def add() -> int:
        return campaigns.add_source(
            archive.conn, platform="x", kind="file", locator="a.jsonl", title="a.jsonl", query_hash="", now=NOW
        )

    assert add() == add()
    assert not next(row for row in journal.sources(archive.conn) if row.kind == "file").configured
    archive.sync(with_sources(FEED), LATER)
    assert archive.one("SELECT count(*) FROM sources WHERE kind = 'file'") == 1


def test_a_second_process_with_the_same_configuration_finds_everything_done(archive: Archive) -> None:
    other = connect(archive.path)
    campaigns.sync(other, CONFIGURATION, LATER)
    assert other.total_changes == 0
    other.close()
