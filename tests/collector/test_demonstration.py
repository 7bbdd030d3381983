"""The demonstration: made up from end to end, the same every time, with the shapes a real week has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
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
