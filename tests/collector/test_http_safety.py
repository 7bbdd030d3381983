"""Where the one HTTP client goes: public addresses only, TLS by the system's certificate store, the system's proxy."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakeserver import FakeServer, Reply, redirect
from tests.fetching import PRIVATE, PUBLIC, Internet, client, trouble, within

FEED = b"<rss>" + b"<item>Co-production Week</item>" * 2_000 + b"</rss>"


# Only public addresses


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0", "[::1]", "[::ffff:127.0.0.1]",
        "169.254.169.254", "10.0.0.1", "[fe80::1]", "[64:ff9b::7f00:1]", "224.0.0.1",
    ],
)  # fmt: skip
def test_a_private_address_is_unsafe_however_it_is_written(server: FakeServer, internet: Internet, host: str) -> None:
    internet.name("localhost", ["127.0.0.1"])
    with client(private=False) as http:
        message = trouble("unsafe", lambda: http.get(f"http://{host}:{server.port}/"))
    assert "allow_private_addresses" in message
    assert internet.connected == [] and server.requests == []


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"], [PRIVATE], ["::1"], ["fd00::1"], ["::ffff:192.168.0.1"], ["100.64.0.1"], ["0.0.0.0"],
        [PUBLIC, PRIVATE], [PRIVATE, PUBLIC],
    ],
)  # fmt: skip
def test_a_name_that_leads_to_a_private_address_is_unsafe(
    server: FakeServer, internet: Internet, answers: list[str]
) -> None:
    internet.name("blog.example", answers)
    with client(private=False) as http:
        message = trouble("unsafe", lambda: http.get(f"http://blog.example:{server.port}/"))
    assert message.startswith("blog.example leads to ")
    assert internet.connected == []


def test_the_address_that_was_judged_is_the_one_connected_to(server: FakeServer, internet: Internet) -> None:
    # DNS rebinding: a public answer for the check, a private one a moment later for the connection.
    internet.name("blog.example", [PUBLIC], ["127.0.0.1"])
    internet.at[PUBLIC] = server.port
    server.put("/", Reply(b"one", close=True))
    with client(private=False) as http:
        assert http.get(f"http://blog.example:{server.port}/").body == b"one"
        assert (internet.looked_up, internet.connected) == (["blog.example"], [PUBLIC])
        trouble("unsafe", lambda: http.get(f"http://blog.example:{server.port}/"))
    assert internet.connected == [PUBLIC]
    assert len(server.requests) == 1


@pytest.mark.parametrize("inside", ["127.0.0.1", "169.254.169.254", "0x7f000001", "[::1]", "intranet.example"])
def test_a_redirect_to_a_private_address_is_unsafe(server: FakeServer, internet: Internet, inside: str) -> None:
    internet.host("blog.example", PUBLIC, server)
    internet.name("intranet.example", [PRIVATE])
    server.put("/", redirect(f"http://{inside}:{server.port}/admin", 301))
    with client(private=False) as http:
        trouble("unsafe", lambda: http.get(f"http://blog.example:{server.port}/"))
    assert internet.connected == [PUBLIC]
    assert [request.path for request in server.requests] == ["/"]


def test_a_second_address_is_tried_when_the_first_does_not_answer(server: FakeServer, internet: Internet) -> None:
    with FakeServer() as dead:
        pass
    internet.name("blog.example", ["93.184.216.1", PUBLIC])
    internet.at = {"93.184.216.1": dead.port, PUBLIC: server.port}
    with client(private=False) as http:
        assert http.get(f"http://blog.example:{server.port}/").status == 404
    assert internet.connected == ["93.184.216.1", PUBLIC]


def test_a_first_address_that_is_silent_leaves_time_for_the_second(server: FakeServer, internet: Internet) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, contextlib.ExitStack() as waiting:
        for _ in range(4):  # whoever comes after these hears nothing
            sock = waiting.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())
        internet.name("blog.example", ["93.184.216.1", PUBLIC])
        internet.at = {"93.184.216.1": full.getsockname()[1], PUBLIC: server.port}
        with client(private=False, deadline=0.6) as http:
            assert http.get(f"http://blog.example:{server.port}/").status == 404
    assert internet.connected == ["93.184.216.1", PUBLIC]


# TLS, with the system's certificate store


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Any:
    trustme = pytest.importorskip("trustme")
    return trustme.CA()


@pytest.fixture
def secure(authority: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    """A server for https://blog.example whose certificate this computer's store vouches for."""
    if not hasattr(socket, "AF_UNIX") or ssl.get_default_verify_paths().openssl_cafile_env != "SSL_CERT_FILE":
        pytest.skip("this system's certificate store cannot be set for a test")
    authority.cert_pem.write_to_path(tmp_path / "store.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "store.pem"))
    with FakeServer(tls=context_for(authority, "blog.example")) as server:
        yield server


def context_for(authority: Any, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def test_https_is_checked_against_the_name_that_was_asked(secure: FakeServer, internet: Internet) -> None:
    internet.host("blog.example", PUBLIC, secure)
    internet.host("other.example", PUBLIC, secure)
    secure.put("/feed", Reply(FEED, compress="gzip"))
    with client(private=False) as http:
        assert http.get(f"https://blog.example:{secure.port}/feed").body == FEED
        assert http.get(f"https://blog.example:{secure.port}/feed").body == FEED
        assert {request.connection for request in secure.requests} == {1}
        message = trouble("unreachable", lambda: http.get(f"https://other.example:{secure.port}/feed"))
    assert "security certificate of other.example is not accepted" in message
    assert internet.connected == [PUBLIC, PUBLIC]


def test_an_unknown_authority_is_trouble(authority: Any, internet: Internet) -> None:
    with FakeServer(tls=context_for(authority, "blog.example")) as server, client(private=False) as http:
        internet.host("blog.example", PUBLIC, server)
        message = trouble("unreachable", lambda: http.get(f"https://blog.example:{server.port}/"))
    assert "not accepted" in message and "sign-in page" in message
    assert server.requests == []


def test_trickling_and_truncation_under_tls(secure: FakeServer, internet: Internet) -> None:
    internet.host("blog.example", PUBLIC, secure)
    secure.put("/slow", Reply(FEED, trickle=0.02))
    secure.put("/cut", Reply(FEED, cut_after=30_000))
    secure.put("/reset", Reply(FEED, reset_after=30_000))
    with client(private=False, deadline=0.4) as http:
        began = time.monotonic()
        trouble("unreachable", lambda: http.get(f"https://blog.example:{secure.port}/slow"))
        assert time.monotonic() - began < 0.9
        trouble("unreachable", lambda: http.get(f"https://blog.example:{secure.port}/cut"))
        trouble("unreachable", lambda: http.get(f"https://blog.example:{secure.port}/reset"))


def test_a_redirect_may_change_between_http_and_https(
    secure: FakeServer, server: FakeServer, internet: Internet
) -> None:
    internet.host("blog.example", PUBLIC, secure)
    internet.host("old.example", "93.184.216.35", server)
    server.put("/", redirect(f"https://blog.example:{secure.port}/", 301))
    secure.put("/", redirect(f"http://old.example:{server.port}/feed", 301))
    server.put("/feed", Reply(FEED))
    with client(private=False) as http:
        response = http.get(f"http://old.example:{server.port}/")
    assert response.body == FEED and response.requests == 3


# The system's proxy


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch, server: FakeServer) -> FakeServer:
    """A proxy, named as people write it: without a scheme, with a name and a password."""
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"someone:p%40ss@127.0.0.1:{server.port}")
    return server


