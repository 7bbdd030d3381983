"""The article behind an entry whose feed gives only a summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from collector.http import Client
from collector.http.robots import Robots
from collector.platforms.feeds import complete
from collector.posts import Author, Post
from tests.fakeserver import FakeServer, Reply
from tests.feeds import FIRST
from tests.fetching import client

HTML = {"Content-Type": "text/html; charset=utf-8"}
PARAGRAPHS = "".join(
    f"<p>Paragraph {number} of the article says at some length what people did together in #CoProWeek, and "
    f"why it matters "
    "to them, to their carers, and to those who plan the services.</p>"
    for number in range(6)
)


def article(head: str = "", body: str = "") -> str:
    return (
        f"<!DOCTYPE html><html lang='en-GB'><head><title>A post</title>{head}</head><body><nav><a "
        f"href='/'>Home</a> Menu</nav>"
        f"<main><article><h1>A post</h1>{PARAGRAPHS}<img src='/a.png' alt='A ladder'>"
        f"<p><a href='/more'>More about it</a> is here, with everything else that we did in the "
        f"week.</p>{body}</article></main>"
        "<footer>Cookies and privacy</footer><script>track()</script></body></html>"
    )


@pytest.fixture
def asking() -> Iterator[Client]:
    with client() as asking:
        yield asking


def post(server: FakeServer, **changes: object) -> Post:
    given = {
        "platform": "blogs",
        "uri": "https://blog.example/a",
        "url": server.url("/a"),
        "title": "A post",
        "text": "The beginning […]",
        "author": Author(platform="blogs", native_id="127.0.0.1", handle="127.0.0.1"),
        "published_at": FIRST,
        "summary_only": True,
        "media_known": False,
    }
    return Post(**{**given, **changes})  # type: ignore[arg-type]


def test_the_article_takes_the_place_of_the_summary(asking: Client, server: FakeServer) -> None:
    server.put("/a", Reply(article(), headers=HTML))
    whole = complete(post(server), asking, Robots(asking), FIRST)
    assert whole.summary_only is False
    assert "Paragraph 5 of the article" in whole.text
    for other in ("Menu", "Cookies", "track()"):
        assert other not in whole.text
        assert other not in (whole.html or "")
    assert [tag.as_written for tag in whole.hashtags] == ["CoProWeek"]
    assert [(medium.url, medium.alt) for medium in whole.media] == [(server.url("/a.png"), "A ladder")]
    assert whole.media_known is True
    assert server.url("/more") in [link.as_given for link in whole.links]
    assert (whole.language, whole.language_from) == ("en-GB", "declared")


def test_what_identifies_the_post_stays(asking: Client, server: FakeServer) -> None:
    server.put("/a", Reply(article(), headers=HTML))
    before = post(server, aliases=("guid:x:1",), fingerprint=b"f", raw=b"<item/>", categories=("News",))
    after = complete(before, asking, Robots(asking), FIRST)
    for name in ("uri", "url", "aliases", "title", "published_at", "fingerprint", "raw", "categories"):
        assert getattr(after, name) == getattr(before, name)


def test_a_whole_entry_is_not_asked_for(asking: Client, server: FakeServer) -> None:
    whole = post(server, summary_only=False)
    assert complete(whole, asking, Robots(asking), FIRST) is whole
    assert server.requests == []


@pytest.mark.parametrize(
    ("robots", "reply"),
    [
        ("User-agent: *\nDisallow: /a", Reply(article(), headers=HTML)),
        ("", Reply(article("<meta name='robots' content='noindex,follow'>"), headers=HTML)),
        ("", Reply(article(), headers={**HTML, "X-Robots-Tag": "noarchive"})),
        ("", Reply(b"", status=404)),
        ("", Reply(b"", status=500)),
        ("", Reply(reset_after=0)),
        ("", Reply(b"%PDF-1.7", headers={"Content-Type": "application/pdf"})),
        ("", Reply("<html><body><p>Please accept cookies.</p></body></html>", headers=HTML)),
        ("", Reply(b"", headers=HTML)),
    ],
)
def test_where_the_article_cannot_or_may_not_be_had_the_summary_stays(
    asking: Client, server: FakeServer, robots: str, reply: Reply
) -> None:
    server.put("/robots.txt", Reply(robots))
    server.put("/a", reply)
    summary = post(server)
    assert complete(summary, asking, Robots(asking), FIRST) is summary


def test_a_page_that_is_disallowed_is_not_even_asked_for(asking: Client, server: FakeServer) -> None:
    server.put("/robots.txt", Reply("User-agent: *\nDisallow: /"))
    complete(post(server), asking, Robots(asking), FIRST)
    assert server.requested("/a") == []


def test_a_page_on_somebody_elses_site_is_not_asked_for(asking: Client, server: FakeServer) -> None:
    server.put("/a", Reply(article(), headers=HTML))
    stranger = Author(platform="blogs", native_id="hostile.example", handle="hostile.example")
    for author in (stranger, None):
        summary = post(server, author=author)
        assert complete(summary, asking, Robots(asking), FIRST) is summary
    assert server.requests == []


def test_a_host_that_does_not_answer_is_given_up_for_the_round(asking: Client, server: FakeServer) -> None:
    timed_out: Counter[str] = Counter()
    server.put("/a", Reply(reset_after=0))
    for _ in range(5):
        complete(post(server), asking, Robots(asking), FIRST, timed_out=timed_out)
    assert timed_out.total() == 2
    asked = len(server.requested("/a"))
    complete(post(server), asking, Robots(asking), FIRST, timed_out=timed_out)
    assert len(server.requested("/a")) == asked


def test_a_hostile_page_ends_soon(asking: Client, server: FakeServer) -> None:
    server.put("/a", Reply(article(body="<div>" * 20_000 + "x"), headers=HTML))
    assert complete(post(server), asking, Robots(asking), FIRST).uri == "https://blog.example/a"
