"""Older entries: how a feed is paged back, and what of time each page truly covers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.platforms import Limits
from collector.platforms.feeds.coverage import Reach, reach
from collector.posts import moment, utc
from tests.fakeserver import FakeServer, Reply, Request
from tests.feeds import FIRST, FOURTH, SECOND, THIRD, Reader, atom, item, rss
from tests.fetching import client

XML = {"Content-Type": "application/rss+xml; charset=UTF-8"}
GENERATOR = "<title>T</title><generator>https://wordpress.org/?v=6.1.9</generator>"


def day(number: int) -> str:
    """Noon of a day: day 1 is 2 January 2026."""
    return utc(datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=number))


def date_of(number: int) -> str:
    return day(number)[:10]


@dataclass
class WordPress:
    """A blog that pages as WordPress does: ten a page, then a 404 with a feed in it; and its API."""

    server: FakeServer
    numbers: list[Any] = field(default_factory=list)
    """Of its entries, the newest first; each was published on its day."""
    dead: set[int] = field(default_factory=set)
    """Pages that answer 500."""
    pages: bool = True
    api: bool = True
    size: int = 10
    step: int = 1
    """How many are published on a day."""

    def start(self) -> None:
        self.server.put("/feed/", self.feed)
        self.server.put("/wp-json/wp/v2/posts", self.posts)

    def feed(self, request: Request) -> Reply:
        page = int(request.query.get("paged", "1"))
        if page in self.dead:
            return Reply(b"Error establishing a database connection", status=500)
        if not self.pages:
            page = 1
        shown = self.numbers[(page - 1) * self.size : page * self.size]
        items = [item(number, date=self.date(number)) for number in shown]
        return Reply(rss(items, GENERATOR), status=200 if shown or page == 1 else 404, headers=XML)

    def date(self, number: float) -> str:
        return utc(moment(day(0)) + timedelta(days=number) / self.step)

    def posts(self, request: Request) -> Reply:
        if not self.api:
            return Reply(b'{"code": "rest_disabled"}', status=401)
        query, page = request.query, int(request.query["page"])
        found = [n for n in self.numbers if query["after"] < day(n) < query["before"]]
        shown = found[(page - 1) * 100 : page * 100]
        if not shown and page > 1:
            return Reply(b'{"code": "rest_post_invalid_page_number"}', status=400)
        body = [
            {
                "id": number,
                "date_gmt": day(number)[:-1],
                "modified_gmt": day(number)[:-1],
                "guid": {"rendered": f"entry-{number}"},
                "link": f"https://blog.example/{number}",
                "title": {"rendered": f"Entry {number} &#8211; from the API"},
                "content": {"rendered": "<p>Words</p>"},
                "_embedded": {
                    "author": [{"name": "Jane Doe", "link": "https://blog.example/author/jane"}],
                    "wp:term": [[{"name": "News &amp; views"}], [{"name": "CoProWeek"}]],
                    "wp:featuredmedia": [
                        {"media_type": "image", "source_url": "https://blog.example/a.png", "alt_text": "A ladder"}
                    ],
                },
            }
            for number in shown
        ]
        return Reply(
            json.dumps(body),
            headers={"X-WP-TotalPages": str(-(-len(found) // 100)), "Content-Type": "application/json"},
        )


@pytest.fixture
def blog(server: FakeServer) -> WordPress:
    blog = WordPress(server, list(range(25, 0, -1)))
    blog.start()
    return blog


@pytest.fixture
def reader(server: FakeServer) -> Iterator[Reader]:
    with client() as asking:
        yield Reader(asking, server.url("/feed/"), wanted="2025-01-01T00:00:00Z")


# WordPress


def test_pages_of_wordpress_are_read_until_the_404_that_is_a_feed(blog: WordPress, reader: Reader) -> None:
    visit = reader.visit()
    assert [len(page.posts) for page in visit.pages] == [10, 10, 5, 0]
    assert [page.http_status for page in visit.pages] == [200, 200, 200, 404]
    assert visit.covered == [("2025-01-01", "2026-07-10T10")]
    assert visit.truncated == []


def test_each_page_covers_from_its_oldest_entry_to_where_the_one_before_ended(blog: WordPress, reader: Reader) -> None:
    stretches = [
        [(row.interval.from_utc, row.interval.to_utc) for row in page.covered] for page in reader.visit().pages
    ]
    assert stretches == [
        [(day(16), FIRST)],
        [(day(6), day(16))],
        [(day(1), day(6))],
        [("2025-01-01T00:00:00Z", day(1))],
    ]


def test_the_second_round_asks_for_nothing_older(blog: WordPress, reader: Reader) -> None:
    reader.visit(FIRST)
    visit = reader.visit(SECOND)
    assert visit.requests == 1
    assert visit.covered == [("2026-07-10T10", "2026-07-10T11")]


def test_a_page_that_dies_leaves_a_gap_that_the_next_round_fills(blog: WordPress, reader: Reader) -> None:
    blog.dead = {2}
    visit = reader.visit(FIRST)
    assert visit.kind == "server_error"
    assert visit.trouble is not None
    assert "What is newer has been saved" in visit.trouble.message
    assert visit.covered == [(day(16).removesuffix(":00:00Z"), "2026-07-10T10")]
    blog.dead = set()
    visit = reader.visit(SECOND)
    assert len(reader.posts) == 25
    assert visit.trouble is None
    assert len(visit.posts) == 15


def test_a_round_that_is_killed_loses_at_most_the_page_under_way(blog: WordPress, reader: Reader) -> None:
    for pages in (1, 2, 3):
        reader.visit(FIRST, pages=pages)
    reader.visit(SECOND)
    assert len(reader.posts) == 25
    assert reader.task(THIRD).missing == reader.task(THIRD).missing[:1]


def test_entries_that_came_and_went_between_two_visits_are_fetched(blog: WordPress, reader: Reader) -> None:
    reader.visit(FIRST)
    blog.numbers = [*range(205, 190, -1), *blog.numbers]
    visit = reader.visit("2026-08-01T00:00:00Z")
    assert len(visit.posts) == 15
    assert visit.covered == [("2026-07-10T10", "2026-08-01")]
    assert len(visit.pages) == 2, "no further than the gap reaches"


def test_a_long_archive_is_read_on_where_the_last_round_stopped(
    blog: WordPress, reader: Reader, server: FakeServer
) -> None:
    blog.numbers = list(range(150, 0, -1))
    for now in (FIRST, SECOND, THIRD, FOURTH, "2026-07-10T14:00:00Z"):
        reader.visit(now, limits=Limits(pages=5))
    assert len(reader.posts) == 150
    asked = [request.query.get("paged", "1") for request in server.requests]
    assert asked[:5] == ["1", "2", "3", "4", "5"]
    assert asked[5:10] == ["1", "5", "6", "7", "8"], (
        "from the last page that was read, which shows that nothing has moved"
    )
    assert reader.task(FOURTH).missing == ()
    assert "deepest" not in reader.memory


def test_where_pages_have_moved_meanwhile_they_are_read_from_the_front(blog: WordPress, reader: Reader) -> None:
    blog.numbers = list(range(60, 0, -1))
    reader.visit(FIRST, limits=Limits(pages=3))
    del blog.numbers[5:17]  # what was on page 4 is on page 3 now
    reader.visit(SECOND, limits=Limits(pages=20))
    assert {post.title for post in reader.posts.values()} >= {f"Entry {number}" for number in blog.numbers}
    assert reader.task(SECOND).missing == ()


def test_no_more_entries_are_read_than_the_round_may_take(blog: WordPress, reader: Reader) -> None:
    visit = reader.visit(FIRST, limits=Limits(items=14))
    assert len(visit.posts) == 14
    assert visit.covered == [(day(12).removesuffix(":00:00Z"), "2026-07-10T10")]
    reader.visit(SECOND, limits=Limits(items=14))
    assert len(reader.posts) == 25


def test_a_first_page_that_is_cut_is_read_on_although_it_has_not_changed(blog: WordPress, reader: Reader) -> None:
    assert len(reader.visit(FIRST, limits=Limits(items=4)).posts) == 4
    assert len(reader.visit(SECOND, limits=Limits(items=4)).posts) == 4
    reader.visit(THIRD)
    assert len(reader.posts) == 25


def test_a_feed_that_cannot_be_paged_is_read_by_the_api(blog: WordPress, reader: Reader) -> None:
    blog.pages = False
    visit = reader.visit()
    assert visit.trouble is None
    assert len(reader.posts) == 25
    assert visit.covered == [("2025-01-01", "2026-07-10T10")]
    old = reader.posts["https://blog.example/3"]
    assert old.title == "Entry 3 – from the API"
    assert old.categories == ("News & views", "CoProWeek")
    assert old.author is not None
    assert (old.author.name, old.published_at, old.media[0].alt) == ("Jane Doe", day(3), "A ladder")
    assert old.aliases[0].endswith(":entry-3")


def test_the_api_is_read_page_by_page_and_only_where_something_is_missing(
    blog: WordPress, reader: Reader, server: FakeServer
) -> None:
    blog.pages = False
    blog.numbers = list(range(230, 0, -1))
    reader.visit("2026-08-20T00:00:00Z")
    assert len(reader.posts) == 230
    assert [request.query["page"] for request in server.requested("/wp-json/wp/v2/posts")] == ["1", "2", "3"]
    blog.numbers = [*range(250, 230, -1), *blog.numbers]
    visit = reader.visit("2026-10-01T00:00:00Z")
    assert len(visit.posts) == 20
    (request,) = server.requested("/wp-json/wp/v2/posts")[3:]
    assert request.query["after"] == "2026-08-19T00:00:00Z", "the end of what was covered, less a day"


def test_where_the_api_is_closed_too_the_rest_is_truncated_and_says_why(blog: WordPress, reader: Reader) -> None:
    blog.pages = blog.api = False
    visit = reader.visit()
    assert visit.trouble is None
    assert visit.truncated == [("2025-01-01", day(16).removesuffix(":00:00Z"))]
    (row,) = [row for page in visit.pages for row in page.covered if row.state == "truncated"]
    assert row.reason == "the feed gives no older entries, and the blog's API is closed"
    assert reader.visit(SECOND).requests == 1


def test_an_empty_page_of_wordpress_proves_nothing(blog: WordPress, reader: Reader, server: FakeServer) -> None:
    empty = Reply(rss("", GENERATOR), headers=XML)
    server.put("/feed/", lambda request: empty if request.query.get("paged") == "2" else blog.feed(request))
    blog.api = False
    assert reader.visit(FIRST).truncated == [("2025-01-01", day(16).removesuffix(":00:00Z"))]
    reader.covered.clear()
    blog.api = True
    assert reader.visit(SECOND).covered == [("2025-01-01", "2026-07-10T11")]
    assert len(reader.posts) == 25


# Posts that are dated back


@pytest.fixture
def daily(server: FakeServer) -> Iterator[tuple[WordPress, Reader]]:
    """A blog of two posts a day, of which the first page shows five days; all is collected on day 30."""
    blog = WordPress(server, [number for number in range(60, 0, -1)], step=2)
    blog.start()
    with client() as asking:
        reader = Reader(asking, server.url("/feed/"), wanted="2025-01-01T00:00:00Z")
        reader.visit(day(31))
        assert reader.task(day(31)).missing == ()
        yield blog, reader


def test_a_post_that_is_dated_back_is_found_within_a_day(daily: tuple[WordPress, Reader], server: FakeServer) -> None:
    blog, reader = daily
    blog.numbers = sorted([*blog.numbers, 45.5], reverse=True)  # published now, as of day 22
    before = len(server.requests)
    assert reader.visit(utc(moment(day(31)) + timedelta(hours=1))).posts == []
    assert len(server.requests) == before + 1, "pages are not read all the time"
    visit = reader.visit(day(32))
    assert visit.titles == ["Entry 45.5"]
    assert [request.query.get("paged", "1") for request in server.requests[before + 1 :]] == ["1", "2", "3"]
    assert visit.truncated == []
    assert visit.covered == [
        (utc(moment(day(31)) + timedelta(hours=1)).removesuffix(":00:00Z"), day(32).removesuffix(":00:00Z"))
    ]
    assert "deepest" not in reader.memory
    assert len(reader.visit(utc(moment(day(32)) + timedelta(hours=1))).pages) == 1


def test_where_older_pages_cannot_be_had_again_nothing_else_is_lost(daily: tuple[WordPress, Reader]) -> None:
    blog, reader = daily
    blog.dead = {2}
    visit = reader.visit(day(32))
    assert visit.trouble is None
    assert "has a fault" in visit.notes
    assert reader.task(day(32)).missing == ()
    blog.dead, blog.pages = set(), False
    assert reader.visit(day(33)).truncated == []
    assert reader.task(day(33)).missing == ()


def test_a_first_page_that_reaches_far_enough_back_needs_no_others(blog: WordPress, reader: Reader) -> None:
    reader.visit(day(26))
    assert reader.visit(day(40)).requests == 1


# Blogger


@dataclass
class Blogger:
    """A blog as Google's Blogger pages it: by start-index, at most so many at once, with a total."""

    server: FakeServer
    numbers: Sequence[int]
    most: int = 40

    def feed(self, request: Request) -> Reply:
        assert request.query["redirect"] == "false"
        start, wanted = int(request.query.get("start-index", "1")), int(request.query["max-results"])
        shown = self.numbers[start - 1 : start - 1 + min(wanted, self.most)]
        entries = "".join(
            f"<entry><id>tag:blogger.com,1999:blog-1.post-{n}</id><title>Entry {n}</title>"
            f"<published>{day(n)}</published>"
            f"<link rel='alternate' type='text/html' href='https://blog.example/{n}.html'/></entry>"
            for n in shown
        )
        total = f"<openSearch:totalResults>{len(self.numbers)}</openSearch:totalResults>"
        # Its own links lead to another host, where the feed is the same.
        following = "<link rel='next' href='https://www.blogger.com/feeds/1/posts/default?start-index=26'/>"
        return Reply(atom(entries, f"<title>T</title><generator>Blogger</generator>{total}{following}"))


