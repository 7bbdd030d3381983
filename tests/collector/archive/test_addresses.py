"""Addresses that are the same page are the same text, and others are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.archive.addresses import canonical, host, site_of, without_tracking


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("https://blog.example/a", "https://blog.example/a"),
        ("http://blog.example/a/", "https://blog.example/a"),
        ("HTTP://Blog.EXAMPLE:80/a", "https://blog.example/a"),
        ("https://blog.example.:443", "https://blog.example"),
        ("https://blog.example/A?b=1&utm_source=x&c=2#top", "https://blog.example/A?b=1&c=2"),
        ("https://blog.example/?fbclid=1", "https://blog.example"),
        ("https://blog.example/?UTM_Medium=1&p=5", "https://blog.example?p=5"),
        ("https://blog.example:8443/a", "https://blog.example:8443/a"),
        ("https://ada:secret@blog.example/a", "https://blog.example/a"),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]/a"),
        (" https://blog.example/a\n", "https://blog.example/a"),
        ("https://blog.example/a?utm=1&source=rss", "https://blog.example/a?utm=1&source=rss"),
    ],
)
def test_canonical(address: str, same: str) -> None:
    assert canonical(address) == same
    assert canonical(same) == same


@pytest.mark.parametrize(
    "address",
    [
        "",
        "mailto:ada@blog.example",
        "javascript:alert(1)",
        "/a",
        "https://",
        "https://[::1",
        "ftp://x/",
        "http://x:y/",
        "a" * 9,
    ],
)
def test_what_is_no_web_address_has_no_canonical_form(address: str) -> None:
    assert canonical(address) is None
    assert host(address) is None


def test_an_address_that_nobody_could_have_written_is_none() -> None:
    assert canonical("https://blog.example/" + "a" * 5000) is None


@pytest.mark.parametrize(
    ("address", "site"),
    [("https://www.Blog.example/a", "blog.example"), ("http://blog.example:81", "blog.example"), (None, None)],
)
def test_host(address: str | None, site: str | None) -> None:
    assert host(address) == site


def test_a_site_is_named_without_www_and_port() -> None:
    assert [site_of(name) for name in ("WWW.blog.example.", "blog.example:80", "[::1]")] == ["blog.example"] * 2 + [
        "[::1]"
    ]


def test_addresses_in_a_text_lose_their_tracking() -> None:
    assert without_tracking("See https://a.example/?utm_source=x and 1://2") == "See https://a.example and 1://2"


@given(st.text(max_size=60))
def test_nothing_is_too_odd_to_be_looked_at(text: str) -> None:
    for address in (text, f"https://{text}", f"https://blog.example/{text}"):
        link = canonical(address)
        assert link is None or canonical(link) == link
