"""Comments: how many there are, and the comments themselves as context of their post."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from collector.platforms import Limits, Thread
from collector.posts import Relation
from tests.fakeserver import FakeServer, Reply, Request
from tests.feeds import FIRST, SECOND, Reader, Visit, atom, item, rss
from tests.fetching import client

POST = "https://blog.example/week"
WORDS = Limits(comment_text=True)


def comment(number: int, *, name: str = "Sam Carer", words: str = "I agree") -> str:
    return (
        f"<item><title>By: {name}</title><link>{POST}/#comment-{number}</link><dc:creator><![CDATA[{name}]]>"
        f"</dc:creator>"
        f"<pubDate>Mon, 06 Jul 2026 09:{number % 60:02}:00 +0000</pubDate>"
        f'<guid isPermaLink="false">https://blog.example/?p=5#comment-{number}</guid>'
        f"<description>{words} {number}</description><content:encoded><![CDATA[<p>{words} {number}</p>]]>"
        f"</content:encoded></item>"
    )


@pytest.fixture
def reader(server: FakeServer) -> Iterator[Reader]:
    server.put("/feed.xml", Reply(rss([item(2), item(1)])))
    with client() as asking:
        reader = Reader(asking, server.url("/feed.xml"))
        reader.visit(FIRST)
        yield reader


def comments(
    reader: Reader, server: FakeServer, limits: Limits | None = None, paths: tuple[str, ...] = ("/week/feed/",)
) -> Visit:
    threads = [Thread(post_uri=POST, comments_url=server.url(path)) for path in paths]
    return reader.visit(SECOND, threads=threads, limits=limits)


def test_a_comment_is_context_of_its_post_without_its_words_or_name(reader: Reader, server: FakeServer) -> None:
    server.put("/week/feed/", Reply(rss([comment(2), comment(1)])))
    visit = comments(reader, server)
    assert [post.kind for post in visit.posts] == ["comment", "comment"]
    one = visit.posts[-1]
    assert one.relations == (Relation(kind="comment_on", uri=POST),)
    assert (one.published_at, one.published_from) == ("2026-07-06T09:01:00Z", "stated")
    assert one.url == f"{POST}/#comment-1"
    assert one.author is not None
    assert (one.author.name, one.author.handle) == (None, None)
    everything = b"".join(msgspec.json.encode(page) for page in visit.pages[1:])
    assert b"Carer" not in everything
    assert b"agree" not in everything
    assert visit.pages[-1].threads_read == (POST,)


def test_who_commented_is_told_apart_without_a_name(reader: Reader, server: FakeServer) -> None:
    server.put("/week/feed/", Reply(rss([comment(3, name="Ann"), comment(2), comment(1, name="SAM  carer")])))
    ids = [post.author.native_id if post.author else "" for post in comments(reader, server).posts]
    assert ids[1] == ids[2] != ids[0]


def test_with_their_words_where_that_is_wanted(reader: Reader, server: FakeServer) -> None:
    server.put("/week/feed/", Reply(rss(comment(1))))
    (post,) = comments(reader, server, WORDS).posts
    assert post.text == "I agree 1"
    assert post.author is not None
    assert post.author.name == "Sam Carer"
    assert post.title is None
    assert post.raw is not None


def test_none_are_collected_where_that_is_not_wanted(reader: Reader, server: FakeServer) -> None:
    comments(reader, server, Limits(comments=False))
    assert server.requested("/week/feed/") == []


def test_known_comments_are_not_read_again(reader: Reader, server: FakeServer) -> None:
    server.put("/week/feed/", Reply(rss(comment(1))))
    comments(reader, server)
    server.put("/week/feed/", Reply(rss([comment(2), comment(1)])))
    visit = comments(reader, server)
    assert [post.url for post in visit.posts] == [f"{POST}/#comment-2"]
    assert visit.pages[-1].unchanged == 1


def test_comments_of_blogger_are_paged(reader: Reader, server: FakeServer) -> None:
    def page(request: Request) -> Reply:
        start = int(request.query.get("start-index", "1"))
        entries = "".join(
            f"<entry><id>tag:blogger.com,1999:blog-1.post-{n}</id><published>2026-07-06T09:00:{n:02}Z</published>"
            f"<title>x</title><content type='html'>Words</content><author><name>A{n}</name></author></entry>"
            for n in range(start, min(start + 25, 41))
        )
        return Reply(atom(entries, "<openSearch:totalResults>40</openSearch:totalResults>"))

    server.put("/feeds/2/comments/default", page)
    visit = comments(reader, server, paths=("/feeds/2/comments/default",))
    assert len(visit.posts) == 40
    assert [page.threads_read for page in visit.pages[1:]] == [(), (POST,)]


def wordpress(server: FakeServer, number: int) -> None:
    """A post with so many comments: its feed shows ten and has no older pages, the API has all."""
    links = {"Link": f'<{server.url("/wp-json/wp/v2/posts/5")}>; rel="alternate"; type="application/json"'}
    newest = [comment(n) for n in range(number, max(number - 10, 0), -1)]
    server.put("/week/feed/", Reply(rss(newest, "<generator>https://wordpress.org/?v=6.1</generator>"), headers=links))

    def api(request: Request) -> Reply:
        page, size = int(request.query["page"]), int(request.query["per_page"])
        shown = list(range(number, 0, -1))[(page - 1) * size : page * size]
        body = [
            {
                "id": n,
                "date_gmt": f"2026-07-06T09:{n % 60:02}:00",
                "link": f"{POST}/comment-page-1/#comment-{n}",
                "author_name": "Sam Carer",
                "content": {"rendered": f"<p>I agree {n}</p>"},
            }
            for n in shown
        ]
        return Reply(json.dumps(body), headers={"X-WP-TotalPages": str(-(-number // size))})

    server.put("/wp-json/wp/v2/comments", api)


@pytest.mark.parametrize("number", [3, 10, 11, 120, 250])
def test_all_comments_of_a_post_on_wordpress_are_found_each_once(
    reader: Reader, server: FakeServer, number: int
) -> None:
    wordpress(server, number)
    visit = comments(reader, server)
    assert len(visit.posts) == len({post.uri for post in visit.posts}) == number
    assert visit.pages[-1].threads_read == (POST,)
    assert bool(server.requested("/wp-json/wp/v2/comments")) == (number >= 10)


def test_what_is_missing_is_looked_for_although_the_newest_comments_are_known(
    reader: Reader, server: FakeServer
) -> None:
    wordpress(server, 30)
    server.put("/wp-json/wp/v2/comments", Reply(b"", status=500))
    visit = comments(reader, server)
    assert len(visit.posts) == 10
    assert visit.trouble is None
    assert visit.pages[-1].threads_read == ()
    wordpress(server, 30)
    assert len(comments(reader, server).posts) >= 20


@pytest.mark.parametrize(
    ("reply", "closed"),
    [
        (Reply(b"", status=404), True),
        (Reply(b"", status=403), True),
        (Reply(b"", status=410), True),
        (Reply(b"<html>closed</html>"), True),
        (Reply(b"", status=500), False),
        (Reply(reset_after=0), False),
    ],
)
def test_a_comment_feed_that_cannot_be_read_is_said_and_costs_the_blog_nothing(
    reader: Reader, server: FakeServer, reply: Reply, closed: bool
) -> None:
    server.put("/week/feed/", reply)
    server.put("/other/feed/", Reply(rss(comment(1))))
    visit = comments(reader, server, paths=("/week/feed/", "/other/feed/"))
    assert visit.trouble is None
    assert visit.notes.startswith(f"The comments on {POST} could not be read: ")
    assert (visit.pages[1].threads_read == (POST,)) is closed, "what is closed is not asked for again"
    assert len(visit.posts) == (1 if closed else 0), "a server with a fault is left alone"


def test_a_server_that_asks_to_be_left_alone_is(reader: Reader, server: FakeServer) -> None:
    server.put("/week/feed/", Reply(b"", status=429, headers={"Retry-After": "60"}))
    visit = comments(reader, server)
    assert visit.kind == "rate_limited"
    assert visit.trouble is not None
    assert visit.trouble.retry_after_seconds == 60


def test_an_address_of_comments_that_is_no_web_address_is_not_asked(reader: Reader) -> None:
    visit = reader.visit(SECOND, threads=[Thread(post_uri=POST, comments_url="file:///etc/passwd")])
    assert visit.trouble is None
    assert visit.pages[-1].threads_read == (POST,)


@pytest.mark.parametrize(
    ("more", "number"),
    [
        ("<slash:comments>7</slash:comments>", 7),
        ("<slash:comments>0</slash:comments>", 0),
        ("<slash:comments>many</slash:comments>", None),
        ("<slash:comments>-1</slash:comments>", None),
        ("<slash:comments>99999999999999999999</slash:comments>", None),
        ("", None),
    ],
)
def test_how_many_comments_there_are_and_unknown_is_not_zero(server: FakeServer, more: str, number: int | None) -> None:
    server.put("/counts.xml", Reply(rss(item(1, more=more))))
    with client() as asking:
        (post,) = Reader(asking, server.url("/counts.xml")).visit().posts
    assert (post.engagement.comments if post.engagement else None) == number


@pytest.mark.parametrize(
    "more",
    [
        "<thr:total>7</thr:total>",
        '<x:total xmlns:x="http://purl.org/syndication/thread/1.0">7</x:total>',
        '<link rel="replies" type="application/atom+xml" href="/comments" thr:count="7"/>',
    ],
)
def test_how_many_comments_atom_says_there_are(server: FakeServer, more: str) -> None:
    server.put("/counts.xml", Reply(atom(f"<entry><id>urn:a</id><title>A</title>{more}</entry>")))
    with client() as asking:
        (post,) = Reader(asking, server.url("/counts.xml")).visit().posts
    assert post.engagement is not None
    assert post.engagement.comments == 7


def test_a_new_count_is_met_although_the_words_are_the_same(server: FakeServer) -> None:
    with client() as asking:
        reader = Reader(asking, server.url("/counts.xml"))
        counts: list[Any] = []
        for now, number in ((FIRST, 1), (SECOND, 2)):
            server.put("/counts.xml", Reply(rss(item(1, more=f"<slash:comments>{number}</slash:comments>"))))
            counts += [post.engagement and post.engagement.comments for post in reader.visit(now).posts]
    assert counts == [1, 2]
