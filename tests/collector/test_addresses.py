"""Which addresses may be asked: what is made tidy, what is refused, and which machines are nobody's blog."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.http.addresses import Target, follow, forbidden, is_loopback, literal, tidy
from collector.platforms import Trouble


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://blog.example/feed", "https://blog.example/feed"),
        ("  HTTPS://Blog.Example/Feed \n", "https://blog.example/Feed"),
        ("http://blog.example", "http://blog.example/"),
        ("http://blog.example?paged=2", "http://blog.example/?paged=2"),
        ("https://blog.example:443/", "https://blog.example/"),
        ("https://blog.example:8443/", "https://blog.example:8443/"),
        ("https://blog.example./feed", "https://blog.example/feed"),
        ("https://blog.example/feed#comments", "https://blog.example/feed"),
        (
            "https://blog.example/a b/ü?q=co production&l=ß",
            "https://blog.example/a%20b/%C3%BC?q=co%20production&l=%C3%9F",
        ),
        ("https://blog.example/100%?x=%zz&y=%C3%BC", "https://blog.example/100%25?x=%25zz&y=%C3%BC"),
        ('https://blog.example/"<>\\^`{|}', "https://blog.example/%22%3C%3E%5C%5E%60%7B%7C%7D"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://faß.example/", "https://xn--fa-hia.example/"),
        ("https://under_score.blog.example/", "https://under_score.blog.example/"),
        ("https://[2606:4700:0:0::1]/x", "https://[2606:4700::1]/x"),
        ("http://blog.example/fe\ned", "http://blog.example/feed"),
    ],
)
def test_a_url_is_made_fit_to_be_sent(written: str, sent: str) -> None:
    assert tidy(written).url == sent


def test_the_host_header_names_the_port_only_where_it_is_not_the_usual_one() -> None:
    assert tidy("http://blog.example:8080/").authority == "blog.example:8080"
    assert tidy("http://blog.example:80/").authority == "blog.example"
    assert tidy("http://[2606:4700::1]:81/").authority == "[2606:4700::1]:81"


@pytest.mark.parametrize(
    "written",
    [
        "file:///etc/passwd",
        "ftp://blog.example/feed",
        "javascript:alert(1)",
        "data:text/xml,<rss/>",
        "gopher://blog.example/",
        "feed://blog.example/",
        "blog.example/feed",
        "//blog.example/feed",
        "https:blog.example",
        "https://",
        "https:///feed",
        "",
        "https://blog.example:0/",
        "https://blog.example:99999/",
        "https://blog.example:port/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://[v1.x]/",
        "https://ex%41mple.org/",
        "https://a..b/",
        "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 130 + "example/",
        "https://blog\x00.example/",
        "https://blog example/",
        "https://exa\u2100mple.org/",
        "https://blog.example/" + "a" * 9_000,
    ],
)
def test_what_is_no_web_address_is_refused(written: str) -> None:
    with pytest.raises(Trouble) as trouble:
        tidy(written)
    assert trouble.value.kind == "unsafe"
    assert len(trouble.value.message) < 300
    assert trouble.value.message.isprintable()


@pytest.mark.parametrize(
    "written", ["https://me:secret@blog.example/", "ftp://me:secret@blog.example/", "https://me:secret@x:0/"]
)
def test_a_name_and_password_are_refused_and_never_repeated(written: str) -> None:
    with pytest.raises(Trouble) as trouble:
        tidy(written)
    assert trouble.value.kind == "unsafe"
    assert "secret" not in trouble.value.message


@pytest.mark.parametrize(
    ("host", "number"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("10.1", "10.0.0.1"),
        ("0", "0.0.0.0"),
        ("::1", "::1"),
        ("blog.example", None),
        ("1.2.3.4.5", None),
        ("300.1.1.1", None),
    ],
)
def test_numbers_are_known_however_they_are_written(host: str, number: str | None) -> None:
    assert literal(host) == number


@pytest.mark.parametrize(
    "written",
    [
        "http://2130706433/",
        "http://0x7f.1/",
        "http://１２７.０.０.１/",
        "http://127。0。0。1/",
        "http://127.0.0.1./",
        "http://①②⑦.1/",
    ],
)
def test_a_number_in_disguise_becomes_the_number(written: str) -> None:
    assert tidy(written).host == "127.0.0.1"


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.255.0.3",
        "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1",
        "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.251", "239.255.255.250",
        "240.0.0.1", "255.255.255.255",
        "::", "::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2001:db8::1",
        "3fff::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2002:7f00:1::", "2002:808:808::", "100::1",
        "5f00::1", "4000::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::127.0.0.1",
        "64:ff9b::a00:1", "64:ff9b:1::8.8.8.8", "nonsense",
    ],
)  # fmt: skip
def test_an_address_that_is_nobodys_blog_is_forbidden(address: str) -> None:
    assert forbidden(address)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.0",
        "169.253.0.1", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.167.0.1", "192.169.0.1", "198.17.0.1",
        "198.20.0.1",
        "223.255.255.255", "2606:4700::1111", "2a00:1450:4009:81f::200e", "2001:4860:4860::8888", "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
    ],
)  # fmt: skip
def test_a_public_address_is_not(address: str) -> None:
    assert forbidden(address) is None


def test_loopback_is_known_by_name_and_number() -> None:
    assert all(is_loopback(host) for host in ("localhost", "wiki.localhost", "127.0.0.1", "127.9.9.9", "::1"))
    assert not any(is_loopback(host) for host in ("localhost.example", "10.0.0.1", "blog.example"))


BASE = tidy("https://blog.example/2026/feed?x=1")


@pytest.mark.parametrize(
    ("location", "leads_to"),
    [
        ("/feed", "https://blog.example/feed"),
        ("atom", "https://blog.example/2026/atom"),
        ("?paged=2", "https://blog.example/2026/feed?paged=2"),
        ("//other.example/feed", "https://other.example/feed"),
        ("http://other.example:80/#top", "http://other.example/"),
        ("https://me:secret@other.example/", "https://other.example/"),
        ("/caf\u00c3\u00a9", "https://blog.example/caf%C3%A9"),  # UTF-8 as it looks when read as Latin-1
        ("/caf\u00e9", "https://blog.example/caf%C3%A9"),
        ("/a b", "https://blog.example/a%20b"),
    ],
)
def test_a_redirect_is_followed_from_where_it_was_met(location: str, leads_to: str) -> None:
    assert follow(BASE, location).url == leads_to


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://x/", "javascript:alert(1)", "https://[bad", "https://a..b"]
)
def test_a_redirect_to_anything_but_the_web_is_refused(location: str) -> None:
    with pytest.raises(Trouble) as trouble:
        follow(BASE, location)
    assert trouble.value.kind == "unsafe"


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=60),
    st.sampled_from(
        ["", "http://", "https://", "https://blog.example/", "https://blog.example/?", "https://me@", "http://["]
    ),
)
def test_any_text_is_either_sendable_or_trouble(text: str, before: str) -> None:
    try:
        target = tidy(before + text)
        followed = follow(BASE, text)
    except Trouble as trouble:
        assert trouble.kind == "unsafe"
        assert trouble.message.isprintable()
        return
    for one in (target, followed):
        assert one.url.isascii() and one.url.isprintable() and " " not in one.url
        assert "@" not in one.authority
        assert tidy(one.url) == one, "what is tidy stays as it is"
        assert isinstance(one, Target) and one.path.startswith("/")