def test_blogger_is_read_by_start_index_however_few_it_gives_at_once(server: FakeServer) -> None:
    server.put("/feeds/posts/default", Blogger(server, list(range(120, 0, -1))).feed)
    with client() as asking:
        reader = Reader(asking, server.url("/feeds/posts/default"))
        visit = reader.visit()
    assert visit.trouble is None
    assert len(reader.posts) == 120
    assert [request.query.get("start-index") for request in server.requests] == [None, "26", "66", "106"]
    assert visit.covered == [("2015-01-01", "2026-07-10T10")]


def test_pages_of_blogger_that_are_too_large_are_asked_for_in_smaller_ones(server: FakeServer) -> None:
    blog = Blogger(server, list(range(120, 0, -1)), most=100)
    server.put("/feeds/posts/default", blog.feed)
    with client(max_bytes=12_000, max_decompressed_bytes=12_000) as asking:
        reader = Reader(asking, server.url("/feeds/posts/default"))
        visit = reader.visit()
    assert visit.trouble is None
    assert len(reader.posts) == 120
    sizes = [request.query["max-results"] for request in server.requests]
    assert sizes == ["25", "100", "25", "25", "25", "25"], "once too large, they stay small"


def test_a_small_blog_on_blogger_is_covered_whole_by_one_request(server: FakeServer) -> None:
    server.put("/feeds/posts/default", Blogger(server, [3, 2, 1]).feed)
    with client() as asking:
        visit = Reader(asking, server.url("/feeds/posts/default")).visit()
    assert visit.requests == 1
    assert visit.covered == [("2015-01-01", "2026-07-10T10")]


