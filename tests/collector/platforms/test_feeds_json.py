"""JSON Feed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.platforms.feeds import jsonfeed
from collector.platforms.feeds.items import Item
from tests.fakeserver import FakeServer, Reply
from tests.feeds import FIRST, SECOND, Reader, Visit
from tests.fetching import client

TYPE = {"Content-Type": "application/feed+json"}
VERSION = "https://jsonfeed.org/version/1.1"


@pytest.fixture
def reader(server: FakeServer) -> Iterator[Reader]:
    with client() as asking:
        yield Reader(asking, server.url("/feed.json"))


def read(server: FakeServer, reader: Reader, *items: Any, **feed: Any) -> Visit:
    server.put(
        "/feed.json", Reply(json.dumps({"version": VERSION, "title": "T", "items": items, **feed}), headers=TYPE)
    )
    return reader.visit(FIRST)


WHOLE = {
    "id": "https://blog.example/1",
    "url": "https://blog.example/1",
    "external_url": "https://elsewhere.example/",
    "title": "Day one <of> the week",
    "content_html": "<p>Hello <a href='/us'>us</a></p><img src='/a.png'>",
    "summary": "Hello",
    "date_published": "2026-07-06T09:00:00+01:00",
    "date_modified": "2026-07-07T09:00:00+01:00",
    "authors": [{"name": "Jane Doe", "url": "https://blog.example/jane"}],
    "tags": ["CoProWeek", "Co-production"],
    "language": "cy",
    "image": "https://blog.example/big.png",
    "attachments": [
        {"url": "https://blog.example/a.mp3", "mime_type": "audio/mpeg"},
        {"url": "x", "mime_type": "text/plain"},
    ],
}


def test_a_whole_item(server: FakeServer, reader: Reader) -> None:
    (post,) = read(server, reader, WHOLE, language="en").posts
    assert post.uri == "https://blog.example/1"
    assert post.title == "Day one <of> the week"
    assert post.text == "Hello us"
    assert (post.published_at, post.edited_at) == ("2026-07-06T08:00:00Z", "2026-07-07T08:00:00Z")
    assert post.author is not None
    assert (post.author.name, post.author.url) == ("Jane Doe", "https://blog.example/jane")
    assert post.categories == ("CoProWeek", "Co-production")
    assert (post.language, post.language_from) == ("cy", "declared")
    assert [(medium.kind, medium.alt_state) for medium in post.media] == [("image", "absent"), ("audio", "not_offered")]
    assert post.engagement is None
    assert json.loads(post.raw or b"") == WHOLE


def test_version_1_has_one_author_and_ids_may_be_numbers(server: FakeServer, reader: Reader) -> None:
    item = {"id": 7, "content_text": "Fish & chips\n\n<b>", "author": {"name": "Ann"}}
    (post,) = read(server, reader, item, version="https://jsonfeed.org/version/1").posts
    assert post.text == "Fish & chips\n\n<b>"
    assert post.html is None
    assert post.author is not None
    assert post.author.name == "Ann"
    assert post.aliases[0].endswith(":7")


def test_only_a_summary_is_one(server: FakeServer, reader: Reader) -> None:
    (post,) = read(server, reader, {"id": "https://blog.example/1", "summary": "Hello"}).posts
    assert post.summary_only is True


def test_pages_are_followed(server: FakeServer, reader: Reader) -> None:
    def page(number: int) -> Reply:
        more = {"next_url": f"/feed.json?page={number + 1}"} if number < 3 else {}
        items = [
            {"id": f"https://blog.example/{number}", "title": "x", "date_published": f"2026-07-0{4 - number}T09:00:00Z"}
        ]
        return Reply(json.dumps({"version": VERSION, "items": items, **more}), headers=TYPE)

    server.put("/feed.json", lambda request: page(int(request.query.get("page", "1"))))
    visit = reader.visit(FIRST)
    assert len(visit.posts) == 3
    assert visit.covered == [("2015-01-01", "2026-07-10T10")]


def test_a_known_item_is_not_read_again_whatever_the_order_of_its_keys(server: FakeServer, reader: Reader) -> None:
    read(server, reader, WHOLE)
    turned = dict(reversed(WHOLE.items()))
    server.put("/feed.json", Reply(json.dumps({"version": VERSION, "items": [turned, {"id": "2", "title": "Two"}]})))
    visit = reader.visit(SECOND)
    assert visit.titles == ["Two"]
    assert visit.pages[0].unchanged == 1


def test_items_that_are_none_are_kept_and_counted(server: FakeServer, reader: Reader) -> None:
    visit = read(server, reader, "words", None, {}, {"id": "1", "title": "One"}, {"id": [], "title": {}, "tags": 3})
    assert visit.titles == ["One"]
    assert len(visit.unread) == 4


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{}",
        b'{"version": 1}',
        b'{"version": "https://jsonfeed.org/version/1.1"}',
        b"[]",
        b"{" * 100_000,
        b'{"a":' * 100_000,
        b"\xff\xfe{",
    ],
)
def test_other_json_is_no_feed(body: bytes) -> None:
    assert jsonfeed.read(body, "") is None


def test_a_byte_order_mark_is_no_obstacle() -> None:
    body = b"\xef\xbb\xbf" + json.dumps({"version": VERSION, "items": [WHOLE]}).encode()
    document = jsonfeed.read(body, "")
    assert document is not None
    assert len(document.listed) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(sorted(WHOLE)) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(st.lists(JSON, max_size=4), st.dictionaries(st.sampled_from(["next_url", "authors", "language", "title"]), JSON))
def test_whatever_stands_where_each_item_is_read_or_counted(items: list[Any], feed: dict[str, Any]) -> None:
    document = jsonfeed.read(json.dumps({**feed, "version": VERSION, "items": items}).encode(), "")
    assert document is not None
    found = [one for group in document.groups() for one in group]
    assert len(found) == len(items)
    assert len(document.listed) == sum(isinstance(one, Item) for one in found)
