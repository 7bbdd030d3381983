"""Removal: everywhere, down to the file's bytes; and what was removed stays out."""

from __future__ import annotations

import random
import sqlite3
from typing import Any

import pytest

from collector.archive import deletion, journal, removal
from collector.archive.connection import ArchiveError, connect, info, transaction
from collector.archive.visit import MISSING_AT_ORIGIN, Saved
from collector.platforms import Page
from collector.posts import Author, Hashtag, Link, Media, Post, Relation, Unread
from tests.collector.archive.making import FEED, NOW, SEARCH, SECOND_FEED, Archive, article, comment, counts, post

LATER = "2026-07-09T12:00:00Z"
ADA = Author(
    platform="x",
    native_id="4711000000000000001",
    handle="AdaQuagmire",
    name="Ada Quagmire",
    url="https://x.example/AdaQuagmire",
    followers=1234,
)
SECRETS = (b"Quagmire", b"quagmire", b"xylophone", b"4711000000000000001", b"8150815", b"zanzibar", b"marzipan")


def adas_post(number: int = 1, **changes: Any) -> Post:
    """A post with a word of its own in every place where a post has words."""
    uri = f"https://x.example/AdaQuagmire/status/8150815{number}"
    values: dict[str, Any] = {
        "platform": "x",
        "uri": uri,
        "url": uri + "?lang=quagmire",
        "aliases": (f"tag:8150815{number}:zanzibar",),
        "author": ADA,
        "title": "A xylophone",
        "text": f"My xylophone plays {'xylophone ' * 300} for #CoProWeek #QuagmireFan",
        "html": "<p>My xylophone</p>",
        "content_warning": "marzipan",
        "published_at": "2026-07-06T09:00:00Z",
        "hashtags": (
            Hashtag(as_written="CoProWeek", origin="entity"),
            Hashtag(as_written="QuagmireFan", origin="entity"),
        ),
        "links": (Link(as_given="https://marzipan.example/quagmire"),),
        "media": (Media(kind="image", url="https://img.example/xylophone.png", alt="marzipan", alt_state="present"),),
        "categories": ("zanzibar",),
        "engagement": counts(NOW, likes=3),
        "comments_url": uri + "/feed",
        "local_id": "8150815",
        "raw": b'{"text": "My xylophone"}',
        "fingerprint": b"quagmire",
    }
    return Post(**{**values, **changes})


def look_for(archive: Archive, *secrets: bytes) -> list[bytes]:
    """Which of these stand anywhere in the files, in capitals or not: the search index folds them."""
    found = archive.bytes()
    folded = found.lower()
    return [secret for secret in secrets or SECRETS if secret in found or secret.lower() in folded]


def fill(archive: Archive) -> None:
    archive.save(*(post(n) for n in range(2, 40)), source=SEARCH)
    archive.save_page(Page(posts=(adas_post(), adas_post(2)), raw=b"<page>xylophone</page>"), source=SEARCH)
    archive.save(adas_post(text="Edited: a zanzibar xylophone #CoProWeek"), source=SEARCH, now=LATER)
    archive.save_page(
        Page(
            unread=(Unread(reason="odd", raw=b"quagmire"),),
            remember={f"etag {adas_post().uri}/feed": "1", "etag": "2"},
        ),
        source=SEARCH,
    )
    journal.finish_source(
        archive.conn,
        archive.round_id,
        archive.source(SEARCH).id,
        outcome="ok",
        reason=f"read {adas_post().uri} and more",
        failures=0,
        due_at=None,
        now=LATER,
    )


def assert_gone(archive: Archive) -> None:
    assert look_for(archive) == []
    assert archive.one("PRAGMA integrity_check") == "ok"
    assert archive.ask("PRAGMA foreign_key_check") == []
    archive.conn.execute("INSERT INTO post_search (post_search, rank) VALUES ('integrity-check', 1)")
    # Everybody else is still there.
    assert archive.one("SELECT count(*) FROM posts") == 38
    assert archive.one("SELECT count(*) FROM post_search('\"short\"')") == 38