# Links


def linked(server: FakeServer, pages: Sequence[Sequence[int]], link: Callable[[int], str]) -> None:
    """Pages at /p1, /p2, …, each with a link to the next; the last has none."""
    for number, shown in enumerate(pages, 1):
        more = link(number + 1) if number < len(pages) else ""
        server.put(
            f"/p{number}", Reply(rss([item(n, date=day(n)) for n in shown], f"<title>T</title>{more}"), headers=XML)
        )


@pytest.mark.parametrize("rel", ["next", "prev-archive"])
def test_links_to_older_entries_are_followed_to_the_end(server: FakeServer, rel: str) -> None:
    linked(server, [[9, 8, 7], [6, 5, 4], [3, 2, 1]], lambda n: f'<atom:link rel="{rel}" href="/p{n}"/>')
    with client() as asking:
        visit = Reader(asking, server.url("/p1")).visit()
    assert len(visit.posts) == 9
    assert visit.covered == [("2015-01-01", "2026-07-10T10")]


def test_a_feed_without_older_pages_is_truncated(server: FakeServer) -> None:
    server.put("/p1", Reply(rss([item(n, date=day(n)) for n in (9, 8)]), headers=XML))
    with client() as asking:
        visit = Reader(asking, server.url("/p1")).visit()
    assert visit.covered == [(day(8).removesuffix(":00:00Z"), "2026-07-10T10")]
    assert visit.truncated == [("2015-01-01", day(8).removesuffix(":00:00Z"))]
    reasons = [row.reason for page in visit.pages for row in page.covered if row.reason]
    assert reasons == ["the feed lists its newest 2 entries and gives no older ones"]


