"""Collects a blog: the newest page of its feed, then older pages as far as the ledger lacks them, then comments.

Each answer becomes one or more pages of the seam, the last of which says what of time the answer truly covered. The
decisions are elsewhere and pure: how to ask in `polling.py`, where older entries are in `paging.py`, how far a page
reaches in `coverage.py`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from collector.http import Client, Response
from collector.platforms import Covered, Page, Task, identity_hash
from collector.platforms.feeds import articles, comments, coverage, dates, older, polling, vanished
from collector.platforms.feeds.articles import Feed, Nothing
from collector.platforms.feeds.asking import Asked, ask
from collector.platforms.feeds.coverage import Reach, claims, still_missing
from collector.platforms.feeds.identity import Blog, Identity, blog_name, canonical_link, guid_alias, identify
from collector.platforms.feeds.items import Item, Listed, Unreadable
from collector.platforms.feeds.parse import Document
from collector.platforms.feeds.polling import Memory
from collector.platforms.feeds.scan import urljoin_or_empty
from collector.posts import Interval, Post, Unread, moment, utc

BACK_AGAIN = timedelta(days=14)
"""Once a day older pages are read again so far back: a post may be published with an earlier date."""
READING_SECONDS = 60.0
"""Of processor time for one source in one round. Then what was read is saved, and the next round goes on from there."""


def collect(task: Task, client: Client) -> Iterator[Page]:
    """A blog's entries that the archive does not know, as posts, and what of time they cover.

    `task.source.locator` is the address of the blog or of its feed. Every entry that is not known byte for byte
    (`task.known.fingerprints`) is given as a `Post`, whatever it says. In this order: the newest page of the feed;
    older pages while `task.missing` reaches further back; the comment feeds of `task.threads`. At most
    `task.limits.pages` pages and about `task.limits.items` entries; the rest stays a gap.

    Raises:
        Trouble: an answer cannot be used. Pages given before stay good.
    """
    yield from Collection(task, client).pages()


class Read(Struct, frozen=True, kw_only=True):
    """The entries of one answer."""

    pages: tuple[Page, ...]
    """At least one; the last one still lacks what the ending says."""
    dates: tuple[str | None, ...]
    """When each listed entry was published, as far as it can be believed."""
    changes: tuple[str | None, ...]
    """When each was updated."""
    known: tuple[bool, ...]
    names: frozenset[str]
    """By which the entries are known: URIs, aliases, links."""
    cut: bool
    """The round's limit was reached: some entries were not read."""

    @property
    def reach(self) -> Reach | None:
        return coverage.reach(self.dates, self.changes)