# By whom and how -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target", ["AdaQuagmire", "@adaquagmire", "https://x.example/AdaQuagmire/", "4711000000000000001"]
)
def test_an_author_is_forgotten_down_to_the_bytes(archive: Archive, target: str) -> None:
    fill(archive)
    assert len(look_for(archive)) == len(SECRETS)
    removed = removal.forget_author(archive.conn, target, now=LATER)
    assert (removed.posts, removed.authors, removed.editions, removed.scrubbed) == (2, 1, ("uk-2026",), True)
    assert_gone(archive)


@pytest.mark.parametrize(
    "target",
    [
        adas_post().uri,
        adas_post().uri.replace("https://", "http://www.") + "/?utm_source=mail#top",
        adas_post().url,
        "tag:81508151:zanzibar",
    ],
)
def test_a_post_is_forgotten_by_any_of_its_names(archive: Archive, target: str) -> None:
    archive.save(*(post(n) for n in range(2, 40)), adas_post(), source=SEARCH)
    removed = removal.forget_post(archive.conn, target, now=LATER)
    assert (removed.posts, removed.authors) == (1, 1)
    assert_gone(archive)


def test_a_comment_is_forgotten_by_its_address_and_its_post_stays(archive: Archive) -> None:
    archive.save(article(1), comment(1), comment(2))
    assert removal.forget_post(archive.conn, comment(2).uri, now=LATER).posts == 1
    assert archive.ask("SELECT uri FROM posts ORDER BY id") == [(article(1).uri,), (comment(1).uri,)]
    assert archive.save(article(1), comment(1), comment(2)) == Saved(unchanged=2, skipped=1)


def test_an_author_with_other_posts_stays(archive: Archive) -> None:
    archive.save(adas_post(), adas_post(2), source=SEARCH)
    assert removal.forget_post(archive.conn, adas_post().uri, now=LATER).authors == 0
    assert archive.ask("SELECT name FROM authors") == [("Ada Quagmire",)]
    assert archive.one("SELECT count(*) FROM posts") == 1


@pytest.mark.parametrize("target", ["blog.example", "https://www.blog.example/", "BLOG.example"])
def test_a_site_is_forgotten_and_asked_no_more(archive: Archive, target: str) -> None:
    archive.save_page(
        Page(posts=(article(1), comment(1), article(2, text="Nothing", hashtags=())), remember={"etag": "1"})
    )
    elsewhere = article(3, uri="https://other.example/3", url="https://other.example/3")
    archive.save(elsewhere, source=SECOND_FEED)
    removed = removal.forget_site(archive.conn, target, now=LATER)
    assert (removed.posts, removed.context) == (2, 0)  # the comment lies on the site itself
    assert archive.ask("SELECT uri FROM posts") == [("https://other.example/3",)]
    row = archive.source(FEED)
    assert row.retired_at == LATER
    assert journal.known(archive.conn, row.id).identities == frozenset()
    assert journal.memory(archive.conn, row.id) == {}


def test_a_site_that_asked_to_be_left_out_stays_out_when_it_is_configured_again(archive: Archive) -> None:
    removal.forget_site(archive.conn, "blog.example", now=NOW)
    configuration = archive.configuration
    archive.sync(type(configuration)(**{**vars_of(configuration), "sources": (SEARCH,)}), LATER)
    archive.sync(configuration, LATER)
    assert archive.source(FEED).retired_at is not None


def vars_of(configuration: Any) -> dict[str, Any]:
    return {name: getattr(configuration, name) for name in configuration.__struct_fields__}


def test_a_byline_is_forgotten_and_the_blog_stays(archive: Archive) -> None:
    byline = Author(platform="blogs", native_id="blog.example/ada quagmire", handle="blog.example", name="Ada Quagmire")
    archive.save(article(1, author=byline), article(2))
    removal.forget_author(archive.conn, "ada  QUAGMIRE", now=LATER)
    assert archive.ask("SELECT uri FROM posts") == [("https://blog.example/2",)]
    assert look_for(archive, b"quagmire") == []
    assert archive.save(article(1, author=byline), article(2)) == Saved(unchanged=1, skipped=1)