def test_http_goes_through_the_systems_proxy(proxied: FakeServer) -> None:
    proxied.put("http://blog.example/feed", redirect("http://other.example/feed", 301))
    proxied.put("http://other.example/feed", Reply(FEED))
    with client(private=False) as http:
        response = http.get("http://blog.example/feed")
    assert (response.body, response.permanent_url) == (FEED, "http://other.example/feed")
    assert [request.target for request in proxied.requests] == ["http://blog.example/feed", "http://other.example/feed"]
    assert proxied.requests[0].headers["host"] == "blog.example"
    assert proxied.requests[0].headers["proxy-authorization"] == "Basic c29tZW9uZTpwQHNz"
    assert {request.connection for request in proxied.requests} == {1}


def test_https_goes_through_a_tunnel(secure: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    secure.put("/feed", Reply(FEED))
    with FakeServer(tunnel_to=secure.port) as proxy, client(private=False) as http:
        monkeypatch.setenv("https_proxy", f"http://someone:p%40ss@127.0.0.1:{proxy.port}")
        assert http.get("https://blog.example/feed").body == FEED
        assert http.get("https://blog.example/feed").body == FEED
    assert [request.target for request in proxy.requests] == ["blog.example:443"]
    assert proxy.requests[0].headers["proxy-authorization"] == "Basic c29tZW9uZTpwQHNz"
    assert "proxy-authorization" not in secure.requests[0].headers, "the proxy's password is not for the blog"


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "0xa9fea9fe", "[fd00::1]", "[::ffff:10.0.0.1]"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_is_not_asked_for_private_addresses(proxied: FakeServer, scheme: str, host: str) -> None:
    with client(private=False) as http:
        trouble("unsafe", lambda: http.get(f"{scheme}://{host}/"))
    assert proxied.requests == []


def test_loopback_is_never_asked_of_the_proxy(proxied: FakeServer) -> None:
    with FakeServer() as blog:
        blog.put("/", Reply(b"direct"))
        with client() as http:
            assert http.get(blog.url("/")).body == b"direct"
        with client(private=False) as http:
            trouble("unsafe", lambda: http.get(blog.url("/")))
    assert proxied.requests == []


def test_no_proxy_is_honoured(proxied: FakeServer, internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "blog.example")
    with FakeServer() as blog, client(private=False) as http:
        internet.host("blog.example", PUBLIC, blog)
        http.get(f"http://blog.example:{blog.port}/")
        assert len(blog.requests) == 1
    assert proxied.requests == []


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_refuses_is_named_as_the_cause(proxied: FakeServer, scheme: str) -> None:
    proxied.put("http://blog.example/", Reply(status=407))
    proxied.put("blog.example:443", Reply(status=407))
    with client(private=False) as http:
        message = trouble("unreachable", lambda: http.get(f"{scheme}://blog.example/"))
    assert message == "This network's proxy does not let coproweek through to blog.example (407)."


def test_a_proxy_that_is_away_is_named_as_the_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeServer() as proxy:
        pass
    for address, name in ((f"127.0.0.1:{proxy.port}", "127.0.0.1"), ("proxy.example:3128", "proxy.example")):
        monkeypatch.setenv("http_proxy", address)
        with client(private=False) as http:
            assert name in trouble("unreachable", lambda: http.get("http://blog.example/"))


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "https://127.0.0.1:3129", "http://[bad"])
def test_a_proxy_of_another_kind_is_explained(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("all_proxy", proxy)
    with client(private=False) as http:
        assert "proxy" in trouble("unreachable", lambda: http.get("http://blog.example/"))


def test_a_proxy_that_trickles_its_welcome_does_not_outlive_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeServer() as proxy:
        proxy.put("blog.example:443", Reply(trickle=0.02, trickle_from="head"))
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        within(0.8, lambda http: http.get("https://blog.example/"))


def test_a_slow_welcome_leaves_the_handshake_only_the_rest_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeServer() as proxy, client(deadline=0.6) as http:
        proxy.put("blog.example:443", Reply(delay=0.3))
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        began = time.monotonic()
        trouble("unreachable", lambda: http.get("https://blog.example/"))
        assert time.monotonic() - began < 0.8
