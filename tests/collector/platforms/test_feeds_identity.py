"""Which post an entry is, however it comes again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from collector.platforms.feeds.identity import (
    Blog,
    Identity,
    blog_name,
    canonical_link,
    comment_identity,
    host_of,
    identify,
)
from collector.platforms.feeds.items import Listed
from tests.fakeserver import FakeServer, Reply
from tests.feeds import SECOND, Reader, item, rss
from tests.fetching import client

BLOG = Blog(name="blog.example", url="https://blog.example/feed/", site="https://blog.example/")


@pytest.fixture
def reader(server: FakeServer) -> Iterator[Reader]:
    with client() as asking:
        yield Reader(asking, server.url("/feed.xml"))


def entry(*, link: str | None = None, guid: str | None = None, date: str = "", is_link: bool = False) -> Listed:
    return Listed(link=link, guid=guid, guid_is_link=is_link, published=(date,) if date else (), fingerprint=b"")


def uris(*entries: Listed, blog: Blog = BLOG) -> list[str | None]:
    return [identity.uri if identity else None for identity in identify(entries, blog)]


def one(listed: Listed, blog: Blog = BLOG) -> Identity:
    identity = identify([listed], blog)[0]
    assert identity is not None
    return identity


@pytest.mark.parametrize(
    "link",
    [
        "https://blog.example/2026/07/post",
        "http://blog.example/2026/07/post",
        "https://BLOG.example/2026/07/post/",
        "https://blog.example/2026/07/post/?utm_source=rss&utm_medium=rss&utm_campaign=post",
        "https://blog.example/2026/07/post?fbclid=abc",
        "https://blog.example/2026/07/post?m=1",
        "https://blog.example/2026/07/post?source=rss-12ab----3",
        "https://blog.example/2026/07/post#more-12",
        "/2026/07/post",
        "https://www.google.com/url?rct=j&sa=t&url=https://blog.example/2026/07/post&ct=ga&cd=CAIyG",
    ],
)
def test_the_same_address_however_it_is_written_is_the_same_post(link: str) -> None:
    assert uris(entry(link=link)) == ["https://blog.example/2026/07/post"]


def test_what_tells_pages_apart_stays() -> None:
    assert canonical_link("https://blog.example/?p=12&m=1") == "https://blog.example?p=12"
    assert canonical_link("https://blog.example/app#!/post/3") == "https://blog.example/app#!/post/3"
    assert canonical_link("https://blog.example/a?month=1") == "https://blog.example/a?month=1"
    assert canonical_link("mailto:someone@example.org") is None


def test_a_guid_that_is_an_address_stands_in_for_a_missing_link() -> None:
    assert uris(entry(guid="https://blog.example/a", is_link=True)) == ["https://blog.example/a"]
    assert uris(entry(guid="https://blog.example/a", is_link=False))[0] != "https://blog.example/a"


def test_a_guid_that_is_an_address_of_the_blog_makes_two_feeds_entries_one() -> None:
    pretty = one(entry(link="https://blog.example/1", guid="https://blog.example/?p=1", is_link=True))
    plain = one(entry(link="https://blog.example/?p=1", guid="https://blog.example/?p=1", is_link=True))
    assert plain.uri in pretty.aliases
    for guid, is_link in (("https://victim.example/1", True), ("https://blog.example/?p=1", False)):
        assert one(entry(link="https://blog.example/1", guid=guid, is_link=is_link)).aliases == (
            f"guid:blog.example:{guid}",
        )
    # The address of another entry, or of the front page, is not its own.
    first, _ = identify(
        [
            entry(link="https://blog.example/1", guid="https://blog.example/2", is_link=True),
            entry(link="https://blog.example/2"),
        ],
        BLOG,
    )
    assert first is not None
    assert first.aliases == ("guid:blog.example:https://blog.example/2",)
    assert len(one(entry(link="https://blog.example/1", guid="https://blog.example/", is_link=True)).aliases) == 1


def test_without_a_link_the_guid_is_the_identity_and_belongs_to_the_blog() -> None:
    here, there = (
        one(entry(guid="12")),
        one(entry(guid="12"), Blog(name="other.example", url="https://other.example/feed")),
    )
    assert here.uri.startswith("urn:feed-entry:")
    assert here.uri != there.uri
    assert (here.aliases, there.aliases) == (("guid:blog.example:12",), ("guid:other.example:12",))


def test_two_blogs_of_one_host_that_number_their_entries_alike_are_told_apart() -> None:
    assert blog_name("http://www.uni.example/carers/?utm_source=x") == "uni.example/carers"
    assert blog_name("https://uni.example/") == "uni.example"
    here = one(
        entry(guid="12"), Blog(name=blog_name("https://uni.example/carers/"), url="https://uni.example/carers/feed")
    )
    there = one(
        entry(guid="12"), Blog(name=blog_name("https://uni.example/peers/"), url="https://uni.example/peers/feed")
    )
    assert here.uri != there.uri
    assert set(here.aliases).isdisjoint(there.aliases)


def test_entries_that_share_a_link_are_told_apart_by_their_guids() -> None:
    found = uris(entry(link="https://blog.example/news", guid="1"), entry(link="https://blog.example/news", guid="2"))
    assert len(set(found)) == 2
    assert all(uri is not None and uri.startswith("urn:feed-entry:") for uri in found)


def test_entries_on_one_page_without_guids_are_told_apart_by_their_fragments() -> None:
    found = uris(entry(link="https://blog.example/news#a"), entry(link="https://blog.example/news#b"))
    assert len(set(found)) == 2


def test_a_link_to_the_front_page_identifies_nothing() -> None:
    assert uris(entry(link="https://blog.example/", guid="7"))[0] != "https://blog.example"
    assert uris(entry(link="https://blog.example")) == [None]


def test_one_guid_for_all_entries_does_not_collapse_the_feed() -> None:
    found = identify([entry(link=f"https://blog.example/{n}", guid="same") for n in range(3)], BLOG)
    assert [identity and identity.aliases for identity in found] == [(), (), ()]
    assert len({identity.uri for identity in found if identity}) == 3


def test_the_same_entry_twice_is_one() -> None:
    twice = [entry(link="https://blog.example/a", guid="1")] * 2
    assert uris(*twice) == ["https://blog.example/a"] * 2


def test_hosts_are_told_apart_by_port_where_that_is_unusual() -> None:
    assert host_of("https://www.Blog.example/feed") == "blog.example"
    assert host_of("http://127.0.0.1:8080/") == "127.0.0.1:8080"
    assert host_of("http://blog.example:99999/") == ""


def test_a_comment_on_wordpress_is_its_number_whatever_page_it_stands_on() -> None:
    of_feed = comment_identity(
        entry(guid="https://blog.example/?p=5#comment-7", link="https://blog.example/a/comment-page-2/#comment-7"),
        BLOG,
        "https://blog.example/a",
    )
    of_api = comment_identity(entry(link="https://blog.example/a/#comment-7"), BLOG, "https://blog.example/a")
    assert of_feed is not None
    assert of_api is not None
    assert of_feed.uri == of_api.uri


def test_all_guids_new_and_all_links_known_is_a_migration_and_no_new_posts(server: FakeServer, reader: Reader) -> None:
    server.put("/feed.xml", Reply(rss(item(n, guid=f"old-{n}") for n in (3, 2, 1))))
    reader.visit()
    server.put("/feed.xml", Reply(rss(item(n, guid=f"https://blog.example/?p={n}") for n in (3, 2, 1))))
    reader.visit(SECOND)
    assert len(reader.posts) == 3


def test_a_feed_that_moves_does_not_change_a_guid_that_is_no_address(reader: Reader, server: FakeServer) -> None:
    items = "<item><title>A</title><guid>abc</guid></item>"
    server.put("/feed.xml", Reply(rss(items)))
    (before,) = reader.visit().posts
    server.put("/elsewhere/feed.xml", Reply(rss(items + item(2))))
    server.put("/feed.xml", Reply(status=301, headers={"Location": "/elsewhere/feed.xml"}))
    reader.fingerprints.clear()
    after = next(post for post in reader.visit(SECOND).posts if post.title == "A")
    assert after.uri == before.uri
    assert "abc" in before.aliases[0]


@pytest.mark.parametrize(
    ("name", "again"),
    [
        ("its scheme", item(1, link="http://blog.example/1")),
        ("its tracking", item(1, link="https://blog.example/1/?utm_source=feedly")),
        ("its date", item(1, date="09 Jul 2026 09:00:00 GMT")),
        ("its guid", item(1, guid="another")),
    ],
)
def test_an_entry_that_changes_stays_one_post(server: FakeServer, reader: Reader, name: str, again: str) -> None:
    server.put("/feed.xml", Reply(rss(item(1))))
    reader.visit()
    server.put("/feed.xml", Reply(rss(again)))
    assert len(reader.visit(SECOND).posts) == 1, name
    assert list(reader.posts) == ["https://blog.example/1"]


def test_an_entry_without_any_identity_is_known_by_title_and_date(server: FakeServer, reader: Reader) -> None:
    one = "<item><title>Alone</title><pubDate>06 Jul 2026 09:00:00 GMT</pubDate>{}</item>"
    server.put("/feed.xml", Reply(rss(one.format("<description>One</description>"))))
    reader.visit()
    server.put("/feed.xml", Reply(rss(one.format("<description>Two</description>"))))
    reader.visit(SECOND)
    assert [post.text for post in reader.posts.values()] == ["Two"]
