"""Every feed of feedparser's tests through `collect`: nothing crashes, nothing hangs, every entry is accounted for.

The feeds are third-party data and stay beside the repository; where they are absent these tests skip.
"""

from __future__ import annotations

import io
import re
import time
from pathlib import Path

import feedparser
import pytest

from collector.platforms import Limits
from tests.fakeserver import FakeServer, Reply
from tests.feeds import FIRST, SECOND, Reader
from tests.fetching import client

FIXTURES = Path(__file__).parents[4] / "shared" / "fixtures" / "feeds"
pytestmark = pytest.mark.skipif(
    not FIXTURES.is_dir(), reason="the feeds of feedparser's tests are not beside this checkout"
)

ONE_PAGE = Limits(pages=1)


def content_type(body: bytes) -> str:
    """The media type with which the first comment of a fixture wants it to be served."""
    found = re.search(rb"Header:\s*Content-type:\s*([^\r\n]+)", body, re.IGNORECASE)
    return found[1].decode("latin-1").strip() if found else "application/xml"


def test_every_entry_that_feedparser_sees_is_a_post_a_duplicate_or_counted_with_its_reason() -> None:
    paths = sorted(FIXTURES.glob("*.xml"))
    assert len(paths) == 767
    entries = posts = duplicates = unread = 0
    with FakeServer() as server, client(max_bytes=1_000_000, max_decompressed_bytes=1_000_000) as asking:
        for path in paths:
            body = path.read_bytes()
            kind = content_type(body)
            seen = feedparser.parse(io.BytesIO(body), response_headers={"content-type": kind})
            server.put("/feed", Reply(body, headers={"Content-Type": kind}))
            reader = Reader(asking, server.url("/feed"))
            began = time.monotonic()
            first = reader.visit(FIRST, limits=ONE_PAGE)
            assert time.monotonic() - began < 10, path.name
            if not seen.entries and not seen.version:
                assert first.kind == "not_a_feed", path.name
                continue
            assert first.trouble is None, (path.name, first.trouble)
            twice = sum(page.unchanged for page in first.pages)
            assert len(first.posts) + len(first.unread) + twice == len(seen.entries), path.name
            assert {one.reason for one in first.unread} <= {"an entry without title, words, pictures or an address"}
            assert all(one.raw and one.fingerprint for one in first.unread), path.name
            assert len({post.uri for post in first.posts}) == len(first.posts), path.name
            entries += len(seen.entries)
            posts += len(first.posts)
            duplicates += twice
            unread += len(first.unread)

            second = reader.visit(SECOND, limits=ONE_PAGE)
            assert second.trouble is None, path.name
            assert second.posts == [], path.name
    assert entries == posts + duplicates + unread
    assert posts > 250


def test_no_fixture_leaves_anything_that_runs_in_the_html() -> None:
    with FakeServer() as server, client(max_bytes=1_000_000, max_decompressed_bytes=1_000_000) as asking:
        for path in sorted(FIXTURES.glob("*sanitize*.xml")):
            server.put("/feed", Reply(path.read_bytes(), headers={"Content-Type": "application/xml"}))
            for post in Reader(asking, server.url("/feed")).visit(limits=ONE_PAGE).posts:
                html = (post.html or "").lower()
                for word in ("<script", "<style", "<iframe", "<object", "javascript:", "vbscript:"):
                    assert word not in re.sub(r">[^<]*<", "><", html), (path.name, word)
                assert not re.search(r"<[^>]*\son\w+\s*=", re.sub(r'"[^"]*"', '""', html)), path.name