def test_a_feed_that_says_it_is_complete_covers_everything(server: FakeServer) -> None:
    complete = '<title>T</title><fh:complete xmlns:fh="http://purl.org/syndication/history/1.0"/>'
    server.put("/p1", Reply(rss([item(n, date=day(n)) for n in (9, 8)], complete), headers=XML))
    with client() as asking:
        visit = Reader(asking, server.url("/p1")).visit()
    assert visit.covered == [("2015-01-01", "2026-07-10T10")]


@pytest.mark.parametrize("target", ["/p1", "/p2", "/p1#again", "javascript:void(0)", "http://[broken"])
def test_links_that_lead_in_a_circle_or_nowhere_end(server: FakeServer, target: str) -> None:
    link = f'<title>T</title><atom:link rel="next" href="{target}"/>'
    server.put("/p1", Reply(rss([item(n, date=day(n)) for n in (9, 8)], link), headers=XML))
    server.put("/p2", Reply(rss([item(n, date=day(n)) for n in (9, 8)], link), headers=XML))
    with client() as asking:
        visit = Reader(asking, server.url("/p1")).visit()
    assert visit.requests <= 2
    assert visit.truncated or visit.kind == "unsafe"


def test_endless_pages_end_with_the_rounds_limit(server: FakeServer) -> None:
    def page(request: Request) -> Reply:
        number = int(request.query.get("n", "0"))
        link = f'<title>T</title><atom:link rel="next" href="/p?n={number + 1}"/>'
        return Reply(
            rss(item(1, link=f"https://blog.example/{number}", guid=str(number), date=day(100 - number)), link)
        )

    server.put("/p", page)
    with client() as asking:
        reader = Reader(asking, server.url("/p"))
        visit = reader.visit(limits=Limits(pages=7))
    assert visit.requests == 7
    assert visit.trouble is None
    assert reader.task(SECOND).missing, "the rest stays a gap"


