"""What people write when they ask to be forgotten, and what comes back in another guise."""

from __future__ import annotations

import zlib
from typing import Any

import pytest

from collector.archive import deletion, journal, removal, tombstones
from collector.archive.connection import ArchiveError
from collector.archive.visit import Saved
from collector.campaign import SourceSpec
from collector.platforms import Page
from collector.posts import Author, Hashtag, Link, Post, Relation, Unread
from tests.collector.archive.making import FEED, NOW, SEARCH, SECOND_FEED, Archive, article, post

LATER = "2026-07-09T12:00:00Z"


def at(url: str, number: int = 1, **changes: Any) -> Post:
    return article(number, **{"uri": url, "url": url, "aliases": (), **changes})


def byline(name: str, host: str = "blog.example") -> Author:
    return Author(platform="blogs", native_id=f"{host}/{name.casefold()}", handle=host, name=name)


# Addresses ----------------------------------------------------------------------------------------------------------

SPELLINGS = [
    ("https://blog.example/2026/07/week.html", "http://BLOG.example/2026/07/week.html?m=1"),
    ("https://blog.example/2026/07/week.html?m=0", "https://blog.example/2026/07/week.html"),
    ("https://blog.example/café", "https://blog.example/caf%C3%A9/"),
    ("https://blog.example/caf%c3%a9", "https://blog.example/cafe\u0301"),
    ("https://blog.example/caf%C3%A9", "https://www.blog.example/caf%c3%a9"),
    ("https://bücher.example/1", "https://xn--bcher-kva.example/1"),
    ("https://xn--bcher-kva.example/1", "https://BÜCHER.example/1"),
    ("https://blog.example/week", "https://blog.example/week/amp/"),
    ("https://blog.example/week", "https://blog.example/week?amp=1&utm_source=x"),
    ("https://blog.example/week/amp", "https://blog.example/week/"),
]


@pytest.mark.parametrize(("stored", "asked"), SPELLINGS)
def test_a_post_is_found_and_kept_out_by_every_spelling_of_its_address(
    archive: Archive, stored: str, asked: str
) -> None:
    archive.save(at(stored), article(2))
    assert removal.forget_post(archive.conn, asked, now=LATER).posts == 1
    for address in (stored, asked):
        assert archive.save(at(address, 3)).new == 0
    assert archive.ask("SELECT uri FROM posts") == [("https://blog.example/2",)]


def test_another_page_is_another_page(archive: Archive) -> None:
    archive.save(
        at("https://blog.example/%E9", 1), at("https://blog.example/A", 2), at("https://blog.example/1?p=2", 3)
    )
    for asked in ("https://blog.example/%E8", "https://blog.example/a", "https://blog.example/1?p=3"):
        assert removal.forget_post(archive.conn, asked, now=LATER).posts == 0
    assert archive.one("SELECT count(*) FROM posts") == 3


def test_a_guid_that_is_an_address_of_its_own_blog_is_an_address(archive: Archive) -> None:
    guid = "https://blog.example/?p=77"
    archive.save(article(1, aliases=(f"guid:blog.example/news:{guid}",)))
    archive.save(at("https://evil.example/1", 2, aliases=(f"guid:evil.example:{guid}",)), source=SECOND_FEED)
    assert removal.forget_post(archive.conn, "http://blog.example/?p=77", now=LATER).posts == 1
    assert archive.ask("SELECT uri FROM posts") == [("https://evil.example/1",)]
    assert archive.save(at(guid, 3)) == Saved(skipped=1)


def test_where_nothing_is_found_what_looks_alike_is_named(archive: Archive) -> None:
    archive.save(article(1), at("https://blog.example/our-great-week", 2), at("https://blog.example/something-else", 3))
    removed = removal.forget_post(archive.conn, "https://blog.example/our-great-weak", now=LATER)
    assert (removed.posts, removed.near) == (0, ("https://blog.example/our-great-week",))
    assert removal.forget_post(archive.conn, "https://blog.example/our-great-week", now=LATER).near == ()


