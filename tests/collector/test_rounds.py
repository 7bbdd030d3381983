"""Rounds end to end: a made-up blog on loopback, the real client, parser and archive."""

from __future__ import annotations

import sqlite3
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from collector.archive import campaigns, journal
from collector.archive.connection import connect
from collector.campaign import Configuration
from collector.http import Client
from collector.rounds import SourceResult, Worker, is_offline, run_round
from collector.stop import Stop
from tests.blogs import Entry, rss, watching
from tests.fakeserver import FakeServer, Reply, Request

NOW = "2026-07-08T12:00:00Z"


class Hands:
    """The clock, and one round at a time."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.now = NOW
        self.clock: Callable[[], str] = lambda: self.now
        conn = connect(Path(configuration.archive), create=True)
        campaigns.sync(conn, configuration, self.now)
        conn.close()

    def round(self, *, stop: Stop | None = None) -> list[SourceResult]:
        with Client(self.configuration.fetching, None) as client:
            worker = Worker(self.configuration, client, self.clock, Stop() if stop is None else stop)
            conn = connect(Path(self.configuration.archive))
            rows = journal.sources(conn)
            conn.close()
            return run_round(worker, [row for row in rows if not row.retired_at])

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.configuration.archive) as conn:
            return conn.execute(sql).fetchall()


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as server:
        yield server


@pytest.fixture
def hands(tmp_path: Path, server: FakeServer) -> Hands:
    return Hands(watching(tmp_path, [server.url("/feed/")]))


def blog(server: FakeServer, *entries: Entry, etag: str | None = None) -> None:
    body = rss(server.url("/"), entries)
    server.put("/feed/", Reply(body, headers={"Content-Type": "application/rss+xml"}, etag=etag))


def test_a_first_round_collects_what_is_tagged_and_leaves_the_rest_as_hashes(server: FakeServer, hands: Hands) -> None:
    blog(server, Entry(1), Entry(2, body="<p>About film co-production, and a secret word: xylophone.</p>"))
    (result,) = hands.round()
    assert (result.new, result.unmatched, result.outcome) == (1, 1, "ok")
    assert hands.ask("SELECT edition_id, phase, local_day, local_hour FROM edition_posts") == [
        ("uk-2026", "week", "2026-07-06", 10)  # 09:00 UTC is 10:00 in British Summer Time
    ]
    # Each entry is known again by its address and by its guid, and of the second one that is all there is.
    assert hands.ask("SELECT matched, count(*) FROM feed_entries GROUP BY 1") == [(0, 2), (1, 2)]
    assert hands.ask("SELECT items FROM baseline_counts") == [(1,)]
    assert b"xylophone" not in Path(hands.configuration.archive).read_bytes()
    # What is kept as it came is compressed; the item that was tagged is there.
    kept = [zlib.decompress(body) for (body,) in hands.ask("SELECT body FROM raw_items") if isinstance(body, bytes)]
    assert any(b"#CoProWeek" in body for body in kept)
    assert not any(b"xylophone" in body for body in kept)


def test_a_second_round_makes_a_conditional_request_and_changes_nothing(server: FakeServer, hands: Hands) -> None:
    blog(server, Entry(1), etag='"v1"')
    hands.round()
    hands.now = "2026-07-08T13:00:00Z"
    (result,) = hands.round()
    assert (result.new, result.changed, result.outcome) == (0, 0, "unchanged")
    assert server.requested("/feed/")[-1].headers["if-none-match"] == '"v1"'
    assert hands.ask("SELECT count(*) FROM posts") == [(1,)]
    assert hands.ask("SELECT max(to_utc) FROM coverage") == [("2026-07-08T13:00:00Z",)]


def test_an_edited_post_gets_a_version_and_a_new_one_arrives(server: FakeServer, hands: Hands) -> None:
    blog(server, Entry(1, body="<p>First words #CoProWeek</p>"))
    hands.round()
    hands.now = "2026-07-08T13:00:00Z"
    blog(server, Entry(2), Entry(1, body="<p>Second words #CoProWeek</p>"))
    (result,) = hands.round()
    assert (result.new, result.changed) == (1, 1)
    assert hands.ask("SELECT version, text FROM post_versions") == [(1, "First words #CoProWeek")]


def test_a_dead_server_is_said_and_the_gap_shows(server: FakeServer, hands: Hands) -> None:
    blog(server, Entry(1))
    hands.round()
    server.put("/feed/", Reply(status=503))
    hands.now = "2026-07-08T13:00:00Z"
    (result,) = hands.round()
    assert result.outcome == "failed"
    assert "503" in result.reason
    assert hands.ask("SELECT failures FROM sources") == [(1,)]
    assert hands.ask("SELECT max(to_utc) FROM coverage") == [(NOW,)]
    blog(server, Entry(2), Entry(1))
    hands.now = "2026-07-08T14:00:00Z"
    hands.round()
    assert hands.ask("SELECT failures FROM sources") == [(0,)]
    assert hands.ask("SELECT max(to_utc) FROM coverage") == [("2026-07-08T14:00:00Z",)]


def test_html_in_place_of_a_feed_is_an_error_and_kept(server: FakeServer, hands: Hands) -> None:
    server.put(
        "/feed/",
        Reply(b"<!doctype html><html><body>Please log in</body></html>", headers={"Content-Type": "text/html"}),
    )
    (result,) = hands.round()
    assert result.outcome == "failed"
    assert hands.ask("SELECT count(*) FROM raw_items WHERE kind = 'not_understood'")[0][0] == 1
    assert hands.ask("SELECT count(*) FROM coverage") == [(0,)]


def test_410_retires_the_source_and_says_so(server: FakeServer, hands: Hands) -> None:
    server.put("/feed/", Reply(status=410))
    (result,) = hands.round()
    assert result.outcome == "retired"
    assert hands.ask("SELECT retired_reason FROM sources")[0][0]
    assert hands.round() == []


def test_a_server_that_dies_in_mid_page_leaves_a_gap_that_the_next_round_fills(
    server: FakeServer, hands: Hands
) -> None:
    base = server.url("/")
    entries = [Entry(n, published=f"2026-07-0{8 - n // 5}T0{9 - n % 5}:00:00Z") for n in range(15)]
    dying = [True]

    def paged(request: Request) -> Reply:
        page = int(request.query.get("paged", "1"))
        part = entries[(page - 1) * 5 : page * 5]
        headers = {"Content-Type": "application/rss+xml"}
        if not part:
            return Reply(rss(base, []), status=404, headers=headers)
        body = rss(base, part).replace(b"<language>", b"<generator>https://wordpress.org/?v=6.6</generator><language>")
        if page == 2 and dying[0]:
            return Reply(body, headers=headers, cut_after=len(body) // 2, announced_length=len(body))
        return Reply(body, headers=headers)

    server.put("/feed/", paged)
    (first,) = hands.round()
    assert first.outcome == "partial"
    assert hands.ask("SELECT count(*) FROM posts") == [(5,)]
    covered_from = hands.ask("SELECT min(from_utc) FROM coverage")[0][0]
    assert covered_from == "2026-07-08T05:00:00Z"  # the oldest entry of the only page that came whole
    dying[0] = False
    hands.now = "2026-07-08T12:30:00Z"
    (second,) = hands.round()
    assert second.outcome == "ok"
    assert hands.ask("SELECT count(*), count(DISTINCT uri) FROM posts") == [(15, 15)]
    assert hands.ask("SELECT min(from_utc) < '2026-07-06' FROM coverage") == [(1,)]


def test_one_sources_trouble_stays_its_own(tmp_path: Path, server: FakeServer) -> None:
    hands = Hands(watching(tmp_path, [server.url("/good/"), server.url("/bad/"), server.url("/worse/")]))
    server.put("/good/", Reply(rss(server.url("/"), [Entry(1)]), headers={"Content-Type": "application/rss+xml"}))
    server.put("/bad/", Reply(reset_after=10))
    server.put("/worse/", Reply(b"\x00\xff" * 500, headers={"Content-Type": "application/rss+xml"}))
    outcomes = {result.title: result.outcome for result in hands.round()}
    assert outcomes == {
        server.url("/good/"): "ok",
        server.url("/bad/"): "failed",
        server.url("/worse/"): "failed",
    }
    assert hands.ask("SELECT count(*) FROM posts") == [(1,)]


def test_a_stopped_round_keeps_what_it_has(server: FakeServer, hands: Hands) -> None:
    stop = Stop()

    def answer(request: Request) -> Reply:
        stop.set()
        return Reply(rss(server.url("/"), [Entry(1)]), headers={"Content-Type": "application/rss+xml"})

    server.put("/feed/", answer)
    hands.round(stop=stop)
    assert hands.ask("SELECT count(*) FROM posts") == [(1,)]


def test_when_nobody_at_all_can_be_reached_it_is_this_computer_and_they_are_asked_again_soon(
    tmp_path: Path, server: FakeServer
) -> None:
    server.put("/one/", Reply(reset_after=0))
    server.put("/two/", Reply(reset_after=0))
    hands = Hands(watching(tmp_path, [server.url("/one/"), server.url("/two/")]))
    assert is_offline(hands.round())
    assert hands.ask("SELECT due_at, failures FROM sources") == [("2026-07-08T12:05:00Z", 0)] * 2
    server.put("/two/", Reply(rss(server.url("/"), [Entry(1)]), headers={"Content-Type": "application/rss+xml"}))
    assert not is_offline(hands.round())
    assert hands.ask("SELECT failures FROM sources ORDER BY id") == [(1,), (0,)]


def summary(server: FakeServer, comments: int, articles: int = 1) -> Reply:
    """A feed that gives only the beginning of its articles."""
    items = "".join(
        f"<item><title>Our week {n}</title><link>{server.url(f'/article/{n}/')}</link>"
        f"<guid isPermaLink='false'>g{n}</guid><pubDate>Mon, 06 Jul 2026 0{9 - n}:00:00 +0000</pubDate>"
        "<description>About co-production, and more than a summary says: we planned, cooked […]</description>"
        f"<slash:comments xmlns:slash='http://purl.org/rss/1.0/modules/slash/'>{comments}</slash:comments></item>"
        for n in range(articles)
    )
    body = f"<?xml version='1.0'?><rss version='2.0'><channel><title>B</title>{items}</channel></rss>"
    return Reply(body, headers={"Content-Type": "application/rss+xml"})


ARTICLE = (
    "<!doctype html><html lang='en'><head><title>Our week</title></head><body><article><h1>Our week</h1>"
    + "<p>About co-production, and more than a summary says: we planned, cooked and argued together all week long.</p>"
    * 3
    + "<p>Everything is under #CoProWeek, from the first meeting to the last cup of tea.</p></article></body></html>"
)


def test_an_article_behind_a_summary_is_asked_for_once_and_its_words_stay(server: FakeServer, hands: Hands) -> None:
    server.put("/feed/", summary(server, 1))
    server.put("/robots.txt", Reply(status=404))
    server.put("/article/0/", Reply(ARTICLE, headers={"Content-Type": "text/html; charset=utf-8"}), Reply(status=503))
    (first,) = hands.round()
    assert (first.new, first.outcome) == (1, "ok")  # its hashtag stands only in the article
    for hour, comments in ((13, 2), (14, 3)):
        hands.now = f"2026-07-08T{hour}:00:00Z"
        server.put("/feed/", summary(server, comments))
        hands.round()
    assert len(server.requested("/article/0/")) == 1
    assert hands.ask("SELECT version, comments FROM posts") == [(1, 3)]
    assert hands.ask("SELECT text LIKE '%cup of tea%' FROM post_texts") == [(1,)]


def test_a_stop_in_the_middle_of_a_page_of_articles_leaves_it_for_the_next_round(
    server: FakeServer, hands: Hands
) -> None:
    stop = Stop()

    def article(request: Request) -> Reply:
        stop.set()
        return Reply(ARTICLE, headers={"Content-Type": "text/html; charset=utf-8"})

    server.put("/feed/", summary(server, 1, articles=2))
    server.put("/robots.txt", Reply(status=404))
    server.put("/article/0/", article)
    server.put("/article/1/", article)
    (stopped,) = hands.round(stop=stop)
    assert stopped.outcome == "partial"
    assert hands.ask("SELECT count(*) FROM feed_entries") == [(0,)]
    hands.now = "2026-07-08T13:00:00Z"
    (again,) = hands.round()
    assert again.new == 2
    assert hands.ask("SELECT text LIKE '%cup of tea%' FROM post_texts") == [(1,), (1,)]


def test_retry_after_of_a_refusal_is_obeyed(server: FakeServer, hands: Hands) -> None:
    server.put("/feed/", Reply(status=429, headers={"Retry-After": "7200"}))
    hands.round()
    assert hands.ask("SELECT due_at FROM sources") == [("2026-07-08T14:00:00Z",)]


def test_what_the_server_asks_for_in_its_headers_is_heard(server: FakeServer, hands: Hands) -> None:
    body = rss(server.url("/"), [Entry(1)])
    headers = {"Content-Type": "application/rss+xml", "Cache-Control": "max-age=36000"}
    server.put("/feed/", Reply(body, headers=headers))
    hands.round()
    hands.now = "2026-07-08T12:10:00Z"  # when the gaps before the feed are said to be out of reach
    hands.round()
    assert hands.ask("SELECT due_at >= '2026-07-08T22:10:00Z' FROM sources") == [(1,)]


def test_an_answer_that_breaks_the_reader_is_that_sources_failure_and_counted(
    server: FakeServer, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    blog(server, Entry(1))
    monkeypatch.setattr("collector.platforms.feeds.collect", lambda task, client: iter([1 / 0]))
    (result,) = hands.round()
    assert result.outcome == "failed"
    assert "ZeroDivisionError" in result.reason
    assert hands.ask("SELECT failures FROM sources") == [(1,)]


def test_a_host_is_asked_for_as_many_sources_at_once_as_it_was_promised(tmp_path: Path, server: FakeServer) -> None:
    at_once: list[int] = []
    now_open = 0
    lock = threading.Lock()

    def slow(request: Request) -> Reply:
        nonlocal now_open
        with lock:
            now_open += 1
            at_once.append(now_open)
        time.sleep(0.05)
        with lock:
            now_open -= 1
        return Reply(rss(server.url("/"), []), headers={"Content-Type": "application/rss+xml"})

    for name in range(6):
        server.put(f"/{name}/", slow)
    Hands(watching(tmp_path, [server.url(f"/{name}/") for name in range(6)])).round()
    assert max(at_once) <= 2


def test_a_ledger_written_under_a_clock_far_ahead_is_not_believed(server: FakeServer, hands: Hands) -> None:
    blog(server, Entry(1))
    hands.now = "2027-08-12T12:00:00Z"
    hands.round()
    hands.now = NOW
    blog(server, Entry(2, published="2026-07-08T10:00:00Z"), Entry(1))
    (result,) = hands.round()
    assert result.new == 1
    assert hands.ask("SELECT max(to_utc) FROM coverage") == [(NOW,)]


def test_a_post_that_its_author_takes_down_is_removed_and_stays_out(server: FakeServer, hands: Hands) -> None:
    words = "<p>Words that were taken back: marmalade. #CoProWeek</p>"
    both = (Entry(1, published="2026-07-07T09:00:00Z", body=words), Entry(2, published="2026-07-06T09:00:00Z"))
    blog(server, *both)
    server.put("/robots.txt", Reply(status=404))
    hands.round()
    assert hands.ask("SELECT count(*) FROM posts") == [(2,)]
    blog(server, both[1])
    server.put("/post-1/", Reply(status=410))
    hands.now = "2026-07-08T13:00:00Z"
    hands.round()
    assert hands.ask("SELECT count(*) FROM posts") == [(1,)]
    assert hands.ask("SELECT count(*) FROM post_search WHERE post_search MATCH 'marmalade'") == [(0,)]
    assert hands.ask("SELECT reason, posts FROM removals") == [("deleted at its origin", 1)]
    blog(server, *both)
    hands.now = "2026-07-08T14:00:00Z"
    hands.round()
    assert hands.ask("SELECT count(*) FROM posts") == [(1,)]
