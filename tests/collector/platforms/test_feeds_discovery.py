"""From what people paste to the feed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from collector.platforms.feeds.discovery import announced, candidates, polled, usual_places
from tests.fakeserver import FakeServer, Reply
from tests.feeds import FIRST, SECOND, THIRD, Reader, item, rss
from tests.fetching import client

HTML = {"Content-Type": "text/html; charset=utf-8"}
FEED = Reply(rss([item(2), item(1)]), headers={"Content-Type": "application/rss+xml"})


def page(*links: str, base: str = "") -> Reply:
    return Reply(f"<!DOCTYPE html><html><head>{base}{''.join(links)}</head><body>Words</body></html>", headers=HTML)


def alternate(href: str, kind: str = "application/rss+xml", title: str = "") -> str:
    return f'<link rel="alternate" type="{kind}" title="{title}" href="{href}">'


@pytest.fixture
def reader(server: FakeServer) -> Iterator[Reader]:
    with client() as asking:
        yield Reader(asking, server.url("/"))


def test_the_feed_that_a_page_names_is_found_said_and_remembered(reader: Reader, server: FakeServer) -> None:
    server.put("/", page(alternate("/all.xml")))
    server.put("/all.xml", FEED)
    visit = reader.visit(FIRST)
    assert visit.titles == ["Entry 2", "Entry 1"]
    assert visit.notes == f"Its feed was found at {server.url('/all.xml')}."
    assert visit.pages[0].requests == 2
    reader.visit(SECOND)
    assert len(server.requested("/")) == 1, "the page is not asked for again"


def test_the_feed_of_posts_comes_before_those_of_comments_and_categories() -> None:
    html = "".join(
        [
            alternate("/comments/feed/", title="A blog » Comments Feed"),
            alternate("/category/news/feed/", title="A blog » News"),
            alternate("/feed/", title="A blog » Feed"),
            '<link rel="alternate" hreflang="cy" href="/cy/">',
            '<link rel="stylesheet" type="text/css" href="/x.css">',
        ]
    )
    assert announced("https://blog.example/a/", html) == [
        "https://blog.example/feed/",
        "https://blog.example/category/news/feed/",
        "https://blog.example/comments/feed/",
    ]


def test_addresses_of_feeds_are_resolved_and_only_those_of_the_web_are_taken() -> None:
    html = (
        '<base href="https://cdn.example/blog/">'
        + alternate("rss.xml")
        + alternate("javascript:alert(1)")
        + alternate("http://[broken")
    )
    assert announced("https://blog.example/", html) == ["https://cdn.example/blog/rss.xml"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (
            "application/atom+xml",
            b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title><id>urn:a</id></entry></feed>',
        ),
        (
            "application/feed+json",
            b'{"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [{"id": "1", "title": "A"}]}',
        ),
        (
            "application/rdf+xml",
            b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
            b'<item rdf:about="urn:a"><title>A</title></item></rdf:RDF>',
        ),
        ("text/xml", b"<rss version='0.91'><channel><item><title>A</title></item></channel></rss>"),
    ],
)
def test_every_kind_of_feed_can_be_named(reader: Reader, server: FakeServer, kind: str, body: bytes) -> None:
    server.put("/", page(alternate("/x", kind)))
    server.put("/x", Reply(body, headers={"Content-Type": kind}))
    assert reader.visit().titles == ["A"]


@pytest.mark.parametrize(
    ("address", "feed"),
    [
        ("/", "/feeds/posts/default"),  # Blogger
        ("/", "/feed/"),  # WordPress
        ("/", "/?feed=rss2"),  # WordPress without readable addresses
        ("/", "/rss/"),  # Ghost
        ("/", "/feed"),  # Substack
        ("/", "/atom.xml"),
        ("/", "/index.xml"),  # Hugo
        ("/", "/feed.xml"),  # Jekyll
        ("/blog/", "/blog/feed/"),
        ("/blog/2026/a-post.html", "/feed/"),
        ("/about", "/rss/"),
    ],
)
def test_where_the_page_names_none_the_usual_places_are_tried(server: FakeServer, address: str, feed: str) -> None:
    server.put(address, page())
    server.put(feed, FEED)
    with client() as asking:
        reader = Reader(asking, server.url(address))
        assert reader.visit().titles == ["Entry 2", "Entry 1"]
        assert reader.memory["feed_url"].startswith(server.url(feed))


def test_medium_and_blogspot_have_their_own_places() -> None:
    assert usual_places("https://medium.com/@someone/a-post-12") == ["https://medium.com/feed/@someone"]
    assert usual_places("https://coproweek.blogspot.co.uk/2017/") == [
        "https://coproweek.blogspot.co.uk/feeds/posts/default"
    ]


def test_a_feed_on_blogger_is_polled_without_its_redirect_and_with_a_page_of_a_known_size() -> None:
    feed = "https://x.blogspot.com/feeds/posts/default"
    assert polled(feed) == f"{feed}?max-results=25&redirect=false"
    assert (
        polled(f"{feed}/-/CoProWeek?alt=rss&max-results=10")
        == f"{feed}/-/CoProWeek?alt=rss&max-results=10&redirect=false"
    )
    assert polled("https://blog.example/feed/?x=1") == "https://blog.example/feed/?x=1"


def test_a_page_without_a_feed_is_trouble_that_says_what_to_write(reader: Reader, server: FakeServer) -> None:
    server.put("/", page())
    visit = reader.visit()
    assert visit.kind == "not_a_feed"
    assert visit.trouble is not None
    assert "Write the address of the blog's front page, or of its feed." in visit.trouble.message
    assert len(server.requests) <= 13


def test_candidates_are_few_however_many_a_page_names() -> None:
    html = "<html>" + "".join(alternate(f"/{number}.xml") for number in range(1000))
    assert len(candidates("https://blog.example/", html.encode(), "text/html")) == 12


def test_a_feed_that_vanished_is_looked_for_again(reader: Reader, server: FakeServer) -> None:
    server.put("/", page(alternate("/old.xml")))
    server.put("/old.xml", FEED)
    reader.visit(FIRST)
    server.put("/", page(alternate("/new.xml")))
    server.put("/old.xml", Reply(b"", status=404))
    server.put("/new.xml", Reply(rss([item(3), item(2), item(1)])))
    visit = reader.visit(SECOND)
    assert visit.titles == ["Entry 3"]
    assert visit.notes == f"Its feed was found at {server.url('/new.xml')}."
    reader.visit(THIRD)
    assert server.requests[-1].path == "/new.xml"


def test_a_feed_that_vanished_without_another_is_trouble(reader: Reader, server: FakeServer) -> None:
    server.put("/", page(alternate("/old.xml")))
    server.put("/old.xml", FEED)
    reader.visit(FIRST)
    server.put("/old.xml", Reply(b"", status=410))
    assert reader.visit(SECOND).kind == "gone"
    assert reader.memory["feed_url"] == server.url("/old.xml"), "what failed is not remembered"


def test_a_site_that_asks_to_be_left_alone_is_not_asked_at_further_places(reader: Reader, server: FakeServer) -> None:
    server.put("/", page(alternate("/a.xml"), alternate("/b.xml")))
    server.put("/a.xml", Reply(b"", status=429, headers={"Retry-After": "60"}))
    server.put("/b.xml", FEED)
    visit = reader.visit()
    assert visit.kind == "rate_limited"
    assert server.requested("/b.xml") == []