def test_words_that_fit_two_authors_remove_nobody_and_name_them(archive: Archive) -> None:
    for host in ("a.example", "b.example"):
        byline = Author(platform="blogs", native_id=f"{host}/ada", handle=host, name="Ada")
        archive.save(article(1, uri=f"https://{host}/1", url=f"https://{host}/1", aliases=(), author=byline))
    with pytest.raises(ArchiveError, match=r"fits 2 authors.*a\.example/ada.*b\.example/ada"):
        removal.forget_author(archive.conn, "Ada", now=LATER)
    assert archive.one("SELECT count(*) FROM posts") == 2
    assert removal.forget_author(archive.conn, "b.example/ada", now=LATER).posts == 1


def test_a_display_name_is_nobodys_own_and_fits_no_account(archive: Archive) -> None:
    archive.save(adas_post(), source=SEARCH)
    with pytest.raises(ArchiveError, match="No author in the archive"):
        removal.forget_author(archive.conn, "Ada Quagmire", now=LATER)


def test_what_fits_nothing_is_said(archive: Archive) -> None:
    with pytest.raises(ArchiveError, match="no post in the archive"):
        removal.forget_post(archive.conn, "that one there", now=LATER)
    with pytest.raises(ArchiveError, match="not the name or address of a site"):
        removal.forget_site(archive.conn, "our blog", now=LATER)


# It stays out -------------------------------------------------------------------------------------------------------


def test_what_was_removed_does_not_come_back_and_is_counted_once_a_source(archive: Archive) -> None:
    fill(archive)
    removal.forget_author(archive.conn, "AdaQuagmire", now=LATER)
    renamed = adas_post(3, author=Author(platform="x", native_id=ADA.native_id, handle="SomebodyElse"))
    page = Page(posts=(adas_post(), renamed, post(50)), raw=b"xylophone")
    assert archive.save_page(page, source=SEARCH, now=LATER) == Saved(new=1, skipped=2)
    assert archive.save_page(page, source=SEARCH, now=LATER) == Saved(unchanged=1)
    assert archive.ask("SELECT day, reason, items FROM skipped") == [("2026-07-09", "request", 2)]
    assert look_for(archive) == []


def test_a_post_comes_back_under_no_other_name_either(archive: Archive) -> None:
    archive.save(article(1))
    removal.forget_post(archive.conn, "https://blog.example/1", now=LATER)
    names = (
        article(1, uri="http://www.blog.example/1/?utm_source=x", url=None, aliases=()),
        article(1, uri="urn:feed-entry:1", url="https://blog.example/1", aliases=()),
        article(1, uri="urn:feed-entry:2", url=None, aliases=("guid-1",)),
    )
    for one in names:
        assert archive.save(one) == Saved(skipped=1)
    assert archive.one("SELECT count(*) FROM posts") == 0


def test_somebody_who_is_not_in_the_archive_yet_is_kept_out(archive: Archive) -> None:
    removal.forget_author(archive.conn, "@AdaQuagmire", platform="x", reason="opt-out", now=NOW)
    removal.forget_post(archive.conn, "https://blog.example/1", now=NOW)
    assert archive.save(adas_post(), post(2), source=SEARCH) == Saved(new=1, skipped=1)
    assert archive.save(article(1), article(2)) == Saved(new=1, skipped=1)
    assert archive.ask("SELECT reason, items FROM skipped ORDER BY 1") == [("opt-out", 1), ("request", 1)]


def test_a_tombstone_tells_nothing_without_the_archives_key(archive: Archive) -> None:
    archive.save(adas_post(), source=SEARCH)
    removal.forget_author(archive.conn, "AdaQuagmire", reason="opt-out", now=LATER)
    stones = archive.ask("SELECT scope, length(key_hash), reason, removed_at FROM tombstones ORDER BY 1")
    assert {row[0] for row in stones} == {"author", "post"}
    assert {row[1:] for row in stones} == {(32, "opt-out", LATER)}


