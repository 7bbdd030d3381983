"""The demonstration: made up from end to end, the same every time, with the shapes a real week has."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from collector import demonstration
from collector.demonstration import cast, watching, week, words
from collector.demonstration.week import Published
from collector.intervals import missing
from collector.matching import match
from collector.posts import Interval, Post, moment

SEED = demonstration.SEED
HOST = re.compile(r"(?:https?://|at://did:)([^/\s]+)")
CONFIGURATION = cast.configuration(cast.voices(SEED), "demonstration.db")


@pytest.fixture(scope="module")
def published() -> list[Published]:
    return week.publish(SEED, cast.voices(SEED))


@pytest.fixture(scope="module")
def rounds(published: list[Published]) -> list[watching.Round]:
    return list(watching.rounds(published, CONFIGURATION.sources))


def items(published: list[Published], year: int) -> Iterator[Post]:
    """What the campaign's own matching takes for an item, of one edition's weeks."""
    for each in published:
        near_week = each.post.published_at[:7] in (f"{year}-06", f"{year}-07", f"{year}-08")
        if near_week and each.post.kind != "comment" and match(each.post, CONFIGURATION.campaigns).of:
            yield each.post


def by_hour(posts: Iterator[Post], day: str) -> Counter[int]:
    local = [moment(post.published_at).astimezone(ZoneInfo("Europe/London")) for post in posts]
    return Counter(when.hour for when in local if when.date().isoformat() == day)


# Nobody real ---------------------------------------------------------------------------------------------------------


def test_every_address_ends_in_a_domain_that_nobody_can_have(published: list[Published]) -> None:
    for each in published:
        post = each.post
        shown = [post.uri, post.url or "", post.text, post.html or "", post.comments_url or ""]
        shown += [link.as_given for link in post.links] + [link.expanded or "" for link in post.links]
        shown += [image.url for image in post.media]
        if post.author:
            shown += [post.author.url or "", post.author.native_id]
        for host in HOST.findall(" ".join(shown)):
            assert host.endswith(".example") or host.startswith("example:"), host
    for organisation in CONFIGURATION.organisations:
        assert (organisation.url or "").endswith(".example/")


def test_every_person_is_called_made_up_and_no_real_body_takes_part() -> None:
    for voice in cast.voices(SEED):
        if voice.organisation_id is None:
            assert voice.name.endswith(" (made up)")
            assert voice.id.endswith("_madeup")
    names = " ".join(f"{each.id} {each.name}" for each in CONFIGURATION.organisations).casefold()
    for real in ("scie", "tlap", "nesta", "nhs england", "sheffield", "scotland", "skills for care"):
        assert not re.search(rf"\b{real}\b", names), real


def test_campaign_and_editions_say_that_they_are_made_up() -> None:
    (campaign,) = CONFIGURATION.campaigns
    assert "(made up)" in campaign.title
    assert all("(made up)" in edition.title for edition in campaign.editions)


# The same every time -------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_posts_and_another_seed_others(published: list[Published]) -> None:
    again = week.publish(SEED, cast.voices(SEED))
    assert again == published
    assert week.publish(7, cast.voices(7)) != published


# The shapes of a week ------------------------------------------------------------------------------------------------


def test_some_three_thousand_posts_on_four_platforms(published: list[Published]) -> None:
    platforms = Counter(post.platform for post in [*items(published, 2026), *items(published, 2025)])
    assert set(platforms) == {"x", "mastodon", "bluesky", "blogs"}
    assert 2_700 <= sum(platforms.values()) <= 3_300


def test_the_lead_up_grows_and_the_weekends_are_quiet(published: list[Published]) -> None:
    days = Counter(
        moment(post.published_at).astimezone(ZoneInfo("Europe/London")).date() for post in items(published, 2026)
    )
    week_before = sum(days[week.WEEK - timedelta(days=offset)] for offset in range(1, 8))
    four_weeks_before = sum(days[week.WEEK - timedelta(days=offset)] for offset in range(22, 29))
    assert week_before > 2 * four_weeks_before
    friday, saturday, sunday = (days[week.WEEK + timedelta(days=offset)] for offset in (4, 5, 6))
    assert saturday + sunday < friday / 2


def test_the_launch_morning_and_the_chat_stand_out(published: list[Published]) -> None:
    launch = by_hour(items(published, 2026), "2026-07-06")
    assert launch.most_common(1)[0][0] in (8, 9)
    chat = by_hour(items(published, 2026), "2026-07-08")
    assert chat.most_common(1)[0][0] == 20
    assert chat[20] > 3 * chat[19]


def test_posts_differ_and_are_in_several_languages(published: list[Published]) -> None:
    texts = {re.sub(r"\s*(#\S+|https?://\S+)", "", post.text) for post in items(published, 2026)}
    assert len(texts) > 1_000
    languages = Counter(post.language for post in items(published, 2026))
    assert languages["en"] > 1_000
    assert languages["cy"] >= 20
    assert len(languages) >= 4


def test_no_gap_in_a_sentence_stays_unfilled(published: list[Published]) -> None:
    for each in published:
        assert not re.search(r"[{}]", f"{each.post.title} {each.post.text}")


def test_some_images_have_no_text_alternative_and_some_hashtags_no_capitals(published: list[Published]) -> None:
    states = Counter(image.alt_state for post in items(published, 2026) for image in post.media)
    assert min(states[state] for state in ("present", "absent")) > 100
    assert states["empty"] > 0
    written = Counter(tag.as_written for post in items(published, 2026) for tag in post.hashtags)
    assert written["coproweek"] > 100
    assert written["CoProWeek"] > written["coproweek"]


def test_only_x_tells_views(published: list[Published]) -> None:
    for each in published:
        if each.post.kind == "post":
            assert ("views" in each.final) == (each.post.platform == "x")


def test_counts_only_grow_and_most_come_on_the_first_day(published: list[Published]) -> None:
    most = max((each for each in published if each.post.platform == "x"), key=lambda each: each.final["views"])
    views = [reading.views or 0 for age in (1, 24, 168) if (reading := week.counts_at(most, "now", age))]
    assert views == sorted(views)
    assert views[1] > most.final["views"] * 0.7


@pytest.mark.parametrize(("days", "said"), [(28, "4 weeks"), (13, "13 days"), (1, "Tomorrow")])
def test_the_countdown_counts(days: int, said: str) -> None:
    assert words.countdown(days).startswith(said)


# How it was watched --------------------------------------------------------------------------------------------------


def covered(rounds: list[watching.Round], locator: str, platform: str) -> list[Interval]:
    return [
        covered.interval
        for each in rounds
        for answer in each.answers
        if (answer.spec.platform, answer.spec.locator) == (platform, locator)
        for page in answer.pages
        for covered in page.covered
    ]


def test_every_source_is_covered_whole_but_for_one_hole_of_nine_hours(rounds: list[watching.Round]) -> None:
    wanted = Interval(watching.WANTED_FROM, watching.LAST_ROUND)
    for spec in CONFIGURATION.sources:
        gaps = missing(wanted, covered(rounds, spec.locator, spec.platform))
        assert list(gaps) == ([watching.OUTAGE] if spec.platform == "bluesky" else []), spec.title
    hole = moment(watching.OUTAGE.to_utc) - moment(watching.OUTAGE.from_utc)
    assert hole == timedelta(hours=9)


def test_what_was_said_in_the_hole_was_never_seen(published: list[Published], rounds: list[watching.Round]) -> None:
    begins, ends = watching.OUTAGE.from_utc, watching.OUTAGE.to_utc
    on_bluesky = [each.post for each in published if each.post.platform == "bluesky"]
    said = {post.uri for post in on_bluesky if begins <= post.published_at < ends}
    seen = {post.uri for each in rounds for answer in each.answers for page in answer.pages for post in page.posts}
    assert len(said) > 20
    assert not said & seen


def test_every_round_that_failed_says_why(rounds: list[watching.Round]) -> None:
    outcomes = Counter(answer.outcome for each in rounds for answer in each.answers)
    assert {"ok", "unchanged", "partial", "failed"} == set(outcomes)
    for each in rounds:
        for answer in each.answers:
            assert bool(answer.reason) == (answer.outcome in ("failed", "partial"))


def test_nothing_is_seen_before_it_is_published(rounds: list[watching.Round]) -> None:
    for each in rounds:
        for answer in each.answers:
            for page in answer.pages:
                assert all(post.published_at < each.at for post in page.posts)
                assert all((post.edited_at or "") < each.at for post in page.posts)


# As it stands in the archive -----------------------------------------------------------------------------------------


@pytest.fixture
def archive(demonstration_archive: Path) -> Iterator[sqlite3.Connection]:
    conn = sqlite3.connect(f"file:{demonstration_archive}?mode=ro", uri=True)
    yield conn
    conn.close()


def test_the_archive_says_that_it_is_made_up(archive: sqlite3.Connection) -> None:
    assert archive.execute("SELECT value FROM archive_info WHERE key = 'made_up'").fetchone() == ("1",)
    assert archive.execute("SELECT DISTINCT kind FROM rounds").fetchall() == [("demonstration",)]
    assert archive.execute("SELECT count(*) FROM rounds WHERE finished_at IS NULL").fetchone() == (0,)


def test_the_archive_has_exactly_the_items_that_could_be_seen(
    archive: sqlite3.Connection, published: list[Published]
) -> None:
    somebody = demonstration.who_opts_out(published)
    assert somebody is not None
    asked = {
        spec.locator.split("/")[2] if "/" in spec.locator else f"{spec.platform}.example"
        for spec in CONFIGURATION.sources
    }
    expected = {
        each.post.uri
        for each in published
        if each.post.kind != "comment"
        and match(each.post, CONFIGURATION.campaigns).of
        and asked & set(each.hosts)
        and each.removed_at is None
        and each.post.author != somebody
        and not (
            each.post.platform == "bluesky"
            and watching.OUTAGE.from_utc <= each.post.published_at < watching.OUTAGE.to_utc
        )
        and watching.WANTED_FROM <= each.post.published_at < watching.LAST_ROUND
    }
    late = {each.post.uri for each in published if each.removed_at and each.removed_at >= watching.LAST_ROUND}
    stored = {
        row[0]
        for row in archive.execute("SELECT uri FROM edition_posts JOIN posts ON id = post_id WHERE role = 'tagged'")
    }
    assert stored - late == expected


def test_unknown_counts_are_unknown_and_not_zero(archive: sqlite3.Connection) -> None:
    views = dict(archive.execute("SELECT platform, count(views) FROM posts GROUP BY platform"))
    assert views["x"] > 1_000
    assert (views["mastodon"], views["bluesky"], views["blogs"]) == (0, 0, 0)
    assert archive.execute(
        "SELECT count(*) FROM posts WHERE platform = 'mastodon' AND quotes IS NOT NULL"
    ).fetchone() == (0,)


def test_edits_replies_quotes_and_comments_are_there(archive: sqlite3.Connection) -> None:
    assert archive.execute("SELECT count(*) FROM post_versions").fetchone()[0] > 20
    relations = dict(archive.execute("SELECT kind, count(target_post_id) FROM relations GROUP BY kind"))
    assert min(relations[kind] for kind in ("reply_to", "quote_of", "comment_on")) > 30
    assert archive.execute(
        "SELECT count(*) FROM posts WHERE kind = 'comment' AND id IN (SELECT post_id FROM edition_posts "
        "WHERE role = 'tagged')"
    ).fetchone() == (0,)


def test_deletions_and_an_opt_out_are_counted_and_nothing_of_them_is_left(
    demonstration_archive: Path, archive: sqlite3.Connection, published: list[Published]
) -> None:
    reasons = dict(archive.execute("SELECT reason, sum(posts) FROM removals GROUP BY reason"))
    assert reasons["deleted at its origin"] > 10
    assert reasons["opt-out"] > 10
    assert archive.execute("SELECT sum(items) FROM skipped WHERE reason = 'opt-out'").fetchone()[0] > 0
    somebody = demonstration.who_opts_out(published)
    assert somebody is not None
    assert somebody.name is not None
    content = demonstration_archive.read_bytes()
    wal = demonstration_archive.with_name(demonstration_archive.name + "-wal")
    content += wal.read_bytes() if wal.exists() else b""
    for trace in (somebody.name, somebody.native_id):
        assert trace.encode() not in content


def test_on_every_platform_enough_voices_are_new_and_enough_return(archive: sqlite3.Connection) -> None:
    """Ten of each, as smaller counts of people are withheld, and then there is nothing to look at."""
    voices = {
        (edition, platform): set(ids.split())
        for edition, platform, ids in archive.execute(
            "SELECT edition_id, platform, group_concat(author_id, ' ') FROM edition_posts JOIN posts ON id = post_id "
            "WHERE role = 'tagged' AND (phase = 'week' OR edition_id = 'demo-2025') GROUP BY 1, 2"
        )
    }
    for platform in ("x", "mastodon", "bluesky", "blogs"):
        before, now = voices["demo-2025", platform], voices["demo-2026", platform]
        assert len(now & before) >= 10, platform
        assert len(now - before) >= 10, platform


@pytest.mark.slow
def test_two_archives_of_one_seed_hold_the_same_rows(demonstration_archive: Path, tmp_path: Path) -> None:
    """Row by row; what is left out is keyed with the archive's own secret, or says when this file itself was made."""
    again = tmp_path / "again.db"
    demonstration.make(again)
    left_out = {"archive_info", "tombstones", "feed_entries", "_sqlite_migrations"}
    first, second = (sqlite3.connect(path) for path in (demonstration_archive, again))
    tables = [row[0] for row in first.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    compared = 0
    for table in tables:
        if table not in left_out and not table.startswith(("post_search", "sqlite_")):
            rows = [conn.execute(f"SELECT * FROM [{table}] ORDER BY 1, 2").fetchall() for conn in (first, second)]
            assert rows[0] == rows[1], table
            compared += 1
    first.close()
    second.close()
    assert compared > 20
