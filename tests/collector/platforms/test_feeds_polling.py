"""Asking a feed again: conditions, moves, and what answers mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from collector.platforms.feeds.polling import Memory, conditions
from tests.fakeserver import FakeServer, Reply, Request, redirect
from tests.feeds import FIRST, FOURTH, SECOND, THIRD, Reader, item, rss
from tests.fetching import client

TYPE = {"Content-Type": "application/rss+xml; charset=UTF-8"}
FEED = rss([item(2), item(1)])


@pytest.fixture
def reader(server: FakeServer) -> Iterator[Reader]:
    with client() as asking:
        yield Reader(asking, server.url("/feed.xml"), wanted="2026-07-01T09:00:00Z")


def settle(reader: Reader, server: FakeServer, feed: bytes = FEED, **reply: str) -> None:
    """A feed that has been read whole, back to where it is wanted from."""
    server.put("/feed.xml", Reply(feed, headers=TYPE, **reply))  # type: ignore[arg-type]
    visit = reader.visit(FIRST)
    assert visit.trouble is None
    assert visit.truncated == []


def only(matches: Callable[[Request], bool], feed: bytes = FEED, **headers: str) -> Callable[[Request], Reply]:
    """A server that answers 304 to the requests that match, and the whole feed to the others."""
    return lambda request: Reply(status=304) if matches(request) else Reply(feed, headers={**TYPE, **headers})


def sent(server: FakeServer) -> dict[str, str]:
    """The conditions of the last request."""
    headers = server.requests[-1].headers
    return {name: headers[name] for name in ("if-none-match", "if-modified-since") if name in headers}


def test_both_validators_are_sent_word_for_word_and_304_covers_until_now(reader: Reader, server: FakeServer) -> None:
    settle(reader, server, etag='"x"', last_modified="Mon, 06 Jul 2026 09:00:00 GMT")
    visit = reader.visit(SECOND)
    assert sent(server) == {"if-none-match": '"x"', "if-modified-since": "Mon, 06 Jul 2026 09:00:00 GMT"}
    assert visit.pages[0].http_status == 304
    assert visit.pages[0].unchanged == 2
    assert visit.covered == [("2026-07-10T10", "2026-07-10T11")]


def test_a_validator_that_the_last_answer_did_not_bear_is_not_sent(reader: Reader, server: FakeServer) -> None:
    settle(reader, server, etag='"x"', last_modified="Mon, 06 Jul 2026 09:00:00 GMT")
    server.put("/feed.xml", Reply(rss([item(3), item(2)]), headers=TYPE, etag='"y"'))
    reader.visit(SECOND)
    reader.visit(THIRD)
    assert sent(server) == {"if-none-match": '"y"'}


@pytest.mark.parametrize(
    ("given", "understood"), [('W/"x"', '"x"'), ('"x-gzip"', '"x"'), ('"x;gzip"', '"x"'), ('W/"x--gzip"', '"x"')]
)
def test_a_validator_changed_by_compression_is_tried_in_the_form_that_works(
    reader: Reader, server: FakeServer, given: str, understood: str
) -> None:
    date = "Mon, 06 Jul 2026 09:00:00 GMT"
    answer = only(
        lambda request: request.headers.get("if-none-match") == understood, **{"ETag": given, "Last-Modified": date}
    )
    server.put("/feed.xml", answer)
    statuses = [reader.visit(f"2026-07-10T{hour}:00:00Z").pages[0].http_status for hour in range(10, 18)]
    assert statuses[0] == 200
    assert statuses[-1] == 304
    assert statuses == sorted(statuses), "once it has worked, the form is kept"


def test_a_date_that_is_always_new_is_left_out(reader: Reader, server: FakeServer) -> None:
    """The server wants every validator to match, and its Last-Modified is the time of the request."""
    number = iter(range(100))

    def answer(request: Request) -> Reply:
        if request.headers.get("if-none-match") == '"x"' and "if-modified-since" not in request.headers:
            return Reply(status=304)
        return Reply(
            FEED, headers={**TYPE, "ETag": '"x"', "Last-Modified": f"Mon, 06 Jul 2026 09:00:{next(number):02} GMT"}
        )

    server.put("/feed.xml", answer)
    statuses = [reader.visit(f"2026-07-10T{hour}:00:00Z").pages[0].http_status for hour in range(10, 14)]
    assert statuses == [200, 200, 304, 304]


def test_a_server_that_understands_no_condition_is_not_asked_with_one(reader: Reader, server: FakeServer) -> None:
    server.put("/feed.xml", only(lambda request: False, ETag='"x"'))
    for hour in range(10, 14):
        visit = reader.visit(f"2026-07-10T{hour}:00:00Z")
    assert sent(server) == {}
    assert visit.pages[0].unchanged == 2, "the feed is still the same, byte for byte"


def test_once_a_day_the_whole_feed_is_asked_for(reader: Reader, server: FakeServer) -> None:
    settle(reader, server, etag='"x"')
    reader.visit("2026-07-11T09:59:59Z")
    assert sent(server) == {"if-none-match": '"x"'}
    reader.visit("2026-07-11T10:00:00Z")
    assert sent(server) == {}


def test_validators_that_stay_while_entries_come_are_not_used_any_more(reader: Reader, server: FakeServer) -> None:
    settle(reader, server, etag='"frozen"')
    server.put("/feed.xml", Reply(rss([item(3), item(2), item(1)]), headers=TYPE, etag='"frozen"'))
    assert reader.visit(SECOND).posts == [], "the server says that nothing has changed"
    assert reader.visit("2026-07-11T12:00:00Z").titles == ["Entry 3"]
    reader.visit("2026-07-11T13:00:00Z")
    assert sent(server) == {}


def test_an_equal_body_is_not_read_again(reader: Reader, server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(reader, server)
    monkeypatch.setattr("collector.platforms.feeds.asking.document", None)
    visit = reader.visit(SECOND)
    assert visit.pages[0].unchanged == 2
    assert visit.covered == [("2026-07-10T10", "2026-07-10T11")]


def test_a_feed_whose_entries_the_archive_has_lost_is_read_whole(reader: Reader, server: FakeServer) -> None:
    settle(reader, server, etag='"x"')
    reader.fingerprints.clear()
    reader.identities.clear()
    assert len(reader.visit(SECOND).posts) == 2


def test_when_other_words_are_looked_for_the_feed_is_read_again(reader: Reader, server: FakeServer) -> None:
    settle(reader, server, etag='"x"')
    reader.covered.clear()  # coverage belongs to the question that was asked
    reader.fingerprints.clear()
    visit = reader.visit(SECOND)
    assert sent(server) == {}
    assert len(visit.posts) == 2


def test_the_ways_to_ask_end_with_not_asking() -> None:
    assert conditions(Memory()) == [{}]
    assert conditions(Memory(etag='"x"', last_modified="d")) == [
        {"If-None-Match": '"x"', "If-Modified-Since": "d"},
        {"If-None-Match": '"x"'},
        {"If-Modified-Since": "d"},
        {},
    ]


def test_a_permanent_move_is_remembered_after_the_second_sighting(reader: Reader, server: FakeServer) -> None:
    server.put("/new.xml", Reply(FEED, headers=TYPE))
    server.put("/feed.xml", redirect("/new.xml", 308))
    assert reader.visit(FIRST).notes == ""
    assert "feed_url" not in reader.memory
    assert reader.visit(SECOND).notes == f"The feed has moved for good to {server.url('/new.xml')}."
    reader.visit(THIRD)
    assert server.requests[-1].path == "/new.xml"
    assert len(server.requested("/feed.xml")) == 2


def test_a_move_seen_once_or_for_a_while_is_not_remembered(reader: Reader, server: FakeServer) -> None:
    server.put("/new.xml", Reply(FEED, headers=TYPE))
    server.put(
        "/feed.xml",
        redirect("/new.xml", 301),
        Reply(FEED, headers=TYPE),
        redirect("/new.xml", 301),
        redirect("/new.xml", 302),
    )
    for now in (FIRST, SECOND, THIRD, FOURTH):
        reader.visit(now)
    assert "feed_url" not in reader.memory


def test_gone_is_believed_when_it_is_said_twice(reader: Reader, server: FakeServer) -> None:
    server.put("/feed.xml", Reply(b"gone", status=410))
    visit = reader.visit()
    assert visit.kind == "gone"
    assert len(server.requested("/feed.xml")) == 2
    server.put("/feed.xml", Reply(b"gone", status=410), Reply(FEED, headers=TYPE))
    assert len(reader.visit().posts) == 2


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(b"", status=404), "not_found"),
        (Reply(b"", status=403), "refused"),
        (Reply(b"", status=401), "refused"),
        (Reply(b"", status=500), "server_error"),
        (Reply(b"", status=503), "server_error"),
        (Reply(b"", status=503, headers={"Retry-After": "120"}), "rate_limited"),
        (Reply(b"", status=429), "rate_limited"),
        (Reply(b"", status=204), "not_a_feed"),
        (Reply(b""), "not_a_feed"),
        (Reply(b"  \n"), "not_a_feed"),
        (Reply(b"just words"), "not_a_feed"),
        (Reply(b'{"code": "rest_no_route"}'), "not_a_feed"),
        (Reply(b"<html><body>Verify that you are a human</body></html>"), "not_a_feed"),
        (Reply(b"<!-- x --><!DOCTYPE html><title>404</title>", headers=TYPE), "not_a_feed"),
        (Reply(status=304), "not_a_feed"),
    ],
)
def test_what_is_no_feed_is_trouble_and_never_no_posts(
    reader: Reader, server: FakeServer, reply: Reply, kind: str
) -> None:
    server.put("/feed.xml", reply)
    visit = reader.visit()
    assert visit.kind == kind
    assert visit.pages == []
    assert visit.trouble is not None
    assert visit.trouble.message.endswith(".")
    assert "127.0.0.1" in visit.trouble.message


def test_how_long_a_server_wants_to_be_left_alone_is_passed_on(reader: Reader, server: FakeServer) -> None:
    server.put("/feed.xml", Reply(b"slow down", status=429, headers={"Retry-After": "1800"}))
    trouble = reader.visit().trouble
    assert trouble is not None
    assert trouble.retry_after_seconds == 1800
    assert trouble.body == b"slow down"


@pytest.mark.parametrize(
    ("headers", "channel", "seconds"),
    [
        ({}, "", None),
        ({"Cache-Control": "max-age=900"}, "", 900),
        ({}, "<ttl>60</ttl>", 3600),
        ({}, "<sy:updatePeriod>\n hourly </sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>", 3600),
        ({}, "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 21_600),
        ({"Cache-Control": "max-age=900"}, "<ttl>60</ttl>", 3600),
        ({"Cache-Control": "max-age=7200"}, "<ttl>60</ttl>", 7200),
        ({}, "<ttl>soon</ttl>", None),
    ],
)
def test_the_soonest_the_feed_wants_to_be_asked_again(
    reader: Reader, server: FakeServer, headers: dict[str, str], channel: str, seconds: int | None
) -> None:
    server.put("/feed.xml", Reply(rss([item(2), item(1)], channel), headers={**TYPE, **headers}, etag='"x"'))
    assert reader.visit(FIRST).pages[0].due_after_seconds == seconds
    assert reader.visit(SECOND).pages[0].http_status == 304
    period = seconds if "max-age" not in str(headers) else None
    if period:
        assert reader.visit(THIRD).pages[0].due_after_seconds == period, "also when the feed itself does not come along"


def test_a_feed_that_suddenly_lists_nothing_is_said(reader: Reader, server: FakeServer) -> None:
    settle(reader, server)
    server.put("/feed.xml", Reply(rss(""), headers=TYPE))
    visit = reader.visit(SECOND)
    assert visit.notes == "The feed lists no entries any more, although it did before."
    assert visit.covered == []


def test_memory_keeps_only_what_it_knows() -> None:
    memory = Memory.of({"etag": '"x"', "somebody else's": "1"})
    assert memory == Memory(etag='"x"')
    assert memory.changes({"etag": '"x"', "somebody else's": "1"}) == {}
    assert Memory().changes({"etag": '"x"'}) == {"etag": None}
    assert Memory(moved_seen="-1").number("moved_seen") == 0