def test_a_next_page_that_is_gone_ends_the_archive_there_and_does_not_retire_the_feed(server: FakeServer) -> None:
    linked(server, [[9, 8], [7, 6]], lambda n: f'<atom:link rel="next" href="/p{n}"/>')
    server.put("/p2", Reply(b"", status=410))
    with client() as asking:
        visit = Reader(asking, server.url("/p1")).visit()
    assert visit.trouble is None
    assert visit.truncated == [("2015-01-01", day(8).removesuffix(":00:00Z"))]


def test_a_web_page_in_place_of_older_entries_is_trouble(server: FakeServer) -> None:
    linked(server, [[9, 8], [7, 6]], lambda n: f'<atom:link rel="next" href="/p{n}"/>')
    server.put("/p2", Reply(b"<html>Are you human?</html>"))
    with client() as asking:
        visit = Reader(asking, server.url("/p1")).visit()
    assert visit.kind == "not_a_feed"
    assert len(visit.posts) == 2


def test_an_entry_deleted_while_pages_are_read_leaves_a_gap_and_no_false_claim(server: FakeServer) -> None:
    """Entry 5 slips from page two to page one after page one was read; the total shows that something happened."""

    def page(shown: Sequence[int], total: int) -> Reply:
        more = (
            f"<title>T</title><openSearch:totalResults "
            f"xmlns:openSearch='http://a9.com/-/spec/opensearch/1.1/'>{total}</openSearch:totalResults>"
            f"<atom:link rel='next' href='/p2'/>"
        )
        return Reply(rss([item(n, date=day(n)) for n in shown], more), headers=XML)

    server.put("/p1", page((8, 7, 6), 6))
    server.put("/p2", page((4, 3, 2), 5))
    with client() as asking:
        reader = Reader(asking, server.url("/p1"), wanted=day(2))
        visit = reader.visit()
    assert visit.covered == [
        (day(2).removesuffix(":00:00Z"), day(4).removesuffix(":00:00Z")),
        (day(6).removesuffix(":00:00Z"), "2026-07-10T10"),
    ]