def test_other_peoples_replies_stay_without_the_address_they_replied_to(archive: Archive) -> None:
    reply = post(7, relations=(Relation(kind="reply_to", uri=adas_post().uri),))
    archive.save(adas_post(), reply, source=SEARCH)
    removed = removal.forget_post(archive.conn, adas_post().uri, now=LATER)
    assert removed.context == 0
    assert archive.ask("SELECT uri FROM posts") == [(reply.uri,)]
    # Also when the reply comes again, changed.
    archive.save(post(7, text="Edited #CoProWeek", relations=reply.relations), source=SEARCH, now=LATER)
    assert archive.ask("SELECT * FROM relations") == []
    assert look_for(archive, b"8150815") == []


def test_what_others_replied_to_names_nobody_who_was_forgotten(archive: Archive) -> None:
    unseen = "https://x.example/AdaQuagmire/status/1"
    reply = post(7, relations=(Relation(kind="reply_to", uri=unseen), Relation(kind="quote_of", uri=post(8).uri)))
    archive.save(adas_post(), reply, source=SEARCH)
    removal.forget_author(archive.conn, "AdaQuagmire", now=LATER)
    assert archive.ask("SELECT target_uri FROM relations") == [(post(8).uri,)]
    assert look_for(archive, b"AdaQuagmire") == []


def test_a_byline_that_leaves_takes_no_other_comments_along(archive: Archive) -> None:
    byline = Author(
        platform="blogs", native_id="blog.example/ada", handle="blog.example", name="Ada", url="https://blog.example/"
    )
    archive.save(article(1), article(2, author=byline), comment(1))
    removal.forget_author(archive.conn, "Ada", now=LATER)
    assert archive.ask("SELECT target_uri FROM relations") == [("https://blog.example/1",)]


def test_context_goes_with_its_item_unless_it_belongs_to_another(archive: Archive) -> None:
    on_both = comment(2, relations=tuple(Relation(kind="comment_on", uri=f"https://blog.example/{n}") for n in (1, 2)))
    archive.save(article(1), article(2), comment(1), on_both)
    removed = removal.forget_post(archive.conn, "https://blog.example/1", now=LATER)
    assert (removed.posts, removed.context) == (1, 1)
    assert archive.ask("SELECT uri FROM posts ORDER BY 1") == [(on_both.uri,), ("https://blog.example/2",)]


def test_hashtags_and_links_of_others_stay(archive: Archive) -> None:
    archive.save(adas_post(), post(2, links=(Link(as_given="https://scie.example/"),)), source=SEARCH)
    removal.forget_author(archive.conn, "AdaQuagmire", now=LATER)
    assert archive.ask("SELECT folded FROM hashtags") == [("coproweek",)]
    assert archive.ask("SELECT canonical FROM links") == [("https://scie.example",)]


# Figures, counts ----------------------------------------------------------------------------------------------------


def test_figures_of_the_editions_it_touched_are_removed_and_computed_anew(archive: Archive) -> None:
    archive.conn.execute("CREATE TABLE figures (id INTEGER PRIMARY KEY, edition_id TEXT)")
    archive.conn.execute("INSERT INTO figures (edition_id) VALUES ('uk-2025'), ('uk-2026')")
    archive.save(adas_post(), source=SEARCH)
    removal.forget_post(archive.conn, adas_post().uri, now=LATER)
    assert archive.ask("SELECT edition_id FROM figures") == [("uk-2025",)]
    assert archive.ask("SELECT * FROM edition_changes WHERE edition_id = 'uk-2026'") == [("uk-2026", LATER)]


def test_the_report_can_say_how_many_items_were_removed_and_why(archive: Archive) -> None:
    archive.save(adas_post(), adas_post(2), adas_post(3, published_at="2027-01-01T00:00:00Z"), source=SEARCH)
    archive.save(article(1), comment(1))
    removal.forget_author(archive.conn, "AdaQuagmire", now=LATER)
    removal.forget_post(archive.conn, "https://blog.example/1", reason="opt-out", now=LATER)
    assert archive.ask("SELECT * FROM removals ORDER BY platform, edition_id") == [
        ("2026-07-09", "blogs", "uk-2026", "opt-out", 1),
        ("2026-07-09", "x", "", "request", 1),
        ("2026-07-09", "x", "uk-2026", "request", 2),
    ]


