"""What the made-up voices published, and when: two editions with the shapes that real weeks have.

A slow lead-up that grows, a launch morning, a one-hour chat on the Wednesday, quiet weekends, evenings, an after that
fades. Pure: the same seed gives the same posts, byte for byte. How a collector saw them is in `watching.py`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from collector.demonstration import words
from collector.demonstration.cast import (
    BLOGS,
    BLUESKY,
    BLUESKY_HOST,
    MASTODON,
    SERVERS,
    X_HOST,
    Voice,
    X,
    blog_host,
    byline,
)
from collector.posts import AltState, Engagement, Hashtag, HashtagOrigin, Link, Media, Post, Relation, moment, utc

ZONE = ZoneInfo("Europe/London")
PREVIOUS_WEEK = date(2025, 6, 30)
WEEK = date(2026, 7, 6)
CHAT = datetime(2026, 7, 8, 20, tzinfo=ZONE)
"""The hour of the chat begins."""

ORDINARY_HOURS = (1, 1, 0, 0, 1, 2, 6, 13, 22, 26, 24, 20, 23, 20, 18, 17, 16, 15, 12, 14, 18, 16, 9, 4)
LAUNCH_HOURS = (1, 0, 0, 0, 1, 4, 14, 52, 120, 96, 60, 38, 34, 26, 22, 20, 18, 16, 13, 14, 17, 14, 8, 3)
WEEKEND_HOURS = (1, 1, 0, 0, 0, 1, 2, 5, 9, 13, 14, 12, 11, 10, 9, 9, 8, 9, 10, 12, 14, 12, 7, 3)

MORE_TAGS = ("CoProduction", "PlainWords", "WhoIsMissing", "SharingPower", "Carers", "InclusiveDesign", "EqualPartners")
MAIN_TAGS = ("CoProWeek",) * 16 + ("CoProductionWeek", "CoProductionWeek", "coproweek", "COPROWEEK")


class Published(Struct, frozen=True, kw_only=True):
    """One post as it would stand on its platform, with what becomes of it."""

    post: Post
    final: dict[str, int]
    """The counts it will have in the end; a count its platform does not give is not in it."""
    via: str
    """The host that shows the counts."""
    hosts: tuple[str, ...]
    """Where it can be seen: on Mastodon the servers that know it, its own first; else the platform or the blog."""
    edited: Post | None = None
    """What it says from its `edited_at` on."""
    removed_at: str | None = None
    """When its author deleted it."""


def publish(seed: int, cast: Sequence[Voice]) -> list[Published]:
    """Everything tagged, everything around it and everything else on the blogs, in order of publication."""
    writer = _Writer(seed, cast)
    for day, count in calendar(PREVIOUS_WEEK, week=(150, 92, 118, 80, 66), lead_up=(1.5, 12), after=(1, 17)):
        writer.day(day, count, PREVIOUS_WEEK)
    for offset in range(128, 28, -1):  # organisers blog months ahead
        if writer.random.random() < 0.5:
            writer.day(WEEK - timedelta(days=offset), 1, WEEK)
    for day, count in calendar(WEEK, week=(390, 262, 292, 236, 204), lead_up=(5, 34), after=(2, 58)):
        writer.day(day, count, WEEK)
    writer.chat()
    writer.other_entries()
    return sorted(writer.published, key=lambda each: (each.post.published_at, each.post.uri))


def calendar(
    monday: date, *, week: tuple[int, ...], lead_up: tuple[float, float], after: tuple[float, float]
) -> list[tuple[date, int]]:
    """How many items each day of an edition has: 28 days before, the week, 28 days after."""
    days: list[tuple[date, int]] = []
    for offset in range(-28, len(week) + 28):
        day = monday + timedelta(days=offset)
        if 0 <= offset < len(week):
            days.append((day, week[offset]))
            continue
        least, most = lead_up if offset < 0 else after
        distance = -offset if offset < 0 else offset - len(week) + 1
        count = least + most * math.exp(-distance / 6.5)
        days.append((day, round(count * (0.35 if day.weekday() >= 5 else 1))))
    return days


class _Writer:
    """Holds the random generator and what was published so far, for those who reply to it."""

    def __init__(self, seed: int, cast: Sequence[Voice]) -> None:
        self.random = Random(f"{seed}/week")
        self.cast = cast
        self.guests = [voice for voice in cast if not voice.organisation_id][:30]
        """Who writes articles on the organisations' blogs."""
        self.published: list[Published] = []
        self.able: dict[tuple[str, date, bool], tuple[list[Voice], list[float]]] = {}
        """Who can post somewhere in an edition, with their weights added up."""
        self.number = 0
        self.recent: dict[str, list[Post]] = {}
        self.finals: dict[str, dict[str, int]] = {}

    # When, who and where

    def day(self, day: date, count: int, monday: date) -> None:
        hours = LAUNCH_HOURS if day == monday else WEEKEND_HOURS if day.weekday() >= 5 else ORDINARY_HOURS
        moments = sorted(
            datetime.combine(
                day,
                time(self.random.choices(range(24), hours)[0], self.random.randrange(60), self.random.randrange(60)),
                ZONE,
            )
            for _ in range(count)
        )
        for when in moments:
            self.item(when, monday)

    def item(self, when: datetime, monday: date) -> None:
        """One tagged item, with the replies or comments it gets."""
        days = (when.date() - monday).days
        blogs = 0.5 if days < -28 else 0.09 if days < 0 else 0.032 if days < 5 else 0.1
        shares = (blogs, 0.45, 0.2, 0.35) if monday == WEEK else (2.2 * blogs, 0.55, 0.24, 0.21)
        platform = self.random.choices((BLOGS, X, MASTODON, BLUESKY), shares)[0]
        voice = self.voice(platform, monday)
        if platform == BLOGS:
            self.article(voice, when)
            return
        target = None
        recent = self.recent.get(platform, [])
        if len(recent) > 20 and self.random.random() < 0.05:
            target = self.random.choice(recent[-60:])
        text, language = self.words(voice, days, quoting=target is not None)
        relations = (Relation(kind="quote_of", uri=target.uri),) if target else ()
        post = self.post(voice, platform, when, text, language, relations=relations)
        self.recent.setdefault(platform, []).append(post)
        self.replies(post, when, monday)

    def voice(self, platform: str, monday: date, *, people_only: bool = False) -> Voice:
        key = (platform, monday, people_only)
        if key not in self.able:
            able = [
                voice
                for voice in self.cast
                if platform in voice.platforms
                and (monday == WEEK or not voice.newcomer)
                and not (people_only and voice.organisation_id)
            ]
            self.able[key] = able, list(accumulate(voice.weight for voice in able))
        able, weights = self.able[key]
        return self.random.choices(able, cum_weights=weights)[0]

    # What it says

    def words(self, voice: Voice, days: int, *, quoting: bool) -> tuple[str, str]:
        """The text without its hashtags, and its language."""
        random = self.random
        if voice.language == "cy" and random.random() < 0.7:
            return " ".join(random.sample(words.WELSH, k=random.randint(1, 2))), "cy"
        if random.random() < 0.012:
            language, text = random.choice(words.ELSEWHERE)
            return text, language
        if quoting:
            return words.say(words.QUOTE, random), "en"
        usual = words.ORGANISATION if voice.organisation_id else words.PERSON
        if days < 0 and random.random() < 0.55:
            text = words.say(words.LEAD_UP, random, countdown=words.countdown(-days))
        elif days == 0 and random.random() < 0.4:
            text = words.say(words.LAUNCH, random)
        elif days > 4 and random.random() < 0.6:
            text = words.say(words.AFTER, random)
        else:
            text = words.say(usual, random)
        if random.random() < 0.25:
            text += " " + words.say(usual, random)
        if random.random() < 0.3:
            text += " " + "".join(random.sample(words.EMOJI, k=random.randint(1, 3)))
        return text, "en"

    def tags(self, voice: Voice, language: str, more: Sequence[str]) -> list[str]:
        tags = [self.random.choice(MAIN_TAGS)]
        if language == "cy":
            tags.append("WythnosCydgynhyrchu")
        if self.random.random() < 0.3:
            tags.append(self.random.choice(MORE_TAGS))
        tags.extend(more)
        return [tag.lower() for tag in tags] if voice.lower_case else tags

    # The posts themselves

    def post(
        self,
        voice: Voice,
        platform: str,
        when: datetime,
        text: str,
        language: str,
        *,
        relations: tuple[Relation, ...] = (),
        more_tags: Sequence[str] = (),
        tagged: bool = True,
    ) -> Post:
        """One post on a social platform, its counts, its edit and its end."""
        random = self.random
        self.number += 1
        author = voice.author(platform)
        host = {X: X_HOST, MASTODON: voice.server, BLUESKY: BLUESKY_HOST}[platform]
        tags = self.tags(voice, language, more_tags) if tagged else []
        links: tuple[Link, ...] = ()
        if tagged and random.random() < 0.22:
            target = f"https://{random.choice(self.cast[:16]).id.replace('_', '-')}.example/week/{random.randrange(90)}"
            links = (Link(as_given=f"https://t.example/{self.number}", expanded=target),) if platform == X else ()
            links = links or (Link(as_given=target + "?utm_source=week"),)
        words_and_more = [text, *(link.as_given for link in links), *("#" + tag for tag in tags)]
        origin: HashtagOrigin = "facet" if platform == BLUESKY else "entity"
        uri = {
            X: f"https://{X_HOST}/i/status/{19_000_000_000 + self.number}",
            MASTODON: f"{author.native_id}/statuses/{self.number}",
            BLUESKY: f"at://{author.native_id}/app.bsky.feed.post/{self.number}",
        }[platform]
        post = Post(
            platform=platform,
            uri=uri,
            url=uri if platform == X else f"https://{host}/@{author.handle}/{self.number}",
            author=author,
            text=" ".join(words_and_more),
            language=language,
            language_from="declared",
            published_at=utc(when),
            hashtags=tuple(Hashtag(as_written=tag, origin=origin) for tag in dict.fromkeys(tags)),
            links=links,
            media=self.images(voice, platform, host) if tagged else (),
            relations=relations,
            sensitive=False if platform == MASTODON else None,
            content_warning="long, about meetings" if platform == MASTODON and random.random() < 0.03 else None,
            local_id=str(self.number),
        )
        edited = None
        if tagged and platform != BLUESKY and random.random() < 0.025:
            changed = utc(when + timedelta(minutes=random.randint(30, 1800)))
            edited = replace(post, text=post.text + " (Edited: the time was wrong.)", edited_at=changed)
        removed_at = None
        # Only a post's own server can say that it is gone, and one of the three is not asked.
        if tagged and random.random() < 0.012 and host != SERVERS[2]:
            removed_at = utc(when + timedelta(hours=random.randint(30, 400)))
        self.finals[uri] = self.counts(voice, platform)
        self.published.append(
            Published(
                post=post,
                final=self.finals[uri],
                via=host,
                hosts=self.seen_on(voice, platform, host),
                edited=edited,
                removed_at=removed_at,
            )
        )
        return post

    def seen_on(self, voice: Voice, platform: str, host: str) -> tuple[str, ...]:
        if platform != MASTODON:
            return (host,)
        seen = [server for server in SERVERS[:2] if server == voice.server or self.random.random() < 0.65]
        return tuple(sorted(seen, key=lambda server: server != voice.server))

    def images(self, voice: Voice, platform: str, host: str) -> tuple[Media, ...]:
        if self.random.random() > 0.38:
            return ()
        described = {X: 0.4, MASTODON: 0.82, BLUESKY: 0.6, BLOGS: 0.55}[platform]
        images = []
        for position in range(self.random.choices((1, 2, 4), (88, 9, 3))[0]):
            state: AltState = "present" if voice.careful or self.random.random() < described else "absent"
            if platform == BLOGS and state == "absent" and self.random.random() < 0.4:
                state = "empty"
            images.append(
                Media(
                    kind="image",
                    url=f"https://media.{host}/{self.number}-{position}.jpg",
                    alt=self.random.choice(words.ALT_TEXTS) if state == "present" else "" if state == "empty" else None,
                    alt_state=state,
                )
            )
        return tuple(images)

    def counts(self, voice: Voice, platform: str) -> dict[str, int]:
        """The counts a post ends up with. Only X tells views; Mastodon and Bluesky have none to tell."""
        random = self.random
        pull = (1 + voice.followers / 600) ** 0.4
        likes = int(random.lognormvariate(0.9, 1.1) * pull)
        replies = int(random.lognormvariate(-0.1, 0.9) * pull**0.5)
        counts = {"likes": likes, "reposts": int(likes * random.uniform(0.05, 0.45)), "replies": replies}
        if platform in (X, BLUESKY):
            counts["quotes"] = int(likes * random.uniform(0, 0.12))
        if platform == X:
            counts["bookmarks"] = int(likes * random.uniform(0, 0.2))
            counts["views"] = int(40 + likes * random.uniform(25, 80) + voice.followers * random.uniform(0.02, 0.2))
        return counts

    def replies(self, post: Post, when: datetime, monday: date) -> None:
        """Answers without the hashtag: the context of an item, never counted as one."""
        if self.random.random() > 0.11:
            return
        for _ in range(self.random.choices((1, 2, 3), (7, 2, 1))[0]):
            voice = self.voice(post.platform, monday, people_only=True)
            later = when + timedelta(minutes=self.random.randint(2, 600))
            relation = Relation(kind="reply_to", uri=post.uri)
            text = words.say(words.REPLY, self.random)
            self.post(voice, post.platform, later, text, "en", relations=(relation,), tagged=False)
            self.finals[post.uri]["replies"] += 1

    def article(self, voice: Voice, when: datetime) -> None:
        """A blog article, and the comments it gets."""
        random = self.random
        title, paragraphs = words.article(random)
        category = random.choice(("CoProWeek", "CoProWeek", "Co-production Week", "coproweek", ""))
        if not category:
            paragraphs += ("Written for Co-production Week.",)
        post = self.entry(
            voice, when, title, paragraphs, categories=(category, "Our stories") if category else ("Our stories",)
        )
        if voice.organisation_id and random.random() < 0.55:
            guest = random.choice(self.guests)
            post = replace(post, author=byline(voice, guest))
        comments = random.choices((0, 1, 2, 4, 7, 12), (34, 24, 18, 13, 8, 3))[0]
        edited = None
        if random.random() < 0.1:
            changed = utc(when + timedelta(hours=random.randint(2, 90)))
            edited = replace(post, text=post.text + "\n\nCorrected: the date of the workshop.", edited_at=changed)
        host = blog_host(voice)
        self.published.append(
            Published(post=post, final={"comments": comments}, via=host, hosts=(host,), edited=edited)
        )
        for number in range(comments):
            self.published.append(
                Published(
                    post=Post(
                        platform=BLOGS,
                        uri=f"{post.uri}#comment-{number + 1}",
                        kind="comment",
                        published_at=utc(when + timedelta(minutes=random.randint(20, 7000))),
                        relations=(Relation(kind="comment_on", uri=post.uri),),
                    ),
                    final={},
                    via=host,
                    hosts=(host,),
                )
            )

    def entry(
        self, voice: Voice, when: datetime, title: str, paragraphs: Sequence[str], *, categories: tuple[str, ...] = ()
    ) -> Post:
        self.number += 1
        host = blog_host(voice)
        return Post(
            platform=BLOGS,
            uri=f"https://{host}/{when:%Y/%m}/{self.number}",
            url=f"https://{host}/{when:%Y/%m}/{self.number}",
            kind="article",
            author=voice.author(BLOGS),
            title=title,
            text="\n\n".join(paragraphs),
            html="".join(f"<p>{paragraph}</p>" for paragraph in paragraphs),
            language="en",
            language_from="declared",
            published_at=utc(when),
            categories=categories,
            hashtags=tuple(
                Hashtag(as_written=category, origin="category") for category in categories if category.isalnum()
            ),
            media=self.images(voice, BLOGS, host),
            comments_url=f"https://{host}/{when:%Y/%m}/{self.number}/comments/feed",
        )

    def chat(self) -> None:
        """One hour on the Wednesday: six questions by the organiser, on two platforms, and everybody's answers."""
        host = self.cast[0]
        asked: dict[tuple[str, int], Post] = {}
        frame = ((CHAT - timedelta(minutes=4), words.CHAT_OPENING), (CHAT + timedelta(minutes=59), words.CHAT_CLOSING))
        for platform in (X, BLUESKY):
            for when, text in frame:
                self.post(host, platform, when, text, "en", more_tags=("CoProChat",))
            for number, text in enumerate(words.CHAT_QUESTIONS):
                when = CHAT + timedelta(minutes=1 + 9 * number, seconds=self.random.randrange(40))
                asked[platform, number] = self.post(host, platform, when, text, "en", more_tags=("CoProChat",))
        guests = {platform: [self.voice(platform, WEEK) for _ in range(34)] for platform in (X, BLUESKY)}
        for _ in range(168):
            platform = self.random.choices((X, BLUESKY), (0.62, 0.38))[0]
            number = self.random.choices(range(6), (30, 28, 26, 22, 20, 22))[0]
            question = asked[platform, number]
            wait = min(self.random.expovariate(1 / 240) + 25, 57 * 60 - 9 * 60 * number)
            self.post(
                self.random.choice(guests[platform]),
                platform,
                moment(question.published_at) + timedelta(seconds=wait),
                words.say(words.CHAT_ANSWERS, self.random, n=str(number + 1)),
                "en",
                relations=(Relation(kind="reply_to", uri=question.uri),),
                more_tags=("CoProChat",),
            )
            self.finals[question.uri]["replies"] += 1

    def other_entries(self) -> None:
        """What the blogs write besides: nothing to do with the week, or about co-production without naming it."""
        for voice in self.cast:
            if BLOGS not in voice.platforms:
                continue
            for day in range(0, 430, 9):
                when = datetime.combine(date(2025, 6, 3) + timedelta(days=day), time(11, day % 60), ZONE)
                about = words.BASELINE_ENTRIES if self.random.random() < 0.35 else words.OTHER_ENTRIES
                title = self.random.choice(about)
                post = replace(self.entry(voice, when, title, (title + ".",)), media=())
                host = blog_host(voice)
                self.published.append(Published(post=post, final={}, via=host, hosts=(host,)))


def counts_at(each: Published, now: str, age_hours: float) -> Engagement | None:
    """The counts as they stood when the post was that old: most of it happens on the first day."""
    if not each.final:
        return None
    share = 1 - math.exp(-age_hours / 14)
    counts = {name: round(count * share) for name, count in each.final.items()}
    return replace(Engagement(observed_at=now, observed_via=each.via), **counts)
