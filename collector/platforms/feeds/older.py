"""Reads a feed's older pages while the ledger lacks what is on them.

Each page covers from its oldest entry to where the page before it ended, so that a page that dies leaves a gap and
nothing else. The next round comes back for it: from the newest page on, in which it skips what it knows, or, where it
had come far, from the last page that was read, if that still touches the gap (pages move as posts come and go).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from collector.http import Response
from collector.platforms import CoverageState, Covered, Page, Trouble
from collector.platforms.feeds import paging, polling, wordpress
from collector.platforms.feeds.coverage import Reach, claims, within
from collector.platforms.feeds.paging import Step
from collector.platforms.feeds.parse import Document
from collector.platforms.feeds.polling import ACCEPT, Memory
from collector.platforms.feeds.reading import document
from collector.platforms.feeds.scan import urljoin_or_empty
from collector.posts import Interval

if TYPE_CHECKING:
    from collector.platforms.feeds.collecting import Collection, Read

_NEVER = frozenset({404, 410})


def collect(
    collection: Collection,
    newest: Document,
    response: Response,
    reach: Reach | None,
    missing: Sequence[Interval],
    memory: Memory,
) -> Iterator[Page]:
    """The older pages of a feed whose newest page is `newest` and reaches back as far as `reach`.

    `missing` is what the ledger lacks besides, newest first. What a feed cannot give is said to be truncated.

    Raises:
        Trouble: a page that should be there cannot be had; those before it stay good.
    """
    yield from _Older(collection, newest, response, reach, missing, memory).pages()


def again(
    collection: Collection, newest: Document, response: Response, reach: Reach, back: str, memory: Memory
) -> Iterator[Page]:
    """The older pages of a feed as far as `back`, although the ledger lacks nothing there: for what was put among their
    entries since. The ledger gets nothing of it. Where there are no such pages, nothing is given.

    Raises:
        Trouble: rate_limited.
    """
    following = paging.following(response.url, newest, response.headers)
    if following is None or not following.url:
        return
    gap = Interval(back, reach.oldest)
    try:
        yield from _Older(collection, newest, response, reach, [gap], memory, for_the_ledger=False).pages()
    except Trouble as trouble:
        if trouble.kind == "rate_limited":
            raise
        yield Page(http_status=trouble.http_status, note=trouble.message)


class _Older:
    def __init__(
        self,
        collection: Collection,
        newest: Document,
        response: Response,
        reach: Reach | None,
        missing: Sequence[Interval],
        memory: Memory,
        *,
        for_the_ledger: bool = True,
    ) -> None:
        self.collection = collection
        self.for_the_ledger = for_the_ledger
        self.newest = newest
        self.response = response
        self.missing = missing
        self.memory = memory
        self.frontier = reach.oldest if reach else collection.now
        """Everything from here to the end of the newest gap is covered, or was so before."""
        self.wanted = collection.task.wanted.from_utc
        self.target = min(gap.from_utc for gap in missing)
        self.seen = _names(newest)
        self.total = newest.about.total
        self.first = paging.following(response.url, newest, response.headers)

    def pages(self) -> Iterator[Page]:
        if self.first is None:
            yield self._no_more(
                f"the feed lists its newest {len(self.newest.listed):,} entries and gives no older ones"
            )
        elif not self.first.url:
            yield self._said(self._claims([Interval(self.wanted, self.frontier)]))
        else:
            step: Step | None
            step, resumed = self._resumed(self.first)
            while step is not None and self.collection.pages_left > 0 and self.collection.items_left > 0:
                self.collection.pages_left -= 1
                step, pages = self._page(step, resumed)
                resumed = False
                yield from pages

    def _resumed(self, first: Step) -> tuple[Step, bool]:
        """Where to begin: at the page that an earlier round read last, where the gap lies beyond the newest page."""
        top = max(gap.to_utc for gap in self.missing)
        if self.memory.deepest and top < self.frontier:
            return Step(first.way, self.memory.deepest), True
        return first, False

    def _page(self, step: Step, resumed: bool) -> tuple[Step | None, Iterator[Page]]:
        """One page, and which comes after it."""
        step, response = self._asked(step)
        page = document(response, self.collection.task.known.fingerprints) if response.status in {200, 404} else None
        if response.status in _NEVER or (page is not None and not page.listed):
            return self._end(step, response, page, resumed)
        if trouble := polling.trouble(response, self.collection.now, "page of older entries"):
            raise _later(trouble)
        names = set() if page is None else _names(page)
        if page is None or (names <= self.seen and not resumed):
            return None, self._no_such_page(step, response, page)
        read = self.collection.read(page, response)
        if resumed:
            top = max(gap.to_utc for gap in self.missing)
            if read.reach is None or read.reach.newest < top:
                # Pages have moved: what is on this one is taken, but it does not touch the gap.
                return self.first, self._give(read, response, (), replace(self.memory, deepest=""))
            self.frontier = top
        self.seen |= names
        after = None if read.cut else paging.following(response.url, page, response.headers, step.way)
        upper = self.frontier
        if read.reach is not None:
            if self._fewer(page):
                # Something was deleted meanwhile, and an entry may have slipped from this page to the one before.
                upper = min(upper, read.reach.newest)
            self.frontier = min(self.frontier, read.reach.oldest)
        ended = after is not None and not after.url
        reaches_to = self.wanted if ended else self.frontier
        done = ended or reaches_to < self.target
        memory = replace(self.memory, deepest=step.url if self.for_the_ledger and not done else "")
        covered = self._claims([Interval(reaches_to, upper)])
        return None if done else after, self._give(read, response, covered, memory)

    def _asked(self, step: Step) -> tuple[Step, Response]:
        """The answer for a page; where that is too large, for as much of it as Blogger gives when it is polled."""
        try:
            return step, self.collection.client.get(step.url, accept=ACCEPT)
        except Trouble as trouble:
            smaller = paging.smaller(step)
            if trouble.kind != "too_large" or smaller is None:
                raise _later(trouble) from None
            return smaller, self.collection.client.get(smaller.url, accept=ACCEPT)

    def _end(
        self, step: Step, response: Response, page: Document | None, resumed: bool
    ) -> tuple[Step | None, Iterator[Page]]:
        """An answer without entries: the page before was the last one, or there never were pages.

        After its last page WordPress answers 404, with a feed in it; an empty 200 is some plugin's, and proves nothing.
        """
        if resumed:
            return self.first, iter([self._said((), response)])
        if page is not None and response.status == (404 if step.way == "wordpress" else 200):
            return None, iter([self._said(self._claims([Interval(self.wanted, self.frontier)]), response)])
        return None, self._no_such_page(step, response, page)

    def _no_such_page(self, step: Step, response: Response, page: Document | None) -> Iterator[Page]:
        """An answer that is not the page it should be."""
        if not self.for_the_ledger:
            yield self._said((), response)
        elif step.way == "wordpress":
            yield self._said((), response)
            yield from self._by_api()
        elif page is not None:
            yield self._no_more("the feed gives the same entries again where older ones should be", response)
        elif response.status in _NEVER:
            reason = f"the server has no page of older entries where the feed says there is one ({response.status})"
            yield self._no_more(reason, response)
        else:
            raise _later(polling.not_a_feed(response, "page of older entries"))

    def _fewer(self, page: Document) -> bool:
        before, self.total = self.total, page.about.total if page.about.total is not None else self.total
        return before is not None and self.total is not None and self.total < before

    # WordPress's API, where its feed has no older pages

    def _by_api(self) -> Iterator[Page]:
        collection = self.collection
        about = self.newest.about
        site = urljoin_or_empty(self.response.url, about.site or "/")
        api = wordpress.api(self.response.headers, site)
        gaps = within(self.missing, [Interval(self.wanted, self.frontier)])
        for gap in gaps:
            upper = gap.to_utc
            number = 1
            while number:
                if collection.pages_left <= 0 or collection.items_left <= 0:
                    return
                collection.pages_left -= 1
                response = collection.client.get(wordpress.posts_url(api, gap, number), accept="application/json")
                page = (
                    wordpress.read(response.body, collection.task.known.fingerprints)
                    if response.status == 200
                    else None
                )
                if page is None and number == 1 and response.status in {200, 400, 401, 403, 404, 405, 410, 501}:
                    yield self._no_more("the feed gives no older entries, and the blog's API is closed", response)
                    return
                if trouble := polling.trouble(response, collection.now, "page of older entries"):
                    raise _later(trouble)
                if page is None:
                    raise _later(polling.not_a_feed(response, "page of older entries"))
                # More was asked for than is missing, and the API says the same things a little otherwise than the feed.
                read = collection.read(page, response, only=gap)
                pages = wordpress.pages(response.headers)
                last = number >= pages if pages is not None else len(page.listed) < wordpress.PER_PAGE
                lower = gap.from_utc if last and not read.cut else read.reach.oldest if read.reach else upper
                done = last and gap is gaps[-1]
                memory = replace(self.memory, deepest="") if done else self.memory
                yield from self._give(read, response, claims([gap], [Interval(lower, upper)]), memory)
                upper = min(upper, lower)
                number = 0 if last else number + 1

    # What pages say

    def _claims(
        self, truth: Sequence[Interval], state: CoverageState = "complete", reason: str = ""
    ) -> tuple[Covered, ...]:
        return claims(self.missing, truth, state, reason) if self.for_the_ledger else ()

    def _give(self, read: Read, response: Response, covered: tuple[Covered, ...], memory: Memory) -> Iterator[Page]:
        self.memory = memory
        yield from self.collection.give(read, response, covered=covered, memory=memory, requests=response.requests)

    def _no_more(self, reason: str, response: Response | None = None) -> Page:
        """The feed goes back to here and no further."""
        truncated = self._claims([Interval(self.wanted, self.frontier)], "truncated", reason)
        return self._said(truncated, response)

    def _said(self, covered: tuple[Covered, ...], response: Response | None = None) -> Page:
        """A page without entries."""
        self.memory = replace(self.memory, deepest="")
        return Page(
            covered=covered,
            remember=self.collection.changes(self.memory),
            http_status=response.status if response else None,
            requests=response.requests if response else 0,
            bytes_received=response.wire_bytes if response else 0,
        )


def _names(page: Document) -> set[str]:
    return {entry.guid or entry.link or entry.fingerprint.hex() for entry in page.listed}


def _later(trouble: Trouble) -> Trouble:
    """A fault among the older entries: the newer ones are safe."""
    return Trouble(
        trouble.kind,
        f"{trouble.message} What is newer has been saved; the older entries are asked for again.",
        http_status=trouble.http_status,
        retry_after_seconds=trouble.retry_after_seconds,
        body=trouble.body,
    )