# Sites --------------------------------------------------------------------------------------------------------------


def test_one_of_many_on_a_host_is_not_everybody_there(archive: Archive) -> None:
    mediums = [SourceSpec(platform="blogs", kind="feed", locator=f"https://medium.com/feed/@{name}", title=name,
                          query_hash="1") for name in ("ada", "adam")]  # fmt: skip
    archive.sync(type(archive.configuration)(**{**_values(archive.configuration), "sources": (FEED, SEARCH, *mediums)}))
    adas, adams = "https://medium.com/@Ada/week-1", "https://medium.com/@adam/week-2"
    archive.save(at(adas), source=mediums[0])
    archive.save(at(adams, 2), source=mediums[1])
    assert removal.forget_site(archive.conn, "https://medium.com/@ada", now=LATER).posts == 1
    assert archive.ask("SELECT uri FROM posts") == [(adams,)]
    assert [archive.source(spec).retired_at for spec in mediums] == [LATER, None]
    assert archive.save(at("https://medium.com/@ada/another", 3), at(adams, 2), source=FEED).skipped == 1
    # Taken out of the configuration and put back, it is still not asked.
    everything = archive.configuration
    archive.sync(type(everything)(**{**_values(everything), "sources": (FEED, SEARCH)}))
    archive.sync(everything)
    assert [archive.source(spec).retired_at is None for spec in mediums] == [False, True]


@pytest.mark.parametrize("target", ["medium.com", "https://www.wordpress.com/", "substack.com"])
def test_a_host_of_many_is_never_removed_as_one(archive: Archive, target: str) -> None:
    archive.save(at("https://medium.com/@ada/1"))
    with pytest.raises(ArchiveError, match="Many people publish at"):
        removal.forget_site(archive.conn, target, now=LATER)
    assert archive.one("SELECT count(*) FROM posts") == 1


def test_an_address_with_a_question_is_no_site(archive: Archive) -> None:
    archive.save(article(1), at("https://blog.example/?p=7", 2))
    with pytest.raises(ArchiveError, match="not the beginning of a site's addresses"):
        removal.forget_site(archive.conn, "https://blog.example/?p=7", now=LATER)
    assert archive.one("SELECT count(*) FROM posts") == 2


def test_a_part_of_a_site_is_no_more_than_that_part(archive: Archive) -> None:
    archive.save(at("https://blog.example/news/1"), at("https://blog.example/newsletter/2", 2))
    assert removal.forget_site(archive.conn, "blog.example/news", now=LATER).posts == 1
    assert archive.source(FEED).retired_at is None
    nothing = removal.forget_site(archive.conn, "blog.example/newsletters", now=LATER)
    assert (nothing.posts, nothing.near) == (0, ("https://blog.example/newsletter/2",))


def test_posts_without_links_are_at_their_authors_or_their_blogs_site(archive: Archive) -> None:
    feed = {"uri": "urn:feed-entry:1", "url": None, "aliases": ()}
    site = Author(
        platform="blogs", native_id="feeds.example", handle="feeds.example", name="B", url="https://blog.example"
    )
    archive.save(article(1, **feed, author=site), source=SECOND_FEED)
    archive.save(article(2, **{**feed, "uri": "urn:feed-entry:2"}, author=byline("Ada Example")), source=SECOND_FEED)
    elsewhere = Author(
        platform="blogs", native_id="guests.example/ada", handle="guests.example", url="https://blog.example"
    )
    archive.save(at("https://guests.example/3", 3, author=elsewhere), source=SECOND_FEED)
    assert removal.forget_site(archive.conn, "blog.example", now=LATER).posts == 2
    assert archive.ask("SELECT uri FROM posts") == [("https://guests.example/3",)]
    back = article(1, **{**feed, "uri": "urn:feed-entry:9"}, author=site)
    assert archive.save(back, source=SECOND_FEED) == Saved(skipped=1)


