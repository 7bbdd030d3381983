"""How a made-up collector watched the made-up week: its rounds, what each source answered, what went wrong.

Pure: posts in, rounds out, as the platform modules would have given them. One source has a hole of nine hours that
nothing ever filled, one blog was away for three days and was caught up with, one search was cut short once.
What is published is `week.py`'s; `__init__.py` writes the rounds into an archive.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from collector.campaign import SourceSpec
from collector.demonstration.cast import BLOGS, BLUESKY, BLUESKY_HOST, MASTODON, X_HOST, X
from collector.demonstration.week import Published, counts_at
from collector.platforms import Covered, Page
from collector.posts import Interval, Post, Unread, moment, utc

WANTED_FROM = "2025-05-26T00:00:00Z"
BEGAN = "2026-05-11T09:00:00Z"
"""The first round, which reads everything back to `WANTED_FROM`."""
LAST_ROUND = "2026-08-10T06:00:00Z"
LEAD_UP_FROM = "2026-06-07T23:00:00Z"
WEEK_FROM, WEEK_TO = "2026-07-05T23:00:00Z", "2026-07-10T23:00:00Z"

OUTAGE = Interval("2026-07-09T04:00:00Z", "2026-07-09T13:00:00Z")
"""Thursday from 5 in the morning until 2 in the afternoon Bluesky did not answer; what was said then was never seen."""
OUTAGE_REASON = f"no answer from {BLUESKY_HOST} within 30 seconds"
BLOG_AWAY = Interval("2026-06-15T00:00:00Z", "2026-06-18T00:00:00Z")
BLOG_AWAY_HOST = "hypothetical-hospice.blogs.example"
BLOG_AWAY_REASON = "the server answered with an error of its own (500)"
CUT_SHORT = "2026-07-06T08:00:00Z"
CUT_SHORT_REASON = "the search asked us to wait; what is missing comes with the next round"

REREAD_HOURS = (24, 168, 672)
"""Counts are read again when a post is a day, a week and four weeks old."""


class Answer(Struct, frozen=True, kw_only=True):
    """What one source gave in one round."""

    spec: SourceSpec
    pages: tuple[Page, ...] = ()
    outcome: str = "ok"
    reason: str | None = None


class Round(Struct, frozen=True, kw_only=True):
    at: str
    answers: tuple[Answer, ...]


def rounds(published: Sequence[Published], specs: Sequence[SourceSpec]) -> Iterator[Round]:
    """All the rounds in order. A source is in a round when it was due then."""
    watches = [_Watch(spec, [each for each in published if _host(spec) in each.hosts]) for spec in specs]
    yield Round(at=BEGAN, answers=tuple(watch.backfill() for watch in watches))
    due: dict[str, list[_Watch]] = {}
    for watch in watches:
        for at in polls(BLOGS if watch.spec.platform == BLOGS else X):
            due.setdefault(at, []).append(watch)
    for at in sorted(due):
        yield Round(at=at, answers=tuple(watch.poll(at) for watch in due[at]))


def polls(platform: str) -> Iterator[str]:
    """When a source is asked: quickly in the week, twice a day around it, once a day before; blogs more calmly."""
    pace = {"before": 24, "around": 24, "week": 6} if platform == BLOGS else {"before": 24, "around": 12, "week": 2}
    at = moment("2026-05-12T06:00:00Z")
    while utc(at) < LAST_ROUND:
        yield utc(at)
        phase = "before" if utc(at) < LEAD_UP_FROM else "week" if WEEK_FROM <= utc(at) < WEEK_TO else "around"
        following = at + timedelta(hours=pace[phase])
        week_from = moment(WEEK_FROM) + timedelta(hours=1)
        at = week_from if at < week_from < following else following
    yield LAST_ROUND


class _Watch:
    """One source being watched: what can be seen there, and up to when it was."""

    def __init__(self, spec: SourceSpec, visible: Sequence[Published]) -> None:
        self.spec = spec
        self.host = _host(spec)
        self.visible = [each for each in visible if not self._missed(each.post.published_at)]
        self.seen_to = WANTED_FROM
        self.again: list[tuple[str, int]] = []
        """After which moments which post is read again, by its place in `visible`: edited, removed, counts due."""
        for number, each in enumerate(self.visible):
            self.again.extend((when, number) for when in _moments(each, first_host=self.host == each.hosts[0]))
        self.again.sort()

    def backfill(self) -> Answer:
        """The first round: back to the beginning, slice by slice, newest first as platforms give them."""
        slice_of_time = timedelta(days=56 if self.spec.platform == BLOGS else 7)
        pages = []
        until = moment(BEGAN)
        while until > moment(WANTED_FROM):
            since = max(until - slice_of_time, moment(WANTED_FROM))
            new = [each for each in self._published(utc(since), utc(until)) if not _gone(each, BEGAN)]
            pages.append(_page([self._reading(each, BEGAN) for each in new], Interval(utc(since), utc(until))))
            until = since
        self._due_again(BEGAN)
        self.seen_to = BEGAN
        return Answer(spec=self.spec, pages=tuple(pages))

    def poll(self, at: str) -> Answer:
        """One later round: what is new, what was edited or deleted, and the counts that are due again."""
        if self.spec.platform == BLUESKY and OUTAGE.from_utc < at < OUTAGE.to_utc:
            return Answer(spec=self.spec, outcome="failed", reason=OUTAGE_REASON)
        if self.host == BLOG_AWAY_HOST and BLOG_AWAY.from_utc <= at < BLOG_AWAY.to_utc:
            return Answer(spec=self.spec, outcome="failed", reason=BLOG_AWAY_REASON)
        since, until = self.seen_to, at
        if self.spec.platform == BLUESKY and since <= OUTAGE.from_utc < at:
            since = OUTAGE.to_utc
        cut_short = self.spec.platform == X and at == CUT_SHORT
        if cut_short:
            until = utc(moment(at) - timedelta(minutes=40))
        known = [each for each in self._due_again(at) if each.post.published_at < since]
        expired = tuple(each.post.uri for each in known if _gone(each, at))
        posts = [each for each in [*known, *self._published(since, until)] if not _gone(each, at)]
        self.seen_to = until
        page = _page(
            [self._reading(each, at) for each in posts],
            Interval(since, until),
            expired=expired,
            unread=_unread(self.spec, at),
        )
        if cut_short:
            return Answer(spec=self.spec, pages=(page,), outcome="partial", reason=CUT_SHORT_REASON)
        return Answer(spec=self.spec, pages=(page,), outcome="ok" if posts or expired else "unchanged")

    def _missed(self, published: str) -> bool:
        return self.spec.platform == BLUESKY and OUTAGE.from_utc <= published < OUTAGE.to_utc

    def _published(self, since: str, until: str) -> Sequence[Published]:
        return self.visible[bisect_left(self.visible, since, key=_when) : bisect_left(self.visible, until, key=_when)]

    def _due_again(self, at: str) -> list[Published]:
        """Posts with a reason to be read again before `at`, each once; they are not given a second time."""
        end = bisect_left(self.again, (at, -1))
        numbers = sorted({number for _, number in self.again[:end]})
        del self.again[:end]
        return [self.visible[number] for number in numbers]

    def _reading(self, each: Published, at: str) -> Post:
        """The post as this source shows it at that moment."""
        post = each.post
        if each.edited is not None and (each.edited.edited_at or "") < at:
            post = each.edited
        age = (moment(at) - moment(post.published_at)).total_seconds() / 3600
        local_id = f"{len(self.host)}{post.local_id}" if self.spec.platform == MASTODON else post.local_id
        return replace(post, engagement=counts_at(each, at, age), local_id=local_id)


def _moments(each: Published, *, first_host: bool) -> Iterator[str]:
    """After which moments a source should read a post again. Where several servers know it, its first one does."""
    if not first_host:
        return
    if each.removed_at is not None:
        yield each.removed_at
    if each.edited is not None and each.edited.edited_at is not None:
        yield each.edited.edited_at
    if each.final:
        for hours in REREAD_HOURS:
            yield utc(moment(each.post.published_at) + timedelta(hours=hours))


def _when(each: Published) -> str:
    return each.post.published_at


def _page(
    posts: list[Post], interval: Interval, *, expired: tuple[str, ...] = (), unread: tuple[Unread, ...] = ()
) -> Page:
    return Page(
        posts=tuple(posts),
        unread=unread,
        expired=expired,
        covered=(Covered(interval=interval),),
        http_status=200 if posts else 304,
        bytes_received=180 + sum(900 + len(post.text) for post in posts),
    )


def _unread(spec: SourceSpec, at: str) -> tuple[Unread, ...]:
    """Twice something came that nobody could read. It is kept and counted."""
    if spec.platform == MASTODON and at == "2026-07-08T08:00:00Z":
        return (Unread(reason="the post has no date", raw=b'{"made_up": true, "created_at": null}'),)
    if spec.platform == BLUESKY and at == "2026-07-07T12:00:00Z":
        return (Unread(reason="the post has no author", raw=b'{"made_up": true, "author": null}'),)
    return ()


def _gone(each: Published, at: str) -> bool:
    return each.removed_at is not None and each.removed_at < at


def _host(spec: SourceSpec) -> str:
    """Where a source looks, as `Published.hosts` names it."""
    if spec.platform == X:
        return X_HOST
    if spec.platform == BLUESKY:
        return BLUESKY_HOST
    return spec.locator.split("/")[2]
