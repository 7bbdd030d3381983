"""The WordPress harness itself: what the real server answers, which other tests then count on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from collector.http import Client
from collector.platforms import Trouble
from tests.fetching import client
from tests.servers.wordpress import WordPress, lives

pytestmark = pytest.mark.realserver


@pytest.fixture
def http() -> Iterator[Client]:
    with client(max_bytes=5_000_000, max_decompressed_bytes=5_000_000, deadline=60) as http:
        yield http


def items(feed: bytes) -> list[str]:
    return re.findall(r"<item>.*?</item>", feed.decode(), re.DOTALL)


def test_it_begins_with_25_posts_of_its_week_and_60_comments(wordpress: WordPress) -> None:
    posts = wordpress.seeded
    assert len(posts) == 25
    assert sum(post.comments for post in posts) == 60
    assert all(wordpress.week_starts < post.published < wordpress.week_ends for post in posts)
    assert posts == sorted(posts, key=lambda post: post.published)


def test_its_feed_has_pages_with_an_end(wordpress: WordPress, http: Client) -> None:
    pages = []
    for number in range(1, 9):
        page = http.get(wordpress.url(f"/feed/?paged={number}"))
        if page.status != 200:
            break
        assert page.headers["content-type"].startswith("application/rss+xml")
        pages.append(items(page.body))
    found = [item for page in pages for item in page]
    # Other tests may have published more; the 25 are there, ten a page, and the page after the last is not found.
    assert page.status == 404
    assert [len(page) for page in pages[:-1]] == [10] * (len(pages) - 1)
    links = {link for item in found for link in re.findall(r"<link>(.*?)</link>", item)}
    assert {post.link for post in wordpress.seeded} <= links
    assert all("#CoProWeek" in item and "<category><![CDATA[co-production week]]>" in item for item in found[-25:])
    assert all(re.search(r'<guid isPermaLink="false">[^<]*\?p=\d+</guid>', item) for item in found)


def test_it_answers_304_to_its_own_validators(wordpress: WordPress, http: Client) -> None:
    first = http.get(wordpress.url("/feed/"))
    tag, date = first.headers["etag"], first.headers["last-modified"]
    for headers in (
        {"If-None-Match": tag, "If-Modified-Since": date},
        {"If-None-Match": tag},
        {"If-Modified-Since": date},
    ):
        again = http.get(wordpress.url("/feed/"), headers=headers)
        assert (again.status, again.body) == (304, b"")
    stale = {"If-None-Match": tag, "If-Modified-Since": "Wed, 11 Jan 1984 05:00:00 GMT"}
    assert http.get(wordpress.url("/feed/"), headers=stale).status == 200


def test_it_has_comment_feeds_atom_and_rest(wordpress: WordPress, http: Client) -> None:
    discussed = wordpress.seeded[1]
    assert discussed.comments == 5
    assert len(items(http.get(discussed.link + "feed/").body)) == 5
    assert len(items(http.get(wordpress.url("/comments/feed/")).body)) == 10
    assert b"<feed" in http.get(wordpress.url("/feed/atom/")).body
    rest = http.get(wordpress.url("/wp-json/wp/v2/posts?per_page=10"))
    assert len(json.loads(rest.body)) == 10 and int(rest.headers["x-wp-total"]) >= 25
    assert len(items(http.get(wordpress.url("/tag/co-production-week/feed/")).body)) == 10
    assert items(http.get(wordpress.url("/tag/nothing-of-that-name/feed/")).body) == []
    assert b'rel="alternate" type="application/rss+xml"' in http.get(wordpress.url("/")).body


def test_publishing_editing_and_commenting_show(wordpress: WordPress, http: Client) -> None:
    before = http.get(wordpress.url("/feed/"))
    post = wordpress.publish("New & fresh – “quoted”", "<p>Written just now for #CoProWeek.</p>")
    after = http.get(wordpress.url("/feed/"), headers={"If-None-Match": before.headers["etag"]})
    assert after.status == 200 and "Written just now" in items(after.body)[0]
    wordpress.edit(post.id, html="<p>Written over for #CoProWeek.</p>")
    wordpress.comment(post.id, "It’s good to see.", author="Zoë")
    feed = http.get(post.link + "feed/").body.decode()
    assert "It&#8217;s good to see" in feed or "It’s good to see" in feed
    newest = items(http.get(wordpress.url("/feed/")).body)[0]
    assert "Written over" in newest and "<slash:comments>1</slash:comments>" in newest


def test_it_dies_at_once_and_comes_back_as_it_was(wordpress: WordPress, http: Client) -> None:
    before = items(http.get(wordpress.url("/feed/")).body)
    wordpress.stop()
    with pytest.raises(Trouble, match="refuses connections"):
        http.get(wordpress.url("/feed/"))
    wordpress.start()
    assert items(http.get(wordpress.url("/feed/")).body) == before


def test_nothing_stays_behind() -> None:
    with WordPress() as wordpress:
        groups = [int((wordpress.directory / name).read_text()) for name in ("php.pid", "db.pid")]
    assert not wordpress.directory.exists()
    assert not any(lives(group) for group in groups)
