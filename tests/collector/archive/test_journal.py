"""Rounds, the ledger and how each source stands."""

from __future__ import annotations

import pytest

from collector.archive import journal, ledger
from collector.archive.connection import transaction
from collector.platforms import CoverageState, Covered, Known, Page, Shown, Thread, identity_hash
from collector.posts import Engagement, Interval
from tests.collector.archive.making import FEED, NOW, SEARCH, Archive, article, comment, counts

LATER = "2026-07-08T13:00:00Z"
JUNE = "2026-06-01T00:00:00Z"


def stretch(first: str, last: str, state: CoverageState = "complete", reason: str = "") -> Covered:
    """Days of July, such as "01" to "03"."""
    return Covered(
        interval=Interval(f"2026-07-{first}T00:00:00Z", f"2026-07-{last}T00:00:00Z"), state=state, reason=reason
    )


def cover(archive: Archive, *stretches: Covered) -> list[tuple[str, str, str]]:
    archive.save_page(Page(covered=stretches))
    return [
        (interval.from_utc[8:10], interval.to_utc[8:10], state)
        for interval, state in journal.covered(archive.conn, archive.source().id, FEED.query_hash)
    ]


# The ledger ---------------------------------------------------------------------------------------------------------


def test_stretches_that_touch_become_one(archive: Archive) -> None:
    assert cover(archive, stretch("01", "02"), stretch("03", "04")) == [
        ("01", "02", "complete"),
        ("03", "04", "complete"),
    ]
    assert cover(archive, stretch("02", "03")) == [("01", "04", "complete")]
    assert archive.one("SELECT count(*) FROM coverage") == 1


def test_overlapping_stretches_become_one_and_the_same_again_is_nothing_new(archive: Archive) -> None:
    assert cover(archive, stretch("01", "05"), stretch("03", "08")) == [("01", "08", "complete")]
    with transaction(archive.conn):
        new = ledger.cover(
            archive.conn,
            round_id=archive.round_id,
            source_id=archive.source().id,
            query_hash=FEED.query_hash,
            covered=[stretch("02", "07"), stretch("07", "09")],
        )
    assert new == [stretch("07", "09").interval]


def test_a_gap_stays_a_gap(archive: Archive) -> None:
    assert cover(archive, stretch("01", "02"), stretch("05", "06")) == [
        ("01", "02", "complete"),
        ("05", "06", "complete"),
    ]


def test_states_and_reasons_are_kept_apart(archive: Archive) -> None:
    assert cover(archive, stretch("01", "03", "truncated", "the feed holds ten entries"), stretch("03", "05")) == [
        ("01", "03", "truncated"),
        ("03", "05", "complete"),
    ]
    assert archive.ask("SELECT reason FROM coverage ORDER BY from_utc") == [("the feed holds ten entries",), ("",)]


def test_what_is_complete_need_not_be_called_provisional(archive: Archive) -> None:
    cover(archive, stretch("02", "03", "provisional"), stretch("06", "08", "provisional"))
    assert cover(archive, stretch("01", "05")) == [("01", "05", "complete"), ("06", "08", "provisional")]


def test_a_year_of_rounds_is_one_row(archive: Archive) -> None:
    for day in range(1, 30):
        cover(archive, stretch(f"{day:02}", f"{day + 1:02}"))
    assert archive.one("SELECT count(*) FROM coverage") == 1


def test_coverage_of_another_question_does_not_count(archive: Archive) -> None:
    cover(archive, stretch("01", "02"))
    assert journal.covered(archive.conn, archive.source().id, "other terms") == []
    assert journal.covered(archive.conn, archive.source(SEARCH).id, SEARCH.query_hash) == []


def test_what_a_source_gave_and_the_archive_shows(archive: Archive) -> None:
    first = article(1, published_at="2026-07-06T09:00:00Z", aliases=("guid:blog.example:1",))
    undated = article(3, published_at="2026-07-07T09:00:00Z", published_from="first_seen")
    archive.save(first, article(2, published_at="2026-07-07T09:00:00Z"), undated, article(4), comment(1))
    archive.conn.execute("UPDATE posts SET hidden_reason = 'gone' WHERE uri = ?", (article(4).uri,))
    number = archive.source().id
    found = journal.shown(archive.conn, number, "2026-07-01T00:00:00Z")
    assert [one.uri for one in found] == [article(2).uri, article(1).uri]
    assert found[1] == Shown(
        uri=first.uri, url=first.url or "", published_at="2026-07-06T09:00:00Z", aliases=("guid:blog.example:1",)
    )
    assert [one.uri for one in journal.shown(archive.conn, number, "2026-07-07T00:00:00Z")] == [article(2).uri]
    assert journal.shown(archive.conn, archive.source(SEARCH).id, "2026-07-01T00:00:00Z") == ()


