"""robots.txt is asked for once a day, and obeyed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.http.robots import LONGEST, Robots
from collector.platforms import Trouble
from tests.fakeserver import FakeServer, Reply, redirect
from tests.fetching import client


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 7, 6, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def allowed(server: FakeServer, path: str = "/post", *, robots: str | bytes) -> bool:
    server.put("/robots.txt", Reply(robots, headers={"Content-Type": "text/plain"}))
    with client(max_bytes=5_000_000, max_decompressed_bytes=5_000_000) as http:
        return Robots(http).allowed(server.url(path))


@pytest.mark.parametrize(
    ("robots", "path", "answer"),
    [
        ("", "/post", True),
        ("User-agent: *\nDisallow:", "/post", True),
        ("User-agent: *\nDisallow: /", "/post", False),
        ("User-agent: *\nDisallow: /wp-admin/", "/post", True),
        ("User-agent: *\nDisallow: /wp-admin/", "/wp-admin/x", False),
        ("User-agent: other\nDisallow: /", "/post", True),
        ("User-agent: coproweek\nDisallow: /\n\nUser-agent: *\nDisallow:", "/post", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: CoproWeek\nAllow: /", "/post", True),
        ("User-agent: a\nUser-agent: coproweek\nDisallow: /x", "/x", False),
        # the longest rule wins, in whatever order they stand
        ("User-agent: *\nDisallow: /blog\nAllow: /blog/public", "/blog/public/1", True),
        ("User-agent: *\nAllow: /blog/public\nDisallow: /blog", "/blog/other", False),
        ("User-agent: *\nDisallow: /page\nAllow: /page", "/page", True),
        # wildcards
        ("User-agent: *\nDisallow: /*?share=", "/post?share=twitter", False),
        ("User-agent: *\nDisallow: /*?share=", "/post?paged=2", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/report.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/report.pdf.html", True),
        # comments, CRLF, a byte-order mark, capitals
        ("\ufeffUSER-AGENT: *  # all\r\nDISALLOW: /post # no\r\n", "/post", False),
        # other scripts, encoded or not
        ("User-agent: *\nDisallow: /köln", "/k%C3%B6ln", False),
        ("User-agent: *\nDisallow: /k%c3%b6ln", "/köln", False),
        # a page that is no robots.txt
        ("<!doctype html><title>Welcome</title><p>User-agent? Disallow?", "/post", True),
    ],
)
def test_the_rules_are_obeyed(server: FakeServer, robots: str, path: str, answer: bool) -> None:
    assert allowed(server, path, robots=robots) is answer


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_site_without_rules_allows_everything(server: FakeServer, status: int) -> None:
    server.put("/robots.txt", Reply(b"User-agent: *\nDisallow: /", status=status))
    with client() as http:
        assert Robots(http).allowed(server.url("/post"))


@pytest.mark.parametrize(
    "reply", [Reply(status=500), Reply(status=503), Reply(status=429), Reply(reset_after=0), Reply(b"x" * 300_000)]
)
def test_a_site_that_cannot_say_allows_nothing_for_an_hour(server: FakeServer, reply: Reply) -> None:
    server.put("/robots.txt", reply, Reply(b"User-agent: *\nDisallow: /private"))
    clock = Clock()
    with client() as http:
        robots = Robots(http, clock)
        assert not robots.allowed(server.url("/post"))
        clock.now += timedelta(minutes=59)
        assert not robots.allowed(server.url("/post"))
        assert len(server.requests) == 1
        clock.now += timedelta(minutes=1)
        assert robots.allowed(server.url("/post"))


def test_the_rules_are_asked_for_once_a_day(server: FakeServer) -> None:
    server.put("/robots.txt", Reply(b"User-agent: *\nDisallow: /a"), Reply(b"User-agent: *\nDisallow: /b"))
    clock = Clock()
    with client() as http:
        robots = Robots(http, clock)
        assert [robots.allowed(server.url(path)) for path in ("/a", "/b", "/c?d")] == [False, True, True]
        clock.now += timedelta(hours=23, minutes=59)
        assert not robots.allowed(server.url("/a"))
        assert len(server.requests) == 1
        clock.now += timedelta(minutes=1)
        assert [robots.allowed(server.url(path)) for path in ("/a", "/b")] == [True, False]
    assert [request.path for request in server.requests] == ["/robots.txt"] * 2


def test_each_site_has_its_own_rules() -> None:
    with FakeServer() as closed, FakeServer() as opened, client() as http:
        closed.put("/robots.txt", Reply(b"User-agent: *\nDisallow: /"))
        robots = Robots(http)
        assert not robots.allowed(closed.url("/post"))
        assert robots.allowed(opened.url("/post"))


def test_redirected_rules_are_followed(server: FakeServer) -> None:
    server.put("/robots.txt", redirect("/real.txt", 301))
    server.put("/real.txt", Reply(b"User-agent: *\nDisallow: /post"))
    with client() as http:
        assert not Robots(http).allowed(server.url("/post"))


def test_an_endless_robots_txt_is_read_to_a_bound_and_to_a_whole_line(server: FakeServer) -> None:
    rule = b"Disallow: /longer-than-that\n"
    head = b"User-agent: *\nDisallow: /first\n"
    filler = b"# " + b"x" * (LONGEST - len(head) - len(b"# ") - len(b"\nDisallow: /")) + b"\n"
    robots = head + filler + rule * 10_000
    assert robots[:LONGEST].endswith(b"\nDisallow: /"), "cut here, the rule would forbid everything"
    assert not allowed(server, "/first", robots=robots)
    assert allowed(server, "/post", robots=robots)


def test_a_hostile_pattern_costs_no_time(server: FakeServer) -> None:
    robots = "User-agent: *\nDisallow: /" + "*a" * 2_000 + "b\n"
    assert allowed(server, "/" + "a" * 5_000, robots=robots)


def test_a_private_site_is_not_asked(server: FakeServer) -> None:
    with client(private=False) as http:
        assert not Robots(http).allowed(server.url("/post"))
        with pytest.raises(Trouble):
            Robots(http).allowed("file:///etc/passwd")
    assert server.requests == []


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.text(alphabet="User-agent: *\n\rDisallow/$%?#", max_size=200).map(str.encode))
def test_any_robots_txt_gives_an_answer(robots: bytes) -> None:
    with FakeServer() as server:
        assert allowed(server, robots=robots) in (True, False)