# How far a page reaches


def dates(*days: int | None) -> list[str | None]:
    return [None if number is None else day(number) for number in days]


@pytest.mark.parametrize(
    ("published", "updated", "oldest"),
    [
        ([9, 8, 7], None, 7),
        ([9, 9, 9], None, 9),
        ([1, 9, 8, 7, 6], None, 6),  # pinned to the top
        ([9, 8, 2, 7, 6], None, 6),  # dated back
        ([1, 2, 3, 4, 5], None, 1),  # oldest first
        ([1, 2], None, 2),  # a pinned one, or oldest first? Nothing is claimed but what is newer than both
        ([4, 9, 1, 7, 3], [9, 9, 8, 7, 6], 6),  # in order of change
        ([4, 9, 1, 7, 3], None, 9),  # in no order
        ([340, 60, 310], None, 310),  # a single one is out of order: March before November
        ([340, 330, 60, 310], None, 310),
        ([60, 340, 310], None, 310),
        ([40, 39, 38, 37, 1], None, 37),  # a lone old one at the end
        ([40, 39, 1], None, 39),
        ([300, 250, 170, 1], None, 1),  # a blog that is quiet for long
        ([40, 39, 38, 2, 1], None, 1),
        ([9, None, 8, 7, 6], None, 6),
        ([9, None, None, 7], None, None),
        ([None], None, None),
        ([], None, None),
    ],
)
def test_how_far_back_a_page_reaches(published: list[Any], updated: list[Any] | None, oldest: int | None) -> None:
    found = reach(dates(*published), dates(*(updated or [None] * len(published))))
    assert (found.oldest if found else None) == (day(oldest) if oldest else None)


@given(st.lists(st.integers(1, 30), unique=True, min_size=1, max_size=30), st.integers(1, 40))
def test_a_page_of_the_newest_entries_reaches_to_the_last_of_them(numbers: list[int], size: int) -> None:
    shown = sorted(numbers, reverse=True)[:size]
    assert reach(dates(*shown), dates(*[None] * len(shown))) == Reach(day(shown[-1]), day(shown[0]))


def test_a_pinned_entry_does_not_hide_what_was_missed(server: FakeServer) -> None:
    """The pinned entry was known before; that it is still there proves nothing."""
    pinned = item(99, date=day(1))
    server.put("/p1", Reply(rss([pinned, *(item(n, date=day(n)) for n in (20, 19, 18, 17))]), headers=XML))
    with client() as asking:
        reader = Reader(asking, server.url("/p1"))
        reader.visit("2026-01-25T00:00:00Z")
        server.put("/p1", Reply(rss([pinned, *(item(n, date=day(n)) for n in (40, 39, 38, 37))]), headers=XML))
        visit = reader.visit("2026-02-20T00:00:00Z")
    assert visit.covered == [(day(37).removesuffix(":00:00Z"), "2026-02-20")]
    assert visit.truncated == [("2026-01-25", day(37).removesuffix(":00:00Z"))]


