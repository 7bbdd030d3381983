"""The collecting process, ticked by hand with a clock of the test's own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.archive import campaigns
from collector.archive.connection import connect
from collector.http import Client
from collector.posts import moment, utc
from collector.schedule import Collecting
from collector.stop import Stop
from tests.blogs import Entry, rss, watching
from tests.collector.test_rounds import NOW
from tests.fakeserver import FakeServer, Reply, Request


class Ticking:
    """A collecting process over some blogs, and what it said."""

    def __init__(self, folder: Path, addresses: list[str]) -> None:
        self.configuration = watching(folder, addresses)
        self.now = NOW
        self.said: list[str] = []
        self.stop = Stop()
        conn = connect(Path(self.configuration.archive), create=True)
        campaigns.sync(conn, self.configuration, self.now)
        conn.close()
        self.client = Client(self.configuration.fetching, None)
        self.collecting = Collecting(self.configuration, self.client, self.stop, self.said.append, lambda: self.now)

    def tick(self) -> int:
        """What a tick started, once all of it has ended."""
        started = self.collecting.tick()
        self.wait()
        return started

    def wait(self) -> None:
        deadline = time.monotonic() + 20
        while self.collecting.dispatcher.is_busy():
            assert time.monotonic() < deadline, "a round does not end"
            time.sleep(0.01)

    def later(self, seconds: int) -> None:
        self.now = utc(moment(self.now).fromtimestamp(moment(self.now).timestamp() + seconds, moment(self.now).tzinfo))

    def end(self) -> None:
        self.stop.set()
        self.client.close()
        self.collecting.dispatcher.end(5)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as server:
        yield server


def feed(server: FakeServer) -> Reply:
    return Reply(rss(server.url("/"), [Entry(1)]), headers={"Content-Type": "application/rss+xml"})


def test_a_source_is_asked_when_it_is_due_and_not_before(tmp_path: Path, server: FakeServer) -> None:
    server.put("/feed/", feed(server))
    ticking = Ticking(tmp_path, [server.url("/feed/")])
    assert ticking.tick() == 1
    assert ticking.tick() == 0
    ticking.later(19 * 60)
    assert ticking.tick() == 0
    ticking.later(4 * 60)  # twenty minutes in the week, and up to a tenth more
    assert ticking.tick() == 1
    assert any("1 new" in line for line in ticking.said)
    ticking.end()


def test_after_three_days_of_sleep_there_is_one_round_and_not_one_for_each_that_was_missed(
    tmp_path: Path, server: FakeServer
) -> None:
    server.put("/feed/", feed(server))
    ticking = Ticking(tmp_path, [server.url("/feed/")])
    ticking.tick()
    ticking.later(3 * 86_400)
    assert ticking.tick() == 1
    assert ticking.tick() == 0
    ticking.end()


def test_a_slow_source_holds_up_nobody_and_is_not_started_twice(tmp_path: Path, server: FakeServer) -> None:
    goes_on = threading.Event()

    def slow(request: Request) -> Reply:
        goes_on.wait(20)
        return feed(server)

    server.put("/slow/", slow)
    server.put("/quick/", feed(server))
    ticking = Ticking(tmp_path, [server.url("/slow/"), server.url("/quick/")])
    assert ticking.collecting.tick() == 2
    deadline = time.monotonic() + 20
    while not server.requested("/quick/"):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    ticking.later(60 * 60)
    assert ticking.collecting.tick() <= 1  # the quick one again at most; the slow one is under way
    goes_on.set()
    ticking.wait()
    assert len(server.requested("/slow/")) == 1
    ticking.end()


def test_figures_that_fail_are_said_and_collecting_goes_on(
    tmp_path: Path, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put("/feed/", feed(server))
    ticking = Ticking(tmp_path, [server.url("/feed/")])
    monkeypatch.setattr("collector.schedule.refresh_figures", lambda archive, now: {}["bars"])
    ticking.tick()
    assert any("figures could not be brought up to date" in line and "KeyError" in line for line in ticking.said)
    ticking.later(3600)
    assert ticking.tick() == 1
    ticking.end()


def test_a_listener_that_went_away_does_not_leave_a_round_without_an_end(tmp_path: Path, server: FakeServer) -> None:
    server.put("/feed/", feed(server))
    ticking = Ticking(tmp_path, [server.url("/feed/")])

    def gone(text: str) -> None:
        raise BrokenPipeError("nobody reads this any more")

    ticking.collecting.say = gone
    ticking.tick()
    ticking.later(3600)
    assert ticking.tick() == 1
    ticking.end()


def test_an_archive_that_cannot_be_used_is_said_and_tried_again(tmp_path: Path, server: FakeServer) -> None:
    ticking = Ticking(tmp_path, [server.url("/feed/")])
    archive = Path(ticking.configuration.archive)
    for file in tmp_path.glob("archive.db*"):
        file.rename(file.with_suffix(".away"))
    assert ticking.collecting.tick() == 0
    assert any("trying again" in line for line in ticking.said)
    assert not archive.exists()
    ticking.end()


def test_nothing_is_started_once_it_was_told_to_end(tmp_path: Path, server: FakeServer) -> None:
    server.put("/feed/", feed(server))
    ticking = Ticking(tmp_path, [server.url("/feed/")])
    ticking.stop.set()
    assert ticking.collecting.tick() == 0
    assert server.requests == []
    ticking.end()
