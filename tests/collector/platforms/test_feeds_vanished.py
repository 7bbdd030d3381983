"""Posts that their authors take down."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from collector.platforms import Shown
from tests.fakeserver import FakeServer, Reply
from tests.feeds import FIRST, SECOND, THIRD, Reader, Visit, item, rss
from tests.fetching import client

DAYS = range(1, 7)


@pytest.fixture
def reader(server: FakeServer) -> Iterator[Reader]:
    """A blog of six posts, all collected; the archive shows them."""
    lists(server, *DAYS)
    with client() as asking:
        reader = Reader(asking, server.url("/feed.xml"), wanted="2026-07-01T09:00:00Z")
        assert len(reader.visit(FIRST).posts) == 6
        reader.shown = tuple(
            Shown(uri=post.uri, url=post.url or "", published_at=post.published_at, aliases=post.aliases)
            for post in reader.posts.values()
        )
        yield reader


def lists(server: FakeServer, *numbers: int) -> None:
    items = [item(number, link=server.url(f"/{number}")) for number in sorted(numbers, reverse=True)]
    server.put("/feed.xml", Reply(rss(items)))


def expired(visit: Visit) -> list[str]:
    """The last parts of the addresses of what is gone."""
    return [uri.rpartition("/")[2] for page in visit.pages for uri in page.expired]


@pytest.mark.parametrize("status", [404, 410])
def test_a_post_that_is_taken_down_is_said_to_be_gone(reader: Reader, server: FakeServer, status: int) -> None:
    server.put("/4", Reply(b"gone", status=status))
    lists(server, 6, 5, 3, 2, 1)
    assert expired(reader.visit(SECOND)) == ["4"]
    assert [request.path for request in server.requests[-3:]] == ["/feed.xml", "/robots.txt", "/4"]


def test_also_the_newest(reader: Reader, server: FakeServer) -> None:
    server.put("/6", Reply(b"gone", status=404))
    lists(server, 5, 4, 3, 2, 1)
    assert expired(reader.visit(SECOND)) == ["6"]


@pytest.mark.parametrize(
    "reply",
    [
        Reply("<h1>Entry 4</h1>"),
        Reply(b"", status=403),
        Reply(b"", status=500),
        Reply(reset_after=0),
        Reply(status=302, headers={"Location": "/"}),
    ],
)
def test_a_post_whose_page_is_not_gone_stays(reader: Reader, server: FakeServer, reply: Reply) -> None:
    server.put("/", Reply("<h1>Home</h1>"))
    server.put("/4", reply)
    lists(server, 6, 5, 3, 2, 1)
    visit = reader.visit(SECOND)
    assert visit.trouble is None
    assert expired(visit) == []


def test_it_is_asked_for_once_a_day(reader: Reader, server: FakeServer) -> None:
    server.put("/4", Reply("<h1>Entry 4</h1>"))
    lists(server, 6, 5, 3, 2, 1)
    reader.visit(SECOND)
    lists(server, 7, 6, 5, 3, 2, 1)
    reader.visit(THIRD)
    assert len(server.requested("/4")) == 1
    server.put("/4", Reply(b"", status=404))
    lists(server, 8, 7, 6, 5, 3, 2, 1)
    assert expired(reader.visit("2026-07-11T13:00:00Z")) == ["4"]


def test_what_the_feed_has_merely_dropped_is_not_asked_for(reader: Reader, server: FakeServer) -> None:
    lists(server, 9, 8, 7, 6, 5)
    assert expired(reader.visit(SECOND)) == []
    assert server.requested("/4") == []


@pytest.mark.parametrize("numbers", [(), (20, 1), (20, 21, 22)])
def test_a_feed_that_is_emptied_or_replaced_causes_no_storm(
    reader: Reader, server: FakeServer, numbers: tuple[int, ...]
) -> None:
    known = {number for number in numbers if number in DAYS}
    lists(server, *numbers)
    visit = reader.visit(SECOND)
    assert len(server.requests) <= 3 + (5 if known else 0)
    assert known or visit.requests == 1


def test_at_most_ten_a_round_and_the_next_round_goes_on(reader: Reader, server: FakeServer) -> None:
    reader.shown = tuple(
        Shown(uri=f"https://127.0.0.1/gone/{n}", url=server.url(f"/gone/{n}"), published_at=f"2026-07-05T09:{n:02}:00Z")
        for n in range(15)
    )
    lists(server, *DAYS, 7)
    assert len(expired(reader.visit(SECOND))) == 10
    lists(server, *DAYS, 7, 8)
    assert len(expired(reader.visit(THIRD))) == 5


def test_robots_txt_is_obeyed(reader: Reader, server: FakeServer) -> None:
    server.put("/robots.txt", Reply("User-agent: *\nDisallow: /4"))
    server.put("/4", Reply(b"gone", status=404))
    lists(server, 6, 5, 3, 2, 1)
    assert expired(reader.visit(SECOND)) == []
    assert server.requested("/4") == []


def test_nobody_elses_site_is_asked(reader: Reader, server: FakeServer) -> None:
    (shown,) = [one for one in reader.shown if one.uri.endswith("/4")]
    reader.shown = (
        Shown(uri="https://victim.example/4", url="https://victim.example/4", published_at=shown.published_at),
    )
    lists(server, 6, 5, 3, 2, 1)
    before = len(server.requests)
    assert expired(reader.visit(SECOND)) == []
    assert len(server.requests) == before + 1


def test_a_post_with_a_new_address_is_still_listed(reader: Reader, server: FakeServer) -> None:
    """Its guid says so; that its old address is gone means nothing."""
    items = [item(n, link=server.url(f"/new/{n}")) for n in sorted(DAYS, reverse=True)]
    server.put("/feed.xml", Reply(rss(items)))
    assert expired(reader.visit(SECOND)) == []
    assert server.requested("/4") == []


def test_a_server_that_wants_peace_gets_it(reader: Reader, server: FakeServer) -> None:
    server.put("/4", Reply(b"", status=429, headers={"Retry-After": "600"}))
    lists(server, 6, 5, 2, 1)
    visit = reader.visit(SECOND)
    assert visit.kind == "rate_limited"
    assert server.requested("/3") == []