def test_a_site_of_another_script_is_one_however_it_is_written(archive: Archive) -> None:
    archive.save(at("https://bücher.example/1"), at("https://xn--bcher-kva.example/2", 2))
    assert removal.forget_site(archive.conn, "BÜCHER.example", now=LATER).posts == 2


# Bylines ------------------------------------------------------------------------------------------------------------


def test_a_byline_stays_out_in_every_spelling_and_nobody_else_does(archive: Archive) -> None:
    archive.save(article(1, author=byline("Ada Example")))
    removal.forget_author(archive.conn, "Ada Example", platform="blogs", now=LATER)
    out = ["Ada Example, CEO", "Dr Ada Example", "Example, Ada", "Ben Other and Ada Example"]
    stay = ["Ben Example", "Ada Other", "Ada", "Ben Other", "Example"]
    names = [*out, *stay]
    saved = archive.save(*(article(n, author=byline(name)) for n, name in enumerate(names, start=2)))
    assert saved == Saved(new=len(stay), skipped=len(out))
    assert {row[0] for row in archive.ask("SELECT name FROM authors")} == set(stay)
    # At another blog it may be somebody else.
    other = at("https://other.example/1", 99, author=byline("Ada Example", "other.example"))
    assert archive.save(other, source=SECOND_FEED) == Saved(new=1)


def test_all_spellings_of_one_person_at_one_blog_go_together(archive: Archive) -> None:
    for number, name in enumerate(["Ada Example, CEO", "Dr Ada Example", "Ada Example and Ben Other", "Ben Other"]):
        archive.save(article(number, author=byline(name)))
    assert removal.forget_author(archive.conn, "Ada Example", now=LATER).posts == 3
    assert archive.ask("SELECT name FROM authors") == [("Ben Other",)]


def test_a_joint_byline_given_by_its_id_keeps_neither_of_them_out_alone(archive: Archive) -> None:
    both = byline("Ada Example and Ben Other")
    archive.save(article(1, author=both))
    assert removal.forget_author(archive.conn, both.native_id, now=LATER).posts == 1
    assert archive.save(article(2, author=byline("Ben Other"))) == Saved(new=1)


# What comes back, and what is left ----------------------------------------------------------------------------------

LONG = "We met every Tuesday for a year, and this is what changed for the people of our town. #CoProWeek " * 2


def test_a_post_does_not_come_back_under_a_new_guid_and_address(archive: Archive) -> None:
    archive.save(article(1, text=LONG), article(2, title="Short"))
    removal.forget_post(archive.conn, "https://blog.example/1", now=LATER)
    removal.forget_post(archive.conn, "https://blog.example/2", now=LATER)
    again = at("https://new.example/1", 1, text=LONG.upper().replace(" ", "\n "), aliases=("new",))
    assert archive.save(again, source=SECOND_FEED) == Saved(skipped=1)
    # Another title, other words, or words too short to tell: another post.
    others = [
        at("https://new.example/2", 2, title="Short"),
        at("https://new.example/3", 1, title="Another", text=LONG),
        at("https://new.example/4", 1, text=LONG + "!"),
    ]
    assert archive.save(*others, source=SECOND_FEED) == Saved(new=3)


def test_what_an_origin_deleted_may_be_published_elsewhere(archive: Archive) -> None:
    archive.save(article(1, text=LONG))
    archive.save_page(Page(expired=("https://blog.example/1",)))
    assert archive.save(at("https://new.example/1", text=LONG), source=SECOND_FEED) == Saved(new=1)