# Rounds and sources --------------------------------------------------------------------------------------------------


def test_how_a_source_ended_is_known(archive: Archive) -> None:
    row = archive.source()
    number = journal.begin_round(archive.conn, "collect", NOW, "coproweek 1")
    journal.begin_source(archive.conn, number, row.id, NOW)
    journal.finish_source(
        archive.conn,
        number,
        row.id,
        outcome="failed",
        reason="the server did not answer",
        failures=2,
        due_at=LATER,
        now=NOW,
    )
    journal.finish_round(archive.conn, number, LATER)
    row = archive.source()
    assert (row.failures, row.due_at, row.last_success_at) == (2, LATER, None)
    journal.finish_source(archive.conn, number, row.id, outcome="unchanged", failures=0, due_at=None, now=LATER)
    row = archive.source()
    assert (row.failures, row.due_at, row.last_success_at) == (0, None, LATER)
    assert archive.ask("SELECT kind, started_at, finished_at, software FROM rounds") == [
        ("collect", NOW, LATER, "coproweek 1")
    ]


def status(archive: Archive, now: str) -> journal.SourceStatus:
    return journal.status(archive.conn, now, JUNE)[0]


def test_status_says_what_is_covered_and_where_the_gaps_are(archive: Archive) -> None:
    archive.save_page(
        Page(
            posts=(article(1), article(2)),
            covered=(
                Covered(interval=Interval("2026-06-11T00:00:00Z", "2026-06-21T00:00:00Z")),
                Covered(interval=Interval(JUNE, "2026-06-06T00:00:00Z"), state="truncated", reason="ten entries"),
            ),
        )
    )
    journal.finish_source(
        archive.conn, archive.round_id, archive.source().id, outcome="ok", failures=0, due_at=LATER, now=NOW
    )
    said = status(archive, "2026-07-01T00:00:00Z")
    assert said.covered_share == pytest.approx(10 / 30)
    assert said.gaps == (
        Interval("2026-06-21T00:00:00Z", "2026-07-01T00:00:00Z"),
        Interval("2026-06-06T00:00:00Z", "2026-06-11T00:00:00Z"),
    )
    assert said.out_of_reach == (Interval(JUNE, "2026-06-06T00:00:00Z"),)
    assert (said.title, said.posts, said.last_outcome, said.due_at) == ("A blog", 2, "ok", LATER)


def test_a_round_that_is_at_work_is_running_and_one_that_fell_silent_was_cut_off(archive: Archive) -> None:
    number = journal.begin_round(archive.conn, "collect", NOW, "1")
    journal.begin_source(archive.conn, number, archive.source().id, NOW)
    at_work = status(archive, "2026-07-08T12:10:00Z")
    assert (at_work.running, at_work.cut_off) == (True, False)
    silent = status(archive, "2026-07-08T12:20:00Z")
    assert (silent.running, silent.cut_off) == (False, True)
    # The next round begins: the source is well again.
    number = journal.begin_round(archive.conn, "collect", LATER, "1")
    journal.begin_source(archive.conn, number, archive.source().id, LATER)
    journal.finish_source(archive.conn, number, archive.source().id, outcome="ok", failures=0, due_at=None, now=LATER)
    journal.finish_round(archive.conn, number, LATER)
    assert (status(archive, LATER).running, status(archive, LATER).cut_off) == (False, False)


def test_a_source_that_a_finished_round_never_finished_was_cut_off(archive: Archive) -> None:
    number = journal.begin_round(archive.conn, "collect", NOW, "1")
    journal.begin_source(archive.conn, number, archive.source().id, NOW)
    journal.finish_round(archive.conn, number, NOW)
    assert status(archive, NOW).cut_off


