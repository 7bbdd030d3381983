"""The one HTTP client against a server that misbehaves: slow, huge, half or broken answers. One test for each trap."""

from __future__ import annotations

import gzip
import socket
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.platforms import Trouble
from tests.fakeserver import FakeServer, Reply, gzip_bomb
from tests.fetching import Internet, client, trouble, within

FEED = b"<rss>" + b"<item>Co-production Week</item>" * 2_000 + b"</rss>"


# Time


def test_a_silent_server_is_left_at_the_deadline(server: FakeServer) -> None:
    server.put("/", Reply(silent=True))
    message = within(0.8, lambda http: http.get(server.url("/")))
    assert message == "127.0.0.1 did not answer in full within 0.3 seconds."


@pytest.mark.parametrize("part", ["head", "body"])
def test_trickling_does_not_outlive_the_deadline(server: FakeServer, part: Any) -> None:
    server.put("/", Reply(FEED, trickle=0.02, trickle_from=part))
    within(0.8, lambda http: http.get(server.url("/")))


def test_trickling_in_chunks_does_not_outlive_the_deadline(server: FakeServer) -> None:
    server.put("/", Reply(FEED, trickle=0.02, chunked=True))
    within(0.8, lambda http: http.get(server.url("/")))


def test_a_chain_of_slow_redirects_has_one_deadline(server: FakeServer) -> None:
    for n in range(9):
        server.put(f"/{n}", Reply(status=302, headers={"Location": f"/{n + 1}"}, delay=0.1))
    within(0.8, lambda http: http.get(server.url("/0")))
    assert len(server.requests) < 6


def test_a_silent_lookup_is_left_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: never.wait(5) or [])
    within(0.8, lambda http: http.get("http://blog.example/"))
    never.set()


def test_a_silent_handshake_is_left_at_the_deadline(server: FakeServer) -> None:
    # The server waits for a request in plain words and never answers the TLS greeting.
    within(0.8, lambda http: http.get(f"https://127.0.0.1:{server.port}/"))


def test_endless_continues_end_at_the_cap(server: FakeServer) -> None:
    server.put("/", Reply(raw=b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000))
    with client() as http:
        message = trouble("too_large", lambda: http.get(server.url("/")))
    assert "headers" in message


# Size


@pytest.mark.parametrize(
    "reply",
    [
        Reply(bytes(200_001)),
        Reply(bytes(200_001), chunked=True),
        Reply(bytes(200_001), without_length=True),
        Reply(b"", announced_length=10**15),
    ],
)
def test_more_than_the_cap_is_not_taken(server: FakeServer, reply: Reply) -> None:
    server.put("/", reply)
    with client(max_bytes=200_000) as http:
        message = trouble("too_large", lambda: http.get(server.url("/")))
    assert "127.0.0.1" in message and "200 kB" in message


def test_just_the_cap_is_taken(server: FakeServer) -> None:
    server.put("/", Reply(bytes(200_000)), Reply(bytes(200_000), chunked=True))
    with client(max_bytes=200_000) as http:
        assert len(http.get(server.url("/")).body) == len(http.get(server.url("/")).body) == 200_000


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip"])
def test_a_bomb_does_not_go_off(server: FakeServer, encoding: str) -> None:
    bomb = gzip_bomb(1_400)
    body = bomb if encoding == "gzip" else gzip.compress(bomb)
    server.put("/", Reply(body, headers={"Content-Encoding": encoding}))
    with client(max_bytes=5_000_000, max_decompressed_bytes=20_000_000) as http:
        message = trouble("too_large", lambda: http.get(server.url("/")))
    assert "unpacks to more than 20 MB" in message


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000,
        b"HTTP/1.1 200 " + b"a" * 100_000,
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 60_000 + b"\r\nY: " + b"b" * 60_000,
        b"".join([b"HTTP/1.1 200 OK\r\n", *(b"X%d: 1\r\n" % n for n in range(20_000))]),
    ],
)
def test_headers_have_a_bound(server: FakeServer, head: bytes) -> None:
    server.put("/", Reply(raw=head + b"\r\nContent-Length: 0\r\n\r\n"))
    with client() as http, pytest.raises(Trouble) as caught:
        http.get(server.url("/"))
    assert caught.value.kind in ("too_large", "unreachable")


# Half an answer is no answer