def test_a_lone_old_entry_at_the_end_does_not_hide_what_was_missed(server: FakeServer) -> None:
    old = item(99, date=day(1))
    server.put("/p1", Reply(rss([*(item(n, date=day(n)) for n in (120, 119, 118, 117)), old]), headers=XML))
    with client() as asking:
        reader = Reader(asking, server.url("/p1"))
        reader.visit(day(121))
        server.put("/p1", Reply(rss([*(item(n, date=day(n)) for n in (140, 139, 138, 137)), old]), headers=XML))
        visit = reader.visit(day(141))
    noon = ":00:00Z"
    assert visit.covered == [(day(137).removesuffix(noon), day(141).removesuffix(noon))]
    assert visit.truncated == [(day(121).removesuffix(noon), day(137).removesuffix(noon))]


def test_a_feed_in_no_order_says_so(server: FakeServer) -> None:
    server.put("/p1", Reply(rss([item(n, date=day(n)) for n in (4, 9, 1, 7, 3)]), headers=XML))
    server.put("/p2", Reply(rss([item(n, date=day(n)) for n in (9, 3, 8)]), headers=XML))
    with client() as asking:
        assert "not in order of date" in Reader(asking, server.url("/p1")).visit().notes
        visit = Reader(asking, server.url("/p2")).visit()
    assert visit.notes == ""
    assert visit.covered == [(day(8).removesuffix(":00:00Z"), "2026-07-10T10")]


def test_a_feed_without_dates_covers_what_comes_while_it_is_watched(server: FakeServer) -> None:
    bare = [f"<item><title>Entry {n}</title><link>https://blog.example/{n}</link></item>" for n in (1, 2, 3)]
    server.put("/p1", Reply(rss(bare), headers=XML))
    with client() as asking:
        reader = Reader(asking, server.url("/p1"))
        assert reader.visit(FIRST).covered == []
        server.put("/p1", Reply(rss(["<item><title>New</title></item>", *bare]), headers=XML))
        assert reader.visit(SECOND).covered == [("2026-07-10T10", "2026-07-10T11")]
        server.put("/p1", Reply(rss(["<item><title>Other</title></item>"]), headers=XML))
        assert reader.visit(THIRD).covered == [], "nothing that was known is left: who knows what came and went"


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_whatever_happens_nothing_is_lost_and_nothing_claimed_falsely(data: st.DataObject) -> None:
    """Posts come, servers die, rounds are killed. In the end what the ledger calls covered has been collected."""
    with FakeServer() as server, client() as asking:
        blog = WordPress(server, list(range(data.draw(st.integers(1, 30)), 0, -1)), size=data.draw(st.integers(2, 7)))
        blog.start()
        reader = Reader(asking, server.url("/feed/"), wanted="2025-01-01T00:00:00Z")
        newest = blog.numbers[0]
        for _ in range(data.draw(st.integers(1, 4))):
            before, newest = newest, newest + data.draw(st.integers(0, 12))
            published = [number for number in range(newest, before, -1) if data.draw(st.booleans())]
            blog.numbers = [*published, *blog.numbers]
            blog.dead = set(data.draw(st.lists(st.integers(2, 9), max_size=2)))
            now = utc(datetime(2026, 1, 2, 0, tzinfo=UTC) + timedelta(days=newest))
            kill_after = data.draw(st.none() | st.integers(1, 4))
            reader.visit(now, pages=kill_after, limits=Limits(pages=data.draw(st.integers(1, 8))))
            have = {int(uri.rpartition("/")[2]) for uri in reader.posts}
            claimed = {n for n in blog.numbers if any(row.from_utc <= day(n) < row.to_utc for row in reader.covered)}
            assert claimed <= have
        blog.dead = set()
        for _ in range(3):
            reader.visit(now)
        assert {int(uri.rpartition("/")[2]) for uri in reader.posts} == set(blog.numbers)
        assert reader.task(now).missing == ()