# Deleted at its origin -----------------------------------------------------------------------------------------------


def test_what_its_origin_says_is_gone_goes_at_once(archive: Archive) -> None:
    archive.save(article(1, text="A xylophone #CoProWeek"), comment(1))
    archive.save_page(Page(expired=("https://blog.example/1",)), now=LATER)
    assert archive.one("SELECT count(*) FROM posts") == 0
    assert archive.ask("SELECT reason, posts FROM removals") == [("deleted at its origin", 1)]
    assert removal.scrub(archive.conn)
    assert look_for(archive, b"xylophone") == []
    assert archive.save(article(1)) == Saved(skipped=1)


def test_bytes_of_what_its_origin_deleted_go_once_a_day(archive: Archive) -> None:
    removal.expire(archive.conn, "2026-07-09T00:00:00Z")
    archive.save(article(1, text="A xylophone #CoProWeek"))
    archive.save_page(Page(expired=("https://blog.example/1",)), now=LATER)
    removal.expire(archive.conn, "2026-07-09T12:00:20Z")
    assert look_for(archive, b"xylophone") != []
    removal.expire(archive.conn, "2026-07-10T00:00:00Z")
    assert look_for(archive, b"xylophone") == []


def test_another_blogs_feed_cannot_have_a_post_removed(archive: Archive) -> None:
    archive.save(article(1))
    archive.save_page(Page(expired=("https://blog.example/1",)), source=SECOND_FEED)
    # Not even after it has shown it as well.
    archive.save(article(1), source=SECOND_FEED)
    archive.save_page(Page(expired=("https://blog.example/1", "guid-1")), source=SECOND_FEED)
    assert archive.one("SELECT count(*) FROM posts") == 1


# Interrupted, observed -----------------------------------------------------------------------------------------------


def test_a_removal_that_is_cut_off_shows_nothing_and_is_finished_later(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletion, "POSTS_A_TRANSACTION", 3)
    archive.save(*(adas_post(n) for n in range(10)), source=SEARCH)
    original, calls = deletion.delete, []

    def cut_off(*args: Any) -> None:
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        original(*args)

    monkeypatch.setattr(deletion, "delete", cut_off)
    with pytest.raises(KeyboardInterrupt):
        removal.forget_author(archive.conn, "AdaQuagmire", now=LATER)
    monkeypatch.setattr(deletion, "delete", original)
    assert archive.one("SELECT count(*) FROM posts") == 4
    assert archive.one("SELECT count(*) FROM items") == 0
    assert archive.save(adas_post(), source=SEARCH) == Saved(skipped=1)
    removal.expire(archive.conn, LATER)
    assert archive.one("SELECT count(*) FROM posts") == 0
    assert archive.ask("SELECT reason, posts FROM removals") == [("request", 10)]
    assert look_for(archive) == []