def test_hashtags_links_and_names_of_before_an_edit_go_with_the_post(archive: Archive) -> None:
    tags = (Hashtag(as_written="CoProWeek", origin="text"), Hashtag(as_written="AdaExample", origin="text"))
    link = Link(as_given="https://ada.example/me")
    archive.save(article(1, hashtags=tags, links=(link,), author=byline("Ada Example")), article(2))
    archive.save(article(1, text="Edited #CoProWeek"), now=LATER)
    removal.forget_post(archive.conn, "https://blog.example/1", now=LATER)
    assert archive.ask("SELECT folded FROM hashtags") == [("coproweek",)]
    assert archive.ask("SELECT canonical FROM links") == []
    assert archive.ask("SELECT name FROM authors") == [("A blog",)]
    assert b"ada.example" not in archive.bytes().lower()


@pytest.mark.parametrize("ask", ["post", "author", "site"])
def test_what_could_not_be_understood_goes_along(archive: Archive, ask: str) -> None:
    archive.save(article(1, author=byline("Ada Example")), source=SECOND_FEED)
    archive.save_page(Page(unread=(Unread(reason="odd", raw=b"xylophone"),)))
    archive.save_page(Page(unread=(Unread(reason="odd", raw=b"hers"),)), source=SEARCH)
    if ask == "post":
        removal.forget_post(archive.conn, "https://blog.example/never-seen", now=LATER)
    elif ask == "author":
        removal.forget_author(archive.conn, "Ada Example", now=LATER)
    else:
        removal.forget_site(archive.conn, "blog.example", now=LATER)
    assert [zlib.decompress(row[0]) for row in archive.ask("SELECT body FROM raw_items")] == [b"hers"]


def test_a_page_with_somebody_refused_on_it_is_not_kept(archive: Archive) -> None:
    removal.forget_author(archive.conn, "@Person1", platform="x", now=NOW)
    archive.save_page(Page(posts=(post(1), post(2)), raw=b"all of it"), source=SEARCH)
    assert archive.ask("SELECT * FROM raw_items") == []
    archive.save_page(Page(posts=(post(3),), raw=b"all of it"), source=SEARCH)
    assert archive.ask("SELECT kind FROM raw_items") == [("page",)]


def test_no_relation_to_a_refused_post_is_stored(archive: Archive) -> None:
    removal.forget_post(archive.conn, post(1).uri, now=NOW)
    relations = (Relation(kind="reply_to", uri=post(1).uri + "/?m=1"), Relation(kind="quote_of", uri=post(9).uri))
    archive.save(post(2, relations=relations), source=SEARCH)
    assert archive.ask("SELECT target_uri FROM relations") == [(post(9).uri,)]
    assert b"person1" not in archive.bytes()


def test_a_retired_site_leaves_no_hashes(archive: Archive) -> None:
    archive.save(*(article(n, text="Nothing", hashtags=()) for n in range(20)))
    removal.forget_site(archive.conn, "blog.example", now=LATER)
    assert journal.known(archive.conn, archive.source(FEED).id).identities == frozenset()


def _values(configuration: Any) -> dict[str, Any]:
    return {name: getattr(configuration, name) for name in configuration.__struct_fields__}


def test_a_full_disk_during_a_removal_says_what_to_do_and_the_removal_goes_on(archive: Archive) -> None:
    archive.save(*(article(n, text=LONG * 20) for n in range(20)))
    archive.conn.execute(f"PRAGMA max_page_count = {archive.one('PRAGMA page_count')}")
    keys = [tombstones.post_key(f"https://blog.example/{n}") for n in range(20_000)]
    with pytest.raises(ArchiveError, match="full") as caught:
        deletion.remove(archive.conn, [1], keys=keys, reason="request", now=LATER)
    assert archive.one("SELECT count(*) FROM posts WHERE hidden_reason IS NULL") == 20
    assert "it goes on where it stopped" in caught.value.message
    assert "fetched" not in caught.value.message
    archive.conn.execute("PRAGMA max_page_count = 1000000")
    assert removal.forget_site(archive.conn, "blog.example", now=LATER).posts == 20
