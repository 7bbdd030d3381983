"""Five real texts of the campaign, as their sites showed them, through a whole round.

The texts are third-party data and stay beside the repository; where they are absent these tests skip.
"""

from __future__ import annotations

import html
from pathlib import Path

import pytest

from tests.blogs import watching
from tests.collector.test_rounds import Hands
from tests.fakeserver import FakeServer, Reply

DOCUMENTS = Path(__file__).parents[2] / "shared" / "fixtures" / "documents"
pytestmark = pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the campaign's texts are not beside this checkout")

PUBLISHED = {"000": "2018-04-16T10:00:00+01:00", "001": "2016-05-05T10:00:00+01:00", "002": "2017-06-21T10:00:00+01:00"}
TITLES = {
    "000": "Co-production: not rocket science?",
    "001": "National co-production week – nothing about us without us: 4 – 8 July 2016",
    "002": "This is what co-production looks like",
}


def paragraphs(name: str) -> str:
    text = (DOCUMENTS / f"{name}.txt").read_text(encoding="utf-8")
    return "".join(f"<p>{html.escape(part.strip())}</p>" for part in text.split("\n") if part.strip())


def blogger() -> bytes:
    """The blog as Blogger's feed gives it; its title names whichever year it was crawled in."""
    entries = "".join(
        f"<entry><id>tag:blogger.com,1999:blog-1.post-{name}</id><published>{PUBLISHED[name]}</published>"
        f"<updated>{PUBLISHED[name]}</updated><title type='text'>{html.escape(TITLES[name])}</title>"
        f"<content type='html'>{html.escape(paragraphs(name))}</content>"
        f"<link rel='alternate' type='text/html' href='https://coproductionweek2017.blogspot.example/{name}.html'/>"
        "</entry>"
        for name in sorted(PUBLISHED, key=PUBLISHED.__getitem__, reverse=True)
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?><feed xmlns='http://www.w3.org/2005/Atom' "
        "xmlns:openSearch='http://a9.com/-/spec/opensearchrss/1.0/'>"
        "<id>tag:blogger.com,1999:blog-1</id><title type='text'>Co-production Week 2019</title>"
        "<generator version='7.00' uri='http://www.blogger.com'>Blogger</generator>"
        "<openSearch:totalResults>3</openSearch:totalResults><openSearch:startIndex>1</openSearch:startIndex>"
        f"<openSearch:itemsPerPage>25</openSearch:itemsPerPage>{entries}</feed>"
    ).encode()


def wordpress(base: str) -> bytes:
    """The partner's guest blog and the organiser's highlights, which bear no date, as a WordPress feed."""
    items = "".join(
        f"<item><title>{html.escape(title)}</title><link>{base}{name}/</link>"
        f"<guid isPermaLink='false'>{base}?p={name}</guid>"
        f"<description>{html.escape(paragraphs(name))}</description></item>"
        for name, title in (("003", "A guest blog"), ("004", "Highlights from National Co-production Week 2016"))
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel><title>Partners</title>"
        f"<generator>https://wordpress.org/?v=6.6</generator>{items}</channel></rss>"
    ).encode()


@pytest.fixture
def collected(tmp_path: Path) -> Hands:
    with FakeServer() as server:
        server.put("/feeds/posts/default", Reply(blogger(), headers={"Content-Type": "application/atom+xml"}))
        server.put("/feed/", Reply(wordpress(server.url("/")), headers={"Content-Type": "application/rss+xml"}))
        hands = Hands(watching(tmp_path, [server.url("/feeds/posts/default"), server.url("/feed/")]))
        assert [result.outcome for result in hands.round()] == ["ok", "ok"]
    return hands


def test_each_lands_in_the_edition_and_phase_of_its_date_whatever_the_blogs_title_claims(collected: Hands) -> None:
    placed = collected.ask(
        "SELECT title, edition_id, phase FROM edition_posts JOIN post_texts USING (post_id) ORDER BY edition_id"
    )
    assert placed == [
        (TITLES["001"], "uk-2016", "early"),
        (TITLES["002"], "uk-2017", "lead-up"),
        (TITLES["000"], "uk-2018", "early"),
        # It bears no date: first seen in the week of 2026, and marked so (below).
        ("Highlights from National Co-production Week 2016", "uk-2026", "week"),
    ]


def test_a_text_without_a_date_says_that_its_date_is_when_it_was_first_seen(collected: Hands) -> None:
    assert collected.ask("SELECT published_from, count(*) FROM posts GROUP BY 1 ORDER BY 1") == [
        ("first_seen", 1),
        ("stated", 3),
    ]


def test_co_production_alone_is_only_counted(collected: Hands) -> None:
    assert collected.ask("SELECT count(*) FROM post_texts WHERE text LIKE '%Making it Real Norfolk%'") == [(0,)]
    assert collected.ask("SELECT sum(items) FROM baseline_counts") == [(1,)]


def test_page_views_that_a_text_quotes_are_no_figure(collected: Hands) -> None:
    from collector.schedule import refresh_figures

    refresh_figures(Path(collected.configuration.archive), collected.now)
    assert collected.ask("SELECT count(*) FROM post_texts WHERE text LIKE '%40,000 page views%'") == [(1,)]
    assert collected.ask("SELECT count(*) FROM engagement WHERE views IS NOT NULL") == [(0,)]
    stored = collected.ask("SELECT count(*) FROM figures")[0][0]
    assert isinstance(stored, int)
    assert stored > 0
    for number in ("40000", "40,000", "6066", "6,066", "16000", "16,000"):
        assert collected.ask(f"SELECT count(*) FROM figures WHERE rows LIKE '%{number}%'") == [(0,)]
