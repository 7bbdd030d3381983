"""Counts over time: what becomes a snapshot, what stands beside the post, and that unknown never becomes zero."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from collector.archive.engagement import NOTHING, later
from collector.posts import Engagement
from tests.collector.archive.making import SEARCH, SECOND_FEED, Archive, article, counts, post

T1, T2, T3 = "2026-07-08T12:00:00Z", "2026-07-08T13:00:00Z", "2026-07-08T14:00:00Z"
NEXT_DAY = "2026-07-09T12:00:00Z"
BESIDE = "SELECT likes, reposts, views, engagement_at, engagement_scope FROM posts"
SNAPSHOTS = "SELECT observed_at, likes, reposts, views FROM engagement ORDER BY observed_at, observed_via"


def read(archive: Archive, at: str, **values: Any) -> None:
    archive.save(post(1, engagement=counts(at, **values)), source=SEARCH, now=at)


def test_the_first_reading_is_a_snapshot_and_stands_beside_the_post(archive: Archive) -> None:
    read(archive, T1, likes=3, views=None)
    assert archive.ask(BESIDE) == [(3, None, None, T1, "global")]
    assert archive.ask(SNAPSHOTS) == [(T1, 3, None, None)]


def test_a_post_without_counts_has_none_and_not_zero(archive: Archive) -> None:
    archive.save(post(1), post(2, engagement=counts(T1)), source=SEARCH)
    assert archive.ask(BESIDE) == [(None, None, None, None, None)] * 2
    assert archive.ask(SNAPSHOTS) == []


def test_unchanged_counts_are_written_down_once_a_day(archive: Archive) -> None:
    for at in (T1, T2, "2026-07-09T11:59:59Z", NEXT_DAY, "2026-07-09T13:00:00Z"):
        read(archive, at, likes=3)
    assert archive.ask(SNAPSHOTS) == [(T1, 3, None, None), (NEXT_DAY, 3, None, None)]
    # When they were read last is known all the same.
    assert archive.ask(BESIDE) == [(3, None, None, "2026-07-09T13:00:00Z", "global")]


def test_a_changed_count_is_a_snapshot_also_when_it_falls(archive: Archive) -> None:
    for at, likes in ((T1, 3), (T2, 4), (T3, 2)):
        read(archive, at, likes=likes)
    assert archive.ask(SNAPSHOTS) == [(T1, 3, None, None), (T2, 4, None, None), (T3, 2, None, None)]
    assert archive.ask(BESIDE)[0][0] == 2


def test_a_count_that_is_not_given_any_more_stays_known(archive: Archive) -> None:
    read(archive, T1, likes=3, views=50)
    read(archive, T2, likes=4)
    assert archive.ask(BESIDE) == [(4, None, 50, T2, "global")]
    assert archive.ask(SNAPSHOTS) == [(T1, 3, None, 50), (T2, 4, None, None)]


def test_zero_is_a_count(archive: Archive) -> None:
    read(archive, T1, likes=0)
    assert archive.ask(BESIDE) == [(0, None, None, T1, "global")]
    read(archive, T2, likes=None, reposts=0)
    assert archive.ask(BESIDE) == [(0, 0, None, T2, "global")]


@pytest.mark.parametrize("order", list(itertools.permutations([(T1, 1, 10), (T2, 2, None), (T3, None, 30)])))
def test_readings_that_come_in_any_order_end_alike(archive: Archive, order: Any) -> None:
    for at, likes, views in order:
        # Imports bring readings of long ago: the archive's own clock stands still.
        archive.save(post(1, engagement=counts(at, likes=likes, views=views)), source=SEARCH, now=NEXT_DAY)
    assert archive.ask(BESIDE) == [(2, None, 30, T3, "global")]
    assert archive.ask(SNAPSHOTS) == [(T1, 1, None, 10), (T2, 2, None, None), (T3, None, None, 30)]


def test_a_reading_that_comes_again_changes_nothing(archive: Archive) -> None:
    for at, likes in ((T1, 1), (T2, 1), (T3, 2)):
        read(archive, at, likes=likes)
    before = archive.ask(SNAPSHOTS)
    for at, likes in ((T2, 1), (T1, 1), (T3, 2)):
        archive.save(post(1, engagement=counts(at, likes=likes)), source=SEARCH, now=T3)
    assert archive.ask(SNAPSHOTS) == before
    assert archive.ask(BESIDE) == [(2, None, None, T3, "global")]


def test_servers_that_know_part_of_the_counts_give_the_least_that_it_can_be(archive: Archive) -> None:
    read(archive, T1, via="a.example", scope="instance_partial", likes=3, reposts=1)
    read(archive, T2, via="b.example", scope="instance_partial", likes=2, reposts=4)
    assert archive.ask(BESIDE) == [(3, 4, None, T2, "instance_partial")]
    # Each server's own readings are compared with its own.
    read(archive, T3, via="a.example", scope="instance_partial", likes=3, reposts=1)
    assert archive.one("SELECT count(*) FROM engagement") == 2


def test_the_server_that_knows_them_all_is_believed_also_when_it_says_less(archive: Archive) -> None:
    read(archive, T1, via="a.example", scope="instance_partial", likes=9)
    read(archive, T2, via="home.example", likes=5)
    read(archive, T3, via="a.example", scope="instance_partial", likes=9, views=7)
    assert archive.ask(BESIDE) == [(5, None, 7, T2, "global")]


def test_changed_counts_change_the_edition_and_the_same_counts_do_not(archive: Archive) -> None:
    read(archive, T1, likes=1)
    read(archive, T2, likes=1)
    assert archive.one("SELECT changed_at FROM edition_changes") == T1
    read(archive, T3, likes=2)
    assert archive.one("SELECT changed_at FROM edition_changes") == T3


def test_another_blogs_feed_cannot_inflate_a_sites_counts(archive: Archive) -> None:
    archive.save(article(1, engagement=counts(T1, comments=2)))
    archive.save(article(1, engagement=counts(T2, comments=2_000_000)), source=SECOND_FEED, now=T2)
    assert archive.one("SELECT comments FROM posts") == 2


def test_a_reading_without_any_count_says_nothing() -> None:
    assert later(NOTHING, Engagement(observed_at=T1, observed_via="x.example")) == NOTHING