class Collection:
    """One source in one round."""

    def __init__(self, task: Task, client: Client) -> None:
        self.task = task
        self.client = client
        self.now = task.now
        self.blog = blog_name(task.source.locator)
        self.pages_left = task.limits.pages
        self.items_left = task.limits.items
        self.began = time.thread_time()
        self.memory: dict[str, str] = dict(task.memory)
        """As the round has saved it."""

    def pages(self) -> Iterator[Page]:
        memory = Memory.of(self.task.memory)
        asked = ask(self.task, self.client, whole=self._needs_all(memory))
        self.pages_left -= 1
        if asked.document is None:
            yield self._unchanged(asked, memory)
        else:
            yield from self._newest(asked, asked.document, memory)
        if self.task.limits.comments and self.task.threads:
            yield from comments.collect(self.task, self.client, self.blog, self.pages_left)

    def _needs_all(self, memory: Memory) -> bool:
        """Whether the feed must be read even if it has not changed: something older than the last visit is missing, or
        the archive knows nothing of the feed any more, or it is a day since all was read."""
        if not self.task.known.identities or not memory.asked_at or polling.is_daily(memory.read_back_at, self.now):
            return True
        return any(gap.from_utc < memory.asked_at for gap in self.task.missing)

    def _unchanged(self, asked: Asked, memory: Memory) -> Page:
        """The feed is what it was: nothing was published since it was last read."""
        truth = [Interval(memory.asked_at, self.now)]
        if memory.oldest:
            truth.append(Interval(memory.oldest, self.now))
        return Page(
            unchanged=memory.number("entries"),
            covered=claims(self.task.missing, truth),
            remember=self.changes(asked.memory),
            http_status=asked.response.status,
            requests=asked.requests,
            bytes_received=asked.received,
            due_after_seconds=polling.wait(asked.response, memory.number("period") or None),
            note=" ".join(asked.notes),
        )

    # The newest page

    def _newest(self, asked: Asked, newest: Document, before: Memory) -> Iterator[Page]:
        response = asked.response
        read = self.read(newest, response)
        truth = self._truth(read, newest, before)
        memory = asked.memory
        notes = list(asked.notes)
        if read.cut:
            # What was not read must not count as seen.
            memory = replace(
                memory, body="", etag="", last_modified="", condition="", whole_at="", asked_at=before.asked_at
            )
        else:
            memory = replace(memory, oldest=truth[0].from_utc if truth else "")
        if not newest.listed and before.number("entries"):
            notes.append("The feed lists no entries any more, although it did before.")
        if read.reach is not None and not read.reach.in_order:
            notes.append("The feed is not in order of date, so only what is newer than all it lists counts as seen.")
        left = still_missing(self.task.missing, truth)
        if not left:
            memory = replace(memory, deepest="")
        back = utc(moment(self.now) - BACK_AGAIN)
        again = not read.cut and polling.is_daily(before.read_back_at, self.now)
        if again and (not left or left[-1].from_utc <= back):
            memory = replace(memory, read_back_at=self.now)
        yield from self.give(
            read,
            response,
            covered=claims(self.task.missing, truth),
            memory=memory,
            due_after_seconds=polling.wait(response, newest.about.period_seconds),
            note=" ".join(notes),
            requests=asked.requests,
            received=asked.received,
        )
        if not read.cut and read.reach is not None and any(read.known):
            # A feed that has been emptied or replaced says nothing of what it listed before.
            feed = self._feed(newest, response)
            gone = vanished.look(self.task, self.client, feed.blog, read.reach.oldest, read.names, memory)
            if gone.requests:
                memory = gone.memory
                yield Page(expired=gone.uris, remember=self.changes(memory), requests=gone.requests)
            if gone.trouble is not None:
                raise gone.trouble
        if left and not read.cut:
            yield from older.collect(self, newest, response, read.reach, left, memory)
        elif again and not newest.about.is_complete and read.reach is not None and back < read.reach.oldest:
            yield from older.again(self, newest, response, read.reach, back, memory)

    def _truth(self, read: Read, newest: Document, before: Memory) -> list[Interval]:
        """The stretches of time of which the newest page lists every entry, the one that reaches furthest back
        first."""
        if newest.about.is_complete and not read.cut:
            return [Interval(self.task.wanted.from_utc, self.now)]
        truth = []
        if read.reach is not None and read.reach.oldest < self.now:
            truth.append(Interval(read.reach.oldest, self.now))
        # The entry at the end was there last time, so nothing can have come and gone in between. The one at the top
        # would prove nothing: it may be pinned. So may a lone one far below the others.
        continuous = read.known[-1] if read.known else not before.number("entries")
        if read.known and not any(read.known[-2:-1]) and coverage.ends_alone(read.dates):
            continuous = False
        if continuous and not read.cut and before.asked_at and before.asked_at < self.now:
            truth.append(Interval(before.asked_at, self.now))
        return sorted(truth)

    # Reading entries

    def _feed(self, page: Document, response: Response) -> Feed:
        site = urljoin_or_empty(response.url, page.about.site) if page.about.site else None
        blog = Blog(name=self.blog, url=response.url, site=site, configured=self.task.source.locator)
        return Feed(blog=blog, about=page.about, now=self.now)

    def read(self, page: Document, response: Response, only: Interval | None = None) -> Read:
        """All unknown entries of a page as posts, as far as the round's limits allow; with `only`, but for those that
        were surely published at another time."""
        feed = self._feed(page, response)
        identities = identify(page.listed, feed.blog)
        by_fingerprint = {entry.fingerprint: identity for entry, identity in zip(page.listed, identities, strict=True)}
        # Of an entry that is listed more than once, always the first is taken, also when that is known and not read.
        first: dict[str, bytes] = {}
        for entry, identity in zip(page.listed, identities, strict=True):
            if identity is not None:
                first.setdefault(identity.uri, entry.fingerprint)
        published: dict[bytes, str] = {}
        done: set[bytes] = set()
        seen: set[str] = set()
        pages = []
        cut = False
        again = 0
        for group in page.groups():
            if self.items_left <= 0 or time.thread_time() - self.began > READING_SECONDS:
                cut = True
                break
            posts: list[Post] = []
            unread: list[Unread] = []
            for item in group:
                if self.items_left <= 0:
                    cut = True
                    break
                if only is not None and isinstance(item, Item) and self._is_outside(item, only):
                    again += 1
                    done.add(item.listed.fingerprint)
                    continue
                self.items_left -= 1
                made = self._made(item, by_fingerprint, feed)
                if isinstance(made, Unread):
                    unread.append(made)
                elif made.uri in seen or (
                    isinstance(item, Item) and first.get(made.uri, item.listed.fingerprint) != item.listed.fingerprint
                ):
                    again += 1
                else:
                    seen.add(made.uri)
                    posts.append(made)
                    if made.fingerprint is not None and made.published_from != "first_seen":
                        published[made.fingerprint] = made.published_at
                if isinstance(item, Item):
                    done.add(item.listed.fingerprint)
            pages.append(Page(posts=tuple(posts), unread=tuple(unread), requests=0))
        listed = self._until(page.listed, done) if cut else page.listed
        last = pages.pop() if pages else Page(requests=0)
        pages.append(
            replace(
                last,
                unchanged=again + sum(entry.known for entry in page.listed),
                expired=tuple(guid_alias(feed.blog, guid) for guid in page.deleted),
            )
        )
        return Read(
            pages=tuple(pages),
            dates=tuple(
                published.get(entry.fingerprint)
                or dates.first(entry.published, self.now)
                or dates.first(entry.updated, self.now)
                for entry in listed
            ),
            changes=tuple(dates.first(entry.updated, self.now) for entry in listed),
            known=tuple(entry.known or self._is_known(by_fingerprint[entry.fingerprint]) for entry in listed),
            names=_names(identities),
            cut=cut,
        )

    def _is_outside(self, item: Item, only: Interval) -> bool:
        when, known_from = articles.published(item, self.now)
        return known_from == "stated" and not only.from_utc <= when < only.to_utc

    @staticmethod
    def _until(listed: Sequence[Listed], done: set[bytes]) -> Sequence[Listed]:
        """The entries before the first that was not read."""
        for number, entry in enumerate(listed):
            if not entry.known and entry.fingerprint not in done:
                return listed[:number]
        return listed

    def _is_known(self, identity: Identity | None) -> bool:
        known = self.task.known.identities
        return identity is not None and any(identity_hash(name) in known for name in (identity.uri, *identity.aliases))

    @staticmethod
    def _made(item: Item | Unreadable, identities: Mapping[bytes, Identity | None], feed: Feed) -> Post | Unread:
        if isinstance(item, Unreadable):
            return Unread(reason=item.reason, raw=item.raw, fingerprint=item.fingerprint)
        hash_ = item.listed.fingerprint
        try:
            identity = identities[hash_] if hash_ in identities else identify([item.listed], feed.blog)[0]
            return articles.article(item, identity, feed)
        except Nothing as nothing:
            return Unread(reason=str(nothing), raw=item.raw, fingerprint=hash_)
        except Exception as error:  # one hostile entry must not cost the others; it is kept, and counted
            return Unread(
                reason=f"it could not be made a post ({type(error).__name__})", raw=item.raw, fingerprint=hash_
            )

    # Giving pages

    def give(
        self,
        read: Read,
        response: Response,
        *,
        covered: tuple[Covered, ...],
        memory: Memory,
        due_after_seconds: int | None = None,
        note: str = "",
        requests: int = 1,
        received: int | None = None,
    ) -> Iterator[Page]:
        """The pages of an answer, the last of them with what the answer says besides its entries."""
        *first, last = read.pages
        yield from first
        anything = any(page.posts or page.unread for page in read.pages)
        yield replace(
            last,
            covered=covered,
            remember=self.changes(memory),
            http_status=response.status,
            requests=requests,
            bytes_received=response.wire_bytes if received is None else received,
            due_after_seconds=due_after_seconds,
            raw=response.body if anything else None,
            note=note,
        )

    def changes(self, memory: Memory) -> dict[str, str | None]:
        """What the round must save for `memory` to be remembered, given what it has saved already."""
        changes = memory.changes(self.memory)
        for name, value in changes.items():
            if value is None:
                self.memory.pop(name, None)
            else:
                self.memory[name] = value
        return changes


def _names(identities: Sequence[Identity | None]) -> frozenset[str]:
    found = [identity for identity in identities if identity is not None]
    links = [canonical_link(identity.url) for identity in found if identity.url]
    return frozenset(
        name for name in (*links, *(name for one in found for name in (one.uri, *one.aliases))) if name is not None
    )
