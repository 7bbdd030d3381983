"""What holds for any pages: their order and repeats play no part, and nothing that a page says can stop it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.archive import journal
from collector.intervals import union
from collector.platforms import Covered, Page
from collector.posts import Author, Hashtag, Interval, Link, Media, Post, Relation
from tests.collector.archive.making import (
    FEED,
    NOW,
    SEARCH,
    SECOND_FEED,
    Archive,
    article,
    comment,
    counts,
    make,
    post,
)

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

POOL: tuple[Post, ...] = (
    *(article(n) for n in range(3)),
    article(10, text="On co-production", hashtags=()),
    article(11, text="On something else", hashtags=()),
    comment(1, on="https://blog.example/1"),
    comment(2, on="https://blog.example/2"),
    post(1, engagement=counts("2026-07-06T10:00:00Z", likes=1)),
    post(1, engagement=counts("2026-07-06T12:00:00Z", likes=4, views=10)),
    post(1, engagement=counts("2026-07-07T12:00:00Z", likes=3)),
    post(2, relations=(Relation(kind="reply_to", uri=post(1).uri),), hashtags=(), text="Well said"),
    post(3, relations=(Relation(kind="quote_of", uri=post(4).uri),)),
    post(4, hashtags=(), text="Quoted"),
    post(5, relations=(Relation(kind="repost_of", uri=post(3).uri),)),
)
SOURCES = {"blogs": (FEED, FEED, SECOND_FEED), "x": (SEARCH, SEARCH, SEARCH)}


@contextmanager
def fresh() -> Iterator[Archive]:
    """An archive for one example."""
    with TemporaryDirectory() as folder:
        archive = make(Path(folder))
        yield archive
        archive.conn.close()


def told(archive: Archive) -> dict[str, Any]:
    """What the archive says, without the numbers that it gives and the moments at which things happened to come."""
    of_post = "JOIN posts ON posts.id = post_id"
    questions = {
        "posts": "SELECT uri, kind, published_at, likes, views, engagement_at, version, images FROM posts",
        "texts": f"SELECT uri, title, text FROM post_texts {of_post}",
        "places": f"SELECT uri, edition_id, phase, role, why, local_day FROM edition_posts {of_post}",
        "matches": f"SELECT uri, campaign_id, post_matches.kind, term, place FROM post_matches {of_post}",
        "relations": "SELECT a.uri, relations.kind, target_uri, b.uri FROM relations JOIN posts AS a ON a.id = post_id "
        "LEFT JOIN posts AS b ON b.id = target_post_id",
        "counts": f"SELECT uri, observed_at, engagement.likes, engagement.views FROM engagement {of_post}",
        "hashtags": "SELECT uri, folded, as_written FROM post_hashtags "
        f"JOIN hashtags ON hashtags.id = hashtag_id {of_post}",
        "sightings": f"SELECT uri, locator FROM sightings JOIN sources ON sources.id = source_id {of_post}",
        "entries": "SELECT source_id, identity, fingerprint, matched FROM feed_entries",
        "baseline": "SELECT campaign_id, local_day, sum(items) FROM baseline_counts GROUP BY 1, 2",
        "authors": "SELECT platform, native_id, organisation_id FROM authors",
    }
    return {name: sorted(archive.ask(question), key=repr) for name, question in questions.items()}


def deliver(archive: Archive, deliveries: list[tuple[int, int]], together: int) -> None:
    """Save posts of the pool (number, which source), so many of one source a page."""
    waiting: list[Post] = []
    source = FEED
    for number, which in [*deliveries, (-1, 0)]:
        one = POOL[number]
        its_source = SOURCES[one.platform][which]
        if waiting and (its_source != source or len(waiting) >= together or number == -1):
            archive.save(*waiting, source=source)
            waiting = []
        source = its_source
        waiting.append(one)


EVERYTHING = [(number, which) for number, one in enumerate(POOL) for which in range(len(set(SOURCES[one.platform])))]


@FEW
@given(
    first=st.lists(st.tuples(st.integers(0, len(POOL) - 1), st.integers(0, 1)), max_size=30),
    then=st.permutations(EVERYTHING),
    together=st.integers(1, 8),
)
def test_whatever_the_order_and_the_repeats_the_archive_says_the_same(
    first: list[tuple[int, int]], then: list[tuple[int, int]], together: int
) -> None:
    with fresh() as plain, fresh() as archive:
        deliver(plain, EVERYTHING, 50)
        deliver(plain, EVERYTHING, 50)
        deliver(archive, [(number, which) for number, which in first], together)
        # What came before its item was not kept, and comes again: as comment feeds and conversations do.
        deliver(archive, then, together)
        deliver(archive, EVERYTHING, together)
        assert told(archive) == told(plain)
        assert archive.one("PRAGMA integrity_check") == "ok"


anything = st.text(st.characters(codec=None), max_size=40)
number = st.none() | st.integers(-(2**70), 2**70)


@st.composite
def odd_posts(draw: st.DrawFn) -> Post:
    """A post whose every word comes from an enemy."""
    return article(
        draw(st.integers(1, 5)),
        uri=draw(anything),
        url=draw(st.none() | anything),
        aliases=tuple(draw(st.lists(anything, max_size=4))),
        title=draw(st.none() | anything),
        text=draw(anything) + draw(st.sampled_from(["", " #CoProWeek", " co-production"])),
        html=draw(st.none() | anything),
        author=draw(
            st.none()
            | st.builds(
                Author,
                platform=st.just("blogs"),
                native_id=anything,
                handle=st.none() | anything,
                name=st.none() | anything,
                url=st.none() | anything,
                followers=number,
            )
        ),
        categories=tuple(draw(st.lists(anything, max_size=3))),
        hashtags=tuple(draw(st.lists(st.builds(Hashtag, as_written=anything, origin=st.just("text")), max_size=3))),
        links=tuple(
            draw(
                st.lists(
                    st.builds(Link, as_given=anything | st.just("https://[::1"), expanded=st.none() | anything),
                    max_size=3,
                )
            )
        ),
        media=tuple(
            draw(
                st.lists(
                    st.builds(
                        Media,
                        kind=st.sampled_from(["image", "embed"]),
                        url=anything,
                        alt=st.none() | anything,
                        alt_state=st.sampled_from(["present", "absent", "not_offered"]),
                    ),
                    max_size=2,
                )
            )
        ),
        relations=tuple(
            draw(
                st.lists(st.builds(Relation, kind=st.sampled_from(["reply_to", "quote_of"]), uri=anything), max_size=2)
            )
        ),
        engagement=draw(st.none() | st.builds(counts, likes=number, views=number)),
        published_at=draw(
            st.sampled_from(["2026-07-06T09:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "soon", ""])
        ),
        fingerprint=draw(st.none() | st.binary(min_size=1, max_size=4)),
    )


@FEW
@given(posts=st.lists(odd_posts(), max_size=6))
def test_nothing_that_a_page_says_can_stop_it(posts: list[Post]) -> None:
    with fresh() as archive:
        page = Page(posts=tuple(posts))
        saved = archive.save_page(page)
        assert saved.new + saved.changed + saved.unchanged + saved.unmatched + saved.not_understood == len(posts)
        again = archive.save_page(page)
        assert (again.new, again.unmatched) == (0, 0)
        assert archive.one("PRAGMA integrity_check") == "ok"
        assert archive.ask("PRAGMA foreign_key_check") == []


days = st.integers(1, 27).flatmap(lambda first: st.tuples(st.just(first), st.integers(first, 28)))


@FEW
@given(stretches=st.lists(days, max_size=12))
def test_the_ledger_is_the_union_of_what_was_covered(stretches: list[tuple[int, int]]) -> None:
    with fresh() as archive:
        given = [Interval(f"2026-07-{first:02}T00:00:00Z", f"2026-07-{last:02}T00:00:00Z") for first, last in stretches]
        for interval in given:
            archive.save_page(Page(covered=(Covered(interval=interval),)), now=NOW)
        ledger = journal.covered(archive.conn, archive.source().id, FEED.query_hash)
        assert tuple(interval for interval, _ in ledger) == union(given)