def test_status_leaves_out_sources_that_are_gone_and_never_showed_anything(archive: Archive) -> None:
    archive.save(article(1))
    archive.conn.execute("UPDATE sources SET configured = 0")
    assert [one.locator for one in journal.status(archive.conn, NOW, JUNE)] == [FEED.locator]


def test_a_retired_source_says_why(archive: Archive) -> None:
    journal.retire(archive.conn, archive.source().id, "the server says it is gone for good", NOW)
    said = status(archive, LATER)
    assert (said.retired_at, said.retired_reason) == (NOW, "the server says it is gone for good")


def test_an_empty_archive_has_no_posts(archive: Archive) -> None:
    assert not journal.has_posts(archive.conn)
    archive.save(article(1))
    assert journal.has_posts(archive.conn)


# What a platform module is told --------------------------------------------------------------------------------------


def test_known_are_the_hashes_of_every_identity(archive: Archive) -> None:
    archive.save(article(1, aliases=("guid-a", "guid-b")), article(2, text="Nothing", hashtags=(), aliases=()))
    assert journal.known(archive.conn, archive.source().id) == Known(
        fingerprints=frozenset({b"fingerprint of article 1", b"fingerprint of article 2"}),
        identities=frozenset(
            identity_hash(name) for name in ("https://blog.example/1", "guid-a", "guid-b", "https://blog.example/2")
        ),
    )
    assert journal.known(archive.conn, archive.source(SEARCH).id) == Known()


def test_the_comments_of_a_post_are_read_until_its_count_is_known(archive: Archive) -> None:
    def article_with(comments: int | None, number: int = 1) -> None:
        engagement: Engagement | None = None if comments is None else counts(NOW, comments=comments)
        feed = f"https://blog.example/{number}/feed/"
        archive.save(article(number, comments_url=feed, engagement=engagement))

    def threads() -> tuple[Thread, ...]:
        return journal.threads(archive.conn, archive.source().id)

    wanted = (Thread(post_uri="https://blog.example/1", comments_url="https://blog.example/1/feed/"),)
    article_with(0)
    assert threads() == ()
    archive.save(article(1, engagement=counts(LATER, comments=2)))
    assert threads() == wanted
    archive.save_page(Page(posts=(comment(1), comment(2)), threads_read=("https://blog.example/1",)))
    assert threads() == ()
    archive.save(article(1, engagement=counts("2026-07-08T14:00:00Z", comments=3)))
    assert threads() == wanted


def test_where_no_count_is_given_comments_are_looked_for_once_a_day_while_the_edition_is_open(archive: Archive) -> None:
    archive.save(article(1, comments_url="https://blog.example/1/feed/"))
    row = archive.source()

    def asked(at: str) -> int:
        journal.begin_source(archive.conn, archive.round_id, row.id, at)
        return len(journal.threads(archive.conn, row.id))

    assert asked(NOW) == 1
    archive.save_page(Page(threads_read=("https://blog.example/1",)))
    assert [asked(at) for at in ("2026-07-08T13:00:00Z", "2026-07-09T12:00:01Z", "2026-10-01T12:00:00Z")] == [0, 1, 0]


def test_only_items_have_their_comments_read(archive: Archive) -> None:
    archive.save(article(1), comment(1, comments_url="https://blog.example/1/c/feed/"))
    assert journal.threads(archive.conn, archive.source().id) == ()


def test_comment_feeds_that_wait_longest_come_first_and_only_so_many(archive: Archive) -> None:
    for number in range(5):
        feed = f"https://blog.example/{number}/feed/"
        archive.save(article(number, comments_url=feed, engagement=counts(NOW, comments=1)))
    archive.save_page(Page(threads_read=tuple(f"https://blog.example/{n}" for n in (0, 1, 2))))
    for number in range(5):
        archive.save(article(number, engagement=counts(LATER, comments=2)))
    found = [thread.post_uri[-1] for thread in journal.threads(archive.conn, archive.source().id, limit=3)]
    assert found == ["3", "4", "0"]


def test_memory_is_what_was_remembered(archive: Archive) -> None:
    archive.save_page(Page(remember={"etag": '"1"'}))
    assert journal.memory(archive.conn, archive.source().id) == {"etag": '"1"'}
    assert journal.memory(archive.conn, archive.source(SEARCH).id) == {}
