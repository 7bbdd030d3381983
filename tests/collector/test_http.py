"""The one HTTP client against a real server: what it sends, what it gives back, and where redirects lead."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakeserver import FakeServer, Reply, redirect
from tests.fetching import PUBLIC, Internet, client, trouble

FEED = b"<rss>" + b"<item>Co-production Week</item>" * 2_000 + b"</rss>"


# An ordinary answer


def test_an_answer_comes_whole_and_says_where_it_came_from(server: FakeServer) -> None:
    server.put("/feed", Reply(FEED, headers={"Content-Type": "application/rss+xml"}))
    with client() as http:
        response = http.get(server.url("/feed"))
    assert (response.status, response.body, response.url) == (200, FEED, server.url("/feed"))
    assert response.headers["content-TYPE"] == "application/rss+xml"
    assert (response.requests, response.permanent_url) == (1, None)
    assert len(FEED) < response.wire_bytes < len(FEED) + 500


def test_it_says_who_is_asking_and_whom_to_write_to(server: FakeServer) -> None:
    with client() as http:
        http.get(server.url("/"), accept="application/atom+xml", headers={"If-None-Match": '"1"'})
    sent = server.requests[0].headers
    assert sent["user-agent"] == "coproweek/0.1 (+https://coproweek.example) (team@coproweek.example)"
    assert sent["accept"] == "application/atom+xml"
    assert sent["accept-encoding"] == "gzip, deflate"
    assert sent["if-none-match"] == '"1"'
    assert sent["host"] == f"127.0.0.1:{server.port}"


def test_a_contact_from_the_configuration_cannot_smuggle_a_header_in(server: FakeServer) -> None:
    with client(contact="Zoë\r\nX-Evil: 1") as http:
        http.get(server.url("/"))
    assert server.requests[0].headers["user-agent"].endswith("(Zo???X-Evil: 1)")
    assert "x-evil" not in server.requests[0].headers


@pytest.mark.parametrize("reply", [Reply(status=404), Reply(status=410), Reply(b"busy", status=503), Reply(status=500)])
def test_an_error_status_is_an_answer_and_not_trouble(server: FakeServer, reply: Reply) -> None:
    server.put("/feed", reply)
    with client() as http:
        assert http.get(server.url("/feed")).status == reply.status


def test_validators_bring_304_without_a_body(server: FakeServer) -> None:
    server.put("/feed", Reply(FEED, etag='"1"', last_modified="Mon, 06 Jul 2026 09:00:00 GMT"))
    with client() as http:
        first = http.get(server.url("/feed"))
        again = http.get(server.url("/feed"), headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert again.headers.get("etag") == '"1"'


def test_the_connection_is_used_again(server: FakeServer) -> None:
    server.put("/feed", Reply(FEED), Reply(FEED, chunked=True), Reply(FEED, compress="gzip"), Reply(FEED))
    with client() as http:
        for _ in range(4):
            assert http.get(server.url("/feed")).body == FEED
        http.get(server.url("/nothing"))
    assert [request.connection for request in server.requests] == [1, 1, 1, 1, 1]


@pytest.mark.parametrize("compress", ["gzip", "deflate", "raw deflate"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_packed_answer_is_unpacked(server: FakeServer, compress: Any, chunked: bool) -> None:
    server.put("/feed", Reply(FEED, compress=compress, chunked=chunked))
    with client() as http:
        response = http.get(server.url("/feed"))
    assert response.body == FEED
    assert response.wire_bytes < len(FEED) / 10


def test_a_body_that_ends_with_the_connection_is_whole(server: FakeServer) -> None:
    server.put("/feed", Reply(FEED, without_length=True))
    with client() as http:
        assert http.get(server.url("/feed")).body == FEED


def test_repeated_headers_are_joined_and_folded_ones_made_one_line(server: FakeServer) -> None:
    server.put(
        "/",
        Reply(raw=b"HTTP/1.1 200 OK\r\nLink: <a>\r\nLink: <b>\r\nX: one\r\n two\x1b[31m\r\nContent-Length: 0\r\n\r\n"),
    )
    with client() as http:
        headers = http.get(server.url("/")).headers
    assert headers["Link"] == "<a>, <b>"
    assert headers["x"].isprintable() and headers["x"].startswith("one two")
    assert headers.get("absent") is None and len(headers) == len(list(headers))


def test_an_address_in_another_script_is_sent_encoded(server: FakeServer, internet: Internet) -> None:
    internet.host("xn--bcher-kva.example", PUBLIC, server)
    with client(private=False) as http:
        http.get(f"http://bücher.example:{server.port}/neues aus Köln?q=ß")
    assert server.requests[0].target == "/neues%20aus%20K%C3%B6ln?q=%C3%9F"
    assert server.requests[0].headers["host"] == f"xn--bcher-kva.example:{server.port}"


def test_ipv6_is_spoken() -> None:
    try:
        server = FakeServer(host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with server, client() as http:
        assert http.get(server.url("/")).status == 404
        assert server.requests[0].headers["host"] == f"[::1]:{server.port}"


# A kept connection that has died


def test_a_kept_connection_that_the_server_closed_is_replaced(server: FakeServer) -> None:
    server.put("/", Reply(b"one", hang_up=True), Reply(b"two"))
    with client() as http:
        assert [http.get(server.url("/")).body for _ in range(2)] == [b"one", b"two"]


def test_a_kept_connection_that_dies_at_the_request_is_asked_anew_once(server: FakeServer) -> None:
    server.put("/", Reply(b"one"), Reply(reset_after=0), Reply(b"three"))
    with client() as http:
        assert http.get(server.url("/")).body == b"one"
        again = http.get(server.url("/"))
    assert (again.body, again.requests) == (b"three", 2)


def test_a_new_connection_that_dies_is_not_asked_again(server: FakeServer) -> None:
    server.put("/", Reply(reset_after=0), Reply(b"two"))
    with client() as http:
        trouble("unreachable", lambda: http.get(server.url("/")))
    assert len(server.requests) == 1


def test_a_server_that_dies_in_mid_answer_is_not_asked_again(server: FakeServer) -> None:
    server.put("/", Reply(b"one"), Reply(FEED, reset_after=30), Reply(b"three"))
    with client() as http:
        http.get(server.url("/"))
        trouble("unreachable", lambda: http.get(server.url("/")))
    assert len(server.requests) == 2


# Redirects


@pytest.mark.parametrize(
    ("statuses", "permanent"),
    [
        ([301], 1),
        ([308], 1),
        ([301, 308], 2),
        ([302], None),
        ([303], None),
        ([307], None),
        ([301, 302], 1),
        ([301, 302, 301], 1),
        ([302, 301], None),
    ],
)
def test_where_an_address_moved_for_good(server: FakeServer, statuses: list[int], permanent: int | None) -> None:
    for n, status in enumerate(statuses):
        server.put(f"/{n}", redirect(f"/{n + 1}", status))
    server.put(f"/{len(statuses)}", Reply(FEED))
    with client() as http:
        response = http.get(server.url("/0"))
    assert response.body == FEED
    assert response.url == server.url(f"/{len(statuses)}")
    assert response.permanent_url == (server.url(f"/{permanent}") if permanent is not None else None)
    assert response.requests == len(statuses) + 1
    assert {request.connection for request in server.requests} == {1}, "short redirects keep the connection"


def test_a_circle_of_redirects_is_trouble(server: FakeServer) -> None:
    server.put("/a", redirect("/b"))
    server.put("/b", redirect("/a"))
    with client() as http:
        assert "circle" in trouble("unreachable", lambda: http.get(server.url("/a")))
    assert len(server.requests) == 2


def test_an_endless_chain_of_redirects_is_trouble(server: FakeServer) -> None:
    server.put("/", lambda request: redirect(f"/?n={int(request.query.get('n', 0)) + 1}"))
    with client(max_redirects=3) as http:
        assert "more than 3 times" in trouble("unreachable", lambda: http.get(server.url("/")))
    assert len(server.requests) == 4


def test_a_redirect_without_a_location_is_an_answer(server: FakeServer) -> None:
    server.put("/", Reply(b"choose", status=302))
    with client() as http:
        assert (response := http.get(server.url("/"))).status == 302
    assert response.body == b"choose"


def test_a_large_body_of_a_redirect_is_not_read(server: FakeServer) -> None:
    server.put("/", Reply(bytes(10_000_000), status=301, headers={"Location": "/feed"}))
    server.put("/feed", Reply(b"ok"))
    with client() as http:
        assert (response := http.get(server.url("/"))).body == b"ok"
    assert response.wire_bytes < 100_000


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:25/x", "data:,x"])
def test_a_redirect_to_another_scheme_is_unsafe(server: FakeServer, location: str) -> None:
    server.put("/", redirect(location, 301))
    with client() as http:
        trouble("unsafe", lambda: http.get(server.url("/")))


def test_credentials_go_nowhere(server: FakeServer) -> None:
    with client() as http:
        trouble("unsafe", lambda: http.get(server.url("/").replace("//", "//me:secret@")))
        assert server.requests == []
        server.put("/", redirect(server.url("/feed").replace("//", "//me:secret@")))
        http.get(server.url("/"))
    assert "authorization" not in server.requests[-1].headers


def test_a_token_stays_with_its_host_and_validators_travel(server: FakeServer, internet: Internet) -> None:
    internet.host("a.example", PUBLIC, server)
    internet.host("b.example", "93.184.216.35", server)
    server.put("/1", redirect("/2"))
    server.put("/2", redirect(f"http://b.example:{server.port}/3"))
    with client(private=False) as http:
        http.get(
            f"http://a.example:{server.port}/1",
            headers={"Authorization": "Bearer t", "Cookie": "c", "If-None-Match": "e"},
        )
    first, second, third = (request.headers for request in server.requests)
    assert first["authorization"] == second["authorization"] == "Bearer t"
    assert "authorization" not in third and "cookie" not in third
    assert third["if-none-match"] == "e" and third["host"] == f"b.example:{server.port}"
