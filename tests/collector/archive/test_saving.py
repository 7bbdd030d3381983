"""What becomes of a page: new posts, posts met again, edits, identities, dates, context, and what does not match."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from collector.archive import saving
from collector.archive.visit import Saved
from collector.platforms import Covered, Page, identity_hash
from collector.posts import Author, Hashtag, Interval, Link, Media, Post, Relation, Unread
from tests.collector.archive.making import FEED, NOW, SEARCH, SECOND_FEED, Archive, article, comment, counts, post

LATER = "2026-07-08T13:00:00Z"
MUCH_LATER = "2026-07-12T13:00:00Z"

SEEN = ("round_sources", "rounds")
"""Where the same page again leaves a trace even at the same moment: rounds count what they met."""


# A page -------------------------------------------------------------------------------------------------------------


def test_a_page_is_saved_whole(archive: Archive) -> None:
    full = article(
        1,
        title="We share power",
        author=Author(
            platform="blogs",
            native_id="blog.example/ada example",
            handle="blog.example",
            name="Ada Example",
            url="https://blog.example/ada",
        ),
        categories=("Co-production Week", "News"),
        hashtags=(
            Hashtag(as_written="CoProWeek", origin="text"),
            Hashtag(as_written="coproweek", origin="category"),
            Hashtag(as_written="SharingPower", origin="text"),
        ),
        links=(
            Link(as_given="http://www.scie.example/report/?utm_source=x#top"),
            Link(as_given="https://t.example/1", expanded="https://scie.example/other?id=2"),
            Link(as_given="mailto:ada@blog.example"),
        ),
        media=(
            Media(kind="image", url="https://blog.example/1.png", alt="Two people", alt_state="present"),
            Media(kind="image", url="https://blog.example/2.png", alt=None, alt_state="absent"),
            Media(kind="embed", url="https://video.example/3", alt=None, alt_state="not_offered"),
        ),
        language="en",
        language_from="detected",
        comments_url="https://blog.example/1/feed/",
        raw=b"<item>1</item>",
    )
    assert archive.save(full) == Saved(new=1)
    assert archive.ask(
        "SELECT platform, uri, kind, published_at, published_from, first_seen_at, last_seen_at, version, language, "
        "language_from, images, images_with_alt, likes FROM posts"
    ) == [
        (
            "blogs",
            "https://blog.example/1",
            "article",
            "2026-07-06T09:00:00Z",
            "stated",
            NOW,
            NOW,
            1,
            "en",
            "detected",
            2,
            1,
            None,
        )
    ]
    assert archive.ask("SELECT name, handle, organisation_id FROM authors") == [
        ("Ada Example", "blog.example", "organiser")
    ]
    assert archive.ask(
        "SELECT folded, as_written, origin FROM post_hashtags JOIN hashtags ON hashtags.id = hashtag_id ORDER BY 1, 3"
    ) == [
        ("coproweek", "coproweek", "category"),
        ("coproweek", "CoProWeek", "text"),
        ("sharingpower", "SharingPower", "text"),
    ]
    assert archive.ask("SELECT category FROM post_categories ORDER BY position") == [("Co-production Week",), ("News",)]
    assert archive.ask(
        "SELECT position, as_given, canonical, domain FROM post_links JOIN links ON links.id = link_id ORDER BY 1"
    ) == [
        (0, "http://www.scie.example/report/?utm_source=x#top", "https://www.scie.example/report", "scie.example"),
        (1, "https://t.example/1", "https://scie.example/other?id=2", "scie.example"),
    ]
    assert archive.ask("SELECT kind, term, place FROM post_matches ORDER BY place, term") == [
        ("hashtag", "Co-production Week", "category"),
        ("hashtag", "coproweek", "category"),
        ("hashtag", "CoProWeek", "text"),
    ]
    assert archive.ask("SELECT edition_id, phase, role, local_day, local_hour FROM edition_posts") == [
        ("uk-2026", "week", "tagged", "2026-07-06", 10)  # 09:00 UTC is 10:00 in British Summer Time
    ]
    assert archive.ask("SELECT alias FROM post_aliases") == [("guid-1",)]
    assert archive.ask("SELECT kind, received_at, expires_at FROM raw_items") == [("item", NOW, "2026-08-07T12:00:00Z")]


def test_the_same_page_again_changes_nothing(archive: Archive) -> None:
    page = Page(
        posts=(
            article(1, raw=b"<item/>"),
            comment(1),
            article(2, text="Something about co-production", hashtags=()),
            article(3, text="Something else", hashtags=()),
        ),
        unread=(Unread(reason="no date", raw=b"?", fingerprint=b"?"),),
        covered=(Covered(interval=Interval("2026-07-01T00:00:00Z", NOW)),),
        raw=b"<rss/>",
        remember={"etag": "1"},
    )
    assert archive.save_page(page) == Saved(new=2, unmatched=2, not_understood=1)
    before = archive.everything(without=SEEN)
    assert archive.save_page(page) == Saved(unchanged=5)
    assert archive.everything(without=SEEN) == before


def test_meeting_a_post_again_later_says_when(archive: Archive) -> None:
    archive.save(article(1))
    archive.save(article(1), now=LATER)
    assert archive.ask("SELECT first_seen_at, last_seen_at FROM posts") == [(NOW, LATER)]
    assert archive.ask("SELECT first_seen_at, last_seen_at FROM sightings") == [(NOW, LATER)]


def test_a_post_seen_by_two_sources_is_one_post_with_two_sightings(archive: Archive) -> None:
    archive.save(article(1, local_id="a"))
    assert archive.save(article(1, local_id="b"), source=SECOND_FEED, now=LATER) == Saved(unchanged=1)
    assert archive.ask("SELECT source_id, first_seen_at, local_id FROM sightings ORDER BY 1") == [
        (archive.source(FEED).id, NOW, "a"),
        (archive.source(SECOND_FEED).id, LATER, "b"),
    ]


def test_the_same_uri_on_two_platforms_is_two_posts(archive: Archive) -> None:
    archive.save(post(1), replace(post(1), platform="mastodon"), source=SEARCH)
    assert archive.ask("SELECT platform FROM posts ORDER BY 1") == [("mastodon",), ("x",)]


def test_a_post_twice_on_one_page_is_one_post_as_it_stands_last(archive: Archive) -> None:
    assert archive.save(article(1), article(1, text="#CoProWeek, corrected")) == Saved(new=1, changed=1)
    assert archive.ask("SELECT text FROM post_texts") == [("#CoProWeek, corrected",)]


def test_a_long_page_is_saved_in_transactions_of_bounded_size_with_its_coverage_in_the_last(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "MOST_ROWS", 50)
    covered = []

    def watch(statement: str) -> None:
        if statement == "COMMIT":
            covered.append(archive.one("SELECT count(*) FROM coverage"))

    archive.conn.set_trace_callback(watch)
    page = Page(
        posts=tuple(article(n) for n in range(12)),
        covered=(Covered(interval=Interval("2026-07-01T00:00:00Z", NOW)),),
    )
    saved = archive.save_page(page)
    archive.conn.set_trace_callback(None)
    assert saved == Saved(new=12)
    # The round's own COMMIT, then those of the page: the ledger's row stands only when the last is under way.
    assert len(covered) > 3
    assert covered[1:] == [0] * (len(covered) - 2) + [1]


def test_a_post_that_cannot_be_stored_is_kept_as_not_understood_and_the_rest_goes_on(archive: Archive) -> None:
    odd: list[Post] = [
        article(2, published_at="yesterday"),
        replace(article(3), kind="poem"),  # type: ignore[arg-type]
        article(4, hashtags=(Hashtag(as_written="CoProWeek", origin="tattoo"),)),  # type: ignore[arg-type]
    ]
    assert archive.save(article(1), *odd, article(5)) == Saved(new=2, not_understood=3)
    assert archive.ask("SELECT kind, count(*) FROM raw_items GROUP BY 1") == [("not_understood", 3)]
    reasons = archive.ask("SELECT reason FROM raw_items ORDER BY 1")
    assert "'yesterday' is not a time in UTC" in reasons[0][0]
    assert archive.save(article(1), *odd, article(5)) == Saved(unchanged=5)


def test_what_could_not_be_understood_is_counted_and_kept_but_not_without_end(archive: Archive) -> None:
    unread = tuple(Unread(reason="odd", raw=b"x" * 100_000, fingerprint=b"%d" % n) for n in range(250))
    assert archive.save_page(Page(unread=unread)).not_understood == 250
    assert archive.one("SELECT count(*) FROM raw_items") == 200
    assert archive.one("SELECT not_understood FROM round_sources") == 250


# Edits --------------------------------------------------------------------------------------------------------------


def test_an_edit_is_a_new_version_and_the_old_words_stay(archive: Archive) -> None:
    archive.save(article(1))
    edited = article(1, title="Better title", text="Better words #CoProWeek", edited_at="2026-07-08T12:30:00Z")
    assert archive.save(edited, now=LATER) == Saved(changed=1)
    assert archive.ask("SELECT version, edited_at, last_seen_at FROM posts") == [(2, "2026-07-08T12:30:00Z", LATER)]
    assert archive.ask("SELECT title, text FROM post_texts") == [("Better title", "Better words #CoProWeek")]
    assert archive.ask("SELECT version, replaced_at, title, text FROM post_versions") == [
        (1, LATER, "Article 1", "Words of article 1 about #CoProWeek")
    ]
    assert archive.save(edited, now=MUCH_LATER) == Saved(unchanged=1)


def test_an_edit_that_nobody_dated_is_dated_by_when_it_was_noticed(archive: Archive) -> None:
    archive.save(article(1))
    archive.save(article(1, text="Other #CoProWeek"), now=LATER)
    assert archive.one("SELECT edited_at FROM posts") == LATER


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "Words  of article 1\n\nabout #CoProWeek "},
        {"html": "<p class='x'>Words of article 1 about #CoProWeek</p>"},
        {"fingerprint": b"another"},
        {"title": " Article  1"},
    ],
)
def test_white_space_and_markup_are_no_edit(archive: Archive, changes: dict[str, str]) -> None:
    archive.save(article(1))
    assert archive.save(article(1, **changes), now=LATER) == Saved(unchanged=1)
    assert archive.one("SELECT count(*) FROM post_versions") == 0


def test_a_changed_tracking_parameter_is_no_edit(archive: Archive) -> None:
    said = "#CoProWeek: https://blog.example/a?utm_source={0}&page=1"
    archive.save(article(1, text=said.format("x")))
    assert archive.save(article(1, text=said.format("y")), now=LATER) == Saved(unchanged=1)


def test_the_words_of_today_are_found_and_those_of_yesterday_are_not(archive: Archive) -> None:
    archive.save(article(1, text="#CoProWeek xylophone"))
    archive.save(article(1, text="#CoProWeek zither"), now=LATER)
    found = {word: archive.one("SELECT count(*) FROM post_search(?)", word) for word in ("xylophone", "zither")}
    assert found == {"xylophone": 0, "zither": 1}


def test_a_text_that_goes_back_and_forth_is_kept_once(archive: Archive) -> None:
    texts = [article(1, text=f"#CoProWeek {word}") for word in ("one", "two")]
    for n in range(10):
        archive.save(texts[n % 2], now=f"2026-07-08T12:0{n}:00Z")
    assert archive.ask("SELECT text FROM post_versions ORDER BY version") == [("#CoProWeek one",), ("#CoProWeek two",)]
    assert archive.one("SELECT version FROM posts") == 10


def test_versions_end_somewhere(archive: Archive) -> None:
    for n in range(110):
        archive.save(article(1, text=f"#CoProWeek {n}"), now=f"2026-07-08T{n // 60 + 12}:{n % 60:02}:00Z")
    assert archive.one("SELECT count(*) FROM post_versions") == 100
    assert archive.one("SELECT version FROM posts") == 110
    assert archive.one("SELECT text FROM post_texts") == "#CoProWeek 109"


def test_long_versions_end_sooner(archive: Archive) -> None:
    for n in range(30):
        archive.save(article(1, text=f"#CoProWeek {n} {'long ' * 49_000}"), now=f"2026-07-08T12:{n:02}:00Z")
    assert archive.one("SELECT sum(length(text)) FROM post_versions") < 5_000_000


def test_older_words_that_come_late_become_a_version_and_nothing_else_changes(archive: Archive) -> None:
    archive.save(article(1, text="#CoProWeek new", edited_at="2026-07-08T10:00:00Z"))
    old = article(1, text="#CoProWeek old", edited_at="2026-07-07T10:00:00Z")
    assert archive.save(old, now=LATER) == Saved(changed=1)
    assert archive.one("SELECT text FROM post_texts") == "#CoProWeek new"
    assert archive.ask("SELECT text FROM post_versions") == [("#CoProWeek old",)]
    assert archive.save(old, now=MUCH_LATER) == Saved(unchanged=1)


WHOLE = "We met every Tuesday for a year, and this is what changed. #CoProWeek " + "More of the story. " * 20


def test_the_beginning_of_words_that_are_there_is_no_edit(archive: Archive) -> None:
    archive.save(article(1, text=WHOLE))
    before = archive.everything(without=(*SEEN, "feed_entries"))
    beginning = article(1, text=WHOLE[:60] + " […]", html=None, hashtags=(), summary_only=True, fingerprint=b"short")
    assert archive.save(beginning) == Saved(unchanged=1)
    assert archive.everything(without=(*SEEN, "feed_entries")) == before


def test_a_new_title_over_the_beginning_keeps_the_words(archive: Archive) -> None:
    archive.save(article(1, text=WHOLE))
    renamed = article(1, title="A better title", text=WHOLE[:60] + " […]", summary_only=True)
    assert archive.save(renamed, now=LATER) == Saved(changed=1)
    assert archive.ask("SELECT title, text FROM post_texts") == [("A better title", WHOLE)]
    assert archive.save(renamed, now=MUCH_LATER) == Saved(unchanged=1)


def test_a_summary_in_other_words_takes_no_longer_ones_away(archive: Archive) -> None:
    archive.save(article(1, text=WHOLE, published_from="first_seen"))
    other = article(
        1,
        text="What we did on our Tuesdays.",
        hashtags=(),
        summary_only=True,
        published_at="2026-07-07T09:00:00Z",
        engagement=counts(LATER, comments=4),
    )
    assert archive.save(other, now=LATER) == Saved(unchanged=1)
    assert archive.ask("SELECT text FROM post_texts") == [(WHOLE,)]
    assert archive.ask("SELECT * FROM post_versions") == []
    # The counts and a better date are taken.
    assert archive.ask("SELECT version, comments, published_at FROM posts") == [(1, 4, "2026-07-07T09:00:00Z")]


def test_a_summary_that_says_more_than_the_one_before_is_an_edit(archive: Archive) -> None:
    archive.save(article(1, text="#CoProWeek is soon", summary_only=True))
    assert archive.save(article(1, text="#CoProWeek is very soon", summary_only=True), now=LATER) == Saved(changed=1)


def test_whole_words_take_the_place_of_their_beginning(archive: Archive) -> None:
    archive.save(article(1, text=WHOLE[:75], summary_only=True))
    assert archive.save(article(1, text=WHOLE), now=LATER) == Saved(changed=1)
    assert archive.one("SELECT text FROM post_texts") == WHOLE


def test_an_edit_that_takes_the_hashtag_out_leaves_the_post_an_item_and_says_so(archive: Archive) -> None:
    archive.save(article(1))
    archive.save(article(1, text="No tag any more", hashtags=()), now=LATER)
    said = [("tagged", "was tagged before an edit: hashtag #CoProWeek in the text; no longer")]
    assert archive.ask("SELECT role, why FROM edition_posts") == said
    # Also after the campaign's terms have changed; and not when the tag is there again.
    campaign = replace(archive.configuration.campaigns[0], phrases=("co-production fortnight",))
    archive.sync(replace(archive.configuration, campaigns=(campaign,)), LATER)
    assert archive.ask("SELECT role, why FROM edition_posts") == said
    archive.save(article(1, text="#CoProWeek is back"), now=MUCH_LATER)
    assert archive.ask("SELECT why FROM edition_posts") == [("hashtag #CoProWeek in the text",)]


def test_an_edit_changes_why_a_post_is_here(archive: Archive) -> None:
    archive.save(article(1, categories=("CoProWeek",), text="Words", hashtags=()))
    other = article(1, text="Now it is co-production week", hashtags=())
    archive.save(other, now=LATER)
    assert archive.ask("SELECT why FROM edition_posts") == [("“co-production week” in the text",)]
    archive.save(article(1, text="Nothing", hashtags=()), now=MUCH_LATER)
    campaign = replace(archive.configuration.campaigns[0], phrases=())
    archive.sync(replace(archive.configuration, campaigns=(campaign,)), MUCH_LATER)
    assert archive.ask("SELECT why FROM edition_posts") == [
        ("was tagged before an edit: category “CoProWeek”; no longer",)
    ]


def test_a_summary_does_not_say_that_a_tag_is_gone(archive: Archive) -> None:
    archive.save(article(1, text=WHOLE))
    archive.save(article(1, title="New", text="Beginning", hashtags=(), summary_only=True), now=LATER)
    assert archive.ask("SELECT why FROM edition_posts") == [("hashtag #CoProWeek in the text",)]


def test_an_edit_that_adds_another_campaigns_hashtag_makes_it_an_item_there_too(archive: Archive) -> None:
    archive.save(article(1))
    tags = (Hashtag(as_written="CoProWeek", origin="text"), Hashtag(as_written="CoProWeekScot", origin="text"))
    archive.save(article(1, text="#CoProWeek #CoProWeekScot", hashtags=tags), now=LATER)
    assert archive.ask("SELECT edition_id, phase FROM edition_posts ORDER BY 1") == [
        ("scot-2026", "early"),
        ("uk-2026", "week"),
    ]


# Identity -----------------------------------------------------------------------------------------------------------


def test_a_changed_guid_is_the_same_post_and_both_guids_are_known(archive: Archive) -> None:
    archive.save(article(1, aliases=("guid-a",)))
    assert archive.save(article(1, aliases=("guid-b",))) == Saved(unchanged=1)
    assert archive.ask("SELECT alias FROM post_aliases ORDER BY 1") == [("guid-a",), ("guid-b",)]


def test_a_changed_address_with_the_same_guid_is_the_same_post(archive: Archive) -> None:
    archive.save(article(1, uri="http://blog.example/1", url="http://blog.example/1"))
    moved = article(1, uri="https://blog.example/1", url="https://blog.example/1")
    assert archive.save(moved) == Saved(unchanged=1)
    assert archive.ask("SELECT uri, url FROM posts") == [("http://blog.example/1", "https://blog.example/1")]
    # By its new address alone it is known as well.
    assert archive.save(replace(moved, aliases=())) == Saved(unchanged=1)


def test_a_post_that_is_dated_anew_stays_one_post_on_its_first_day(archive: Archive) -> None:
    archive.save(article(1))
    assert archive.save(article(1, published_at="2026-07-08T09:00:00Z")) == Saved(unchanged=1)
    assert archive.ask("SELECT published_at FROM posts") == [("2026-07-06T09:00:00Z",)]
    assert archive.ask("SELECT local_day FROM edition_posts") == [("2026-07-06",)]


def test_a_feed_that_gives_every_entry_one_guid_keeps_all_its_entries(archive: Archive) -> None:
    same = ("https://blog.example/",)
    assert archive.save(*(article(n, aliases=same) for n in range(3))) == Saved(new=3)
    # Entries that come one by one, each with the guid of the others.
    for n in range(3, 6):
        saved = archive.save(article(n, aliases=same, published_at=f"2026-07-0{n}T09:00:00Z"))
        assert saved.new == 1
    assert archive.one("SELECT count(*) FROM posts") == 6


def test_an_identity_of_two_stored_posts_merges_neither(archive: Archive) -> None:
    archive.save(article(1, aliases=()), article(2, aliases=()))
    saved = archive.save(article(1, aliases=("https://blog.example/2",)))
    assert saved == Saved(unchanged=1, collisions=1)
    assert archive.one("SELECT count(*) FROM posts") == 2
    assert archive.ask("SELECT * FROM post_aliases") == []
    assert archive.one("SELECT collisions FROM round_sources") == 1


def test_nobody_can_take_the_address_of_somebody_elses_next_post(archive: Archive) -> None:
    theirs = "https://planet.example/spam"
    hijack = article(1, uri=theirs, url=theirs, aliases=("https://blog.example/next-week",), title="Spam")
    archive.save(hijack, source=SECOND_FEED)
    real = article(2, uri="https://blog.example/next-week", aliases=(), published_at="2026-07-08T09:00:00Z")
    assert archive.save(real, now=LATER) == Saved(new=1, collisions=1)
    assert archive.one("SELECT count(*) FROM posts") == 2


def test_guids_that_change_at_every_visit_do_not_pile_up(archive: Archive) -> None:
    for n in range(70):
        archive.save(article(1, aliases=(f"guid-{n}",)))
    assert archive.one("SELECT count(*) FROM post_aliases") <= 51


def test_the_number_of_a_removed_post_is_never_used_again(archive: Archive) -> None:
    archive.save(article(1), article(2))
    archive.conn.execute("DELETE FROM posts WHERE id = 2")
    archive.save(article(3))
    assert archive.ask("SELECT id FROM posts ORDER BY 1") == [(1,), (3,)]


# Whom to believe -----------------------------------------------------------------------------------------------------


def test_another_blogs_feed_cannot_change_what_a_site_said(archive: Archive) -> None:
    archive.save(article(1, engagement=None))
    spoof = article(1, text="Nonsense #CoProWeek", title="Nonsense", aliases=("spoof",))
    assert archive.save(spoof, source=SECOND_FEED, now=LATER) == Saved(unchanged=1)
    assert archive.ask("SELECT title FROM post_texts") == [("Article 1",)]
    assert archive.one("SELECT count(*) FROM post_versions") == 0
    # That it was seen there is true all the same.
    assert archive.one("SELECT count(*) FROM sightings") == 2


def test_a_site_corrects_what_another_blogs_feed_said_first_and_has_the_last_word(archive: Archive) -> None:
    archive.save(article(1, text="Nonsense #CoProWeek"), source=SECOND_FEED)
    assert archive.save(article(1), source=FEED, now=LATER).changed == 1
    assert archive.save(article(1, text="Nonsense #CoProWeek"), source=SECOND_FEED, now=MUCH_LATER).changed == 0
    assert archive.one("SELECT text FROM post_texts") == "Words of article 1 about #CoProWeek"


def test_a_feed_that_lives_elsewhere_than_its_posts_may_edit_what_only_it_has_shown(archive: Archive) -> None:
    archive.save(article(1), source=SECOND_FEED)
    assert archive.save(article(1, text="Edited #CoProWeek"), source=SECOND_FEED, now=LATER) == Saved(changed=1)


def test_a_search_is_believed_wherever_the_post_lies(archive: Archive) -> None:
    archive.save(post(1), source=SEARCH)
    assert archive.save(post(1, text="Edited #CoProWeek"), source=SEARCH, now=LATER) == Saved(changed=1)


# Dates and details --------------------------------------------------------------------------------------------------


def test_a_stated_date_takes_the_place_of_a_guess_and_the_post_moves(archive: Archive) -> None:
    archive.save(article(1, published_at=NOW, published_from="first_seen"))
    assert archive.ask("SELECT phase, local_day FROM edition_posts") == [("week", "2026-07-08")]
    archive.save(article(1, published_at="2026-06-20T23:30:00Z"), now=LATER)
    assert archive.ask("SELECT published_at, published_from FROM posts") == [("2026-06-20T23:30:00Z", "stated")]
    assert archive.ask("SELECT phase, local_day, local_hour FROM edition_posts") == [("lead-up", "2026-06-21", 0)]
    archive.save(article(1, published_at=LATER, published_from="first_seen"), now=MUCH_LATER)
    assert archive.one("SELECT published_at FROM posts") == "2026-06-20T23:30:00Z"


def test_an_alt_text_that_is_added_is_no_edit_but_is_known(archive: Archive) -> None:
    image = Media(kind="image", url="https://blog.example/1.png?token=1", alt=None, alt_state="absent")
    archive.save(article(1, media=(image,)))
    assert archive.ask("SELECT images, images_with_alt FROM posts") == [(1, 0)]
    mended = replace(image, alt="A ladder", alt_state="present", url="https://blog.example/1.png?token=2")
    assert archive.save(article(1, media=(mended,)), now=LATER) == Saved(unchanged=1)
    assert archive.ask("SELECT images, images_with_alt FROM posts") == [(1, 1)]
    assert archive.ask("SELECT alt FROM media") == [("A ladder",)]
    assert archive.one("SELECT changed_at FROM edition_changes WHERE edition_id = 'uk-2026'") == LATER


def test_unknown_never_overwrites_known(archive: Archive) -> None:
    rich = article(
        1,
        language="cy",
        language_from="declared",
        sensitive=False,
        comments_url="https://blog.example/1/feed/",
        categories=("News",),
        links=(Link(as_given="https://scie.example/"),),
        media=(Media(kind="image", url="https://blog.example/1.png", alt="x", alt_state="present"),),
    )
    poor = article(1, url=None, author=None, html=None, media_known=False, fingerprint=None)
    archive.save(rich)
    told = archive.everything(without=(*SEEN, "posts", "feed_entries"))
    said = "SELECT url, author_id, language, sensitive, comments_url, images, images_with_alt FROM posts"
    known = archive.ask(said)
    assert known == [("https://blog.example/1", 1, "cy", 0, "https://blog.example/1/feed/", 1, 1)]
    # The poor one gives no categories, which count as content: its words are the same, its labels are not given.
    archive.save(replace(poor, categories=("News",)))
    assert archive.ask(said) == known
    assert archive.everything(without=(*SEEN, "posts", "feed_entries", "edition_changes")) == {
        table: rows for table, rows in told.items() if table != "edition_changes"
    }


def test_media_that_a_source_says_nothing_of_are_unknown_and_not_none(archive: Archive) -> None:
    archive.save(post(1, media_known=False), post(2), source=SEARCH)
    assert archive.ask("SELECT images, images_with_alt FROM posts ORDER BY id") == [(None, None), (0, 0)]


def test_where_no_alt_text_can_be_given_none_is_missing(archive: Archive) -> None:
    archive.save(
        post(1, media=(Media(kind="video", url="https://x.example/v", alt=None, alt_state="not_offered"),)),
        source=SEARCH,
    )
    assert archive.ask("SELECT images, images_with_alt FROM posts") == [(1, None)]


# Authors ------------------------------------------------------------------------------------------------------------


def test_an_organisation_is_known_by_its_account_however_that_is_written(archive: Archive) -> None:
    archive.save(
        post(1, author=Author(platform="x", native_id="7", handle="@ORGANISER")),
        post(2, author=Author(platform="mastodon", native_id="7", handle="organiser")),
        source=SEARCH,
    )
    assert archive.ask("SELECT platform, organisation_id FROM authors ORDER BY id") == [
        ("x", "organiser"),
        ("mastodon", None),
    ]


def test_followers_are_kept_over_time_and_an_older_reading_overwrites_nothing(archive: Archive) -> None:
    somebody = Author(platform="x", native_id="7", handle="somebody", name="Somebody")
    for at, followers in ((NOW, 100), (LATER, 100), (MUCH_LATER, 120), ("2026-07-09T00:00:00Z", 110)):
        archive.save(post(1, author=replace(somebody, followers=followers)), source=SEARCH, now=at)
    assert archive.ask("SELECT followers, followers_at FROM authors") == [(120, MUCH_LATER)]
    assert archive.ask("SELECT observed_at, followers FROM author_snapshots ORDER BY 1") == [
        (NOW, 100),
        ("2026-07-09T00:00:00Z", 110),
        (MUCH_LATER, 120),
    ]


def test_what_an_author_does_not_say_any_more_stays_known(archive: Archive) -> None:
    somebody = Author(
        platform="x", native_id="7", handle="old", name="Somebody", url="https://x.example/7", is_bot=False
    )
    archive.save(post(1, author=somebody), source=SEARCH)
    archive.save(post(2, author=Author(platform="x", native_id="7", handle="new")), source=SEARCH)
    assert archive.ask("SELECT handle, name, url, is_bot FROM authors") == [
        ("new", "Somebody", "https://x.example/7", 0)
    ]


# Context ------------------------------------------------------------------------------------------------------------


def test_comments_replies_and_quoted_posts_are_context_and_never_items(archive: Archive) -> None:
    quoted = post(9, text="An ordinary thought", hashtags=())
    saved = archive.save(
        post(2, text="Well said", hashtags=(), relations=(Relation(kind="reply_to", uri=post(1).uri),)),
        quoted,
        post(1, relations=(Relation(kind="quote_of", uri=quoted.uri),)),
        post(3, text="Nothing to do with it", hashtags=()),
        source=SEARCH,
    )
    assert saved == Saved(new=3, unmatched=1)
    assert archive.ask("SELECT uri, role, why FROM edition_posts JOIN posts ON posts.id = post_id ORDER BY uri") == [
        (post(1).uri, "tagged", "hashtag #CoProWeek"),
        (post(2).uri, "context", "a reply to an item of the campaign"),
        (quoted.uri, "context", "quoted by an item of the campaign"),
    ]


def test_a_comment_is_no_item_whatever_it_says(archive: Archive) -> None:
    tagged = comment(1, text="#CoProWeek", hashtags=(Hashtag(as_written="CoProWeek", origin="text"),))
    archive.save(article(1), tagged)
    assert archive.ask("SELECT role, why FROM edition_posts WHERE post_id = 2") == [
        ("context", "a comment on an item of the campaign")
    ]


def test_a_repost_is_no_item(archive: Archive) -> None:
    archive.save(post(1), post(2, relations=(Relation(kind="repost_of", uri=post(1).uri),)), source=SEARCH)
    assert archive.ask("SELECT role FROM edition_posts ORDER BY post_id") == [("tagged",), ("context",)]


def test_a_reply_that_is_tagged_itself_is_an_item(archive: Archive) -> None:
    archive.save(post(1), post(2, relations=(Relation(kind="reply_to", uri=post(1).uri),)), source=SEARCH)
    assert archive.ask("SELECT role FROM edition_posts ORDER BY post_id") == [("tagged",), ("tagged",)]


def test_context_has_the_phase_of_its_own_date(archive: Archive) -> None:
    archive.save(article(1), comment(1, published_at="2026-07-20T09:00:00Z"))
    assert archive.ask("SELECT role, phase FROM edition_posts ORDER BY post_id") == [
        ("tagged", "week"),
        ("context", "after"),
    ]


def test_a_comment_that_comes_before_its_post_is_read_again_when_that_is_there(archive: Archive) -> None:
    assert archive.save(comment(1)) == Saved(unmatched=1)
    assert archive.ask("SELECT * FROM feed_entries") == []
    archive.save(article(1))
    assert archive.save(comment(1)) == Saved(new=1)


def test_relations_are_joined_whichever_end_comes_first(archive: Archive) -> None:
    reply = post(2, relations=(Relation(kind="reply_to", uri=post(1).uri),))
    archive.save(reply, source=SEARCH)
    assert archive.ask("SELECT target_post_id FROM relations") == [(None,)]
    archive.save(post(1), source=SEARCH)
    assert archive.ask("SELECT target_post_id FROM relations") == [(2,)]


# What does not match -------------------------------------------------------------------------------------------------


def test_what_does_not_match_leaves_hashes_and_its_day_and_nothing_else(archive: Archive) -> None:
    archive.save(article(1, title="Zeppelin", text="A secret: quagmire", hashtags=(), aliases=("guid-1",)))
    assert archive.ask("SELECT identity, fingerprint, day, matched FROM feed_entries ORDER BY fingerprint IS NULL") == [
        (identity_hash("https://blog.example/1"), b"fingerprint of article 1", "2026-07-06", 0),
        (identity_hash("guid-1"), None, "2026-07-06", 0),
    ]
    assert archive.one("SELECT count(*) FROM posts") == 0
    for word in (b"Zeppelin", b"quagmire", b"blog.example/1"):
        assert word not in archive.bytes()


def test_a_post_of_no_campaign_on_a_social_platform_leaves_nothing(archive: Archive) -> None:
    assert archive.save(post(1, text="Nothing", hashtags=()), source=SEARCH) == Saved(unmatched=1)
    assert archive.ask("SELECT * FROM feed_entries") == []


def test_baseline_phrases_are_counted_once_a_post_on_its_local_day(archive: Archive) -> None:
    said = article(1, text="On co-production", hashtags=(), published_at="2026-06-30T23:30:00Z")
    assert archive.save(said) == Saved(unmatched=1)
    archive.save(article(2, text="On co-production again", hashtags=(), published_at="2026-07-01T09:00:00Z"))
    # The same entry again, edited, under another guid, and in another feed.
    archive.save(replace(said, text="On co-production, edited"), now=LATER)
    archive.save(replace(said, uri="https://blog.example/moved", url=None), source=SECOND_FEED)
    assert archive.ask("SELECT campaign_id, source_id, local_day, items FROM baseline_counts") == [
        ("uk", archive.source(FEED).id, "2026-07-01", 2)
    ]


def test_an_item_is_not_counted_as_baseline_of_its_own_campaign(archive: Archive) -> None:
    archive.save(article(1, text="co-production #CoProWeek"))
    assert archive.ask("SELECT * FROM baseline_counts") == []


def test_an_entry_that_becomes_an_item_by_an_edit_is_one(archive: Archive) -> None:
    archive.save(article(1, text="No tag", hashtags=()))
    assert archive.save(article(1, fingerprint=b"new"), now=LATER) == Saved(new=1)
    assert archive.ask("SELECT DISTINCT matched FROM feed_entries") == [(1,)]


# The rest of a page --------------------------------------------------------------------------------------------------


def test_what_a_platform_asks_to_be_remembered_is(archive: Archive) -> None:
    archive.save_page(Page(remember={"etag": '"1"', "moved_to": "https://new.example/feed"}))
    archive.save_page(Page(remember={"etag": '"2"', "moved_to": None}))
    assert archive.ask("SELECT key, value FROM source_memory") == [("etag", '"2"')]


def test_a_page_is_kept_where_it_brought_something(archive: Archive) -> None:
    archive.save_page(Page(posts=(article(1),), raw=b"<rss>1</rss>"))
    archive.save_page(Page(posts=(article(1),), raw=b"<rss>2</rss>"), now=LATER)
    assert archive.ask("SELECT kind, expires_at FROM raw_items") == [("page", "2026-07-15T12:00:00Z")]


@pytest.mark.parametrize(
    "beside",
    [
        {"posts": (article(1), article(2, text="Nothing", hashtags=()))},
        {"posts": (article(1), comment(1))},
        {"posts": (article(1),), "unchanged": 1},
        {"posts": (article(1),), "unread": (Unread(reason="odd", raw=b"?"),)},
        {"unread": (Unread(reason="odd", raw=b"?"),)},
    ],
)
def test_a_page_that_holds_anything_else_is_not_kept(archive: Archive, beside: dict[str, Any]) -> None:
    archive.save_page(Page(**beside, raw=b"<rss/>"))
    assert archive.ask("SELECT * FROM raw_items WHERE kind = 'page'") == []


def test_only_the_latest_raw_item_of_a_post_is_kept(archive: Archive) -> None:
    archive.save(article(1, raw=b"one"))
    archive.save(article(1, raw=b"two", text="Edited #CoProWeek"), now=LATER)
    assert archive.ask("SELECT post_id, received_at FROM raw_items") == [(1, LATER)]


def test_a_round_counts_everything_that_its_pages_brought(archive: Archive) -> None:
    archive.save_page(Page(posts=(article(1), article(2)), requests=1, bytes_received=100, unchanged=3))
    archive.save_page(Page(posts=(article(2, text="Edited #CoProWeek"), article(3)), requests=2, bytes_received=50))
    assert archive.ask(
        "SELECT requests, bytes_received, new_posts, changed_posts, unchanged_posts FROM round_sources"
    ) == [(3, 150, 3, 1, 3)]


def test_an_edition_is_noted_as_changed_when_its_posts_are(archive: Archive) -> None:
    archive.save(article(1), now=NOW)
    assert archive.ask("SELECT * FROM edition_changes") == [("uk-2026", NOW)]
    archive.save(article(1), now=LATER)
    assert archive.ask("SELECT * FROM edition_changes") == [("uk-2026", NOW)]


def test_an_edition_is_noted_as_changed_when_only_its_coverage_is(archive: Archive) -> None:
    covered = Covered(interval=Interval("2026-07-07T00:00:00Z", "2026-07-08T00:00:00Z"))
    archive.save_page(Page(covered=(covered,)))
    assert archive.ask("SELECT edition_id FROM edition_changes ORDER BY 1") == [("scot-2026",), ("uk-2026",)]
    archive.save_page(Page(covered=(covered,)), now=LATER)
    assert archive.ask("SELECT DISTINCT changed_at FROM edition_changes") == [(NOW,)]


# Hostile things ------------------------------------------------------------------------------------------------------


def test_odd_characters_and_numbers_are_stored_or_unknown_and_never_stop_a_page(archive: Archive) -> None:
    odd = post(
        1,
        text="NUL \0 and half a pair \ud83d and a whole one \ud83d\ude00 #CoProWeek",
        author=Author(platform="x", native_id="1\0", name="\udcff", followers=2**70),
        aliases=("", "a\0b"),
    )
    assert archive.save(odd, source=SEARCH) == Saved(new=1)
    assert (
        archive.one("SELECT text FROM post_texts")
        == "NUL  and half a pair \ufffd and a whole one \U0001f600 #CoProWeek"
    )
    assert archive.ask("SELECT native_id, followers FROM authors") == [("1", None)]
    assert archive.ask("SELECT alias FROM post_aliases") == [("ab",)]
    assert archive.save(odd, source=SEARCH) == Saved(unchanged=1)


def test_no_post_can_be_too_big_to_be_looked_at(archive: Archive) -> None:
    huge = article(
        1,
        title="t" * 100_000,
        text="#CoProWeek " + "w" * 3_000_000,
        html="h" * 3_000_000,
        hashtags=tuple(Hashtag(as_written=f"Tag{n}", origin="text") for n in range(5_000)),
        links=tuple(Link(as_given=f"https://blog.example/{n}") for n in range(5_000)),
        categories=tuple(f"c{n}" for n in range(5_000)),
    )
    assert archive.save(huge) == Saved(new=1)
    sizes = archive.ask("SELECT length(title), length(text), html FROM post_texts")
    assert sizes == [(2_000, 250_000, None)]
    assert archive.one("SELECT text FROM post_texts").endswith(" […]")
    for table, most in (("post_hashtags", 200), ("post_links", 500), ("post_categories", 200)):
        assert archive.one(f"SELECT count(*) FROM {table}") == most


def test_addresses_without_end_are_still_told_apart(archive: Archive) -> None:
    first, second = (article(n, uri="https://blog.example/" + "a" * 10_000 + str(n), url=None) for n in (1, 2))
    assert archive.save(first, second) == Saved(new=2)
    assert archive.save(first, second) == Saved(unchanged=2)
    assert archive.one("SELECT max(length(uri)) FROM posts") < 300


def test_words_are_data(archive: Archive) -> None:
    hostile = "'); DROP TABLE posts; -- \" ] } #CoProWeek"
    archive.save(article(1, title=hostile, text=hostile, uri="urn:x:'\"", aliases=(hostile,)))
    assert archive.ask("SELECT title, text FROM post_texts") == [(hostile, hostile)]


def test_no_transaction_of_a_long_page_writes_more_than_5000_rows(archive: Archive) -> None:
    links = tuple(Link(as_given=f"https://scie.example/{n}") for n in range(5))
    tags = tuple(Hashtag(as_written=tag, origin="text") for tag in ("CoProWeek", "Care", "Together"))
    tagged = [
        article(n, links=links, hashtags=tags, raw=b"<item/>", engagement=counts(comments=n)) for n in range(1500)
    ]
    others = [article(n, text="About co-production", hashtags=()) for n in range(2000, 4000)]
    unread = tuple(Unread(reason="odd", raw=b"x", fingerprint=b"%d" % n) for n in range(1000))
    written: list[int] = []
    started = 0

    def follow(sql: str) -> None:
        nonlocal started
        if sql.startswith("BEGIN"):
            started = archive.conn.total_changes
        elif sql.startswith("COMMIT"):
            written.append(archive.conn.total_changes - started)

    archive.conn.set_trace_callback(follow)
    saved = archive.save(*tagged, *others, unread=unread)
    archive.save(*(replace(one, text=one.text + " again", fingerprint=None) for one in tagged), now=LATER)
    archive.conn.set_trace_callback(None)
    assert (saved.new, saved.unmatched, saved.not_understood) == (1500, 2000, 1000)
    assert len(written) > 6
    assert max(written) <= saving.MOST_ROWS