@pytest.mark.parametrize(
    "reply",
    [
        Reply(FEED, cut_after=30_000),
        Reply(FEED, cut_after=0),
        Reply(FEED, chunked=True, cut_after=30_000),
        Reply(FEED, chunked=True, cut_after=len(FEED) - 1),
        Reply(FEED, announced_length=len(FEED) + 1, close=True),
        Reply(FEED, compress="gzip", cut_after=200),
        Reply(gzip.compress(FEED)[:-9], headers={"Content-Encoding": "gzip"}, without_length=True),
        Reply(FEED, reset_after=30_000),
        Reply(FEED, reset_after=40),
    ],
)
def test_a_truncated_answer_is_trouble_and_not_half_a_feed(server: FakeServer, reply: Reply) -> None:
    server.put("/", reply)
    with client() as http:
        trouble("unreachable", lambda: http.get(server.url("/")))


@pytest.mark.parametrize("announced", [0, 10, 30_000, len(FEED) - 1])
@pytest.mark.parametrize("close", [True, False])
def test_an_answer_longer_than_announced_is_trouble(server: FakeServer, announced: int, close: bool) -> None:
    # Servers that count characters where bytes are meant cut off the end of what isn't ASCII.
    server.put("/", Reply(FEED, announced_length=announced, close=close))
    with client() as http:
        message = trouble("unreachable", lambda: http.get(server.url("/")))
    assert "more than it had announced" in message


def test_a_line_end_after_the_body_is_forgiven(server: FakeServer) -> None:
    server.put("/", Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok\r\n"), Reply(b"next"))
    with client() as http:
        assert http.get(server.url("/")).body == b"ok"
        assert http.get(server.url("/")).body == b"next"


@pytest.mark.parametrize("buffers", [1, 2, 3])
def test_more_than_announced_is_noticed_wherever_the_announced_part_ends(server: FakeServer, buffers: int) -> None:
    # The announced part may fill whole buffers, so that what follows is still with the system.
    server.put("/", Reply(FEED))
    with client() as http:
        head = http.get(server.url("/")).wire_bytes - len(FEED)
        server.put("/", Reply(FEED, announced_length=buffers * 16 * 1024 - head))
        trouble("unreachable", lambda: http.get(server.url("/")))


def test_what_follows_an_answer_is_not_taken_for_the_next(server: FakeServer) -> None:
    # 304 has no body; what a careless server sends with it must not become the head of the next answer.
    evil = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
    server.put("/", Reply(status=304, surplus=evil), Reply(b"good"))
    with client() as http:
        assert (first := http.get(server.url("/"))).status == 304
        assert first.body == b""
        assert http.get(server.url("/")).body == b"good"
    assert [request.connection for request in server.requests] == [1, 2]


@pytest.mark.parametrize(
    ("body", "encoding", "words"),
    [
        (b"<rss/>", "gzip", "damaged"),
        (gzip.compress(FEED)[:-8] + bytes(8), "gzip", "damaged"),
        (b"\x8b\x02\x80hello\x03", "br", "packed as “br”"),
        (b"x", "zstd", "packed as “zstd”"),
    ],
)
def test_an_answer_that_does_not_unpack_is_trouble(server: FakeServer, body: bytes, encoding: str, words: str) -> None:
    server.put("/", Reply(body, headers={"Content-Encoding": encoding}))
    with client() as http:
        assert words in trouble("unreachable", lambda: http.get(server.url("/")))


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"gone", status=410, headers={"Content-Encoding": "br"}),
        Reply(b"gone", status=410, headers={"Content-Encoding": "gzip"}),
        Reply(bytes(300_000), status=410),
        Reply(b"gone", status=410, announced_length=100, close=True),
        Reply(b"gone", status=410, announced_length=2),
        Reply(FEED, status=410, chunked=True, reset_after=30_000),
    ],
)
def test_a_damaged_body_does_not_hide_an_error_status(server: FakeServer, reply: Reply) -> None:
    server.put("/", reply)
    with client() as http:
        response = http.get(server.url("/"))
    assert (response.status, response.body) == (410, b"")


# No answer


def test_a_reset_is_trouble(server: FakeServer) -> None:
    server.put("/", Reply(reset_after=0))
    with client() as http:
        assert "broke the connection off" in trouble("unreachable", lambda: http.get(server.url("/")))


def test_a_closed_port_is_trouble() -> None:
    with FakeServer() as server:
        url = server.url("/")
    with client() as http:
        assert "refuses connections" in trouble("unreachable", lambda: http.get(url))


