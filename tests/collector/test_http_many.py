"""The one HTTP client in the hands of many threads: turns for each host, and an end when it is closed."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from collector.platforms import Trouble
from tests.fakeserver import FakeServer, Reply, Request, redirect
from tests.fetching import PUBLIC, Internet, client, trouble

FEED = b"<rss>" + b"<item>Co-production Week</item>" * 2_000 + b"</rss>"


def test_so_many_at_a_time_for_each_host(server: FakeServer) -> None:
    busy, most, lock = 0, 0, threading.Lock()

    def count(_: Request) -> Reply:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        time.sleep(0.03)
        with lock:
            busy -= 1
        return Reply(FEED)

    server.put("/", count)
    with client(per_host=2) as http:
        bodies = in_parallel(8, lambda: http.get(server.url("/")).body)
    assert bodies == [FEED] * 8
    assert most == 2
    assert len({request.connection for request in server.requests}) == 2


def test_a_slow_host_holds_up_no_other(server: FakeServer, internet: Internet) -> None:
    internet.host("slow.example", PUBLIC, server)
    internet.host("quick.example", "93.184.216.35", server)
    asked = threading.Event()

    def slow(_: Request) -> Reply:
        asked.set()
        return Reply(silent=True)

    server.put("/slow", slow)
    server.put("/quick", Reply(b"ok"))
    http = client(private=False, per_host=1)
    url = f"http://slow.example:{server.port}/slow"
    thread = threading.Thread(target=lambda: trouble("unreachable", lambda: http.get(url)))
    thread.start()
    assert asked.wait(5)
    assert http.get(f"http://quick.example:{server.port}/quick").body == b"ok"
    http.close()
    thread.join(5)


def test_waiting_for_ones_turn_is_not_counted_against_the_deadline(server: FakeServer) -> None:
    server.put("/", Reply(b"ok", delay=0.15))
    with client(per_host=1, deadline=0.4) as http:
        assert in_parallel(4, lambda: http.get(server.url("/")).body) == [b"ok"] * 4


def test_two_hosts_that_redirect_to_each_other_do_not_lock_up(server: FakeServer, internet: Internet) -> None:
    internet.host("a.example", PUBLIC, server)
    internet.host("b.example", "93.184.216.35", server)
    a, b = f"http://a.example:{server.port}", f"http://b.example:{server.port}"
    server.put("/ab", redirect(f"{b}/end"))
    server.put("/ba", redirect(f"{a}/end"))
    server.put("/end", Reply(b"ok"))
    with client(per_host=1, private=False) as http:
        turns = iter([f"{a}/ab", f"{b}/ba"] * 10)
        lock = threading.Lock()

        def one() -> bytes:
            with lock:
                url = next(turns)
            return http.get(url).body

        assert in_parallel(20, one) == [b"ok"] * 20


@pytest.mark.parametrize("what", ["answer", "turn", "handshake", "lookup"])
def test_closing_ends_what_is_under_way(server: FakeServer, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    never = threading.Event()
    server.put("/", Reply(silent=True))
    url = server.url("/")
    if what == "handshake":
        url = f"https://127.0.0.1:{server.port}/"
    if what == "lookup":
        url = "http://blog.example/"
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: never.wait(5) or [])
    http = client(deadline=30, per_host=1 if what == "turn" else 4)
    messages: list[str] = []

    def ask() -> None:
        with contextlib.suppress(Trouble):
            messages.append(trouble("unreachable", lambda: http.get(url)))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.15)
    began = time.monotonic()
    http.close()
    for thread in threads:
        thread.join(5)
    assert time.monotonic() - began < 0.6
    assert len(messages) == 2 and all("collecting was stopped" in message for message in messages)
    assert "stopped" in trouble("unreachable", lambda: http.get(url))
    never.set()


def in_parallel(count: int, call: Callable[[], Any]) -> list[Any]:
    results: list[Any] = []
    threads = [threading.Thread(target=lambda: results.append(call())) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return results