def test_while_somebody_reads_the_bytes_wait_and_go_with_the_next_round(archive: Archive) -> None:
    archive.save(adas_post(), source=SEARCH)
    archive.conn.execute("PRAGMA busy_timeout = 0")
    reader = sqlite3.connect(archive.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM posts").fetchone()
    removed = removal.forget_author(archive.conn, "AdaQuagmire", now=LATER)
    assert not removed.scrubbed
    reader.close()
    removal.expire(archive.conn, LATER)
    assert look_for(archive) == []
    assert info(archive.conn, "scrubbing") is None


def test_the_search_index_is_rewritten_in_steps_that_hold_up_nobody_for_long(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletion, "INDEX_PAGES_A_TRANSACTION", 2)
    rng = random.Random(4)
    for number in range(8):
        words = [" ".join(f"w{rng.randrange(4000)}" for _ in range(300)) for _ in range(20)]
        archive.save(
            *(post(number * 100 + n, text=f"{word} #CoProWeek") for n, word in enumerate(words)), source=SEARCH
        )
    archive.save(adas_post(), source=SEARCH)
    begins: list[str] = []
    archive.conn.set_trace_callback(lambda sql: begins.append(sql) if sql.startswith("BEGIN") else None)
    removal.forget_author(archive.conn, "AdaQuagmire", now=LATER)
    archive.conn.set_trace_callback(None)
    assert len(begins) > 8
    assert look_for(archive) == []


@pytest.mark.parametrize("seed", [3, 7])
def test_nothing_is_left_over_where_pages_of_the_file_were_split_and_joined(archive: Archive, seed: int) -> None:
    """Rows of all sizes come, are edited and go, so that the file's pages are rearranged in every way."""
    rng = random.Random(seed)
    there: dict[int, Post] = {}
    for number in range(60):
        text = f"#CoProWeek xylophone{number} " + "marzipan " * rng.choice([1, 5, 50, 600, 3000])
        there[number] = adas_post(
            number, text=text, raw=text.encode() * 2, aliases=(f"zanzibar{number}{'z' * rng.randrange(300)}",)
        )
        archive.save(there[number], post(1000 + number), source=SEARCH)
        if rng.random() < 0.4:
            other = rng.choice(list(there))
            archive.save(
                adas_post(other, text="zanzibar " * rng.randrange(1000) + "#CoProWeek"), source=SEARCH, now=LATER
            )
        if rng.random() < 0.4:
            gone = there.pop(rng.choice(list(there)))
            removal.forget_post(archive.conn, gone.uri, now=LATER)
            assert f"xylophone{gone.uri.rpartition('8150815')[2]} ".encode() not in archive.bytes()
    removal.forget_author(archive.conn, "AdaQuagmire", now=LATER)
    assert look_for(archive) == []
    assert archive.one("SELECT count(*) FROM posts") == 60


# Hidden -------------------------------------------------------------------------------------------------------------


def test_a_hidden_post_is_shown_nowhere_until_it_is_shown_again(archive: Archive) -> None:
    archive.save(article(1), article(2))
    removal.hide(archive.conn, [1], "a privacy flag", LATER)
    assert archive.ask("SELECT title FROM items") == [("Article 2",)]
    assert archive.one("SELECT changed_at FROM edition_changes WHERE edition_id = 'uk-2026'") == LATER
    removal.unhide(archive.conn, [1, 2], "another reason", LATER)
    archive.save(article(1), now=LATER)
    assert archive.ask("SELECT title FROM items") == [("Article 2",)]
    removal.unhide(archive.conn, [1, 2], "a privacy flag", LATER)
    assert len(archive.ask("SELECT title FROM items")) == 2


def test_a_post_that_was_missing_and_is_met_again_is_shown_again(archive: Archive) -> None:
    archive.save(article(1))
    removal.hide(archive.conn, [1], MISSING_AT_ORIGIN, NOW)
    archive.save(article(1), source=SECOND_FEED, now=LATER)
    assert archive.ask("SELECT * FROM items") == []  # another blog's feed may be an old copy
    archive.save(article(1), now=LATER)
    assert len(archive.ask("SELECT * FROM items")) == 1
    assert archive.one("SELECT changed_at FROM edition_changes WHERE edition_id = 'uk-2026'") == LATER


# When its time is over ----------------------------------------------------------------------------------------------


def test_raw_items_go_after_30_days_and_pages_after_7(archive: Archive) -> None:
    archive.save_page(Page(posts=(article(1, raw=b"xylophone"),), raw=b"page"))
    for now, left in (("2026-07-15T11:59:59Z", 2), ("2026-07-15T12:00:00Z", 1), ("2026-08-07T12:00:00Z", 0)):
        removal.expire(archive.conn, now)
        assert archive.one("SELECT count(*) FROM raw_items") == left


def test_rounds_that_brought_nothing_are_forgotten_after_90_days(archive: Archive) -> None:
    row = archive.source()
    for day, outcome in ((1, "unchanged"), (2, "failed"), (3, "ok")):
        at = f"2026-01-0{day}T00:00:00Z"
        number = journal.begin_round(archive.conn, "collect", at, "1")
        journal.begin_source(archive.conn, number, row.id, at)
        journal.finish_source(archive.conn, number, row.id, outcome=outcome, failures=0, due_at=None, now=at)
    archive.conn.execute("UPDATE round_sources SET new_posts = 1 WHERE outcome = 'ok'")
    removal.expire(archive.conn, "2026-02-01T00:00:00Z")
    assert archive.one("SELECT count(*) FROM round_sources") == 3
    removal.expire(archive.conn, "2026-07-01T00:00:00Z")
    assert archive.ask("SELECT outcome FROM round_sources ORDER BY 1") == [("failed",), ("ok",)]


def test_an_author_that_an_edit_left_without_posts_is_forgotten(archive: Archive) -> None:
    byline = Author(platform="blogs", native_id="blog.example/ada", handle="blog.example", name="Ada Quagmire")
    archive.save(article(1, author=byline, hashtags=(Hashtag(as_written="CoProWeekAda", origin="text"),)))
    archive.save(article(1, hashtags=(Hashtag(as_written="CoProWeek", origin="text"),)), now=LATER)
    removal.expire(archive.conn, LATER)
    assert archive.ask("SELECT name FROM authors") == [("A blog",)]
    assert archive.ask("SELECT folded FROM hashtags") == [("coproweek",)]
    assert look_for(archive, b"Quagmire") == []


def test_posts_go_when_the_time_for_which_they_may_be_kept_is_over_and_figures_stay(archive: Archive) -> None:
    archive.conn.execute("CREATE TABLE figures (id INTEGER PRIMARY KEY, edition_id TEXT)")
    archive.conn.execute("INSERT INTO figures (edition_id) VALUES ('uk-2025')")
    old = "2025-07-01T09:00:00Z"
    archive.save(
        article(1, published_at=old, text="A xylophone #CoProWeek"),
        article(
            2, published_at=old, hashtags=(*article().hashtags, Hashtag(as_written="CoProWeekScot", origin="text"))
        ),
        article(3),
        comment(1, published_at=old),
    )
    changed = archive.ask("SELECT * FROM edition_changes")
    # Frozen 56 days after 4 July 2025, at local midnight: 2025-08-29T23:00:00Z.
    assert removal.expire(archive.conn, "2026-08-29T22:59:59Z", keep_days=365).posts == 0
    assert removal.expire(archive.conn, "2026-08-29T23:00:00Z", keep_days=365).posts == 2
    assert archive.ask("SELECT uri FROM posts ORDER BY 1") == [("https://blog.example/2",), ("https://blog.example/3",)]
    assert archive.ask("SELECT edition_id FROM figures") == [("uk-2025",)]
    assert archive.ask("SELECT * FROM edition_changes") == changed
    assert archive.ask("SELECT edition_id, posts FROM removals") == [("uk-2025", 1)]
    assert archive.one("SELECT content_removed_at FROM editions WHERE id = 'uk-2025'") == "2026-08-29T23:00:00Z"
    removal.expire(archive.conn, "2026-08-30T00:00:00Z", keep_days=365)
    assert look_for(archive, b"xylophone") == []


def test_what_is_kept_no_longer_is_not_collected_again(archive: Archive) -> None:
    old = article(1, published_at="2025-07-01T09:00:00Z")
    archive.save(old)
    removal.expire(archive.conn, "2030-01-01T00:00:00Z", keep_days=0)
    changed = article(1, published_at="2025-07-01T09:00:00Z", text="Edited #CoProWeek", fingerprint=b"new")
    assert archive.save(changed, now="2030-01-02T00:00:00Z") == Saved(unchanged=1)
    assert archive.one("SELECT count(*) FROM posts") == 0


def test_without_a_retention_time_posts_stay(archive: Archive) -> None:
    archive.save(article(1, published_at="2016-07-05T09:00:00Z"))
    assert removal.expire(archive.conn, "2056-01-01T00:00:00Z").posts == 0
    assert archive.one("SELECT count(*) FROM posts") == 1


def test_nothing_to_expire_asks_for_no_turn_to_write(archive: Archive) -> None:
    removal.expire(archive.conn, NOW)
    writer = connect(archive.path)
    archive.conn.execute("PRAGMA busy_timeout = 0")
    with transaction(writer):
        removal.expire(archive.conn, "2026-07-08T12:00:20Z")
    writer.close()