def test_an_unknown_name_is_trouble(internet: Internet) -> None:
    with client() as http:
        message = trouble("unreachable", lambda: http.get("https://no-such.example/a/very/long/address?" + "x" * 900))
    assert message.startswith("no-such.example cannot be found")


@pytest.mark.parametrize(
    "raw", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n", b"HTTP/1.1 101 Upgrade\r\n\r\n"]
)
def test_what_is_not_http_is_trouble(server: FakeServer, raw: bytes) -> None:
    server.put("/", Reply(raw=raw))
    with client() as http:
        trouble("unreachable", lambda: http.get(server.url("/")))


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: 5, 6",
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length: 0_5",
        b"Content-Length: -5",
        b"Content-Length: +5",
        b"Content-Length: 0x5",
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: identity",
    ],
)
def test_an_answer_whose_length_is_in_doubt_is_trouble(server: FakeServer, lines: bytes) -> None:
    server.put("/", Reply(raw=b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n\r\nhello"))
    with client() as http:
        trouble("unreachable", lambda: http.get(server.url("/")))


@pytest.mark.parametrize(
    "lines", [b"Content-Length: 5\r\nContent-Length:5", b"Content-Length : 5", b"content-length:\t005"]
)
def test_a_length_that_is_only_oddly_written_is_understood(server: FakeServer, lines: bytes) -> None:
    server.put("/", Reply(raw=b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n\r\nhello"))
    with client() as http:
        assert http.get(server.url("/")).body == b"hello"


def test_interim_answers_are_passed_over(server: FakeServer) -> None:
    early = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    server.put("/", Reply(raw=early + b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"))
    with client() as http:
        assert (response := http.get(server.url("/"))).body == b"hello"
    assert "link" not in response.headers


def test_http_where_https_was_expected_is_trouble(server: FakeServer) -> None:
    server.put("/", Reply(b"plain"))

    class Plain(threading.Thread):
        """Answers the TLS greeting in plain HTTP, as a misconfigured server does."""

        def __init__(self) -> None:
            super().__init__(daemon=True)
            self.listener = socket.create_server(("127.0.0.1", 0))
            self.port = self.listener.getsockname()[1]

        def run(self) -> None:
            connection, _ = self.listener.accept()
            with connection, self.listener:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    plain = Plain()
    plain.start()
    with client() as http:
        message = trouble("unreachable", lambda: http.get(f"https://127.0.0.1:{plain.port}/"))
    assert "No secure connection" in message


FIRST_LINES = [
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.0 302 X\r\nLocation: \xff\x00\r\n",
    b"HTTP/1.1 200\n",
    b"HTTP/2 200\r\n",
]
HEADER_LINES = [
    b"Content-Length: -5\r\n",
    b"Content-Length: 5\r\n",
    b"Content-Length: 1e3\r\n",
    b"Content-Length: 5, 6\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip, chunked\r\n",
    b"Content-Encoding: gzip\r\n",
    b"Content-Encoding: ,,,\r\n",
    b": no name\r\n",
    b"no colon\r\n",
    b" folded\r\n",
    b"X: \xff\xfe\x80\r\n",
    b"Connection: close\r\n",
    b"Content-Type: =?utf-8?q?=ff?=; charset*0*=x''%ff\r\n",
    b"Location: http://[\r\n",
]
BODIES = [b"", b"hello", b"-1\r\n", b"5\r\nhello\r\n0\r\n\r\n", b"F" * 17 + b"\r\n", b"1_0\r\nx", b"0\r\n"]
NEARLY_HTTP = st.tuples(
    st.sampled_from(FIRST_LINES),
    st.lists(st.sampled_from(HEADER_LINES), max_size=4).map(b"".join),
    st.sampled_from([b"\r\n", b"\n", b""]),
    st.sampled_from(BODIES),
).map(b"".join)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=300) | NEARLY_HTTP)
def test_whatever_a_server_says_is_an_answer_or_trouble(raw: bytes) -> None:
    with FakeServer() as server, client(deadline=2) as http:
        server.put("/", Reply(raw=raw))
        try:
            response = http.get(server.url("/"))
        except Trouble as met:
            assert met.kind in ("unreachable", "unsafe", "too_large")
            assert met.message.isprintable()
        else:
            assert 100 <= response.status <= 999
