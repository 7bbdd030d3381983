"""Whoever writes a feed may want it to crash, to hang, or to cost the entries of others."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.http import Client
from collector.platforms import Limits
from tests.fakeserver import FakeServer, Reply
from tests.feeds import FIRST, Reader, atom, item, rss
from tests.fetching import client

ONE_PAGE = Limits(pages=1)


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[FakeServer, Client]]:
    with FakeServer() as server, client(max_bytes=6_000_000, max_decompressed_bytes=6_000_000) as asking:
        yield server, asking


def read(place: tuple[FakeServer, Client], body: bytes, kind: str = "application/xml") -> Reader:
    server, asking = place
    server.put("/feed", Reply(body, headers={"Content-Type": kind}))
    reader = Reader(asking, server.url("/feed"))
    reader.visit(FIRST, limits=ONE_PAGE)
    return reader


PIECES = st.sampled_from(
    [
        b"<?xml version='1.0'?>",
        b"<rss version='2.0'>",
        b"<channel>",
        b"<item>",
        b"</item>",
        b"<item",
        b"<entry>",
        b"</entry>",
        b"<feed xmlns='http://www.w3.org/2005/Atom'>",
        b"<rdf:RDF>",
        b"<title>",
        b"</title>",
        b"<link>",
        b"</link>",
        b"<guid>x</guid>",
        b"<![CDATA[",
        b"]]>",
        b"<!--",
        b"-->",
        b"&amp;",
        b"&nbsp;",
        b"&#0;",
        b"&#xD800;",
        b"&x;",
        b"<!DOCTYPE x [<!ENTITY x 'y'>]>",
        b"<pubDate>Mon, 06 Jul 2026 09:00:00 BST</pubDate>",
        b"<media:content url='x' medium='image'>",
        b"<content:encoded>",
        b" xmlns:media='http://search.yahoo.com/mrss/'",
        b" xml:base='http://['",
        b"http://[::1",
        b"\x00",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"'",
        b'"',
        b">",
        b"<",
        b"\n",
        "🎉é".encode(),
        b'{"version":',
        b"</rss>",
        b"<html>",
        b"<link rel='alternate' href='javascript:x'/>",
    ]
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(PIECES | st.binary(max_size=6), max_size=30).map(b"".join),
    st.sampled_from(["", "text/xml; charset=utf-16", "application/rss+xml; charset=big5", "text/html"]),
)
def test_no_bytes_crash_it(place: tuple[FakeServer, Client], body: bytes, kind: str) -> None:
    read(place, body, kind)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_damage_to_a_real_feed_crashes_it(place: tuple[FakeServer, Client], data: st.DataObject) -> None:
    body = bytearray(rss([item(n, more="<description>&lt;p&gt;Words&lt;/p&gt;</description>") for n in (3, 2, 1)]))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(body)))
        body[start : start + data.draw(st.integers(0, 40))] = data.draw(PIECES)
    read(place, bytes(body))


CDATA = "<![CDATA[{}]]>"


@pytest.mark.parametrize(
    ("what", "body"),
    [
        (
            "categories",
            rss("<item><title>x</title>" + "".join(f"<category>{n}</category>" for n in range(60_000)) + "</item>"),
        ),
        (
            "keywords",
            rss(
                "<item><title>x</title><media:keywords>"
                + ",".join(map(str, range(200_000)))
                + "</media:keywords></item>"
            ),
        ),
        (
            "an author that looks like a mail address",
            rss("<item><title>x</title><author>" + "a." * 300_000 + "@</author></item>"),
        ),
        ("such an author of the whole feed", rss(item(1), "<managingEditor>" + "a." * 300_000 + "@</managingEditor>")),
        (
            "such an author in an ill-formed feed",
            rss("<item><title>x &</title><author>" + "a." * 300_000 + "@</author></item>"),
        ),
        (
            "keywords in an ill-formed feed",
            rss(
                "<item><title>x &</title><media:keywords>"
                + ",".join(map(str, range(100_000)))
                + "</media:keywords></item>"
            ),
        ),
        (
            "categories in an ill-formed feed",
            rss("<item><title>x &</title>" + "".join(f"<category>{n}</category>" for n in range(15_000)) + "</item>"),
        ),
        ("attributes", rss("<item " + " ".join(f"a{n}='1'" for n in range(60_000)) + "/>")),
        (
            "attributes in an ill-formed feed",
            rss("<item " + " ".join(f"a{n}='1'" for n in range(60_000)) + ">&</item>"),
        ),
        (
            "namespaces",
            rss("".join(f"<item xmlns:a{n}='urn:{n}'><a{n}:x/><title>{n}</title></item>" for n in range(1_500))),
        ),
        ("nested elements", rss("<item>" + "<x>" * 200_000 + "</x>" * 200_000 + "</item>")),
        (
            "nested HTML",
            rss("<item><title>x</title><description>" + CDATA.format("<div>" * 150_000) + "</description></item>"),
        ),
        (
            "instructions in XHTML",
            atom(
                "<entry><content type='xhtml'>"
                + "\n<?a?>" * 100_000
                + "<div xmlns='http://www.w3.org/1999/xhtml'>x</div></content></entry>"
            ),
        ),
        ("a title without an end", rss("<item><title>" + "x " * 1_000_000)),
        ("brackets", rss("<item><title>x</title><description>" + "<" * 300_000)),
        (
            "entities within entities",
            b"<!DOCTYPE x ["
            + b"".join(b"<!ENTITY l%d '%s'>" % (n, (b"&l%d;" % (n - 1)) * 20) for n in range(1, 12))
            + b"]>"
            + rss("<item><title>&l11;</title></item>"),
        ),
        (
            "one entity many times",
            b"<!DOCTYPE x [<!ENTITY l '"
            + b"l" * 60_000
            + b"'>]>"
            + rss("<item><title>" + "&l;" * 100_000 + "</title></item>"),
        ),
        (
            "a picture inside the words",
            rss(
                "<item><title>x</title><description>"
                + CDATA.format(f"<img src='data:image/png;base64,{'A' * 4_000_000}'>")
                + "</description></item>"
            ),
        ),
        ("hashtags", rss("<item><title>x</title><description>" + "#tag " * 100_000 + "</description></item>")),
        (
            "links",
            rss(
                "<item><title>x</title><description>"
                + CDATA.format("<a href='/x'>y</a>" * 40_000)
                + "</description></item>"
            ),
        ),
        ("very many entries", rss("".join(f"<item><guid>{n}</guid><title>x</title></item>" for n in range(8_000)))),
        ("a long date", rss(f"<item><title>x</title><pubDate>{'2026-' * 100_000}</pubDate></item>")),
        ("JSON within JSON", b'{"version": "https://jsonfeed.org/version/1.1", "items": ' + b"[" * 500_000),
        ("declarations", b"<!DOCTYPE x [" + b"<!ENTITY a 'b'>" * 100_000 + b"]>" + rss(item(1))),
        ("comments that do not end", b"<!--" * 300_000),
    ],
)
def test_no_feed_takes_for_ever(place: tuple[FakeServer, Client], what: str, body: bytes) -> None:
    began = time.thread_time()
    read(place, body)
    assert time.thread_time() - began < 20, what


def test_no_more_is_read_in_one_round_than_there_is_time_for(
    place: tuple[FakeServer, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.platforms.feeds.collecting.READING_SECONDS", -1.0)
    reader = read(place, rss([item(n) for n in (3, 2, 1)]))
    assert reader.posts == {}
    assert reader.covered == []
    monkeypatch.undo()
    reader.visit(FIRST, limits=ONE_PAGE)
    assert len(reader.posts) == 3, "what was not read is read the next time, although the feed has not changed"


def test_a_feed_cannot_claim_another_blogs_guids(place: tuple[FakeServer, Client]) -> None:
    body = rss(item(1, guid="tag:blogger.com,1999:blog-1.post-2"))
    (post,) = read(place, body).posts.values()
    assert all(alias.startswith("guid:127.0.0.1:") for alias in post.aliases)
